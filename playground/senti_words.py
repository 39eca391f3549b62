"""The page "sentiment" in words: its texts, guesses and sentences, each from the numbers that it is handed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import isnan, log, log10
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.own_reviews import Split
from models.saliency import Saliency
from models.sentiment import LONGEST, SHIPPED, Compared, Judged
from models.tasks.reviews import VOCABULARY
from playground import language
from playground.figures import Curve, Line
from playground.language import say
from playground.player import Token, Track, Words

TABS = ("Word by word", "Order and pooling", "Words that count", "From a language model", "Your reviews")

LECTURE = (
    "Complicated? Yes, and a little slow, too. But the animation is as colorful as the story and emotions do eventually "
    "reach the desired level"
)
CEREAL = (
    "Amazing! This box of cereal gave me a perfectly balanced breakfast, as all things should be. I only ate half of it but "
    "will definitely be buying again!"
)
EXAMPLES = {
    "complicated, but …": LECTURE,
    "cereal": CEREAL,
    "not very good": "The film was not very good, and the music was not bad at all.",
    "nothing but love": "The plot is flat. Nothing but love!",
}
"""Texts that are one click away; the first two are those of lectures."""

ONE, OTHER = "Not bad, good.", "Not good, bad."
PAIRS = {
    "not bad, good": (ONE, OTHER),
    "“but” turned round": (
        "The food was good, but the service was slow.",
        "The service was slow, but the food was good.",
    ),
    "two words swapped": ("The film was not dull, it was funny.", "The film was not funny, it was dull."),
}

NETWORKS = {name: recipe.title for name, recipe in SHIPPED.items()}
BAGS = ("naive Bayes", "logistic")
_BAG_TITLES = {"naive Bayes": "bag: naive Bayes", "logistic": "bag: logistic"}

ASKED = (
    "**Does a review praise or blame, and after which word does the network know?** A recurrent network reads word by word "
    "and may be asked at any of them. A bag of words has the same words and no order. **The reviews here are a small "
    "language of our own**, in which “not” turns an opinion and what stands before the last “but” counts no more: real ones"
    " are harder, and the last tab reads yours."
)

# ---- word by word ----------------------------------------------------------------------------------------------------

WORD_QUESTION = (
    "An LSTM reads the lecture's review: *{review}.* It blames, then it praises. After which of these words does "
    "P(positive) rise above ½ and stay there?"
)
WORD_GUESSES = {"slow": "slow", "but": "But", "colorful": "colorful", "level": "level"}


def turning(positive: np.ndarray) -> int | None:
    """The word from which on P(positive) stays above ½, by number from 0; None if it ends below."""
    below = np.flatnonzero(positive <= 0.5)
    if below.size and below[-1] == len(positive) - 1:
        return None
    return int(below[-1]) + 1 if below.size else 0


def word_answer(guess: str, found: Judged) -> str:
    """What the tensors say to the guess, as Markdown."""
    at = turning(found.positive)
    if at is None:
        return say("It does not: the network ends at P(positive) = {share:.2f}.", share=found.positive[-1])
    word = found.tokens[at]
    before = " " + say("Before it, it stood at {share:.3f}.", share=found.positive[at - 1]) if at else ""
    return say(
        "**{verdict}.** After “{word}” P(positive) is {share:.2f} and stays above ½ to the end.{before} "
        "In this language “but” takes back all that was said, and the network has learned so.",
        verdict=say("Right") if guess == word else say("Not this time"),
        word=word,
        share=found.positive[at],
        before=before,
    )


def score_lines(found: Judged, title: str) -> list[Line]:
    """P(positive) after each word, of the network and of naive Bayes."""
    x = list(range(1, len(found.tokens) + 1))
    short = say(title).split(",", maxsplit=1)[0]
    return [
        Line(short, x, found.positive, "state"),
        Line(say("naive Bayes"), x, found.bags["naive Bayes"], "reset", 1),
    ]


def shown_tokens(found: Judged) -> list[str]:
    """The words as an axis bears them; a star marks an unknown one."""
    return [
        token[:14] if known else f"{token[:12]} *" for token, known in zip(found.tokens, found.known, strict=True)
    ]  # fmt: skip


def score_words(found: Judged) -> str:
    """What the picture shows, in sentences from its numbers, as Markdown."""
    p = found.positive
    said = (
        say(
            "At the end the network says **{label}**, P(positive) = {share};",
            label=say("positive") if p[-1] > 0.5 else say("negative"),
            share=number(p[-1]),
        )
        + " "
    )
    said += (
        say("naive Bayes says {share}, in any order of the words.", share=number(found.bags["naive Bayes"][-1])) + " "
    )
    crossed = [k + 1 for k, (a, b) in enumerate(pairwise(p)) if (a > 0.5) != (b > 0.5)]
    if crossed:
        words = ", ".join(say("“{word}”", word=plain(found.tokens[k])) for k in crossed[:6]) + (
            " …" if len(crossed) > 6 else ""
        )
        said += say("It changed its mind at {words}.", words=words) + " "
    largest = int(np.abs(np.diff(p)).argmax()) + 1 if len(p) > 1 else 0
    if largest:
        step = say("{before} to {after}", before=number(p[largest - 1]), after=number(p[largest]))
        said += say("The largest step came with “{word}”: {step}.", word=plain(found.tokens[largest]), step=step)
    return said


def loss_words(found: Judged) -> str:
    """The loss that training would see, for either label."""
    p = float(found.positive[-1])
    if not 0 < p < 1:
        return say("One of the two probabilities is rounded to 0 here, so its loss is not a finite number.")
    return say(
        "If the label says positive, the loss is −ln {positive} = **{loss:.4f}** nats; if it says "
        "negative, −ln {negative} = **{other:.4f}**. In training only the last word is asked, so what "
        "stands at the others is what the same head makes of an unfinished review.",
        positive=number(p),
        loss=-log(p),
        negative=number(1 - p),
        other=-log(1 - p),
    )


def remarks(found: Judged) -> str:
    """What the network could not read, as Markdown; "" where it could read all."""
    unknown = list(dict.fromkeys(w for w, known in zip(found.tokens, found.known, strict=True) if not known))
    said = []
    if unknown:
        shown = " ".join(f"`{plain(word)}`" for word in unknown[:6])
        shown += " …" if len(unknown) > 6 else ""
        said.append(say("Not in the vocabulary, so read as `<unk>`: {words}.", words=shown))
    if not any(found.known):
        said.append(say("The network knows none of these words, so its answer says nothing about your review."))
    if found.left_out:
        said.append(
            say(
                "The text is longer than {most} words: the first {most} are read. Your text is unchanged.", most=LONGEST
            )
        )
    return " ".join(said)


def complaint(kept: str) -> str:
    """What to say of a text without words."""
    return say(
        "That text has no word to read. Type a review, or choose an example. What you see still reads “{kept}”.",
        kept=plain(kept, 60),
    )


def tracks(found: Judged, title: str) -> list[Track]:
    """The readers for the player, and what they say."""
    chance = np.stack([1 - found.positive, found.positive], 1)  # (T, 2)
    order = (-chance).argsort(1)
    names = np.array([say("negative"), say("positive")])
    says = Words("judgement", names[order].tolist(), np.take_along_axis(chance, order, 1), continues=False)
    if found.backward is None:
        return [Track(title, found.forward, says)]
    return [Track("Forward reader →", found.forward, says), Track("Backward reader ←", found.backward, says)]


def player_tokens(found: Judged) -> list[Token]:
    """The words for the player."""
    return [
        Token(word, "" if known else "read as <unk>") for word, known in zip(found.tokens, found.known, strict=True)
    ]  # fmt: skip


# ---- order and pooling -----------------------------------------------------------------------------------------------

ORDER_STORY = (
    "Two texts, one bag: the two below have the same words equally often. Whoever only counts words must say the same of "
    "both. Try the examples, shuffle, or type two of your own."
)


def bag_table(found: Compared) -> dict[str, list]:
    """Each word with how often it stands in both texts."""
    return {
        "word": [word[:24] for word in found.words],
        "first": found.bags[0].astype(int).tolist(),
        "second": found.bags[1].astype(int).tolist(),
    }


def judges_table(found: Compared) -> dict[str, list]:
    """P(positive) of both texts, by judge."""
    titles = {**_BAG_TITLES, **NETWORKS}
    return {
        "who": [say(titles[name]) for name in found.positive],
        "first": [a for a, _ in found.positive.values()],
        "second": [b for _, b in found.positive.values()],
    }


def order_words(found: Compared) -> str:
    """What the two texts are to a bag and to a network, as Markdown."""
    bag = say("equal") if found.bag_distance == 0 else say("{distance:.2f} apart", distance=found.bag_distance)
    first, second = found.positive["sentiment-lstm"]
    split = sum((a > 0.5) != (b > 0.5) for name, (a, b) in found.positive.items() if name in NETWORKS)
    said = (
        say(
            "The bags are **{bag}**; the last states of the LSTM are **{distance:.2f}** apart. It says "
            "P(positive) = {first} of the first text and {second} of the second.",
            bag=bag,
            distance=found.state_distance,
            first=number(first),
            second=number(second),
        )
        + " "
    )
    return said + (
        say("{count} of the {all} networks judge the two texts differently.", count=split, all=len(NETWORKS))
        if split
        else say("None of the {all} networks judges the two texts differently.", all=len(NETWORKS))
    )


BAG_QUESTION = (
    "Naive Bayes has counted the words of {texts:,} reviews. Of how many held-out reviews does it say the label rightly? "
    "(Always saying the more frequent label is right in {always:.0%}.)"
)
BAG_GUESSES = {"55": "55 %", "65": "65 %", "75": "75 %", "95": "95 %"}


def bag_answer(guess: str, facts: Mapping[str, Any]) -> str:
    """What the measurement says to the guess, as Markdown."""
    share = facts["naive Bayes"]["accuracy"]
    near = min(BAG_GUESSES, key=lambda name: abs(float(name) / 100 - share))
    return say(
        "**{verdict}.** It is right in {share:.1%}: most reviews have more words of praise than of "
        "blame when they praise. What it cannot see is what “not” and “but” stood before.",
        verdict=say("Right") if guess == near else say("Not this time"),
        share=share,
    )


def accuracy_table(networks: Mapping[str, Mapping[str, Any]], bags: Mapping[str, Any]) -> dict[str, list]:
    """Who judges how many of the held-out reviews rightly."""
    return {
        "who": [
            *(say(NETWORKS[name]) for name in networks),
            *(say(_BAG_TITLES[name]) for name in BAGS),
            say("always one label"),
        ],
        "right, %": [
            *(100 * facts["accuracy"] for facts in networks.values()),
            *(100 * bags[name]["accuracy"] for name in BAGS),
            100 * bags["always"],
        ],
        "weights": [*(facts["parameters"] for facts in networks.values()), *[len(VOCABULARY) + 1] * len(BAGS), 0],
    }


def accuracy_lines(networks: Mapping[str, Mapping[str, Any]], bags: Mapping[str, Any]) -> list[Line]:
    """Accuracy by the number of opinions: three poolings and a bag."""
    shown = {
        "sentiment-lstm": ("last state", "state", 0),
        "sentiment-mean": ("mean", "memory", 1),
        "sentiment-max": ("max", "candidate", 2),
    }
    lines = [
        Line(say(title), [int(n) for n in shares], list(shares.values()), role, dash)
        for name, (title, role, dash) in shown.items()
        for shares in [networks[name]["by_opinions"]]
    ]
    bayes = bags["naive Bayes"]["by_opinions"]
    return [*lines, Line(say("naive Bayes"), [int(n) for n in bayes], list(bayes.values()), "reset", 3)]


def accuracy_words(networks: Mapping[str, Mapping[str, Any]], bags: Mapping[str, Any]) -> str:
    """Who wins on the held-out reviews, as Markdown."""
    best_bag = max(bags[name]["accuracy"] for name in BAGS)
    ranked = sorted(networks, key=lambda name: -networks[name]["accuracy"])
    losers = [say(NETWORKS[name]) for name in ranked if networks[name]["accuracy"] <= best_bag]
    said = (
        say(
            "On {count:,} held-out reviews the best is **{name}** with {share:.1%}; the better bag of words "
            "reaches {bag:.1%}.",
            count=bags["held_out"],
            name=say(NETWORKS[ranked[0]]),
            share=networks[ranked[0]]["accuracy"],
            bag=best_bag,
        )
        + " "
    )
    said += (
        say("No better than the bag: {names}.", names=", ".join(losers)) + " "
        if losers
        else say("Every network beats the bag here.") + " "
    )
    pooled = {name: networks[f"sentiment-{name}"]["accuracy"] for name in ("lstm", "mean", "max")}
    order = ", ".join(f"{say(title)} {language.number(pooled[name], '.1%')}" for name, title in _POOLED.items())
    return said + say(
        "By what an LSTM of equal size makes of its states: {order}. One training of each, seed 0.", order=order
    )


_POOLED = {"lstm": "last state", "mean": "mean", "max": "max"}

PADDED = (
    "All of them are asked at the last **real** word. Who reads the last *padded* step instead, as in `output[:, -1]` of a "
    "padded batch, falls to chance where the pads are many: the tab “Padding and packing” shows it."
)

# ---- words that count ------------------------------------------------------------------------------------------------

COUNT_STORY = (
    "Which words made the network say so? Three measures of one reading, word by word. The stronger the shade and the longer "
    "the bar, the more; the number is the percentage of the largest in its row."
)
DEFINITIONS = {
    "kept by gates": "the gate that let the word in, times what the later gates left of it, mean over the units: "
    "$i_t \\prod_{s>t} f_s$ of an LSTM, $(1-z_t)\\prod_{s>t} z_s$ of a GRU",
    "felt by gradient": "$\\lVert\\partial\\,\\text{logit}/\\partial e_t\\rVert$: how far a small push of the word's vector "
    "moves the logit of positive minus negative",
    "changed by removal": "how far P(positive) moves when the word is taken out and the rest is read anew",
}
COUNT_QUESTION = (
    "The LSTM reads: *{review}* Take one word out. Which of these removals moves P(positive) **most**?"
)  # fmt: skip
COUNT_GUESSES = {"amazing": "Amazing", "balanced": "balanced", "but": "but", "definitely": "definitely"}


def count_answer(guess: str, found: Judged) -> str:
    """What the tensors say to the guess, as Markdown."""
    moved = {word: float(np.abs(found.removed[found.tokens.index(word)])) for word in COUNT_GUESSES}
    right = max(moved, key=lambda word: moved[word])
    numbers = ", ".join(f"{word} {language.number(size, '.2g')}" for word, size in moved.items())
    top = found.tokens[int(np.abs(found.removed).argmax())]
    return say(
        "**{verdict}.** |change of P(positive)|: {numbers}. Of all words it is “{word}”. The lecture's "
        "kept words are *Amazing*, *perfectly balanced breakfast*, *will definitely be buying again*; "
        "this network reads by its own rule, in which “but” takes back what stood before it.",
        verdict=say("Right") if guess == right else say("Not this time"),
        numbers=numbers,
        word=top,
    )


def changed(found: Judged) -> Saliency:
    """|change of P(positive)| by removal as a row of shaded words."""
    with np.errstate(divide="ignore"):
        sizes = np.log10(np.nan_to_num(np.abs(found.removed)))
    return replace(found.felt, log10=sizes)


def no_gates(network: str) -> str:
    """Why a network has no row of gates."""
    recipe = SHIPPED[network]
    if recipe.cell == "RNN":
        return say("**kept by gates**: an RNN has no gates, so there is nothing to multiply.")
    if recipe.both_ways:
        return say(
            "**kept by gates**: two readers keep each word differently, so one number for both would mean nothing."
        )
    return say(
        "**kept by gates**: this network pools over all its states, so a word counts without being kept to the end; the "
        "product of gates would mislead."
    )


def agreement_words(found: Judged) -> str:
    """How far the measures agree on the order of the words, as Markdown."""
    if len(found.tokens) < 5:
        return say("With fewer than five words a rank correlation says nothing.")
    said = [
        say("{one} and {other}: **{value:.2f}**", one=say(one), other=say(other), value=value)
        if not isnan(value)
        else say("{one} and {other}: none, one of them is constant", one=say(one), other=say(other))
        for (one, other), value in found.agreements().items()
    ]
    return say("Rank correlation (Spearman) over the words.") + f" {'; '.join(said)}."


def count_table(found: Judged) -> dict[str, list]:
    """Word by word, all measures."""
    table: dict[str, list] = {"word": [word[:30] for word in found.tokens]}
    if found.kept is not None:
        table["kept by gates"] = (10.0**found.kept.log10).tolist()
    table["|d logit / d word|"] = (10.0**found.felt.log10).tolist()
    table["P lost without it"] = found.removed.tolist()
    return table


# ---- from a language model -------------------------------------------------------------------------------------------

TRANSFER_STORY = (
    "Labels cost work: a lecture counts 200,000 articles at 400 a week, {years:.1f} years. Texts without labels are free. So "
    "let a network first learn to say the **next word**, and only then, with few labels, to judge.\n\n"
    "This corpus is **designed** so that it works: every review has six adjectives out of 160 made-up words, all from the "
    "friendly 80 or all from the other 80, but for 3 % noise. To foretell the next adjective one must find out which words "
    "go together. On a small real corpus expect no gain: a language model that has not found what the labels ask for has "
    "nothing to give."
)
YEARS = 200_000 / 400 / 52
TRANSFER_QUESTION = (
    "With **10** labelled reviews, a network from scratch is right in about half of all cases. How often is one that read "
    "20,000 reviews without labels before?"
)
TRANSFER_GUESSES = {"55": "55 %", "70": "70 %", "85": "85 %", "99": "99 %"}
_LOOKS = {
    "fine-tuned": ("state", 0),
    "frozen": ("memory", 1),
    "from scratch": ("candidate", 2),
    "naive Bayes": ("reset", 3),
}


def transfer_answer(guess: str, known: Mapping[str, Any]) -> str:
    """What the experiment says to the guess, as Markdown."""
    share = median(known["accuracy"]["fine-tuned"]["10"])
    near = min(TRANSFER_GUESSES, key=lambda name: abs(float(name) / 100 - share))
    scratch = median(known["accuracy"]["from scratch"]["10"])
    verdict = say("Right") if guess == near else say("Not this time")
    return say(
        "**{verdict}.** {share:.1%}, median of five seeds; from scratch {scratch:.1%}.",
        verdict=verdict,
        share=share,
        scratch=scratch,
    )


def transfer_curves(known: Mapping[str, Any], *, read: bool) -> list[Curve]:
    """Accuracy against the number of labels: median of the seeds, band from the smallest to the largest.

    Args:
        known: see `models.transfer.known`.
        read: those that had read before, too.
    """
    curves = []
    for way, (role, dash) in _LOOKS.items():
        if way in ("fine-tuned", "frozen") and not read:
            continue
        shares = known["accuracy"][way]
        x = [log10(int(n)) for n in shares]
        rows = list(shares.values())
        band = ([min(row) for row in rows], [max(row) for row in rows])
        curves.append(Curve(say(way), x, [median(row) for row in rows], role, dash, band=band, dots=True))
    return curves


def transfer_ticks(known: Mapping[str, Any]) -> tuple[list[float], list[str]]:
    """Where the numbers of labels stand on the axis, and the numbers."""
    labels = list(known["accuracy"]["fine-tuned"])
    return [log10(int(n)) for n in labels], [language.number(int(n), ",") for n in labels]


def transfer_table(known: Mapping[str, Any]) -> dict[str, list]:
    """Median accuracy in percent, by number of labels and way."""
    found = known["accuracy"]
    return {"labels": [int(n) for n in found["fine-tuned"]]} | {
        way: [100 * median(row) for row in found[way].values()] for way in _LOOKS
    }


def transfer_words(known: Mapping[str, Any]) -> str:
    """What the curves say, as Markdown."""
    found = known["accuracy"]
    ten = median(found["fine-tuned"]["10"])
    enough = next((n for n, row in found["from scratch"].items() if median(row) >= ten), None)
    needs = (
        say("that takes **{enough:,}** labels", enough=int(enough))
        if enough
        else say("not even 1,000 labels are enough for that")
    )
    first, last = (median(course[k] for course in known["losses"]) for k in (0, -1))
    bayes = {n: median(row) for n, row in found["naive Bayes"].items()}
    beats = [int(n) for n, share in bayes.items() if share > median(found["from scratch"][n])]
    said = (
        say(
            "The fine-tuned network reaches {ten:.1%} with 10 labels; from scratch {needs}. While reading, "
            "the loss of the language model fell from {first:.2f} to {last:.2f} nats a word.",
            ten=ten,
            needs=needs,
            first=first,
            last=last,
        )
        + " "
    )
    if beats:
        said += (
            say(
                "**Naive Bayes beats the network from scratch** at {counts} labels: here words alone decide, "
                "and counting learns them from less.",
                counts=", ".join(language.number(n, ",") for n in beats),
            )
            + " "
        )
    ahead = [int(n) for n, share in bayes.items() if share >= median(found["fine-tuned"][n])]
    if ahead:
        said += (
            say(
                "At {counts} labels it is as good as the fine-tuned one.",
                counts=", ".join(language.number(n, ",") for n in ahead),
            )
            + " "
        )
    else:
        said += say("It does not catch up with the fine-tuned one.")
    return said


def transfer_made(known: Mapping[str, Any]) -> str:
    """What was computed beforehand, as Markdown."""
    return say(
        ":green-badge[:material/inventory_2: precomputed] `{command}` made these numbers once: for each "
        "of five seeds a language model of 48 units ({reading:,} updates), then {updates} updates on "
        "the labels. Line: median; band: smallest to largest of the seeds. The page only reads the file.",
        command=known["command"],
        reading=known["reading"],
        updates=known["updates"],
    )


# ---- your reviews ----------------------------------------------------------------------------------------------------

OWN_STORY = (
    "Bring labelled texts: **one text on each line, a tab, its label**, or a CSV with the columns `text,label`. Two labels, "
    "up to 5 MB. A fifth is kept back. Naive Bayes counts at once; a network trains while you watch. Without a file, these "
    "are 400 reviews of our own language."
)
CELLS = {"LSTM": "LSTM", "GRU": "GRU", "RNN": "RNN"}
POOLINGS = {"last": "last state", "mean": "mean of all", "max": "largest of all"}


def own_told(name: str, texts: int, positive: int, names: Sequence[str], notes: Sequence[str]) -> str:
    """What was read from a file, as Markdown."""
    return (
        say(
            "`{name}`: {texts:,} texts, {positive:,} of them `{one}`, the others `{other}`.",
            name=plain(name, 40),
            texts=texts,
            positive=positive,
            one=plain(names[1]),
            other=plain(names[0]),
        )
        + " "
        + " ".join(map(say, notes))
    )


def own_complaint(wrong: object, kept: str) -> str:
    """What to say of a file that cannot be used."""
    return say("{wrong}. What you see still uses {kept}.", wrong=wrong, kept=plain(kept, 40))


def own_live(step: int, updates: int, losses: NDArray[np.float64]) -> str:
    """How far a training is, by the losses of its updates so far, (N,)."""
    few = min(20, len(losses))
    mean = say(", loss {loss:.3f} nats (mean of the last {count})", loss=losses[-few:].mean(), count=few) if few else ""
    return say("update {step} of {updates}{mean}", step=step, updates=updates, mean=mean)


def own_table(split: Split, results: Mapping[str, float]) -> dict[str, list]:
    """Who judges how many of the texts kept back rightly."""
    return {
        "who": [say("always one label"), say("naive Bayes"), *map(_trained, results)],
        "right, %": [100 * split.always, 100 * split.baseline, *(100 * share for share in results.values())],
    }


def _trained(name: str) -> str:
    """A network that was trained here: "LSTM, last state"."""
    cell, pooling = name.split(", ") if ", " in name else (name, "")
    return f"{cell}, {say(pooling)}" if pooling else cell


def own_verdict(split: Split, results: Mapping[str, float]) -> str:
    """Who wins on the texts kept back, as Markdown."""
    error = 100 * (split.baseline * (1 - split.baseline) / split.tested) ** 0.5
    counted = say(
        "{count:,} texts to learn from, {kept:,} kept back; with so few, shares are known to about "
        "±{error:.0f} points (one standard error).",
        count=split.trained_on,
        kept=split.tested,
        error=error,
    )
    if not results:
        return say(
            "Naive Bayes is right in **{share:.1%}**. {counted} Train a network: will it do better?",
            share=split.baseline,
            counted=counted,
        )
    name = max(results, key=lambda each: results[each])
    gain = 100 * (results[name] - split.baseline)
    if abs(gain) < 0.05:
        verdict = say("**A draw** between {name} and naive Bayes.", name=_trained(name))
    elif gain > 0:
        verdict = say("**{name} beats naive Bayes** by {gain:.1f} points.", name=_trained(name), gain=gain)
    else:
        verdict = say("**Naive Bayes wins**: {gain:.1f} points ahead of {name}.", gain=-gain, name=_trained(name))
    return f"{verdict} {counted}"


# ---- shared ----------------------------------------------------------------------------------------------------------


def number(share: float) -> str:
    """A probability with two digits, more where it is close to 0 or 1."""
    edge = min(share, 1 - share)
    return language.number(share, ".2f") if edge >= 0.005 else language.number(share, ".4f")


def plain(text: str, most: int = 24) -> str:
    """A visitor's words within Markdown: cut, on one line, and without what Markdown would read as signs."""
    shown = " ".join(text[: most + 1].split())
    for sign in "\\`*_[]<>$~|#:":
        shown = shown.replace(sign, f"\\{sign}" if sign != "`" else "ˋ")
    return shown[: 2 * most] + ("…" if len(text) > most else "")


Attempts = Mapping[str, tuple[Mapping[str, object], str]]

WORD_NOTICE = (
    "One network, one set of weights, and an answer after **every** word: many-to-one is only a matter of where one asks. "
    "“not” alone decides nothing, but it changes what the next word does. “But” throws away what came before, if the network "
    "learned to; naive Bayes moves by the same amount for a word wherever it stands. An unknown word is `<unk>`: however "
    "strong it is, all unknown words are one and the same to the network."
)
WORD_TRIES: Attempts = {
    "The lecture's review, turned round": (
        {
            "senti_text": "The animation is as colorful as the story and emotions do eventually reach the desired level. "
            "But it was complicated and a little slow.",
        },
        "The same opinions, the other way about. Guess where the line ends, then read what naive Bayes says of both.",
    ),
    "Is “nothing but” a “but”?": (
        {"senti_text": "The music was good, nothing but trouble. The music was good, but dull."},
        "Watch P(positive) at the two “but”. Does the network tell them apart, and from what?",
    ),
}
ORDER_NOTICE = (
    "Equal bags get equal answers from every bag of words, for certain and not by training. A network may tell them apart "
    "because h depends on the order. **Last state** must carry all to the end; **mean** and **max** take every state along, "
    "so early words have a short way, but then the network has to make sure that what a later “but” took back does not "
    "count in the pool."
)
ORDER_TRIES: Attempts = {
    "Turn “but” round": (
        dict(zip(("senti_one", "senti_other"), PAIRS["“but” turned round"], strict=True)),
        "The same words around “but”, in the other order. Which network is fooled, if any?",
    ),
    "No sentence at all": (
        {"senti_one": "good bad not", "senti_other": "not bad good"},
        "These are no sentences, and no network has read such ones. Are their answers still worth anything? Then shuffle.",
    ),
}
COUNT_NOTICE = (
    "The three rows answer three questions. **Gates** say how wide a door stood, not what went through it. **Gradients** say "
    "what a small push would do; where the network is sure, they are small everywhere, so only their order is worth looking "
    "at. **Removal** asks what really happens, but what is left may be no sentence. Where they agree, believe them; the rank "
    "correlation says how far they do."
)
COUNT_TRIES: Attempts = {
    "Only what “but” leaves": (
        {"senti_count_text": "The plot was dull and the acting was weak, but the music is not bad at all."},
        "Which words before “but” are still felt? Compare with the same network's row of gates.",
    ),
    "Ask the network that pools": (
        {"senti_count_network": "sentiment-max"},
        "It may take a unit's largest value from any word. Do the same words count?",
    ),
}
TRANSFER_NOTICE = (
    "The language model never saw a label. What it learned to guess the next word, which words keep company, happens to be "
    "what the labels ask for; that is why it transfers. Frozen, only the head learns, and it is nearly as good: "
    "**the knowledge is in the states**. And a plain count of words is a strong judge as soon as every word has been seen "
    "with a label."
)
TRANSFER_TRIES: Attempts = {
    "Read a review word by word": (
        {"senti_tab": TABS[0]},
        "The networks of the other tabs learned from scratch, from as many reviews as they liked. What would 10 have taught?",
    ),
    "Few labels of your own": (
        {"senti_tab": TABS[4]},
        "Bring a file with few labels: is naive Bayes ahead there, too?",
    ),
}
OWN_NOTICE = (
    "On real reviews **naive Bayes usually beats a small network that trained for half a minute**: in a thousand sentences "
    "most words occur once, and a network has to learn each word's vector and what to do with it, where naive Bayes has one "
    "number for a word. Networks win with much more text, or when somebody else's text has taught them the words before."
)
OWN_TRIES: Attempts = {
    "Pool over all states": (
        {"senti_own_pooling": "mean"},
        "With the mean of all states each word has a short way to the answer. Train again, with the same seed.",
    ),
    "Other texts kept back": (
        {"senti_own_seed": 1},
        "Another seed keeps other texts back. How far does naive Bayes move by that alone?",
    ),
}
