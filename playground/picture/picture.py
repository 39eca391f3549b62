"""Pictures, the Python side: which element of the page some buttons save, and under which name.

    from playground.picture import picture

    picture("cell_accuracy", "accuracy-by-distance", alt="Share of right verbs by distance", key="save_picture")

Plotly and the drawings are SVG in the page already, the cell of a player is SVG, canvas and HTML. The browser (picture.js)
takes that, writes the styles that it has from the page into it, and saves it, or paints it at twice its size for a PNG. The
server draws nothing and is not asked.
"""

import json
from pathlib import Path

from streamlit.components.v2 import component

from playground.language import say


def _part(ending: str) -> str:
    return Path(__file__).with_name(f"picture.{ending}").read_text(encoding="utf-8")


_COMPONENT = component("save_picture", html=_part("html"), css=_part("css"), js=_part("js"))


def picture(of: str, name: str, *, alt: str, key: str, part: str = "", page: bool = False) -> None:
    """Show the buttons SVG and PNG, and HTML if asked for.

    Args:
        of: the key of the chart or drawing that they save.
        name: of the file, without its ending.
        alt: what a reader without the picture should know; the file says it too.
        key: the component's key.
        part: the name of one of several drawings in it: "cell-1" of a player.
        page: offer the picture as a page of HTML too; a figure of Plotly has a better one.
    """
    words = {
        "saved": say("Saved {file}"),
        "gone": say("This picture is not on the page now. Open the tab that it stands in."),
        "failed": say("The picture could not be made: {why}"),
        "svg": say("Letters stay letters: for slides, papers and drawing programs"),
        "png": say("Pixels, twice as many as on this screen"),
        "html": say("A page with this picture alone"),
    }
    kinds = ["svg", "png", "html"] if page else ["svg", "png"]
    asked = {"of": of, "part": part, "name": name, "alt": alt, "kinds": kinds, "words": words}
    _COMPONENT(key=key, data=json.dumps(asked), width="content")
