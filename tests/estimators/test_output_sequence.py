"""A target at every step: `output="sequence"`."""

import pickle
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline

from sklstm import (
    BiLSTMRegressor,
    GRURegressor,
    LSTMRegressor,
    RNNRegressor,
    SequenceWindower,
    WindowScaler,
)

REGRESSORS = pytest.mark.parametrize(
    "cls", [LSTMRegressor, GRURegressor, RNNRegressor, BiLSTMRegressor]
)
ENGINES = pytest.mark.parametrize("engine", ["auto", "torch"])
RNG = np.random.default_rng(0)
X = RNG.normal(size=(150, 6, 2))
Y = np.cumsum(X[:, :, 0], axis=1) + 3  # a running sum, which a network must remember
NAN = np.nan


def make(cls=LSTMRegressor, **options):
    defaults = {"hidden_size": 6, "max_epochs": 4, "random_state": 0, "output": "sequence"}
    return cls(**(defaults | options))


def assert_close(found, expected, rtol=1e-4):
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol * np.nanstd(expected))


@REGRESSORS
@pytest.mark.parametrize("shape", [(150, 6), (150, 6, 1), (150, 6, 3)])
def test_predictions_have_the_shape_of_the_targets(cls, shape, rng):
    model = make(cls).fit(X, rng.normal(size=shape))
    assert model.predict(X).shape == shape
    assert model.predict(X[:, 2:]).shape == (150, 4, *shape[2:])
    assert model.target_mean_.shape == (shape[2] if len(shape) == 3 else 1,)


def test_a_running_sum_is_learned_at_every_step():
    model = make(hidden_size=16, max_epochs=60).fit(X[:120], Y[:120])
    assert model.score(X[120:], Y[120:]) > 0.9
    error = model.predict(X[120:]) - Y[120:]
    assert (error.std(axis=0) < 0.5 * Y.std(axis=0)).all()


@REGRESSORS
@ENGINES
@pytest.mark.parametrize("options", [{}, {"dropout": 0.2, "recurrent_dropout": 0.2}])
def test_windows_of_one_step_train_as_with_one_target(cls, engine, options, rng):
    one, target, weight = X[:, :1], Y[:, :1], rng.uniform(0.5, 1, size=150)
    options = {"engine": engine, "num_layers": 2} | options
    model = make(cls, **options).fit(one, target, sample_weight=weight)
    plain = make(cls, output="last", **options).fit(one, target[:, 0], sample_weight=weight)
    assert_close(model.loss_curve_, plain.loss_curve_)
    assert_close(model.predict(one)[:, 0], plain.predict(one))


@pytest.mark.parametrize("cls", [LSTMRegressor, GRURegressor, RNNRegressor])
@ENGINES
def test_targets_of_the_last_step_alone_train_as_one_target(cls, engine):
    y, windows = Y.copy(), X.copy()
    y[:, :-1] = NAN
    windows[::3, :2] = NAN
    options = {"engine": engine, "num_layers": 2, "early_stopping": True}
    model = make(cls, **options).fit(windows, y)
    plain = make(cls, output="last", **options).fit(windows, y[:, -1])
    assert_close(model.loss_curve_, plain.loss_curve_)
    assert_close(model.validation_scores_, plain.validation_scores_)
    assert_close(model.target_mean_, plain.target_mean_)
    assert_close(model.predict(windows)[:, -1], plain.predict(windows))


@REGRESSORS
@ENGINES
@pytest.mark.parametrize("num_layers", [1, 2])
def test_output_last_then_predicts_the_last_step(cls, engine, num_layers):
    windows = X.copy()
    windows[::4, -1] = windows[::3, :2] = NAN
    model = make(cls, engine=engine, num_layers=num_layers).fit(windows, Y)
    steps = model.predict(windows)
    last = np.where(np.isnan(windows[:, -1, 0]), 4, 5)
    np.testing.assert_array_equal(
        model.set_params(output="last").predict(windows), steps[np.arange(150), last]
    )
    for rows in ([3], [7, 2, 90]):
        np.testing.assert_array_equal(model.predict(windows[rows]), steps[rows, last[rows]])


@pytest.mark.parametrize("cls", [LSTMRegressor, GRURegressor, RNNRegressor])
def test_what_was_fitted_on_windows_predicts_every_step(cls):
    model = make(cls, output="last").fit(X, Y[:, -1])
    expected = np.transpose([model.predict(X[:, : t + 1]) for t in range(6)])
    np.testing.assert_array_equal(model.set_params(output="sequence").predict(X), expected)


@REGRESSORS
@ENGINES
def test_a_step_sees_no_later_one(cls, engine):
    model, later = make(cls, engine=engine, num_layers=2).fit(X, Y), X.copy()
    later[:, 4:] += 1.0
    same = model.predict(X)[:, :4] == model.predict(later)[:, :4]
    # A network that reads backwards sees the whole window.
    assert (not same.any()) if cls is BiLSTMRegressor else same.all()


@REGRESSORS
@ENGINES
def test_rows_do_not_depend_on_each_other(cls, engine, rng):
    windows = X.copy()
    windows[rng.random((150, 6)) < 0.3] = NAN
    windows[:, 3] = 0.5
    model = make(cls, engine=engine, hidden_size=20).fit(windows, Y)
    whole = model.predict(windows)
    np.testing.assert_array_equal(np.isnan(whole), np.isnan(windows[:, :, 0]))
    for rows in ([5], [140, 3], rng.permutation(150)[:40]):
        np.testing.assert_array_equal(model.predict(windows[rows]), whole[rows])


def test_blocks_of_predictions_change_nothing(monkeypatch):
    model = make(BiLSTMRegressor).fit(X, Y)
    steps = model.predict(X)
    monkeypatch.setattr("sklstm.estimators._steps._BLOCK_VALUES", 50)
    np.testing.assert_array_equal(model.predict(X), steps)
    np.testing.assert_array_equal(model.set_params(output="last").predict(X), steps[:, -1])


@REGRESSORS
@ENGINES
def test_missing_steps_are_as_if_they_were_not_there(cls, engine):
    # Every third step of a longer window is missing; its target does not matter.
    longer, y = np.full((150, 9, 2), NAN), np.full((150, 9), 77.0)
    there = np.arange(9) % 3 != 1
    longer[:, there], y[:, there] = X, Y
    model, plain = make(cls, engine=engine).fit(longer, y), make(cls, engine=engine).fit(X, Y)
    assert_close(model.loss_curve_, plain.loss_curve_, rtol=1e-6)
    assert_close(model.predict(longer)[:, there], plain.predict(X), rtol=1e-6)
    y[:, ~there] = np.inf
    assert_close(
        make(cls, engine=engine).fit(longer, y).predict(longer), model.predict(longer), 1e-12
    )


@ENGINES
def test_missing_targets_are_left_out_of_everything(engine, rng):
    y = Y.copy()
    y[rng.random(Y.shape) < 0.5] = NAN
    y[:, 4], y[:40] = Y[:, 4], NAN  # one target at least, then none
    model = make(engine=engine, early_stopping=True, batch_size=32).fit(X, y)
    np.testing.assert_allclose(model.target_mean_, np.nanmean(y[40:-11]), rtol=1e-12)
    np.testing.assert_allclose(model.target_scale_, np.nanstd(y[40:-11]), rtol=1e-12)
    without = make(engine=engine, early_stopping=True, batch_size=32).fit(X[40:], y[40:])
    np.testing.assert_array_equal(model.predict(X), without.predict(X))
    error = (model.predict(X) - y)[-11:] / model.target_scale_
    assert -model.best_validation_score_ == pytest.approx(np.nanmean(error**2), rel=1e-5)


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber", "quantile"])
def test_the_loss_is_a_mean_over_all_observed_targets(loss, rng):
    y, weight = np.stack([Y, -2 * Y], axis=2), rng.uniform(0.1, 1, size=150)
    y[rng.random(Y.shape) < 0.5] = NAN
    y[:, 2] = 1.0
    level = 0.3 if loss == "quantile" else 0.5
    model = make(loss=loss, quantile=level, learning_rate=1e-30, batch_size=40, max_epochs=1)
    model.fit(X, y, sample_weight=weight)
    error = (model.predict(X) - y) / model.target_scale_
    each = {
        "squared_error": error**2,
        "absolute_error": np.abs(error),
        "huber": np.where(np.abs(error) < 1, error**2 / 2, np.abs(error) - 0.5),
        "quantile": np.maximum(0.7 * error, -0.3 * error),
    }[loss].mean(axis=2)
    counts = ~np.isnan(each) * weight[:, np.newaxis]
    expected = np.nansum(each * counts) / counts.sum()
    assert model.loss_curve_[0] == pytest.approx(expected, rel=1e-5)
    mean = np.nansum(y * counts[:, :, np.newaxis], axis=(0, 1)) / counts.sum()
    np.testing.assert_allclose(model.target_mean_, mean, rtol=1e-6)


@ENGINES
def test_integer_weights_are_repetitions(engine, rng):
    weight = rng.integers(0, 3, size=40)
    y = Y[:40].copy()
    y[::2, :3] = NAN
    repeated = np.repeat(np.arange(40), weight)
    options = {"engine": engine, "batch_size": 200}
    weighted = make(**options).fit(X[:40], y, sample_weight=weight)
    plain = make(**options).fit(X[repeated], y[repeated])
    assert_close(weighted.predict(X), plain.predict(X), rtol=1e-7)


def test_a_view_of_a_series_trains_as_its_copy(rng):
    series = rng.normal(size=(200, 2))
    windows = SequenceWindower(7).fit_transform(series)
    y = SequenceWindower(7).fit_transform(np.cumsum(series, axis=0))
    view, copy = make().fit(windows, y), make().fit(windows, np.ascontiguousarray(y))
    dense = make().fit(np.ascontiguousarray(windows), y)
    for other in (copy, dense):
        assert_close(other.loss_curve_, view.loss_curve_, rtol=1e-5)
        assert_close(other.predict(windows), view.predict(windows), rtol=1e-4)


def test_views_are_trained_on_without_a_copy_of_all_windows(rng):
    lookback, n_rows = 200, 20_000
    series = rng.normal(size=(n_rows, 1))
    windows = SequenceWindower(lookback).fit_transform(series)
    y = SequenceWindower(lookback).fit_transform(series.cumsum(axis=0))[:, :, 0]
    assert not y.flags.writeable
    # Few samples have a weight, so that the test is fast.
    weight = np.zeros(n_rows)
    weight[:: n_rows // 64] = 1.0
    model = make(hidden_size=2, max_epochs=1)
    model.fit(windows[:300], y[:300])
    tracemalloc.start()
    model.fit(windows, y, sample_weight=weight)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < n_rows * lookback  # bytes: an eighth of the windows


def test_a_pass_over_all_samples_keeps_few_outputs(rng):
    lookback, n_rows = 250, 12_000
    series = rng.normal(size=(n_rows, 1)).astype(np.float32)
    windows = SequenceWindower(lookback).fit_transform(series)
    model = make(GRURegressor, hidden_size=1, max_epochs=1, early_stopping=True)
    model.fit(windows[:300], windows[:300, :, 0])
    tracemalloc.start()
    model.fit(windows, windows[:, :, 0])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    values = n_rows * lookback
    assert peak < 60e6 < 24 * values  # outputs, targets and errors in double precision


@ENGINES
def test_windows_of_a_file_train_as_those_in_memory(engine, tmp_path, rng):
    series = rng.normal(size=(90, 2))
    file = np.memmap(tmp_path / "series", dtype=np.float64, mode="w+", shape=series.shape)
    file[:] = series
    y = SequenceWindower(6).fit_transform(series.cumsum(axis=0))
    models = [
        make(engine=engine, early_stopping=True).fit(SequenceWindower(6).fit_transform(rows), y)
        for rows in (file, series)
    ]
    assert_close(models[0].loss_curve_, models[1].loss_curve_)
    windows = SequenceWindower(6).fit_transform(series)
    assert_close(models[0].predict(windows), models[1].predict(windows))


@ENGINES
def test_training_goes_on_bit_for_bit(engine):
    options = {"dropout": 0.2, "n_iter_no_change": None, "engine": engine}
    whole = make(max_epochs=4, **options).fit(X, Y)
    parts = make(max_epochs=2, warm_start=True, **options).fit(X, Y).fit(X, Y)
    steps = make(**options)
    for _ in range(4):
        steps.partial_fit(X, Y)
    for other in (parts, steps):
        np.testing.assert_array_equal(whole.predict(X), other.predict(X))
        assert whole.loss_curve_ == other.loss_curve_
    with pytest.raises(ValueError, match=r"output='last' \(it was 'sequence'\)"):
        parts.set_params(output="last").fit(X, Y[:, -1])
    with pytest.raises(ValueError, match="y must have 1 outputs as in the last fit, got 2"):
        steps.partial_fit(X, np.stack([Y, Y], axis=2))


def test_pickles_and_clones():
    model = make(dropout=0.1).fit(X, Y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    np.testing.assert_array_equal(clone(model).fit(X, Y).predict(X), model.predict(X))


@pytest.mark.parametrize("n_outputs", [None, 2])
def test_score_is_that_of_all_known_steps(n_outputs, rng):
    y, windows, weight = Y.copy(), X.copy(), rng.uniform(size=150)
    y[rng.random(Y.shape) < 0.3] = NAN
    windows[::2, 2] = NAN
    y = y if n_outputs is None else np.stack([y, 2 - y], axis=2)
    model = make().fit(windows, y)
    predicted = model.predict(windows)
    there = ~np.isnan(y + predicted).reshape(150, 6, -1).any(axis=2)
    for each in (None, weight):
        by_step = None if each is None else np.repeat(each, 6).reshape(150, 6)[there]
        expected = r2_score(y[there], predicted[there], sample_weight=by_step)
        assert model.score(windows, y, each) == pytest.approx(expected, rel=1e-12)


def test_a_score_takes_the_targets_that_fit_takes():
    y = Y.copy()
    y[0, :3] = NAN
    model, objects = make().fit(X, y), np.where(np.isnan(y), None, y)
    expected = model.score(X, y)
    for same in (pd.DataFrame(y).convert_dtypes(), objects):
        np.testing.assert_array_equal(make().fit(X, same).predict(X), model.predict(X))
        assert model.score(X, same) == expected


def test_grid_search_over_a_pipeline():
    series = np.sin(np.arange(260) / 5).reshape(-1, 1)
    y = SequenceWindower(8).fit_transform(series[1:])[:, :, 0]
    pipeline = Pipeline(
        [
            ("window", SequenceWindower(8)),
            ("scale", WindowScaler("standard")),
            ("net", make(GRURegressor, max_epochs=10)),
        ]
    )
    grid = {"net__hidden_size": [2, 12]}
    search = GridSearchCV(pipeline, grid, cv=TimeSeriesSplit(3), error_score="raise")
    search.fit(series[:-1], y)
    small, large = search.cv_results_["mean_test_score"]
    assert small < large
    assert search.best_params_ == {"net__hidden_size": 12}
    assert search.predict(series[:-1]).shape == (259, 8)


ONE_AXIS = "y must hold a target for every step of every window.*shape \\(150,\\)"


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (Y[:, -1], ONE_AXIS),
        (Y[:, :, None, None], r"got an array of shape \(150, 6, 1, 1\)"),
        (np.empty((150, 6, 0)), r"got an array of shape \(150, 6, 0\)"),
        (Y[:, 1:], "each of the 6 steps of X.*got y of shape.* with 5 steps"),
        (Y[1:], "150 windows in X and 149 targets"),
        (None, "requires y"),
        (np.full((150, 6), NAN), "y has no target to learn from"),
        (np.full((150, 6), "a"), "y cannot be read as an array of numbers"),
    ],
)
def test_bad_targets(y, message):
    with pytest.raises(ValueError, match=message):
        make().fit(X, y)


@pytest.mark.parametrize("dense", [False, True])
def test_bad_values_are_named(dense, rng):
    windows = SequenceWindower(5).fit_transform(rng.normal(size=(50, 1)))
    series = rng.normal(size=(50, 2))

    def fit(series):
        y = SequenceWindower(5, pad="missing").fit_transform(series)
        make().fit(windows, np.array(y) if dense else y)

    series[7, 1] = NAN
    with pytest.raises(ValueError, match=r"only partly NaN \(sample 7, step 4\)"):
        fit(series)
    y = np.array(SequenceWindower(5).fit_transform(series[:, :1]))
    y[9, 2] = np.inf
    with pytest.raises(ValueError, match=r"y contains infinity \(sample 9, step 2\)"):
        make().fit(windows, y)


def test_no_target_where_there_is_weight():
    y, weight = Y.copy(), np.zeros(150)
    y[:10], weight[:10] = NAN, 1.0
    with pytest.raises(ValueError, match="y has no target to learn from"):
        make().fit(X, y, sample_weight=weight)


def test_bad_output():
    with pytest.raises(ValueError, match="'output' parameter of LSTMRegressor must be a str among"):
        make(output="all").fit(X, Y)


def test_bad_scores():
    model = make().fit(X, Y)
    with pytest.raises(ValueError, match="y must have the shape of the predictions"):
        model.score(X, Y[:, -1])
    with pytest.raises(ValueError, match="no step with both a target and a prediction"):
        model.score(X, np.full(Y.shape, NAN))
