"""Forecasts are those of plain loops, by whatever regressor."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVR

from sklstm import ExponentialSmoother, Forecaster, GRURegressor, LSTMRegressor
from sklstm import WindowScaledRegressor as Scaled

RNG = np.random.default_rng(0)
WALK = 50 + np.cumsum(RNG.normal(size=90))
THREE = np.cumsum(RNG.normal(size=(90, 3)), axis=0)
STUMPS = HistGradientBoostingRegressor(max_iter=5, min_samples_leaf=3)


def tiny(cls=LSTMRegressor):
    return cls(4, max_epochs=2, random_state=0)


TABLE_REGRESSORS = [
    Ridge(),
    STUMPS,
    SVR(),
    make_pipeline(StandardScaler(), Ridge(0.1)),
    GridSearchCV(Ridge(), {"alpha": [0.1, 10.0]}, cv=TimeSeriesSplit(3)),
    TransformedTargetRegressor(Ridge(), transformer=StandardScaler()),
]
WINDOW_REGRESSORS = [tiny(), make_pipeline(tiny(GRURegressor)), Scaled(Ridge()), Scaled(tiny())]


def form(windows, regressor):
    flat = any(regressor is one for one in TABLE_REGRESSORS)
    return windows.reshape(len(windows), -1) if flat else windows


def fit_by_hand(regressor, values, lookback, horizon):
    """Return one fitted regressor for each output, or one for all that takes them."""
    n = len(values) - lookback - horizon + 1
    windows = np.array([values[i : i + lookback] for i in range(n)])
    targets = np.array([values[i + lookback : i + lookback + horizon].ravel() for i in range(n)])
    X = form(windows, regressor)
    if targets.shape[1] > 1 and isinstance(regressor, SVR | HistGradientBoostingRegressor):
        return [clone(regressor).fit(X, column) for column in targets.T]
    return [clone(regressor).fit(X, targets[:, 0] if targets.shape[1] == 1 else targets)]


def loop(fitted, regressor, values, lookback, horizon, steps):
    """Predict a block, append it, drop the oldest rows; until there are enough."""
    rows = list(values[-lookback:])
    while len(rows) < lookback + steps:
        window = form(np.array(rows[-lookback:])[np.newaxis], regressor)
        block = np.hstack([np.ravel(one.predict(window)) for one in fitted])
        rows += list(block.reshape(horizon, -1))
    return np.array(rows[lookback : lookback + steps])


@pytest.mark.parametrize("regressor", TABLE_REGRESSORS + WINDOW_REGRESSORS, ids=repr)
@pytest.mark.parametrize(("strategy", "block"), [("recursive", 1), ("direct", 3)])
def test_one_column(regressor, strategy, block):
    forecaster = Forecaster(regressor, 6, 3, strategy, calibration_size=None, scaling=None).fit(
        WALK
    )
    values = WALK[:, np.newaxis]
    fitted = fit_by_hand(regressor, values, 6, block)
    for steps in (1, 3, 7):
        expected = loop(fitted, regressor, values, 6, block, steps)
        forecast = forecaster.forecast(steps)
        assert list(forecast.columns) == ["prediction"]
        np.testing.assert_allclose(forecast, expected, rtol=1e-6)
    assert len(forecaster.forecast()) == 3


@pytest.mark.parametrize("regressor", [TABLE_REGRESSORS[0], STUMPS, WINDOW_REGRESSORS[0]], ids=repr)
@pytest.mark.parametrize(("strategy", "block"), [("recursive", 1), ("direct", 4)])
def test_several_columns(regressor, strategy, block):
    frame = pd.DataFrame(THREE, columns=["a", "b", "c"])
    forecaster = Forecaster(regressor, 5, 4, strategy, calibration_size=None, scaling=None).fit(
        frame
    )
    expected = loop(fit_by_hand(regressor, THREE, 5, block), regressor, THREE, 5, block, 6)
    forecast = forecaster.forecast(6)
    assert list(forecast.columns) == [(name, "prediction") for name in "abc"]
    np.testing.assert_allclose(forecast, expected, rtol=1e-6)
    assert (forecaster.columns_, forecaster.n_features_in_) == (["a", "b", "c"], 3)


def transformed_by_hand(transformer, values):
    return clone(transformer).fit(values).transform(values)


@pytest.mark.parametrize("strategy", ["recursive", "direct"])
@pytest.mark.parametrize(
    "transformer",
    [StandardScaler(), MinMaxScaler(copy=False), ExponentialSmoother(0.5)],
    ids=repr,
)
def test_forecasts_are_made_in_the_units_of_the_transformer_and_put_back(strategy, transformer):
    forecaster = Forecaster(
        Ridge(), 4, 2, strategy, transformer, calibration_size=None, scaling=None
    )
    forecaster.fit(THREE)
    other = clone(transformer).fit(THREE.copy())
    values = other.transform(THREE.copy())
    block = 2 if strategy == "direct" else 1
    ridge = TABLE_REGRESSORS[0]
    expected = loop(fit_by_hand(ridge, values, 4, block), ridge, values, 4, block, 5)
    restored = other.inverse_transform(np.vstack([values, expected]))[-5:]
    for _ in range(2):  # a second time it must not be transformed twice
        np.testing.assert_allclose(forecaster.forecast(5), restored, rtol=1e-9)


def with_holes(values, *places):
    values = values.copy()
    values[list(places)] = np.nan
    return values


@pytest.mark.parametrize(
    "regressor",
    [tiny(), STUMPS, make_pipeline(SimpleImputer(), Ridge()), Scaled(tiny())],
    ids=repr,
)
def test_missing_steps_in_windows_and_none_in_targets(regressor):
    values = with_holes(WALK, 20, 21, 60, 88)[:, np.newaxis]
    forecaster = Forecaster(regressor, 4, calibration_size=None, scaling=None).fit(values)
    kept = [i for i in range(86) if np.isfinite(values[i + 4, 0])]
    windows = np.array([values[i : i + 4] for i in kept])
    flat = isinstance(regressor, HistGradientBoostingRegressor) or hasattr(regressor, "steps")
    shape = (-1, 4) if flat else (-1, 4, 1)
    fitted = clone(regressor).fit(windows.reshape(shape), values[np.add(kept, 4), 0])
    rows = values[-4:, 0]
    for _ in range(3):
        rows = np.append(rows, fitted.predict(rows[-4:].reshape(shape)))
    np.testing.assert_allclose(forecaster.forecast(3)["prediction"], rows[4:], rtol=1e-6)


def test_windows_with_missing_steps_are_left_out_for_others():
    values = with_holes(WALK, 20, 60)
    forecaster = Forecaster(Ridge(), 4, calibration_size=None, scaling=None).fit(values)
    windows = np.lib.stride_tricks.sliding_window_view(values, 5)
    windows = windows[np.isfinite(windows).all(axis=1)]
    expected = Ridge().fit(windows[:, :4], windows[:, 4]).predict(values[None, -4:])
    np.testing.assert_allclose(forecaster.forecast(1)["prediction"], expected)
    with pytest.raises(ValueError, match=r"last 4 rows of series up to 90.*1 missing steps.*Ridge"):
        forecaster.update([np.nan]).forecast(1)
    with pytest.raises(ValueError, match=r"series has no 4 \+ 1 rows in succession.*Ridge could"):
        forecaster.fit(with_holes(WALK, *range(0, 90, 4)))


def test_a_missing_step_is_missing_in_all_columns():
    values = THREE.copy()
    values[7, 1] = np.nan
    with pytest.raises(ValueError, match=r"only partly NaN at 7, columns \[1\]"):
        Forecaster(Ridge(), scaling=None).fit(values)


def test_the_longest_lookback_and_one_more():
    short = WALK[:12]
    assert len(Forecaster(Ridge(), 11, scaling=None).fit(short).forecast()) == 1
    with pytest.raises(
        ValueError, match=r"series has 12 rows, and lookback=12 with horizon=1.* 13"
    ):
        Forecaster(Ridge(), 12, scaling=None).fit(short)
    with pytest.raises(ValueError, match=r"horizon=9 takes at least 13"):
        Forecaster(Ridge(), 4, 9, "direct", scaling=None).fit(short)


@pytest.mark.parametrize("wrong", [0, -1, 2.5, True, "3"])
def test_steps_are_counted(wrong):
    with pytest.raises(ValueError, match="steps must be a whole number of at least 1, got"):
        Forecaster(Ridge(), scaling=None).fit(WALK).forecast(wrong)


@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_recursion_that_explodes_is_refused():
    doubling = Forecaster(LinearRegression(), 1, calibration_size=None, scaling=None).fit(
        2.0 ** np.arange(30)
    )
    assert doubling.forecast(900).iloc[-1, 0] == pytest.approx(2.0**929, rel=1e-6)
    with pytest.raises(ValueError, match=r"leaves all bounds at step 9\d\d: LinearRegression"):
        doubling.forecast(1100)


def test_a_failing_fit_leaves_the_last_one_whole():
    forecaster = Forecaster(Ridge(), 5, scaling=None).fit(WALK)
    expected = forecaster.forecast(4, level=0.5)
    for series, exog in [(WALK[:5], None), (["a"] * 50, None), (WALK, WALK[:-1])]:
        with pytest.raises(ValueError, match="series|exog"):
            forecaster.fit(series, exog)
        pd.testing.assert_frame_equal(forecaster.forecast(4, level=0.5), expected)
    forecaster.set_params(estimator=Ridge(alpha=-1.0))
    with pytest.raises(ValueError, match="'alpha' parameter of Ridge"):
        forecaster.fit(WALK + 1)
    forecaster.set_params(estimator=Ridge())
    pd.testing.assert_frame_equal(forecaster.forecast(4, level=0.5), expected)


def test_inputs_stay_as_they_are(rng):
    days = pd.date_range("2024-01-01", periods=90)
    frame = pd.DataFrame(with_holes(THREE, 30), index=days, columns=list("abc"))
    exog = pd.DataFrame({"x": rng.normal(size=90)}, index=days)
    before = frame.copy(), exog.copy()
    scaler = StandardScaler(copy=False)
    options = {"strategy": "recursive", "known_exog": None, "scaling": None}
    forecaster = Forecaster(STUMPS, 4, transformer=scaler, **options)
    forecaster.fit(frame, exog).forecast(3, level=0.5)
    forecaster.backtest(frame, 2, exog=exog, level=0.5, steps=3)
    pd.testing.assert_frame_equal(frame, before[0])
    pd.testing.assert_frame_equal(exog, before[1])
    assert not hasattr(scaler, "mean_")
    array = THREE.copy()
    Forecaster(Ridge(copy_X=False), transformer=StandardScaler(copy=False), scaling=None).fit(
        array
    ).forecast(2)
    np.testing.assert_array_equal(array, THREE)


@pytest.mark.parametrize("strategy", ["recursive", "direct"])
def test_the_same_seed_gives_the_same_bits(strategy):
    def bits():
        forecaster = Forecaster(tiny(), 5, 2, strategy, scaling=None).fit(WALK)
        return forecaster.forecast(4, level=0.5).to_numpy().tobytes()

    assert bits() == bits()
