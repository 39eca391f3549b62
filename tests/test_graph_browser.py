"""Numbers on a drawing in a browser: what only a browser can show."""

import re

import pytest
from browsing import script_has_run
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def show(open_page, app_url):
    """Opens recurrence on paper with a query string and waits until the drawing is there."""

    def shown(query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{app_url}/recurrence_on_paper{query}")
        expect(page.locator(".graph .counter")).to_have_text(re.compile(r"Step \d+ of \d+"))
        script_has_run(page)
        return page

    return shown


def node(page, name):
    return page.locator(f'.graph .node[data-name="{name}"]')


def lit(page):
    """The names of the numbers that are lit as sources, in the order of the drawing."""
    return page.locator(".graph .node.lit").evaluate_all("nodes => nodes.map(node => node.dataset.name)")


def says(page, text):
    expect(page.locator(".graph .sum")).to_have_text(text)


def counter_says(page, text):
    expect(page.locator(".graph .counter")).to_have_text(text)


def chosen(page, name):
    expect(page.locator(".graph .node.chosen")).to_have_attribute("data-name", name)


def number_in(page, name):
    return node(page, name).locator(".value")


def test_the_drawing_carries_the_numbers_of_the_lecture(show):
    page = show()
    for name, text in {"y1@1": "4", "y2@2": "16", "y1@3": "44", "h1@3": "22", "h2@0": "0"}.items():
        expect(number_in(page, name)).to_have_text(text)


def test_a_click_on_a_number_lights_what_it_was_computed_from_and_writes_its_arithmetic(show):
    page = show()
    node(page, "h1@3").click()
    says(page, "h₁ = 1·3 + 1·3 + 1·8 + 1·8 = 22")
    assert sorted(lit(page)) == ["h1@2", "h2@2", "x1@3", "x2@3"]
    assert page.locator(".graph .edge.lit").count() == 4
    expect(page.locator(".graph .edge.lit .weight")).to_have_text(["1", "1", "1", "1"])


def test_a_second_click_and_escape_put_the_lights_out(show):
    page = show()
    node(page, "y1@3").click()
    node(page, "y1@3").click()
    expect(page.locator(".graph .chosen")).to_have_count(0)
    assert lit(page) == []
    node(page, "y1@3").click()
    page.keyboard.press("Escape")
    expect(page.locator(".graph .chosen")).to_have_count(0)


def test_an_arithmetic_leads_to_the_numbers_in_it(show):
    page = show()
    node(page, "y2@3").click()
    page.locator(".graph .sum button").first.click()
    chosen(page, "h1@3")
    page.keyboard.press("ArrowLeft")
    counter_says(page, "Step 2 of 3")


def test_an_input_says_that_it_was_given(show):
    page = show()
    node(page, "x1@3").click()
    says(page, "x₁ = 3")
    expect(page.locator(".graph .what")).to_have_text("Input 1 at step 3: given")


def test_the_keys_step_through_time_and_reveal_one_step_after_the_other(show):
    page = show()
    node(page, "h2@3").click()
    page.keyboard.press("Home")
    counter_says(page, "Step 1 of 3")
    chosen(page, "h2@1")
    expect(number_in(page, "y1@1")).to_be_visible()
    expect(number_in(page, "y1@2")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    counter_says(page, "Step 2 of 3")
    chosen(page, "h2@2")
    expect(number_in(page, "y1@2")).to_be_visible()
    expect(number_in(page, "y1@3")).to_be_hidden()
    page.keyboard.press("End")
    counter_says(page, "Step 3 of 3")
    expect(number_in(page, "y1@3")).to_be_visible()


def test_the_buttons_step_and_stop_at_both_ends(show):
    page = show()
    forward, back = (page.get_by_role("button", name=name) for name in ("Forward one step", "Back one step"))
    expect(forward).to_be_disabled()
    back.click()
    back.click()
    counter_says(page, "Step 1 of 3")
    expect(back).to_be_disabled()
    forward.click()
    counter_says(page, "Step 2 of 3")


def test_a_button_that_leads_no_further_keeps_the_keys(show):
    page = show()
    page.get_by_role("button", name="Back one step").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    counter_says(page, "Step 1 of 3")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    counter_says(page, "Step 2 of 3")


def test_the_keyboard_alone_reaches_a_number_and_walks_on(show):
    page = show()
    page.get_by_role("button", name="Back one step").focus()
    for _ in range(12):
        if page.evaluate(ACTIVE) == "x1@3":
            break
        page.keyboard.press("Tab")
    chosen(page, "x1@3")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen(page, "h1@3")
    says(page, "h₁ = 1·3 + 1·3 + 1·8 + 1·8 = 22")
    assert page.evaluate(ACTIVE) == "h1@3"
    page.keyboard.press("Enter")
    expect(page.locator(".graph .chosen")).to_have_count(0)


ACTIVE = """() => {
  let active = document.activeElement;
  while (active?.shadowRoot) active = active.shadowRoot.activeElement;
  return active?.dataset?.name ?? "";
}"""


def test_a_screen_reader_hears_what_a_number_is_and_how_it_came_about(show):
    page = show()
    heard = page.get_by_role("button", name="Memory cell 1 at step 2: 1·2 + 1·2 + 1·2 + 1·2 = 8", exact=True)
    expect(heard).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="First step").click()
    expect(page.get_by_role("button", name="Output 1 at step 3: not computed yet")).to_be_attached()


def test_an_edit_changes_the_numbers_and_keeps_step_and_choice(show):
    page = show()
    node(page, "y1@2").click()
    page.get_by_role("button", name="Back one step").click()
    weight = page.get_by_label("w_h row 1, column 1")
    weight.fill("0")
    weight.press("Enter")
    expect(number_in(page, "h1@2")).to_have_text("6")
    counter_says(page, "Step 2 of 3")
    chosen(page, "y1@1")


def test_new_inputs_are_drawn_to_their_end(show):
    page = show()
    box = page.get_by_role("textbox", name="Inputs")
    box.fill("1 1; 0 0; 0 0; 0 0; 0 0")
    box.press("Enter")
    counter_says(page, "Step 5 of 5")
    expect(number_in(page, "y1@5")).to_have_text("64")


def test_a_step_that_an_edit_takes_away_is_no_wrong_link(show):
    page = show("?paper_inputs=1+1%3B2+2%3B3+3%3B4+4")
    node(page, "y1@4").click()
    page.get_by_role("button", name="Back one step").click()
    page.wait_for_url(re.compile(r"step=3&number=y1%403"))
    box = page.get_by_role("textbox", name="Inputs")
    box.fill("1 1; 2 2")
    box.press("Enter")
    counter_says(page, "Step 2 of 2")
    script_has_run(page)
    expect(page.locator("[data-testid=stAlert]")).to_have_count(0)


def test_the_address_bar_carries_step_and_number_and_a_link_reproduces_them(show):
    page = show()
    node(page, "y2@2").click()
    page.get_by_role("button", name="Back one step").click()
    page.wait_for_url(re.compile(r"step=2&number=y2%401"))
    copy = show(page.url[page.url.index("?") :])
    counter_says(copy, "Step 2 of 3")
    chosen(copy, "y2@1")


def test_the_address_bar_is_clean_where_a_first_visitor_is(show):
    page = show()
    node(page, "y2@2").click()
    page.wait_for_url(re.compile("number="))
    node(page, "h1@2").click()
    page.wait_for_url(re.compile(r"recurrence_on_paper$"))


def test_looking_around_sends_nothing_to_the_server(open_page, app_url):
    page = open_page()
    sent = []

    def count(frame):
        sent.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", count))
    page.goto(f"{app_url}/recurrence_on_paper")
    expect(page.locator(".graph .counter")).to_have_text("Step 3 of 3")
    script_has_run(page)
    page.wait_for_timeout(500)
    before = len(sent)
    node(page, "y1@3").click()
    for key in ("ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End", "Escape"):
        page.keyboard.press(key)
    page.wait_for_timeout(1000)
    assert before > 0
    assert len(sent) == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chosen_number_can_be_read_on_its_colour(show, scheme):
    page = show(color_scheme=scheme)
    colours = node(page, "h1@2").evaluate(
        "node => [node.querySelector('.value'), node.querySelector('.body')].map(part => getComputedStyle(part).fill)"
    )
    text, ground = (luminance(colour) for colour in colours)
    assert (max(text, ground) + 0.05) / (min(text, ground) + 0.05) >= 4


def luminance(colour):
    channels = [int(channel) / 255 for channel in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_a_phone_scrolls_the_drawing_and_not_the_page(show):
    page = show("?paper_inputs=1+1%3B+2+2%3B+3+3%3B+1+1%3B+2+2%3B+3+3", **PHONE)
    assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth <= main.clientWidth")
    scroller = page.locator(".graph .scroll")
    assert scroller.evaluate("scroll => scroll.scrollWidth > scroll.clientWidth")
    page.get_by_role("button", name="First step").click()
    page.get_by_role("button", name="Last step").click()
    expect(node(page, "h1@6")).to_be_in_viewport()
    node(page, "y1@6").tap()
    chosen(page, "y1@6")
    assert lit(page) == ["h1@6", "h2@6"]


def test_a_wide_screen_shows_three_steps_without_scrolling(show):
    page = show(viewport={"width": 1920, "height": 1080})
    assert page.locator(".graph .scroll").evaluate("scroll => scroll.scrollWidth <= scroll.clientWidth")


def test_numbers_never_stand_on_each_other(show):
    page = show("?paper_inputs=900+-900%3B0.123+1%3B3+3&paper_w_h_11=-3.25")
    boxes = page.locator(".graph .node .body").evaluate_all(
        "bodies => bodies.map(body => { const b = body.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })"
    )
    for k, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[k + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
    inside = page.locator(".graph .node").evaluate_all(
        "nodes => nodes.map(node => node.querySelector('.value').getBBox().width <= "
        "node.querySelector('.body').getBBox().width)"
    )
    assert all(inside)


def test_whoever_wants_less_motion_gets_none(show):
    page = show(reduced_motion="reduce")
    assert node(page, "h1@2").locator(".body").evaluate("body => getComputedStyle(body).transitionDuration") == "0s"
