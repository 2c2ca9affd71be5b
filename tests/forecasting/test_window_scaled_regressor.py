import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import d2_pinball_score, r2_score
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import (
    GRURegressor,
    LSTMRegressor,
    SequenceWindower,
    WindowScaledRegressor,
    WindowScaler,
    forecast_pairs,
)

RNG = np.random.default_rng(0)
SERIES = np.exp(np.cumsum(RNG.normal(0.002, 0.02, size=(260, 2)), axis=0))
WINDOWS = np.lib.stride_tricks.sliding_window_view(SERIES, 8, axis=0).transpose(0, 2, 1)[:-1]
TARGET = SERIES[8:, 0]
METHODS = ["minmax", "standard", "first", "last"]


def small(**options):
    return LSTMRegressor(6, max_epochs=4, random_state=0, **options)


class Recorder(Ridge):
    """A regressor that shows what it was given, and predicts constants."""

    def fit(self, X, y, sample_weight=None):
        self.seen_ = X, y, sample_weight
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X):
        return np.full(self.seen_[1][: len(X)].shape, 2.0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target_feature", [0, 1, -1])
def test_windows_and_targets_are_scaled_by_the_same_numbers(method, target_feature):
    model = WindowScaledRegressor(Recorder(), WindowScaler(method), target_feature=target_feature)
    model.fit(WINDOWS, TARGET)
    seen_windows, seen_targets, _ = model.regressor_.seen_
    of_target = WINDOWS[:, :, target_feature]
    center, scale = {
        "minmax": (of_target.min(axis=1), np.ptp(of_target, axis=1)),
        "standard": (of_target.mean(axis=1), of_target.std(axis=1)),
        "first": (0.0, of_target[:, 0]),
        "last": (0.0, of_target[:, -1]),
    }[method]
    scaled = seen_windows.reshape(WINDOWS.shape)[:, :, target_feature]
    expected = (of_target - np.reshape(center, (-1, 1))) / np.reshape(scale, (-1, 1))
    np.testing.assert_allclose(scaled, expected, atol=1e-9)
    np.testing.assert_allclose(seen_targets, (TARGET - center) / scale, rtol=1e-9)
    np.testing.assert_allclose(model.predict(WINDOWS), 2.0 * scale + center, rtol=1e-9)


@pytest.mark.parametrize("regressor", [small(), Ridge(1e-3), HistGradientBoostingRegressor()])
@pytest.mark.parametrize("factor", [1e-3, 7.0, 1e6])
def test_a_series_times_a_number_gives_predictions_times_that_number(regressor, factor):
    plain = WindowScaledRegressor(regressor).fit(WINDOWS, TARGET)
    times = WindowScaledRegressor(regressor).fit(WINDOWS * factor, TARGET * factor)
    expected = factor * plain.predict(WINDOWS)
    np.testing.assert_allclose(times.predict(WINDOWS * factor), expected, rtol=1e-5)
    # Also of values that the fit has not seen.
    np.testing.assert_allclose(plain.predict(WINDOWS * factor), expected, rtol=1e-9)


def test_levels_never_seen_are_forecast_as_well():
    growing = 1.05 ** np.arange(150.0)
    windows = np.lib.stride_tricks.sliding_window_view(growing, 5)[:-1]
    target = growing[5:]
    network = small(loss="squared_error", optimizer="sgd", learning_rate=0.05)
    network.set_params(max_epochs=60)
    scaled = WindowScaledRegressor(network).fit(windows[:80], target[:80])
    plain = clone(network).set_params(differencing="never").fit(windows[:80], target[:80])

    def relative_error(model):
        return np.abs(model.predict(windows[80:]) / target[80:] - 1).max()

    assert relative_error(scaled) < 0.01
    assert relative_error(plain) > 0.5


@pytest.mark.parametrize("shape", [(len(TARGET), 3), (len(TARGET), 8, 1)])
def test_all_outputs_of_a_window_are_scaled_alike(shape, rng):
    targets = rng.uniform(1, 2, size=shape)
    model = WindowScaledRegressor(Recorder()).fit(WINDOWS, targets)
    last = WINDOWS[:, -1, 0].reshape(-1, *[1] * (len(shape) - 1))
    np.testing.assert_allclose(model.regressor_.seen_[1], targets / last)
    np.testing.assert_allclose(model.predict(WINDOWS), np.broadcast_to(2.0 * last, shape))


def test_many_horizons_at_once():
    X, y = forecast_pairs(SERIES, horizon=[1, 2, 5], target=0)
    model = make_pipeline(SequenceWindower(6), WindowScaledRegressor(small()))
    assert model.fit(X, y).predict(X).shape == (len(X), 3)


def test_missing_steps_are_left_out_of_the_statistics():
    windows = WINDOWS.copy()
    windows[::2, -2:] = np.nan
    model = WindowScaledRegressor(Recorder()).fit(windows, TARGET)
    last = np.where(np.arange(len(windows)) % 2, WINDOWS[:, -1, 0], WINDOWS[:, -3, 0])
    np.testing.assert_allclose(model.regressor_.seen_[1], TARGET / last)
    fitted = WindowScaledRegressor(small()).fit(windows, TARGET)
    assert np.isfinite(fitted.predict(windows)).all()


def test_regressors_are_given_the_form_that_they_take():
    recurrent = WindowScaledRegressor(GRURegressor(4, max_epochs=1)).fit(WINDOWS, TARGET)
    assert recurrent.regressor_.window_shape_ == (8, 2)
    for inner in (
        make_pipeline(WindowScaler("standard"), GRURegressor(4, max_epochs=1)),
        TransformedTargetRegressor(GRURegressor(4, max_epochs=1)),
    ):
        WindowScaledRegressor(inner).fit(WINDOWS, TARGET).predict(WINDOWS)
    table = WindowScaledRegressor(make_pipeline(StandardScaler(), LinearRegression()))
    assert table.fit(WINDOWS, TARGET).regressor_[0].n_features_in_ == 16


def test_named_features():
    frame = pd.DataFrame(SERIES, columns=["open", "close"])
    windower = SequenceWindower(4).set_output(transform="pandas")
    X, y = windower.fit_transform(frame)[3:-1], SERIES[4:, 1]
    model = WindowScaledRegressor(Recorder(), target_feature="close").fit(X, y)
    np.testing.assert_allclose(model.regressor_.seen_[1], y / SERIES[3:-1, 1])
    assert list(model.feature_names_in_) == list(X.columns)
    with pytest.raises(ValueError, match="target_feature='high' is unknown.*open.*close"):
        WindowScaledRegressor(Recorder(), target_feature="high").fit(X, y)


@pytest.mark.parametrize("target_feature", [2, -3])
def test_a_feature_that_is_not_there_is_named(target_feature):
    model = WindowScaledRegressor(Ridge(), target_feature=target_feature)
    with pytest.raises(ValueError, match=f"target_feature={target_feature} is out of range"):
        model.fit(WINDOWS, TARGET)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"regressor": "ridge"}, "'regressor' parameter of WindowScaledRegressor must be"),
        ({"scaler": StandardScaler()}, "'scaler' parameter of WindowScaledRegressor must be"),
        ({"scaler": WindowScaler(window_size=3)}, "window_size=3 is for a series"),
    ],
)
def test_bad_parameters(options, message):
    with pytest.raises(ValueError, match=message):
        WindowScaledRegressor(**{"regressor": Ridge()} | options).fit(WINDOWS, TARGET)


def test_bad_targets():
    model = WindowScaledRegressor(Ridge())
    with pytest.raises(ValueError, match="252 windows in X and 251 targets"):
        model.fit(WINDOWS, TARGET[:-1])
    with pytest.raises(ValueError, match="Input y contains NaN"):
        model.fit(WINDOWS, np.full(len(TARGET), np.nan))


def test_a_failed_fit_leaves_the_last_one_whole():
    model = WindowScaledRegressor(Ridge()).fit(WINDOWS, TARGET)
    expected = model.predict(WINDOWS)
    with pytest.raises(ValueError, match="Input y"):
        model.fit(WINDOWS[:, :, :1], np.full(len(TARGET), np.inf))
    np.testing.assert_array_equal(model.predict(WINDOWS), expected)


@pytest.mark.parametrize(("loss", "expected"), [
    ("auto", "absolute_error"), ("squared_error", "squared_error"), ("huber", "huber"),
])  # fmt: skip
def test_scaled_errors_are_absolute_unless_the_user_says_otherwise(loss, expected):
    model = WindowScaledRegressor(small(loss=loss)).fit(WINDOWS, TARGET)
    assert model.regressor_.loss_ == expected
    by_name = WindowScaledRegressor(small(loss=expected)).fit(WINDOWS, TARGET)
    np.testing.assert_array_equal(model.predict(WINDOWS), by_name.predict(WINDOWS))
    assert model.regressor.loss == loss


def test_nested_parameters_are_searched():
    X, y = forecast_pairs(SERIES, horizon=1, target=0)
    model = make_pipeline(SequenceWindower(), WindowScaledRegressor(small(), WindowScaler()))
    prefix = "windowscaledregressor"
    grid = {
        f"{prefix}__regressor__hidden_size": [2, 4],
        f"{prefix}__scaler__method": ["standard", "last"],
    }
    search = GridSearchCV(model, grid, cv=TimeSeriesSplit(2)).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert len(set(search.cv_results_["mean_test_score"])) == 4


def test_parameters_stay_as_they_were_given():
    regressor, scaler = small(), WindowScaler("first").set_output(transform="pandas")
    model = WindowScaledRegressor(regressor, scaler).fit(WINDOWS, TARGET)
    assert model.regressor is regressor
    assert model.scaler is scaler
    assert not hasattr(regressor, "weights_")
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(WINDOWS), model.predict(WINDOWS))
    assert clone(model).get_params()["scaler__method"] == "first"


def test_sample_weights_go_to_the_regressor(rng):
    weight = rng.uniform(size=len(TARGET))
    model = WindowScaledRegressor(Recorder()).fit(WINDOWS, TARGET, sample_weight=weight)
    assert model.regressor_.seen_[2] is weight
    kept = WindowScaledRegressor(Ridge()).fit(WINDOWS[50:], TARGET[50:])
    weight = (np.arange(len(TARGET)) >= 50).astype(float)
    weighted = WindowScaledRegressor(Ridge()).fit(WINDOWS, TARGET, sample_weight=weight)
    np.testing.assert_allclose(weighted.predict(WINDOWS), kept.predict(WINDOWS))


def test_metadata_are_routed(rng):
    weight = rng.uniform(size=len(TARGET))
    with sklearn.config_context(enable_metadata_routing=True):
        asks = Recorder().set_fit_request(sample_weight=True)
        model = WindowScaledRegressor(asks).fit(WINDOWS, TARGET, sample_weight=weight)
        assert model.regressor_.seen_[2] is weight
        pipeline = make_pipeline(WindowScaledRegressor(asks))
        pipeline.fit(WINDOWS, TARGET, sample_weight=weight)
        assert pipeline[0].regressor_.seen_[2] is weight
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError, match="sample_weight"):
            WindowScaledRegressor(Recorder()).fit(WINDOWS, TARGET, sample_weight=weight)


class TestTargetsOfEveryStep:
    """Around regressors with `output="sequence"`."""

    windows = WINDOWS.copy()
    windows[::3, :2] = windows[::4, 5] = np.nan
    last = WINDOWS[:, -1, :1]
    y = np.lib.stride_tricks.sliding_window_view(SERIES[1:, 0], 8).copy()
    y[::2, 3] = y[5] = np.nan

    @pytest.mark.parametrize("n_outputs", [None, 2])
    def test_all_steps_are_scaled_alike(self, n_outputs):
        y = self.y if n_outputs is None else np.stack([self.y, 2 * self.y], axis=2)
        model = WindowScaledRegressor(small(output="sequence")).fit(self.windows, y)
        last = self.last if n_outputs is None else self.last[:, :, np.newaxis]
        scaled = WindowScaler("last").fit_transform(self.windows)
        inner = small(output="sequence", loss="absolute_error").fit(scaled, y / last)
        expected = inner.predict(scaled) * last
        np.testing.assert_allclose(model.predict(self.windows), expected, rtol=1e-6)
        missing = np.isnan(self.windows[:, :, 0])
        np.testing.assert_array_equal(
            np.isnan(expected).reshape(*missing.shape, -1)[..., 0], missing
        )
        there = ~np.isnan(y + expected).reshape(*missing.shape, -1)[..., 0]
        score = r2_score(y[there], expected[there])
        assert model.score(self.windows, y) == pytest.approx(score, rel=1e-5)

    def test_inner_estimators_are_looked_through(self):
        pipeline = make_pipeline(WindowScaler("standard"), small(output="sequence"))
        search = GridSearchCV(pipeline, {"lstmregressor__hidden_size": [2]}, cv=2)
        for inner in (pipeline, search):
            model = WindowScaledRegressor(inner).fit(self.windows, self.y)
            assert model.predict(self.windows).shape == self.y.shape

    @pytest.mark.parametrize("inner", [small(), make_pipeline(small()), Ridge()])
    def test_nan_is_for_targets_of_every_step(self, inner):
        with pytest.raises(ValueError, match="Input y contains NaN"):
            WindowScaledRegressor(inner).fit(WINDOWS, self.y)
        with pytest.raises(ValueError, match="Input y contains infinity"):
            WindowScaledRegressor(small(output="sequence")).fit(WINDOWS, self.y * np.inf)


@pytest.mark.parametrize("output", ["last", "sequence"])
@pytest.mark.parametrize("method", ["last", "standard"])
def test_quantiles_are_scaled_back(output, method):
    y = TestTargetsOfEveryStep.y if output == "sequence" else TARGET
    inner = small(loss="quantile", quantile=[0.9, 0.1, 0.5], output=output)
    model = WindowScaledRegressor(inner, WindowScaler(method)).fit(WINDOWS, y)
    close = WINDOWS[:, :, 0]
    axes = -1, *[1] * y.ndim
    center, scale = {
        "last": (0.0 * TARGET, close[:, -1]),
        "standard": (close.mean(1), close.std(1)),
    }[method]
    center, scale = center.reshape(axes), scale.reshape(axes)
    scaled = WindowScaler(method).fit_transform(WINDOWS)
    expected = inner.fit(scaled, (y - center[..., 0]) / scale[..., 0]).predict(scaled)
    found = model.predict(WINDOWS)
    assert found.shape == (*y.shape, 3)
    np.testing.assert_allclose(found, expected * scale + center, rtol=1e-4)
    assert (found[..., 1] <= found[..., 2]).all()


def test_early_stopping_leaves_a_gap_that_scaling_would_hide():
    rng = np.random.default_rng(0)
    X, y = forecast_pairs(rng.normal(size=(200, 1)).cumsum(axis=0) + 100, 3)
    windows = SequenceWindower(14).fit_transform(X)
    changed = y.copy()
    changed[164:177] += 50  # windows of these samples reach into those held back
    network = LSTMRegressor(4, max_epochs=3, early_stopping=True, random_state=0)
    model = WindowScaledRegressor(network)
    expected = model.fit(windows, y).predict(windows)
    np.testing.assert_array_equal(model.fit(windows, changed).predict(windows), expected)


def test_quantiles_are_not_turned_round_and_have_a_score():
    rng = np.random.default_rng(0)
    windows = rng.normal(size=(100, 8, 1)) + 20
    y = windows[:, -1, 0] + rng.normal(size=100)
    network = LSTMRegressor(4, max_epochs=30, loss="quantile", quantile=[0.1, 0.9], random_state=0)
    model = WindowScaledRegressor(network).fit(windows, y)
    predicted = model.predict(windows)
    assert (predicted[:, 0] <= predicted[:, 1]).all()
    by_hand = [d2_pinball_score(y, predicted[:, k], alpha=q) for k, q in enumerate([0.1, 0.9])]
    assert model.score(windows, y) == pytest.approx(np.mean(by_hand))
    with pytest.raises(ValueError, match=r"quantile=\[0.1, 0.9\] .* negative scale"):
        model.predict(-windows)
    with pytest.raises(ValueError, match="negative scale"):
        model.fit(-windows, -y)


@pytest.mark.parametrize(
    ("X_val", "y_val", "message"),
    [
        (np.ones((5, 6, 1)), np.ones(1), "5 windows in X_val and 1 targets in y_val"),
        (np.ones((5, 6, 2)), np.ones(5), "X_val has 2 features, and X has 1"),
        (np.ones((5, 1)), np.ones(5), "X_val has two axes and 1 columns, as the rows of a"),
    ],
)
def test_validation_data_that_does_not_fit(X_val, y_val, message):
    network = LSTMRegressor(4, max_epochs=1, early_stopping=True)
    X, y = np.random.default_rng(0).normal(size=(20, 6, 1)) + 9, np.ones(20)
    with pytest.raises(ValueError, match=message):
        WindowScaledRegressor(network).fit(X, y, X_val=X_val, y_val=y_val)
