"""Networks that judge reviews: six that ship, the bags of words beside them, and what each makes of a text.

    from models import sentiment

    found = sentiment.read(sentiment.Question("Not bad, good"))
    found.positive              # P(positive) after each word, (T,)
    found.kept, found.felt      # what the gates kept of each word; how strongly the logit feels it
    found.removed               # by how much P(positive) falls when a word is taken out
    sentiment.facts("sentiment-lstm")["accuracy"]

The language they learned is that of `models/tasks/reviews.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import nn

from models.bag_classifiers import Judge, counts, logistic, naive_bayes
from models.descent import Descent
from models.saliency import Saliency
from models.tasks.reviews import (
    FARTHEST,
    PAD,
    VOCABULARY,
    Reviews,
    SentimentModel,
    encode,
    everything_held_out,
    held_out,
    written,
)
from models.text import words
from models.trace import Trace, trace

CHECKPOINTS = Path(__file__).parent / "checkpoints"

BAG = "sentiment-bag"
"""The file of the bags of words."""

LONGEST = 60
"""Words that the networks read at most."""

TESTED = (*range(1, FARTHEST + 1), 6, 8)
"""Numbers of opinions at which accuracy is measured: those of training and two that no training review has."""

TRAINING_TEXTS = 20_000
"""Reviews from which the bags of words learn."""


@dataclass(frozen=True)
class Recipe:
    """How a network was trained.

    Attributes:
        title: What a menu calls it.
        cell, hidden, pooling, both_ways: Its kind; see `SentimentModel`.
        inputs: D, size of a word's vector.
        updates: Of the weights; the learning rate falls to 0 along half a cosine.
        batch: Reviews in an update.
        rate: Learning rate of Adam at the start.
        seed: Of the initial weights and of every batch.
    """

    title: str
    cell: str
    hidden: int = 24
    pooling: str = "last"
    both_ways: bool = False
    inputs: int = 16
    updates: int = 2_500
    batch: int = 32
    rate: float = 1e-2
    seed: int = 0


SHIPPED: Mapping[str, Recipe] = {
    "sentiment-lstm": Recipe("LSTM, last state", "LSTM"),
    "sentiment-gru": Recipe("GRU, last state", "GRU"),
    "sentiment-rnn": Recipe("RNN, last state", "RNN", rate=3e-3),
    "sentiment-mean": Recipe("LSTM, mean of all states", "LSTM", pooling="mean"),
    "sentiment-max": Recipe("LSTM, largest of all states", "LSTM", pooling="max"),
    "sentiment-both-ways": Recipe("LSTM both ways, last states", "LSTM", hidden=16, both_ways=True),
}
"""The networks that ship, by name."""


# ---- training and files ----------------------------------------------------------------------------------------------


def train(recipe: Recipe) -> SentimentModel:
    """Trains a network on fresh reviews; equal recipes give equal networks."""
    task, generator = Reviews(), torch.Generator().manual_seed(recipe.seed)
    model = _untrained(recipe)
    model.initialise(generator, keep_bias=0.0 if recipe.cell == "RNN" else 1.0)
    descent = Descent(model.parameters(), recipe.rate, recipe.updates)
    while not descent.done:
        ids, targets = task.batch(recipe.batch, task.lengths, generator)
        descent.update(task.loss(model(ids), targets))
    return model.eval().requires_grad_(requires_grad=False)


def _untrained(recipe: Recipe) -> SentimentModel:
    return SentimentModel(
        recipe.cell, recipe.hidden, recipe.inputs, pooling=recipe.pooling, both_ways=recipe.both_ways
    )  # fmt: skip


def make(name: str, folder: Path = CHECKPOINTS) -> None:
    """Trains a network, or fits the bags of words, and writes weights and facts to a file in `folder`.

    Raises:
        KeyError: There is nothing of that name.
    """
    if name == BAG:
        weights, known = _bags()
    else:
        recipe = _recipe(name)
        model = train(recipe)
        weights, known = model.state_dict(), measured(model) | {"recipe": asdict(recipe)}
    known |= {"command": "python -m models.zoo", "torch": torch.__version__}
    folder.mkdir(parents=True, exist_ok=True)
    # One entry of metadata: with more, safetensors does not keep their order and equal runs would give unequal files.
    (folder / f"{name}.safetensors").write_bytes(safetensors.torch.save(weights, {"facts": json.dumps(known)}))


def measured(model: SentimentModel) -> dict[str, Any]:
    """What a network can do: `accuracy` on the held-out set, `by_opinions` for each of `TESTED`; and `parameters`."""
    task = Reviews()
    return {
        "accuracy": task.accuracy(model, task.lengths),
        "by_opinions": {str(n): task.accuracy_at(model, n) for n in TESTED},
        "parameters": sum(weight.numel() for weight in model.parameters()),
    }


def _bags() -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    texts = written(TRAINING_TEXTS, (1, FARTHEST), torch.Generator().manual_seed(8_000_000))
    bags, labels = counts([text.words for text in texts], VOCABULARY), np.array([text.label for text in texts])
    judges = {"naive Bayes": naive_bayes(bags, labels), "logistic": logistic(bags, labels)}
    weights, known = {}, {}
    for name, judge in judges.items():
        weights[f"{name}/weights"] = torch.from_numpy(judge.weights)
        weights[f"{name}/bias"] = torch.tensor([judge.bias], dtype=torch.float64)
        known[name] = {"accuracy": _bag_accuracy(judge, everything_held_out())}
        known[name]["by_opinions"] = {str(n): _bag_accuracy(judge, held_out(n)) for n in TESTED}
    truth = [text.label for text in everything_held_out()]
    return weights, known | {"always": max(np.mean(truth), 1 - np.mean(truth)).item(), "held_out": len(truth)}


def _bag_accuracy(judge: Judge, reviews: Sequence[Any]) -> float:
    bags = counts([review.words for review in reviews], VOCABULARY)
    return judge.accuracy(bags, np.array([review.label for review in reviews]))


def load(name: str, folder: Path = CHECKPOINTS) -> SentimentModel:
    """Reads a trained network for looking: in eval mode, without gradients, float32.

    Raises:
        KeyError: No network of that name ships.
    """
    model = _untrained(_recipe(name))
    model.load_state_dict(safetensors.torch.load_file(folder / f"{name}.safetensors"))
    return model.eval().requires_grad_(requires_grad=False)


def judges(folder: Path = CHECKPOINTS) -> dict[str, Judge]:
    """The bags of words that ship, "naive Bayes" and "logistic", on the words of `VOCABULARY`."""
    stored = safetensors.torch.load_file(folder / f"{BAG}.safetensors")
    return {
        name: Judge(stored[f"{name}/weights"].numpy(), float(stored[f"{name}/bias"]))
        for name in ("naive Bayes", "logistic")
    }  # fmt: skip


def facts(name: str, folder: Path = CHECKPOINTS) -> dict[str, Any]:
    """What is known of a trained network: its `recipe` and what `measured` says; of the bags, the same by name.

    Raises:
        KeyError: There is nothing of that name.
    """
    if name != BAG:
        _recipe(name)
    with safetensors.safe_open(folder / f"{name}.safetensors", framework="numpy") as file:
        return json.loads(file.metadata()["facts"])


def _recipe(name: str) -> Recipe:
    if name not in SHIPPED:
        raise KeyError(f"name is {name!r}, expected one of {', '.join(SHIPPED)}")
    return SHIPPED[name]


@cache
def _network(name: str) -> SentimentModel:
    return load(name)


# ---- reading a text --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """A text for a network to judge.

    Attributes:
        text: Any text; `models.text.words` splits it.
        network: A name in `SHIPPED`.

    Raises:
        ValueError: The text holds no word at all.
        KeyError: No network of that name ships.
    """

    text: str
    network: str = "sentiment-lstm"

    def __post_init__(self) -> None:
        _recipe(self.network)
        if not tokens(self.text):
            raise ValueError("the text has no words: letters, digits or punctuation are needed")


@dataclass(frozen=True, eq=False)
class Judged:
    """What a network makes of T words.

    Attributes:
        tokens: The words read; `known` says which of them are in the vocabulary.
        left_out: Words at the end of the text that were not read.
        positive: P(positive) after each word, (T,). A network that reads both ways reads each beginning anew.
        bags: P(positive) after each word as the bags of words say it, by name, (T,) each.
        forward: What the recurrent layer computed; `backward` the other direction, None where there is none.
        kept: What the gates kept of each word, (T,): see `retention`; None where that has no meaning.
        felt: |∂(logit positive - logit negative) / ∂e_t|, the gradient for the vector of each word.
        removed: P(positive) of the whole text minus P(positive) without the word, (T,); NaN where it is the only one.
    """

    tokens: tuple[str, ...]
    known: tuple[bool, ...]
    left_out: int
    positive: NDArray[np.float64]
    bags: Mapping[str, NDArray[np.float64]]
    forward: Trace
    backward: Trace | None
    kept: Saliency | None
    felt: Saliency
    removed: NDArray[np.float64]

    def measures(self) -> dict[str, NDArray[np.float64]]:
        """The measures of how much a word counts, by name, (T,) each: larger is more."""
        found = {} if self.kept is None else {"kept by gates": 10.0**self.kept.log10}
        return {**found, "felt by gradient": 10.0**self.felt.log10, "changed by removal": np.abs(self.removed)}

    def agreements(self) -> dict[tuple[str, str], float]:
        """Rank correlations (Spearman) between each two measures, in [-1, 1]; NaN where one of them is constant."""
        measures = list(self.measures().items())
        return {
            (one, other): rank_correlation(a, b)
            for k, (one, a) in enumerate(measures)
            for other, b in measures[k + 1 :]
        }  # fmt: skip


def tokens(text: str) -> list[str]:
    """A text as the networks split it. Of a huge text only as much is split as could be read."""
    return words(text[: 200 * LONGEST])


def read(question: Question) -> Judged:
    """Let a network judge a text, after every word, and without every word."""
    model, split = _network(question.network), tokens(question.text)
    read_ = split[:LONGEST]
    ids = encode(read_)
    positive = _positive(model, read_)
    x = model.vectors(ids)
    forward = trace(model.recurrent, x)
    others = [read_[:t] + read_[t + 1 :] for t in range(len(read_))] if len(read_) > 1 else []
    without = probabilities(model, others) if others else np.full(1, np.nan)
    removed = positive[-1] - without
    felt, logit = gradient(model, ids)
    kept = retention(forward) if model.pooling == "last" and not model.both_ways else None
    return Judged(
        tokens=tuple(read_),
        known=tuple(word in VOCABULARY and word != PAD for word in read_),
        left_out=max(0, len(split) - LONGEST),
        positive=_frozen(positive),
        bags={name: _frozen(_bag_positive(judge, read_)) for name, judge in _judges().items()},
        forward=forward,
        backward=trace(model.recurrent, x, reverse=True) if model.both_ways else None,
        kept=None if kept is None else _salient(read_, kept, logit, positive[-1]),
        felt=_salient(read_, felt, logit, positive[-1]),
        removed=_frozen(removed),
    )


@cache
def _judges() -> dict[str, Judge]:
    return judges()


def _positive(model: SentimentModel, read_: list[str]) -> NDArray[np.float64]:
    if model.both_ways:
        return probabilities(model, [read_[: t + 1] for t in range(len(read_))])
    with torch.no_grad():
        return torch.softmax(model(encode(read_)[None])[0], -1)[:, 1].double().numpy()


def probabilities(model: SentimentModel, texts: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """P(positive) of texts of any lengths, (N,): each asked at its own last word."""
    ids = nn.utils.rnn.pad_sequence([encode(text) for text in texts], batch_first=True)  # pad is id 0
    last = torch.tensor([len(text) - 1 for text in texts])
    with torch.no_grad():
        return torch.softmax(model(ids)[torch.arange(len(texts)), last], -1)[:, 1].double().numpy()


def _bag_positive(judge: Judge, read_: Sequence[str]) -> NDArray[np.float64]:
    bags = counts([[word] for word in read_], VOCABULARY).cumsum(0)
    return 1 / (1 + np.exp(-judge.log_odds(bags)))


def retention(found: Trace) -> NDArray[np.float64] | None:
    """How much of what a word wrote is still in the memory after the last word, (T,) in [0, 1]: mean over the units.

    Of an LSTM i_t ∏ f_s over the words s after t: the gate that let the word in, times what the forget gates left of it. Of
    a GRU (1 - z_t) ∏ z_s. An RNN has no gates: None. Gates say how wide the door was, not what went through.
    """
    if "f" in found:
        wrote, keep = found["i"], found["f"]
    elif "z" in found:
        wrote, keep = 1 - found["z"], found["z"]
    else:
        return None
    after = np.ones_like(keep, dtype=float)  # (T, H): the product over all later words
    after[:-1] = np.cumprod(keep[:0:-1].astype(float), axis=0)[::-1]
    return (wrote * after).mean(1)


def gradient(model: SentimentModel, ids: torch.Tensor) -> tuple[NDArray[np.float64], float]:
    """|∂ logit / ∂e_t| for each word, (T,), and that logit: of positive minus that of negative, after the last word."""
    x = model.vectors(ids).detach()[None].requires_grad_()  # (1, T, D)
    with torch.enable_grad():
        logits = model.judge(x, torch.ones(1, len(ids), dtype=torch.bool))[0, -1]
        logit = logits[1] - logits[0]
    (found,) = torch.autograd.grad(logit, x)
    return found[0].norm(dim=-1).double().numpy(), float(logit.detach())


def rank_correlation(a: NDArray, b: NDArray) -> float:
    """Spearman's: the correlation of ranks, equal values sharing theirs; NaN where a side is constant or not finite."""
    if len(a) < 2 or not (np.isfinite(a).all() and np.isfinite(b).all()):
        return math.nan
    one, other = (_ranks(np.asarray(side, dtype=float)) for side in (a, b))
    if one.std() == 0 or other.std() == 0:
        return math.nan
    return float(np.corrcoef(one, other)[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, place, sizes = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(sizes) - (sizes - 1) / 2)[place]


def _salient(read_: Sequence[str], sizes: NDArray[np.float64], logit: float, positive: float) -> Saliency:
    with np.errstate(divide="ignore"):
        return Saliency(tuple(read_), _frozen(np.log10(sizes)), len(read_), logit, float(positive))


def _frozen(values: NDArray) -> NDArray:
    values = np.array(values, dtype=float)
    values.flags.writeable = False  # all sessions share an answer
    return values


# ---- order -----------------------------------------------------------------------------------------------------------


def shuffled(text: str, seed: int) -> str:
    """The words of a text in another order, the same for equal seeds."""
    split = tokens(text)[:LONGEST]
    order = torch.randperm(len(split), generator=torch.Generator().manual_seed(seed)).tolist()
    return " ".join(split[k] for k in order)


@dataclass(frozen=True, eq=False)
class Compared:
    """Two texts as bags and as sequences.

    Attributes:
        words: Words of either text, each once; `bags` how often each text has them, (2, W).
        bag_distance: Of the two bags, ‖a - b‖.
        states: The last state of each, (2, H), of the LSTM that reads the last state; `state_distance`, ‖a - b‖.
        positive: P(positive) of each text, by judge: the networks' names and the bags'.
    """

    words: tuple[str, ...]
    bags: NDArray[np.float64]
    bag_distance: float
    states: NDArray[np.float64]
    state_distance: float
    positive: Mapping[str, tuple[float, float]]


def compare(one: str, other: str) -> Compared:
    """Hold two texts against each other.

    Raises:
        ValueError: A text holds no word.
    """
    texts = [tokens(Question(text).text)[:LONGEST] for text in (one, other)]
    together = tuple(dict.fromkeys(word for text in texts for word in text))
    bags = counts(texts, together).astype(float)
    positive: dict[str, tuple[float, float]] = {}
    for name, judge in _judges().items():
        a, b = (float(_bag_positive(judge, text)[-1]) for text in texts)
        positive[name] = (a, b)
    for name in SHIPPED:
        a, b = probabilities(_network(name), texts).tolist()
        positive[name] = (a, b)
    states = []
    model = _network("sentiment-lstm")
    for text in texts:
        with torch.no_grad():
            states.append(model.recurrent(model.vectors(encode(text)))[0][-1].numpy())
    both = np.stack(states).astype(float)
    return Compared(
        words=together,
        bags=bags,
        bag_distance=float(np.linalg.norm(bags[0] - bags[1])),
        states=both,
        state_distance=float(np.linalg.norm(both[0] - both[1])),
        positive=positive,
    )
