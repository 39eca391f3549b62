"""Saliency of tokens: autograd is the oracle; and how it looks."""

import re

import numpy as np
import pytest
import torch
from test_theme import contrast

from models import zoo
from models.saliency import Asked, before_verb, saliency
from models.text import words
from playground import decaying, theme

TEXT = "The cat, which already ate the fish, was full."
CELLS = ("RNN", "LSTM", "GRU")


def by_autograd(asked, after):
    model = zoo.load(f"agreement-{asked.cell.lower()}").double()
    x = model.embed(model.encode(words(asked.text)[:after])).requires_grad_()
    logits = model.head(model.recurrent(x)[0][-1])
    logit = logits[model.vocabulary.index(asked.word)]
    if asked.against:
        logit = logit - logits[model.vocabulary.index(asked.against)]
    (gradient,) = torch.autograd.grad(logit, x)
    probability = torch.softmax(logits, -1)[model.vocabulary.index(asked.word)]
    return logit.item(), probability.item(), gradient.norm(dim=1).numpy()


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("word", "against"), [("was", ""), ("were", ""), ("was", "were"), ("fish", "")])
@pytest.mark.parametrize("after", [None, 1, 4, 12])
def test_saliency_is_the_gradient_of_autograd(cell, word, against, after):
    asked = Asked(cell, TEXT, word, against, after)
    found = saliency(asked)
    assert found.after == after or (after is None and found.after == 9)
    logit, probability, sizes = by_autograd(asked, found.after)
    assert found.logit == pytest.approx(logit, rel=1e-5)
    assert found.probability == pytest.approx(probability, rel=1e-4)
    assert np.allclose(10.0 ** found.log10[: found.after], sizes, rtol=1e-4, atol=0)


def test_words_that_come_later_are_not_felt():
    found = saliency(Asked("LSTM", TEXT))
    assert np.isneginf(found.log10[9:]).all()
    assert not found.shares[9:].any()
    assert found.shares.max() == 1


def test_the_rnn_knows_the_number_though_its_gradient_hardly_reaches_the_subject():
    found = {cell: saliency(Asked(cell, TEXT)) for cell in CELLS}
    assert min(answer.probability for answer in found.values()) > 0.95
    assert found["RNN"].shares[1] < 1e-3
    assert min(found[cell].shares[1] for cell in ("LSTM", "GRU")) > 1e-2


def test_without_a_verb_the_network_is_asked_at_the_end():
    assert before_verb(["the", "cat"]) == 2
    assert before_verb(["was", "the", "cat", "were"]) == 3


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (Asked("RNN", ""), "no words"),
        (Asked("RNN", TEXT, "zebra"), "word is 'zebra'"),
        (Asked("RNN", TEXT, "was", "zebra"), "word is 'zebra'"),
        (Asked("RNN", TEXT, after=13), "after is 13, expected 1 to 12"),
        (Asked("RNN", TEXT, after=0), "after is 0"),
    ],
)
def test_what_does_not_fit_is_named(asked, sentence):
    with pytest.raises(ValueError, match=sentence):
        saliency(asked)


@pytest.mark.parametrize("dark", [False, True])
def test_shaded_words_stay_readable(dark):
    page = decaying.shaded(saliency(Asked("LSTM", TEXT)), dark=dark)
    text = (theme.DARK if dark else theme.LIGHT).text
    grounds = re.findall(r"background:(#[0-9a-f]{6});", page)
    assert len(grounds) == 9
    assert min(contrast(text, ground) for ground in grounds) > 4.5


def test_a_visitors_words_are_escaped_and_long_ones_cut():
    page = decaying.shaded(saliency(Asked("GRU", "<img> & " + "a" * 100_000)), dark=False)
    assert "<img" not in page
    assert "&lt;" in page
    assert "&amp;" in page
    assert len(page) < 4000


def test_every_word_has_its_number():
    found = saliency(Asked("GRU", TEXT))
    page = decaying.shaded(found, dark=False)
    assert page.count("not read yet") == 3
    assert page.count("% of the largest") == 9
    table = decaying.saliency_table({"GRU": found})
    assert table["word"] == list(found.tokens)
    assert table["GRU |d logit / d word|"][0] == pytest.approx(10 ** found.log10[0])
    assert decaying.percent(0.001, read=True) == "&lt;1"
