import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline

from sklstm import SequenceWindower, forecast_pairs
from sklstm.displays import ResidualDisplay
from sklstm.displays._autocorrelation import autocorrelation

DAYS = pd.date_range("2025-01-01", periods=140, name="day")
NOISE = pd.Series(np.random.default_rng(0).normal(size=140), index=DAYS, name="demand")


def test_autocorrelation_is_that_of_its_definition_and_its_bounds_are_bartletts():
    values = NOISE.to_numpy() + np.sin(np.arange(140) / 3)
    r, bounds = autocorrelation(values, 20, 0.95)
    deviations = values - values.mean()
    for k in range(1, 21):
        pairs = sum(deviations[t] * deviations[t + k] for t in range(140 - k))
        assert r[k - 1] == pytest.approx(pairs / sum(deviations**2))
        inside = 1 + 2 * sum(r[: k - 1] ** 2)
        assert bounds[k - 1] == pytest.approx(stats.norm.ppf(0.975) * np.sqrt(inside / 140))
    holes = values.copy()
    holes[[3, 50]] = np.nan
    r, bounds = autocorrelation(holes, 3, 0.95)
    deviations = np.nan_to_num(holes - np.nanmean(holes))
    np.testing.assert_allclose(r[0], deviations[:-1] @ deviations[1:] / (deviations @ deviations))
    assert bounds[0] == pytest.approx(stats.norm.ppf(0.975) / np.sqrt(138))
    with pytest.raises(ValueError, match="at least two residuals that differ, got 3 of one value"):
        autocorrelation(np.ones(3), 2, 0.95)
    with pytest.raises(ValueError, match="got 3 of one value"):
        autocorrelation(np.full(3, 0.1), 2, 0.95)  # whose mean is not quite 0.1


def test_errors_of_the_best_forecast_are_within_the_bounds_from_the_horizon_on(is_tidy):
    """A random walk is best forecast by its last value, whose errors are a moving average."""
    rng, outside = np.random.default_rng(0), []
    for _ in range(200):
        walk = rng.normal(size=400).cumsum()
        r, bounds = autocorrelation(walk[4:] - walk[:-4], 12, 0.95)
        assert (r[:2] > bounds[:2]).all()
        outside.append(np.abs(r[3:]) > bounds[3:])
    assert 0.03 < np.mean(outside) < 0.07
    display = ResidualDisplay.from_predictions(
        walk[4:], walk[:-4], horizon=4, kind="autocorrelation", n_lags=12
    )
    np.testing.assert_array_equal(display.autocorrelation_, r)
    np.testing.assert_array_equal(display.bounds_, bounds)
    words = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert words == ["95 % bounds", "Expected 4 rows ahead", "Autocorrelation"]
    assert is_tidy(display.figure_)


def test_over_time_at_the_times_of_the_targets(is_tidy):
    X, y = forecast_pairs(NOISE.to_frame(), horizon=3)
    model = make_pipeline(SequenceWindower(4, flatten=True, pad="edge"), Ridge()).fit(X, y)
    display = ResidualDisplay.from_estimator(model, X, y, horizon=3)
    expected = NOISE[3:].to_numpy() - model.predict(X)
    np.testing.assert_allclose(display.residuals, expected)
    marks, mean = display.lines_
    np.testing.assert_array_equal(marks.get_xdata(orig=True), DAYS[3:].to_numpy())
    np.testing.assert_allclose(marks.get_ydata(), expected)
    rolling = pd.Series(expected).rolling(6, center=True, min_periods=1).mean()
    np.testing.assert_allclose(mean.get_ydata(), rolling)
    assert display.ax_.get_ylabel() == "Residual of demand"
    assert is_tidy(display.figure_)


def test_rows_in_another_order_are_refused():
    X, y = forecast_pairs(NOISE.to_frame(), horizon=3)
    model = make_pipeline(SequenceWindower(4, flatten=True, pad="edge"), Ridge()).fit(X, y)
    with pytest.raises(ValueError, match="y has the labels of X in another order"):
        ResidualDisplay.from_estimator(model, X, y[::-1])
    with pytest.raises(ValueError, match="y_pred has the labels of y_true in another order"):
        ResidualDisplay.from_predictions(NOISE, NOISE[::-1])


def test_by_place_in_the_season(is_tidy):
    shift = np.tile([0.0, 0, 0, 0, 0, 5, 5], 20)
    truth = NOISE + shift
    display = ResidualDisplay.from_predictions(truth, np.zeros(140), season=7, kind="season")
    by_place = truth.to_numpy().reshape(20, 7)
    np.testing.assert_allclose(display.lines_[0].get_ydata(), by_place.mean(axis=0))
    for box, low, high in zip(display.boxes_, (0.05, 0.25), (0.95, 0.75), strict=True):
        bottoms = [bar.get_y() for bar in box]
        np.testing.assert_allclose(bottoms, np.quantile(by_place, low, axis=0))
        tops = [bar.get_y() + bar.get_height() for bar in box]
        np.testing.assert_allclose(tops, np.quantile(by_place, high, axis=0))
    assert is_tidy(display.figure_)


def test_clear_errors():
    draw = ResidualDisplay.from_predictions
    with pytest.raises(ValueError, match="kind='qq' is not possible"):
        draw(NOISE, NOISE + 1, kind="qq")
    with pytest.raises(ValueError, match="kind='season' takes season="):
        draw(NOISE, NOISE + 1, kind="season")
    with pytest.raises(ValueError, match="no value that is known"):
        draw([np.nan, 1], [1, np.nan])
    with pytest.raises(ValueError, match="horizon must be a whole number of at least 1, got 0"):
        draw(NOISE, NOISE + 1, horizon=0)
    with pytest.raises(ValueError, match="horizon=None is not possible"):
        draw(NOISE, NOISE + 1, horizon=None)
    with pytest.raises(ValueError, match="y_true must have 140 rows"):
        draw(NOISE[1:], NOISE)
    X = NOISE.to_frame()
    with pytest.raises(TypeError, match="takes a regressor, got the classifier"):
        ResidualDisplay.from_estimator(LogisticRegression().fit(X, NOISE > 0), X, NOISE > 0)


def test_says_that_matplotlib_is_missing(no_matplotlib):
    for draw in (
        lambda: ResidualDisplay.from_estimator(None, None, None),
        lambda: ResidualDisplay.from_predictions(None, None),
        lambda: ResidualDisplay(residuals=np.arange(3.0)).plot(),
    ):
        with pytest.raises(ImportError, match="requires matplotlib"):
            draw()
