"""Where columns beside the series tell of its seasons, the regressor itself chooses the scale."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import Ridge
from sklearn.tree import DecisionTreeRegressor

import sklstm.forecasting._choose_by_regressor as module
from sklstm import Forecaster, GRURegressor
from sklstm.forecasting._choose_by_regressor import _Trial

HOURS = pd.date_range("2024-01-01", periods=24 * 40, freq="h")
TREE = DecisionTreeRegressor(min_samples_leaf=5, random_state=0)


def heated(rng, hours=HOURS):
    """Return demand that is a bent function of temperature, which varies from day to day."""
    hour = hours.hour.to_numpy()
    days = np.repeat(rng.normal(scale=6.0, size=len(hours) // 24), 24)
    warmth = 15 + 5 * np.sin(2 * np.pi * hour / 24) + days
    demand = 50 + 3 * np.abs(warmth - 15) + rng.normal(scale=0.5, size=len(hours))
    return pd.Series(demand, hours, name="demand"), pd.DataFrame({"warmth": warmth}, hours)


def test_the_scale_in_which_the_regressor_forecasts_best_is_taken(rng):
    demand, weather = heated(rng)
    known, later = demand[:-48], demand[-48:]
    chosen = Forecaster(TREE, lookback=24, horizon=24).fit(known, weather[:-48])

    by_values = Forecaster(TREE, lookback=24, horizon=24).fit(known).scaling_
    trials = chosen.scaling_trials_
    assert list(trials) == [by_values, "level", "standard"]
    assert chosen.scaling_ == min(trials, key=trials.get) != by_values

    named = Forecaster(TREE, lookback=24, horizon=24, scaling=by_values)
    named.fit(known, weather[:-48])
    found, usual = (
        np.abs(one.forecast(48, exog=weather)["prediction"] - later).mean()
        for one in (chosen, named)
    )
    assert found < 0.8 * usual


def test_calendar_columns_count_as_well_and_static_ones_do_not(rng):
    demand, _ = heated(rng)
    by_hour = Forecaster(Ridge(), lookback=24, calendar=["hour"]).fit(demand)
    assert by_hour.scaling_trials_.keys() >= {"standard", "level"}

    shops = pd.concat({"A": demand, "B": 2 * demand}, names=["shop"]).to_frame()
    sizes = pd.DataFrame({"size": [1.0, 2.0]}, pd.Index(["A", "B"], name="shop"))
    panel = Forecaster(Ridge(), lookback=24, by="shop", static_exog=["size"])
    assert panel.fit(shops, sizes).scaling_trials_ is None


@pytest.mark.parametrize("options", [{"scaling": "level"}, {"scaling": None}])
def test_nothing_is_tried_where_a_scale_is_named(rng, options):
    demand, weather = heated(rng)
    forecaster = Forecaster(Ridge(), lookback=24, **options).fit(demand, weather)
    assert forecaster.scaling_trials_ is None


def test_nothing_is_tried_without_columns_known_in_advance_or_with_few_rows(rng):
    demand, weather = heated(rng)
    assert Forecaster(Ridge(), lookback=24).fit(demand).scaling_trials_ is None
    measured = Forecaster(Ridge(), lookback=24, known_exog=None).fit(demand, weather)
    assert measured.scaling_trials_ is None
    short = Forecaster(Ridge(), lookback=4, horizon=4).fit(demand[:20], weather[:20])
    assert short.scaling_trials_ is None


class Counting(RegressorMixin, BaseEstimator):
    """A tree that counts how often it is fitted."""

    fits = 0

    def fit(self, X, y):
        type(self).fits += 1
        self.tree_ = DecisionTreeRegressor(min_samples_leaf=5).fit(X, y)
        return self

    def predict(self, X):
        return self.tree_.predict(X)


def test_the_model_of_the_trial_calibrates_intervals(rng, monkeypatch):
    monkeypatch.setattr(Counting, "fits", 0)
    demand, weather = heated(rng)
    forecaster = Forecaster(Counting(), lookback=24).fit(demand[:-24], weather[:-24])
    assert Counting.fits == 4  # three scales of older rows, and the best one of all
    bounds = forecaster.forecast(24, exog=weather, level=0.8)
    actual = demand[-24:]
    assert ((bounds["lower"] < actual) & (actual < bounds["upper"])).mean() > 0.5


def test_intervals_are_those_of_a_forecaster_of_the_same_named_scale(rng):
    demand, weather = heated(rng)
    chosen = Forecaster(TREE, lookback=24).fit(demand[:-24], weather[:-24])
    named = Forecaster(TREE, lookback=24, scaling=chosen.scaling_)
    named.fit(demand[:-24], weather[:-24])
    pd.testing.assert_frame_equal(
        *(one.forecast(24, exog=weather, level=0.8) for one in (chosen, named))
    )


def test_a_panel_is_tried_unless_its_series_are_many(rng, monkeypatch):
    parts = {key: heated(rng, HOURS[: 24 * 20]) for key in "ABC"}
    demand = pd.concat({key: part[0] for key, part in parts.items()}, names=["shop"]).to_frame()
    weather = pd.concat({key: part[1] for key, part in parts.items()}, names=["shop"])
    panel = Forecaster(TREE, lookback=24, by="shop").fit(demand, weather)
    assert panel.scaling_trials_.keys() >= {panel.scaling_, "level"}

    monkeypatch.setattr(module, "_MOST_SERIES", 2)
    assert Forecaster(TREE, lookback=24, by="shop").fit(demand, weather).scaling_trials_ is None


def test_a_lead_must_be_clear_and_hold_in_both_halves():
    late = np.arange(20) >= 10
    usual = _Trial(None, None, np.ones(20), late)

    def errors(early, newer):
        return replace(usual, errors=np.where(late, newer, early))

    assert errors(0.9, 0.9).is_better_than(usual)
    assert not errors(0.98, 0.98).is_better_than(usual)
    assert not errors(0.5, 1.01).is_better_than(usual)
    assert not errors(np.inf, 0.5).is_better_than(usual)
    unknown = errors(0.9, 0.9)
    unknown.errors[[0, 15]] = np.nan  # of which nothing is known
    assert unknown.is_better_than(usual)


def test_standardised_windows_are_not_tried_where_levels_are_far_behind(rng):
    growing = pd.Series(np.cumsum(rng.normal(1.0, size=len(HOURS))), HOURS)
    fitted = Forecaster(TREE, lookback=4, calendar=["hour"]).fit(growing)
    assert list(fitted.scaling_trials_) == [fitted.scaling_, "level"]


def test_missing_rows_are_no_hindrance(rng):
    demand, weather = heated(rng)
    demand.iloc[[*range(100, 110), -60]] = np.nan
    network = GRURegressor(4, max_epochs=2, random_state=0)
    forecaster = Forecaster(network, lookback=24, horizon=24).fit(demand, weather)
    assert all(np.isfinite(error) for error in forecaster.scaling_trials_.values())


def test_several_columns_have_one_trial_each_for_all(rng):
    demand, weather = heated(rng)
    both = pd.DataFrame({"one": demand, "two": np.cumsum(rng.normal(size=len(demand)))})
    forecaster = Forecaster(TREE, lookback=24, horizon=24).fit(both, weather)
    names = forecaster.scaling_trials_
    assert {"standard", "level"} <= set(names)
    assert len(names) == 3
    assert len(forecaster.scaling_) == 2


def test_trials_are_kept_in_pickles(rng):
    demand, weather = heated(rng)
    forecaster = Forecaster(Ridge(), lookback=24).fit(demand, weather)
    again = pickle.loads(pickle.dumps(forecaster))
    assert again.scaling_trials_ == forecaster.scaling_trials_
