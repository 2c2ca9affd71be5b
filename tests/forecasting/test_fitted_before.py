"""With ``warm_start=True`` another fit goes on from the weights of the last one."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge, SGDRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from sklstm import Forecaster, GRURegressor, SeasonalAdjuster, SeasonalDifferencer

RNG = np.random.default_rng(0)
DAYS = pd.date_range("2025-01-01", periods=160, name="day")
WEEK = np.tile([3.0, 0.0, 1.0, 0.0, 2.0, 6.0, 8.0], 23)[:160]
SALES = pd.Series(20 + WEEK + RNG.normal(size=160), DAYS, name="sold")
PANEL = pd.concat({key: SALES * k for k, key in enumerate("abc", 1)}, names=["shop"]).to_frame()
SETTLED = {"scaling": "level", "linear_part": False, "calendar": None, "lookback": 7}
PROMO = pd.DataFrame({"promo": RNG.choice(["no", "tv"], 480)}, PANEL.index)


def network(warm_start=True, **options):
    return GRURegressor(4, max_epochs=2, random_state=0, warm_start=warm_start, **options)


def until(table, end):
    return table[table.index.get_level_values("day") < DAYS[end]]


def shops(estimator, **options):
    options = {"by": "shop", "horizon": 3, "strategy": "direct", "calendar": ["month"]} | options
    return Forecaster(estimator, **options)


def test_as_the_network_by_itself():
    windows = np.lib.stride_tricks.sliding_window_view(SALES.to_numpy(), 5)[:, :, np.newaxis]
    alone = network()
    forecaster = Forecaster(network(), lookback=5, scaling=None, calibration_size=None)
    for end in (100, 150):
        alone.fit(windows[: end - 5], SALES.to_numpy()[5:end])
        forecaster.fit(SALES[:end])
    newest = windows[145:146]
    assert forecaster.forecast(1).to_numpy()[0] == pytest.approx(alone.predict(newest))
    anew = clone(forecaster).fit(SALES[:150]).forecast(1)
    assert abs(anew - forecaster.forecast(1)).to_numpy() > 1e-3


def test_what_was_chosen_stays():
    forecaster = shops(network()).fit(until(PANEL, 100), until(PROMO, 100))
    chosen = {name: getattr(forecaster, name) for name in ("scaling_", "lookback_", "season_")}
    n_newest = forecaster._n_newest["a"]
    calibrator = forecaster._calibrator.regressor
    has_linear_part = forecaster.linear_part_ is not None
    forecaster.set_params(estimator__random_state=1)  # of other initial weights
    forecaster.fit(until(PANEL, 150), until(PROMO, 150))
    assert {name: getattr(forecaster, name) for name in chosen} == chosen
    assert (forecaster.linear_part_ is not None) == has_linear_part
    assert forecaster.get_params()["scaling"] == "auto"
    assert forecaster.scaling_scores_ == {}
    assert forecaster.last_ == [DAYS[149]] * 3
    assert 0 < n_newest < 50  # so that later rows calibrate than the calibrator had learned from
    began, ended = (_first_weights(one) for one in (calibrator, forecaster._calibrator.regressor))
    anew = clone(forecaster).fit(until(PANEL, 150), until(PROMO, 150))._calibrator.regressor
    assert abs(ended - began).max() < 0.1 < abs(_first_weights(anew) - began).max()
    exog = PROMO.reset_index("shop").assign(promo="no").set_index("shop", append=True)
    assert forecaster.forecast(3, exog=exog, level=0.8).notna().all(axis=None)


def _first_weights(regressor):
    return next(iter(regressor.weights_.values()))


def test_no_calibrator_has_seen_the_rows_that_calibrate():
    expected = shops(network(), **SETTLED).fit(until(PANEL, 100))._calibrator
    for later in (until(PANEL, 150), until(PANEL, 150).drop("b"), until(PANEL, 110)):
        forecaster = shops(network(), **SETTLED).fit(later)
        with pytest.warns(UserWarning, match="^warm_start=True") as warned:
            forecaster.fit(until(PANEL, 100))
        rows, anew = (str(one.message) for one in warned)
        assert "has learned from later rows, of series 'a' up to " in rows
        assert "second model, by whose errors intervals are made, begins anew: of series" in anew
        found = forecaster._calibrator
        assert (_first_weights(found.regressor) == _first_weights(expected.regressor)).all()


def test_a_series_that_is_gone_does_not_matter_unless_it_went_on_longer():
    for last, goes_on in ((60, True), (150, False)):
        panel = pd.concat([until(PANEL, 100), until(PANEL.loc[["a"]].rename({"a": "z"}), last)])
        forecaster = shops(network(), **SETTLED).fit(panel)
        forecaster.set_params(estimator__random_state=1)
        if goes_on:
            forecaster.fit(until(PANEL, 100))
        else:
            with pytest.warns(UserWarning, match="begins anew: of series 'z' it had learned"):
                forecaster.fit(until(PANEL, 100))
        anew = clone(forecaster).fit(until(PANEL, 100))._calibrator.regressor
        found = forecaster._calibrator.regressor
        assert (_first_weights(found) != _first_weights(anew)).all() == goes_on


def calibrator_goes_on(forecaster, series):
    """Fit once more, and tell whether the calibrator went on from its weights."""
    forecaster.set_params(estimator__random_state=1).fit(series)
    anew = clone(forecaster).fit(series)._calibrator.regressor
    return (_first_weights(forecaster._calibrator.regressor) != _first_weights(anew)).all()


@pytest.mark.parametrize(
    "labels", [lambda rows: rows.to_numpy(), lambda rows: rows.reset_index(drop=True)]
)
def test_rows_that_are_counted_are_the_same_if_the_first_ones_are(labels):
    forecaster = Forecaster(network(), lookback=5, scaling="level").fit(labels(SALES[:100]))
    assert calibrator_goes_on(copy.deepcopy(forecaster), labels(SALES[:150]))
    with pytest.warns(UserWarning, match="begins anew: rows of series are counted, and those of"):
        assert not calibrator_goes_on(forecaster, labels(SALES[50:150]))


def test_a_calibrator_has_not_learned_in_partial_fit():
    forecaster = Forecaster(network(), lookback=7, scaling="level").fit(SALES[:100])
    forecaster.partial_fit(SALES[100:130])
    for one in (forecaster, pickle.loads(pickle.dumps(forecaster))):
        assert calibrator_goes_on(one, SALES[:140])


def test_intervals_stay_narrow_where_few_epochs_follow_on_many():
    options = {"scaling": "level", "linear_part": False, "calibration_size": 30}
    regressor = SGDRegressor(random_state=0, warm_start=True, max_iter=400, tol=None, eta0=1e-4)
    forecaster = Forecaster(regressor, lookback=7, **options).fit(SALES[:110])
    before = _width(forecaster)
    forecaster.partial_fit(SALES[110:130]).set_params(estimator__max_iter=1).fit(SALES[:130])
    assert _width(forecaster) < 1.5 * before
    forecaster.set_params(calibration_size=80)
    with pytest.warns(UserWarning, match=r"calibrate now \(calibration_size\)\. In few epochs"):
        forecaster.fit(SALES[:130])
    assert _width(forecaster) > 1.5 * before


def _width(forecaster):
    bounds = forecaster.forecast(1, level=0.8)
    return (bounds["upper"] - bounds["lower"]).item()


@pytest.mark.parametrize("labels", [lambda rows: rows, lambda rows: rows.to_numpy()])
def test_rows_that_were_learned_before_are_told(labels):
    forecaster = linear(calibration_size=None).fit(labels(SALES[:150]))
    with pytest.warns(UserWarning, match="learned from later rows, of series up to .* too small"):
        forecaster.fit(labels(SALES[:100]))
    forecaster.fit(labels(SALES[:120])).fit(labels(SALES[20:120]))


def test_no_calibrator_before_is_told():
    forecaster = shops(network(), calibration_size=None, **SETTLED).fit(until(PANEL, 100))
    with pytest.warns(UserWarning, match="begins anew: the last fit had none"):
        forecaster.set_params(calibration_size="auto").fit(until(PANEL, 150))


def test_files_that_do_not_tell_what_a_calibrator_has_learned():
    forecaster = Forecaster(network(), lookback=7, scaling="level").fit(SALES[:100])
    del forecaster._n_older
    assert calibrator_goes_on(copy.deepcopy(forecaster), SALES[:150])
    del forecaster._n_fitted
    with pytest.warns(UserWarning, match="begins anew: nothing tells which rows"):
        assert not calibrator_goes_on(forecaster, SALES[:150])


@pytest.mark.parametrize("options", [{}, {"transformer": SeasonalDifferencer(7)}])
def test_without_it_fits_begin_anew(options):
    forecaster = shops(network(warm_start=False), **options).fit(until(PANEL, 100))
    found = forecaster.fit(until(PANEL, 150)).forecast()
    pd.testing.assert_frame_equal(found, clone(forecaster).fit(until(PANEL, 150)).forecast())


def test_inside_a_pipeline():
    inside = make_pipeline(StandardScaler(), SGDRegressor(warm_start=True, random_state=0))
    options = {"lookback": 5, "scaling": "difference", "calibration_size": None}
    forecaster = Forecaster(inside, **options).fit(SALES[:100])
    by_hand, begun = copy.deepcopy(forecaster.estimator_), forecaster.estimator_
    forecaster.fit(SALES[:100])
    values = SALES.to_numpy()
    windows = np.lib.stride_tricks.sliding_window_view(values[:99], 5)
    by_hand.fit(windows - windows[:, -1:], values[5:100] - windows[:, -1])
    coefficients = [one[-1].coef_ for one in (by_hand, forecaster.estimator_, begun)]
    assert coefficients[0] == pytest.approx(coefficients[1])
    assert coefficients[2] != pytest.approx(coefficients[1])


CHANGES = {
    "scaling": ({"scaling": "standard"}, r"whose scaling was \['.*'\], and is \['standard'\] now"),
    "horizon": ({"horizon": 4}, "number of rows predicted at once was 3, and is 4 now"),
    "strategy": ({"strategy": "recursive"}, "rows predicted at once was 3, and is 1 now"),
    "calendar": ({"calendar": ["day"]}, r"calendar was \['month_sin', .*, and is \['day_sin"),
    "network": ({"estimator__hidden_size": 5}, r"hidden_size=5 \(it was 4\)"),
    "transformer": (
        {"transformer": SeasonalAdjuster(7)},
        r"was None, and is SeasonalAdjuster\(season=7\) now",
    ),
    "known_exog": ({"known_exog": None}, r"known_exog was \['promo'\], and is \[\] now"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_would_mean_something_else_is_refused(case):
    options, message = CHANGES[case]
    forecaster = shops(network()).fit(until(PANEL, 100), until(PROMO, 100))
    before = forecaster.estimator_
    forecaster.set_params(**options)
    with pytest.raises(ValueError, match=message):
        forecaster.fit(until(PANEL, 150), until(PROMO, 150))
    assert forecaster.estimator_ is before
    forecaster.set_params(estimator__warm_start=False).fit(until(PANEL, 150), until(PROMO, 150))


def linear(**options):
    regressor = SGDRegressor(random_state=0, warm_start=True)
    return Forecaster(regressor, **{"lookback": 5, "scaling": "difference"} | options)


def test_another_lookback_of_flat_windows_is_refused():
    forecaster = linear().fit(SALES[:100]).set_params(lookback=7)
    with pytest.raises(ValueError, match="whose lookback was 5, and is 7 now"):
        forecaster.fit(SALES[:150])


def plus(values, by):
    return values + by


def minus(values, by):
    return values - by


def shifted(by):
    return FunctionTransformer(plus, minus, kw_args={"by": by}, inv_kw_args={"by": by})


TRANSFORMERS = {
    "range": (MinMaxScaler(), MinMaxScaler((0, 1000)), "feature_range"),
    "inside": (make_pipeline(MinMaxScaler()), make_pipeline(MinMaxScaler((0, 9))), "Pipeline"),
    "array": (shifted(np.array([1.0])), shifted(np.array([2.0])), r"array\(\[2\.\]\)"),
    "season": (SeasonalDifferencer(7), SeasonalDifferencer(14), "season=14"),
}


@pytest.mark.parametrize("case", TRANSFORMERS)
def test_another_transformer_is_refused(case):
    before, now, named = TRANSFORMERS[case]
    forecaster = linear(transformer=before, calibration_size=None).fit(SALES[:100])
    forecaster.set_params(transformer=clone(before)).fit(SALES[:120])
    forecaster.set_params(transformer=now)
    with pytest.raises(ValueError, match=rf"whose transformer was .*, and is .*{named}.* now"):
        forecaster.fit(SALES[:150])


def test_the_season_that_a_transformer_has_found_stays():
    forecaster = linear(transformer=SeasonalDifferencer("auto"), calibration_size=None)
    forecaster.fit(SALES[:100]).fit(SALES[:150].resample("D").first())
    assert forecaster._model.transformer.season == 7
    assert forecaster.transformer.season == "auto"


ANEW = {
    "one of each target": (linear(horizon=3, strategy="direct"), "learns one target"),
    "clone inside": (
        linear().set_params(estimator=TransformedTargetRegressor(linear().estimator)),
        "inside TransformedTargetRegressor has no effect",
    ),
}


@pytest.mark.parametrize("case", ANEW)
def test_clones_begin_anew_and_nothing_is_settled(case):
    forecaster, message = ANEW[case]
    forecaster.fit(SALES[:100])
    forecaster.set_params(lookback=7, scaling="standard")
    with pytest.warns(UserWarning, match=message):
        forecaster.fit(SALES[:150])
    expected = clone(forecaster).fit(SALES[:150]).forecast(3, level=0.8)
    pd.testing.assert_frame_equal(forecaster.forecast(3, level=0.8), expected)


def test_the_weight_of_theta_stays():
    series = pd.concat([SALES, SALES, SALES]).set_axis(pd.date_range("2024", periods=480))
    forecaster = Forecaster(network(), lookback=7, calibration_size=None).fit(series[:200])
    assert forecaster.theta_weight_ == 0.5
    assert forecaster.fit(series).theta_weight_ == 0.5
    assert clone(forecaster).fit(series).theta_weight_ == 0


def test_another_estimator_begins_anew():
    forecaster = linear().fit(SALES[:100]).set_params(estimator=network(), scaling="level")
    forecaster.fit(SALES[:150])
    expected = clone(forecaster).fit(SALES[:150]).forecast(3)
    pd.testing.assert_frame_equal(forecaster.forecast(3), expected)


def test_other_columns_are_refused():
    forecaster = shops(network()).fit(until(PANEL, 100), until(PROMO, 100))
    with pytest.raises(ValueError, match=r"columns of exog was .*'promo=tv'\], and is \['rain'\]"):
        forecaster.fit(until(PANEL, 100), until(PANEL, 100).rename(columns={"sold": "rain"}) * 2)
    with pytest.raises(ValueError, match=r"columns of series was \['sold'\], and is \['left'\]"):
        forecaster.fit(until(PANEL, 100).rename(columns={"sold": "left"}), until(PROMO, 100))


def test_backtests_and_regressors_without_it_are_not_concerned():
    forecaster = shops(network(), calendar=None).fit(until(PANEL, 150))
    expected = clone(forecaster).backtest(until(PANEL, 100), 2)
    found = forecaster.backtest(until(PANEL, 100), 2)
    pd.testing.assert_frame_equal(found.forecasts, expected.forecasts)
    trees = HistGradientBoostingRegressor(max_iter=5, warm_start=True)  # would learn nothing more
    for regressor in (Ridge(), trees):
        twice = Forecaster(regressor, lookback=5).fit(SALES[:80]).fit(SALES[:100])
        pd.testing.assert_frame_equal(twice.forecast(), clone(twice).fit(SALES[:100]).forecast())
