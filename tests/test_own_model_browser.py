"""Your own model in Chromium: a visitor uploads a .pt file, picks a layer, steps it; hostile files get a sentence."""

import io
import os
import re

import pytest
import torch
from playwright.sync_api import Page, expect
from torch import nn

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(open_page, app_url):
    """Opens the page with a query string and waits until its script has run."""

    def visited(query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/your_own_model?{query}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your own model")
        expect(page.locator(".player .counter")).to_be_visible()
        return page

    return visited


def as_pt(thing) -> bytes:
    out = io.BytesIO()
    torch.save(thing, out)
    return out.getvalue()


def bring(page: Page, data: bytes, name: str) -> None:
    page.get_by_test_id("stFileUploader").first.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )


def pick(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def test_a_visitor_brings_a_pt_file_picks_a_layer_and_steps_it(visit):
    page = visit()
    state = {f"encoder.rnn.{k}": w for k, w in nn.GRU(4, 6, 2, bidirectional=True).state_dict().items()}
    bring(page, as_pt({"model": state, "epoch": 3}), "mine.pt")
    expect(page.get_by_text("model/encoder.rnn: GRU, 4 → 6, 2 layers, both ways")).to_be_visible()
    title = page.locator(".player h3, .player .title, .player").first
    expect(title).to_contain_text("model/encoder.rnn, layer 1 of 2, forward")
    pick(page, "Layer", "layer 2")
    expect(title).to_contain_text("model/encoder.rnn, layer 2 of 2, forward")
    expect(page.locator(".player .counter")).to_have_text(re.compile("token 24 of 24|token 12 of 24"))
    page.locator(".player .strip").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".player .counter")).to_have_text("token 2 of 24")
    assert "encoder" not in page.url
    page.get_by_role("tab", name="Gradients").click()
    expect(page.locator(".st-key-own_gradients .annotation-text").first).to_be_visible()


def test_a_file_with_code_gets_its_sentence_and_the_example_stays(visit, tmp_path):
    page = visit()
    bring(page, as_pt({"w": Evil(tmp_path / "ran")}), "evil.pt")
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_contain_text("asks for the Python object 'posix.system'")
    expect(alert).to_contain_text("nothing of it was run")
    expect(page.locator(".player .counter")).to_have_text("token 12 of 12")
    assert not (tmp_path / "ran").exists()


def test_fifty_megabytes_are_refused_in_the_browser_with_the_limit_in_sight(visit, tmp_path):
    page = visit()
    (tmp_path / "large.pt").write_bytes(b"PK\x03\x04" + bytes(50_000_000))
    page.get_by_test_id("stFileUploader").first.locator("input[type=file]").set_input_files(tmp_path / "large.pt")
    expect(page.get_by_text("large.pt")).to_be_visible()
    expect(page.get_by_test_id("stFileUploader").get_by_role("alert")).to_have_text(
        re.compile("must be 5.0MB or smaller")
    )
    expect(page.get_by_text("A file may have at most 5 MB")).to_be_visible()
    expect(page.locator(".player .counter")).to_have_text("token 12 of 12")


def test_fifty_megabytes_past_the_browser_are_refused_by_the_server(visit):
    page = visit()
    with page.expect_request(lambda request: request.method == "PUT" and "upload_file" in request.url) as sent:
        bring(page, b"small", "small.pt")
    expect(page.get_by_test_id("stAlert")).to_contain_text("of a kind that is not known here")
    answer = page.context.request.put(
        sent.value.url,
        multipart={"file": {"name": "large.pt", "mimeType": "application/octet-stream", "buffer": bytes(50_000_000)}},
        headers={name: value for name, value in sent.value.headers.items() if "xsrf" in name},
    )
    assert answer.status == 413
    page.reload()
    expect(page.locator(".player .counter")).to_have_text("token 12 of 12")


@pytest.mark.parametrize("tab", ["Player", "Gradients", "Shapes+and+code"])
def test_nothing_is_wider_than_a_phone(visit, tab):
    page = visit(viewport={"width": 390, "height": 844})
    page.goto(page.url.split("?")[0] + f"?own_tab={tab}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your own model")
    expect(page.get_by_role("heading", name="Two things to try")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
