"""Home: the player on the agreement sentence, alive at once; below it a card for each exhibit."""

from itertools import groupby

import streamlit as st

from models.reading import Question
from playground import compute, controls
from playground.exhibits import EXHIBITS
from playground.language import say
from playground.notation import NOTATIONS
from playground.player import Cursor

st.title(say("RNN playground"))
st.markdown(
    say(
        "A small LSTM reads a sentence and guesses each next word. Press **→** or **play**: every colour and every number "
        "is the tensor that PyTorch computed. *Will it say “was” or “were” after so many words in between?*"
    )
)

reading = compute.read(Question(controls.LECTURE))
controls.play("home", {"LSTM": reading}, NOTATIONS["PyTorch"], Cursor(1, compute.number_unit("LSTM")), value="i")

for section, exhibits in groupby(EXHIBITS[1:], key=lambda exhibit: exhibit.section):
    st.subheader(say(section))
    with st.container(horizontal=True):
        for exhibit in exhibits:
            with st.container(border=True, width=310, height="stretch", key=f"home_card_{exhibit.title}"):
                st.page_link(f"../{exhibit.file}", label=f"**{say(exhibit.title)}**", icon=exhibit.icon)
                st.markdown(say(exhibit.question))
