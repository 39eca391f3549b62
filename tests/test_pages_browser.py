"""The real pages in Chromium: what a visitor does, from the first click to the shared link."""

import re

import pytest
from browsing import script_has_run
from playwright.sync_api import Page, expect

from models.reading import Question, read
from playground.controls import LECTURE
from playground.exhibits import EXHIBITS

pytestmark = pytest.mark.browser

PATHS = {exhibit.title: "" if k == 0 else exhibit.file.split("/")[-1][:-3] for k, exhibit in enumerate(EXHIBITS)}


@pytest.fixture
def visit(open_page, app_url):
    """Opens a page of the app and waits until its script has run."""

    def visited(path="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/{path}")
        settled(page)
        return page

    return visited


def settled(page):
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    script_has_run(page)
    if page.url.split("?")[0].rstrip("/").split("/")[-1] in ("step_a_cell", "three_cells"):
        expect(page.locator(".player .counter").first).to_have_text(re.compile(r"token \d+ of \d+"))


def counter(page):
    return page.locator(".player .counter")


def overflow(page):
    """Pixels by which the page is wider than its window."""
    return page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")


@pytest.mark.parametrize("title", PATHS)
@pytest.mark.parametrize("width", [390, 1920])
def test_no_exhibit_is_wider_than_its_window(title, width, visit):
    page = visit(PATHS[title], viewport={"width": width, "height": 900})
    assert overflow(page) <= 1


def test_home_is_alive_and_its_cards_lead_to_the_exhibits(visit):
    page = visit()
    expect(counter(page)).to_have_text("token 2 of 12")
    page.locator(".player .strip").focus()
    page.keyboard.press("ArrowRight")
    expect(counter(page)).to_have_text("token 3 of 12")
    page.get_by_test_id("stMain").get_by_role("link", name=re.compile("Three cells")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Three cells, one text")
    expect(page.locator(".player .track")).to_have_count(3)


def test_a_visitor_types_a_sentence_and_steps_through_what_the_network_made_of_it(visit):
    page = visit("step_a_cell")
    page.get_by_label("Text").fill("The dogs near the tree were tired.")
    page.keyboard.press("Enter")
    expect(counter(page)).to_have_text("token 2 of 8")
    reading = read(Question("The dogs near the tree were tired."))
    page.locator(".player .strip").focus()
    for step in range(2, 8):
        page.keyboard.press("ArrowRight")
        expect(counter(page)).to_have_text(f"token {step + 1} of 8")
        said = page.locator(".player .says").inner_text()
        assert reading.guesses[step][0] in said
        assert f"{100 * reading.probabilities[step, 0]:.1f}" in said


def test_the_formulas_below_follow_when_the_visitor_rests(visit):
    page = visit("step_a_cell?unit=8")
    page.locator(".player .strip").focus()
    for key in ("End", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.get_by_text("Token 10 of 12, was, unit 8")).to_be_visible()
    i = read(Question(LECTURE)).trace["i"][9, 7]
    expect(page.locator(".katex-display .katex-html").first).to_contain_text(f"{i:.3f}")


def test_stepping_sends_nothing_to_the_server_until_the_visitor_rests(open_page, app_url):
    page = open_page()
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda payload: sent.append(len(payload))))
    page.goto(f"{app_url}/three_cells")
    settled(page)
    page.locator(".player .strip").focus()
    page.wait_for_timeout(500)
    before = len(sent)
    assert before > 0  # the page did talk to its server while it opened
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(counter(page)).to_have_text("token 10 of 12")
    page.wait_for_timeout(1200)
    assert len(sent) == before


def test_the_address_bar_reproduces_the_view_in_another_browser(visit, browser):
    page = visit("step_a_cell")
    page.get_by_role("radio", name="GRU").click()
    expect(page.locator(".player .track .title")).to_have_text("GRU")
    page.get_by_label("Text").fill("The cats were hungry.")
    page.keyboard.press("Enter")
    expect(counter(page)).to_have_text("token 2 of 5")
    page.locator(".player .strip").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.wait_for_url(re.compile(r"step=3.*unit=9|unit=9.*step=3"))
    with browser.new_context() as stranger:
        other = stranger.new_page()
        other.goto(page.url)
        settled(other)
        expect(other.locator(".player .track .title")).to_have_text("GRU")
        expect(other.get_by_label("Text")).to_have_value("The cats were hungry.")
        expect(counter(other)).to_have_text("token 3 of 5")
        expect(other.locator(".player .unit select")).to_have_value("8")


def test_another_cell_keeps_the_step_and_the_unit(visit):
    page = visit("step_a_cell?step=5&unit=3")
    for cell in ("RNN", "GRU", "LSTM"):
        page.get_by_role("radio", name=cell).click()
        expect(page.locator(".player .track .title")).to_have_text(cell)
        expect(counter(page)).to_have_text("token 5 of 12")
        expect(page.locator(".player .unit select")).to_have_value("2")


def test_a_hostile_text_is_text_on_the_page(visit):
    page = visit("step_a_cell")
    page.get_by_label("Text").fill(
        "<img src=x onerror=document.title='owned'> **cat** [x](javascript:alert(1)) שלום 🐈"
    )
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(".player img")).to_have_count(0)
    assert page.title() != "owned"


def test_the_files_to_take_home_download(visit):
    page = visit("step_a_cell?cell_tab=Table")
    for name, ending in (("All units as CSV", "csv"), ("All units as JSON", "json")):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        assert download.value.suggested_filename == f"trace.{ending}"
        content = download.value.path().read_text(encoding="utf-8")
        assert "cat" in content
        assert len(content) > 10_000
        settled(page)


# ---- the keyboard alone ----------------------------------------------------------------------------------------------

FOCUSED = """() => {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  const said = focused.getAttribute("aria-label") || focused.textContent.trim() || "";
  return [focused.getAttribute("role") || focused.localName, said];
}"""


def tab_to(page, role, name):
    """Presses Tab until something of a role whose words hold a name has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        found, said = page.evaluate(FOCUSED)
        if found == role and name in said:
            return
    pytest.fail(f"Tab never reached {role} {name!r}")


def test_the_main_exhibit_is_used_from_top_to_bottom_by_keyboard_alone(visit):
    page = visit("step_a_cell")
    tab_to(page, "radio", "RNN")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator(".player .title")).to_have_text("GRU")
    tab_to(page, "input", "Text")
    page.keyboard.press("Control+a")
    page.keyboard.type("The dogs were tired.")
    page.keyboard.press("Enter")
    expect(counter(page)).to_have_text(re.compile("of 5"))
    tab_to(page, "listbox", "Tokens")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(counter(page)).to_have_text("token 2 of 5")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("]")
    expect(page.locator(".player .stage[aria-pressed=true]")).to_have_count(1)
    page.keyboard.press("Space")
    expect(counter(page)).to_have_text("token 5 of 5")
    tab_to(page, "button", "update gate (σ)")
    page.keyboard.press("Enter")
    expect(page.locator(".player .inspector .what")).to_have_text("update gate")
    tab_to(page, "tab", "Formulas with numbers")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", selected=True)).to_have_text("Table")
    tab_to(page, "summary", "Save figures, data, code")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="SVG", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="JSON", exact=True)).to_be_visible()
    tab_to(page, "button", "SVG")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "gru-the-cell-at-this-token.svg"
