"""Validation data that the user holds back: `X_val` and `y_val` of `fit`."""

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.metrics import mean_squared_error
from sklearn.pipeline import Pipeline

from sklstm import (
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    SequenceWindower,
    WindowScaledRegressor,
    WindowScaler,
    forecast_pairs,
)

RNG = np.random.default_rng(0)
WAVE = np.sin(np.arange(400) / 8) + RNG.normal(scale=0.1, size=400)
FRAME = pd.DataFrame({"wave": 3 + WAVE}, index=pd.date_range("2024-01-01", periods=400))
X, Y = forecast_pairs(FRAME, horizon=2)
WINDOWS = SequenceWindower(10).fit_transform(X)
TRAIN, LATER = slice(0, 300), slice(300, None)
OPTIONS = {"max_epochs": 12, "early_stopping": True, "random_state": 0}


@pytest.mark.parametrize("engine", ["auto", "torch"])
@pytest.mark.parametrize("weighted", [False, True])
def test_scores_are_those_of_the_data_given(engine, weighted, rng):
    weight = rng.uniform(0.1, 2, size=98) if weighted else None
    y = Y.to_numpy()
    model = GRURegressor(8, engine=engine, n_iter_no_change=None, **OPTIONS)
    model.fit(
        WINDOWS[TRAIN], y[TRAIN], X_val=WINDOWS[LATER], y_val=y[LATER], sample_weight_val=weight
    )
    # The weights kept are the best ones, so that their loss can be told afterwards.
    error = mean_squared_error(y[LATER], model.predict(WINDOWS[LATER]), sample_weight=weight)
    assert -model.best_validation_score_ == pytest.approx(error / model.target_scale_[0] ** 2)
    assert model.best_validation_score_ == max(model.validation_scores_)


def test_all_samples_are_trained_on():
    y = Y.to_numpy()
    held = GRURegressor(8, n_iter_no_change=None, **OPTIONS).fit(
        WINDOWS[TRAIN], y[TRAIN], X_val=WINDOWS[LATER], y_val=y[LATER]
    )
    plain = GRURegressor(8, **(OPTIONS | {"early_stopping": False, "n_iter_no_change": None}))
    plain.fit(WINDOWS[TRAIN], y[TRAIN])
    assert held.loss_curve_ == plain.loss_curve_  # to the last bit
    np.testing.assert_array_equal(held.feature_mean_, plain.feature_mean_)


def test_it_goes_through_the_steps_of_a_pipeline():
    with config_context(enable_metadata_routing=True):
        network = LSTMRegressor(8, **OPTIONS).set_fit_request(X_val=True, y_val=True)
        pipeline = Pipeline(
            [("window", SequenceWindower(10)), ("lstm", network)], transform_input=["X_val"]
        )
        pipeline.fit(X[TRAIN], Y[TRAIN], X_val=X[LATER], y_val=Y[LATER])
    # The index goes on, so the windows of the held-out rows reach back into the training rows.
    by_hand = LSTMRegressor(8, **OPTIONS).fit(
        WINDOWS[TRAIN], Y[TRAIN], X_val=WINDOWS[LATER], y_val=Y[LATER]
    )
    assert pipeline[-1].validation_scores_ == by_hand.validation_scores_


def test_classes_sequences_and_several_outputs():
    labels = np.where(Y > 3, "high", "low")
    model = LSTMClassifier(8, class_weight="balanced", **OPTIONS)
    model.fit(WINDOWS[TRAIN], labels[TRAIN], X_val=WINDOWS[LATER], y_val=labels[LATER])
    assert model.best_validation_score_ > -np.log(2)
    one = model.fit(WINDOWS[TRAIN], labels[TRAIN], X_val=WINDOWS[-5:], y_val=np.repeat("low", 5))
    assert len(one.classes_) == 2
    steps = SequenceWindower(10).fit_transform(Y.to_frame())[:, :, 0]
    every = GRURegressor(8, output="sequence", **OPTIONS)
    every.fit(WINDOWS[TRAIN], steps[TRAIN], X_val=WINDOWS[LATER], y_val=steps[LATER])
    error = np.nanmean((every.predict(WINDOWS[LATER]) - steps[LATER]) ** 2)
    assert -every.best_validation_score_ == pytest.approx(error / every.target_scale_[0] ** 2)
    two = np.column_stack([Y, -Y])
    both = GRURegressor(8, **OPTIONS)
    both.fit(WINDOWS[TRAIN], two[TRAIN], X_val=WINDOWS[LATER], y_val=two[LATER])
    assert both.predict(WINDOWS[:3]).shape == (3, 2)


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_balanced_classes_of_a_validation_set_have_the_weights_of_the_training_set(engine):
    labels = np.where(Y > 3, "high", "low")[:398]
    model = LSTMClassifier(4, class_weight="balanced", engine=engine, **OPTIONS)
    held = np.r_[np.flatnonzero(labels == "high")[-30:], np.flatnonzero(labels == "low")[-3:]]
    model.fit(WINDOWS[TRAIN], labels[TRAIN], X_val=WINDOWS[held], y_val=labels[held])
    # By hand: those of the training set, in which "low" is as frequent as it is there.
    names, counts = np.unique(labels[TRAIN], return_counts=True)
    weight = (1 / counts)[np.searchsorted(names, labels[held])]
    probability = model.predict_proba(WINDOWS[held])
    log_loss = -np.log(probability[np.arange(len(held)), np.searchsorted(names, labels[held])])
    expected = -np.average(log_loss, weights=weight)
    assert model.best_validation_score_ == pytest.approx(expected, rel=1e-5)
    by_own = np.mean([log_loss[labels[held] == name].mean() for name in names])
    assert expected != pytest.approx(-by_own, rel=1e-2)


def test_window_scaled_targets():
    y = Y.to_numpy()
    model = WindowScaledRegressor(GRURegressor(8, **OPTIONS), WindowScaler("last"))
    model.fit(WINDOWS[TRAIN], y[TRAIN], X_val=WINDOWS[LATER], y_val=y[LATER])
    newest = WINDOWS[:, -1]
    by_hand = GRURegressor(8, loss="absolute_error", **OPTIONS).fit(
        WINDOWS[TRAIN] / newest[TRAIN, np.newaxis], y[TRAIN] / newest[TRAIN, 0],
        X_val=WINDOWS[LATER] / newest[LATER, np.newaxis], y_val=y[LATER] / newest[LATER, 0],
    )  # fmt: skip
    np.testing.assert_allclose(
        model.regressor_.validation_scores_, by_hand.validation_scores_, rtol=1e-5
    )


@pytest.mark.parametrize(
    ("held_out", "message"),
    [
        ({"X_val": WINDOWS}, "X_val was given without y_val"),
        ({"y_val": Y}, "y_val was given without X_val"),
        ({"sample_weight_val": np.ones(398)}, "sample_weight_val was given without X_val"),
        ({"X_val": np.ones((5, 10, 2)), "y_val": np.ones(5)}, "X_val has 2 features"),
        ({"X_val": WINDOWS[:5], "y_val": Y[:4]}, "5 windows in X_val and 4 targets in y_val"),
        ({"X_val": WINDOWS[:5], "y_val": np.ones((5, 2))}, "y_val must have 1 outputs.*got 2"),
        ({"X_val": WINDOWS[:5], "y_val": np.full(5, np.nan)}, "y_val contains NaN"),
        ({"X_val": WINDOWS[:5] * np.inf, "y_val": Y[:5]}, "X_val contains infinity"),
        (
            {"X_val": WINDOWS[:5], "y_val": Y[:5], "sample_weight_val": -np.ones(5)},
            "Negative values in data passed to `sample_weight_val`",
        ),
        (
            {"X_val": WINDOWS[:5], "y_val": Y[:5], "sample_weight_val": np.zeros(5)},
            "sample_weight_val must contain at least one non-zero number",
        ),
    ],
)
def test_what_cannot_validate(held_out, message):
    model = GRURegressor(4, **(OPTIONS | {"max_epochs": 1})).fit(WINDOWS[:50], Y[:50])
    before = model.predict(WINDOWS[:5])
    with pytest.raises(ValueError, match=message):
        model.fit(WINDOWS[TRAIN], Y[TRAIN], **held_out)
    np.testing.assert_array_equal(model.predict(WINDOWS[:5]), before)  # nothing is lost


def test_without_early_stopping_and_with_unknown_classes():
    with pytest.raises(ValueError, match="early_stopping=False makes no use of them"):
        GRURegressor().fit(WINDOWS, Y, X_val=WINDOWS, y_val=Y)
    with pytest.raises(ValueError, match=r"y_val holds classes that were not announced: \['up'\]"):
        LSTMClassifier(4, **OPTIONS).fit(
            WINDOWS, np.where(Y > 3, "high", "low"), X_val=WINDOWS[:5], y_val=np.repeat("up", 5)
        )


def test_labels_that_are_called_as_arguments_are_not_touched():
    labels = np.where(Y > 3, "high", "low")
    message = r"y_val holds classes that were not announced: \['A', 'X', 'sample_weight', 'y'\];"
    with pytest.raises(ValueError, match=message):
        LSTMClassifier(4, **OPTIONS).fit(
            WINDOWS, labels, X_val=WINDOWS[:4], y_val=["A", "X", "y", "sample_weight"]
        )
    columns = {"X": WINDOWS[:, 0, 0], "y": np.full(len(Y), "text")}
    with pytest.raises(ValueError, match=r"X_val has a column 'y' that is not numeric"):
        GRURegressor(4, **OPTIONS).fit(WINDOWS, Y, X_val=pd.DataFrame(columns), y_val=Y)
