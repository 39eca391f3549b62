"""Figures: arrays and words in, a Plotly figure out. None of them shows, caches or reads anything."""

from playground.figures.arrows import Arrow, arrows
from playground.figures.bands import Band, Mark, bands
from playground.figures.bars import bars
from playground.figures.batches import batch
from playground.figures.beside import beside
from playground.figures.boxes import box
from playground.figures.choices import choices
from playground.figures.contributions import contributions
from playground.figures.count import count
from playground.figures.curves import Axes, Curve, Place, curves
from playground.figures.errors import errors
from playground.figures.folds import folds
from playground.figures.forecasts import forecasts
from playground.figures.grid import grid
from playground.figures.heatmap import heatmap
from playground.figures.lines import Line, lines
from playground.figures.magnitudes import Magnitude, magnitudes
from playground.figures.matrix import matrix
from playground.figures.norms import norms
from playground.figures.orbits import orbit, settled
from playground.figures.scatter import Group, scatter
from playground.figures.shares import shares
from playground.figures.sizes import sizes
from playground.figures.slices import Frame, slices
from playground.figures.slopes import Slope, slopes
from playground.figures.surprises import surprises
from playground.figures.switchboard import switchboard
from playground.figures.truncation import truncation

__all__ = [
    "Arrow",
    "Axes",
    "Band",
    "Curve",
    "Frame",
    "Group",
    "Line",
    "Magnitude",
    "Mark",
    "Place",
    "Slope",
    "arrows",
    "bands",
    "bars",
    "batch",
    "beside",
    "box",
    "choices",
    "contributions",
    "count",
    "curves",
    "errors",
    "folds",
    "forecasts",
    "grid",
    "heatmap",
    "lines",
    "magnitudes",
    "matrix",
    "norms",
    "orbit",
    "scatter",
    "settled",
    "shares",
    "sizes",
    "slices",
    "slopes",
    "surprises",
    "switchboard",
    "truncation",
]
