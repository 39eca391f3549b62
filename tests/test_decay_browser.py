"""Gradient decay in Chromium: a slider moves the curve and keeps the zoom, long work shows a bar and stops by a click."""

import re

import pytest
from browsing import script_has_run
from playwright.sync_api import Page, expect

from playground import decaying

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(open_page, app_url):
    """Opens the page with a query string and waits until its script has run."""

    def visited(query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/gradient_decay?{query}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Gradient decay")
        return page

    return visited


def label(page, text):
    """The name at the end of a line; while Streamlit replaces a chart there are two charts for a moment."""
    return page.locator(".js-plotly-plot .annotation-text").filter(has_text=re.compile(f"{text}$")).first


def curve(page):
    """The line that was drawn last, the LSTM's."""
    return page.locator(".js-plotly-plot .scatterlayer path.js-line").last


def test_a_move_of_the_forget_bias_moves_the_curve_and_its_half_life(visit):
    page = visit("decay_compare=false&decay_seeds=1")
    metric = page.get_by_test_id("stMetric").last
    expect(label(page, "LSTM.*=3")).to_be_visible()
    expect(metric).to_contain_text("LSTM, forget bias 3")
    script_has_run(page)
    half_life = page.get_by_test_id("stMetricValue").last.inner_text()
    before = curve(page).get_attribute("d")
    slider = page.get_by_role("slider", name="Forget bias of the LSTM")
    slider.focus()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    expect(slider).to_have_value("1")
    expect(label(page, "LSTM.*=1")).to_be_visible()
    expect(metric).to_contain_text("LSTM, forget bias 1")
    script_has_run(page)
    assert float(page.get_by_test_id("stMetricValue").last.inner_text()) < float(half_life)
    assert curve(page).get_attribute("d") != before
    page.wait_for_url(re.compile("decay_forget_bias=1"))


def test_long_work_shows_a_bar_and_stops_by_a_click(visit):
    page = visit("decay_steps=10000&decay_hidden=128&decay_seeds=10")
    main = page.get_by_test_id("stMain")
    stop = main.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible()
    expect(page.get_by_test_id("stProgress")).to_contain_text("of 50")
    stop.click()
    expect(main.get_by_text(re.compile(r"Stopped after \d of 10 networks"))).to_be_visible()
    expect(stop).to_have_count(0)
    script_has_run(page)
    main.get_by_role("button", name="vanishing", exact=True).click()
    expect(label(page, "GRU")).to_be_visible()
    expect(main.get_by_text(re.compile("Stopped after"))).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("query", ["", "decay_view=Why+they+fall", f"decay_tab={decaying.TRAINED}"])
def test_no_view_is_wider_than_a_phone(query, visit):
    page = visit(query, viewport={"width": 390, "height": 844})
    expect(page.get_by_role("heading", name="What to notice")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 1
