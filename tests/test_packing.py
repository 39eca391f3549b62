"""Packing: which cell goes where, and what becomes of who is asked at a pad."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some

from models import packing
from models.packing import READ_AT, WIDTHS, drift, experiment, facts, load, pack


def test_two_short_sequences_are_packed_as_on_paper():
    sequences, found = ((1, 2, 3), (3, 4)), pack((3, 2))
    assert [sequences[row][step] for row, step in found.data] == [1, 3, 2, 4, 3]
    assert found.batch_sizes == (2, 2, 1)


def test_eight_sequences_save_nineteen_cells():
    found = pack((4, 6, 8, 5, 4, 3, 7, 8))
    assert (found.padded_cells, found.packed_cells) == (64, 45)
    assert found.batch_sizes == (8, 8, 8, 7, 5, 4, 3, 2)


@given(some.lists(some.integers(1, 12), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_every_real_cell_is_packed_once_and_no_pad(lengths):
    found = pack(tuple(lengths))
    assert sorted(found.data) == [(row, step) for row, length in enumerate(lengths) for step in range(length)]
    assert [step for _, step in found.data] == sorted(step for _, step in found.data)
    assert sum(found.batch_sizes) == sum(lengths)


@pytest.mark.parametrize(
    ("lengths", "sentence"), [((), "0 numbers"), ((3, 0), "sequence 2"), ((41,), "41"), ((1,) * 17, "17")]
)
def test_lengths_that_cannot_be_are_refused(lengths, sentence):
    with pytest.raises(ValueError, match=sentence):
        pack(lengths)


def test_states_drift_on_pads_and_packed_ones_do_not():
    lengths = (4, 6, 8, 5)
    found = drift(lengths)
    assert max(found.packed) < 1e-6
    assert [moved > 0.01 for moved in found.padded] == [length < max(lengths) for length in lengths]


# ---- the experiment --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("read_at", READ_AT)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_networks_that_ship_are_as_good_as_they_are_said_to_be(width, read_at):
    said = facts()["accuracy"][str(width)][read_at][0]
    assert packing.accuracy(load(width, read_at), width, read_at) == pytest.approx(said, abs=2e-3)


def test_asked_at_the_last_pad_of_long_rows_every_seed_is_a_coin():
    shares = facts()["accuracy"]
    widest = shares[str(max(WIDTHS))]
    assert all(abs(share - 0.5) < 0.05 for share in widest["padded"])
    assert all(share > 0.99 for found in shares.values() for share in found["real"])
    assert all(share > 0.98 for share in shares[str(min(WIDTHS))]["padded"])


def test_a_seed_gives_one_network():
    first, second = (experiment(8, "real", 3, updates=5)[0] for _ in range(2))
    for name, weight in first.state_dict().items():
        assert torch.equal(weight, second.state_dict()[name]), name


def test_unknown_networks_are_refused(tmp_path):
    with pytest.raises(KeyError, match="width is 7"):
        load(7, "real")
    with pytest.raises(KeyError, match="nothing"):
        packing.make("nothing", tmp_path)
    x, lengths, _ = packing.batch(2, 8, torch.Generator().manual_seed(0))
    with pytest.raises(ValueError, match="read_at is 'middle'"):
        packing.answers(load(6, "real"), x, lengths, "middle")
