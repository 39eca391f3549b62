"""Words into numbers in Chromium: two sentences of one's own are typed, told apart and stepped; a phone holds every tab."""

import re
import urllib.parse

import pytest
from playwright.sync_api import Page, expect

from playground import wording

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(open_page, app_url):
    """Opens a tab of the page and waits until its script has run."""

    def visited(tab, **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/words_into_numbers?{urllib.parse.urlencode({'words_tab': tab})}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Words into numbers")
        expect(page.get_by_text("Two things to try")).to_be_visible()
        return page

    return visited


def test_a_visitors_two_sentences_are_told_apart_and_stepped(visit):
    page = visit("Order")
    for label, text in (("First sentence", "the wolf fed the goat"), ("Second", "the goat fed the wolf")):
        field = page.get_by_label(label, exact=True)
        field.fill(text)
        field.press("Enter")
    expect(page.get_by_text("The RNN says “wolf” and “goat”.")).to_be_visible()
    expect(page.locator(".player .strip")).to_contain_text("wolf")
    page.locator(".player .strip").focus()
    page.keyboard.press("End")
    expect(page.locator(".player .counter")).to_have_text("token 5 of 5")
    expect(page.locator(".player")).to_contain_text(re.compile(r"wolf\s*9\d"))
    page.wait_for_url(re.compile("the\\+wolf\\+fed"))


@pytest.mark.parametrize("tab", wording.TABS)
def test_no_tab_is_wider_than_a_phone(tab, visit):
    page = visit(tab, viewport={"width": 390, "height": 844})
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
