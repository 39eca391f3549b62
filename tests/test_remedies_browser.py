"""Clipping and remedies in Chromium: the curves follow the sliders, a training is watched, and a phone is wide enough."""

import re

import pytest
from browsing import LEARNED_MS, script_has_run
from playwright.sync_api import Page, expect

from playground import taming

pytestmark = pytest.mark.browser

EXPLODING, REMEDIES, ECHO = taming.TABS


@pytest.fixture
def visit(open_page, app_url):
    """Opens the page with a query string and waits until its script has run."""

    def visited(query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/clipping_and_remedies?{query}")
        settled(page)
        return page

    return visited


def settled(page):
    expect(page.get_by_role("heading", name="What to notice")).to_be_visible()
    script_has_run(page)


def curve(page, key):
    """The lines of a chart, as the browser draws them."""
    figure = page.locator(f".st-key-{key} .js-plotly-plot")
    expect(figure).to_be_visible()
    return figure.evaluate("figure => JSON.stringify(figure.data.map(trace => trace.y))")


def title(page, key):
    return page.locator(f".st-key-{key} .gtitle").first


def test_another_spectral_radius_changes_forecast_and_echo(visit):
    page = visit(f"remedy_tab={ECHO}&remedy_units=100")
    before = {key: curve(page, key) for key in ("remedy_forecast", "remedy_echo")}
    slider = page.get_by_role("slider", name="Spectral radius")
    slider.focus()
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    expect(slider).to_have_value("0.65")
    expect(title(page, "remedy_echo")).to_contain_text("The start is forgotten after")
    page.wait_for_url(re.compile(r"remedy_radius=0\.65"))
    settled(page)
    for key, earlier in before.items():
        assert curve(page, key) != earlier


def test_a_training_goes_on_by_itself_and_stops_by_a_click(visit):
    page = visit(f"remedy_tab={REMEDIES}&remedy_lag=100+steps")
    page.get_by_role("button", name="Train it at lag 100").click()
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_contain_text(re.compile(r"update [1-9]\d+ of 300"), timeout=LEARNED_MS)
    stop = page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True)
    stop.click()
    expect(stop).to_be_disabled()
    settled(page)
    stopped = progress.inner_text()
    page.wait_for_timeout(1000)
    assert progress.inner_text() == stopped


@pytest.mark.parametrize("tab", taming.TABS)
def test_no_tab_is_wider_than_a_phone(tab, visit):
    page = visit(f"remedy_tab={tab}", viewport={"width": 390, "height": 844})
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 1
