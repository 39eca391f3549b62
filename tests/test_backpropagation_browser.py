"""Backpropagation through time in Chromium: stepping there and back by keyboard, lines that light, sliders that move bars."""

import re

import pytest
from browsing import script_has_run
from playwright.sync_api import Page, expect

from playground import unrolling

pytestmark = pytest.mark.browser

FORWARD_AND_BACK, WHO, TRUNCATED = unrolling.TABS
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
LONGEST = "bptt_inputs=1;0.5;-1;0.5;0.3;0.2&bptt_loss=at+every+step"


@pytest.fixture
def visit(open_page, app_url):
    """Opens the page with a query string and waits until its script has run."""

    def visited(query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/backpropagation?{query}")
        settled(page)
        return page

    return visited


def settled(page):
    expect(page.get_by_role("heading", level=1)).to_have_text("Backpropagation through time")
    expect(page.get_by_role("heading", name="Two things to try")).to_be_visible()
    script_has_run(page)


def node(page, name):
    return page.locator(f'.graph .node[data-name="{name}"]')


def number_in(page, name):
    return node(page, name).locator(".value")


def counter_says(page, text):
    expect(page.locator(".graph .counter")).to_have_text(text)


def says(page, text):
    expect(page.locator(".graph .sum")).to_have_text(text)


def chosen(page, name):
    expect(page.locator(".graph .node.chosen")).to_have_attribute("data-name", name)


def lit(page):
    return page.locator(".graph .node.lit").evaluate_all("nodes => nodes.map(node => node.dataset.name).sort()")


def chart_title(page, place=0):
    return page.get_by_test_id("stPlotlyChart").nth(place).locator(".gtitle")


# ---- the drawing -----------------------------------------------------------------------------------------------------


def test_the_keyboard_steps_forward_and_then_backward_and_each_stop_tells_its_arithmetic(visit):
    page = visit()
    says(page, "∂E/∂w = 0 + (−0.262351) + (−0.288458) = −0.550809")
    node(page, "dE/dw").focus()
    page.keyboard.press("Home")
    counter_says(page, "Forward: step 1 of 3")
    chosen(page, "h@1")
    says(page, "h₁ = tanh(1) = 0.761594")
    expect(number_in(page, "h@2")).to_be_hidden()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    counter_says(page, "Forward: the loss of step 3")
    chosen(page, "E@3")
    expect(number_in(page, "dh@3")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    counter_says(page, "Backward: into h₃")
    says(page, "∂E/∂h₃ = 1·(−0.820274) = −0.820274")
    page.keyboard.press("ArrowRight")
    says(page, "∂E/∂a₃ = (−0.820274)·tanh′(0.1817) = (−0.820274)·0.967698 = −0.793778")
    expect(number_in(page, "dw@3")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    says(page, "∂E/∂w₃ = (−0.793778)·0.363399 = −0.288458")
    expect(number_in(page, "dh@2")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    says(page, "∂E/∂h₂ = 0.5·(−0.793778) = −0.396889")
    page.keyboard.press("ArrowLeft")
    chosen(page, "dw@3")
    expect(number_in(page, "dh@2")).to_be_hidden()
    page.keyboard.press("End")
    counter_says(page, "The sum over all steps: ∂E/∂w")
    chosen(page, "dE/dw")


def test_a_gradient_lights_what_it_was_computed_from_across_time(visit):
    page = visit()
    away = page.locator(".graph .edge.away")
    expect(away).to_have_count(7)  # from forward numbers to gradients: drawn only while somebody asks
    node(page, "dw@3").click()
    assert lit(page) == ["da@3", "h@2"]
    expect(away).to_have_count(6)
    node(page, "da@2").click()
    assert lit(page) == ["a@2", "dh@2"]
    node(page, "dh@2").click()
    assert lit(page) == ["da@3"]


def test_edges_bear_their_factors_from_the_start(visit):
    page = visit()
    expect(number_in(page, "dE/dw")).to_be_visible()
    texts = page.locator(".graph .edge:not(.away) .weight").all_text_contents()
    assert texts.count("0.5") == 3 + 2  # w forward, from h₀ too, and w backward
    assert {"0.968", "0.868", "0.42"} <= set(texts)  # tanh′


def test_a_slider_changes_the_numbers_and_keeps_the_stop(visit):
    page = visit()
    node(page, "dE/dw").focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    counter_says(page, "Backward: into h₁")
    before = number_in(page, "dh@1").text_content()
    slider = page.get_by_role("slider", name=re.compile("on its own past"))
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(number_in(page, "dh@1")).not_to_have_text(before or "")
    counter_says(page, "Backward: into h₁")
    chosen(page, "dh@1")


def test_stepping_sends_nothing_to_the_server(open_page, app_url):
    page, sent = open_page(), []

    def count(frame):
        sent.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", count))
    page.goto(f"{app_url}/backpropagation")
    settled(page)
    page.wait_for_timeout(500)
    before = len(sent)
    node(page, "dE/dw").click()
    for key in ("Home", *["ArrowRight"] * 13, "ArrowLeft", "Escape"):
        page.keyboard.press(key)
    page.wait_for_timeout(1000)
    assert before > 0
    assert len(sent) == before


def test_a_link_reproduces_the_stop_of_the_way_back(visit):
    page = visit()
    node(page, "dE/dw").focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile(r"step=10&number=dw%402"))
    copy = visit(page.url[page.url.index("?") + 1 :])
    counter_says(copy, "Backward: what step 2 adds to ∂E/∂w")
    chosen(copy, "dw@2")


def test_the_numbers_of_six_steps_never_stand_on_each_other(visit):
    page = visit(LONGEST)
    expect(number_in(page, "dE/dw")).to_be_visible()
    boxes = page.locator(".graph .node .body").evaluate_all(
        "bodies => bodies.map(body => { const b = body.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })"
    )
    assert len(boxes) == 1 + 6 * 9 + 1
    for k, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[k + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top


def test_labels_never_cover_a_number(visit):
    page = visit(LONGEST)
    expect(number_in(page, "dE/dw")).to_be_visible()
    labels, covered = page.locator(".graph").evaluate(
        """graph => {
          const boxes = (pattern) => [...graph.querySelectorAll(pattern)].map((e) => e.getBoundingClientRect());
          const labels = boxes('.edge:not(.away) .label rect'), numbers = boxes('.node .body');
          return [labels.length, labels.filter((a) => numbers.some((b) =>
            a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)).length];
        }"""
    )
    assert labels == 6 * 4 + 6 * 3 + 5
    assert covered == 0


# ---- the cut ---------------------------------------------------------------------------------------------------------


def test_a_cut_line_is_broken_and_lights_nothing(visit):
    page = visit(f"bptt_tab={TRUNCATED}&bptt_subject=the+small+one+above&bptt_inputs=1;0.5;-1;0.5&bptt_k4=2")
    cut = page.locator(".graph .edge.cut")
    expect(cut).to_have_count(1)
    expect(cut.locator(".weight")).to_have_text("cut")
    node(page, "dh@2").click()
    says(page, "∂E/∂h₂ = nothing comes back: 0")
    assert lit(page) == []
    node(page, "dh@3").click()
    assert lit(page) == ["da@4"]


def test_the_slider_of_the_cut_moves_bars_and_curve(visit):
    page = visit(f"bptt_tab={TRUNCATED}&bptt_k_guess=the+larger+k")
    expect(chart_title(page)).to_have_text("k = 20: 40 of 60 steps get nothing")
    expect(chart_title(page, 1)).to_have_text("k = 20: 62 % is cut off")
    bars = page.get_by_test_id("stPlotlyChart").first.locator(".barlayer .trace").last.locator("path")
    expect(bars).to_have_count(60)
    shapes = bars.evaluate_all("paths => paths.map(path => path.getAttribute('d')).join()")
    slider = page.get_by_role("slider", name=re.compile("detach the state"))
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("30")
    expect(chart_title(page)).to_have_text("k = 30: 30 of 60 steps get nothing")
    expect(chart_title(page, 1)).to_have_text("k = 30: 45 % is cut off")
    assert bars.evaluate_all("paths => paths.map(path => path.getAttribute('d')).join()") != shapes


def test_the_address_bar_carries_the_cut(visit):
    page = visit(f"bptt_tab={TRUNCATED}")
    slider = page.get_by_role("slider", name=re.compile("detach the state"))
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("bptt_k60=21"))


def test_what_was_set_above_the_tabs_is_still_there_after_a_look_at_another_tab(visit):
    page = visit()
    page.get_by_role("button", name="Riveill").click()
    expect(number_in(page, "h@0")).to_have_text("0.5")
    page.get_by_role("tab", name=WHO).click()
    expect(page.get_by_text("a sum of four terms")).to_be_visible()
    page.get_by_role("tab", name=FORWARD_AND_BACK).click()
    expect(number_in(page, "h@0")).to_have_text("0.5")


# ---- phones and themes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", [FORWARD_AND_BACK, f"{WHO}&bptt_share_shown=true", f"{TRUNCATED}&bptt_k_shown=true"])
def test_no_tab_is_wider_than_a_phone(query, visit):
    page = visit(f"bptt_tab={query}", **PHONE)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 1


def test_a_phone_shows_the_number_that_is_looked_at(visit):
    page = visit(LONGEST, **PHONE)
    node(page, "dE/dw").evaluate("shape => shape.scrollIntoView({ block: 'center', inline: 'nearest' })")
    expect(node(page, "dE/dw")).to_be_in_viewport()  # its sources reach further than the screen
    node(page, "dE/dw").focus()
    page.keyboard.press("Home")
    expect(node(page, "h@1")).to_be_in_viewport()
