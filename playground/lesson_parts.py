"""What the entry puts around every page: the bar of a lesson above it, the link to it and the visitor's guesses beside it.

Where a lesson is, stands in the address: `?lesson=gates_by_hand&lesson_step=3`. A visitor's own lesson is in the session.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground import controls, guesses, language, lesson, theme
from playground.exhibits import Exhibit
from playground.language import say
from playground.lesson import Lesson, Step
from playground.shell import Way, share, steps

LESSONS = "lessons"
"""The page where lessons begin and end."""

_OWN = "lesson_own"
_LEFT = "lesson_left"
_SEEN = "lesson_seen"
_BROWSER = frozenset({"step", "unit", "value", "number"})
"""What players and drawings write into the address by themselves."""
_CSS = Path(__file__).parent / "shell" / "bar.css"
_PAGE_CSS = _CSS.with_name("page.css")


@dataclass(frozen=True)
class Seat:
    """Where the visitor is in a lesson.

    Attributes:
        lesson: the lesson.
        number: of the step, from 1.
        spot: a place in the bar for what is found out later.
    """

    lesson: Lesson
    number: int
    spot: DeltaGenerator

    @property
    def step(self) -> Step:
        """The step itself."""
        return self.lesson.steps[self.number - 1]


def around(exhibit: Exhibit) -> Seat | None:
    """Draw what stands around a page: before the page itself, so that it is there while the page computes."""
    guesses.at(exhibit.title)
    _clear_type()
    seat = _bar()
    _forget_old_starts(seat)
    with st.sidebar:
        language.choose()
        share(back=_way_back(seat))
    return seat


def _clear_type() -> None:
    """What Streamlit leaves hard to read: white on buttons of the primary colour, which is a light one in the dark theme."""
    st.html(_PAGE_CSS)
    if controls.dark():
        st.html(f'<style>[data-testid=stApp] button[kind="primary"] {{ color: {theme.DARK.background}; }}</style>')


def after(seat: Seat | None, exhibit: Exhibit) -> None:
    """What is known once the page has been drawn: verdicts on guesses, and what a step sets that there is not."""
    with st.sidebar:
        _offer_guesses()
    if not seat or Path(exhibit.file).stem != seat.step.page:
        return
    lost = [name for name, _ in seat.step.state if name not in st.session_state and name not in _BROWSER]
    if lost:
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(lost))
        told = say("This step of the lesson sets {names}, which this page does not have as it stands now.", names=names)
        seat.spot.warning(told)


def lessons() -> list[Lesson]:
    """The lessons that there are for this visitor: those that ship, and an own one."""
    found = [*lesson.shipped().values()]
    own = st.session_state.get(_OWN)
    return [*found, own] if own else found


def keep(own: Lesson | None) -> None:
    """Keep a visitor's own lesson for this session, or none."""
    st.session_state[_OWN] = own


def _bar() -> Seat | None:
    """The bar of the lesson that the address names, or of a text that it carries."""
    asked, text, hide = (st.query_params.get(name, "") for name in (lesson.LESSON, lesson.SAY, lesson.HIDE))
    if asked:
        found = next((each for each in lessons() if each.name == asked), None)
        if not found:
            _refuse(asked)
            return None
        number, wrong = lesson.number(st.query_params.get(lesson.STEP), found)
        step = found.steps[number - 1]
        hrefs = [lesson.address(found, k, say) for k in range(1, len(found.steps) + 1)]
        _dress(step.hide, step.look)
        with st.container(border=True, key="lesson_bar", gap="xsmall"):
            steps(say(found.title), hrefs, at=number, leave=LESSONS, look=step.look)
            st.markdown(lesson.harmless(say(step.text)))
            spot = st.empty()
        if wrong:
            st.warning(wrong)
        return Seat(found, number, spot)
    if text or hide:
        note, wrong = lesson.note(text, hide)
        _dress(note.hide)
        with st.container(border=True, key="lesson_bar", gap="xsmall"):
            steps(say("From your teacher") if note.say else say("Some controls are hidden"), [], at=0, leave="")
            if note.say:
                st.markdown(lesson.harmless(note.say))
        if wrong:
            st.warning(wrong)
    return None


def _dress(hide: tuple[str, ...], look: str = "") -> None:
    st.html(_CSS)
    if css := lesson.style(hide, look):
        st.html(f"<style>{css}</style>")


def _refuse(asked: str) -> None:
    if asked == lesson.OWN:
        st.warning(
            say(
                "This link leads into a lesson that somebody opened from a file. It is only in that visitor's browser: open "
                "the file on the page “Lessons”, or ask for it."
            )
        )
    else:
        names = ", ".join(f"`{name}`" for name in lesson.shipped())
        told = "The link asks for a lesson which there is not. There are {names}: see the page “Lessons”."
        st.warning(say(told, names=names))


def _forget_old_starts(seat: Seat | None) -> None:
    """A player keeps where its visitor came in, and takes that for its beginning. A step begins anew."""
    now = (seat.lesson.name, seat.number) if seat else None
    if seat and st.session_state.get(_SEEN) != now:
        for key in [key for key in st.session_state if str(key).endswith(("-start", "-link"))]:
            del st.session_state[key]
    st.session_state[_SEEN] = now
    if seat:
        st.session_state[_LEFT] = seat.lesson.name, seat.number


def _way_back(seat: Seat | None) -> Way | None:
    """To where a visitor left a lesson for another page."""
    if seat or _LEFT not in st.session_state:
        return None
    name, number = st.session_state[_LEFT]
    found = next((each for each in lessons() if each.name == name), None)
    if not found or number in (1, len(found.steps)) or number > len(found.steps):
        return None
    back = say("Back to the lesson, step {number}", number=number)
    return Way(back, lesson.address(found, number, say))


def _offer_guesses() -> None:
    """The visitor's guesses to take home, where there are any."""
    if found := guesses.so_far():
        st.download_button(
            say("Your guesses ({count}) as CSV", count=len(found)),
            partial(guesses.as_csv, found),
            "guesses.csv",
            "text/csv",
            key="guesses_file",
            on_click="ignore",
            width="stretch",
        )
