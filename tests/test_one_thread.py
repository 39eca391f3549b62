"""Every visitor computes with one thread, in whatever thread of the server the page runs."""

import os
import subprocess
import sys

import pytest

ASK = """
import ctypes, threading
from pathlib import Path
from streamlit.testing.v1 import AppTest

app = AppTest.from_file("playground/streamlit_app.py", default_timeout=120).run()
assert not app.exception
loaded = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libgomp" in line}
(openmp,) = [ctypes.CDLL(path) for path in loaded if "torch" in path]
visitor = threading.Thread(target=lambda: print(openmp.omp_get_max_threads()))
visitor.start()
visitor.join()
"""
"""The app is opened as on a server, then OpenMP is asked in a new thread; torch would answer what it was told before."""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which only Linux has")
def test_openmp_gives_one_thread_to_every_visitor(pytestconfig):
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    said = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=pytestconfig.rootpath,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["1"]
