"""Files of weights from strangers: none runs anything, none takes more memory than it has, all that are wrong get a sentence.

The hostile files do what an attacker would: their pickles call functions, their heads and archives lie about sizes.
"""

import collections
import io
import os
import pickle
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save
from torch import nn

from models.limits import OWN_MODEL, OwnModel
from models.loaders import weights
from models.loaders.pickled import outline
from models.own_model import find

LSTM = nn.LSTM(3, 4).state_dict()


def as_pt(thing, **options) -> bytes:
    out = io.BytesIO()
    torch.save(thing, out, **options)
    return out.getvalue()


def archive(
    pickled: bytes, storages: dict[str, bytes] | None = None, others: dict[str, bytes] | None = None, *, packed=False
) -> bytes:
    """An archive as torch.save writes it, with whatever pickle."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as file:
        file.writestr("archive/data.pkl", pickled)
        for name, content in {"version": b"3\n", "byteorder": b"little", **(others or {})}.items():
            file.writestr(f"archive/{name}", content)
        for key, content in (storages or {}).items():
            file.writestr(f"archive/data/{key}", content)
    return out.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name.removeprefix("archive/"): file.read(name) for name in file.namelist()}


def tensor(count=b"K\x04", shape=b"K\x04\x85", strides=b"K\x01\x85", offset=b"K\x00", key=b"0") -> bytes:
    """Pickle instructions of a tensor, as torch.save writes them."""
    name = b"X" + struct.pack("<I", len(key)) + key
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n" + name
        + b"X\x03\x00\x00\x00cpu" + count + b"tQ" + offset + shape + strides + b"\x89ccollections\nOrderedDict\n)RtR"
    )  # fmt: skip


def holding(value: bytes, name=b"w") -> bytes:
    """A pickle of a dict with one value."""
    return b"\x80\x02}X" + struct.pack("<I", len(name)) + name + value + b"s."


FOUR = {"0": bytes(16)}


# ---- what is read ----------------------------------------------------------------------------------------------------


def test_both_kinds_give_back_what_was_saved():
    for data, kind in ((as_pt(LSTM), "pt"), (save(dict(LSTM)), "safetensors")):
        found = weights.read(data)
        assert found.kind == kind
        assert found.groups.keys() == {()}
        assert all(torch.equal(found.groups[()][name], weight) for name, weight in LSTM.items())


def test_dicts_around_the_weights_are_looked_through():
    optimizer = {"state": {0: {"exp_avg": torch.ones(2)}}, "param_groups": [{"lr": 0.1, "betas": (0.9, 0.95)}]}
    whole = {
        "epoch": 3, "model": LSTM, "optimizer": optimizer, "ema": [nn.GRU(2, 3).state_dict()], "names": ["a", "ü"],
        "milestones": collections.Counter([1, 2]), "size": torch.Size([1, 2]), "device": torch.device("cpu"),
        "type": torch.float16, "bytes": b"\x00\xff", "set": {1, 2}, "big": 10**30, "none": None,
        "parameter": nn.Parameter(torch.ones(3)),
    }  # fmt: skip
    found = weights.read(as_pt(whole))
    assert set(found.groups) == {(), ("model",), ("optimizer", "state", 0), ("ema", 0)}
    assert [one.name for one in find(found).layers] == ["model", "ema/0"]


def test_names_come_in_an_order_that_hangs_on_nothing():
    names = [f"layer{k}" for k in range(40)]
    assert list(weights.read(save({name: torch.ones(1) for name in names})).groups[()]) == sorted(names)
    assert list(weights.read(as_pt({name: torch.ones(1) for name in names})).groups[()]) == names


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int8, torch.bool])
def test_tensors_of_all_usual_types_are_read(dtype):
    saved = torch.arange(6).reshape(2, 3).to(dtype)
    assert torch.equal(weights.read(as_pt({"w": saved})).groups[()]["w"], saved)


def test_tied_transposed_cut_and_empty_tensors_are_read_as_they_are():
    whole = torch.arange(12.0).reshape(3, 4)
    saved = {
        "whole": whole,
        "tied": whole,
        "turned": whole.T,
        "cut": whole[1:, ::2],
        "empty": torch.zeros(0, 3),
        "one": whole.sum(),
    }
    found = weights.read(as_pt(saved)).groups[()]
    assert all(torch.equal(found[name], one) for name, one in saved.items())


# ---- nothing runs ----------------------------------------------------------------------------------------------------


class Calls:
    """Unpickles by calling a function."""

    def __init__(self, function: Callable, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable, tuple[object, ...]]:
        return self.call


class Whole(nn.Module):
    """A module that was saved whole."""


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    "inside", [lambda evil: evil, lambda evil: {"model": {**LSTM, "evil": evil}}, lambda evil: [evil]]
)
def test_a_pickle_with_code_in_it_is_refused_before_it_runs(protocol, inside, tmp_path):
    trace = tmp_path / "ran"
    evil = inside(Calls(os.system, f"touch {trace}"))
    data = as_pt(evil, pickle_protocol=protocol)
    for file in (data, archive(pickle.dumps(evil, protocol)), pickle.dumps(evil, protocol)):
        with pytest.raises(ValueError, match=r"Python object|protocol|bare pickle"):
            weights.read(file)
        assert not trace.exists()
    pickle.loads(pickle.dumps(evil, protocol))  # noqa: S301 - the same bytes do run where pickle reads them
    assert trace.exists()


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (Calls(eval, "1"), "__builtin__.eval"),
        (Calls(exec, "1"), "__builtin__.exec"),
        (Calls(bytearray, 10**11), "__builtin__.bytearray"),
        (Calls(torch.Tensor, 10**10), "torch.Tensor"),
        (Calls(torch.load, "/etc/passwd"), "torch.serialization.load"),
        (Calls(getattr, "a", "upper"), "__builtin__.getattr"),
        (Calls(__import__, "os"), "__builtin__.__import__"),
        (Calls(Path, "/"), "pathlib.Path"),
    ],
)
def test_the_sentence_names_what_a_file_asks_for(call, name):
    with pytest.raises(ValueError, match=f"asks for the Python object '{name}'.*nothing of it was run"):
        weights.read(as_pt({"model": LSTM, "more": call}))


def test_a_module_that_was_saved_whole_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match=r"'test_weights_loader\.Whole'.*model\.state_dict\(\)"):
        weights.read(as_pt(Whole()))


@pytest.mark.parametrize(
    "pickled",
    [
        b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.",
        b"\x80\x02\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",  # by STACK_GLOBAL
        b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",
        b"S'\\R'\n.",
        b"\x80\x02(X\x04\x00\x00\x00trueios\nsystem\n.",  # by INST
        b"\x80\x02(cos\nsystem\nX\x04\x00\x00\x00trueo.",  # by OBJ
        b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85\x81.",  # by NEWOBJ
        b"\x80\x02\x82\x01.",  # by EXT1
        b"\x80\x02cbuiltins\nset\n)R.",
        b"\x80\x02c__builtin__\nset\n]((K\x01tta\x85R.",
        b"\x80\x02ctorch\nTensor\nJ\xff\xff\xff\x7f\x85R.",
        b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x04\x00\x00\x00idna\x86R.",
        holding(tensor()[:-2] + b"K\x01K\x01stR"),  # a tensor with a hook
        holding(b"]") + b"junk",
        b"\x80\x02" + b"(" * 1000 + b".",
        b"\x80\x02h\x05.",
        b"\x80\x02a.",
        b"\x80\x02}Q.",
        b"\x80\x02X\xff\xff\xff\x7fabc.",
        b"",
        b".",
    ],
)  # fmt: skip
def test_pickles_that_torch_save_never_writes_are_refused(pickled):
    with pytest.raises(ValueError, match=r"(The|Its|A) .*(file|list of contents|archive)"):
        weights.read(archive(pickled, FOUR))


def test_a_method_that_a_file_replaces_is_not_called():
    # torch writes what BUILD brings into the dict's attributes, so that `.items` is whatever the file says.
    built = (
        b"\x80\x02ccollections\nOrderedDict\n)RX\x01\x00\x00\x00w"
        + tensor()
        + b"s}X\x05\x00\x00\x00itemsctorch\nSize\nsb."
    )
    found = weights.read(archive(built, FOUR))
    assert found.groups[()]["w"].shape == (4,)


def test_a_nest_of_tuples_as_a_key_does_not_hang():
    nest = b")" + b"".join(b"q\x01h\x01h\x01\x86" for _ in range(60))  # its hash would take 2^60 steps
    with pytest.raises(ValueError, match="list of contents in the file is damaged"):
        weights.read(archive(b"\x80\x02}" + nest + b"K\x01s.", FOUR))


def test_dicts_that_hold_themselves_are_walked_once():
    data = archive(b"\x80\x02}q\x00X\x01\x00\x00\x00wh\x00sX\x01\x00\x00\x00v" + tensor() + b"s.", FOUR)
    assert list(weights.read(data).groups) == [()]


# ---- nothing is larger than it is ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("described", "sentence"),
    [
        (tensor(b"J\xff\xff\xff\x7f", b"J\xff\xff\xff\x7f\x85"), "should have 8,589,934,588 bytes and has 16"),
        (tensor(key=b"7"), "should have 16 bytes and has 0"),
        (tensor(shape=b"K\x05\x85"), "5 numbers is cut from 4"),
        (tensor(offset=b"K\x01"), "cut from 4"),
        (tensor(strides=b"K\x02\x85"), "cut from 4"),
        (tensor(shape=b"J\xff\xff\xff\x7f\x85", strides=b"K\x00\x85"), "2,147,483,647 numbers is cut from 4"),
        (tensor(shape=b"J\xff\xff\xff\xff\x85"), "no tensor has"),
        (tensor(offset=b"J\xff\xff\xff\xff"), "no tensor has"),
        (tensor(strides=b"J\xff\xff\xff\xff\x85"), "no tensor has"),
        (tensor(shape=b"\x8a\x08" + b"\xff" * 7 + b"\x0f\x85"), "no tensor has"),
        (tensor(shape=b"K\x02K\x02\x86"), "2 sizes and 1 strides"),
        (tensor(b"\x88"), "no tensor has"),
    ],
)
def test_a_tensor_that_lies_about_its_size_is_refused(described, sentence):
    with pytest.raises(ValueError, match=sentence):
        weights.read(archive(holding(described), FOUR))


def test_many_tensors_that_share_one_storage_do_not_add_up():
    count = 2**18  # a megabyte of floats, a thousand times
    size = b"J" + struct.pack("<i", count)
    many = b"".join(b"X\x04\x00\x00\x00" + b"%04d" % k + tensor(size, size + b"\x85") for k in range(1000))
    with pytest.raises(ValueError, match="1,049 MB together"):
        weights.read(archive(b"\x80\x02}(" + many + b"u.", {"0": bytes(4 * count)}))


def test_an_archive_that_is_packed_is_refused_before_it_is_unpacked():
    bomb = archive(holding(tensor()), {"0": bytes(100_000_000)}, packed=True)
    assert len(bomb) < 200_000
    before = peak(lambda: refused(bomb, "unpacks to 100,000,"))
    assert before < 5_000_000
    refused(archive(b"no pickle, only text, text, text, text", FOUR, packed=True), "packed or encrypted|unpacks to")


def test_an_archive_whose_members_overlap_is_refused():
    data = bytearray(archive(holding(tensor()), {"0": bytes(16), "1": bytes(3000)}))
    directory = data.index(b"PK\x01\x02")
    first, *_, last = (k for k in range(directory, len(data)) if data[k : k + 4] == b"PK\x01\x02")
    large = data[last + 16 : last + 28]  # sum, packed and unpacked size of the last member, for the first as well
    data[first + 16 : first + 28] = large
    data[first + 42 : first + 46] = data[last + 42 : last + 46]
    with pytest.raises(ValueError, match=r"archive is damaged|unpacks to"):
        weights.read(bytes(data))


def test_an_archive_of_very_many_members_is_refused_unread():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for k in range(6_500):
            file.writestr(f"a/{k}", b"")
    refused(out.getvalue(), "more than 6,000 members")


@pytest.mark.parametrize("claimed", [2**63 - 1, 2**64 - 1, 100_000_000, 10_000])
def test_a_head_that_claims_more_than_the_file_has_is_refused(claimed):
    refused(struct.pack("<Q", claimed) + b'{"w":' + b" " * 200, f"claims {claimed:,} bytes")


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (b'{"w":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}', "damaged, expected safetensors"),
        (b'{"w":{"dtype":"F32","shape":[4],"data_offsets":[8,0]}}', "damaged, expected safetensors"),
        (
            b'{"w":{"dtype":"F32","shape":[18446744073709551615,4],"data_offsets":[0,16]}}',
            "damaged, expected safetensors",
        ),
        (b'{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}}', "damaged, expected safetensors"),
        (b'{"w":{"dtype":"OBJECT","shape":[4],"data_offsets":[0,16]}}', "damaged, expected safetensors"),
        (b'{"w":4}', "damaged, expected safetensors"),
        (b'{"w":', "no JSON"),
        (b'{"w":' + b"[" * 5000 + b"]" * 5000 + b"}", "no JSON|damaged"),
        (b"{}", "no tensor"),
        (b"{" + b" " * 1_000_001 + b"}", "1,000,003 bytes, expected at most 1,000,000"),
        (b"{" + b",".join(b'"%d":0' % k for k in range(2001)) + b"}", "2,001 tensors, expected at most 2,000"),
    ],
)
def test_a_head_that_lies_gets_a_sentence(head, sentence):
    refused(struct.pack("<Q", len(head)) + head + bytes(16), sentence)


def test_a_list_of_contents_that_is_too_long_is_refused():
    refused(archive(b"\x80\x02]" + b"N" * 400_001 + b".", FOUR), "more than 400,000 instructions")
    refused(
        archive(holding(b"X" + struct.pack("<I", 1_000_000) + b"a" * 1_000_000), FOUR),
        "1,000,0.* bytes, expected at most",
    )


def test_too_many_tensors_are_refused_before_they_are_made():
    many = b"".join(b"X\x04\x00\x00\x00" + b"%04d" % k + tensor() for k in range(2001))
    refused(archive(b"\x80\x02}(" + many + b"u.", FOUR), "2,001 tensors, expected at most 2,000")


# ---- other files -----------------------------------------------------------------------------------------------------


def refused(data: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as told:
        weights.read(data)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 400


def peak(work: Callable[[], object]) -> int:
    """How many bytes Python held at most while it worked."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"import os\nos.system('true')\n", "not known here"),
        (b"the cat was full " * 1000, "not known here"),
        (b"{", "not known here"),
        (bytes(1000), "not known here"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "an HDF5 file, as Keras writes it"),
        (b"%PDF-1.7 etc", "a PDF"),
        (b"\x93NUMPY\x01\x00", "a NumPy array"),
        (zlib.compress(bytes(100)), "not known here"),
        (pickle.dumps({"a": 1}), "a bare pickle"),
        (as_pt(LSTM, _use_new_zipfile_serialization=False), "a bare pickle"),
        (b"PK\x03\x04" + bytes(50), "The archive is damaged"),
        (zipped(**{"weights.npy": b"1"}), "a zip archive without weights of torch"),
        (archive(b"\x80\x02].", {}, {"constants.pkl": b"1"}), "a TorchScript program"),
        (archive(b"\x80\x02].", {}, {"code/__torch__.py": b"1"}), "a TorchScript program"),
        (as_pt({"epoch": 3}), "no tensor in it"),
        (as_pt([1, 2, 3]), "no tensor in it"),
        (save({}), "no tensor in it"),
    ],
)
def test_other_files_get_a_sentence(data, sentence):
    refused(data, sentence)


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\x80\x02", b"\x10\0\0\0\0\0\0\0{", b"text"])
def test_fifty_megabytes_are_refused_unread(start):
    data = start + bytes(50_000_000)
    assert peak(lambda: refused(data, "50.0 MB, expected at most 5")) < 100_000


@pytest.mark.parametrize("make", [lambda: as_pt(LSTM), lambda: save(dict(LSTM))])
def test_a_file_that_was_cut_anywhere_gets_a_sentence(make):
    data = make()
    for end in [*range(1, len(data), 37), len(data) - 1]:
        with pytest.raises(ValueError, match=r"The|A"):
            weights.read(data[:end])


def test_the_limits_are_those_of_the_server_and_can_be_others(pytestconfig):
    config = (pytestconfig.rootpath / ".streamlit/config.toml").read_text("utf-8")
    assert f"maxUploadSize = {OWN_MODEL.file_bytes // 1_000_000}" in config
    data = as_pt(LSTM)
    with pytest.raises(ValueError, match=r"expected at most 0\.001"):
        weights.read(data, OwnModel(file_bytes=1000))
    with pytest.raises(ValueError, match="4 tensors, expected at most 3"):
        weights.read(save(dict(LSTM)), OwnModel(tensors=3))


# ---- whatever the bytes are ------------------------------------------------------------------------------------------

BOUNDED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
GOOD = [
    as_pt({"model": LSTM, "epoch": 3, "more": [1.5, None, True, {"a": (1, 2)}]}),
    save(dict(LSTM)),
    archive(holding(tensor()), FOUR),
]


def survives(data: bytes) -> None:
    """Either it is read and looked through, or there is a ValueError; nothing else."""
    with suppress(ValueError):
        find(weights.read(data))


@BOUNDED
@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"\x80\x02", struct.pack("<Q", 40) + b"{"]))
def test_any_bytes_are_survived(data, start):
    survives(start + data)


@BOUNDED
@given(
    st.sampled_from(GOOD),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_changed_bytes_are_survived(data, changes):
    changed = bytearray(data)
    for where, value in changes:
        changed[int(where * len(changed))] = value
    survives(bytes(changed))


@BOUNDED
@given(
    st.sampled_from(GOOD[::2]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 3), st.binary(max_size=4)), min_size=1, max_size=4),
)  # fmt: skip
def test_a_pickle_with_changed_instructions_is_survived(data, changes):
    # Inside a sound archive, so that no checksum hides what was changed.
    parts = members(data)
    pickled = bytearray(parts["data.pkl"])
    for where, cut, put in changes:
        place = int(where * len(pickled))
        pickled[place : place + cut] = put
    storages = {name.removeprefix("data/"): content for name, content in parts.items() if name.startswith("data/")}
    survives(archive(bytes(pickled), storages))


@BOUNDED
@given(st.lists(st.sampled_from([
    b"(", b")", b"]", b"}", b"N", b"\x88", b"K\x01", b"K\x04", b"X\x01\x00\x00\x00a", b"q\x00", b"h\x00", b"t", b"\x85",
    b"\x86", b"\x87", b"a", b"e", b"s", b"u", b"R", b"b", b"Q", b"\x81", b"ctorch\nFloatStorage\n",
    b"ccollections\nOrderedDict\n",
    b"ctorch._utils\n_rebuild_tensor_v2\n", b"ctorch._utils\n_rebuild_parameter\n", b"ctorch\nSize\n", b"ctorch\ndevice\n",
    b"c__builtin__\nset\n", b"ccollections\nCounter\n", b"c_codecs\nencode\n", tensor(), b"X\x07\x00\x00\x00storage",
]), max_size=25))  # fmt: skip
def test_any_order_of_instructions_is_survived(instructions):
    survives(archive(b"\x80\x02" + b"".join(instructions) + b".", FOUR))


@BOUNDED
@given(st.lists(st.sampled_from([b"{", b"}", b'"w"', b":", b",", b"[", b"]", b"0", b"16", b'"F32"', b'"shape"', b'"dtype"',
                                 b'"data_offsets"', b"-1", b"null", b'"__metadata__"']), max_size=30))  # fmt: skip
def test_any_head_is_survived(pieces):
    head = b"{" + b"".join(pieces)
    survives(struct.pack("<Q", len(head)) + head + bytes(16))


def test_the_outline_knows_all_that_torch_save_writes():
    whole = {"model": LSTM, "tied": [torch.ones(3)] * 2}
    found = outline(members(as_pt(whole))["data.pkl"])
    assert sorted(sketch.shape for sketch in found.tensors) == sorted([tuple(w.shape) for w in LSTM.values()] + [(3,)])
    assert {storage.item_bytes for storage in found.storages.values()} == {4}
