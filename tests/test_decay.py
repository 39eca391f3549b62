"""Gradient decay: the measured table, half-lives of known powers, what bounds a gradient, ten thousand steps."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from torch import nn

from models.decay import (
    BINS,
    NOT_THE_BOUND,
    Fresh,
    Trained,
    bound,
    decay,
    half_life,
    memory,
    norms_of_powers,
    passage,
    shrunk_to,
    sizes_of,
    units,
)
from models.gradients import memory_path, products, slopes
from playground import decaying, theme
from playground.figures import Band, Mark, bands, sizes
from playground.figures.bands import POINTS, ticks

TEXT = "The cat, which already ate the fish, was full."

MEASURED = {
    # Norm of dL/dh at lags 10, 25, 50 and 99: T = 100, H = 32, inputs 0.1 N(0, 1), L = Σ h_T
    "orthogonal x .5": (Fresh(start="orthogonal", gain=0.5), (4.4e-3, 9.9e-8, 1.8e-15, None)),
    "orthogonal x .9": (Fresh(start="orthogonal", gain=0.9), (1.57, 0.229, 9.9e-3, 2.0e-5)),
    "orthogonal": (Fresh(start="orthogonal"), (4.27, 2.86, 1.55, 0.433)),
    "orthogonal x 1.5": (Fresh(start="orthogonal", gain=1.5), (8.9, 9.3, 49, 1260)),
    "linear x 1.1": (Fresh(start="orthogonal", gain=1.1, squash="identity"), (14.7, 61.3, 664, 70900)),
    "RNN": (Fresh(), (0.044, 1.3e-5, 1.3e-11, None)),
    "LSTM": (Fresh("LSTM"), (6.6e-3, 6.9e-6, 1.2e-10, 4.4e-20)),
    "LSTM b_f=1": (Fresh("LSTM", keep_bias=1), (0.092, 0.010, 2.9e-4, 2.1e-7)),
    "LSTM b_f=3": (Fresh("LSTM", keep_bias=3), (0.27, 0.137, 0.052, 0.128)),
    "GRU": (Fresh("GRU"), (0.048, 7.5e-5, 4.7e-10, 5.3e-20)),
    "GRU b_z=3": (Fresh("GRU", keep_bias=3), (3.7, 2.0, 0.76, 0.13)),
}


def curve(question):
    log10 = decay(question).log10
    assert log10 is not None
    return log10


# ---- the curves ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MEASURED)
def test_the_table_of_decay_at_the_start_comes_out_again_to_the_order(name):
    question, expected = MEASURED[name]
    median = np.median([curve(replace(question, seed=seed)) for seed in range(5)], axis=0)
    for lag, norm in zip((10, 25, 50, 99), expected, strict=True):
        if norm is not None:
            assert median[lag] == pytest.approx(math.log10(norm), abs=1.0 if lag < 99 else 1.7)


def test_lstm_and_gru_vanish_like_the_rnn_at_the_default_start_and_an_open_forget_gate_does_not():
    left = {name: curve(MEASURED[name][0])[50] - curve(MEASURED[name][0])[0] for name in MEASURED}
    assert left["LSTM"] < -9
    assert left["GRU"] < -9
    assert left["RNN"] < -9
    assert left["LSTM b_f=1"] < -3
    assert left["LSTM b_f=3"] > -3


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("loss", ["last", "every"])
def test_a_curve_is_autograds_gradient_of_every_state(cell, loss):
    question = Fresh(cell, steps=12, hidden=5, seed=3, loss=loss, keep_bias=1.0 if cell != "RNN" else 0.0)
    found = passage(question)
    past, states = found.cell.start(), []
    for x_t in found.x.requires_grad_():
        values = found.cell.step(x_t, past)
        past = {name: values[name] for name in found.cell.states}
        states.append(past["h"])
    total = torch.stack([(h * dh).sum() for h, dh in zip(states, found.dh, strict=True)]).sum()
    gradients = torch.autograd.grad(total, states)
    assert np.allclose(10 ** curve(question), [float(g.norm()) for g in gradients][::-1], rtol=1e-10)


def test_all_cells_of_a_seed_read_the_same_and_another_seed_reads_something_else():
    x = {cell: passage(Fresh(cell, seed=4)).x for cell in ("RNN", "LSTM", "GRU")}
    assert torch.equal(x["RNN"], x["LSTM"])
    assert torch.equal(x["RNN"], x["GRU"])
    assert not torch.equal(x["RNN"], passage(Fresh(seed=5)).x)


def test_the_global_seed_is_left_alone():
    before = torch.random.get_rng_state()
    decay(Fresh("GRU", steps=10))
    decay(Fresh(start="orthogonal", steps=10))
    assert torch.equal(before, torch.random.get_rng_state())


def test_equal_questions_have_equal_answers():
    assert np.array_equal(curve(Fresh("LSTM", seed=7)), curve(Fresh("LSTM", seed=7)))


def test_weights_are_drawn_as_torch_draws_them():
    cell = passage(Fresh("LSTM", hidden=64)).cell
    assert cell.w_hh.abs().max() <= 1 / 8
    assert cell.w_hh.abs().max() > 0.99 / 8
    assert float(cell.w_hh.std()) == pytest.approx(1 / 8 / math.sqrt(3), rel=0.02)


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_a_keep_bias_moves_only_the_gate_that_keeps(cell):
    plain, opened = passage(Fresh(cell, hidden=4)).cell, passage(Fresh(cell, hidden=4, keep_bias=2.5)).cell
    moved = (opened.b_ih - plain.b_ih).view(-1, 4)
    assert torch.allclose(moved[1], torch.full((4,), 2.5, dtype=torch.float64))
    assert moved.abs().sum() == pytest.approx(10)
    assert torch.equal(opened.w_hh, plain.w_hh)


def test_a_spectral_radius_is_reached_and_a_gain_multiplies():
    sigma, radius = sizes_of(passage(Fresh()).cell.w_hh)
    assert sizes_of(passage(Fresh(radius=1.3)).cell.w_hh) == pytest.approx((1.3 * sigma / radius, 1.3))
    assert sizes_of(passage(Fresh(gain=2)).cell.w_hh) == pytest.approx((2 * sigma, 2 * radius))


def test_an_irnn_starts_as_the_identity_without_biases():
    cell = passage(Fresh(start="identity", squash="relu", hidden=6)).cell
    assert torch.equal(cell.w_hh, torch.eye(6, dtype=torch.float64))
    assert not cell.b_ih.any()
    assert not cell.b_hh.any()


def test_what_explodes_says_so_and_is_no_error():
    found = decay(Fresh(start="identity", squash="identity", gain=3.0, steps=1000))
    assert found.log10 is None
    assert "h is not finite at step" in found.wrong


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_ten_thousand_steps_have_neither_zero_nor_infinity_nor_nan(cell):
    log10 = curve(Fresh(cell, steps=10_000, hidden=16))
    assert log10.shape == (10_000,)
    assert np.isfinite(log10).all()
    assert log10[-1] < -1000


def test_a_loss_at_every_step_hides_the_decay():
    assert curve(Fresh(loss="every"))[99] > 0 > curve(Fresh())[99]


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_a_trained_network_is_the_one_that_ships_on_the_words_of_the_text(cell):
    found = passage(Trained(cell, TEXT))
    assert found.x.shape == (12, 16)
    assert found.x.dtype == torch.float64
    assert curve(Trained(cell, TEXT)).shape == (12,)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"cell": "CNN"}, "cell is 'CNN'"),
        ({"steps": 9}, "steps is 9, expected 10 to 10000"),
        ({"hidden": 129}, "hidden is 129, expected 1 to 128"),
        ({"seed": -1}, "seed is -1"),
        ({"keep_bias": math.nan}, "keep_bias is nan"),
        ({"gain": 3.5}, "gain is 3.5, expected 0 to 3"),
        ({"radius": -1.0}, "radius is -1.0"),
        ({"loss": "first"}, "loss is 'first'"),
        ({"squash": "sin"}, "squash is 'sin'"),
        ({"start": "chrono"}, "start is 'chrono'"),
    ],
)
def test_a_question_names_what_does_not_fit(values, sentence):
    with pytest.raises(ValueError, match=sentence):
        Fresh(**values)


def test_a_text_without_words_and_an_unknown_trained_cell_are_named():
    with pytest.raises(ValueError, match="no words"):
        passage(Trained("RNN", "  "))
    with pytest.raises(ValueError, match="cell is 'CNN'"):
        Trained("CNN", TEXT)
    with pytest.raises(ValueError, match="loss is 'first'"):
        Trained("RNN", TEXT, "first")  # pyright: ignore[reportArgumentType] - what a link might say


# ---- what explains them ----------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    some.builds(
        Fresh,
        steps=some.integers(10, 40),
        hidden=some.integers(1, 12),
        seed=some.integers(0, 1000),
        loss=some.sampled_from(("last", "every")),
        squash=some.sampled_from(("tanh", "relu", "sigmoid", "identity")),
        start=some.sampled_from(("default", "orthogonal", "identity")),
        gain=some.floats(0, 3),
    )
)
def test_no_gradient_of_an_rnn_exceeds_its_bound(question):
    assert (curve(question) <= bound(question).log10 + 1e-9).all()


def test_the_bound_is_reached_where_nothing_is_lost():
    question = Fresh(start="orthogonal", squash="identity", gain=1.1)
    assert np.allclose(curve(question), bound(question).log10, atol=1e-9)


def test_the_slopes_are_those_of_autograd():
    found = passage(Fresh(steps=12, hidden=4))
    a = found.cell.run(found.x)["a_h"].requires_grad_()
    (slope,) = torch.autograd.grad(torch.tanh(a).sum(), a)
    assert np.allclose(slopes(found.cell, found.x), slope.numpy(), atol=1e-14)
    with pytest.raises(ValueError, match="module is GRU, expected RNN"):
        slopes(nn.GRU(16, 4), found.x)


def test_the_spectral_radius_is_not_the_bound():
    sigma, radius = sizes_of(NOT_THE_BOUND)
    one, ten, fifty, hundred = norms_of_powers(NOT_THE_BOUND, (1, 10, 50, 100))
    assert radius == pytest.approx(0.9)
    assert sigma == pytest.approx(one)
    expected = {"1": 5.157066051117285, "10": 19.377298629745777, "50": 1.431622777605888, "100": 0.014756380525689538}
    assert [one, ten, fifty, hundred] == pytest.approx(list(expected.values()))


def test_the_road_of_an_lstm_is_its_path_its_whole_and_the_rest():
    question = Fresh("LSTM", keep_bias=3, hidden=8, steps=130)
    found, layer = memory(question), passage(question)
    assert np.allclose(found.path, memory_path(layer.cell, layer.x).max(1)[::-1])
    whole = np.concatenate([part.spectral for part in products(layer.cell, layer.x, "c")][::-1])[::-1]
    assert np.array_equal(found.whole, whole)
    assert found.through_h[0] == -np.inf
    largest = np.logaddexp(found.path[1:] * math.log(10), found.through_h[1:] * math.log(10)) / math.log(10)
    assert (found.whole[1:] <= largest + 1e-9).all()


def test_forget_gates_alone_are_the_whole_derivative_where_no_gate_reads_h():
    question = Fresh("LSTM", keep_bias=1, hidden=4, steps=30)
    layer = passage(question)
    deaf = replace(layer.cell, w_hh=torch.zeros_like(layer.cell.w_hh))
    whole = np.concatenate([part.spectral for part in products(deaf, layer.x, "c")][::-1])
    assert np.allclose(whole, memory_path(deaf, layer.x).max(1))


def test_the_memory_tells_how_far_it_is():
    told: list[float] = []
    memory(Fresh("LSTM", steps=200, hidden=4), told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_long_heatmap_shows_the_largest_of_its_lags():
    question = Fresh(steps=1001, hidden=3)
    found, single = units(question), units(replace(question, steps=100))
    assert found.lags == 6
    assert len(found.log10) == math.ceil(1001 / 6) <= BINS
    norms = curve(question)
    largest = np.array([norms[k : k + 6].max() for k in range(0, 1001, 6)])
    assert (found.log10.max(1) <= largest + 1e-9).all()
    assert (found.log10.max(1) >= largest - 0.5 * math.log10(3) - 1e-9).all()
    assert np.allclose(found.log10[0], 0)  # L = Σ h_T: lag 0 has ones, and what is earlier is smaller
    assert single.lags == 1
    assert np.allclose(
        0.5 * np.log10((10 ** (2 * single.log10[:40])).sum(1)), curve(replace(question, steps=100))[:40], atol=1e-9
    )


# ---- what a curve says -----------------------------------------------------------------------------------------------


@given(some.floats(0.3, 300), some.integers(3, 400))
def test_the_half_life_of_a_power_is_exact_whatever_happens_at_lag_0(life, steps):
    log10 = -np.arange(steps) * math.log10(2) / life
    log10[0] = 5
    assert half_life(log10) == pytest.approx(life)
    assert half_life(-log10) == pytest.approx(-life)


def test_a_half_life_passes_over_exact_zeros_and_does_not_invent_one():
    assert half_life([0, -1, -2, -np.inf]) == pytest.approx(math.log10(2))
    assert math.isnan(half_life([0, -np.inf, -np.inf]))
    assert math.isnan(half_life([0.0]))
    assert half_life([0, 1, 1, 1]) == math.inf


def test_a_millionth_is_found_at_its_first_lag():
    assert shrunk_to([0, -5.9, -6, -7, -1], 1e-6) == 2
    assert shrunk_to([2, -3.9, -np.inf], 1e-6) == 2
    assert shrunk_to([0, -1], 1e-6) is None


@pytest.mark.parametrize(
    ("log10", "text"),
    [(0, "1"), (-1.658, "0.022"), (-11.32, "4.8·10⁻¹²"), (-2293.1, "7.9·10⁻²²⁹⁴"), (4.5, "3.2·10⁴"), (2.8, "631")],
)
def test_powers_of_ten_read_well(log10, text):
    assert decaying.number(log10) == text
    assert decaying.number(-math.inf) == "0"


@pytest.mark.parametrize(("guess", "mark"), [(25, "Right"), (40, "Close"), (3, "Not this time"), (0, "Not this time")])
def test_a_guess_is_graded_from_the_tensors(guess, mark):
    decays = [decay(Fresh(seed=seed)) for seed in range(5)]
    lag, median = decaying.millionth(decays)
    assert lag is not None
    assert median is not None
    assert median[lag] <= median[0] - 6 < median[lag - 1]
    assert 20 < lag < 30
    assert decaying.graded(guess, decays).startswith(f"**{mark}: it is a millionth after {lag} steps")


def test_never_is_right_where_the_gradient_never_gets_there():
    decays = [decay(Fresh(start="orthogonal"))]
    assert decaying.graded(0, decays).startswith("**Right: it is a millionth never within 100 steps")
    assert decaying.mark(decays) is None


def test_the_download_has_every_lag_of_every_network():
    setting = decaying.Setting(steps=12, seeds=2, hidden=3)
    found = {c: [decay(c.seeded(k)) for k in range(2)] for c in decaying.curves(setting)}
    head, *rows = decaying.as_csv(found).splitlines()
    assert len(rows) == 12
    assert head.count("log10 |dL/dh| of") == 5 * 2
    first = next(iter(found.values()))[1].log10
    assert first is not None
    assert float(rows[7].split(",")[2]) == first[7]


# ---- pictures --------------------------------------------------------------------------------------------------------


def picture(figure: Any) -> Any:
    """A figure; Plotly gives what it holds no type."""
    return figure


def test_bands_hold_every_seed_and_never_clip():
    values = np.cumsum(np.random.default_rng(0).normal(-3, 1, (5, 50)), axis=1)
    line = Band("RNN", values, "state")
    figure = picture(bands([line], "title", "x", "y", mark=Mark(3, values[0, 3], "here")))
    low, high, middle, _ = figure.data
    assert np.array_equal(np.array(low.y), values.min(0))
    assert np.array_equal(np.array(high.y), values.max(0))
    assert np.array_equal(np.array(middle.y), np.median(values, axis=0))
    bottom, top = figure.layout.yaxis.range
    assert bottom <= values.min() <= values.max() <= top


def test_a_long_line_keeps_its_ends_and_says_how_many_points_are_drawn():
    figure = picture(bands([Band("RNN", -np.arange(10_000.0)[None], "state")], "title", "x", "y"))
    (line,) = figure.data
    assert (line.x[0], line.x[-1]) == (0, 9999)
    assert len(line.x) == POINTS
    assert "500 of 10,000 lags" in decaying.thinned(10_000, POINTS)
    assert decaying.thinned(100, POINTS) == ""


@pytest.mark.parametrize(("height", "side"), [(-10.0, -1), (-0.1, 1)])
def test_the_words_of_a_mark_stay_off_the_title(height, side):
    line = Band("RNN", np.linspace(0, -20, 50)[None], "state")
    figure = picture(bands([line], "title", "lag", "norm", mark=Mark(5, height, "a millionth")))
    (words,) = [note for note in figure.layout.annotations if note.text == "a millionth"]
    assert np.sign(words.ay) == side


def test_an_exact_zero_leaves_a_gap():
    (line,) = picture(bands([Band("RNN", [[0.0, -1.0, -np.inf]], "state")], "title", "x", "y")).data
    assert np.isnan(line.y[2])


@given(some.floats(-5000, 400, allow_subnormal=False), some.floats(2, 5000))
def test_ticks_are_few_whole_powers_within_the_axis(bottom, span):
    found = ticks(bottom, bottom + span)
    assert len(found) <= 8
    assert all(bottom <= tick <= bottom + span for tick in found)


@pytest.mark.parametrize(
    "call", [lambda: bands([], "t", "x", "y"), lambda: bands([Band("a", [1.0], "state")], "t", "x", "y")]
)
def test_bands_name_what_does_not_fit(call):
    with pytest.raises(ValueError, match="expected"):
        call()


def test_sizes_never_clip_and_leave_exact_zeros_empty():
    log10 = np.array([[0.0, -3.0], [-20.0, -np.inf]])
    (drawn,) = picture(sizes(log10, 1, "state", "title", "x")).data
    assert (drawn.zmin, drawn.zmax) == (-20, 0)
    assert np.isnan(np.array(drawn.z)[1, 1])
    assert drawn.colorscale[-1][1] == theme.ROLES["state"].light
    with pytest.raises(ValueError, match="log10 has shape"):
        sizes(np.zeros(3), 1, "state", "title", "x")
