"""The training lab in Chromium: curves that really move, pause, one step, the scrubber, and a visitor who leaves."""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from playground import lab

pytestmark = pytest.mark.browser

OWN = f"lab_preset={lab.MENU[lab.OWN]}"
LONG = f"{OWN}&lab_task=Parity&lab_cells=RNN&lab_hidden=8&lab_batch=8&lab_steps=20000&lab_every=100"
VISIBLE = 5
"""Changes of the picture in a second that a visitor should see; here four seconds' worth of them."""


@pytest.fixture
def visit(open_page, app_url):
    """Opens the page with a query string and waits for its curves."""

    def visited(query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/training_lab?{query}")
        expect(page.locator(".live canvas")).to_have_count(4)
        return page

    return visited


def button(page, name):
    return page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True)


def drawings(page) -> int:
    """How often the curves have been drawn with new numbers."""
    return int(page.locator(".live").get_attribute("data-updates") or 0)


def readout(page):
    return page.locator(".live .readout")


def updates(page) -> int:
    """Updates made, as the page says."""
    text = page.get_by_test_id("stProgress").inner_text()
    return int(re.findall(r"([\d,]+) of", text)[0].replace(",", ""))


def stop(page):
    """Stop, and once more if nothing happens: on a busy machine a click that meets a page being redrawn can get lost."""
    ended = page.get_by_test_id("stProgress").filter(has_text="stopped after")
    for _ in range(3):
        with suppress(PlaywrightTimeout):
            button(page, "Stop").click(timeout=15_000)
            ended.wait_for(timeout=15_000)
            return
    expect(ended).to_be_visible()


def train(page):
    button(page, "Train").click()
    expect(page.get_by_test_id("stProgress")).to_contain_text(re.compile(r": [1-9][\d,]* of"), timeout=90_000)


def pause(page):
    button(page, "Pause").click()
    expect(button(page, "Resume")).to_be_visible()
    expect(page.get_by_test_id("stProgress")).to_contain_text("paused at")


@pytest.mark.alone  # it wants so many pictures of a training that runs meanwhile
def test_curves_grow_before_the_visitors_eyes_until_a_pause_freezes_them(visit):
    page = visit(LONG)
    opened = drawings(page)
    train(page)
    patience = 100
    while drawings(page) < opened + 4 * VISIBLE and patience:  # seconds tell nothing on a busy machine
        page.wait_for_timeout(200)
        patience -= 1
    assert drawings(page) >= opened + 4 * VISIBLE
    pause(page)
    page.wait_for_timeout(500)
    made, drawn, numbers = updates(page), drawings(page), readout(page).inner_text()
    page.wait_for_timeout(1500)
    assert (updates(page), drawings(page), readout(page).inner_text()) == (made, drawn, numbers)
    button(page, "Step once").click()
    expect(page.get_by_test_id("stProgress")).to_contain_text(f"paused at {made + 1:,} of")
    button(page, "Resume").click()
    expect(button(page, "Pause")).to_be_enabled()
    stop(page)


def test_the_scrubber_moves_player_and_readout_together(visit):
    page = visit()
    title = page.locator(".player").get_by_text(re.compile(r"after [\d,]+ updates")).first
    expect(title).to_contain_text("after 600 updates")
    newest = readout(page).inner_text()
    page.get_by_role("slider", name=re.compile("Training scrubber")).focus()
    page.keyboard.press("Home")
    expect(title).to_contain_text("after 0 updates")
    expect(readout(page)).to_contain_text("at update 0")
    assert readout(page).inner_text() != newest
    page.wait_for_url(re.compile("lab_at=0"))
    button(page, "Newest").click()
    expect(title).to_contain_text("after 600 updates")
    expect(readout(page)).to_contain_text("newest")


def test_a_pointer_reads_the_numbers_of_an_update_and_a_click_goes_there(visit):
    page = visit()
    newest = readout(page).inner_text()
    chart = page.locator(".live canvas").first
    chart.hover(position={"x": 80, "y": 60})
    expect(readout(page)).to_contain_text(re.compile(r"at update \d+"))
    page.get_by_role("heading", level=1).hover()
    expect(readout(page)).to_contain_text("newest")
    assert readout(page).inner_text() == newest
    chart.click(position={"x": 160, "y": 60})
    page.wait_for_url(re.compile(r"lab_at=\d+"))
    page.get_by_role("heading", level=1).hover()
    expect(readout(page)).to_contain_text(re.compile(r"at update \d+"))


def test_a_training_ends_when_its_visitor_leaves(visit):
    page = visit(LONG)
    train(page)
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Home").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Training lab")
    page.wait_for_timeout(18_000)  # longer than the lease
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Training lab").click()
    expect(page.get_by_test_id("stProgress")).to_contain_text("stopped after")
    expect(page.get_by_text(re.compile("nobody has looked at it"))).to_be_visible()


def test_no_tab_is_wider_than_a_phone(visit):
    page = visit(viewport={"width": 390, "height": 844}, color_scheme="dark")
    for tab in lab.TABS:
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel").filter(visible=True)).not_to_be_empty()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 1


def test_a_rate_changed_in_a_pause_is_in_the_address_and_another_visitor_sees_it_marked(visit):
    page = visit(LONG)
    train(page)
    pause(page)
    made = updates(page)
    field = page.get_by_label("Learning rate from here on")
    field.fill("0.5")
    field.press("Enter")
    button(page, "Change it").click()
    page.wait_for_url(re.compile(rf"lab_rates={made}%3A0\.5"))
    told = f"Changed on the way: learning rate 0.5 after {made:,} updates."
    expect(page.get_by_text(told)).to_be_visible()
    stop(page)
    other = visit(page.url.split("?", 1)[1])
    expect(other.get_by_text(told)).to_be_visible()
    button(other, "Without the changes").click()
    expect(other.get_by_text(told)).to_be_hidden()


def test_training_builds_nothing_anew_that_stands_there_already(visit):
    """Curves and player keep their elements: built anew they would flash, and lose what was chosen in them."""
    page = visit(f"lab_preset={lab.MENU['parity']}&lab_hidden=4&lab_batch=4&lab_steps=20000&lab_every=100")
    page.locator(".player").wait_for()

    def remember():
        for part in (".live", ".player"):
            page.locator(part).evaluate("(part, name) => { window[name] = part; }", part)

    def still_there():
        return page.evaluate("['.live', '.player'].map((name) => window[name].isConnected)")

    remember()
    train(page)
    assert still_there() == [True, True]
    pause(page)
    field = page.get_by_label("Learning rate from here on")
    field.fill("0.5")
    field.press("Enter")
    button(page, "Change it").click()
    expect(page.get_by_text("Changed on the way")).to_be_visible()
    assert still_there() == [True, True]
    button(page, "Resume").click()
    expect(button(page, "Pause")).to_be_enabled()
    stop(page)
    assert still_there() == [True, True]


def test_what_ticks_never_fades(visit):
    page = visit(LONG)
    train(page)
    least = page.evaluate(
        """async () => {
          let least = 1;
          const end = performance.now() + 4000;
          while (performance.now() < end) {
            for (const part of document.querySelectorAll('[class*="_ticking"] [data-testid="stElementContainer"]')) {
              least = Math.min(least, Number(getComputedStyle(part).opacity));
            }
            await new Promise((done) => setTimeout(done, 50));
          }
          return least;
        }"""
    )
    assert least == 1
    stop(page)
