"""The open cells against torch.nn, against the lectures' own numbers, and against their own words.

"Lecture" means a number that a lecture prints, worked out again by hand or in plain Python, not by this code.
"""

import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any, Literal, TypeVar

import pytest
import torch
from torch import Tensor, nn

from models.cells import CELLS, GRU, LSTM, RNN, SQUASH, Cell, Named, open_cell

AnyCell = TypeVar("AnyCell", bound=Cell)

LAYERS: dict[str, Callable[..., nn.RNNBase]] = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
TORCH_CELLS: dict[str, Callable[..., nn.RNNCellBase]] = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}

VARIANTS: dict[str, tuple[type[Cell], dict[str, str]]] = {
    "RNN": (RNN, {}),
    "RNN relu": (RNN, {"nonlinearity": "relu"}),
    "RNN sigmoid": (RNN, {"nonlinearity": "sigmoid"}),
    "RNN identity": (RNN, {"nonlinearity": "identity"}),
    "LSTM": (LSTM, {}),
    "LSTM without output tanh": (LSTM, {"output": "identity"}),
    "LSTM without candidate tanh": (LSTM, {"candidate": "identity"}),
    "LSTM without any tanh": (LSTM, {"candidate": "identity", "output": "identity"}),
    "GRU": (GRU, {}),
    "GRU reset before": (GRU, {"reset": "before"}),
    "GRU z writes": (GRU, {"update_gate": "write"}),
    "GRU reset before, z writes": (GRU, {"reset": "before", "update_gate": "write"}),
}
KEEP_OR_WRITE = {
    "GRU": "keep",
    "GRU reset before": "keep",
    "GRU z writes": "write",
    "GRU reset before, z writes": "write",
}
RESETS: tuple[Literal["after"], Literal["before"]] = ("after", "before")

every_variant = pytest.mark.parametrize("variant", VARIANTS)
every_kind = pytest.mark.parametrize("kind", CELLS)


def draw(*shape: int, seed: int = 0, scale: float = 1.0) -> Tensor:
    """Uniform numbers in (-scale, scale), float64."""
    generator = torch.Generator().manual_seed(seed)
    return torch.empty(shape, dtype=torch.float64).uniform_(-scale, scale, generator=generator)


def drawn(kind: type[AnyCell], inputs: int, hidden: int, **options: Any) -> AnyCell:
    """A cell with weights of its own."""
    rows = len(kind.blocks) * hidden
    w_ih, w_hh = draw(rows, inputs, seed=1), draw(rows, hidden, seed=2)
    return kind(w_ih, w_hh, draw(rows, seed=3), draw(rows, seed=4), **options)


def cell_of(variant: str) -> Cell:
    """The variant with 3 inputs and 4 units."""
    kind, options = VARIANTS[variant]
    return drawn(kind, 3, 4, **options)


def layer_of(cell: Cell, **options: Any) -> nn.RNNBase:
    """The torch layer with the weights of an open cell: they fit by name and shape, without turning anything round."""
    layer = LAYERS[cell.kind](cell.inputs, cell.hidden, dtype=torch.float64, **options)
    weights = {"weight_ih": cell.w_ih, "weight_hh": cell.w_hh, "bias_ih": cell.b_ih, "bias_hh": cell.b_hh}
    layer.load_state_dict({f"{name}_l0": weight for name, weight in weights.items()})
    return layer


def scalar(kind: type[AnyCell], w: float, u: float, b: float = 0.0, **options: Any) -> AnyCell:
    """A cell of one unit: every input weight u, every recurrent weight w, every first bias b."""
    rows = len(kind.blocks)
    one = torch.ones(rows, 1, dtype=torch.float64)
    return kind(u * one, w * one, b * one[:, 0], 0 * one[:, 0], **options)


def column(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)[:, None]


def assert_close(came: Tensor, wanted: Tensor | list[float], atol: float = 1e-12) -> None:
    wanted = torch.as_tensor(wanted, dtype=came.dtype)
    torch.testing.assert_close(came.detach(), wanted.detach(), rtol=0, atol=atol)


# ---- against torch.nn ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", ["RNN", "RNN relu", "LSTM", "GRU"])
def test_a_step_equals_the_step_of_the_torch_cell(variant: str):
    cell, x, h, c = cell_of(variant), draw(3, seed=5), draw(4, seed=6), draw(4, seed=7, scale=3)
    options = {"nonlinearity": cell.nonlinearity} if isinstance(cell, RNN) else {}
    reference = TORCH_CELLS[cell.kind](3, 4, dtype=torch.float64, **options)
    reference.load_state_dict(
        {"weight_ih": cell.w_ih, "weight_hh": cell.w_hh, "bias_ih": cell.b_ih, "bias_hh": cell.b_hh}
    )
    values = cell.step(x, {"h": h, "c": c} if cell.kind == "LSTM" else {"h": h})
    if cell.kind == "LSTM":
        h_torch, c_torch = reference(x, (h, c))
        assert_close(values["c"], c_torch)
    else:
        h_torch = reference(x, h)
    assert_close(values["h"], h_torch)


@pytest.mark.parametrize("variant", ["RNN", "RNN relu", "LSTM", "GRU"])
def test_a_run_equals_the_torch_layer_with_the_same_state_dict(variant: str):
    cell, x = cell_of(variant), draw(20, 3, seed=5)
    layer = layer_of(cell, **({"nonlinearity": cell.nonlinearity} if isinstance(cell, RNN) else {}))
    values = cell.run(x)
    h, last = layer(x)
    assert_close(values["h"], h, atol=1e-12 * max(1, h.abs().max().item()))  # relu has no bound
    if cell.kind == "LSTM":
        assert_close(values["c"][-1], last[1][0])


@every_kind
def test_a_run_goes_on_from_given_states(kind: str):
    cell, x = cell_of(kind), draw(9, 3, seed=5)
    whole, first = cell.run(x), cell.run(x[:4])
    rest = cell.run(x[4:], {name: first[name][-1] for name in cell.states})
    for name, values in whole.items():
        assert_close(torch.cat([first[name], rest[name]]), values, atol=0)


@every_kind
def test_a_gradient_through_the_open_cell_is_the_gradient_of_torch(kind: str):
    cell, ours, theirs = cell_of(kind), draw(12, 3, seed=5), draw(12, 3, seed=5)
    (mine,) = torch.autograd.grad(cell.run(ours.requires_grad_())["h"][-1].sum(), ours)
    (torchs,) = torch.autograd.grad(layer_of(cell)(theirs.requires_grad_())[0][-1].sum(), theirs)
    assert_close(mine, torchs)


@every_kind
@pytest.mark.parametrize("bias", [True, False])
def test_open_cell_takes_the_weights_of_a_torch_layer(kind: str, bias: bool):
    layer = LAYERS[kind](3, 4, bias=bias, dtype=torch.float64)
    for k, weight in enumerate(layer.parameters()):
        weight.data = draw(*weight.shape, seed=k)
    cell, x = open_cell(layer), draw(7, 3, seed=9)
    assert type(cell) is CELLS[kind]
    assert not cell.w_ih.requires_grad
    assert_close(cell.run(x)["h"], layer(x)[0])
    if not bias:
        assert not cell.b_ih.any()
        assert not cell.b_hh.any()


def test_open_cell_keeps_the_squashing_of_the_layer():
    cell = open_cell(nn.RNN(3, 4, nonlinearity="relu"))
    assert isinstance(cell, RNN)
    assert cell.nonlinearity == "relu"


@every_kind
def test_open_cell_of_a_stacked_bidirectional_layer_is_its_first_forward_one(kind: str):
    layer = LAYERS[kind](3, 4, num_layers=2, bidirectional=True)
    assert torch.equal(open_cell(layer).w_hh, layer.get_parameter("weight_hh_l0"))


@pytest.mark.parametrize("module", [nn.Linear(3, 4), nn.LSTMCell(3, 4), nn.Sequential(nn.LSTM(3, 4)), None, "LSTM"])
def test_open_cell_refuses_what_is_no_recurrent_layer(module: Any):
    wanted = f"module is {type(module).__name__}, expected nn.RNN, nn.LSTM or nn.GRU"
    with pytest.raises(ValueError, match=wanted):
        open_cell(module)


@every_variant
def test_many_steps_at_once_have_the_gates_of_each_step(variant: str):
    cell, x, h = cell_of(variant), draw(6, 3, seed=5), draw(6, 4, seed=6)
    at_once, one_by_one = cell.gates(x, h), [cell.gates(*pair) for pair in zip(x, h, strict=True)]
    for name, values in at_once.items():
        assert_close(values.expand(6, 4), torch.stack([step[name] for step in one_by_one]))


# ---- the lectures' own numbers ---------------------------------------------------------------------------------------


def test_the_lstm_of_the_lecture_with_every_weight_one_half():
    # Lecture 4, x = 1, 1, 0, no bias: worked out step by step in plain Python.
    values = scalar(LSTM, 0.5, 0.5).run(column(1, 1, 0))
    gate = [0.6224593312018546, 0.6427074796875994, 0.5385556731288167]
    for name in ("i", "f", "o"):
        assert_close(values[name][:, 0], gate)
    assert_close(values["g"][:, 0], [0.46211715726000974, 0.5278318402396295, 0.15331108034443797])
    assert_close(values["c"][:, 0], [0.28764913664496794, 0.5241157233866811, 0.36483204827891563])
    assert_close(values["h"][:, 0], [0.17426971865610508, 0.3090589306416473, 0.1882053421160691])


def test_the_gru_of_the_lecture_with_every_weight_one_half_as_torch_writes_it():
    # h = (1 - z) n + z h', x = 1, 1, 0, no bias.
    values = scalar(GRU, 0.5, 0.5).run(column(1, 1, 0))
    for name in ("r", "z"):
        assert_close(values[name][:, 0], [0.6224593312018546, 0.6427302478584755, 0.5365069753297798])
    assert_close(values["n"][:, 0], [0.46211715726000974, 0.5050541798625405, 0.07832389975438503])
    assert_close(values["h"][:, 0], [0.17446802061504182, 0.2925764557908142, 0.19327189055016378])


def test_the_gru_of_the_lecture_with_every_weight_one_half_as_the_lecture_writes_it():
    # Lectures 1 and 4: h = (1 - z) h' + z n, reset before the product.
    values = scalar(GRU, 0.5, 0.5, reset="before", update_gate="write").run(column(1, 1, 0))
    for name in ("r", "z"):
        assert_close(values[name][:, 0], [0.6224593312018546, 0.6556174970553204, 0.555827531718957])
    assert_close(values["n"][:, 0], [0.46211715726000974, 0.5329767989978781, 0.12400014086825537])
    assert_close(values["h"][:, 0], [0.28764913664496794, 0.44849024459521564, 0.268129711173431])


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [([1, 2, 3], [4, 16, 44]), ([3, 2, 1], [12, 32, 68]), ([1, 1, 2], [4, 12, 32])],
)
def test_the_all_ones_linear_network_of_the_lecture_needs_its_memory(inputs: list[int], outputs: list[int]):
    # Lecture 3: two inputs, two units, two outputs, every weight 1; without memory the first would be 4, 8, 12.
    one = torch.ones(2, 2, dtype=torch.float64)
    x = torch.tensor([[k, k] for k in inputs], dtype=torch.float64)
    h = RNN(one, one, 0 * one[0], 0 * one[0], "identity").run(x)["h"]
    assert_close(h @ torch.ones(2, dtype=torch.float64), [float(y) for y in outputs], atol=0)


@pytest.mark.parametrize(
    ("w", "u", "x", "states", "slope"),
    [
        (0.5, 1.0, (1, 0, 0), [0.7615941559557649, 0.3633994843890525, 0.17972620712031911], -0.5508093473437314),
        (2.0, 1.0, (1, 0, 0), [0.7615941559557649, 0.9092516739969425, 0.9486889866196807], -0.0060189603292465635),
        (0.5, 0.1, (1, 2, 3), [0.09966799462495582, 0.24476261106932656, 0.3989346556744208], -0.14738214805698782),
    ],
)
def test_the_scalar_network_of_the_lecture_and_its_slope(
    w: float, u: float, x: tuple[float, ...], states: list[float], slope: float
):
    # Lectures 3 and 4: E = (1 - h_3)² / 2; dE/dw is the sum over k of dE/dh_3 · dh_3/dh_k · ∂h_k/∂w.
    weight = column(w).requires_grad_()
    zero = torch.zeros(1, dtype=torch.float64)
    h = RNN(column(u), weight, zero, zero).run(column(*x))["h"][:, 0]
    (dE_dw,) = torch.autograd.grad((1 - h[-1]) ** 2 / 2, weight)
    assert_close(h, states)
    assert dE_dw.item() == pytest.approx(slope, abs=1e-12)


def memory_cell(b: float) -> LSTM:
    """The hand-set cell of lecture 3: z = x1, i = σ(100 x2 - b), f = σ(100 x2 + b), o = σ(100 x3 - b); no tanh."""
    w_ih = torch.tensor([[0, 100, 0], [0, 100, 0], [1, 0, 0], [0, 0, 100]], dtype=torch.float64)  # i, f, g, o
    zero = torch.zeros(4, dtype=torch.float64)
    bias = torch.tensor([-b, b, 0, -b], dtype=torch.float64)
    return LSTM(w_ih, zero[:, None], bias, zero, candidate="identity", output="identity")


MEMORY_TABLE = torch.tensor(
    [[1, 3, 2, 4, 2, 1, 3, 6, 1], [0, 1, 0, 1, 0, 0, -1, 1, 0], [0, 0, 0, 0, 0, 1, 0, 0, 1]], dtype=torch.float64
).T


def test_the_memory_table_of_the_lecture_is_exact_with_wide_gates():
    values = memory_cell(b=50).run(MEMORY_TABLE)
    before = torch.cat([torch.zeros(1, dtype=torch.float64), values["c"][:-1, 0]])  # the row that the lecture prints
    assert_close(before, [0, 0, 3, 3, 7, 7, 7, 0, 6])
    assert_close(values["h"][:, 0], [0, 0, 0, 0, 0, 7, 0, 0, 6])


def test_the_memory_table_of_the_lecture_leaks_a_little_with_its_own_biases():
    y = memory_cell(b=10).run(MEMORY_TABLE)["h"][:, 0]
    assert y[5].item() == pytest.approx(6.9995, abs=5e-5)
    assert y[8].item() == pytest.approx(5.9998, abs=5e-5)
    assert y[[0, 1, 2, 3, 4, 6, 7]].abs().max() < 4e-4


@pytest.mark.parametrize(
    ("f", "steps", "kept"),
    [
        (0.5, 10, 0.0009765625),
        (0.7310585786300049, 10, 0.04360354279412869),  # σ(1): the forget bias of 1 that recipes ask for
        (0.9, 50, 0.00515377520732012),
        (0.99, 100, 0.3660323412732292),
        (1.0, 100, 1.0),
    ],
)
def test_a_memory_is_kept_by_the_product_of_its_forget_gates(f: float, steps: int, kept: float):
    zero = torch.zeros(4, 1, dtype=torch.float64)
    bias = torch.tensor([0, math.log(f / (1 - f)) if f < 1 else 1000, 0, 0], dtype=torch.float64)
    one = torch.ones(1, dtype=torch.float64)
    c = LSTM(zero, zero, bias, 0 * bias).run(torch.zeros(steps, 1, dtype=torch.float64), {"h": one, "c": one})["c"]
    assert c[-1].item() == pytest.approx(kept, rel=1e-12)


def weight_count(cell: Cell) -> int:
    return sum(weight.numel() for weight in (cell.w_ih, cell.w_hh, cell.b_ih, cell.b_hh))


@pytest.mark.parametrize(
    ("kind", "inputs", "hidden", "two_biases", "one_bias"),
    [
        (RNN, 5, 3, 30, 27),  # lecture 1: W_aa, W_ax, b_a
        (GRU, 1, 5, 120, 105),  # old Keras GRU(5) + Dense(1): 111; torch with a head of 6: 126
        (LSTM, 1, 5, 160, 140),
        (LSTM, 25, 100, 50_800, 50_400),  # lecture 4: 4 (n m + n² + n)
        (LSTM, 4096, 256, 4_458_496, 4_457_472),
    ],
)
def test_the_weights_are_as_many_as_the_lectures_count(
    kind: type[Cell], inputs: int, hidden: int, two_biases: int, one_bias: int
):
    rows = len(kind.blocks) * hidden
    cell = kind(torch.empty(rows, inputs), torch.empty(rows, hidden), torch.empty(rows), torch.empty(rows))
    assert weight_count(cell) == two_biases
    assert weight_count(cell) - cell.b_hh.numel() == one_bias


# ---- variants --------------------------------------------------------------------------------------------------------


def test_z_turned_round_is_z_with_negated_weights():
    keep = drawn(GRU, 3, 4)
    signs = torch.ones(12, dtype=torch.float64)
    signs[4:8] = -1  # r, z, n
    turned = GRU(
        keep.w_ih * signs[:, None],
        keep.w_hh * signs[:, None],
        keep.b_ih * signs,
        keep.b_hh * signs,
        update_gate="write",
    )
    x = draw(15, 3, seed=5)
    ours, theirs = keep.run(x), turned.run(x)
    assert_close(theirs["h"], ours["h"])
    assert_close(theirs["z"], 1 - ours["z"])


@pytest.mark.parametrize("variant", KEEP_OR_WRITE)
def test_a_turned_gru_says_the_same_in_the_other_notation(variant: str):
    cell, x = cell_of(variant), draw(15, 3, seed=5)
    assert isinstance(cell, GRU)
    other = cell.turned()
    assert (other.reset, other.update_gate) == (cell.reset, {"keep": "write", "write": "keep"}[cell.update_gate])
    ours, theirs = cell.run(x), other.run(x)
    for name in ("r", "n", "h"):
        assert_close(theirs[name], ours[name])
    assert_close(theirs["z"], 1 - ours["z"])
    assert_close(other.turned().run(x)["h"], ours["h"], atol=0)


def test_z_turned_round_is_another_cell_with_the_same_weights():
    x = draw(15, 3, seed=5)
    difference = drawn(GRU, 3, 4).run(x)["h"] - drawn(GRU, 3, 4, update_gate="write").run(x)["h"]
    assert difference.abs().max() > 0.1


def test_reset_before_and_after_agree_when_nothing_is_reset():
    after, x = drawn(GRU, 3, 4), draw(15, 3, seed=5)
    b_ih = after.b_ih.clone()
    b_ih[:4] = 1000  # r = 1
    open_wide = [GRU(after.w_ih, after.w_hh, b_ih, after.b_hh, reset=reset).run(x) for reset in RESETS]
    assert torch.equal(open_wide[0]["r"], torch.ones(15, 4, dtype=torch.float64))
    assert_close(open_wide[0]["h"], open_wide[1]["h"])


def test_reset_before_and_after_agree_for_one_unit_without_a_second_bias():
    after, before = (scalar(GRU, 0.7, -1.3, 0.4, reset=reset) for reset in RESETS)
    x = draw(15, 1, seed=5)
    assert_close(after.run(x)["h"], before.run(x)["h"])


@pytest.mark.parametrize("hidden", [1, 4])
def test_reset_before_and_after_differ_as_soon_as_there_is_a_second_bias(hidden: int):
    x = draw(15, 3, seed=5)
    difference = drawn(GRU, 3, hidden).run(x)["h"] - drawn(GRU, 3, hidden, reset="before").run(x)["h"]
    assert difference.abs().max() > 1e-2


def test_reset_before_and_after_differ_as_soon_as_there_are_two_units():
    one, x = drawn(GRU, 3, 2), draw(15, 3, seed=5)
    after, before = (GRU(one.w_ih, one.w_hh, one.b_ih, 0 * one.b_hh, reset=reset) for reset in RESETS)
    assert (after.run(x)["h"] - before.run(x)["h"]).abs().max() > 1e-3


def test_an_lstm_without_output_tanh_shows_its_memory_times_o():
    cell, x = cell_of("LSTM without output tanh"), draw(15, 3, seed=5)
    values = cell.run(x)
    assert "tanh(c)" not in values
    assert torch.equal(values["h"], values["o"] * values["c"])
    with_tanh = cell_of("LSTM").run(x)
    assert_close(values["c"][0], with_tanh["c"][0], atol=0)  # the first step has no past that could differ
    assert_close(with_tanh["h"], with_tanh["o"] * torch.tanh(with_tanh["c"]), atol=0)


def test_an_lstm_with_i_tied_to_f_and_an_open_output_is_a_gru_that_never_resets():
    # Curriculum: i = 1 - f, o = 1, no output tanh; then f is z, g is n and c is h.
    gru = drawn(GRU, 3, 4)
    b_ih = gru.b_ih.clone()
    b_ih[:4] = 1000  # r = 1
    gru = GRU(gru.w_ih, gru.w_hh, b_ih, gru.b_hh)

    def blocks(whole: Tensor) -> Tensor:
        _, z, n = whole.chunk(3)
        return torch.cat([-z, z, n, 0 * n])  # i, f, g, o

    open_output = torch.cat([torch.zeros(12), torch.full((4,), 1000.0)]).double()
    lstm = LSTM(blocks(gru.w_ih), blocks(gru.w_hh), blocks(gru.b_ih) + open_output, blocks(gru.b_hh), output="identity")
    x = draw(15, 3, seed=5)
    ours, theirs = gru.run(x), lstm.run(x)
    for name, other in {"h": "h", "z": "f", "n": "g"}.items():
        assert_close(theirs[other], ours[name])
    assert_close(theirs["c"], ours["h"])


@pytest.mark.parametrize(
    ("nonlinearity", "squash"),
    [
        ("tanh", math.tanh),
        ("relu", lambda a: max(a, 0.0)),
        ("sigmoid", lambda a: 1 / (1 + math.exp(-a))),
        ("identity", lambda a: a),
    ],
)
def test_an_rnn_squashes_as_it_says(nonlinearity: str, squash: Any):
    h, wanted = 0.0, []
    for x in (1.0, -2.0, 0.5):
        h = squash(0.8 * x - 0.6 * h + 0.1)
        wanted.append(h)
    assert_close(scalar(RNN, -0.6, 0.8, 0.1, nonlinearity=nonlinearity).run(column(1, -2, 0.5))["h"][:, 0], wanted)


def test_the_memory_has_no_bound():
    zero = torch.zeros(4, 1, dtype=torch.float64)
    cell = LSTM(zero, zero, torch.full((4,), 1000.0).double(), zero[:, 0])  # i = f = g = o = 1: it counts
    assert_close(cell.run(torch.zeros(50, 1, dtype=torch.float64))["c"][:, 0], [float(t) for t in range(1, 51)], atol=0)


# ---- names, roles, stages, terms -------------------------------------------------------------------------------------


def roles_of(variant: str) -> list[tuple[str, str]]:
    kind, _ = VARIANTS[variant]
    if kind is RNN:
        return [("h", "state")]
    if kind is LSTM:
        gates = [("i", "write"), ("f", "keep"), ("g", "candidate"), ("o", "read")]
        return [*gates, ("c", "memory"), ("h", "state")]
    return [("r", "reset"), ("z", KEEP_OR_WRITE[variant]), ("n", "candidate"), ("h", "state")]


@every_variant
def test_the_names_and_roles_are_these_in_this_order(variant: str):
    assert [(equation.name, equation.role) for equation in cell_of(variant).equations] == roles_of(variant)


INNER = {
    "RNN": "x_h h_h b_h a_h",
    "LSTM": "x_i x_f x_g x_o h_i h_f h_g h_o b_i b_f b_g b_o a_i a_f a_g a_o f*c i*g tanh(c)",
    "LSTM without output tanh": "x_i x_f x_g x_o h_i h_f h_g h_o b_i b_f b_g b_o a_i a_f a_g a_o f*c i*g",
    "GRU": "x_r x_z x_n h_r h_z h_n b_r b_z b_n a_r a_z a_n 1-z write*n keep*h",
    "GRU reset before": "x_r x_z x_n h_r h_z h_n b_r b_z b_n a_r a_z a_n 1-z r*h write*n keep*h",
}


@pytest.mark.parametrize("variant", INNER)
def test_a_step_names_every_value_inside_in_this_order(variant: str):
    cell = cell_of(variant)
    values = cell.step(draw(3), cell.start())
    named = [equation.name for equation in cell.equations]
    assert [name for name in values if name not in named] == INNER[variant].split()
    assert set(named) <= set(values)


@every_variant
def test_every_name_stands_in_exactly_one_stage(variant: str):
    cell = cell_of(variant)
    staged = [name for stage in cell.stages for name in stage.names]
    assert sorted(staged) == sorted(equation.name for equation in cell.equations)


@pytest.mark.parametrize(
    ("kind", "stages"),
    [
        ("RNN", [("State", "h")]),
        ("LSTM", [("Forget gate", "f"), ("Input gate", "i"), ("Candidate", "g"), ("Memory", "c"), ("Output", "oh")]),
        ("GRU", [("Reset gate", "r"), ("Update gate", "z"), ("Candidate", "n"), ("State", "h")]),
    ],
)
def test_the_stages_are_these_in_this_order(kind: str, stages: list[tuple[str, str]]):
    assert [(stage.title, "".join(stage.names)) for stage in cell_of(kind).stages] == stages


def test_the_stage_of_z_says_what_z_does():
    keeps, writes = (cell_of(variant).stages[1].text for variant in ("GRU", "GRU z writes"))
    assert "kept" in keeps
    assert "replaced" in writes


@every_kind
def test_the_equations_of_the_gates_stand_in_the_order_of_the_blocks_of_torch(kind: str):
    cell = cell_of(kind)
    names = [equation.name for equation in cell.equations]
    assert names[: len(cell.blocks)] == list(cell.blocks)
    assert "".join(cell.blocks) == {"RNN": "h", "LSTM": "ifgo", "GRU": "rzn"}[kind]  # torch.nn's documentation


@every_variant
def test_roles_keep_the_range_that_style_gives_them(variant: str):
    cell = cell_of(variant)
    values = cell.run(draw(30, 3, seed=5, scale=3))
    bounded = {"write": (0, 1), "keep": (0, 1), "reset": (0, 1), "read": (0, 1), "candidate": (-1, 1)}
    for equation in cell.equations:
        if equation.role in bounded and equation.squash != "identity":
            low, high = bounded[equation.role]
            assert low < values[equation.name].min() <= values[equation.name].max() < high


def value_of(name: str, values: Named, past: Named) -> Tensor:
    """A name in a trace, or `c@-1`, the value of the step before."""
    state, before, _ = name.partition("@-1")
    return past[state] if before else values[name]


@every_variant
def test_the_terms_of_every_equation_add_up_to_its_value(variant: str):
    cell = cell_of(variant)
    past = {name: draw(4, seed=6) for name in cell.states}
    values = cell.step(draw(3, seed=5), past)
    for equation in cell.equations:
        total = torch.stack([values[term.name].expand(4) for term in equation.terms]).sum(0)
        if equation.total:
            assert_close(values[equation.total], total)
        assert_close(SQUASH[equation.squash](total), values[equation.name])


@every_variant
def test_every_term_that_is_a_product_is_the_product_of_its_factors(variant: str):
    cell = cell_of(variant)
    past = {name: draw(4, seed=6 + k) for k, name in enumerate(cell.states)}
    values = cell.step(draw(3, seed=5), past)
    products = [term for equation in cell.equations for term in equation.terms if term.factors]
    assert len(products) == {"RNN": 0, "LSTM": 3, "GRU": 2}[cell.kind]
    for term in products:
        one, other = (value_of(name, values, past) for name in term.factors)
        assert_close(one * other, values[term.name], atol=0)


@every_variant
def test_an_equation_has_a_name_before_squashing_exactly_if_it_is_a_gate(variant: str):
    cell = cell_of(variant)
    assert [equation.name for equation in cell.equations if equation.total] == list(cell.blocks)


@every_variant
def test_the_latex_of_every_term_stands_in_the_latex_of_its_equation(variant: str):
    squeezed = {"r_t \\odot W_{hn} h_{t-1}", "b_{in} + r_t \\odot b_{hn}"}  # the bracket of torch's candidate, opened
    for equation in cell_of(variant).equations:
        for term in equation.terms:
            symbols = [part for part in term.latex.split(" + ") if term.latex not in squeezed]
            assert all(symbol in equation.latex for symbol in symbols), (equation.name, term.latex)


@every_kind
def test_the_symbols_of_the_formulas_are_the_rows_of_torch(kind: str):
    cell = cell_of(kind)
    symbols = cell.symbols()
    for k, block in enumerate(cell.blocks):
        rows = slice(4 * k, 4 * k + 4)
        for symbol, whole in {"W_{i": cell.w_ih, "W_{h": cell.w_hh, "b_{i": cell.b_ih, "b_{h": cell.b_hh}.items():
            assert torch.equal(symbols[f"{symbol}{block}}}"], whole[rows])
    assert len(symbols) == 4 * len(cell.blocks)


@every_variant
def test_the_left_hand_side_is_the_name_with_its_time(variant: str):
    assert all(equation.lhs == f"{equation.name}_t" for equation in cell_of(variant).equations)


# ---- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shape", "sentence"),
    [
        ("w_ih", (12, 3), r"LSTM\.w_ih has shape \(12, 3\), expected \(16, 3\)"),
        ("w_hh", (12, 4), r"LSTM\.w_hh has shape \(12, 4\), expected \(16, 4\)"),
        ("b_ih", (4,), r"LSTM\.b_ih has shape \(4,\), expected \(16,\)"),
        ("b_hh", (16, 1), r"LSTM\.b_hh has shape \(16, 1\), expected \(16,\)"),
    ],
)
def test_a_weight_of_a_wrong_shape_is_named_with_what_came_and_what_was_wanted(
    name: str, shape: tuple[int, ...], sentence: str
):
    shapes: dict[str, tuple[int, ...]] = {"w_ih": (16, 3), "w_hh": (16, 4), "b_ih": (16,), "b_hh": (16,)}
    w_ih, w_hh, b_ih, b_hh = (torch.zeros(size) for size in (shapes | {name: shape}).values())
    with pytest.raises(ValueError, match=sentence):
        LSTM(w_ih, w_hh, b_ih, b_hh)


@pytest.mark.parametrize(
    ("kind", "option", "known"),
    [
        (RNN, "nonlinearity", ("tanh", "relu", "sigmoid", "identity")),
        (LSTM, "candidate", ("tanh", "identity")),
        (LSTM, "output", ("tanh", "identity")),
        (GRU, "reset", ("after", "before")),
        (GRU, "update_gate", ("keep", "write")),
    ],
)
def test_an_unknown_option_is_refused_at_once(kind: type[Cell], option: str, known: tuple[str, ...]):
    with pytest.raises(ValueError, match=rf"{kind.kind}\.{option} is 'swish', expected .*{known[-1]}"):
        drawn(kind, 3, 4, **{option: "swish"})


def test_a_cell_does_not_change():
    cell = cell_of("GRU")
    with pytest.raises(FrozenInstanceError):
        cell.w_ih = torch.zeros(12, 3)  # pyright: ignore[reportAttributeAccessIssue] - that is the point


def test_the_registry_names_each_cell_after_its_torch_module():
    assert list(CELLS) == ["RNN", "LSTM", "GRU"]
    assert all(kind.kind == name and hasattr(nn, name) for name, kind in CELLS.items())
