"""Signposts: links from one page to an exhibit in the very state that shows something.

A state is what stands in the address bar there: keys of widgets, and for menus and buttons the words on them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from playground.exhibits import EXHIBITS, Exhibit
from playground.language import say

_BY_NAME = {Path(exhibit.file).stem: exhibit for exhibit in EXHIBITS}


@dataclass(frozen=True)
class Signpost:
    """A way to an exhibit.

    Attributes:
        page: the exhibit's name in the URL: "gradient_decay".
        label: what one sees there; the exhibit's title if empty.
        state: its address bar: names and values as text.

    Raises:
        KeyError: there is no such exhibit.
    """

    page: str
    label: str = ""
    state: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.page not in _BY_NAME:
            raise KeyError(f"page is {self.page!r}, expected one of {', '.join(_BY_NAME)}")

    @property
    def exhibit(self) -> Exhibit:
        """Where it leads."""
        return _BY_NAME[self.page]

    @property
    def words(self) -> str:
        """What the link says."""
        return self.label or self.exhibit.title


def show(signposts: Sequence[Signpost]) -> None:
    """The links, side by side where there is room."""
    with st.container(horizontal=True, gap="small"):
        for signpost in signposts:
            st.page_link(
                f"../{signpost.exhibit.file}",
                label=say(signpost.words),
                icon=signpost.exhibit.icon,
                query_params=dict(signpost.state),
            )
