"""Bounds are as far from forecasts as those of an older model were off, and cover as promised."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.preprocessing import StandardScaler

from sklstm import ExponentialSmoother, Forecaster
from sklstm.forecasting._intervals import fewest_errors, following_rows, interval_half_widths

RNG = np.random.default_rng(0)
WALK = np.cumsum(RNG.normal(size=120))
TWO = np.cumsum(RNG.normal(size=(120, 2)), axis=0)


def rank(errors, level):
    return np.sort(errors)[int(np.ceil((len(errors) + 1) * level - 1e-9)) - 1]


def half_widths_by_hand(forecaster, values, n_newest, level, steps, exog=None, future=None):
    """Fit to the older rows, forecast from each later one, take the rank of what was known."""
    n = len(values)
    rest = {} if exog is None else {"exog": exog[: n - n_newest]}
    older = Forecaster(**forecaster.get_params(deep=False)).set_params(calibration_size=None)
    older.fit(values[: n - n_newest], **rest)
    ahead = None if exog is None else np.concatenate([exog, future])
    errors = [[] for _ in range(steps)]
    for origin in range(n - n_newest - 1, n - 1):
        if origin >= n - n_newest:
            row = slice(origin, origin + 1)
            older.update(values[row], **({} if exog is None else {"exog": exog[row]}))
        known = {} if exog is None else {"exog": ahead[origin + 1 :]}
        k = min(steps, n - 1 - origin)
        forecast = older.forecast(k, **known).to_numpy()
        for step in range(k):
            errors[step].append(np.abs(forecast[step] - values[origin + 1 + step]))
    return np.array([[rank(c, level) for c in np.reshape(e, (len(e), -1)).T] for e in errors])


@pytest.mark.parametrize(
    "transformer", [None, StandardScaler(), ExponentialSmoother(0.5)], ids=repr
)
@pytest.mark.parametrize(("strategy", "horizon"), [("recursive", 2), ("direct", 1), ("direct", 3)])
@pytest.mark.parametrize("calibration_size", [0.25, 41])
def test_half_widths_are_errors_of_an_older_model(transformer, strategy, horizon, calibration_size):
    forecaster = Forecaster(Ridge(), 4, horizon, strategy, transformer)
    forecaster.set_params(calibration_size=calibration_size).fit(TWO)
    found = forecaster.forecast(4, level=0.8)
    n_newest = 30 if calibration_size == 0.25 else 41
    expected = half_widths_by_hand(forecaster, TWO, n_newest, 0.8, 4)
    for column in (0, 1):
        one = found[column]
        np.testing.assert_allclose(one["upper"] - one["prediction"], expected[:, column])
        np.testing.assert_allclose(one["prediction"] - one["lower"], expected[:, column])


@pytest.mark.parametrize(("strategy", "horizon"), [("recursive", 1), ("direct", 2), ("direct", 3)])
def test_half_widths_with_columns_known_in_advance(strategy, horizon, rng):
    exog, future = rng.normal(size=(120, 1)), rng.normal(size=(6, 1))
    series = WALK + np.append(exog[1:, 0], 0.0) * 3
    forecaster = Forecaster(Ridge(), 4, horizon, strategy, calibration_size=30).fit(series, exog)
    found = forecaster.forecast(5, future, level=0.8)
    expected = half_widths_by_hand(forecaster, series, 30, 0.8, 5, exog, future)
    np.testing.assert_allclose(found["upper"] - found["prediction"], expected[:, 0])


def test_updates_move_the_block_of_calibration():
    forecaster = Forecaster(Ridge(), 4, calibration_size=25).fit(WALK[:100])
    found = forecaster.update(WALK[100:]).forecast(3, level=0.6)
    older = Forecaster(Ridge(), 4, calibration_size=None).fit(WALK[:75])
    older.update(WALK[75:95])
    errors = [[] for _ in range(3)]
    for origin in range(94, 119):
        k = min(3, 119 - origin)
        forecast = older.forecast(k)["prediction"].to_numpy()
        for step in range(k):
            errors[step].append(abs(forecast[step] - WALK[origin + 1 + step]))
        older.update(WALK[[origin + 1]])
    assert [len(one) for one in errors] == [25, 24, 23]
    expected = [rank(one, 0.6) for one in errors]
    np.testing.assert_allclose(found["upper"] - found["prediction"], expected)


def test_errors_at_missing_steps_do_not_count():
    holes = WALK.copy()
    holes[[60, 110]] = np.nan
    forecaster = Forecaster(Ridge(), 3, calibration_size=30).fit(holes)
    older = Forecaster(Ridge(), 3, calibration_size=None).fit(holes[:90])
    (fitted,) = [older.estimator_]
    errors = []
    for origin in range(89, 119):
        window = holes[origin - 2 : origin + 1]
        if np.isfinite(window).all() and np.isfinite(holes[origin + 1]):
            errors.append(abs(fitted.predict(window[np.newaxis])[0] - holes[origin + 1]))
    assert len(errors) == 26
    found = forecaster.forecast(1, level=0.8)
    np.testing.assert_allclose(found["upper"] - found["prediction"], rank(errors, 0.8))


@pytest.mark.parametrize("transformer", [None, StandardScaler()])
def test_calibration_does_not_change_the_forecast(transformer):
    forecaster = Forecaster(Ridge(), 5, transformer=transformer)
    plain = forecaster.set_params(calibration_size=None).fit(WALK).forecast(4)
    for size in (0.1, 0.5, 0.9, 30, 1000):
        found = forecaster.set_params(calibration_size=size).fit(WALK).forecast(4)
        pd.testing.assert_frame_equal(found, plain)


def test_several_levels_lie_in_each_other():
    forecaster = Forecaster(Ridge(), 5).fit(WALK)
    found = forecaster.forecast(3, level=[0.5, 0.9])
    names = ["prediction", "lower_0.5", "upper_0.5", "lower_0.9", "upper_0.9"]
    assert list(found.columns) == names
    for level in (0.5, 0.9):
        one = forecaster.forecast(3, level=level)
        assert list(one.columns) == ["prediction", "lower", "upper"]
        np.testing.assert_array_equal(
            one, found[["prediction", f"lower_{level}", f"upper_{level}"]]
        )
    assert (found["lower_0.9"] <= found["lower_0.5"]).all()


@pytest.mark.parametrize(
    "level", [0, 1, 0.0, 1.0, -0.1, 90, True, "0.9", np.nan, [0.5, 1.5], [None]]
)
def test_levels_out_of_bounds(level):
    forecaster = Forecaster(Ridge()).fit(WALK)
    for call in (forecaster.forecast, lambda level: forecaster.backtest(WALK, 2, level=level)):
        with pytest.raises(
            ValueError, match=r"level must be a number in \(0, 1\), such as 0.9.*got"
        ):
            call(level=level)


def test_too_few_rows_to_calibrate():
    forecaster = Forecaster(Ridge(), 5, calibration_size=10).fit(WALK)
    assert np.isfinite(forecaster.forecast(2, level=0.9)).all(axis=None)
    message = "level=0.9 takes the errors of at least 9 earlier.* from step 3 on: take a lower"
    with pytest.raises(ValueError, match=message):
        forecaster.forecast(3, level=0.9)
    assert list(forecaster.forecast(3)) == ["prediction"]
    for size in (None, 116):
        with pytest.raises(ValueError, match=r"level takes a calibration block.*\+ horizon rows"):
            forecaster.set_params(calibration_size=size).fit(WALK).forecast(1, level=0.5)


@pytest.mark.parametrize("transformer", [None, StandardScaler()])
def test_series_too_short_to_calibrate_have_no_bounds(transformer):
    rows = {"long": 1000 * WALK, "short": WALK[:8]}
    frame = pd.concat([pd.DataFrame({"n": key, "v": v}) for key, v in rows.items()])
    forecaster = Forecaster(Ridge(), 3, transformer=transformer, by="n").fit(frame)
    with pytest.warns(UserWarning, match=r"series 'short' give fewer from step 1.*1 of 2 series"):
        found = forecaster.forecast(2, level=0.8)
    assert np.isfinite(found.loc["long"]).all(axis=None)
    assert found.loc["short"].isna().sum().tolist() == [0, 2, 2]
    with pytest.raises(ValueError, match="calibration rows of series 'short' give fewer"):
        forecaster.forecast(2, level=0.8, series="short")
    # Rows that come later calibrate a series that the older model can be applied to.
    forecaster.update(pd.DataFrame({"n": "short", "v": WALK[8:40]}, index=range(8, 40)))
    if transformer is None:
        assert np.isnan(forecaster.forecast(1, level=0.3, series="short")).sum().sum() == 0


@pytest.mark.parametrize("transformer", [None, StandardScaler()])
def test_an_older_model_without_the_transformer_of_a_series_does_not_calibrate_it(transformer):
    rows = {"long": WALK, "new": 1e6 + WALK[:32]}  # of which two are older than 30 others
    frame = pd.concat(
        [
            pd.DataFrame({"n": key, "v": v}, index=range(120 - len(v), 120))
            for key, v in rows.items()
        ]
    )
    forecaster = Forecaster(Ridge(), 3, transformer=transformer, by="n", calibration_size=30)
    forecaster.fit(frame)
    if transformer is None:
        assert np.isfinite(forecaster.forecast(2, level=0.8)).all(axis=None)
        return
    with pytest.warns(UserWarning, match="series 'new' give fewer from step 1"):
        found = forecaster.forecast(2, level=0.8)
    assert found.loc["new"].isna().sum().tolist() == [0, 2, 2]
    folds = [(np.r_[:118, 120:150], np.r_[118:120, 150:152])]
    with pytest.warns(UserWarning, match="series 'new' give fewer from step 1"):
        found = forecaster.backtest(frame, folds, level=0.8).forecasts
    assert found.loc["new", "lower"].isna().all()


def ar1(rng, n):
    noise, values = rng.normal(size=n), np.zeros(n)
    for t in range(1, n):
        values[t] = 0.7 * values[t - 1] + noise[t]
    return values


def random_walk(rng, n):
    return np.cumsum(rng.normal(size=n))


def seasonal(rng, n):
    return 5 * np.sin(np.arange(n) * 2 * np.pi / 12) + rng.standard_t(3, size=n)


@pytest.mark.parametrize("make", [ar1, random_walk, seasonal])
@pytest.mark.parametrize(("strategy", "horizon"), [("recursive", 1), ("direct", 5)])
def test_intervals_cover_as_often_as_they_say(make, strategy, horizon):
    levels = [0.5, 0.8, 0.9, 0.95]
    # The older model must have seen enough to err no more than the one that forecasts.
    forecaster = Forecaster(Ridge(), 12, horizon, strategy, calibration_size=300)
    runs = []
    for seed in range(4):
        series = make(np.random.default_rng(seed), 4000)
        folds = [(np.arange(2500), np.arange(2500, 4000))]
        options = {"stride": 1, "steps": 5, "refit": False, "level": levels}
        runs.append(forecaster.backtest(series, folds, **options).errors)
    for level in levels:
        covered = np.mean([run[f"coverage_{level}"] for run in runs], axis=0)
        np.testing.assert_allclose(covered, level, atol=0.03)


def test_rows_that_follow():
    values = np.arange(10.0).reshape(5, 2)
    expected = [[[2, 3], [4, 5], [6, 7]], [[8, 9], [np.nan] * 2, [np.nan] * 2]]
    np.testing.assert_array_equal(following_rows(values, np.array([0, 3]), 3), expected)


def test_a_calibration_that_fails_costs_intervals_only():
    # The older rows are too few for the folds of the search, all of them are not.
    search = GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=TimeSeriesSplit(5, test_size=5))
    series = np.sin(np.arange(42))
    forecaster = Forecaster(search, lookback=5, calibration_size=14).fit(series)
    assert np.isfinite(forecaster.forecast(3)["prediction"]).all()
    with pytest.raises(ValueError, match=r"older rows could not be fitted \(Too many splits"):
        forecaster.forecast(3, level=0.5)


LEVELS = [0.05, 0.5, 0.8, 0.9, 0.95, 0.99]


def half_width_by_hand(errors, level):
    """The smallest error that is not less than the share `level` of all, and one to come."""
    errors = sorted(error for error in errors if not math.isnan(error))
    for error in errors:
        covered = sum(other <= error for other in errors)
        if Fraction(covered, len(errors) + 1) >= Fraction(str(level)):
            return error
    return math.inf


def errors_table(n_origins, steps=3, n_columns=2, missing=0.0):
    rng = np.random.default_rng(n_origins)
    errors = rng.exponential(size=(n_origins, steps, n_columns))
    errors[rng.uniform(size=errors.shape) < missing] = np.nan
    return errors


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("n_newest", [1, 9, 19, 40, 1000])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_half_widths(level, n_newest, missing):
    errors = errors_table(60, missing=missing)
    widths = interval_half_widths(errors, level, n_newest)
    for step in range(3):
        for column in range(2):
            # The last row is the origin, 59: forecasts of rows up to it are known to be off.
            origins = [o for o in range(59 - n_newest, 59) if o >= 0 and o + step + 1 <= 59]
            expected = half_width_by_hand(errors[origins, step, column], level)
            assert widths[step, column] == expected


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("n_origins", [1, 2, 3])
def test_too_few_errors(level, n_origins):
    widths = interval_half_widths(errors_table(n_origins, steps=4), level, 10)
    assert np.isinf(widths[n_origins - 1 :]).all()


@pytest.mark.parametrize("level", LEVELS)
def test_the_fewest_errors_that_a_level_takes(level):
    fewest = fewest_errors(level)
    for n, finite in ((fewest - 1, False), (fewest, True)):
        errors = np.arange(1.0, n + 2).reshape(-1, 1, 1)
        assert np.isfinite(interval_half_widths(errors, level, 1000)).all() == finite


def test_later_errors_do_not_count():
    errors = errors_table(30)
    expected = interval_half_widths(errors, 0.5, 20)
    changed = errors.copy()
    for step in range(3):
        changed[30 - step - 1 :, step] = 1e9
    np.testing.assert_array_equal(interval_half_widths(changed, 0.5, 20), expected)
    changed[:9] = 1e9
    np.testing.assert_array_equal(interval_half_widths(changed, 0.5, 20), expected)
