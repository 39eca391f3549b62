"""The systems of "Sequences at work" as tasks of the training lab: tags, translation, temperature.

The right answers are found a second time: by reading the texts, by the calendar, by the series itself.
"""

import math
from datetime import date
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from models import date_rules, probe
from models.baselines import same_last_season
from models.entity_f1 import spans
from models.labeller import PAD_ID, Labeller
from models.presets import PRESETS, RECIPES
from models.run import Run
from models.series import generated
from models.tasks import TASKS, Measure, entities, tags, temperature, translation
from models.tasks.dates import FIRST_DAY, SPELLINGS
from models.tasks.dates import held_out as dates_held_out
from models.tasks.task import NOT_ASKED
from models.training import restore, train

ENTITIES, BOTH, DATES, TEMPERATURE = (
    TASKS[name] for name in ("entities", "entities_both_ways", "dates", "temperature")
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def certain(task, targets):
    """The outputs of somebody who says the right class, surely: (B, T, K)."""
    return 50.0 * nn.functional.one_hot(targets.clamp(min=0), task.outputs)


def always(task, k, targets):
    return 50.0 * nn.functional.one_hot(torch.full_like(targets, k), task.outputs)


def share(task, outputs, targets):
    return task.right(outputs, targets).double().mean().item()


# ---- a network that labels -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_pads_change_nothing_of_what_a_labeller_says_before_them(cell, both_ways):
    model = Labeller(cell, 9, 4, 3, 5, both_ways=both_ways)
    model.initialise(seeded())
    ids = torch.tensor([[1, 2, 3, PAD_ID, PAD_ID], [4, 5, 6, 7, 8]])
    with torch.no_grad():
        together = model(ids)
        assert together.shape == (2, 5, 5)
        torch.testing.assert_close(together[0, :3], model(ids[:1, :3])[0], rtol=0, atol=1e-6)


def test_a_labeller_is_embedding_layer_and_readout_of_torch():
    model = Labeller("GRU", 6, 4, 3, 2, layers=2)
    model.initialise(seeded())
    layer = nn.GRU(3, 4, 2, batch_first=True)
    layer.load_state_dict(model.recurrent.state_dict())
    ids = torch.tensor([[5, 1, 2]])
    with torch.no_grad():
        expected = nn.functional.linear(layer(model.embedding.weight[ids])[0], model.head.weight, model.head.bias)
        torch.testing.assert_close(model(ids), expected, rtol=0, atol=1e-6)
        torch.testing.assert_close(model.vectors(ids), model.embedding.weight[ids])


@pytest.mark.parametrize(("changes", "message"), [({"cell": "CNN"}, "cell is 'CNN'"), ({"hidden": 0}, "hidden is 0")])
def test_a_labeller_that_cannot_be_is_refused(changes, message):
    values = {"cell": "RNN", "tokens": 3, "hidden": 2, "inputs": 2, "labels": 2} | changes
    with pytest.raises((KeyError, ValueError), match=message):
        Labeller(**values)


# ---- named entities --------------------------------------------------------------------------------------------------


def test_a_text_of_several_sentences_is_these_sentences_one_after_the_other():
    one = tags.text(3, entities.EntityWriter(seeded(3)))
    writer = entities.EntityWriter(seeded(3))
    parts = [writer.sentence() for _ in range(3)]
    assert one.words == sum((part.words for part in parts), ())
    assert one.tags == sum((part.tags for part in parts), ())
    assert one.words.count(".") == 3
    with pytest.raises(ValueError, match="sentences is 0"):
        tags.text(0, writer)


@pytest.mark.parametrize("task", [ENTITIES, BOTH], ids=["forward", "both ways"])
def test_a_batch_of_texts_has_known_words_tags_in_bio_and_asks_nothing_at_pads(task):
    ids, targets = task.batch(64, (1, 2), seeded())
    assert torch.equal(ids == PAD_ID, targets == NOT_ASKED)
    for row in targets:
        names = [entities.TAGS[k] for k in row[row != NOT_ASKED].tolist()]
        assert all(tag[0] != "I" or before[1:] == tag[1:] for before, tag in zip(["O", *names], names, strict=False))
    unknown = (ids == tags.VOCABULARY.index(tags.UNKNOWN)).sum() / (ids != PAD_ID).sum()
    assert 0.05 < unknown < 0.25


def test_unknown_words_in_a_text_are_names_and_other_words_so_that_neither_gives_itself_away():
    ids, targets = ENTITIES.held_out(2)
    hidden = ids == tags.VOCABULARY.index(tags.UNKNOWN)
    named = (targets > tags.OUTSIDE)[hidden].double().mean()
    assert 0.3 < named < 0.9


def test_words_that_are_in_no_name_and_are_said_to_be_in_none_do_not_count():
    gold, said = torch.tensor([[0, 1, 2, 0, NOT_ASKED]]), torch.tensor([[0, 1, 0, 3, 3]])
    # O as O is left out; a word found, a word missed, a word made up; the pad is left out.
    assert tags.right(said, gold).tolist() == [True, False, False]


def test_all_o_is_right_in_three_words_of_four_and_scores_nothing():
    _, targets = ENTITIES.held_out(2)
    outputs = always(ENTITIES, tags.OUTSIDE, targets)
    assert share(ENTITIES, outputs, targets) == 0 == ENTITIES.baselines()["always O"].accuracy
    every = (outputs.argmax(-1) == targets)[targets != NOT_ASKED].double().mean().item()
    assert 0.7 < every < 0.8


def test_the_right_tags_score_perfect():
    _, targets = ENTITIES.held_out(1)
    outputs = certain(ENTITIES, targets)
    assert share(ENTITIES, outputs, targets) == ENTITIES.perfect.accuracy
    assert ENTITIES.loss(outputs, targets).item() == pytest.approx(ENTITIES.perfect.loss, abs=1e-6)


def test_chance_is_the_best_answer_that_is_always_the_same():
    ids, targets = (torch.cat(parts) for parts in zip(*(_flat(*ENTITIES.held_out(n)) for n in (1, 2)), strict=True))
    best = max(share(ENTITIES, always(ENTITIES, k, targets), targets) for k in range(len(entities.TAGS)))
    assert ENTITIES.chance().accuracy == pytest.approx(best)
    shares = torch.bincount(targets, minlength=len(entities.TAGS)).double() / len(ids)
    assert ENTITIES.chance().loss == pytest.approx(
        ENTITIES.loss(shares.log().expand(1, len(ids), -1), targets[None]).item()
    )


def _flat(ids, targets):
    return ids[targets != NOT_ASKED], targets[targets != NOT_ASKED]


def test_the_most_frequent_tag_is_that_of_a_count_over_plain_words():
    found = tags.most_frequent()
    assert entities.TAGS[found.tags[tags.VOCABULARY.index("anna")]] == "B-person"
    assert entities.TAGS[found.tags[tags.VOCABULARY.index("berlin")]] == "B-place"
    assert entities.TAGS[found.tags[tags.VOCABULARY.index("bridge")]] == "O"
    score = []
    for sentences in (1, 2):
        for text in tags.held_out(sentences):
            for word, tag in zip(text.words, text.tags, strict=True):
                said = entities.TAGS[found.tags[tags.encode([word])[0]]]
                if "O" not in (said, tag) or said != tag:
                    score.append(said == tag)
    assert found.marks.accuracy == pytest.approx(np.mean(score))
    assert 0.4 < found.marks.accuracy < 0.5


def test_the_measures_beside_the_score_are_whole_names_and_all_words():
    class Perfect(nn.Module):
        def forward(self, ids):
            _, targets = ENTITIES.held_out(2)
            assert len(ids) == len(targets)
            return certain(ENTITIES, targets)

    class Half(nn.Module):
        """Right in every second text, and O in the others."""

        def forward(self, ids):
            outputs = Perfect()(ids)
            outputs[::2] = always(ENTITIES, tags.OUTSIDE, ids[::2])
            return outputs

    assert [measure.value for measure in ENTITIES.further(Perfect(), (1, 2))] == [1.0, 1.0]
    names = [len(spans(text.tags)) for text in tags.held_out(2)]
    found = sum(names[1::2])
    f1, every = ENTITIES.further(Half(), (1, 2))
    assert f1.value == pytest.approx(2 * found / (sum(names) + found))
    assert 0.8 < every.value < 0.95
    assert str(f1) == f"F1 of whole names {f1.value:.1%}"


@pytest.mark.parametrize(("name", "least"), [("entities", 0.8), ("entities_both_ways", 0.85)])
def test_a_tagger_leaves_the_most_frequent_tag_behind_and_both_ways_is_better(name, least):
    *_, last = train(Run(name, "RNN", 24, batch=32, steps=250, every=250, learning_rate=0.02))
    assert last.accuracy > least > ENTITIES.baselines()["a word's most frequent tag"].accuracy + 0.3


# ---- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lengths", [(6, 29), (6, 6), (12, 14), (29, 29)])
@pytest.mark.parametrize("held_out", [False, True])
def test_pairs_have_the_lengths_that_are_asked_for_and_the_right_date(lengths, held_out):
    for pair in translation.pairs(200, lengths, seeded(1), held_out=held_out):
        assert lengths[0] <= len(pair.source) <= lengths[1]
        assert SPELLINGS[pair.spelling](date.fromisoformat(pair.target)) == pair.source
        assert ((date.fromisoformat(pair.target) - FIRST_DAY).days % 10 == 7) == held_out


def test_every_length_has_texts_and_no_date_has_another():
    sizes = {len(pair.source) for pair in translation.pairs(20_000, (6, 29), seeded())}
    assert sizes <= set(range(translation.SHORTEST, translation.LONGEST + 1))
    for length in range(translation.SHORTEST, translation.LONGEST + 1):
        assert translation.held_out((length, length), 3)
    for wrong in ((5, 9), (9, 30), (9, 8)):
        with pytest.raises(ValueError, match="expected the shortest and the longest of 6 to 29"):
            translation.pairs(1, wrong, seeded())


def test_texts_are_drawn_as_often_as_the_generator_of_the_page_draws_them():
    ours = [pair.spelling for pair in translation.pairs(14_000, (6, 29), seeded())]
    counts = np.array([ours.count(name) for name in SPELLINGS])
    assert abs(counts - 1000).max() < 130  # four standard deviations of 1,000 in 14,000


def test_a_row_is_the_text_an_arrow_and_the_date_and_is_asked_from_the_arrow_on():
    pairs = translation.pairs(16, (6, 29), seeded(2))
    ids, targets = translation.rows(pairs)
    for row, asked, pair in zip(ids.tolist(), targets.tolist(), pairs, strict=True):
        read = [translation.READ[k] for k in row if k != PAD_ID]
        assert "".join(read) == pair.source.lower() + "→" + pair.target[:-1]
        arrow = read.index("→")
        assert asked[:arrow] == [NOT_ASKED] * arrow
        said = asked[arrow : arrow + 10]
        assert "".join(translation.SAID[k] for k in said) == pair.target
        assert set(asked[arrow + 10 :]) <= {NOT_ASKED}


def test_no_training_text_names_a_day_on_which_is_measured():
    kept = {pair.target for length in DATES.tested for pair in translation.held_out((length, length))}
    kept |= {pair.target for pair in translation.held_out((6, 29))}
    assert not kept & {pair.target for pair in translation.pairs(5000, (6, 29), seeded())}
    assert all((date.fromisoformat(text) - FIRST_DAY).days % 10 == 7 for text in kept)
    assert {p.target for p in dates_held_out()} & kept  # the same days as on the page


def test_the_right_date_scores_perfect_and_a_wrong_character_spoils_a_whole_date():
    _, targets = DATES.held_out(12)
    outputs = certain(DATES, targets)
    assert share(DATES, outputs, targets) == DATES.perfect.accuracy
    assert DATES.loss(outputs, targets).item() == pytest.approx(0, abs=1e-6)
    assert translation.whole(outputs, targets).all()
    outputs[0, 12:] = outputs[0, 12:].roll(1, -1)
    assert share(DATES, outputs, targets) == pytest.approx(1 - 10 / targets[targets != NOT_ASKED].numel())
    assert translation.whole(outputs, targets).tolist() == [False] + [True] * (len(targets) - 1)


def test_a_whole_date_is_right_when_told_exactly_where_it_is_right_when_fed_its_own():
    """The oracle is a plain loop: read the text, then say a character and read it, ten times."""
    run = Run("dates", "LSTM", 24, batch=64, steps=150, every=150, learning_rate=0.02, lengths=(8, 8))
    *_, last = train(run)
    model, pairs = restore(run, last), translation.held_out((8, 8))
    ids, targets = translation.rows(pairs)
    with torch.no_grad():
        told = translation.whole(model(ids), targets).tolist()
        for pair, right in zip(pairs[:60], told, strict=False):
            read = [translation.READ.index(c) for c in pair.source + "→"]
            for _ in range(10):
                said = translation.SAID[int(model(torch.tensor([read]))[0, -1].argmax())]
                read.append(translation.READ.index(said))
            assert ("".join(translation.READ[k] for k in read[-10:]) == pair.target) == right


def test_chance_knows_each_place_alone_and_the_next_baseline_the_characters_before():
    _, targets = translation.rows(translation.pairs(20_000, (6, 29), seeded(4)))
    said = targets[targets != NOT_ASKED].reshape(-1, 10).numpy()
    best = np.mean([np.bincount(place, minlength=11).max() / len(said) for place in said.T])
    assert DATES.chance().accuracy == pytest.approx(best, abs=0.01)
    # All days are equally often, so the surprise of a whole date is the logarithm of their number.
    assert translation.by_prefix().loss == pytest.approx(math.log(36_525) / 10, rel=1e-9)
    assert DATES.chance().loss > translation.by_prefix().loss
    assert DATES.chance().accuracy < translation.by_prefix().accuracy < 0.6


def test_the_rules_are_measured_on_held_out_texts_character_by_character():
    assert DATES.baselines()["rules, no network"].accuracy == 1
    assert all(date_rules.by_rules(p.source) == p.target for p in translation.held_out((6, 29), 1000))


def test_the_accuracy_of_a_training_is_over_all_its_lengths():
    class Short(nn.Module):
        """Right where the text has 12 characters or fewer, and says 0 otherwise."""

        def forward(self, ids):
            _, targets = translation.rows(translation.held_out((6, 29)))
            assert targets.shape == ids.shape
            outputs = certain(DATES, targets)
            long = (ids != PAD_ID).sum(1) > 12 + 10
            outputs[long] = always(DATES, 0, targets[long])
            return outputs

    pairs = translation.held_out((6, 29))
    rights = [10 if len(pair.source) <= 12 else pair.target.count("0") for pair in pairs]
    assert DATES.accuracy(Short(), (6, 29)) == pytest.approx(np.mean(rights) / 10)
    shorts = [len(pair.source) <= 12 for pair in pairs]
    assert DATES.further(Short(), (6, 29)) == (Measure("whole dates", pytest.approx(np.mean(shorts))),)  # type: ignore[arg-type]


def test_an_example_shows_text_arrow_and_date_with_the_right_character_after_each():
    found = DATES.example(17, seeded(1))
    arrow = found.tokens.index("→")
    assert arrow == 17
    assert set(found.targets[:arrow]) == {""}
    assert "".join(found.targets[arrow:]) == "".join(found.tokens[arrow + 1 :]) + found.targets[-1]
    date.fromisoformat("".join(found.targets[arrow:]))


def test_an_lstm_learns_the_short_spellings_in_seconds():
    run = Run("dates", "LSTM", 48, batch=32, steps=400, every=400, learning_rate=0.02, lengths=(8, 8))
    *_, last = train(run)
    assert last.accuracy > translation.by_prefix().accuracy + 0.25


# ---- temperature -----------------------------------------------------------------------------------------------------


def test_windows_for_training_and_for_measuring_are_cut_from_different_years():
    values = generated("hourly").values
    x, after = TEMPERATURE.batch(300, (24, 24), seeded())
    assert x.shape == (300, 24, 1)
    torch.testing.assert_close(x[:, 1:, 0], after[:, :-1])
    for row, last in zip(x[:20, :, 0], after[:20, -1], strict=True):
        places = np.flatnonzero(np.isclose(values[: len(values) - 24], row[0].item(), atol=1e-4))
        starts = [p for p in places if np.allclose(values[p : p + 24], row, atol=1e-4)]
        assert any(p + 24 < temperature.LEARNED and math.isclose(values[p + 24], last, abs_tol=1e-4) for p in starts)
    for length in TEMPERATURE.tested:
        starts = temperature.held_out_starts(length)
        assert starts[0] >= temperature.LEARNED
        assert starts[-1] + length < len(values)


def test_the_answer_after_the_last_hour_is_scored_and_every_answer_counts_in_the_loss():
    x, after = TEMPERATURE.held_out(24)
    spread = generated("hourly").values[: temperature.LEARNED].std()
    off = torch.linspace(-3, 2.9, len(x))[:, None].expand_as(after)
    outputs = (after + off)[..., None]
    assert share(TEMPERATURE, outputs, after) == pytest.approx((off[:, -1].abs() < 1).double().mean())
    assert TEMPERATURE.loss(outputs, after).item() == pytest.approx((off**2).mean().item() / spread**2, rel=1e-5)
    outputs[:, :-1] += 100
    assert share(TEMPERATURE, outputs, after) == pytest.approx((off[:, -1].abs() < 1).double().mean())


def test_the_baselines_are_those_of_the_page():
    x, after = TEMPERATURE.held_out(24)
    past, truth = x[..., 0].double().numpy(), after[:, -1].double().numpy()
    for name, said in {"last value": past[:, -1], "same hour yesterday": same_last_season(past, 1, 24)[:, 0]}.items():
        expected = (np.abs(said - truth) < 1).mean()
        assert TEMPERATURE.baselines()[name].accuracy == pytest.approx(expected), name
    values = generated("hourly").values[: temperature.LEARNED]
    rows = np.array([[*values[k : k + 24], 1] for k in range(len(values) - 24)])
    weights = np.linalg.lstsq(rows, values[24:], rcond=None)[0]
    linear = past @ weights[:24] + weights[24]
    assert TEMPERATURE.baselines()["linear autoregression"].accuracy == pytest.approx(
        (np.abs(linear - truth) < 1).mean()
    )


def test_chance_always_says_the_mean_and_the_linear_baseline_is_the_best():
    _, after = TEMPERATURE.held_out(24)
    mean = float(generated("hourly").values[: temperature.LEARNED].mean())
    outputs = torch.full((*after.shape, 1), mean)
    chance, baselines = TEMPERATURE.chance(), TEMPERATURE.baselines()
    assert share(TEMPERATURE, outputs, after) == pytest.approx(chance.accuracy)
    assert TEMPERATURE.loss(outputs, after).item() == pytest.approx(chance.loss, rel=1e-4)
    best = max(baselines.values(), key=lambda marks: marks.accuracy)
    assert best is baselines["linear autoregression"]
    assert best.loss == min(marks.loss for marks in baselines.values())


def test_nobody_knows_what_a_perfect_forecast_scores():
    assert math.isnan(TEMPERATURE.perfect.accuracy)
    assert math.isnan(TEMPERATURE.perfect.loss)


def test_a_network_reads_and_says_degrees_and_its_layer_numbers_of_a_usual_size():
    model: Any = TEMPERATURE.network(Run("temperature", "LSTM", 4), seeded())
    x, _ = TEMPERATURE.held_out(24)
    with torch.no_grad():
        inside = TEMPERATURE.vectors(model, x)
        assert abs(inside.mean()) < 0.3
        assert 0.8 < inside.std() < 1.2
        mean, spread = temperature.scale()
        expected = mean + spread * model.head(model.recurrent(inside)[0])
        torch.testing.assert_close(model(x), expected)
        (error,) = TEMPERATURE.further(model, (24, 24))
        off = (model(x)[:, -1, 0] - TEMPERATURE.held_out(24)[1][:, -1]).abs().mean().item()
    assert error.value == pytest.approx(off)
    assert str(error) == f"mean |error| {off:.2f} °C"


def test_a_forecaster_of_another_input_size_is_refused():
    with pytest.raises(ValueError, match="inputs is 2, expected 1"):
        TEMPERATURE.network(Run("temperature", inputs=2), seeded())


def test_a_forecaster_soon_passes_the_last_value():
    *_, last = train(Run("temperature", "LSTM", 32, batch=64, steps=300, every=300, keep_bias=1.0))
    assert last.accuracy > TEMPERATURE.baselines()["last value"].accuracy + 0.1


# ---- all of them in the lab --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["entities", "entities_both_ways", "dates", "temperature"])
def test_a_task_has_its_measures_in_the_lab(name):
    run = Run(name, "GRU", 4, batch=4, steps=1, every=1)
    *_, last = train(run)
    found = probe.measures(run, last)
    assert found
    assert all(math.isfinite(measure.value) for measure in found)
    assert probe.measures(Run("parity", steps=0), next(train(Run("parity", steps=0)))) == ()


@pytest.mark.parametrize("name", ["entities", "dates", "temperature"])
def test_a_preset_trains_the_three_cells_by_their_recipes_and_names_what_to_beat(name):
    preset = PRESETS[name]
    assert preset.runs == tuple(RECIPES[name, cell] for cell in ("RNN", "GRU", "LSTM"))
    baselines = TASKS[name].baselines()
    told = {"entities": "a word's most frequent tag", "temperature": "linear autoregression"}.get(name)
    if told:
        assert f"{baselines[told].accuracy:.0%}".replace("%", " %") in preset.note
    else:
        assert "Rules written by hand" in preset.note
