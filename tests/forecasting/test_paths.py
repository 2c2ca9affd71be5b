"""Paths have the distribution of what follows, of sums over steps as well."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.linear_model import LinearRegression, QuantileRegressor, Ridge
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklstm import Forecaster, GRURegressor, PanelTimeSeriesSplit, SeasonalDifferencer
from sklstm.forecasting._path import Path
from sklstm.forecasting._paths import PathMaker
from sklstm.forecasting._predicted_distribution import predicted_draws
from sklstm.metrics import energy_score

STEPS = 8


def ar1(n, phi=0.8):
    noise, values = np.random.default_rng(1).normal(size=n), np.zeros(n)
    for t in range(1, n):
        values[t] = phi * values[t - 1] + noise[t]
    return values


def covariance_of_ar1(phi, steps):
    """Of the next steps given the last row: y[t+h] is the sum of phi ** (h - k) e[t+k]."""
    weights = np.array(
        [[phi ** (h - k) if k <= h else 0.0 for k in range(steps)] for h in range(steps)]
    )
    return weights @ weights.T


@pytest.mark.parametrize(
    ("strategy", "horizon", "transformer", "phi"),
    [
        *[("recursive", 1, transformer, phi) for phi in (0.8, 1.0)
          for transformer in (None, StandardScaler())],
        ("recursive", 1, SeasonalDifferencer(1), 1.0),
        *[("direct", horizon, None, phi) for phi in (0.8, 1.0) for horizon in (4, STEPS)],
    ],
)  # fmt: skip
def test_paths_of_an_autoregression_have_its_covariance(strategy, horizon, transformer, phi):
    series = ar1(6000, phi)
    forecaster = Forecaster(LinearRegression(), 2, horizon, strategy, transformer, scaling=None)
    forecaster.set_params(calibration_size=3000).fit(series)
    paths = forecaster.sample_paths(STEPS, 4000, random_state=0)
    assert paths.shape == (STEPS, 4000)
    expected = covariance_of_ar1(phi, STEPS)
    found = np.cov(paths)
    np.testing.assert_allclose(np.sqrt(np.diag(found)), np.sqrt(np.diag(expected)), rtol=0.08)
    # The sum is what single steps say nothing about.
    assert np.sqrt(found.sum()) == pytest.approx(np.sqrt(expected.sum()), rel=0.1)
    assert found[0, -1] == pytest.approx(expected[0, -1], abs=0.25)
    mean = series[-1] * phi ** np.arange(1, STEPS + 1)
    np.testing.assert_allclose(paths.mean(axis=1), mean, atol=0.5)


def test_draws_that_are_fed_back_are_those_of_a_loop():
    series = ar1(300)
    forecaster = Forecaster(Ridge(), 3, calibration_size=110, scaling=None).fit(series)
    paths = forecaster.sample_paths(3, 5, random_state=7).to_numpy()
    older = Forecaster(Ridge(), 3, calibration_size=None, scaling=None).fit(series[:190]).estimator_
    windows = np.lib.stride_tricks.sliding_window_view(series, 3)[:-1]
    errors = (series[3:] - older.predict(windows))[-110:]
    for path in paths.T:
        window = list(series[-3:])
        for value in path:
            error = value - forecaster.estimator_.predict([window])[0]
            assert np.abs(errors - error).min() < 1e-9
            window = [*window[1:], value]


@pytest.mark.parametrize("name", ["scaled_difference", "log_standard", "ratio"])
def test_paths_of_scaled_windows_are_those_of_a_loop_on_any_cores(name, rng, monkeypatch):
    walks = pd.DataFrame(np.exp(rng.normal(scale=0.05, size=(60, 3)).cumsum(axis=0) + 3))
    long = walks.melt(var_name="id", value_name="y", ignore_index=False).set_index(
        "id", append=True
    )
    network = GRURegressor(4, max_epochs=2, random_state=0)
    forecaster = Forecaster(network, 5, scaling=name, strategy="recursive", by="id").fit(long)
    model, histories = forecaster._model, forecaster._known.histories
    noise = rng.normal(scale=0.1, size=(3, 40, 4, 1))
    paths = [
        Path(histories[k], np.repeat(len(walks) - 1, 40), noise=of_series)
        for k, of_series in enumerate(noise)
    ]
    together = model.forecast(paths, 4)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setattr("sklstm.training._compiled_network._LARGE", 1)
    monkeypatch.setattr("sklstm.training._compiled_network._PASS_VALUES", 1)
    shared = model.forecast(paths, 4)
    (column,) = model.scaling.columns
    for key, (found, on_three) in enumerate(zip(together, shared, strict=True)):
        np.testing.assert_array_equal(on_three, found)
        for path, drawn in zip(found[:3], noise[key, :3], strict=True):
            window = walks[key].to_numpy()[-5:]
            for value, error in zip(path[:, 0], drawn[:, 0], strict=True):
                x = np.log(window) if name.startswith("log") else window
                center = x.mean() if name.endswith("standard") else x[-1]
                floor = max(column.floor, column.relative_floor * np.abs(x).mean())
                scale = x[-1] if name == "ratio" else max(x.std(), floor)
                read = ((x - center) / scale)[np.newaxis, :, np.newaxis]
                next_one = model.regressor.predict(read)[0] * scale + center
                next_one = np.exp(next_one) if name.startswith("log") else next_one
                assert value == pytest.approx(next_one + error, rel=1e-6)
                window = np.append(window[1:], value)


def test_direct_paths_have_the_errors_of_one_origin():
    series = ar1(400)
    forecaster = Forecaster(Ridge(), 3, 4, "direct", calibration_size=110, scaling=None).fit(series)
    errors = (
        (
            forecaster.sample_paths(4, 30, random_state=0).sub(
                forecaster.forecast(4)["prediction"], axis=0
            )
        )
        .to_numpy()
        .T
    )
    older = Forecaster(Ridge(), 3, 4, "direct", calibration_size=None, scaling=None).fit(
        series[:290]
    )
    windows = np.lib.stride_tricks.sliding_window_view(series, 7)
    earlier = (windows[:, 3:] - older.estimator_.predict(windows[:, :3]))[-107:]
    apart = np.abs(errors[:, np.newaxis] - earlier).max(axis=2)
    assert (apart.min(axis=1) < 1e-9).all()
    assert len(set(apart.argmin(axis=1))) > 15


def test_counts_keep_to_what_the_inverse_reaches(rng):
    counts = rng.poisson(1.0, size=300).astype(float)
    log = FunctionTransformer(np.log1p, lambda z: np.maximum(np.expm1(z), 0.0))
    for strategy in ("recursive", "direct"):
        forecaster = Forecaster(Ridge(), 4, 5, strategy, log, scaling=None).fit(counts)
        assert (forecaster.sample_paths(5, 50, random_state=0) >= -1e-6).all(axis=None)


def test_panels_draw_each_series_by_its_own_errors_or_borrow_them(rng):
    series = {"a": rng.normal(size=400), "b": 100 * rng.normal(size=400), "c": rng.normal(size=12)}
    parts = {k: pd.Series(v, index=range(400 - len(v), 400)) for k, v in series.items()}
    frame = pd.concat(parts, names=["name", "t"]).to_frame("v")
    forecaster = Forecaster(Ridge(1e6), 3, by="name", scaling=None).fit(frame)
    paths = forecaster.sample_paths(2, 1000, random_state=0)
    assert list(paths.index.names) == ["name", "t"]
    assert paths.index.equals(forecaster.forecast(2).index)
    spread = paths.std(axis=1).groupby(level="name").mean()
    assert spread["a"] == pytest.approx(1, rel=0.2)
    assert spread["b"] == pytest.approx(100, rel=0.2)
    assert spread["c"] == pytest.approx(1, rel=0.6)
    assert (forecaster.sample_paths(2, 10, series="c").to_numpy()).std() < 5


def test_several_columns_are_drawn_together(rng):
    first = rng.normal(size=500)
    two = pd.DataFrame({"x": first, "y": -first + 0.1 * rng.normal(size=500)})
    for strategy in ("recursive", "direct"):
        forecaster = Forecaster(Ridge(), 2, 2, strategy, scaling=None).fit(two)
        paths = forecaster.sample_paths(2, 500, random_state=0)
        assert paths.shape == (2, 1000)
        assert np.corrcoef(paths["x"].iloc[0], paths["y"].iloc[0])[0, 1] < -0.95


def test_columns_known_in_advance_move_paths(rng):
    exog = rng.integers(2, size=(300, 1)).astype(float)
    series = 50 * exog[:, 0] + rng.normal(size=300)
    for strategy in ("recursive", "direct"):
        forecaster = Forecaster(LinearRegression(), 2, 2, strategy, scaling=None).fit(series, exog)
        paths = forecaster.sample_paths(2, 20, random_state=0, exog=np.array([[1.0], [0.0]]))
        assert (paths.iloc[0] > 40).all()
        assert (paths.iloc[1] < 10).all()


@pytest.mark.parametrize("strategy", ["recursive", "direct"])
def test_a_series_of_one_row_does_not_keep_others_from_paths(strategy):
    parts = {"a": ar1(80), "b": ar1(70) + 9, "new": np.zeros(1)}
    frame = pd.concat({key: pd.Series(own) for key, own in parts.items()}, names=["shop", "row"])
    network = GRURegressor(4, max_epochs=2, random_state=0)
    options = {"by": "shop", "scaling": "difference", "linear_part": False}
    model = Forecaster(network, 4, 3, strategy, **options).fit(frame.to_frame("sold"))
    expected = model.sample_paths(3, 5, 0, series=["a", "b"])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        paths = model.sample_paths(3, 5, 0)
    _, few = [str(warning.message) for warning in told]  # the former of short windows
    assert "the calibration rows of series 'new' give 0: take" in few
    assert few.endswith("The paths of 1 of 3 series are NaN.")
    pd.testing.assert_frame_equal(paths.loc[["a", "b"]], expected)
    assert paths.loc["new"].isna().all(axis=None)
    with (
        pytest.raises(ValueError, match="at least 10 earlier errors of all steps.*'new' give 0"),
        pytest.warns(UserWarning, match="fewer rows than the shortest window of training"),
    ):
        model.sample_paths(3, 5, 0, series="new")


def test_scores_of_paths_of_a_series_of_one_row_are_nan():
    parts = {"a": ar1(80), "b": ar1(80) + 9, "new": np.zeros(6)}
    rows = {key: pd.Series(own, range(80 - len(own), 80)) for key, own in parts.items()}
    frame = pd.concat(rows, names=["shop", "row"]).to_frame("sold")
    network = GRURegressor(4, max_epochs=2, random_state=0)
    model = Forecaster(network, 4, 3, by="shop", scaling="difference")
    folds = list(PanelTimeSeriesSplit(2, test_size=5, level="row").split(frame))[1:]
    with pytest.warns(UserWarning, match="'new' give 0: .* 1 of 3 series are NaN"):
        scores = model.backtest(frame, folds, metrics="crps").by_series["crps"]
    assert scores.isna().tolist() == [False, False, True]


def test_regressors_that_sample_draw_for_themselves():
    class Walk(LinearRegression):
        def sample(self, X, n_samples=1, random_state=None):
            rng = np.random.default_rng(random_state)
            return self.predict(X)[:, np.newaxis] + rng.choice([-1.0, 1.0], (len(X), n_samples))

    series = np.cumsum(np.random.default_rng(0).choice([-1.0, 1.0], 400))
    paths = Forecaster(Walk(), 1, scaling=None).fit(series).sample_paths(3, 400, random_state=0)
    assert paths.var(axis=1).to_numpy() == pytest.approx([1, 2, 3], rel=0.2)


def test_the_same_seed_draws_the_same_paths():
    forecaster = Forecaster(Ridge(), 3, scaling=None).fit(ar1(100))
    first, again, other = (forecaster.sample_paths(3, 5, seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    score = energy_score(np.zeros((1, 3)), first.to_numpy()[np.newaxis])
    assert np.isfinite(score)


def test_too_few_errors_to_draw_from():
    short = Forecaster(Ridge(), 3, calibration_size=12, scaling=None).fit(ar1(60))
    assert short.sample_paths(3, 2).shape == (3, 2)
    direct = Forecaster(Ridge(), 3, 3, "direct", calibration_size=11, scaling=None).fit(ar1(60))
    with pytest.raises(ValueError, match="at least 10 earlier errors of all steps.* give 9"):
        direct.sample_paths(3, 2)
    with pytest.raises(ValueError, match="sample_paths takes a calibration block"):
        short.set_params(calibration_size=None).fit(ar1(60)).sample_paths(3, 2)
    quantile = Forecaster(QuantileRegressor(quantile=0.9), 3, scaling=None).fit(ar1(60))
    with pytest.raises(ValueError, match="forecasts one end of an interval"):
        quantile.sample_paths(3, 2)
    with pytest.raises(ValueError, match="n_paths must be a whole number"):
        short.sample_paths(3, 0)


class KnownSpread(RegressorMixin, BaseEstimator):
    """Least squares, and around it the distributions of the next rows of an autoregression."""

    def __init__(self, phi=0.8, of=stats.norm, columns=1):
        self.phi, self.of, self.columns = phi, of, columns

    def fit(self, X, y):
        self.regressor_ = LinearRegression().fit(X, y)
        spread = np.sqrt(np.diag(covariance_of_ar1(self.phi, np.size(y[0]) // self.columns)))
        self.spread_ = spread.repeat(self.columns)
        return self

    def predict(self, X):
        return self.regressor_.predict(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def predict_distribution(self, X):
        return self.of(loc=self.predict(X), scale=np.tile(self.spread_, (len(X), 1)))


@pytest.mark.parametrize("calibration_size", [2000, None])
@pytest.mark.parametrize("horizon", [4, STEPS])
def test_predicted_distributions_are_drawn_together(horizon, calibration_size):
    """Those of an autoregression: sums have its spread. Beyond `horizon` draws are fed back."""
    series = ar1(4000)
    direct = Forecaster(KnownSpread(), 2, horizon, "direct", scaling=None)
    direct.set_params(calibration_size=calibration_size).fit(series)
    paths = direct.sample_paths(STEPS, 4000, random_state=0)
    expected = covariance_of_ar1(0.8, STEPS)
    np.testing.assert_allclose(np.cov(paths), expected, atol=0.4)
    assert paths.sum().std() == pytest.approx(np.sqrt(expected.sum()), rel=0.06)
    again = direct.sample_paths(STEPS, 4000, random_state=0)
    pd.testing.assert_frame_equal(paths, again)
    assert not direct.sample_paths(STEPS, 4000, random_state=1).equals(paths)


def test_each_row_drawn_has_the_predicted_distribution():
    log = FunctionTransformer(np.log, np.exp)
    series = np.exp(ar1(600))
    direct = Forecaster(KnownSpread(of=stats.laplace), 2, 3, "direct", log, scaling=None)
    paths = direct.fit(series).sample_paths(3, 3000, random_state=0)
    predicted = direct.estimator_.predict_distribution(np.log(series[-2:])[np.newaxis])
    for step, drawn in enumerate(paths.to_numpy()):
        one = stats.laplace(
            loc=predicted.kwds["loc"][0, step], scale=predicted.kwds["scale"][0, step]
        )
        assert stats.kstest(np.log(drawn), one.cdf).pvalue > 0.001


def test_paths_of_a_backtest_know_nothing_of_what_follows():
    series = ar1(2400)
    direct = Forecaster(KnownSpread(), 2, 4, "direct", scaling=None)
    result = direct.backtest(
        series, [(range(1200), range(1200, 2400))], steps=4, stride=4, metrics=["crps"]
    )
    spread = np.sqrt(np.diag(covariance_of_ar1(0.8, 4)))
    assert result.overall["crps"] == pytest.approx((spread / np.sqrt(np.pi)).mean(), abs=0.05)
    factors = []
    for later in (series[300:], np.zeros(1200)):
        fitted = direct.fit(series[:300])
        past = clone(direct).fit(np.r_[series[:300], later])._known.histories[None]
        maker = PathMaker.of(fitted, [Path(past, np.array([299, 310, 400]))], 4)
        factors.append(maker.copula.factor)
    np.testing.assert_array_equal(*factors)


def test_series_share_how_steps_depend_on_each_other():
    """A short one has no forecasts of its own."""
    parts = {name: pd.DataFrame({"v": ar1(n)}) for name, n in (("long", 2000), ("short", 12))}
    panel = pd.concat(parts, names=["name", "t"])
    direct = Forecaster(KnownSpread(), 2, 4, "direct", by="name", scaling=None).fit(panel)
    paths = direct.sample_paths(4, 3000, random_state=0)
    expected = covariance_of_ar1(0.8, 4)
    for name in parts:
        np.testing.assert_allclose(np.cov(paths.loc[name]), expected, atol=0.2)
    given = direct.sample_paths(4, 3000, random_state=0, history=panel.loc[["short"]])
    assert given.sum().std() == pytest.approx(np.sqrt(expected.sum()), rel=0.1)


@pytest.mark.parametrize("calibration_size", [0.2, None])
def test_few_rows_given_borrow_dependence_from_those_of_the_forecaster(calibration_size):
    series = ar1(400)
    direct = Forecaster(KnownSpread(), 2, 4, "direct", scaling=None)
    direct.set_params(calibration_size=calibration_size).fit(series)
    expected = direct.sample_paths(4, 50, random_state=0)
    for n_rows in (2, 20):  # none to learn from, and a few that overlap
        found = direct.sample_paths(4, 50, random_state=0, history=series[-n_rows:])
        np.testing.assert_array_equal(found, expected)


def test_counts_drawn_at_once_are_counts(rng):
    from sklstm import GRURegressor

    counts = rng.poisson(2.0, 120).astype(float)
    network = GRURegressor(4, loss="poisson", max_epochs=20, random_state=0)
    direct = Forecaster(network, 4, 3, "direct", calibration_size=None).fit(counts)
    paths = direct.sample_paths(5, 200, random_state=0).to_numpy()
    assert (paths == paths.round()).all()
    assert paths.min() == 0
    assert paths.mean() == pytest.approx(2.0, abs=0.6)


def test_columns_with_distributions_are_drawn_together(rng):
    first = rng.normal(size=500)
    two = pd.DataFrame({"x": first, "y": -first + 0.5 * rng.normal(size=500)})
    expected = two.corr().iloc[0, 1]
    for horizon, strategy in ((1, "recursive"), (3, "direct")):
        network = KnownSpread(0.0, columns=2)
        paths = Forecaster(network, 2, horizon, strategy, scaling=None).fit(two)
        paths = paths.sample_paths(3, 3000, random_state=0)
        for step in range(3):
            found = np.corrcoef(paths["x"].iloc[step], paths["y"].iloc[step])[0, 1]
            assert found == pytest.approx(expected, abs=0.12)


def test_too_few_forecasts_to_learn_dependence_from():
    direct = Forecaster(KnownSpread(), 2, 4, "direct", scaling=None).fit(ar1(10))
    with pytest.raises(ValueError, match="at least 10 earlier forecasts, and there are rows for 8"):
        direct.sample_paths()
    with pytest.raises(ValueError, match="A score of paths learns how steps depend"):
        direct.backtest(ar1(13), [(range(10), range(10, 13))], metrics=["crps"])


def test_networks_of_counts_draw_whole_counts(rng):
    from sklstm import GRURegressor

    counts = rng.poisson(3.0, size=150).astype(float)
    network = GRURegressor(4, loss="poisson", max_epochs=30, random_state=0)
    paths = Forecaster(network, 4, calibration_size=None).fit(counts).sample_paths(5, 300, 0)
    assert (paths == paths.round()).all(axis=None)
    assert paths.to_numpy().mean() == pytest.approx(3.0, abs=0.6)
    assert paths.to_numpy().var() == pytest.approx(3.0, abs=1.0)


def test_paths_from_given_rows_are_those_after_an_update():
    series = ar1(160)
    plan = pd.DataFrame({"plan": np.arange(170.0) % 5})
    model = Forecaster(Ridge(), 3, scaling=None).fit(series[:140], plan[:140])
    before = model.sample_paths(4, 5, random_state=0, exog=plan[140:])
    given = {"history": series[:160], "history_exog": plan[:160]}
    found = model.sample_paths(4, 5, random_state=0, exog=plan[160:], **given)
    same = model.sample_paths(4, 5, random_state=0, exog=plan[140:])
    pd.testing.assert_frame_equal(same, before)
    expected = model.update(series[140:160], plan[140:160])
    expected = expected.sample_paths(4, 5, random_state=0, exog=plan[160:])
    pd.testing.assert_frame_equal(found, expected)
    with pytest.raises(ValueError, match="history_exog was given without history"):
        model.sample_paths(history_exog=plan, exog=plan[160:])


def test_a_horizon_that_is_set_after_fit_waits_for_the_next_fit(rng):
    model = Forecaster(Ridge(), 3, 2, scaling=None).fit(rng.normal(size=60))
    model.set_params(horizon=7)
    assert len(model.forecast()) == len(model.sample_paths(n_paths=3, random_state=0)) == 2


class Sampling(LinearRegression):
    """Draws the next row, and tells no distribution."""

    def sample(self, X, n_samples=1, random_state=None):
        rng = np.random.default_rng(random_state)
        return rng.normal(self.predict(X)[..., np.newaxis], 1.0, (len(X), n_samples))


class WithoutQuantiles(type(stats.norm)):
    """Those of most distributions take far longer than draws."""

    def _ppf(self, q):
        raise AssertionError("a quantile was computed")


class Drawing(Sampling):
    """Tells the distribution, too, as networks do."""

    def predict_distribution(self, X):
        return WithoutQuantiles()(self.predict(X), scale=1.0)


@pytest.mark.parametrize(
    ("regressor", "options"),
    [
        (Ridge(), {}),
        (Ridge(), {"horizon": 2, "strategy": "direct"}),
        (KnownSpread(), {"horizon": 2, "strategy": "direct"}),
        (Drawing(), {}),
        (Sampling(), {}),
    ],
    ids=["fed_back", "direct", "copula", "distribution", "sample"],
)
def test_a_series_has_the_same_paths_whichever_others_are_asked_for(regressor, options, rng):
    parts = {key: pd.Series(rng.normal(size=80), name="v") for key in ("a", "b", "c")}
    panel = pd.concat(parts, names=["shop", "row"])
    model = Forecaster(regressor, 2, by="shop", scaling=None, **options).fit(panel)
    whole = model.sample_paths(3, 20, random_state=0)
    assert not np.array_equal(whole.loc["a"], whole.loc["b"])
    for series in (["b"], ["c", "a"]):
        found = model.sample_paths(3, 20, random_state=0, series=series)
        pd.testing.assert_frame_equal(found, pd.concat([whole.loc[[key]] for key in series]))
    given = model.sample_paths(3, 20, random_state=0, history=panel.loc[["b"]])
    pd.testing.assert_frame_equal(given, whole.loc[["b"]], check_exact=False)


MEANS = {"a": 0.0, "b": 5.0}


@pytest.mark.parametrize("regressor", [Drawing(), Sampling()])
def test_paths_of_a_panel_have_the_predicted_distribution(regressor, rng):
    parts = {key: pd.Series(mean + rng.normal(size=200), name="v") for key, mean in MEANS.items()}
    panel = pd.concat(parts, names=["shop", "row"])
    model = Forecaster(regressor, 2, by="shop", scaling=None).fit(panel)
    paths, expected = model.sample_paths(1, 4000, random_state=0), model.forecast(1)["prediction"]
    np.testing.assert_allclose(paths.mean(axis=1), expected, atol=0.06)
    np.testing.assert_allclose(paths.std(axis=1), 1.0, atol=0.05)


def test_a_distribution_without_numbers_spoils_no_other_series():
    class Lost:
        def predict_distribution(self, windows):
            return stats.norm(np.where(windows[:, 0] > 0, 0.0, np.nan), 1.0)

    rngs = [np.random.default_rng(seed) for seed in (0, 1)]
    drawn = predicted_draws(Lost(), np.array([[1.0], [1.0], [-1.0]]), [2, 1], rngs)
    np.testing.assert_array_equal(np.isfinite(drawn), [True, True, False])


DISTRIBUTIONS = {
    "no shape": stats.norm(np.arange(5.0), [1.0, 2.0, 3.0, 4.0, 5.0]),
    "a shape by name": stats.t(df=np.arange(3.0, 8.0), scale=2.0),
    "a shape by place": stats.gamma([1.0, 2.0, 3.0, 4.0, 5.0], 1.0),
    "counts": stats.nbinom(n=np.arange(1.0, 6.0), p=0.3),
    "counts that begin at one": stats.poisson(np.arange(1.0, 6.0), 1),
    "no spread in one": stats.norm(loc=np.arange(5.0), scale=[1.0, 1.0, 0.0, 1.0, 1.0]),
}


@pytest.mark.parametrize("distribution", DISTRIBUTIONS.values(), ids=DISTRIBUTIONS)
def test_each_series_is_drawn_as_by_the_distribution_itself(distribution):
    class Known:
        def predict_distribution(self, windows):
            return distribution

    rngs = [np.random.default_rng(seed) for seed in range(3)]
    drawn = predicted_draws(Known(), np.ones((5, 1)), [2, 0, 3], rngs)
    of_all = [np.broadcast_to(one, 5) for one in distribution.args]
    by_name = {name: np.broadcast_to(one, 5) for name, one in distribution.kwds.items()}
    for some, seed in ((slice(2), 0), (slice(2, 5), 2)):
        own = distribution.dist(
            *[one[some] for one in of_all], **{name: one[some] for name, one in by_name.items()}
        )
        size = some.stop - (some.start or 0)
        expected = own.rvs(size, random_state=np.random.default_rng(seed))
        np.testing.assert_array_equal(drawn[some], expected)


def test_distributions_that_there_are_not_are_refused():
    class Negative:
        def predict_distribution(self, windows):
            return stats.norm(0.0, windows[:, 0])

    with pytest.raises(ValueError, match="`scale` parameter must be positive"):
        predicted_draws(Negative(), np.array([[1.0], [-1.0]]), [2], [np.random.default_rng(0)])
