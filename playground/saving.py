"""The panel at the foot of every page: its figures, their numbers, and a script that computes the view anew.

    begin()         # before the page runs
    page.run()
    panel(title)    # after it

Closed, it costs nothing: nothing is kept, nothing is made. Open, files are made when they are clicked.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlencode

import plotly.graph_objects as go
import streamlit as st

from playground import controls, recording, showing, tables, theme, view_script
from playground.language import say
from playground.picture import picture
from playground.showing import Shown

_NO_SCRIPT = (
    "There is no script of this view: it has asked no model that ships for a number. What comes from a file of yours is not "
    "in a script; `models/loaders` reads such files."
)


def begin() -> None:
    """A run of the whole page starts."""
    showing.begin()
    recording.begin()


def panel(title: str, path: str) -> None:
    """Offer what the page shows.

    Args:
        title: of the page.
        path: of the page in its address: "step_a_cell".
    """
    box = st.expander(
        say("Save figures, data, code"), key=recording.OPEN, on_change="rerun", icon=":material/download:"
    )
    if not box.open:
        return
    with box:
        _figures()
        _code(title, path)


def html(figure: go.Figure, *, title: str, alt: str, dark: bool) -> str:
    """A figure as a page of its own that needs no network: it can be zoomed and pointed at like the one in the app."""
    base = theme.DARK if dark else theme.LIGHT
    own = go.Figure(figure)
    own.update_layout(
        template="plotly_dark" if dark else "plotly_white",
        paper_bgcolor=base.background,
        plot_bgcolor=base.background,
        font={"color": base.text, "family": "Source Sans Pro, Segoe UI, Roboto, Helvetica, Arial, sans-serif"},
    )
    page = own.to_html(include_plotlyjs=True, full_html=True, config={"displaylogo": False, "responsive": True})
    head = (
        f'<meta charset="utf-8" /><title>{_escaped(title)}</title><meta name="description" content="{_escaped(alt)}" />'
    )
    body = f'<body style="background: {base.background}">'
    return page.replace('<meta charset="utf-8" />', head, 1).replace("<body>", body, 1)


def file_name(text: str) -> str:
    """A title as the name of a file: small letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-") or "figure"


def _figures() -> None:
    shown = showing.shown()
    if not shown:
        st.markdown(say("This page shows no figure now."))
        return
    names = _names(shown)
    one = shown[_choose(say("What to save"), names, "save_which")]
    dark, name = controls.dark(), file_name(names[one.key])

    def now() -> Shown:
        """As it is when it is clicked: a fragment may have drawn it anew since."""
        return shown.get(one.key, one)

    def figure() -> go.Figure | None:
        return now().draws[chosen](dark) if chosen in one.draws else now().figure

    pictures = {title: title for title in (*one.parts, *one.draws)}
    chosen = _choose(say("Its picture"), pictures, "save_drawn") if pictures else ""
    source, title = ("save_picture_of" if chosen in one.draws else one.key), chosen or one.title
    shape = figure()
    with st.container(horizontal=True, gap="small", vertical_alignment="top", key="save_files"):
        if chosen or shape is not None or one.drawn:
            part = one.parts.get(chosen, "")
            alone = shape is None
            picture(source, file_name(title), alt=one.alt or title, key="save_picture", part=part, page=alone)
        if shape is not None:
            make = partial(html, shape, title=title, alt=one.alt, dark=dark)
            _file(
                "HTML",
                make,
                f"{file_name(title)}.html",
                "text/html",
                say("A page that zooms and hovers without a network"),
            )
        _file("CSV", lambda: tables.csv_text(now().data()), f"{name}.csv", "text/csv", say("The numbers as a table"))
        _file(
            "JSON",
            lambda: tables.json_text(now().data()),
            f"{name}.json",
            "application/json",
            say("The numbers, nested"),
        )
    if chosen in one.draws and shape is not None:
        showing.chart(shape, key=source, alt=title)


def _choose(label: str, names: Mapping[str, str], key: str) -> str:
    """Ask for one of several things. What was chosen on another page, or in a tab that is closed, is forgotten."""
    if st.session_state.get(key) not in names:
        st.session_state.pop(key, None)
    return st.selectbox(label, list(names), format_func=names.__getitem__, key=key) or next(iter(names))


def _code(title: str, path: str) -> None:
    calls = recording.calls()
    if not calls:
        st.markdown(say(_NO_SCRIPT))
        return
    link = f"{path}?{urlencode(st.query_params.to_dict())}".rstrip("?")
    made = view_script.script(calls, title, link)
    st.markdown(
        say(
            "**The numbers of this view, computed anew.** Put this file into the folder of the project and run "
            "`python {file}`.",
            file=view_script.FILE,
        )
    )
    _file("Python", lambda: made.text, view_script.FILE, "text/x-python", say("The same questions to the same models"))
    st.code(made.text, language="python", height=320)


def _file(label: str, make: Callable[[], str], name: str, mime: str, words: str) -> None:
    st.download_button(label, make, name, mime, key=f"save_as_{label.lower()}", help=words, on_click="ignore")


def _names(shown: dict[str, Shown]) -> dict[str, str]:
    """Titles by key; equal ones are numbered."""
    counts: dict[str, int] = {}
    found = {}
    for key, one in shown.items():
        counts[one.title] = counts.get(one.title, 0) + 1
        found[key] = one.title if counts[one.title] == 1 else f"{one.title} ({counts[one.title]})"
    return found


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
