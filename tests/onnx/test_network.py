"""Recurrent layers: every network, and sequences of every kind."""

import numpy as np
import pytest

import sklstm
from sklstm.onnx import to_onnx

NETWORKS = [
    {"cell": cell, "hidden_size": units, "activation": activation, **options}
    for cell, options in [
        ("LSTM", {}),
        ("LSTM", {"peephole": True}),
        ("GRU", {}),
        ("RNN", {}),
        ("MinGRU", {}),
        ("SLSTM", {}),
    ]
    for units, activation in [(5, "tanh"), ([4, 6, 3], "relu")]
    for options in [options, {**options, "bidirectional": True}]
] + [{"cell": "BiLSTM", "hidden_size": 7}]


def fitted(cell="LSTM", *, windows, n_targets=None, **parameters):
    """Return a regressor whose weights are shaken, so that none is where it began."""
    rng = np.random.default_rng(2)
    n_targets = [] if n_targets is None else [n_targets]
    steps = [windows.shape[1]] if parameters.get("output") == "sequence" else []
    y = 1000 * rng.normal(size=(len(windows), *steps, *n_targets)) + 5000
    make = getattr(sklstm, f"{cell}Regressor")
    # The plain engine: there is no kernel to compile, and its passes are the oracle of all others.
    model = make(max_epochs=1, random_state=0, engine="torch", **parameters).fit(windows, y)
    model.weights_ = {
        name: (w + 0.2 * rng.normal(size=w.shape)).astype(w.dtype)
        for name, w in model.weights_.items()
    }
    return model


@pytest.fixture
def windows(rows):
    return np.lib.stride_tricks.sliding_window_view(rows, 8, axis=0).swapaxes(1, 2).copy()


@pytest.mark.parametrize("network", NETWORKS, ids=lambda p: "-".join(str(v) for v in p.values()))
def test_every_network(network, windows, holes, agrees):
    model = fitted(windows=windows, **network)
    graph = agrees(model, windows, holes(windows), windows[:1, :3], scale=1000)
    loops = {"MinGRU": "Scan", "SLSTM": "Scan"}  # which ONNX has no operators for
    if network.get("peephole"):  # which some runtimes drop
        loops[network["cell"]] = "Scan"
    operator = (loops | {"BiLSTM": "LSTM"}).get(network["cell"], network["cell"])
    n_layers = len(network["hidden_size"]) if isinstance(network["hidden_size"], list) else 1
    n_layers *= 2 if network.get("bidirectional") or network["cell"] == "BiLSTM" else 1
    assert [node.op_type for node in graph.graph.node].count(operator) == n_layers


@pytest.mark.parametrize("patch_size", [2, 3, 8, 11])
@pytest.mark.parametrize("cell", ["LSTM", "BiLSTM", "SLSTM"])
def test_patches(cell, patch_size, windows, holes, agrees):
    model = fitted(cell, windows=windows[:50], hidden_size=4, patch_size=patch_size)
    agrees(model, windows[:50], holes(windows[:50]), windows[:1, :3], windows[:7, :1], scale=1000)


@pytest.mark.parametrize("pooling", ["mean", "max", "concat"])
@pytest.mark.parametrize("cell", ["GRU", "BiLSTM", "MinGRU"])
def test_pooling(cell, pooling, windows, holes, agrees):
    options = {"hidden_size": [4, 3], "pooling": pooling, "patch_size": 2}
    model = fitted(cell, windows=windows[:50], **options)
    agrees(model, windows[:50], holes(windows[:50]), windows[:1, :3], scale=1000)


@pytest.mark.parametrize("patch_size", [1, 3])
def test_patches_of_changes(patch_size, windows, holes, agrees):
    model = sklstm.LSTMRegressor(
        4, max_epochs=3, differencing="always", patch_size=patch_size, random_state=0
    )
    model.fit(windows[:200], windows[:200, -1, 1])
    assert model.differenced_features_.all()
    agrees(model, windows, holes(windows), windows[:1, :3], scale=10)


@pytest.mark.parametrize("n_targets", [None, 2])
@pytest.mark.parametrize("quantile", [0.5, [0.9, 0.1, 0.5]], ids=["one", "three"])
@pytest.mark.parametrize("output", ["last", "sequence"])
@pytest.mark.parametrize("cell", ["GRU", "BiLSTM", "SLSTM"])
def test_every_form_of_output(cell, output, quantile, n_targets, windows, holes, agrees):
    model = fitted(
        cell, windows=windows[:50], n_targets=n_targets, hidden_size=4,
        loss="quantile", quantile=quantile, output=output,
    )  # fmt: skip
    agrees(model, holes(windows[:50]), scale=1000)
    model.set_params(output="last" if output == "sequence" else "sequence")
    agrees(model, holes(windows[:50]), scale=1000)


@pytest.mark.parametrize("quantile", [0.5, [0.9, 0.1]], ids=["one", "two"])
@pytest.mark.parametrize("output", ["last", "sequence"])
@pytest.mark.parametrize("cell", ["LSTM", "BiLSTM"])
def test_changes_in_place_of_values(cell, output, quantile, rows, windows, holes, agrees):
    later = np.lib.stride_tricks.sliding_window_view(rows[1:], 8, axis=0).swapaxes(1, 2)
    y = later[:200, :, [1, 3]] if output == "sequence" else later[:200, -1, [1, 3]]
    make = getattr(sklstm, f"{cell}Regressor")
    model = make(
        4, max_epochs=3, loss="quantile", quantile=quantile, output=output, random_state=0
    ).fit(windows[:200], y)  # fmt: skip
    assert model.differenced_targets_.tolist() == [1, 3]
    assert model.differenced_features_.any()
    agrees(model, holes(windows), windows[:3, :5], scale=10)


def test_batches_and_lengths_other_than_in_fit(windows, run, same):
    model = fitted(windows=windows[:, :5], hidden_size=6)
    graph = to_onnx(model)
    rng = np.random.default_rng(0)
    for n_samples, n_timesteps in [(1, 1), (1, 60), (1000, 5), (17, 31)]:
        X = rng.choice(windows.reshape(-1, 4), size=(n_samples, n_timesteps)).astype(np.float32)
        same(run(graph, X)[0], model.predict(X), scale=1000)


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        ({"cell": "LSTM"}, (0, 1)),
        ({"cell": "GRU", "output": "sequence"}, (0, 8)),
        ({"cell": "RNN", "differencing": "always", "loss": "quantile"}, (0, 1)),
        ({"cell": "BiLSTM", "patch_size": 3, "pooling": "concat"}, (0, 1)),
        ({"cell": "SLSTM"}, (0, 1)),
    ],
)
def test_no_samples_are_no_crash(network, shape, windows, run):
    graph = to_onnx(fitted(windows=windows, hidden_size=3, **network))
    assert run(graph, windows[:0].astype(np.float32))[0].shape == shape


@pytest.mark.parametrize("output", ["last", "sequence"])
def test_what_predict_refuses_is_nan(output, windows, run):
    model = fitted(windows=windows, hidden_size=3, output=output)
    X = windows[:4].astype(np.float32)
    X[0], X[1, 2, 0], X[2, 2, 3] = np.nan, np.nan, np.inf
    assert np.isnan(model.predict(X[[0, 3]])[0]).all()  # no step of it is observed
    for wrong in X[1:3]:
        with pytest.raises(ValueError, match="X "):
            model.predict(wrong[np.newaxis])
    (predicted,) = run(to_onnx(model), X)
    assert np.isnan(predicted[:3]).all()
    assert not np.isnan(predicted[3]).any()


def test_univariate_windows_of_two_axes(windows, holes, agrees, run, same):
    flat = holes(windows)[:, :, 0]
    agrees(fitted(windows=flat, hidden_size=4), flat, flat[:1], scale=1000)
    model = fitted(windows=flat[:, :, np.newaxis], hidden_size=4)
    X = windows[:, 2:6, 0].astype(np.float32)
    same(run(to_onnx(model, X), X)[0], model.predict(X), scale=1000)


def test_a_file_is_about_as_large_as_the_weights(windows):
    model = fitted(windows=windows, hidden_size=64, bidirectional=True)
    assert to_onnx(model).ByteSize() < 4 * model.n_parameters_ + 12_000
