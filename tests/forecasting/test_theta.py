"""The Theta method, for many series at once."""

import numpy as np
import pytest

from sklstm.forecasting._theta import theta_forecasts


def by_hand(values, steps, season):
    """Forecast one series without missing rows, step by step."""
    n, season_of = len(values), np.zeros(season)
    divides = False
    if season > 1 and has_season(values, season):
        divides = (values > 0).all()
        season_of = figures(values, season, divides)
    rows = [k % season for k in range(n + steps)]
    past, ahead = (np.array([season_of[k] for k in part]) for part in (rows[:n], rows[n:]))
    adjusted = values / past if divides else values - past
    best, level = np.inf, np.nan
    for factor in np.arange(1, 11) / 10:
        smoothed, errors = adjusted[0], 0.0
        for value in adjusted[1:]:
            errors += (value - smoothed) ** 2
            smoothed = factor * value + (1 - factor) * smoothed
        if errors < best:
            best, level, rate = errors, smoothed, factor
    slope = np.polyfit(np.arange(n), adjusted, 1)[0]
    drift = [slope / 2 * (h + (1 - (1 - rate) ** n) / rate) for h in range(steps)]
    found = np.array([level + more for more in drift])
    found = found * ahead if divides else found + ahead
    return np.maximum(found, 0.0) if (values >= 0).all() else found


def has_season(values, season):
    values = values - values.mean()
    found = [(values[k:] * values[: len(values) - k]).sum() for k in range(1, season + 1)]
    found = np.array(found) / (values**2).sum()
    return abs(found[-1]) > 1.645 * np.sqrt((1 + 2 * (found[:-1] ** 2).sum()) / len(values))


def figures(values, season, divides):
    weights = np.ones(season) if season % 2 else np.array([0.5, *np.ones(season - 1), 0.5])
    half = len(weights) // 2
    found = [[] for _ in range(season)]
    for middle in range(half, len(values) - half):
        trend = values[middle - half : middle + half + 1] @ weights / season
        value = values[middle]
        found[middle % season].append(value / trend if divides else value - trend)
    found = np.array([np.mean(each) for each in found])
    return found / found.mean() if divides else found - found.mean()


def seasonal(rng, n_rows, season, *, level=50.0, trend=0.3):
    rows = np.arange(n_rows)
    return level + trend * rows + 10 * np.sin(rows * 2 * np.pi / season) + rng.normal(size=n_rows)


def below(series):
    """Put series below each other, the newest rows last."""
    rows = np.full((len(series), max(map(len, series))), np.nan)
    for row, values in zip(rows, series, strict=True):
        row[-len(values) :] = values
    return rows


@pytest.mark.parametrize("season", [1, 4, 7, 12])
@pytest.mark.parametrize("level", [50.0, 0.0], ids=["factors", "differences"])
def test_every_series_has_the_forecast_that_it_has_alone(rng, season, level):
    cycle = max(season, 5)
    series = [seasonal(rng, n, cycle, level=level) for n in (30, 47, 60)]
    series += [rng.normal(size=40).cumsum(), rng.exponential(size=33)]
    found = theta_forecasts(below(series), 9, season)
    expected = [by_hand(values, 9, season) for values in series]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_of_a_line_half_of_the_slope_goes_on():
    line = 3.0 + 2.0 * np.arange(20)  # the newest value is 41, and smoothing keeps it
    found = theta_forecasts(line[np.newaxis], 3, 1)
    np.testing.assert_allclose(found, [[42.0, 43.0, 44.0]])


@pytest.mark.parametrize("season", [4, 5])
def test_a_season_without_noise_goes_on(season):
    factors = np.linspace(0.5, 1.5, season)
    values = np.resize(100.0 * factors, 8 * season - 1)
    found = theta_forecasts(np.stack([values, values - 100.0]), season, season)
    expected = np.roll(100.0 * factors, 1)
    np.testing.assert_allclose(found, [expected, expected - 100.0], atol=1e-9)


def test_missing_rows_are_skipped(rng):
    level = np.full(40, 7.0)
    level[rng.choice(40, size=12, replace=False)] = np.nan
    np.testing.assert_allclose(theta_forecasts(level[np.newaxis], 4, 1), np.full((1, 4), 7.0))
    values = seasonal(rng, 60, 12)
    values[[3, 17, 40]] = np.nan
    found = theta_forecasts(values[np.newaxis], 12, 12)[0]
    expected = seasonal(rng, 72, 12)[60:]
    np.testing.assert_allclose(found, expected, atol=5.0)


def test_missing_newest_rows_count_as_steps():
    line = 3.0 + 2.0 * np.arange(23)
    line[20:] = np.nan  # the newest known value is 41
    found = theta_forecasts(line[np.newaxis], 2, 1)
    np.testing.assert_allclose(found, [[45.0, 46.0]])


def test_few_rows_give_nothing(rng):
    series = [rng.normal(size=n) for n in (8, 9)]  # two seasons, and a row more
    found = theta_forecasts(below(series), 2, 4)
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()
    assert np.isnan(theta_forecasts(np.full((1, 20), np.nan), 2, 4)).all()


@pytest.mark.parametrize("size", [1e-300, 1e-9, 1e9, 1e300])
def test_units_do_not_matter(rng, size):
    values = np.stack([seasonal(rng, 50, 12), rng.normal(size=50)])
    found = theta_forecasts(values * size, 6, 12)
    np.testing.assert_allclose(found / size, theta_forecasts(values, 6, 12), rtol=1e-6)


def test_amounts_do_not_become_negative():
    falling = np.linspace(30.0, 1.0, 30)
    found = theta_forecasts(np.stack([falling, falling - 30.0]), 20, 1)
    assert found[0].min() == 0.0
    assert found[1].min() < -35.0


def test_on_a_scale_of_its_own_zero_is_no_bound(rng):
    falling = np.linspace(30.0, 1.0, 30)
    found = theta_forecasts(np.stack([falling, falling + 70.0]), 20, 1, amounts=False)
    np.testing.assert_allclose(found[0], found[1] - 70.0, atol=1e-9)
    values = seasonal(rng, 60, 12)
    found = [theta_forecasts(part[np.newaxis], 6, 12, amounts=False) for part in (values, -values)]
    np.testing.assert_allclose(found[0], -found[1])


@pytest.mark.parametrize("season", [1, 12])
def test_no_bit_depends_on_other_series_or_on_what_is_in_front(rng, season):
    series = [seasonal(rng, n, 12) for n in (30, 80, 64, 51)]
    series += [rng.normal(size=70), seasonal(rng, 80, 12, level=0.0)]
    series[2][[5, 40, 63]] = np.nan
    together = theta_forecasts(below(series), 5, season)
    for number, values in enumerate(series):
        for beside in ([values], [values, series[0]]):
            alone = theta_forecasts(below(beside), 5, season)[0]
            np.testing.assert_array_equal(alone, together[number])
