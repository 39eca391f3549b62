"""The token player in a browser: what only a browser can show."""

import re

import numpy as np
import pytest
from browsing import script_has_run
from player_data import HOSTILE, SENTENCE, made_trace
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

MINUS = "\u2212"


@pytest.fixture
def show(open_page, player_url):
    """Opens the player's page with a query string and waits until everything is drawn."""

    def shown(query="", **options) -> Page:
        page = open_page(**options)
        page.goto(f"{player_url}/?{query}")
        ready(page)
        return page

    return shown


def ready(page):
    expect(page.locator(".player .counter")).to_have_text(re.compile(r"token \d+ of \d+"))
    script_has_run(page)
    page.wait_for_function("canvas => canvas.width > 100", arg=page.locator(".cell canvas").first.element_handle())


def press(page, *keys):
    page.locator(".player .strip").focus()
    for key in keys:
        page.keyboard.press(key)


def counter_says(page, text):
    expect(page.locator(".counter")).to_have_text(text)


def unit_is(page, unit):
    expect(page.locator(".unit select")).to_have_value(str(unit))


def on_screen(value):
    """A number as the player writes it; the numbers of these tests are of ordinary size."""
    assert value == 0 or 0.0005 <= abs(value) < 1000
    return f"{value:.3f}".replace("-", MINUS)


def painted(page):
    """Waits until a key's picture has been drawn: actions draw in the next frame."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def rows(page, track=0):
    """The inspector's rows as text: what, label, number."""
    painted(page)
    table = page.locator(".inspector").nth(track).locator("tr:not(.empty)")
    return [
        tuple(row)
        for row in table.evaluate_all(
            "rows => rows.map(row => "
            "['.said', '.label-cell', '.number-cell'].map(cell => row.querySelector(cell).textContent))"
        )
    ]


# Moving


def test_arrows_home_and_end_move_the_cursor(show):
    page = show()
    counter_says(page, "token 1 of 12")
    press(page, "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft")
    counter_says(page, "token 3 of 12")
    press(page, "End")
    counter_says(page, "token 12 of 12")
    press(page, "ArrowRight")
    counter_says(page, "token 12 of 12")
    press(page, "Home", "ArrowLeft")
    counter_says(page, "token 1 of 12")


def test_up_and_down_choose_the_unit_and_stop_at_the_ends(show):
    page = show()
    press(page, "ArrowUp")
    unit_is(page, 0)
    press(page, *["ArrowDown"] * 3)
    unit_is(page, 3)
    press(page, *["ArrowDown"] * 9)
    unit_is(page, 7)


def test_a_click_on_a_token_goes_there_and_marks_it(show):
    page = show()
    page.locator(".token").nth(6).click()
    counter_says(page, "token 7 of 12")
    expect(page.locator(".token[aria-selected=true]")).to_have_text("blorpread as <unk>")
    expect(page.locator(".token.current")).to_have_count(1)
    expect(page.locator(".token.ahead")).to_have_count(5)


def test_each_button_of_the_transport_does_what_it_is_called(show):
    page = show()
    for name, start, token in (
        ("First token", "End", 1),
        ("Back one token", "End", 11),
        ("Forward one token", "Home", 2),
        ("Last token", "Home", 12),
    ):
        press(page, start)
        counter_says(page, f"token {1 if start == 'Home' else 12} of 12")
        page.get_by_role("button", name=name).click()
        counter_says(page, f"token {token} of 12")


def test_after_a_click_on_a_button_the_keys_go_on_working(show):
    page = show()
    page.get_by_role("button", name="Forward one token").click()
    page.keyboard.press("ArrowRight")
    counter_says(page, "token 3 of 12")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_the_unit_menu_chooses_the_unit(show):
    page = show()
    page.get_by_label("Unit", exact=True).select_option("5 of 8")
    expect(page.locator(".shading-unit")).to_have_text("5")
    expect(page.locator(".unit-number")).to_have_text("5")


def test_a_click_in_a_heatmap_chooses_token_unit_and_value(show):
    page = show()
    canvas = page.locator(".map canvas").nth(4)
    box = canvas.bounding_box()
    trace = made_trace("LSTM", 12, 8)
    line = min(max(272 / 8, 4), 22)
    cell = page.locator(".map .column").nth(4).evaluate("column => column.getBoundingClientRect().width")
    canvas.click(position={"x": 30 + 4.5 * cell, "y": 5.5 * line})
    assert box is not None
    counter_says(page, "token 5 of 12")
    unit_is(page, 5)
    expect(page.locator(".inspector .what")).to_have_text("cell state (memory)")
    expect(page.locator(".map .reading").nth(4)).to_have_text(on_screen(trace["c"][4, 5]))


def test_keys_outside_the_player_are_left_alone(show):
    page = show()
    field = page.get_by_label("Elsewhere")
    field.fill("two words")
    field.press("Home")
    field.press("Space")
    field.press("ArrowRight")
    counter_says(page, "token 1 of 12")
    expect(field).to_have_value(" two words")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_the_whole_transport_can_be_reached_by_tab_and_has_names(show):
    page = show()
    page.locator(".player .strip").focus()
    names = []
    for _ in range(7):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate(
                "() => { const at = document.activeElement.shadowRoot.activeElement; "
                "return at.getAttribute('aria-label') ?? at.textContent; }"
            )
        )
    assert names == [
        "First token",
        "Back one token",
        "Play",
        "Forward one token",
        "Last token",
        "Speed in tokens a second",
        "Unit",
    ]


def test_a_button_in_focus_keeps_space_for_itself(show):
    page = show()
    page.get_by_role("button", name="Forward one token").focus()
    page.keyboard.press("Space")
    counter_says(page, "token 2 of 12")
    assert page.locator(".play").get_attribute("aria-label") == "Play"


# Playing


def test_playing_reaches_the_end_and_stops(show):
    page = show()
    page.get_by_label("Speed in tokens a second").fill("30")
    press(page, "Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    counter_says(page, "token 12 of 12")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_playing_from_the_end_starts_anew(show):
    page = show()
    page.get_by_label("Speed in tokens a second").fill("1")
    press(page, "End", "Space")
    counter_says(page, "token 1 of 12")
    press(page, "Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    counter_says(page, "token 1 of 12")


# Numbers


@pytest.mark.parametrize("variant", ["", "candidate=identity"])
def test_the_arithmetic_of_the_gates_of_an_lstm_is_that_of_the_trace(show, variant):
    trace = made_trace("LSTM", 12, 8, variant)
    page = show(f"variant={variant}")
    press(page, *["ArrowRight"] * 3, *["ArrowDown"] * 2)
    for gate, name in {"i": "input gate", "f": "forget gate", "g": "candidate", "o": "output gate"}.items():
        page.locator(f".node[data-value='{gate}']").click()
        expect(page.locator(".inspector .what")).to_have_text(name)
        wanted = [on_screen(trace[f"{part}_{gate}"][3, 2]) for part in "xhba"] + [on_screen(trace[gate][3, 2])]
        assert [number for *_, number in rows(page)] == wanted


def test_the_memory_is_shown_as_two_products_and_their_sum(show):
    trace = made_trace("LSTM", 12, 8)
    page = show()
    press(page, *["ArrowRight"] * 4)
    page.locator(".node[data-value='c']").click()
    f, i, g, c = (trace[name][4, 0] for name in "figc")
    past = trace.past("c")[4, 0]
    assert rows(page) == [
        ("what is kept", f"{on_screen(f)} × {on_screen(past)}", on_screen(trace["f*c"][4, 0])),
        ("what is written", f"{on_screen(i)} × {on_screen(g)}", on_screen(trace["i*g"][4, 0])),
        ("sum", "ct", on_screen(c)),
    ]


@pytest.mark.parametrize("variant", ["", "reset=before", "update_gate=write"])
def test_the_numbers_of_a_gru_are_those_of_the_trace(show, variant):
    trace = made_trace("GRU", 12, 8, variant)
    page = show(f"cells=GRU&variant={variant}")
    press(page, *["ArrowRight"] * 2)
    for name in ("r", "z", "n", "h"):
        page.locator(f".node[data-value='{name}']").click()
        assert rows(page)[-1][2] == on_screen(trace[name][2, 0])


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu", "sigmoid", "identity"])
def test_the_drawing_of_an_rnn_names_its_squashing_and_shows_its_numbers(show, nonlinearity):
    trace = made_trace("RNN", 12, 4, f"nonlinearity={nonlinearity}")
    page = show(f"cells=RNN&variant=nonlinearity={nonlinearity}")
    press(page, "ArrowRight", "ArrowDown")
    sign = {"tanh": "tanh", "relu": "ReLU", "sigmoid": "σ", "identity": "id"}[nonlinearity]
    expect(page.locator(".node[data-value='h']")).to_have_text(sign)
    assert [number for *_, number in rows(page)] == [
        on_screen(trace[name][1, 1]) for name in ("x_h", "h_h", "b_h", "a_h", "h")
    ]


def test_an_lstm_without_output_tanh_is_drawn_without_one(show):
    assert show().locator(".node[data-value='tanh(c)']").count() == 1
    page = show("variant=output=identity")
    expect(page.locator(".node[data-value='h']")).to_be_visible()
    expect(page.locator(".node[data-value='tanh(c)']")).to_have_count(0)


@pytest.mark.parametrize(("variant", "inside"), [("reset=after", "h_n"), ("reset=before", "r*h")])
def test_a_gru_shows_where_its_reset_acts(show, variant, inside):
    page = show(f"cells=GRU&variant={variant}")
    expect(page.locator(f".node[data-value='{inside}']")).to_have_text("×")


def test_hovering_a_node_opens_it_for_a_moment_and_a_click_keeps_it(show):
    page = show()
    what = page.locator(".inspector .what")
    expect(what).to_have_text("forget gate")
    page.locator(".node[data-value='o']").hover()
    expect(what).to_have_text("output gate")
    page.locator("h3").hover()
    expect(what).to_have_text("forget gate")
    page.locator(".node[data-value='o']").click()
    page.locator("h3").hover()
    expect(what).to_have_text("output gate")


def test_every_node_can_be_opened_by_keyboard(show):
    page = show()
    for node in page.locator(".node").all():
        node.focus()
        name = node.get_attribute("data-value")
        expect(node).to_be_focused()
        assert rows(page), name
        assert all(re.fullmatch(rf"{MINUS}?[\d.e{MINUS}]+", number) for *_, number in rows(page)), name


def test_the_lines_and_the_readings_of_the_heatmaps_show_the_same_numbers(show):
    trace = made_trace("LSTM", 12, 8)
    page = show()
    press(page, *["ArrowRight"] * 5, "ArrowDown")
    wanted = [on_screen(trace[name][5, 1]) for name in trace.names]
    expect(page.locator(".map .reading")).to_have_text(wanted)
    expect(page.locator(".readings output")).to_have_text(wanted)


def test_hovering_a_heatmap_tells_the_exact_number(show):
    trace = made_trace("LSTM", 12, 8)
    page = show()
    cell = page.locator(".map .column").first.evaluate("column => column.getBoundingClientRect().width")
    page.locator(".map canvas").first.hover(position={"x": 30 + 1.5 * cell, "y": 2.5 * 22})
    tip = page.locator(".tip").inner_text()
    assert tip.startswith("token 2 cats · unit 3 · ")
    assert float(tip.split(" · ")[2].replace(MINUS, "-")) == pytest.approx(trace["i"][1, 2], rel=1e-6)


def test_the_network_says_its_words_with_probabilities_and_the_true_one_is_marked(show):
    page = show()
    press(page, "ArrowRight")
    here = page.locator(".words li")
    expect(here.locator(".word")).to_have_text([SENTENCE[2], "<b>bold</b>", "rain"])
    expect(here.locator(".share")).to_have_text(["50.0 %", "25.0 %", "12.5 %"])
    expect(page.locator(".words .follows .word")).to_have_text([SENTENCE[2]])


def test_a_network_that_says_a_number_shows_it(show):
    page = show("numbers")
    press(page, "ArrowRight", "ArrowRight", "ArrowRight")
    expect(page.locator(".says h4")).to_have_text("predicted sum")
    expect(page.locator(".big-number")).to_have_text("0.375")


def test_the_strip_is_shaded_by_the_chosen_value_of_the_chosen_unit(show):
    page = show()
    gate = made_trace("LSTM", 12, 8)["f"]

    def lightness():
        colours = page.locator(".token").evaluate_all(
            "tokens => tokens.map(token => token.style.getPropertyValue('--shade').match(/\\d+/g).map(Number))"
        )
        return np.array(colours).sum(1)

    for unit in (0, 1):
        expect(page.locator(".shading-unit")).to_have_text(str(unit + 1))
        darkest_first = np.argsort(lightness(), kind="stable")
        assert np.all(np.diff(gate[darkest_first, unit]) < 0.01)
        press(page, "ArrowDown")


# Sub-steps


def test_brackets_walk_through_the_cell_and_on_into_the_next_token(show):
    page = show()
    titles = page.locator(".stage")
    press(page, "]")
    expect(titles.nth(0)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".node.lit")).to_have_count(1)
    press(page, *["]"] * 4)
    expect(titles.nth(4)).to_have_attribute("aria-pressed", "true")
    counter_says(page, "token 1 of 12")
    press(page, "]")
    counter_says(page, "token 2 of 12")
    expect(titles.nth(0)).to_have_attribute("aria-pressed", "true")
    press(page, "[")
    counter_says(page, "token 1 of 12")
    expect(titles.nth(4)).to_have_attribute("aria-pressed", "true")
    press(page, "Escape")
    expect(page.locator(".stage[aria-pressed=true]")).to_have_count(0)


def test_what_is_not_computed_yet_is_dimmed_and_gives_no_number(show):
    page = show()
    press(page, "]", "]")
    for name in ("f", "i"):
        expect(page.locator(f".node[data-value='{name}']")).not_to_have_class(re.compile("todo"))
    for name in ("g", "o", "c", "h", "f*c", "i*g", "tanh(c)"):
        expect(page.locator(f".node[data-value='{name}']")).to_have_class(re.compile("todo"))
    readings = page.locator(".map .reading").all_inner_texts()
    assert [text == "–" for text in readings] == [False, False, True, True, True, True]
    page.locator(".node[data-value='c']").hover()
    expect(page.locator(".inspector h4")).to_contain_text("not computed yet")
    expect(page.locator(".inspector")).to_have_class(re.compile("todo"))


def test_a_step_to_another_token_shows_the_whole_cell_again(show):
    page = show()
    press(page, "]", "]", "ArrowRight")
    expect(page.locator(".node.todo")).to_have_count(0)


# Address bar, reruns, bytes


def test_the_address_bar_carries_step_and_unit_and_a_reload_restores_them(show):
    page = show("tokens=plain")
    press(page, *["ArrowRight"] * 6, *["ArrowDown"] * 2)
    page.wait_for_url(re.compile(r"\?tokens=plain&step=7&unit=3$"))
    page.reload()
    ready(page)
    counter_says(page, "token 7 of 12")
    unit_is(page, 2)


def test_a_pause_in_slow_playing_reaches_the_address_bar(show):
    page = show()
    page.get_by_label("Speed in tokens a second").fill("1")
    press(page, "Space")
    counter_says(page, "token 2 of 12")
    page.wait_for_timeout(350)
    press(page, "Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    token = page.locator(".counter").inner_text().split()[1]
    page.wait_for_url(re.compile(f"step={token}&unit=1"))


def test_a_keyboard_that_needs_alt_gr_for_brackets_can_walk_through_the_cell(show):
    page = show()
    page.locator(".player .strip").evaluate(
        "strip => strip.dispatchEvent(new KeyboardEvent('keydown', "
        "{ key: ']', ctrlKey: true, altKey: true, bubbles: true, composed: true }))"
    )
    expect(page.locator(".stage").first).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("query", ["step=99&unit=2", "step=abc&unit=2", "step=-1&unit=2", "step=&unit=2"])
def test_a_wrong_step_in_the_link_is_ignored(show, query):
    page = show(query)
    counter_says(page, "token 1 of 12")
    unit_is(page, 1)


def test_a_bound_widget_and_the_player_leave_each_others_parameters_alone(show):
    page = show()
    press(page, "ArrowRight", "ArrowDown")
    page.wait_for_url(re.compile("step=2&unit=2"))
    page.get_by_role("combobox", name="Kept in the link").click()
    page.get_by_role("option", name="b", exact=True).click()
    page.wait_for_url(re.compile(r"(?=.*kept=b)(?=.*step=2)(?=.*unit=2)"))
    press(page, "ArrowRight")
    page.wait_for_url(re.compile(r"(?=.*kept=b)(?=.*step=3)(?=.*unit=2)"))


def test_step_and_unit_return_after_the_script_has_written_the_query_string(show):
    page = show("tokens=plain")
    press(page, "ArrowRight", "ArrowRight")
    page.wait_for_url(re.compile("step=3"))
    page.get_by_role("button", name="Write query").click()
    page.wait_for_url(re.compile(r"(?=.*lesson=two)(?=.*step=3)(?=.*unit=1)"))


def test_a_rerun_with_the_same_data_keeps_everything(show):
    page = show()
    press(page, *["ArrowRight"] * 4, "ArrowDown", "]", "]")
    page.get_by_role("button", name="Rerun").click()
    expect(page.get_by_text("run 2 cursor")).to_be_visible()
    counter_says(page, "token 5 of 12")
    unit_is(page, 1)
    expect(page.locator(".stage").nth(1)).to_have_attribute("aria-pressed", "true")


def test_a_shorter_text_keeps_the_unit_and_clips_the_step(show):
    page = show()
    press(page, "End", "ArrowDown", "ArrowDown")
    page.get_by_text("Other text").click()
    counter_says(page, "token 5 of 5")
    unit_is(page, 2)


def test_stepping_sends_nothing_to_the_server(open_page, player_url):
    page = open_page()
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(len(data))))
    page.goto(player_url)
    ready(page)
    page.wait_for_timeout(500)
    sent.clear()
    press(page, *["ArrowRight"] * 8, *["ArrowDown"] * 4, "]", "]", "Space", "Space")
    page.wait_for_url(re.compile("unit=5"))
    page.wait_for_timeout(1000)
    assert sent == []


def test_a_page_that_asks_for_it_hears_where_the_reader_rests(show):
    page = show("report")
    press(page, "ArrowRight", "ArrowRight", "ArrowDown")
    expect(page.get_by_text(re.compile(r"run \d+ cursor 2 1"))).to_be_visible()
    counter_says(page, "token 3 of 12")
    assert "run 2 " in page.get_by_text("cursor 2 1").inner_text()


def test_a_link_tells_the_page_too(show):
    page = show("report&step=4&unit=2")
    expect(page.get_by_text("run 1 cursor 3 1")).to_be_visible()


# Looks


def test_dark_and_light_theme_paint_other_pictures(show):
    def background(page):
        return page.locator(".player").evaluate("player => getComputedStyle(player).backgroundColor")

    def first_pixel(page):
        return page.locator(".map canvas").first.evaluate(
            "canvas => [...canvas.getContext('2d').getImageData(40, 4, 1, 1).data]"
        )

    light, dark = show(color_scheme="light"), show(color_scheme="dark")
    assert background(light) != background(dark)
    assert first_pixel(light) != first_pixel(dark)


def test_a_change_of_theme_repaints_and_keeps_step_and_sub_step(show):
    page = show(color_scheme="light")
    press(page, "ArrowRight", "ArrowRight", "]")
    before = page.locator(".chip i").first.evaluate("i => getComputedStyle(i).backgroundColor")
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".chip i").first).not_to_have_css("background-color", before)
    counter_says(page, "token 3 of 12")
    expect(page.locator(".stage").first).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("query", ["", "tokens=long&H=64", "cells=RNN,LSTM,GRU", "tokens=hostile"])
def test_a_phone_shows_it_without_scrolling_sideways(show, query):
    page = show(query, viewport={"width": 390, "height": 844}, has_touch=True)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
    widest = page.locator(".track").evaluate_all(
        "all => Math.max(...all.map(track => track.scrollWidth - track.clientWidth))"
    )
    assert widest <= 0


def test_a_tap_on_a_node_opens_it(show):
    page = show(viewport={"width": 390, "height": 844}, has_touch=True)
    page.locator(".node[data-value='i']").tap()
    expect(page.locator(".inspector .what")).to_have_text("input gate")


def test_nothing_moves_on_the_page_while_stepping(show):
    page = show()

    def boxes():
        return page.locator(".cell, .inspector, .says, .maps, .lines, .transport > *").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect()).map(({ x, y, width, height }) => [x, y, width, height])"
        )

    still = boxes()
    for key in ["ArrowRight"] * 11 + ["ArrowDown"] * 5 + ["]"] * 3:
        press(page, key)
        painted(page)
        assert boxes() == still


def test_reduced_motion_is_respected(show):
    node = show(reduced_motion="no-preference").locator(".node").first
    assert node.evaluate("node => getComputedStyle(node).transitionDuration") != "0s"
    calm = show(reduced_motion="reduce").locator(".node").first
    assert calm.evaluate("node => getComputedStyle(node).transitionDuration") == "0s"


def test_hostile_tokens_are_text_and_nothing_else(show):
    page = show("tokens=hostile")
    words = page.locator(".token .word").all_inner_texts()
    assert words[0] == HOSTILE[0]
    assert words[1:3] == HOSTILE[1:3]
    assert len(words[3]) == 120
    assert words[4:6] == ["⏎", "∅"]
    for key in ["ArrowRight"] * (len(HOSTILE) - 1):
        press(page, key)
    assert page.locator(".player img, .player script").count() == 0
    assert page.title() not in ("1", "2")


def test_long_tokens_are_cut_to_a_fair_width(show):
    page = show("tokens=hostile")
    widths = page.locator(".token").evaluate_all("all => all.map(token => token.offsetWidth)")
    assert max(widths) < 240


def test_the_strip_keeps_the_current_token_in_view(show):
    page = show("tokens=long")
    for key, token in (("End", 479), ("Home", 0)):
        press(page, key)
        expect(page.locator(".token").nth(token)).to_have_class(re.compile("current"))
        expect(page.locator(".token").nth(token)).to_be_in_viewport()


def test_notes_about_tokens_are_visible(show):
    expect(show().locator(".note")).to_have_text(["read as <unk>"])


def test_rest_is_told_to_screen_readers(show):
    page = show()
    press(page, "ArrowRight", "ArrowRight")
    spoken = page.locator("[aria-live=polite]")
    expect(spoken).to_have_text(
        re.compile(r"^Token 3 of 12: ,\. forget gate of unit 1: 0\.\d+\. next word: which, 50\.0 %\.$")
    )


def test_a_compact_player_leaves_out_heatmaps_and_lines(show):
    page = show("compact")
    expect(page.locator(".cell")).to_be_visible()
    expect(page.locator(".maps, .lines")).to_have_count(0)


# Several tracks


def test_several_tracks_share_one_cursor(show):
    traces = {cell: made_trace(cell, 12, 4 if cell == "RNN" else 8) for cell in ("RNN", "LSTM", "GRU")}
    page = show("cells=RNN,LSTM,GRU")
    expect(page.locator(".strip")).to_have_count(1)
    press(page, *["ArrowRight"] * 3, *["ArrowDown"] * 6)
    unit_is(page, 6)
    for track, (cell, trace) in enumerate(traces.items()):
        unit = min(6, trace.hidden - 1)
        expect(page.locator(".track").nth(track).locator(".map .reading").last).to_have_text(
            on_screen(trace["h"][3, unit])
        )
        expect(page.locator(".track").nth(track).locator(".title")).to_have_text(cell)


def test_the_value_chosen_in_one_track_is_shown_in_the_others_by_role(show):
    page = show("cells=RNN,LSTM,GRU")
    page.locator(".track").nth(1).locator(".chip").nth(1).click()
    expect(page.locator(".inspector .what")).to_have_text(["state", "forget gate", "update gate"])


@pytest.mark.parametrize(("width", "columns"), [(1440, 3), (390, 1)])
def test_tracks_stand_side_by_side_where_there_is_room(show, width, columns):
    page = show("cells=RNN,LSTM,GRU", viewport={"width": width, "height": 900})
    lefts = page.locator(".track").evaluate_all("all => all.map(track => Math.round(track.getBoundingClientRect().x))")
    assert len(set(lefts)) == columns
