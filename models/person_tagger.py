"""Two trained taggers for names: one reads forward, one reads both ways; and what each says as the words come in.

    from models import person_tagger

    found = person_tagger.read(person_tagger.Question("She said Alan Turing was a great scientist"))
    found.revealed["forward"][:, 2, PERSON]     # p(person) at "Alan" after 1, 2, ... words: the same from "Alan" on
    found.revealed["both ways"][:, 2, PERSON]   # rises with the last word

The language they learned is that of `models/tasks/persons.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import safetensors
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import nn

from models.run import Run
from models.tasks.persons import FARTHEST, VOCABULARY, PersonTagger, encode, marks, most_frequent
from models.text import words
from models.trace import Trace, trace
from models.training import restore, train

CHECKPOINTS = Path(__file__).parent / "checkpoints"

_RECIPE: dict[str, Any] = {"cell": "RNN", "learning_rate": 0.01, "steps": 1500, "every": 1500, "seed": 0}

SHIPPED: Mapping[str, Run] = {
    "persons-forward": Run("persons", hidden=26, **_RECIPE),
    "persons-both-ways": Run("persons_both_ways", hidden=16, **_RECIPE),
}
"""The trainings that made the networks that ship, by name.

The forward reader has more units, so that it has no fewer weights than the two readers of the other network together.
"""

READERS: Mapping[str, str] = {"forward": "persons-forward", "both ways": "persons-both-ways"}
"""The networks that ship by what they do."""

DISTANCES = (*range(FARTHEST + 1), 10, 15)
"""Distances at which accuracy is measured: those of training and two that no training sentence has."""

LONGEST = 40
"""Words that the taggers read at most."""


@dataclass(frozen=True)
class Question:
    """A text for the taggers to read.

    Attributes:
        text: Any text; `models.text.words` splits it, curly quotation marks become straight ones.

    Raises:
        ValueError: It holds no word at all.
    """

    text: str

    def __post_init__(self) -> None:
        if not tokens(self.text):
            raise ValueError("the text has no words: letters, digits or punctuation are needed")


@dataclass(frozen=True, eq=False)
class Tagged:
    """What the taggers make of T words.

    Attributes:
        tokens: The words read; `known` says which of them are in the vocabulary.
        left_out: Words at the end of the text that were not read.
        revealed: By reader, (T, T, K): [k, t] are the probabilities of the tags of word t when words 0 to k have come in;
            NaN where word t has not come in yet.
        forward, backward: What the two readers of the network that reads both ways compute.
        alone: What the forward reader alone computes.
    """

    tokens: tuple[str, ...]
    known: tuple[bool, ...]
    left_out: int
    revealed: Mapping[str, NDArray]
    forward: Trace
    backward: Trace
    alone: Trace

    def tags(self, reader: str) -> NDArray:
        """The probabilities of the tags, (T, K), when all words have come in.

        Raises:
            KeyError: There is no such reader.
        """
        return self.revealed[reader][-1]


def tokens(text: str) -> list[str]:
    """A text as the taggers split it."""
    return words(text.replace("“", '"').replace("”", '"').replace("„", '"'))


def read(question: Question) -> Tagged:
    """Let both networks read a text, once for each number of words that have come in."""
    split = tokens(question.text)
    read_, left_out = split[:LONGEST], max(0, len(split) - LONGEST)
    ids = encode(read_)
    networks = {reader: load(name) for reader, name in READERS.items()}
    both, alone = networks["both ways"], networks["forward"]
    x = both.vectors(ids)
    return Tagged(
        tokens=tuple(read_),
        known=tuple(word in VOCABULARY for word in read_),
        left_out=left_out,
        revealed={reader: _revealed(network, read_) for reader, network in networks.items()},
        forward=trace(both.recurrent, x),
        backward=trace(both.recurrent, x, reverse=True),
        alone=trace(alone.recurrent, alone.vectors(ids)),
    )


def _revealed(network: PersonTagger, read_: list[str]) -> NDArray:
    """See `Tagged.revealed`: all beginnings of a text are the rows of one batch, padded and packed."""
    ids = nn.utils.rnn.pad_sequence([encode(read_[: k + 1]) for k in range(len(read_))], batch_first=True)
    with torch.no_grad():
        found = torch.softmax(network(ids), -1)  # (T, T, K)
    early = torch.ones(found.shape[:2]).tril() == 0
    array = found.masked_fill(early[..., None], torch.nan).numpy()
    array.flags.writeable = False
    return array


def load(name: str, folder: Path = CHECKPOINTS) -> PersonTagger:
    """Reads a trained tagger for looking: in eval mode, without gradients, float32.

    Raises:
        KeyError: No tagger of that name ships.
    """
    run = _run(name)
    model = PersonTagger(run.cell, run.hidden, run.inputs, both_ways=run.task == "persons_both_ways")
    model.load_state_dict(safetensors.torch.load_file(folder / f"{name}.safetensors"))
    return model.eval().requires_grad_(requires_grad=False)


def facts(name: str, folder: Path = CHECKPOINTS) -> dict[str, Any]:
    """What is known of a trained tagger, read from the head of its file.

    Returns:
        `run`, the recipe; `parameters`, how many; `loss`, in nats a word, of a batch after the last update; `accuracy` by
        distance, keyed "0" to "15": see `models.tasks.persons.marks`; `baseline`, the share of the words of names, and
        `baseline_every`, of all words, that their most frequent tag gets right.

    Raises:
        KeyError: No tagger of that name ships.
    """
    _run(name)
    with safetensors.safe_open(folder / f"{name}.safetensors", framework="numpy") as file:
        return json.loads(file.metadata()["facts"])


def make(name: str, folder: Path = CHECKPOINTS) -> None:
    """Trains a tagger and writes its weights and facts to a file in `folder`.

    Raises:
        KeyError: No tagger of that name ships.
    """
    weights, known = trained(_run(name))
    folder.mkdir(parents=True, exist_ok=True)
    # One entry of metadata: with more, safetensors does not keep their order and equal runs would give unequal files.
    path = folder / f"{name}.safetensors"
    path.write_bytes(safetensors.torch.save(weights, {"facts": json.dumps(known)}))


def trained(run: Run) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """The weights of a trained tagger, and its facts."""
    *_, last = train(run)
    model, simple = cast(PersonTagger, restore(run, last)), most_frequent()
    known = {
        "command": "python -m models.zoo",
        "torch": torch.__version__,
        "run": asdict(run),
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "loss": last.loss,
        "accuracy": {str(distance): marks(model, distance) for distance in DISTANCES},
        "baseline": simple.accuracy,
        "baseline_every": simple.every,
    }
    return model.state_dict(), known


def _run(name: str) -> Run:
    if name not in SHIPPED:
        raise KeyError(f"name is {name!r}, expected one of {', '.join(SHIPPED)}")
    return SHIPPED[name]
