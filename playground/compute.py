"""The border between the app and the models, and the only home of Streamlit's caches.

A page hands in a question (frozen, hashable) and gets the answer; equal questions share one answer between all
sessions, so answers are read-only.
"""

import streamlit as st
import torch

from models import change, reading, zoo

# One thread for each session: two are hardly faster alone, and 10 to 100 times slower as soon as two sessions compute.
torch.set_num_threads(1)


@st.cache_resource(max_entries=48, show_spinner=False)
def read(question: reading.Question) -> reading.Reading:
    """What happens while a network reads a text; see `models.reading.read`. At most about 4 MB an answer."""
    return reading.read(question)


@st.cache_resource(show_spinner=False)
def facts(cell: str) -> dict:
    """How the trained network of a cell was made and how good it is; see `models.zoo.facts`."""
    return zoo.facts(f"agreement-{cell.lower()}")


@st.cache_resource(max_entries=48, show_spinner=False)
def changes(question: reading.Question) -> list[change.Change]:
    """How much the states of a reading move from step to step; see `models.change.changes`."""
    return change.changes(read(question).trace)


def number_unit(cell: str) -> int:
    """The unit of a trained network that keeps the subject's number; see `models.tasks.agreement.number_unit`."""
    return int(facts(cell)["number_unit"]["unit"])
