"""Exhibit: how can gates make a network add, hold, show and forget a number, exactly?"""

import streamlit as st

from models.counter import FIRM, TABLE, tanh_cost
from playground import compute, controls, counting, learning
from playground import counting_parts as parts
from playground.language import say
from playground.player import player

st.title(say("The memory counter"))
st.markdown(say(counting.ASKED))
table = parts.ask_table()
by_hand, standard, build, learn = controls.tabs("counter", counting.TABS)
learning.stay("counter")
steps = counting.tokens(table)

if by_hand.open:
    with by_hand:
        # Controls
        st.markdown(say(counting.RULES))
        edited, rows = st.columns([1, 2.85])
        with edited:
            parts.edit_table(table)
        weights, picture = st.columns([1.25, 1], gap="medium")
        with weights:
            setting = parts.ask_setting("counter", FIRM, counting.COUNTER_PRESETS)

        # Compute
        counted = compute.count(setting, table)

        # Figures
        with rows:
            parts.show_rows(table, counted)
        with picture:
            parts.show_memory("counter_memory", table, counted)
        player([counting.track(counted)], steps, key="counter_player", step=1)

        # Explanation
        st.subheader(say("Guess first: a forget gate that rests shut"))
        st.markdown(say(counting.QUESTION))
        guess = controls.choice(
            "counter", "guess", "Before step 5 it holds", counting.GUESSES, "none", asks=counting.QUESTION
        )
        if guess != "none":
            controls.answer("counter_guess", counting.graded(guess, compute.count(counting.BROKEN, TABLE)))
        parts.ending("counter", counting.NOTICE, counting.TRY_TABLE)

if standard.open:
    with standard:
        st.markdown(say(counting.STANDARD))
        scale = parts.ask_scale()
        parts.show_errors(table, scale, tanh_cost(table))
        tracks = [
            counting.track(compute.count(FIRM, table)),
            counting.standard_track(scale, compute.standard(table, scale)),
        ]
        player(tracks, steps, key="counter_standard_player", step=1)
        parts.ending("standard", counting.NOTICE_STANDARD, counting.TRY_STANDARD)

if build.open:
    with build:
        st.markdown(say(counting.BUILD))
        parts.build(table)
        parts.ending("build", counting.NOTICE_BUILD, counting.TRY_BUILD)

if learn.open:
    with learn:
        st.markdown(say(counting.LEARN))
        progress = {name: compute.progress(checkpoint) for name, checkpoint in counting.CELLS.items()}
        updates = parts.ask_updates(progress["LSTM"])
        found = counting.at(updates, progress)
        lengths, units = st.columns(2, gap="medium")
        with lengths:
            parts.show_lengths(found, updates)
        with units:
            cell = parts.ask_cell()
            parts.show_units(cell, found[cell])
        learned, outputs = compute.learned(counting.CELLS[cell], updates, table)
        tracks = [
            counting.learned_track(cell, found[cell], learned, outputs),
            counting.track(compute.count(FIRM, table)),
        ]
        player(tracks, steps, key="counter_learned_player", step=1)
        st.subheader(say("Train one now"))
        parts.train_live(cell)
        parts.ending("learn", counting.NOTICE_LEARNED, counting.TRY_LEARNED)
