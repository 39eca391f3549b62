"""What the imports made is never garbage: take it out of the collector's sight, once.

Streamlit calls `gc.collect(2)` after every script run, under one lock for all sessions. With torch loaded that walk
visits some 200,000 objects that live as long as the server and takes longer than the page itself; frozen, they are
passed over. `benchmarks/server.py` measures both; the figures stand in docs/performance.md.
"""

import gc
import sys

HEAVY = ("torch", "plotly.graph_objects")
"""Modules that bring so many objects that freezing again pays once one of them has come in."""

_frozen: set[str] = set()


def freeze_imports() -> None:
    """Freeze what is alive, each time that another of the `HEAVY` modules has been imported; else do nothing."""
    new = {name for name in HEAVY if name in sys.modules} - _frozen
    if new:
        _frozen.update(new)
        gc.freeze()
