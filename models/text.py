"""Text into words: the same splitting wherever a text becomes a sequence."""

import re
import unicodedata
from itertools import groupby

SPECIAL = ("<unk>", "<eos>")
"""Words that stand for something else: an unknown word, the end of a text."""

_SPECIAL = re.compile(f"({'|'.join(SPECIAL)})")
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_LETTER_APOSTROPHE = "\u02bc"  # counts as a letter, so "isn't" stays one word


def words(text: str) -> list[str]:
    """Split a text into lower-case words, each punctuation mark or symbol a word of its own.

    Letters, digits and the accents and vowel signs that belong to them stay together, in every script; so does an
    apostrophe inside a word. `<unk>` and `<eos>` are words. Spaces, control characters and invisible marks separate.
    """
    found: list[str] = []
    for piece in _SPECIAL.split(unicodedata.normalize("NFC", text).lower()):
        found.extend([piece] if piece in SPECIAL else _plain_words(piece))
    return found


def _plain_words(text: str) -> list[str]:
    joined = _APOSTROPHE.sub(_LETTER_APOSTROPHE, text)
    found: list[str] = []
    for kind, run in groupby(joined, _kind):
        part = "".join(run).replace(_LETTER_APOSTROPHE, "'")
        if kind == "letter":
            found.append(part)
        elif kind == "sign":
            found.extend(part)
    return found


def _kind(character: str) -> str:
    """Whether a character is a letter (or belongs to one), a sign that stands alone, or a gap."""
    if "\ufe00" <= character <= "\ufe0f":  # chooses how an emoji is drawn, says nothing
        return "gap"
    category = unicodedata.category(character)[0]
    return {"L": "letter", "M": "letter", "N": "letter", "P": "sign", "S": "sign"}.get(category, "gap")
