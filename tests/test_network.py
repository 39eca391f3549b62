"""The small networks: exact forward pass, seeded starts, plain errors."""

import math

import pytest
import torch
from torch import nn

from models import trace
from models.network import RECURRENT, UNKNOWN, WordModel, fresh

VOCABULARY = (UNKNOWN, "the", "cat", "was", "full", ".")
CELLS = list(RECURRENT)
KEEP = {"LSTM": "f", "GRU": "z"}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def model(cell="LSTM", hidden=5, inputs=3, seed=0, keep_bias=0.0):
    return fresh(cell, VOCABULARY, hidden, inputs, seeded(seed), keep_bias)


def equal(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


@pytest.mark.parametrize("cell", CELLS)
def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(cell):
    assert equal(model(cell, seed=1), model(cell, seed=1))
    assert not equal(model(cell, seed=1), model(cell, seed=2))


@pytest.mark.parametrize("cell", CELLS)
def test_building_a_network_leaves_the_global_random_state_alone(cell):
    before = torch.get_rng_state()
    model(cell)
    WordModel(cell, VOCABULARY, 5, 3)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("cell", CELLS)
def test_the_global_seed_does_not_reach_a_network(cell):
    first = model(cell)
    with torch.random.fork_rng():
        torch.randn(7)
        assert equal(model(cell), first)


@pytest.mark.parametrize("cell", CELLS)
def test_a_fresh_network_is_spread_as_torch_spreads_it(cell):
    found = fresh(cell, [UNKNOWN, *map(str, range(200))], 25, 20, seeded())
    reference = RECURRENT[cell](20, 25)
    for name, weight in found.recurrent.named_parameters():
        assert weight.shape == reference.get_parameter(name).shape
        assert weight.abs().max() <= 1 / math.sqrt(25)
        assert weight.std().item() == pytest.approx(1 / math.sqrt(75), rel=0.25)  # of a uniform distribution
    assert found.head.weight.abs().max() <= 1 / math.sqrt(25)
    assert found.head.weight.std().item() == pytest.approx(1 / math.sqrt(75), rel=0.05)
    assert found.embedding.weight.std().item() == pytest.approx(1, rel=0.05)
    assert found.embedding.weight.mean().item() == pytest.approx(0, abs=0.05)


def test_the_logits_of_an_rnn_are_those_of_the_formula():
    net = model("RNN").double()
    words = ["the", "cat", "was", "full", "."]
    h = torch.zeros(5, dtype=torch.float64)
    w_x, w_h, b_x, b_h = net.recurrent.parameters()
    for word, logits in zip(words, net(net.encode(words)[None])[0], strict=True):
        x = net.embedding.weight[VOCABULARY.index(word)]
        h = torch.tanh(w_x @ x + b_x + w_h @ h + b_h)
        torch.testing.assert_close(logits, net.head.weight @ h + net.head.bias, rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_the_logits_are_those_of_the_layers_of_torch_with_the_same_weights(cell):
    net = model(cell).double()
    layer = RECURRENT[cell](3, 5, batch_first=True).double()
    layer.load_state_dict(net.recurrent.state_dict())
    ids = torch.tensor([[1, 2, 3, 4, 5], [1, 2, 0, 4, 5]])
    states, _ = layer(nn.functional.embedding(ids, net.embedding.weight))
    expected = states @ net.head.weight.T + net.head.bias
    torch.testing.assert_close(net(ids), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_what_a_network_says_after_a_word_does_not_depend_on_later_words(cell):
    net = model(cell).double()
    ids = net.encode(["the", "cat", "was", "full", "."])[None]
    torch.testing.assert_close(net(ids[:, :3]), net(ids)[:, :3], rtol=0, atol=1e-12)


def test_a_network_reads_exactly_the_words_it_is_given():
    net = model()
    assert net.encode(["the", "cat", "."]).tolist() == [1, 2, 5]
    assert net(net.encode(["the", "cat", "."])[None]).shape == (1, 3, len(VOCABULARY))
    assert net.embed(net.encode(["cat"])).shape == (1, 3)


def test_words_outside_the_vocabulary_become_unknown():
    assert model().encode(["the", "Gandalf", "", UNKNOWN]).tolist() == [1, 0, 0, 0]
    assert model().encode([]).shape == (0,)


def test_a_string_is_not_taken_for_words():
    with pytest.raises(TypeError, match="words is the string 'cat', expected a sequence of words"):
        model().encode("cat")


@pytest.mark.parametrize("cell", KEEP)
def test_the_keep_bias_moves_the_gate_that_keeps_and_nothing_else(cell):
    plain, kept = model(cell).double(), model(cell, keep_bias=2.0).double()
    x = plain.embed(plain.encode(["cat"])).detach()
    before, after = trace(plain.recurrent, x), trace(kept.recurrent, x)
    for gate in {"LSTM": "ifo", "GRU": "rz"}[cell]:
        moved = torch.logit(torch.tensor(after[gate])) - torch.logit(torch.tensor(before[gate]))
        expected = torch.full_like(moved, 2.0 if gate == KEEP[cell] else 0.0)
        torch.testing.assert_close(moved, expected, rtol=0, atol=1e-6)
    candidate = {"LSTM": "g", "GRU": "n"}[cell]
    assert (after[candidate] == before[candidate]).all()


def test_an_rnn_has_no_gate_to_keep():
    assert equal(model("RNN"), model("RNN", keep_bias=2.0))


def test_a_network_before_its_weights_is_all_zero():
    assert all(not weight.any() for weight in WordModel("GRU", VOCABULARY, 4, 4).parameters())


def test_an_unknown_cell_is_refused():
    with pytest.raises(KeyError, match="cell is 'lstm', expected one of RNN, LSTM, GRU"):
        model("lstm")


@pytest.mark.parametrize("words", [("the", "cat"), (UNKNOWN, "the", "the")])
def test_a_vocabulary_without_unknown_or_with_a_word_twice_is_refused(words):
    with pytest.raises(ValueError, match=f"vocabulary of {len(words)} words: expected distinct words"):
        fresh("RNN", words, 4, 4, seeded())


@pytest.mark.parametrize(("hidden", "inputs"), [(0, 3), (3, 0), (-1, 3)])
def test_a_size_below_one_is_refused(hidden, inputs):
    with pytest.raises(ValueError, match=f"hidden is {hidden} and inputs is {inputs}, expected 1 or more"):
        model(hidden=hidden, inputs=inputs)
