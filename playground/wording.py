"""The page "words into numbers" in words: its questions, its sentences from numbers, what there is to try."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models import embeddings, one_hot, trigrams
from models.embeddings import Embedded
from models.one_hot import Lexicon
from models.order import GUESSES, Read
from models.tasks.order import VOCABULARY as ORDER_WORDS
from models.tasks.order import Order
from playground.figures import Group, Line
from playground.language import number, say
from playground.player import Token, Track
from playground.player import Words as Says

Attempts = Mapping[str, tuple[Mapping[str, object], str]]

ASKED = (
    "**How does a word become numbers, and what gets lost on the way?** A network multiplies and adds, so every word must "
    "become a vector first. Four tabs, four answers: a place in a list, letters in threes, learned numbers, and what "
    "becomes of the *order* of the words."
)
TABS = ("One-hot", "Letter trigrams", "Embeddings", "Order")

_SHOWN = 24  # characters of a visitor's word that a sentence or an axis repeats


def short(word: str) -> str:
    """A visitor's word for a chart or a sentence: long ones cut, what would be markup left out."""
    plain = "".join("·" if sign in "`$*_[]<>\\|~" else sign for sign in word)
    return f"{plain[:_SHOWN]}…" if len(plain) > _SHOWN else plain


def code(tokens: Sequence[str]) -> str:
    """Words of a visitor as code in Markdown."""
    shown = " ".join(f"`{token[:_SHOWN].replace('`', 'ˋ')}`" for token in tokens[:12])
    return shown + (" " + say("and {more:,} more", more=len(tokens) - 12) if len(tokens) > 12 else "")


def _verdict(right: bool) -> str:  # noqa: FBT001 - the one thing that it is about
    return say("Right") if right else say("Not this time")


# ---- one-hot ---------------------------------------------------------------------------------------------------------

LEXICON = ", ".join(one_hot.LECTURE)
TYPED = "cat dog elephant Gandalf"
TEXT = (
    "the cat sat by the door and the dog sat by the fire . the cat saw the dog and the dog saw the cat . then the cat ran "
    "to the fire and the dog ran to the door . at night the old wizard came in with snow on his hat . he gave the cat some "
    "milk and the dog a bone , and told them both about the sea ."
)
SENTENCE = "People eat 3 meals per day. <EOS>"
APART = {"none": "?", "0": "0", "1": "1", "√2": "√2 = 1.414"}
APART_ASKED = (
    "“Gandalf” and “Frodo” are both missing from the lexicon, and the dimension “other” is on. How far apart are the vectors "
    "of these two different words?"
)


def vectors_said(tokens: Sequence[str], lexicon: Lexicon) -> str:
    """How many words have a place, and what becomes of the others."""
    lost = list(dict.fromkeys(token for token in tokens if token not in lexicon.words))
    share = one_hot.coverage(tokens, lexicon)
    sentence = say(
        "Each vector has **{size}** numbers. The lexicon covers **{share:.0%}** of these {count} words.",
        size=lexicon.size,
        share=share,
        count=len(tokens),
    )
    if not lost:
        return sentence
    if lexicon.other:
        return say(
            "{sentence} Not in it, so cell {size}, “other”, lights for each: {lost}.",
            sentence=sentence,
            size=lexicon.size,
            lost=code(lost),
        )
    return say(
        "{sentence} Not in it, so all cells stay dark: {lost}. Switch on the dimension “other”.",
        sentence=sentence,
        lost=code(lost),
    )


def pair_said(one: str, other: str, lexicon: Lexicon) -> str:
    """Dot product and distance of two words."""
    found = one_hot.compare(lexicon.vector(one), lexicon.vector(other))
    said = (
        say(
            "“{one}” · “{other}” = **{dot:g}**, distance **{distance:.3f}**.",
            one=short(one),
            other=short(other),
            dot=found.dot,
            distance=found.distance,
        )
        + " "
    )
    if one == other:
        return said + say("It is the same word.")
    places = lexicon.place(one), lexicon.place(other)
    if None in places:
        return said + say("A word without a place is all noughts: it is 1 away from every word that has one.")
    if places[0] == places[1]:
        return said + say("Two words, one vector: in “other” all unknown words are alike.")
    return said + say("√2 = 1.414, as for any two different words: one-hot vectors know no likeness.")


def all_pairs_said(lexicon: Lexicon) -> str:
    """What all pairs of a lexicon have in common."""
    rows = lexicon.vectors(lexicon.words)
    pairs = [one_hot.compare(rows[a], rows[b]) for a in range(len(rows)) for b in range(a)]
    if not pairs:
        return say("With one word there is no pair.")
    dots, far = {pair.dot for pair in pairs}, [pair.distance for pair in pairs]
    return say(
        "Computed for all {count} pairs of the lexicon: dot product {low:g} to {high:g}, distance "
        "{near:.6f} to {far:.6f}.",
        count=len(pairs),
        low=min(dots),
        high=max(dots),
        near=min(far),
        far=max(far),
    )


def apart_said(guess: str, one: str = "gandalf", other: str = "frodo") -> str:
    """The answer to `APART_ASKED`, from the vectors."""
    found = one_hot.compare(*Lexicon(one_hot.LECTURE, other=True).vectors([one, other]))
    truth = "√2" if np.isclose(found.distance, 2**0.5) else f"{found.distance:g}"
    return say(
        "**{verdict}: distance {truth}, dot product {dot:g}.** Both light the sixth cell and nothing "
        "else. Whatever told them apart is lost before the network reads a word.",
        verdict=_verdict(guess == truth),
        truth=truth,
        dot=found.dot,
    )


def covered_said(tokens: Sequence[str], lexicon: Lexicon) -> str:
    """How much of a text a vocabulary covers."""
    share, every = one_hot.coverage(tokens, lexicon), len(set(tokens))
    lost = len(tokens) - round(share * len(tokens))
    return say(
        "The {size} most frequent of {every:,} different words cover **{share:.1%}** of the text. "
        "**{lost:,}** of {count:,} words become `<unk>`.",
        size=len(lexicon.words),
        every=every,
        share=share,
        lost=lost,
        count=len(tokens),
    )


def with_unknown(tokens: Sequence[str], lexicon: Lexicon, most: int = 80) -> str:
    """The beginning of a text as a network reads it."""
    shown = [token if token in lexicon.words else "<unk>" for token in tokens[:most]]
    return " ".join(shown) + (" …" if len(tokens) > most else "")


def shifted_table(tokens: Sequence[str]) -> dict[str, Sequence[object]]:
    """What a language model reads and should say at each step."""
    read, said = one_hot.shifted(tokens)
    return {
        "step": list(range(1, len(said) + 1)),
        "reads xₜ": [word or say("0 (nothing yet)") for word in read],
        "should say yₜ": said,
    }


def tokens_said(tokens: Sequence[str]) -> str:
    """What became of a sentence."""
    _, said = one_hot.shifted(tokens)
    return say(
        "**{count} tokens and `<eos>`.** A full stop is a token of its own. The right column is the "
        "left one, a step earlier: $x_t = y_{{t-1}}$. So one text is question and answer at once.",
        count=len(said) - 1,
    )


ONE_HOT_NOTICE = (
    "- A one-hot vector says *which* word, and nothing about it. Cat is as far from dog as from bag.\n"
    "- A word without a place is lost. “Other” and `<unk>` make room, but all lost words share it.\n"
    "- A few frequent words cover most of a text; the rest is a long tail. A larger vocabulary costs a dimension a word.\n"
    "- `<eos>` is a word like any other: it lets a network say that a text is over."
)
ONE_HOT_TRY: Attempts = {
    "A lexicon that knows Gandalf": (
        {"words_lexicon": f"{LEXICON}, gandalf", "words_typed": "cat Gandalf Frodo", "words_other": False},
        "Now Gandalf has a cell. What did the other vectors gain, and what is left for Frodo?",
    ),
    "Only ten words": (
        {"words_size": 10},
        "Look at the text with `<unk>` in it. Which words survive, and could you still tell what happened?",
    ),
}

# ---- letter trigrams -------------------------------------------------------------------------------------------------

PAIR = ("apple", "apply")
ONES_ASKED = "How many ones has the vector of **banana**, without marks?"
MARKS = {"no": "without #", "yes": "with # on both sides"}


def ones_said(guess: int) -> str:
    """The answer to `ONES_ASKED`, from the trigrams."""
    found = trigrams.trigrams("banana")
    return say(
        "**{verdict}: {count} ones.** It has four places for three letters, but a trigram that comes "
        "twice lights one cell: {cells}.",
        verdict=_verdict(guess == len(found)),
        count=len(found),
        cells=code(found),
    )


def hashed_said(one: str, other: str, *, marks: bool) -> str:
    """Two words as trigrams, and what they share."""
    found, cells = trigrams.compare(one, other, marks=marks), trigrams.cells(marks=marks)
    places = ", ".join(
        say("`{trigram}` is cell {place:,}", trigram=each, place=trigrams.cell(each, marks=marks) + 1)
        for each in found.one[:3]
    )
    base = len(trigrams.LETTERS) + marks
    return say(
        "“{first}” lights **{lit}** of {base}³ = **{cells:,}** cells: {places}{more}. “{second}” lights "
        "{second_lit}. They share **{shared}**{which}. The cosine is {shared} / √({one} · {other}) = "
        "**{cosine:.2f}**; of their one-hot vectors it is {one_hot:g}.",
        first=short(one.lower()),
        lit=_ones(found.one),
        base=base,
        cells=cells,
        places=places,
        more=", …" if len(found.one) > 3 else "",
        second=short(other.lower()),
        second_lit=_ones(found.other),
        shared=len(found.shared),
        which=": " + code(found.shared) if found.shared else "",
        one=len(found.one),
        other=len(found.other),
        cosine=found.cosine,
        one_hot=float(one.lower() == other.lower()),
    )


def _ones(found: Sequence[str]) -> str:
    return say("{count} cell", count=1) if len(found) == 1 else say("{count} cells", count=len(found))


def board(one: str, other: str, *, marks: bool) -> tuple[NDArray[np.int64], list[str]]:
    """The cells that at least one of two words lights: (2, N), and their names."""
    found = trigrams.compare(one, other, marks=marks)
    names = list(dict.fromkeys((*found.one, *found.other)))
    return np.array([[int(name in row) for name in names] for row in (found.one, found.other)]), names


TRIGRAM_NOTICE = (
    "- No word of letters is unknown: any spelling lights cells, a typing error included.\n"
    "- Like *spelling* makes like vectors. That helps with plurals and slips; it says nothing about meaning.\n"
    "- 17,576 cells do for every word there is, where a one-hot vector needs one for each.\n"
    "- Different words may light the same cells, as “banana” and “bananana” do. It is rare."
)
TRIGRAM_TRY: Attempts = {
    "A typing error": (
        {"words_first": "elephant", "words_second": "elefant", "words_marks": "yes"},
        "As one-hot vectors they are strangers. How much of the elephant survives the slip?",
    ),
    "Alike only in letters": (
        {"words_first": "cat", "words_second": "cattle", "words_marks": "no"},
        "Then try “cat” and “kitten”. Which pair is closer in letters, which in meaning?",
    ),
}

# ---- embeddings ------------------------------------------------------------------------------------------------------

CELLS = {name: name for name in ("LSTM", "RNN", "GRU")}
VIEWS: Mapping[str, tuple[str, ...]] = {
    "verbs": ("verbs without an object", "verbs with an animal", "verbs with food"),
    "animals": ("one animal", "many animals"),
    "places": ("one place", "many places"),
    "animals and places": ("one animal", "many animals", "one place", "many places"),
    "other words": ("food", "adjectives", "prepositions", "predicates", "adverbs"),
}
VIEW_NAMES = {name: name for name in VIEWS}
MIXED = {
    "none": "?",
    "animals": "places are told apart, animals are not",
    "places": "animals are told apart, places are not",
    "neither": "both are told apart",
    "both": "neither is",
}
MIXED_ASKED = (
    "The network learned to say “the cat … was” and “the cats … were”. In its language only *animals* are subjects; places "
    "only say where: “near the barns”. Nobody told it what singular is. Whose vectors tell one from many after training?"
)
_APART = 1.0  # two groups are told apart whose means are farther from each other than their own words from them


def mixed_said(guess: str, found: Embedded) -> str:
    """The answer to `MIXED_ASKED`, from the distances of the groups."""
    gaps = {
        name: tuple(embeddings.gap(found, f"one {one}", name, trained=trained) for trained in (False, True))
        for name, one in (("many animals", "animal"), ("many places", "place"))
    }
    animals, places = (gap[1] > _APART for gap in gaps.values())
    truth = {(True, True): "neither", (True, False): "places", (False, True): "animals", (False, False): "both"}
    tells = [
        say("{name}: {before:.2f} before, **{after:.2f}** after", name=say(name[5:]), before=before, after=after)
        for name, (before, after) in gaps.items()
    ]
    answer = truth[animals, places]
    return say(
        "**{verdict}: {answer}.** Distance between the mean of one and the mean of many, in units of "
        "how far the words lie from their mean. {first}; {second}. Training makes a difference only "
        "where the task needs one.",
        verdict=_verdict(guess == answer),
        answer=say(MIXED[answer]),
        first=tells[0].capitalize(),
        second=tells[1],
    )


def parameters_said(found: Embedded) -> str:
    """The size of the matrix."""
    V, D = found.after.shape  # noqa: N806 - the axis letters
    size = say("V · d = {rows} · {columns} = **{count:,}** weights", rows=V, columns=D, count=V * D)
    return say(
        "The matrix has {size}; a network on one-hot vectors would read {vocabulary} numbers a word.",
        size=size,
        vocabulary=V,
    )


def lookup_table(found: Embedded, word: str, count: int = 6) -> dict[str, list[object]]:
    """One-hot times matrix beside the row, and the row before training."""
    place = found.words.index(word)
    product, row = embeddings.look_up(found.after, place)
    return {
        "number": list(range(1, count + 1)),
        "one-hot × matrix": [float(v) for v in product[:count]],
        say("row {number}", number=place + 1): [float(v) for v in row[:count]],
        "before training": [float(v) for v in found.before[place][:count]],
    }


def lookup_said(found: Embedded, word: str) -> str:
    """How far the product is from the row."""
    place = found.words.index(word)
    product, row = embeddings.look_up(found.after, place)
    away = float(np.abs(product - row).max())
    return say(
        "“{word}” is word {place} of {count}. Its one-hot vector times the matrix is row {place}: "
        "largest difference over all {numbers} numbers **{away:g}**. All other rows are multiplied by "
        "0, so nobody multiplies: `nn.Embedding` reads the row.",
        word=word,
        place=place + 1,
        count=len(found.words),
        numbers=len(row),
        away=away,
    )


def clouds(found: Embedded, view: str, *, trained: bool) -> tuple[list[Group], NDArray[np.float64]]:
    """The words of a view as points on their own best plane, in groups, and the shares of variance."""
    words = [word for name in VIEWS[view] for word in embeddings.GROUPS[name]]
    matrix = found.after if trained else found.before
    flat = embeddings.plane(matrix[[found.words.index(word) for word in words]])
    place = dict(zip(words, flat.points, strict=True))
    groups = [
        Group(say(name), np.array([place[word] for word in embeddings.GROUPS[name]]), embeddings.GROUPS[name])
        for name in VIEWS[view]
    ]
    return groups, flat.shares


def together_table(found: Embedded, view: str) -> dict[str, list[object]]:
    """Of each group in view, how often the nearest word is of the same group."""
    before, after = (embeddings.together(found, trained=trained) for trained in (False, True))
    return {
        "group": [say(name) for name in VIEWS[view]],
        "words": [len(embeddings.GROUPS[name]) for name in VIEWS[view]],
        "before": [number(before[name], ".0%") for name in VIEWS[view]],
        "after": [number(after[name], ".0%") for name in VIEWS[view]],
    }


def together_said(found: Embedded, view: str) -> str:
    """What training put together, from the same shares."""
    after = embeddings.together(found)
    kept = [say(name) for name in VIEWS[view] if after[name] > 0.75]
    mixed = [say(name) for name in VIEWS[view] if after[name] < 0.5]
    said = say("How often a word's nearest neighbour, among all grouped words, is of its own group.") + " "
    if kept:
        said += say("Training put together: {groups}.", groups=", ".join(kept)) + " "
    if mixed:
        said += say("It mixed up: {groups}: the language treats them alike.", groups=", ".join(mixed)) + " "
    return said


def neighbour_table(found: Embedded, word: str, count: int = 5) -> dict[str, list[object]]:
    """The nearest words by cosine, before and after training."""
    place = found.words.index(word)
    before, after = (embeddings.neighbours(matrix, place, count) for matrix in (found.before, found.after))
    return {
        "before": [found.words[k] for k, _ in before],
        "cosine ": [round(c, 2) for _, c in before],
        "after": [found.words[k] for k, _ in after],
        "cosine": [round(c, 2) for _, c in after],
        "its group": [say(embeddings.group(found.words[k]) or "none") for k, _ in after],
    }


EMBEDDING_NOTICE = (
    "- An embedding is a table with a row for each word. Looking up *is* multiplying by a one-hot vector.\n"
    "- Before training the rows are noise. Afterwards words that do the same in the language lie together.\n"
    "- It learns what the task needs, no more: one cat and many cats part, one barn and many barns need not.\n"
    "- The picture shows two of 16 dimensions. Its title says how much of the variance that is; the neighbours use all 16."
)
EMBEDDING_TRY: Attempts = {
    "Animals and places": (
        {"words_view": "animals and places", "words_near": "cats"},
        "Guess first, above. Then look: which two of the four clouds have run into each other?",
    ),
    "The same in a GRU": (
        {"words_net": "GRU", "words_view": "verbs", "words_near": "ate"},
        "Another cell, another seed, other numbers. Do the verbs come together in the same groups?",
    ),
}

# ---- order -----------------------------------------------------------------------------------------------------------

SENTENCES = ("not good, bad", "not bad, good")
EXAMPLES: Mapping[str, tuple[str, str]] = {
    "not good": SENTENCES,
    "dog and cat": ("the dog chased the cat", "the cat chased the dog"),
    "passive": ("the dog was chased by the cat", "the cat was chased by the dog"),
    "long": (
        "yesterday the big brown wolf often followed the young tired goat outside .",
        "yesterday the big brown goat often followed the young tired wolf outside .",
    ),
}
READERS: Mapping[str, str] = {"bag": "bag of words", "padded": "plain net, padded", "RNN": "RNN"}
HALF = {"none": "?", "0": "0 %", "50": "50 %", "75": "75 %", "100": "100 %"}
HALF_ASKED = (
    "250 held-out pairs like these, six more words in each sentence. The bag of words was trained on 64,000 sentences. What "
    "share of the 500 sentences does it answer rightly?"
)
SHARE_LENGTH = "6"


def bags(found: Read) -> tuple[NDArray[np.int64], list[str]]:
    """The bags of both sentences, and the names of their cells; the widest that can be looked at."""
    return found.bags[:, :24], [short(word) for word in found.words[:24]]


def bags_said(found: Read) -> str:
    """How far bags and states are apart."""
    states = say("the RNN's last states are **{distance:.3f}** apart", distance=found.state_distance)
    if found.bag_distance == 0 and found.tokens[0] != found.tokens[1]:
        return say(
            "Two sentences, one bag: its distance is **0**, while {states}. What the bag forgot is the order.",
            states=states,
        )
    if found.bag_distance == 0:
        return say("The same words in the same order: the bags' distance is **0**, and {states}.", states=states)
    return say(
        "Other words, other bags: their distance is **{distance:.3f}**; {states}.",
        distance=found.bag_distance,
        states=states,
    )


def answer_table(found: Read, facts: Mapping[str, Mapping]) -> dict[str, list[object]]:
    """What each reader answers to both sentences."""
    rows = {reader: found.best(reader) for reader in READERS}
    return {
        "reader": [say(name) for name in READERS.values()],
        "first": [f"{one[0]} {number(one[1], '.3f')}" for one, _ in rows.values()],
        "second": [f"{other[0]} {number(other[1], '.3f')}" for _, other in rows.values()],
        "largest difference": [float(np.abs(found.answers[r][0] - found.answers[r][1]).max()) for r in READERS],
        "weights": [facts[reader]["parameters"] for reader in READERS],
    }


def answers_said(found: Read) -> str:
    """What the answers say of the readers."""
    if found.bag_distance:
        return say("Other words, so even the bag may answer differently. Shuffle the first sentence to compare.")
    told = (
        "The bag gives both sentences the same probabilities, to the last bit: no weights could change that."
        if np.array_equal(found.answers["bag"][0], found.answers["bag"][1])
        else "The bag answers differently by rounding only: no weights could change that."
    )
    one, other = (word for word, _ in found.best("RNN"))
    rnn = "The RNN says “{one}” and “{other}”." if one != other else "The RNN says “{one}” twice."
    return f"{say(told)} {say(rnn, one=one, other=other)}"


def remarks(found: Read) -> str:
    """What the readers could not read; "" if nothing."""
    pairs = zip((*found.tokens[0], *found.tokens[1]), (*found.known[0], *found.known[1]), strict=True)
    unknown = list(dict.fromkeys(word for word, known in pairs if not known))
    said = say("Not in the vocabulary, so read as `<unk>`: {words}.", words=code(unknown)) + " " if unknown else ""
    if any(found.left_out):
        said += (
            say("{count:,} words at the end were not read: a sentence here has at most 40.", count=sum(found.left_out))
            + " "
        )
    if unknown:
        said += say(
            "The networks know {count} words: animals, opposites and what may stand between.",
            count=len(ORDER_WORDS) - 2,
        )
    return said


def track(found: Read, which: int) -> tuple[Track, list[Token]]:
    """The RNN on one of both sentences, for the player."""
    says = Says("answer, if it ended here", found.guesses[which], found.probabilities[which][:, :GUESSES])
    tokens = [
        Token(word, "" if known else "read as <unk>")
        for word, known in zip(found.tokens[which], found.known[which], strict=True)
    ]
    return Track("RNN", found.traces[which], says), tokens


def half_said(guess: str, facts: Mapping[str, Mapping]) -> str:
    """The answer to `HALF_ASKED`, from the held-out pairs."""
    bag, rnn = (facts[reader]["accuracy"][SHARE_LENGTH] for reader in ("bag", "RNN"))
    right = abs(float(guess) / 100 - bag["sentences"]) < 0.05
    return say(
        "**{verdict}: {share:.1%}.** It gave the same answer to both sentences of {same:.0%} of the "
        "pairs, and one of two opposite answers is right. Both right: bag {bag:.1%}, RNN **{rnn:.1%}** "
        "of the pairs.",
        verdict=_verdict(right),
        share=bag["sentences"],
        same=bag["same"],
        bag=bag["pairs"],
        rnn=rnn["pairs"],
    )


_ROLES = {"bag": "reset", "padded": "read", "RNN": "state"}


def share_lines(facts: Mapping[str, Mapping]) -> list[Line]:
    """Right answers by words that say nothing, for each reader and for the rule of thumb."""
    lines = []
    for dash, (reader, name) in enumerate(READERS.items()):
        shares = facts[reader]["accuracy"]
        lines.append(
            Line(say(name), [int(n) for n in shares], [m["sentences"] for m in shares.values()], _ROLES[reader], dash)
        )
    rule = facts["RNN"]["first_rival"]
    return [*lines, Line(say("first one did it"), [int(n) for n in rule], list(rule.values()), "share", 3)]


def shares_said(facts: Mapping[str, Mapping]) -> str:
    """What the curves say."""
    shown = {r: facts[r]["accuracy"] for r in READERS}
    trained, far = (str(n) for n in (Order.lengths[1], Order.tested[-1]))
    padded, rnn = shown["padded"], shown["RNN"]
    return say(
        "Trained with 0 to {trained} words between. The plain net on padded rows does see the order, "
        "yet it has to learn every word anew at every place: {padded:.1%} at {trained} words, "
        "{padded_far:.1%} at {far}. The RNN: {rnn:.1%} and **{rnn_far:.1%}**, with {rnn_weights:,} "
        "weights against {padded_weights:,}. “The first one did it”, a rule without a network, gets "
        "{rival:.1%}.",
        trained=trained,
        padded=padded[trained]["sentences"],
        padded_far=padded[far]["sentences"],
        far=far,
        rnn=rnn[trained]["sentences"],
        rnn_far=rnn[far]["sentences"],
        rnn_weights=facts["RNN"]["parameters"],
        padded_weights=facts["padded"]["parameters"],
        rival=facts["RNN"]["first_rival"][trained],
    )


LENGTHS = tuple(range(5, 51, 5))


def size_lines(sizes: Mapping[str, Sequence[int]]) -> list[Line]:
    """Weights by the words that there is room for."""
    return [
        Line(say(READERS[reader]), LENGTHS, counts, _ROLES[reader], k)
        for k, (reader, counts) in enumerate(sizes.items())
    ]


def sizes_said(length: int, before: Mapping[str, Sequence[int]]) -> str:
    """What one more word costs."""
    (padded, more), (rnn, same) = before["padded"], before["RNN"]
    return say(
        "Room for **{length}** words: padded **{padded:,}** weights, RNN **{rnn:,}**. One more word: "
        "{more:+,} and {same:+,}. The plain net needs V · H = {size} · 32 new weights for every place; "
        "the RNN uses the same matrix again.",
        length=length,
        padded=padded,
        rnn=rnn,
        more=more - padded,
        same=same - rnn,
        size=len(ORDER_WORDS),
    )


ORDER_NOTICE = (
    "- A bag of words throws the order away. Equal bags give equal answers, whatever the weights.\n"
    "- On pairs with one bag and two meanings it cannot do better than a coin.\n"
    "- A plain net on padded rows sees the order, but shares nothing between places: more weights, and worse on longer "
    "sentences.\n"
    "- The RNN reads word after word with the same weights; its state depends on the order."
)
ORDER_TRY: Attempts = {
    "Who was chased by whom": (
        {"words_one": EXAMPLES["passive"][0], "words_two": EXAMPLES["passive"][1]},
        "Step through the first sentence. At which word does the RNN change its mind about who did it?",
    ),
    "A sentence that ends too early": (
        {"words_one": "the dog was", "words_two": "was the dog"},
        "Neither is a sentence of its language. The bags are equal: what does the RNN answer, and how sure is it?",
    ),
}
