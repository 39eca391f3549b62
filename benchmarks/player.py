"""What the token player costs in a browser: key to picture, playing, bytes, first paint. Prints a Markdown table.

    python benchmarks/player.py [--chromium /usr/bin/chromium] [--presses 120]

A key's time runs from the key event to the end of the frame that shows its picture (style, layout and paint done); the
column "presented" is the browser's own measure of the same (Event Timing API, in steps of 8 ms, up to the screen).
A frame of a 60 Hz screen takes 16.7 ms; a frame counts as dropped when the next one comes later than 25 ms.
"""

import argparse
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

APP = Path(__file__).with_name("player_app.py")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CASES = (
    ("LSTM", 60, 32),
    ("LSTM", 200, 32),
    ("LSTM", 512, 64),
    ("GRU", 60, 32),
    ("RNN", 60, 32),
    ("RNN,LSTM,GRU", 60, 32),
)

WATCH = """
(() => {
  const watch = { keys: [], presented: [], frames: [], painted: 0 };
  window.watch = watch;
  const player = () => [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
    .map((host) => host.shadowRoot).find((root) => root?.querySelector(".player"));
  window.addEventListener("keydown", (event) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => watch.keys.push(performance.now() - event.timeStamp);
    requestAnimationFrame(() => channel.port2.postMessage(0));
  }, true);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.name === "keydown") watch.presented.push(entry.duration);
  }).observe({ type: "event", durationThreshold: 16 });
  const look = () => {
    if (player()?.querySelector(".counter")?.textContent && player().querySelector(".map canvas").width > 300) {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { watch.painted = performance.timeOrigin + performance.now(); };
      channel.port2.postMessage(0);
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  watch.record = (milliseconds) => new Promise((resolve) => {
    const frames = [];
    const counter = player().querySelector(".counter");
    const first = Number(counter.textContent.match(/\\d+/)[0]);
    let began = 0;
    const next = (time) => {
      began ||= time;
      frames.push(time);
      if (time - began < milliseconds) return requestAnimationFrame(next);
      resolve({ frames, steps: Number(counter.textContent.match(/\\d+/)[0]) - first });
    };
    requestAnimationFrame(next);
  });
})();
"""


@dataclass
class Traffic:
    """Bytes on the websocket, each way."""

    sent: int = 0
    received: int = 0
    frames: list[int] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Count from now on."""

        def opened(socket_: object) -> None:
            socket_.on("framesent", self._out)  # type: ignore[attr-defined]
            socket_.on("framereceived", self._in)  # type: ignore[attr-defined]

        page.on("websocket", opened)

    def _out(self, data: str | bytes) -> None:
        self.sent += len(data)

    def _in(self, data: str | bytes) -> None:
        self.received += len(data)


def main() -> None:
    """Measures every case and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    parser.add_argument("--presses", type=int, default=120)
    arguments = parser.parse_args()
    rows = []
    with serve() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=arguments.chromium, args=FLAGS)
        version = browser.version
        first_ever = visit(browser, base, *CASES[0])[1]
        for cells, T, H in CASES:
            rows.append(measure(browser, base, cells, T, H, arguments.presses))
        browser.close()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.processor() or platform.machine()}, Chromium {version}, headless")
    print(f"First visit of a fresh browser to a fresh server: {first_ever:.0f} ms from trace to picture.")
    print()
    print(
        "| cells | T | H | key to picture, median / p95 (ms) | presented, median (ms) | unit key, median (ms) "
        "| steps/s played at 30 | dropped frames | payload (kB) | sent per step (B) | first paint (ms) |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for row in rows:
        print(row)


def visit(browser: Browser, base: str, cells: str, T: int, H: int) -> tuple[Page, float, int, Traffic]:
    """Opens the page and asks for the player: the page, the time from trace to picture (ms), the bytes it took."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(WATCH)
    traffic = Traffic()
    traffic.listen(page)
    page.goto(f"{base}/?cells={cells}&T={T}&H={H}")
    page.get_by_text("Show").wait_for()
    page.wait_for_timeout(1500)
    before = traffic.received
    page.get_by_text("Show").click()
    page.wait_for_function("window.watch.painted > 0")
    ready = float(page.get_by_test_id("stCaptionContainer").inner_text().split()[1])
    painted = page.evaluate("window.watch.painted")
    page.wait_for_timeout(1500)
    return page, painted - ready, traffic.received - before, traffic


def measure(browser: Browser, base: str, cells: str, T: int, H: int, presses: int) -> str:
    """One row of the table."""
    page, first_paint, payload, traffic = visit(browser, base, cells, T, H)
    page.locator(".player .strip").focus()
    sent = traffic.sent
    steps = press(page, ["ArrowRight"] * min(presses, T - 1))
    presented = page.evaluate("window.watch.presented")
    units = press(page, ["ArrowDown"] * min(presses, H - 1))
    per_step = (traffic.sent - sent) / (len(steps) + len(units))
    played = play(page)
    page.close()
    return (
        f"| {cells.replace(',', ', ')} | {T} | {H} | {statistics.median(steps):.1f} / {percentile(steps, 95):.1f} "
        f"| {statistics.median(presented) if presented else 8:.0f} | {statistics.median(units):.1f} "
        f"| {played[0]:.1f} | {played[1]} of {played[2]} | {payload / 1000:.0f} | {per_step:.0f} | {first_paint:.0f} |"
    )


def press(page: Page, keys: list[str]) -> list[float]:
    """Presses keys at uneven moments; the milliseconds that each took to be a picture."""
    page.evaluate("window.watch.keys.length = window.watch.presented.length = 0")
    for k, key in enumerate(keys):
        page.keyboard.press(key)
        page.wait_for_timeout(45 + 7 * (k % 5))
    page.wait_for_timeout(100)
    return page.evaluate("window.watch.keys")


def play(page: Page) -> tuple[float, int, int]:
    """Plays at 30 tokens a second: steps a second, dropped frames, frames."""
    page.keyboard.press("Home")
    page.locator(".player .speed input").evaluate(
        "input => { input.value = 30; input.dispatchEvent(new Event('input')); }"
    )
    total = int(page.locator(".player .counter").inner_text().split()[-1])
    page.locator(".player .strip").focus()
    page.wait_for_timeout(800)
    page.keyboard.press(" ")
    page.wait_for_timeout(200)
    watched = page.evaluate("ms => window.watch.record(ms)", min(5000, total / 30 * 1000 - 500))
    frames = watched["frames"]
    gaps = [later - sooner for sooner, later in pairwise(frames)]
    return watched["steps"] / (frames[-1] - frames[0]) * 1000, sum(gap > 25 for gap in gaps), len(gaps)


def percentile(values: list[float], share: int) -> float:
    """A percentile, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share / 100 * len(ordered)))]


@contextmanager
def serve(script: str = str(APP)) -> Iterator[str]:
    """A Streamlit script, the measured page if none is named, on a free loopback port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"server.port": port, "server.address": "127.0.0.1", "server.headless": "true"}
    command = [sys.executable, "-m", "streamlit", "run", script]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{base}/_stcore/health")
        yield base
    finally:
        server.terminate()
        server.wait(10)


def wait_for(url: str, seconds: float = 60) -> None:
    """Returns once the server answers."""
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    main()
