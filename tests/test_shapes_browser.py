"""Shapes of networks in Chromium: the last word is edited and one reading of “Alan” turns; drawings step; phones hold it."""

import re
import urllib.parse

import pytest
from browsing import script_has_run
from playwright.sync_api import Page, expect

from playground import shaping

pytestmark = pytest.mark.browser

KINDS, SHAPES, STATES, PACKING, BOTH = shaping.TABS


@pytest.fixture
def visit(open_page, app_url):
    """Opens a tab of the page with a query string and waits until its script has run."""

    def visited(tab=KINDS, query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/shapes_of_networks?{urllib.parse.urlencode({'shapes_tab': tab})}&{query}")
        settled(page)
        return page

    return visited


def settled(page):
    expect(page.get_by_role("heading", level=1)).to_have_text("Shapes of networks")
    script_has_run(page)


def test_a_visitor_edits_the_last_word_and_the_reading_of_alan_turns(visit):
    page = visit(BOTH)
    expect(page.locator(".player .counter")).to_have_text("token 3 of 8")
    expect(page.locator(".player")).to_contain_text(re.compile(r"person\s*99\.\d %"))
    field = page.get_by_label(re.compile("Your sentence"))
    field.fill("She said Alan Turing was a great ship")
    field.press("Enter")
    expect(page.locator(".player")).to_contain_text(re.compile(r"thing\s*99\.\d %"))
    expect(page.locator(".player .counter")).to_have_text("token 3 of 8")
    page.wait_for_url(re.compile("great\\+ship"))


def test_both_readers_are_stepped_together(visit):
    page = visit(BOTH)
    page.locator(".player .strip").focus()
    page.keyboard.press("End")
    expect(page.locator(".player .counter")).to_have_text("token 8 of 8")
    expect(page.locator(".player")).to_contain_text("Backward reader ←")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".player .counter")).to_have_text("token 7 of 8")


def test_a_number_of_the_drawing_lights_what_it_came_from(visit):
    page = visit(KINDS)
    expect(page.locator(".graph .sum")).to_contain_text("y = ")
    page.locator(".graph .node[data-name='h1@2']").click()
    expect(page.locator(".graph .what")).to_have_text("State at step 2")
    expect(page.locator(".graph .node.lit")).to_have_count(2)
    expect(page.locator(".graph .edge.labelled .label:visible")).to_have_count(9)


def test_the_backward_reader_is_revealed_from_the_end(visit):
    page = visit(KINDS, "shapes_kind=Bidirectional&step=4&number=h1@4")
    expect(page.locator(".graph .counter")).to_have_text("Forward reader, step 4")
    expect(page.locator(".graph .node.todo")).to_have_count(8)
    page.locator(".graph [data-go='forward']").click()
    expect(page.locator(".graph .counter")).to_have_text("Backward reader, step 4")
    expect(page.locator(".graph .node.todo")).to_have_count(6)


@pytest.mark.parametrize("tab", shaping.TABS)
def test_no_tab_is_wider_than_a_phone(tab, visit):
    page = visit(tab, viewport={"width": 390, "height": 844})
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
