"""N-grams: against counting by hand and a plain loop over dictionaries, sums of one, what is unknown."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.ngrams import NGram

A, B, C = 0, 1, 2


def by_hand(ids, classes, order, before, token):
    """Witten and Bell's recursion with dictionaries, written a second time."""
    if order == 0:
        return 1 / classes
    shorter = by_hand(ids, classes, order - 1, before, token)
    context = tuple(before[len(before) - order + 1 :]) if order > 1 else ()
    if len(context) < order - 1:
        return shorter
    followed = Counter(
        ids[k] for k in range(order - 1, len(ids)) if tuple(ids[k - order + 1 : k]) == context and ids[k] < classes
    )
    if not followed:
        return shorter
    return (followed[token] + len(followed) * shorter) / (followed.total() + len(followed))


def test_a_unigram_of_four_tokens_by_hand():
    # A A A B of three classes: (3 + 2/3) / 6 and (1 + 2/3) / 6; C was never met: (2/3) / 6.
    model = NGram.fit([A, A, A, B], 3, 1)
    assert np.allclose(model.distribution([]), [11 / 18, 5 / 18, 2 / 18])


def test_a_bigram_mixes_what_followed_with_the_unigram():
    # After A came A, A, B: (2 + 2 · 11/18) / 5.
    model = NGram.fit([A, A, A, B], 3, 2)
    assert model.distribution([A])[A] == pytest.approx((2 + 2 * 11 / 18) / 5)


def test_a_context_never_met_leaves_the_shorter_one():
    model = NGram.fit([A, A, A, B], 3, 3)
    assert np.allclose(model.distribution([C, C]), model.distribution([]))
    assert np.allclose(model.distribution([C, A]), model.shorter(2).distribution([A]))


@given(
    ids=some.lists(some.integers(0, 3), min_size=2, max_size=30),
    order=some.integers(1, 4),
    before=some.lists(some.integers(0, 2), max_size=4),
)
def test_every_probability_is_that_of_the_recursion_and_they_sum_to_one(ids, order, before):
    model = NGram.fit(ids, 3, order)  # 3 itself marks a beginning
    found = model.distribution(before)
    assert np.allclose(found, [by_hand(ids, 3, order, before, token) for token in range(3)])
    assert found.sum() == pytest.approx(1)


@given(ids=some.lists(some.integers(0, 3), min_size=5, max_size=40))
def test_surprise_is_that_of_the_distribution_at_each_place(ids):
    model = NGram.fit([0, 1, 2, 3, 0, 0, 1, 2, 2, 1], 3, 3)
    surprise = model.surprise(ids)
    for place, token in enumerate(ids):
        if token == 3:
            assert np.isnan(surprise[place])
        else:
            assert surprise[place] == pytest.approx(-np.log(model.distribution(ids[:place])[token]))


def test_a_text_that_repeats_is_learned_and_a_longer_context_helps():
    ids = np.tile([0, 1, 0, 2], 500)
    surprises = [NGram.fit(ids, 3, 3).shorter(order).surprise(ids[:400]).mean() for order in (1, 2, 3)]
    assert surprises[0] > surprises[1] > surprises[2]
    assert surprises[2] < 0.02


def test_the_beginning_of_a_text_is_a_context_and_is_never_said():
    model = NGram.fit([3, A, B, 3, A, C, 3, A, B], 3, 2)
    assert model.distribution([3])[A] == model.distribution([3]).max()
    assert model.distribution([B]).sum() == pytest.approx(1)


@pytest.mark.parametrize(("ids", "order"), [([], 1), ([0], 0), ([4], 1), ([-1], 1), ([[0]], 1)])
def test_what_is_no_text_is_refused(ids, order):
    with pytest.raises(ValueError, match="expected"):
        NGram.fit(ids, 3, order)


def test_a_shorter_model_is_the_same_as_one_counted_so():
    ids = np.random.default_rng(0).integers(0, 5, 300)
    one, other = NGram.fit(ids, 5, 4).shorter(2), NGram.fit(ids, 5, 2)
    assert np.array_equal(one.surprise(ids), other.surprise(ids))
    with pytest.raises(ValueError, match="expected 1 to 2"):
        other.shorter(3)
