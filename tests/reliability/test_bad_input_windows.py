"""Wrong windows, targets, weights and validation data of everything that takes windows."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge

from sklstm import (
    EMARegressor,
    GRUClassifier,
    GRURegressor,
    LSTMRegressor,
    PersistenceRegressor,
    RNNRegressor,
    SequenceClassifier,
    SequenceEncoder,
    SlicedClassifier,
    SMARegressor,
    WindowScaledRegressor,
    WindowScaler,
)

X = np.random.default_rng(0).normal(size=(20, 6, 2))
Y = X[:, -1, 0]
DAYS = pd.date_range("2024-01-01", periods=20)
FLAT = pd.DataFrame(X[:, :3, 0], columns=["a@t-2", "a@t-1", "a@t-0"])
PLAIN = pd.DataFrame(X[:, :, 0], columns=list("abcdef"))
NAN, INF = np.nan, np.inf
TINY = {"hidden_size": 2, "max_epochs": 1, "random_state": 0}
TAKERS = {
    "LSTMRegressor": LSTMRegressor(**TINY),
    "GRUClassifier": GRUClassifier(**TINY),
    "SlicedClassifier": SlicedClassifier(GRUClassifier(**TINY), length=3),
    "SequenceClassifier": SequenceClassifier(GRUClassifier(**TINY), n_slices=2, cv=2),
    "SequenceEncoder": SequenceEncoder(RNNRegressor(**TINY)),
    "WindowScaledRegressor": WindowScaledRegressor(Ridge()),
    "PersistenceRegressor": PersistenceRegressor(),
    "SMARegressor": SMARegressor(3),
    "EMARegressor": EMARegressor(),
}


def put(value, *place, of=X):
    array = of.copy()
    array[place] = value
    return array


def labels(n=20):
    return np.arange(n) % 2


def labelled(value):
    classes = np.array(["a", "b"] * 10, dtype=object)
    classes[5] = value
    return classes


# What comes as X, the error, and words of its message; | parts them.
WINDOWS = {
    "none": (None, ValueError, "X | None"),
    "a number": (3.0, ValueError, "X | scalar"),
    "text": ("abc", ValueError, "X | abc"),
    "one axis": (X[:, 0, 0], ValueError, "Expected 2D array, got 1D array"),
    "four axes": (X[np.newaxis], ValueError, "X must be windows of shape | 4 dimensions"),
    "no samples": (X[:0], ValueError, "X | 0 sample"),
    "no steps": (X[:, :0], ValueError, "X must not be empty | (20, 0, 2)"),
    "no features": (X[:, :, :0], ValueError, "X must not be empty | (20, 6, 0)"),
    "ragged": ([[1.0, 2.0], [1.0]] * 10, ValueError, "X is ragged | pad | NaN"),
    "ragged steps": ([[[1.0], [2.0]], [[1.0]]], ValueError, "X is ragged | pad | NaN"),
    "infinity": (put(INF, 3, 2, 1), ValueError, "X contains infinity | sample 3, step 2 | finite"),
    "minus infinity": (put(-INF, 0, 0, 0), ValueError, "X contains infinity | sample 0, step 0"),
    "partly missing": (put(NAN, 3, 2, 1), ValueError, "X has a step | sample 3, step 2 | ffill"),
    "all missing": (X * NAN, ValueError, "X has no window with an observed step | 6 steps"),
    "complex": (X + 1j, ValueError, "X | Complex data not supported"),
    "strings": (np.full((20, 6, 2), "high"), ValueError, "X | numeric"),
    "objects": (np.full((20, 6, 2), {}, dtype=object), TypeError, "X | number | dict"),
    "complex objects": (np.full((20, 6), 1j, dtype=object), (TypeError, ValueError), "X | omplex"),
    "dates": (np.full((20, 6), "2024-01-01", "M8[D]"), ValueError, "X holds times | takes numbers"),
    "durations": (np.full((20, 6), 3, "m8[s]"), ValueError, "X holds times | takes numbers"),
    "records": (np.zeros(20, [("a", "f8"), ("b", "f8")]), (TypeError, ValueError), "X"),
    "sparse": (sparse.csr_array(X[:, :, 0]), TypeError, "X | Sparse data was passed"),
    "a dict": ({"a": 1}, (TypeError, ValueError), "X"),
    "a set": ({1, 2}, (TypeError, ValueError), "X"),
    "a column of text": (PLAIN.assign(b="x"), ValueError, "X has a column 'b' | not numeric"),
    "columns of one name": (
        PLAIN.rename(columns={"b": "a"}),
        ValueError,
        "columns of the name 'a'",
    ),
    "a column of dates": (PLAIN.assign(b=DAYS), ValueError, "X has a column 'b' of times | index"),
    "incomplete steps": (FLAT[["a@t-2", "a@t-0"]], ValueError, "not a complete set | 'a@t-2'"),
    "repeated steps": (FLAT[["a@t-0", "a@t-0"]], ValueError, "not a complete set"),
    "missing in a flat frame": (
        FLAT.mask(FLAT > -9),
        ValueError,
        "no window with an observed step",
    ),
}


@pytest.mark.parametrize("name", TAKERS)
@pytest.mark.parametrize("case", WINDOWS)
def test_windows_to_fit(name, case, refused):
    windows, error, words = WINDOWS[case]
    refused(lambda: TAKERS[name].fit(windows, labels()), error, words)


# The same to a model that is fitted to windows of 6 steps of 2 features.
OTHERS = {
    "fewer features": (X[:, :, :1], "X has 1 features | is expecting 2"),
    "more features": (np.repeat(X, 2, axis=2), "X has 4 features | is expecting 2"),
    "two axes": (X[:, :, 0], "X has 1 features | is expecting 2"),
    "one axis": (X[0, 0], "Expected 2D array, got 1D array"),
    "a window alone": (X[0], "X has two axes and 2 columns | 6 steps | X[np.newaxis]"),
    "no windows": (X[:0], "0 sample"),
    "infinity": (put(INF, 3, 2, 1), "X contains infinity | sample 3, step 2"),
    "partly missing": (put(NAN, 3, 2, 1), "X has a step | sample 3, step 2"),
    "ragged": ([[1.0, 2.0], [1.0]], "X is ragged"),
    "dates": (np.full((20, 6, 2), "2024-01-01", "M8[D]"), "X holds times"),
}


@pytest.fixture(scope="module")
def fitted():
    return {name: model.fit(X, labels()) for name, model in TAKERS.items()}


@pytest.mark.parametrize("name", TAKERS)
@pytest.mark.parametrize("case", OTHERS)
def test_windows_to_predict(name, case, fitted, refused):
    windows, words = OTHERS[case]
    model = fitted[name]
    answer = model.transform if name == "SequenceEncoder" else model.predict
    refused(lambda: answer(windows), ValueError, words)


@pytest.mark.parametrize("name", TAKERS)
def test_names_other_than_in_fit(name, refused):
    model = TAKERS[name].fit(PLAIN, labels())
    answer = model.transform if name == "SequenceEncoder" else model.predict
    words = "feature names should match"
    refused(lambda: answer(PLAIN[list("fedcba")]), ValueError, words)
    refused(lambda: answer(PLAIN.rename(columns={"a": "z"})), ValueError, f"{words} | z")
    refused(lambda: answer(PLAIN[["a", "b"]]), ValueError, words)
    TAKERS[name].fit(X, labels())


@pytest.mark.parametrize("name", [*TAKERS, "WindowScaler"])
def test_answers_before_fit(name, refused):
    model = {**TAKERS, "WindowScaler": WindowScaler()}[name].__sklearn_clone__()
    for method in ("predict", "predict_proba", "transform", "inverse_transform", "summary"):
        if hasattr(model, method):
            arguments = [] if method == "summary" else [X]
            refused(
                lambda m=method, a=arguments: getattr(model, m)(*a), NotFittedError, "not fitted"
            )


# What comes as y of a regressor.
TARGETS = {
    "none": (None, ValueError, "requires y to be passed"),
    "too few": (Y[:-1], ValueError, "20 windows in X | 19 targets in y"),
    "one": (Y[:1], ValueError, "20 windows in X | 1 targets in y"),
    "all missing": (Y * NAN, ValueError, "Input y contains NaN in every row"),
    "one of two missing": (
        put(NAN, 3, 1, of=X[:, -1]),
        ValueError,
        "Input y contains NaN in some columns | row 3, column 1",
    ),
    "times as objects": (
        np.array([*DAYS.to_numpy()], dtype=object),
        ValueError,
        "y holds times | takes numbers",
    ),
    "infinity": (put(INF, 3, of=Y), ValueError, "Input y contains infinity"),
    "text": (np.full(20, "up"), ValueError, "y holds texts | classifier"),
    "dates": (DAYS.to_numpy(), ValueError, "y holds times | takes numbers"),
    "complex": (Y + 1j, ValueError, "y | Complex data not supported"),
    "four axes": (np.ones((20, 1, 1, 1)), ValueError, "y | dim 4"),
    "no outputs": (np.ones((20, 0)), ValueError, "y | 0 feature(s)"),
    "a number": (3.0, (TypeError, ValueError), ""),
    "ragged": ([[1.0, 2.0], [1.0]] * 10, ValueError, "y is ragged"),
}
OTHERS_THAN_REGRESSORS = (
    "GRUClassifier",
    "SlicedClassifier",
    "SequenceClassifier",
    "SequenceEncoder",
)
REGRESSORS = [name for name in TAKERS if name not in OTHERS_THAN_REGRESSORS]


@pytest.mark.parametrize("name", REGRESSORS)
@pytest.mark.parametrize("case", TARGETS)
def test_targets(name, case, refused):
    y, error, words = TARGETS[case]
    refused(lambda: TAKERS[name].fit(X, y), error, words)


NET, STOPS = TAKERS["LSTMRegressor"], LSTMRegressor(early_stopping=True, **TINY)
SEQ = LSTMRegressor(output="sequence", **TINY)
CLF = TAKERS["GRUClassifier"]
CALLS = {
    "one class": (lambda: CLF.fit(X, np.ones(20)), "at least two classes, got one class: [1.0]"),
    "numbers as classes": (lambda: CLF.fit(X, Y), "Unknown label type: continuous"),
    "no class": (
        lambda: CLF.fit(X, labelled(None)),
        "y contains NaN: row 5 has no class (None). Leave",
    ),
    "pandas' NA as class": (lambda: CLF.fit(X, labelled(pd.NA)), "row 5 has no class | weight 0"),
    "a named row without class": (
        lambda: CLF.fit(X, pd.Series(labelled(None), DAYS)),
        "row 2024-01-06 00:00:00 has no class",
    ),
    "masked class": (
        lambda: CLF.fit(X, np.ma.array(labels(), mask=np.arange(20) == 5)),
        "row 5 has no class",
    ),
    "classes without an order": (
        lambda: CLF.fit(X, labelled(7)),
        "y holds classes without an order | 'a' (row 0) | 7 (row 5) | astype(str)",
    ),
    "times as classes": (lambda: CLF.fit(X, DAYS.to_numpy()), "y holds times | day_name"),
    "times as weights": (
        lambda: NET.fit(X, Y, DAYS.to_numpy()),
        "sample_weight holds times | takes numbers",
    ),
    "times as weights of a score": (
        lambda: LSTMRegressor(**TINY).fit(X, Y).score(X, Y, DAYS.to_numpy()),
        "sample_weight holds times | takes numbers",
    ),
    "times as objects, as weights of a score": (
        lambda: GRUClassifier(**TINY).fit(X, labels()).score(X, labels(), list(DAYS.to_numpy())),
        "sample_weight holds times | takes numbers",
    ),
    "missing class in a score": (
        lambda: GRUClassifier(**TINY).fit(X, labels()).score(X, pd.Series([True, pd.NA] * 10)),
        "y contains NaN | row 1 has no class",
    ),
    "masked weight": (
        lambda: NET.fit(X, Y, np.ma.array(np.ones(20), mask=np.arange(20) == 5)),
        "sample_weight contains NaN",
    ),
    "missing class": (lambda: CLF.fit(X, put(NAN, 0, of=Y)), "y contains NaN"),
    "two columns of classes": (
        lambda: CLF.fit(X, np.ones((20, 2))),
        "y should be a 1d array | np.argmax(y, axis=1) | MultiOutputClassifier",
    ),
    "classes of steps": (
        lambda: CLF.fit(X, [["a"] * (1 + row % 2) for row in range(20)]),
        "y is ragged | one class for each sample | output='sequence'",
    ),
    "missing among texts of a list": (
        lambda: CLF.fit(X, ["a", "b", NAN, "b"] * 5),
        "y contains NaN | row 2 has no class | 5 such rows",
    ),
    "missing among texts of a list, in a score": (
        lambda: GRUClassifier(**TINY).fit(X, ["a", "b"] * 10).score(X, ["a", NAN] * 10),
        "y contains NaN | row 1 has no class",
    ),
    "numbers among texts of a list": (
        lambda: CLF.fit(X, ["a", 1] * 10),
        "y holds classes without an order | 'a' (row 0) | 1 (row 1)",
    ),
    "a group that is missing among texts of a list": (
        lambda: STOPS.fit(X, Y, groups=["a", "b", NAN, "b"] * 5),
        "groups has no label in row 2",
    ),
    "announced classes with NaN": (
        lambda: CLF.partial_fit(X, labels(), classes=[0, 1, NAN]),
        "classes must hold class labels | nan",
    ),
    "announced classes with None": (
        lambda: CLF.partial_fit(X, ["a", "b"] * 10, classes=["a", "b", None]),
        "classes must hold class labels | None",
    ),
    "announced classes of several kinds": (
        lambda: CLF.partial_fit(X, ["a", "b"] * 10, classes=["a", "b", 3]),
        "classes holds classes without an order | 'a' | 3",
    ),
    "announced classes of two axes": (
        lambda: CLF.partial_fit(X, labels(), classes=[[0, 1], [2, 3]]),
        "classes must be of shape (n_classes,) | (2, 2)",
    ),
    "unequal outputs of sequences": (
        lambda: SEQ.fit([X[0], X[1, :4], X[2]], [np.ones((6, 2)), np.ones(4), np.ones((6, 2))]),
        "y must have the same outputs in every sequence | y[1] | (4,)",
    ),
    "unannounced class": (
        lambda: CLF.partial_fit(X, np.arange(20) % 3, classes=[0, 1]),
        "y holds classes that were not announced: [2] | [0, 1]",
    ),
    "a target a step": (lambda: NET.fit(X, X), "y | dim 3"),
    "a target a window": (lambda: SEQ.fit(X, Y), "y must hold a target for every step | (20,)"),
    "steps of y": (lambda: SEQ.fit(X, X[:, :5, 0]), "y | 5 | 6"),
    "no target at all": (lambda: SEQ.fit(X, X[:, :, 0] * NAN), "y has no target to learn from"),
    "infinite target of a step": (lambda: SEQ.fit(X, put(INF, 0, of=X)), "y | infinit"),
    "too few weights": (lambda: NET.fit(X, Y, np.ones(19)), "sample_weight | (19,) | (20,)"),
    "weights of two axes": (lambda: NET.fit(X, Y, np.ones((20, 2))), "sample_weight must be 1D"),
    "no weight": (lambda: NET.fit(X, Y, np.zeros(20)), "weight | zero"),
    "negative weight": (lambda: NET.fit(X, Y, -np.ones(20)), "Negative | sample_weight"),
    "missing weight": (lambda: NET.fit(X, Y, Y * NAN), "sample_weight contains NaN"),
    "text as weight": (lambda: NET.fit(X, Y, ["a"] * 20), "sample_weight cannot be read"),
    "text as weights of a score": (
        lambda: NET.fit(X, Y).score(X, Y, ["a"] * 20),
        "sample_weight cannot be read",
    ),
    "one weight for all that is missing": (
        lambda: NET.fit(X, Y, NAN),
        "sample_weight must be finite | nan",
    ),
    "one weight for all that is infinite": (
        lambda: CLF.fit(X, Y > 0, np.float32("inf")),
        "sample_weight must be finite | inf",
    ),
    "X_val alone": (lambda: STOPS.fit(X, Y, X_val=X), "X_val was given without y_val"),
    "y_val alone": (lambda: STOPS.fit(X, Y, y_val=Y), "y_val was given without X_val"),
    "weight_val alone": (
        lambda: STOPS.fit(X, Y, sample_weight_val=np.ones(20)),
        "sample_weight_val was given without X_val",
    ),
    "X_val unused": (lambda: NET.fit(X, Y, X_val=X, y_val=Y), "X_val | early_stopping=False"),
    "X_val of one axis": (lambda: STOPS.fit(X, Y, X_val=Y, y_val=Y), "1D array"),
    "X_val features": (
        lambda: STOPS.fit(X, Y, X_val=X[:, :, :1], y_val=Y),
        "X_val has 1 features | is expecting 2",
    ),
    "X_val of rows": (
        lambda: STOPS.fit(X[:, :, :1], Y, X_val=X[:, 0, :1], y_val=Y),
        "X_val has two axes and 1 columns | 6 steps | transform_input=['X_val']",
    ),
    "X_val infinite": (lambda: STOPS.fit(X, Y, X_val=put(INF, 3), y_val=Y), "X_val | infinity"),
    "y_val too short": (lambda: STOPS.fit(X, Y, X_val=X, y_val=Y[:3]), "20 windows in X_val | 3"),
    "y_val outputs": (
        lambda: STOPS.fit(X, Y, X_val=X, y_val=X[:, 0]),
        "y_val must have 1 outputs as y has, got 2",
    ),
    "y_val missing": (lambda: STOPS.fit(X, Y, X_val=X, y_val=Y * NAN), "y_val contains NaN"),
    "nothing to train on": (lambda: STOPS.fit(X[:1], Y[:1]), "no training sample | n_samples=1"),
    "partial fit that stops": (
        lambda: STOPS.partial_fit(X, Y),
        "partial_fit | early_stopping=True",
    ),
    "gates of features": (lambda: NET.fit(X, Y).gate_activations(X[:, :, :1]), "X has 1 features"),
    "score of other rows": (lambda: NET.fit(X, Y).score(X, Y[:3]), "inconsistent numbers | 3"),
    "scaled by names": (
        lambda: WindowScaledRegressor(Ridge(), target_feature="b").fit(FLAT, Y),
        "target_feature='b' is unknown | ['a']",
    ),
    "turned quantiles": (
        lambda: WindowScaledRegressor(LSTMRegressor(loss="quantile", quantile=0.9, **TINY)).fit(
            X, Y
        ),
        "quantile | negative",
    ),
    "an encoder without y": (lambda: SequenceEncoder(GRURegressor()).fit(X), "requires y"),
    "scaler of windows by name": (lambda: WindowScaler(by="name").fit(X), "by='name' | windows"),
    "scaler of windows by size": (
        lambda: WindowScaler(window_size=3).fit(X),
        "window_size=3 is for a series; X is windows | window_size=None",
    ),
    "scaler of a series": (
        lambda: WindowScaler().fit(X).transform(X[:, 0]),
        "X is a series, but this WindowScaler was fitted on windows",
    ),
}


@pytest.mark.parametrize("case", CALLS)
def test_calls(case, refused):
    call, words = CALLS[case]
    refused(call, (TypeError, ValueError), words)
