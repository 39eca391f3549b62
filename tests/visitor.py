"""A visitor without a browser: Streamlit's own test runner, from the entry script on."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from streamlit.testing.v1 import AppTest

from playground.exhibits import EXHIBITS
from playground.learning import Learning

ENTRY = "playground/streamlit_app.py"

Answer = TypeVar("Answer")


def opened(page: str, root: Path, **params: object) -> AppTest:
    """Opens an exhibit by its file with a query string, and sees that it raised nothing."""
    app = AppTest.from_file(root / ENTRY, default_timeout=60)
    for name, value in params.items():
        app.query_params[name] = str(value)
    app.run()
    if page != EXHIBITS[0].file:
        app.switch_page(str(root / page))
        for name, value in params.items():
            app.query_params[name] = str(value)
        app.run()
    assert not app.exception
    return app


def learned(app: AppTest, at: Callable[[], Learning], *, updates: int | None = None) -> Any:
    """The `Homework` that a page began, once it is over; or once it has made some updates and shown a picture.

    The page that comes back has seen it. A page that is open says now and then that it is.

    Args:
        app: The visitor.
        at: Where the page keeps the training.
        updates: Do not wait for the end, but for so many.
    """
    work = at().work
    until = time.monotonic() + 60
    while not (work.over or (updates is not None and work.updates >= updates and work.picture is not None)):
        assert time.monotonic() < until, f"{work.updates} updates, {work.state}: {work.sentence}"
        work.renew()
        time.sleep(0.02)
    app.run()
    assert not app.exception
    return work


def apart(work: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
    """Runs asynchronous work in a thread of its own: Playwright keeps an event loop in that of the tests."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(lambda: asyncio.run(work())).result()


def sentences(app: AppTest) -> str:
    """Everything that the page tells its visitor in a box."""
    return " ".join(str(element.value) for element in [*app.warning, *app.info, *app.error])
