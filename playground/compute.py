"""The border between the app and the models, and the only home of Streamlit's caches.

A page hands in a question (frozen, hashable) and gets the answer; equal questions share one answer between all
sessions, so answers are read-only.
"""

import streamlit as st
import torch
from numpy.typing import NDArray

from models import change, counter, paper, reading, zoo
from models.tasks import memory_counter
from models.trace import Trace, trace

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


@st.cache_resource(max_entries=256, show_spinner=False)
def solve(network: paper.Network, inputs: paper.Matrix) -> paper.Solution:
    """Every number of a network on paper; see `models.paper.solve`."""
    return paper.solve(network, inputs)


def both_orders(network: paper.Network, inputs: paper.Matrix, swap: tuple[int, int]) -> paper.Orders:
    """A sequence and the same with two steps swapped; see `models.paper.both_orders`."""
    return paper.both_orders(network, inputs, *swap)


@st.cache_resource(max_entries=256, show_spinner=False)
def scalar(question: paper.Scalar) -> paper.Orbit:
    """Where the state of an RNN with one unit goes, and where it ends; see `models.paper.orbit`."""
    return paper.orbit(question)


@st.cache_resource(max_entries=64, show_spinner=False)
def settled(nonlinearity: paper.Nonlinearity, push: float) -> paper.Settled:
    """Where the orbits of one number end; see `models.paper.settled`."""
    return paper.settled(nonlinearity, push)


@st.cache_resource(max_entries=256, show_spinner=False)
def count(setting: counter.Setting, table: counter.Table) -> counter.Counted:
    """What a hand-set cell makes of a table; see `models.counter.run`."""
    return counter.run(setting, table)


@st.cache_resource(max_entries=1024, show_spinner=False)
def scores(setting: counter.Setting) -> dict[int, counter.Score]:
    """The marks of a hand-set cell at all lengths; see `models.counter.scores`."""
    return counter.scores(setting)


@st.cache_resource(max_entries=64, show_spinner=False)
def scale_errors(table: counter.Table, scales: tuple[float, ...] = tuple(counter.SCALES)) -> dict[str, NDArray]:
    """How far a standard LSTM is off for each scale, in float32 and float64; see `models.counter.scale_errors`."""
    types = {"float32": torch.float32, "float64": torch.float64}
    return {name: counter.scale_errors(counter.FIRM, table, scales, dtype) for name, dtype in types.items()}


@st.cache_resource(max_entries=64, show_spinner=False)
def standard(table: counter.Table, scale: float) -> Trace:
    """What a standard LSTM with firm weights and one scale makes of a table; see `models.counter.standard`."""
    return trace(counter.standard(counter.FIRM, [scale]), table.inputs)


@st.cache_resource(show_spinner=False)
def grown(name: str) -> dict[int, memory_counter.CountingNetwork]:
    """A network that learned to count, at all points of its training that ship; see `models.zoo.grown`."""
    return zoo.grown(name)


@st.cache_resource(show_spinner=False)
def progress(name: str) -> dict[int, dict]:
    """How good a network that learned to count was at each of these points, by updates made; see `models.zoo.facts`."""
    return {snapshot["step"]: snapshot for snapshot in zoo.facts(name)["snapshots"]}


@st.cache_resource(max_entries=64, show_spinner=False)
def learned(name: str, updates: int, table: counter.Table) -> tuple[Trace, NDArray]:
    """What a network made of a table after so many updates; see `models.tasks.memory_counter.read`."""
    return memory_counter.read(grown(name)[updates], table)
