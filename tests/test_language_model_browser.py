"""The page "language model" in Chromium: draw by draw, a text coloured by one unit, a training on a pasted text, a phone."""

import re

import pytest
from browsing import LEARNED_MS
from playwright.sync_api import expect

from playground import lm_words

pytestmark = pytest.mark.browser

SENTENCES, SAMPLING, LEVELS, UNIT, OWN = lm_words.TABS


def opened(page, url, query=""):
    page.goto(f"{url}/language_model{query}")
    expect(page.get_by_role("heading", name="Language model")).to_be_visible()
    return page


def test_a_visitor_samples_draw_by_draw_and_the_link_keeps_the_place(page, app_url):
    opened(page, app_url, f"?lm_tab={SAMPLING}&lm_seed=1")
    expect(page.get_by_text("Draw 1, at the start")).to_be_visible()
    page.get_by_role("button", name="Next draw").click()
    expect(page.get_by_text(re.compile("Draw 2, after"))).to_be_visible()
    expect(page).to_have_url(re.compile("lm_draw=2"))
    first = page.locator('[data-testid="stCode"]').first.inner_text()
    page.get_by_role("button", name="Next seed").click()
    expect(page).to_have_url(re.compile("lm_seed=2"))
    expect(page.locator('[data-testid="stCode"]').first).not_to_have_text(first)


def test_the_player_steps_the_sentence_and_says_the_next_word(page, app_url):
    opened(page, app_url)
    counter = page.locator(".player .counter")
    expect(counter).to_have_text("token 3 of 6")
    page.get_by_role("button", name="Forward one token").click()
    expect(counter).to_have_text("token 4 of 6")
    expect(page).to_have_url(re.compile("step=4"))


def test_a_text_is_coloured_by_another_unit_in_the_dark(open_page, app_url):
    page = opened(open_page(color_scheme="dark"), app_url, f"?lm_tab={UNIT}")
    cells = page.locator(".lm-coloured span")
    expect(cells).to_have_count(len(lm_words.UNIT_PASSAGE))
    before = cells.evaluate_all("all => all.map(one => one.style.backgroundColor)")
    page.get_by_role("button", name=re.compile("letters since")).click()
    expect(page).to_have_url(re.compile("lm_unit="))
    page.wait_for_function(
        "before => JSON.stringify([...document.querySelectorAll('.lm-coloured span')]"
        ".map(one => one.style.backgroundColor)) !== before",
        arg=page.evaluate("before => JSON.stringify(before)", before),
    )


def test_a_visitor_trains_on_a_file_of_their_own(page, app_url):
    opened(page, app_url, f"?lm_tab={OWN}&lm_own_cell=RNN")
    rhyme = "the pear and the plum are in the bowl. " * 40
    page.locator('input[type="file"]').set_input_files(
        {"name": "rhyme.txt", "mimeType": "text/plain", "buffer": rhyme.encode()}
    )
    expect(page.get_by_text("rhyme.txt").last).to_be_visible()
    expect(page.get_by_text("1,560 characters")).to_be_visible()
    page.get_by_role("button", name="Train the RNN").click()
    expect(page.get_by_text(re.compile("after 300 updates"))).to_be_visible(timeout=LEARNED_MS)
    expect(page.get_by_text("What it writes now")).to_be_visible()


@pytest.mark.parametrize("tab", lm_words.TABS)
def test_nothing_is_wider_than_a_phone(tab, open_page, app_url):
    page = opened(open_page(viewport={"width": 390, "height": 844}), app_url, f"?lm_tab={tab}")
    expect(page.get_by_role("heading", name="Two things to try")).to_be_attached()
    assert page.locator('[data-testid="stMain"]').evaluate("main => main.scrollWidth <= main.clientWidth + 1")
