"""Small recurrent networks that tell the truth: cells, traces, tasks, and the trained networks that ship."""

# `models.trace` is the function from here on; what else is in that file comes by `from models.trace import …`.
from models.cells import CELLS, GRU, LSTM, RNN, Cell, Equation, open_cell
from models.trace import Trace, deviation, trace

__all__ = ["CELLS", "GRU", "LSTM", "RNN", "Cell", "Equation", "Trace", "deviation", "open_cell", "trace"]
