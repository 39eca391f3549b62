"""Real-estate ads, in English and French: a text of free form, and the seven fields of a template that stand in it.

    ad = held_out("en")[0]
    ad.text, ad.values["price"]             # "... offered at 1 270 000 € ...", "1 270 000"

A grammar of our own writes them. Each field has several phrasings, may be missing, and comes in any order. Other numbers and
names stand beside the right ones, as in any ad: the garden has a surface too, a kitchen was renovated in another year, the
agency takes fees, a street bears somebody's name. Two phrasings of each field and of each distraction never occur in
training: `held_out(language, new_phrases=True)` writes ads with these alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import torch

from models.entity_f1 import OUTSIDE, spans
from models.tasks.entities import SYLLABLES, UNSEEN_SYLLABLES, EntityWriter

LANGUAGES = {"en": "English", "fr": "French"}

FIELDS = ("reference", "price", "surface", "year", "rooms", "owner", "phone")
"""The template, in its order."""

TAGS = (OUTSIDE, *(f"{mark}-{name}" for name in FIELDS for mark in "BI"))

ALPHABET = tuple("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789éèêàùçâîôûëïü.,;:-–'’/+()€$²°&!?")
"""The characters that the tagger knows."""

LONGEST = 300
"""Words of an ad at most."""

_PHRASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "opening": (
            "Villa with a view of the sea",
            "Sunny flat close to the centre",
            "Family house in a quiet street",
            "Charming house with a pool",
            "For sale: bright apartment",
            "In the hills, a renovated villa",
        ),
        "reference": (
            "Reference {}",
            "Ref. {}",
            "Ref: {}",
            "Reference number: {}",
            "Our reference {}",
            "Ad no. {}",
            "Listing {}",
        ),
        "price": (
            "Price {} euros",
            "Price: {} €",
            "offered at {} €",
            "asking price {} euros",
            "yours for €{}",
            "on sale for {} EUR",
            "we ask {} euros for it",
        ),
        "surface": (
            "{} m2",
            "living area {} m2",
            "{} m² to live in",
            "Surface: {} m2",
            "surface of {} square metres",
            "measures {} m2",
            "{} sqm inside",
        ),
        "year": (
            "built in {}",
            "Year: {}",
            "house of {}",
            "construction finished in {}",
            "Built: {}",
            "dates from {}",
            "it was put up in {}",
        ),
        "rooms": (
            "{} rooms",
            "Rooms: {}",
            "with {} rooms",
            "has {} large rooms",
            "{}-room home",
            "it counts {} rooms in all",
            "number of rooms {}",
        ),
        "owner": (
            "Owner: {}",
            "sold by the owner, {}",
            "contact {}",
            "please ask for {}",
            "the owner {} will show it",
            "{} is the owner",
            "it belongs to {}",
        ),
        "phone": ("Tel. {}", "Phone: {}", "call {}", "telephone {}", "mobile {}", "ring us on {}", "text or call {}"),
        "plot": ("garden of {} m2", "plot of {} m2", "terrace {} m²", "cellar of {} m2", "{} m2 of lawn"),
        "fees": (
            "agency fees {} euros",
            "charges {} € a month",
            "property tax {} euros a year",
            "heating costs {} € a year",
            "deposit of {} euros",
        ),
        "works": (
            "kitchen renovated in {}",
            "new roof in {}",
            "heating replaced in {}",
            "windows changed in {}",
            "rewired in {}",
        ),
        "count": (
            "{} bathrooms",
            "{} parking spaces",
            "{} minutes from the beach",
            "{} km from the airport",
            "{} balconies",
        ),
        "street": (
            "in {} Street",
            "near {} Park",
            "beside the school {}",
            "close to {} Square",
            "behind the {} theatre",
        ),
        "others": ("fax {}", "agency {}", "after 6 pm: {}", "caretaker {}", "office {}"),
    },
    "fr": {
        "opening": (
            "Villa avec vue sur la mer",
            "Appartement lumineux proche du centre",
            "Maison de famille dans une rue calme",
            "Belle maison avec piscine",
            "À vendre : appartement clair",
            "Sur les collines, villa rénovée",
        ),
        "reference": (
            "Référence {}",
            "Réf. {}",
            "Réf : {}",
            "Numéro de référence : {}",
            "Notre référence {}",
            "Annonce n° {}",
            "Dossier {}",
        ),
        "price": (
            "Prix {} euros",
            "Prix : {} €",
            "proposée à {} €",
            "prix demandé {} euros",
            "à vous pour {} €",
            "en vente à {} EUR",
            "nous en demandons {} euros",
        ),
        "surface": (
            "{} m2",
            "surface habitable {} m2",
            "{} m² habitables",
            "Surface : {} m2",
            "surface de {} mètres carrés",
            "mesure {} m2",
            "{} m2 à l'intérieur",
        ),
        "year": (
            "construite en {}",
            "Année : {}",
            "maison de {}",
            "travaux achevés en {}",
            "Construction : {}",
            "date de {}",
            "elle fut bâtie en {}",
        ),
        "rooms": (
            "{} pièces",
            "Pièces : {}",
            "avec {} pièces",
            "comprend {} grandes pièces",
            "logement de {} pièces",
            "elle compte {} pièces en tout",
            "nombre de pièces {}",
        ),
        "owner": (
            "Propriétaire : {}",
            "vendue par le propriétaire, {}",
            "contacter {}",
            "demander {}",
            "la propriétaire {} fera visiter",
            "{} est propriétaire",
            "elle appartient à {}",
        ),
        "phone": (
            "Tél. {}",
            "Téléphone : {}",
            "appeler le {}",
            "téléphoner au {}",
            "portable {}",
            "nous joindre au {}",
            "message ou appel au {}",
        ),
        "plot": ("jardin de {} m2", "terrain de {} m2", "terrasse {} m²", "cave de {} m2", "{} m2 de pelouse"),
        "fees": (
            "frais d'agence {} euros",
            "charges {} € par mois",
            "taxe foncière {} euros par an",
            "chauffage {} € par an",
            "caution de {} euros",
        ),
        "works": (
            "cuisine rénovée en {}",
            "toiture neuve en {}",
            "chauffage remplacé en {}",
            "fenêtres changées en {}",
            "électricité refaite en {}",
        ),
        "count": (
            "{} salles de bain",
            "{} places de parking",
            "à {} minutes de la plage",
            "à {} km de l'aéroport",
            "{} balcons",
        ),
        "street": (
            "rue {}",
            "près du parc {}",
            "à côté de l'école {}",
            "proche de la place {}",
            "derrière le théâtre {}",
        ),
        "others": ("fax {}", "agence {}", "après 18 h : {}", "gardien {}", "bureau {}"),
    },
}
_NEW = 2  # the last phrasings of each, which training never has
_OTHER_NEW = 1
_TITLES = {"en": ("Mr", "Mrs", "Ms"), "fr": ("M.", "Mme")}
_FIRST = ("Anna", "Boris", "Carla", "Elena", "Felix", "Greta", "Hugo", "Irene", "Jonas", "Karim", "Lucia", "Paul")
_GLUE = (". ", ". ", ", ", "; ", " - ", "\n")
_MISSING = 0.12

EXAMPLES = {
    "en": (
        "Villa above Nice, five minutes from the sea.\n"
        "Reference 12390. Living area 190 m2, garden of 850 m2 with a pool. Built in 2005, kitchen renovated in 2019; "
        "4 rooms, 2 bathrooms.\nOffered at 1 270 000 €, agency fees 30 000 €.\n"
        "Owner: Mimi LASOURIS. Phone: 06.43.43.43.43"
    ),
    "fr": (
        "Villa sur les hauteurs de Nice, à cinq minutes de la mer.\n"
        "Référence 12390. Surface habitable 190 m2, jardin de 850 m2 avec piscine. Construite en 2005, cuisine rénovée en "
        "2019 ; 4 pièces, 2 salles de bain.\nProposée à 1 270 000 €, frais d'agence 30 000 €.\n"
        "Propriétaire : Mimi LASOURIS. Téléphone : 06.43.43.43.43"
    ),
}
"""An ad of our own with the values of a lecture's: a villa in Nice."""

_TOKEN = re.compile(r"\d+(?:[.,/-]\d+)*|[^\W\d_](?:[\w]|['’-](?=\w))*|\S")
_DIGIT = re.compile(r"\d")
_DIGITS = 6_200_000  # the seed of the first held-out ads


def tokens(text: str) -> list[str]:
    """A text as taggers split it: words with their capitals, numbers with their points, signs alone."""
    return _TOKEN.findall(text)


def key(word: str) -> str:
    """How a vocabulary writes a word: small letters, every digit 0, so that 1999 and 2024 are one word."""
    return _DIGIT.sub("0", word.lower())


VOCABULARY: tuple[str, ...] = tuple(
    dict.fromkeys(
        key(word)
        for phrases in _PHRASES.values()
        for name, options in phrases.items()
        for phrase in (options if name == "opening" else options[: -(_NEW if name in FIELDS else _OTHER_NEW)])
        for word in tokens(phrase.replace("{}", " "))
    )
) + tuple("0" * k for k in range(1, 9))
"""The words of the phrases of training, and numbers by how many digits they have."""


@dataclass(frozen=True)
class Ad:
    """One ad.

    Attributes:
        text: As it is written.
        words: Its T tokens.
        tags: The tag of each, one of `TAGS`.
        values: What stands in each field, as tokens joined by blanks; a field that is missing is not there.
    """

    text: str
    words: tuple[str, ...]
    tags: tuple[str, ...]
    values: Mapping[str, str]


class _AdWriter(EntityWriter):
    """Writes ads in one language.

    Args:
        generator: Where every choice comes from.
        language: A key of `LANGUAGES`.
        new_phrases: Only phrasings and syllables that training never has.
    """

    def __init__(
        self, generator: torch.Generator, language: str, *, new_phrases: bool, syllables: Sequence[str]
    ) -> None:
        super().__init__(generator, syllables)
        self._language, self._new = language, new_phrases

    def ad(self) -> Ad:
        pieces = [(self._phrase(name), self._value(name), name) for name in FIELDS if not self.often(_MISSING)]
        for name, share in (
            ("plot", 0.5),
            ("fees", 0.4),
            ("works", 0.4),
            ("count", 0.6),
            ("street", 0.4),
            ("others", 0.3),
        ):
            if self.often(share):
                pieces.append((self._phrase(name), self._value(name), ""))
        ordered = sorted(pieces, key=lambda _: self._chance())
        glue = self.pick(_GLUE)
        text, marked = self.pick(_PHRASES[self._language]["opening"]), []
        for phrase, value, name in ordered:
            between = glue if self.often(0.6) else self.pick(_GLUE)
            before, after = phrase.split("{}")
            if between in (". ", "\n") and before:
                before = before[0].upper() + before[1:]
            title = f"{self.pick(_TITLES[self._language])} " if name == "owner" and self.often(0.3) else ""
            text += between + before + title
            if name:
                marked.append((len(text), len(text) + len(value), name))
            text += value + after
        return _tagged(text + ("." if self.often(0.5) else ""), marked)

    def _phrase(self, name: str) -> str:
        options = _PHRASES[self._language][name]
        new = _NEW if name in FIELDS else _OTHER_NEW
        return self.pick(options[-new:] if self._new else options[:-new])

    def _value(self, name: str) -> str:
        number = self._number
        values: Mapping[str, Callable[[], str]] = {
            "reference": self._reference,
            "price": lambda: self._amount(number(8, 250) * 10_000 + number(0, 9) * 1000),
            "fees": lambda: self._amount(number(1, 90) * self.pick((10, 100, 500))),
            "surface": lambda: str(number(20, 320)),
            "plot": lambda: str(number(6, 1500)),
            "year": lambda: str(number(1890, 2024)),
            "works": lambda: str(number(1985, 2025)),
            "rooms": lambda: str(number(1, 12)),
            "count": lambda: str(number(1, 12)),
            "owner": self._full_name,
            "street": self._full_name,
            "phone": self._telephone,
            "others": self._telephone,
        }
        return values[name]()

    def _reference(self) -> str:
        number = self._number
        forms = (
            lambda: str(number(1000, 99999)),
            lambda: f"{self.pick('ABKMNRV')}{number(100, 9999)}",
            lambda: f"{number(10, 99)}-{number(100, 999)}",
        )
        return self.pick(forms)()

    def _number(self, low: int, high: int) -> int:
        return low + int(self._chance() * (high - low + 1))

    def _amount(self, value: int) -> str:
        return f"{value:,}".replace(",", self.pick((" ", " ", ",", ".", "")))

    def _full_name(self) -> str:
        first = self.pick(_FIRST) if self.often(0.5) else self.made_up("first").capitalize()
        last = self.made_up("last")
        return f"{first} {last.upper() if self.often(0.4) else last.capitalize()}"

    def _telephone(self) -> str:
        digits = f"0{self._number(1, 9)}" + "".join(str(self._number(0, 9)) for _ in range(8))
        return self.pick((".", " ", "", "-")).join(digits[k : k + 2] for k in range(0, 10, 2))


def _tagged(text: str, marked: Sequence[tuple[int, int, str]]) -> Ad:
    """A text with the places of its values as words and tags."""
    words, tags, values = [], [], {}
    for found in _TOKEN.finditer(text):
        inside = next(((start, name) for start, stop, name in marked if start <= found.start() < stop), None)
        tag = OUTSIDE if inside is None else f"{'B' if inside[0] == found.start() else 'I'}-{inside[1]}"
        words.append(found.group())
        tags.append(tag)
        if inside:
            values[inside[1]] = f"{values.get(inside[1], '')} {found.group()}".strip()
    return Ad(text, tuple(words), tuple(tags), values)


@cache
def training(count: int = 3000) -> tuple[Ad, ...]:
    """The ads from which a network learns, English and French in turn: always the same."""
    generator = torch.Generator().manual_seed(_DIGITS - 1)
    writers = [_AdWriter(generator, language, new_phrases=False, syllables=SYLLABLES) for language in LANGUAGES]
    return tuple(writers[k % len(writers)].ad() for k in range(count))


@cache
def held_out(language: str, *, new_phrases: bool = False, count: int = 300) -> tuple[Ad, ...]:
    """The ads on which accuracy is measured: always the same. Names are from syllables that training never has.

    Raises:
        KeyError: There is no such language.
    """
    if language not in LANGUAGES:
        raise KeyError(f"language is {language!r}, expected one of {', '.join(LANGUAGES)}")
    seed = _DIGITS + 2 * list(LANGUAGES).index(language) + new_phrases
    writer = _AdWriter(
        torch.Generator().manual_seed(seed), language, new_phrases=new_phrases, syllables=UNSEEN_SYLLABLES
    )
    return tuple(writer.ad() for _ in range(count))


def template(words: Sequence[str], tags: Sequence[str]) -> dict[str, str]:
    """The filled template: of each field the first span with its tag, its words joined by blanks.

    A field without a span is left out.
    """
    found: dict[str, str] = {}
    for start, stop, name in spans(tags):
        found.setdefault(name, " ".join(words[start:stop]))
    return found


def field_accuracy(given: Sequence[Ad], filled: Sequence[Mapping[str, str]]) -> dict[str, float]:
    """Share of ads in which a field is filled rightly, or rightly left empty, by field; `all` is the mean of the fields."""
    shares = {
        name: sum(ad.values.get(name) == said.get(name) for ad, said in zip(given, filled, strict=True)) / len(given)
        for name in FIELDS
    }
    return shares | {"all": sum(shares.values()) / len(FIELDS)}


# ---- the baseline: regular expressions -------------------------------------------------------------------------------

_AMOUNT = r"\d{1,3}(?:[ .,]\d{3})+|\d+"
_NAME = r"(?:(?:Mrs?|Ms|Mme)\.? |M\. )?([A-ZÀ-Þ][\w'’-]+ [A-ZÀ-Þ][\w'’-]+)"
_PATTERNS = {
    "reference": r"(?:r[ée]f[ée]rence|r[ée]f|ad no|annonce n°|number|numéro de référence)[.:\s]*((?:[A-Z]|\d+-)?\d+)\b",
    "surface": r"(?<!garden of )(?<!plot of )(?<!jardin de )(?<!terrain de )(?<!terrace )(?<!terrasse )(?<!cellar of )"
    r"(?<!cave de )\b(\d+) ?(?:m2|m²|sqm|square metres|mètres carrés)",
    "year": r"(?:built|built in|construction|construction finished in|year|house of|dates from|construite en|année|maison de|"
    r"achevés en|date de)[ :]+((?:1[89]|20)\d\d)\b",
    "rooms": r"\b(\d+)[ -](?:large |grandes )?(?:rooms?|pièces)\b|(?:rooms|pièces) ?:? (\d+)",
    "phone": r"(?<!fax )(?<!agency )(?<!agence )(?<!caretaker )(?<!gardien )(?<!pm: )(?<!h : )\b(0\d(?:[ .-]?\d\d){4})\b",
}
_OWNER = (
    r"(?i:owner:?|owner,|contact|ask for|the owner|propriétaire :|propriétaire,|contacter|demander|propriétaire) "
    + _NAME
)
_PRICE = rf"(?:€ ?({_AMOUNT}))|(?:({_AMOUNT}) ?(?:€|euros?|EUR))"


def by_patterns(text: str, language: str) -> dict[str, str]:  # noqa: ARG001 - one set of patterns reads both languages
    """The simple baseline: the template as regular expressions fill it, written by hand for the phrasings of training.

    Of several amounts the largest is the price; of everything else the first that fits is taken.
    """
    found: dict[str, str] = {}
    for name, pattern in _PATTERNS.items():
        if match := re.search(pattern, text, re.IGNORECASE):
            found[name] = next(group for group in match.groups() if group)
    if match := re.search(_OWNER, text):
        found["owner"] = match.group(1)
    amounts = [a or b for a, b in re.findall(_PRICE, text)]
    if amounts:
        found["price"] = max(amounts, key=lambda amount: int(re.sub(r"\D", "", amount)))
    return {name: " ".join(tokens(value)) for name, value in found.items()}
