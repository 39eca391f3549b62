"""A visitor without a browser: Streamlit's own test runner, from the entry script on."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from playground.exhibits import EXHIBITS

ENTRY = "playground/streamlit_app.py"


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


def sentences(app: AppTest) -> str:
    """Everything that the page tells its visitor in a box."""
    return " ".join(str(element.value) for element in [*app.warning, *app.info, *app.error])
