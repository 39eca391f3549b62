"""The kinds of networks: the drawing agrees with torch, the lines on the page build it, and every copy is one object."""

import itertools
import math

import pytest
import torch
from torch import nn

from models import kinds
from models.kinds import KINDS, LONGEST, Question, drawn, shapes, unroll

CASES = list(itertools.product(KINDS, (1, 2, 5), (0, 7)))


def executed(question: Question) -> tuple[dict, torch.Tensor]:
    """The lines on the page, with the weights of the drawing put in between building and running."""
    kind, (modules, x) = KINDS[question.kind], drawn(question)
    space = {"torch": torch, "nn": nn, "D": 1, "H": 1, "K": 1, "x": x, "T": question.steps, "U": question.outputs}
    with torch.random.fork_rng():
        exec(kind.build, space)  # noqa: S102 - running it is the point
    for name, module in modules.items():
        space[name].double().load_state_dict(module.state_dict())
    with torch.no_grad():
        exec(kind.run, space)  # noqa: S102 - running it is the point
    return space, space["y"]


@pytest.mark.parametrize(("kind", "steps", "seed"), CASES)
def test_the_lines_on_the_page_build_the_network_of_the_drawing(kind, steps, seed):
    question = Question(kind, steps, seed=seed)
    found = unroll(question)
    _, y = executed(question)
    said = [number.value for number in found.numbers if number.letter == "y"]
    assert y.flatten().tolist() == pytest.approx(said, abs=1e-12)
    assert found.outputs == pytest.approx(said, abs=1e-12)
    assert found.deviation < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_the_lines_build_a_larger_network_too_and_its_weights_are_counted(kind):
    D, H, K = 3, 5, 2
    space = {"torch": torch, "nn": nn, "D": D, "H": H, "K": K, "T": 4, "U": 3, "x": torch.zeros(1, 4, D)}
    with torch.random.fork_rng():
        exec(KINDS[kind].build + "\n" + KINDS[kind].run, space)  # noqa: S102 - running it is the point
    built = sum(w.numel() for module in space.values() if isinstance(module, nn.Module) for w in module.parameters())
    assert built == sum(math.prod(shape) for shape in shapes(kind, D, H, K).values())


@pytest.mark.parametrize("kind", KINDS)
def test_letters_name_the_rows_and_columns_of_every_weight(kind):
    sizes = {"D": 3, "H": 5, "K": 2, "2H": 10}
    in_numbers = {name: tuple(sizes[letter] for letter in pair if letter) for name, pair in KINDS[kind].letters.items()}
    assert in_numbers == shapes(kind, 3, 5, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_is_the_sum_that_its_arithmetic_says(kind):
    found = unroll(Question(kind, 4))
    values = {number.name: number.value for number in found.numbers}
    for number in found.numbers:
        if number.shares:
            total = sum(share.factor * values[share.source] for share in number.shares) + number.bias
            assert total == pytest.approx(number.total, abs=1e-15)
            assert number.value == (number.total if number.letter == "y" else math.tanh(number.total))


@pytest.mark.parametrize("kind", KINDS)
def test_every_copy_uses_the_same_weight_objects(kind):
    found = unroll(Question(kind, 5))
    assert all(copy.same for copy in found.copies)
    owners = {copy.owner for copy in found.copies}
    assert all(len({copy.total for copy in found.copies if copy.owner == owner}) == 1 for owner in owners)


def test_equal_numbers_in_another_tensor_are_not_the_same_weights():
    first, copied = nn.Linear(1, 1, device="meta"), nn.Linear(1, 1, device="meta")
    weights = {"weight": torch.ones(1, 1), "bias": torch.zeros(1)}
    first.load_state_dict(weights, assign=True)
    copied.load_state_dict({name: w.clone() for name, w in weights.items()}, assign=True)
    unroller = kinds._Unroller()
    for step, module in enumerate((first, first, copied), 1):
        unroller.linear(module, "head", "y", (unroller.given("x", step, 1.0),), step)
    assert [copy.same for copy in unroller.copies] == [True, True, False]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "one-to-one"])
def test_a_longer_sequence_needs_no_more_weights(kind):
    assert unroll(Question(kind, 2)).parameters == unroll(Question(kind, LONGEST)).parameters


def test_the_decoder_reads_nothing_but_the_last_state_of_the_encoder():
    found = unroll(Question("encoder-decoder", 4, 3))
    sources = {share.source for n in found.numbers if n.letter == "d" for share in n.shares}
    assert {name for name in sources if name.startswith("h")} == {"h1@4"}
    assert {copy.owner for copy in found.copies} == {"encoder", "decoder", "head"}


def test_the_lectures_two_readers_count_the_ones():
    found = unroll(Question("bidirectional", 4, inputs=(0, 0, 1, 1), ones=True))
    value = {number.name: number.value for number in found.numbers}
    assert [value[f"h1@{t}"] for t in range(1, 5)] == [0, 0, 1, 2]
    assert [value[f"b1@{t}"] for t in range(1, 5)] == [2, 2, 2, 1]
    module = drawn(found.question)[0]["rnn"]
    output, h_n = module(torch.tensor([[[0.0], [0.0], [1.0], [1.0]]], dtype=torch.float64))
    assert output[0].tolist() == [[0, 2], [0, 2], [1, 2], [2, 1]]
    assert h_n.flatten().tolist() == [2, 2]


def test_weights_are_tenths_that_a_pencil_can_check():
    for seed in range(5):
        modules, x = drawn(Question("stacked", 4, seed=seed))
        for tensor in [x, *(w for module in modules.values() for w in module.parameters())]:
            assert torch.allclose(tensor * 10, (tensor * 10).round(), atol=1e-12)
            assert tensor.abs().min() >= 0.2
            assert tensor.abs().max() <= 1


def test_drawing_leaves_the_global_generator_alone():
    before = torch.random.get_rng_state()
    unroll(Question("stacked", 4, seed=3))
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize(
    ("wrong", "error", "sentence"),
    [
        ({"kind": "some-to-some"}, KeyError, "some-to-some"),
        ({"kind": "stacked", "steps": 0}, ValueError, "steps is 0"),
        ({"kind": "stacked", "steps": 4, "inputs": (1.0,)}, ValueError, "1 numbers, expected 4"),
        ({"kind": "stacked", "steps": 1, "inputs": (math.nan,)}, ValueError, "finite"),
    ],
)
def test_a_bad_question_says_what_was_wanted(wrong, error, sentence):
    with pytest.raises(error, match=sentence):
        Question(**wrong)
