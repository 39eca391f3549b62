"""Sentiment in Chromium: one's own review is typed and stepped, a file is brought and learned from, links reproduce views."""

import re

import pytest
from browsing import LEARNED_MS, script_has_run
from playwright.sync_api import Page, expect

from models import own_reviews
from playground import senti_words as words

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def visit(open_page, app_url):
    """Opens the page with a query string and waits until its script has run."""

    def visited(query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/sentiment?{query}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sentiment")
        script_has_run(page)
        return page

    return visited


def test_a_visitor_types_a_review_and_steps_the_network_through_it(visit):
    page = visit()
    box = page.get_by_label("Your review (Enter reads it)")
    box.fill("The zeppelin was not very good")
    box.press("Enter")
    expect(page.get_by_text(re.compile("At the end the network says negative"))).to_be_visible()
    expect(page.get_by_text(re.compile("Not in the vocabulary"))).to_contain_text("zeppelin")
    player = page.locator(".player")
    expect(player.locator(".strip .token")).to_have_count(6)
    player.locator(".strip").focus()
    page.keyboard.press("Home")
    expect(player.locator(".counter")).to_have_text("token 1 of 6")
    first = player.locator(".says").inner_text()
    page.keyboard.press("End")
    expect(player.locator(".counter")).to_have_text("token 6 of 6")
    expect(player.locator(".says")).not_to_have_text(first)
    expect(player.locator(".says")).to_contain_text("negative")
    page.wait_for_url(re.compile("senti_text=The"))
    again = visit(page.url.split("?")[1])
    expect(again.get_by_text(re.compile("At the end the network says negative"))).to_be_visible()


def test_a_visitor_brings_labelled_texts_and_a_network_learns_from_them(visit):
    page = visit("senti_tab=Your+reviews")
    found = own_reviews.example(60)
    text = "\n".join(f"{content}\t{label}" for content, label in zip(found.texts, found.labels, strict=True))
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(
        {"name": "mine.txt", "mimeType": "text/plain", "buffer": text.encode()}
    )
    expect(page.get_by_text(re.compile("60 texts"))).to_be_visible()
    page.get_by_role("button", name="Train the LSTM").click()
    expect(page.get_by_text(re.compile("update 400 of 400"))).to_be_visible(timeout=LEARNED_MS)
    expect(page.get_by_text(re.compile("A draw|beats naive Bayes|Naive Bayes wins"))).to_be_visible()


def test_the_shuffle_button_fills_the_second_text(visit):
    page = visit("senti_tab=Order+and+pooling")
    second = page.get_by_label("Second (Enter reads it)")
    expect(second).to_have_value(words.OTHER)
    page.get_by_role("button", name=re.compile("shuffled")).click()
    expect(second).not_to_have_value(words.OTHER)
    expect(page.get_by_text(re.compile("The bags are equal"))).to_be_visible()


def test_nothing_is_wider_than_a_phone(visit):
    for tab in words.TABS:
        page = visit(f"senti_tab={tab.replace(' ', '+')}&senti_bag=75+%25&senti_ten=99+%25", viewport=PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, tab
