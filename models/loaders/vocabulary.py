"""A vocabulary in a file: JSON, or text with one token a line.

    read(data)                              # ("<unk>", "the", "cat", ...): a token's id is its place

JSON may be a list of tokens, or an object that gives each token its id, or each id its token. Ids that nobody has are called
"<3>" by their number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from models.limits import OWN_MODEL, OwnModel
from models.loaders.encoding import decode
from models.told import Told

_WANTED = Told('a JSON list of tokens, {"token": id}, or one token a line')
_SHOWN = 24  # characters of a wrong entry that a sentence repeats


def read(data: bytes, limits: OwnModel = OWN_MODEL) -> tuple[str, ...]:
    """Reads a file.

    Raises:
        ValueError: It is empty, too large, no text, or its ids are no ids: a sentence says which.
    """
    if len(data) > limits.text_bytes:
        raise ValueError(
            Told(
                "The vocabulary has {megabytes:,.1f} MB, expected at most {most:g}",
                megabytes=len(data) / 1e6,
                most=limits.text_bytes / 1e6,
            )
        )
    text = decode(data, _WANTED).text
    if text.lstrip()[:1] in ("[", "{") and (found := _json(text)) is not None:
        tokens = _of_list(found) if isinstance(found, list) else _of_ids(found, limits)
    else:
        tokens = text.removesuffix("\n").split("\n")
    if not tokens:
        raise ValueError(Told("The vocabulary has no token, expected {wanted}", wanted=_WANTED))
    if len(tokens) > limits.tokens:
        raise ValueError(
            Told(
                "The vocabulary has {count:,} tokens, expected at most {most:,}",
                count=len(tokens),
                most=limits.tokens,
            )
        )
    return tuple(token.encode("utf-8", "replace").decode("utf-8") for token in tokens)


def _json(text: str) -> list | dict | None:
    """What a JSON text holds; None for one that is meant as text, as "[PAD]" in its first line."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError(Told("The vocabulary is nested too deeply, expected {wanted}", wanted=_WANTED)) from None
    except json.JSONDecodeError as error:
        if (
            len(text.lstrip().split("\n", 1)[0]) < _SHOWN
            and "\n" in text.strip()
            and not text.rstrip().endswith(("]", "}"))
        ):
            return None
        raise ValueError(
            Told(
                "The vocabulary begins like JSON and is none: line {line}, {error}", line=error.lineno, error=error.msg
            )
        ) from None
    except ValueError as error:  # a number of ten thousand digits
        raise ValueError(Told("The vocabulary is no JSON: {error}", error=str(error)[:80])) from None


def _of_list(found: list) -> list[str]:
    for place, token in enumerate(found):
        if not isinstance(token, str):
            told = "Token {place} of the vocabulary is {token}, expected a text"
            raise ValueError(Told(told, place=place, token=_quoted(token)))  # noqa: TRY004 - it is the file that is wrong
    return found


def _of_ids(found: Mapping[str, object], limits: OwnModel) -> list[str]:
    """The tokens in the order of their ids, from either direction."""
    pairs: list[tuple[str, object]] = list(found.items())
    if pairs and all(isinstance(value, str) and key.isascii() and key.isdigit() for key, value in pairs):
        pairs = [(str(value), int(key[:12])) for key, value in pairs]
    by_id: dict[int, str] = {}
    for token, k in pairs:
        if not isinstance(k, int) or isinstance(k, bool) or not 0 <= k < limits.tokens:
            raise ValueError(
                Told(
                    "The vocabulary gives {token} the id {id}, expected a whole number from 0 to {last:,}",
                    token=_quoted(token),
                    id=_quoted(k),
                    last=limits.tokens - 1,
                )
            )
        if k in by_id:
            raise ValueError(
                Told(
                    "The vocabulary gives {one} and {other} the same id {id}, expected one each",
                    one=_quoted(by_id[k]),
                    other=_quoted(token),
                    id=k,
                )
            )
        by_id[k] = token
    return [by_id.get(k, f"<{k}>") for k in range(max(by_id) + 1)] if by_id else []


def _quoted(value: object) -> str:
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "an object"
    text = repr(value[: _SHOWN + 1] if isinstance(value, str) else value)
    return text if len(text) <= _SHOWN + 2 else f"{text[:_SHOWN]}…"
