"""The page that test_player_browser.py opens: the player alone, its content chosen by the query string.

`cells` lists tracks; `variant` is an option of the cell, "output=identity"; `tokens` is plain, hostile or long;
`report` gives the cursor back; `numbers` lets the network say numbers. A button reruns, another writes the query string.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import streamlit as st
from player_data import HOSTILE, SENTENCE, made_trace

from playground.player import Numbers, Says, Token, Track, Words, player

query = st.query_params
cells = query.get("cells", "LSTM").split(",")
hidden = int(query.get("H", 8))
kind = query.get("tokens", "plain")

st.set_page_config(layout="wide")
runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
st.button("Rerun")
if st.button("Write query"):
    st.query_params["lesson"] = "two words"
st.selectbox("Kept in the link", ["a", "b"], key="kept", bind="query-params")
other_text = st.toggle("Other text")

texts = {"plain": SENTENCE, "hostile": HOSTILE, "long": SENTENCE * 40}[kind]
texts = texts[:5] if other_text else texts
T = len(texts)
says: Says = Words(
    "next word",
    [[texts[(t + 1) % T], "<b>bold</b>", "rain"] for t in range(T)],
    np.tile(np.array([0.5, 0.25, 0.125]), (T, 1)),
)
if "numbers" in query:
    says = Numbers("predicted sum", np.arange(T) / 8)
tracks = [
    Track(cell, made_trace(cell, T, hidden if cell != "RNN" else min(hidden, 4), query.get("variant", "")), says)
    for cell in cells
]
tokens = [Token(text, "read as <unk>" if text == "blorp" else "") for text in texts]
cursor = player(tracks, tokens, key="player", report="report" in query, compact="compact" in query)
st.caption(f"run {runs} cursor {cursor.step} {cursor.unit}")
st.text_input("Elsewhere")
