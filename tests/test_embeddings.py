"""Embeddings: a row is a product, the untrained ones are those of training, planes and neighbours have oracles."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from models import embeddings, zoo
from models.embeddings import GROUPED, GROUPS, embedded
from models.training import train

CELLS = ("RNN", "LSTM", "GRU")


@pytest.mark.parametrize("cell", CELLS)
def test_one_hot_times_matrix_is_the_row_exactly(cell):
    found = embedded(cell)
    for place in range(len(found.words)):
        product, row = embeddings.look_up(found.after, place)
        assert np.array_equal(product, row)
    layer = torch.nn.Embedding.from_pretrained(torch.tensor(found.after))
    assert np.array_equal(layer(torch.tensor(13)).numpy(), found.after[13])
    with pytest.raises(IndexError, match="place is 111"):
        embeddings.look_up(found.after, 111)


def test_the_matrix_has_a_row_for_each_word():
    found = embedded("LSTM")
    assert found.after.shape == (len(found.words), 16)
    assert found.words == tuple(zoo.facts("agreement-lstm")["vocabulary"])


def test_before_training_is_where_training_began():
    run = replace(zoo.ZOO["agreement-gru"].run, steps=0)
    (first,) = train(run)
    assert np.array_equal(embedded("GRU").before, first.weights["embedding.weight"])


def test_every_word_has_one_group_at_most():
    assert len(set(GROUPED)) == len(GROUPED)
    assert set(GROUPED) < set(embedded("LSTM").words)
    assert embeddings.group("cats") == "many animals"
    assert embeddings.group("the") == ""


def test_the_plane_is_that_of_the_covariances_largest_eigenvectors():
    values = embedded("LSTM").after.astype(float)
    found = embeddings.plane(values)
    sizes, axes = np.linalg.eigh(np.cov(values.T))
    assert found.shares == pytest.approx(sizes[::-1] / sizes.sum())
    assert np.abs(found.points) == pytest.approx(np.abs((values - values.mean(0)) @ axes[:, [-1, -2]]), abs=1e-9)
    assert found.shares.sum() == pytest.approx(1)


def test_an_axis_points_to_its_farthest_point_whatever_the_sign_of_the_data():
    values = np.random.default_rng(0).normal(size=(9, 4))
    for points in (embeddings.plane(values).points, embeddings.plane(-values).points):
        assert (points[np.abs(points).argmax(0), [0, 1]] > 0).all()


@pytest.mark.parametrize("values", [np.zeros((3, 2)), np.ones((1, 4)), np.full((3, 3), np.nan), np.zeros(4)])
def test_a_plane_needs_vectors_that_differ(values):
    with pytest.raises(ValueError, match="expected"):
        embeddings.plane(values)


def test_neighbours_are_those_of_the_largest_cosine():
    values = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 0.3], [-1.0, 0.0]])
    found = embeddings.neighbours(values, 0, 3)
    assert [k for k, _ in found] == [2, 1, 3]
    wanted = torch.nn.functional.cosine_similarity(torch.tensor(values[0]), torch.tensor(values[2]), dim=0)
    assert found[0][1] == pytest.approx(wanted.item())
    assert found[-1][1] == -1


@pytest.mark.parametrize("cell", CELLS)
def test_training_puts_words_of_one_kind_together(cell):
    found, sizes = embedded(cell), np.array([len(words) for words in GROUPS.values()])
    before, after = (
        np.average(list(embeddings.together(found, trained=trained).values()), weights=sizes)
        for trained in (False, True)
    )
    assert before < 0.15
    assert after > 0.7


@pytest.mark.parametrize("cell", CELLS)
def test_training_tells_one_from_many_where_the_language_needs_it_only(cell):
    found = embedded(cell)
    assert embeddings.gap(found, "one animal", "many animals") > 1.4
    assert embeddings.gap(found, "one place", "many places") < 0.8
    assert embeddings.gap(found, "one animal", "many animals", trained=False) < 0.5


def test_a_gap_is_measured_in_the_spread_of_the_words():
    found = embedded("LSTM")
    scaled = embeddings.Embedded(found.words, found.before, found.after * 3)
    assert embeddings.gap(scaled, "food", "predicates") == pytest.approx(embeddings.gap(found, "food", "predicates"))
