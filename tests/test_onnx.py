"""The cells against a second implementation that is not torch: the RNN, LSTM and GRU operators of ONNX Runtime.

ONNX knows what torch does not: a GRU that resets before the product (`linear_before_reset=0`), an LSTM without the tanh
on its output, an RNN with any squashing. Its operators compute in float32 only, so 1e-5 is close. Its order of the gates
is its own: i o f c where torch has i f g o, z r h where torch has r z n.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper
from torch import Tensor, nn

from models import GRU, LSTM, RNN, Cell, trace

CLOSE = 1e-5
LAYERS: dict[str, Callable[..., nn.RNNBase]] = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
ONNX_ORDER = {"RNN": "h", "LSTM": "iofg", "GRU": "zrn"}
"""The blocks of an ONNX operator, in torch's letters."""

every_kind = pytest.mark.parametrize("kind", LAYERS)


class Answer(NamedTuple):
    """What ONNX Runtime says: h of every step for each direction, (directions, T, H), and the last c, (directions, H)."""

    h: NDArray[np.float32]
    c_n: NDArray[np.float32] | None


def draw(*shape: int, seed: int = 0, scale: float = 1.0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.empty(shape).uniform_(-scale, scale, generator=generator)


def cell_of(kind: type[Cell], **options: Any) -> Cell:
    """Six inputs, ten units, weights of torch's scale and biases that matter."""
    rows = len(kind.blocks) * 10
    w_ih, w_hh = draw(rows, 6, seed=1, scale=0.5), draw(rows, 10, seed=2, scale=0.5)
    return kind(w_ih, w_hh, draw(rows, seed=3), draw(rows, seed=4), **options)


def reordered(whole: Tensor, cell: Cell) -> NDArray[np.float32]:
    """The blocks of a weight in ONNX's order."""
    blocks = dict(zip(cell.blocks, whole.detach().chunk(len(cell.blocks)), strict=True))
    return torch.cat([blocks[name] for name in ONNX_ORDER[cell.kind]]).numpy()


def asked(cells: list[Cell], x: Tensor, start: dict[str, Tensor] | None = None, **attributes: Any) -> Answer:
    """ONNX Runtime runs one cell, or two that read in opposite directions.

    `start` holds the states before the first step, each (directions, H).
    """
    cell, directions = cells[0], len(cells)
    feed = {
        "X": x.numpy()[:, None],  # (T, B, D) with B = 1
        "W": np.stack([reordered(each.w_ih, each) for each in cells]),
        "R": np.stack([reordered(each.w_hh, each) for each in cells]),
        "B": np.stack([np.concatenate([reordered(each.b_ih, each), reordered(each.b_hh, each)]) for each in cells]),
    }
    states = {"h": "initial_h", "c": "initial_c"}
    feed |= {states[name]: state.numpy()[:, None] for name, state in (start or {}).items()}
    node = helper.make_node(
        cell.kind,
        ["X", "W", "R", "B", "", *(name for name in states.values() if name in feed)],  # "": no lengths given
        ["Y", "Y_h", "Y_c"] if cell.kind == "LSTM" else ["Y", "Y_h"],
        hidden_size=cell.hidden,
        direction="bidirectional" if directions == 2 else "forward",
        **attributes,
    )
    graph = helper.make_graph(
        [node],
        "cell",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, array.shape) for name, array in feed.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in node.output],
    )
    model = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 21)])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    answers = [np.asarray(output, np.float32) for output in session.run(None, feed)]
    return Answer(answers[0][:, :, 0].swapaxes(0, 1), answers[2][:, 0] if cell.kind == "LSTM" else None)


def assert_close(came: NDArray[Any], wanted: NDArray[Any]):
    np.testing.assert_allclose(came, wanted, rtol=0, atol=CLOSE)


VARIANTS: dict[str, tuple[Cell, dict[str, Any]]] = {
    "RNN": (cell_of(RNN), {"activations": ["Tanh"]}),
    "RNN relu": (cell_of(RNN, nonlinearity="relu"), {"activations": ["Relu"]}),
    "RNN sigmoid": (cell_of(RNN, nonlinearity="sigmoid"), {"activations": ["Sigmoid"]}),
    "RNN identity": (
        cell_of(RNN, nonlinearity="identity"),
        {"activations": ["Affine"], "activation_alpha": [1.0], "activation_beta": [0.0]},
    ),
    "LSTM": (cell_of(LSTM), {}),
    "LSTM without output tanh": (
        cell_of(LSTM, output="identity"),
        {"activations": ["Sigmoid", "Tanh", "Affine"], "activation_alpha": [1.0], "activation_beta": [0.0]},
    ),
    "LSTM without candidate tanh": (
        cell_of(LSTM, candidate="identity"),
        {"activations": ["Sigmoid", "Affine", "Tanh"], "activation_alpha": [1.0], "activation_beta": [0.0]},
    ),
    "GRU reset after": (cell_of(GRU), {"linear_before_reset": 1}),
    "GRU reset before": (cell_of(GRU, reset="before"), {"linear_before_reset": 0}),
}
LINEAR_GROWTH = {"RNN relu": 6, "RNN identity": 6}
"""Steps for the cells whose states have no bound: with these weights they grow, and rounding grows with them."""


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_open_cell_says_what_onnx_says(variant: str):
    cell, attributes = VARIANTS[variant]
    x = draw(LINEAR_GROWTH.get(variant, 50), 6, seed=5)
    answer, t = asked([cell], x, **attributes), trace(cell, x)
    assert_close(t["h"], answer.h[0])
    if answer.c_n is not None:
        assert_close(t["c"][-1], answer.c_n[0])


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_open_cell_goes_on_from_given_states_as_onnx_does(variant: str):
    cell, attributes = VARIANTS[variant]
    x = draw(LINEAR_GROWTH.get(variant, 50), 6, seed=5)
    start = {name: draw(1, 10, seed=6 + k) for k, name in enumerate(cell.states)}
    answer = asked([cell], x, start, **attributes)
    t = trace(cell, x, (start["h"], start["c"]) if "c" in start else start["h"])
    assert_close(t["h"], answer.h[0])
    if answer.c_n is not None:
        assert_close(t["c"][-1], answer.c_n[0])


def test_the_two_resets_of_onnx_are_two_cells():
    x, (after, attributes) = draw(50, 6, seed=5), VARIANTS["GRU reset after"]
    assert np.abs(trace(after, x)["h"] - asked([after], x, linear_before_reset=0).h[0]).max() > 0.01
    assert_close(trace(after, x)["h"], asked([after], x, **attributes).h[0])


@pytest.mark.parametrize("reset", ["after", "before"])
def test_a_gru_whose_z_writes_is_the_onnx_cell_with_z_negated(reset: str):
    lecture, x = cell_of(GRU, reset=reset, update_gate="write"), draw(50, 6, seed=5)
    signs = torch.ones(30)
    signs[10:20] = -1  # r, z, n
    negated = GRU(
        lecture.w_ih * signs[:, None], lecture.w_hh * signs[:, None], lecture.b_ih * signs, lecture.b_hh * signs
    )
    answer = asked([negated], x, linear_before_reset=int(reset == "after"))
    assert_close(trace(lecture, x)["h"], answer.h[0])


def layer_of(kind: str, **options: Any) -> nn.RNNBase:
    layer = LAYERS[kind](6, 10, **options)
    with torch.no_grad():
        for k, weight in enumerate(layer.parameters()):
            weight.copy_(draw(*weight.shape, seed=10 + k, scale=0.4))
    return layer


def read_from(layer: nn.RNNBase, reverse: str) -> Cell:
    """The open cell of the first layer, one direction, straight from the `state_dict`."""
    weights = [layer.state_dict()[f"{name}_l0{reverse}"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    w_ih, w_hh, b_ih, b_hh = weights
    return {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}[layer.mode.split("_")[0]](w_ih, w_hh, b_ih, b_hh)


@every_kind
@pytest.mark.parametrize("steps", [1, 40, 400])
def test_the_trace_of_a_bidirectional_torch_layer_says_what_onnx_says(kind: str, steps: int):
    layer, x = layer_of(kind, bidirectional=True), draw(steps, 6, seed=5)
    attributes: dict[str, Any] = {"linear_before_reset": 1} if kind == "GRU" else {}
    answer = asked([read_from(layer, ""), read_from(layer, "_reverse")], x, **attributes)
    for direction, reverse in enumerate((False, True)):
        t = trace(layer, x, reverse=reverse)
        assert_close(t["h"], answer.h[direction])
        if answer.c_n is not None:
            assert_close(t["c"][0 if reverse else -1], answer.c_n[direction])


@every_kind
def test_the_gates_of_a_trace_make_the_states_that_onnx_makes(kind: str):
    layer, x = layer_of(kind), draw(40, 6, seed=5)
    attributes: dict[str, Any] = {"linear_before_reset": 1} if kind == "GRU" else {}
    h = asked([read_from(layer, "")], x, **attributes).h[0]
    t, past = trace(layer, x), np.concatenate([np.zeros((1, 10), np.float32), h[:-1]])
    made = {
        "RNN": lambda: np.tanh(t["a_h"]),
        "LSTM": lambda: t["o"] * np.tanh(t["f"] * t.past("c") + t["i"] * t["g"]),
        "GRU": lambda: (1 - t["z"]) * t["n"] + t["z"] * past,
    }
    assert_close(made[kind](), h)
