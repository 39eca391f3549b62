"""What the player's tests show and what they compare the screen with: the same traces, made the same way."""

import dataclasses

import torch

from models import trace
from models.cells import open_cell
from models.trace import Trace

SENTENCE = ["the", "cats", ",", "which", "ate", "the", "blorp", "fish", ",", "were", "full", "."]
HOSTILE = [
    '<img src=x onerror="document.title=1">',
    "مرحبا بالعالم",
    "👩‍👩‍👧‍👦",
    "x" * 10_000,
    "\n",
    "",
    "\u202etxt.exe",
    "&lt;b&gt;",
    "</bdi><script>document.title=2</script>",
]


def made_trace(cell: str, T: int, H: int, variant: str = "") -> Trace:
    """An untrained network from a fixed seed that reads random vectors.

    Args:
        cell: RNN, LSTM or GRU.
        T: number of steps.
        H: number of units.
        variant: an option of the cell and its value, "reset=before".
    """
    chance = torch.Generator().manual_seed(5)
    module = getattr(torch.nn, cell)(3, H)
    with torch.no_grad():
        for weight in module.parameters():
            weight.uniform_(-1.5, 1.5, generator=chance)
    x = torch.randn(T, 3, generator=chance)
    if not variant:
        return trace(module, x)
    name, value = variant.split("=")
    return trace(dataclasses.replace(open_cell(module), **{name: value}), x)
