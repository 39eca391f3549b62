"""Shapes, counts and slices, against torch and the numbers of lectures and textbooks."""

import dataclasses
import itertools

import pytest
import torch
from torch import nn

from models import shapes
from models.shapes import Layer, counted, formula, lines, returned, run

LAYERS = [
    Layer(cell, 2, 5, 3, 4, layers, both_ways=both, batch_first=first, outputs=k)
    for cell, layers, both, (first, k) in itertools.product(
        ("RNN", "LSTM", "GRU"), (1, 2, 3), (False, True), ((True, 0), (False, 2))
    )
]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_the_formula_counts_the_weights_of_torch(layer):
    assert formula(layer) == sum(weight.size for weight in run(layer).weights)


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_letters_say_the_shapes(layer):
    found = run(layer)
    H, L, directions = layer.hidden, layer.layers, layer.directions
    size = {"B": layer.batch, "T": layer.steps, "D": layer.inputs, "H": H, "2H": 2 * H, "L": L, "2L": 2 * L}
    size |= {f"{gates}H": gates * H for gates in (3, 4)} | {"K": layer.outputs}
    for tensor in found.tensors.values():
        assert tensor.shape == tuple(size[axis] for axis in tensor.axes)
    for weight in found.weights:
        assert weight.shape == tuple(size[letter] for letter in weight.letters)
    assert found.tensors["h_n"].shape == (L * directions, layer.batch, H)
    assert ("c_n" in found.tensors) == (layer.cell == "LSTM")


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_the_lines_on_the_page_give_these_shapes(layer):
    space: dict = {"torch": torch, "nn": nn}
    with torch.random.fork_rng():
        exec(lines(layer), space)  # noqa: S102 - running it is the point
    for name, tensor in run(layer).tensors.items():
        assert tuple(space[name].shape) == tensor.shape


def test_the_question_of_the_forums_has_the_answer_of_torch():
    found = run(Layer("LSTM", batch=5, steps=7, inputs=3, hidden=4, layers=2, both_ways=True))
    assert {name: tensor.shape for name, tensor in found.tensors.items()} == {
        "x": (5, 7, 3), "output": (5, 7, 8), "h_n": (4, 5, 4), "c_n": (4, 5, 4)
    }  # fmt: skip


def test_batch_first_turns_x_and_output_and_not_h_n():
    first = run(Layer(layers=2, both_ways=True, batch_first=True)).tensors
    turned = run(Layer(layers=2, both_ways=True, batch_first=False)).tensors
    assert turned["output"].shape == (first["output"].shape[1], first["output"].shape[0], first["output"].shape[2])
    assert turned["h_n"].shape == first["h_n"].shape


@pytest.mark.parametrize(
    ("layer", "who", "weights"),
    [
        (Layer("RNN", inputs=5, hidden=3), "PyTorch", 30),
        (Layer("RNN", inputs=5, hidden=3), "one bias", 27),
        (Layer("GRU", inputs=1, hidden=5, outputs=1), "old Keras", 111),
        (Layer("GRU", inputs=1, hidden=5, outputs=1), "Keras", 126),
        (Layer("GRU", inputs=1, hidden=5, outputs=1), "PyTorch", 126),
        (Layer("GRU", inputs=2, hidden=5, outputs=1), "old Keras", 126),
        (Layer("LSTM", inputs=25, hidden=100), "Keras", 50_400),
        (Layer("LSTM", inputs=25, hidden=100), "PyTorch", 50_800),
    ],
)
def test_known_networks_have_the_known_number_of_weights(layer, who, weights):
    assert counted(layer)[who] == weights


def test_an_encoder_and_a_decoder_of_old_keras_have_291():
    encoder, decoder = Layer("GRU", inputs=2, hidden=5), Layer("GRU", inputs=5, hidden=5, outputs=1)
    assert formula(encoder, 1) + formula(decoder, 1) == 291


# ---- which slice of output is which row of h_n -----------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_only_the_last_layer_stands_in_output_forward_at_the_end_backward_at_the_start(layer):
    for match in run(layer).matches:
        if match.layer < layer.layers:
            assert match.step is None
        else:
            assert (match.step, match.half) == ((0, 1) if match.backward else (layer.steps - 1, 0))


def test_rows_of_h_n_go_layer_by_layer_forward_before_backward():
    found = run(Layer(layers=2, both_ways=True)).matches
    assert [(m.layer, m.backward) for m in found] == [(1, False), (1, True), (2, False), (2, True)]


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_the_backward_half_of_the_last_step_has_seen_one_word(cell):
    trap = run(Layer(cell, both_ways=True)).trap
    assert trap
    assert trap.last_backward == 0
    assert trap.last_forward > 0
    assert trap.first_backward > 0


def test_above_a_bidirectional_layer_it_has_heard_of_the_others():
    trap = run(Layer(both_ways=True, layers=2)).trap
    assert trap
    assert trap.last_backward > 0


def test_one_direction_and_one_step_have_no_trap():
    assert run(Layer()).trap is None
    assert run(Layer(both_ways=True, steps=1)).trap is None


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_a_dense_layer_has_the_same_weights_once_and_at_every_step(cell):
    layer = Layer(cell, outputs=2)
    once, each, state, flat = returned(layer)
    assert (once.shape, once.dense) == ((5, 4), (5, 2))
    assert (each.shape, each.dense) == ((5, 7, 4), (5, 7, 2))
    assert state.shape == once.shape
    assert once.weights == each.weights == 2 * 4 + 2
    assert flat.weights == 2 * 4 * 7 + 2
    longer = returned(dataclasses.replace(layer, steps=14))
    assert longer[1].weights == each.weights
    assert longer[3].weights > flat.weights


def test_a_layer_leaves_the_global_generator_alone():
    before = torch.random.get_rng_state()
    run(LAYERS[-1])
    returned(LAYERS[-1])
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_layer_that_cannot_be_says_what_was_wanted():
    with pytest.raises(KeyError, match="CNN"):
        Layer("CNN")
    for name, (least, most) in shapes.LIMITS.items():
        for size in (least - 1, most + 1):
            with pytest.raises(ValueError, match=f"{name} is {size}, expected {least} to {most}"):
                dataclasses.replace(Layer(), **{name: size})
