"""Lessons and links in Chromium: played by Space and by buttons, copied from one browser and opened in another."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from browsing import script_has_run
from playwright.sync_api import Page, expect

from playground import lesson

pytestmark = pytest.mark.browser

GATES = lesson.shipped()["gates_by_hand"]
RNN = lesson.shipped()["rnn_to_lstm"]


def at_rest(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    script_has_run(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.fixture
def visit(open_page, app_url):
    def visited(path: str, **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/{path}")
        at_rest(page)
        return page

    return visited


def bar(page):
    return page.locator(".steps")


def on_step(page, number, of=GATES):
    expect(bar(page).locator(".counter")).to_have_text(f"Step {number} of {len(of.steps)}")
    at_rest(page)


def asked(page):
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


def nowhere(page):
    """Takes the focus from whatever has it, as a click beside everything does."""
    page.evaluate("document.activeElement?.blur()")


def test_space_goes_on_and_shift_space_back(visit):
    page = visit(lesson.address(GATES, 1))
    on_step(page, 1)
    nowhere(page)
    page.keyboard.press("Space")
    on_step(page, 2)
    expect(page.get_by_text("Compute it for", exact=False).first).to_be_visible()
    page.keyboard.press("Space")
    on_step(page, 3)
    page.keyboard.press("Shift+Space")
    on_step(page, 2)
    assert asked(page)["lesson_step"] == "2"


def test_the_buttons_go_on_and_back_and_end_it(visit):
    page = visit("lessons")
    page.get_by_role("link", name="Start").nth(2).click()
    on_step(page, 1)
    expect(page.get_by_role("heading", level=1)).to_have_text("The memory counter")
    expect(bar(page).locator(".back")).to_have_attribute("aria-disabled", "true")
    bar(page).get_by_role("link", name="Next").click()
    on_step(page, 2)
    bar(page).get_by_role("link", name="Back").click()
    on_step(page, 1)
    bar(page).get_by_role("link", name="End").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lessons")
    expect(bar(page)).to_have_count(0)


def test_the_browsers_own_back_goes_back_in_the_lesson(visit):
    page = visit(lesson.address(RNN, 4))
    on_step(page, 4, RNN)
    bar(page).get_by_role("link", name="Next").click()
    on_step(page, 5, RNN)
    expect(page.get_by_role("heading", level=1)).to_have_text("Chains of numbers")
    page.go_back()
    on_step(page, 4, RNN)
    expect(page.get_by_role("heading", level=1)).to_have_text("Recurrence on paper")
    expect(page.get_by_role("tab", selected=True)).to_have_text("One number")


def test_a_lesson_is_played_from_its_first_step_to_its_last(visit):
    page = visit(lesson.address(GATES, 1))
    for number, step in enumerate(GATES.steps, 1):
        on_step(page, number)
        expect(page.get_by_role("heading", level=1)).to_have_text(lesson.PAGES[step.page].title)
        expect(page.locator(f".st-key-{step.look}").first).to_be_in_viewport()
        nowhere(page)
        page.keyboard.press("Space")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lessons")


def test_a_step_sets_what_the_visitor_had_moved(visit):
    page = visit(lesson.address(GATES, 3))
    on_step(page, 3)
    slider = page.get_by_role("slider", name="where the forget gate rests")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "25")
    page.wait_for_url(re.compile("counter_f_bias"))
    bar(page).get_by_role("link", name="Next").click()
    on_step(page, 4)
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^[-−]50"))
    bar(page).get_by_role("link", name="Back").click()
    on_step(page, 3)
    expect(slider).to_have_attribute("aria-valuetext", "50")
    assert "counter_f_bias" not in asked(page)


def test_a_step_sets_the_player_even_if_it_has_been_moved(visit):
    page = visit(lesson.address(RNN, 7))
    on_step(page, 7, RNN)
    counter = page.locator(".player .counter")
    expect(counter).to_have_text("token 2 of 12")
    page.locator(".player .strip").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    expect(counter).to_have_text("token 12 of 12")
    bar(page).get_by_role("link", name="Next").click()
    on_step(page, 8, RNN)
    expect(counter).to_have_text("token 6 of 12")
    expect(page.locator(".player .unit select")).to_have_value("7")
    page.wait_for_url(re.compile("step=6"))
    bar(page).get_by_role("link", name="Next").click()
    on_step(page, 9, RNN)
    expect(page.locator(".player .strip")).to_contain_text("cats")
    expect(counter).to_have_text("token 6 of 12")


def test_space_is_left_to_fields_buttons_and_players(visit):
    page = visit(lesson.address(RNN, 7))
    on_step(page, 7, RNN)
    page.get_by_label("Text (Enter reads it)").focus()
    page.keyboard.press("End")
    page.keyboard.press("Space")
    expect(page.get_by_label("Text (Enter reads it)")).to_have_value(re.compile(r"full\. $"))
    page.locator(".player .strip").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    expect(page.locator(".player .counter")).to_have_text("token 12 of 12")
    page.get_by_role("radio", name="GRU").focus()
    page.keyboard.press("Space")
    on_step(page, 7, RNN)


def test_the_bar_can_be_used_by_keyboard_alone(visit):
    page = visit(lesson.address(GATES, 2))
    on_step(page, 2)
    bar(page).locator(".next").focus()
    page.keyboard.press("Enter")
    on_step(page, 3)
    page.keyboard.press("Space")
    on_step(page, 4)
    bar(page).locator(".back").focus()
    page.keyboard.press("Space")
    on_step(page, 3)


def test_the_visitor_who_leaves_comes_back_by_the_sidebar(visit):
    page = visit(lesson.address(GATES, 3))
    on_step(page, 3)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Gradient decay").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gradient decay")
    expect(bar(page)).to_have_count(0)
    page.get_by_role("link", name="Back to the lesson, step 3").click()
    on_step(page, 3)


def test_guesses_survive_the_steps_of_a_lesson(visit):
    page = visit(lesson.address(GATES, 3))
    on_step(page, 3)
    page.locator(".st-key-counter_guess").get_by_role("radio", name="7").click()
    expect(page.get_by_text("Not this time")).to_be_visible()
    bar(page).get_by_role("link", name="Next").click()
    on_step(page, 4)
    button = page.get_by_role("button", name="Your guesses (1) as CSV")
    with page.expect_download() as download:
        button.click()
    content = download.value.path().read_text(encoding="utf-8")
    assert re.search(r"The memory counter,.*,1,7,not this time", content)


def test_the_language_goes_along(visit):
    page = visit(f"{lesson.address(RNN, 4)}&lang=fr")
    expect(bar(page).locator(".counter")).to_have_text(re.compile(" 4 .* 12"))
    bar(page).locator(".next").click()
    expect(bar(page).locator(".counter")).to_have_text(re.compile(" 5 .* 12"))
    bar(page).locator(".back").click()
    expect(bar(page).locator(".counter")).to_have_text(re.compile(" 4 .* 12"))
    at_rest(page)
    assert asked(page)["lang"] == "fr"
    expect(page.get_by_role("tab").nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


# ---- links between two browsers --------------------------------------------------------------------------------------


def test_a_copied_link_opens_the_same_view_in_another_browser(browser, app_url):
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as teacher:
        page = teacher.new_page()
        page.goto(f"{app_url}/step_a_cell")
        at_rest(page)
        page.get_by_role("radio", name="GRU").click()
        expect(page.locator(".player .track .title")).to_have_text("GRU")
        page.get_by_label("Text (Enter reads it)").fill("The dogs were tired.")
        page.keyboard.press("Enter")
        expect(page.locator(".player .counter")).to_have_text("token 2 of 5")
        page.locator(".player .strip").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_url(re.compile("step=3"))
        page.get_by_role("button", name="Copy link").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        link = page.evaluate("navigator.clipboard.readText()")
    with browser.new_context() as student:
        other = student.new_page()
        other.goto(link)
        at_rest(other)
        expect(other.locator(".player .track .title")).to_have_text("GRU")
        expect(other.get_by_label("Text (Enter reads it)")).to_have_value("The dogs were tired.")
        expect(other.locator(".player .counter")).to_have_text("token 3 of 5")


def test_without_a_clipboard_the_link_is_selected_to_be_copied(visit):
    page = visit("memory_counter?counter_f_bias=-50")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('shut')); }")
    page.get_by_role("button", name="Copy link").click()
    field = page.get_by_label("The link to this view")
    expect(field).to_be_focused()
    expect(field).to_have_value(re.compile(r"/memory_counter\?counter_f_bias=-50"))
    chosen = field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert chosen == field.input_value()


def test_a_lesson_link_is_made_here_and_hides_there(browser, app_url):
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as teacher:
        page = teacher.new_page()
        page.goto(f"{app_url}/step_a_cell")
        at_rest(page)
        page.get_by_text("Make a lesson link").click()
        page.get_by_label("What your students read").fill("Guess **first**: which gate is open at the verb?")
        page.get_by_role("checkbox", name="Letters as in (menu)").check()
        page.get_by_role("checkbox", name="Network (choice)").check()
        dimmed = page.locator(".st-key-cell_letters").evaluate("element => getComputedStyle(element).opacity")
        assert float(dimmed) < 0.5
        page.get_by_role("button", name="Copy lesson link").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        link = page.evaluate("navigator.clipboard.readText()")
    with browser.new_context() as student:
        other = student.new_page()
        other.goto(link)
        at_rest(other)
        expect(other.get_by_text("Guess first: which gate is open at the verb?")).to_be_visible()
        expect(other.locator(".st-key-cell_letters")).to_be_hidden()
        expect(other.locator(".st-key-cell_network")).to_be_hidden()
        expect(other.locator(".st-key-cell_cell")).to_be_visible()
        other.get_by_role("link", name="Show all controls").click()
        expect(other.locator(".st-key-cell_letters")).to_be_visible()
        expect(other.get_by_text("Guess first: which gate is open at the verb?")).to_be_visible()
        other.get_by_role("link", name="Close").click()
        expect(bar(other)).to_have_count(0)


def test_hostile_words_in_a_link_are_words(visit):
    say = "![x](https://example.org/x.png) <img src=//example.org/y.png> [go](https://example.org) https://example.org $x$"
    page = visit(f"step_a_cell?say={say}&hide=a%7B%7D*,cell_letters")
    box = page.locator(".st-key-lesson_bar")
    expect(box).to_be_visible()
    expect(box.locator("img, a[href*='example']")).to_have_count(0)
    expect(page.locator(".st-key-cell_letters")).to_be_hidden()
    expect(page.locator(".st-key-cell_cell")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_bar_fits_its_window(scheme, width, visit):
    page = visit(lesson.address(RNN, 8), viewport={"width": width, "height": 844}, color_scheme=scheme)
    on_step(page, 8, RNN)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 1
    expect(bar(page).locator(".next")).to_be_visible()
    box = page.locator(".st-key-lesson_bar").bounding_box()
    assert box
    assert box["width"] <= width


def test_a_phone_copies_a_link_from_its_sidebar(visit):
    page = visit("step_a_cell", viewport={"width": 390, "height": 844})
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_role("button", name="Copy link")).to_be_in_viewport()
