"""Intervals of regressors that predict quantiles: conformalised quantile regression."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklstm import (
    Forecaster,
    GRURegressor,
    SeasonalDifferencer,
    WindowScaledRegressor,
    WindowScaler,
)


class Spread(LinearRegression):
    """Quantiles as wide as the last value of a window is large, and a fifth too narrow."""

    share = 0.8

    def predict_quantiles(self, X, quantiles=None):
        width = self.share * (0.3 + np.abs(X[:, -1:]))
        middle = self.predict(X).reshape(len(X), -1)
        found = middle[..., np.newaxis] + width[..., np.newaxis] * stats.norm.ppf(quantiles)
        return found if found.shape[1] > 1 else found[:, 0]


class RightSpread(Spread):
    """As wide as errors of one step are."""

    share = 1.0


def volatile(n, seed=0):
    """The more volatile, the larger the last value is."""
    noise, values = np.random.default_rng(seed).normal(size=n), np.zeros(n)
    for t in range(1, n):
        values[t] = 0.5 * values[t - 1] + (0.3 + np.abs(values[t - 1])) * noise[t]
    return values


def ends_by_hand(model, values, origins, steps):
    """Lower and upper quantiles of 80 % from each origin; forecasts enter the windows."""
    windows = np.stack([values[origin - 2 : origin + 1] for origin in origins])
    ends = []
    for _ in range(steps):
        ends.append(model.predict_quantiles(windows, [0.1, 0.9]))
        windows = np.column_stack([windows[:, 1:], model.predict(windows)])
    return np.stack(ends, axis=1)


def test_bounds_are_quantiles_moved_by_the_misses_of_an_older_model():
    series, n_newest, steps = volatile(300), 60, 2
    forecaster = Forecaster(Spread(), 3, scaling=None, calibration_size=n_newest).fit(series)
    found = forecaster.forecast(steps, level=0.8)
    older = (
        Forecaster(Spread(), 3, scaling=None, calibration_size=None)
        .fit(series[:-n_newest])
        .estimator_
    )
    origins = np.arange(len(series) - n_newest - 1, len(series) - 1)
    earlier = ends_by_hand(older, series, origins, steps)
    now = ends_by_hand(forecaster.estimator_, series, [len(series) - 1], steps)[0]
    for step in range(steps):
        known = origins + 1 + step < len(series)
        actual = series[origins[known] + 1 + step]
        below, above = (actual - earlier[known, step, side] for side in (0, 1))
        rank = int(np.ceil((known.sum() + 1) * 0.9 - 1e-9))
        expected = now[step] + [np.sort(below)[-rank], np.sort(above)[rank - 1]]
        np.testing.assert_allclose(found.iloc[step][["lower", "upper"]], expected)
    plain = Forecaster(LinearRegression(), 3, scaling=None, calibration_size=n_newest).fit(series)
    np.testing.assert_allclose(found["prediction"], plain.forecast(steps)["prediction"])


def test_few_errors_move_both_ends_by_the_larger_miss():
    series = volatile(100)
    forecaster = Forecaster(Spread(), 3, scaling=None, calibration_size=7).fit(series)
    found = forecaster.forecast(1, level=0.8)
    older = Forecaster(Spread(), 3, scaling=None, calibration_size=None).fit(series[:-7]).estimator_
    origins = np.arange(92, 99)
    earlier = ends_by_hand(older, series, origins, 1)[:, 0]
    actual = series[origins + 1]
    miss = np.sort(np.maximum(earlier[:, 0] - actual, actual - earlier[:, 1]))[6]
    now = ends_by_hand(forecaster.estimator_, series, [99], 1)[0, 0]
    np.testing.assert_allclose(found.iloc[0][["lower", "upper"]], now + [-miss, miss])


@pytest.mark.parametrize(
    ("strategy", "horizon", "intervals"),
    [("recursive", 1, "conformal"), ("direct", 3, "conformal"), ("direct", 3, "adaptive")],
)
def test_coverage_and_width_follow_the_volatility(strategy, horizon, intervals):
    series = volatile(6000)
    folds = [(range(3000), range(3000, 6000))]
    asked = {"steps": 3, "stride": 1, "level": [0.8, 0.9], "intervals": intervals, "refit": False}
    shares = {}
    for name, regressor in (("quantiles", RightSpread()), ("plain", LinearRegression())):
        forecaster = Forecaster(
            regressor, 3, horizon, strategy, scaling=None, calibration_size=1000
        )
        rows = forecaster.backtest(series, folds, **asked).forecasts
        for level in (0.8, 0.9):
            inside = rows["actual"].between(rows[f"lower_{level}"], rows[f"upper_{level}"])
            of_step = inside.groupby(level="step").mean()
            assert of_step.to_numpy() == pytest.approx(level, abs=0.02)
        origin = rows.index.get_level_values("origin").to_numpy()
        first = rows.index.get_level_values("step") == 1
        loud = np.abs(series[origin]) > 0.8
        shares[name] = [inside[first & loud].mean(), inside[first & ~loud].mean()]
    assert shares["quantiles"] == pytest.approx([0.9, 0.9], abs=0.02)
    assert shares["plain"][0] < 0.82 < 0.95 < shares["plain"][1]


def test_bounds_on_the_scale_of_a_transformer():
    series = np.exp(volatile(300) / 5)
    log = FunctionTransformer(np.log, np.exp)
    falling = FunctionTransformer(lambda x: -np.log(x), lambda z: np.exp(-z))
    first, second = (
        Forecaster(Spread(), 3, scaling=None, transformer=one).fit(series).forecast(3, level=0.8)
        for one in (log, falling)
    )
    logs = Forecaster(Spread(), 3, scaling=None).fit(np.log(series)).forecast(3, level=0.8)
    np.testing.assert_allclose(first, np.exp(logs))
    np.testing.assert_allclose(first, second)
    # Quantiles of differences are no ends of intervals of what the differences add up to.
    both = make_pipeline(log, SeasonalDifferencer(1))
    with_quantiles, plain = (
        Forecaster(one, 3, scaling=None, transformer=both).fit(series).forecast(3, level=0.8)
        for one in (Spread(), LinearRegression())
    )
    pd.testing.assert_frame_equal(with_quantiles, plain)


def test_series_of_a_panel_borrow_misses():
    parts = {"long": pd.Series(volatile(400)), "short": pd.Series(volatile(400)[380:] / 50)}
    parts["short"].index += 380
    panel = pd.concat(parts, names=["key", "t"])
    forecaster = Forecaster(Spread(), 3, scaling=None, by="key", calibration_size=0.3).fit(panel)
    found = forecaster.forecast(1, level=0.8)
    alone = forecaster.forecast(1, level=0.8, series="short")
    np.testing.assert_allclose(alone, found.loc["short"])
    assert np.isfinite(found).all(axis=None)
    width = found["upper"] - found["lower"]
    assert width["short"].item() < 0.6 * width["long"].item()


def network(**parameters):
    parameters = {"max_epochs": 30, "random_state": 0} | parameters
    return GRURegressor(4, differencing="never", **parameters)


@pytest.mark.parametrize("scaled", [False, True])
def test_networks_of_several_quantiles_forecast_the_median(scaled):
    series = volatile(400)
    quantile = network(loss="quantile", quantile=[0.1, 0.5, 0.9])
    if scaled:
        quantile = WindowScaledRegressor(quantile, WindowScaler("standard"))
    for strategy in ("recursive", "direct"):
        forecaster = Forecaster(quantile, 4, 2, strategy, scaling=None).fit(series)
        found = forecaster.forecast(2, level=0.8)
        window = series[-4:].reshape(1, 4, 1)
        median = forecaster.estimator_.predict_quantiles(window, 0.5).ravel()
        assert found["prediction"].iloc[0] == pytest.approx(median[0])
        assert (found["lower"] < found["prediction"]).all()
        assert (found["prediction"] < found["upper"]).all()
    with pytest.raises(ValueError, match="only .* were trained. Give quantile the levels"):
        forecaster.forecast(2, level=0.9)


def test_quantiles_without_the_median_or_inside_a_pipeline_are_refused():
    with pytest.raises(ValueError, match=r"forecasts the median, and quantile=.* has no 0\.5"):
        Forecaster(network(loss="quantile", quantile=[0.1, 0.9]), 4).fit(volatile(100))
    inside = make_pipeline(network(loss="quantile", quantile=[0.1, 0.5]))
    with pytest.raises(ValueError, match="a list of quantiles several"):
        Forecaster(inside, 4).fit(volatile(100))
    with pytest.raises(ValueError, match="which only loss='quantile' predicts, .* is 'auto'"):
        Forecaster(network(loss="auto", quantile=[0.1, 0.5]), 4).fit(volatile(100))


def test_likelihoods_have_widths_that_differ_by_day():
    noise = np.random.default_rng(0).normal(size=900)
    series = np.where(np.arange(900) % 3 == 0, 5.0, 0.5) * noise
    days = np.eye(3)[np.arange(903) % 3]
    forecaster = Forecaster(network(loss="normal"), 2, 3, calibration_size=300)
    found = forecaster.fit(series, days[:900]).forecast(3, days[900:], level=0.8)
    width = (found["upper"] - found["lower"]).to_numpy()
    assert width / 2.563 == pytest.approx([5, 0.5, 0.5], rel=0.3)
    counts = np.random.default_rng(1).poisson(3.0, 300).astype(float)
    found = Forecaster(network(loss="poisson"), 2).fit(counts).forecast(3, level=0.8)
    assert (found["lower"] == found["lower"].round()).all()


def autoregression(noise):
    values = np.zeros(len(noise))
    for t in range(1, len(noise)):
        values[t] = 0.6 * values[t - 1] + noise[t]
    return values


SIMULATED = {
    "normal": lambda rng, n: autoregression(rng.normal(size=n)),
    "skewed": lambda rng, n: autoregression(rng.exponential(size=n)),
    "heteroscedastic": lambda rng, n: volatile(n, rng),
    "counts": lambda rng, n: rng.negative_binomial(5, 0.2, size=n).astype(float),
}


def coverage_of_network(name, seed, **loss):
    """Share of the rows within intervals of 80 %, direct forecasts of three steps."""
    series = SIMULATED[name](np.random.default_rng(seed), 900)
    forecaster = Forecaster(network(max_epochs=15, **loss), 6, 3, "direct", scaling=None)
    folds = [(range(500), range(500, 900))]
    asked = {"steps": 3, "stride": 3, "level": 0.8, "refit": False}
    return forecaster.backtest(series, folds, **asked).overall["coverage"].item()


@pytest.mark.parametrize("loss", ["quantile", "likelihood"])
def test_intervals_around_networks_cover(loss):
    means = []
    for name in SIMULATED:
        likelihood = "negative_binomial" if name == "counts" else "student_t"
        options = {"loss": likelihood if loss == "likelihood" else loss}
        if loss == "quantile":
            options["quantile"] = [0.1, 0.5, 0.9]
        means.append(np.mean([coverage_of_network(name, seed, **options) for seed in range(4)]))
        # A hundred calibration rows of each of four series leave two points to chance.
        assert means[-1] == pytest.approx(0.8, abs=0.04)
    # Ranks are rounded away from the middle, so that n errors cover up to 2 / (n + 1) more.
    assert 0.78 <= np.mean(means) <= 0.83
