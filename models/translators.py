"""The translators of dates that ship: how they are trained, and how good they are on days that none of them saw.

    from models import translators

    model = translators.load("dates-plain-64")          # a models.translator.Translator
    translators.facts("dates-plain-64")["exact"]        # share of held-out texts that it translates without a slip

Four sizes, each without and with attention. All learn from the same stream of pairs. Those without attention were given 4,000
updates and those with it 1,500, which is more than they need: where attention wins, it is not by training longer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from models.date_rules import by_rules
from models.descent import Descending, Descent
from models.tasks.dates import ISO, Pair, draw, encode, encode_targets, held_out, misspelt, read
from models.translator import MOST_STEPS, Translated, Translator, beam, free_run, greedy, translate

CHECKPOINTS = Path(__file__).parent / "checkpoints"

SHOWN = (0, 50, 100, 250, 500, 750, 1000, 1500, 2000, 3000, 4000)
"""Updates after which a training is measured."""

LENGTHS = ((6, 8), (9, 12), (13, 16), (17, 20), (21, 24), (25, 29))
"""Characters of a text, first and last: the groups by which exact match is told."""

BEAMS = (1, 2, 5, 10)
"""Widths of beam that are measured, on the first `BEAM_TEXTS` held-out texts."""
BEAM_TEXTS = 200

LOOK, LOOKED_AT = 50, 100
"""Updates between two measurements of a training that is watched, and held-out pairs of a measurement."""

MOST_HIDDEN, MOST_UPDATES = 64, 4000
"""The largest H and the most updates of a training on request."""


@dataclass(frozen=True)
class Recipe:
    """How a translator is trained.

    Attributes:
        attention: Whether the decoder looks back.
        hidden: H.
        updates: Of the weights.
        seed: Of the initial weights and of every batch.
        inputs: D, size of a character's vector.
        batch: Pairs in an update.
        learning_rate: Of Adam at the start; it falls to 0 along half a cosine.
        clip: Largest norm of the gradient.
        keep_bias: Head start of the encoder's gate that keeps: without it the network without attention learns slowly.

    Raises:
        ValueError: A size is out of its range.
    """

    attention: bool
    hidden: int = 64
    updates: int = 1500
    seed: int = 0
    inputs: int = 16
    batch: int = 64
    learning_rate: float = 0.01
    clip: float = 1.0
    keep_bias: float = 1.0

    def __post_init__(self) -> None:
        for name, most in {"hidden": MOST_HIDDEN, "updates": MOST_UPDATES}.items():
            if not 1 <= getattr(self, name) <= most:
                raise ValueError(f"{name} is {getattr(self, name)}, expected 1 to {most}")
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"seed is {self.seed}, expected 0 to less than 2 to the 63rd")


SIZES = (8, 16, 32, 64)
"""H of the networks that ship."""

SHIPPED: Mapping[str, Recipe] = {
    f"dates-{'attention' if attention else 'plain'}-{hidden}": Recipe(
        attention, hidden, updates=1500 if attention else 4000, seed=int(hidden == 32 and not attention)
    )
    for attention in (False, True)
    for hidden in SIZES
}
"""The trainings that made the networks that ship, by name."""

NOTES: Mapping[str, str] = {
    "dates-plain-16": "Seed 1 does no better: 0.5 % of its dates are right.",
    "dates-plain-32": "Seed 1 is the better of seeds 0 and 1: with seed 0, 0.1 % of the dates are right.",
    "dates-plain-64": "Seed 0 is the best of seeds 0 to 2: with seed 1, 38.8 % of the dates are right, with seed 2, "
    "98.7 %.",
    "dates-attention-8": "Seed 0 is the better of seeds 0 and 1: with seed 1, 36.9 % of the dates are right.",
    "dates-attention-16": "Seed 1 does as well: 99.4 % of its dates are right.",
    "dates-attention-64": "Seed 1 does as well: 100 % of its dates are right.",
}
"""What one should know of how they were chosen. The two that are not named were trained from seed 0 only."""


def name_of(hidden: int, *, attention: bool) -> str:
    """The name of the network of a size that ships.

    Raises:
        KeyError: There is none of that size.
    """
    name = f"dates-{'attention' if attention else 'plain'}-{hidden}"
    _recipe(name)
    return name


# ---- questions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """A text to translate; see `models.translator.translate`.

    Attributes:
        text: What is read.
        network: A name in `SHIPPED`.
        started_by: Another text, from whose vector the decoder starts; its own if empty.
        teacher: The ISO date that the decoder is told, character by character; what it says itself if empty.

    Raises:
        KeyError: There is no such network.
        ValueError: The text has nothing to read.
    """

    text: str
    network: str = "dates-attention-64"
    started_by: str = ""
    teacher: str = ""

    def __post_init__(self) -> None:
        _recipe(self.network)
        if not read(self.text):
            raise ValueError("text has nothing to read, expected a date in words or numbers")


def answer(question: Question) -> Translated:
    """What a network that ships makes of a text."""
    model = load(question.network)
    return translate(model, question.text, started_by=question.started_by, teacher=question.teacher)


# ---- training --------------------------------------------------------------------------------------------------------


class Fitting(Descending):
    """A training that goes on one update at a time, by teacher forcing.

    Attributes:
        recipe: How.
        model: The network as it is now.
        loss: Of the newest batch, before its update, in nats a character; NaN before the first.

    Args:
        recipe: How.
        pairs: What to learn from, drawn from again and again; freshly generated dates if not given.
        begin: Weights to begin with; drawn from the seed if not given.
    """

    def __init__(self, recipe: Recipe, pairs: Sequence[Pair] = (), begin: Mapping[str, Tensor] | None = None) -> None:
        self.recipe, self._pairs = recipe, pairs
        self._generator = torch.Generator().manual_seed(recipe.seed)
        self.model = Translator(recipe.hidden, recipe.inputs, attention=recipe.attention)
        self.model.initialise(self._generator, recipe.keep_bias)
        if begin is not None:
            self.model.load_state_dict(begin)
        super().__init__(Descent(self.model.parameters(), recipe.learning_rate, recipe.updates, clip=recipe.clip))

    def update(self) -> None:
        """Makes one update.

        Raises:
            RuntimeError: It is done.
        """
        pairs = self._batch()
        targets = encode_targets([pair.target for pair in pairs])
        self._descent.update(_loss(self.model(encode([pair.source for pair in pairs]), targets), targets))

    def _batch(self) -> list[Pair]:
        if not self._pairs:
            return draw(self.recipe.batch, self._generator)
        places = torch.randint(len(self._pairs), (self.recipe.batch,), generator=self._generator)
        return [self._pairs[place] for place in places.tolist()]


@dataclass(frozen=True, eq=False)
class Picture:
    """A translator that learns, seen after `step` updates.

    Attributes:
        step: Updates made.
        loss: Of the newest batch, before its update, in nats a character; NaN before the first.
        curve: Marks on the first held-out pairs by updates made: see `LOOK`.
    """

    step: int
    loss: float
    curve: Mapping[int, Marks]


@dataclass(frozen=True)
class Assignment:
    """Learn dates as they come, and be measured on the way: see `models.pupil`."""

    recipe: Recipe

    @property
    def updates(self) -> int:
        """How many it takes."""
        return self.recipe.updates

    def begin(self) -> _Pupil:
        """The training, before its first update."""
        return _Pupil(self.recipe)


class _Pupil(Fitting):
    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        self._curve = {0: self._marks()}

    def update(self) -> None:
        super().update()
        if self.step % LOOK == 0:
            self._curve[self.step] = self._marks()

    def look(self, *, last: bool) -> Picture:
        """What it knows now; `last` measures it wherever it has come to."""
        if last and self.step not in self._curve:
            self._curve[self.step] = self._marks()
        return Picture(self.step, self.loss, dict(self._curve))

    def _marks(self) -> Marks:
        return marks(self.model, held_out()[:LOOKED_AT])


def _loss(logits: Tensor, targets: Tensor) -> Tensor:
    return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


# ---- measuring -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Marks:
    """How good a network is on some pairs.

    Attributes:
        loss: Under teacher forcing, in nats a character.
        forced: Share of the characters of dates that are right under teacher forcing: told the right ones before.
        free: Share that is right when it is fed what it said itself.
        exact: Share of the texts whose date is right from the first to the last character, fed what it said itself.
        exact_forced: The same under teacher forcing.
    """

    loss: float
    forced: float
    free: float
    exact: float
    exact_forced: float


def marks(model: Translator, pairs: Sequence[Pair]) -> Marks:
    """How good a network is on pairs, run both ways."""
    ids, targets = encode([pair.source for pair in pairs]), encode_targets([pair.target for pair in pairs])
    with torch.no_grad():
        logits = model(ids, targets)
        said, _ = free_run(model, model.encode(ids))
    told = logits.argmax(-1) == targets  # (B, 11)
    own = nn.functional.pad(said, (0, MOST_STEPS))[:, : ISO + 1] == targets
    return Marks(
        loss=_loss(logits, targets).item(),
        forced=told[:, :ISO].double().mean().item(),
        free=own[:, :ISO].double().mean().item(),
        exact=own.all(1).double().mean().item(),
        exact_forced=told.all(1).double().mean().item(),
    )


def right(say: Callable[[Sequence[str]], Sequence[str]], pairs: Sequence[Pair]) -> list[bool]:
    """Which texts somebody translates without a slip."""
    return [said == pair.target for said, pair in zip(say([p.source for p in pairs]), pairs, strict=True)]


def by_spelling(correct: Sequence[bool], pairs: Sequence[Pair]) -> dict[str, float]:
    """Exact match of each spelling, by name."""
    return _shares(correct, [pair.spelling for pair in pairs])


def by_length(correct: Sequence[bool], pairs: Sequence[Pair]) -> dict[str, float]:
    """Exact match by characters of the text, keyed "6–8" and so on."""
    return _shares(correct, [length_group(pair.source) for pair in pairs])


def length_group(text: str) -> str:
    """The group of `LENGTHS` that a text belongs to; the last one takes all that is longer."""
    first, last = next((group for group in LENGTHS if len(read(text)) <= group[1]), LENGTHS[-1])
    return f"{first}–{last}"


def _shares(correct: Sequence[bool], groups: Sequence[str]) -> dict[str, float]:
    found: dict[str, list[bool]] = {}
    for one, group in zip(correct, groups, strict=True):
        found.setdefault(group, []).append(one)
    return {group: sum(ones) / len(ones) for group, ones in sorted(found.items())}


def saying(model: Translator) -> Callable[[Sequence[str]], list[str]]:
    """A network as somebody who translates, greedily."""
    return lambda texts: [said.text for said in greedy(model, texts)]


def swapped(model: Translator, pairs: Sequence[Pair]) -> dict[str, float]:
    """Each text decoded from the vector of the next: shares with the text's `own` date and with the `other`."""
    texts = [pair.source for pair in pairs]
    with torch.no_grad():
        vectors = model.encode(encode(texts)).last.roll(-1, 0)
    said = [said.text for said in greedy(model, texts, vectors)]
    others = [*pairs[1:], pairs[0]]
    return {
        "own": sum(s == p.target for s, p in zip(said, pairs, strict=True)) / len(pairs),
        "other": sum(s == p.target for s, p in zip(said, others, strict=True)) / len(pairs),
    }


def beams(model: Translator, pairs: Sequence[Pair]) -> dict[str, dict[str, float]]:
    """For each width of `BEAMS`: exact match of the best hypothesis, and where it is likelier than greedy's."""
    said = greedy(model, [pair.source for pair in pairs])
    found = {}
    for width in BEAMS:
        best = [beam(model, pair.source, width)[0] for pair in pairs]
        found[str(width)] = {
            "exact": sum(b.text == p.target for b, p in zip(best, pairs, strict=True)) / len(pairs),
            "likelier": sum(b.text != s.text for b, s in zip(best, said, strict=True)) / len(pairs),
        }
    return found


# ---- what ships ------------------------------------------------------------------------------------------------------


def load(name: str, folder: Path = CHECKPOINTS) -> Translator:
    """Reads a trained translator for looking: in eval mode, without gradients, float32.

    Raises:
        KeyError: No translator of that name ships.
    """
    recipe = _recipe(name)
    model = Translator(recipe.hidden, recipe.inputs, attention=recipe.attention)
    model.load_state_dict(safetensors.torch.load_file(folder / f"{name}.safetensors"))
    return model.eval().requires_grad_(requires_grad=False)


def facts(name: str, folder: Path = CHECKPOINTS) -> dict[str, Any]:
    """What is known of a trained translator, read from the head of its file.

    Returns:
        `recipe`; `note`; `parameters`, how many; `curve`, `updates` and `Marks` on the first 300 held-out pairs after each
        of `SHOWN`; `marks` on all 1,000; `exact`, `by_spelling`, `by_length` on the same; `misspelt`, exact match
        where a letter is wrong; `swapped` and `beams`: see the functions of that name.

    Raises:
        KeyError: No translator of that name ships.
    """
    _recipe(name)
    with safetensors.safe_open(folder / f"{name}.safetensors", framework="numpy") as file:
        return json.loads(file.metadata()["facts"])


def make(name: str, folder: Path = CHECKPOINTS) -> None:
    """Trains a translator and writes its weights and facts to a file in `folder`.

    Raises:
        KeyError: No translator of that name ships.
    """
    weights, known = trained(_recipe(name), NOTES.get(name, ""))
    folder.mkdir(parents=True, exist_ok=True)
    # One entry of metadata: with more, safetensors does not keep their order and equal runs would give unequal files.
    (folder / f"{name}.safetensors").write_bytes(safetensors.torch.save(weights, {"facts": json.dumps(known)}))


def trained(recipe: Recipe, note: str = "") -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The weights of a trained translator, and its facts."""
    fitting, curve = Fitting(recipe), []
    while True:
        if fitting.step in SHOWN or fitting.done:
            curve.append({"updates": fitting.step, **asdict(marks(fitting.model, held_out()[:300]))})
        if fitting.done:
            break
        fitting.update()
    model = fitting.model.eval().requires_grad_(requires_grad=False)
    known = {
        "command": "python -m models.zoo",
        "torch": torch.__version__,
        "recipe": asdict(recipe),
        "note": note,
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "curve": curve,
        "marks": asdict(marks(model, held_out())),
        **_exact(saying(model)),
        "swapped": swapped(model, held_out()),
        "beams": beams(model, held_out()[:BEAM_TEXTS]),
    }
    return model.state_dict(), known


def _exact(say: Callable[[Sequence[str]], list[str]]) -> dict[str, Any]:
    correct = right(say, held_out())
    return {
        "exact": sum(correct) / len(correct),
        "by_spelling": by_spelling(correct, held_out()),
        "by_length": by_length(correct, held_out()),
        "misspelt": sum(right(say, misspelt())) / len(misspelt()),
    }


def rules() -> dict[str, Any]:
    """How good rules are on the same texts: `exact`, `by_spelling`, `by_length` and `misspelt` as in `facts`."""
    return _exact(lambda texts: [by_rules(text) for text in texts])


def _recipe(name: str) -> Recipe:
    if name not in SHIPPED:
        raise KeyError(f"name is {name!r}, expected one of {', '.join(SHIPPED)}")
    return SHIPPED[name]
