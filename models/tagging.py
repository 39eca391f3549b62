"""Taggers: networks that say of every word of a sentence what it is; from a word alone to words and their characters.

    from models import tagging

    found = tagging.read(tagging.Question("Anna lives in Blorbstan.", "characters"))
    found.tags                              # ("B-person", "O", "O", "B-place", "O")
    tagging.facts("tagging-characters")["marks"]["f1"]

Seven networks learn the sentences of `models/tasks/entities.py` and differ in what they may look at: see `KINDS`. An eighth
learns the fields of real-estate ads, `models/tasks/ads.py`. `Fitting` trains one on any sentences with tags.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.entity_f1 import OUTSIDE, as_bio, score
from models.network import RECURRENT, UNKNOWN, Start, start_recurrent
from models.tasks import ads, entities
from models.tasks.ads import key, tokens
from models.trace import Trace, trace

CHECKPOINTS = Path(__file__).parent / "checkpoints"

PAD = "<pad>"
"""Fills a row of a batch behind its sentence, and a word behind its characters."""

LONGEST, LONGEST_WORD = 60, 24
"""Words of a text and characters of a word that a tagger reads at most; more are left out."""

IGNORED = -100
"""The target of a pad."""


@dataclass(frozen=True)
class Kind:
    """What a tagger may look at when it tags a word.

    Attributes:
        title: What a menu calls it.
        told: What it looks at, in a few words.
        window: Words on either side that a network without a recurrent layer sees beside the word itself.
        layers: Recurrent layers; 0 for a network without.
        both_ways: One more reader from the last word to the first.
        characters: A small bidirectional network reads the characters of each word first.
        hidden: H, of one direction.
    """

    title: str
    told: str
    window: int = 0
    layers: int = 0
    both_ways: bool = False
    characters: bool = False
    hidden: int = 24


KINDS: Mapping[str, Kind] = {
    "word": Kind("MLP, a word alone", "the word itself", hidden=48),
    "window": Kind("MLP, three words", "the word and its two neighbours", window=1, hidden=48),
    "forward": Kind("RNN", "the word and all before it", layers=1, hidden=40),
    "both": Kind("Bi-RNN", "all words", layers=1, both_ways=True),
    "stacked": Kind("stacked Bi-RNN", "all words, in two layers", layers=2, both_ways=True),
    "spelling": Kind("MLP, a word and its characters", "the word itself, letter by letter", characters=True, hidden=48),
    "characters": Kind("words + characters", "all words, letter by letter", layers=1, both_ways=True, characters=True),
}  # fmt: skip
"""The networks, from the least that one may look at to the most."""


@dataclass(frozen=True)
class Recipe:
    """How a tagger is made.

    Attributes:
        kind: A name in `KINDS`.
        inputs: D, size of a word's vector.
        letters: Hidden units of each of the two readers of characters.
        batch: Sentences in an update.
        updates: How many.
        learning_rate: Of Adam, lowered to 0 along half a cosine.
        clip: Largest norm of the gradient.
        hide: Share of the words that an update reads as `<unk>`, so that the network learns to do without.
        seed: Of the first weights and of the order of the sentences.

    Raises:
        KeyError: There is no such kind.
    """

    kind: str
    inputs: int = 24
    letters: int = 16
    batch: int = 32
    updates: int = 900
    learning_rate: float = 0.01
    clip: float = 1.0
    hide: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise KeyError(f"kind is {self.kind!r}, expected one of {', '.join(KINDS)}")


@dataclass(frozen=True)
class Words:
    """What a tagger knows before it learns: words, characters, and what it may say.

    Attributes:
        vocabulary: Words as `key` writes them, pads and `<unk>` not among them.
        alphabet: Characters.
        heads: The labels of each thing that it says: tags, and perhaps parts of speech.
    """

    vocabulary: tuple[str, ...]
    alphabet: tuple[str, ...]
    heads: tuple[tuple[str, ...], ...]
    _ids: dict[str, int] = field(init=False, repr=False, compare=False)
    _letters: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ids", {word: k for k, word in enumerate(self.vocabulary, start=2)})
        object.__setattr__(self, "_letters", {letter: k for k, letter in enumerate(self.alphabet, start=2)})

    def knows(self, word: str) -> bool:
        """Whether a word is in the vocabulary."""
        return key(word) in self._ids

    def encode(self, sentences: Sequence[Sequence[str]]) -> Encoded:
        """Words as numbers, each different word once."""
        distinct = {word: k for k, word in enumerate(dict.fromkeys(word for words in sentences for word in words))}
        letters = torch.zeros(max(1, len(distinct)), LONGEST_WORD, dtype=torch.long)
        for word, k in distinct.items():
            spelled = [self._letters.get(letter, 1) for letter in word[:LONGEST_WORD]]
            letters[k, : len(spelled)] = torch.tensor(spelled)
        ids = torch.tensor([self._ids.get(key(word), 1) for word in distinct], dtype=torch.long)
        return Encoded([torch.tensor([distinct[word] for word in words]) for words in sentences], ids, letters)


@dataclass(frozen=True, eq=False)
class Encoded:
    """Sentences as numbers.

    Attributes:
        rows: Of each sentence the places (T,) of its words among the N different ones.
        ids: Of each different word its id (N,): 0 pad, 1 `<unk>`.
        letters: And its characters (N, L), padded with 0; 1 is an unknown one.
    """

    rows: list[Tensor]
    ids: Tensor
    letters: Tensor

    def batch(self, places: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
        """Word ids (B, T), places of their spelling (B, T), and spellings (M, L), for some of the sentences."""
        rows = [self.rows[place] for place in places]
        padded = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=-1)  # (B, T)
        used, spelling = torch.unique(padded.clamp(min=0), return_inverse=True)
        ids = torch.where(padded < 0, 0, self.ids[padded.clamp(min=0)])
        return ids, spelling, self.letters[used]


class Tagger(nn.Module):
    """Tags every word: an embedding, perhaps the spelling, perhaps neighbours or recurrent layers, and a read-out.

        e_t = E[word t]  beside  the last states of two readers of its characters
        h_t = cell(e_t, h_{t-1}), both ways;  or tanh(W e_{t-w..t+w} + b)
        P(label of word t) = softmax(V h_t + c), of each head by itself

    It is born with every weight 0; `initialise` or `load_state_dict` gives it others.

    Attributes:
        embedding: `nn.Embedding` (V + 2, D).
        alphabet, spelling: Embedding and RNN of characters, where the kind has them.
        recurrent: `nn.RNN`, both ways or forward, batch first; where the kind has layers.
        dense: `nn.Linear` over the window; where it has none.
        head: `nn.Linear` to the labels of all heads, one after the other.
    """

    def __init__(self, recipe: Recipe, words: Words) -> None:
        super().__init__()
        kind = KINDS[recipe.kind]
        self.kind, self.words = kind, words
        # Torch's constructors draw from the global generator, except on the "meta" device: see models/network.py.
        self.embedding = nn.Embedding.from_pretrained(
            torch.zeros(len(words.vocabulary) + 2, recipe.inputs), freeze=False
        )
        wide = recipe.inputs
        if kind.characters:
            self.alphabet = nn.Embedding.from_pretrained(
                torch.zeros(len(words.alphabet) + 2, recipe.letters), freeze=False
            )
            self.spelling = RECURRENT["RNN"](
                recipe.letters, recipe.letters, batch_first=True, bidirectional=True, device="meta"
            )
            wide += 2 * recipe.letters
        if kind.layers:
            self.recurrent = RECURRENT["RNN"](
                wide, kind.hidden, kind.layers, batch_first=True, bidirectional=kind.both_ways, device="meta"
            )
        else:
            self.dense = nn.Linear(wide * (2 * kind.window + 1), kind.hidden, device="meta")
        read = kind.hidden * (2 if kind.both_ways else 1)
        self.head = nn.Linear(read, sum(map(len, words.heads)), device="meta")
        self.load_state_dict({name: torch.zeros(w.shape) for name, w in self.named_parameters()}, assign=True)

    def initialise(self, generator: torch.Generator) -> None:
        """First weights: N(0, 1) for embeddings, U(-1/√n, 1/√n) for the others, n inputs or hidden units; W_hh orthogonal."""
        with torch.no_grad():
            for name, weight in self.named_parameters():
                if name.startswith(("embedding", "alphabet")):
                    weight.normal_(generator=generator)
                else:
                    module: Any = self.get_submodule(name.split(".")[0])
                    size = module.hidden_size if isinstance(module, nn.RNNBase) else module.in_features
                    weight.uniform_(-(size**-0.5), size**-0.5, generator=generator)
        for name in ("spelling", "recurrent"):
            if hasattr(self, name):
                start_recurrent(getattr(self, name), generator, start=Start("orthogonal"))

    def forward(self, ids: Tensor, places: Tensor, letters: Tensor) -> tuple[Tensor, ...]:
        """Reads what `Encoded.batch` gives; returns the logits (B, T, K) of each head."""
        return self.label(self.vectors(ids, places, letters), (ids != 0).sum(1))

    def label(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        """The logits (B, T, K) of each head for what is read of each word (B, T, D), of sentences of these lengths (B,)."""
        if self.kind.layers:
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            h, _ = nn.utils.rnn.pad_packed_sequence(
                self.recurrent(packed)[0], batch_first=True, total_length=x.shape[1]
            )
        else:
            w = self.kind.window
            padded = nn.functional.pad(x, (0, 0, w, w))
            h = torch.tanh(self.dense(torch.cat([padded[:, k : k + x.shape[1]] for k in range(2 * w + 1)], -1)))
        return self.head(h).split([len(labels) for labels in self.words.heads], -1)

    def vectors(self, ids: Tensor, places: Tensor, letters: Tensor) -> Tensor:
        """What is read of each word, (B, T, D), beside it what two readers made of its characters; 0 at pads."""
        x = self.embedding(ids)
        if self.kind.characters:
            x = torch.cat([x, self.spelled(letters)[places]], -1)
        return x * (ids != 0)[..., None]

    def spelled(self, letters: Tensor) -> Tensor:
        """The last states of both readers of characters, (M, 2 H'), for spellings (M, L)."""
        lengths = (letters != 0).sum(1).clamp(min=1)
        packed = nn.utils.rnn.pack_padded_sequence(
            self.alphabet(letters), lengths, batch_first=True, enforce_sorted=False
        )
        _, last = self.spelling(packed)  # (2, M, H')
        return torch.cat([last[0], last[1]], -1)


# ---- training --------------------------------------------------------------------------------------------------------


Labels = Sequence[Sequence[Sequence[str]]]
"""Of each head, of each sentence, the label of each word."""


class Fitting:
    """A training that goes on one update at a time.

    Attributes:
        model: The tagger.
        step: Updates made so far.
        loss: Of the newest batch, in nats a word, all heads added; NaN before the first.

    Args:
        recipe: How.
        words: What it knows.
        sentences: Words of each sentence.
        labels: What it should say.
    """

    def __init__(self, recipe: Recipe, words: Words, sentences: Sequence[Sequence[str]], labels: Labels) -> None:
        from torch import optim  # noqa: PLC0415 - 1.5 s and 70 MB, for those who train

        self.recipe, self.step, self.loss = recipe, 0, float("nan")
        self._generator = torch.Generator().manual_seed(recipe.seed)
        self.model = Tagger(recipe, words)
        self.model.initialise(self._generator)
        self._encoded = words.encode(sentences)
        self._targets = [
            [torch.tensor([known.index(label) for label in row]) for row in given]
            for known, given in zip(words.heads, labels, strict=True)
        ]
        self._optimizer = optim.Adam(self.model.parameters(), lr=recipe.learning_rate)
        self._schedule = optim.lr_scheduler.CosineAnnealingLR(self._optimizer, recipe.updates)

    @property
    def done(self) -> bool:
        """Whether all updates are made."""
        return self.step >= self.recipe.updates

    def update(self) -> float:
        """Makes one update; its loss before it."""
        count = len(self._encoded.rows)
        places = torch.randint(count, (self.recipe.batch,), generator=self._generator).tolist()
        ids, spelling, letters = self._encoded.batch(places)
        hidden = (torch.rand(ids.shape, generator=self._generator) < self.recipe.hide) & (ids != 0)
        outputs = self.model(ids.masked_fill(hidden, 1), spelling, letters)
        loss = torch.zeros(())
        for logits, targets in zip(outputs, self._targets, strict=True):
            target = nn.utils.rnn.pad_sequence([targets[k] for k in places], batch_first=True, padding_value=IGNORED)
            loss = loss + nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=IGNORED)
        self._optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        self._optimizer.step()
        self._schedule.step()
        self.step, self.loss = self.step + 1, loss.item()
        return self.loss

    def run(self, seconds: float = float("inf")) -> bool:
        """Makes updates for so many seconds, or to the end; whether it is done."""
        end = time.monotonic() + seconds
        while not self.done and time.monotonic() < end:
            self.update()
        return self.done


@torch.no_grad()
def says(model: Tagger, sentences: Sequence[Sequence[str]]) -> list[list[tuple[str, ...]]]:
    """What a tagger says: of each head, of each sentence, the likeliest label of each word."""
    encoded, heads = model.words.encode(sentences), model.words.heads
    found: list[list[tuple[str, ...]]] = [[] for _ in heads]
    for start in range(0, len(sentences), 256):
        places = range(start, min(start + 256, len(sentences)))
        for said, logits, labels in zip(found, model(*encoded.batch(places)), heads, strict=True):
            best = logits.argmax(-1)
            said += [
                tuple(labels[k] for k in row[: len(sentences[p])].tolist()) for row, p in zip(best, places, strict=True)
            ]
    return found


# ---- marks -----------------------------------------------------------------------------------------------------------


def marks(
    sentences: Sequence[Sequence[str]], gold: Sequence[Sequence[str]], said: Sequence[Sequence[str]], known: Words
) -> dict[str, float]:
    """How good tags are.

    Returns:
        `every`, `known` and `unknown`: shares of all words, of those in the vocabulary and of the others that have the right
        tag, NaN-free: an empty share is 0. If the tags are those of entities, also `precision`, `recall` and `f1`, and the
        counts `gold`, `predicted` and `right`.
    """
    counts = {"known": [0, 0], "unknown": [0, 0]}
    for words, truth, tags in zip(sentences, gold, said, strict=True):
        for word, right, tag in zip(words, truth, tags, strict=True):
            cell = counts["known" if known.knows(word) else "unknown"]
            cell[0] += right == tag
            cell[1] += 1
    shares = {name: right / max(1, count) for name, (right, count) in counts.items()}
    total = {"every": sum(right for right, _ in counts.values()) / max(1, sum(n for _, n in counts.values()))}
    if not any(label == OUTSIDE or label[:2] in ("B-", "I-") for row in gold for label in row):
        return total | shares
    found = score(gold, said)
    return {
        **total, **shares, "precision": found.precision, "recall": found.recall, "f1": found.f1,
        "gold": found.gold, "predicted": found.predicted, "right": found.right,
    }  # fmt: skip


class MostFrequent:
    """The simple baseline: each word its most frequent tag; an unknown word the tag that unknown words mostly had.

    Args:
        sentences, gold: What is counted.
        known: Whose vocabulary says which words are unknown.
    """

    def __init__(self, sentences: Sequence[Sequence[str]], gold: Sequence[Sequence[str]], known: Words) -> None:
        counts: dict[str, Counter[str]] = {}
        for words, tags in zip(sentences, gold, strict=True):
            for word, tag in zip(words, tags, strict=True):
                counts.setdefault(key(word) if known.knows(word) else UNKNOWN, Counter())[tag] += 1
        self._tags = {word: count.most_common(1)[0][0] for word, count in counts.items()}
        overall = Counter(tag for tags in gold for tag in tags).most_common(1)
        self._other = overall[0][0] if overall else OUTSIDE
        self._known = known

    def says(self, words: Iterable[str]) -> tuple[str, ...]:
        """The tags of the words of a sentence."""
        unknown = self._tags.get(UNKNOWN, self._other)
        return tuple(self._tags.get(key(word), unknown) if self._known.knows(word) else unknown for word in words)


# ---- the networks that ship ------------------------------------------------------------------------------------------

ALPHABET = tuple("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,'-")
"""The characters of the sentences of `models/tasks/entities.py`."""

SHIPPED: Mapping[str, Recipe] = {
    **{f"tagging-{kind}": Recipe(kind) for kind in KINDS},
    "tagging-ads": Recipe("characters", hide=0.15),
}
"""The trainings that made the networks that ship, by name."""


def vocabulary(name: str) -> Words:
    """What a network that ships knows."""
    if name == "tagging-ads":
        return Words(ads.VOCABULARY, ads.ALPHABET, (ads.TAGS,))
    return Words(tuple(dict.fromkeys(map(key, entities.VOCABULARY))), ALPHABET, (entities.TAGS, entities.PARTS))


def load(name: str, folder: Path = CHECKPOINTS) -> Tagger:
    """Reads a trained tagger for looking: in eval mode, without gradients.

    Raises:
        KeyError: No tagger of that name ships.
    """
    model = Tagger(_recipe(name), vocabulary(name))
    model.load_state_dict(safetensors.torch.load_file(folder / f"{name}.safetensors"))
    return model.eval().requires_grad_(requires_grad=False)


def facts(name: str, folder: Path = CHECKPOINTS) -> dict[str, Any]:
    """What is known of a trained tagger, read from the head of its file.

    Returns:
        `recipe`; `parameters`, how many; of a tagger of sentences `marks`, see the function of that name, on the held-out
        ones, `parts`, the same for parts of speech, `small`, the marks where all letters are small, and `baselines`; of the
        tagger of ads what `ad_marks` gives.

    Raises:
        KeyError: No tagger of that name ships.
    """
    _recipe(name)
    with safetensors.safe_open(folder / f"{name}.safetensors", framework="numpy") as file:
        return json.loads(file.metadata()["facts"])


def make(name: str, folder: Path = CHECKPOINTS) -> None:
    """Trains a tagger and writes its weights and facts to a file in `folder`.

    Raises:
        KeyError: No tagger of that name ships.
    """
    recipe = _recipe(name)
    model = trained(name, recipe)
    known = {
        "command": f"python -m models.zoo {name}",
        "torch": torch.__version__,
        "recipe": asdict(recipe),
        "parameters": sum(weight.numel() for weight in model.parameters()),
        **(ad_marks(model) if name == "tagging-ads" else sentence_marks(model)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    # One entry of metadata: with more, safetensors does not keep their order and equal runs would give unequal files.
    path = folder / f"{name}.safetensors"
    path.write_bytes(safetensors.torch.save(dict(model.state_dict()), {"facts": json.dumps(known)}))


def trained(name: str, recipe: Recipe) -> Tagger:
    """Trains what `make` writes, with a recipe of one's own."""
    if name == "tagging-ads":
        given = ads.training()
        labels: Labels = ([ad.tags for ad in given],)
    else:
        given = entities.training()
        labels = ([sentence.tags for sentence in given], [sentence.parts for sentence in given])
    fitting = Fitting(recipe, vocabulary(name), [one.words for one in given], labels)
    fitting.run()
    return fitting.model.eval().requires_grad_(requires_grad=False)


def sentence_marks(model: Tagger) -> dict[str, Any]:
    """The marks of a tagger on the held-out sentences."""
    given = entities.held_out()
    sentences, gold = [one.words for one in given], [one.tags for one in given]
    tags, parts = says(model, sentences)
    small = [tuple(word.lower() for word in words) for words in sentences]
    return {
        "marks": marks(sentences, gold, tags, model.words),
        "parts": marks(sentences, [one.parts for one in given], parts, model.words),
        "small": marks(small, gold, says(model, small)[0], model.words),
        "baselines": baselines(),
    }


@cache
def baselines() -> dict[str, dict[str, dict[str, float]]]:
    """The marks of two taggers without a network on the held-out sentences: `marks` and `parts` of each, by name.

    "always O" says of every word that it is no name, and that it is a noun.
    """
    known, train, test = vocabulary("tagging-word"), entities.training(), entities.held_out()
    sentences, found = [one.words for one in test], {"always O": {}, "most frequent": {}}
    for what, gold, counted in (
        ("marks", [one.tags for one in test], [one.tags for one in train]),
        ("parts", [one.parts for one in test], [one.parts for one in train]),
    ):
        simple = MostFrequent([one.words for one in train], counted, known)
        found["most frequent"][what] = marks(sentences, gold, [as_said(simple.says(w), what) for w in sentences], known)
        always = OUTSIDE if what == "marks" else "noun"
        found["always O"][what] = marks(sentences, gold, [(always,) * len(words) for words in sentences], known)
    return found


def as_said(tags: tuple[str, ...], what: str = "marks") -> tuple[str, ...]:
    """Tags in BIO where they are tags of entities."""
    return as_bio(tags) if what == "marks" else tags


def ad_marks(model: Tagger) -> dict[str, Any]:
    """Share of the fields of held-out ads that are filled rightly, by the network and by regular expressions: see `ads`."""
    found: dict[str, Any] = {}
    for language in ads.LANGUAGES:
        for name, fresh in (("seen", False), ("new", True)):
            given = ads.held_out(language, new_phrases=fresh)
            said = says(model, [ad.words for ad in given])[0]
            filled = [ads.template(ad.words, tags) for ad, tags in zip(given, said, strict=True)]
            found[f"{language}-{name}"] = {
                "network": ads.field_accuracy(given, filled),
                "patterns": ads.field_accuracy(given, [ads.by_patterns(ad.text, language) for ad in given]),
            }
    return {"ads": found}


def _recipe(name: str) -> Recipe:
    if name not in SHIPPED:
        raise KeyError(f"name is {name!r}, expected one of {', '.join(SHIPPED)}")
    return SHIPPED[name]


# ---- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """A text for a tagger to read.

    Attributes:
        text: Any text; `tokens` splits it.
        kind: A name in `KINDS`.

    Raises:
        ValueError: It holds no word at all.
        KeyError: There is no such kind.
    """

    text: str
    kind: str = "characters"

    def __post_init__(self) -> None:
        if not tokens(self.text):
            raise ValueError("the text has no words: letters, digits or punctuation are needed")
        if self.kind not in KINDS:
            raise KeyError(f"kind is {self.kind!r}, expected one of {', '.join(KINDS)}")


@dataclass(frozen=True, eq=False)
class Tagged:
    """What a tagger makes of T words.

    Attributes:
        tokens: The words read; `known` says which of them are in the vocabulary.
        left_out: Words at the end of the text that were not read.
        tags, parts: The likeliest entity tag and part of speech of each.
        chances: The probabilities (T, K) of the entity tags, in the order of `entities.TAGS`.
        readers: The traces of the last recurrent layer by direction: "forward", and "backward" where there is one.
    """

    tokens: tuple[str, ...]
    known: tuple[bool, ...]
    left_out: int
    tags: tuple[str, ...]
    parts: tuple[str, ...]
    chances: NDArray
    readers: Mapping[str, Trace]


def read(question: Question) -> Tagged:
    """Lets a network that ships read a text."""
    return look(_loaded(f"tagging-{question.kind}"), tokens(question.text))


@torch.no_grad()
def look(model: Tagger, split: Sequence[str]) -> Tagged:
    """Lets a tagger of entities and parts of speech read words: see `read`."""
    words = tuple(split[:LONGEST])
    batch = model.words.encode([words]).batch([0])
    tag_chances, part_chances = (torch.softmax(logits[0], -1) for logits in model(*batch))
    chances = tag_chances.numpy()
    chances.flags.writeable = False
    heads = model.words.heads
    readers: dict[str, Trace] = {}
    if model.kind.layers:
        x, last = model.vectors(*batch)[0], model.kind.layers - 1
        readers["forward"] = trace(model.recurrent, x, layer=last)
        if model.kind.both_ways:
            readers["backward"] = trace(model.recurrent, x, layer=last, reverse=True)
    return Tagged(
        tokens=words,
        known=tuple(map(model.words.knows, words)),
        left_out=max(0, len(split) - LONGEST),
        tags=tuple(heads[0][k] for k in tag_chances.argmax(-1).tolist()),
        parts=tuple(heads[1][k] for k in part_chances.argmax(-1).tolist()),
        chances=chances,
        readers=readers,
    )


def evidence(question: Question, word: int) -> NDArray:
    """How strongly each word moves the tag of one: the norm of the gradient of log P(its tag) by each word's vector, (T,).

    Raises:
        ValueError: There is no such word.
    """
    model = _loaded(f"tagging-{question.kind}")
    words = tokens(question.text)[:LONGEST]
    if not 0 <= word < len(words):
        raise ValueError(f"word is {word}, expected 0 to {len(words) - 1}")
    x = model.vectors(*model.words.encode([words]).batch([0])).requires_grad_()
    chances = torch.log_softmax(model.label(x, torch.tensor([len(words)]))[0][0, word], -1)
    (gradient,) = torch.autograd.grad(chances.max(), x)
    return gradient[0].norm(dim=-1).numpy()


@dataclass(frozen=True, eq=False)
class Spelled:
    """A word, letter by letter.

    Attributes:
        letters: Its characters, as far as they are read.
        forward, backward: What the two readers of characters compute; the word gets the last state of each.
    """

    letters: tuple[str, ...]
    forward: Trace
    backward: Trace


@torch.no_grad()
def spell(word: str, kind: str = "characters") -> Spelled:
    """Lets the readers of characters of a network that ships spell a word.

    Raises:
        ValueError: The word has no character.
    """
    if not word:
        raise ValueError("the word is empty, expected one character or more")
    model = _loaded(f"tagging-{kind}")
    letters = model.words.encode([[word]]).letters[0]
    x = model.alphabet(letters[letters != 0])
    return Spelled(tuple(word[:LONGEST_WORD]), trace(model.spelling, x), trace(model.spelling, x, reverse=True))


@cache
def _loaded(name: str) -> Tagger:
    return load(name)


# ---- ads -------------------------------------------------------------------------------------------------------------


def fill(text: str) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]:
    """Lets the network that ships read an ad: its tokens, their tags, and the filled template.

    Raises:
        ValueError: The text has no word.
    """
    words = tuple(tokens(text)[: ads.LONGEST])
    if not words:
        raise ValueError("the ad has no words: letters or digits are needed")
    tags = says(_loaded("tagging-ads"), [words])[0][0]
    return words, tags, ads.template(words, tags)


# ---- sentences that a visitor brings ---------------------------------------------------------------------------------


def words_of(sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[str]], most: int = 5000) -> Words:
    """What a tagger can know of sentences: words and characters that occur at least twice, the most frequent first."""
    counts = Counter(key(word) for words in sentences for word in words)
    letters = Counter(letter for words in sentences for word in words for letter in word)
    return Words(
        tuple(word for word, count in counts.most_common(most) if count > 1),
        tuple(letter for letter, count in letters.most_common(150) if count > 1),
        (tuple(dict.fromkeys(tag for row in tags for tag in row)),),
    )
