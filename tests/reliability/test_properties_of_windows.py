"""What holds of everything that predicts from windows, whatever the windows and the parameters.

To the last bit: a prediction depends on its own window alone, on the observed steps of it alone,
and in a pipeline on no later row. How numbers lie in memory does not matter, nor do files.
"""

import os
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sklearn.pipeline import make_pipeline
from skops.io import dumps, get_untrusted_types, loads

from sklstm import (
    BiLSTMRegressor,
    EMARegressor,
    ExponentialSmoother,
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    PersistenceRegressor,
    RNNRegressor,
    SequenceClassifier,
    SequenceEncoder,
    SequenceWindower,
    SlicedClassifier,
    SMARegressor,
    WindowScaledRegressor,
    WindowScaler,
)

pytestmark = [  # windows are as short as they are drawn
    pytest.mark.filterwarnings("ignore:window=. asks for the mean"),
    pytest.mark.filterwarnings("ignore:SequenceClassifier cannot validate the classes"),
    pytest.mark.filterwarnings("ignore:alpha=.* gives what came before"),
]
check = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=2000 if os.environ.get("SKLSTM_FULL") == "1" else 25,
    suppress_health_check=list(HealthCheck),
)
SHAPE = {
    "hidden_size": st.integers(1, 5) | st.lists(st.integers(1, 4), min_size=2, max_size=2),
    "activation": st.sampled_from(["tanh", "relu"]),
    "engine": st.sampled_from(["auto", "auto", "torch"]),
    "batch_size": st.sampled_from([7, 64]),
    "max_epochs": st.just(1),
    "random_state": st.just(0),
}
BOTH_WAYS = {"bidirectional": st.booleans()}
NETWORKS = st.one_of(
    st.builds(LSTMRegressor, **SHAPE, **BOTH_WAYS, peephole=st.booleans()),
    st.builds(GRURegressor, **SHAPE, **BOTH_WAYS),
    st.builds(RNNRegressor, **SHAPE, **BOTH_WAYS),
    st.builds(BiLSTMRegressor, **SHAPE),
    st.builds(LSTMClassifier, **SHAPE, **BOTH_WAYS),
    st.builds(GRUClassifier, **SHAPE),
    st.builds(SequenceEncoder, st.builds(GRURegressor, **SHAPE, **BOTH_WAYS)),
    st.builds(LSTMRegressor, **SHAPE, loss=st.just("quantile"), quantile=st.just([0.2, 0.8])),
)
BASELINES = st.one_of(
    st.builds(SMARegressor, st.integers(1, 9)),
    st.builds(EMARegressor, st.floats(0.05, 1), initial=st.just("first") | st.floats(-5, 5)),
)
SCALED = st.builds(
    WindowScaledRegressor,
    st.builds(GRURegressor, **SHAPE) | BASELINES,
    st.builds(WindowScaler, st.sampled_from(["minmax", "standard", "first", "last"])),
)
SLICED = st.builds(
    SlicedClassifier,
    st.builds(GRUClassifier, **SHAPE),
    length=st.integers(1, 9) | st.sampled_from([0.3, 1.0]),
    n_slices=st.integers(1, 5),
)
WEIGHED = st.builds(
    SequenceClassifier,
    st.builds(GRUClassifier, **SHAPE),
    lengths=st.sampled_from([(1.0,), (1.0, 0.6), (0.9, 0.5)]),
    n_slices=st.just(2),
    cv=st.just(2),
)
MODELS = NETWORKS | BASELINES | SCALED | SLICED | WEIGHED


@st.composite
def windows(draw, missing=True):
    """Windows of small numbers, some steps of them missing, of either precision."""
    n_steps, n_features = draw(st.integers(1, 9)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    values = 5 + rng.normal(size=(12, n_steps, n_features)).cumsum(axis=1)
    share = draw(st.sampled_from([0.0, 0.3, 0.8])) if missing else 0.0
    absent = rng.random((12, n_steps)) < share
    absent[np.arange(12), rng.integers(n_steps, size=12)] = False  # a window has a step
    values[absent] = np.nan
    return values.astype(draw(st.sampled_from(["f8", "f4"])))


def targets_for(model, X):
    last = np.nanmean(X[:, :, 0], axis=1)
    return (last > np.median(last)).astype(int) if hasattr(model, "predict_proba") else last


def answers(model, X):
    for name in ("predict_proba", "predict", "transform"):
        if hasattr(model, name):
            return getattr(model, name)(X)
    raise AssertionError


def fitted(model, X):
    return model.fit(X, targets_for(model, X))


@check
@given(MODELS, windows(), st.data())
def test_a_prediction_depends_on_its_window_alone(model, X, data):
    expected = answers(fitted(model, X), X)
    rows = data.draw(st.lists(st.integers(0, 11), min_size=1, max_size=40))
    np.testing.assert_array_equal(answers(model, X[rows]), expected[rows])
    changed = X.copy()
    changed[1:] *= 3
    np.testing.assert_array_equal(answers(model, changed)[0], expected[0])


@check
@given(MODELS, windows(), st.integers(1, 70))
def test_missing_steps_before_the_first_change_nothing(model, X, n_missing):
    expected = answers(fitted(model, X), X)
    padded = np.pad(X, ((0, 0), (n_missing, 0), (0, 0)), constant_values=np.nan)
    np.testing.assert_array_equal(answers(model, padded), expected)
    if not isinstance(model, WindowScaledRegressor):
        behind = np.pad(X, ((0, 0), (n_missing, 2), (0, 0)), constant_values=np.nan)
        np.testing.assert_array_equal(answers(model, behind), expected)


@check
@given(MODELS, windows(missing=False), st.sampled_from(["F", "strided", "reversed", "swapped"]))
def test_memory_order_and_read_only_input(model, X, order):
    forms = {
        "F": np.asfortranarray(X),
        "strided": np.repeat(np.repeat(X, 2, axis=2), 3, axis=1)[:, ::3, ::2],
        "reversed": X[::-1, ::-1, ::-1].copy()[::-1, ::-1, ::-1],
        "swapped": np.ascontiguousarray(X.transpose(1, 2, 0)).transpose(2, 0, 1),
    }
    form = forms[order]
    y = targets_for(model, X)
    form.flags.writeable = y.flags.writeable = False
    before, y_before = form.copy(), y.copy()
    expected = answers(model.fit(X, y), X)
    np.testing.assert_array_equal(answers(model, form), expected)
    np.testing.assert_array_equal(answers(model.fit(form, y), X), expected)
    np.testing.assert_array_equal(form, before)
    np.testing.assert_array_equal(y, y_before)


@check
@given(MODELS, windows(missing=False), st.sampled_from(["i8", "i2", "u1", ">f8", "O", "list"]))
def test_the_same_values_of_another_type(model, X, dtype):
    X = np.abs(np.round(X.astype("f8"))) % 50 + 1
    expected = answers(fitted(model, X), X)
    other = X.tolist() if dtype == "list" else X.astype(dtype)
    np.testing.assert_array_equal(answers(model, other), expected)
    y = targets_for(model, X)
    np.testing.assert_array_equal(answers(model.fit(other, y.tolist()), X), expected)


@check
@given(MODELS, windows())
def test_files_predict_the_same_bits(model, X):
    expected = answers(fitted(model, X), X)
    np.testing.assert_array_equal(answers(pickle.loads(pickle.dumps(model)), X), expected)
    file = dumps(model)
    copy = loads(file, trusted=get_untrusted_types(data=file))
    np.testing.assert_array_equal(answers(copy, X), expected)


@check
@given(MODELS, windows(missing=False))
def test_a_second_fit_knows_nothing_of_the_first(model, X):
    expected = answers(fitted(model, X), X)
    fitted(model, 3 * X[:, :1, :1] + 1)
    np.testing.assert_array_equal(answers(fitted(model, X), X), expected)


STEPS = st.lists(
    st.sampled_from(
        [ExponentialSmoother(0.3), WindowScaler("standard", window_size=5), WindowScaler()]
    ),
    max_size=2,
    unique_by=id,
)
ROWS = 10 + np.random.default_rng(5).normal(size=(40, 2)).cumsum(axis=0)
LABELS = {
    "none": None,
    "range": pd.RangeIndex(40),
    "days": pd.date_range("2024-01-01", periods=40),
    "no frequency": pd.DatetimeIndex(pd.date_range("2024-01-01", periods=40).to_numpy()),
    "months": pd.period_range("2024-01", periods=40, freq="M"),
}


@check
@given(STEPS, st.integers(1, 9), MODELS, st.sampled_from(sorted(LABELS)), st.data())
def test_no_prediction_of_a_pipeline_knows_a_later_row(steps, lookback, model, labels, data):
    index = LABELS[labels]
    wrap = (
        (lambda rows, first=0: rows)
        if index is None
        else (lambda rows, first=0: pd.DataFrame(rows, index[first : first + len(rows)]))
    )
    y = targets_for(model, ROWS[:, np.newaxis])
    pipeline = make_pipeline(
        *[step.__sklearn_clone__() for step in steps], SequenceWindower(lookback), model
    )
    pipeline.fit(wrap(ROWS[:25]), y[:25])
    last = data.draw(st.integers(0, 14))
    later = ROWS[25:].copy()
    later[last + 1 :] = data.draw(st.sampled_from([0.0, 1e3, -5.0]))
    expected = answers(pipeline, wrap(ROWS[25:], 25))[: last + 1]
    np.testing.assert_array_equal(answers(pipeline, wrap(later, 25))[: last + 1], expected)
    short = answers(pipeline, wrap(ROWS[25 : 26 + last], 25))
    np.testing.assert_array_equal(short, expected)
    if not steps and index is not None:
        whole = np.array(SequenceWindower(lookback).fit_transform(ROWS))[25:]
        np.testing.assert_array_equal(answers(pipeline, wrap(ROWS[25:], 25)), answers(model, whole))


@check
@given(
    st.builds(GRURegressor, **SHAPE) | st.builds(SMARegressor, st.integers(1, 9)),
    st.sampled_from(["first", "last", "minmax", "standard"]),
    windows(),
    st.integers(-40, 40),
)
def test_scaled_regressors_know_no_unit(inner, method, X, exponent):
    X, unit = X.astype("f8"), 2.0**exponent
    # A window without any range has no scale to be told by: it is left in the unit that it has.
    assume(method in ("first", "last") or (np.sum(~np.isnan(X[:, :, 0]), axis=1) > 1).all())
    model = WindowScaledRegressor(inner, WindowScaler(method))
    y = targets_for(model, X)
    expected = model.fit(X, y).predict(X)
    np.testing.assert_array_equal(model.predict(unit * X), unit * expected)
    np.testing.assert_array_equal(model.fit(unit * X, unit * y).predict(X), expected)


@check
@given(st.integers(1, 9), st.integers(1, 6), windows())
def test_persistence_repeats_a_value_of_its_window(season, horizon, X):
    model = PersistenceRegressor(min(season, X.shape[1]), horizon=horizon)
    predicted = fitted(model, X).predict(X)
    assert (predicted[:, np.newaxis] == X[:, :, 0]).any(axis=1).all()
    np.testing.assert_array_equal(model.predict(X[3:4]), predicted[3:4])


@pytest.mark.parametrize("name", sorted(LABELS))
def test_labels_do_not_change_a_prediction(name):
    model = make_pipeline(SequenceWindower(4), GRURegressor(2, max_epochs=1, random_state=0))
    expected = model.fit(ROWS, ROWS[:, 0]).predict(ROWS)
    frame = pd.DataFrame(ROWS, LABELS[name])
    np.testing.assert_array_equal(model.fit(frame, ROWS[:, 0]).predict(frame), expected)
