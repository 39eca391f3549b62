"""The entry: `streamlit run playground`. Page frame, navigation from the list of exhibits, and run."""

import os
import sys
from itertools import groupby
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # so that nothing has to be installed
    sys.path.insert(0, str(ROOT))
# Before torch comes in: `torch.set_num_threads(1)` in compute.py holds for its own thread, but each run of the script may be
# a new one, and there an LSTM would take all cores again. OpenMP reads this once, for all threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from playground.exhibits import EXHIBITS  # noqa: E402  only found once the root is on the path
from playground.garbage import freeze  # noqa: E402
from playground.language import say  # noqa: E402

st.set_page_config(page_title="RNN playground", page_icon="🔁", layout="wide")
pages = [
    st.Page(
        ROOT / exhibit.file,
        title=say(exhibit.title),
        icon=exhibit.icon,
        help=say(exhibit.question),
        default=number == 0,
    )
    for number, exhibit in enumerate(EXHIBITS)
]
sections = groupby(zip(EXHIBITS, pages, strict=True), key=lambda pair: pair[0].section)
page = st.navigation({say(section): [page for _, page in pairs] for section, pairs in sections}, expanded=True)
with st.spinner(say("Starting PyTorch …")):  # a second or two for the first visitor of a server, nothing for all others
    # Pandas too, and whole, before any page: Plotly takes it as it lies in sys.modules, and would stumble over a half of
    # it while Streamlit imports it for the widget of another visitor.
    import pandas  # noqa: F401, ICN001

    import playground.compute
    from playground import lesson_parts, recording, saving
recording.listen(playground.compute)
freeze()
saving.begin()
exhibit = EXHIBITS[pages.index(page)]
seat = lesson_parts.around(exhibit)
page.run()
lesson_parts.after(seat, exhibit)
saving.panel(page.title, page.url_path)
