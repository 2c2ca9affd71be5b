"""Where columns beside the series tell of its seasons, the regressor itself chooses the scale."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_pinball_loss
from sklearn.tree import DecisionTreeRegressor

import sklstm.forecasting._choose_by_regressor as module
from sklstm import Forecaster, GRURegressor
from sklstm.forecasting._choose_by_regressor import _Trial
from sklstm.forecasting._prepared_fit import PreparedFit
from sklstm.forecasting._scaling import Scaling
from sklstm.preprocessing import Representation

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
    Counting.fits = 0
    Forecaster(Counting(), lookback=5, horizon=5).fit(demand[:100], weather[:100])
    assert Counting.fits <= 4  # of short series as well
    bounds = forecaster.forecast(24, exog=weather, level=0.8)
    actual = demand[-24:]
    assert ((bounds["lower"] < actual) & (actual < bounds["upper"])).mean() > 0.5


class Recording(GRURegressor):
    """A network that tells how many units were fitted."""

    def fit(self, X, y):
        super().fit(X, y)
        fitted_sizes.append(self.hidden_size_)
        return self


fitted_sizes = []


def with_levels(monkeypatch, network, data, *, more_lead=True, **options):
    """Return a forecaster fitted where levels lead, and more units do so or not."""
    fitted_sizes.clear()
    monkeypatch.setattr(_Trial, "is_better_than", lambda trial, _: trial.name == "level")
    monkeypatch.setattr(_Trial, "leads", lambda trial, _, enough: more_lead)
    options = {"lookback": 4, "horizon": 4, "strategy": "direct", "theta_part": False} | options
    fitted = Forecaster(network, **options).fit(*data)
    assert fitted.scaling_ == "level"
    return fitted


def test_more_units_are_tried_in_the_best_scale_and_taken_if_they_lead(rng, monkeypatch):
    data = heated(rng, HOURS[:240])
    network = Recording(max_epochs=1, random_state=0)
    more = with_levels(monkeypatch, network, data)
    trials = len(more.scaling_trials_)
    assert fitted_sizes == [32] * trials + [64, 64]  # the last one of all rows
    assert more.estimator_.hidden_size_ == more._calibrator.regressor.hidden_size_ == 64
    assert more.estimator.hidden_size == "auto"

    few = with_levels(monkeypatch, network, data, more_lead=False)
    assert fitted_sizes == [32] * trials + [64, 32]
    assert few.estimator_.hidden_size_ == few._calibrator.regressor.hidden_size_ == 32
    assert few.scaling_trials_ == more.scaling_trials_


def test_a_warm_start_keeps_the_units_that_were_chosen(rng, monkeypatch):
    demand, weather = heated(rng, HOURS[:240])
    network = Recording(max_epochs=1, warm_start=True, random_state=0)
    fitted = with_levels(monkeypatch, network, (demand[:-24], weather[:-24]))
    n_weights = fitted.estimator_.n_parameters_
    fitted_sizes.clear()
    fitted.fit(demand, weather)
    assert fitted_sizes == [64, 64]  # of all rows, and of those that calibrate
    assert (fitted.estimator_.n_iter_, fitted.estimator_.n_parameters_) == (2, n_weights)


@pytest.mark.parametrize("calibration_size", [None, 0.3])
def test_more_units_are_those_of_a_named_number_to_the_bit(rng, monkeypatch, calibration_size):
    demand, weather = heated(rng, HOURS[:240])
    options = {"calibration_size": calibration_size}
    level = None if calibration_size is None else 0.8
    forecasts = []
    for hidden_size, more in (("auto", {}), (64, {"scaling": "level"})):
        network = Recording(hidden_size, max_epochs=1, random_state=0)
        data = demand[:-4], weather[:-4]
        fitted = with_levels(monkeypatch, network, data, **options, **more)
        forecasts.append(fitted.forecast(exog=weather, level=level))
        assert fitted_sizes[-1] == 64
    pd.testing.assert_frame_equal(*forecasts)


@pytest.mark.parametrize(
    ("hidden_size", "options", "fitted_size"),
    [(4, {}, 4), ([4, 3], {}, (4, 3)), ("auto", {"strategy": "recursive"}, 32)],
)
def test_more_units_are_tried_for_rows_to_come_and_in_place_of_auto_alone(
    rng, monkeypatch, hidden_size, options, fitted_size
):
    data = heated(rng, HOURS[:240])
    network = Recording(hidden_size, max_epochs=1, random_state=0)
    fitted = with_levels(monkeypatch, network, data, **options)
    assert fitted_sizes == [fitted_size] * (len(fitted.scaling_trials_) + 1)


def test_what_goes_wrong_with_more_units_is_not_told(rng, monkeypatch):
    def fail(prepared, hidden_size):
        raise MemoryError

    monkeypatch.setattr(PreparedFit, "with_units", fail)
    network = Recording(max_epochs=1, random_state=0)
    fitted = with_levels(monkeypatch, network, heated(rng, HOURS[:240]))
    assert fitted.estimator_.hidden_size_ == 32


def test_a_small_lead_of_more_units_is_not_enough():
    few = trial([1, 1], "level")
    assert trial([0.94, 0.96], "level").leads(few, module._ENOUGH)
    assert not trial([0.98, 0.97], "level").leads(few, module._ENOUGH)
    assert not trial([0.8, 1.01], "level").leads(few, module._ENOUGH)


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


def trial(errors, name="seasonal_difference"):
    """Return a trial of twenty origins, ten in each half, in some scale."""
    scaling = Scaling([Representation(name, 7)], [{}])
    prepared = PreparedFit(None, None, scaling, {}, takes_missing=False, future=None)
    return _Trial(prepared, None, np.repeat(np.array(errors, dtype=float), 10), LATE)


LATE = np.arange(20) >= 10


def test_a_lead_must_be_clear_and_hold_in_both_halves():
    usual = trial([1, 1])
    assert trial([0.9, 0.96]).is_better_than(usual)
    assert not trial([0.98, 0.98]).is_better_than(usual)
    assert not trial([0.5, 1.01]).is_better_than(usual)
    assert not trial([np.inf, 0.5]).is_better_than(usual)
    assert trial([0.5, 0.5]).is_better_than(trial([np.inf, np.inf])) is True
    unknown = trial([0.9, 0.9])
    unknown.errors[[0, 15]] = np.nan  # of which nothing is known
    assert unknown.is_better_than(usual)


def test_levels_beside_changes_need_a_larger_lead():
    assert not trial([0.93, 0.93]).is_better_than(trial([1, 1], "difference"))
    assert trial([0.88, 0.88]).is_better_than(trial([1, 1], "difference"))


def test_errors_are_those_of_origins_that_all_could_forecast():
    usual, other = trial([1, 3]), trial([2, 4], "level")
    other.errors[10:] = np.nan
    found = module._errors_of_all([usual, other])
    assert found == {"seasonal_difference": 1.0, "level": 2.0}

    usual.errors[:10] = np.nan  # now there is none
    assert np.isnan(list(module._errors_of_all([usual, other]).values())).all()
    assert not other.is_better_than(usual)
    late = trial([0.5, 0.5], "level")
    assert not late.is_better_than(usual)  # of the older half nothing is known


def test_a_quantile_is_tried_by_its_pinball_loss(rng):
    demand, weather = heated(rng)
    network = GRURegressor(4, loss="quantile", quantile=0.9, max_epochs=1, random_state=0)
    options = {"lookback": 24, "horizon": 24, "scaling": "level", "strategy": "direct"}
    fitted = Forecaster(network, **options).fit(demand[:-240], weather[:-240])
    origins = np.arange(len(demand) - 241, len(demand) - 24)
    past = fitted._known.followed_by(demand[-240:], weather[-240:]).histories[None]
    jobs = [(past, origins, np.ones((len(origins), 24), dtype=bool))]
    found = module._errors(fitted._model, jobs, 0.9)
    fitted.update(demand[-240:-24], weather[-240:-24])
    forecast = fitted.forecast(exog=weather)["prediction"]
    loss = mean_pinball_loss(demand[-24:], forecast, alpha=0.9)
    assert found[-1] == pytest.approx(2 * loss / demand.diff().abs().mean())


class AngryOfLevels(Ridge):
    """A regressor that warns of large values and refuses larger ones, with errors of its own."""

    largest = 1000.0

    def fit(self, X, y):
        if np.abs(X).max() > self.largest:
            raise RuntimeError("raw values")
        if np.abs(X).max() > 30:
            warnings.warn("scale the data", ConvergenceWarning, stacklevel=2)
        return super().fit(X, y)


@pytest.mark.parametrize("largest", [30.0, 1000.0])
def test_what_goes_wrong_in_a_scale_that_is_only_tried_is_not_told(rng, monkeypatch, largest):
    monkeypatch.setattr(AngryOfLevels, "largest", largest)
    walk = pd.Series(100 + np.cumsum(rng.normal(size=200)), HOURS[:200])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted = Forecaster(AngryOfLevels(), lookback=4, calendar=["hour"]).fit(walk)
    assert ("level" in fitted.scaling_trials_) == (largest > 30)
    assert "difference" in fitted.scaling_


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
