"""Exhibit: where do inputs go in, where are outputs read, what shape has each tensor, and who can know what when?"""

import streamlit as st

from models.shapes import lines
from playground import compute, controls, lab_links, shaping
from playground import shaping_parts as parts
from playground.language import say

st.title(say("Shapes of networks"))
st.markdown(say(shaping.ASKED))
kinds, shapes, states, packing, both = controls.tabs("shapes", shaping.TABS)

if kinds.open:
    with kinds:
        question = parts.ask_kind()
        unrolled = compute.unroll_kind(question)
        st.markdown(shaping.about(question.kind))
        parts.draw(unrolled, "shapes_kind_graph")
        st.subheader(say("Guess first: a longer sequence"))
        parts.predict_longer(unrolled)
        parts.show_kind(unrolled)
        parts.ending("kinds", shaping.NOTICE_KINDS, shaping.TRY_KINDS)

if shapes.open:
    with shapes:
        st.subheader(say("Guess first: the shape of h_n"))
        parts.predict_shape()
        st.subheader(say("Choose the sizes"))
        layer = parts.ask_layer()
        shaped = compute.shaped(layer)
        parts.show_shapes(shaped)
        parts.show_weights(shaped, lines(layer))
        parts.ending("shapes", shaping.NOTICE_SHAPES, shaping.TRY_SHAPES)

if states.open:
    with states:
        st.subheader(say("Guess first: the backward reader's last state"))
        parts.predict_slice()
        st.subheader(say("Which slice of output is which row of h_n?"))
        layer = parts.ask_states()
        parts.show_states(compute.shaped(layer))
        parts.show_keras(layer)
        st.subheader(say("Two readers with a pencil"))
        st.markdown(say(shaping.ONES))
        ones = compute.unroll_kind(parts.ask_ones())
        parts.draw(ones, "shapes_ones_graph")
        st.markdown(shaping.ones_words(ones))
        parts.ending("states", shaping.NOTICE_STATES, shaping.TRY_STATES)

if packing.open:
    with packing:
        st.subheader(say("Guess first: how much of a padded batch is real?"))
        parts.predict_cells(compute.packed(shaping.ASKED_LENGTHS))
        st.subheader(say("A batch of unlike lengths"))
        packed = compute.packed(parts.ask_lengths())
        parts.show_packed(packed)
        parts.show_padding(packed)
        parts.ending("packing", shaping.NOTICE_PACKING, shaping.TRY_PACKING)

if both.open:
    with both:
        st.subheader(say("Guess first: who changes its mind?"))
        shown = parts.predict_ending()
        st.subheader(say("Person, or a thing that is called after one?"))
        tagged = compute.tagged(parts.ask_text())
        parts.show_revealed(tagged, shown=shown)
        parts.show_tags(tagged)
        st.subheader(say("How good are they?"))
        parts.show_scores(compute.tagger_facts())
        lab_links.train_one("shapes")
        parts.ending("both", shaping.NOTICE_BOTH, shaping.TRY_BOTH)
