"""Exhibit: how much does an early step still count at the last one?"""

import streamlit as st

from playground import controls, decaying
from playground import decaying_parts as parts
from playground.language import say

st.title(say("Gradient decay"))
st.markdown(say(decaying.ASKED))
fresh, trained = controls.tabs("decay", decaying.TABS)

if fresh.open:
    with fresh:
        setting = parts.ask_setting()
        view = controls.choice("decay", "view", "Look at", decaying.VIEWS, "curves")
        if view == "curves":
            parts.show_curves(setting)
        elif view == "why":
            parts.show_why(setting)
        else:
            parts.show_units(setting)
        parts.ending("fresh", decaying.NOTICE_FRESH, decaying.TRY_FRESH)

if trained.open:
    with trained:
        text = controls.text("decay")
        parts.show_words(text)
        parts.show_trained(text)
        parts.ending("trained", decaying.NOTICE_TRAINED, decaying.TRY_TRAINED)
