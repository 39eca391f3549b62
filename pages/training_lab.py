"""Exhibit: what happens inside a network while it learns?"""

import streamlit as st

from playground import controls, lab
from playground import lab_parts as parts
from playground import lab_views as views
from playground.language import say

st.title(say("Training lab"))
st.markdown(say(lab.ASKED))

# Controls
plan = parts.ask_plan()
parts.remember_shown(plan)
parts.buttons(plan)

# Compute and figures: the curves grow by themselves while something trains
curves = st.container()
at = parts.scrub(parts.courses())
with curves:  # above the scrubber, and drawn when a link's update is known
    parts.watch()

look, longer, sweep, save = controls.tabs("lab", lab.TABS)
if look.open:
    with look:
        views.look_inside(at)
if longer.open:
    with longer:
        parts.guess_first()
        views.longer(at)
if sweep.open:
    with sweep:
        views.sweep_tab(plan)
if save.open:
    with save:
        views.save_and_load(at)

# Explanation
parts.ending()
