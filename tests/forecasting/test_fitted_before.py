"""With ``warm_start=True`` another fit goes on from the weights of the last one."""

import copy

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge, SGDRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

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
        forecaster = shops(network(), **SETTLED).fit(later).fit(until(PANEL, 100))
        found = forecaster._calibrator
        assert (_first_weights(found.regressor) == _first_weights(expected.regressor)).all()


def test_a_series_that_is_gone_does_not_matter_unless_it_went_on_longer():
    for last, goes_on in ((60, True), (150, False)):
        panel = pd.concat([until(PANEL, 100), until(PANEL.loc[["a"]].rename({"a": "z"}), last)])
        forecaster = shops(network(), **SETTLED).fit(panel)
        forecaster.set_params(estimator__random_state=1).fit(until(PANEL, 100))
        anew = clone(forecaster).fit(until(PANEL, 100))._calibrator.regressor
        found = forecaster._calibrator.regressor
        assert (_first_weights(found) != _first_weights(anew)).all() == goes_on


def test_rows_that_are_counted_do_not_tell_whether_they_are_new():
    values = SALES.to_numpy()
    expected = Forecaster(network(), lookback=5, scaling="level").fit(values[:150])
    found = Forecaster(network(), lookback=5, scaling="level").fit(values[:100]).fit(values[:150])
    same = [_first_weights(one._calibrator.regressor) for one in (found, expected)]
    assert (same[0] == same[1]).all()


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
        "was None, and is 'SeasonalAdjuster' now",
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
