"""Sizes and errors of ONNX graphs whose networks are quantised or have half the precision.

    python benchmarks/onnx_precision.py

Prints the table of docs/production.md: each network is fitted once, converted, and run in
onnxruntime on the newest rows, which it has not seen.
"""

import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.float16 import convert_float_to_float16
from sklearn.pipeline import make_pipeline

from sklstm import GRURegressor, LSTMRegressor, SequenceWindower
from sklstm.onnx import to_onnx

LOOKBACK, N_TRAINED, N_ROWS = 24, 1500, 2500
NETWORKS = {
    "LSTM of 32 units": LSTMRegressor(32, max_epochs=20, random_state=0),
    "LSTM of 128 units": LSTMRegressor(128, max_epochs=20, random_state=0),
    "two LSTM layers of 128 units": LSTMRegressor(128, num_layers=2, max_epochs=10, random_state=0),
    "GRU of 128 units": GRURegressor(128, max_epochs=20, random_state=0),
}


def make_series():
    """Return a daily rhythm with noise next to a temperature, one row per hour."""
    rng, hour = np.random.default_rng(0), np.arange(N_ROWS)
    wave = np.sin(2 * np.pi * hour / 24)
    return np.column_stack([100 + 10 * wave + rng.normal(size=N_ROWS), 15 - 3 * wave])


def with_half_weights(graph):
    """Keep weights in half precision and compute with them in single precision."""
    graph = onnx.ModelProto.FromString(graph.SerializeToString())
    casts = []
    for weights in list(graph.graph.initializer):
        if weights.data_type == TensorProto.FLOAT:
            half = numpy_helper.to_array(weights).astype(np.float16)
            graph.graph.initializer.remove(weights)
            graph.graph.initializer.append(numpy_helper.from_array(half, f"{weights.name}_half"))
            casts.append(helper.make_node("Cast", [f"{weights.name}_half"], [weights.name], to=1))
    nodes = [*casts, *graph.graph.node]
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    onnx.checker.check_model(graph)
    return graph


def all_in_half(graph):
    """Compute in half precision, as far as the graph is in single precision."""
    return convert_float_to_float16(graph, keep_io_types=True)


def quantised(graph):
    """Weights are integers of 8 bits; so is what is multiplied by them, window by window."""
    with tempfile.TemporaryDirectory() as folder:
        single, small = Path(folder) / "single.onnx", Path(folder) / "small.onnx"
        onnx.save(graph, single)
        quantize_dynamic(single, small, weight_type=QuantType.QInt8)
        return onnx.load(small)


def predict(graph, X):
    content = graph.SerializeToString()
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (answers,) = session.run(None, {"X": X})
    return answers[LOOKBACK:, 0], len(content)


def main():
    onnxruntime.set_default_logger_severity(3)
    X = make_series()
    y = np.append(X[1:, 0], X[-1, 0])
    new, actual = X[N_TRAINED:].astype(np.float32), y[N_TRAINED + LOOKBACK :]
    for name, network in NETWORKS.items():
        model = make_pipeline(SequenceWindower(LOOKBACK), network)
        graph = to_onnx(model.fit(X[:N_TRAINED], y[:N_TRAINED]), new)
        single, size = predict(graph, new)
        error, spread = np.abs(single - actual).mean(), single.std()
        print(f"| {name} | single precision | {size / 1e3:.0f} | | {error:.4f} |")
        for change in (with_half_weights, all_in_half, quantised):
            found, size = predict(change(graph), new)
            off, error = np.abs(found - single).max() / spread, np.abs(found - actual).mean()
            print(f"| | {change.__name__} | {size / 1e3:.0f} | {off:.0e} | {error:.4f} |")


if __name__ == "__main__":
    main()
