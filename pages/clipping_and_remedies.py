"""Exhibit: what can be done against gradients that explode, or vanish?"""

import streamlit as st

from playground import compute, controls, learning, taming
from playground import taming_parts as parts
from playground.language import say

st.title(say("Clipping and remedies"))
st.markdown(say(taming.ASKED))
exploding, remedies, echo = controls.tabs("remedy", taming.TABS)
learning.stay("remedy")

if exploding.open:
    with exploding:
        # Controls
        st.markdown(taming.exploding())
        explosion = parts.ask_explosion()

        # Figures
        parts.show_race(explosion)
        parts.show_cuts()
        parts.show_cliff()

        # Explanation
        parts.ending("exploding", taming.NOTICE_EXPLODING, taming.TRY_EXPLODING)

if remedies.open:
    with remedies:
        # Controls
        st.markdown(say(taming.REMEDIES_ASKED), unsafe_allow_html=True)
        parts.ask_about_lag()
        with st.container(horizontal=True, gap="medium", key="remedy_lags"):
            lag = parts.ask_lag()
            seed = parts.ask_seed("remedy_start_seed", "Seed of the weights", 0)

        # Figures
        parts.show_remedies(lag, seed)

        # Explanation
        st.subheader(say("Train one now"))
        parts.train_live(lag, seed)
        parts.ending("remedies", taming.NOTICE_REMEDIES, taming.TRY_REMEDIES)

if echo.open:
    with echo:
        # Controls
        st.markdown(say(taming.ECHO))
        reservoir = parts.ask_reservoir()

        # Compute
        forecast = compute.foretold(reservoir)

        # Figures
        parts.show_forecast(forecast)
        errors, distances = st.columns(2, gap="medium")
        with errors:
            parts.show_errors(reservoir, forecast)
        with distances:
            parts.show_echo(reservoir)

        # Explanation
        parts.ask_about_echo()
        parts.ending("echo", taming.NOTICE_ECHO, taming.TRY_ECHO)
