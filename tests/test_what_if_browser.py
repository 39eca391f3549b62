"""What if in Chromium: a gate is clamped by the widgets, the player steps both runs, the link reproduces them elsewhere."""

import re

import pytest
from browsing import script_has_run
from playwright.sync_api import Page, expect

from models.reading import Question
from models.what_if import Clamp, WhatIf, read
from models.zoo import facts
from playground.controls import LECTURE

pytestmark = pytest.mark.browser

MINUS = "\u2212"
UNIT = facts("agreement-lstm")["number_unit"]["unit"]


@pytest.fixture
def visit(open_page, app_url):
    """Opens the page with a query string and waits until its script has run."""

    def visited(query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/what_if?{query}")
        settled(page)
        return page

    return visited


def settled(page):
    expect(page.get_by_role("heading", level=1)).to_have_text("What if")
    expect(page.locator(".player .counter")).to_have_text(re.compile(r"token \d+ of \d+"))
    script_has_run(page)


def choose(page, label, option):
    """Chooses in a menu by typing, as one does in a long one."""
    menu = page.locator(".st-key-whatif_form").get_by_role("combobox", name=label)
    menu.click()
    menu.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def go(page, token):
    """Steps the player to a token by its keys."""
    strip = page.locator(".player .strip")
    strip.focus()
    page.keyboard.press("Home")
    for step in range(2, token + 1):
        page.keyboard.press("ArrowRight")
        expect(page.locator(".player .counter")).to_have_text(f"token {step} of 12")


def study(page, name, track=0):
    page.locator(f".player .node[data-value='{name}']").nth(track).click()


def number(page, track):
    """The inspector's result for the chosen unit at the current token, in a track."""
    return page.locator(".player .inspector").nth(track).locator("tr.result .number-cell")


def said(page, track):
    return page.locator(".player .inspector").nth(track).locator("tr.result .said")


def on_screen(value):
    return f"{value:.3f}".replace("-", MINUS)


def test_a_visitor_clamps_a_gate_steps_and_sees_both_runs_part(visit, browser):
    page = visit("whatif_changes=none")
    expect(page.locator(".player .inspector")).to_have_count(1)
    choose(page, "Gate or state", "f: forget gate")
    choose(page, "Unit", str(UNIT + 1))
    choose(page, "Token", "5 already")
    page.get_by_role("button", name="Set to 0").click()
    expect(page.locator(".player .inspector")).to_have_count(2)
    expect(page.get_by_text("The verb flips from was to were")).to_be_visible()
    settled(page)
    both_runs_part_where_the_gate_was_clamped(page)
    page.wait_for_url(re.compile(r"whatif_changes=f%405%3A8%3D0|whatif_changes=f@5:8=0"))
    with browser.new_context(viewport={"width": 1440, "height": 900}) as stranger:
        other = stranger.new_page()
        other.goto(page.url)
        settled(other)
        expect(other.locator(".player .inspector")).to_have_count(2)
        expect(other.get_by_text("The verb flips from was to were")).to_be_visible()
        both_runs_part_where_the_gate_was_clamped(other)


def both_runs_part_where_the_gate_was_clamped(page):
    question = Question(LECTURE)
    plain, changed = read(WhatIf(question)), read(WhatIf(question, (Clamp("f", 0.0, UNIT, 4),)))
    study(page, "c")
    go(page, 4)
    expect(number(page, 0)).to_have_text(on_screen(plain.reading.trace["c"][3, UNIT]))
    expect(number(page, 1)).to_have_text(on_screen(plain.reading.trace["c"][3, UNIT]))
    go(page, 9)
    expect(number(page, 0)).to_have_text(on_screen(plain.reading.trace["c"][8, UNIT]))
    expect(number(page, 1)).to_have_text(on_screen(changed.reading.trace["c"][8, UNIT]))
    says = page.locator(".player .says li:first-child .word")
    expect(says).to_have_text(["was", "were"])


def test_the_player_says_what_was_set_and_not_computed(visit):
    page = visit()
    study(page, "f")
    go(page, 5)
    expect(said(page, 0)).to_have_text("σ of sum")
    expect(said(page, 1)).to_have_text("set by you")
    expect(number(page, 1)).to_have_text("0.000")
    page.keyboard.press("ArrowRight")
    expect(said(page, 1)).to_have_text("σ of sum")


def test_a_change_is_removed_by_a_click_and_reset_clears_all(visit):
    page = visit("whatif_changes=f@5:8%3D0;cut+3")
    page.get_by_role("button", name="unit 3 cut").click()
    expect(page.get_by_role("button", name="unit 3 cut")).to_have_count(0)
    expect(page.get_by_text("The verb flips")).to_be_visible()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_text("Nothing is changed")).to_be_visible()
    expect(page.locator(".player .inspector")).to_have_count(1)
    page.wait_for_url(re.compile("whatif_changes=none"))


def test_a_change_keeps_the_step_and_the_unit_where_the_visitor_looks(visit):
    page = visit()
    go(page, 6)
    page.get_by_role("button", name="Cut another unit").click()
    expect(page.get_by_text("The verb stays was")).to_be_visible()
    settled(page)
    expect(page.locator(".player .counter")).to_have_text("token 6 of 12")


@pytest.mark.parametrize("kind", ["Clamp+a+gate", "Cut+a+unit", "Edit+a+weight"])
def test_no_form_is_wider_than_a_phone(kind, visit):
    page = visit(f"whatif_kind={kind}", viewport={"width": 390, "height": 844})
    expect(page.get_by_role("heading", name="What to notice")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 1
