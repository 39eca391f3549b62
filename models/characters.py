"""Texts as characters: how words are written, and the characters as tokens.

    written(["peel", "the", "pear", "."])    # "peel the pear."
    characters("peel the pear.")             # ["p", "e", "e", "l", " ", ...]

A word model and a character model read the same text when both read `written(words)`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from models.network import END, UNKNOWN

CLOSING = frozenset(".,;:!?)]}…”’")
"""Signs that stand right behind a word."""

OPENING = frozenset("([{“‘")
"""Signs that stand right before a word."""


def written(words: Iterable[str]) -> str:
    """Words as one line of text: a blank between them, none before a full stop. `<eos>` is not written."""
    text, glued = "", True
    for word in words:
        if word == END:
            continue
        text += word if glued or word in CLOSING else f" {word}"
        glued = word in OPENING
    return text


def characters(text: str) -> list[str]:
    """The characters of a text, composed (NFC), one token each; `<eos>` and `<unk>` are one token each."""
    found: list[str] = []
    rest = unicodedata.normalize("NFC", text)
    while rest:
        special = next((word for word in (END, UNKNOWN) if rest.startswith(word)), None)
        if special is None:
            ends = [place for word in (END, UNKNOWN) if (place := rest.find(word)) > 0]
            upto = min(ends, default=len(rest))
            found.extend(rest[:upto])
            rest = rest[upto:]
        else:
            found.append(special)
            rest = rest[len(special) :]
    return found


def shown(token: str) -> str:
    """A token as one can see it: a blank as ␣, a line's end as ⏎."""
    return {" ": "␣", "\n": "⏎", "\t": "⇥"}.get(token, token)


def joined(tokens: Sequence[str], *, letters: bool) -> str:
    """Tokens as text: characters as they are, words as `written`; what ends a text is left out."""
    return "".join(token for token in tokens if token != END) if letters else written(tokens)
