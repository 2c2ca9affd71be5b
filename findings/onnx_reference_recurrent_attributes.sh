#!/usr/bin/env bash
# onnx.reference computes recurrent layers without their optional inputs and attributes.
#
# Expected: the reference evaluator is what other runtimes are judged by, so LSTM, GRU and RNN follow
#   their specification: `sequence_lens` ends a sequence early, `clip` bounds the input of the
#   activations, `activations` replaces tanh.
# True: all three are accepted and without effect, and there is no warning (only RNN looks at its
#   activations, and knows no Relu). onnxruntime follows the specification. A graph with padding, or
#   with relu units, that is checked against onnx.reference is checked against another network.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0
"$folder/venv/bin/python" - <<'PY'
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

print("onnx", onnx.__version__, "onnxruntime", onnxruntime.__version__)
UNITS, STEPS = 3, 4
rng = np.random.default_rng(0)
x = (2 * rng.normal(size=(STEPS, 1, 2))).astype(np.float32)
lengths = np.array([2], dtype=np.int32)
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
RELU = {"LSTM": ["Sigmoid", "Relu", "Relu"], "GRU": ["Sigmoid", "Relu"]}


def run(kind, with_lengths=False, **attributes):
    seeded = np.random.default_rng(1)
    weights = {
        "W": seeded.normal(size=(1, GATES[kind] * UNITS, 2)),
        "R": seeded.normal(size=(1, GATES[kind] * UNITS, UNITS)),
    }
    inputs = ["X", "W", "R"] + (["", "lengths"] if with_lengths else [])
    node = helper.make_node(kind, inputs, ["", "Y_h"], hidden_size=UNITS, **attributes)
    feeds = {"X": x} | ({"lengths": lengths} if with_lengths else {})
    described = [helper.make_tensor_value_info("X", TensorProto.FLOAT, [STEPS, 1, 2])]
    if with_lengths:
        described.append(helper.make_tensor_value_info("lengths", TensorProto.INT32, [1]))
    graph = helper.make_graph(
        [node], "layer", described,
        [helper.make_tensor_value_info("Y_h", TensorProto.FLOAT, [1, 1, UNITS])],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return session.run(None, feeds)[0], ReferenceEvaluator(model).run(None, feeds)[0]


for kind in GATES:
    plain, reference = run(kind)
    assert np.allclose(plain, reference, atol=1e-5), kind
    options = {
        "sequence_lens": {"with_lengths": True},
        "clip": {"clip": 0.1},
    }
    if kind in RELU:  # of RNN it refuses to build Relu, in words
        options["activations"] = {"activations": RELU[kind]}
    for name, option in options.items():
        specified, computed = run(kind, **option)
        ignored = np.array_equal(computed, reference)
        print(f"{kind:4} {name:13} onnx.reference ignores it: {ignored}")
        assert ignored
        assert not np.allclose(specified, plain, atol=1e-3), "onnxruntime follows it"
PY
