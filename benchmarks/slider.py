"""From a slider's move to the new mark on the page “The memory counter”, tab “Build it yourself”. Prints a Markdown table.

Run from the repository's root: `python -m benchmarks.slider`. Each arrow key on the slider has the cell scored anew on
1,000 sequences of each of three lengths; the clock stops when a mark on the page has changed. Keys after which no mark
changes are not counted.
"""

import argparse
import shutil
from datetime import UTC, datetime

from playwright.sync_api import sync_playwright

from benchmarks.player import FLAGS, percentile, serve

START = "memory_counter?counter_tab=Build+it+yourself&build_g_x1=1&build_i_x2=40&build_f_x2=60&build_f_bias=15"
SLIDERS = {"build_f_bias": "forget gate, bias", "build_i_bias": "input gate, bias"}
PRESSES = 24

WATCH = """
(() => {
  const marks = () => [...document.querySelectorAll('[data-testid="stMetricValue"]')].map((e) => e.innerText).join();
  window.took = null;
  let start = null, before = "";
  document.addEventListener("keydown", () => { start = performance.now(); before = marks(); window.took = null; }, true);
  new MutationObserver(() => {
    if (start !== null && window.took === null && marks() !== before) window.took = performance.now() - start;
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})()
"""


def main() -> None:
    """Press the arrow keys on two sliders and print how long the marks took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    arguments = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, headless Chromium\n")
    print("| slider | moves counted | median, ms | p95, ms | longest, ms |\n|---|---:|---:|---:|---:|")
    with serve("playground") as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=arguments.chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(f"{base}/{START}")
        page.get_by_test_id("stMetricValue").first.wait_for()
        page.wait_for_timeout(2500)
        page.evaluate(WATCH)
        for key, name in SLIDERS.items():
            page.locator(f".st-key-{key} [role=slider], .st-key-{key} input[type=range]").first.focus()
            times: list[float] = []
            for k in range(PRESSES):
                page.keyboard.press("ArrowLeft" if k % 8 < 4 else "ArrowRight")
                page.wait_for_timeout(900)
                if (took := page.evaluate("window.took")) is not None:
                    times.append(took)
            middle, late = percentile(times, 50), percentile(times, 95)
            print(f"| {name} | {len(times)} of {PRESSES} | {middle:.0f} | {late:.0f} | {max(times):.0f} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
