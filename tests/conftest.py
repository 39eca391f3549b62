"""What the browser tests share: a running app, an installed Chromium, and a page that tolerates no error."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

os.environ["OMP_NUM_THREADS"] = "1"  # as the entry says it, before torch is imported: for the threads of AppTest too

ROOT = Path(__file__).parent.parent
LOOPBACK = "127.0.0.1"
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
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
WINDOW: ViewportSize = {"width": 1440, "height": 900}
PATIENCE_MS = 30_000
"""How long a test waits for what must happen: long enough for a busy machine, as no test measures time."""
FORGET = "() => { if (location.protocol.startsWith('http')) { localStorage.clear(); sessionStorage.clear(); } }"
"""What one test leaves in the browser is not for the next: Streamlit keeps there whether the sidebar was opened."""
HOW_TO_GET_ONE = (
    "no Chromium found: install one (Debian: apt install chromium; others: Google Chrome), "
    "or set CHROMIUM to the path of its executable"
)


@pytest.fixture(scope="session", autouse=True)
def _one_torch_thread() -> None:
    """Two threads are slower than one as soon as anything else runs."""
    import torch  # noqa: PLC0415 - 1.4 s, only when a test runs

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """The whole app, as the README starts it."""
    with serving("playground") as url:
        yield url


@pytest.fixture(scope="session")
def player_url() -> Iterator[str]:
    """A page with nothing but the player: tests/player_app.py."""
    with serving("tests/player_app.py") as url:
        yield url


@pytest.fixture(scope="session")
def profile() -> Iterator[BrowserContext]:
    """One Chromium for all tests. Its profile on disk keeps what Streamlit's scripts were compiled to, from page to page."""
    executable = chromium()
    if executable is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(HOW_TO_GET_ONE)
        pytest.skip(HOW_TO_GET_ONE)
    expect.set_options(timeout=PATIENCE_MS)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, sync_playwright() as playwright:
        launched = playwright.chromium.launch_persistent_context(folder, executable_path=executable, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def browser(profile: BrowserContext) -> Browser:
    """The same Chromium, for whoever needs a stranger: a context that shares nothing with another."""
    assert profile.browser
    return profile.browser


@pytest.fixture(scope="session")
def touched(browser: Browser) -> Iterator[BrowserContext]:
    """A device with a touch screen."""
    with browser.new_context(has_touch=True) as context:
        yield context


@pytest.fixture(scope="session")
def idle(profile: BrowserContext) -> list[Page]:
    """Tabs that a test has left. The next one takes them: half of what a page costs is the process of a new tab."""
    return profile.pages


@pytest.fixture
def open_page(
    profile: BrowserContext, idle: list[Page], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Opens pages of a width, a colour scheme and a wish for motion of their own; errors on them fail the test."""
    complaints: list[str] = []
    pages: list[tuple[Page, Callable[[], None]]] = []

    def opened(
        *,
        viewport: ViewportSize = WINDOW,
        color_scheme: Literal["light", "dark"] = "light",
        reduced_motion: Literal["reduce", "no-preference"] = "no-preference",
        has_touch: bool = False,
    ) -> Page:
        context: BrowserContext = request.getfixturevalue("touched") if has_touch else profile
        page = idle.pop() if idle and not has_touch else context.new_page()
        page.bring_to_front()
        page.set_default_timeout(PATIENCE_MS)
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)
        pages.append((page, watch(page, complaints)))
        return page

    yield opened
    for page, unwatch in pages:
        unwatch()
        if page.context is profile:
            page.evaluate(FORGET)
            page.goto("about:blank")
            idle.append(page)
        else:
            page.close()
    assert not complaints


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page 1440 px wide, light, that fails the test on errors and on requests leaving this machine."""
    return open_page()


def watch(page: Page, complaints: list[str]) -> Callable[[], None]:
    """Collects what no page may do: errors on the console, exceptions, requests to other machines; gives what ends it."""

    def heard(message: ConsoleMessage) -> None:
        # Streamlit looks for its endpoints below a deep link first and is told 404 there: not an error of ours.
        if message.type == "error" and "_stcore" not in message.location.get("url", ""):
            complaints.append(f"console: {message.text}")

    def asked(url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != LOOPBACK:
            complaints.append(f"request left this machine: {url}")

    listeners: dict[str, Callable[..., None]] = {
        "console": heard,
        "pageerror": lambda error: complaints.append(f"exception: {error}"),
        "request": lambda request: asked(request.url),
        "websocket": lambda socket_: asked(socket_.url),
    }
    for event, listener in listeners.items():
        page.on(event, listener)  # pyright: ignore[reportCallIssue, reportArgumentType] - one overload for each event

    def ended() -> None:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)

    return ended


def chromium() -> str | None:
    """An installed Chromium, or a relative of it."""
    if named := os.environ.get("CHROMIUM"):
        return named
    on_path = (shutil.which(name) for name in NAMES)
    known = (place for place in PLACES if Path(place).exists())
    return next((found for found in [*on_path, *known] if found), None)


@contextmanager
def serving(script: str) -> Iterator[str]:
    """Runs a Streamlit script from the root of the repository on a free loopback port."""
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    options = {
        "server.port": port,
        "server.address": LOOPBACK,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", script, *flags],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_healthy(f"http://{LOOPBACK}:{port}/_stcore/health", server)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.terminate()
        server.wait(15)


def wait_until_healthy(url: str, server: subprocess.Popen, seconds: float = 90) -> None:
    """Returns once the server answers.

    Raises:
        RuntimeError: it ended, or did not answer in time.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with code {server.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer within {seconds} s")
