"""A tagger learns a file of a visitor: the file cut in two, the baselines on it, and an assignment for `models.pupil`.

split = Split.of(read(data))                # of models.loaders.columns
split.baselines()                           # marks of those who do not learn, by name
learn(Assignment(Recipe("characters", updates=300), split)).marks
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models import tagging
from models.loaders.columns import Corpus
from models.tagging import Fitting, MostFrequent, Recipe, Words, as_said
from models.told import Told

MOST_TESTED = 400
"""Held-out sentences on which a tagger is measured, from the first one on."""

LEAST = (10, 2)
"""Sentences and different tags of a file at least: some are held out."""

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Split:
    """A file cut in two, in its own order: its last fifth is held out.

    Attributes:
        known: What a tagger can know of the past: words, characters, tags.
        past, past_tags: Sentences to learn from, and the tags of their words.
        held, held_tags: Sentences that are held out and measured.
        entities: The tags are those of named entities; else of parts of speech or others.
    """

    known: Words
    past: Rows
    past_tags: Rows
    held: Rows
    held_tags: Rows
    entities: bool

    @classmethod
    def of(cls, corpus: Corpus) -> Split:
        """Cuts a file.

        Raises:
            ValueError: It has too few sentences or tags.
        """
        if len(corpus.sentences) < LEAST[0] or len(corpus.tags) < LEAST[1]:
            raise ValueError(
                Told(
                    "The file has {sentences} sentences and {tags} different tags, expected at least {least} and "
                    "{fewest}: some are held out",
                    sentences=len(corpus.sentences),
                    tags=len(corpus.tags),
                    least=LEAST[0],
                    fewest=LEAST[1],
                )
            )
        cut = max(1, len(corpus.sentences) * 4 // 5)
        past, held = corpus.sentences[:cut], corpus.sentences[cut:][:MOST_TESTED]
        words, tags = tuple(s.words for s in past), tuple(s.tags for s in past)
        known = tagging.words_of(words, tags)
        return cls(known, words, tags, tuple(s.words for s in held), tuple(s.tags for s in held), corpus.entities)

    def marks(self, said: Rows) -> dict[str, float]:
        """How good tags of the held-out sentences are: see `models.tagging.marks`."""
        what = "marks" if self.entities else "parts"
        return tagging.marks(self.held, self.held_tags, [as_said(tags, what) for tags in said], self.known)

    def baselines(self) -> dict[str, dict[str, float]]:
        """Marks of those who do not learn: always the commonest tag, and each word its most frequent one."""
        tags = [tag for row in self.past_tags for tag in row]
        common = max(self.known.heads[0], key=tags.count)
        simple = MostFrequent(self.past, self.past_tags, self.known)
        return {
            f"always {common}": tagging.marks(
                self.held, self.held_tags, [(common,) * len(words) for words in self.held], self.known
            ),
            "most frequent tag": self.marks(tuple(simple.says(words) for words in self.held)),
        }


@dataclass(frozen=True)
class Picture:
    """A training on a visitor's file, seen after `step` updates.

    Attributes:
        step: Updates made.
        marks: On the held-out sentences, where no update followed; else None.
    """

    step: int
    marks: Mapping[str, float] | None


@dataclass(frozen=True)
class Assignment:
    """Learn a file: see `models.pupil`."""

    recipe: Recipe
    split: Split

    @property
    def updates(self) -> int:
        """How many it takes."""
        return self.recipe.updates

    def begin(self) -> _Pupil:
        """The training, before its first update."""
        return _Pupil(self.recipe, self.split)


class _Pupil(Fitting):
    def __init__(self, recipe: Recipe, split: Split) -> None:
        super().__init__(recipe, split.known, split.past, [split.past_tags])
        self._split = split

    def look(self, *, last: bool) -> Picture:
        """How far it is; `last` measures it."""
        if not last:
            return Picture(self.step, None)
        return Picture(self.step, self._split.marks(tuple(tagging.says(self.model.eval(), self._split.held)[0])))
