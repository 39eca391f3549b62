"""Translation in Chromium: a visitor types a date, steps both halves, swaps a vector; phones hold every tab."""

import re
import urllib.parse

import pytest
from browsing import script_has_run
from playwright.sync_api import Page, expect

from playground import translating

pytestmark = pytest.mark.browser

TRANSLATE, VECTOR, *_ = translating.TABS


@pytest.fixture
def visit(open_page, app_url):
    """Opens a tab of the page with a query string and waits until its script has run."""

    def visited(tab=TRANSLATE, query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/translation?{urllib.parse.urlencode({'translate_tab': tab})}&{query}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Translation")
        script_has_run(page)
        return page

    return visited


def test_a_visitor_types_a_date_and_steps_the_encoder_through_it(visit):
    page = visit()
    field = page.get_by_label(re.compile("A date"))
    field.fill("le 3 mai 2021")
    field.press("Enter")
    expect(page.get_by_role("heading", name="2021-05-03")).to_be_visible()
    page.wait_for_url(re.compile(r"translate_text=le\+3\+mai\+2021"))
    page.locator(".player .strip").focus()
    page.keyboard.press("End")
    expect(page.locator(".player .counter")).to_have_text("token 13 of 13")
    expect(page.locator(".player")).to_contain_text("2021-05-03")
    page.keyboard.press("Home")
    expect(page.locator(".player .counter")).to_have_text("token 1 of 13")


def test_the_decoder_is_stepped_until_it_says_eos(visit):
    page = visit(query="translate_half=decoder")
    expect(page.locator(".player .counter")).to_have_text(re.compile("of 11"))
    page.locator(".player .strip").focus()
    page.keyboard.press("End")
    expect(page.locator(".player .counter")).to_have_text("token 11 of 11")
    expect(page.locator(".player")).to_contain_text(re.compile(r"<eos>\s*(99\.\d|100\.?\d*) %"))


def test_a_swapped_vector_decides_where_there_is_no_attention(visit):
    page = visit(VECTOR)
    page.get_by_text("with attention A's, without B's").click()
    expect(page.get_by_text("without attention 1977-05-03 (B's date)")).to_be_visible()


@pytest.mark.parametrize("tab", translating.TABS)
def test_no_tab_is_wider_than_a_phone(tab, visit):
    page = visit(tab, viewport={"width": 390, "height": 844})
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
