#!/usr/bin/env bash
# OpenVINO reads the padding of an ONNX recurrent layer once an axis of the graph is symbolic.
#
# Expected: `sequence_lens` is part of the ONNX operators LSTM, GRU and RNN, so a sequence of two
#   steps, padded to five, gives the state after its second step, as in onnxruntime.
# True: so it is only while batch and time are fixed numbers in the graph. If either is symbolic, as
#   exporters write it, the model loads and runs without a warning, and Y_h is the state after the
#   padding.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1
"$folder/venv/bin/python" - <<'PY'
import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import TensorProto, helper, numpy_helper

print("openvino", openvino.__version__)
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
UNITS, STEPS = 3, 5
rng = np.random.default_rng(0)
x = rng.normal(size=(STEPS, 1, 2)).astype(np.float32)
lengths = np.array([2], dtype=np.int32)


def graph_of(kind, steps, batch):
    weights = {
        "W": rng.normal(size=(1, GATES[kind] * UNITS, 2)),
        "R": rng.normal(size=(1, GATES[kind] * UNITS, UNITS)),
    }
    node = helper.make_node(
        kind, ["X", "W", "R", "", "lengths"], ["", "Y_h"], hidden_size=UNITS
    )
    graph = helper.make_graph(
        [node], "padded",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [steps, batch, 2]),
         helper.make_tensor_value_info("lengths", TensorProto.INT32, [batch])],
        [helper.make_tensor_value_info("Y_h", TensorProto.FLOAT, [1, batch, UNITS])],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


for kind in GATES:
    for steps, batch in ((STEPS, 1), ("steps", 1), (STEPS, "batch")):
        model = graph_of(kind, steps, batch)
        session = onnxruntime.InferenceSession(model.SerializeToString())
        right = session.run(None, {"X": x, "lengths": lengths})[0]
        padded = session.run(None, {"X": x, "lengths": np.array([STEPS], dtype=np.int32)})[0]
        compiled = openvino.compile_model(
            openvino.Core().read_model(model.SerializeToString()), "CPU"
        )
        found = compiled({"X": x, "lengths": lengths})[0]
        fixed = (steps, batch) == (STEPS, 1)
        reads_padding = np.allclose(found, padded, atol=1e-5)
        print(f"{kind:4} time={steps!s:5} batch={batch!s:5} reads the padding: {reads_padding}")
        assert np.allclose(found, right, atol=1e-5) == fixed
        assert reads_padding != fixed
PY
