"""What only a browser shows of "questions learners ask" and of the glossary: links that carry a state, the address bar."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def answer(page: Page, text: str) -> None:
    """The page has this as a heading of second order or lower: the open question."""
    expect(page.get_by_role("heading", name=text)).to_be_visible()


def in_address(page: Page, name: str, value: str) -> None:
    """The address bar names a value; it is written after the page has answered."""
    page.wait_for_function(
        "([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[name, value]
    )


def test_a_link_takes_the_reader_to_the_exhibit_in_its_state(page: Page, app_url: str):
    page.goto(f"{app_url}/questions?questions_open=Why+forget+bias+1%2C+and+which+bias%3F")
    answer(page, "Why is the forget bias set to 1")
    page.get_by_role("link", name="Move the forget bias").click()
    answer(page, "Gradient decay")
    in_address(page, "decay_forget_bias", "1.0")
    expect(page.get_by_role("slider", name="Forget bias of the LSTM")).to_have_value("1")
    assert "questions_open" not in parse_qs(urlsplit(page.url).query)


def test_a_group_and_a_question_are_in_the_address(page: Page, app_url: str):
    page.goto(f"{app_url}/questions")
    answer(page, "What is the difference between")
    page.get_by_role("radio", name="Training").click()
    answer(page, "The loss is stuck at 0.693")
    in_address(page, "questions_open", "The loss is stuck at .693")
    page.get_by_text("The dropout warning").click()
    answer(page, "Why does PyTorch warn about dropout")
    in_address(page, "questions_open", "The dropout warning")
    page.reload()
    answer(page, "Why does PyTorch warn about dropout")


def test_the_back_button_opens_the_group_of_the_question_before(page: Page, app_url: str):
    page.goto(f"{app_url}/questions?questions_open=How+many+parameters%3F")
    answer(page, "How many parameters does it have")
    page.evaluate(
        "() => { history.pushState({}, '', '?questions_open=What+does+temperature+do%3F');"
        " dispatchEvent(new PopStateEvent('popstate')); }"
    )
    answer(page, "What does the temperature do")
    page.go_back()
    answer(page, "How many parameters does it have")


def test_a_search_finds_while_one_types(page: Page, app_url: str):
    page.goto(f"{app_url}/glossary?glossary_tab=Glossary")
    expect(page.get_by_text(re.compile(r"^\d+ terms\.$"))).to_be_visible()
    page.get_by_role("searchbox", name="Find a term").or_(page.get_by_label("Find a term")).first.fill("perplex")
    expect(page.get_by_text(re.compile(r"^1 of \d+ terms have"))).to_be_visible()
    in_address(page, "glossary_find", "perplex")


@pytest.mark.parametrize("path", ["glossary", "questions", "corrections"])
def test_a_phone_scrolls_up_and_down_only(path: str, open_page: Callable[..., Page], app_url: str):
    page = open_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app_url}/{path}")
    expect(page.get_by_role("heading", name="What to notice")).to_be_attached()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    main = page.evaluate(
        "(() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth; })()"
    )
    assert main <= 1


def test_the_wide_table_scrolls_by_itself_and_keeps_its_first_column(open_page: Callable[..., Page], app_url: str):
    page = open_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app_url}/glossary")
    table = page.get_by_role("region", name="Notation table")
    expect(table).to_be_visible()
    name = table.get_by_role("rowheader", name="forget gate")
    before = name.bounding_box()
    table.evaluate("element => element.scrollTo(400, 0)")
    page.wait_for_function("() => document.querySelector('[aria-label=\"Notation table\"]').scrollLeft > 100")
    after = name.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["x"] - before["x"]) < 8
