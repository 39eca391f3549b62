"""A trace against torch.nn and against the open cell, stepped in a plain loop. Oracle first, in float64."""

import json
import math
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils import parametrizations, prune

from models import CELLS, GRU, LSTM, RNN, Trace, deviation, open_cell, trace
from models.cells import Cell, Named

LAYERS: dict[str, Callable[..., nn.RNNBase]] = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
NAMES = {"RNN": ["h"], "LSTM": ["i", "f", "g", "o", "c", "h"], "GRU": ["r", "z", "n", "h"]}
EXACT = {torch.float64: 1e-12, torch.float32: 2e-6}
"""Largest |difference| from torch.nn that a trace may have."""

every_kind = pytest.mark.parametrize("kind", LAYERS)
every_type = pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=["float64", "float32"])


def draw(*shape: int, seed: int = 0, scale: float = 1.0, dtype: torch.dtype = torch.float64) -> Tensor:
    """Uniform numbers in (-scale, scale), equal in both types up to rounding."""
    generator = torch.Generator().manual_seed(seed)
    return torch.empty(shape, dtype=torch.float64).uniform_(-scale, scale, generator=generator).to(dtype)


def seeded(layer: nn.RNNBase, seed: int = 1) -> nn.RNNBase:
    """The layer with torch's own scale of initial weights, but from a generator of its own."""
    bound = 1 / math.sqrt(layer.hidden_size)
    with torch.no_grad():
        for k, weight in enumerate(layer.parameters()):
            weight.copy_(draw(*weight.shape, seed=1000 * seed + k, scale=bound))
    return layer


def layer_of(kind: str, inputs: int = 3, hidden: int = 4, **options: Any) -> nn.RNNBase:
    return seeded(LAYERS[kind](inputs, hidden, **({"dtype": torch.float64} | options)))


def opened(layer: nn.RNNBase, below: int, direction: int) -> Cell:
    """The open cell of one layer and direction, built from the `state_dict` alone."""
    suffix = f"_l{below}{'_reverse' if direction else ''}"
    weights = layer.state_dict()
    w_ih, w_hh = weights[f"weight_ih{suffix}"], weights[f"weight_hh{suffix}"]
    zero = w_hh.new_zeros(w_hh.shape[0])
    biases = (weights.get(f"bias_ih{suffix}", zero), weights.get(f"bias_hh{suffix}", zero))
    options = {"nonlinearity": layer.nonlinearity} if isinstance(layer, nn.RNN) else {}
    return CELLS[layer.mode.split("_")[0]](w_ih, w_hh, *biases, **options)


def stepped(
    layer: nn.RNNBase, x: Tensor, hx: tuple[Tensor, ...] | None = None, *, depth: int = 0, reverse: bool = False
) -> Named:
    """What a trace must say: the layers below and this one, stepped in a plain loop. Each (T, H), in the order of x."""
    directions = 2 if layer.bidirectional else 1
    for below in range(depth + 1):
        runs = []
        for direction in range(directions):
            cell, row = opened(layer, below, direction), below * directions + direction
            start = dict(zip(cell.states, (state[row] for state in hx), strict=True)) if hx else None
            values = cell.run(x.flip(0) if direction else x, start)
            runs.append({name: value.flip(0) for name, value in values.items()} if direction else values)
        if below == depth:
            return runs[int(reverse)]
        x = torch.cat([values["h"] for values in runs], -1)
    raise AssertionError("unreachable")


def states_of(layer: nn.RNNBase, seed: int = 7) -> tuple[Tensor, ...]:
    """Some start states: (h,), or (h, c) for an LSTM."""
    shape = layer.num_layers * (2 if layer.bidirectional else 1), layer.hidden_size
    count = 2 if isinstance(layer, nn.LSTM) else 1
    return tuple(draw(*shape, seed=seed + k, dtype=next(layer.parameters()).dtype) for k in range(count))


def handed(hx: tuple[Tensor, ...]) -> Any:
    """States as torch.nn takes them: a pair, or a single tensor."""
    return hx if len(hx) == 2 else hx[0]


def apart(came: NDArray[Any], wanted: Tensor) -> float:
    assert came.shape == tuple(wanted.shape)
    return float(np.abs(came - wanted.detach().numpy()).max())


def assert_same_trace(came: Trace, wanted: Trace, atol: float = 0.0):
    for name in [*wanted.names, *wanted.inner]:
        np.testing.assert_allclose(came[name], wanted[name], rtol=0, atol=atol, err_msg=name)


# ---- exact against torch.nn ------------------------------------------------------------------------------------------


class Size(NamedTuple):
    steps: int
    inputs: int
    hidden: int
    layers: int
    words: str = ""
    """Of these: bidirectional, bias, batch_first; hx if start states are given."""

    @property
    def options(self) -> dict[str, Any]:
        flags = {name: name in self.words.split() for name in ("bidirectional", "bias", "batch_first")}
        return {"num_layers": self.layers, **flags}

    def __str__(self) -> str:
        return f"T={self.steps} D={self.inputs} H={self.hidden} L={self.layers} {self.words}"


SIZES = [
    Size(1, 1, 1, 1, "bias"),
    Size(1, 3, 5, 3, "bidirectional batch_first hx"),
    Size(2, 3, 4, 2, "bidirectional bias"),
    Size(100, 8, 16, 1, "batch_first"),
    Size(100, 8, 16, 2, "bias batch_first hx"),
    Size(100, 16, 64, 1, "bidirectional bias hx"),
    Size(1000, 16, 32, 3, "bidirectional bias hx"),
    Size(1000, 32, 256, 1, "bias"),
    Size(1000, 32, 256, 1, "bidirectional batch_first hx"),
    Size(60, 32, 256, 3, "bidirectional bias batch_first"),
]
STEPPED_SIZES = [
    Size(1, 1, 1, 1, "bias"),
    Size(7, 3, 4, 3, "bidirectional hx"),
    Size(200, 8, 64, 2, "bidirectional bias batch_first hx"),
    Size(300, 8, 256, 1, "bias"),
    Size(1000, 8, 32, 1, "bidirectional bias hx"),
]


@every_type
@every_kind
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_trace_has_the_states_of_torch_for_every_size(kind: str, size: Size, dtype: torch.dtype):
    layer = layer_of(kind, size.inputs, size.hidden, dtype=dtype, **size.options)
    x, hx = draw(size.steps, size.inputs, dtype=dtype), handed(states_of(layer)) if "hx" in size.words else None
    with torch.no_grad():
        output, last = layer(x, hx)
    h_n, c_n = last if kind == "LSTM" else (last, None)
    directions = 1 + layer.bidirectional
    for depth in range(size.layers):
        for direction in range(directions):
            t, row = trace(layer, x, hx, layer=depth, reverse=bool(direction)), depth * directions + direction
            end = 0 if direction else -1
            assert t["h"].dtype == x.numpy().dtype
            assert apart(t["h"][end], h_n[row]) <= EXACT[dtype]
            if c_n is not None:
                assert apart(t["c"][end], c_n[row]) <= EXACT[dtype]
            if depth == size.layers - 1:
                whole = output[:, direction * size.hidden : (direction + 1) * size.hidden]
                assert apart(t["h"], whole) <= EXACT[dtype]


@every_type
@every_kind
@pytest.mark.parametrize("size", STEPPED_SIZES, ids=str)
def test_every_value_of_a_trace_is_the_value_of_the_open_step(kind: str, size: Size, dtype: torch.dtype):
    layer = layer_of(kind, size.inputs, size.hidden, dtype=dtype, **size.options)
    x, hx = draw(size.steps, size.inputs, dtype=dtype), states_of(layer) if "hx" in size.words else None
    depth, reverse = size.layers - 1, layer.bidirectional
    t = trace(layer, x, handed(hx) if hx else None, layer=depth, reverse=reverse)
    wanted = stepped(layer, x, hx, depth=depth, reverse=reverse)
    assert set(wanted) == {*t.names, *t.inner}
    for name, values in wanted.items():
        assert apart(t[name], values) <= EXACT[dtype], name


def test_a_trace_recovers_every_gate_of_a_stacked_bidirectional_lstm():
    layer, x = layer_of("LSTM", num_layers=3, bidirectional=True), draw(20, 3)
    for depth in range(3):
        for reverse in (False, True):
            t, wanted = trace(layer, x, layer=depth, reverse=reverse), stepped(layer, x, depth=depth, reverse=reverse)
            for gate in "ifgoch":
                assert apart(t[gate], wanted[gate]) <= 1e-12


@every_kind
def test_float32_values_stay_close_to_float64_over_a_thousand_steps(kind: str):
    single, double = layer_of(kind, 8, 64, dtype=torch.float32), layer_of(kind, 8, 64)
    short, long = trace(single, draw(1000, 8, dtype=torch.float32)), trace(double, draw(1000, 8))
    for name in short.names:
        assert np.abs(short[name] - long[name]).max() <= 2e-6


@pytest.mark.parametrize("squash", ["tanh", "relu"])
def test_a_trace_keeps_the_squashing_of_every_layer_of_an_rnn(squash: str):
    layer, x = layer_of("RNN", num_layers=2, nonlinearity=squash), draw(20, 3)
    t = trace(layer, x, layer=1)
    assert t.equations[0].squash == squash
    assert apart(t["h"], layer(x)[0]) <= 1e-12
    assert apart(t["a_h"], stepped(layer, x, depth=1)["a_h"]) <= 1e-12


sizes = st.tuples(st.integers(1, 12), st.integers(1, 5), st.integers(1, 6), st.integers(1, 3))


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(
    kind=st.sampled_from(sorted(LAYERS)),
    size=sizes,
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()),
    seed=st.integers(0, 10**6),
    data=st.data(),
)
def test_whatever_the_size_a_trace_is_the_open_loop(
    kind: str, size: tuple[int, int, int, int], flags: tuple[bool, ...], seed: int, data: st.DataObject
):
    steps, inputs, hidden, layers = size
    bidirectional, bias, batch_first, given_states = flags
    options = {"bidirectional": bidirectional, "bias": bias, "batch_first": batch_first}
    layer = seeded(LAYERS[kind](inputs, hidden, num_layers=layers, dtype=torch.float64, **options), seed)
    x, hx = draw(steps, inputs, seed=seed, scale=3), states_of(layer, seed) if given_states else None
    depth, reverse = data.draw(st.integers(0, layers - 1)), bidirectional and data.draw(st.booleans())
    t = trace(layer, x, handed(hx) if hx else None, layer=depth, reverse=reverse)
    for name, values in stepped(layer, x, hx, depth=depth, reverse=reverse).items():
        assert apart(t[name], values) <= 1e-12, name


# ---- the memory: a scan that is stable -------------------------------------------------------------------------------


def gated(forget: list[float], dtype: torch.dtype) -> nn.RNNBase:
    """An LSTM whose forget gates are σ(forget) at every step; it reads x, not h, so that c is one long sum."""
    layer = layer_of("LSTM", 4, len(forget), dtype=dtype)
    with torch.no_grad():
        layer.get_parameter("weight_hh_l0").zero_()
        for name in ("weight_ih_l0", "bias_ih_l0", "bias_hh_l0"):
            layer.get_parameter(name).chunk(4)[1].zero_()
        layer.get_parameter("bias_ih_l0").chunk(4)[1].copy_(torch.tensor(forget))
    return layer


@every_type
@pytest.mark.parametrize("steps", [1, 2, 3, 31, 32, 33, 1000, 4096])
def test_the_memory_stays_exact_with_forget_gates_from_shut_to_open(steps: int, dtype: torch.dtype):
    # Neither a product of gates that vanished (f = 0, 4e-18, 2e-9, 0.007) nor a long sum (f = 0.99, 1 - 2e-9, 1) may
    # hurt. The oracle is a plain loop in double precision over the same gates.
    forget = [-200.0, -40.0, -20.0, -5.0, 0.0, 5.0, 20.0, 200.0]
    c = draw(1, 8, seed=4, scale=5, dtype=dtype)
    t = trace(gated(forget, dtype), draw(steps, 4, dtype=dtype), (torch.zeros_like(c), c))
    memory, added = np.float64(c[0].numpy()), 1 + np.abs(np.float64(c[0].numpy()))  # rounding grows with what is added
    for f, written, came in zip(t["f"].astype(float), t["i*g"].astype(float), t["c"], strict=True):
        memory, added = f * memory + written, f * added + np.abs(written)
        assert (np.abs(came - memory) <= EXACT[dtype] * (1 + added)).all()
    assert t["f"].min() == 0 or dtype == torch.float64
    assert t["f"].max() == 1


@pytest.mark.parametrize("forget", [-200.0, 0.0, 200.0])
def test_the_memory_in_float32_is_that_of_torch_after_a_thousand_steps(forget: float):
    layer, x = gated([forget] * 8, torch.float32), draw(1000, 4, dtype=torch.float32)
    with torch.no_grad():
        c_n = layer(x)[1][1][0]
    t = trace(layer, x)
    summed = 1 + np.abs(t["i*g"]).sum(0) * (forget > 0)
    assert (np.abs(t["c"][-1] - c_n.numpy()) / summed).max() <= 2e-6


@every_kind
def test_a_nan_spreads_from_its_step_on_and_no_further_back(kind: str):
    layer, x = layer_of(kind), draw(12, 3)
    broken = x.clone()
    broken[5, 1] = math.nan
    t, whole = trace(layer, broken), trace(layer, x)
    for name in t.names:
        np.testing.assert_allclose(t[name][:5], whole[name][:5], rtol=0, atol=1e-12)
        assert np.isnan(t[name][5:]).all()


@every_kind
def test_a_nan_spreads_backwards_when_read_from_the_end(kind: str):
    layer, x = layer_of(kind, bidirectional=True), draw(12, 3)
    x[5, 1] = math.nan
    t = trace(layer, x, reverse=True)
    for name in t.names:
        assert np.isfinite(t[name][6:]).all()
        assert np.isnan(t[name][:6]).all()


# ---- what a trace says about itself ----------------------------------------------------------------------------------


@every_kind
def test_the_names_are_these_in_this_order(kind: str):
    t = trace(layer_of(kind), draw(5, 3))
    assert t.names == NAMES[kind]
    assert [equation.name for equation in t.equations] == NAMES[kind]
    assert (t.steps, t.hidden, t.reverse) == (5, 4, False)


@every_kind
def test_every_name_gives_an_array_of_steps_by_units(kind: str):
    t = trace(layer_of(kind), draw(5, 3))
    assert not set(t.names) & set(t.inner)
    assert {t[name].shape for name in [*t.names, *t.inner]} == {(5, 4)}


@every_kind
def test_the_shares_from_input_past_and_bias_add_up_to_the_sum_before_squashing(kind: str):
    t = trace(layer_of(kind), draw(5, 3))
    for equation in t.equations:
        if equation.total:
            total = sum(t[term.name] for term in equation.terms)
            np.testing.assert_allclose(total, t[equation.total], rtol=0, atol=1e-12)


@every_kind
def test_the_past_of_a_state_is_the_state_one_step_later(kind: str):
    layer, x = layer_of(kind), draw(6, 3)
    hx = states_of(layer)
    t = trace(layer, x, handed(hx))
    for name, state in zip(t.cell.states, hx, strict=True):
        np.testing.assert_array_equal(t.past(name)[0], state[0].numpy())
        np.testing.assert_array_equal(t.past(name)[1:], t[name][:-1])
        np.testing.assert_array_equal(t.start[name], state[0].numpy())


@every_kind
def test_the_past_of_a_reversed_layer_is_the_next_row(kind: str):
    layer, x = layer_of(kind, bidirectional=True), draw(6, 3)
    hx = states_of(layer)
    t = trace(layer, x, handed(hx), reverse=True)
    assert t.reverse
    for name, state in zip(t.cell.states, hx, strict=True):
        np.testing.assert_array_equal(t.past(name)[-1], state[1].numpy())
        np.testing.assert_array_equal(t.past(name)[:-1], t[name][1:])


def test_the_memory_before_the_step_makes_the_memory_after_it():
    t = trace(layer_of("LSTM", bidirectional=True), draw(6, 3), reverse=True)
    np.testing.assert_allclose(t["f"] * t.past("c") + t["i"] * t["g"], t["c"], rtol=0, atol=1e-12)


def test_the_inputs_of_a_higher_layer_are_the_states_below_it():
    layer, x = layer_of("GRU", num_layers=2, bidirectional=True), draw(6, 3)
    below = [trace(layer, x, reverse=reverse)["h"] for reverse in (False, True)]
    np.testing.assert_array_equal(trace(layer, x, layer=1, reverse=True).x, np.concatenate(below, -1))
    np.testing.assert_array_equal(trace(layer, x, reverse=True).x, x.numpy())


def test_the_two_lanes_of_the_lecture_meet_at_each_word():
    # Lecture: one unit, every weight 1, no bias, ReLU, input 0 0 1 1.
    layer = nn.RNN(1, 1, nonlinearity="relu", bias=False, bidirectional=True, dtype=torch.float64)
    with torch.no_grad():
        for weight in layer.parameters():
            weight.fill_(1)
    x = [[0], [0], [1], [1]]
    assert trace(layer, x)["h"][:, 0].tolist() == [0, 0, 1, 2]
    assert trace(layer, x, reverse=True)["h"][:, 0].tolist() == [2, 2, 2, 1]


@every_kind
def test_a_trace_goes_through_json_and_back_to_the_last_bit(kind: str):
    t = trace(layer_of(kind, bidirectional=True, dtype=torch.float32), draw(4, 3), reverse=True)
    back = json.loads(json.dumps(t.to_dict(), allow_nan=False))
    assert (back["cell"], back["names"], back["reverse"]) == (kind, NAMES[kind], True)
    assert list(back["values"]) == [*t.names, *t.inner]
    np.testing.assert_array_equal(np.float32(back["x"]), t.x)
    for name, values in back["values"].items():
        np.testing.assert_array_equal(np.float32(values), t[name])
    for name, values in back["start"].items():
        np.testing.assert_array_equal(np.float32(values), t.start[name])


def test_nobody_can_change_a_trace():
    t = trace(layer_of("GRU"), draw(5, 3))
    for values in (*(t[name] for name in [*t.names, *t.inner]), t.x, t.start["h"]):
        with pytest.raises(ValueError, match="read-only"):
            values[...] = 0


def test_the_public_face_is_the_function():
    import models  # noqa: PLC0415 - what `from models import trace` gives is the point

    assert models.trace is trace
    assert callable(models.trace)
    assert set(models.__all__) >= {"trace", "Trace", "deviation", "open_cell", "CELLS"}


# ---- what may be handed in -------------------------------------------------------------------------------------------


@every_kind
def test_one_step_is_a_sequence_too(kind: str):
    layer, x = layer_of(kind), draw(1, 3)
    t = trace(layer, x)
    assert t.steps == 1
    assert apart(t["h"], layer(x)[0]) <= 1e-12


@pytest.mark.parametrize(
    "turned",
    [
        Tensor.numpy,
        Tensor.tolist,
        Tensor.double,
        lambda x: x.clone().requires_grad_(),
        lambda x: [row.numpy() for row in x],
        list,
        lambda x: x.T.contiguous().T,
        lambda x: np.asfortranarray(x.numpy()),
        lambda x: x.flip(0).numpy()[::-1],
        lambda x: x.double().flip(0).numpy()[::-1],
    ],
)
@every_type
def test_inputs_may_come_in_any_shape_that_numbers_have(turned: Any, dtype: torch.dtype):
    layer, x = layer_of("LSTM", dtype=dtype), draw(5, 3, dtype=torch.float32)
    assert_same_trace(trace(layer, turned(x)), trace(layer, x.to(dtype)))


def test_inputs_may_be_whole_numbers_or_bits():
    layer, ones = layer_of("RNN"), torch.ones(4, 3)
    for x in (ones.int(), ones.bool(), ones.numpy().astype(np.uint8), [[1, 1, 1]] * 4):
        assert_same_trace(trace(layer, x), trace(layer, ones))


@every_type
def test_the_read_only_array_of_one_trace_may_be_the_input_of_the_next(dtype: torch.dtype):
    below, above = layer_of("LSTM", dtype=dtype), layer_of("GRU", 4, dtype=dtype)
    h = trace(below, draw(5, 3))["h"]
    assert not h.flags.writeable
    np.testing.assert_array_equal(trace(above, h).x, h)


def test_start_states_may_be_arrays_like_the_inputs():
    layer, x = layer_of("LSTM"), draw(5, 3)
    h, c = states_of(layer)
    assert_same_trace(trace(layer, x, (h.numpy(), c.numpy())), trace(layer, x, (h, c)))  # pyright: ignore[reportArgumentType]


@every_kind
def test_a_subclass_is_what_it_inherits_from(kind: str):
    class Mine(getattr(nn, kind)):
        pass

    layer, x = seeded(Mine(3, 4, num_layers=2, bidirectional=True, dtype=torch.float64)), draw(5, 3)
    t = trace(layer, x, layer=1, reverse=True)
    assert t.cell.kind == kind
    assert apart(t["h"], layer(x)[0][:, 4:]) <= 1e-12


@every_kind
def test_a_layer_made_in_inference_mode_can_be_traced(kind: str):
    with torch.inference_mode():
        layer, x = layer_of(kind, num_layers=2), draw(5, 3)
        inside = trace(layer, x, layer=1)
    assert_same_trace(trace(layer, x, layer=1), inside)
    assert_same_trace(inside, trace(layer_of(kind, num_layers=2), draw(5, 3), layer=1))


@every_kind
@pytest.mark.parametrize("layers", [1, 2])
def test_pruned_and_reparametrised_weights_are_those_that_are_used(kind: str, layers: int):
    pruned, normed, x = layer_of(kind, num_layers=layers), layer_of(kind, num_layers=layers), draw(5, 3)
    prune.l1_unstructured(pruned, "weight_hh_l0", amount=0.5)
    parametrizations.weight_norm(normed, "weight_hh_l0")
    for layer in (pruned, normed):
        assert apart(trace(layer, x, layer=layers - 1)["h"], layer(x)[0]) <= 1e-12


@pytest.mark.parametrize("bidirectional", [False, True])
@every_kind
def test_dropout_is_off_even_while_a_module_trains(kind: str, bidirectional: bool):
    layer, x = layer_of(kind, num_layers=3, dropout=0.9, bidirectional=bidirectional).train(), draw(9, 3)
    t = trace(layer, x, layer=2)
    assert layer.training
    assert apart(t["h"], layer.eval()(x)[0][:, :4]) <= 1e-12


# ---- open cells ------------------------------------------------------------------------------------------------------


@every_kind
def test_an_open_cell_is_traced_by_stepping_it(kind: str):
    layer, x = layer_of(kind), draw(9, 3)
    hx = handed(states_of(layer))
    assert_same_trace(trace(open_cell(layer), x, hx), trace(layer, x, hx), atol=1e-12)


@pytest.mark.parametrize(
    "variant",
    [
        lambda w, *rest: RNN(w, *rest, nonlinearity="sigmoid"),
        lambda w, *rest: LSTM(w, *rest, candidate="identity", output="identity"),
        lambda w, *rest: GRU(w, *rest, reset="before", update_gate="write"),
    ],
    ids=["RNN", "LSTM", "GRU"],
)
def test_an_open_cell_that_torch_does_not_have_is_traced_as_well(variant: Any, request: pytest.FixtureRequest):
    kind = request.node.callspec.id
    w_ih, w_hh, b_ih, b_hh = layer_of(kind).parameters()
    cell, x = variant(w_ih, w_hh, b_ih, b_hh), draw(9, 3)
    t, wanted = trace(cell, x), cell.run(x)
    assert t.names == NAMES[kind]
    for name, values in wanted.items():
        assert apart(t[name], values) == 0
    assert ("tanh(c)" in t.inner) is False
    assert ("r*h" in t.inner) is (kind == "GRU")


@every_type
@every_kind
def test_the_shown_equations_are_as_far_from_torch_as_rounding(kind: str, dtype: torch.dtype):
    layer = layer_of(kind, 8, 32, dtype=dtype)
    off = deviation(layer, draw(200, 8))
    assert 0 < off <= EXACT[dtype]


def test_the_deviation_of_a_chaotic_network_is_not_hidden():
    layer = layer_of("RNN", 3, 32, dtype=torch.float32)
    with torch.no_grad():
        layer.get_parameter("weight_hh_l0").mul_(30)
    assert deviation(layer, draw(300, 3)) > 0.1


# ---- the module is left alone ----------------------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("training", [True, False])
def test_the_module_is_the_same_after_a_trace(kind: str, training: bool):
    layer = layer_of(kind, num_layers=2, bidirectional=True, dropout=0.5).train(training)
    for weight in layer.parameters():
        weight.grad = torch.ones_like(weight)
    x, weights = draw(5, 3).requires_grad_(), list(layer.parameters())
    before = {name: weight.clone() for name, weight in layer.state_dict().items()}
    inside = {name: id(value) for name, value in vars(layer).items()}
    for depth in range(2):
        trace(layer, x, layer=depth, reverse=True)
    assert layer.training is training
    assert all(one is other for one, other in zip(layer.parameters(), weights, strict=True))
    assert all(torch.equal(weight, before[name]) for name, weight in layer.state_dict().items())
    assert all(weight.requires_grad and (weight.grad == 1).all() for weight in weights)
    assert {name: id(value) for name, value in vars(layer).items()} == inside
    assert x.grad is None
    assert torch.is_grad_enabled()


@every_kind
def test_a_trace_draws_no_random_numbers(kind: str):
    layer = layer_of(kind, num_layers=2, bidirectional=True, dropout=0.5).train()
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state(legacy=False)["state"]["key"]  # noqa: NPY002 - the global one
    trace(layer, draw(5, 3), layer=1, reverse=True)
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert np.array_equal(np.random.get_state(legacy=False)["state"]["key"], numpy_state)  # noqa: NPY002 - the global one


def test_a_trace_leaves_the_numbers_that_were_handed_in_alone():
    layer, x = layer_of("LSTM"), np.ones((4, 3))
    h, c = states_of(layer)
    kept = h.clone(), c.clone()
    trace(layer, x, (h, c))
    x[0, 0] = 2  # still writeable, and ours
    assert torch.equal(h, kept[0])
    assert torch.equal(c, kept[1])


@pytest.mark.parametrize("as_cell", [False, True])
@every_kind
def test_a_trace_stays_as_it_was_when_its_question_changes(kind: str, as_cell: bool):
    layer, x = layer_of(kind), draw(5, 3)
    hx = states_of(layer)
    t = trace(open_cell(layer) if as_cell else layer, x, handed(hx))
    before = json.dumps(t.to_dict())
    symbols = {name: symbol.clone() for name, symbol in t.cell.symbols().items()}
    with torch.no_grad():
        for tensor in (x, *hx, *layer.parameters()):
            tensor.fill_(9)
    assert json.dumps(t.to_dict()) == before
    assert all(torch.equal(symbol, symbols[name]) for name, symbol in t.cell.symbols().items())


def test_four_threads_that_trace_at_once_get_what_one_gets():
    layers = [layer_of(kind, 8, 32, num_layers=2, bidirectional=True) for kind in LAYERS]
    jobs = [(layer, seed) for seed in range(8) for layer in layers]

    def job(question: tuple[nn.RNNBase, int]) -> Trace:
        return trace(question[0], draw(100, 8, seed=question[1]), layer=1, reverse=True)

    alone = [job(question) for question in jobs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(job, jobs))
    for came, wanted in zip(together, alone, strict=True):
        assert_same_trace(came, wanted, atol=1e-12)


# ---- errors that say so ----------------------------------------------------------------------------------------------


def test_an_unknown_name_is_told_with_the_names_there_are():
    t = trace(layer_of("GRU"), draw(5, 3))
    with pytest.raises(KeyError, match=re.escape("GRU has no value 'f'; it has r z n h and inside x_r x_z")):
        t["f"]


@pytest.mark.parametrize("name", ["c", "r", "", "h@-1"])
def test_the_past_of_what_is_no_state_is_told_with_the_states(name: str):
    t = trace(layer_of("GRU"), draw(5, 3))
    with pytest.raises(KeyError, match=re.escape(f"GRU carries no {name!r} from step to step; its states are h")):
        t.past(name)


@pytest.mark.parametrize("shape", [(3,), (5, 4), (2, 5, 3), (0, 3), (5, 0), (0,), ()])
@pytest.mark.parametrize("kind", ["RNN", "open"])
def test_inputs_of_a_wrong_shape_are_told(shape: tuple[int, ...], kind: str):
    layer = layer_of("RNN")
    sentence = f"x has shape {shape}, expected (T, 3) with T of at least 1"
    with pytest.raises(ValueError, match=re.escape(sentence)):
        trace(open_cell(layer) if kind == "open" else layer, torch.zeros(shape))


@pytest.mark.parametrize(
    "x",
    [
        "the cat",
        [["a", "b", "c"]],
        [["1", "2", "3"]],
        np.array([["1", "2", "3"]]),
        [[1, 2, 3], [1, 2]],
        [[1j, 0, 0]],
        np.ones((4, 3)) * 1j,
        torch.ones(4, 3) * 1j,
        [[None, 1, 2]],
        None,
        {"x": 1},
        object(),
    ],
)
def test_inputs_that_are_no_numbers_are_told(x: Any):
    with pytest.raises(ValueError, match=re.escape("x is not an array of numbers (T, D)")):
        trace(layer_of("RNN"), x)


@pytest.mark.parametrize("module", [nn.Linear(3, 4), nn.LSTMCell(3, 4), nn.Sequential(nn.LSTM(3, 4)), None, nn.LSTM])
def test_a_module_of_another_kind_is_told(module: Any):
    wanted = f"module is {type(module).__name__}, expected nn.RNN, nn.LSTM or nn.GRU"
    with pytest.raises(ValueError, match=re.escape(wanted)):
        trace(module, torch.zeros(5, 3))


def test_an_lstm_with_projections_is_told():
    with pytest.raises(ValueError, match="module has proj_size 2: a projected LSTM has no trace, expected 0"):
        trace(nn.LSTM(3, 4, proj_size=2), torch.zeros(5, 3))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_weights_of_half_precision_are_told(dtype: torch.dtype):
    with pytest.raises(ValueError, match=f"module has weights of type {dtype}, expected float32 or float64"):
        trace(nn.LSTM(3, 4, dtype=dtype), torch.zeros(5, 3))


@pytest.mark.parametrize("depth", [-1, 2, 10])
def test_a_missing_layer_is_told_with_the_layers_there_are(depth: int):
    sentence = f"layer is {depth}, expected 0 to 1: the module has 2 layer(s)"
    with pytest.raises(ValueError, match=re.escape(sentence)):
        trace(layer_of("GRU", num_layers=2), draw(5, 3), layer=depth)


@every_kind
def test_a_missing_direction_is_told(kind: str):
    layer = layer_of(kind)
    for module in (layer, open_cell(layer)):
        with pytest.raises(ValueError, match="reverse is True, but the module reads in one direction only"):
            trace(module, draw(5, 3), reverse=True)


def test_an_open_cell_has_one_layer_only():
    with pytest.raises(ValueError, match=re.escape("layer is 1, expected 0 to 0: the module has 1 layer(s)")):
        trace(open_cell(layer_of("RNN")), draw(5, 3), layer=1)


@pytest.mark.parametrize(
    ("kind", "shapes", "sentence"),
    [
        ("LSTM", [(2, 4)], "hx has 1 state(s), expected 2: h, c"),
        ("GRU", [(2, 4), (2, 4)], "hx has 2 state(s), expected 1: h"),
        ("GRU", [(1, 4)], "hx: h has shape (1, 4), expected (2, 4)"),
        ("GRU", [(2, 1, 4)], "hx: h has shape (2, 1, 4), expected (2, 4)"),
        ("LSTM", [(2, 4), (2, 5)], "hx: c has shape (2, 5), expected (2, 4)"),
    ],
)
def test_start_states_of_a_wrong_shape_are_told(kind: str, shapes: list[tuple[int, ...]], sentence: str):
    layer = layer_of(kind, bidirectional=True)
    with pytest.raises(ValueError, match=re.escape(sentence)):
        trace(layer, draw(5, 3), handed(tuple(torch.zeros(shape) for shape in shapes)))


def test_start_states_that_are_no_numbers_are_told():
    with pytest.raises(ValueError, match="hx is not an array of numbers: it holds"):
        trace(layer_of("GRU"), draw(5, 3), torch.zeros(1, 4) * 1j)
