"""Every page by its own link in light and dark, and what a machine can check of its accessibility: axe-core looks at it.

The keyboard has tests of its own.
"""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import script_has_run
from playwright.sync_api import expect

from playground.exhibits import EXHIBITS

pytestmark = pytest.mark.browser

NOT_OURS = {"exclude": [["[data-testid=stSidebarNav]"]]}
"""Streamlit's navigation with sections has lists whose items do not stand directly in them: nothing here can mend that."""

GROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 22, 28)"}
ONLY_WHAT_IS_WRONG = {"resultTypes": ["violations"]}
GRAVE = ("serious", "critical")
PATIENCE = 20
"""Looks, a second apart, after which a finding stays."""


def told(violations) -> list[str]:
    """What is wrong, and where, a line each."""
    return [
        f"{violation['id']}: {node['html'][:120]} {node['failureSummary'][:220]}"
        for violation in violations
        for node in violation["nodes"]
        if violation["impact"] in GRAVE
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.title)
def test_a_page_opens_by_its_own_link_in_both_themes_and_has_no_serious_finding(exhibit, scheme, open_page, app_url):
    page = open_page(color_scheme=scheme)
    page.goto(f"{app_url}/{'' if exhibit is EXHIBITS[0] else Path(exhibit.file).stem}")
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=90_000)
    script_has_run(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor") == GROUND[scheme]
    wrong: list[str] = []
    for _ in range(PATIENCE):  # what is still being drawn has no words yet
        wrong = told(Axe().run(page, context=NOT_OURS, options=ONLY_WHAT_IS_WRONG).response["violations"])
        if not wrong:
            break
        page.wait_for_timeout(1000)
    assert not wrong
