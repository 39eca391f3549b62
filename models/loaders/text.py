"""Plain text in a file: UTF-8, UTF-16 or Windows-1252 in, one string out, a sentence where it is no text.

plain = read(data)                      # bytes of a file
plain.text                              # one kind of line end, characters composed (NFC), no controls
plain.remarks                           # what was guessed or changed, in sentences
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from models.loaders.encoding import CONTROLS_AT_MOST, LARGEST_FILE, decode, with_plain_line_ends
from models.told import Told

_LONG_LINE = 2000  # characters of a file of one line from which that is worth a remark


@dataclass(frozen=True)
class Plain:
    """A file as text.

    Attributes:
        text: Its characters.
        lines: How many lines it has.
        encoding: As which it was read.
        remarks: What was guessed or changed, in sentences.
    """

    text: str
    lines: int
    encoding: str
    remarks: tuple[str, ...]


def read(data: bytes) -> Plain:
    """Reads a file.

    Raises:
        ValueError: It is empty, too large, or no text: a sentence says which, and where.
    """
    decoded = decode(data, "plain text")
    return _cleaned(decoded.text, decoded.encoding, decoded.remarks)


def typed(text: str) -> Plain:
    """The same of a text that was pasted.

    Raises:
        ValueError: It is empty, too large or no text.
    """
    if len(text) > LARGEST_FILE:
        raise ValueError(
            Told(
                "The text has {count:,} characters, expected at most {most:,}",
                count=len(text),
                most=LARGEST_FILE,
            )
        )
    return _cleaned(with_plain_line_ends(text.encode("utf-8", "replace").decode("utf-8")), "pasted", ())


def _cleaned(text: str, encoding: str, remarks: tuple[str, ...]) -> Plain:
    text = unicodedata.normalize("NFC", text)
    kept = "".join(character for character in text if character in "\n\t" or unicodedata.category(character)[0] != "C")
    dropped = len(text) - len(kept)
    if dropped > max(CONTROLS_AT_MOST * len(text), 3):
        raise ValueError(
            Told(
                "{count:,} of {all:,} characters are control characters, expected plain text",
                count=dropped,
                all=len(text),
            )
        )
    if dropped:
        remarks = (*remarks, Told("{count:,} invisible or control characters were left out.", count=dropped))
    kept = kept.strip("\n")
    if not kept.strip():
        raise ValueError(Told("The text is empty, expected some words"))
    lines = kept.count("\n") + 1
    if lines == 1 and len(kept) > _LONG_LINE:
        remarks = (*remarks, Told("The whole text is one line: nothing marks where a paragraph ends."))
    return Plain(kept, lines, encoding, remarks)
