"""The language of number agreement, checked by a second reading of every sentence."""

import math
import re

import pytest
import torch

from models.network import END, UNKNOWN, WordModel
from models.tasks import agreement

DISTANCES = [*range(16), 20, 30, 50]
LECTURE = [
    "the cat , which already ate the fish , was full .",
    "the cats , which already ate the fish , were full .",
]
CHASING = "the cat , which chased the dogs near the trees , was full ."
NOUNS = {*agreement.ANIMALS, *agreement.ANIMALS.values(), *agreement.PLACES, *agreement.PLACES.values()}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def written(distance, count=100):
    generator = seeded(distance)
    return [agreement.sentence(distance, generator) for _ in range(count)]


def is_plural(noun):
    return noun == "mice" or noun.endswith("s")  # by its ending, not by the table that the grammar was written from


def grammar():
    def any_of(words):
        return f"(?:{'|'.join(map(re.escape, words))})"

    adjective = f"(?:{any_of(agreement.ADJECTIVES)} )?"
    animal = f"the {adjective}{any_of([*agreement.ANIMALS, *agreement.ANIMALS.values()])}"
    place = f" {any_of(agreement.PREPOSITIONS)} the {adjective}{any_of(NOUNS)}"
    adverb = any_of(agreement.ADVERBS)
    chased, ate = f"{any_of(agreement.CHASED)} {animal}", f"{any_of(agreement.ATE)} the {any_of(agreement.FOOD)}"
    action = f"(?:{adverb} )?(?:{any_of(agreement.RESTED)}|{chased}|{ate})(?:{place})*"
    actions = f"{action}(?: and {action})*(?: {any_of(agreement.MANNERS)})?"
    middle = f"(?:{place})*(?: {adverb}| that {actions}| , which {actions} ,)?"
    return re.compile(f"{animal}{middle} (?:was|were) {any_of(agreement.PREDICATES)} \\.")


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_sentence_has_exactly_the_distance_asked_for(distance):
    for sentence in written(distance):
        assert sentence.distance == distance
        assert sentence.verb - sentence.subject - 1 == distance


@pytest.mark.parametrize("distance", DISTANCES)
def test_every_sentence_follows_the_grammar(distance):
    follows = grammar()
    for sentence in written(distance):
        assert follows.fullmatch(" ".join(sentence.words)), sentence


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_second_reading_finds_the_same_subject_verb_number_and_attractors(distance):
    for sentence in written(distance):
        nouns = [t for t, word in enumerate(sentence.words) if word in NOUNS]
        verbs = [t for t, word in enumerate(sentence.words) if word in {"was", "were"}]
        assert nouns[0] == sentence.subject
        assert verbs == [sentence.verb]
        plural = is_plural(sentence.words[nouns[0]])
        assert sentence.plural == plural
        assert sentence.words[verbs[0]] == ("were" if plural else "was")
        assert sentence.attractors == sum(is_plural(sentence.words[t]) != plural for t in nouns[1:])


@pytest.mark.parametrize("words", [*LECTURE, CHASING])
def test_the_sentences_of_the_lecture_are_in_the_language(words):
    assert grammar().fullmatch(words)
    assert set(words.split()) <= set(agreement.VOCABULARY)


@pytest.mark.parametrize(("words", "distance"), [(LECTURE[0], 7), (LECTURE[1], 7), (CHASING, 9)])
def test_the_grammar_writes_sentences_of_the_same_pattern_as_the_lecture(words, distance):
    kinds = {
        **dict.fromkeys(agreement.ADVERBS, "adverb"),
        **dict.fromkeys(agreement.ATE, "ate"),
        **dict.fromkeys(agreement.CHASED, "chased"),
        **dict.fromkeys(agreement.FOOD, "food"),
        **dict.fromkeys(agreement.PREPOSITIONS, "near"),
        **dict.fromkeys(agreement.PREDICATES, "full"),
        **{noun: "nouns" if is_plural(noun) else "noun" for noun in NOUNS},
    }
    pattern = [kinds.get(word, word) for word in words.split()]
    assert any([kinds.get(word, word) for word in s.words] == pattern for s in written(distance, 1000))


def test_the_same_seed_writes_the_same_sentences_and_another_seed_others():
    first, again, other = ([agreement.sentence(d, g) for d in DISTANCES] for g in (seeded(1), seeded(1), seeded(2)))
    assert first == again
    assert first != other


def test_writing_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    agreement.batch(2, seeded())
    agreement.held_out(3)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_negative_distance_is_refused():
    with pytest.raises(ValueError, match="distance is -1, expected 0 or more"):
        agreement.sentence(-1, seeded())


def test_half_of_the_subjects_are_plural_whatever_the_distance():
    for distance in (0, 7, 15):
        assert sum(s.plural for s in written(distance, 2000)) / 2000 == pytest.approx(0.5, abs=0.05)


def test_later_nouns_know_nothing_of_the_number_of_the_subject():
    plural = {False: [], True: []}
    for sentence in written(12, 4000):
        middle = sentence.words[sentence.subject + 1 : sentence.verb]
        plural[sentence.plural] += [is_plural(word) for word in middle if word in NOUNS]
    assert sum(plural[False]) / len(plural[False]) == pytest.approx(0.5, abs=0.03)
    assert sum(plural[True]) / len(plural[True]) == pytest.approx(0.5, abs=0.03)


def test_the_nearest_noun_is_right_half_of_the_time_once_it_is_not_the_subject():
    misled = [s for s in written(9, 4000) if NOUNS & set(s.words[s.subject + 1 : s.verb])]
    rights = sum(agreement.nearest_noun(s) == s.plural for s in misled)
    assert rights / len(misled) == pytest.approx(0.5, abs=0.04)


def test_the_nearest_noun_is_mostly_wrong_where_there_are_attractors():
    for distance in range(3, 16):
        attracted = [s for s in written(distance, 1000) if s.attractors]
        assert len(attracted) > 50
        assert sum(agreement.nearest_noun(s) == s.plural for s in attracted) < 0.45 * len(attracted)


def test_the_vocabulary_is_small_distinct_lower_case_and_all_of_it_is_used():
    used = set(agreement.text(60_000, seeded()))
    assert 80 <= len(agreement.VOCABULARY) <= 140
    assert len(set(agreement.VOCABULARY)) == len(agreement.VOCABULARY)
    assert all(word == word.lower() for word in agreement.VOCABULARY)
    assert used == set(agreement.VOCABULARY) - {UNKNOWN}


def test_a_text_begins_with_a_sentence_and_ends_only_after_full_stops():
    words = agreement.text(5000, seeded())
    assert len(words) == 5000
    assert words[0] == "the"
    ends = [t for t, word in enumerate(words) if word == END]
    stops = [t for t, word in enumerate(words) if word == "."]
    assert all(words[t - 1] == "." for t in ends)
    assert len(ends) / len(stops) == pytest.approx(0.5, abs=0.1)


def test_a_batch_asks_for_the_next_word_of_every_row():
    inputs, targets = agreement.batch(16, seeded())
    assert inputs.shape == targets.shape == (16, agreement.LENGTH)
    assert torch.equal(inputs[:, 1:], targets[:, :-1])
    assert not torch.equal(inputs[0], inputs[1])


def test_one_word_in_a_hundred_of_a_batch_is_unknown():
    inputs, _ = agreement.batch(400, seeded())
    unknown = (inputs == agreement.VOCABULARY.index(UNKNOWN)).double().mean()
    assert unknown == pytest.approx(0.01, abs=0.002)


class Reader(WordModel):
    """Knows the number of the first noun it has read; errs on purpose behind the end of a sentence."""

    def __init__(self):
        super().__init__("RNN", agreement.VOCABULARY, 1, 1)

    def forward(self, ids):
        logits = torch.zeros(*ids.shape, len(self.vocabulary))
        for row, said in zip(ids.tolist(), logits, strict=True):
            for t in range(len(row)):
                words = [self.vocabulary[k] for k in row[: t + 1]]
                plural = next((is_plural(word) for word in words if word in NOUNS), False)
                padding = words[-1] == UNKNOWN
                said[t, self.vocabulary.index("were" if plural != padding else "was")] = 1
        return logits


def test_a_reader_who_knows_the_subject_is_always_right():
    sentences = [s for d in (0, 7, 15) for s in written(d, 10)]
    assert agreement.right(Reader(), sentences).tolist() == [True] * 30


def test_a_reader_who_finds_both_verbs_equally_likely_is_never_right():
    undecided = WordModel("RNN", agreement.VOCABULARY, 1, 1)
    assert agreement.accuracy(undecided) == 0


def test_a_reader_who_always_says_was_is_right_about_the_singular_ones():
    stubborn = WordModel("RNN", agreement.VOCABULARY, 1, 1)
    with torch.no_grad():
        stubborn.head.bias[agreement.VOCABULARY.index("was")] = 1
    sentences = written(7)
    assert agreement.right(stubborn, sentences).tolist() == [not s.plural for s in sentences]


def test_the_shares_at_a_distance_are_those_of_counting():
    sentences = agreement.held_out(9)
    stubborn = WordModel("RNN", agreement.VOCABULARY, 1, 1)
    with torch.no_grad():
        stubborn.head.bias[agreement.VOCABULARY.index("was")] = 1
    found = agreement.accuracy_at(stubborn, 9)
    with_, without = ([s for s in sentences if bool(s.attractors) == some] for some in (True, False))
    assert found["sentences"] == len(with_) + len(without) == 500
    assert found["sentences_with_attractors"] == len(with_)
    assert found["all"] == sum(not s.plural for s in sentences) / 500
    assert found["with_attractors"] == sum(not s.plural for s in with_) / len(with_)
    assert found["without_attractors"] == sum(not s.plural for s in without) / len(without)
    assert agreement.accuracy_at(stubborn, 0)["with_attractors"] is None


def test_the_loss_is_the_mean_surprise():
    inputs, targets = agreement.batch(2, seeded())
    logits = torch.randn(*inputs.shape, 111, generator=seeded(), dtype=torch.float64)
    by_hand = [
        math.log(logits[b, t].exp().sum()) - logits[b, t, targets[b, t]].item()
        for b in range(2)
        for t in range(agreement.LENGTH)
    ]
    assert agreement.loss(logits, targets).item() == pytest.approx(sum(by_hand) / len(by_hand), rel=1e-12)


def test_a_model_that_knows_nothing_has_the_perplexity_of_its_vocabulary_and_counting_pairs_beats_counting_words():
    found = agreement.perplexity(WordModel("RNN", agreement.VOCABULARY, 1, 1))
    assert found["network"] == pytest.approx(len(agreement.VOCABULARY), rel=1e-5)
    assert found["bigram"] < found["unigram"] < found["network"]


def test_the_number_unit_is_the_one_that_carries_the_number():
    model = WordModel("RNN", agreement.VOCABULARY, 3, 1)
    with torch.no_grad():  # unit 1 keeps the sign that a subject noun gives it: tanh of three times itself
        for noun in NOUNS & {*agreement.ANIMALS, *agreement.ANIMALS.values()}:
            model.embedding.weight[agreement.VOCABULARY.index(noun)] = 1.0 if is_plural(noun) else -1.0
        model.recurrent.get_parameter("weight_ih_l0")[1] = 0.5
        model.recurrent.get_parameter("weight_hh_l0")[1, 1] = 3.0
    assert agreement.number_unit(model) == {"unit": 1, "share": 1.0}
