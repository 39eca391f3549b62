"""The page "tagging" in words: menus, questions, ribbons, and sentences from what was computed."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.entity_f1 import Score, spans
from models.loaders.columns import Corpus
from models.tagging import KINDS, Recipe, Spelled, Tagged
from models.tasks import ads
from models.tasks.entities import TAGS
from playground import theme
from playground.language import number, say
from playground.player import Token, Track, Words

ASKED = (
    "**Who, where, which company? A tagger says of every word what it is. How does it know a name that it has "
    "never seen?** "
    "Seven small networks learned the same sentences. They differ only in what they may look at."
)

TABS = ("Tag a sentence", "Invent a word", "How good are they?", "Fill a template", "Your own file")

Attempts = Mapping[str, tuple[Mapping[str, object], str]]

NETWORKS = {
    "characters": KINDS["characters"].title,
    **{name: kind.title for name, kind in KINDS.items() if name != "characters"},
}
"""The networks by name, as menus call them; the one that ends up best stands first."""

EXAMPLE = "Anna Jordan from Blorbsoft lives in Florence."
EXAMPLES = {
    "one name, three things": "Jordan smiled, and Jordan hires 300 people, but the mayor of Jordan was late.",
    "only the spelling tells": "We discussed Zubville and Zubson, but she ignored Zubtech.",
    "no name at all": "They praised music and wubment.",
}
"""Sentences one click away, by the words on their buttons."""

_LOOKS = {"person": "write", "place": "keep", "company": "candidate"}
_NONE = "no name"


def cut(word: str, most: int = 24) -> str:
    """A visitor's word, not too long for a label."""
    return word if len(word) <= most else f"{word[:most]}…"


def ribbon(words: Sequence[str], tags: Sequence[str], looks: Mapping[str, str], *, dark: bool) -> str:
    """Words as HTML: each entity in a box with its type written below, so that colour is never alone. Words are escaped."""
    base, cells, place = theme.DARK if dark else theme.LIGHT, [], 0
    for start, stop, kind in (*spans(tags), (len(words), len(words), "")):
        cells += [f'<span style="padding:2px 3px">{html.escape(cut(word, 40))}</span>' for word in words[place:start]]
        if kind:
            colour = theme.ROLES[looks.get(kind, "share")].line(dark=dark)
            inside = html.escape(" ".join(cut(word, 40) for word in words[start:stop]))
            cells.append(
                f'<span style="display:inline-block;margin:1px 3px;padding:1px 7px;border:2px solid {colour};'
                f'border-radius:6px;color:{base.text};text-align:center">{inside}<small style="display:block;'
                f'line-height:1.1;font-size:.72em;font-weight:600;color:{colour}">{html.escape(say(kind))}</small></span>'
            )
        place = stop
    return "".join(cells)


def ribbons(found: Mapping[str, Tagged], *, dark: bool) -> str:
    """A row for each network: its title, and the sentence as it tags it."""
    rows = "".join(
        f'<div style="margin:.35em 0 .6em"><small style="opacity:.75">{html.escape(say(KINDS[kind].title))} '
        f"· {html.escape(say('sees {what}', what=say(KINDS[kind].told)))}</small>"
        f'<div style="display:flex;flex-wrap:wrap;align-items:center">{ribbon(one.tokens, one.tags, _LOOKS, dark=dark)}'
        "</div></div>"
        for kind, one in found.items()
    )
    return f'<div class="ribbons" style="overflow-wrap:anywhere">{rows}</div>'


def remarks(found: Tagged) -> str:
    """What the networks could not read in full, as Markdown; "" if nothing."""
    told = []
    unknown = [word for word, known in zip(found.tokens, found.known, strict=True) if not known]
    if unknown:
        shown = ", ".join(f"`{cut(word).replace('`', 'ˋ')}`" for word in dict.fromkeys(unknown[:6]))
        if (more := len(unknown) - 6) > 0:
            shown = say("{words} and {more} more", words=shown, more=more)
        told.append(
            say(
                "Not in the vocabulary: {words}. Who reads whole words sees `<unk>`; who reads letters sees letters.",
                words=shown,
            )
        )
    if found.left_out:
        told.append(
            say(
                "The last {count:,} words were left out: {most} is the most.",
                count=found.left_out,
                most=len(found.tokens),
            )
        )
    return " ".join(told)


def told_tag(tag: str) -> str:
    """A tag as a reader meets it: "B-person", or "no name"."""
    return say(_NONE) if tag == "O" else tag


def word_table(found: Tagged) -> dict[str, list[str]]:
    """Each word with its tag, how sure the network is, and its part of speech: a table by column."""
    return {
        "word": [
            cut(word) + ("" if known else " (<unk>)") for word, known in zip(found.tokens, found.known, strict=True)
        ],
        "tag": [told_tag(tag) for tag in found.tags],
        "P(tag)": [number(row.max(), ".1%") for row in found.chances],
        "part of speech": [say(part) for part in found.parts],
    }


def word_options(found: Tagged) -> dict[str, str]:
    """The words as a menu has them, by place; the first unknown name first."""
    names = {str(k): f"{k + 1}: {cut(word)}" for k, word in enumerate(found.tokens)}
    named = [k for k, tag in enumerate(found.tags) if tag != "O"]
    first = str(next((k for k in named if not found.known[k]), named[0] if named else 0))
    return {first: names[first], **names}


def evidence_words(found: Tagged, word: int, moved: NDArray) -> str:
    """Which words moved the tag of one most, as Markdown."""
    total = float(moved.sum())
    if not total:
        return say("No word moves this tag at all: the network is as sure as numbers can say.")
    order = np.argsort(-moved)[:3]
    shares = ", ".join(say("“{word}” {share:.0%}", word=cut(found.tokens[k]), share=moved[k] / total) for k in order)
    return say(
        "“{word}” is tagged **{tag}** with probability {chance:.1%}. Of all the evidence, by the length of the gradient: "
        "{shares}.",
        word=cut(found.tokens[word]),
        tag=told_tag(found.tags[word]),
        chance=found.chances[word].max(),
        shares=shares,
    )


def evidence_ribbon(found: Tagged, word: int, moved: NDArray, *, dark: bool) -> str:
    """The words as HTML, each with its share of the evidence as a number and a shade."""
    stops, base = theme.scale("state", dark=dark)[theme.STOPS // 2 :], theme.DARK if dark else theme.LIGHT
    largest, total = float(moved.max()) or 1.0, float(moved.sum()) or 1.0
    cells = []
    for k, token in enumerate(found.tokens):
        colour = stops[round(0.45 * float(moved[k]) / largest * (len(stops) - 1))]
        edge = f"2px solid {base.text}" if k == word else f"1px solid {base.border}"
        cells.append(
            f'<span style="display:inline-block;margin:2px;padding:1px 6px;border:{edge};border-radius:5px;'
            f'background:{colour};color:{base.text};text-align:center">{html.escape(cut(token))}'
            '<small style="display:block;font-size:.72em">'
            f"{number(moved[k] / total, '.0%')}</small></span>"
        )
    return f'<div class="evidence">{"".join(cells)}</div>'


def tracks(found: Tagged) -> list[Track]:
    """The last recurrent layer in the player, one track for each direction, with the tags that the network says."""
    best = np.argsort(-found.chances, axis=1)[:, :3]
    says = Words(
        "entity tag", [[told_tag(TAGS[k]) for k in row] for row in best],
        np.take_along_axis(found.chances, best, 1), continues=False,
    )  # fmt: skip
    arrows = {"forward": "Forward reader →", "backward": "Backward reader ←"}
    return [Track(arrows[name], reader, says) for name, reader in found.readers.items()]


def player_tokens(found: Tagged) -> list[Token]:
    """The words for the player."""
    return [
        Token(word, "" if known else "not in the vocabulary")
        for word, known in zip(found.tokens, found.known, strict=True)
    ]


GUESS = (
    "Nobody's vocabulary has Blorbstan or Blorbson, and in *They mentioned … and …* people, places and companies may stand. "
    "**Which networks find the place and the person?**"
)
GUESSES = {
    "none": "?",
    "all": "all",
    "context": "those that read the sentence",
    "letters": "those that read letters",
}
ASKED_SENTENCE = "They mentioned Blorbstan and Blorbson."


def graded(guess: str, found: Mapping[str, Tagged]) -> str:
    """What the networks say to the guess, as Markdown."""
    said = {kind: (one.tags[2], one.tags[4]) for kind, one in found.items()}
    right = {kind for kind, tags in said.items() if tags == ("B-place", "B-person")}
    sets = {
        "all": set(KINDS),
        "context": {kind for kind, one in KINDS.items() if one.layers or one.window},
        "letters": {kind for kind, one in KINDS.items() if one.characters},
    }
    verdict = "Right" if sets[guess] == right else "Not this time"
    named = say(" and ").join(say(KINDS[kind].title) for kind in found if kind in right) or say("no network")
    others = "; ".join(
        f"{say(KINDS[kind].title)}: {', '.join(map(told_tag, tags))}"
        for kind, tags in said.items()
        if kind not in right
    )
    return say(
        "**{verdict}: both are found by {named}.** The others say: {others}.",
        verdict=say(verdict),
        named=named,
        others=others or say("nothing else"),
    )


NOTICE_TAG = (
    "A network that sees the word alone gives one name one tag, whatever the sentence says. The forward RNN must "
    "tag a name "
    "before it has read what follows. Both ways, what follows counts too. And an unknown name is `<unk>` to all "
    "that read whole "
    "words: where the sentence does not tell, only the letters do."
)
TRY_TAG: Attempts = {
    "One name, three things": (
        {"tag_text": EXAMPLES["one name, three things"]},
        "Which networks give Jordan three different tags? Which one cannot, ever?",
    ),
    "Take the clue away": (
        {"tag_text": "The mayor of Zubtech smiled, and she mentioned Zubtech."},
        "After “mayor of” the sentence says place, the letters say company. Whom does the last network believe?",
    ),
}

# ---- invent a word ---------------------------------------------------------------------------------------------------

INVENT = (
    "Write a name that nobody has seen. It is put into *They mentioned …*, where a person, a place, a company or "
    "a thing may "
    "stand. Only its letters can tell."
)
WORD = "Blorbstan"
INVENTED = ("Blorbstan", "Blorbson", "Blorbtech", "blorbment")


def sentence_with(word: str) -> str:
    """The sentence in which any name may stand."""
    return f"They mentioned {word}."


def kind_chances(found: Tagged, place: int = 2) -> dict[str, float]:
    """The probabilities that a word is a person, a place, a company, no name; B and I added."""
    row = dict(zip(TAGS, found.chances[place].tolist(), strict=True))
    return {
        **{kind: row[f"B-{kind}"] + row[f"I-{kind}"] for kind in _LOOKS},
        _NONE: row["O"],
    }


def chance_table(found: Mapping[str, Tagged]) -> dict[str, list[str]]:
    """What each network says of the invented word, a table by column."""
    rows = {say(KINDS[kind].title): kind_chances(one) for kind, one in found.items()}
    shown = {name: [number(row[name], ".1%") for row in rows.values()] for name in (*_LOOKS, _NONE)}
    return {"network": list(rows), **shown}


def invented_words(word: str, found: Mapping[str, Tagged]) -> str:
    """What the networks with and without characters say of the word, as Markdown."""
    said = {kind: max(kind_chances(one).items(), key=lambda pair: pair[1]) for kind, one in found.items()}
    letters, whole = said["characters"], said["both"]
    told = (
        "With its characters “{word}” is **{kind}** ({chance:.1%}). Read as a whole word it is {other} ({whole:.1%}): that "
        "is what `<unk>` mostly was in such sentences, and it says the same of every invented word."
        if not found["both"].known[2]
        else "“{word}” is in the vocabulary: with characters **{kind}** ({chance:.1%}), as a whole word {other} "
        "({whole:.1%}). Invent one that is not."
    )
    return say(told, word=cut(word), kind=say(letters[0]), chance=letters[1], other=say(whole[0]), whole=whole[1])


def letter_tracks(found: Spelled) -> list[Track]:
    """The two readers of characters for the player."""
    return [Track("Letters, forward →", found.forward), Track("Letters, backward ←", found.backward)]


LETTERS = (
    "The word's character vector is two states, end to end: that of the forward reader after the last letter, "
    "and that of the "
    "backward reader after the first one. Step through the letters."
)
NOTICE_INVENT = (
    "Change the ending and the tag turns; change the beginning and little happens. The ending is what training "
    "had in common with "
    "your word. Small letters hardly matter, as one sentence in five had no capitals in training."
)
TRY_INVENT: Attempts = {
    "The same stem, a person": ({"tag_word": "Blorbson"}, "Three letters turn a place into a person."),
    "A thing, not a name": ({"tag_word": "blorbment"}, "Unknown, and still no name: -ment tells."),
}

# ---- how good are they -----------------------------------------------------------------------------------------------

GUESS_O = (
    "In the held-out sentences somebody tags **every word as “no name”**. How many of the words does that get right?"
)
GUESSES_O = {"none": "?", "tenth": "about 10 %", "half": "about 50 %", "most": "more than 65 %"}


def graded_o(guess: str, marks: Mapping[str, float]) -> str:
    """What the marks of the tagger that always says O say to the guess, as Markdown."""
    share = marks["every"]
    right = {"tenth": share < 0.3, "half": 0.3 <= share <= 0.65, "most": share > 0.65}[guess]
    return say(
        "**{verdict}: {share:.1%} of the words, and not one name: entity F1 is {f1:.1%}.** Most words are no names. So "
        "accuracy flatters, and names are counted whole: from the first word to the last, with the right type.",
        verdict=say("Right" if right else "Not this time"),
        share=share,
        f1=marks["f1"],
    )


def score_table(facts: Mapping[str, Mapping[str, Any]], *, lazy: bool) -> dict[str, list]:
    """Marks of baselines and networks in percent, a table by column; with or without who always says O."""
    baselines = facts["word"]["baselines"]
    rows = [(name, one["marks"], None) for name, one in baselines.items() if lazy or name != "always O"]
    rows += [(say(KINDS[kind].title), known["marks"], known["parameters"]) for kind, known in facts.items()]
    shown = {
        "F1": "f1",
        "precision": "precision",
        "recall": "recall",
        "known words": "known",
        "unknown words": "unknown",
    }
    return {
        "tagger": [say(name) for name, _, _ in rows],
        **{title: [100 * marks[name] for _, marks, _ in rows] for title, name in shown.items()},
        "all words": [100 * marks["every"] for _, marks, _ in rows],
        "weights": ["–" if weights is None else number(weights, ",") for _, _, weights in rows],
    }


def part_table(facts: Mapping[str, Mapping[str, Any]]) -> dict[str, list]:
    """Accuracy of parts of speech in percent, a table by column."""
    rows = [("always noun", facts["word"]["baselines"]["always O"]["parts"])]
    rows += [("most frequent", facts["word"]["baselines"]["most frequent"]["parts"])]
    rows += [(say(KINDS[kind].title), known["parts"]) for kind, known in facts.items()]
    return {
        "tagger": [say(name) for name, _ in rows],
        **{title: [100 * marks[name] for _, marks in rows]
           for title, name in {"all words": "every", "known words": "known", "unknown words": "unknown"}.items()},
    }  # fmt: skip


def score_words(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """What the numbers say, as Markdown."""
    marks = {kind: known["marks"] for kind, known in facts.items()}
    both, stacked, letters, spelling = (marks[kind] for kind in ("both", "stacked", "characters", "spelling"))
    second = stacked["f1"] - both["f1"]
    return say(
        "**Letters bring the visible gain.** On unknown words the Bi-RNN has {unknown:.1%} right, with characters "
        "{unknown_letters:.1%}; on known words {known:.1%} and {known_letters:.1%}. Entity F1 goes from {f1:.1%} to "
        "{f1_letters:.1%}. A second layer changes it by {second:+.1f} points only. Letters without the sentence are not "
        "enough: {spelling:.1%}. All in small letters, the network with characters still has {small:.1%}.",
        unknown=both["unknown"],
        unknown_letters=letters["unknown"],
        known=both["known"],
        known_letters=letters["known"],
        f1=both["f1"],
        f1_letters=letters["f1"],
        second=100 * second,
        spelling=spelling["f1"],
        small=facts["characters"]["small"]["f1"],
    )


LANGUAGE = (
    ":small[1,000 held-out sentences of a grammar of our own; half of the names are made of syllables that "
    "training never had. "
    "It is a small, clean world: real text is far harder, as your own file shows. Same budget, one seed for all.]"
)
FOUR = (("Alibaba", "place", "company"), ("Tencent", "person", "company"), ("CAGR", "person", ""), ("AI", "place", ""))
"""A lecture's news example: what the tagger of a well-known library said of four words, and what they are."""


def four_table() -> dict[str, list[str]]:
    """The four words, a table by column."""
    return {
        "word": [w for w, _, _ in FOUR],
        "it said": [say(s) for _, s, _ in FOUR],
        "it is": [say(t or _NONE) for _, _, t in FOUR],
    }


def four_words(found: Score) -> str:
    """What that scores, as Markdown."""
    return say(
        "{said} entities said, {gold} there, {right} right: F1 {f1:.0%}. A right span with the wrong type counts twice "
        "against a tagger: one said wrongly, one missed.",
        said=found.predicted,
        gold=found.gold,
        right=found.right,
        f1=found.f1,
    )


NOTICE_SCORES = (
    "Precision is the share of what was said that is right, recall the share of what is there that was found; F1 "
    "falls if either "
    "does. Reading both ways helps where the clue stands behind the name; letters help where there is no clue at all."
)
TRY_SCORES: Attempts = {
    "Look where they fail": (
        {"tag_tab": TABS[0], "tag_text": EXAMPLES["only the spelling tells"]},
        "Three unknown names, no clue around them. Count the right ones in each row.",
    ),
    "Where letters are not enough": (
        {"tag_tab": TABS[0], "tag_text": "Florence resigned and Florence flooded."},
        "One spelling, two things: who reads the word alone must be wrong once.",
    ),
}

# ---- fill a template -------------------------------------------------------------------------------------------------

ADS = (
    "A real-estate ad has no fixed form, a database has. The same network of words and characters, trained on "
    "generated ads in "
    "English and French, tags the fields; the template takes what it tags."
)
FIELD_LOOKS: Mapping[str, str] = dict(
    zip(ads.FIELDS, ("reset", "write", "keep", "candidate", "memory", "read", "state"), strict=True)
)
GUESS_AD = (
    "On held-out ads whose **phrasings never occurred in training**, the network races seven regular expressions "
    "written by hand. "
    "**Who fills more fields rightly in English?**"
)
GUESSES_AD = {
    "none": "?",
    "network": "the network, clearly",
    "patterns": "the patterns, clearly",
    "near": "within 5 points",
}


def graded_ad(guess: str, scores: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """What the marks say to the guess, as Markdown."""
    network, patterns = (scores["en-new"][who]["all"] for who in ("network", "patterns"))
    gap = network - patterns
    truth = "near" if abs(gap) <= 0.05 else "network" if gap > 0 else "patterns"
    return say(
        "**{verdict}: network {network:.1%}, patterns {patterns:.1%}.**",
        verdict=say("Right" if guess == truth else "Not this time"),
        network=network,
        patterns=patterns,
    )


def template_table(filled: Mapping[str, str], patterns: Mapping[str, str]) -> dict[str, list[str]]:
    """The filled template, a table by column."""
    return {
        "field": [say(name) for name in ads.FIELDS],
        "network": [cut(filled.get(name, "–"), 40) for name in ads.FIELDS],
        "patterns": [cut(patterns.get(name, "–"), 40) for name in ads.FIELDS],
    }


def ad_ribbon(words: Sequence[str], tags: Sequence[str], *, dark: bool) -> str:
    """The ad as HTML, its fields boxed and named."""
    inside = ribbon(words, tags, FIELD_LOOKS, dark=dark)
    style = "display:flex;flex-wrap:wrap;align-items:center;overflow-wrap:anywhere"
    return f'<div class="ribbons" style="{style}">{inside}</div>'


def ad_scores(scores: Mapping[str, Mapping[str, Mapping[str, float]]], language: str, *, new: bool) -> dict[str, list]:
    """Share of ads with a field filled rightly, in percent, a table by column; with or without new phrasings."""
    rows = (*ads.FIELDS, "all")
    columns = {
        "network": ("seen", "network"),
        "patterns": ("seen", "patterns"),
        "network, new": ("new", "network"),
        "patterns, new": ("new", "patterns"),
    }
    return {
        "field": [say(name) for name in rows],
        **{
            title: [100 * scores[f"{language}-{which}"][who][name] for name in rows]
            for title, (which, who) in columns.items()
            if new or which == "seen"
        },
    }


def ad_words(scores: Mapping[str, Mapping[str, Mapping[str, float]]], language: str) -> str:
    """Who wins where, as Markdown."""
    seen, new = scores[f"{language}-seen"], scores[f"{language}-new"]

    def won(pair: Mapping[str, Mapping[str, float]]) -> str:
        gap = pair["network"]["all"] - pair["patterns"]["all"]
        told = "the network by {points:.1f} points" if gap > 0 else "the patterns by {points:.1f} points"
        return say(told, points=abs(100 * gap))

    return say(
        "Phrasings as in training: {network:.1%} for the network, {patterns:.1%} for the patterns; new phrasings: "
        "{new_network:.1%} and {new_patterns:.1%}. Ahead are {first}, then {then}. **Both lose much on new phrasings**: who "
        "wrote the patterns had seen the training ads, and so had the network. For numbers of a fixed form a pattern is hard "
        "to beat, and it needs no training.",
        network=seen["network"]["all"],
        patterns=seen["patterns"]["all"],
        new_network=new["network"]["all"],
        new_patterns=new["patterns"]["all"],
        first=won(seen),
        then=won(new),
    )


NOTICE_ADS = (
    "A number alone tells nothing: 190 and 850 are both square metres, 2005 and 2019 both years. What decides "
    "are the words beside "
    "them. Spelling helps as well: every digit is read as a letter, so telephone numbers look alike."
)


def try_ads(language: str) -> Attempts:
    """Things to try, for the ad of a language."""
    text = ads.EXAMPLES[language]
    new = {"en": text.replace("Owner: ", "It belongs to "), "fr": text.replace("Propriétaire : ", "Elle appartient à ")}
    return {
        "Say the owner differently": (
            {f"tag_ad_{language}": new[language]},
            "A phrasing that training never had. Is Mimi LASOURIS still found?",
        ),
        "Leave the price out": (
            {f"tag_ad_{language}": text.replace("1 270 000", "…")},
            "Only the agency's fees are left. Who takes them for the price?",
        ),
    }


# ---- your own file ---------------------------------------------------------------------------------------------------

OWN = (
    "Bring a file with one word a line and its tag behind it: CoNLL-2003, WNUT (entities, IOB1 or BIO) or "
    "CoNLL-U (parts of "
    "speech). The last fifth of its sentences is held out. The file stays in this session."
)
OWN_NOTICE = (
    "Real text has more words, more kinds of names and fewer hints. On WNUT 2017 who always says O has more than "
    "92 % of the words "
    "right and F1 0. Small networks trained for half a minute find few of its names: the letters help, and a "
    "large text read "
    "beforehand would help more."
)
TRY_OWN: Attempts = {
    "Without characters": ({"tag_own_kind": "both"}, "Train the Bi-RNN on whole words first, and note unknown words."),
    "With characters": (
        {"tag_own_kind": "characters"},
        "The same budget. Where is the gain: known words or unknown ones?",
    ),
}
OWN_KINDS = {"characters": KINDS["characters"].title, "both": KINDS["both"].title}


def corpus_words(corpus: Corpus) -> str:
    """What a file holds, as Markdown."""
    told = say(
        "{sentences:,} sentences, {words:,} words, {tags} tags: {what}.",
        sentences=len(corpus.sentences),
        words=corpus.words,
        tags=len(corpus.tags),
        what=say("named entities" if corpus.entities else "parts of speech or other labels"),
    )
    return " ".join([told, *map(say, corpus.remarks)])


def own_recipe(kind: str, updates: int) -> Recipe:
    """How a network is trained on a visitor's file."""
    return Recipe(kind, updates=updates, hide=0.1)


def own_live(recipe: Recipe, step: int, losses: NDArray[np.float64]) -> str:
    """How far a training is, by the losses of its updates so far, (N,)."""
    told = (
        "{network}: update {step} of {updates}, loss {loss:.3f}"
        if len(losses)
        else "{network}: update {step} of {updates}"
    )
    newest = losses[-1] if len(losses) else 0.0
    return say(told, network=say(KINDS[recipe.kind].title), step=step, updates=recipe.updates, loss=newest)


def own_table(rows: Mapping[str, Mapping[str, float]]) -> dict[str, list]:
    """Marks on the held-out fifth in percent, a table by column."""
    shown = {
        "F1": "f1",
        "precision": "precision",
        "recall": "recall",
        "all words": "every",
        "known words": "known",
        "unknown words": "unknown",
    }
    there = {title: name for title, name in shown.items() if all(name in marks for marks in rows.values())}
    return {
        "tagger": [say(name) for name in rows],
        **{title: [100 * marks[name] for marks in rows.values()] for title, name in there.items()},
    }
