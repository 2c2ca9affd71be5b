import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline, make_pipeline

from sklstm import (
    BiLSTMRegressor,
    ExponentialSmoother,
    GRURegressor,
    LSTMRegressor,
    RNNRegressor,
    SequenceWindower,
    WindowScaler,
    forecast_pairs,
)
from sklstm.data import WindowSet, newest_block

REGRESSORS = [RNNRegressor, LSTMRegressor, GRURegressor, BiLSTMRegressor]


def pairs(wave, horizon=3, lookback=10):
    X, y = forecast_pairs(wave, horizon=horizon)
    return SequenceWindower(lookback).fit_transform(X), y


@pytest.mark.parametrize("cls", REGRESSORS)
def test_learns_a_wave_better_than_a_line(cls, wave):
    X, y = pairs(wave, horizon=9)
    model = cls(16, early_stopping=True, random_state=0).fit(X[:300], y[:300])
    last_value = np.corrcoef(X[300:, -1, 0], y[300:])[0, 1] ** 2
    assert last_value < 0.3
    assert model.score(X[300:], y[300:]) > 0.9


@pytest.mark.parametrize("cls", REGRESSORS)
def test_prediction_is_the_textbook_network_between_the_scales(cls, wave, oracle):
    X, y = pairs(wave)
    model = cls(6, num_layers=2, differencing="never", max_epochs=2, random_state=0)
    model.fit(X[:100], y[:100])
    for sample in (0, 3, 50):
        observed = X[sample][~np.isnan(X[sample, :, 0])]
        steps = (observed - model.feature_mean_) / model.feature_scale_
        output = oracle(model._spec, model.weights_, steps)
        expected = output * model.target_scale_ + model.target_mean_
        np.testing.assert_allclose(model.predict(X[[sample]]), expected, rtol=1e-5, atol=1e-6)


def test_raw_dollars_train_as_well_as_standardised_ones(wave):
    X, y = pairs(wave)
    make = lambda how: LSTMRegressor(8, differencing=how, max_epochs=5, random_state=0)  # noqa: E731
    for how, target in [("never", 7e6 + 3e5 * y), ("auto", 1e4 + 250 * y), ("auto", 250 * y)]:
        plain, dollars = make(how).fit(X, y), make(how).fit(1e4 + 250 * X, target)
        np.testing.assert_allclose(plain.loss_curve_, dollars.loss_curve_, rtol=1e-4)


def test_statistics_are_those_of_the_training_block_alone(wave):
    X, y = pairs(wave + np.arange(400).reshape(-1, 1))
    model = LSTMRegressor(
        4, differencing="never", early_stopping=True, max_epochs=2, random_state=0
    ).fit(X, y)
    training = X[: len(X) - round(0.1 * len(X)) - 9]
    np.testing.assert_allclose(model.feature_mean_, np.nanmean(training, axis=(0, 1)), rtol=1e-9)
    np.testing.assert_allclose(model.target_mean_, y[: len(training)].mean(), rtol=1e-9)


def test_best_weights_are_those_of_the_lowest_validation_loss(wave):
    X, y = pairs(wave)
    model = GRURegressor(8, early_stopping=True, max_epochs=60, learning_rate=0.05, random_state=0)
    model.fit(X, y)
    _, held_back = newest_block(WindowSet.from_array(X), 0.1)
    error = (model.predict(X)[held_back] - y[held_back]) / model.target_scale_
    assert (error**2).mean() == pytest.approx(-model.best_validation_score_, rel=1e-5)
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert model.stop_reason_ == "validation_score"
    assert model.n_iter_ == len(model.loss_curve_) == len(model.validation_scores_) < 60


def test_why_training_stopped(wave):
    X, y = pairs(wave)
    assert LSTMRegressor(4, max_epochs=2, random_state=0).fit(X, y).stop_reason_ == "max_epochs"
    stalled = LSTMRegressor(4, tol=10.0, n_iter_no_change=3, random_state=0).fit(X, y)
    assert (stalled.stop_reason_, stalled.n_iter_) == ("training_loss", 4)
    assert stalled.validation_scores_ is None
    endless = LSTMRegressor(4, tol=10.0, n_iter_no_change=None, max_epochs=15, random_state=0)
    assert endless.fit(X, y).n_iter_ == 15


def test_outputs_have_the_shape_of_the_target(wave):
    X, y = pairs(wave)
    many = np.column_stack([y, 100 - 3 * y, np.full_like(y, 7.0)])
    options = {"max_epochs": 40, "random_state": 0}
    assert GRURegressor(16, **options).fit(X, y[:, np.newaxis]).predict(X).shape == (len(X), 1)
    predicted = GRURegressor(16, **options).fit(X, many).predict(X)
    assert predicted.shape == many.shape
    for column in (0, 1):
        assert r2_score(many[:, column], predicted[:, column]) > 0.9
    np.testing.assert_allclose(predicted[:, 2], 7.0, atol=0.3)


@pytest.mark.filterwarnings("ignore:RNNRegressor has learned nothing from X")  # it is noise
@pytest.mark.parametrize(("loss", "quantile", "expected"), [
    ("squared_error", 0.5, 2.0),  # the mean of this exponential distribution
    ("absolute_error", 0.5, 2 * np.log(2)),
    ("quantile", 0.9, 2 * np.log(10)),
    ("quantile", 0.1, -2 * np.log(0.9)),
])  # fmt: skip
def test_each_loss_finds_its_own_statistic(loss, quantile, expected, rng):
    X, y = rng.normal(size=(20_000, 2, 1)), rng.exponential(2.0, size=20_000)
    # Weight decay would pull the output to the mean, and most a quantile where density is low.
    model = RNNRegressor(2, loss=loss, quantile=quantile, max_epochs=20, weight_decay=0.0,
                         batch_size=1000, random_state=0)  # fmt: skip
    assert model.fit(X, y).predict(X).mean() == pytest.approx(expected, abs=0.1)


def test_weight_zero_is_as_good_as_absent(wave):
    X, y = pairs(wave)
    weight = np.ones(len(X))
    weight[100:] = 0
    y_wild = np.where(weight > 0, y, 1e6)
    model = LSTMRegressor(4, max_epochs=3, random_state=0)
    kept = model.fit(X, y_wild, sample_weight=weight).predict(X)
    np.testing.assert_allclose(kept, model.fit(X[:100], y[:100]).predict(X), rtol=1e-6)


@pytest.mark.parametrize("scale", [1e-50, 1e-3, 1e39, 1e300])
def test_only_ratios_of_weights_matter(wave, scale):
    X, y = pairs(wave)
    weight = np.linspace(1, 2, len(X))
    model = LSTMRegressor(4, max_epochs=2, random_state=0)
    expected = model.fit(X, y, sample_weight=weight).predict(X)
    found = model.fit(X, y, sample_weight=scale * weight).predict(X)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("cls", REGRESSORS)
def test_padding_does_not_change_a_bit(cls, wave):
    X, y = pairs(wave)
    model = cls(20, num_layers=2, max_epochs=1, random_state=0).fit(X, y)
    padded = np.pad(X, ((0, 0), (7, 3), (0, 0)), constant_values=np.nan)
    np.testing.assert_array_equal(model.predict(padded), model.predict(X))


def test_going_on_with_early_stopping_keeps_the_best_of_all(wave):
    X, y = pairs(wave)
    model = GRURegressor(8, early_stopping=True, max_epochs=25, warm_start=True, random_state=0)
    first = model.fit(X, y).best_validation_score_
    model.set_params(learning_rate=2.0, max_epochs=4, optimizer="sgd").fit(X, y)
    _, held_back = newest_block(WindowSet.from_array(X), 0.1)
    error = (model.predict(X)[held_back] - y[held_back]) / model.target_scale_
    assert -(error**2).mean() == pytest.approx(model.best_validation_score_, rel=1e-5)
    assert model.best_validation_score_ >= first - 1e-9
    assert len(model.validation_scores_) == len(model.loss_curve_) == model.n_iter_


def test_epochs_without_held_back_samples_have_no_score(wave):
    X, y = pairs(wave)
    model = GRURegressor(4, max_epochs=2, warm_start=True, random_state=0).fit(X, y)
    model.set_params(early_stopping=True).fit(X, y)
    assert np.isnan(model.validation_scores_).tolist() == [True, True, False, False]


@pytest.mark.parametrize("fault", ["y", "X", "diverges", "interrupted"])
def test_a_failed_fit_leaves_the_last_one_whole(wave, fault):
    X, y = pairs(wave)
    model = LSTMRegressor(4, early_stopping=True, max_epochs=2, random_state=0).fit(X, y)
    seen = "n_features_in_", "window_shape_", "loss_curve_", "best_validation_score_"
    before, expected = {**vars(model)}, model.predict(X)
    known = [getattr(model, name) for name in seen]
    callback = Interrupts()
    if fault == "diverges":
        model.set_params(learning_rate=1e300, max_grad_norm=None)
    if fault == "interrupted":
        model.set_callbacks(callback)
    other = np.repeat(X, 2, axis=2) if fault != "X" else np.full((400, 3, 5), np.inf)
    with pytest.raises((ValueError, KeyboardInterrupt)):
        model.fit(other[: len(X)], y[:-1] if fault == "y" else y)
    np.testing.assert_array_equal(model.predict(X), expected)
    after = {name: value for name, value in vars(model).items() if name != "_skl_callbacks"}
    assert set(after) == set(before)
    assert after["_fitted"] is before["_fitted"]
    assert [getattr(model, name) for name in seen] == known


class Interrupts:
    """A scikit-learn callback that behaves like Ctrl-C."""

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        raise KeyboardInterrupt


def test_training_goes_on_bit_for_bit(wave):
    X, y = pairs(wave)
    options = {"hidden_size": 8, "dropout": 0.2, "n_iter_no_change": None, "random_state": 0}
    whole = LSTMRegressor(max_epochs=6, **options).fit(X, y)
    parts = LSTMRegressor(max_epochs=3, warm_start=True, **options).fit(X, y).fit(X, y)
    steps = LSTMRegressor(**options)
    for _ in range(6):
        steps.partial_fit(X, y)
    for other in (parts, steps):
        np.testing.assert_array_equal(whole.predict(X), other.predict(X))
        assert whole.loss_curve_ == other.loss_curve_
        assert other.n_iter_ == 6


def test_fit_starts_afresh(wave):
    X, y = pairs(wave)
    model = GRURegressor(4, max_epochs=2, random_state=0)
    first = model.fit(X, y).predict(X)
    np.testing.assert_array_equal(first, model.fit(X, y).predict(X))
    assert model.n_iter_ == 2


@pytest.mark.parametrize("library", ["numpy", "pandas", "polars"])
def test_grid_search_over_lookback_scores_the_same_rows(library, wave):
    frame = pd.DataFrame({"value": wave[:, 0], "twice": 2 * wave[:, 0]})
    X, y = frame[:-3], frame["value"].to_numpy()[3:]
    X = {"numpy": X.to_numpy(), "pandas": X, "polars": pl.from_pandas(X)}[library]
    scored = {}

    def scorer(estimator, X, y):
        scored.setdefault(estimator["window"].lookback, []).append(np.asarray(y))
        return estimator.score(X, y)

    search = GridSearchCV(
        Pipeline(
            [
                ("smooth", ExponentialSmoother(0.9)),
                ("window", SequenceWindower()),
                ("lstm", LSTMRegressor(max_epochs=12, learning_rate=0.02, random_state=0)),
            ]
        ),
        {"window__lookback": [5, 10, 20], "lstm__hidden_size": [8, 16]},
        cv=TimeSeriesSplit(5),
        scoring=scorer,
    ).fit(X, y)
    assert len(search.cv_results_["params"]) == 6
    rows = [np.concatenate(folds) for folds in scored.values()]
    assert len(rows) == 3
    for other in rows[1:]:
        np.testing.assert_array_equal(rows[0], other)
    assert search.best_score_ > 0.5
    assert len(search.predict(X)) == len(y)


def test_search_gives_the_same_bits_in_any_number_of_processes(wave):
    X, y = forecast_pairs(wave, horizon=3)
    found = [
        GridSearchCV(
            make_pipeline(SequenceWindower(6), GRURegressor(40, max_epochs=3, random_state=0)),
            {"sequencewindower__lookback": [4, 8]},
            cv=TimeSeriesSplit(3),
            n_jobs=n_jobs,
        ).fit(X, y)
        for n_jobs in (1, 2)
    ]
    for name in ("mean_test_score", "std_test_score"):
        np.testing.assert_array_equal(*(search.cv_results_[name] for search in found))
    np.testing.assert_array_equal(*(search.predict(X) for search in found))


def test_scaled_windows_train(wave):
    X, y = forecast_pairs(wave + 5, horizon=3)
    model = make_pipeline(
        SequenceWindower(10), WindowScaler("last"), LSTMRegressor(8, max_epochs=3, random_state=0)
    )
    assert np.isfinite(model.fit(X, y).predict(X)).all()


def test_summary_shows_the_layers(wave):
    X, y = pairs(wave)
    model = BiLSTMRegressor(8, num_layers=2, max_epochs=1, random_state=0).fit(X, y)
    lines = [line.split() for line in model.summary().splitlines()]
    assert [line[0] for line in lines] == ["layer0", "layer1", "head", "total"]
    counts = [int(line[-1].replace(",", "")) for line in lines]
    assert counts == [2 * 32 * (1 + 8 + 1), 2 * 32 * (16 + 8 + 1), 17, model.n_parameters_]
    assert sum(counts[:-1]) == counts[-1]
    assert model.n_parameters_ == sum(array.size for array in model.weights_.values())


def test_the_default_loss_is_the_squared_error(wave):
    X, y = pairs(wave)
    models = [GRURegressor(4, loss=loss, max_epochs=3, random_state=0).fit(X, y)
              for loss in ("auto", "squared_error", "absolute_error")]  # fmt: skip
    np.testing.assert_array_equal(models[0].predict(X), models[1].predict(X))
    assert [model.loss_ for model in models] == ["squared_error"] * 2 + ["absolute_error"]
    assert models[0].get_params()["loss"] == "auto"
    assert models[0].set_params(loss="huber").loss_ == "squared_error"  # not yet fitted with it
    assert not hasattr(GRURegressor(), "loss_")


@pytest.mark.parametrize(("batch_size", "expected"), [
    (8, {"max_epochs": 100, "learning_rate_schedule": "constant"}),  # 1900 steps
    (7, {"max_epochs": 91, "learning_rate_schedule": "cosine"}),  # ceil(2000 / 22)
])  # fmt: skip
def test_epochs_are_a_hundred_or_take_2000_steps(batch_size, expected, wave):
    X, y = (rows[:150] for rows in pairs(wave))
    options = {"batch_size": batch_size, "n_iter_no_change": None, "random_state": 0}
    auto = GRURegressor(2, **options).fit(X, y)
    np.testing.assert_array_equal(
        auto.predict(X), GRURegressor(2, **options, **expected).fit(X, y).predict(X)
    )
    assert auto.n_iter_ == expected["max_epochs"]
