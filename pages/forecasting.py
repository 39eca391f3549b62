"""Exhibit: what comes next in a series, and does a recurrent network say it better than yesterday does?"""

import streamlit as st

from playground import controls, lab_links, learning
from playground import forecast_parts as parts
from playground import forecast_words as words
from playground.language import say

st.title(say("Forecasting"))
st.markdown(say(words.ASKED))
day, shapes, splits, month, own = controls.tabs("forecast", words.TABS)
learning.stay("forecast")

if day.open:
    with day:
        parts.a_day_ahead()
        lab_links.train_one("forecast")
        parts.ending("forecast_day", words.DAY_NOTICE, words.DAY_TRIES)

if shapes.open:
    with shapes:
        parts.windows_and_shapes()
        parts.ending("forecast_shapes", words.SHAPES_NOTICE, words.SHAPES_TRIES)

if splits.open:
    with splits:
        parts.splits()
        parts.ending("forecast_splits", words.SPLITS_NOTICE, words.SPLITS_TRIES)

if month.open:
    with month:
        parts.a_month_ahead()
        parts.ending("forecast_month", words.MONTH_NOTICE, words.MONTH_TRIES)

if own.open:
    with own:
        parts.your_series()
        parts.ending("forecast_own", words.OWN_NOTICE, words.OWN_TRIES)
