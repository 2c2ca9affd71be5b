"""Every wrong parameter or array is named: which one, what came, what is taken."""

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from sklstm import (
    BiLSTMRegressor,
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNRegressor,
)

X = np.random.default_rng(0).normal(size=(20, 6, 2))
Y = X[:, -1, 0]
LABELS = np.where(Y > 0, "up", "down")


def changed(place, value):
    array = X.copy()
    array[place] = value
    return array


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"hidden_size": 0}, r"'hidden_size'.*int in the range \[1, inf\).*Got 0"),
        ({"hidden_size": -3}, "'hidden_size'.*Got -3"),
        ({"hidden_size": 2.5}, "'hidden_size'.*Got 2.5"),
        ({"num_layers": 0}, "'num_layers'.*Got 0"),
        ({"bidirectional": "yes"}, "'bidirectional'.*Got 'yes'"),
        ({"dropout": 1.0}, r"'dropout'.*\[0.0, 1.0\).*Got 1.0"),
        ({"dropout": -0.1}, "'dropout'.*Got -0.1"),
        ({"recurrent_dropout": "much"}, "'recurrent_dropout'.*Got 'much'"),
        ({"activation": "sigmoid"}, "'activation'.*among.*'relu'.*Got 'sigmoid'"),
        ({"peephole": 1.5}, "'peephole'.*Got 1.5"),
        ({"loss": "mse"}, "'loss'.*'squared_error'.*Got 'mse'"),
        ({"quantile": 1.0}, "'quantile'.*Got 1.0"),
        ({"optimizer": "lion"}, "'optimizer'.*'adam'.*Got 'lion'"),
        ({"learning_rate": 0}, "'learning_rate'.*Got 0"),
        ({"weight_decay": -1}, "'weight_decay'.*Got -1"),
        ({"max_grad_norm": 0}, "'max_grad_norm'.*Got 0"),
        ({"batch_size": 0}, "'batch_size'.*Got 0"),
        ({"max_epochs": 0}, "'max_epochs'.*Got 0"),
        ({"validation_fraction": 1.0}, "'validation_fraction'.*Got 1.0"),
        ({"n_iter_no_change": 0}, "'n_iter_no_change'.*Got 0"),
        ({"tol": -1e-3}, "'tol'.*Got -0.001"),
        ({"random_state": "lucky"}, "'random_state'.*Got 'lucky'"),
        ({"device": 0}, "'device'.*Got 0"),
        ({"device": "abacus"}, "'device'.*Got 'abacus'"),
        ({"device": "cuda:77"}, "'device'.*Got 'cuda:77'"),
        ({"device": "meta"}, "'device'.*Got 'meta'"),
        ({"device": "mkldnn"}, "'device'.*Got 'mkldnn'"),
    ],
)
def test_parameters(parameters, message):
    with pytest.raises(ValueError, match=message):
        LSTMRegressor(**parameters).fit(X, Y)


@pytest.mark.parametrize("cls", [GRURegressor, RNNRegressor])
def test_only_an_lstm_has_peepholes(cls):
    assert "peephole" not in cls().get_params()
    with pytest.raises(TypeError, match="peephole"):
        cls(peephole=True)


def test_two_ways_are_not_a_choice_where_the_name_says_so():
    with pytest.raises(TypeError, match="bidirectional"):
        BiLSTMRegressor(bidirectional=False)


@pytest.mark.parametrize(
    ("windows", "error", "message"),
    [
        (np.empty((0, 6, 2)), ValueError, "0 sample"),
        (np.empty((20, 0, 2)), ValueError, "X must not be empty.*20, 0, 2"),
        (np.empty((20, 6, 0)), ValueError, "X must not be empty.*20, 6, 0"),
        (X[:, 0, 0], ValueError, "Expected 2D array, got 1D array"),
        (X[np.newaxis], ValueError, "X must be windows.*4 dimensions"),
        (np.full((20, 6, 2), {}, dtype=object), TypeError, "argument must be .* string.* number"),
        (np.full((20, 6, 2), "high"), ValueError, "numeric"),
        (X + 1j, ValueError, "Complex data not supported"),
        (changed((3, 2, 1), np.inf), ValueError, "X contains infinity"),
        (changed((3, 2, 1), np.nan), ValueError, "only partly NaN"),
        (np.full((20, 6, 2), np.nan), ValueError, "no window with an observed step"),
    ],
)
def test_windows(windows, error, message):
    for model in (LSTMRegressor(), GRUClassifier()):
        with pytest.raises(error, match=message):
            model.fit(windows, Y[: len(windows)] if isinstance(model, LSTMRegressor) else LABELS)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "requires y to be passed"),
        (Y[:-1], "20 windows in X and 19 targets in y"),
        (Y[:1], "20 windows in X and 1 targets in y"),
        (Y * np.nan, "y contains NaN in every row"),
        (np.where(Y > 1, np.inf, Y), "y contains infinity"),
        (np.ones((20, 6, 1)), "y .*dim 3"),
        (LABELS, "y holds texts"),
    ],
)
def test_targets(y, message):
    with pytest.raises(ValueError, match=message):
        LSTMRegressor().fit(X, y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.full(20, "up"), "at least two classes, got one class"),
        (Y, "Unknown label type: continuous"),
        (np.where(Y > 1, np.nan, 1), "y contains NaN"),
        (np.ones((20, 2), dtype=int), "y should be a 1d array"),
    ],
)
def test_labels(y, message):
    with pytest.raises(ValueError, match=message):
        LSTMClassifier().fit(X, y)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.ones(19), "(?i)sample_weight"),
        (np.ones((20, 2)), "(?i)sample.weights? must be 1D"),
        (np.zeros(20), "(?i)sample weights.*zero|sample_weight.*zero"),
        (-np.ones(20), "(?i)negative"),
        (np.full(20, np.nan), "(?i)sample_weight contains NaN"),
    ],
)
def test_sample_weight(weight, message):
    with pytest.raises(ValueError, match=message):
        LSTMRegressor(max_epochs=1).fit(X, Y, sample_weight=weight)


@pytest.mark.parametrize(
    "weight", [{"up": 0, "down": 0}, {"up": -1}, {"up": np.nan}, {"up": np.inf}]
)
def test_class_weight(weight):
    with pytest.raises(ValueError, match="weights in class_weight must be finite.*Got"):
        LSTMClassifier(max_epochs=1, class_weight=weight).fit(X, LABELS)


@pytest.mark.parametrize("class_weight", ["balanced", {"up": 1, "down": 0}])
def test_a_validation_set_of_classes_without_weight(class_weight):
    model = LSTMClassifier(max_epochs=1, early_stopping=True, class_weight=class_weight)
    weight, held_out = (LABELS == "up").astype(float), {"X_val": X[:4], "y_val": ["down"] * 4}
    with pytest.raises(ValueError, match=r"X_val and y_val hold no class.*labels are \['down'\]"):
        model.fit(X, LABELS, sample_weight=weight, **held_out)


def test_announced_classes_do_not_change():
    model = GRUClassifier(2).partial_fit(X, LABELS, classes=["down", "up"])
    with pytest.raises(ValueError, match=r"classes must be those of the first call.*\['a', 'b'\]"):
        model.partial_fit(X, LABELS, classes=["a", "b"])


def test_prediction_before_fit():
    for method in ("predict", "summary"):
        with pytest.raises(NotFittedError, match="LSTMRegressor"):
            getattr(LSTMRegressor(), method)(*([X] if method == "predict" else []))
    for method in ("predict", "predict_proba", "predict_log_proba"):
        with pytest.raises(NotFittedError, match="LSTMClassifier"):
            getattr(LSTMClassifier(), method)(X)


@pytest.fixture(scope="module")
def fitted():
    return LSTMRegressor(4, max_epochs=1).fit(X, Y)


@pytest.mark.parametrize(
    ("windows", "message"),
    [
        (X[:, :, :1], "X has 1 features.*LSTMRegressor is expecting 2"),
        (X[:, :, 0], "X has 1 features.*LSTMRegressor is expecting 2"),
        (np.repeat(X, 2, axis=2), "X has 4 features.*LSTMRegressor is expecting 2"),
    ],
)
def test_other_features_than_in_fit(fitted, windows, message):
    with pytest.raises(ValueError, match=message):
        fitted.predict(windows)


def test_other_names_than_in_fit():
    frame = pd.DataFrame(X[:, :, 0], columns=list("abcdef"))
    model = LSTMRegressor(4, max_epochs=1).fit(frame, Y)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame[list("fedcba")])
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame.rename(columns={"a": "z"}))


def test_going_on_with_another_network(fitted):
    model = LSTMRegressor(4, max_epochs=1, warm_start=True).fit(X, Y)
    changed = r"warm_start=True and partial_fit continue.*: hidden_size=5 \(it was 4\)\. Set"
    with pytest.raises(ValueError, match=changed):
        model.set_params(hidden_size=5).fit(X, Y)
    with pytest.raises(ValueError, match="y must have 1 outputs as in the last fit, got 2"):
        model.set_params(hidden_size=4).fit(X, np.column_stack([Y, Y]))


def test_another_embedding_is_told_by_its_parameter(rng):
    tokens, y = rng.integers(1, 6, size=(12, 4)), np.arange(12.0)
    model = GRURegressor(2, max_epochs=1, warm_start=True).fit(tokens + 0.5, y)
    with pytest.raises(ValueError, match=r"another one: embedding_dim=3 \(it was None\)\. Set"):
        model.set_params(embedding_dim=3).fit(tokens, y)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("squared_error", "poisson"),
        ("poisson", "huber"),
        ("normal", "negative_binomial"),
        ("poisson", "bernoulli"),
    ],
)
def test_going_on_with_outputs_that_mean_something_else(before, now):
    y = (Y > 0).astype(float)
    model = LSTMRegressor(4, max_epochs=1, warm_start=True, loss=before).fit(X, y)
    message = f"are those of loss='{before}', and the parameter is now '{now}'"
    for go_on in (model.fit, model.partial_fit):
        with pytest.raises(ValueError, match=message):
            model.set_params(loss=now) and go_on(X, y)
    assert model.loss_ == before


@pytest.mark.parametrize(
    ("before", "now"),
    [("squared_error", "absolute_error"), ("normal", "laplace"), ("poisson", "poisson")],
)
def test_going_on_with_another_measure_of_the_same_outputs(before, now):
    y = np.round(np.abs(Y) * 5)
    model = LSTMRegressor(4, max_epochs=1, warm_start=True, loss=before).fit(X, y)
    assert model.set_params(loss=now).fit(X, y).n_iter_ == 2
    assert model.loss_ == now


def test_one_epoch_cannot_stop_early():
    with pytest.raises(ValueError, match="early_stopping=True"):
        LSTMRegressor(early_stopping=True).partial_fit(X, Y)


def test_a_last_step_into_the_void_is_noticed():
    model = LSTMRegressor(4, max_epochs=1, learning_rate=1e300, batch_size=10, max_grad_norm=None)
    with pytest.raises(ValueError, match="diverged.*learning_rate"):
        model.fit(X, Y)


def test_divergence_leaves_no_model():
    model = RNNRegressor(4, learning_rate=1e300, batch_size=10, max_grad_norm=None)
    with pytest.raises(ValueError, match="diverged.*learning_rate"):
        model.fit(X, Y)
    with pytest.raises(NotFittedError):
        model.predict(X)


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_values_beyond_single_precision(engine):
    model = LSTMRegressor(4, max_epochs=1, batch_size=8, engine=engine).fit(X, Y)
    assert model.weights_["head_bias"].dtype == np.float32
    with pytest.raises(ValueError, match="X has values so far from those of fit.*float32"):
        model.predict(changed((3, 2), [-1e200, 1e200]))
