"""Language models: how probable a text is, what comes next, texts that they write themselves; and those that ship.

    model = load("lm-words-lstm")
    score(model, "the apple and pear salad".split()).nats
    sample(model, Sampling(temperature=0.5, seed=1)).tokens

The probability of a text is the product of the probability of every token, given those before it. Products of many small
numbers leave the range of floating point, so everything is kept as a sum of logarithms: the *surprise* of a token is
-log P(token | those before) in nats, and that of a text is their sum.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import safetensors
import safetensors.torch
import torch
from numpy.typing import ArrayLike, NDArray

from models.characters import characters
from models.network import END, RECURRENT, UNKNOWN, WordModel
from models.next_token import START, NextToken
from models.ngrams import NGram
from models.run import Run
from models.tasks import kitchen
from models.text import words
from models.trace import Trace, trace
from models.training import restore, train

CHECKPOINTS = Path(__file__).parent / "checkpoints"

LEVELS = ("words", "letters")
"""What the tokens of a network are."""

RUNS: Mapping[str, Run] = {
    **{
        f"lm-words-{cell.lower()}": Run(
            "kitchen", cell, 32, batch=32, learning_rate=1e-2 if cell == "RNN" else 2e-2, steps=5000,
            keep_bias=float(cell != "RNN"), every=5000,
        )
        for cell in RECURRENT
    },
    **{
        f"lm-letters-{cell.lower()}": Run(
            "kitchen_letters", cell, 64, batch=16, learning_rate=1e-2, steps=2000, keep_bias=float(cell != "RNN"), every=2000
        )
        for cell in RECURRENT
    },
}  # fmt: skip
"""The networks that ship and the training that made each: seed 0, not chosen among others."""

ORDERS = (1, 2, 3, 5, 9, 12)
"""Orders of the n-grams beside them."""

COUNTED = 8000
"""Texts on which these n-grams were counted."""

_COUNTED_SEED = 8_500_000

Array = NDArray[np.float64]


def name_of(level: str, cell: str) -> str:
    """What the network of a level and a cell is called.

    Raises:
        KeyError: None ships.
    """
    name = f"lm-{level}-{cell.lower()}"
    if name not in RUNS:
        raise KeyError(f"name is {name!r}, expected one of {', '.join(RUNS)}")
    return name


# ---- how probable a text is ------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Chain:
    """Factors of a product, and the same as a sum.

    Attributes:
        tokens: What each factor is the probability of, T of them.
        known: Which of them are in the vocabulary; another one counts as `<unk>`.
        surprise: -log P of each given those before, in nats, (T,). NaN where none is said of it.
    """

    tokens: tuple[str, ...]
    known: tuple[bool, ...]
    surprise: Array

    @property
    def factors(self) -> Array:
        """P of each given those before, (T,)."""
        return np.exp(-self.surprise)

    @property
    def nats(self) -> float:
        """-log of the product: the sum of the surprises that there are."""
        return float(np.nansum(self.surprise))

    @property
    def product(self) -> float:
        """The probability itself; 0.0 where it is too small for a number of 64 bits."""
        return float(np.nanprod(self.factors))

    @property
    def perplexity(self) -> float:
        """The exponential of the mean surprise: as uncertain as a fair choice among so many."""
        return math.exp(float(np.nanmean(self.surprise)))


def chain(factors: ArrayLike) -> Chain:
    """A chain from its factors alone, each above 0 and at most 1."""
    given = np.asarray(factors, dtype=float)
    if given.ndim != 1 or not given.size or not ((given > 0) & (given <= 1)).all():
        raise ValueError(f"factors are {factors!r}, expected probabilities above 0 and at most 1")
    names = tuple(f"{factor:g}" for factor in given)
    return Chain(names, (True,) * given.size, -np.log(given))


def score(model: WordModel, tokens: Sequence[str]) -> Chain:
    """How probable a network finds a text, token by token.

    A network that begins with the zero vector says something of the first token, too; of another one the first factor is
    missing.

    Raises:
        ValueError: There is no token.
    """
    if not tokens:
        raise ValueError("tokens is empty, expected one or more")
    ids = model.encode(tokens)
    inputs = torch.cat([torch.tensor([START]), ids]) if isinstance(model, NextToken) else ids
    with torch.no_grad():
        logs = model(inputs[None, :-1])[0].double().log_softmax(-1) if len(inputs) > 1 else torch.zeros(0, 1).double()
    said = ids[len(ids) - len(logs) :]
    surprise = np.full(len(ids), np.nan)
    surprise[len(ids) - len(logs) :] = -logs[range(len(logs)), said].numpy()
    return Chain(tuple(tokens), _known(model, tokens), surprise)


def score_counted(model: NGram, vocabulary: Sequence[str], tokens: Sequence[str]) -> Chain:
    """The same of an n-gram that was counted over texts with a beginning."""
    ids = ids_of(vocabulary, tokens)
    known = tuple(token in vocabulary for token in tokens)
    return Chain(tuple(tokens), known, model.surprise([model.classes, *ids])[1:])


def ids_of(vocabulary: Sequence[str], tokens: Sequence[str]) -> list[int]:
    """The places of tokens in a vocabulary; of one that is not in it, that of `<unk>`."""
    places = {token: k for k, token in enumerate(vocabulary)}
    return [places.get(token, places[UNKNOWN]) for token in tokens]


def _known(model: WordModel, tokens: Sequence[str]) -> tuple[bool, ...]:
    there = set(model.vocabulary)
    return tuple(token in there for token in tokens)


# ---- what happens inside ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Read:
    """A network on a text, step by step.

    Attributes:
        tokens: What it read at each step: "(start)" for the zero vector, then the text.
        known: Which of them it knows.
        trace: Every value of every step.
        guesses: The most probable next tokens after each step, the most probable first.
        probabilities: Of those, (T, k).
    """

    tokens: tuple[str, ...]
    known: tuple[bool, ...]
    trace: Trace
    guesses: list[list[str]]
    probabilities: Array


BEGIN = "(start)"
"""What stands for the zero vector where a text is shown."""


def read(model: WordModel, tokens: Sequence[str], guesses: int = 6) -> Read:
    """Lets a network read a text."""
    begins = isinstance(model, NextToken)
    inputs = model.read(tokens) if isinstance(model, NextToken) else model.encode(tokens)
    with torch.no_grad():
        found = trace(model.recurrent, model.embed(inputs))
        chances = torch.softmax(model.head(torch.tensor(found["h"])), -1)  # (T, K)
        best = chances.topk(min(guesses, chances.shape[1]))
    return Read(
        ((BEGIN,) if begins else ()) + tuple(tokens),
        ((True,) if begins else ()) + _known(model, tokens),
        found,
        [[model.vocabulary[k] for k in row] for row in best.indices.tolist()],
        best.values.double().numpy(),
    )


# ---- texts of its own ------------------------------------------------------------------------------------------------


def softened(logits: ArrayLike, temperature: float = 1.0, top_k: int = 0, banned: Sequence[int] = ()) -> Array:
    """The distribution from which a token is drawn: softmax(logits / T) over what is left.

    Args:
        logits: (K,).
        temperature: T. Below 1 the probable becomes more probable; 0 leaves the most probable alone (greedy).
        top_k: Only so many of the most probable are left; 0 for all.
        banned: Never drawn: the same as drawing again for as long as one of them comes.

    Raises:
        ValueError: The temperature is negative or not a number, or nothing is left.
    """
    found = np.array(logits, dtype=float)
    if not 0 <= temperature < math.inf or top_k < 0:
        raise ValueError(f"temperature is {temperature} and top_k {top_k}, expected 0 or more of each")
    found[list(banned)] = -np.inf
    if not np.isfinite(found).any():
        raise ValueError(f"all of {found.size} tokens are banned, expected one that is left")
    kept = 1 if temperature == 0 else top_k
    if kept:
        order = np.argsort(-found, kind="stable")  # of equals the first in the vocabulary
        found[order[kept:]] = -np.inf
    powers = np.exp((found - found.max()) / (temperature or 1.0))
    return powers / powers.sum()


@dataclass(frozen=True)
class Sampling:
    """How a text is drawn.

    Attributes:
        temperature: See `softened`; 0 is greedy.
        top_k: See `softened`.
        seed: Of the draws: equal seeds, equal texts.
        longest: Tokens at most; a text that says `<eos>` ends before.
        prompt: Tokens that it begins with; they are read and not drawn.

    Raises:
        ValueError: A number is out of its range.
    """

    temperature: float = 1.0
    top_k: int = 0
    seed: int = 0
    longest: int = 60
    prompt: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.temperature <= 100:
            raise ValueError(f"temperature is {self.temperature}, expected 0 to 100")
        for name, least, most in (("top_k", 0, 10**6), ("seed", 0, 2**31 - 1), ("longest", 1, 2000)):
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} is {getattr(self, name)}, expected {least} to {most}")


@dataclass(frozen=True, eq=False)
class Sampled:
    """A text that a network wrote.

    Attributes:
        tokens: The prompt and what was drawn, `<eos>` at the end if it came.
        prompt: How many of them were given.
        said: What the network said before each draw, (N, K).
        left: From what was drawn, (N, K).
        draws: The number in [0, 1) that decided each, (N,): the first token whose share, added up in the order of the
            vocabulary, exceeds it.
    """

    tokens: tuple[str, ...]
    prompt: int
    said: Array
    left: Array
    draws: Array

    @property
    def ended(self) -> bool:
        """Whether the text ended by itself."""
        return self.tokens[-1:] == (END,)


def sample(model: NextToken, asked: Sampling) -> Sampled:
    """Draws a text: read the zero vector, draw a token, read it, draw the next one, until `<eos>`; `<unk>` is never drawn."""
    generator = torch.Generator().manual_seed(asked.seed)
    numbers = torch.rand(asked.longest, generator=generator, dtype=torch.float64).numpy()
    unknown = int(model.encode([UNKNOWN])[0])
    tokens, inputs, state = list(asked.prompt), model.read(asked.prompt), None
    said, left = [], []
    with torch.no_grad():
        while len(said) < max(asked.longest - len(asked.prompt), 1):
            states, state = model.recurrent(model.embed(inputs[None]), state)
            logits = model.head(states[0, -1]).double().numpy()
            said.append(softened(logits))
            left.append(softened(logits, asked.temperature, asked.top_k, (unknown,)))
            chosen = _drawn(left[-1], float(numbers[len(said) - 1]))
            tokens.append(model.vocabulary[chosen])
            if tokens[-1] == END:
                break
            inputs = torch.tensor([chosen])
    return Sampled(tuple(tokens), len(asked.prompt), np.array(said), np.array(left), numbers[: len(said)])


def _drawn(chances: Array, number: float) -> int:
    """The first whose share, added up, exceeds a number in [0, 1); rounding never draws what has no share."""
    place = int(np.searchsorted(np.cumsum(chances), number, side="right"))
    return min(place, int(np.flatnonzero(chances)[-1]))


# ---- the networks that ship ------------------------------------------------------------------------------------------


def load(name: str, folder: Path = CHECKPOINTS) -> NextToken:
    """Reads a network for looking: in eval mode, without gradients.

    Raises:
        KeyError: None of that name ships.
    """
    run = RUNS[_checked(name)]
    model = NextToken(run.cell, _vocabulary(run), run.hidden, run.inputs)
    model.load_state_dict(safetensors.torch.load_file(folder / f"{name}.safetensors"))
    return model.eval().requires_grad_(requires_grad=False)


def facts(name: str, folder: Path = CHECKPOINTS) -> dict[str, Any]:
    """What is known of a network, read from the head of its file.

    Returns:
        `command`, `torch`, `run`; `parameters`; on the held-out texts, in nats per token, `surprise`, of n-grams `counted`
        by order, and `floor`, what the grammar itself pays; `bits`, the same surprise in bits per character; `sounds`, by
        word, how many nats its sentence is more probable than that of the word that sounds alike; `meanings`, of a network
        over letters: see `meanings`.

    Raises:
        KeyError: None of that name ships.
    """
    with safetensors.safe_open(folder / f"{_checked(name)}.safetensors", framework="numpy") as file:
        return json.loads(file.metadata()["facts"])


def make(name: str, folder: Path = CHECKPOINTS) -> None:
    """Trains a network and writes its weights and facts to `folder`.

    Raises:
        KeyError: None of that name ships.
    """
    run = RUNS[_checked(name)]
    *_, last = train(run)
    model = cast(NextToken, restore(run, last))
    known = {
        "command": f"python -m models.zoo {name}",
        "torch": torch.__version__,
        "run": asdict(run),
        "parameters": sum(weight.numel() for weight in model.parameters()),
        **measured(model),
    }
    folder.mkdir(parents=True, exist_ok=True)
    # One entry of metadata: with more, safetensors does not keep their order and equal runs would give unequal files.
    data = safetensors.torch.save(model.state_dict(), {"facts": json.dumps(known)})
    (folder / f"{name}.safetensors").write_bytes(data)


def measured(model: NextToken) -> dict[str, Any]:
    """What a network of the kitchen language reaches beside its baselines: the numbers of `facts`, to six digits."""
    letters = model.vocabulary == kitchen.LETTERS
    found = kitchen.held_out()
    rows = [kitchen.tokens(text, letters=letters) for text in found]
    chains = [score(model, row) for row in rows]
    nats, count = sum(each.nats for each in chains), sum(map(len, rows))
    signs = sum(len(kitchen.tokens(text, letters=True)) for text in found)
    return {
        "surprise": round(nats / count, 6),
        "counted": {str(order): round(surprise_counted(order, letters=letters), 6) for order in ORDERS},
        "floor": round(kitchen.floor(letters=letters), 6),
        "bits": round(nats / math.log(2) / signs, 6),
        "sounds": {word: round(_advantage(model, right, wrong, letters=letters), 4) for word, right, wrong in SOUNDS},
        "meanings": meanings(model) if letters else {},
    }


SOUNDS = (
    ("pear", "the apple and pear salad", "the apple and pair salad"),
    ("pair", "take a pair of gloves from the shelf", "take a pear of gloves from the shelf"),
    ("flour", "the plum cake. wash the plum. add the flour", "the plum cake. wash the plum. add the flower"),
    (
        "thyme",
        "the leek soup. peel the leek. add a sprig of thyme",
        "the leek soup. peel the leek. add a sprig of time",
    ),
    ("meet", "the guests meet at noon", "the guests meat at noon"),
)
"""Sentences that sound alike: the word, the sentence that was meant, and the other one."""


def _advantage(model: NextToken, right: str, wrong: str, *, letters: bool) -> float:
    one, other = (characters(text) if letters else words(text) for text in (right, wrong))
    return score(model, other).nats - score(model, one).nats


@cache
def counted(order: int, *, letters: bool) -> NGram:
    """An n-gram of the kitchen language, counted on `COUNTED` texts that are not among the held-out ones' seeds."""
    highest = max(ORDERS)
    if order != highest:
        return counted(highest, letters=letters).shorter(order)
    vocabulary = kitchen.LETTERS if letters else kitchen.VOCABULARY
    written = kitchen.texts(COUNTED, torch.Generator().manual_seed(_COUNTED_SEED))
    ids = [k for text in written for k in (len(vocabulary), *ids_of(vocabulary, kitchen.tokens(text, letters=letters)))]
    return NGram.fit(ids, len(vocabulary), highest)


def surprise_counted(order: int, *, letters: bool) -> float:
    """Nats per token of such an n-gram on the held-out texts."""
    vocabulary = kitchen.LETTERS if letters else kitchen.VOCABULARY
    rows = [kitchen.tokens(text, letters=letters) for text in kitchen.held_out()]
    ids = [k for row in rows for k in (len(vocabulary), *ids_of(vocabulary, row))]
    return float(np.nanmean(counted(order, letters=letters).surprise(ids)))


# ---- units with a meaning --------------------------------------------------------------------------------------------

MEANINGS: Mapping[str, str] = {
    "word": "letters since the last blank",
    "sentence": "words since the last full stop",
    "text": "characters since the text began",
    "baked": "whether the recipe's dish is baked, known after its title",
}
"""What a unit may keep count of, by name."""

_READ = 200  # held-out texts on which a unit's meaning is measured


def features(tokens: Sequence[str]) -> dict[str, Array]:
    """What could be kept count of after each character of a kitchen text, (T,) each; NaN where it is not asked."""
    title = "".join(tokens).split(".")[0].split()
    recipe = title[:1] == ["the"] and bool(title) and title[-1] in kitchen.BAKED + kitchen.COLD + kitchen.COOKED
    word = sentence = 0
    titled = False
    found: dict[str, list[float]] = {name: [] for name in MEANINGS}
    for place, sign in enumerate(tokens, 1):
        word = word + 1 if sign.isalpha() else 0
        sentence = 0 if sign == "." else sentence + (sign == " ")
        titled |= sign == "."
        baked = float(title[-1] in kitchen.BAKED) if recipe and titled else np.nan
        for name, value in zip(MEANINGS, (word, sentence, place, baked), strict=True):
            found[name].append(float(value))
    return {name: np.array(values) for name, values in found.items()}


def meanings(model: NextToken) -> dict[str, dict[str, Any]]:
    """The unit that goes most closely with each of `MEANINGS`, with the state and the correlation, on held-out texts.

    Correlation is not understanding: a unit may follow a count because of something else that grows with it.
    """
    rows = [kitchen.tokens(text, letters=True)[:-1] for text in kitchen.held_out()[:_READ]]
    wanted = [features(row) for row in rows]
    traces = [trace(model.recurrent, model.embed(model.read(row)[1:])) for row in rows]
    found = {}
    for name in MEANINGS:
        target = np.concatenate([values[name] for values in wanted])
        asked = np.isfinite(target)
        best: tuple[float, str, int] = (0.0, "h", 0)
        for state in traces[0].start:
            values = np.concatenate([each[state] for each in traces])[asked].astype(float)  # (N, H)
            for unit, correlation in enumerate(_correlations(values, target[asked])):
                best = max(best, (float(correlation), state, unit), key=lambda each: abs(each[0]))
        found[name] = {"unit": best[2], "state": best[1], "correlation": round(best[0], 4)}
    return found


def _correlations(values: Array, target: Array) -> Array:
    """Pearson's correlation of each column (N, H) with a target (N,); 0 for a column that never moves."""
    centred, wanted = values - values.mean(0), target - target.mean()
    size = np.sqrt((centred**2).sum(0) * (wanted**2).sum())
    return np.where(size > 0, centred.T @ wanted / np.where(size > 0, size, 1), 0)


def _vocabulary(run: Run) -> tuple[str, ...]:
    return kitchen.LETTERS if run.task == "kitchen_letters" else kitchen.VOCABULARY


def _checked(name: str) -> str:
    if name not in RUNS:
        raise KeyError(f"name is {name!r}, expected one of {', '.join(RUNS)}")
    return name
