#!/usr/bin/env bash
# onnxruntime: quantize_dynamic makes integers of the weights of an LSTM, and leaves those of a GRU.
#
# Expected: weights of both recurrent operators become integers of 8 bits, or a warning says which
#   operators of the graph stay as they are.
# True: only LSTM has a quantised operator. A graph of a GRU comes back with its weights in single
#   precision and a file as large as before, without an error and without naming the operator.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 onnx==1.23.2 onnxruntime==1.31.1 sympy==1.14.0
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

print("onnxruntime", onnxruntime.__version__)
UNITS, FEATURES, N_GATES = 64, 8, {"LSTM": 4, "GRU": 3}


def graph_of(operator):
    rng, rows = np.random.default_rng(0), N_GATES[operator] * UNITS
    weights = {"W": rng.normal(size=(1, rows, FEATURES)), "R": rng.normal(size=(1, rows, UNITS))}
    node = helper.make_node(operator, ["X", "W", "R"], ["", "Y"], hidden_size=UNITS)
    single = [numpy_helper.from_array(w.astype(np.float32), k) for k, w in weights.items()]
    shapes = {"X": ["steps", "samples", FEATURES], "Y": [1, "samples", UNITS]}
    X, Y = (helper.make_tensor_value_info(k, TensorProto.FLOAT, v) for k, v in shapes.items())
    graph = helper.make_graph([node], operator, [X], [Y], single)
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


share = {}
for operator in N_GATES:
    before, after = Path(f"{operator}.onnx"), Path(f"{operator}_8_bits.onnx")
    onnx.save(graph_of(operator), before)
    quantize_dynamic(before, after, weight_type=QuantType.QInt8)
    share[operator] = after.stat().st_size / before.stat().st_size
    types = {TensorProto.DataType.Name(w.data_type) for w in onnx.load(after).graph.initializer}
    print(f"{operator}: {share[operator]:.0%} of the size, weights are {sorted(types)}")
    if operator == "GRU":
        assert types == {"FLOAT"}
assert share["LSTM"] < 0.3 < 0.95 < share["GRU"]
PY
