"""Recurrent classifiers: labels and probabilities in the forms of skl2onnx."""

import numpy as np
import pytest
import skl2onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklstm
from sklstm import GRUClassifier, SequenceWindower

CLASSES = {
    "two": np.array([3, 7]),
    "three": np.array([0, 1, 2]),
    "strings": np.array(["up", "down", "è"]),
    "objects": np.array(["no", "yes"], dtype=object),
    "booleans": np.array([False, True]),
    "floats": np.array([-1.0, 1.0]),
}


def fitted(rows, classes):
    y = classes[(np.argsort(np.argsort(rows[:, 0])) * len(classes)) // len(rows)]
    model = GRUClassifier(hidden_size=6, max_epochs=3, random_state=0)
    return make_pipeline(StandardScaler(), SequenceWindower(6), model).fit(rows, y)


@pytest.mark.parametrize("classes", CLASSES.values(), ids=CLASSES.keys())
def test_labels_and_probabilities(classes, rows, run):
    model = fitted(rows, classes)
    expected = model.predict(rows), model.predict_proba(rows)
    for tensor_type, dtype in [(FloatTensorType, np.float32), (DoubleTensorType, np.float64)]:
        graph = skl2onnx.to_onnx(
            model,
            initial_types=[("X", tensor_type([None, 4]))],
            options={"zipmap": False},
        )
        label, probability = run(graph, rows.astype(dtype))
        assert label.tolist() == expected[0].tolist()
        np.testing.assert_allclose(probability, expected[1], atol=1e-5)


def test_a_dictionary_for_each_sample_by_default(rows, convert, run):
    model = fitted(rows, CLASSES["strings"])
    for X in [rows, rows.astype(np.float32)]:
        label, probability = run(convert(model, X), X)
        assert label.tolist() == model.predict(X).tolist()
        assert list(probability[0]) == model.classes_.tolist()
        values = [list(sample.values()) for sample in probability]
        np.testing.assert_allclose(values, model.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("classes", CLASSES.values(), ids=CLASSES.keys())
def test_every_constant_is_read(classes, rows, convert):
    graph = convert(fitted(rows, classes), rows).graph  # or onnxruntime warns of it
    read = {name for node in graph.node for name in node.input}
    assert {constant.name for constant in graph.initializer} <= read


def test_options_of_classifiers(rows, run):
    model = fitted(rows, CLASSES["three"])

    def outputs(**options):
        types = [("X", FloatTensorType([None, 4]))]
        graph = skl2onnx.to_onnx(model, initial_types=types, options={id(model[-1]): options})
        return run(graph, rows.astype(np.float32))

    assert len(outputs(zipmap="columns")) == 4
    assert outputs(zipmap=False, output_class_labels=True)[2].tolist() == [0, 1, 2]


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "BiLSTM"])
def test_every_cell_and_missing_steps(cell, rows, holes, run):
    windows = holes(np.lib.stride_tricks.sliding_window_view(rows, 5, axis=0).swapaxes(1, 2))
    make = getattr(sklstm, f"{cell}Classifier")
    labels = np.arange(len(windows)) % 3
    model = make(hidden_size=4, max_epochs=2, random_state=0).fit(windows, labels)
    graph = sklstm.onnx.to_onnx(model, options={"zipmap": False})
    label, probability = run(graph, windows.astype(np.float32))
    np.testing.assert_allclose(probability, model.predict_proba(windows), atol=1e-5)
    assert (label == model.predict(windows)).mean() > 0.99
    none = run(graph, windows[:0].astype(np.float32))
    assert [output.shape for output in none] == [(0,), (0, 3)]


@pytest.mark.parametrize("classes", [CLASSES["two"], CLASSES["strings"]])
def test_windows_without_a_step_have_the_frequencies_of_the_classes(classes, rng, run):
    X, y = rng.normal(size=(40, 5, 2)), classes[np.arange(40) % 10 // 4 % len(classes)]
    weight = 1.0 + np.arange(40) % 3
    model = GRUClassifier(3, max_epochs=1, random_state=0).fit(X, y, weight)
    X = X[:4].copy()
    X[1] = np.nan
    expected = [weight[y == label].sum() / weight.sum() for label in model.classes_]
    graph = sklstm.onnx.to_onnx(model, X, options={"zipmap": False})
    label, probability = run(graph, X.astype(np.float32))
    np.testing.assert_allclose(probability[1], expected, rtol=1e-6)
    with pytest.warns(UserWarning, match="no observed step"):
        np.testing.assert_allclose(probability, model.predict_proba(X), atol=1e-5)
    with pytest.warns(UserWarning, match="no observed step"):
        assert label.tolist() == model.predict(X).tolist()


@pytest.mark.parametrize("classes", [CLASSES["two"], CLASSES["strings"], CLASSES["booleans"]])
@pytest.mark.parametrize("cell", ["GRU", "BiLSTM"])
def test_labels_of_steps(cell, classes, rows, holes, run, convert):
    windows = holes(np.lib.stride_tricks.sliding_window_view(rows, 5, axis=0).swapaxes(1, 2))
    labels = classes[(np.arange(windows[:, :, 0].size) % len(classes)).reshape(-1, 5)]
    make = getattr(sklstm, f"{cell}Classifier")
    model = make(4, output="sequence", max_epochs=2, random_state=0).fit(windows, labels)
    expected, probabilities = model.predict(windows), model.predict_proba(windows)
    missing = np.isnan(windows[:, :, 0])
    for options in ({}, {"options": {"zipmap": False}}):
        graph = sklstm.onnx.to_onnx(model, **options)
        label, probability = run(graph, windows.astype(np.float32))
        assert label.shape == missing.shape
        np.testing.assert_allclose(probability, probabilities, atol=1e-5)
        assert (label == expected)[~missing].mean() > 0.99
        none = "" if classes.dtype.kind == "U" else np.iinfo(np.int64).min
        assert (label[missing] == none).all()
    last = model.set_params(output="last").predict_proba(windows)
    _, probability = run(
        convert(model, windows.astype(np.float32), options={"zipmap": False}),
        windows.astype(np.float32),
    )
    np.testing.assert_allclose(probability, last, atol=1e-5)
