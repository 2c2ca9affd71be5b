"""Sequences of unequal length: one padded array, by hand, and through scikit-learn's tools."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline

from sklstm import (
    GateDisplay,
    GRUClassifier,
    GRURegressor,
    SMARegressor,
    WindowScaledRegressor,
    WindowScaler,
    stack_sequences,
)
from sklstm.data import step_names

NAN = np.nan
A = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
B = np.array([[4.0, 40.0]])
PADDED = [A, [[4.0, 40.0], [NAN, NAN], [NAN, NAN]]]


def frames(kind):
    return [kind({"x": one[:, 0], "y": one[:, 1]}) for one in (A, B)]


def long(order):
    frame = pd.concat(
        [one.assign(id=key) for key, one in zip("ab", frames(pd.DataFrame), strict=True)]
    )
    return frame.iloc[order].reset_index(drop=True)


def object_array():
    array = np.empty(2, dtype=object)
    array[:] = [A, B]
    return array


@pytest.mark.parametrize(
    "sequences",
    [
        [A, B],
        (A, B),
        [A.tolist(), B.tolist()],
        object_array(),
        pd.Series([A, B], index=[5, 3]),
        frames(pd.DataFrame),
        frames(pl.DataFrame),
        [A, frames(pd.DataFrame)[1]],
        [frames(pd.DataFrame)[0], frames(pd.DataFrame)[1][["y", "x"]]],  # by name
    ],
)
def test_each_is_padded_behind_its_end(sequences):
    np.testing.assert_array_equal(stack_sequences(sequences), PADDED)


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [0, 3, 1, 2]])
def test_a_long_frame(order):
    frame = long(order)
    np.testing.assert_array_equal(stack_sequences(frame, by="id"), PADDED)
    np.testing.assert_array_equal(stack_sequences(pl.from_pandas(frame), by="id"), PADDED)
    level = frame.set_index(["id", frame.index])
    np.testing.assert_array_equal(stack_sequences(level, by="id"), PADDED)


def test_a_single_feature_and_its_precision():
    found = stack_sequences([pd.Series([1, 2]), np.array([3], dtype=np.int8)])
    np.testing.assert_array_equal(found[:, :, 0], [[1, 2], [3, NAN]])
    assert stack_sequences([A.astype("f4"), B.astype("f4")]).dtype == np.float32


@pytest.mark.parametrize(
    ("sequences", "by", "message"),
    [
        ([], None, "must not be empty"),
        ([A, B[:, :1]], None, "sequence 1 has 1 features, and the first one has 2"),
        ([A, B[:0]], None, "sequence 1"),
        ([A, "text"], None, "sequence 1"),
        (["text", A], None, "sequence 0 cannot be read as an array of numbers"),
        ([None, A], None, "sequence 0"),
        ([1.0, 2.0], None, "sequence 0 cannot be read as an array of numbers"),
        ([[[1.0, 2.0], [3.0]], A], None, "sequence 0"),
        ([A, np.full((2, 2), "2024-01-01", "M8[D]")], None, "sequence 1 holds times"),
        (
            [*frames(pd.DataFrame)[:1], pd.DataFrame({"x": [1.0], "z": [1.0]})],
            None,
            r"sequence 1 has the columns \['x', 'z'\], and the first one has \['x', 'y'\]",
        ),
        ([pd.DataFrame(A), pd.DataFrame(A)[::-1]], None, "index of sequence 1 is not sorted"),
        (pd.DataFrame(A), None, "sequences is one frame: by="),
        (long([0, 1, 2, 3]), "key", "by='key' is neither"),
        (3, None, "must be a list of arrays"),
        (A, None, "must be a list of arrays"),
    ],
)
def test_what_cannot_be_stacked(sequences, by, message):
    with pytest.raises((TypeError, ValueError), match=message):
        stack_sequences(sequences, by)


@pytest.fixture
def walks(rng):
    """Sequences of two classes: rising and falling, of 3 to 8 steps."""
    labels = np.arange(40) % 2
    lengths = rng.integers(3, 9, 40)
    return [
        (np.cumsum(rng.normal(2 * label - 1, 0.2, length)))[:, np.newaxis]
        for label, length in zip(labels, lengths, strict=True)
    ], labels


@pytest.mark.parametrize("container", [list, tuple, "object"])
def test_estimators_take_lists_of_arrays(walks, container):
    sequences, labels = walks
    X = sequences
    if container == "object":
        X = np.empty(len(sequences), dtype=object)
        X[:] = sequences
    elif container is tuple:
        X = tuple(sequences)
    model = GRUClassifier(4, max_epochs=20, learning_rate=0.05, random_state=0)
    expected = model.fit(stack_sequences(sequences), labels).predict_proba(
        stack_sequences(sequences)
    )
    np.testing.assert_array_equal(model.fit(X, labels).predict_proba(X), expected)
    np.testing.assert_allclose(model.predict_proba(X[:5]), expected[:5], rtol=1e-12)
    assert model.score(X, labels) == 1.0
    regressor = GRURegressor(2, max_epochs=1, random_state=0)
    of_list = regressor.fit(X, labels).predict(X)
    stacked = stack_sequences(sequences)
    np.testing.assert_array_equal(of_list, regressor.fit(stacked, labels).predict(stacked))


def test_one_sequence_a_row_through_splitters_and_searches(walks):
    sequences, labels = walks
    model = GRUClassifier(4, max_epochs=15, learning_rate=0.05, random_state=0)
    X = stack_sequences(sequences)
    groups = np.arange(40) // 4
    cv = StratifiedGroupKFold(3)
    scores = cross_val_score(model, X, labels, groups=groups, cv=cv)
    np.testing.assert_array_equal(
        cross_val_score(model, sequences, labels, groups=groups, cv=cv), scores
    )
    assert scores.min() > 0.9
    pipeline = make_pipeline(WindowScaler("standard"), model)
    assert cross_val_score(pipeline, X, labels).shape == (5,)
    search = GridSearchCV(model, {"hidden_size": [2, 4]}, cv=2).fit(sequences, labels)
    assert search.best_score_ > 0.9


def test_lists_of_lists_may_be_rows_that_lack_a_value():
    with pytest.raises(ValueError, match="X is ragged.*sklstm.stack_sequences"):
        GRURegressor().fit([[1.0, 2.0], [1.0]] * 10, np.arange(20.0))


def as_frames(sequences, kind=pd.DataFrame):
    return [kind({"p": one[:, 0], "q": one[:, 1]}) for one in sequences]


def turned(frames):
    """Frames of the same sequences, every other one with its columns in the other order."""

    def turn(one):
        return one.select(["q", "p"]) if isinstance(one, pa.Table) else one[["q", "p"]]

    return [turn(one) if place % 2 else one for place, one in enumerate(frames)]


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
@pytest.mark.parametrize("shortest", [6, 3], ids=["of one length", "of unequal length"])
@pytest.mark.parametrize("output", ["last", "sequence"])
def test_columns_of_frames_are_told_by_their_names(rng, kind, shortest, output):
    lengths = rng.integers(shortest, 7, 20)
    sequences = [rng.normal(size=(length, 2)) * [1.0, 50.0] + [0.0, 9.0] for length in lengths]
    labels = [one[:, 0] > 0 for one in sequences]
    y = labels if output == "sequence" else np.array([one[-1] for one in labels])
    model = GRUClassifier(3, max_epochs=2, output=output, random_state=0)
    expected = model.fit(stack_sequences(sequences), y).predict_proba(stack_sequences(sequences))
    accuracy = model.score(sequences, y)
    frames = as_frames(sequences, kind)
    for X in (frames, turned(frames)):
        np.testing.assert_array_equal(model.fit(X, y).predict_proba(X), expected)
        assert model.feature_names_in_.tolist() == ["p", "q"]
    for X in (turned(frames), turned(frames[:1] + frames)[1:]):  # both begin otherwise than fit did
        np.testing.assert_array_equal(model.predict_proba(X), expected)
        assert model.score(X, y) == accuracy
    assert model.predict(turned(frames)[1:2]).shape == model.predict(sequences[1:2]).shape
    stopped = clone(model).set_params(early_stopping=True)
    scores = [
        clone(stopped).fit(frames, y, X_val=X, y_val=y).validation_scores_
        for X in (sequences, turned(frames[:1] + frames)[1:])
    ]
    assert scores[0] == scores[1]


def test_frames_with_other_columns_than_in_fit_are_refused(rng):
    X, y = as_frames(rng.normal(size=(10, 4, 2))), np.arange(10.0)
    network = GRURegressor(2, max_epochs=1, random_state=0).fit(X, y)
    others = [one.set_axis(["p", "r"], axis=1) for one in X]
    with pytest.raises(ValueError, match=r"sequence 0 has the columns \['p', 'r'\], and those of"):
        network.predict(others)
    network.partial_fit(turned(X), y).fit(others, y).fit(np.stack(X), y)
    assert not hasattr(network, "feature_names_in_")
    assert network.predict(others).shape == (10,)  # arrays had no names


def test_rows_of_frames_of_one_length_are_in_order_too(rng):
    X = [one[::-1] for one in as_frames(rng.normal(size=(10, 4, 2)))]
    with pytest.raises(ValueError, match="index of sequence 0 is not sorted"):
        GRURegressor(2, max_epochs=1).fit(X, np.arange(10.0))


def test_gates_of_a_sequence_that_is_a_frame(rng):
    X = as_frames(rng.normal(size=(10, 4, 2)))
    network = GRURegressor(2, max_epochs=1, random_state=0).fit(X, np.arange(10.0))
    first, second = (GateDisplay.from_estimator(network, turned(X)[k : k + 1]) for k in (0, 1))
    assert first.feature_names == second.feature_names == ["p", "q"]
    of_array = GateDisplay.from_estimator(network, np.stack(X[1:2]))
    np.testing.assert_array_equal(second.inputs, of_array.inputs)


@pytest.mark.parametrize("estimator", [SMARegressor(2), WindowScaler("standard")])
def test_lists_that_are_read_as_arrays_have_one_order_of_columns(rng, estimator):
    X = as_frames(rng.normal(size=(6, 4, 2)))
    estimator.fit(X, np.arange(6.0))
    with pytest.raises(ValueError, match=r"X\[1\] has \['q', 'p'\], and X\[0\] \['p', 'q'\]"):
        estimator.fit(turned(X), np.arange(6.0))
    with pytest.raises(ValueError, match="X is a list of tables of Arrow, whose columns are not"):
        estimator.fit(as_frames(np.stack(X), pa.table), np.arange(6.0))


@pytest.mark.parametrize(
    "estimator", [SMARegressor(2), WindowScaler("standard"), WindowScaledRegressor(Ridge())]
)
def test_frames_in_another_order_than_in_fit_are_refused_where_none_are_told_apart(rng, estimator):
    X, y = as_frames(rng.normal(size=(6, 4, 2))), np.arange(6.0)
    estimator.fit(X, y)
    assert estimator.feature_names_in_.tolist() == ["p", "q"]
    use = estimator.transform if hasattr(estimator, "transform") else estimator.predict
    np.testing.assert_array_equal(use(X), use(np.stack(X)))
    with pytest.raises(ValueError, match=r"X has the features \['q', 'p'\], and .* was fitted on"):
        use([one[["q", "p"]] for one in X])
    estimator.fit(np.stack(X), y)
    assert use([one[["q", "p"]] for one in X]).shape[0] == 6  # arrays had no names


def test_flat_frames_and_frames_in_a_list_know_each_other_by_their_features(rng):
    X, y = as_frames(rng.normal(size=(10, 4, 2))), np.arange(10.0)
    flat = pd.DataFrame(np.reshape(X, (10, 8)), columns=step_names(["p", "q"], 4))
    network = GRURegressor(2, max_epochs=1, random_state=0)
    expected = network.fit(flat, y).predict(flat)
    np.testing.assert_array_equal(network.predict([one[["q", "p"]] for one in X]), expected)
    np.testing.assert_array_equal(network.fit(X, y).predict(flat), expected)
    other = flat[step_names(["q", "p"], 4)]
    with pytest.raises(ValueError, match=r"X has the features \['q', 'p'\], and GRURegressor was"):
        network.predict(other)


@pytest.mark.parametrize("target", ["q", 1])
def test_the_target_feature_of_frames_in_a_list_has_a_name(rng, target):
    X = rng.normal(size=(6, 4, 2))
    y = X[:, -1, 1]
    found = SMARegressor(2, target_feature=target).fit(as_frames(X), y).predict(as_frames(X))
    np.testing.assert_allclose(found, X[:, -2:, 1].mean(axis=1))


@pytest.mark.parametrize("kind", ["list", "flat"])
def test_validation_windows_in_another_order_are_refused(rng, kind):
    X, y = as_frames(rng.normal(size=(20, 4, 2))), rng.normal(size=20)
    other = [one[["q", "p"]] for one in X]
    if kind == "flat":
        X, other = (
            pd.DataFrame(np.reshape(X, (20, 8)), columns=step_names(list(X[0].columns), 4))
            for X in (X, other)
        )
    model = WindowScaledRegressor(GRURegressor(2, max_epochs=1, early_stopping=True))
    model.fit(X, y, X_val=X, y_val=y)
    with pytest.raises(ValueError, match=r"X_val has the features \['q', 'p'\], and X \['p', 'q'"):
        model.fit(X, y, X_val=other, y_val=y)


def test_steps_of_sequences_that_are_not_stacked_are_told(rng):
    steps = pd.DataFrame(rng.normal(size=(12, 2)), columns=["a", "b"])
    steps["run"] = np.repeat(np.arange(4), 3)
    labels, network = [0, 1, 0, 1], GRUClassifier(2, max_epochs=1, random_state=0)
    with pytest.raises(ValueError, match=r"12 windows in X and 4 targets in y\. .*stack_sequences"):
        network.fit(steps, labels)
    assert network.fit(stack_sequences(steps, by="run"), labels).window_shape_ == (3, 2)
    with pytest.raises(ValueError, match=r"4 windows in X and 12 targets in y\.$"):
        network.fit(stack_sequences(steps, by="run"), np.repeat(labels, 3))
