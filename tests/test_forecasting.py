"""Networks that forecast: against torch by hand, shipped weights give their facts, and the known results hold."""

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from models import zoo
from models.backtest import Backtest, longest_window
from models.baselines import Errors
from models.forecasters import (
    CUTS,
    FORECASTERS,
    HOURLY,
    MONTHLY,
    YEAR,
    by_seed,
    day_ahead,
    errors,
    facts,
    held_out,
    load,
    make,
    measured,
    month_ahead,
    monthly_name,
    past,
)
from models.forecasting import KINDS, SCALINGS, STRATEGIES, Fitting, Recipe, Scale, fit, network, read, shapes
from models.series import generated
from models.windows import windows

RECURRENT = [kind for kind in KINDS if kind != "dense"]
TINY = Recipe("GRU", "direct", 5, 3, 4, batch=8, updates=6)
WAVE = 10 + 3 * np.sin(np.arange(200) / 3)


# ---- networks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RECURRENT)
def test_a_recurrent_network_says_what_its_last_state_says(kind):
    net: Any = network(dataclasses.replace(TINY, kind=kind))
    net.initialise(torch.Generator().manual_seed(0))
    z = torch.randn(2, 5, generator=torch.Generator().manual_seed(1))
    h, state = torch.empty(0), None
    for step in range(5):
        h, state = net.recurrent(z[:, step, None, None], state)
    assert torch.allclose(net(z), h[:, 0] @ net.head.weight.T + net.head.bias, atol=1e-6)


def test_a_dense_network_is_two_matrices():
    net: Any = network(dataclasses.replace(TINY, kind="dense"))
    net.initialise(torch.Generator().manual_seed(0))
    z = torch.randn(2, 5, generator=torch.Generator().manual_seed(1))
    hidden = (z @ net.hidden.weight.T + net.hidden.bias).clamp(min=0)
    assert torch.allclose(net(z), hidden @ net.head.weight.T + net.head.bias, atol=1e-6)


@pytest.mark.parametrize("kind", RECURRENT)
def test_a_decoder_starts_from_the_encoders_state_and_reads_its_own_forecasts(kind):
    recipe = dataclasses.replace(TINY, kind=kind, strategy="encoder-decoder")
    model = fit(recipe, WAVE)
    found = read(model, WAVE[:5])
    assert found.decoder is not None
    assert found.decoder.steps == 3
    assert np.allclose(found.decoder.start["h"], found.encoder["h"][-1], atol=1e-6)
    said = found.decoder["h"] @ model.net.head.weight.numpy().T + model.net.head.bias.numpy()
    assert np.allclose(said[:, 0] * model.scale.unit + model.scale.zero, found.forecast, atol=1e-4)


def test_one_step_fed_back_is_the_network_again_and_again():
    model = fit(dataclasses.replace(TINY, strategy="fed back"), WAVE)
    window, said = WAVE[:5].copy(), []
    for _ in range(3):
        with torch.no_grad():
            z = torch.tensor((window[None] - model.scale.zero) / model.scale.unit, dtype=torch.float32)
            said.append(model.net(z).item() * model.scale.unit + model.scale.zero)
        window = np.append(window[1:], said[-1])
    assert np.allclose(model.forecast(WAVE[None, :5])[0], said, atol=1e-4)


@pytest.mark.parametrize("kind", RECURRENT)
def test_the_head_says_a_forecast_after_every_value_and_the_last_one_is_the_forecast(kind):
    model = fit(dataclasses.replace(TINY, kind=kind), WAVE)
    found = read(model, WAVE[:5])
    assert found.says is not None
    assert found.says[-1] == pytest.approx(found.forecast[0], abs=1e-5)
    assert found.encoder.steps == 5


def test_a_dense_network_has_no_steps_to_read():
    with pytest.raises(ValueError, match="the network is dense"):
        read(fit(dataclasses.replace(TINY, kind="dense"), WAVE), WAVE[:5])


def test_relative_to_its_last_value_a_window_is_the_same_on_every_level():
    model = fit(dataclasses.replace(TINY, scaling="window"), WAVE)
    assert np.allclose(model.forecast(WAVE[None, :5] + 1000), model.forecast(WAVE[None, :5]) + 1000, atol=1e-3)


def test_scales_say_what_they_subtract():
    whole = np.array([0.0, 2, 4, 10])
    assert Scale.of("past", whole[:3], whole) == Scale(2.0, float(np.std([0, 2, 4])), to_window=False)
    assert Scale.of("range", whole[:3], whole) == Scale(0.0, 10.0, to_window=False)
    assert Scale.of("window", whole[:3], whole).base(np.array([[1.0, 7.0]])).tolist() == [[7.0]]
    assert Scale.of("past", np.ones(3), np.ones(3)).unit == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kind": "CNN"}, "kind is 'CNN', expected one of dense, RNN"),
        ({"strategy": "magic"}, "strategy is 'magic'"),
        ({"scaling": "log"}, "scaling is 'log'"),
        ({"kind": "dense", "strategy": "encoder-decoder"}, "expected another for a dense network"),
        ({"length": 0}, "length is 0, expected 1 or more"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0, expected more than 0"),
    ],
)
def test_a_recipe_with_a_wrong_value_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(TINY, **wrong)


def test_windows_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"inputs have shape \(1, 4\), expected \(N, 5\)"):
        fit(TINY, WAVE).forecast(WAVE[None, :4])


# ---- training --------------------------------------------------------------------------------------------------------


def test_equal_recipes_give_equal_networks_and_other_seeds_do_not():
    one, two = fit(TINY, WAVE), fit(TINY, WAVE)
    other = fit(dataclasses.replace(TINY, seed=1), WAVE)
    inputs = windows(WAVE, 5, 3)[0]
    assert np.array_equal(one.forecast(inputs), two.forecast(inputs))
    assert not np.array_equal(one.forecast(inputs), other.forecast(inputs))


def test_training_goes_on_one_update_at_a_time_and_ends():
    fitting = Fitting(TINY, WAVE)
    while not fitting.done:
        fitting.update()
    assert fitting.step == len(fitting.losses) == 6
    with pytest.raises(RuntimeError, match="done after 6 updates"):
        fitting.update()


def test_a_network_taken_out_in_the_middle_does_not_change_any_more():
    fitting = Fitting(TINY, WAVE)
    fitting.update()
    model = fitting.model()
    before = model.forecast(WAVE[None, :5])
    fitting.update()
    assert np.array_equal(model.forecast(WAVE[None, :5]), before)
    assert not np.array_equal(fitting.model().forecast(WAVE[None, :5]), before)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_learns_a_wave(kind):
    model = fit(Recipe(kind, "direct", 12, 4, 8, batch=32, updates=300), WAVE[:150])
    inputs, targets = windows(WAVE[150:], 12, 4)
    assert Errors.of(model.forecast(inputs), targets).absolute.max() < 0.6


# ---- shapes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RECURRENT)
@pytest.mark.parametrize("sequences", [False, True])
def test_the_shapes_are_those_of_the_lecture(kind, sequences):
    inputs, _ = windows(np.arange(100.0), 24, 24)
    found, off = shapes(kind, inputs, 24, 32, sequences=sequences)
    by_name = {shape.name: shape.shape for shape in found}
    assert by_name["x"] == (53, 24, 1)
    assert by_name["output"] == (53, 24, 32)
    assert by_name["h_n"] == (1, 53, 32)
    assert ("c_n" in by_name) == (kind == "LSTM")
    assert by_name["y"] == ((53, 24, 24) if sequences else (53, 24))
    assert off == 0


def test_a_dense_network_has_no_axis_of_time():
    found, _ = shapes("dense", windows(np.arange(100.0), 24, 1)[0], 1, 32, sequences=True)
    assert [shape.shape for shape in found] == [(76, 24), (76, 32), (76, 1)]


# ---- what ships ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORECASTERS)
def test_shipped_weights_give_the_documented_errors(name):
    for each, model in load(name).items():
        written, found = facts(name)["errors"][each], measured(model, FORECASTERS[name].series)
        for kind in ("absolute", "squared"):
            assert found[kind] == pytest.approx(written[kind], rel=1e-3), each


@pytest.mark.parametrize("name", FORECASTERS)
def test_a_file_is_small_names_its_recipe_and_is_made_by_the_zoo(name):
    assert (zoo.CHECKPOINTS / f"{name}.safetensors").stat().st_size <= 200_000
    assert {each: Recipe(**recipe) for each, recipe in facts(name)["recipes"].items()} == FORECASTERS[name].recipes
    assert zoo.ELSEWHERE[name] == "models.forecasters"
    assert facts(name)["command"] == f"python -m models.zoo {name}"


def test_making_a_file_twice_gives_equal_files(tmp_path, monkeypatch):
    short = {each: dataclasses.replace(recipe, updates=3) for each, recipe in FORECASTERS[MONTHLY].recipes.items()}
    monkeypatch.setitem(FORECASTERS, MONTHLY, dataclasses.replace(FORECASTERS[MONTHLY], recipes=short))
    for folder in ("one", "two"):
        make(MONTHLY, tmp_path / folder)
    files = [(tmp_path / folder / f"{MONTHLY}.safetensors").read_bytes() for folder in ("one", "two")]
    assert files[0] == files[1]


def test_the_seed_that_ships_is_among_those_that_were_compared(monkeypatch):
    for name in HOURLY.values():
        known = facts(name)
        assert known["seeds"]["0"] == pytest.approx(np.mean(known["errors"]["direct"]["absolute"]), abs=1e-6)
    monkeypatch.setattr("models.forecasters.SEEDS", (0, 5))
    found = by_seed(fit(Recipe("dense", "direct", 24, 24, 4, updates=2), past("hourly")))
    assert found["0"] != found["5"]


def test_a_file_that_there_is_not_is_refused():
    with pytest.raises(KeyError, match="name is 'forecasting-cnn', expected one of forecasting-dense"):
        facts("forecasting-cnn")


def test_nobody_learned_from_what_is_held_out():
    for series, (length, horizon) in {"hourly": (24, 24), "monthly": (12, 1)}.items():
        inputs, targets = held_out(series, length, horizon)
        values = generated(series).values
        assert len(past(series)) == CUTS[series]
        assert targets[0, 0] == values[CUTS[series]]
        assert inputs[0, -1] == past(series)[-1]
        assert targets[-1, -1] == values[-1]


# ---- the known results -----------------------------------------------------------------------------------------------


def test_24_hours_ahead_no_recurrent_network_beats_the_dense_one_by_more_than_a_seed():
    seeds = {kind: facts(name)["seeds"].values() for kind, name in HOURLY.items()}
    assert all(max(seeds[kind]) > min(seeds["dense"]) for kind in RECURRENT)


def test_every_network_beats_the_baselines_in_the_mean_and_linear_beats_the_recurrent_ones_one_hour_ahead():
    simple = errors("hourly", 24, 24)
    for kind, name in HOURLY.items():
        error = facts(name)["errors"]["direct"]["absolute"]
        assert np.mean(error) < simple["linear"].absolute.mean() < simple["season ago"].absolute.mean()
        assert kind == "dense" or error[0] > simple["linear"].absolute[0]


def test_the_famous_lstm_is_the_series_shifted_by_one_and_the_last_value_is_better():
    found = month_ahead("LSTM", 1, "range")
    assert found.off("LSTM") > found.off("last value")
    assert found.off_shifted("LSTM") < 0.6 * found.off("LSTM")
    assert found.off_shifted("last value") == 0


def test_with_twelve_months_linear_autoregression_beats_every_network():
    linear = month_ahead("LSTM", YEAR, "window").off("linear")
    for kind in ("dense", "LSTM"):
        for scaling in SCALINGS:
            for length in (1, YEAR):
                assert monthly_name(kind, length, scaling) in FORECASTERS[MONTHLY].recipes
                assert month_ahead(kind, length, scaling).off(kind) > linear


def test_the_scale_decides_whether_an_lstm_follows_a_growing_series():
    off = {scaling: month_ahead("LSTM", YEAR, scaling).off("LSTM") for scaling in SCALINGS}
    assert off["window"] < 0.5 * off["range"] < 0.5 * off["past"]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_day_ahead_is_said_by_all_who_can(strategy):
    said, window, truth = day_ahead(strategy, 100)
    assert window.shape == truth.shape == (24,)
    assert ("dense" in said) == (strategy != "encoder-decoder")
    assert {"last value", "season ago", "linear", *RECURRENT} <= set(said)
    assert said["season ago"].tolist() == window.tolist()
    inputs, targets = held_out("hourly", 24, 24)
    assert np.array_equal(window, inputs[100])
    assert np.array_equal(truth, targets[100])


# ---- backtest --------------------------------------------------------------------------------------------------------


def test_a_backtest_holds_out_the_last_fifth_and_forecasts_from_before():
    test = Backtest(np.arange(100.0), 1, 4, 3)
    assert test.cut == 80
    assert test.past.tolist() == list(range(80))
    places, said = test.recent({"echo": lambda inputs: np.repeat(inputs[:, -1:], 3, 1)}, 3)
    assert places.tolist() == list(range(82, 100))
    assert np.array_equal(said["echo"], places - 3)


def test_the_errors_of_a_backtest_are_those_of_its_held_out_windows():
    test = Backtest(np.arange(100.0), 1, 4, 3)
    found = test.errors(test.naive)
    assert found["last value"].absolute.tolist() == [1, 2, 3]
    assert found["linear"].absolute == pytest.approx([0, 0, 0], abs=1e-9)
    assert test.beyond(test.naive)["linear"] == pytest.approx([100, 101, 102])


def test_a_backtest_that_there_cannot_be_is_refused():
    with pytest.raises(ValueError, match="The series has 49 values, expected at least 50"):
        longest_window(49)
    with pytest.raises(ValueError, match="length is 30, expected 1 to 20"):
        Backtest(np.arange(100.0), 1, 30, 3)
    with pytest.raises(ValueError, match="ahead is 4, expected 1 to 3"):
        Backtest(np.arange(100.0), 1, 4, 3).recent({}, 4)
