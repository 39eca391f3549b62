"""Exhibit: does a review praise or blame, and after which word does a network know?"""

import streamlit as st

from playground import controls, lab_links, learning
from playground import senti_parts as parts
from playground import senti_words as words
from playground.language import say

st.title(say("Sentiment"))
st.markdown(say(words.ASKED))
by_word, order, count, transfer, own = controls.tabs("senti", words.TABS)
learning.stay("senti")

if by_word.open:
    with by_word:
        parts.word_by_word()
        parts.ending("word", words.WORD_NOTICE, words.WORD_TRIES)

if order.open:
    with order:
        parts.order_and_pooling()
        parts.ending("order", words.ORDER_NOTICE, words.ORDER_TRIES)

if count.open:
    with count:
        parts.words_that_count()
        parts.ending("count", words.COUNT_NOTICE, words.COUNT_TRIES)

if transfer.open:
    with transfer:
        parts.from_a_language_model()
        parts.ending("transfer", words.TRANSFER_NOTICE, words.TRANSFER_TRIES)

if own.open:
    with own:
        parts.your_reviews()
        lab_links.train_one("senti")
        parts.ending("own", words.OWN_NOTICE, words.OWN_TRIES)
