"""Chains of numbers: the lectures' powers, what number formats make of them, and the chain of a scalar RNN."""

import math
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some

from models import chain, paper
from models.cells import SQUASH, Nonlinearity
from models.chain import Power, ScalarRNN
from playground import figures, theme

NUMPY = {"float16": np.float16, "float32": np.float32, "float64": np.float64}
LECTURE: tuple[tuple[str, Nonlinearity], ...] = (("tanh′", "tanh"), ("σ′", "sigmoid"))
FACTORS = [0.01, 0.25, 0.5, 0.51, 0.6, 0.9, 0.99, 1.0, 1.01, 2.0]


# ---- powers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factor", "steps", "lecture"),
    [
        (0.9, 1000, "1.75e-46"),
        (1.01, 1000, "2.0959e+4"),
        (0.25, 1, "0.25"),
        (0.25, 2, "0.0625"),
        (0.25, 4, "0.00390625"),
        (0.25, 8, "0.0000152587890625"),
        (0.25, 16, "0.00000000023283064365386962890625"),
        (0.25, 50, "7.9e-31"),
    ],
)
def test_the_powers_of_the_lectures(factor, steps, lecture):
    digits = len(Decimal(lecture).as_tuple().digits)
    assert Decimal(f"{Power(factor, steps).exact:.{digits - 1}e}") == Decimal(lecture)


@pytest.mark.parametrize("steps", [1, 7, 1000, 10_000])
@pytest.mark.parametrize("factor", FACTORS)
def test_an_exact_power_is_that_of_the_fraction_that_was_written(factor, steps):
    power = Power(factor, steps)
    error = Fraction(power.exact) / Fraction(str(factor)) ** steps - 1
    assert abs(error) < Fraction(1, 10**39)


@pytest.mark.parametrize("factor", FACTORS)
def test_the_logarithms_are_those_of_the_exact_products(factor):
    power = Power(factor, 10_000)
    for n in (0, 1, 77, 10_000):
        assert math.isclose(power.log10[n], power.after(n).log10(), rel_tol=1e-12, abs_tol=1e-12)


def test_it_takes_ten_times_as_many_factors_ten_times_closer_to_one():
    assert math.isclose(Power(0.99, 1).tenfold / Power(0.9, 1).tenfold, 10.48, rel_tol=1e-3)
    assert Power(1.0, 1).tenfold == math.inf


@pytest.mark.parametrize(
    ("factor", "steps", "sentence"),
    [
        (0.0, 10, "Power.factor is 0.0, expected 0.01 to 2.0"),
        (math.nan, 10, "Power.factor is nan"),
        (0.9, 0, "Power.steps is 0, expected 1 to 10,000"),
        (0.9, 10_001, "Power.steps is 10001"),
    ],
)
def test_a_power_names_what_does_not_fit(factor, steps, sentence):
    with pytest.raises(ValueError, match=sentence):
        Power(factor, steps)


# ---- number formats --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number_format", NUMPY)
@pytest.mark.parametrize("factor", FACTORS)
def test_a_product_is_what_numpy_gets_by_multiplying(factor, number_format):
    kind = NUMPY[number_format]
    product, found = kind(1), [1.0]
    with np.errstate(over="ignore", under="ignore"):
        for _ in range(2500):
            product = kind(product * kind(factor))
            found.append(float(product))
    assert chain.multiply(Power(factor, 2500), number_format).values.tolist() == found


def test_float32_loses_the_lectures_quarter_at_its_75th_power():
    product = chain.multiply(Power(0.25, 100), "float32")
    assert (product.fate, product.step) == ("zero", 75)
    assert product.values[74] == 0.25**74 > 0


def test_in_float32_a_thousand_factors_of_nine_tenths_stick_and_do_not_vanish():
    product = chain.multiply(Power(0.9, 1000), "float32")
    assert (product.fate, product.step) == ("stuck", 964)
    assert product.last == 4 * 2.0**-149
    assert f"{product.last:.0e}" == "6e-45"
    assert product.rounded == 0 < float(product.power.exact)
    assert product.values[828] >= np.finfo(np.float32).smallest_normal > product.values[829]
    assert product.subnormal == 829


@pytest.mark.parametrize(
    ("number_format", "steps"), [("float16", 13), ("bfloat16", 67), ("float32", 75), ("float64", 538)]
)
def test_every_format_has_its_floor(number_format, steps):
    product = chain.multiply(Power(0.25, 1000), number_format)
    assert (product.fate, product.step) == ("zero", steps)
    assert product.values[steps - 1] >= chain.smallest(number_format)[0] > product.values[steps]


@pytest.mark.parametrize("number_format", chain.FORMATS)
def test_one_half_goes_to_zero_and_a_little_more_does_not(number_format):
    assert chain.multiply(Power(0.5, 2000), number_format).fate == "zero"
    sticks = chain.multiply(Power(0.51, 2000), number_format)
    assert sticks.fate == "stuck"
    assert sticks.last == chain.smallest(number_format)[0]


@pytest.mark.parametrize("number_format", ["float16", "float32", "float64"])
def test_the_smallest_numbers_are_numpys(number_format):
    info = np.finfo(NUMPY[number_format])
    assert chain.smallest(number_format) == (float(info.smallest_subnormal), float(info.smallest_normal))


def test_a_growing_product_becomes_infinite():
    product = chain.multiply(Power(2.0, 200), "float32")
    assert (product.fate, product.step) == ("infinite", 128)
    assert product.log10[-1] == math.inf


def test_the_factor_one_is_alive_and_does_not_stick():
    assert {product.fate for product in chain.multiply_all(Power(1.0, 50)).values()} == {"alive"}


def test_a_format_that_there_is_not_is_named():
    with pytest.raises(KeyError, match="format is 'float8', expected one of float16, bfloat16"):
        chain.multiply(Power(0.9, 10), "float8")


def test_shared_answers_cannot_be_changed():
    for values in (chain.multiply(Power(0.9, 9), "float32").values, chain.unroll(ScalarRNN()).to_last):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 7


# ---- the RNN with one unit -------------------------------------------------------------------------------------------

ORACLES = {
    "w = 0.5": (
        ScalarRNN(w=0.5),
        (0.0, 0.7615941559557649, 0.3633994843890525, 0.17972620712031911),
        -0.5508093473437314,
        (-0.2884584109496763, -0.2623509363940551, -0.0),
        (1.0, 0.48384924523707207, 0.2099762540625953),
        0.33642454764260876,
    ),
    "w = 2": (
        ScalarRNN(w=2.0),
        (0.0, 0.7615941559557649, 0.9092516739969425, 0.9486889866196807),
        -0.0060189603292465635,
        (-0.004664958922129674, -0.0013540014071168895, -0.0),
        (1.0, 0.19997841333304667, 0.06929707706151558),
        0.0013164100470576528,
    ),
    "u = 0.1, x = 1 2 3": (
        ScalarRNN((1.0, 2.0, 3.0), w=0.5, u=0.1),
        (0.0, 0.09966799462495582, 0.24476261106932656, 0.3989346556744208),
        -0.14738214805698782,
        (-0.12370460976771354, -0.023677538289274287, -0.0),
        (1.0, 0.42042557025096566, 0.19761920292435325),
        0.18063977407461349,
    ),
}


@pytest.mark.parametrize(("network", "h", "d_w", "terms", "to_last", "loss"), ORACLES.values(), ids=ORACLES)
def test_the_lectures_scalar_network(network, h, d_w, terms, to_last, loss):
    found = chain.unroll(network)
    assert np.allclose(found.h, h, rtol=1e-14)
    assert np.allclose(found.to_last[:0:-1], to_last, rtol=1e-14)
    assert np.allclose(found.error * found.terms[::-1], terms, rtol=1e-13)
    assert math.isclose(found.error * found.dw, d_w, rel_tol=1e-13)
    assert math.isclose(found.loss, loss, rel_tol=1e-13)


def test_a_larger_weight_makes_the_gradient_smaller_as_tanh_saturates():
    small, large = chain.unroll(ScalarRNN(w=0.5)), chain.unroll(ScalarRNN(w=2.0))
    assert round(small.to_last[1], 4) == 0.2100
    assert round(large.to_last[1], 4) == 0.0693


numbers = some.floats(-2, 2).map(lambda value: round(value, 3))
networks = some.builds(
    ScalarRNN,
    inputs=some.lists(numbers, min_size=1, max_size=12).map(tuple),
    nonlinearity=some.sampled_from(get_args(Nonlinearity)),
    w=numbers,
    u=numbers,
    b=numbers,
    h_0=numbers,
    target=numbers,
)


@given(networks)
def test_every_derivative_is_autograds(network):
    found = chain.unroll(network)
    assert found.agrees
    w = torch.tensor(network.w, dtype=torch.float64, requires_grad=True)
    h = torch.tensor(network.h_0, dtype=torch.float64)
    for x in network.inputs:
        h = SQUASH[network.nonlinearity](w * h + network.u * x + network.b)
    (0.5 * (h - network.target) ** 2).backward()
    assert math.isclose(found.error * found.dw, float(w.grad or 0), rel_tol=1e-9, abs_tol=1e-12)
    assert math.isclose(found.dw, found.autograd_dw, rel_tol=1e-9, abs_tol=1e-12)


@given(networks)
def test_every_derivative_of_the_last_state_is_a_product_of_factors(network):
    found = chain.unroll(network)
    assert found.to_last[-1] == found.bound[-1] == 1
    assert (np.abs(found.to_last) <= found.bound * (1 + 1e-12)).all()
    for (earlier, later), factor in zip(pairwise(found.to_last), found.factors, strict=True):
        assert math.isclose(earlier, later * factor, rel_tol=1e-12)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_the_states_are_those_of_torch(nonlinearity):
    network = ScalarRNN((1.0, -0.5, 0.25, 2.0), nonlinearity, w=-0.7, u=0.3, b=0.2, h_0=0.4)
    rnn = torch.nn.RNN(1, 1, nonlinearity=nonlinearity, dtype=torch.float64)
    with torch.no_grad():
        for weight, value in zip(rnn.parameters(), (network.u, network.w, network.b, 0.0), strict=True):
            weight.fill_(value)
        x, start = torch.tensor(network.inputs, dtype=torch.float64)[:, None], torch.tensor([[network.h_0]]).double()
        wanted = rnn(x, start)[0][:, 0].numpy()
    assert np.allclose(chain.unroll(network).h[1:], wanted, rtol=1e-14)


@pytest.mark.parametrize("nonlinearity", get_args(Nonlinearity))
def test_the_states_are_those_of_the_network_on_paper(nonlinearity):
    inputs = (1.0,) + (0.0,) * 19
    wanted = paper.orbit(paper.Scalar(nonlinearity, w_h=1.2, w_x=0.5, b=0.1, h_0=-0.3), steps=20).values
    found = chain.unroll(ScalarRNN(inputs, nonlinearity, w=1.2, u=0.5, b=0.1, h_0=-0.3))
    assert np.allclose(found.h, wanted, rtol=1e-14)


@pytest.mark.parametrize("nonlinearity", get_args(Nonlinearity))
def test_a_sweep_is_the_same_network_with_each_weight(nonlinearity):
    network = ScalarRNN((1.0, 0.5, -0.2, 0.0), nonlinearity, u=0.8, b=0.1)
    found = chain.sweep(network, points=9)
    for w, to_last in zip(found.w, found.to_last, strict=True):
        wanted = chain.unroll(ScalarRNN(network.inputs, nonlinearity, w=float(w), u=0.8, b=0.1))
        assert math.isclose(to_last, wanted.autograd_to_last[1], rel_tol=1e-12, abs_tol=1e-15)
    assert (np.abs(found.to_last) <= found.bound * (1 + 1e-12)).all()


@pytest.mark.parametrize("nonlinearity", get_args(Nonlinearity))
def test_a_curve_of_slopes_is_autograds_and_has_its_maximum_at_zero(nonlinearity):
    a, slope = chain.slope_curve(nonlinearity, 5.0)
    x = torch.tensor(a, requires_grad=True)
    SQUASH[nonlinearity](x).sum().backward()
    assert x.grad is not None
    assert np.allclose(slope, x.grad.numpy(), rtol=1e-13)
    assert slope.max() == chain.MAXIMA[nonlinearity]
    if nonlinearity in ("tanh", "sigmoid"):
        assert a[slope.argmax()] == 0
        assert (slope == slope.max()).sum() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"inputs": ()}, "inputs is empty"),
        ({"w": math.nan}, "not finite"),
        ({"inputs": (1.0, math.inf)}, "not finite"),
        ({"nonlinearity": "softplus"}, "nonlinearity is 'softplus', expected one of tanh"),
    ],
)
def test_a_network_names_what_does_not_fit(change: Any, sentence):
    with pytest.raises(ValueError, match=sentence):
        ScalarRNN(**change)


# ---- pictures --------------------------------------------------------------------------------------------------------


def magnitudes(*lines, **options) -> Any:
    return figures.magnitudes(lines, "title", "x", "size", **options)


def test_magnitudes_far_below_a_float_are_drawn_at_their_exponent():
    figure = magnitudes(figures.Magnitude("tiny", [0, 1, 2], [0.0, -2000.25, -4000.5], "state"))
    assert list(figure.data[0].y) == [0.0, -2000.25, -4000.5]
    assert list(figure.data[0].text) == ["1", "5.62e-2001", "3.16e-4001"]
    low, high = figure.layout.yaxis.range
    assert low < -4000.5 < 0 < high
    assert figure.layout.yaxis.tickprefix == "10<sup>"
    assert figure.layout.yaxis.title.text == "size, log axis"


@pytest.mark.parametrize(
    ("exponents", "span"),
    [
        ([0, -60.2], (-100, 4)),
        ([0, -58.5], (-100, 4)),
        ([0, -4], (-50, 4)),
        ([0, 4.3], (-4, 50)),
        ([0, -6020], (-10_000, 4)),
    ],
)
def test_a_steady_axis_stays_while_a_line_moves_and_never_clips(exponents, span):
    figure = magnitudes(figures.Magnitude("a", [0, 1], exponents, "state"), steady=True)
    assert figure.layout.yaxis.range == span


def test_a_long_line_is_thinned_but_keeps_its_ends_and_its_label():
    x = np.arange(10_001)
    line = figures.Magnitude("long", x, -0.1 * x, "state", label=777, marker="x")
    figure = magnitudes(line)
    assert len(figure.data[0].x) < 500
    assert {0, 777, 10_000} <= set(figure.data[0].x)
    assert list(figure.data[1].x) == [777]
    assert figure.layout.annotations[0].text == "long"


def test_zeros_leave_a_gap_and_negative_numbers_are_open_dots():
    line = figures.Magnitude("a", [0, 1, 2], [0.0, -math.inf, -1.0], "state", negative=[True, False, False])
    figure = magnitudes(line)
    assert np.isnan(figure.data[0].y[1])
    assert list(figure.data[0].text) == ["−1", "0", "0.1"]
    assert figure.data[0].marker.color == (theme.LIGHT.background, *[theme.ROLES["state"].light] * 2)


def test_labels_that_stand_close_do_not_cover_each_other():
    lines = [figures.Magnitude(name, [0, 1], [0.0, -1.0], "state") for name in "abc"]
    shifts = sorted(note.yshift for note in magnitudes(*lines).layout.annotations)
    assert np.diff(shifts).min() >= 17


def test_where_all_is_zero_there_is_still_an_axis():
    low, high = magnitudes(figures.Magnitude("none", [0, 1], [-math.inf, -math.inf], "state")).layout.yaxis.range
    assert low < high


@pytest.mark.parametrize(
    ("lines", "error", "sentence"),
    [
        ([], ValueError, "series is empty"),
        ([figures.Magnitude("a", [1], [1.0, 2.0], "state")], ValueError, r"a: x has shape \(1,\) and log10 \(2,\)"),
        ([figures.Magnitude("a", [1], [1.0], "state", negative=[])], ValueError, "a: negative has shape"),
        ([figures.Magnitude("a", [1], [1.0], "hidden")], KeyError, "role is 'hidden'"),
    ],
)
def test_magnitudes_name_what_does_not_fit(lines, error, sentence):
    with pytest.raises(error, match=sentence):
        magnitudes(*lines)


def test_slopes_mark_their_maxima_and_the_steps_of_the_network():
    curves = [figures.Slope(name, *chain.slope_curve(squash, 5.0), "share") for name, squash in LECTURE]
    figure: Any = figures.slopes(curves, ([1.0, 0.38, 0.39], [0.42, 0.868, 0.859]), "title")
    marked = [(drawn.x[0], drawn.y[0]) for drawn in figure.data if drawn.marker.symbol == "triangle-down"]
    assert marked == [(0, 1), (0, 0.25)]
    assert [note.text for note in figure.layout.annotations] == ["tanh′, at most 1", "σ′, at most 0.25"]
    dots = figure.data[-1]
    assert (list(dots.x), list(dots.y)) == ([1.0, 0.38, 0.39], [0.42, 0.868, 0.859])
    assert [text.strip() for text in dots.text] == ["t = 1", "t = 2, 3", ""]


def test_slopes_name_what_does_not_fit():
    with pytest.raises(ValueError, match="curves is empty"):
        figures.slopes([], ([0.0], [1.0]), "title")
    with pytest.raises(ValueError, match=r"a: a has shape \(1,\) and slope \(2,\)"):
        figures.slopes([figures.Slope("a", [0.0], [1.0, 1.0], "share")], ([0.0], [1.0]), "title")
    with pytest.raises(ValueError, match="dots have shapes"):
        figures.slopes([figures.Slope("a", [0.0, 1.0], [1.0, 1.0], "share")], ([0.0], [1.0, 2.0]), "title")
