"""Models that ship, handed over as a visitor would hand over one: a file's bytes, a vocabulary, a text to read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from models import own_model
from models.loaders import weights
from models.network import UNKNOWN
from models.own_model import Asked, Found, Loss, Profiles, Reading, find
from models.tagging import PAD, vocabulary
from models.tasks.agreement import VOCABULARY
from models.translator import CHARACTERS
from models.zoo import CHECKPOINTS


@dataclass(frozen=True)
class Example:
    """One file and what belongs to it.

    Attributes:
        title: In a few words.
        name: Of the file, without its ending.
        vocabulary: The tokens by their ids.
        text: What it reads at first.
    """

    title: str
    name: str
    vocabulary: tuple[str, ...] = field(repr=False)
    text: str

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.safetensors"

    def data(self) -> bytes:
        """The bytes of its file."""
        return (CHECKPOINTS / self.file).read_bytes()

    def tokens(self) -> str:
        """Its vocabulary as JSON."""
        return json.dumps(self.vocabulary, ensure_ascii=False)


@cache
def found(example: str) -> Found:
    """What is found in the file of an example, by the same way as in a visitor's."""
    return find(weights.read(EXAMPLES[example].data()))


def read(example: str, asked: Asked) -> Reading:
    """What a layer of an example makes of an input; see `models.own_model.read`."""
    return own_model.read(found(example), asked, EXAMPLES[example].vocabulary)


def profiles(example: str, asked: Asked, loss: Loss) -> Profiles:
    """How a gradient fades in it; see `models.own_model.profiles`."""
    return own_model.profiles(read(example, asked).seen.trace, loss)


EXAMPLES: Mapping[str, Example] = {
    "verb": Example(
        "LSTM that chooses verbs", "agreement-lstm", VOCABULARY, "The cat, which already ate the fish, was full."
    ),
    "names": Example(
        "RNN that marks names, two layers, both ways",
        "tagging-stacked",
        (PAD, UNKNOWN, *vocabulary("tagging-stacked").vocabulary),
        "Anna Weber lives in Berlin and works for Siemens .",
    ),
    "dates": Example(
        "two GRUs that translate dates, encoder and decoder", "dates-plain-32", tuple(CHARACTERS), "27. September 1994"
    ),
}
"""The examples, the first one first."""
