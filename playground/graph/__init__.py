"""Numbers on a drawing: an unrolled network whose every number tells what it was computed from."""

from playground.graph.graph import Caption, Edge, Node, Piece, Stop, asked, graph, payload

__all__ = ["Caption", "Edge", "Node", "Piece", "Stop", "asked", "graph", "payload"]
