"""Persons and things: the language, the taggers that ship, and who can know what when."""

import numpy as np
import pytest
import torch

from models import person_tagger, trace
from models.person_tagger import DISTANCES, READERS, SHIPPED, Question, facts, load, read
from models.tasks import TASKS, persons
from models.tasks.persons import (
    ACTED,
    HAPPENED,
    IGNORED,
    KINDS,
    NAMES,
    NO_NAME,
    PERSON,
    ROLES,
    THING,
    UNKNOWN,
    VOCABULARY,
    PersonTagger,
    encode,
    held_out,
    most_frequent,
    rows,
    sentence,
)  # fmt: skip
from models.training import Run, train

SHORT = Run("persons_both_ways", cell="RNN", hidden=4, inputs=4, batch=8, steps=6, every=6)
LECTURE = "She said Alan Turing was a great scientist"


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def at_alan(text, reader="both ways"):
    found = read(Question(text))
    return found.tags(reader)[found.tokens.index("alan"), PERSON]


# ---- the language ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("distance", [0, 1, 2, 3, 6, 20])
def test_a_sentence_has_its_distance_and_the_word_that_tells_says_what_the_name_names(distance):
    generator, telling = seeded(distance), {PERSON: {*ROLES, *ACTED}, THING: {*KINDS, *HAPPENED}}
    for _ in range(60):
        found = sentence(distance, generator)
        named = [t for t, tag in enumerate(found.tags) if tag != NO_NAME]
        ends = [t for t in named if t + 1 not in named]
        assert ends
        for end in ends:
            assert found.words[end + distance + 1] in telling[found.tags[end]]
            between = found.words[end + 1 : end + distance + 1]
            assert not {*ROLES, *KINDS, *ACTED, *HAPPENED} & set(between)


def test_every_word_of_a_sentence_is_known_and_only_names_bear_tags():
    for found in held_out(3):
        assert set(found.words) <= set(VOCABULARY)
        assert all((word in NAMES) == (tag != NO_NAME) for word, tag in zip(found.words, found.tags, strict=True))


def test_every_name_names_people_and_things():
    seen = {(w, tag) for d in range(4) for s in held_out(d) for w, tag in zip(s.words, s.tags, strict=True) if tag}
    assert {word for word, tag in seen if tag == PERSON} == NAMES == {word for word, tag in seen if tag == THING}


def test_a_batch_is_padded_and_pads_do_not_count():
    task = TASKS["persons"]
    ids, tags = task.batch(64, (0, 6), seeded())
    assert torch.equal(ids == VOCABULARY.index(persons.PAD), tags == IGNORED)
    hidden = ids == VOCABULARY.index(UNKNOWN)
    assert 0.05 < hidden[tags > NO_NAME].double().mean() < 0.3
    outputs = torch.randn(*ids.shape, 3, generator=seeded())
    moved = outputs + 5 * (tags == IGNORED)[..., None] * torch.randn(outputs.shape, generator=seeded(1))
    assert torch.equal(task.loss(outputs, tags), task.loss(moved, tags))
    assert torch.equal(task.right(outputs, tags), task.right(moved, tags))


def test_the_baseline_knows_a_word_and_nothing_around_it():
    found = most_frequent()
    assert found.tags["alan"] == PERSON
    assert found.tags["paris"] == THING
    assert found.tags["ship"] == NO_NAME
    wanted = [
        found.tags[w] == t for d in range(7) for s in held_out(d) for w, t in zip(s.words, s.tags, strict=True) if t
    ]
    assert found.accuracy == pytest.approx(np.mean(wanted))
    assert TASKS["persons"].chance().accuracy == found.accuracy


def test_a_negative_distance_is_refused():
    with pytest.raises(ValueError, match="distance is -1"):
        sentence(-1, seeded())


# ---- the network -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("both_ways", [False, True])
def test_padding_changes_nothing_as_rows_are_packed(both_ways):
    model = PersonTagger("LSTM", 4, 3, both_ways=both_ways)
    model.initialise(seeded())
    sentences = held_out(0)[:5] + held_out(6)[:5]
    ids, _ = rows(sentences)
    with torch.no_grad():
        together = model(ids)
        for row, found in enumerate(sentences):
            alone = model(encode(found.words)[None])[0]
            assert torch.allclose(together[row, : len(found.words)], alone, atol=1e-6)


def test_both_tracks_of_the_player_are_what_torch_computes():
    found, model = read(Question(LECTURE)), load("persons-both-ways")
    with torch.no_grad():
        output = model.recurrent(model.vectors(encode(found.tokens)))[0].numpy()
    assert np.allclose(found.forward["h"], output[:, :16], atol=1e-6)
    assert np.allclose(found.backward["h"], output[:, 16:], atol=1e-6)
    assert found.backward.reverse
    alone = load("persons-forward")
    assert np.array_equal(found.alone["h"], trace(alone.recurrent, alone.vectors(encode(found.tokens)))["h"])


@pytest.mark.parametrize(("cell", "hidden", "inputs"), [("CNN", 4, 4), ("RNN", 0, 4), ("RNN", 4, 0)])
def test_a_network_that_cannot_be_is_refused(cell, hidden, inputs):
    with pytest.raises((KeyError, ValueError), match="expected"):
        PersonTagger(cell, hidden, inputs, both_ways=True)


# ---- the taggers that ship -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_the_taggers_that_ship_are_as_good_as_they_are_said_to_be(name):
    model, known = load(name), facts(name)
    assert known["parameters"] == sum(weight.numel() for weight in model.parameters())
    for distance in DISTANCES:
        for what, share in persons.marks(model, distance).items():
            assert share == pytest.approx(known["accuracy"][str(distance)][what], abs=5e-3), (distance, what)


def test_reading_both_ways_beats_reading_forward_and_that_beats_the_baseline():
    forward, both = (facts(READERS[reader]) for reader in ("forward", "both ways"))
    assert forward["parameters"] >= both["parameters"]
    for distance in map(str, DISTANCES):
        assert both["accuracy"][distance]["names"] > 0.99
        assert forward["baseline"] < forward["accuracy"][distance]["names"] < 0.8
        assert forward["accuracy"][distance]["titled"] > 0.99


def test_the_last_word_changes_the_reading_of_alan_both_ways_and_not_forward():
    ship = LECTURE.replace("scientist", "ship")
    assert at_alan(LECTURE) > 0.95
    assert at_alan(ship) < 0.05
    assert at_alan(LECTURE, "forward") == at_alan(ship, "forward")


def test_the_forward_reader_never_moves_and_the_other_one_does_when_the_last_word_comes():
    found = read(Question(LECTURE))
    word = found.tokens.index("alan")
    for reader, moves in (("forward", False), ("both ways", True)):
        seen = found.revealed[reader][:, word, PERSON]
        assert np.isnan(seen[:word]).all()
        assert (abs(seen[-1] - seen[-2]) > 0.2) == moves
        assert (np.ptp(seen[word:]) > 1e-5) == moves


def test_a_noun_near_the_end_does_not_mislead_it():
    assert at_alan(LECTURE + " near the bridge.") > 0.9
    assert at_alan(LECTURE.replace("scientist", "ship with the singer")) < 0.1


def test_unknown_words_are_told_and_a_long_text_is_cut():
    found = read(Question("Zork " + "was " * 60))
    assert found.known[:2] == (False, True)
    assert (len(found.tokens), found.left_out) == (person_tagger.LONGEST, 21)


def test_curly_quotation_marks_are_straightened():
    assert all(read(Question("She said, “Alan Turing was a great scientist.”")).known)


def test_a_text_without_words_and_an_unknown_tagger_are_refused():
    with pytest.raises(ValueError, match="no words"):
        Question(" \n ")
    with pytest.raises(KeyError, match="nobody"):
        load("nobody")


# ---- training --------------------------------------------------------------------------------------------------------


def test_equal_runs_give_equal_networks_and_the_file_is_made_from_them(tmp_path, monkeypatch):
    monkeypatch.setattr(person_tagger, "SHIPPED", {"short": SHORT})
    files = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        person_tagger.make("short", folder)
        files.append((folder / "short.safetensors").read_bytes())
    assert files[0] == files[1]
    assert facts("short", tmp_path / "one")["run"]["steps"] == SHORT.steps


@pytest.mark.parametrize("task", ["persons", "persons_both_ways"])
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_it_can_be_learned_live(task, cell):
    run = Run(task, cell=cell, hidden=8, batch=16, steps=60, every=60, learning_rate=0.02, layers=1)
    first, last = train(run)
    assert last.loss < first.loss / 2
