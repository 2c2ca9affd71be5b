import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.utils import Bunch

from sklstm import GRURegressor, SequenceWindower
from sklstm.displays import ReliabilityDisplay
from sklstm.losses._compound_poisson import compound_poisson

RNG = np.random.default_rng(0)
N = 2000
MEAN = RNG.normal(size=N)
Y = RNG.normal(MEAN, 1.0)


def test_calibrated_distributions_have_a_uniform_pit(is_tidy):
    display = ReliabilityDisplay.from_distribution(Y, stats.norm(MEAN, 1.0))
    np.testing.assert_allclose(display.pit, stats.norm.cdf(Y - MEAN))
    assert stats.kstest(display.pit, "uniform").pvalue > 0.01
    np.testing.assert_array_equal(display.line_.get_xdata(), display.nominal)
    for level, share in zip(display.nominal, display.line_.get_ydata(), strict=True):
        assert share == np.mean(MEAN + stats.norm.ppf(level) >= Y)
    assert is_tidy(display.figure_)


def test_rows_in_another_order_are_refused():
    truth, draws = pd.Series(Y), pd.DataFrame(np.column_stack([MEAN - 1, MEAN + 1]))
    with pytest.raises(ValueError, match="y_pred has the labels of y_true in another order"):
        ReliabilityDisplay.from_predictions(truth, draws[::-1], quantiles=[0.2, 0.8])
    with pytest.raises(ValueError, match="paths has the labels of y_true in another order"):
        ReliabilityDisplay.from_paths(truth, draws[::-1])
    model = GRURegressor(2, loss="normal", max_epochs=1).fit(draws[:50], truth[:50])
    with pytest.raises(ValueError, match="y has the labels of X in another order"):
        ReliabilityDisplay.from_estimator(model, draws[:50], truth[:50][::-1])


def test_the_histogram_is_a_density_with_binomial_bounds(is_tidy):
    narrow = ReliabilityDisplay.from_distribution(Y, stats.norm(MEAN, 0.4), kind="pit", n_bins=8)
    heights = np.array([bar.get_height() for bar in narrow.bars_])
    assert heights.sum() / 8 == pytest.approx(1)
    assert min(heights[0], heights[-1]) > 2 * heights[3]  # like a U
    vertices = narrow.band_.get_paths()[0].vertices[:, 1]
    low, high = stats.binom.interval(0.95, N, 1 / 8)
    np.testing.assert_allclose([vertices.min(), vertices.max()], [low * 8 / N, high * 8 / N])
    assert is_tidy(narrow.figure_)


def test_counts_are_drawn_within_the_jumps_of_their_distribution():
    rate = np.exp(RNG.normal(size=N))
    counts = RNG.poisson(rate)
    display = ReliabilityDisplay.from_distribution(counts, stats.poisson(rate), random_state=0)
    assert stats.kstest(display.pit, "uniform").pvalue > 0.01
    low, high = stats.poisson.cdf(counts - 1, rate), stats.poisson.cdf(counts, rate)
    assert ((low <= display.pit) & (display.pit <= high)).all()
    again = ReliabilityDisplay.from_distribution(counts, stats.poisson(rate), random_state=0)
    np.testing.assert_array_equal(again.pit, display.pit)


def test_amounts_with_zeros_are_drawn_within_the_jump_at_zero():
    rate = np.exp(RNG.normal(size=N))
    amounts = 2.0 * RNG.standard_gamma(RNG.poisson(rate))
    assert 0.2 < (amounts == 0).mean() < 0.8
    distribution = compound_poisson(rate, scale=2.0)
    display = ReliabilityDisplay.from_distribution(amounts, distribution, random_state=0)
    assert stats.kstest(display.pit, "uniform").pvalue > 0.01
    assert (display.pit[amounts == 0] <= np.exp(-rate[amounts == 0])).all()


def test_quantiles():
    levels = [0.9, 0.1]
    predicted = MEAN[:, np.newaxis] + stats.norm.ppf(levels)
    y = Y.copy()
    y[:10] = np.nan
    display = ReliabilityDisplay.from_predictions(y, predicted, quantiles=levels)
    np.testing.assert_array_equal(display.nominal, [0.1, 0.9])
    expected = [(y[10:] <= predicted[10:, 1]).mean(), (y[10:] <= predicted[10:, 0]).mean()]
    np.testing.assert_array_equal(display.observed, expected)
    assert display.n_samples == N - 10
    assert display.ax_.get_xlabel() == "Level of the quantile"


def test_the_band_is_that_of_a_binomial_distribution():
    display = ReliabilityDisplay(nominal=[0.5], observed=[0.5], n_samples=40).plot()
    vertices = display.band_.get_paths()[0].vertices
    middle = vertices[np.isclose(vertices[:, 0], 0.5), 1]
    low, high = stats.binom.interval(0.95, 40, 0.5)
    np.testing.assert_allclose([middle.min(), middle.max()], [low / 40, high / 40])


def test_draws_are_ranked_and_ties_broken_at_random():
    draws = RNG.normal(MEAN[:, np.newaxis], 1.0, size=(N, 19))
    display = ReliabilityDisplay.from_paths(Y, draws, random_state=0)
    assert stats.kstest(display.pit, "uniform").pvalue > 0.01
    ranks = (draws < Y[:, np.newaxis]).sum(axis=1)
    np.testing.assert_array_equal(np.floor(display.pit * 20), ranks)
    ties = ReliabilityDisplay.from_paths(np.zeros(N), np.zeros((N, 3)), random_state=0)
    assert stats.kstest(ties.pit, "uniform").pvalue > 0.01
    frame = pd.DataFrame(draws)
    again = ReliabilityDisplay.from_paths(pd.Series(Y), frame, random_state=0)
    np.testing.assert_array_equal(again.pit, display.pit)


def test_a_regressor_with_a_likelihood_or_with_quantiles():
    X = RNG.normal(size=(60, 5, 1))
    y = X[:, -1, 0] + 0.1 * RNG.normal(size=60)
    normal = GRURegressor(3, loss="normal", max_epochs=2, random_state=0).fit(X, y)
    display = ReliabilityDisplay.from_estimator(normal, X, y)
    np.testing.assert_allclose(display.pit, normal.predict_distribution(X).cdf(y))
    fan = GRURegressor(3, loss="quantile", quantile=[0.9, 0.1, 0.5], max_epochs=2, random_state=0)
    display = ReliabilityDisplay.from_estimator(fan.fit(X, y), X, y)
    np.testing.assert_array_equal(display.nominal, [0.1, 0.5, 0.9])
    expected = (y[:, np.newaxis] <= fan.predict_quantiles(X, [0.1, 0.5, 0.9])).mean(axis=0)
    np.testing.assert_array_equal(display.observed, expected)
    with pytest.raises(ValueError, match="kind='pit' takes a whole distribution"):
        ReliabilityDisplay.from_estimator(fan, X, y, kind="pit")
    rows = np.arange(60.0).reshape(-1, 1)
    model = make_pipeline(SequenceWindower(4, pad="edge"), normal).fit(rows, y)
    display = ReliabilityDisplay.from_estimator(model, rows, y)
    windows = model[:-1].transform(rows)
    np.testing.assert_allclose(display.pit, model[-1].predict_distribution(windows).cdf(y))


def test_a_backtest():
    overall = pd.Series({"n_forecasts": 50, "mae": 1.0, "coverage_0.9": 0.8, "coverage_0.5": 0.4})
    result = Bunch(overall=overall, levels=[0.9, 0.5])
    display = ReliabilityDisplay.from_backtest(result)
    np.testing.assert_array_equal(display.nominal, [0.5, 0.9])
    np.testing.assert_array_equal(display.observed, [0.4, 0.8])
    assert display.n_samples == 50
    assert display.ax_.get_xlabel() == "Level of the interval"
    both = Bunch(overall=pd.DataFrame({"open": overall, "close": overall}).T, levels=[0.9, 0.5])
    assert ReliabilityDisplay.from_backtest(both, column="open").observed[1] == 0.8
    with pytest.raises(ValueError, match=r"one of the columns forecast, \['open', 'close'\]"):
        ReliabilityDisplay.from_backtest(both)
    with pytest.raises(ValueError, match="column='open' must be left out"):
        ReliabilityDisplay.from_backtest(result, column="open")
    with pytest.raises(ValueError, match="no intervals: give it level="):
        ReliabilityDisplay.from_backtest(Bunch(overall=overall[:2], levels=[]))
    with pytest.raises(TypeError, match="takes the result of Forecaster.backtest, got Series"):
        ReliabilityDisplay.from_backtest(overall)


def test_clear_errors():
    X = RNG.normal(size=(10, 5, 1))
    with pytest.raises(NotFittedError):
        ReliabilityDisplay.from_estimator(GRURegressor(loss="normal"), X, X[:, 0, 0])
    plain = Ridge().fit(X[:, :, 0], X[:, 0, 0])
    with pytest.raises(TypeError, match="predicts distributions or quantiles.* got Ridge"):
        ReliabilityDisplay.from_estimator(plain, X[:, :, 0], X[:, 0, 0])
    with pytest.raises(TypeError, match="got the class GRURegressor"):
        ReliabilityDisplay.from_estimator(GRURegressor, X, X[:, 0, 0])
    with pytest.raises(TypeError, match="frozen distribution of scipy.stats.* got ndarray"):
        ReliabilityDisplay.from_distribution(Y, MEAN)
    with pytest.raises(ValueError, match=r"one value for each distribution, of shape \(2000,\)"):
        ReliabilityDisplay.from_distribution(Y[:5], stats.norm(MEAN, 1.0))
    with pytest.raises(ValueError, match=r"between 0 and 1, got \[90.0\]"):
        ReliabilityDisplay.from_predictions(Y, MEAN.reshape(-1, 1), quantiles=[90])
    with pytest.raises(ValueError, match=r"\(n_samples, 2\), a column for each of quantiles"):
        ReliabilityDisplay.from_predictions(Y, MEAN.reshape(-1, 1), quantiles=[0.1, 0.9])
    with pytest.raises(ValueError, match="no value that is known"):
        ReliabilityDisplay.from_paths([np.nan], [[1.0, 2.0]])
    with pytest.raises(ValueError, match="kind='qq' is not possible"):
        ReliabilityDisplay.from_distribution(Y, stats.norm(MEAN, 1.0), kind="qq")


def test_says_that_matplotlib_is_missing(no_matplotlib):
    for draw in (
        lambda: ReliabilityDisplay.from_estimator(None, None, None),
        lambda: ReliabilityDisplay.from_predictions(None, None, quantiles=None),
        lambda: ReliabilityDisplay.from_distribution(None, None),
        lambda: ReliabilityDisplay.from_paths(None, None),
        lambda: ReliabilityDisplay.from_backtest(None),
        lambda: ReliabilityDisplay(nominal=[0.5], observed=[0.5], n_samples=1).plot(),
    ):
        with pytest.raises(ImportError, match="requires matplotlib"):
            draw()
