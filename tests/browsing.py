"""What the browser tests say of a page in one way."""

from playwright.sync_api import Page, expect

LEARNED_MS = 120_000
"""How long a training may take to begin or to end: its process starts first, and has a lower priority than all pages."""


def script_has_run(page: Page) -> None:
    """Returns once the page's script has run to its end. A click before that may meet a button that is being redrawn."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
