"""Tagging in Chromium: a word is invented and tagged, the readers are stepped, phones hold it."""

import re
import urllib.parse

import pytest
from browsing import script_has_run
from playwright.sync_api import Page, expect

from playground import tag_words as words

pytestmark = pytest.mark.browser

TAG, INVENT, *_ = words.TABS


@pytest.fixture
def visit(open_page, app_url):
    """Opens a tab of the page and waits until its script has run."""

    def visited(tab=TAG, **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/tagging?{urllib.parse.urlencode({'tag_tab': tab})}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Tagging")
        script_has_run(page)
        return page

    return visited


def test_a_visitor_types_a_sentence_and_steps_both_readers(visit):
    page = visit()
    field = page.get_by_label(re.compile("Your sentence"))
    field.fill("They mentioned Zubville.")
    field.press("Enter")
    expect(page.locator(".ribbons").first).to_contain_text("Zubville")
    expect(page.locator(".player .strip")).to_contain_text("Zubville")
    page.locator(".player .strip").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".player .counter")).to_have_text("token 3 of 4")
    expect(page.locator(".player")).to_contain_text("Backward reader ←")
    expect(page.locator(".player")).to_contain_text("B-place")
    page.wait_for_url(re.compile("tag_text=They.mentioned.Zubville"))


def test_a_visitor_invents_a_word(visit):
    page = visit(INVENT)
    field = page.get_by_label(re.compile("Your word"))
    field.fill("Wugsoft")
    field.press("Enter")
    expect(page.get_by_test_id("stMain")).to_contain_text(re.compile(r"“Wugsoft” is company"))
    expect(page.locator(".player .counter")).to_have_text(re.compile("of 7"))


@pytest.mark.parametrize("tab", words.TABS)
def test_no_tab_is_wider_than_a_phone(tab, visit):
    page = visit(tab, viewport={"width": 390, "height": 844})
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
