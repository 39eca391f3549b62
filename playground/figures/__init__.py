"""Figures: arrays and words in, a Plotly figure out. None of them shows, caches or reads anything."""

from playground.figures.heatmap import heatmap
from playground.figures.lines import Line, lines

__all__ = ["Line", "heatmap", "lines"]
