"""What lives long is not garbage: take it out of the collector's sight, and look at all of it only once in a while.

Streamlit calls `gc.collect(2)` after every script run, under one lock for all sessions. That walk visits everything that is
alive: some 700,000 objects of torch, Plotly and Streamlit, and what fifty visitors have in their sessions. It takes many
times longer than the page itself. So each run begins by freezing what there is: the walk after it sees only what the run
has made. Once in `THAW` seconds all is thawed, collected and frozen again, so that what visitors left in circles is freed
as well. `benchmarks/server.py` and `benchmarks/crowd.py` measure it; the figures stand in docs/performance.md.
"""

import gc
import sys
import threading
import time

HEAVY = ("torch", "plotly.graph_objects")
"""Modules that bring so many objects that freezing pays; before one of them has come in, nothing is done."""

THAW = 60.0
"""Seconds after which everything is looked at again: about a quarter of a second for all visitors."""

_lock = threading.Lock()
_thawed = time.monotonic()


def freeze() -> None:
    """Freeze what is alive; for the beginning of a run of the script. Takes microseconds, but once in `THAW` seconds."""
    global _thawed  # noqa: PLW0603 - the collector is one for the whole process, too
    if not any(name in sys.modules for name in HEAVY):
        return
    with _lock:
        if time.monotonic() - _thawed > THAW:
            gc.unfreeze()
            gc.collect()
            _thawed = time.monotonic()
        gc.freeze()
