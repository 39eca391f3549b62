"""A visitor's model: found by names and shapes, built again, and exactly what torch.nn computes."""

import io
import re

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch import nn
from torch.nn.utils import prune

from models import own_examples, own_model
from models.limits import OWN_MODEL, OwnModel
from models.loaders import vectors, vocabulary, weights
from models.network import RECURRENT
from models.own_model import Asked, View, find, ids_of, look, profiles, read, tokens_of
from models.trace import trace

D, H, T = 5, 7, 9


class Larger(nn.Module):
    """A model with recurrent layers at two depths, as a visitor might have it."""

    def __init__(self, recurrent: nn.RNNBase):
        super().__init__()
        wide = recurrent.hidden_size * (2 if recurrent.bidirectional else 1)
        self.embedding = nn.Embedding(11, D)
        self.encoder = nn.ModuleDict({"rnn": recurrent})
        self.norm = nn.LayerNorm(wide)
        self.head = nn.Linear(wide, 11)


def module(cell, layers=1, *, both=False, bias=True, dtype=torch.float64, **options) -> nn.RNNBase:
    made = RECURRENT[cell](D, H, layers, bidirectional=both, bias=bias, dtype=dtype, batch_first=True, **options)
    generator = torch.Generator().manual_seed(layers + 10 * both)
    with torch.no_grad():
        for weight in made.parameters():
            weight.uniform_(-0.6, 0.6, generator=generator)
    return made


def inputs(dtype=torch.float64) -> torch.Tensor:
    return torch.randn(T, D, dtype=dtype, generator=torch.Generator().manual_seed(3))


def as_pt(thing) -> bytes:
    out = io.BytesIO()
    torch.save(thing, out)
    return out.getvalue()


def found_in(thing, **limits) -> own_model.Found:
    return find(weights.read(as_pt(thing)), OwnModel(**limits) if limits else OWN_MODEL)


# ---- round trip ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", RECURRENT)
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kind", ["pt", "safetensors"])
def test_a_layer_comes_back_as_it_was_and_its_trace_is_what_torch_computes(cell, layers, both, bias, kind):
    made = module(cell, layers, both=both, bias=bias)
    state = made.state_dict()
    (layer,) = find(weights.read(as_pt(state) if kind == "pt" else save(state))).layers
    assert (layer.cell, layer.inputs, layer.hidden, layer.layers) == (cell, D, H, layers)
    assert (layer.both_ways, layer.bias, layer.prefix) == (both, bias, "")
    again = layer.module()
    assert all(torch.equal(weight, state[name]) for name, weight in again.state_dict().items())
    x = inputs()
    with torch.no_grad():
        output, _ = made(x[None])
    for k in range(layers):
        for reverse in (False, True)[: 1 + both]:
            seen = look(layer, x, View(k, reverse))
            wanted = trace(made, x, layer=k, reverse=reverse)
            assert max(np.abs(seen.trace[name] - wanted[name]).max() for name in wanted.names) < 1e-14
            if k == layers - 1:
                half = slice(H, 2 * H) if reverse else slice(H)
                assert np.abs(seen.trace["h"] - output[0, :, half].numpy()).max() < 1e-12
            assert seen.deviation < 1e-12


@pytest.mark.parametrize("cell", RECURRENT)
def test_a_layer_inside_a_larger_model_is_found_by_its_names(cell):
    model = Larger(module(cell, 2, both=True, dtype=torch.float32))
    found = found_in({"model": model.state_dict(), "epoch": 3, "best": None, "names": ["a", "b"]})
    (layer,) = found.layers
    assert (layer.path, layer.prefix, layer.name) == (("model",), "encoder.rnn.", "model/encoder.rnn")
    assert found.likely_embedding(layer) == "embedding.weight"
    assert list(found.heads(layer)) == ["head.weight"] == [found.likely_head(layer)]
    asked = Asked(0, View(1, reverse=True), "embedding.weight", "head.weight", "ids", "3 1 4 1 5")
    reading = read(found, asked)
    with torch.no_grad():
        states, _ = model.encoder["rnn"](model.embedding(torch.tensor([[3, 1, 4, 1, 5]])))
        wanted = model.head(states)[0]
    assert reading.seen.outputs is not None
    assert np.abs(reading.seen.outputs - wanted.numpy()).max() < 1e-5
    assert reading.seen.shapes["output"] == tuple(states.shape)


def test_several_layers_are_offered_by_their_names_with_their_own_shapes():
    pair = nn.ModuleDict({"encoder": nn.GRU(4, 6), "decoder": nn.LSTM(3, 8), "dense": nn.Linear(8, 2)})
    found = found_in(
        {"state_dict": pair.state_dict(), "ema": {"m.rnn." + k: w for k, w in nn.RNN(2, 3).state_dict().items()}}
    )
    assert {(one.name, one.cell, one.inputs, one.hidden) for one in found.layers} == {
        ("state_dict/encoder", "GRU", 4, 6), ("state_dict/decoder", "LSTM", 3, 8), ("ema/m.rnn", "RNN", 2, 3),
    }  # fmt: skip


def test_the_gradients_inside_a_reading_direction_are_those_of_autograd():
    made = module("GRU", 1, both=True)
    (layer,) = found_in(made.state_dict()).layers
    x = inputs()
    for reverse in (False, True):
        strand = RECURRENT["GRU"](D, H, dtype=torch.float64)
        ending = "_reverse" if reverse else ""
        strand.load_state_dict({name: made.state_dict()[name + ending] for name in strand.state_dict()})
        states = []
        h = torch.zeros(1, H, dtype=torch.float64)
        for x_t in x.flip(0) if reverse else x:
            _, h = strand(x_t[None], h)
            h.retain_grad()
            states.append(h)
        states[-1].sum().backward()
        wanted = [torch.log10(h.grad.norm()).item() for h in states[::-1] if h.grad is not None]
        got = profiles(look(layer, x, View(0, reverse)).trace)
        assert np.abs(got.loss - wanted).max() < 1e-10
        assert got.state[0] == pytest.approx(0, abs=1e-12)
        assert got.memory is None


def test_an_lstm_has_the_gradient_of_its_memory_too():
    (layer,) = found_in(module("LSTM").state_dict()).layers
    got = profiles(look(layer, inputs()).trace, "every")
    assert got.memory is not None
    assert got.memory[0] == pytest.approx(0, abs=1e-12)
    assert got.loss.shape == got.state.shape == got.memory.shape == (T,)
    seen = look(layer, inputs()).trace
    anew, again = profiles(seen, "last"), profiles(seen, "last", got)
    assert np.array_equal(anew.loss, again.loss)
    assert np.array_equal(anew.state, again.state)
    assert not np.array_equal(anew.loss, got.loss)


def test_an_rnn_with_relu_is_asked_for_and_then_exact():
    made = module("RNN", nonlinearity="relu")
    (layer,) = found_in(made.state_dict()).layers
    wanted = trace(made, inputs())["h"]
    assert np.allclose(look(layer, inputs(), View(squash="relu")).trace["h"], wanted, rtol=0, atol=1e-14)
    assert not np.allclose(look(layer, inputs()).trace["h"], wanted)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_halves_are_computed_with_as_float32_and_it_is_said(dtype):
    found = found_in({name: w.to(dtype) for name, w in module("LSTM").state_dict().items()})
    (layer,) = found.layers
    assert layer.dtype == torch.float32
    assert str(dtype)[6:] in found.remarks[0]
    assert look(layer, inputs()).deviation < 1e-5


def test_a_network_that_magnifies_rounding_is_shown_to_be_exact_in_float64():
    state = {name: 40 * w for name, w in module("GRU", dtype=torch.float32).state_dict().items()}
    (layer,) = found_in(state).layers
    seen = look(layer, own_model.normal_inputs(D, 200, 0))
    if seen.deviation > own_model.CLOSE:
        assert seen.exact is not None
    else:
        assert seen.exact is None


@pytest.mark.parametrize(("cell", "kind"), [("RNN", "pt"), ("LSTM", "safetensors"), ("GRU", "pt")])
def test_the_lines_to_take_home_build_the_layer(cell, kind, tmp_path, monkeypatch):
    both, bias = cell == "GRU", cell != "LSTM"
    made = (
        module(cell, 2, both=both, bias=bias, nonlinearity="relu")
        if cell == "RNN"
        else module(cell, 2, both=both, bias=bias)
    )
    whole = {f"a.'b.{name}": w for name, w in made.state_dict().items()}
    data = as_pt({"model": {"inner": whole}}) if kind == "pt" else save(whole)
    name = f'we\'re "here".{kind}'
    (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    (layer,) = find(weights.read(data)).layers
    x = inputs()[None]
    space = {"x": x}
    exec(own_model.lines(layer, kind, name, "relu"), space)  # noqa: S102 - running it is the point
    with torch.no_grad():
        assert torch.allclose(space["output"], made(x)[0], rtol=0, atol=1e-14)


# ---- what is not taken -----------------------------------------------------------------------------------------------


def without(state, *names):
    return {name: w for name, w in state.items() if name not in names}


def spoiled(name, change):
    state = {f"rnn.{key}": w.clone() for key, w in module("LSTM", 2).state_dict().items()}
    state[name] = change(state[name])
    return state


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (nn.LSTM(3, 4, proj_size=2).state_dict(), "'weight_hr_l0' projects the states of an LSTM"),
        (nn.LSTMCell(3, 4).state_dict(), "'weight_hh' is the weight of a cell"),
        (nn.utils.parametrizations.weight_norm(nn.LSTM(3, 4), "weight_hh_l0").state_dict(), "is a part of a weight"),
        (nn.utils.parametrizations.weight_norm(nn.GRU(3, 4, 2), "weight_ih_l1").state_dict(), "is a part of a weight"),
        (prune.l1_unstructured(nn.LSTM(3, 4), "weight_hh_l0", 0.5).state_dict(), "'weight_hh_l0_orig' is a part"),
        ({"net.weight_hh_l0_g": torch.ones(4, 1), "net.weight_hh_l0_v": torch.ones(4, 4)}, "'net.weight_hh_l0_g' is a part"),
        (nn.Linear(3, 4).state_dict(), "no recurrent layer: its 2 tensors begin with 'weight', 'bias'"),
        (without(module("GRU").state_dict(), "weight_hh_l0"), "has 'weight_ih_l0' and no 'weight_hh_l0'"),
        (without(module("GRU", 2).state_dict(), "bias_hh_l1"), "no 'bias_hh_l1', which a GRU with 2 layers has"),
        (without(module("RNN", 3).state_dict(), "weight_ih_l1"), "no 'weight_ih_l1'"),
        (without(module("RNN", both=True).state_dict(), "weight_hh_l0_reverse"), "no 'weight_hh_l0_reverse'"),
        (spoiled("rnn.weight_hh_l0", lambda w: w[:-1]), "has shape (27, 7), expected (H, H), (3H, H) or (4H, H)"),
        (spoiled("rnn.weight_hh_l0", lambda w: w[:14]), "expected 7, 21 or 28 rows for 7 columns"),
        (spoiled("rnn.weight_hh_l0", lambda w: w[0]), "has shape (7,)"),
        (spoiled("rnn.weight_hh_l0", lambda w: w[:0]), "has shape (0, 7)"),
        (spoiled("rnn.weight_ih_l0", lambda w: w[:8]), "'rnn.weight_ih_l0' has shape (8, 5), expected (28, 5)"),
        (spoiled("rnn.weight_ih_l1", lambda w: w[:, :3]), "'rnn.weight_ih_l1' has shape (28, 3), expected (28, 7)"),
        (spoiled("rnn.bias_ih_l1", lambda w: w[:3]), "'rnn.bias_ih_l1' has shape (3,), expected (28,)"),
        (spoiled("rnn.weight_hh_l1", lambda w: w * float("nan")), "196 numbers that are NaN or infinite"),
        (spoiled("rnn.bias_hh_l0", lambda w: w.index_fill(0, torch.tensor(2), float("inf"))), "a number that is NaN or inf"),
        (spoiled("rnn.weight_ih_l0", lambda w: w + 1e9), "has a weight of size 1.0e+09, expected at most 1e+06"),
        (spoiled("rnn.weight_ih_l0", lambda w: w.to(torch.int32)), "type int32, expected float32"),
    ],
)  # fmt: skip
def test_what_does_not_fit_gets_a_sentence_that_names_it(state, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        found_in(state)


def test_a_weight_in_parts_is_not_blamed_on_another_layer():
    state = {f"a.{k}": w * float("nan") for k, w in module("GRU").state_dict().items()}
    state |= {f"b.{k}": w for k, w in module("GRU").state_dict().items()}
    state |= {"c.weight_hh_l0_raw": torch.ones(3, 3), "c.bias_hh_l0": torch.ones(3)}
    first, second = found_in(state).remarks
    assert "'a.weight_ih_l0'" in first
    assert "NaN" in first
    assert "'c.weight_hh_l0_raw' is a part of a weight" in second


@pytest.mark.parametrize("thing", [torch.ones(3, 3), list(nn.GRU(3, 4).parameters()), [torch.ones(2)] * 3])
def test_tensors_without_names_get_a_sentence(thing):
    with pytest.raises(ValueError, match="The tensors of the file have no names"):
        find(weights.read(as_pt(thing)))


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        ({"hidden": 6}, "hidden units"),
        ({"layers": 1}, "layers"),
        ({"inputs": 4}, "numbers in an input"),
        ({"weights": 50}, "weights"),
    ],
)
def test_what_is_too_large_gets_its_number(limits, what):
    with pytest.raises(ValueError, match=rf"{what}, expected at most {next(iter(limits.values()))}"):
        found_in(module("GRU", 2).state_dict(), **limits)


def test_one_bad_layer_does_not_hide_a_good_one():
    state = {f"good.{k}": w for k, w in module("GRU").state_dict().items()}
    state |= {f"bad.{k}": w * float("nan") for k, w in module("LSTM").state_dict().items()}
    found = found_in(state)
    assert [one.name for one in found.layers] == ["good"]
    assert "'bad.weight_ih_l0'" in found.remarks[0]


def test_a_bad_matrix_is_not_offered():
    model = Larger(module("GRU"))
    state = model.state_dict()
    state["head.weight"] = state["head.weight"] * float("inf")
    found = found_in(state)
    assert found.heads(found.layers[0]) == {}
    assert "'head.weight'" in found.remarks[-1]


def test_states_that_grow_without_bound_get_a_sentence():
    (layer,) = found_in({name: 50 * w.float().abs() for name, w in module("RNN").state_dict().items()}).layers
    with pytest.raises(ValueError, match=r"grow beyond every number that float32 has at step \d+ of 60"):
        look(layer, np.ones((60, D)), View(squash="relu"))


@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        (np.ones((3, D + 1)), r"expected \(T, 5\)"),
        (np.ones((0, D)), r"expected \(T, 5\)"),
        (np.full((3, D), np.nan), "NaN or infinite"),
        (np.ones(D), r"expected \(T, 5\)"),
    ],
)
def test_inputs_of_another_shape_are_refused(x, sentence):
    (layer,) = found_in(module("LSTM").state_dict()).layers
    with pytest.raises(ValueError, match=sentence):
        look(layer, x)


# ---- what it reads ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["3 17 4", "3,17,4", "[3, 17, 4]", "3\n17; 4"])
def test_ids_are_read_as_people_write_them(text):
    assert ids_of(text, 20, 10) == [3, 17, 4]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("3 20", "Number 2 is '20', expected an id from 0 to 19"),
        ("-1", "Number 1 is '-1'"),
        ("cat", "is 'cat'"),
        ("1.5", "is '1.5'"),
        ("9" * 5000, "Number 1 is"),
        ("²", "Number 1 is"),
        ("", "no token in it"),
        ("1 " * 11, "It has 11 tokens, expected at most 10"),
    ],
)
def test_ids_that_are_none_get_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        ids_of(text, 20, 10)


def test_a_text_is_cut_as_the_vocabulary_knows_it_best():
    assert tokens_of("The cat, here", ("<unk>", "the", "cat", ",", "here"), 9) == (
        ["the", "cat", ",", "here"],
        [1, 2, 3, 4],
    )
    assert tokens_of("The cat, sat", ("The", "cat,", "sat", "[UNK]"), 9) == (["The", "cat,", "sat"], [0, 1, 2])
    assert tokens_of("The zebra", ("<unk>", "the"), 9)[1] == [1, 0]
    assert tokens_of("ab a", ("a", "b", " ", "<unk>", *"cdefgh"), 9) == (["a", "b", " ", "a"], [0, 1, 2, 0])
    assert tokens_of("Ab", (*"abcdef",), 9) == (["A", "b"], [0, 1])


def test_a_token_that_nobody_knows_gets_a_sentence():
    with pytest.raises(ValueError, match="'zebra' is not in the vocabulary"):
        tokens_of("the zebra", ("the", "cat"), 9)


def test_normal_inputs_are_the_same_for_the_same_seed_and_leave_the_global_one_alone():
    before = torch.random.get_rng_state()
    one, other = own_model.normal_inputs(D, T, 5), own_model.normal_inputs(D, T, 5)
    assert torch.equal(one, other)
    assert not torch.equal(one, own_model.normal_inputs(D, T, 6))
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b'["a", "b", "c"]', ("a", "b", "c")),
        (b'{"b": 1, "a": 0}', ("a", "b")),
        (b'{"0": "a", "1": "b"}', ("a", "b")),
        (b'{"a": 0, "c": 2}', ("a", "<1>", "c")),
        (b"a\nb\r\nc\n", ("a", "b", "c")),
        (b"[PAD]\n[UNK]\nthe\n", ("[PAD]", "[UNK]", "the")),
        (b"a\n \nb", ("a", " ", "b")),
        ("für\n日本\n".encode(), ("für", "日本")),
        (b'["\\ud800"]', ("?",)),
    ],
)
def test_a_vocabulary_is_json_or_a_token_a_line(data, wanted):
    assert vocabulary.read(data) == wanted


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"[]", "no token"),
        (b"{}", "no token"),
        (b"[1, 2]", "Token 0 of the vocabulary is 1, expected a text"),
        (b'["a", ["b"]]', "Token 1 of the vocabulary is a list"),
        (b'{"a": 1.5}', "'a' the id 1.5"),
        (b'{"a": -1}', "the id -1"),
        (b'{"a": true}', "the id True"),
        (b'{"a": 1e999}', "the id inf"),
        (b'{"a": 10000000000}', "the id 10000000000"),
        (b'{"a": 0, "b": 0}', "'a' and 'b' the same id 0"),
        (b'{"a": {"b": 0}}', "the id an object"),
        (b'["a",', "begins like JSON and is none: line 1"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", "no JSON"),
        (b"x" * 2_000_001, "2.0 MB, expected at most 2"),
        (b"PK\x03\x04", "a packed file"),
        (b"\n" * 100_001 + b"a", "100,002 tokens, expected at most 100,000"),
    ],
)
def test_a_vocabulary_that_is_none_gets_a_sentence(data, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        vocabulary.read(data)


def as_npy(array, **options) -> bytes:
    out = io.BytesIO()
    np.save(out, array, **options)
    return out.getvalue()


GRID = np.arange(12, dtype=np.float32).reshape(4, 3) / 8


@pytest.mark.parametrize(
    "data",
    [
        as_npy(GRID), as_npy(np.asfortranarray(GRID)), as_npy(GRID.astype(">f8")), as_npy(GRID[None]),
        as_npy(GRID.astype("f2")),
        b"a,b,c\n" + b"\n".join(b",".join(b"%.4f" % v for v in row) for row in GRID),
        b"\n".join(b";".join((b"%.4f" % v).replace(b".", b",") for v in row) for row in GRID),
    ],
)  # fmt: skip
def test_input_vectors_are_read_from_both_kinds_of_files(data):
    assert np.array_equal(vectors.read(data, 3, 10), GRID)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1,5\n2,25\n", [[1.5], [2.25]]),
        ("1,5\n2,5\n3,5\n", [[1.5], [2.5], [3.5]]),
        ("value\n0,5\n1,5\n", [[0.5], [1.5]]),
        ("1.5\n2\n", [[1.5], [2]]),
    ],
)
def test_one_number_a_step_may_have_a_decimal_comma(text, wanted):
    assert np.array_equal(vectors.read(text.encode(), 1, 10), wanted)


def test_two_numbers_a_step_stay_two():
    assert np.array_equal(vectors.read(b"1,5\n2,5\n", 2, 10), [[1, 5], [2, 5]])


HEAD = "{'descr': '<f8', 'fortran_order': False, 'shape': (SHAPE), }"


def npy_with(shape, rest=b"", descr="<f8") -> bytes:
    head = HEAD.replace("(SHAPE)", shape).replace("<f8", descr).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + rest


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (as_npy(np.array([[{}]], dtype=object), allow_pickle=True), "holds '|O', expected numbers; objects are never read"),
        (as_npy(np.ones((2, 3)) > 0)[:-1], "does not fit its 5 bytes"),
        (as_npy(GRID.astype(complex)), "'<c16', expected numbers"),
        (npy_with("(10000000000, 3)"), "does not fit its 0 bytes"),
        (npy_with("(-1, 3)"), "does not fit"),
        (npy_with("(2**40, 3)"), "its head is none that NumPy writes"),
        (npy_with("__import__('os').system('true')"), "its head is none that NumPy writes"),
        (npy_with("(" * 3000), "its head is none that NumPy writes"),
        (npy_with("3"), "its head is none"),
        (b"\x93NUMPY\x01\x00\xff\xff{}", "head does not fit its size"),
        (b"\x93NUMPY", "head does not fit its size"),
        (as_npy(np.ones((4, 2))), "shape (4, 2), expected (T, 3)"),
        (as_npy(np.ones((0, 3))), "shape (0, 3)"),
        (as_npy(np.ones((11, 3))), "11 steps, expected at most 10"),
        (as_npy(np.array([[1, np.nan, 2]])), "Step 1 of the inputs has nan at place 2"),
        (as_npy(np.array([[1, 2, 3], [1, 2, -np.inf]])), "Step 2 of the inputs has -inf at place 3"),
        (b"1,2,3\n1,two,3\n", "Line 2 has 'two'"),
        (b"1,2,3\n1,,3\n", "Line 2 has ''"),
        (b"1,2,3\n1,2_0,3\n", "Line 2 has '2_0'"),
        (b"1,2,3\n1,2\n", "Line 2 has 2 columns"),
        (b"\0\0\0\0", "zero byte"),
        (b"1" * 5_000_001, "5.0 MB, expected at most 5"),
    ],
)  # fmt: skip
def test_input_vectors_that_are_none_get_a_sentence(data, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        vectors.read(data, 3, 10)


# ---- what ships as an example ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", own_examples.EXAMPLES)
def test_every_example_reads_its_text_and_nothing_of_it_is_unknown_by_surprise(name):
    example, found = own_examples.EXAMPLES[name], own_examples.found(name)
    for place, layer in enumerate(found.layers):
        embedding = found.likely_embedding(layer)
        assert len(example.vocabulary) == len(found.embeddings(layer)[embedding])
        asked = Asked(place, View(layer.layers - 1), embedding, found.likely_head(layer), "text", example.text)
        reading = own_examples.read(name, asked)
        assert reading.seen.deviation < 1e-5
        assert own_examples.profiles(name, asked, "last").loss.shape == (len(reading.ids),)


def test_the_example_says_the_verb_that_its_own_page_says():
    name, example = "verb", own_examples.EXAMPLES["verb"]
    reading = own_examples.read(name, Asked(0, View(), "embedding.weight", "head.weight", "text", example.text))
    assert reading.seen.outputs is not None
    best, probabilities = own_model.likeliest(reading.seen.outputs, example.vocabulary)
    assert best[reading.tokens.index("was") - 1][0] == "was"
    assert probabilities.shape == (len(reading.tokens), own_model.TOP)
