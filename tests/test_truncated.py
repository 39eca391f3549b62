"""Who contributes to a gradient, and truncated backpropagation: against autograd with and without `.detach()`."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from torch import Tensor, nn

from models import GRU, LSTM, RNN, Cell, zoo
from models.gradients import Gradients
from models.truncated import (
    WEIGHTS,
    Backward,
    Noise,
    Words,
    backward,
    borders,
    contributions,
    detached,
    loss_at_seams,
    second_backward,
    slide,
    truncate,
    truncate_scalar,
)

LECTURE = "The cat, which already ate the fish, was full."
LONG = "The dogs, which followed the cat by the river and slept behind the house, were tired."
CELLS = ("RNN", "LSTM", "GRU")
QUESTIONS: dict[str, Words | Noise] = {
    **{f"{cell} {'words' if every else 'verb'}": Words(LONG, cell, every) for cell in CELLS for every in (False, True)},
    **{
        f"{cell} noise {'every' if every else 'last'}": Noise(cell, 2.0, 24, every)
        for cell in CELLS
        for every in (False, True)
    },
}
VARIANTS: dict[str, tuple[type[Cell], dict[str, str]]] = {
    **{f"RNN {squash}": (RNN, {"nonlinearity": squash}) for squash in RNN.options["nonlinearity"]},
    "LSTM": (LSTM, {}),
    "LSTM h = o c": (LSTM, {"output": "identity"}),
    "GRU": (GRU, {}),
    "GRU of the lectures": (GRU, {"reset": "before", "update_gate": "write"}),
}
ALL = ("w_ih", "w_hh", "b_ih", "b_hh")

every_question = pytest.mark.parametrize("name", QUESTIONS)


@pytest.fixture(scope="module")
def seen() -> dict[str, Backward]:
    return {name: backward(question) for name, question in QUESTIONS.items()}


def draw(*shape: int, seed: int, scale: float = 0.8) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.empty(shape, dtype=torch.float64).uniform_(-scale, scale, generator=generator)


def autograd(cell: Cell, x: Tensor, dh: Tensor, cuts: set[int]) -> dict[str, Tensor]:
    """The gradients of the weights by autograd, stepped in a plain loop that detaches before each step of `cuts`."""
    leaves = {name: getattr(cell, name).clone().requires_grad_() for name in ALL}
    cell, past, loss = replace(cell, **leaves), cell.start(), torch.zeros((), dtype=torch.float64)
    for t, x_t in enumerate(x):
        past = {name: state.detach() if t in cuts else state for name, state in past.items()}
        values = cell.step(x_t, past)
        past = {name: values[name] for name in cell.states}
        loss = loss + values["h"] @ dh[t]
    found = torch.autograd.grad(loss, list(leaves.values()))
    return dict(zip(leaves, found, strict=True))


# ---- gradients with cuts ---------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(
    variant=some.sampled_from(list(VARIANTS)),
    steps=some.integers(1, 12),
    hidden=some.integers(1, 5),
    every=some.integers(1, 13),
    last=some.booleans(),
    seed=some.integers(0, 1000),
)
def test_a_cut_gradient_is_that_of_autograd_with_detach(variant, steps, hidden, every, last, seed):
    kind, options = VARIANTS[variant]
    rows = len(kind.blocks) * hidden
    shapes = (rows, 2), (rows, hidden), (rows,), (rows,)
    cell = kind(*(draw(*shape, seed=seed + k) for k, shape in enumerate(shapes)), **options)
    x, dh = draw(steps, 2, seed=seed + 4), draw(steps, hidden, seed=seed + 5)
    if last:
        dh[:-1] = 0
    cuts = borders(steps, every)
    came, wanted = Gradients(cell, x, dh, cuts=cuts), autograd(cell, x, dh, set(cuts))
    for name, total in came.total().items():
        assert np.linalg.norm(total - wanted[name].numpy()) <= 1e-10 * max(1e-3, float(wanted[name].norm()))
        parts = sum(came.contribution(t)[name] for t in range(steps))
        assert np.allclose(parts, total, rtol=1e-10, atol=1e-13)


def test_without_cuts_nothing_changes():
    cell = RNN(draw(3, 2, seed=1), draw(3, 3, seed=2), draw(3, seed=3), draw(3, seed=4))
    x, dh = draw(9, 2, seed=5), draw(9, 3, seed=6)
    full, uncut, cut = (
        Gradients(cell, x, dh, cuts=cuts).total()["w_hh"] for cuts in ((), borders(9, 9), borders(9, 3))
    )
    assert np.array_equal(full, uncut)
    assert not np.allclose(full, cut)


@pytest.mark.parametrize(
    ("steps", "every", "wanted"), [(6, 2, [2, 4]), (7, 3, [3, 6]), (5, 5, []), (5, 9, []), (5, 0, [])]
)
def test_a_new_chunk_begins_after_every_k_steps(steps, every, wanted):
    assert list(borders(steps, every)) == wanted


# ---- what was read, and its loss -------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_the_loss_of_a_text_is_the_networks_surprise(cell):
    network = zoo.load(f"agreement-{cell.lower()}")
    verb, everywhere = (backward(Words(LECTURE, cell, every)) for every in (False, True))
    ids = network.encode(verb.labels)
    with torch.no_grad():
        surprise = nn.functional.cross_entropy(network(ids[None])[0, :-1], ids[1:], reduction="none").double().numpy()
    at = verb.labels.index("was") - 1
    assert verb.losses[at] == pytest.approx(surprise[at], rel=1e-4)
    assert verb.losses.sum() == verb.losses[at]
    assert everywhere.losses.sum() == pytest.approx(surprise.mean(), rel=1e-4)
    assert list(np.flatnonzero(verb.has_loss)) == [at]
    assert list(np.flatnonzero(everywhere.has_loss)) == list(range(len(ids) - 1))


def test_a_text_without_a_verb_is_asked_for_its_last_word():
    assert list(np.flatnonzero(backward(Words("the cat and the dogs")).has_loss)) == [3]


def test_a_long_text_is_read_as_far_as_one_can_look():
    assert backward(Words("the cat " * 200)).steps == 80


def test_noise_is_the_same_for_equal_seeds_and_touches_nobody_elses_chance():
    before = torch.get_rng_state()
    first, again, other = (backward(Noise("GRU", steps=5, seed=seed)) for seed in (3, 3, 4))
    assert torch.equal(first.x, again.x)
    assert np.array_equal(first.oracle["w_hh"], again.oracle["w_hh"])
    assert not torch.equal(first.x, other.x)
    assert torch.equal(before, torch.get_rng_state())


# ---- who contributes -------------------------------------------------------------------------------------------------


@every_question
def test_contributions_add_up_to_the_gradient_of_autograd(name, seen):
    for weight, found in contributions(seen[name]).items():
        assert found.difference <= 1e-10, weight
        assert found.shares.sum() == pytest.approx(1, abs=1e-10), weight


@every_question
def test_the_norms_are_those_of_the_contributions(name, seen):
    back = seen[name]
    gradients, found = Gradients(back.layer, back.x, back.dh), contributions(back)
    for t in range(back.steps):
        for weight in WEIGHTS:
            norm = np.linalg.norm(gradients.contribution(t)[weight])
            wanted = math.log10(norm) if norm > 0 else -math.inf
            assert found[weight].log10_norms[t] == pytest.approx(wanted, abs=1e-9)


def test_the_first_word_adds_nothing_to_the_weights_on_the_past_and_something_to_those_on_the_input(seen):
    found = contributions(seen["GRU verb"])
    assert found["w_hh"].log10_norms[0] == -np.inf
    assert found["w_ih"].log10_norms[0] > -np.inf


def test_words_after_the_last_loss_add_nothing(seen):
    back = seen["LSTM verb"]
    after = back.labels.index("were")
    assert (contributions(back)["w_ih"].log10_norms[after:] == -np.inf).all()
    assert (contributions(back)["w_ih"].log10_norms[:after] > -np.inf).all()


def test_the_subject_counts_for_the_gru_and_next_to_nothing_for_the_rnn(seen):
    # What the page says of the shipped networks.
    rnn, gru = (contributions(seen[f"{cell} verb"])["w_hh"] for cell in ("RNN", "GRU"))
    dogs = seen["GRU verb"].labels.index("dogs")
    assert rnn.log10_norms[dogs] < -10
    assert gru.shares[dogs] == gru.shares.max() > 0.3


# ---- truncated -------------------------------------------------------------------------------------------------------


@every_question
@pytest.mark.parametrize("every", [1, 5, 8])
def test_a_truncated_gradient_is_that_of_torch_nn_with_detach(name, every, seen):
    for weight, found in contributions(seen[name], every).items():
        assert found.difference <= 1e-10, weight


@every_question
def test_what_is_cut_off_is_measured_against_autograd_for_every_k(name, seen):
    back, cuts = seen[name], truncate(seen[name])
    full = back.oracle["w_hh"]
    for k in range(1, back.steps + 1):
        part = detached(back, k)["w_hh"]
        assert cuts["w_hh"].lost[k - 1] == pytest.approx(np.linalg.norm(full - part) / np.linalg.norm(full), abs=1e-9)
        if norms := np.linalg.norm(part) * np.linalg.norm(full):
            assert cuts["w_hh"].cosine[k - 1] == pytest.approx((full * part).sum() / norms, abs=1e-9)
        else:
            assert np.isnan(cuts["w_hh"].cosine[k - 1])
    assert (cuts["w_hh"].lost[-1], cuts["w_hh"].angle[-1]) == pytest.approx((0, 0), abs=1e-5)


def test_with_a_loss_at_the_end_all_steps_before_the_last_chunk_get_exactly_nothing(seen):
    back = seen["LSTM noise last"]
    found = contributions(back, 10)["b_ih"]  # 24 steps: 10, 10 and 4
    assert (found.log10_norms[:20] == -np.inf).all()
    assert (found.log10_norms[20:] > -np.inf).all()
    assert np.array_equal(found.shares[20:], contributions(back)["b_ih"].shares[20:])


def test_with_a_loss_at_every_step_every_step_still_gets_something(seen):
    found = contributions(seen["LSTM noise every"], 10)["b_ih"]
    assert (found.log10_norms > -np.inf).all()


def test_a_larger_k_may_keep_less():
    lost = truncate(backward(Noise("LSTM", 3.0, 60)))["w_hh"].lost
    assert lost[40 - 1] > lost[30 - 1]
    assert lost[40 - 1] == pytest.approx(lost[20 - 1], rel=1e-9)  # both end with 20 steps


@pytest.mark.parametrize("weight", ["w_hh", "w_ih"])
@pytest.mark.parametrize("name", ["RNN noise every", "LSTM noise every", "GRU noise every", "LSTM verb"])
def test_a_sliding_window_is_that_of_autograd(name, weight, seen):
    back, slid = seen[name], slide(seen[name])[weight]
    full = back.oracle[weight]
    for k in (1, 3, back.steps):
        total = np.zeros_like(full)
        for s in np.flatnonzero(back.has_loss):
            x, dh = back.x[: s + 1], torch.tensor(back.dh[s])
            cut = max(0, int(s) + 1 - k)
            state = None
            if cut:
                with torch.no_grad():
                    _, state = back.layer(x[None, :cut])
            out, _ = back.layer(x[None, cut:], state)
            (grad,) = torch.autograd.grad(out[0, -1] @ dh, [back.layer.get_parameter(f"weight{weight[1:]}_l0")])
            total += grad.numpy()
        assert slid.lost[k - 1] == pytest.approx(np.linalg.norm(full - total) / np.linalg.norm(full), abs=1e-9)


def test_a_sliding_window_equals_chunks_where_the_last_chunk_is_full(seen):
    slid, cut = (find(seen["GRU noise last"])["w_hh"] for find in (slide, truncate))
    for k in (1, 2, 3, 4, 6, 8, 12, 24):
        assert slid.lost[k - 1] == pytest.approx(cut.lost[k - 1], abs=1e-9)


def test_one_number_is_truncated_like_a_matrix():
    found = truncate_scalar([0.0, -1.0, 1.0, 2.0])
    assert list(found.lost) == [1, 1.5, 0.5, 0]
    assert np.array_equal(found.cosine, [np.nan, -1, 1, 1], equal_nan=True)
    nothing = truncate_scalar([0.0, 0.0])
    assert list(nothing.lost) == [0, 0]


# ---- what learners ask -----------------------------------------------------------------------------------------------


@every_question
def test_a_carried_state_gives_the_loss_of_the_whole_sequence(name, seen):
    carried, zeroed = loss_at_seams(seen[name], 7)
    assert carried == pytest.approx(seen[name].losses.sum(), rel=1e-12)
    assert zeroed != pytest.approx(carried, rel=1e-6)


def test_a_reset_at_each_seam_is_what_reading_the_chunks_one_by_one_gives(seen):
    back: Any = seen["LSTM words"]
    with torch.no_grad():
        h = torch.cat([back.layer(chunk[None])[0][0] for chunk in back.x.split(5)])
    assert loss_at_seams(back, 5)[1] == pytest.approx(float(back.loss(h).sum()), rel=1e-12)


def test_torch_says_that_a_graph_is_gone_backward_through():
    assert "backward through the graph a second time" in second_backward()


# ---- refused, and left alone -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda: Words("cat"), r"the text has 1 word\(s\), expected two or more"),
        (lambda: Words("  "), r"the text has 0 word\(s\)"),
        (lambda: Words(LECTURE, "CNN"), "cell is 'CNN', expected one of RNN, LSTM, GRU"),
        (lambda: Noise("LSTN"), "cell is 'LSTN'"),
        (lambda: Noise(steps=1), "Noise.steps is 1, expected 2 to 80"),
        (lambda: Noise(keep_bias=math.nan), "Noise.keep_bias is nan, expected -20 to 20"),
        (lambda: Noise(seed=-1), "Noise.seed is -1"),
    ],
)
def test_what_is_no_question_is_named(made, sentence):
    with pytest.raises(ValueError, match=sentence):
        made()


def test_an_answer_can_be_shared(seen):
    back = seen["LSTM verb"]
    detached(back, 3)
    assert all(weight.grad is None for weight in back.layer.parameters())
    for array in (back.dh, back.oracle["w_hh"], contributions(back)["w_hh"].shares, truncate(back)["w_hh"].lost):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
