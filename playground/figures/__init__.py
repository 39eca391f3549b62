"""Figures: arrays and words in, a Plotly figure out. None of them shows, caches or reads anything."""

from playground.figures.bars import bars
from playground.figures.count import count
from playground.figures.errors import errors
from playground.figures.heatmap import heatmap
from playground.figures.lines import Line, lines
from playground.figures.orbits import orbit, settled

__all__ = ["Line", "bars", "count", "errors", "heatmap", "lines", "orbit", "settled"]
