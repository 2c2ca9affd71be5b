"""Networks that read tokens: ragged, padded anywhere, and with tokens that `fit` never saw."""

import numpy as np
import onnxruntime
import pytest
import skl2onnx
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skl2onnx.common.data_types import (
    DoubleTensorType,
    FloatTensorType,
    Int32TensorType,
    Int64TensorType,
)

import sklstm
from sklstm.onnx import to_onnx

TYPES = {
    "int64": Int64TensorType,
    "int32": Int32TensorType,
    "float32": FloatTensorType,
    "float64": DoubleTensorType,
}
LARGEST, UNSEEN, LENGTH = 20, 7, 9
NETWORKS = [
    {"cell": cell, "hidden_size": units, "bidirectional": bidirectional, **options}
    for cell, options in [("LSTM", {}), ("LSTM", {"peephole": True}), ("GRU", {}), ("RNN", {})]
    for units in (5, [4, 6])
    for bidirectional in (False, True)
] + [{"cell": "BiLSTM", "hidden_size": 3}]
CLASSES = {
    "two": np.array([3, 7]),
    "three": np.array(["up", "down", "è"]),
    "booleans": np.array([False, True]),
}


def ragged(n_samples=60, n_timesteps=LENGTH, largest=LARGEST + 20, seed=0):
    """Return tokens padded before, behind and between, no window without any."""
    rng = np.random.default_rng(seed)
    X = rng.integers(1, largest + 1, (n_samples, n_timesteps))
    X[rng.random(X.shape) < 0.2] = 0
    steps, ends = np.arange(n_timesteps), rng.integers(0, n_timesteps + 1, (2, n_samples, 1))
    X[::3] *= (steps < ends[0])[::3]
    X[1::3] *= (steps >= ends[1])[1::3]
    X[~X.any(axis=1), rng.integers(n_timesteps)] = largest
    return X


def seen():
    """Return tokens to fit to: one of those below the largest is never met."""
    X = ragged(largest=LARGEST)
    return np.where(X == UNSEEN, LARGEST, X)


def shaken(model, seed=2):
    """Move all weights, so that the rows of tokens differ as much as after a long training."""
    rng = np.random.default_rng(seed)
    model.weights_ = {
        name: (w + 0.2 * rng.normal(size=w.shape)).astype(w.dtype)
        for name, w in model.weights_.items()
    }
    return model


def fitted(cell="LSTM", *, kind="Regressor", y=None, n_targets=(), **parameters):
    """Return an estimator of tokens; a regressor has random targets."""
    X = seen()
    if y is None:
        steps = (LENGTH,) if parameters.get("output") == "sequence" else ()
        y = np.random.default_rng(1).normal(size=(len(X), *steps, *n_targets))
    # The plain engine: there is no kernel to compile, and its passes are the oracle of all others.
    options = {"embedding_dim": 4, "max_epochs": 1, "random_state": 0, "engine": "torch"}
    return shaken(getattr(sklstm, f"{cell}{kind}")(**(options | parameters)).fit(X, y))


def labels(classes):
    """Return a class for each of the windows of `seen`."""
    return classes[np.arange(len(seen())) % len(classes)]


def graph_for(model, X, **options):
    """Convert for any number of samples and steps, of the type and the axes of `X`."""
    shape = [None, None, 1][: X.ndim]
    types = [("X", TYPES[str(X.dtype)](shape))]
    return skl2onnx.to_onnx(model, initial_types=types, **options)


def of_three_axes(X):
    """Return windows as they may be of any length for an estimator."""
    return X if X.ndim == 3 else X[:, :, np.newaxis]


@pytest.fixture
def agrees(run, same):
    """A function that asserts that graphs of all types do what a regressor does."""

    def check(model, *inputs):
        for dtype, form in zip(TYPES, [np.asarray, of_three_axes] * 2, strict=True):
            graph = graph_for(model, form(inputs[0]).astype(dtype))
            for X in inputs:
                X = form(X).astype(dtype)
                expected = model.predict(of_three_axes(X))
                output = run(graph, X)[0]
                assert output.dtype == (np.float64 if dtype == "float64" else np.float32)
                same(output, expected, scale=max(1, np.nanmax(np.abs(expected))))

    return check


@pytest.mark.parametrize("network", NETWORKS, ids=lambda p: "-".join(str(v) for v in p.values()))
def test_every_network(network, agrees):
    agrees(fitted(**network), ragged(), ragged(3, 31, seed=1), np.array([[0, UNSEEN, 0]]))


@pytest.mark.parametrize("n_targets", [(), (2,)], ids=["one", "two"])
@pytest.mark.parametrize("quantile", [0.5, [0.9, 0.1, 0.5]], ids=["level", "levels"])
@pytest.mark.parametrize("output", ["last", "sequence"])
def test_every_form_of_output(output, quantile, n_targets, agrees):
    model = fitted(
        "BiLSTM", hidden_size=3, n_targets=n_targets,
        loss="quantile", quantile=quantile, output=output,
    )  # fmt: skip
    agrees(model, ragged(), ragged(5, 2))
    model.set_params(output="last" if output == "sequence" else "sequence")
    agrees(model, ragged())


@pytest.mark.parametrize("seed", range(30))
def test_random_configurations(seed, run, same):
    rng = np.random.default_rng(seed)
    n_layers, cell = rng.integers(1, 4), rng.choice(["LSTM", "GRU", "RNN", "BiLSTM"])
    parameters = {
        "hidden_size": rng.integers(1, 9, n_layers).tolist(),
        "activation": str(rng.choice(["tanh", "relu"])),
        "embedding_dim": int(rng.integers(1, 9)),
        "batch_size": int(rng.choice([8, 64])),  # of one batch the weights are double
    }
    if cell != "BiLSTM":
        parameters["bidirectional"] = bool(rng.integers(2))
    if "LSTM" in cell:
        parameters["peephole"] = bool(rng.integers(2))
    dtype = str(rng.choice(list(TYPES)))
    X = ragged(int(rng.integers(1, 70)), int(rng.integers(1, 40)), seed=seed).astype(dtype)
    X = X if rng.integers(2) else of_three_axes(X)
    if rng.integers(2):
        output = str(rng.choice(["last", "sequence"]))
        n_targets = [(), (1,), (3,)][rng.integers(3)]
        model = fitted(cell, output=output, n_targets=n_targets, **parameters)
        expected = model.predict(of_three_axes(X))
        same(run(graph_for(model, X), X)[0], expected, scale=max(1, np.nanmax(np.abs(expected))))
    else:
        y = labels(np.arange(rng.integers(2, 5)))
        model = fitted(cell, kind="Classifier", y=y, **parameters)
        output = run(graph_for(model, X, options={"zipmap": False}), X)
        assert output[0].tolist() == model.predict(of_three_axes(X)).tolist()
        same(output[1], model.predict_proba(of_three_axes(X)), scale=1)


@pytest.mark.parametrize("classes", CLASSES.values(), ids=CLASSES.keys())
def test_labels_and_probabilities(classes, run):
    model, X = fitted("GRU", kind="Classifier", y=labels(classes)), ragged()
    expected = model.predict(X).tolist(), model.predict_proba(X)
    label, probability = run(graph_for(model, X, options={"zipmap": False}), X)
    assert label.tolist() == expected[0]
    np.testing.assert_allclose(probability, expected[1], atol=1e-5)
    label, probability = run(graph_for(model, X), X)
    assert label.tolist() == expected[0]
    values = [list(sample.values()) for sample in probability]
    np.testing.assert_allclose(values, expected[1], atol=1e-5)


@pytest.fixture(scope="module")
def session():
    model = fitted(bidirectional=True, output="sequence")
    graph = graph_for(model, ragged())
    return model, onnxruntime.InferenceSession(graph.SerializeToString())


TOKENS = st.one_of(st.integers(0, LARGEST + 3), st.just(0), st.just(UNSEEN), st.just(10_000_000))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.data())
def test_any_tokens(session, data):
    shape = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 12)))
    X = data.draw(arrays(np.int64, shape, elements=TOKENS))
    X[~X.any(axis=1), -1] = LARGEST
    model, of_graph = session
    (predicted,) = of_graph.run(None, {"X": X})
    np.testing.assert_allclose(predicted, model.predict(of_three_axes(X)), atol=1e-5)


def test_padding_and_unseen_tokens(session):
    """What the graph itself takes for the same."""
    X = ragged(largest=LARGEST)

    def run(tokens):
        return session[1].run(None, {"X": tokens})[0]

    apart = np.zeros((len(X), 3 * LENGTH), dtype=np.int64)
    apart[:, 1::3] = X
    np.testing.assert_allclose(run(apart)[:, 1::3], run(X), atol=1e-6)
    assert np.isnan(run(X)[X == 0]).all()
    assert not np.isnan(run(X)[X > 0]).any()
    unknown = run(np.where(X == 5, 1, X))
    assert np.nanmax(np.abs(unknown - run(X))) > 1e-3
    for token in (UNSEEN, LARGEST + 1, LARGEST + 2, 10_000_000):
        assert token not in session[0].tokens_
        np.testing.assert_array_equal(run(np.where(X == 5, token, X)), unknown)


def test_what_predict_refuses_is_nan(run):
    no_tokens = [-1, 2.5, -0.5, 10_000_001, np.inf, -np.inf]
    X = np.full((len(no_tokens) + 3, 4), 3, dtype=np.float32)
    X[: len(no_tokens), 2], X[-3] = no_tokens, 0
    X[-2, 2] = np.nan  # a missing step, which is skipped
    for output in ("last", "sequence"):
        model = fitted(output=output)
        for wrong in X[:-2]:
            with pytest.raises(ValueError, match="X "):
                model.predict(wrong[np.newaxis, :, np.newaxis])
        (predicted,) = run(graph_for(model, X), X)
        assert np.isnan(predicted[:-2]).all()
        expected = model.predict(of_three_axes(X[-2:])).reshape(2, -1)
        np.testing.assert_allclose(predicted[-2:], expected, atol=1e-5)
    classifier = fitted(kind="Classifier", y=labels(CLASSES["two"]))
    _, probability = run(graph_for(classifier, X, options={"zipmap": False}), X)
    assert np.isnan(probability[:-2]).all()
    whole = np.array([[-1, 3], [-(2**62), 3], [2**62, 3], [3, 3]])
    assert np.isnan(run(to_onnx(model), whole)[0]).all(axis=1).tolist() == [True] * 3 + [False]


def test_no_samples_are_no_crash(run):
    assert run(to_onnx(fitted()), seen()[:0])[0].shape == (0, 1)


def test_a_file_holds_the_rows_of_tokens_once():
    model = fitted(hidden_size=2, embedding_dim=500)
    assert to_onnx(model).ByteSize() < 4 * model.n_parameters_ + 4 * 500 + 12_000
