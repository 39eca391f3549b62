"""Taggers: the sentences and the ads, the networks and their training, the numbers that ship."""

import json

import numpy as np
import pytest
import torch

from models import tagging
from models.entity_f1 import as_bio, spans
from models.tagging import (
    KINDS,
    SHIPPED,
    Fitting,
    MostFrequent,
    Question,
    Recipe,
    Tagger,
    Words,
    evidence,
    facts,
    load,
    read,
)
from models.tasks import ads, entities
from models.tasks.ads import tokens

SMALL = Words(("a", "b"), ("a", "b"), (("O", "B-x"), ("noun", "verb")))


def known_words(sentences):
    return {word.lower() for one in sentences for word in one.words}


# ---- sentences -------------------------------------------------------------------------------------------------------


def test_every_word_has_a_tag_and_a_part_and_tags_are_bio():
    for one in entities.held_out(200):
        assert len(one.words) == len(one.tags) == len(one.parts)
        assert set(one.tags) <= set(entities.TAGS)
        assert set(one.parts) <= set(entities.PARTS)
        assert as_bio(one.tags) == one.tags
        assert one.words[-1] == "."


def test_no_made_up_word_that_is_held_out_occurs_in_training():
    seen = known_words(entities.training())
    fresh = known_words(entities.held_out()) - set(entities.VOCABULARY)
    assert len(fresh) > 500
    assert not fresh & seen


def test_unknown_words_are_names_and_others_and_their_endings_tell():
    endings = entities.ENDINGS
    for one in entities.held_out(300):
        for word, tag, part in zip(one.words, one.tags, one.parts, strict=True):
            if word.lower() in entities.VOCABULARY:
                continue
            if tag == "O":
                assert word.lower().endswith(endings[part])
            else:
                kind = tag[2:]
                allowed = (
                    endings["first"] + endings["last"] if kind == "person" else endings["place"] + endings["company"]
                )
                assert word.lower().endswith(allowed)


def test_shared_names_stand_only_where_the_sentence_tells():
    writer = entities.EntityWriter(torch.Generator().manual_seed(1))
    for _ in range(300):
        assert not {word for word, *_ in writer._neutral()} & set(entities.SHARED)


# ---- ads -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ads.LANGUAGES)
def test_the_values_of_an_ad_are_what_its_tags_say(language):
    for ad in ads.held_out(language, count=100):
        assert ads.template(ad.words, ad.tags) == ad.values
        assert tuple(tokens(ad.text)) == ad.words
        assert len(spans(ad.tags)) == len(ad.values)


@pytest.mark.parametrize("language", ads.LANGUAGES)
def test_new_phrasings_are_in_no_training_ad(language):
    phrases = [p for name in ads.FIELDS for p in ads._PHRASES[language][name][-ads._NEW :]]
    text = " ".join(ad.text.lower() for ad in ads.training())
    for phrase in phrases:
        longest = max(phrase.lower().split("{}"), key=len).strip(" :")
        assert len(longest) < 4 or f" {longest} " not in text or longest == "pièces"


def test_the_villa_of_the_lecture_is_filled_in_both_languages():
    wanted = {
        "reference": "12390", "price": "1 270 000", "surface": "190", "year": "2005", "rooms": "4",
        "owner": "Mimi LASOURIS", "phone": "06.43.43.43.43",
    }  # fmt: skip
    for language, text in ads.EXAMPLES.items():
        assert tagging.fill(text)[2] == wanted
        assert ads.by_patterns(text, language) == wanted


def test_a_field_counts_if_it_is_right_or_rightly_empty():
    ad = ads.Ad("x", ("x",), ("O",), {"price": "1"})
    assert ads.field_accuracy([ad], [{"price": "1"}])["all"] == 1
    found = ads.field_accuracy([ad], [{"price": "2", "owner": "A B"}])
    assert (found["price"], found["owner"], found["year"]) == (0, 0, 1)


def test_an_ad_without_words_is_refused_and_a_hostile_one_is_read():
    with pytest.raises(ValueError, match="no words"):
        tagging.fill(" \n ")
    words, tags, _ = tagging.fill("<script>alert(1)</script> 🏠 " * 200)
    assert len(words) == len(tags) == ads.LONGEST


# ---- networks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_padding_changes_nothing(kind):
    model = Tagger(Recipe(kind), SMALL)
    model.initialise(torch.Generator().manual_seed(0))
    short, long = ("a", "b", "zz"), ("b", "a", "ab", "b", "a", "a")
    alone = model(*SMALL.encode([short]).batch([0]))
    together = model(*SMALL.encode([short, long]).batch([0, 1]))
    for one, both in zip(alone, together, strict=True):
        torch.testing.assert_close(one[0], both[0, :3])


def test_who_sees_what_is_what_the_kinds_say():
    """The last word is changed: only who reads from both sides can say something else of the first."""
    for kind, known in KINDS.items():
        first, second = (
            read(Question(f"Jordan , of course , {word} .", kind)).chances[0] for word in ("smiled", "grew")
        )
        moved = not np.allclose(first, second, atol=1e-7)
        assert moved == known.both_ways, kind


def test_only_who_reads_letters_tells_unknown_words_apart():
    for kind, known in KINDS.items():
        first, second = (
            read(Question(f"They mentioned {word}.", kind)).chances[2] for word in ("Blorbstan", "Blorbson")
        )
        assert np.allclose(first, second) != known.characters, kind


def test_a_reading_is_the_network_run_at_once():
    found = read(Question("Anna Jordan lives in Blorbstan.", "stacked"))
    model = load("tagging-stacked")
    states, _ = model.recurrent(model.vectors(*model.words.encode([found.tokens]).batch([0])))
    hidden = model.kind.hidden
    np.testing.assert_allclose(found.readers["forward"]["h"], states[0, :, :hidden], atol=1e-5)
    np.testing.assert_allclose(found.readers["backward"]["h"], states[0, :, hidden:], atol=1e-5)


def test_the_character_vector_is_the_last_state_of_each_reader():
    model, found = load("tagging-characters"), tagging.spell("Blorbstan")
    vector = model.spelled(model.words.encode([["Blorbstan"]]).letters)[0]
    np.testing.assert_allclose(np.concatenate([found.forward["h"][-1], found.backward["h"][0]]), vector, atol=1e-5)


def test_evidence_is_the_gradient_that_differences_find():
    question = Question("the mayor of Jordan smiled.", "both")
    model, words = load("tagging-both").double(), tokens(question.text)
    x = model.vectors(*model.words.encode([words]).batch([0]))
    best = int(read(question).chances[3].argmax())

    def chance(at):
        return torch.log_softmax(model.label(at, torch.tensor([len(words)]))[0][0, 3], -1)[best].item()

    slopes = np.zeros(x.shape[1:])
    for t, d in np.ndindex(*slopes.shape):
        step = torch.zeros_like(x)
        step[0, t, d] = 1e-5
        slopes[t, d] = (chance(x + step) - chance(x - step)) / 2e-5
    np.testing.assert_allclose(evidence(question, 3), np.linalg.norm(slopes, axis=1), rtol=1e-3, atol=1e-6)
    with pytest.raises(ValueError, match="word is 99"):
        evidence(question, 99)


def test_a_training_is_the_same_again_and_learns():
    given = entities.training(200)
    labels = [[one.tags for one in given], [one.parts for one in given]]
    recipe = Recipe("characters", updates=12, batch=8, hide=0.1)
    losses = []
    for _ in range(2):
        fitting = Fitting(recipe, tagging.vocabulary("tagging-characters"), [one.words for one in given], labels)
        losses.append([fitting.update() for _ in range(recipe.updates)])
        assert fitting.done
    assert losses[0] == losses[1]
    assert losses[0][-1] < 0.7 * losses[0][0]


def test_bad_questions_are_refused():
    with pytest.raises(ValueError, match="no words"):
        Question("  ")
    for bad in (lambda: Question("a", "lstm"), lambda: Recipe("lstm"), lambda: load("tagging-none")):
        with pytest.raises(KeyError, match="expected one of"):
            bad()
    long = read(Question("word " * 500, "word"))
    assert (len(long.tokens), long.left_out) == (tagging.LONGEST, 500 - tagging.LONGEST)


# ---- numbers ---------------------------------------------------------------------------------------------------------


def test_the_most_frequent_tag_is_counted():
    simple = MostFrequent([["a", "a", "c", "d"], ["a", "e"]], [["O", "B-x", "B-x", "B-x"], ["O", "O"]], SMALL)
    assert simple.says(["a", "zz", "b"]) == ("O", "B-x", "B-x")


@pytest.mark.parametrize("kind", KINDS)
def test_shipped_weights_give_the_documented_numbers(kind):
    known, model = facts(f"tagging-{kind}"), load(f"tagging-{kind}")
    found = tagging.sentence_marks(model)
    assert json.loads(json.dumps(found)) == {
        name: pytest.approx(known[name], abs=2e-3) for name in ("marks", "parts", "small")
    } | {"baselines": known["baselines"]}
    assert known["parameters"] == sum(w.numel() for w in model.parameters())


def test_the_shipped_tagger_of_ads_gives_the_documented_numbers():
    found, known = tagging.ad_marks(load("tagging-ads"))["ads"], facts("tagging-ads")["ads"]
    for where, by in known.items():
        for who, fields in by.items():
            assert found[where][who] == pytest.approx(fields, abs=7e-3), (where, who)


def test_letters_bring_the_gain_and_who_says_o_scores_nothing():
    marks = {kind: facts(f"tagging-{kind}")["marks"] for kind in KINDS}
    lazy = facts("tagging-word")["baselines"]["always O"]["marks"]
    assert lazy["every"] > 0.7
    assert lazy["f1"] == 0
    assert marks["characters"]["f1"] > marks["both"]["f1"] + 0.05
    assert marks["characters"]["unknown"] - marks["both"]["unknown"] > 0.1
    assert abs(marks["characters"]["known"] - marks["both"]["known"]) < 0.01
    assert marks["both"]["f1"] > marks["forward"]["f1"] > marks["word"]["f1"]


def test_making_writes_equal_files(tmp_path, monkeypatch):
    monkeypatch.setitem(SHIPPED, "tagging-word", Recipe("word", updates=3))
    for name in ("one", "two"):
        tagging.make("tagging-word", tmp_path / name)
    files = [(tmp_path / name / "tagging-word.safetensors").read_bytes() for name in ("one", "two")]
    assert files[0] == files[1]
