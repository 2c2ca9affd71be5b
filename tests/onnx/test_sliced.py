"""Graphs of `SlicedClassifier` predict what Python predicts."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import GRUClassifier, SequenceWindower, SlicedClassifier, WindowScaler
from sklstm.onnx import to_onnx

RNG = np.random.default_rng(0)
LABELS = np.array(["low", "high", "mid"] * 10)
X = (
    RNG.normal(size=(30, 24, 2))
    + np.select([LABELS == "low", LABELS == "high"], [-1, 1])[:, None, None]
)
GRU = GRUClassifier(4, max_epochs=4, random_state=0)
INSIDE = {
    "network": GRU,
    "network of scaled slices": make_pipeline(WindowScaler("standard"), GRU),
    "linear": LogisticRegression(),
    "linear behind a scaler": make_pipeline(StandardScaler(), LogisticRegression()),
    "forest": RandomForestClassifier(4, random_state=0),
}


OPTIONS = {"options": {"zipmap": False}}


@pytest.mark.parametrize("name", INSIDE)
@pytest.mark.parametrize(("length", "n_slices"), [(0.25, 32), (7, 5), (9, 1), (1.0, 4)])
def test_labels_and_probabilities(name, length, n_slices, convert, run):
    model = SlicedClassifier(INSIDE[name], length=length, n_slices=n_slices).fit(
        X[:20], LABELS[:20]
    )
    longer = np.concatenate([X, X[::-1]], axis=1)
    graph = convert(model, X, **OPTIONS)
    for windows in (X, longer, X[:1], X[:0]):
        labels, probability = run(graph, windows)
        assert probability.shape == (len(windows), 3)
        if len(windows):
            np.testing.assert_allclose(probability, model.predict_proba(windows), atol=1e-5)
            np.testing.assert_array_equal(labels, model.predict(windows))


def test_sequences_of_unequal_length(convert, run):
    windows = X.copy()
    windows[0, 15:] = windows[1, :12] = windows[2, 4:9] = windows[3, 5:] = np.nan
    model = SlicedClassifier(GRU, length=8).fit(windows, LABELS == "low")
    labels, probability = run(convert(model, windows, **OPTIONS), windows)
    np.testing.assert_allclose(probability, model.predict_proba(windows), atol=1e-5)
    np.testing.assert_array_equal(labels.astype(bool), model.predict(windows))


def test_what_python_refuses_is_nan_and_what_is_unobserved_the_frequencies(convert, run):
    windows = X.copy()
    windows[0, 3, 0], windows[1, 4, 1], windows[2] = np.nan, np.inf, np.nan
    model = SlicedClassifier(GRU, length=8).fit(X, LABELS)
    _, probability = run(convert(model, windows, **OPTIONS), windows)
    assert np.isnan(probability[:2]).all()
    np.testing.assert_allclose(probability[2], [1 / 3] * 3)
    np.testing.assert_allclose(probability[3:], model.predict_proba(windows[3:]), atol=1e-5)


def test_within_a_pipeline_and_with_dictionaries(run):
    rows, y = X.reshape(-1, 2)[:200], np.arange(200) // 10 % 2
    model = make_pipeline(SequenceWindower(9), SlicedClassifier(GRU, length=3)).fit(rows, y)
    labels, found = run(to_onnx(model), rows.astype("f4"))
    expected = model.predict_proba(rows)[:, 1]
    np.testing.assert_allclose([one[1] for one in found], expected, atol=1e-4)
    np.testing.assert_array_equal(labels, model.predict(rows))


def test_single_precision_and_two_axes(run):
    flat = X[:, :, 0].astype("f4")
    for windows, classifier in ((X.astype("f4"), GRU), (flat, LogisticRegression())):
        model = SlicedClassifier(classifier, length=6).fit(windows, LABELS)
        _, probability = run(to_onnx(model, **OPTIONS), windows)
        np.testing.assert_allclose(probability, model.predict_proba(windows), atol=1e-5)


def test_padding_of_tokens_is_no_step(convert, run):
    tokens = RNG.integers(2, 9, size=(30, 12)).astype(np.float32)
    tokens[::3, 7:] = 0
    tokens[1::3, :5] = 0
    network = GRUClassifier(3, embedding_dim=2, max_epochs=3, random_state=0)
    model = SlicedClassifier(network, length=4, n_slices=5).fit(tokens, LABELS)
    graph = convert(model, tokens, **OPTIONS)
    expected = model.predict_proba(tokens)
    np.testing.assert_allclose(run(graph, tokens)[1], expected, atol=1e-5)
    tokens[2] = 0  # refused in Python
    found = run(graph, tokens)[1]
    assert np.isnan(found[2]).all()
    np.testing.assert_allclose(np.delete(found, 2, 0), np.delete(expected, 2, 0), atol=1e-5)
