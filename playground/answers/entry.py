"""What a question and an answer are made of, for learners' questions and for corrections alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from playground.signpost import Signpost


@dataclass(frozen=True)
class Answer:
    """Words about numbers, and the numbers as a picture or a table.

    Attributes:
        text: Markdown, three to eight sentences.
        figure: draws the picture, given `dark`; None for none.
        alt: the picture in words; empty without one.
        table: columns of a table by their titles; None for none.
        table_alt: the table in words; empty without one.
    """

    text: str
    figure: Callable[..., go.Figure] | None = None
    alt: str = ""
    table: Mapping[str, Sequence[object]] | None = None
    table_alt: str = ""


@dataclass(frozen=True)
class Asked:
    """A question that learners ask.

    Attributes:
        name: a key of `models.questions.NUMBERS`.
        short: what the list and the URL call it.
        question: as it is asked.
        answer: from its numbers to the answer.
        signposts: exhibits in the state that shows it.
        heard: what one hears about it that is not so, and what is, as Markdown; empty for nothing.
    """

    name: str
    short: str
    question: str
    answer: Callable[[Any], Answer]
    signposts: tuple[Signpost, ...]
    heard: str = ""
