"""Graphs of `SequenceClassifier` predict what Python predicts."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sklstm import GRUClassifier, SequenceClassifier, SequenceWindower
from sklstm.onnx import to_onnx

RNG = np.random.default_rng(0)
LABELS = np.array(["low", "high", "mid"] * 10)
X = (
    RNG.normal(size=(30, 24, 2))
    + np.select([LABELS == "low", LABELS == "high"], [-0.4, 0.4])[:, None, None]
)
GRU = GRUClassifier(4, max_epochs=20, random_state=0)
OPTIONS = {"options": {"zipmap": False}}


@pytest.mark.parametrize("classifier", [GRU, LogisticRegression()], ids=["network", "linear"])
def test_labels_and_probabilities(classifier, convert, run):
    with pytest.warns(UserWarning, match="the same weight"):  # all candidates have one
        model = SequenceClassifier(classifier, n_slices=5).fit(X[:3], LABELS[:3])
    assert len(model.weights_) == (6 if classifier is GRU else 3)
    longer = np.concatenate([X, X[::-1]], axis=1)
    graph = convert(model, X, **OPTIONS)
    for windows in (X, longer, X[:1], X[:0]):
        labels, probability = run(graph, windows)
        assert probability.shape == (len(windows), 3)
        if len(windows):
            np.testing.assert_allclose(probability, model.predict_proba(windows), atol=1e-5)
            np.testing.assert_array_equal(labels, model.predict(windows))


def test_sequences_of_unequal_length_and_what_python_refuses(convert, run):
    windows = X.copy()
    windows[0, 15:] = windows[1, :12] = windows[2, 4:9] = windows[3, 5:] = np.nan
    model = SequenceClassifier(GRU, n_slices=5).fit(windows, LABELS == "low")
    graph = convert(model, windows, **OPTIONS)
    labels, probability = run(graph, windows)
    np.testing.assert_allclose(probability, model.predict_proba(windows), atol=1e-5)
    np.testing.assert_array_equal(labels.astype(bool), model.predict(windows))
    windows[4, 3, 0], windows[5] = np.inf, np.nan
    _, probability = run(graph, windows)
    assert np.isnan(probability[4]).all()
    np.testing.assert_allclose(probability[5], [2 / 3, 1 / 3], atol=1e-6)


def test_within_a_pipeline_and_with_dictionaries(run):
    rows, y = X.reshape(-1, 2)[:200], np.arange(200) // 10 % 2
    model = make_pipeline(SequenceWindower(9), SequenceClassifier(GRU, n_slices=3)).fit(rows, y)
    labels, found = run(to_onnx(model), rows.astype("f4"))
    expected = model.predict_proba(rows)[:, 1]
    np.testing.assert_allclose([one[1] for one in found], expected, atol=1e-4)
    np.testing.assert_array_equal(labels, model.predict(rows))


def test_tokens(convert, run):
    tokens = RNG.integers(2, 9, size=(30, 12)).astype(np.float32)
    tokens[::3, 7:] = 0
    network = GRUClassifier(3, embedding_dim=2, max_epochs=3, random_state=0)
    model = SequenceClassifier(network, n_slices=5).fit(tokens, LABELS)
    graph = convert(model, tokens, **OPTIONS)
    np.testing.assert_allclose(run(graph, tokens)[1], model.predict_proba(tokens), atol=1e-5)
