from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning
from sklearn.metrics import log_loss, recall_score

from sklstm import BiLSTMClassifier, GRUClassifier, LSTMClassifier, RNNClassifier
from sklstm.estimators._validation_split import newest_of_each_class

CLASSIFIERS = [RNNClassifier, LSTMClassifier, GRUClassifier, BiLSTMClassifier]


def bumps(n_samples=300, n_classes=3, seed=0):
    """Sequences of unequal length whose class is the place of a bump: early, middle or late."""
    rng = np.random.default_rng(seed)
    length = rng.integers(12, 25, n_samples)
    place = rng.integers(n_classes, size=n_samples)
    X = 0.1 * rng.normal(size=(n_samples, 24, 1))
    X[np.arange(n_samples), length * (2 * place + 1) // (2 * n_classes)] += 3
    X[np.arange(24) >= length[:, np.newaxis]] = np.nan
    return X, np.array(["early", "late", "middle", "never"])[place]


@pytest.mark.parametrize("cls", CLASSIFIERS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_learns_where_the_bump_is(cls, n_classes):
    X, y = bumps(n_classes=n_classes)
    model = cls(16, max_epochs=120, learning_rate=0.01, random_state=0).fit(X[:240], y[:240])
    assert model.score(X[240:], y[240:]) > 0.9
    assert model.classes_.tolist() == sorted(set(y))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities_logarithms_and_labels_agree(n_classes):
    X, y = bumps(n_classes=n_classes)
    model = GRUClassifier(8, max_epochs=5, random_state=0).fit(X, y)
    probability = model.predict_proba(X)
    assert probability.shape == (300, n_classes)
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(np.log(probability), model.predict_log_proba(X), rtol=1e-9)
    np.testing.assert_array_equal(model.classes_[probability.argmax(axis=1)], model.predict(X))


def test_two_classes_have_one_logit():
    X, y = bumps(n_classes=2)
    assert LSTMClassifier(4, max_epochs=1).fit(X, y).weights_["head_bias"].shape == (1,)


def test_validation_score_is_minus_the_log_loss():
    X, y = bumps()
    model = GRUClassifier(8, early_stopping=True, max_epochs=8, random_state=0).fit(X, y)
    _, held_out = newest_of_each_class(np.searchsorted(model.classes_, y), 0.1)
    loss = log_loss(y[held_out], model.predict_proba(X[held_out]))
    assert -model.best_validation_score_ == pytest.approx(loss, rel=1e-5)


def test_balanced_classes_find_the_rare_one():
    X, y = bumps(600, n_classes=2)
    rare = y == "late"
    keep = ~rare | (np.cumsum(rare) <= 12)
    X, y = X[keep], y[keep]
    recall = {}
    for weight in (None, "balanced"):
        model = GRUClassifier(8, class_weight=weight, max_epochs=12, random_state=0).fit(X, y)
        recall[weight] = recall_score(y, model.predict(X), pos_label="late", zero_division=0)
    assert recall["balanced"] > recall[None] + 0.3


def test_class_weight_equals_sample_weight():
    X, y = bumps(n_classes=2)
    by_class = {"early": 1.0, "late": 4.0}
    options = {"hidden_size": 4, "max_epochs": 3, "random_state": 0}
    first = LSTMClassifier(class_weight=by_class, **options).fit(X, y)
    weight = np.array([by_class[label] for label in y])
    second = LSTMClassifier(**options).fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))


@pytest.mark.parametrize("of_windows", [True, False])
def test_balanced_counts_a_sample_as_often_as_its_weight_says(of_windows):
    X, y = bumps()
    weight = np.random.default_rng(0).integers(0, 4, len(X)) * np.where(y == "late", 0, 1)
    weight[np.argmax(y == "late")] = 2
    options = {"hidden_size": 4, "max_epochs": 5, "batch_size": 2000, "shuffle": False}
    if not of_windows:
        options["output"], y = "sequence", np.repeat(y[:, np.newaxis], 24, axis=1)
    make = GRUClassifier(class_weight="balanced", **options, random_state=0)
    repeated = np.repeat(np.arange(len(X)), weight)
    expected = clone(make).fit(X[repeated], y[repeated])
    found = clone(make).fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(found.loss_curve_, expected.loss_curve_, rtol=1e-5)
    np.testing.assert_allclose(found.predict_proba(X), expected.predict_proba(X), rtol=1e-3)


@pytest.mark.parametrize("output", ["last", "sequence"])
def test_rows_may_lack_the_class_that_has_a_weight(output):
    X, y = bumps()
    others = y != "late"
    labels = y if output == "last" else np.repeat(y[:, np.newaxis], X.shape[1], axis=1)
    rows, classes = (X[others], labels[others]), ["early", "late", "middle"]
    options = {"hidden_size": 4, "output": output, "random_state": 0, "max_epochs": 2}
    weighted = LSTMClassifier(class_weight={"late": 4.0}, **options)
    weighted.partial_fit(*rows, classes=classes)
    plain = LSTMClassifier(**options).partial_fit(*rows, classes=classes)
    assert weighted.loss_curve_ == plain.loss_curve_
    weighted.set_params(early_stopping=True).fit(X, labels, X_val=rows[0], y_val=rows[1])


def test_partial_fit_knows_announced_classes():
    X, y = bumps()
    first = y == "early"
    model = GRUClassifier(4, random_state=0)
    model.partial_fit(X[first], y[first], classes=["early", "late", "middle"])
    assert model.partial_fit(X, y).predict_proba(X).shape == (300, 3)
    with pytest.raises(ValueError, match=r"not announced: \['never'\]"):
        model.partial_fit(X[:2], ["early", "never"])


@pytest.mark.parametrize(
    ("dtype", "classes"),
    [
        ("Int64", np.array([2**53, 2**53 + 1])),  # one class as floating point numbers
        ("uint64[pyarrow]", np.array([2**63, 2**63 + 1], dtype=np.uint64)),
        ("Int8", np.array([-1, 1], dtype=np.int8)),
        ("boolean", np.array([False, True])),
        ("bool[pyarrow]", np.array([False, True])),
    ],
)
def test_nullable_labels_are_classes_of_their_own_kind(dtype, classes, rng):
    X, numbers = rng.normal(size=(20, 4)), np.arange(20) % 2
    model = GRUClassifier(2, max_epochs=1, random_state=0)
    expected = model.fit(X, numbers).predict(X)
    y = pd.Series(classes[numbers]).astype(dtype)
    found = model.fit(X, y).predict(X)
    assert model.classes_.dtype == found.dtype == classes.dtype
    np.testing.assert_array_equal(model.classes_, classes)
    np.testing.assert_array_equal(found, classes[expected])
    assert model.score(X, y) == np.mean(expected == numbers)
    assert model.partial_fit(X, y, classes=pd.Index(y.unique())).classes_.dtype == classes.dtype
    with pytest.raises(ValueError, match="row 3 has no class"):
        model.fit(X, y.mask(np.arange(20) == 3))
    np.testing.assert_array_equal(model.fit(X, y.array).classes_, classes)
    with pytest.warns(DataConversionWarning, match="column-vector"):
        model.fit(X, y.to_frame())
    assert model.classes_.dtype == classes.dtype
    np.testing.assert_array_equal(model.classes_, classes)


@pytest.mark.parametrize("kind", [int, bool, float])
def test_numbers_in_a_column_of_objects_are_classes(kind, rng):
    X, labels = rng.normal(size=(12, 4)), np.arange(12) % 2
    objects = np.array([kind(label) for label in labels], dtype=object)
    model = GRUClassifier(2, max_epochs=1, random_state=0).fit(X, objects)
    plain = GRUClassifier(2, max_epochs=1, random_state=0).fit(X, labels.astype(kind))
    assert model.classes_.dtype == plain.classes_.dtype == np.dtype(kind)
    np.testing.assert_array_equal(model.predict(X), plain.predict(X))
    assert model.score(X, objects) == plain.score(X, labels.astype(kind))
    classes = np.array([kind(0), kind(1)], dtype=object)
    again = GRUClassifier(2, random_state=0).partial_fit(X, objects, classes=classes)
    assert again.classes_.dtype == np.dtype(kind)


def test_objects_that_are_no_classes_are_named(rng):
    X, bins = rng.normal(size=(12, 4)), pd.cut(np.arange(12.0), 2)
    with pytest.raises(ValueError, match=r"y holds Interval objects, such as .*y.astype\(str\)"):
        GRUClassifier(2).fit(X, bins)
    model = GRUClassifier(2, max_epochs=1, random_state=0).fit(X, bins.astype(str))
    assert set(model.classes_) == set(bins.astype(str))


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([1, Decimal("2")], r"y holds Decimal objects, such as Decimal\('2'\), and a class"),
        ([1, Fraction(1, 2)], r"y holds Fraction objects, such as Fraction\(1, 2\), and a class"),
        ([1, 2**70], f"y holds whole numbers beyond 64 bits, such as {2**70}: make strings"),
        ([2**70, 1], f"y holds whole numbers beyond 64 bits, such as {2**70}: make strings"),
    ],
)
def test_the_label_that_is_no_class_is_named(labels, words, rng):
    with pytest.raises(ValueError, match=words):
        GRUClassifier(2).fit(rng.normal(size=(12, 4)), np.array(labels * 6, dtype=object))
