"""Exhibit: what does your own trained network compute, step by step?"""

import streamlit as st

from playground import controls
from playground import own_parts as parts
from playground import own_words as words
from playground.language import say

st.title(say("Your own model"))
st.markdown(say(words.ASKED))
model = parts.ask_model()
chosen = parts.choose(model)

stepped, gradients, shapes = controls.tabs("own", words.TABS)
if chosen and stepped.open:
    with stepped:
        parts.show_player(chosen)
if chosen and gradients.open:
    with gradients:
        parts.show_gradients(chosen)
if chosen and shapes.open:
    with shapes:
        parts.show_shapes(chosen)
parts.ending(model)
