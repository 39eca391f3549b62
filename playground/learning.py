"""A visitor's own training on a page, in another process: begun by a click, looked at a few times a second, ended.

    learning = learning.begin("lm", assignment, before=learning)        # in the callback of a button
    learning.watch(current, show)                                       # calls show() now and at every tick

A page keeps the `Learning` itself and says what to show of it; see `models.pupil` for what is in a picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from models.job import Homework
from models.pupil import Assignment
from playground import compute, controls
from playground.language import say

TICK = 0.3
"""Seconds between two looks at a training."""

_STAY = 4.0  # seconds between two signs of a visitor on another tab; a lease has some more

Asked = TypeVar("Asked", bound=Assignment)


@dataclass(frozen=True, eq=False)
class Learning(Generic[Asked]):
    """A training that was begun.

    Attributes:
        asked: What is learned, and how.
        work: What is seen of it.
    """

    asked: Asked
    work: Homework[Any]  # the picture is what `asked` says

    @property
    def going(self) -> bool:
        """Whether more will come."""
        return not self.work.over


def begin(page: str, asked: Asked, before: Learning | None) -> Learning[Asked] | None:
    """Begin a training in another process; the one before it ends. What is too large gets a sentence: see `refusal`."""
    end(before)
    try:
        return Learning(asked, compute.workers().teach(asked, controls.trainer(page)))
    except ValueError as wrong:
        st.session_state[_refused(page)] = say(wrong)
        return None


def refusal(page: str) -> None:
    """Say why the last training could not begin, once."""
    if wrong := st.session_state.pop(_refused(page), ""):
        st.warning(wrong)


def finish(learning: Learning | None) -> None:
    """End a training here; a moment later it has measured what it knows, and is over."""
    if learning:
        learning.work.finish()


def end(learning: Learning | None) -> None:
    """End a training at once, as what it learns is no longer asked for."""
    if learning:
        learning.work.stop()


def watch(learning: Learning | None, show: Callable[[], None]) -> None:
    """Call `show` now, and again and again while a training goes on; at its end the whole page runs once.

    Call it outside of any fragment: a click has to start or end the ticking, which only a run of the whole page does.
    """
    going = bool(learning and learning.going)
    with st.container(key="learning_ticking"):
        st.fragment(_tick, run_every=TICK if going else None)(learning, show, going)


def stay(page: str) -> None:
    """Say now and then that the visitor is still there, while something of theirs goes on: call it on every tab of a page.

    What `watch` shows is on one tab. Who reads another one meanwhile has not left.
    """
    owner = controls.trainer(page)
    st.fragment(_renew, run_every=_STAY if compute.workers().jobs(owner) else None)(owner)


def bar(learning: Learning | None, told: str) -> None:
    """How far a training is: the place in the queue while it waits, a sentence where it came to another end than its own."""
    if learning is None:
        return
    work = learning.work
    if work.state == "waiting":
        st.progress(0.0, say(work.sentence))
        return
    st.progress(work.updates / work.planned, told)
    if work.sentence not in ("", "Stopped."):
        st.warning(say(work.sentence))


def _tick(learning: Learning | None, show: Callable[[], None], was_going: bool) -> None:  # noqa: FBT001 - of a fragment
    over = (
        learning is not None and not learning.going
    )  # asked first: what comes while `show` runs waits for the next tick
    if learning:
        learning.work.renew()
    show()
    if was_going and over:
        st.rerun()


def _renew(owner: str) -> None:
    compute.workers().renew(owner)


def _refused(page: str) -> str:
    return f"{page}_refused"
