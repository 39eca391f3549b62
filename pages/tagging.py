"""Exhibit: how does a network mark names, also those that it has never seen?"""

import streamlit as st

from models.tagging import KINDS
from playground import compute, controls, lab_links, learning
from playground import tag_parts as parts
from playground import tag_words as words
from playground.language import say

st.title(say("Tagging"))
st.markdown(say(words.ASKED))
sentence, invent, scores, template, own = controls.tabs("tag", words.TABS)
learning.stay("tag")
facts = {kind: compute.tagging_facts(f"tagging-{kind}") for kind in KINDS}

if sentence.open:
    with sentence:
        st.subheader(say("Guess first: a name that nobody has seen"))
        parts.predict_letters()
        st.subheader(say("One sentence, seven networks"))
        text = parts.ask_text()
        parts.show_ribbons(text)
        parts.show_network(text)
        parts.ending("tag", words.NOTICE_TAG, words.TRY_TAG)

if invent.open:
    with invent:
        st.markdown(say(words.INVENT))
        word = parts.ask_word()
        parts.show_word(word)
        parts.show_letters(word)
        parts.ending("tag_invent", words.NOTICE_INVENT, words.TRY_INVENT)

if scores.open:
    with scores:
        st.subheader(say("Guess first: the laziest tagger"))
        guessed = parts.predict_lazy(facts)
        st.subheader(say("Names found whole, beside the baselines"))
        parts.show_scores(facts, lazy=guessed)
        lab_links.train_one("tag")
        parts.ending("tag_scores", words.NOTICE_SCORES, words.TRY_SCORES)

if template.open:
    with template:
        st.markdown(say(words.ADS))
        language = parts.ask_language()
        ad = parts.ask_ad(language)
        parts.show_template(ad, language)
        st.subheader(say("Guess first: networks against patterns"))
        guessed = parts.predict_patterns()
        parts.show_fields(language, new=guessed)
        parts.ending("tag_ads", words.NOTICE_ADS, words.try_ads(language))

if own.open:
    with own:
        st.markdown(say(words.OWN))
        parts.your_file()
        parts.ending("tag_own", words.OWN_NOTICE, words.TRY_OWN)
