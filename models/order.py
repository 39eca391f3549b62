"""Does the order count? Three trained readers of one language: a bag of words, a plain net on padded rows, an RNN.

    from models import order

    found = order.read(order.Question("not good, bad", "not bad, good"))
    found.bag_distance          # 0: both sentences have the same words
    found.answers["bag"]        # P(word) for both sentences: equal to the last bit
    found.answers["RNN"]        # not equal
    order.facts("order-rnn")["accuracy"]

The language is that of `models/tasks/order.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import safetensors
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.descent import Descent
from models.network import WordModel
from models.run import Run
from models.tasks import TASKS
from models.tasks.order import PAD, VOCABULARY, Sentence, encode, held_out
from models.text import words
from models.told import Told
from models.trace import Trace, trace
from models.training import restore, train

CHECKPOINTS = Path(__file__).parent / "checkpoints"

RUN = Run("order", "RNN", 32, batch=32, learning_rate=5e-3, steps=2000, every=2000, seed=0)
"""The training of the RNN. The other two readers see the very same batches, at the same rate."""

HIDDEN = 32
"""Hidden units of the other two readers."""

ROWS = 20
"""Words that the plain net on padded rows has room for."""

READERS: Mapping[str, str] = {"bag": "order-bag", "padded": "order-padded", "RNN": "order-rnn"}
"""The networks that ship by what reads."""

LONGEST = 40
"""Words of a visitor's sentence that are read at most."""

GUESSES = 6
"""Answers that are kept after each word, the most probable first."""


class PlainReader(nn.Module):
    """A net without recurrence: all words at once, one hidden layer, an answer.

        P(answer) = softmax(W₂ tanh(W₁ x + b₁) + b₂)

    As a bag x holds how often each word stands in the sentence, (V,). On padded rows x holds the one-hot vectors of all
    places, one behind the other, (T·V,): what stands where, with noughts for places that the sentence does not fill.

    It is born with every weight 0.

    Attributes:
        places: T, words that it has room for; 0 for a bag, which has room for any number.
        first: `nn.Linear`, V or T·V -> H.
        second: `nn.Linear`, H -> V.

    Args:
        places: See above.
        hidden: H.

    Raises:
        ValueError: A size is below what there can be.
    """

    def __init__(self, places: int = 0, hidden: int = HIDDEN) -> None:
        super().__init__()
        if places < 0 or hidden < 1:
            raise ValueError(
                Told(
                    "places is {places} and hidden is {hidden}, expected 0 or more and 1 or more",
                    places=places,
                    hidden=hidden,
                )
            )
        self.places = places
        # Torch's constructors draw from the global generator, except on the "meta" device: see models/network.py.
        self.first = nn.Linear(len(VOCABULARY) * max(places, 1), hidden, device="meta")
        self.second = nn.Linear(hidden, len(VOCABULARY), device="meta")
        self.load_state_dict({name: torch.zeros(w.shape) for name, w in self.named_parameters()}, assign=True)

    def forward(self, ids: Tensor) -> Tensor:
        """Reads word ids (B, T), pads behind; returns the logits (B, V). Words beyond its places are cut off."""
        return self.second(torch.tanh(self.first(self.inputs(ids))))

    def inputs(self, ids: Tensor) -> Tensor:
        """What the first layer gets for word ids (B, T): the bag (B, V), or the padded rows (B, places·V)."""
        if not self.places:
            return _one_hot(ids).sum(1)
        short = nn.functional.pad(ids[:, : self.places], (0, max(0, self.places - ids.shape[1])))  # PAD is id 0
        return _one_hot(short).flatten(1)

    def initialise(self, generator: torch.Generator) -> None:
        """Gives it the initial weights of `nn.Linear`, but from a generator."""
        with torch.no_grad():
            for layer in (self.first, self.second):
                bound = 1 / math.sqrt(layer.in_features)
                layer.weight.uniform_(-bound, bound, generator=generator)
                layer.bias.uniform_(-bound, bound, generator=generator)


def _one_hot(ids: Tensor) -> Tensor:
    """One-hot vectors (..., V) of word ids (...); a pad is all noughts."""
    vectors = nn.functional.one_hot(ids, len(VOCABULARY)).float()
    vectors[..., VOCABULARY.index(PAD)] = 0
    return vectors


# ---- training and files ----------------------------------------------------------------------------------------------


def trained(name: str, run: Run = RUN) -> nn.Module:
    """Trains a reader; equal runs give equal readers.

    Args:
        name: One of `READERS`.
        run: How, without changes of the learning rate on the way.

    Raises:
        KeyError: No reader of that name ships.
    """
    _check(name)
    if name == READERS["RNN"]:
        *_, last = train(run)
        return restore(run, last)
    task, generator = TASKS[run.task], torch.Generator().manual_seed(run.seed)
    task.network(run, generator)  # draws what the RNN's start draws, so that the batches are the same
    model = _untrained(name)
    model.initialise(torch.Generator().manual_seed(run.seed))
    descent = Descent(model.parameters(), run.learning_rate, run.steps, clip=run.clip, decay=run.decay)
    while not descent.done:
        ids, targets = task.batch(run.batch, run.lengths, generator)
        descent.update(nn.functional.cross_entropy(model(ids), targets.max(1).values))  # the one target that is asked
    return model.eval().requires_grad_(requires_grad=False)


def make(name: str, folder: Path = CHECKPOINTS) -> None:
    """Trains a reader and writes its weights and facts to a file in `folder`.

    Raises:
        KeyError: No reader of that name ships.
    """
    model = trained(name)
    known = {
        "command": "python -m models.zoo",
        "torch": torch.__version__,
        "run": asdict(RUN),
        "parameters": parameters(model),
        "accuracy": {str(length): marks(model, length) for length in TASKS[RUN.task].tested},
        "first_rival": {str(length): first_rival(length) for length in TASKS[RUN.task].tested},
    }
    folder.mkdir(parents=True, exist_ok=True)
    # One entry of metadata: with more, safetensors does not keep their order and equal runs would give unequal files.
    path = folder / f"{name}.safetensors"
    path.write_bytes(safetensors.torch.save(model.state_dict(), {"facts": json.dumps(known)}))


def load(name: str, folder: Path = CHECKPOINTS) -> nn.Module:
    """Reads a trained reader for looking: in eval mode, without gradients, float32.

    Raises:
        KeyError: No reader of that name ships.
    """
    _check(name)
    model = _untrained(name)
    model.load_state_dict(safetensors.torch.load_file(folder / f"{name}.safetensors"))
    return model.eval().requires_grad_(requires_grad=False)


def facts(name: str, folder: Path = CHECKPOINTS) -> dict[str, Any]:
    """What is known of a reader, read from the head of its file.

    Returns:
        `run`, the recipe; `parameters`, how many; `accuracy` by words that say nothing, keyed "0" to "12": see `marks`;
        `first_rival`, keyed likewise: see the function of that name.

    Raises:
        KeyError: No reader of that name ships.
    """
    _check(name)
    with safetensors.safe_open(folder / f"{name}.safetensors", framework="numpy") as file:
        return json.loads(file.metadata()["facts"])


def _untrained(name: str) -> Any:  # noqa: ANN401 - one of two kinds of reader
    if name == READERS["RNN"]:
        return WordModel(RUN.cell, VOCABULARY, RUN.hidden, RUN.inputs)
    return PlainReader(ROWS if name == READERS["padded"] else 0)


def _check(name: str) -> None:
    if name not in READERS.values():
        raise KeyError(f"name is {name!r}, expected one of {', '.join(READERS.values())}")


# ---- what they can do ------------------------------------------------------------------------------------------------


def said(model: nn.Module, sentences: Sequence[Sequence[str]]) -> NDArray[np.float32]:
    """P(answer) of every word of the vocabulary after the whole sentence, (N, V)."""
    ids = nn.utils.rnn.pad_sequence([encode(tokens) for tokens in sentences], batch_first=True)
    with torch.no_grad():
        logits = model(ids)
        if logits.ndim == 3:  # an RNN answers at every step: the one at the last word counts
            last = torch.tensor([len(tokens) - 1 for tokens in sentences])
            logits = logits[torch.arange(len(last)), last]
        return torch.softmax(logits, -1).numpy()


def marks(model: nn.Module, length: int) -> dict[str, float]:
    """What a reader makes of the held-out pairs of one length, shares in [0, 1].

    Returns:
        `sentences`, the share of sentences with the right answer; `pairs`, of pairs with both answers right; `same`, of
        pairs whose two answers are the same word, so that one of them at most can be right.
    """
    pairs = held_out(length)
    flat = [one for pair in pairs for one in pair]
    best = said(model, [one.words for one in flat]).argmax(1)
    right = (best == [VOCABULARY.index(one.answer) for one in flat]).reshape(-1, 2)
    best = best.reshape(-1, 2)
    return {
        "sentences": float(right.mean()),
        "pairs": float(right.all(1).mean()),
        "same": float((best[:, 0] == best[:, 1]).mean()),
    }


def first_rival(length: int) -> float:
    """The share of held-out sentences that a rule of thumb gets right: of the two rivals the first one is the answer."""
    flat: list[Sentence] = [one for pair in held_out(length) for one in pair]
    return float(np.mean([one.rivals[0] < one.rivals[1] for one in flat]))


def parameters(model: nn.Module) -> int:
    """Weights and biases of a network, counted."""
    return sum(weight.numel() for weight in model.parameters())


def sizes(lengths: Sequence[int]) -> dict[str, list[int]]:
    """Weights of readers that are built for sentences of so many words, by reader; counted, not calculated.

    The plain net is built anew for each length. The RNN and the bag are built the same way whatever the length.
    """
    return {
        "padded": [parameters(PlainReader(length)) for length in lengths],
        "RNN": [parameters(_untrained(READERS["RNN"])) for _ in lengths],
        "bag": [parameters(PlainReader()) for _ in lengths],
    }


# ---- a visitor's sentences -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """Two sentences to compare.

    Attributes:
        one, other: Any texts; `models.text.words` splits them.

    Raises:
        ValueError: One of them holds no word at all.
    """

    one: str
    other: str

    def __post_init__(self) -> None:
        if not words(self.one):
            raise ValueError(Told("The first sentence has no word"))
        if not words(self.other):
            raise ValueError(Told("The second sentence has no word"))

    @property
    def texts(self) -> tuple[str, str]:
        """Both."""
        return self.one, self.other


@dataclass(frozen=True, eq=False)
class Read:
    """What the readers make of two sentences.

    Attributes:
        tokens: The words read of each.
        known: Of each word, whether it is in the vocabulary.
        left_out: Of each sentence, how many words at its end were not read.
        words: All W words of both sentences, as they are first met.
        bags: How often each of them stands in each sentence, (2, W).
        bag_distance: Length of the difference of the bags.
        answers: By reader, P(answer) of every word of the vocabulary for both sentences, (2, V).
        states: The RNN's last states, (2, H).
        traces: Everything that the RNN computes on each sentence.
        guesses: For each sentence the most probable answers after each word, were it the last one.
        probabilities: Of those, (T, `GUESSES`) each.
    """

    tokens: tuple[tuple[str, ...], tuple[str, ...]]
    known: tuple[tuple[bool, ...], tuple[bool, ...]]
    left_out: tuple[int, int]
    words: tuple[str, ...]
    bags: NDArray[np.int64]
    bag_distance: float
    answers: Mapping[str, NDArray[np.float32]]
    states: NDArray[np.float32]
    traces: tuple[Trace, Trace]
    guesses: tuple[list[list[str]], list[list[str]]]
    probabilities: tuple[NDArray[np.float32], NDArray[np.float32]]

    @property
    def state_distance(self) -> float:
        """Length of the difference of the RNN's last states."""
        return float(np.linalg.norm(self.states[0] - self.states[1]))

    def best(self, reader: str) -> tuple[tuple[str, float], tuple[str, float]]:
        """The likeliest answer to each sentence with its probability.

        Raises:
            KeyError: There is no such reader.
        """
        one, other = ((VOCABULARY[int(row.argmax())], float(row.max())) for row in self.answers[reader])
        return one, other


def read(question: Question) -> Read:
    """Let all three readers read both sentences."""
    split = [words(text) for text in question.texts]
    one, other = (tuple(tokens[:LONGEST]) for tokens in split)
    every = tuple(dict.fromkeys((*one, *other)))
    bags = np.array([[tokens.count(word) for word in every] for tokens in (one, other)])
    network = cast(WordModel, load(READERS["RNN"]))
    looked = [_steps(network, tokens) for tokens in (one, other)]
    first, second = (step[0] for step in looked)
    return Read(
        tokens=(one, other),
        known=(tuple(word in VOCABULARY for word in one), tuple(word in VOCABULARY for word in other)),
        left_out=(len(split[0]) - len(one), len(split[1]) - len(other)),
        words=every,
        bags=bags,
        bag_distance=float(np.linalg.norm(bags[0] - bags[1])),
        answers={reader: said(load(name), [one, other]) for reader, name in READERS.items()},
        states=np.stack([first["h"][-1], second["h"][-1]]),
        traces=(first, second),
        guesses=(looked[0][1], looked[1][1]),
        probabilities=(looked[0][2], looked[1][2]),
    )


def _steps(network: WordModel, tokens: Sequence[str]) -> tuple[Trace, list[list[str]], NDArray[np.float32]]:
    """The trace of a sentence, and the most probable answers after each word."""
    ids = network.encode(tokens)
    with torch.no_grad():
        found = trace(network.recurrent, network.embed(ids))
        best = torch.softmax(network(ids[None])[0], -1).topk(GUESSES)  # (T, GUESSES)
    return found, [[VOCABULARY[k] for k in row] for row in best.indices.tolist()], best.values.numpy()


def shuffled(text: str, seed: int) -> str:
    """The words of a text in an order drawn from a seed: the same bag, and another order wherever there is one."""
    tokens = words(text)
    if len(set(tokens)) < 2:
        return " ".join(tokens)
    generator = torch.Generator().manual_seed(seed)
    found = tokens
    while found == tokens:
        found = [tokens[k] for k in torch.randperm(len(tokens), generator=generator).tolist()]
    return " ".join(found)
