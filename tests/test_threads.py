import os
import subprocess
import sys

from visitor import ENTRY

OPEN_AND_MULTIPLY = f"""
from concurrent.futures import ThreadPoolExecutor
from streamlit.testing.v1 import AppTest
assert not AppTest.from_file({ENTRY!r}, default_timeout=120).run().exception
import torch
generator = torch.Generator().manual_seed(0)
h, w = (torch.randn(size, generator=generator) for size in ((9, 16), (64, 16)))
with ThreadPoolExecutor(1) as run_of_a_script:
    as_it_comes = run_of_a_script.submit(lambda: h @ w.T).result()
    run_of_a_script.submit(torch.set_num_threads, 1).result()
    print(torch.equal(as_it_comes, run_of_a_script.submit(lambda: h @ w.T).result()))
"""


def test_a_product_in_a_new_thread_has_the_bits_of_one_thread(pytestconfig):
    # A thread that has not asked torch for its number of threads takes the machine's, unless the entry says otherwise.
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", OPEN_AND_MULTIPLY],
        cwd=pytestconfig.rootpath,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["True"]
