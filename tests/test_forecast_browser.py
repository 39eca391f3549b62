"""Forecasting in Chromium: a visitor brings a CSV, sees its forecast, trains a network and sees the backtest."""

import re

import pytest
from browsing import LEARNED_MS, script_has_run
from playwright.sync_api import Page, expect

from models.series import generated
from playground import forecast_words as words

pytestmark = pytest.mark.browser

MONTHS = "month;value\n" + "".join(
    f"{1950 + k // 12}-{k % 12 + 1:02d};{v / 10:.1f}\n".replace(".", ",")
    for k, v in enumerate(generated("monthly").values[:96])
)


@pytest.fixture
def visit(open_page, app_url):
    """Opens the page with a query string and waits until its script has run."""

    def visited(query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/forecasting?{query}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Forecasting")
        script_has_run(page)
        return page

    return visited


def bring(page, text, name="mine.csv"):
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    )


def names(page, key):
    """The names that stand beside the lines of a chart."""
    return page.locator(f".st-key-{key} .annotation-text")


def test_a_visitor_brings_a_csv_and_sees_forecast_and_backtest_and_trains_a_network(visit):
    page = visit("forecast_tab=Your+series&forecast_own_kind=dense")
    bring(page, MONTHS)
    expect(page.get_by_text("96 values, with a season of 12 steps")).to_be_visible()
    expect(names(page, "forecast_own_figure").filter(has_text="a season ago")).to_have_count(1)
    page.get_by_role("button", name="Train the dense").click()
    expect(page.get_by_text(re.compile("update 600 of 600"))).to_be_visible(timeout=LEARNED_MS)
    expect(names(page, "forecast_backtest_figure").filter(has_text="dense")).to_have_count(1)
    expect(names(page, "forecast_own_errors").filter(has_text="last value")).to_have_count(1)
    expect(page.get_by_text(re.compile("The dense (wins|does not earn)|A draw"))).to_be_visible()


def test_a_damaged_csv_gets_its_sentence(visit):
    page = visit("forecast_tab=Your+series")
    bring(page, "a,b\n1,2\n3\n", "bad.csv")
    expect(page.get_by_test_id("stAlert")).to_contain_text("Line 3 has 1 column, expected 2 as in line 1")
    expect(names(page, "forecast_own_figure").filter(has_text="linear")).to_have_count(1)


def test_the_window_is_stepped_with_the_arrow_keys(visit):
    page = visit()
    strip = page.locator(".player .strip")
    expect(strip).to_be_visible()
    expect(page.locator(".player .counter")).to_have_text("token 24 of 24")
    strip.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".player .counter")).to_have_text("token 2 of 24")


def test_the_address_bar_reproduces_the_tab_and_its_choices(visit):
    page = visit("forecast_tab=A+month+ahead")
    page.get_by_role("button", name="Twelve months, anchored").click()
    page.wait_for_url(
        re.compile(r"forecast_reads=12.*forecast_scale=minus\+its|forecast_scale=minus\+its.*forecast_reads=12")
    )
    other = visit(page.url.split("?")[1])
    expect(other.get_by_text(re.compile("so it does more than repeat it"))).to_be_visible()


def test_nothing_is_wider_than_a_phone(visit):
    for tab in words.TABS:
        page = visit(f"forecast_tab={tab.replace(' ', '+')}", viewport={"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
