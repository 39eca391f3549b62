r"""The bytes of a file as text: which encoding it has, one kind of line end, a sentence where it is no text.

    found = decode(data, "a number on each line")
    found.text                              # lines end with "\n", without a byte order mark
    found.encoding                          # "UTF-8", "UTF-16", "Windows-1252" or "Latin-1"
    found.remarks                           # says so where the encoding is a guess

UTF-8 and, behind a byte order mark, UTF-16 can be told from anything else. What is neither is read as Windows-1252, of which
the printable part of Latin-1 is a part; as Latin-1 where it has one of the five bytes that Windows-1252 leaves open. Both
give nearly every byte a character, so a file full of control characters is refused rather than shown as rubbish.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from models.told import Told

LARGEST_FILE = 5 * 2**20
"""Bytes of a file at most."""

CONTROLS_AT_MOST = 0.01
"""Share of the characters that may be control characters; three may be in a text of any length."""

_FEW_CONTROLS = 3
_KINDS = {
    b"%PDF": Told("a PDF"),
    b"PK\x03\x04": Told("a packed file (Word, Excel and zip files begin so)"),
    b"\xd0\xcf\x11\xe0": Told("an old Word or Excel file"),
    b"\x1f\x8b": Told("a packed file"),
    b"\x89PNG": Told("a picture"),
    b"\xff\xd8\xff": Told("a picture"),
    b"GIF8": Told("a picture"),
    b"{\\rtf": Told("a rich text file (RTF)"),
}
# Not: tab, the ends of lines and pages, and U+0085, which is one too.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]+")


@dataclass(frozen=True)
class Decoded:
    r"""A file as text.

    Attributes:
        text: Its characters, at least one of them no blank; every line ends with "\n", whatever the file has.
        encoding: "UTF-8", "UTF-16", "Windows-1252" or "Latin-1".
        remarks: A sentence where the encoding is a guess; else none.
    """

    text: str
    encoding: str
    remarks: tuple[str, ...]


def decode(data: bytes, wanted: str) -> Decoded:
    """Reads the bytes of a file as text.

    Args:
        data: The whole file.
        wanted: What the file should hold, as it goes on behind "expected".

    Raises:
        ValueError: It is empty, too large, or no text: a sentence says which, and in which line.
    """
    if len(data) > LARGEST_FILE:
        raise ValueError(
            Told(
                "The file has {megabytes:.1f} MB, expected at most {most}",
                megabytes=len(data) / 2**20,
                most=LARGEST_FILE >> 20,
            )
        )
    kind = next((kind for start, kind in _KINDS.items() if data.startswith(start)), None)
    if kind:
        raise ValueError(Told("The file is {kind}, expected plain text: save it as .txt or .csv first", kind=kind))
    text, encoding, line = _characters(data)
    text = with_plain_line_ends(text)
    if not text.strip():
        raise ValueError(Told("The file is empty, expected {wanted}", wanted=wanted))
    # Every encoding has a character for a zero byte, yet no editor writes one: it is the surest sign of a binary file.
    if "\0" in text:
        where = 1 + text.count("\n", 0, text.index("\0"))
        raise ValueError(
            Told("Line {line} holds a zero byte, so this is no text file, expected {wanted}", line=where, wanted=wanted)
        )
    first = _CONTROLS.search(text)
    controls = len(text) - len(_CONTROLS.sub("", text)) if first else 0
    if first and controls > max(CONTROLS_AT_MOST * len(text), _FEW_CONTROLS):
        if line:
            raise ValueError(
                Told(
                    "Line {line} is not UTF-8, nor is the file text in another usual encoding, expected {wanted}",
                    line=line,
                    wanted=wanted,
                )
            )
        where = 1 + text.count("\n", 0, first.start())
        raise ValueError(
            Told(
                "{count:,} of {all:,} characters are control characters, the first in line {line}, so "
                "this is no text file, expected {wanted}",
                count=controls,
                all=len(text),
                line=where,
                wanted=wanted,
            )
        )
    told = Told(
        "Line {line} is not UTF-8, so the file was read as {encoding}: letters with accents may look wrong.",
        line=line,
        encoding=encoding,
    )
    return Decoded(text, encoding, (told,) if line else ())


def with_plain_line_ends(text: str) -> str:
    r"""The text with "\n" at the end of every line, instead of "\r\n" (Windows) or "\r" (old Macintosh)."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _characters(data: bytes) -> tuple[str, str, int]:
    """The characters, their encoding, and the first line that is not UTF-8, or 0 where the encoding is no guess."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16"), "UTF-16", 0
        except UnicodeDecodeError:
            raise ValueError(Told("The file begins as UTF-16 and does not go on so, expected UTF-8 text")) from None
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8"), "UTF-8", 0
    except UnicodeDecodeError as error:
        line = 1 + with_plain_line_ends(data[: error.start].decode("utf-8")).count("\n")
    try:
        return data.decode("cp1252"), "Windows-1252", line
    except UnicodeDecodeError:
        return data.decode("latin-1"), "Latin-1", line
