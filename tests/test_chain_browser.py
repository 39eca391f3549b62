"""Chains of numbers in Chromium: a slider moves the curve and the numbers, the derivation unfolds, links and phones."""

import re

import pytest
from browsing import script_has_run
from playwright.sync_api import Page, expect

from playground import chaining

pytestmark = pytest.mark.browser

FACTOR, NETWORK, DERIVATION = chaining.TABS


@pytest.fixture
def visit(open_page, app_url):
    """Opens the page with a query string and waits until its script has run."""

    def visited(query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/chains_of_numbers?{query}")
        settled(page)
        return page

    return visited


def settled(page):
    expect(page.get_by_role("heading", level=1)).to_have_text("Chains of numbers")
    expect(page.get_by_role("heading", name="What to notice")).to_be_visible()
    script_has_run(page)


def curve(page, key):
    """The drawn path of the last line of a chart."""
    return page.locator(f".st-key-{key} .scatterlayer .js-line").last


def height_in(transform):
    """How far down a translated point stands, in pixels."""
    return float(re.findall(r"[\d.]+", transform)[1])


def test_a_move_of_the_slider_changes_the_curve_and_the_number(visit):
    page = visit()
    expect(page.get_by_text("0 from step 75", exact=True)).to_be_visible()
    expect(page.locator(".st-key-chain_products").get_by_text("float32: 0 at 75")).to_be_visible()
    before = curve(page, "chain_products").get_attribute("d")
    page.get_by_role("slider", name=re.compile("^Factor")).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("0 from step 78", exact=True)).to_be_visible()
    expect(page.locator(".st-key-chain_products").get_by_text("float32: 0 at 78")).to_be_visible()
    page.wait_for_url(re.compile(r"chain_factor=0\.26"))
    expect(curve(page, "chain_products")).not_to_have_attribute("d", str(before))


def test_a_larger_weight_moves_the_dots_down_the_slope(visit):
    page = visit(f"chain_tab={NETWORK}")
    dots = page.locator(".st-key-chain_slopes .scatterlayer .trace").last.locator(".point")
    expect(dots).to_have_count(3)
    before = str(dots.last.get_attribute("transform"))
    page.get_by_role("button", name="w = 2", exact=True).click()
    expect(page.get_by_text("It shrinks although |w| is above 1")).to_be_visible()
    expect(dots.last).not_to_have_attribute("transform", before)
    settled(page)
    assert height_in(str(dots.last.get_attribute("transform"))) > height_in(before) + 50


def test_the_derivation_unfolds_with_a_click_and_keeps_the_network_of_the_other_tab(visit):
    page = visit(f"chain_tab={NETWORK}&chain_w=1.25")
    page.get_by_role("tab", name=DERIVATION).click()
    lines = page.locator("[class*='st-key-chain_step']")
    expect(lines).to_have_count(2)
    expect(page.get_by_role("slider", name=re.compile("weight on its own past"))).to_have_value("1.25")
    page.get_by_role("button", name="Next line").click()
    expect(lines).to_have_count(3)
    expect(lines.last).to_contain_text("The same rule, one step earlier")
    page.wait_for_url(re.compile("chain_line3=3"))
    assert "chain_w=1.25" in page.url


def test_the_address_bar_reproduces_the_view_in_another_browser(visit, browser):
    page = visit(f"chain_tab={NETWORK}")
    page.get_by_role("button", name="small inputs").click()
    page.wait_for_url(re.compile("chain_u=0.1"))
    with browser.new_context() as stranger:
        other = stranger.new_page()
        other.goto(page.url)
        settled(other)
        expect(other.get_by_label(re.compile("^Inputs"))).to_have_value("1; 2; 3")


@pytest.mark.parametrize(
    "query", ["", f"chain_tab={NETWORK}&chain_guess_w=Show+me", f"chain_tab={DERIVATION}&chain_line3=7"]
)
def test_no_tab_is_wider_than_a_phone(query, visit):
    page = visit(query, viewport={"width": 390, "height": 844})
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 1
    wide = "all => all.filter(one => one.getBoundingClientRect().left + one.scrollWidth > innerWidth).length"
    assert page.locator(".stMain .katex-display").evaluate_all(wide) == 0
