"""Exhibit: how does a word become numbers, and what gets lost on the way?"""

import streamlit as st

from playground import controls, lab_links, wording
from playground import wording_parts as parts
from playground.language import say

st.title(say("Words into numbers"))
st.markdown(say(wording.ASKED))
one_hot, trigrams, embeddings, order = controls.tabs("words", wording.TABS)

if one_hot.open:
    with one_hot:
        st.subheader(say("A place in a list"))
        parts.show_vectors()
        st.subheader(say("Guess first: two strangers"))
        parts.predict_apart()
        st.subheader(say("How many words does one need?"))
        parts.show_coverage()
        st.subheader(say("From a sentence to steps"))
        parts.show_steps()
        parts.ending("one_hot", wording.ONE_HOT_NOTICE, wording.ONE_HOT_TRY)

if trigrams.open:
    with trigrams:
        st.subheader(say("Guess first: how many ones?"))
        parts.predict_ones()
        st.subheader(say("Letters in threes"))
        parts.show_trigrams()
        parts.ending("trigrams", wording.TRIGRAM_NOTICE, wording.TRIGRAM_TRY)

if embeddings.open:
    with embeddings:
        found = parts.ask_embedding()
        st.subheader(say("One-hot times matrix is a row"))
        parts.show_lookup(found)
        st.subheader(say("Guess first: one and many"))
        parts.predict_mixed(found)
        st.subheader(say("What did training put together?"))
        parts.show_planes(found)
        lab_links.train_one("words")
        parts.ending("embeddings", wording.EMBEDDING_NOTICE, wording.EMBEDDING_TRY)

if order.open:
    with order:
        st.subheader(say("One bag, two meanings"))
        read = parts.ask_sentences()
        parts.show_bags(read)
        parts.step(read)
        st.subheader(say("Guess first: 250 pairs"))
        parts.predict_half()
        st.subheader(say("What does a longer sentence cost?"))
        parts.show_sizes()
        lab_links.train_one("words_order")
        parts.ending("order", wording.ORDER_NOTICE, wording.ORDER_TRY)
