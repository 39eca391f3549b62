"""Many visitors at once, and many one after another: everybody is served, and nobody stays in memory."""

from pathlib import Path

import pytest
from visitor import apart

from benchmarks.crowd import crowd, one_after_another
from benchmarks.server import FORGET, serve

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc, which only Linux has"),
]


def test_a_crowd_is_served_without_an_error_and_leaves_no_memory_behind():
    said: list[str] = []
    with serve(said, "--server.disconnectedSessionTTL", str(FORGET)) as server:
        waits, most = apart(lambda: crowd(server, visitors=10, seconds=12))
        assert len(waits.pages) >= 10  # a page that raised would have raised here
        assert most < 700
        before, after = apart(lambda: one_after_another(server, visits=40))
        assert after - before < 30
    assert not [line for line in said if "Traceback" in line or "Error" in line]
