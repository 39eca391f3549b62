"""Live curves: line charts over updates that grow while something computes, without flicker."""

from playground.live.live import Chart, Curve, Level, Line, Mark, live, payload

__all__ = ["Chart", "Curve", "Level", "Line", "Mark", "live", "payload"]
