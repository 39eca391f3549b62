"""Chains of numbers, as a visitor meets it: factors, a small RNN, the derivation, guesses, slips, links."""

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import visitor
from visitor import sentences

from models import chain
from models.chain import Power, ScalarRNN
from playground import chaining, typed

PAGE = "pages/chains_of_numbers.py"
FACTOR, NETWORK, DERIVATION = chaining.TABS


@pytest.fixture
def open_chains(pytestconfig):
    """Opens a tab of the page with a query string."""

    return lambda tab=FACTOR, **params: visitor.opened(PAGE, pytestconfig.rootpath, chain_tab=tab, **params)


def texts(app):
    return " ".join(text.value for text in [*app.markdown, *app.latex, *app.caption])


def widget(app, key) -> Any:
    return app.get_by_key(key)


def columns(app, place):
    return {name: list(app.dataframe[place].value[name]) for name in app.dataframe[place].value.columns}


def charts(app):
    return [chart.proto.spec for chart in app.get("plotly_chart")]


# ---- one factor ------------------------------------------------------------------------------------------------------


def test_the_page_opens_on_riveills_factor_and_where_float32_ends(open_chains):
    app = open_chains()
    assert not sentences(app)
    assert r"0.25^{100} = 6.22 \cdot 10^{-61}" in texts(app)
    assert "**0 from step 75**" in texts(app)
    fates = columns(app, 1)
    assert dict(zip(fates["format"], fates["its fate"], strict=True)) == {
        "float16": "0 from step 13",
        "bfloat16": "0 from step 67",
        "float32": "0 from step 75",
        "float64": "alive",
    }


def test_the_lectures_numbers_stand_beside_the_exact_ones_and_the_slip_is_said(open_chains):
    checked = columns(open_chains(), 2)
    rows = dict(
        zip(checked["power"], zip(checked["printed"], checked["exact"], checked["so it is"], strict=True), strict=True)
    )
    assert rows == {
        "0.9¹⁰⁰⁰": ("≈ 0", "1.75e-46", "small, but not 0"),
        "1.01¹⁰⁰⁰": ("21000", "20959", "right, rounded"),
        "0.25¹": ("0.25", "0.25", "right"),
        "0.25²": ("0.0625", "0.0625", "right"),
        "0.25⁴": ("0.00391", "0.00391", "right, rounded"),
        "0.25⁸": ("0.0000152", "0.0000153", "right, cut off"),
        "0.25¹⁶": ("0.0000000000233", "0.000000000233", "a slip: 10 times too small"),
        "0.25⁵⁰": ("7e-31", "7.89e-31", "right, cut off"),
    }


@pytest.mark.parametrize(
    ("printed", "so"), [("0.01", "a slip: 25 times too large"), ("0.00004", "a slip: 10 times too small")]
)
def test_a_slip_is_found_by_its_size(printed, so):
    assert chaining.verdict(Decimal("0.0004"), Decimal(printed)) == so


def test_another_factor_changes_curve_and_tables(open_chains):
    app = open_chains()
    before = charts(app)
    app.slider(key="chain_factor").set_value(1.01).run()
    widget(app, "chain_steps").set_value("1000").run()
    assert not app.exception
    assert r"1.01^{1000} = 20{,}959" in texts(app)
    assert charts(app) != before
    running = columns(app, 0)
    assert running["factors"][-1] == 1000
    assert running["exact"][-1] == "20959"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("0.25 (Riveill)", "**0 from step 75**"),
        ("0.9 (Xu)", r"**sticks at $5.61 \cdot 10^{-45}$** from step 964"),
        ("1.01 (Xu)", "float32 can hold it"),
    ],
)
def test_the_factors_of_the_lectures_are_one_click_away(open_chains, name, sentence):
    app = open_chains(chain_factor=0.7)
    app.button(key=f"chain_preset_{name}").click().run()
    assert app.slider(key="chain_factor").value == chaining.POWERS[name]["chain_factor"]
    assert sentence in texts(app)


@pytest.mark.parametrize("factor", [0.01, 0.5, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("steps", ["10", "10000"])
def test_no_factor_is_too_extreme(open_chains, factor, steps):
    app = open_chains(chain_factor=factor, chain_steps=steps)
    assert not sentences(app)
    assert len(charts(app)) == 1


def test_a_format_that_drifts_off_is_not_called_exact():
    power = Power(1.01, 10_000)
    products = chain.multiply_all(power)
    assert products["bfloat16"].drift < 1e-11
    told = f"alive, {products['bfloat16'].drift:.3g} times the truth"
    assert chaining.formats(products)["its fate"] == ["∞ from step 1,143", told, "∞ from step 8,917", "alive"]
    names = [line.name for line in chaining.lines(power, products) if line.labelled]
    assert names == ["float16: ∞ at 1,143", "bfloat16 drifts off", "float32: ∞ at 8,917", "exact ≈ float64"]
    # bfloat16 has 8 digits of two: what stands nearest to 1.01 is 1 + 1/128.
    assert math.isclose(products["bfloat16"].values[1], 1 + 1 / 128)


def test_the_factor_one_neither_vanishes_nor_explodes(open_chains):
    assert "The only factor that neither vanishes nor explodes" in texts(open_chains(chain_factor=1))


@pytest.mark.parametrize(
    ("guess", "told"),
    [("5.6e-45", "**Right: it is"), ("0", "**Not this time: it is"), ("1.75e-46", "**Not this time: it is")],
)
def test_a_guess_of_the_product_is_graded_by_the_tensor(open_chains, guess, told):
    app = open_chains()
    assert r"5.61 \cdot 10^{-45}" not in texts(app)
    widget(app, "chain_guess").set_value(guess).run()
    assert told in texts(app)
    assert "0.9 · 4 = 3.6 rounds back to 4" in texts(app)
    app.button(key="chain_see").click().run()
    assert app.slider(key="chain_factor").value == 0.9


def test_exactly_one_guess_of_the_product_is_right():
    product = chain.multiply(chaining.XU, "float32")
    told = [chaining.graded(guess, product) for guess in chaining.GUESSES if guess != "none"]
    assert sum(text.startswith("**Right") for text in told) == 1


# ---- the RNN with one unit -------------------------------------------------------------------------------------------


def test_the_small_rnn_opens_on_the_lectures_numbers(open_chains):
    app = open_chains(NETWORK)
    assert not sentences(app)
    assert "= 0.2100" in app.latex[0].value
    assert "0.4838" in app.latex[0].value
    assert ":green-badge[:material/verified: max &#124;difference&#124; to autograd:" in texts(app)
    table = columns(app, 0)
    assert table["w·φ′(aₜ)"][0] == "0.483849"
    assert table["∂h₃/∂hₜ"] == ["1", "0.483849", "0.209976"]


@pytest.mark.parametrize(
    ("key", "value", "product"),
    [("chain_w", 2.0, "0.0693"), ("chain_u", 0.1, None), ("chain_b", 1.0, None), ("chain_h_0", 1.0, None)],
)
def test_every_slider_changes_the_chain(open_chains, key, value, product):
    app = open_chains(NETWORK)
    before = columns(app, 0), charts(app)
    app.slider(key=key).set_value(value).run()
    assert not app.exception
    assert columns(app, 0) != before[0]
    assert charts(app) != before[1]
    wanted = chain.unroll(replace(ScalarRNN(), **{key.removeprefix("chain_"): value}))
    assert f"= {chaining.digits(wanted.autograd_to_last[1])}" in app.latex[0].value
    if product:
        assert f"= {product}" in app.latex[0].value


@pytest.mark.parametrize(
    ("squash", "verdict"),
    [
        ("tanh", "**It shrinks**"),
        ("sigmoid", "**It shrinks**"),
        ("relu", "**It shrinks**"),
        ("identity", "**It shrinks**"),
    ],
)
def test_every_squashing_has_its_chain(open_chains, squash, verdict):
    app = open_chains(NETWORK)
    widget(app, "chain_squash").set_value(squash).run()
    assert not app.exception
    assert verdict in texts(app)
    wanted = chain.unroll(ScalarRNN(nonlinearity=squash))
    assert f"= {chaining.digits(wanted.autograd_to_last[1])}" in app.latex[0].value


def test_other_inputs_are_read_at_once(open_chains):
    app = open_chains(NETWORK, chain_u=0.1)
    app.text_input(key="chain_inputs").set_value("1, 2, 3").run()
    assert not sentences(app)
    assert "= 0.1976" in app.latex[0].value


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is no number in it"),
        ("1; two; 3", "Step 2 has `two`, which is no number"),
        ("1; nan", "Step 2 has `nan`"),
        ("1e9", "numbers here go up to 1,000"),
        ("1;" * 41, "It has 41 steps"),
        ("1 " * 100_000, "It has 100,000 steps"),
        ("<b>1</b>", "which is no number"),
    ],
)
def test_a_slip_in_the_inputs_gets_a_sentence_and_keeps_the_last_good_chain(open_chains, text, sentence):
    app = open_chains(NETWORK, chain_inputs="1; 2")
    before = columns(app, 0)
    app.text_input(key="chain_inputs").set_value(text).run()
    assert not app.exception
    assert sentence in sentences(app)
    assert "still reads `1; 2`" in sentences(app)
    assert columns(app, 0) == before


@pytest.mark.parametrize("text", ["1; 0; -2.5", "1 0 -2.5", "1, 0, −2.5", "[1, 0, -2.5]", "1\n0\n-2.5"])
def test_a_sequence_of_single_numbers_may_be_written_as_anyone_writes_it(text):
    assert typed.sequence(text, 1, 12, 1000) == ((1,), (0,), (-2.5,))


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("w = 0.5", "**It shrinks**"),
        ("w = 2", "**It shrinks although |w| is above 1**"),
        ("small inputs", "**It shrinks**"),
        ("σ, 12 steps", "**It shrinks**"),
        ("tiny input, w = 2", "**It shrinks although |w| is above 1**"),
        ("no squashing", "**It grows**"),
    ],
)
def test_a_network_is_one_click_away(open_chains, name, verdict):
    app = open_chains(NETWORK)
    app.button(key=f"chain_preset_{name}").click().run()
    assert not app.exception
    assert not sentences(app)
    assert verdict in texts(app)


@pytest.mark.parametrize("params", [{"chain_w": 0}, {"chain_squash": "ReLU", "chain_b": -2}, {"chain_inputs": "5"}])
def test_a_chain_that_lets_nothing_through_and_one_without_links_are_drawn(open_chains, params):
    app = open_chains(NETWORK, chain_guess_w="Show me", **params)
    assert "**Nothing comes through**" in texts(app) or "One step has no chain" in texts(app)
    assert len(charts(app)) == 3


def test_the_largest_numbers_that_may_be_typed_are_drawn(open_chains):
    app = open_chains(NETWORK, chain_inputs="; ".join(["1000"] * 40), chain_squash="identity", chain_w=2, chain_u=2)
    assert not sentences(app)
    assert "**It grows**" in texts(app)


@pytest.mark.parametrize(
    ("guess", "told"),
    [
        ("larger", "**Not this time: it is 0.0693**"),
        ("smaller", "**Right: it is 0.0693**"),
        ("tell", "**It is 0.0693**"),
    ],
)
def test_what_a_larger_weight_does_is_asked_before_it_is_shown(open_chains, guess, told):
    app = open_chains(NETWORK)
    assert "0.0693" not in texts(app)
    assert len(charts(app)) == 2
    widget(app, "chain_guess_w").set_value(guess).run()
    assert told in texts(app)
    assert "only while tanh is not saturated" in texts(app)
    assert len(charts(app)) == 3


def test_the_title_over_all_weights_follows_the_numbers():
    assert chaining.over_w_title(chain.sweep(ScalarRNN())).startswith("The derivative is largest at w = 0.96")
    assert "up to w = 2" in chaining.over_w_title(chain.sweep(ScalarRNN(nonlinearity="identity")))
    assert chaining.over_w_title(chain.sweep(ScalarRNN((1.0,)))) == "w does not matter here"


# ---- the derivation --------------------------------------------------------------------------------------------------


def formulas(app):
    return [line.value.strip("$\n") for line in app.latex]


def test_the_derivation_opens_with_its_first_lines_and_its_answer(open_chains):
    app = open_chains(DERIVATION)
    assert not sentences(app)
    assert "**0.6714945084**, by autograd **0.6714945084**" in texts(app)
    letters, numbers = formulas(app)[2:]
    assert (
        letters
        == r"\frac{\partial h_3}{\partial w} = \varphi'(a_3) \Big( h_2 + w\,\frac{\partial h_2}{\partial w} \Big)"
    )
    assert numbers.endswith(r"= 0.9677 \cdot \Big( 0.3634 + 0.5 \cdot \frac{\partial h_2}{\partial w} \Big)")


def test_the_derivation_unfolds_line_by_line(open_chains):
    app = open_chains(DERIVATION)
    for lines in range(3, 8):
        app.button(key="chain_next").click().run()
        assert len(formulas(app)) == 2 * lines
    assert app.button(key="chain_next").disabled
    assert formulas(app)[-1].endswith("= -0.5508")
    assert "0.3517 + 0.3198 + 0 = 0.6715" in formulas(app)[-3]
    app.button(key="chain_previous").click().run()
    assert len(formulas(app)) == 12
    app.slider(key="chain_line3").set_value(1).run()
    assert len(formulas(app)) == 2
    assert app.button(key="chain_previous").disabled
    app.button(key="chain_all").click().run()
    assert len(formulas(app)) == 14


def test_the_terms_in_the_formulas_are_those_of_autograd():
    found = chain.unroll(ScalarRNN((1.0, 0.5, -1.0), w=0.8, h_0=0.5, target=0.0))
    multiplied = chaining.derivation(found)[4].numbers
    rows = multiplied.split("={}&")[1].removesuffix(r"\end{aligned}").split(r"\\ &+")
    for row, term in zip(rows, found.autograd_terms[::-1], strict=True):
        product = math.prod(float(factor.strip(" ()")) for factor in row.split(r"\cdot"))
        assert math.isclose(product, term, rel_tol=2e-3)


@pytest.mark.parametrize(("text", "lines"), [("1", 5), ("1; 2", 6), ("1; 2; 3", 7)])
def test_shorter_sequences_have_shorter_derivations(open_chains, text, lines):
    steps = lines - 4
    app = open_chains(DERIVATION, chain_inputs=text, **{f"chain_line{steps}": lines})
    assert not sentences(app)
    assert len(formulas(app)) == 2 * lines
    assert rf"\frac{{\partial h_{steps}}}{{\partial w}}" in formulas(app)[-3]


def test_of_a_longer_sequence_the_first_three_steps_are_unfolded_and_that_is_said(open_chains):
    app = open_chains(DERIVATION, chain_inputs="1; 0; 0; 5; 5")
    assert "Your sequence has 5 steps" in texts(app)
    assert "**0.6714945084**" in texts(app)


@pytest.mark.parametrize(("key", "value"), [("chain_w", 2.0), ("chain_u", -1.0), ("chain_b", 0.5), ("chain_h_0", 1.0)])
def test_every_slider_changes_the_derivation(open_chains, key, value):
    app = open_chains(DERIVATION)
    app.slider(key=key).set_value(value).run()
    wanted = chain.unroll(replace(ScalarRNN(), **{key.removeprefix("chain_"): value}))
    assert f"**{wanted.autograd_dw:.10g}**" in texts(app)
    assert f"**{wanted.autograd_dw:.10g}**" != "**0.6714945084**"


def test_the_target_changes_the_loss_alone(open_chains):
    app = open_chains(DERIVATION, chain_line3=7)
    app.slider(key="chain_loss_y").set_value(-1.0).run()
    assert "**0.6714945084**" in texts(app)
    assert formulas(app)[-1].endswith(f"= {chaining.digits(1.1797262071 * 0.6714945084)}")


def test_a_squashing_changes_the_derivation(open_chains):
    app = open_chains(DERIVATION)
    widget(app, "chain_squash").set_value("identity").run()
    assert "**1**, by autograd **1**" in texts(app)


@pytest.mark.parametrize(("guess", "told"), [("3", "**Right: step 3**"), ("1", "**Not this time: step 3**")])
def test_which_step_counts_most_is_graded_from_the_terms(open_chains, guess, told):
    app = open_chains(DERIVATION)
    assert "**Right" not in texts(app)
    widget(app, "chain_guess_term3").set_value(guess).run()
    assert told in texts(app)
    assert "Step 1 adds nothing" in texts(app)


def test_where_every_term_is_zero_no_step_counts_most():
    dead = chain.unroll(ScalarRNN(nonlinearity="relu", b=-2.0))
    assert chaining.graded_term("3", dead).startswith("**No step does**")


# ---- all tabs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tab", "name", "short", "tries"),
    [
        (tab, name, short, tries)
        for tab, short, tries in (
            (FACTOR, "factor", chaining.TRY_FACTOR),
            (NETWORK, "network", chaining.TRY_RNN),
            (DERIVATION, "derivation", chaining.TRY_DERIVATION),
        )
        for name in tries
    ],
)
def test_what_to_try_is_one_click_away(open_chains, tab, name, short, tries):
    app = open_chains(tab)
    app.button(key=f"chain_{short}_try_{name}").click().run()
    assert not app.exception
    assert not sentences(app)
    for key, value in tries[name][0].items():
        assert widget(app, key).value == value


@pytest.mark.parametrize(
    ("tab", "params", "sentence"),
    [
        (FACTOR, {"chain_factor": "7"}, "asks for `7` where a number from 0.01 to 2"),
        (FACTOR, {"chain_factor": "nan"}, "asks for `nan`"),
        (FACTOR, {"chain_steps": "123"}, "a stop that the slider “How many factors, T” does not have"),
        (FACTOR, {"chain_guess": "12"}, "`12`, which there is not"),
        (NETWORK, {"chain_w": "3"}, "asks for `3` where a number from -2 to 2"),
        (NETWORK, {"chain_squash": "softplus"}, "`softplus`, which there is not"),
        (NETWORK, {"chain_inputs": "one"}, "Step 1 has `one`, which is no number"),
        (DERIVATION, {"chain_line3": "99"}, "asks for `99` where a number from 1 to 7"),
        ("Nowhere", {}, "`Nowhere`, which there is not"),
    ],
)
def test_a_wrong_value_in_the_link_is_ignored_with_a_sentence(open_chains, tab, params, sentence):
    app = open_chains(tab, **params)
    assert sentence in sentences(app)
    assert app.title[0].value == "Chains of numbers"


def test_a_table_writes_numbers_that_no_float_can_hold():
    assert chaining.plain(Power(0.25, 10_000).exact) == "2.51e-6021"
    assert chaining.plain(Decimal("20959.156")) == "20959"
    assert chaining.plain(math.inf) == "∞"
    assert chaining.plain(0.0) == "0"


# ---- in French -------------------------------------------------------------------------------------------------------


def test_a_guess_in_french_is_graded_and_kept_with_its_verdict(open_chains):
    app = open_chains("Un seul facteur", lang="fr")
    widget(app, "chain_guess").set_value("5.6e-45").run()
    assert "**Juste" in texts(app)
    (guess,) = app.session_state["guesses_so_far"]
    assert guess.verdict == "right"
    assert not guess.question.startswith("Devinez")


def test_in_french_the_figure_and_the_tables_speak_french(open_chains):
    app = open_chains("Un petit RNN", lang="fr")
    assert not sentences(app)
    assert any("pente" in chart and "slope" not in chart for chart in charts(app))
    one = open_chains("Un seul facteur", lang="fr")
    assert "son sort" in one.dataframe[1].proto.columns
    assert columns(one, 1)["its fate"][0] == "0 dès le pas 13"
