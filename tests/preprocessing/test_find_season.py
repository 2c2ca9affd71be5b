"""`find_season` on series whose season is known, and on series that have none."""

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

from sklstm import find_season
from sklstm.preprocessing import _find_season, season_of
from sklstm.preprocessing._find_season import _autocorrelation


def seasonal(season, n_rows, seed=0, noise=0.5):
    t, rng = np.arange(n_rows), np.random.default_rng(seed)
    pattern = 2 * rng.normal(size=season)
    return 0.02 * t + pattern[t % season] + noise * rng.normal(size=n_rows)


@pytest.mark.parametrize(
    ("freq", "season"),
    [
        ("D", 7), ("h", 24), ("30min", 48), ("15min", 96), ("W", 52), ("W-WED", 52), ("MS", 12),
        ("ME", 12), ("BME", 12), ("QS", 4), ("QE-NOV", 4), ("B", 5), ("6h", 4), ("2MS", 6),
        ("min", 60),
    ],
)  # fmt: skip
def test_the_calendar_names_the_candidates(freq, season):
    index = pd.date_range("2001-01-01", periods=8 * season, freq=freq)
    assert find_season(pd.Series(seasonal(season, len(index)), index=index)) == season


@pytest.mark.parametrize(("freq", "season"), [("M", 12), ("Q", 4), ("D", 7), ("h", 24), ("W", 52)])
def test_periods_have_a_calendar_too(freq, season):
    index = pd.period_range("2001-01-01", periods=8 * season, freq=freq)
    assert find_season(pd.Series(seasonal(season, len(index)), index=index)) == season


@pytest.mark.parametrize("season", [3, 5, 12, 24, 40])
def test_without_a_calendar_all_lags_are_searched(season):
    assert find_season(seasonal(season, 400, noise=0.2)) == season
    assert find_season(np.sin(np.arange(400) * 2 * np.pi / season)) == season


def test_a_week_of_hours_is_found_where_days_differ():
    hours = pd.date_range("2024-01-01", periods=24 * 7 * 6, freq="h")
    load = np.sin(hours.hour * 2 * np.pi / 24) + 3 * (hours.day_of_week >= 5)
    assert find_season(pd.Series(load.to_numpy(), index=hours)) == 168


def hours_of(weeks, weekend, rng):
    """Hours of a daily pattern that weekends change by some of its size, and of noise."""
    hours = pd.date_range("2024-01-01", periods=168 * weeks, freq="h")
    day = 2 * rng.normal(size=24)[hours.hour]
    load = day * np.where(hours.day_of_week >= 5, 1 - weekend, 1.0)
    return pd.Series(load + 0.5 * rng.normal(size=len(hours)), index=hours)


@pytest.mark.parametrize(("weekend", "season"), [(0.0, 24), (1.0, 168), (1.5, 168)])
def test_hours_have_the_season_of_a_week_where_weekends_tell(weekend, season, rng):
    series = hours_of(8, weekend, rng)
    assert find_season(series) == season
    # What a day and a week have in common, such as a slow trend, decides nothing.
    assert find_season(series + np.linspace(0, 30, len(series))) == season


def test_autocorrelations_of_two_seasons_are_those_of_one_detrended_series(rng):
    series = hours_of(8, 0.5, rng).to_numpy()
    trend = pd.Series(series).rolling(169, center=True)
    weights = np.r_[0.5, np.ones(167), 0.5] / 168
    rest = (series - trend.apply(lambda rows: rows @ weights, raw=True).to_numpy())[84:-84]
    rest -= np.polynomial.Polynomial.fit(np.arange(len(rest)), rest, 2)(np.arange(len(rest)))
    for lag in (24, 168):
        expected = (rest[lag:] @ rest[:-lag]) / (rest @ rest) * len(rest) / (len(rest) - lag)
        found, n_pairs = _autocorrelation([series], lag, 168)
        assert found == pytest.approx(expected, rel=1e-9)
        assert n_pairs == len(rest) - lag


def test_a_season_is_one_that_half_of_the_series_have_rows_for(rng):
    long, short = hours_of(8, 1.0, rng), hours_of(1, 1.0, rng)
    assert season_of([(s.to_numpy()[:, None], s.index) for s in (long, long, short)]) == 168
    assert season_of([(s.to_numpy()[:, None], s.index) for s in (long, short, short)]) == 24


@pytest.mark.parametrize("kind", ["white noise", "random walk", "autoregression"])
def test_chance_has_no_season_but_for_few_cases(kind):
    make = {
        "white noise": lambda e: e,
        "random walk": np.cumsum,
        "autoregression": lambda e: lfilter([1], [1, -0.8], e),
    }[kind]
    months = pd.period_range("2001-01", periods=120, freq="M")
    by_calendar, searched = 0, 0
    for seed in range(100):
        series = make(np.random.default_rng(seed).normal(size=120))
        by_calendar += find_season(pd.Series(series, index=months)) > 1
        searched += find_season(series) > 1
    assert by_calendar <= 20
    assert searched <= 20


def test_units_missing_values_and_more_columns_change_nothing():
    series = seasonal(12, 300)
    for unit in (1e-200, 1e200):
        assert find_season(unit * series) == 12
    gaps = series.copy()
    gaps[np.random.default_rng(0).random(300) < 0.2] = np.nan
    assert find_season(gaps) == 12
    assert find_season(np.stack([series, seasonal(12, 300, seed=1)], axis=1)) == 12


@pytest.mark.parametrize("freq", ["M", "Q", "W", None])
def test_a_parabola_has_no_season(freq):
    for n_rows in (12, 40, 60, 120):
        index = None if freq is None else pd.period_range("1990-01", periods=n_rows, freq=freq)
        for values in ((np.arange(n_rows) + 3.0) ** 2, 1e9 - np.arange(n_rows) ** 2):
            assert find_season(pd.Series(values, index=index)) == 1


@pytest.mark.parametrize(("freq", "n_rows"), [("M", 40), ("M", 120), ("Q", 40), (None, 40)])
def test_growth_by_some_per_cent_has_no_season_but_for_few_cases(freq, n_rows):
    index = None if freq is None else pd.period_range("1990-01", periods=n_rows, freq=freq)
    n_found = 0
    for seed in range(40):
        steps = 0.01 + 0.002 * np.random.default_rng(seed).normal(size=n_rows)
        n_found += find_season(pd.Series(np.exp(np.cumsum(steps)), index=index)) > 1
    assert n_found <= 8


@pytest.mark.parametrize(("freq", "season"), [("M", 12), ("Q", 4)])
def test_a_season_on_top_of_growth_is_found(freq, season):
    index = pd.period_range("1990-01", periods=120, freq=freq)
    growth = np.exp(0.03 * np.arange(120))
    assert find_season(pd.Series(growth * (10 + seasonal(season, 120)), index=index)) == season


@pytest.mark.parametrize("series", [[1.0], [1.0, 2.0, 1.0], np.ones(50), np.full(50, np.nan)])
def test_what_shows_no_season_has_none(series):
    assert find_season(series) == 1


def test_rows_out_of_order_are_refused():
    days = pd.date_range("2024-01-01", periods=30)[::-1]
    with pytest.raises(ValueError, match="The index of series is not sorted"):
        find_season(pd.Series(np.arange(30.0), index=days))


def test_windows_are_no_series(rng):
    with pytest.raises(ValueError, match="must be a series of shape .* got an array of 3 dim"):
        find_season(rng.normal(size=(30, 4, 1)))


@pytest.mark.parametrize(("n_rows", "season"), [(40, 7), (900, 24), (5000, 168), (7000, 365)])
def test_moving_averages_of_short_and_of_long_series_are_the_same(monkeypatch, n_rows, season):
    column = np.random.default_rng(0).normal(size=n_rows).cumsum()
    columns, found = [column / np.abs(column).max()], []
    for least in (0, np.inf):
        monkeypatch.setattr(_find_season, "_MANY_PRODUCTS", least)
        found.append(_autocorrelation(columns, season))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9)
