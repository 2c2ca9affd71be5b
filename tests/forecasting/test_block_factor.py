"""Bounds of dependent errors hold later ones as often as they say, by errors of other times."""

import copy

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import PoissonRegressor, Ridge

from sklstm import Forecaster
from sklstm.forecasting._block_factor import block_factor, relative_errors
from sklstm.forecasting._conformal import offsets

ALPHA = 0.2


def bound_by_hand(errors, alpha, side):
    """The error of the conformal rank, from above or from below."""
    ordered = np.sort(errors[~np.isnan(errors)])
    rank = int(np.ceil((len(ordered) + 1) * (1 - alpha / 2) - 1e-9))
    return ordered[rank - 1] if side > 0 else ordered[-rank]


@pytest.mark.parametrize("away", [0.0, 0.7])
def test_errors_are_relative_to_bounds_by_those_of_other_times(away, rng):
    steps, n = 3, 45
    errors = rng.normal(size=(n, steps, 1))
    errors[[4, 20], 1] = np.nan
    below, above = errors + away, errors - 2 * away  # quantiles lie so far from the forecast
    blocks = relative_errors(errors, below, above if away else below, ALPHA)
    if not away:
        above = below
    assert [len(block) for block in blocks] == [5] * 9
    found = np.concatenate(blocks)
    for row, step in np.ndindex(n, steps):
        begin = row // 5 * 5
        others = [k for k in range(n) if k < begin - (steps - 1) or k >= begin + 5]
        error = errors[row, step, 0]
        if error > 0:
            bound = bound_by_hand(above[others, step, 0], ALPHA, 1) + (error - above[row, step, 0])
        else:
            bound = bound_by_hand(below[others, step, 0], ALPHA, -1) + (error - below[row, step, 0])
        assert found[row, step, 0] == pytest.approx(error / bound, nan_ok=True)


def test_bounds_of_overlapping_errors_hold_the_next_ones(rng):
    steps, n, n_series = 12, 48, 300
    covered = {"as they are": [], "by the factor": []}
    shocks = np.cumsum(rng.normal(size=(n_series, n + 3 * steps)), axis=1)
    ahead = np.arange(1, steps + 1)
    origins = np.arange(n + 2 * steps)
    errors = shocks[:, origins[:, np.newaxis] + ahead] - shocks[:, origins, np.newaxis]
    known, later = errors[:, :n, :, np.newaxis], errors[:, n + steps]
    blocks = [block for one in known for block in relative_errors(one, one, one, ALPHA)]
    factor = block_factor(blocks, ALPHA)
    for one, next_one in zip(known, later, strict=True):
        low, high = offsets(one, ALPHA)[..., 0]
        covered["as they are"].append((low <= next_one) & (next_one <= high))
        low, high = factor * low, factor * high
        covered["by the factor"].append((low <= next_one) & (next_one <= high))
    shares = {name: np.mean(found) for name, found in covered.items()}
    assert shares["as they are"] < 1 - ALPHA - 0.03
    assert shares["by the factor"] == pytest.approx(1 - ALPHA, abs=0.04)


def test_few_blocks_tell_nothing(rng):
    blocks = list(rng.exponential(size=(60, 10, 2, 1)))
    together = np.sort(np.ravel(blocks))
    assert block_factor(blocks, 0.1) == together[int(0.9 * len(together)) - 1] != 1
    assert block_factor(blocks[:49], 0.1) == 1
    assert block_factor([np.full((10, 2, 1), np.inf)] * 50, 0.1) == 1


@pytest.fixture(scope="module")
def panel():
    rng = np.random.default_rng(0)
    steps = np.cumsum(rng.normal(size=(8, 200)), axis=1)
    parts = {key: pd.Series(values, name="y") for key, values in enumerate(steps)}
    return pd.concat(parts, names=["id", "time"]).to_frame()


def test_a_factor_for_all_series_whichever_are_asked_for(panel):
    forecaster = Forecaster(Ridge(), 4, horizon=5, by="id").fit(panel)
    found = forecaster.forecast(level=0.8)
    pd.testing.assert_frame_equal(forecaster.forecast(level=0.8, series=3), found.loc[[3]])
    older = copy.copy(forecaster)
    del older._corrects_coverage  # as in a file of old
    before = older.forecast(level=0.8)
    width, as_it_was = (one["upper"] - one["prediction"] for one in (found, before))
    factor = (width / as_it_was).to_numpy()
    np.testing.assert_allclose(factor, factor[0])
    assert factor[0] != pytest.approx(1, abs=0.005)
    few = panel.loc[[0, 1]].reset_index()
    pair = Forecaster(Ridge(), 4, horizon=5, by="id").fit(few.set_index(["id", "time"]))
    plain = copy.copy(pair)
    del plain._corrects_coverage
    pd.testing.assert_frame_equal(pair.forecast(level=0.8), plain.forecast(level=0.8))


def test_paths_of_errors_are_as_wide(panel):
    forecaster = Forecaster(Ridge(), 4, horizon=5, by="id", strategy="direct").fit(panel)
    older = copy.copy(forecaster)
    del older._corrects_coverage
    now, before = (one.sample_paths(n_paths=20, random_state=0) for one in (forecaster, older))
    point = forecaster.forecast()["prediction"]
    factor = now.sub(point, axis=0) / before.sub(point, axis=0)
    np.testing.assert_allclose(factor, factor.iloc[0, 0], rtol=1e-6)
    assert factor.iloc[0, 0] != pytest.approx(1, abs=0.005)


@pytest.mark.parametrize(("n_rows", "n_newest"), [(50, 21), (60, 30), (100, 42), (400, 80)])
def test_the_rows_that_calibrate_hold_a_season_and_the_horizon_twice(n_rows, n_newest):
    """Unless fewer than 24 + 4 + 1 would be left to learn from."""
    wave = np.sin(np.arange(n_rows) * np.pi / 12)
    asked = {"lookback": 4, "horizon": 9, "scaling": "seasonal_difference", "season": 24}
    forecaster = Forecaster(Ridge(), **asked).fit(wave)
    assert forecaster._n_newest == {None: n_newest}
    assert forecaster._calibrator.features.lookback == 4  # there is one


def test_bounds_of_counts_are_not_negative(rng):
    counts = rng.poisson(1.0, size=200)
    found = Forecaster(PoissonRegressor(), 5).fit(counts).forecast(3, level=0.9)
    assert (found["lower"] == 0).all()
    assert (found["upper"] > found["prediction"]).all()
