"""The small networks: exact forward pass, seeded starts, plain errors."""

import math
from typing import Any

import pytest
import torch
from torch import nn

from models import trace
from models.network import RECURRENT, UNKNOWN, SequenceModel, Start, WordModel, fresh, initialise

VOCABULARY = (UNKNOWN, "the", "cat", "was", "full", ".")
CELLS = list(RECURRENT)
KEEP = {"LSTM": "f", "GRU": "z"}
PLAIN = Start()


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


def sequences(cell="LSTM", start=PLAIN, keep_bias=0.0, layers=1, hidden=5, **options):
    net = SequenceModel(cell, 2, hidden, 3, layers=layers, **options)
    net.initialise(seeded(), keep_bias, start)
    return net


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 3])
def test_a_sequence_model_is_the_layers_of_torch_and_a_read_out(cell, layers):
    net = sequences(cell, layers=layers).double()
    reference = RECURRENT[cell](2, 5, layers, batch_first=True).double()
    reference.load_state_dict(net.recurrent.state_dict())
    x = torch.randn(4, 7, 2, dtype=torch.float64, generator=seeded())
    expected = reference(x)[0] @ net.head.weight.T + net.head.bias
    torch.testing.assert_close(net(x), expected, rtol=0, atol=1e-12)
    assert net(x).shape == (4, 7, 3)
    assert net.vectors(x) is x


def test_an_rnn_may_use_relu():
    net = sequences("RNN", nonlinearity="relu").double()
    w_x, w_h, b_x, b_h = net.recurrent.parameters()
    h, x = torch.zeros(5, dtype=torch.float64), torch.randn(6, 2, dtype=torch.float64, generator=seeded(1))
    for x_t in x:
        h = torch.relu(w_x @ x_t + b_x + w_h @ h + b_h)
    torch.testing.assert_close(net(x[None])[0, -1], net.head.weight @ h + net.head.bias, rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", ["inputs", "hidden", "outputs", "layers"])
def test_a_sequence_model_of_no_size_is_refused(size):
    sizes: dict[str, Any] = {"inputs": 2, "hidden": 5, "outputs": 3, "layers": 1, size: 0}
    with pytest.raises(ValueError, match=f"{size} is 0, expected 1 or more"):
        SequenceModel("GRU", **sizes)


def matrices(net):
    """W_hh of every gate of every layer, (H, H) each, in float64."""
    found = [w for name, w in net.recurrent.named_parameters() if name.startswith("weight_hh")]
    return [block.double() for w in found for block in w.detach().split(net.recurrent.hidden_size)]


@pytest.mark.parametrize("cell", CELLS)
def test_an_orthogonal_start_has_singular_values_of_one_in_each_gate_of_each_layer(cell):
    net = sequences(cell, Start("orthogonal"), layers=2, hidden=20)
    blocks = matrices(net)
    assert len(blocks) == 2 * {"RNN": 1, "LSTM": 4, "GRU": 3}[cell]
    for block in blocks:
        torch.testing.assert_close(torch.linalg.svdvals(block), torch.ones(20).double(), rtol=0, atol=1e-6)
    assert all(not torch.equal(block, blocks[0]) for block in blocks[1:])


def test_orthogonal_matrices_turn_every_way_equally_often():
    # Uniform over all orthogonal matrices: entries have mean 0, and both determinants are as frequent.
    generator = seeded()
    blocks = []
    for _ in range(400):
        net = SequenceModel("RNN", 1, 3, 1)
        initialise(net.recurrent, net.head, generator, start=Start("orthogonal"))
        blocks += matrices(net)
    drawn = torch.stack(blocks)
    assert drawn.mean(0).abs().max() < 4 / math.sqrt(3 * 400)  # an entry has variance 1/3
    assert 0.4 < (torch.linalg.det(drawn) > 0).double().mean() < 0.6


def test_an_identity_start_keeps_a_state_without_inputs_for_ever():
    net = sequences("RNN", Start("identity"), layers=2, nonlinearity="relu")
    assert all(torch.equal(block, torch.eye(5).double()) for block in matrices(net))
    assert all(not bias.any() for name, bias in net.recurrent.named_parameters() if name.startswith("bias"))
    h = torch.rand(2, 1, 5, generator=seeded())
    _, last = net.recurrent(torch.zeros(1, 50, 2), h)
    assert torch.equal(last[0], h[0])


def test_an_identity_start_does_not_fit_gates():
    for cell in KEEP:
        with pytest.raises(ValueError, match=f"start is 'identity', expected another for {cell}"):
            sequences(cell, Start("identity"))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("kind", ["default", "orthogonal"])
def test_the_gain_is_a_factor_on_w_hh_alone(cell, kind):
    plain, strong = sequences(cell, Start(kind)), sequences(cell, Start(kind, gain=1.5))
    for (name, one), other in zip(plain.named_parameters(), strong.parameters(), strict=True):
        torch.testing.assert_close(other, 1.5 * one if "weight_hh" in name else one, rtol=1e-6, atol=0)


@pytest.mark.parametrize("cell", KEEP)
def test_a_chrono_start_remembers_for_one_to_the_longest_steps(cell):
    # Tallec & Ollivier 2018, equation 16: b_f = log U(1, T - 1), b_i = -b_f, so 1 / (1 - σ(b_f)) - 1 = exp b_f is uniform.
    longest, hidden = 100, 4000
    recurrent = sequences(cell, Start("chrono", longest=longest), hidden=hidden).recurrent
    bias = (
        (recurrent.get_parameter("bias_ih_l0") + recurrent.get_parameter("bias_hh_l0"))
        .detach()
        .double()
        .view(-1, hidden)
    )
    steps = bias[1].exp()
    assert 1 <= steps.min() < 1.5
    assert longest - 1.5 < steps.max() <= longest - 1 + 1e-3
    quartiles = torch.quantile(steps, torch.tensor([0.25, 0.5, 0.75]).double())
    torch.testing.assert_close(
        quartiles, 1 + (longest - 2) * torch.tensor([0.25, 0.5, 0.75]).double(), rtol=0.06, atol=0
    )
    if cell == "LSTM":
        torch.testing.assert_close(bias[0], -bias[1], rtol=0, atol=0)
    untouched = sequences(cell, hidden=hidden).recurrent
    for name in ("bias_ih_l0", "bias_hh_l0"):
        before = untouched.get_parameter(name).view(-1, hidden)[2:]
        assert torch.equal(recurrent.get_parameter(name).view(-1, hidden)[2:], before)


def test_a_chrono_start_of_one_step_is_finite_and_an_rnn_has_none():
    assert all(weight.isfinite().all() for weight in sequences("LSTM", Start("chrono", longest=1)).parameters())
    assert equal(sequences("RNN", Start("chrono", longest=50)), sequences("RNN"))


@pytest.mark.parametrize("cell", KEEP)
def test_the_keep_bias_reaches_every_layer(cell):
    plain, kept = sequences(cell, layers=2).recurrent, sequences(cell, keep_bias=2.0, layers=2).recurrent
    for name, weight in plain.named_parameters():
        moved = (kept.get_parameter(name) - weight).view(-1, *([5] if name.startswith("bias") else weight.shape))
        if name.startswith("bias_ih"):
            torch.testing.assert_close(moved[1], torch.full((5,), 2.0))
            moved = torch.cat([moved[:1], moved[2:]])
        assert not moved.any()


def test_an_unknown_start_is_refused():
    with pytest.raises(ValueError, match="start is 'xavier', expected one of default, orthogonal, identity, chrono"):
        Start("xavier")
