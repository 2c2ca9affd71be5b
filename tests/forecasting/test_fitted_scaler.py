"""`WindowScaledRegressor` in representations that are named or chosen."""

import pickle

import numpy as np
import pytest
from scipy import stats
from sklearn.base import clone
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import BayesianRidge, LinearRegression, PoissonRegressor, Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from sklstm import (
    Forecaster,
    GRURegressor,
    SequenceWindower,
    WindowScaledRegressor,
    WindowScaler,
    forecast_pairs,
)

N_STEPS = 8
GROWTH = np.exp(np.cumsum(np.random.default_rng(0).normal(0.01, 0.05, size=300)))
WINDOWS = np.lib.stride_tricks.sliding_window_view(GROWTH, N_STEPS)[:-1, :, np.newaxis]
TARGET = GROWTH[N_STEPS:]
LOGS, LAST = np.log(WINDOWS[:, :, 0]), WINDOWS[:, -1, 0]
# center and scale of each window, by hand; the bounds below which nothing is divided are not met
BY_HAND = {
    "level": (0.0, 1.0),
    "difference": (LAST, 1.0),
    "scaled_difference": (LAST, WINDOWS[:, :, 0].std(axis=1)),
    "standard": (WINDOWS[:, :, 0].mean(axis=1), WINDOWS[:, :, 0].std(axis=1)),
    "ratio": (LAST, LAST),
    "log_difference": (LOGS[:, -1], 1.0),
    "log_standard": (LOGS.mean(axis=1), LOGS.std(axis=1)),
}


class Recorder(Ridge):
    """A regressor that shows what it was given, and predicts one number."""

    def fit(self, X, y, sample_weight=None):
        self.seen_ = X, y
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X):
        return np.full((len(X), *self.seen_[1].shape[1:]), 0.25)


def network(**options):
    return GRURegressor(4, max_epochs=3, random_state=0, **options)


@pytest.mark.parametrize("name", BY_HAND)
def test_windows_and_all_targets_are_written_alike(name):
    model = WindowScaledRegressor(Recorder(), name)
    y = np.stack([TARGET, 2 * TARGET], axis=1)
    center, scale = (np.broadcast_to(part, len(y))[:, np.newaxis] for part in BY_HAND[name])
    before, after = (np.log, np.exp) if name.startswith("log") else (np.asarray, np.asarray)
    windows, targets = model.fit(WINDOWS, y).regressor_.seen_
    np.testing.assert_allclose(windows, (before(WINDOWS[:, :, 0]) - center) / scale, atol=1e-12)
    np.testing.assert_allclose(targets, (before(y) - center) / scale, atol=1e-12)
    expected = after(np.full(y.shape, 0.25) * scale + center)
    np.testing.assert_allclose(model.predict(WINDOWS), expected)
    assert (model.scaling_, model.scaling_scores_) == (name, {})


@pytest.mark.parametrize("name", ["log_standard", "auto"])
def test_windows_are_read_a_few_at_a_time(name, monkeypatch):
    expected = WindowScaledRegressor(Ridge(), name).fit(WINDOWS, TARGET)
    monkeypatch.setattr("sklstm.forecasting._target_scale.VALUES_AT_A_TIME", 3 * N_STEPS)
    model = WindowScaledRegressor(Ridge(), name).fit(WINDOWS, TARGET)
    np.testing.assert_array_equal(model.predict(WINDOWS), expected.predict(WINDOWS))


def test_the_choice_is_that_of_a_forecaster():
    """Of the same windows; two of the first and last rows are in windows of one of them alone."""
    model = WindowScaledRegressor(LinearRegression(), "auto").fit(WINDOWS, TARGET)
    forecaster = Forecaster(
        LinearRegression(), lookback=N_STEPS, season=None, calibration_size=None
    ).fit(GROWTH)
    names = model.scaling_scores_
    assert model.scaling_ == min(names, key=lambda n: names[n] > 1.02 * min(names.values()))
    assert {n for n in names} == {n for n in forecaster.scaling_scores_}
    for name, score in names.items():
        assert score == pytest.approx(forecaster.scaling_scores_[name], rel=1e-9), name
    assert forecaster.scaling_ == model.scaling_


def test_a_level_that_leaves_the_range_of_training(rng):
    steps = rng.normal(0.2, 1.0, size=400).cumsum()
    X, y = forecast_pairs(steps[:, np.newaxis], horizon=[1, 3])
    model = make_pipeline(SequenceWindower(6), WindowScaledRegressor(network(), "auto"))
    model.fit(X[:300], y[:300])
    assert model[-1].scaling_ in {"difference", "scaled_difference"}
    errors = np.abs(model.predict(X)[300:] - np.asarray(y)[300:]).mean()
    raw = make_pipeline(SequenceWindower(6), network(differencing="never")).fit(X[:300], y[:300])
    assert errors < 0.6 * np.abs(raw.predict(X)[300:] - np.asarray(y)[300:]).mean()


def test_features_beside_the_target():
    rng = np.random.default_rng(1)
    close = rng.normal(size=401).cumsum()
    rows = np.stack([np.arange(400) % 7 == 0, close[:-1], close[1:] + 100], axis=1)
    X, y = forecast_pairs(rows, horizon=1, target=1)
    windows = SequenceWindower(5, pad="edge").fit_transform(X)
    model = WindowScaledRegressor(network(), "auto", target_feature=1).fit(windows, y)
    calendar, own, leader = model.scaling_
    assert calendar == "level"
    assert own == leader
    assert "difference" in own
    assert [len(scores) for scores in model.scaling_scores_] == [2, 4, 2]
    by_name = WindowScaledRegressor(network(), model.scaling_, target_feature=1).fit(windows, y)
    np.testing.assert_allclose(by_name.predict(windows), model.predict(windows), rtol=1e-6)


def test_series_of_a_panel_count_the_same_however_they_are_told(rng):
    small = rng.normal(size=150).cumsum()
    large = 1e4 * rng.normal(size=150)
    parts = [forecast_pairs(one[:, np.newaxis], horizon=1) for one in (small, large)]
    windows = np.concatenate([SequenceWindower(6).fit_transform(X) for X, _ in parts])
    y = np.concatenate([np.ravel(y) for _, y in parts])
    model = WindowScaledRegressor(network(), "auto")
    told = model.fit(windows, y, groups=np.repeat(["a", "b"], len(y) // 2)).scaling_scores_
    assert model.fit(windows, y).scaling_scores_ == told
    alone = WindowScaledRegressor(network(), "auto").fit(windows[149:], y[149:]).scaling_scores_
    assert told["level"] > 2 * alone["level"]  # the walk, which is one ten-thousandth of it, counts


def test_missing_steps_and_targets_decide_nothing():
    windows = WINDOWS.copy()
    windows[:40, :3] = np.nan
    weight = np.ones(len(TARGET))
    weight[200:230] = 0
    y = TARGET.copy()
    y[200:230] = 1e3  # without weight
    kept = np.r_[40:200, 230 : len(y)]
    model = WindowScaledRegressor(network(), "auto").fit(windows, y, sample_weight=weight)
    assert np.isfinite(model.predict(windows)).all()
    groups = np.repeat([0, 1, 2], [200, 30, len(y) - 230])
    by_series = WindowScaledRegressor(network(), "auto")
    by_series.fit(windows, y, sample_weight=weight, groups=groups)
    expected = WindowScaledRegressor(network(), "auto").fit(
        windows[kept], TARGET[kept], groups=groups[kept]
    )
    for name, score in expected.scaling_scores_.items():
        assert by_series.scaling_scores_[name] == pytest.approx(score, rel=0.05), name


def test_targets_of_every_step():
    y = np.lib.stride_tricks.sliding_window_view(GROWTH[1:], N_STEPS)
    model = WindowScaledRegressor(network(output="sequence"), "auto").fit(WINDOWS, y)
    last = WindowScaledRegressor(network(), "auto").fit(WINDOWS, y[:, -1])
    assert model.scaling_scores_ == last.scaling_scores_
    assert model.predict(WINDOWS).shape == y.shape


@pytest.mark.parametrize("name", ["log_difference", "standard"])
def test_quantiles_and_intervals_go_through_logarithms(name):
    inner = network(loss="quantile", quantile=[0.1, 0.5, 0.9])
    model = WindowScaledRegressor(inner, name).fit(WINDOWS, TARGET)
    inside = model.regressor_.predict(model.scaler_.transform(WINDOWS))
    center, scale = (np.broadcast_to(part, len(TARGET))[:, np.newaxis] for part in BY_HAND[name])
    after = np.exp if name.startswith("log") else np.asarray
    expected = after(inside * scale + center)
    np.testing.assert_allclose(model.predict(WINDOWS), expected)
    lower, upper = model.predict_interval(WINDOWS, 0.8)
    np.testing.assert_allclose(np.stack([lower, upper], axis=1), expected[:, [0, 2]])


def test_distributions_have_no_logarithm():
    model = WindowScaledRegressor(network(loss="normal"), "auto").fit(WINDOWS, TARGET)
    assert not any(name.startswith("log") for name in model.scaling_scores_)
    inside = model.regressor_.predict_distribution(model.scaler_.transform(WINDOWS))
    center, scale = BY_HAND[model.scaling_]
    distribution = model.predict_distribution(WINDOWS)
    np.testing.assert_allclose(distribution.mean(), inside.mean() * scale + center)
    mean, std = model.predict(WINDOWS, return_std=True)
    np.testing.assert_allclose(std, inside.std() * scale)
    assert isinstance(stats.norm(mean, std).mean(), np.ndarray)
    for regressor in (network(loss="normal"), BayesianRidge()):
        with pytest.raises(ValueError, match="'log_level' takes the logarithm of targets, and the"):
            WindowScaledRegressor(regressor, "log_level").fit(WINDOWS, TARGET)
    process = WindowScaledRegressor(GaussianProcessRegressor(alpha=0.1, optimizer=None), "auto")
    assert not any(n.startswith("log") for n in process.fit(WINDOWS, TARGET).scaling_scores_)


def test_positive_targets_stay_as_they_are():
    model = WindowScaledRegressor(PoissonRegressor(), "auto").fit(WINDOWS, TARGET)
    plain = PoissonRegressor().fit(WINDOWS[:, :, 0], TARGET)
    assert model.scaling_ == "level"
    np.testing.assert_allclose(model.predict(WINDOWS), plain.predict(WINDOWS[:, :, 0]))


@pytest.mark.parametrize(("name", "loss"), [
    ("scaled_difference", "absolute_error"), ("difference", "squared_error"),
])  # fmt: skip
def test_absolute_errors_count_in_scales_of_windows(name, loss):
    model = WindowScaledRegressor(network(), name).fit(WINDOWS, TARGET)
    assert model.regressor_.loss_ == loss


def test_validation_data_are_written_like_those_of_training():
    early = network(early_stopping=True)
    model = WindowScaledRegressor(early, "log_difference")
    model.fit(WINDOWS[:200], TARGET[:200], X_val=WINDOWS[220:], y_val=TARGET[220:])
    inner = clone(early).set_params(loss="absolute_error", learning_rate_schedule="cosine")
    change = np.log(TARGET) - LOGS[:, -1]
    scaled = model.scaler_.transform(WINDOWS)
    inner.set_params(loss="absolute_error")
    inner.fit(scaled[:200], change[:200], X_val=scaled[220:], y_val=change[220:])
    assert inner.validation_scores_ != []
    np.testing.assert_allclose(
        model.regressor_.validation_scores_[0], inner.validation_scores_[0], rtol=0.2
    )


def test_scalers_are_searched_among_objects_and_names():
    grid = {"scaler": ["auto", "level", WindowScaler("standard"), ["ratio"], None]}
    search = GridSearchCV(
        WindowScaledRegressor(Ridge()), grid, cv=TimeSeriesSplit(2), error_score="raise"
    ).fit(WINDOWS, TARGET)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert len(set(search.cv_results_["mean_test_score"])) >= 4
    assert clone(WindowScaledRegressor(Ridge(), "auto")).get_params()["scaler"] == "auto"
    given = WindowScaledRegressor(Ridge(), WindowScaler()).fit(WINDOWS, TARGET)
    assert (given.scaling_, given.scaling_scores_) == (None, None)


def test_pickles_keep_the_choice():
    model = WindowScaledRegressor(Ridge(), "auto").fit(WINDOWS, TARGET)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(WINDOWS), model.predict(WINDOWS))
    assert again.scaling_scores_ == model.scaling_scores_


@pytest.mark.parametrize(("scaler", "message"), [
    ("seasonal_difference", "takes a season, .* Forecaster"),
    ("seasonal", "'scaler' parameter of WindowScaledRegressor must be"),
    (["level", "ratio"], "one for each feature of X, 1; got 2"),
    (["last"], "scaler='last' is none of scaled_difference"),
    ("log_level", "scaler='log_level' takes positive values only, .* -1, in feature 0 of X"),
])  # fmt: skip
def test_names_that_do_not_fit(scaler, message):
    windows = WINDOWS.copy()
    windows[3, 2] = -1
    with pytest.raises(ValueError, match=message):
        WindowScaledRegressor(Ridge(), scaler).fit(windows, TARGET)


def test_logarithms_of_targets():
    y = TARGET.copy()
    y[7] = -0.5
    with pytest.raises(ValueError, match="logarithm of targets, and the smallest is -0.5"):
        WindowScaledRegressor(Ridge(), "log_level").fit(WINDOWS, y)
    assert not WindowScaledRegressor(Ridge(), "auto").fit(WINDOWS, y).scaling_.startswith("log")
