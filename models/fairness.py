"""Fairness: what it means that two cells are of one size: equal hidden units, or equally many weights.

An LSTM has four times the recurrent weights of an RNN with as many units; a comparison has to say which of the two it
holds equal, and show the other.
"""

from dataclasses import replace
from functools import lru_cache

import torch

from models.run import Nonlinearity, Run
from models.tasks import TASKS


def parameters(run: Run) -> int:
    """How many weights the network of a run has, biases included.

    Raises:
        KeyError, ValueError: What the task's network raises.
    """
    return _count(run.hidden, _first_counts(run.task, run.cell, run.inputs, run.layers, run.nonlinearity))


def hidden_for(run: Run, parameters: int) -> int:
    """The hidden size H with which the network of a run comes nearest to a number of weights; the smaller of two equals.

    Args:
        run: Whose network it is; its own H does not matter.
        parameters: The number of weights.

    Raises:
        KeyError: There is no such cell.
        ValueError: `parameters` is below 1.
    """
    if parameters < 1:
        raise ValueError(f"parameters is {parameters}, expected 1 or more")
    first = _first_counts(run.task, run.cell, run.inputs, run.layers, run.nonlinearity)
    high = 1
    while _count(high, first) < parameters:
        high *= 2
    low = high // 2  # has too few weights, or is no size at all
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _count(middle, first) < parameters else (low, middle)
    return min((h for h in (low, high) if h), key=lambda h: abs(_count(h, first) - parameters))


def _count(hidden: int, first: tuple[int, int, int]) -> int:
    """Newton's formula: the number of weights is a polynomial of H of degree 2, so three of its values say all."""
    one, two, three = first
    h = hidden - 1
    return one + h * (two - one) + h * (h - 1) // 2 * (three - 2 * two + one)


@lru_cache(maxsize=256)
def _first_counts(task: str, cell: str, inputs: int, layers: int, nonlinearity: Nonlinearity) -> tuple[int, int, int]:
    """The weights of the task's own networks with 1, 2 and 3 hidden units, counted."""
    run = Run(task=task, cell=cell, inputs=inputs, layers=layers, nonlinearity=nonlinearity)
    networks = [TASKS[task].network(replace(run, hidden=hidden), torch.Generator()) for hidden in (1, 2, 3)]
    one, two, three = (sum(weight.numel() for weight in network.parameters()) for network in networks)
    return one, two, three
