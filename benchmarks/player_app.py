"""The page that benchmarks/player.py measures: one player, shown on demand, with the time when its trace was ready."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import streamlit as st
import torch

from models import trace
from playground.garbage import freeze
from playground.player import Token, Track, Words, player

torch.set_num_threads(1)
SENTENCE = "the cats , which already ate the fish near the dog , were full .".split()  # noqa: SIM905 - a sentence


@st.cache_resource
def tracks(cells: tuple[str, ...], T: int, H: int) -> list[Track]:
    """Untrained networks from a fixed seed reading random vectors."""
    chance = torch.Generator().manual_seed(0)
    probabilities = np.full((T, 6), 1 / 6)
    made = []
    for cell in cells:
        module = getattr(torch.nn, cell)(16, H)
        with torch.no_grad():
            for weight in module.parameters():
                weight.uniform_(-1, 1, generator=chance)
        says = Words("next word", [SENTENCE[:6]] * T, probabilities)
        made.append(Track(cell, trace(module, torch.randn(T, 16, generator=chance)), says))
    return made


st.set_page_config(layout="wide")
cells = tuple(st.query_params.get("cells", "LSTM").split(","))
T, H = (int(st.query_params.get(name, default)) for name, default in (("T", 60), ("H", 32)))
shown = tracks(cells, T, H)
if st.checkbox("Show"):
    st.caption(f"ready {time.time() * 1000:.1f}")
    player(shown, [Token(SENTENCE[t % len(SENTENCE)]) for t in range(T)], key="player")
freeze()  # as the app does
