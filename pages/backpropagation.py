"""Exhibit: how does one loss at the end reach a weight that was used at every step?"""

import streamlit as st

from playground import compute, controls, typed, unrolling
from playground import unrolling_parts as parts
from playground.language import say

st.title(say("Backpropagation through time"))
st.markdown(say(unrolling.ASKED))

# Controls
st.markdown(say(unrolling.EQUATIONS))
network = parts.ask_network()
there_and_back, who, truncated = controls.tabs("bptt", unrolling.TABS)

# Compute
solution = compute.unroll(network)

if there_and_back.open:
    with there_and_back:
        # Figures
        parts.show_drawing(solution, "bptt_graph")

        # Explanation
        parts.ask_other_w(solution)
        parts.second_backward()
        st.subheader(say("What to notice"))
        st.markdown(say(unrolling.NOTICE_DRAWING))
        st.subheader(say("Two things to try"))
        typed.attempts("bptt", unrolling.TRY_DRAWING)

if who.open:
    with who:
        # Figures
        parts.show_small_bars(solution)
        st.subheader(say("The same for a network that reads"))
        weight = parts.ask_matrix()
        if text := parts.ask_words():
            parts.show_who(text, weight)

        # Explanation
        st.subheader(say("What to notice"))
        st.markdown(say(unrolling.NOTICE_WHO))
        st.subheader(say("Two things to try"))
        typed.attempts("bptt", unrolling.TRY_WHO)

if truncated.open:
    with truncated:
        # Controls and figures
        st.markdown(say(unrolling.DEFINED))
        subject = parts.ask_subject()
        if subject == "small":
            parts.show_small_cut(solution)
        elif question := parts.ask_noise() if subject == "fresh" else parts.ask_words():
            parts.show_cut(question)

        # Explanation
        st.subheader(say("What to notice"))
        st.markdown(say(unrolling.NOTICE_CUT))
        st.subheader(say("Two things to try"))
        typed.attempts("bptt", unrolling.TRY_CUT)
