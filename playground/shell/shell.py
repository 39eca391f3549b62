"""What stands around every page, the Python side: two small components.

    from playground.shell import Way, share, steps

    with st.sidebar:
        share()                                       # "Copy link", and "Make a lesson link"
    steps("Why gradients vanish", ["chains_of_numbers?lesson=…", …], at=3, leave="lessons")

Both work in the browser alone (share.js, steps.js) and send nothing to the server. To go to a step is to follow a link
without loading the page anew: the address is pushed and Streamlit is told as if the visitor had used the browser's own
"back" or "forward". Then it takes every widget from the address, and what the address does not name begins as on a first
visit. The browser's own buttons go through the lesson as well.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from streamlit.components.v2 import component

from playground import language


@dataclass(frozen=True)
class Way:
    """A link with its words."""

    text: str
    href: str


def _part(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


_HTML = {name: _part(f"{name}.html") for name in ("share", "steps")}
_JS = {name: _part(f"{name}.js") for name in ("share", "steps")}
_TEXTS = {name: language.texts_in(_HTML[name], _JS[name]) for name in _HTML}
_SHARE = component(
    "share_link", html=_HTML["share"], css=_part("share.css"), js=_JS["share"] + _part("go.js") + language.SCRIPT
)
_WAYS = component("ways", html='<p class="ways"></p>', css=_part("ways.css"), js=_part("ways.js") + _part("go.js"))
_STEPS = component(
    "lesson_steps", html=_HTML["steps"], css=_part("steps.css"), js=_JS["steps"] + _part("go.js") + language.SCRIPT
)


def share(*, back: Way | None = None) -> None:
    """A button that copies the address of the view, and a maker of lesson links.

    Args:
        back: a way back to a lesson that the visitor has left.
    """
    data = {
        "back": {"text": back.text, "href": back.href} if back else None,
        "texts": language.for_browser(_TEXTS["share"]),
    }
    _SHARE(key="share_link", data={"content": json.dumps(data)})


def ways(links: Sequence[Way], *, key: str) -> None:
    """Links that look like buttons and lead to another page of the playground, in the state that they name.

    Args:
        links: the links; their words only ever become text.
        key: the component's key.
    """
    data = [{"text": link.text, "href": link.href} for link in links]
    _WAYS(key=key, data={"content": json.dumps(data)})


def steps(title: str, hrefs: Sequence[str], *, at: int, leave: str, look: str = "") -> None:
    """The steps of a lesson: back, next, one mark for each; Space goes on where nothing has the focus.

    Args:
        title: of the lesson.
        hrefs: the links to its steps, in order. Without any, there is only a text on this page, which can be closed.
        at: the step that is shown, from 1.
        leave: where the lesson ends: a link.
        look: the key of what is scrolled to; the top of the page if empty.

    Raises:
        ValueError: `at` is none of the steps.
    """
    if hrefs and not 1 <= at <= len(hrefs):
        raise ValueError(f"steps is at {at}, expected 1 to {len(hrefs)}")
    data = {"title": title, "hrefs": list(hrefs), "at": at, "leave": leave, "look": look}
    data["texts"] = language.for_browser(_TEXTS["steps"])
    _STEPS(key="lesson_steps", data={"content": json.dumps(data)})
