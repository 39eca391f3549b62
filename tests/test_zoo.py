"""The trained networks that ship do what their facts say."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from models import counter, trace, zoo
from models.network import RECURRENT
from models.tasks import agreement, memory_counter
from models.training import Run

NAMES = list(zoo.ZOO)
COUNTERS = list(zoo.COUNTERS)
LECTURE = [
    ("the cat , which already ate the fish ,", "was"),
    ("the cats , which already ate the fish ,", "were"),
    ("the cat , which chased the dogs near the trees ,", "was"),
    ("the cats , which chased the dog near the tree ,", "were"),
]
ROUNDING = 2 / 500  # two of 500 sentences may fall the other way where a processor rounds differently


def read_one_word_at_a_time(model, words):
    """P(next word) after the last of `words`, the state carried by hand: no batch, no padding, no sequence."""
    h, state = torch.zeros(1, 1, 16), None
    for word in words:
        e = model.embedding.weight[model.vocabulary.index(word)]
        h, state = model.recurrent(e[None, None], state)
    said = torch.softmax(model.head.weight @ h[0, 0] + model.head.bias, 0)
    return {word: said[k].item() for k, word in enumerate(model.vocabulary)}


@pytest.mark.parametrize("name", NAMES)
def test_a_trained_network_loads_for_looking(name):
    model = zoo.load(name)
    assert isinstance(model.recurrent, RECURRENT[zoo.ZOO[name].run.cell])
    assert model.recurrent.hidden_size == 16
    assert model.vocabulary == agreement.VOCABULARY
    assert not model.training
    assert not any(weight.requires_grad for weight in model.parameters())


def test_there_is_one_network_of_every_cell_and_one_file_of_every_network():
    for networks in (zoo.ZOO, zoo.COUNTERS):
        assert sorted(shipped.run.cell for shipped in networks.values()) == sorted(RECURRENT)
    files = sorted(f"{name}.safetensors" for name in (*NAMES, *COUNTERS, *zoo.ELSEWHERE))
    assert sorted(path.name for path in zoo.CHECKPOINTS.glob("*.safetensors")) == files


@pytest.mark.parametrize("networks", [zoo.ZOO, zoo.COUNTERS])
def test_all_had_the_same_data_budget_and_size(networks):
    recipes = {dataclasses.replace(shipped.run, cell="RNN", seed=0) for shipped in networks.values()}
    assert len(recipes) == 1


@pytest.mark.parametrize("name", [*NAMES, *COUNTERS])
def test_a_file_has_at_most_200_kilobytes(name):
    assert (zoo.CHECKPOINTS / f"{name}.safetensors").stat().st_size <= 200_000


@pytest.mark.parametrize("name", NAMES)
def test_the_facts_tell_the_recipe_that_the_zoo_names(name):
    known = zoo.facts(name)
    assert Run(**known["run"]) == zoo.ZOO[name].run
    assert known["note"] == zoo.ZOO[name].note
    assert known["parameters"] == sum(weight.numel() for weight in zoo.load(name).parameters())
    assert known["torch"].startswith("2.")
    assert known["command"] == "python -m models.zoo"


@pytest.mark.parametrize("distance", zoo.DISTANCES)
@pytest.mark.parametrize("name", NAMES)
def test_the_weights_reproduce_the_accuracy_in_the_facts(name, distance):
    written, found = zoo.facts(name)["accuracy"][str(distance)], agreement.accuracy_at(zoo.load(name), distance)
    assert found["sentences"] == written["sentences"] == 500
    assert found["sentences_with_attractors"] == written["sentences_with_attractors"]
    assert found["nearest_noun"] == written["nearest_noun"]
    assert found["all"] == pytest.approx(written["all"], abs=ROUNDING)
    if written["sentences_with_attractors"]:
        slack = 2 / written["sentences_with_attractors"]
        assert found["with_attractors"] == pytest.approx(written["with_attractors"], abs=slack)


@pytest.mark.parametrize("name", NAMES)
def test_reading_word_by_word_gives_the_answers_of_the_padded_batch(name):
    model = zoo.load(name)
    sentences = [s for distance in (0, 7, 15) for s in agreement.held_out(distance)[:10]]
    said = [read_one_word_at_a_time(model, s.words[: s.verb]) for s in sentences]
    by_hand = [(p["were"] > p["was"]) == s.plural for p, s in zip(said, sentences, strict=True)]
    assert agreement.right(model, sentences).tolist() == by_hand


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_is_right_at_every_distance_it_was_trained_on(name):
    accuracy = zoo.facts(name)["accuracy"]
    assert all(accuracy[str(distance)]["all"] >= 0.99 for distance in range(agreement.FARTHEST + 1))


@pytest.mark.parametrize(("words", "verb"), LECTURE)
@pytest.mark.parametrize("name", NAMES)
def test_the_verb_of_the_lecture_is_right(name, words, verb):
    said = read_one_word_at_a_time(zoo.load(name), words.split())
    other = {"was": "were", "were": "was"}[verb]
    assert said[verb] > said[other]
    assert said[verb] == max(said.values())


@pytest.mark.parametrize("name", NAMES)
def test_the_perplexity_in_the_facts_is_that_of_the_weights_and_beats_counting(name):
    written, found = zoo.facts(name)["perplexity"], agreement.perplexity(zoo.load(name))
    assert found == pytest.approx(written, rel=1e-4)
    assert found["network"] < found["bigram"] < found["unigram"]


@pytest.mark.parametrize("name", NAMES)
def test_the_number_unit_in_the_facts_holds_the_number(name):
    written, found = zoo.facts(name)["number_unit"], agreement.number_unit(zoo.load(name))
    assert found["unit"] == written["unit"]
    assert found["share"] == pytest.approx(written["share"], abs=ROUNDING)


def test_a_unit_of_the_gru_opens_its_update_gate_at_the_subject_and_the_verb_and_stays_shut_between():
    model, unit = zoo.load("agreement-gru"), zoo.facts("agreement-gru")["number_unit"]["unit"]
    sentences = [s for distance in range(5, 16) for s in agreement.held_out(distance)[:50]]
    as_in_the_lecture = 0
    for sentence in sentences:
        update = 1 - trace(model.recurrent, model.embed(model.encode(sentence.words)))["z"][:, unit]
        between = update[sentence.subject + 1 : sentence.verb]
        as_in_the_lecture += update[sentence.subject] > 0.5 and update[sentence.verb] > 0.5 and between.max() < 0.1
    assert as_in_the_lecture / len(sentences) > 0.9


def test_on_the_sentence_of_the_lecture_the_update_gate_is_the_row_of_the_lecture():
    model, unit = zoo.load("agreement-gru"), zoo.facts("agreement-gru")["number_unit"]["unit"]
    for words, verb in LECTURE[:2]:
        told = [*words.split(), verb, "full", "."]
        update = 1 - trace(model.recurrent, model.embed(model.encode(told)))["z"][:, unit]
        assert np.round(update).tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]


@pytest.mark.parametrize("ask", [zoo.load, zoo.facts])
def test_an_unknown_name_is_refused(ask):
    with pytest.raises(KeyError, match="name is 'agreement', expected one of agreement-rnn, agreement-lstm"):
        ask("agreement")


def test_making_a_network_twice_gives_the_same_file_and_it_loads(tmp_path):
    short = dataclasses.replace(
        zoo.ZOO["agreement-gru"], run=Run(cell="GRU", hidden=4, inputs=3, batch=2, steps=2, every=2)
    )
    for folder in ("one", "two"):
        zoo.make("agreement-gru", short, tmp_path / folder)
    one, two = ((tmp_path / folder / "agreement-gru.safetensors").read_bytes() for folder in ("one", "two"))
    assert one == two
    assert zoo.load("agreement-gru", tmp_path / "one").recurrent.hidden_size == 4
    assert zoo.facts("agreement-gru", tmp_path / "one")["run"]["steps"] == 2


def test_loading_a_network_does_not_import_what_training_needs():
    code = """
import json, sys
from models import zoo
for name in zoo.ZOO:
    zoo.load(name)
for name in zoo.COUNTERS:
    zoo.grown(name)
print(json.dumps(sorted(sys.modules)))
"""
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    imported = json.loads(done.stdout)
    assert "models.training" in imported
    assert "torch._dynamo" not in imported


def test_the_table_has_a_line_for_every_distance_and_every_network():
    lines = list(zoo.table())
    assert [line.split()[0] for line in lines[1:]] == [*map(str, zoo.DISTANCES), *(f"{name}:" for name in NAMES)]


# ---- the counters ----------------------------------------------------------------------------------------------------


def after(name, step):
    """The facts of a counter after so many updates."""
    return next(snapshot for snapshot in zoo.facts(name)["snapshots"] if snapshot["step"] == step)


@pytest.mark.parametrize("name", COUNTERS)
def test_a_counter_loads_at_all_points_of_its_training_for_looking(name):
    networks, run = zoo.grown(name), zoo.COUNTERS[name].run
    assert tuple(networks) == zoo.SHOWN
    assert (zoo.SHOWN[0], zoo.SHOWN[-1]) == (0, run.steps)
    for model in networks.values():
        assert isinstance(model.recurrent, RECURRENT[run.cell])
        assert model.recurrent.hidden_size == run.hidden
        assert not model.training
        assert not any(weight.requires_grad for weight in model.parameters())


@pytest.mark.parametrize("name", COUNTERS)
def test_the_facts_of_a_counter_tell_the_recipe_that_the_zoo_names(name):
    known, last = zoo.facts(name), zoo.grown(name)[zoo.SHOWN[-1]]
    assert Run(**known["run"]) == zoo.COUNTERS[name].run
    assert known["note"] == zoo.COUNTERS[name].note
    assert known["parameters"] == sum(weight.numel() for weight in last.parameters())
    assert known["torch"].startswith("2.")
    assert known["command"] == "python -m models.zoo"


@pytest.mark.parametrize("name", COUNTERS)
def test_a_counter_begins_as_the_untrained_network_of_its_run(name):
    run = zoo.COUNTERS[name].run
    generator = torch.Generator().manual_seed(run.seed)
    fresh = memory_counter.network(run.cell, run.hidden, run.inputs, generator, run.keep_bias).state_dict()
    first = zoo.grown(name)[0].state_dict()
    assert all(torch.equal(first[weight], fresh[weight]) for weight in fresh)


@pytest.mark.parametrize("step", zoo.SHOWN)
@pytest.mark.parametrize("name", COUNTERS)
def test_the_weights_of_a_counter_reproduce_the_numbers_in_its_facts(name, step):
    model, written = zoo.grown(name)[step], after(name, step)
    for length in memory_counter.LENGTHS:
        found = memory_counter.accuracy_at(model, length)
        assert found == pytest.approx(written["accuracy"][str(length)], abs=1e-3)
    for size, band in memory_counter.accuracy_by_size(model).items():
        assert band["outputs"] == written["accuracy_by_size"][size]["outputs"]
        assert band["right"] == pytest.approx(written["accuracy_by_size"][size]["right"], abs=5e-3)
    unit = memory_counter.counter_unit(model)
    assert unit["unit"] == written["counter_unit"]["unit"]
    assert unit["correlations"] == pytest.approx(written["counter_unit"]["correlations"], abs=1e-4)


@pytest.mark.parametrize("length", ["20", "50"])
def test_the_lstm_counts_at_the_trained_lengths_and_better_than_the_gru_and_that_better_than_the_rnn(length):
    rnn, gru, lstm = (after(f"counter-{cell}", 4000)["accuracy"][length]["every"] for cell in ("rnn", "gru", "lstm"))
    assert lstm >= 0.99
    assert lstm > gru + 0.005
    assert gru > rnn + 0.05


@pytest.mark.parametrize("name", COUNTERS)
def test_a_counter_breaks_first_where_the_memory_is_large(name):
    bands = list(after(name, 4000)["accuracy_by_size"].values())
    assert bands[0]["right"] > 0.8
    assert bands[-1]["right"] < bands[0]["right"] - 0.1


def test_one_unit_of_the_lstm_is_the_counter():
    found = after("counter-lstm", 4000)["counter_unit"]
    others = [abs(c) for unit, c in enumerate(found["correlations"]) if unit != found["unit"]]
    assert found["correlation"] > 0.99 > max(others)


def test_the_lstm_gives_the_output_row_of_the_lecture():
    _, said = memory_counter.read(zoo.grown("counter-lstm")[4000], counter.TABLE)
    assert np.round(np.abs(said)).tolist() == list(counter.OUTPUT)


@pytest.mark.parametrize(("ask", "name"), [(zoo.grown, "agreement-lstm"), (zoo.load, "counter-lstm")])
def test_a_network_of_the_other_kind_is_refused(ask, name):
    with pytest.raises(KeyError, match=f"name is '{name}', expected one of "):
        ask(name)


def test_making_a_counter_twice_gives_the_same_file_and_it_loads(tmp_path):
    short = zoo.COUNTERS["counter-gru"]
    short = dataclasses.replace(short, run=dataclasses.replace(short.run, hidden=3, batch=2, steps=30))
    for folder in ("one", "two"):
        zoo.make("counter-gru", short, tmp_path / folder)
    one, two = ((tmp_path / folder / "counter-gru.safetensors").read_bytes() for folder in ("one", "two"))
    assert one == two
    networks = zoo.grown("counter-gru", tmp_path / "one")
    assert list(networks) == [0, 25]
    assert networks[0].recurrent.hidden_size == 3


def test_the_table_of_counters_has_a_line_for_every_point_of_every_training():
    lines = [line.split() for line in zoo.counter_table()]
    assert [line[:2] for line in lines[1:]] == [[name, str(step)] for name in COUNTERS for step in zoo.SHOWN]
