"""The memory counter in Chromium: a cell of the table is edited in place, the player steps, the marks follow a slider."""

import re

import pytest
from browsing import LEARNED_MS, script_has_run
from playwright.sync_api import Page, expect

from playground import counting

pytestmark = pytest.mark.browser

_ROW, _MARKER = 35, 34  # pixels of a row and of the column in which rows are chosen
LEARN, BUILD = counting.TABS[3], counting.TABS[2]


@pytest.fixture
def visit(open_page, app_url):
    """Opens the page with a query string and waits until its script has run."""

    def visited(query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/memory_counter?{query}")
        settled(page)
        return page

    return visited


def settled(page):
    expect(page.get_by_role("heading", level=1)).to_have_text("The memory counter")
    script_has_run(page)


def type_into(page, step, name, text):
    """Types into a cell of the table and leaves it with Enter, as one does in a spreadsheet."""
    settled(page)
    editor = page.get_by_test_id("stDataFrame").first
    editor.scroll_into_view_if_needed()
    column = ("x1", "x2", "x3").index(name)
    wide = (editor.evaluate("grid => grid.clientWidth") - _MARKER) / 3
    x, y = _MARKER + wide * (column + 0.5), _ROW * (step + 0.5)
    editor.hover(position={"x": x - 9, "y": y})  # a pointer arrives before it clicks: the grid learns where it is
    editor.click(position={"x": x, "y": y})
    expect(editor.get_by_test_id(f"glide-cell-{column + 1}-{step - 1}")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("textarea.gdg-input").fill(text)
    page.keyboard.press("Enter")


def table_in_one_line(page):
    return page.get_by_label(re.compile("The table in one line"))


def memory_after(page):
    """What the player's inspector says of the memory c at the current step."""
    page.locator(".player .node[data-value='c']").first.click()
    return page.locator(".player .inspector").first.locator("tr:not(.empty) .number-cell").last


def slider(page, title):
    return page.get_by_role("slider", name=title)


def marks(page):
    return page.get_by_test_id("stMetricValue")


def test_a_visitor_edits_a_cell_steps_and_reads_the_new_memory(visit):
    page = visit()
    strip = page.locator(".player .strip")
    expect(strip).to_contain_text("+3")
    type_into(page, 2, "x1", "30")
    expect(strip).to_contain_text("+30")
    strip.focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator(".player .counter")).to_have_text("token 4 of 9")
    expect(memory_after(page)).to_have_text("34.000")
    page.wait_for_url(re.compile(r"counter_table=1\+0\+0.*30\+1\+0"))


def test_two_edits_one_after_the_other_both_count(visit):
    page = visit()
    type_into(page, 2, "x1", "30")
    expect(table_in_one_line(page)).to_have_value(re.compile("^1 0 0; 30 1 0; 2 0 0"))
    type_into(page, 3, "x2", "1")
    expect(table_in_one_line(page)).to_have_value(re.compile("^1 0 0; 30 1 0; 2 1 0"))


def test_a_bad_cell_gets_a_sentence_and_the_player_keeps_the_last_good_table(visit):
    page = visit()
    type_into(page, 2, "x1", "three")
    expect(page.get_by_test_id("stAlert")).to_contain_text("x1 in step 2 is 'three', expected a number")
    expect(page.locator(".player .strip")).to_contain_text("+3")
    type_into(page, 2, "x1", "8")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    expect(page.locator(".player .strip")).to_contain_text("+8")


def test_an_edited_table_is_still_there_after_a_look_at_another_tab(visit):
    page = visit()
    type_into(page, 2, "x1", "30")
    expect(page.locator(".player .strip")).to_contain_text("+30")
    page.get_by_role("tab", name=BUILD).click()
    expect(marks(page)).to_have_count(3)
    page.get_by_role("tab", name="By hand").click()
    expect(page.locator(".player .strip")).to_contain_text("+30")
    type_into(page, 4, "x1", "40")
    expect(table_in_one_line(page)).to_have_value(re.compile("^1 0 0; 30 1 0; 2 0 0; 40 1 0"))


def test_the_address_bar_reproduces_table_weights_and_tab_in_another_browser(visit, browser):
    page = visit()
    page.get_by_role("button", name="lecture ±10").click()
    page.wait_for_url(re.compile("counter_f_bias=10"))
    type_into(page, 2, "x1", "30")
    page.wait_for_url(re.compile("counter_table="))
    with browser.new_context() as stranger:
        other = stranger.new_page()
        other.goto(page.url)
        settled(other)
        expect(table_in_one_line(other)).to_have_value(table_in_one_line(page).input_value())
        expect(slider(other, "where the forget gate rests")).to_have_value("10")
        expect(other.get_by_text("It counts, and leaks a little")).to_be_visible()


def test_a_move_of_a_slider_changes_the_score(visit):
    page = visit(f"counter_tab={BUILD}")
    expect(marks(page)).to_have_text(["69.3 %", "64.6 %", "63.7 %"])
    page.get_by_role("button", name="show the solution").click()
    expect(marks(page)).to_have_text(["100.0 %"] * 3)
    output = slider(page, "where the output gate rests")
    output.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(output).to_have_value("0")
    expect(marks(page).first).not_to_have_text("100.0 %")
    expect(page.get_by_text("It talks when nobody asks")).to_be_visible()


def test_a_training_goes_on_by_itself_and_stops_by_a_click(visit):
    page = visit(f"counter_tab={LEARN}&counter_learned=RNN")
    page.get_by_role("button", name="Train the RNN").click()
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_contain_text(re.compile(r"update [1-9]\d+ of"), timeout=LEARNED_MS)
    stop = page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True)
    stop.click()
    expect(stop).to_be_disabled()
    settled(page)
    stopped = progress.inner_text()
    page.wait_for_timeout(1000)
    assert progress.inner_text() == stopped


@pytest.mark.parametrize("tab", counting.TABS)
def test_no_tab_is_wider_than_a_phone(tab, visit):
    page = visit(f"counter_tab={tab}", viewport={"width": 390, "height": 844})
    expect(page.get_by_role("heading", name="What to notice")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 1
