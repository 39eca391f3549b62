"""People, places and companies: sentences with the named entities and the part of speech of every word.

    The mayor of Blorbstan met Anna Jordan from the Jordan Bank .
    O   O     O  B-place   O   B-person I-person O  O  B-company I-company O

A grammar of our own writes the sentences from the words below. Four things make it worth tagging:

- In half of the clauses any name may stand, and only the name itself tells what it is.
- Some names are a person's, a place's and a company's (Jordan, Florence): only the words around tell, before the name or
  after it, now and then a few words away.
- Half of the names are put together from syllables and were never seen before. Their endings tell: *-stan*, *-ville* and
  *-burg* are places, *-son* and *-ski* people, *-tech* and *-soft* companies. Who reads whole words only sees `<unk>`.
- Some nouns, verbs, adjectives and adverbs are made up as well, so that an unknown word need not be a name.

Held-out sentences take their syllables from another list than those for training, so that no made-up word of theirs has
been seen before; the endings are the same. Now and then a sentence stands in small letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import torch

from models.tasks.writer import Writer

KINDS = ("person", "place", "company")
"""The types of entities."""

TAGS = ("O", *(f"{mark}-{kind}" for kind in KINDS for mark in "BI"))
"""The tags of words, in BIO."""

PARTS = (
    "noun",
    "verb",
    "adjective",
    "adverb",
    "determiner",
    "preposition",
    "pronoun",
    "number",
    "name",
    "conjunction",
    "punctuation",
)
"""The parts of speech."""

FIRST = ("Anna", "Boris", "Carla", "David", "Elena", "Felix", "Greta", "Hugo", "Irene", "Jonas", "Karim", "Lucia")
LAST = (
    "Adams",
    "Becker",
    "Costa",
    "Dubois",
    "Evans",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ivanov",
    "Keller",
    "Lopez",
    "Moreau",
)
PLACES = (
    "Berlin",
    "Cairo",
    "Dublin",
    "Geneva",
    "Lisbon",
    "Madrid",
    "Nairobi",
    "Oslo",
    "Prague",
    "Toronto",
    "Vienna",
    "Zurich",
)
COMPANIES = ("Altana", "Borealis", "Cetus", "Dynamo", "Equinox", "Fermata", "Galaxo", "Helion", "Indigo", "Jubilee")
SHARED = ("Austin", "Chelsea", "Florence", "Georgia", "Jordan", "Lincoln", "Sydney", "Victoria")
"""Names that may be anything: people, places and companies bear them."""

ENDINGS = {
    "first": ("a", "o", "ina", "el"),
    "last": ("son", "ski", "ez", "mann", "ini", "sen"),
    "place": ("ville", "burg", "stan", "ford", "ton", "land", "grad"),
    "company": ("tech", "soft", "corp", "com", "nix", "ware"),
    "noun": ("ment", "ness", "age", "ist"),
    "verb": ("ed", "ized"),
    "adjective": ("ish", "ous", "ful", "ive"),
    "adverb": ("ly", "wards"),
}  # fmt: skip
"""How made-up words end, by what they are: what their characters tell."""

SYLLABLES = (
    "bal", "bren", "cal", "cor", "dal", "den", "fal", "fen", "gal", "gren", "hal", "hor", "jan", "kel", "kor", "lan",
    "lor", "mal", "mer", "nal", "nor", "pal", "per", "ral", "ros", "sal", "sel", "tal", "tor", "val", "ver", "wal",
    "zan", "bro", "dri", "fro", "gri", "kra", "pli", "sto", "tri", "vla",
)  # fmt: skip
UNSEEN_SYLLABLES = (
    "blor", "bik", "cud", "dap", "dwi", "fip", "flu", "gub", "gwen", "hib", "jub", "kib", "klu", "lub", "mib", "nup",
    "pib", "plo", "quib", "rup", "sib", "smu", "tib", "vub", "wub", "yib", "zub", "zwi",
)  # fmt: skip
"""Syllables of training, and of the held-out sentences."""

NOUNS = (
    "bridge", "budget", "concert", "contract", "factory", "game", "house", "letter", "market", "museum", "price",
    "report", "river", "school", "station", "story", "ticket", "train", "vote", "weather",
)  # fmt: skip
STUFF = ("bread", "coffee", "music", "paper", "rain", "silence", "tennis", "traffic")
ROLES = ("actor", "doctor", "engineer", "judge", "lawyer", "painter", "player", "singer", "teacher", "writer")
ADJECTIVES = ("big", "early", "expensive", "famous", "late", "new", "old", "quiet", "small", "strange")
ADVERBS = ("again", "finally", "often", "perhaps", "quickly", "soon", "still", "today", "yesterday")
VERBS = ("announced", "described", "discussed", "ignored", "liked", "mentioned", "needed", "praised", "saw", "wanted")
PEOPLE_DO = ("smiled", "married", "slept", "apologised", "sang", "laughed", "retired", "resigned")
PLACES_DO = ("flooded", "celebrates", "stretches", "borders", "freezes", "grew")
COMPANIES_DO = ("hires", "merged", "sells", "invested", "expanded", "employs")
NUMBERS = ("two", "three", "seven", "twelve", "20", "45", "300", "1999", "2024")

_AWAY = (("of", "course"), ("in", "fact"), ("as", "expected"), ("after", "all"), ("once", "more"))
_PART_OF = {
    **dict.fromkeys(
        (
            *NOUNS,
            *STUFF,
            *ROLES,
            "course",
            "fact",
            "mayor",
            "people",
            "staff",
            "centre",
            "river",
            "son",
            "shares",
            "workers",
            "capital",
        ),
        "noun",
    ),
    **dict.fromkeys(ADJECTIVES, "adjective"),
    **dict.fromkeys((*ADVERBS, "once", "more", "there"), "adverb"),
    **dict.fromkeys(
        (
            *VERBS,
            *PEOPLE_DO,
            *PLACES_DO,
            *COMPANIES_DO,
            "was",
            "expected",
            "met",
            "said",
            "lives",
            "arrived",
            "bought",
            "rose",
            "went",
        ),
        "verb",
    ),
    **dict.fromkeys(("the", "a", "an", "every", "this"), "determiner"),
    **dict.fromkeys(("of", "in", "as", "after", "from", "to", "near", "for", "about"), "preposition"),
    **dict.fromkeys(("she", "he", "we", "they", "it"), "pronoun"),
    **dict.fromkeys(("and", "but", "that"), "conjunction"),
    **dict.fromkeys((".", ","), "punctuation"),
    **dict.fromkeys(NUMBERS, "number"),
    "all": "adverb",
}

_COMMON = ("mr", "dr", "new", "bank", "house", "motors", "valley")

VOCABULARY: tuple[str, ...] = tuple(
    dict.fromkeys([*_PART_OF, *_COMMON, *(name.lower() for name in (*FIRST, *LAST, *PLACES, *COMPANIES, *SHARED))])
)
"""The words that whole-word networks know, in small letters."""

MADE_UP, MADE_UP_WORD, NEUTRAL, SMALL = 0.5, 0.15, 0.5, 0.2
"""Shares of names and of other words that are made up, of clauses in which any name may stand, and of sentences in small
letters."""

_HELD_OUT = 6_100_000  # the seed of the held-out sentences, far from the seed of any training


@dataclass(frozen=True)
class Sentence:
    """One sentence with what is true of each word.

    Attributes:
        words: Its T tokens as they are written.
        tags: The entity tag of each, one of `TAGS`.
        parts: The part of speech of each, one of `PARTS`.
    """

    words: tuple[str, ...]
    tags: tuple[str, ...]
    parts: tuple[str, ...]


_Piece = list[tuple[str, str, str]]  # words with tag and part of speech


class EntityWriter(Writer):
    """Writes sentences; each choice comes from one generator.

    Args:
        generator: Where the choices come from.
        syllables: What made-up words are put together from.
    """

    def __init__(self, generator: torch.Generator, syllables: Sequence[str] = SYLLABLES) -> None:
        super().__init__(generator)
        self._syllables = syllables

    def sentence(self) -> Sentence:
        """One sentence."""
        piece = self._clause()
        if self.often(0.35):
            piece += [*self._plain(self.pick((("and",), (",", "but")))), *self._clause()]
        piece += self._plain((".",))
        piece = [
            ("an" if word == "a" and after[0][0] in "aeiou" else word, *rest)
            for (word, *rest), after in pairwise([*piece, piece[-1]])
        ]
        first = piece[0]
        piece[0] = (first[0][0].upper() + first[0][1:], *first[1:])
        if self.often(SMALL):
            piece = [(word.lower(), tag, part) for word, tag, part in piece]
        words, tags, parts = zip(*piece, strict=True)
        return Sentence(words, tags, parts)

    def made_up(self, ending: str) -> str:
        """A word that nobody has seen, with an ending that tells: a key of `ENDINGS`."""
        stem = "".join(self.pick(self._syllables) for _ in range(2 if self.often(0.3) else 1))
        return stem + self.pick(ENDINGS[ending])

    # ---- clauses -----------------------------------------------------------------------------------------------------

    def _clause(self) -> _Piece:
        if self.often(NEUTRAL):
            return self._neutral()
        return self.pick((self._of_person, self._of_place, self._of_company, self._of_journey, self._of_none))()

    def _neutral(self) -> _Piece:
        """A clause in which any name may stand: only the name itself tells, so it is none of `SHARED`."""
        who = (self.pick(("she", "he", "we", "they")),)
        return self.pick((
            lambda: [*self._plain(who), *self._does(), *self._subject()],
            lambda: [*self._plain(who), *self._does(), *self._subject(), *self._plain(("and",)), *self._subject()],
            lambda: [*self._subject(), *self._between(), *self._plain(("was", *self._described(1)))],
            lambda: [
                *self._plain(("the", self._word("noun", NOUNS), "about")), *self._subject(),
                *self._plain(("was", *self._described(1))),
            ],
        ))()  # fmt: skip

    def _subject(self) -> _Piece:
        """A name of any kind, or a noun without an article."""
        if self.often(0.15):
            return self._plain((self._word("noun", STUFF),))
        return self.pick((self._person, self._place, self._company))(shared=())

    def _of_person(self) -> _Piece:
        person = self._person()
        return self.pick((
            lambda: [*person, *self._between(), *self._plain((self.pick(PEOPLE_DO),))],
            lambda: [*self._plain(("the", self.pick(ROLES))), *person, *self._does(), *self._thing()],
            lambda: [*self._name((self.pick(("Mr", "Dr")),)), *person, *self._does(), *self._thing()],
            lambda: [*person, *self._between(), *self._plain(("was", "a", *self._described(), self.pick(ROLES)))],
            lambda: [*self._plain((self.pick(("she", "he")), "met")), *person, *self._plain(("in",)), *self._place()],
        ))()  # fmt: skip

    def _of_place(self) -> _Piece:
        place = self._place()
        return self.pick((
            lambda: [*self._plain(("the", "mayor", "of")), *place, *self._does(), *self._thing()],
            lambda: [*self._plain((self.pick(("we", "they")), "arrived", *self._maybe_adverb(), "in")), *place],
            lambda: [*place, *self._between(), *self._plain((self.pick(PLACES_DO),))],
            lambda: [*self._person(), *self._plain(("lives", "in")), *place],
            lambda: [*self._plain(("the", "centre", "of")), *place, *self._plain(("was",)), *self._plain(self._described(1))],
        ))()  # fmt: skip

    def _of_company(self) -> _Piece:
        company = self._company()
        return self.pick((
            lambda: [*company, *self._between(), *self._plain((self.pick(COMPANIES_DO), self.pick(NUMBERS), "people"))],
            lambda: [*self._plain(("the", "shares", "of")), *company, *self._plain(("rose", *self._maybe_adverb()))],
            lambda: [*company, *self._plain(("bought",)), *self._company()],
            lambda: [*self._person(), *self._plain(("from",)), *company, *self._does(), *self._thing()],
            lambda: [*self._plain(("the", "workers", "of")), *company, *self._does(), *self._thing()],
        ))()  # fmt: skip

    def _of_journey(self) -> _Piece:
        """Three names in one clause."""
        return [*self._person(), *self._plain(("went", "from")), *self._place(), *self._plain(("to",)), *self._place()]

    def _of_none(self) -> _Piece:
        return [*self._thing(), *self._between(), *self._plain(("was", *self._described(1)))]

    # ---- names -------------------------------------------------------------------------------------------------------

    def _person(self, shared: Sequence[str] = SHARED) -> _Piece:
        first, last = self._chosen("first", (*FIRST, *shared)), self._chosen("last", (*LAST, *shared))
        return self._entity("person", self.pick(((first, last), (first,), (last,))))

    def _place(self, shared: Sequence[str] = SHARED) -> _Piece:
        name = self._chosen("place", (*PLACES, *shared))
        return self._entity("place", self.pick(((name,), (name,), (name,), (name,), ("New", name), (name, "Valley"))))

    def _company(self, shared: Sequence[str] = SHARED) -> _Piece:
        if self.often(0.15):  # the name of a place inside that of a company
            name = self._chosen("place", (*PLACES, *shared))
            return self._entity("company", self.pick((("Bank", "of", name), ("House", "of", name))))
        name = self._chosen("company", (*COMPANIES, *shared))
        return self._entity("company", self.pick(((name,), (name,), (name,), (name, "Motors"), (name, "Bank"))))

    def _chosen(self, ending: str, known: Sequence[str]) -> str:
        return self.made_up(ending).capitalize() if self.often(MADE_UP) else self.pick(known)

    def _entity(self, kind: str, words: Sequence[str]) -> _Piece:
        parts = ["preposition" if word == "of" else "name" for word in words]
        return [
            (word, f"{'B' if k == 0 else 'I'}-{kind}", part)
            for k, (word, part) in enumerate(zip(words, parts, strict=True))
        ]

    def _name(self, words: Sequence[str]) -> _Piece:
        return [(word, "O", "name") for word in words]

    # ---- other words -------------------------------------------------------------------------------------------------

    def _plain(self, words: Sequence[str]) -> _Piece:
        return [(word, "O", self._part(word)) for word in words]

    def _part(self, word: str) -> str:
        if word in _PART_OF:
            return _PART_OF[word]
        return next(part for part in ("adverb", "adjective", "verb", "noun") if word.endswith(ENDINGS[part]))

    def _word(self, part: str, known: Sequence[str]) -> str:
        return self.made_up(part) if self.often(MADE_UP_WORD) else self.pick(known)

    def _thing(self) -> _Piece:
        counted = self.often(0.15)
        return self._plain(
            (
                self.pick(("the", "a", "every", "this")) if not counted else self.pick(NUMBERS),
                *self._described(),
                self._word("noun", NOUNS),
            )
        )

    def _described(self, least: int = 0) -> tuple[str, ...]:
        return tuple(self._word("adjective", ADJECTIVES) for _ in range(max(least, int(self.often(0.4)))))

    def _does(self) -> _Piece:
        return self._plain((*self._maybe_adverb(), self._word("verb", VERBS)))

    def _maybe_adverb(self) -> tuple[str, ...]:
        return (self._word("adverb", ADVERBS),) if self.often(0.3) else ()

    def _between(self) -> _Piece:
        """Nothing, or a few words between a name and the word that tells what it names."""
        if not self.often(0.5):
            return []
        return [*self._plain((",", *self.pick(_AWAY), ","))] if self.often(0.5) else [*self._plain(self.pick(_AWAY))]


@cache
def held_out(count: int = 1000) -> tuple[Sentence, ...]:
    """The sentences on which networks are measured: always the same, their made-up words from syllables of their own."""
    writer = EntityWriter(torch.Generator().manual_seed(_HELD_OUT), UNSEEN_SYLLABLES)
    return tuple(writer.sentence() for _ in range(count))


@cache
def training(count: int = 6000) -> tuple[Sentence, ...]:
    """The sentences from which networks learn: always the same."""
    writer = EntityWriter(torch.Generator().manual_seed(_HELD_OUT - 1))
    return tuple(writer.sentence() for _ in range(count))
