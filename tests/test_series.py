"""The generated series: equal seeds, equal numbers; a day, a year, growth; and the season is found."""

import numpy as np
import pytest

from models.series import GENERATED, autoregressive, generated, hourly, monthly, season_of


def test_equal_seeds_give_equal_series_and_others_do_not():
    for make in (hourly, monthly):
        assert np.array_equal(make(3, 200), make(3, 200))
        assert not np.array_equal(make(3, 200), make(4, 200))


def test_the_days_of_the_temperature_are_warmest_in_the_afternoon_and_summer_is_warmer():
    values = generated("hourly").values
    days = values.reshape(-1, 24).mean(0)
    assert 13 <= days.argmax() <= 17
    year = values[: 365 * 24].reshape(365, 24).mean(1)
    assert year[180:240].mean() - year[:60].mean() > 12


def test_the_clouds_multiply_the_day():
    days = generated("hourly").values.reshape(-1, 24)
    swing = np.ptp(days, axis=1)
    assert np.quantile(swing, 0.9) > 2 * np.quantile(swing, 0.1)


def test_the_months_grow_and_repeat():
    values = generated("monthly").values
    years = values.reshape(12, 12)
    assert (np.diff(years.mean(1)) > 0).all()
    assert set(years.argmax(1)) <= {6, 7}


def test_a_series_cannot_be_changed_by_who_looks_at_it():
    with pytest.raises(ValueError, match="read-only"):
        generated("hourly").values[0] = 0


def test_the_noise_has_the_memory_that_it_is_given():
    noise = autoregressive(np.random.default_rng(0), 200_000, 5.0)
    assert noise.std() == pytest.approx(1, abs=0.02)
    assert np.corrcoef(noise[:-1], noise[1:])[0, 1] == pytest.approx(np.exp(-1 / 5), abs=0.01)


@pytest.mark.parametrize(("name", "season"), [("hourly", 24), ("monthly", 12)])
def test_the_season_is_found(name, season):
    assert season_of(generated(name).values) == generated(name).season == season


@pytest.mark.parametrize("seed", range(8))
def test_a_random_walk_has_no_season(seed):
    assert season_of(np.random.default_rng(seed).standard_normal(300).cumsum()) == 1


def test_a_line_and_a_constant_have_no_season():
    assert season_of(np.arange(100.0)) == season_of(np.ones(100)) == season_of(np.arange(3.0)) == 1


def test_what_there_is_not_is_refused():
    with pytest.raises(KeyError, match="name is 'weekly', expected one of hourly, monthly"):
        generated("weekly")
    for make in (hourly, monthly):
        with pytest.raises(ValueError, match="is 0, expected 1 or more"):
            make(0, 0)
    assert GENERATED == ("hourly", "monthly")
