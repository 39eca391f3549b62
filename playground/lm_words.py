"""The page "language model" in words: examples, tables, sentences from numbers, and what there is to try."""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.characters import characters, joined, shown, written
from models.language_model import COUNTED, MEANINGS, Chain, Read, Sampled, chain
from models.loaders.text import Plain
from models.network import END, UNKNOWN
from models.own_text import Corpus, TextRecipe
from models.tasks import kitchen
from models.text import words
from playground import theme
from playground.figures import Line
from playground.language import number, say
from playground.player import Token, Track, Words
from playground.tables import csv_of, shortest

Array = NDArray[np.float64]
Attempts = Mapping[str, tuple[Mapping[str, object], str]]
"""Things to try: the button's words, the widgets that it sets, and what to look at."""

TABS = ["Two sentences", "Sampling", "Letters or words", "One unit", "Your own text"]
SENTENCES_TAB, SAMPLING_TAB, LEVELS_TAB, UNIT_TAB, OWN_TAB = TABS

ASKED = (
    "**How probable is a sentence, and what comes next?** A language model reads a text token by token, and at every step it "
    "says how probable each next token is. The product of these probabilities is the probability of the text; drawing from "
    "them writes a new one."
)

CELLS = {name: name for name in ("RNN", "GRU", "LSTM")}
LEVELS = {"words": "words", "letters": "letters"}

LONGEST_WORDS = 60
"""Words of a sentence whose chances are shown; the rest is left out, and said so."""

LONGEST_LETTERS = 800
"""Characters of a passage."""


def percent(share: float) -> str:
    """A probability as a reader wants it: 0.0123 or 3·10⁻⁷."""
    if share == 0:
        return "0"
    return number(share, ".3g") if share >= 1e-4 else power(math.log(share))


def power(nats: float) -> str:
    """The exponential of nats as a decimal power: 3.1·10⁻²⁰."""
    exponent = math.floor(nats / math.log(10))
    head = math.exp(nats - exponent * math.log(10))
    if f"{head:.1f}" == "10.0":
        head, exponent = 1.0, exponent + 1
    small = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{number(head, '.1f')}·10{small}"


def times(nats: float) -> str:
    """A ratio e to the power of `nats`, at least 1, in words."""
    return say("{ratio} times", ratio=ratio(nats))


def ratio(nats: float) -> str:
    """A ratio e to the power of `nats`, at least 1, as a number."""
    if nats < math.log(10):
        return number(math.exp(nats), ".2f")
    return number(math.exp(nats), ",.0f") if nats < math.log(1e5) else power(nats)


# ---- two sentences ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """Two sentences that sound alike, and whose language they are in."""

    source: str
    first: str
    second: str


SOURCES = {"kitchen": "kitchen notes", "agreement": "cats and dogs"}
PAIRS = {
    "pear or pair": Pair("kitchen", "the apple and pear salad", "the apple and pair salad"),
    "pair or pear": Pair("kitchen", "take a pair of gloves from the shelf.", "take a pear of gloves from the shelf."),
    "flour or flower": Pair(
        "kitchen", "the plum cake. wash the plum. add the flour", "the plum cake. wash the plum. add the flower"
    ),
    "meet or meat": Pair("kitchen", "the guests meet at noon.", "the guests meat at noon."),
    "was or were": Pair(
        "agreement", "the cat, which already ate the fish, was full.", "the cat, which already ate the fish, were full."
    ),
}
FIRST = PAIRS["pear or pair"]

SENTENCES_STORY = (
    "“The apple and pear salad” and “the apple and pair salad” sound the same. Which was meant? In small public texts "
    "*pear* hardly occurs, so nothing can be learned of it there. These networks learned from a **stated toy language, "
    "written for this page**: recipes, in which pears are peeled, and kitchen notes, in which there are pairs of gloves. "
    "*Pair* is the more frequent word of the two."
)
AGREEMENT_STORY = (
    "These are the networks that learned number agreement: *was* answers *cat*, *were* answers *cats*, whatever stands "
    "between. They do not begin with the zero vector, so of the first word nothing is said, and it has no bar."
)


def put(pair: Pair) -> dict[str, object]:
    """The widgets that show two sentences."""
    return {"lm_source": pair.source, "lm_first": pair.first, "lm_second": pair.second}


def cut(text: str) -> tuple[list[str], str]:
    """The words of a sentence, and a remark if some were left out.

    Raises:
        ValueError: It has no word.
    """
    found = words(text)
    if not found:
        raise ValueError(say("It has no word to read"))
    if len(found) <= LONGEST_WORDS:
        return found, ""
    told = say("The sentence has {count:,} words; the first {most} are read.", count=len(found), most=LONGEST_WORDS)
    return found[:LONGEST_WORDS], told


def unknown(chains: Sequence[Chain]) -> str:
    """Which words a network does not know, as a sentence; "" if it knows all."""
    missing = dict.fromkeys(t for c in chains for t, known in zip(c.tokens, c.known, strict=True) if not known)
    if not missing:
        return ""
    names = " ".join(f"`{token[:30].replace('`', 'ˋ')}`" for token in list(missing)[:6])
    if len(missing) > 6:
        names = say("{names} and {more} more", names=names, more=len(missing) - 6)
    return say(
        "Not in this language, so read as `<unk>`: {names}. The factor is then the probability of *some* unknown "
        "word: two sentences that differ in unknown words cannot be told apart.",
        names=names,
    )


def verdict(cell: str, first: Chain, second: Chain) -> str:
    """Which of two sentences a network finds more probable, as Markdown."""
    gap = second.nats - first.nats
    if abs(gap) < 1e-6:
        return say(
            "**The {cell} finds both equally probable**, {probability}.", cell=cell, probability=power(-first.nats)
        )
    better, worse = (first, second) if gap > 0 else (second, first)
    values = {"cell": cell, "times": times(abs(gap)), "better": power(-better.nats), "worse": power(-worse.nats)}
    told = (
        say(
            "**The {cell} says: the first one, {times} as probable as the other**, {better} against {worse}. ", **values
        )
        if gap > 0
        else say(
            "**The {cell} says: the second one, {times} as probable as the other**, {better} against {worse}. ",
            **values,
        )
    )
    if np.isnan(better.surprise).sum() == len(better.tokens):
        return told
    return told + say("Perplexity {better:.2f} against {worse:.2f}.", better=better.perplexity, worse=worse.perplexity)


QUESTION = "**Guess first.** The sentences differ in one word. Where does the less probable one pay the difference?"
GUESSES = {"none": "?", "there": "all of it at that word", "later": "a good part later"}
A_GOOD_PART = 0.1
"""Share of the difference that must come after the word."""


def differing(first: Chain, second: Chain) -> int | None:
    """The first place at which two texts differ; None where they do not, or one of them ends there."""
    places = (k for k, (a, b) in enumerate(zip(first.tokens, second.tokens, strict=False)) if a != b)
    return next(places, None)


def graded(guess: str, first: Chain, second: Chain) -> str:
    """What the tensors say to a guess, as Markdown."""
    place = differing(first, second)
    if place is None or len(first.tokens) != len(second.tokens):
        return say("These two do not differ in one word, so there is nothing to grade: choose a pair above.")
    costs = second.surprise - first.surprise
    total = float(np.nansum(costs))
    if abs(total) < 1e-6:
        return say("Both cost the same, so there is no difference to pay.")
    at, later = (float(np.nansum(part)) for part in (costs[place : place + 1], costs[place + 1 :]))
    right = "later" if later / total > A_GOOD_PART else "there"
    head = "Right" if guess == right else "Not this time"
    if guess == "none":
        head = "Measured"
    told = say(
        "**{head}: {at:.0f} % at the word itself, {later:.0f} % later.** ",
        head=say(head), at=100 * at / total, later=100 * later / total,
    )  # fmt: skip
    one, other = first.tokens[place], second.tokens[place]
    cheap, dear = (one, other) if total > 0 else (other, one)
    values = {"dear": dear, "cheap": cheap, "nats": abs(at)}
    told += (
        say("*{dear}* costs {nats:.2f} nats more than *{cheap}*. ", **values)
        if at * total > 0
        else say("*{dear}* costs {nats:.2f} nats less than *{cheap}*. ", **values)
    )
    if place + 1 < len(costs):
        worst = place + 1 + int(np.nanargmax(np.abs(costs[place + 1 :])))
        told += say(
            "Of what follows, *{token}* differs most: {nats:.2f} nats.",
            token=first.tokens[worst], nats=abs(float(costs[worst])),
        )  # fmt: skip
    return told


def bars(first: Chain, second: Chain | None) -> list[tuple[str, list[str], Array]]:
    """The texts as a chart shows them."""
    found = [(say("first: {nats:.2f} nats", nats=first.nats), first)]
    if second:
        found.append((say("second: {nats:.2f} nats", nats=second.nats), second))
    return [(name, [shown(t) for t in each.tokens], each.surprise) for name, each in found]


def steps(found: Chain, *, begins: bool) -> dict[str, list]:
    """The product, factor by factor, as a table: what is read, what is to be said, and what that does."""
    read = ["x₁ = 0" if begins else "–", *found.tokens[:-1]]
    sums = np.cumsum(np.nan_to_num(found.surprise))
    return {
        "reads": [shown(token[:30]) for token in read],
        "must say": [shown(token[:30]) for token in found.tokens],
        "P": [None if np.isnan(p) else float(p) for p in found.factors],
        "product": [percent(math.exp(-total)) if total < 700 else "0" for total in sums],
        "ln P": [None if np.isnan(s) else -float(s) for s in found.surprise],
        "sum": [-float(total) for total in sums],
    }


def products(found: Chain) -> str:
    """That the sum of logarithms is the logarithm of the product, with this text's numbers."""
    if found.product == 0:
        return say(
            "The product is too small for a number of 64 bits and comes out as 0; **the sum of logarithms still holds it**. "
            "That is why one adds: {probability}.",
            probability=power(-found.nats),
        )
    return say(
        "Sum of logarithms **−{nats:.6f}**; logarithm of the product **−{product:.6f}**. "
        "Perplexity is exp of the mean surprise, {perplexity:.3f}: as unsure as a fair choice among so many words.",
        nats=found.nats, product=-math.log(found.product), perplexity=found.perplexity,
    )  # fmt: skip


def small_example() -> str:
    """Three factors from the lecture, worked out."""
    found = chain((0.2, 0.5, 0.1))
    return say(
        "By hand, three words: 0.2 · 0.5 · 0.1 = **{product:.2f}**; "
        "ln 0.2 + ln 0.5 + ln 0.1 = **−{nats:.4f}** = ln {product:.2f}; perplexity **{perplexity:.4f}**, "
        "the third root of 1/{product:.2f}.",
        product=found.product, nats=found.nats, perplexity=found.perplexity,
    )  # fmt: skip


def rivals(said: Mapping[str, tuple[float, float]]) -> dict[str, list]:
    """Who prefers which sentence, and how much, as a table.

    Args:
        said: nats of the first and of the second sentence, by who says so.
    """
    gaps = {name: second - first for name, (first, second) in said.items()}
    return {
        "who": list(gaps),
        "prefers": [say("neither" if abs(gap) < 1e-6 else "first" if gap > 0 else "second") for gap in gaps.values()],
        "times as probable": [ratio(abs(gap)) for gap in gaps.values()],
    }


def tracks(title: str, found: Read) -> tuple[list[Track], list[Token]]:
    """A reading as the player shows it."""
    guesses = [[shown(token) for token in row] for row in found.guesses]
    tokens = [
        Token(shown(token), "" if known else "read as <unk>")
        for token, known in zip(found.tokens, found.known, strict=True)
    ]
    return [Track(title, found.trace, Words("next", guesses, found.probabilities))], tokens


SENTENCES_NOTICE = (
    "**One sum decides.** A sentence's probability is tiny whatever it says, as every word is one of many; only ratios "
    "tell. **The evidence comes before and after**: after *pair* the network waits for *of*, so *salad* costs extra. "
    "**Counting sees a window**: the unigram prefers the frequent word wherever it stands, while a longer n-gram knows "
    "its few words before and nothing else."
)
SENTENCES_TRIES: Attempts = {
    "Two unknown words": (
        put(Pair("kitchen", "the mango and pear salad", "the papaya and pear salad")),
        "Both fruits are read as `<unk>`. Whatever you think of mangoes, the two sentences get one probability.",
    ),
    "Out of its kitchen": (
        {
            **put(Pair("kitchen", "add the flour and a spoon of sugar", "add the flower and a spoon of sugar")),
            "lm_cell": "RNN",
        },
        "No text of this language begins with *add*. Does each network still know what flour is for? Compare the cells.",
    ),
}

# ---- sampling --------------------------------------------------------------------------------------------------------

SEED = 5
"""The first seed of a sampled text: with it the LSTM writes a whole recipe."""

SAMPLING_STORY = (
    "**x₁ = 0, h₀ = 0.** Say a distribution, draw a token from it, read that token, say the next distribution; until "
    "`<eos>` or the length is reached. `<unk>` is rejected: whenever it would be drawn, one draws again, which is the "
    "same as taking it out. Equal seeds give equal texts."
)


def text_of(tokens: Sequence[str], *, letters: bool) -> str:
    """What was written, as text; what did not come to its end says so."""
    return joined(tokens, letters=letters) + ("" if tokens[-1:] == (END,) else " …")


def ended(found: Sampled) -> str:
    """How a text came to its end."""
    drawn = len(found.draws)
    if found.ended:
        return say("{drawn} draws; the text ended by itself, with `<eos>`.", drawn=drawn)
    return say("{drawn} draws; the length was reached before `<eos>`.", drawn=drawn)


def shortlist(found: Sampled, draw: int, vocabulary: Sequence[str]) -> tuple[list[str], Array, Array, int]:
    """The tokens that a chart of a draw shows, what was said of them and what was left, and the place of the drawn one.

    Args:
        found: a text.
        draw: from 0.
        vocabulary: the K tokens.
    """
    said, left = found.said[draw], found.left[draw]
    chosen = list(vocabulary).index(found.tokens[found.prompt + draw])
    best = [int(k) for k in np.argsort(-said, kind="stable")[:8]]
    if chosen not in best:
        best[-1] = chosen
    return [shown(vocabulary[k]) for k in best], said[best], left[best], best.index(chosen)


def drawn(found: Sampled, draw: int, vocabulary: Sequence[str], *, letters: bool) -> str:
    """How one token came to be drawn, as Markdown."""
    place = found.prompt + draw
    chosen = list(vocabulary).index(found.tokens[place])
    shares = np.cumsum(found.left[draw])
    below = float(shares[chosen - 1]) if chosen else 0.0
    before = joined(found.tokens[:place], letters=letters)[-50:].replace("`", "ˋ")
    told = (
        say("after `{before}`", before=before)
        if before.strip()
        else say("at the start, having read only the zero vector")
    )
    unk = float(found.said[draw][list(vocabulary).index(UNKNOWN)])
    if np.count_nonzero(found.left[draw]) == 1:
        how = say("only one token was left, so no chance is in it")
    else:
        how = say(
            "the random number is {number:.4f}. Shares are added up in the order of the vocabulary; those of "
            "`{token}` go from {low:.4f} to {high:.4f}",
            number=found.draws[draw], token=shown(vocabulary[chosen]), low=below, high=float(shares[chosen]),
        )  # fmt: skip
    return say(
        "Draw {draw}, {place}: {how}. `<unk>` would have been drawn with probability {share}.",
        draw=draw + 1, place=told, how=how, share=percent(unk),
    )  # fmt: skip


TEMPERATURES = (0.25, 0.5, 1.0, 2.0, 10.0)
LOGITS = (2.0, 1.0, 0.0)


def temperature_rows(found: Mapping[float, Array]) -> dict[str, list]:
    """Three logits through softmax at several temperatures, as a table."""
    return {
        "T": [f"{t:g}" for t in found],
        **{
            say("logit {logit:g}", logit=logit): [float(row[k]) for row in found.values()]
            for k, logit in enumerate(LOGITS)
        },
    }


TEMPERATURE_STORY = (
    "**What does temperature do?** Every logit is divided by T before the softmax. At T = 1 the logits (2, 1, 0) give the "
    "first token 0.665."
)
TEMPERATURE_QUESTION = "Guess: its probability at T = 0.5"


def temperature_graded(guess: float, truth: float) -> str:
    """What softmax says to a guess."""
    return say(
        "**{head}: {truth:.4f}.** Halving T doubles every difference of logits, which squares every ratio of probabilities "
        "(e to e²). T → 0 leaves the first one alone, a large T makes all equal.",
        head=say("Right" if abs(guess - truth) <= 0.05 else "Not this time"),
        truth=truth,
    )


SAMPLING_NOTICE = (
    "**Low temperatures repeat the most probable, high ones forget the language**: at T = 2 letters become soup, as each "
    "small mistake is read again and leads further off. **Read a recipe's last sentence**: is it still the dish of its "
    "title? Nothing but the state of the network carries it there. **Greedy is not “the best text”**: it takes the best "
    "token at every step, always the same ones. **Top-k cuts the long tail** of improbable tokens that temperature alone "
    "leaves in."
)
SAMPLING_TRIES: Attempts = {
    "Hot letters, then top-k 3": (
        {"lm_level": "letters", "lm_temperature": 2.0, "lm_top": 0, "lm_longest": 160},
        "At T = 2 words fall apart. Set top-k to 3: which of the two knobs saves the spelling?",
    ),
    "Begin with pair": (
        {"lm_level": "words", "lm_temperature": 1.0, "lm_top": 0, "lm_prompt": "a pair", "lm_draw": 1},
        "The network goes on from what it is given. Which words can follow, and which one follows always?",
    ),
}

# ---- letters or words ------------------------------------------------------------------------------------------------

PASSAGE = "the apple and pear salad. peel the apple and the pear. cut the pear into slices. add a spoon of honey."

LEVELS_STORY = (
    "One text, read twice: as words, and as characters. **Bits per character** make the two comparable: the surprise of the "
    "whole text in bits, divided by its characters, however many tokens it was cut into."
)


@dataclass(frozen=True)
class Row:
    """Who read a text and what it cost.

    Attributes:
        who: a name.
        tokens: steps.
        unknown: share of unknown tokens.
        nats: of the whole text.
    """

    who: str
    tokens: int
    unknown: float
    nats: float


def both_ways(text: str) -> tuple[list[str], list[str]]:
    """A text as words and as the characters of these words written in one line.

    Raises:
        ValueError: It has no word.
    """
    found = words(text)
    if not found:
        raise ValueError(say("It has no word to read"))
    signs = characters(written(found))
    while len(signs) > LONGEST_LETTERS:
        found = found[: max(1, int(len(found) * LONGEST_LETTERS / len(signs)) - 1)]
        signs = characters(written(found))
    return found, signs


def row(who: str, found: Chain) -> Row:
    """One reader as a row of the table."""
    return Row(who, len(found.tokens), 1 - sum(found.known) / len(found.known), found.nats)


def level_rows(found: Sequence[Row], signs: int) -> dict[str, list]:
    """The readers as a table; `signs` is the number of characters of the text."""
    return {
        "who": [each.who for each in found],
        "steps": [each.tokens for each in found],
        "unknown %": [100 * each.unknown for each in found],
        "bits": [each.nats / math.log(2) for each in found],
        "bits/char": [each.nats / math.log(2) / signs for each in found],
    }


def level_verdict(found: Sequence[Row], signs: int, counted_words: int) -> str:
    """What the table says, as Markdown."""
    over_words, over_letters = found[0], found[1]
    told = say(
        "{signs} characters in {words} words: the character network makes **{times:.1f} times as many steps**. ",
        signs=signs, words=counted_words, times=over_letters.tokens / over_words.tokens,
    )  # fmt: skip
    if over_words.unknown > 0:
        told += say(
            "**{share:.0f} % of the words are unknown** to the word network. It pays only for “some "
            "unknown word”, never for its spelling, so its bits are too few to be compared; the character network spells "
            "every word it can.",
            share=100 * over_words.unknown,
        )
    else:
        told += say("Every word is known, so both pay for the same text, and bits per character compare.")
    return told


LEVEL_QUESTION = "**Guess first.** Over {texts} held-out texts: who needs the fewest bits per character?"
_OFFERED = {
    "RNN": ("RNN, words", "RNN, letters"),
    "GRU": ("GRU, words", "GRU, letters"),
    "LSTM": ("LSTM, words", "LSTM, letters"),
}


def level_question() -> str:
    """`LEVEL_QUESTION` with the number of texts."""
    return say(LEVEL_QUESTION, texts=len(kitchen.held_out()))


def level_options(cell: str) -> dict[str, str]:
    """Who may need the fewest bits."""
    names = (*_OFFERED[cell], "5-gram, words", "5-gram, letters")
    return {"none": "?"} | dict(zip(("words", "letters", "words 5", "letters 5"), names, strict=True))


def held_out_bits(facts: Mapping[str, Mapping]) -> dict[str, float]:
    """Bits per character on the held-out texts, by who: the networks by level, the n-grams by level and order, the floor.

    Args:
        facts: of the networks over words and letters, by level.
    """
    found = {}
    for level, known in facts.items():
        per_nat = known["bits"] / known["surprise"]  # from nats per token to bits per character
        found[level] = known["bits"]
        found |= {f"{level} {order}": nats * per_nat for order, nats in known["counted"].items()}
        found["floor"] = known["floor"] * per_nat
    return found


def held_out_rows(found: Mapping[str, float], cell: str) -> dict[str, list]:
    """The same as a table, the best first."""
    order = sorted((key for key in found if not key.endswith((" 1", " 2"))), key=found.__getitem__)
    return {"who": [level_name(key, cell) for key in order], "bits/char": [found[key] for key in order]}


def level_name(key: str, cell: str) -> str:
    """What one of `held_out_bits` is called."""
    level, _, order = key.partition(" ")
    if key == "floor":
        return say("the grammar itself")
    who = say("{order}-gram", order=order) if order else cell
    return say("{who}, words", who=who) if level == "words" else say("{who}, letters", who=who)


def level_graded(guess: str, found: Mapping[str, float], cell: str) -> str:
    """What the held-out texts say to a guess, as Markdown."""
    offered = [key for key in level_options(cell) if key != "none"]
    best = min(offered, key=found.__getitem__)
    head = "Measured" if guess == "none" else "Right" if guess == best else "Not this time"
    told = say(
        "**{head}: of these four it is “{who}”, with {bits:.4f} bits per character.** ",
        head=say(head), who=level_name(best, cell), bits=found[best],
    )  # fmt: skip
    for level, called in LEVELS.items():
        counted = {key: bits for key, bits in found.items() if key.startswith(f"{level} ")}
        longest = min(counted, key=counted.__getitem__)
        values = {
            "level": say(called), "name": level_name(longest, cell).split(",")[0], "counted": counted[longest],
            "cell": cell, "bits": found[level],
        }  # fmt: skip
        if counted[longest] < found[level]:
            told += say(
                "**Over {level} a longer n-gram wins: the {name}**, {counted:.4f}, against the {cell}'s {bits:.4f}. ",
                **values,
            )
        else:
            told += say(
                "Over {level} no n-gram does better than the {cell}; the best one, the {name}, needs {counted:.4f}. ",
                **values,
            )
    return told + say(
        "The n-grams were counted on {counted:,} texts. Nobody gets below {floor:.4f}: so much is pure "
        "chance in the grammar that wrote the texts.",
        counted=COUNTED, floor=found["floor"],
    )  # fmt: skip


LEVELS_NOTICE = (
    "**Words are few steps and a long list**: a word network sees far in few steps, needs a row of weights for every word, "
    "and knows nothing of a word that it never met. **Letters are many steps and a short list**: nothing is unknown, "
    "endings and names can be learned, but the same sentence is several times as long, and so is the way back for a gradient."
)
LEVELS_TRIES: Attempts = {
    "A word that nobody knows": (
        {"lm_passage": "the apple and mango salad. peel the apple and the mango."},
        "The word network's bits *fall*: an unknown word is cheap. What do the character network's bits say of *mango*?",
    ),
    "Nonsense from known words": (
        {"lm_passage": "salad pear the and apple the. into the cut slices pear."},
        "Nothing is unknown now. Compare the bits with those of the sentence in order.",
    ),
}

# ---- one unit --------------------------------------------------------------------------------------------------------

UNIT_STORY = (
    "Each character is coloured by **one number**: the value of one unit of the network right after it read that character. "
    "Most units look like noise; a few keep count of something. The buttons lead to the unit that goes most closely with "
    "each of four counts, measured on 200 held-out texts."
)
UNIT_PASSAGE = (
    "the apple and pear cake. peel the apple and the pear. cut the pear into slices. add the flour and a spoon of honey. "
    "bake the cake for an hour."
)


def _signed(value: float) -> str:
    """A number with its sign, as one reads it."""
    return number(value, "+.2f").replace("-", "−")


def meaning(name: str, known: Mapping) -> str:
    """A unit with a meaning as the words of a button."""
    return f"{say(MEANINGS[name]).split(',')[0]} (r = {_signed(known['correlation'])})"


def clearest(meanings: Mapping[str, Mapping]) -> Mapping:
    """The unit with a meaning whose correlation is largest."""
    return max(meanings.values(), key=lambda known: abs(known["correlation"]))


def coloured(tokens: Sequence[str], values: Array, role: str, *, dark: bool) -> str:
    """Characters as HTML, each coloured by a value of one unit; a visitor's characters are escaped."""
    low, high = theme.limits(role, values)
    stops, base = theme.scale(role, dark=dark), theme.DARK if dark else theme.LIGHT
    cells = []
    for character, value in zip(tokens, values, strict=True):
        place = round((float(value) - low) / (high - low) * (len(stops) - 1))
        ink = max(base.text, base.background, key=lambda colour: _contrast(colour, stops[place]))
        sign = "&nbsp;" if character == " " else html.escape(character)
        gap = "<wbr>" if character == " " else ""
        cells.append(
            f'<span title="{html.escape(shown(character))}: {float(value):+.4f}" '
            f'style="background:{stops[place]};color:{ink};padding:2px 0">{sign}</span>{gap}'
        )
    style = "font-family:monospace;font-size:1.15rem;line-height:1.9;overflow-wrap:anywhere"
    return f'<div class="lm-coloured" style="{style}">{"".join(cells)}</div>'


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours #rrggbb, 1 to 21 (WCAG 2.2)."""

    def luminance(colour: str) -> float:
        channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colour_key(values: Array, role: str, state: str, unit: int, *, dark: bool) -> str:
    """The colour scale of such a text as HTML, with its ends in numbers."""
    low, high = theme.limits(role, values)
    stops = ",".join(theme.scale(role, dark=dark))
    name = html.escape(say("{state} of unit {unit}:", state=state, unit=unit + 1))
    return (
        f'<div style="display:flex;gap:.5rem;align-items:center;font-size:.9rem;flex-wrap:wrap">{name} '
        f'{_signed(low)}<span style="display:inline-block;width:9rem;height:.8rem;background:linear-gradient(90deg,{stops})">'
        f"</span>{_signed(high)}</div>"
    )


def unit_csv(tokens: Sequence[str], values: Array) -> str:
    """The values behind the colours."""
    signs = [shown(token) for token in tokens]
    steps = range(1, len(signs) + 1)
    numbers = shortest(values.astype(np.float32))
    return csv_of(("step", "character", "value"), zip(steps, signs, numbers, strict=True))


def unit_said(values: Array, tokens: Sequence[str]) -> str:
    """Where a unit is highest and lowest, as Markdown."""
    high, low = int(values.argmax()), int(values.argmin())

    def around(place: int) -> str:
        return "".join(tokens[max(0, place - 12) : place + 1]).replace("`", "ˋ")

    return say(
        "Highest, {most:+.3f}, after `…{above}`; lowest, {least:+.3f}, after `…{below}`.",
        most=float(values[high]), above=around(high), least=float(values[low]), below=around(low),
    )  # fmt: skip


UNIT_NOTICE = (
    "**A unit that counts was not told to.** Training asked only for the next character; knowing where one is in a word "
    "helps with that. **The LSTM has a unit that counts every character**, far beyond 1: its memory c has no bound. The "
    "states of the RNN and the GRU stay between −1 and 1, and none of their units does so. **Most of "
    "what a network knows is spread over many units**, so most colours mean nothing to us. **Correlation is no proof**: a "
    "unit may follow a count because something else grows along with it."
)
UNIT_TRIES: Attempts = {
    "A long word": (
        {"lm_unit_text": "the apple and pear saladsaladsalad. peel the apple."},
        "A word that is longer than any it knows: does the unit that counts letters go on counting?",
    ),
    "A plain RNN": (
        {"lm_unit_cell": "RNN"},
        "It has no memory c. Are there units that hold still from one full stop to the next?",
    ),
}

# ---- your own text ---------------------------------------------------------------------------------------------------

OWN_STORY = (
    "Bring a plain text, or paste one: it stays in your session and is not kept. The last tenth is held out. N-grams are "
    "counted on the rest at once; a small network can be trained on it while you watch. Without a text of yours, this uses "
    "400 kitchen texts."
)
OWN_BUDGETS = {"300": "300", "1000": "1,000", "3000": "3,000"}
OWN_QUESTION = "Guess first: after training, who is less surprised by the held-out tenth?"
OWN_GUESSES = {"none": "?", "network": "the network", "counted": "the 5-gram"}
ORDERS = {1: "unigram", 2: "bigram", 5: "5-gram"}


def complaint(wrong: ValueError, kept: str) -> str:
    """What is wrong with a text, and what stays in view."""
    return say("{wrong}. What you see is still {kept}.", wrong=say(wrong).rstrip("."), kept=say(kept))


def told_of(name: str, plain: Plain, corpus: Corpus) -> str:
    """What was made of a text, as Markdown."""
    what = say("characters") if corpus.letters else say("words")
    told = say(
        "**{name}**: {characters:,} characters in {lines:,} lines. ",
        name=say(name).replace("*", "∗")[:60], characters=len(plain.text), lines=plain.lines,
    )  # fmt: skip
    if plain.encoding != "pasted":
        told += say("Read as {encoding}. ", encoding=plain.encoding)
    told += say(
        "Vocabulary of {count:,} {what}; {unknown:.1f} % of the held-out ones unknown. ",
        count=len(corpus.vocabulary), what=what, unknown=100 * corpus.unknown,
    )  # fmt: skip
    if corpus.left_out:
        told += say("The text is long: its last {count:,} {what} are left out. ", count=corpus.left_out, what=what)
    return told + " ".join(say(remark) for remark in plain.remarks)


def own_lines(
    cell: str, measured: Mapping[int, float], counted: Mapping[int, float], updates: int, classes: int
) -> list[Line]:
    """Held-out surprise of the network by updates, as far as it is measured, and of those who learn nothing more."""
    ends = np.array([0, updates])
    looks = {1: ("share", 2), 2: ("read", 1), 5: ("keep", 3)}
    found = [Line(say("all equal"), ends, np.full(2, math.log(classes)), "reset", 0)]
    found += [Line(say(ORDERS[n]), ends, np.full(2, value), *looks[n]) for n, value in counted.items()]
    if measured:
        found.append(Line(cell, np.array(list(measured)), np.array(list(measured.values())), "state", 0))
    return found


def own_verdict(
    guess: str, cell: str, measured: Mapping[int, float], counted: Mapping[int, float], corpus: Corpus, *, done: bool
) -> str:
    """Who is ahead on the held-out tenth, as Markdown.

    Args:
        guess: "network", "counted" or "none".
        cell: Of the network.
        measured: Its nats by updates made.
        counted: Nats of the n-grams by order.
        corpus: What both learned.
        done: The network has learned to the end, so that the guess is graded.
    """
    classes, best = len(corpus.vocabulary), counted[5]
    values = {"best": best, "bits": best / math.log(2), "classes": classes, "most": math.log(classes)}
    told = (
        say(
            "The 5-gram has **{best:.3f} nats** per held-out character, {bits:.3f} bits; "
            "all {classes:,} characters equally probable would have {most:.3f}.",
            **values,
        )
        if corpus.letters
        else say(
            "The 5-gram has **{best:.3f} nats** per held-out word, {bits:.3f} bits; "
            "all {classes:,} words equally probable would have {most:.3f}.",
            **values,
        )
    )
    step = max(measured, default=0)
    if not step:
        return told
    now = measured[step]
    ahead = "network" if now < best else "counted"
    ours = say("The {cell} has **{now:.3f} nats** after {step:,} updates.", cell=cell, now=now, step=step)
    told = f"{ours} {told} "
    if not done:
        return told
    if guess != "none":
        told = f"**{say('Right' if guess == ahead else 'Not this time')}.** {told}"
    if ahead == "counted":
        return told + say("**Counting wins here.** A small network and a short training need more text, or more time.")
    return told + say("**The network is ahead.**")


def progress(recipe: TextRecipe, step: int) -> str:
    """How far a training is."""
    return say(
        "{cell}, {hidden} units, seed {seed}: update {step:,} of {updates:,}",
        cell=recipe.cell, hidden=recipe.hidden, seed=recipe.seed, step=step, updates=recipe.updates,
    )  # fmt: skip


OWN_NOTICE = (
    "**Counting is hard to beat on little text**: it needs one look. The network needs many updates, but it shares what it "
    "learns between contexts and sees further than five characters. **An untrained network knows as much as a fair choice** "
    "among all tokens, ln K. **The curve falls fast, then slowly**: first frequencies, then spelling, then what goes "
    "together."
)
OWN_TRIES: Attempts = {
    "Words of the same text": (
        {"lm_own_level": "words"},
        "Far fewer tokens to learn from, each one harder. Train again: who is ahead now?",
    ),
    "Long training": (
        {"lm_own_level": "letters", "lm_own_updates": "3000"},
        "Ten times the updates. Does the network pass the 5-gram, and when? Watch what it writes on the way.",
    ),
}
