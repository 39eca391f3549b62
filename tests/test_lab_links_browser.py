"""From a page into the training lab by a click: the task is chosen, also for who was in the lab before with another one."""

import pytest
from playwright.sync_api import expect

from playground import lab, translating
from playground.lab_links import LINKS

pytestmark = pytest.mark.browser

SLOW = 90_000  # milliseconds: a page on a machine that is five times slower


def test_a_click_opens_the_lab_with_the_task_and_back_again_with_another(open_page, app_url):
    page = open_page()
    page.goto(f"{app_url}/training_lab?lab_preset={lab.MENU['clipping']}")
    chosen = page.get_by_role("combobox", name="What to train")
    expect(chosen).to_have_value(lab.MENU["clipping"], timeout=SLOW)
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Forecasting").click()
    _follow(page)
    expect(chosen).to_have_value(lab.MENU["temperature"], timeout=SLOW)
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled(timeout=SLOW)
    page.goto(f"{app_url}/translation?translate_tab={translating.TABS[3]}")
    _follow(page)
    expect(chosen).to_have_value(lab.MENU[LINKS["translate"].preset], timeout=SLOW)
    expect(page.locator(".player").get_by_text("LSTM after 2,000 updates").first).to_be_visible(timeout=SLOW)


def _follow(page):
    link = page.get_by_test_id("stPageLink-NavLink").filter(has_text="Train one in the lab").locator("visible=true")
    link.first.click(timeout=SLOW)
    expect(page.get_by_role("heading", name="Training lab")).to_be_visible(timeout=SLOW)
