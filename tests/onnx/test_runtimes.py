"""The same graphs in other runtimes than onnxruntime: OpenVINO, and ONNX's own evaluator."""

import numpy as np
import onnx
import openvino
import pytest
from onnx.reference import ReferenceEvaluator
from sklearn.pipeline import make_pipeline
from sklearn.utils.fixes import parse_version

import sklstm
from sklstm import SequenceWindower, TextSequencer
from sklstm.onnx import to_onnx

CELLS = ["LSTM", "GRU", "RNN", "BiLSTM", "MinGRU", "SLSTM"]


def with_openvino(graph, X):
    """Return the outputs of OpenVINO on the processor, in single precision."""
    core = openvino.Core()
    options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    model = core.compile_model(core.read_model(graph.SerializeToString()), "CPU", options)
    return list(model({0: X}).values())


def with_reference(graph, X):
    """Return the outputs of the evaluator that ONNX ships, plain NumPy."""
    loops = [node for node in graph.graph.node if node.op_type == "Scan"]
    is_old = parse_version(onnx.__version__) < parse_version("1.22")
    if is_old and any(len(loop.input) > 2 for loop in loops):
        pytest.skip("Loops of ONNX's evaluator carry one state before version 1.22.")
    return ReferenceEvaluator(graph).run(None, {graph.graph.input[0].name: X})


RUNTIMES = pytest.mark.parametrize("run", [with_openvino, with_reference])


def fitted(cell, windows, **parameters):
    """Return a regressor whose output depends on each step."""
    rng = np.random.default_rng(0)
    model = getattr(sklstm, f"{cell}Regressor")(
        **({"hidden_size": 4} | parameters), max_epochs=1, engine="torch", random_state=0
    ).fit(windows, rng.normal(size=len(windows)))
    model.weights_ = {
        name: (w + 0.3 * rng.normal(size=w.shape)).astype(w.dtype)
        for name, w in model.weights_.items()
    }
    return model


@pytest.fixture(scope="module")
def windows():
    return np.random.default_rng(0).normal(size=(40, 9, 3)).astype(np.float32)


@RUNTIMES
@pytest.mark.parametrize("cell", CELLS)
def test_short_and_gapped_windows(cell, run, windows, holes, same):
    model = fitted(cell, windows, hidden_size=[4, 3])
    graph = to_onnx(model)
    for X in (windows, holes(windows), windows[:1, :2]):
        same(run(graph, X)[0], model.predict(X), scale=10)


@RUNTIMES
@pytest.mark.parametrize("around", [
    lambda network: sklstm.SlicedClassifier(network, length=4, n_slices=3),
    lambda network: sklstm.SequenceClassifier(network, lengths=(1.0, 0.9), n_slices=3),
], ids=["slices", "slices and the whole"])  # fmt: skip
def test_slices(around, run, windows, holes, same):
    model = around(sklstm.GRUClassifier(4, max_epochs=3, random_state=0))
    model.fit(windows, np.arange(40) % 3)
    graph = to_onnx(model, options={"zipmap": False})
    for X in (windows, holes(windows), windows[:1, :2]):
        same(run(graph, X)[1], model.predict_proba(X), scale=1)


@RUNTIMES
@pytest.mark.parametrize("cell", ["LSTM", "BiLSTM"])
def test_peepholes(cell, run, windows, holes, same):
    model = fitted(cell, windows, peephole=True)
    same(run(to_onnx(model), holes(windows))[0], model.predict(holes(windows)), scale=10)


@pytest.mark.parametrize("cell", CELLS)
def test_relu_in_openvino(cell, windows, holes, same):
    model = fitted(cell, windows, activation="relu")
    X = holes(windows)
    same(with_openvino(to_onnx(model), X)[0], model.predict(X), scale=100)


@RUNTIMES
@pytest.mark.parametrize("cell", ["GRU", "BiLSTM"])
def test_a_target_at_every_step(cell, run, windows, holes, same):
    y = np.random.default_rng(0).normal(size=(40, 9))
    model = getattr(sklstm, f"{cell}Regressor")(
        4, output="sequence", max_epochs=1, engine="torch", random_state=0
    ).fit(windows, y)
    X = holes(windows)
    same(run(to_onnx(model), X)[0], model.predict(X), scale=10)


@RUNTIMES
@pytest.mark.parametrize("cell", ["LSTM", "BiLSTM"])
def test_padded_text(cell, run):
    texts = ["a fine film", "dull", "what a fine cast and crew", "dull from start to end", "fine"]
    sequencer = TextSequencer()
    tokens = sequencer.fit_transform(texts)
    assert (tokens == 0).any(axis=1).sum() == 4  # all but the longest are padded
    model = getattr(sklstm, f"{cell}Classifier")(
        4, embedding_dim=3, max_epochs=5, learning_rate=0.1, random_state=0
    ).fit(tokens, [1, 0, 1, 0, 1])
    graph = to_onnx(model, tokens, options={"zipmap": False})
    _, probabilities = run(graph, tokens)
    np.testing.assert_allclose(probabilities, model.predict_proba(tokens), atol=1e-5)


@RUNTIMES
def test_a_pipeline_of_rows(run, same):
    rows = np.random.default_rng(0).normal(size=(60, 3)).cumsum(axis=0).astype(np.float32)
    model = make_pipeline(SequenceWindower(6), sklstm.GRURegressor(4, max_epochs=3, random_state=0))
    model.fit(rows[:30], rows[1:31, 0])
    same(run(to_onnx(model), rows[30:])[0], model.predict(rows[30:].copy()), scale=10)
