"""Bounds are as far from forecasts as those of an older model were off, and cover as promised."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor
from sklearn.linear_model import QuantileRegressor, Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from sklstm import ExponentialSmoother, Forecaster, SeasonalDifferencer
from sklstm.forecasting._conformal import adaptive_alphas, known_errors, offsets
from sklstm.forecasting._following_rows import following_rows
from sklstm.forecasting._intervals import fewest_errors

RNG = np.random.default_rng(0)
WALK = np.cumsum(RNG.normal(size=120))
TWO = np.cumsum(RNG.normal(size=(120, 2)), axis=0)


def sides(errors, level):
    """Errors of such a rank from either end, or of absolute errors if there are few."""
    errors = np.sort(errors)
    rank = int(np.ceil((len(errors) + 1) * (1 + level) / 2 - 1e-9))
    if rank <= len(errors):
        return errors[[-rank, rank - 1]]
    half = np.sort(np.abs(errors))[int(np.ceil((len(errors) + 1) * level - 1e-9)) - 1]
    return np.array([-half, half])


def offsets_by_hand(forecaster, values, n_newest, level, steps, exog=None, future=None):
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
            errors[step].append(values[origin + 1 + step] - forecast[step])
    return np.array([[sides(c, level) for c in np.reshape(e, (len(e), -1)).T] for e in errors])


@pytest.mark.parametrize(
    "transformer", [None, StandardScaler(), ExponentialSmoother(0.5)], ids=repr
)
@pytest.mark.parametrize(("strategy", "horizon"), [("recursive", 2), ("direct", 1), ("direct", 3)])
@pytest.mark.parametrize("calibration_size", [0.25, 41])
def test_half_widths_are_errors_of_an_older_model(transformer, strategy, horizon, calibration_size):
    forecaster = Forecaster(Ridge(), 4, horizon, strategy, transformer, scaling=None)
    forecaster.set_params(calibration_size=calibration_size).fit(TWO)
    found = forecaster.forecast(4, level=0.8)
    n_newest = 30 if calibration_size == 0.25 else 41
    expected = offsets_by_hand(forecaster, TWO, n_newest, 0.8, 4)
    for column in (0, 1):
        one = found[column]
        np.testing.assert_allclose(one["lower"] - one["prediction"], expected[:, column, 0])
        np.testing.assert_allclose(one["upper"] - one["prediction"], expected[:, column, 1])


@pytest.mark.parametrize(("strategy", "horizon"), [("recursive", 1), ("direct", 2), ("direct", 3)])
def test_half_widths_with_columns_known_in_advance(strategy, horizon, rng):
    exog, future = rng.normal(size=(120, 1)), rng.normal(size=(6, 1))
    series = WALK + np.append(exog[1:, 0], 0.0) * 3
    forecaster = Forecaster(Ridge(), 4, horizon, strategy, calibration_size=30, scaling=None).fit(
        series, exog
    )
    found = forecaster.forecast(5, future, level=0.8)
    expected = offsets_by_hand(forecaster, series, 30, 0.8, 5, exog, future)
    np.testing.assert_allclose(found["lower"] - found["prediction"], expected[:, 0, 0])
    np.testing.assert_allclose(found["upper"] - found["prediction"], expected[:, 0, 1])


def test_updates_move_the_block_of_calibration():
    forecaster = Forecaster(Ridge(), 4, calibration_size=25, scaling=None).fit(WALK[:100])
    found = forecaster.update(WALK[100:]).forecast(3, level=0.6)
    older = Forecaster(Ridge(), 4, calibration_size=None, scaling=None).fit(WALK[:75])
    older.update(WALK[75:95])
    errors = [[] for _ in range(3)]
    for origin in range(94, 119):
        k = min(3, 119 - origin)
        forecast = older.forecast(k)["prediction"].to_numpy()
        for step in range(k):
            errors[step].append(WALK[origin + 1 + step] - forecast[step])
        older.update(WALK[[origin + 1]])
    assert [len(one) for one in errors] == [25, 24, 23]
    expected = np.array([sides(one, 0.6) for one in errors])
    np.testing.assert_allclose(found["lower"] - found["prediction"], expected[:, 0])
    np.testing.assert_allclose(found["upper"] - found["prediction"], expected[:, 1])


def test_errors_at_missing_steps_do_not_count():
    holes = WALK.copy()
    holes[[60, 110]] = np.nan
    forecaster = Forecaster(Ridge(), 3, calibration_size=30, scaling=None).fit(holes)
    older = Forecaster(Ridge(), 3, calibration_size=None, scaling=None).fit(holes[:90])
    (fitted,) = [older.estimator_]
    errors = []
    for origin in range(89, 119):
        window = holes[origin - 2 : origin + 1]
        if np.isfinite(window).all() and np.isfinite(holes[origin + 1]):
            errors.append(holes[origin + 1] - fitted.predict(window[np.newaxis])[0])
    assert len(errors) == 26
    found = forecaster.forecast(1, level=0.8)
    lower, upper = sides(errors, 0.8)
    np.testing.assert_allclose(found["lower"] - found["prediction"], lower)
    np.testing.assert_allclose(found["upper"] - found["prediction"], upper)


@pytest.mark.parametrize("transformer", [None, StandardScaler()])
def test_calibration_does_not_change_the_forecast(transformer):
    forecaster = Forecaster(Ridge(), 5, transformer=transformer, scaling=None)
    plain = forecaster.set_params(calibration_size=None).fit(WALK).forecast(4)
    for size in (0.1, 0.5, 0.9, 30, 1000):
        found = forecaster.set_params(calibration_size=size).fit(WALK).forecast(4)
        pd.testing.assert_frame_equal(found, plain)


def test_several_levels_lie_in_each_other():
    forecaster = Forecaster(Ridge(), 5, scaling=None).fit(WALK)
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
    forecaster = Forecaster(Ridge(), scaling=None).fit(WALK)
    for call in (forecaster.forecast, lambda level: forecaster.backtest(WALK, 2, level=level)):
        with pytest.raises(
            ValueError, match=r"level must be a number in \(0, 1\), such as 0.9.*got"
        ):
            call(level=level)


@pytest.mark.parametrize("transformer", [None, StandardScaler(), MinMaxScaler()])
def test_too_few_rows_to_calibrate(transformer):
    forecaster = Forecaster(Ridge(), 5, transformer=transformer, calibration_size=10, scaling=None)
    forecaster.fit(WALK)
    assert np.isfinite(forecaster.forecast(2, level=0.9)).all(axis=None)
    message = "level=0.9 takes the errors of at least 9 earlier.* from step 3 on: take a lower"
    with pytest.raises(ValueError, match=message):
        forecaster.forecast(3, level=0.9)
    assert list(forecaster.forecast(3)) == ["prediction"]
    for size, why in ((None, "calibration_size was None"), (116, r"\+ horizon rows")):
        with pytest.raises(ValueError, match=rf"level takes a calibration block.*{why}"):
            forecaster.set_params(calibration_size=size).fit(WALK).forecast(1, level=0.5)


@pytest.mark.parametrize(("horizon", "n_rows"), [(1, 18), (4, 24), (6, 28), (8, 36)])
def test_by_default_short_series_have_errors_enough_for_intervals_of_90_per_cent(horizon, n_rows):
    forecaster = Forecaster(Ridge(), horizon=horizon).fit(WALK[:n_rows])
    assert np.isfinite(forecaster.forecast(level=0.9)).all(axis=None)


def test_series_too_short_to_calibrate_borrow_errors_relative_to_their_steps():
    short = 1e-3 * WALK[50:58]
    rows = {"long": WALK, "short": short}
    parts = {k: pd.Series(v, index=range(120 - len(v), 120)) for k, v in rows.items()}
    frame = pd.concat(parts, names=["n", "t"])
    # The older model has no transformer for the short one, so that all errors are borrowed.
    forecaster = Forecaster(Ridge(), 3, transformer=StandardScaler(), by="n", scaling=None).fit(
        frame
    )
    found = forecaster.forecast(2, level=0.8)
    size = np.abs(np.diff(short)).mean() / np.abs(np.diff(WALK)).mean()
    for end in ("lower", "upper"):
        offset = found[end] - found["prediction"]
        np.testing.assert_allclose(offset["short"], size * offset["long"])
    alone = forecaster.forecast(2, level=0.8, series="short")
    np.testing.assert_allclose(alone, found.loc["short"])


def test_a_series_alone_that_is_too_short_has_no_bounds():
    with pytest.raises(ValueError, match="level=0.9 takes the errors of at least 9"):
        Forecaster(Ridge(), 3, calibration_size=6, scaling=None).fit(WALK).forecast(1, level=0.9)


def test_nobody_lends_errors_of_a_later_time():
    old, new = WALK[:60], WALK[60:]
    parts = {"old": pd.Series(old[:7]), "new": pd.Series(new, index=range(60, 120))}
    frame = pd.concat(parts, names=["n", "t"])
    forecaster = Forecaster(Ridge(), 3, by="n", scaling=None).fit(frame)
    with pytest.warns(UserWarning, match="series 'old' give fewer from step 1.*1 of 2 series"):
        found = forecaster.forecast(2, level=0.8)
    assert found.loc["old"].isna().sum().tolist() == [0, 2, 2]


def test_bounds_are_those_of_the_errors_on_the_scale_of_the_transformer(rng):
    counts = rng.poisson(np.exp(np.sin(np.arange(200) / 5)), size=200).astype(float)
    log = FunctionTransformer(np.log1p, np.expm1)
    found = Forecaster(Ridge(), 6, transformer=log, calibration_size=60, scaling=None).fit(counts)
    found = found.forecast(3, level=0.8)
    plain = (
        Forecaster(Ridge(), 6, calibration_size=60, scaling=None)
        .fit(np.log1p(counts))
        .forecast(3, level=0.8)
    )
    np.testing.assert_allclose(found, np.expm1(plain))
    assert (found["lower"] > -1).all()


@pytest.mark.parametrize(
    "transformer",
    [
        FunctionTransformer(np.sqrt, np.square),
        FunctionTransformer(np.log1p, lambda z: np.maximum(np.expm1(z), 0.0)),
        make_pipeline(StandardScaler(), MinMaxScaler(clip=True)),
    ],
    ids=["sqrt", "clipped", "clip"],
)
def test_bounds_end_where_the_inverse_ends(transformer, rng):
    amounts = np.maximum(rng.normal(size=200), 0.0)
    forecaster = Forecaster(Ridge(), 6, transformer=transformer, scaling=None).fit(amounts)
    found = forecaster.forecast(3, level=0.95)
    assert (found["lower"] > -1e-6).all()
    assert (found["lower"] < 1e-3).all()
    assert (found["upper"] > found["prediction"]).all()


def test_bounds_of_a_falling_transformer_are_in_order(rng):
    series = np.exp(rng.normal(size=200))
    falling = FunctionTransformer(lambda x: -np.log(x), lambda z: np.exp(-z))
    rising = FunctionTransformer(np.log, np.exp)
    first, second = (
        Forecaster(Ridge(), 6, transformer=one, scaling=None).fit(series).forecast(3, level=0.8)
        for one in (falling, rising)
    )
    np.testing.assert_allclose(first, second)


def test_a_differenced_logarithm_has_errors_on_the_scale_of_the_logarithm(rng):
    series = pd.Series(np.exp(np.cumsum(rng.normal(size=200)) / 10))
    both = make_pipeline(FunctionTransformer(np.log, np.exp), SeasonalDifferencer(4))
    found = (
        Forecaster(Ridge(), 6, transformer=both, scaling=None).fit(series).forecast(6, level=0.8)
    )
    logs = Forecaster(Ridge(), 6, transformer=SeasonalDifferencer(4), scaling=None).fit(
        np.log(series)
    )
    np.testing.assert_allclose(found, np.exp(logs.forecast(6, level=0.8)))


@pytest.mark.parametrize("quantile", [0.1, 0.9])
def test_intervals_around_a_quantile_are_refused(quantile):
    for regressor in (
        QuantileRegressor(quantile=quantile),
        HistGradientBoostingRegressor(loss="quantile", quantile=quantile),
        GradientBoostingRegressor(loss="quantile", alpha=quantile),
        make_pipeline(StandardScaler(), QuantileRegressor(quantile=quantile)),
    ):
        forecaster = Forecaster(regressor, 3, scaling=None)
        with pytest.raises(ValueError, match=rf"{quantile} of \w+ forecasts one end of an interv"):
            forecaster.backtest(WALK, 2, level=0.8)
    forecaster.fit(WALK).forecast(1)
    with pytest.raises(ValueError, match="the median, or another loss"):
        forecaster.forecast(1, level=0.8)
    median = Forecaster(QuantileRegressor(quantile=0.5, alpha=0), 3, scaling=None).fit(WALK)
    assert np.isfinite(median.forecast(1, level=0.8)).all(axis=None)


def skewed(rng, n):
    return rng.exponential(size=n)


def counts(rng, n):
    return rng.negative_binomial(2, 0.3, size=n).astype(float)


def heteroscedastic(rng, n):
    return rng.normal(size=n) * np.where(np.arange(n) % 7 < 3, 3.0, 1.0)


def ar1(rng, n):
    noise, values = rng.normal(size=n), np.zeros(n)
    for t in range(1, n):
        values[t] = 0.7 * values[t - 1] + noise[t]
    return values


def random_walk(rng, n):
    return np.cumsum(rng.normal(size=n))


def seasonal(rng, n):
    return 5 * np.sin(np.arange(n) * 2 * np.pi / 12) + rng.standard_t(3, size=n)


@pytest.mark.parametrize(
    ("make", "strategy", "horizon"),
    [
        *[(make, "recursive", 1) for make in (ar1, random_walk, seasonal)],
        *[(make, "direct", 5) for make in (ar1, random_walk, seasonal)],
        *[(make, "recursive", 1) for make in (skewed, counts, heteroscedastic)],
    ],
)
def test_intervals_cover_as_often_as_they_say(make, strategy, horizon):
    levels = [0.5, 0.8, 0.9, 0.95]
    # The older model must have seen enough to err no more than the one that forecasts.
    forecaster = Forecaster(Ridge(), 12, horizon, strategy, calibration_size=300, scaling=None)
    runs = []
    for seed in range(4):
        series = make(np.random.default_rng(seed), 4000)
        folds = [(np.arange(2500), np.arange(2500, 4000))]
        options = {"stride": 1, "steps": 5, "refit": False, "level": levels}
        runs.append(forecaster.backtest(series, folds, **options).errors)
    for level in levels:
        covered = np.mean([run[f"coverage_{level}"] for run in runs], axis=0)
        if make is not counts:  # which are covered more often, for they are at the bounds at times
            np.testing.assert_allclose(covered, level, atol=0.02)
        assert (covered > level - 0.02).all()


def test_rows_that_follow():
    values = np.arange(10.0).reshape(5, 2)
    expected = [[[2, 3], [4, 5], [6, 7]], [[8, 9], [np.nan] * 2, [np.nan] * 2]]
    np.testing.assert_array_equal(following_rows(values, np.array([0, 3]), 3), expected)


def test_a_calibration_that_fails_costs_intervals_only():
    # The older rows are too few for the folds of the search, all of them are not.
    search = GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=TimeSeriesSplit(5, test_size=5))
    series = np.sin(np.arange(42))
    forecaster = Forecaster(search, lookback=5, calibration_size=14, scaling=None).fit(series)
    assert np.isfinite(forecaster.forecast(3)["prediction"]).all()
    with pytest.raises(ValueError, match=r"older rows could not be fitted \(Too many splits"):
        forecaster.forecast(3, level=0.5)


LEVELS = [0.05, 0.5, 0.8, 0.9, 0.95, 0.99]


def one_side_by_hand(errors, level):
    """The smallest error that is not less than the share `level` of all, and one to come."""
    for error in sorted(errors):
        covered = sum(other <= error for other in errors)
        if Fraction(covered, len(errors) + 1) >= level:
            return error
    return math.inf


def offsets_of_errors(errors, level):
    errors = [error for error in errors if not math.isnan(error)]
    side = (1 + Fraction(str(level))) / 2
    upper = one_side_by_hand(errors, side)
    if math.isfinite(upper):
        return -one_side_by_hand([-error for error in errors], side), upper
    half = one_side_by_hand([abs(error) for error in errors], Fraction(str(level)))
    return -half, half


def errors_table(n_origins, steps=3, n_columns=2, missing=0.0):
    rng = np.random.default_rng(n_origins)
    errors = rng.exponential(size=(n_origins, steps, n_columns)) - 0.5
    errors[rng.uniform(size=errors.shape) < missing] = np.nan
    return errors


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("n_newest", [1, 9, 19, 40, 1000])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_offsets(level, n_newest, missing):
    errors = errors_table(60, missing=missing)
    found = offsets(known_errors(errors, n_newest), 1 - level)
    for step in range(3):
        for column in range(2):
            # The last row is the origin, 59: errors of forecasts of rows up to it are known.
            origins = [o for o in range(59 - n_newest, 59) if o >= 0 and o + step + 1 <= 59]
            expected = offsets_of_errors(errors[origins, step, column], level)
            np.testing.assert_array_equal(found[:, step, column], expected)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("n_origins", [1, 2, 3])
def test_too_few_errors(level, n_origins):
    found = offsets(known_errors(errors_table(n_origins, steps=4), 10), 1 - level)
    assert np.isinf(found[:, n_origins - 1 :]).all()


@pytest.mark.parametrize("level", LEVELS)
def test_the_fewest_errors_that_a_level_takes(level):
    fewest = fewest_errors(level)
    for n, finite in ((fewest - 1, False), (fewest, True)):
        errors = np.arange(1.0, n + 2).reshape(-1, 1, 1)
        assert np.isfinite(offsets(known_errors(errors, 1000), 1 - level)).all() == finite


def test_later_errors_do_not_count():
    errors = errors_table(30)
    expected = known_errors(errors, 20)
    changed = errors.copy()
    for step in range(3):
        changed[30 - step - 1 :, step] = 1e9
    changed[:9] = 1e9
    np.testing.assert_array_equal(known_errors(changed, 20), expected)


def test_adaptive_levels_are_those_of_the_recursion(rng):
    errors = rng.normal(size=(80, 2, 1))
    found = adaptive_alphas(errors, 0.2, 30)[:, :, 0]
    for step in (1, 2):
        table = errors[:, step - 1, 0]
        alpha, missed = 0.2, {}
        for origin in range(80):
            if missed.get(origin - step) is not None:
                alpha += 0.01 * (0.2 - missed[origin - step])
            assert found[origin, step - 1] == pytest.approx(alpha)
            known = np.sort(table[max(0, origin - 30) : max(0, origin + 1 - step)])
            if len(known) >= 9:
                rank = math.ceil((len(known) + 1) * (1 - alpha / 2) - 1e-9)
                rank = min(max(rank, len(known) // 2 + 1), len(known))
                missed[origin] = not known[-rank] <= table[origin] <= known[rank - 1]
    assert np.ptp(found) > 0.01


def test_adaptive_intervals_cover_while_errors_grow():
    rng = np.random.default_rng(3)
    growing = rng.normal(size=1600) * np.exp(np.arange(1600) / 300)
    fold = [(range(600), range(600, 1600))]
    covered = {}
    for kind in ("conformal", "adaptive"):
        result = Forecaster(Ridge(), 2, calibration_size=300, scaling=None).backtest(
            growing, fold, steps=1, stride=1, level=0.8, intervals=kind
        )
        covered[kind] = result.overall["coverage"]
    assert covered["conformal"] < 0.76
    assert covered["adaptive"] == pytest.approx(0.8, abs=0.02)
    with pytest.raises(ValueError, match="'conformal' or 'adaptive', got 'aci'"):
        Forecaster(Ridge(), 2, scaling=None).fit(growing).forecast(1, level=0.8, intervals="aci")


def test_updates_move_adaptive_intervals():
    quiet, loud = np.random.default_rng(0).normal(size=(2, 300))
    forecaster = Forecaster(Ridge(), 2, calibration_size=100, scaling=None).fit(quiet)
    forecaster.update(7 * loud[:60])
    width = {}
    for kind in ("conformal", "adaptive"):
        bounds = forecaster.forecast(1, level=0.6, intervals=kind)
        width[kind] = (bounds["upper"] - bounds["lower"]).iloc[0]
    assert width["adaptive"] > 1.1 * width["conformal"]
