"""Intervals of a higher level hold those of a lower one, asked for together or alone."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklstm import Forecaster
from sklstm.forecasting._calibrations import Calibrations
from sklstm.forecasting._nested_bounds import farther, within_each_other

LEVELS = [0.3, 0.5, 0.7, 0.8, 0.85, 0.9]


def panel_of(n_rows):
    rng, shape = np.random.default_rng(0), (20, n_rows)
    values = np.cumsum(rng.normal(size=shape), axis=1) * 0.3 + rng.standard_t(3, size=shape)
    parts = {key: pd.Series(one, name="y") for key, one in enumerate(values)}
    return pd.concat(parts, names=["id", "time"]).to_frame()


@pytest.fixture(scope="module")
def panel():
    """Series so short that levels above 85 % borrow errors."""
    return panel_of(80)


@pytest.fixture(scope="module")
def forecaster(panel):
    return Forecaster(Ridge(), 5, horizon=4, by="id").fit(panel)


def assert_nested(found):
    for inner, outer in zip(LEVELS, LEVELS[1:], strict=False):
        assert (found[f"lower_{outer}"] <= found[f"lower_{inner}"]).all(), (inner, outer)
        assert (found[f"upper_{outer}"] >= found[f"upper_{inner}"]).all(), (inner, outer)


@pytest.mark.parametrize("intervals", ["conformal", "adaptive"])
def test_intervals_of_several_levels_are_nested(forecaster, intervals):
    assert_nested(forecaster.forecast(level=LEVELS, intervals=intervals))


def test_a_level_asked_for_alone_has_the_same_interval():
    """Where no level borrows: nothing is put in order, for a factor grows with the level."""
    forecaster = Forecaster(Ridge(), 5, horizon=4, by="id").fit(panel_of(140))
    together = forecaster.forecast(level=LEVELS)
    for level in LEVELS:
        alone = forecaster.forecast(level=level)
        for side in ("lower", "upper"):
            np.testing.assert_array_equal(together[f"{side}_{level}"], alone[side])


def test_intervals_of_a_backtest_are_nested(panel):
    asked = {"cv": 2, "refit": False, "steps": 4, "level": LEVELS}
    assert_nested(Forecaster(Ridge(), 5, horizon=4, by="id").backtest(panel, **asked).forecasts)


def test_order_of_levels_does_not_matter(forecaster):
    found, backwards = (forecaster.forecast(level=asked) for asked in (LEVELS, LEVELS[::-1]))
    pd.testing.assert_frame_equal(found, backwards[found.columns])


def test_bounds_that_cross_are_rearranged():
    bounds = {
        "lower_0.8": np.array([-3.0, -np.inf]), "upper_0.8": np.array([1.0, np.inf]),
        "lower_0.5": np.array([-4.0, -1.0]), "upper_0.5": np.array([2.0, 1.0]),
    }  # fmt: skip
    found = within_each_other(bounds, ["_0.5", "_0.8"])
    assert {name: ends.tolist() for name, ends in found.items()} == {
        "lower_0.8": [-4.0, -np.inf], "upper_0.8": [2.0, np.inf],
        "lower_0.5": [-3.0, -1.0], "upper_0.5": [1.0, 1.0],
    }  # fmt: skip


def test_distances_from_forecasts_are_multiplied_on_their_own_side():
    offsets = np.array([[[-1.0], [-1.0], [2.0]], [[3.0], [3.0], [4.0]]])
    away = np.array([[[0.0], [-2.0], [0.0]], [[0.0], [1.0], [0.0]]])
    found = farther(offsets, away, np.array([2.0]))
    assert found[..., 0].tolist() == [[-2.0, -4.0, 2.0], [6.0, 7.0, 8.0]]


@pytest.mark.parametrize("n_rows", [80, 140])
def test_what_all_series_tell_is_found_once(n_rows, monkeypatch):
    """Or intervals of many series would take the square of their number."""
    read, panel = [], panel_of(n_rows)
    monkeypatch.setattr(
        Calibrations, "values", lambda self: read.append(self) or dict.values(self), raising=False
    )
    counts = []
    for n_series in (10, 20):
        forecaster = Forecaster(Ridge(), 5, horizon=4, by="id").fit(panel.loc[: n_series - 1])
        read.clear()
        forecaster.forecast(level=LEVELS)
        counts.append(len(read))
    assert counts[0] == counts[1]
