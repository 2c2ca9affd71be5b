#!/usr/bin/env bash
# Keras: `x * 1.0` between a Masking layer and an LSTM makes the LSTM read the padding.
#
# Expected: the mask goes along, or there is the warning that Conv1D and others give when they destroy
#   one.
# True: operators and `keras.ops` return a tensor without mask, and do not warn; a layer that does the
#   same (Activation, Rescaling, Dense) keeps it. Concatenate of a masked and an unmasked branch drops
#   it as well, since it marks a step as present if either branch does.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 torch==2.13.0 keras==3.15.1
KERAS_HOME=$folder KERAS_BACKEND=torch "$folder/venv/bin/python" - <<'PY'
import warnings

import keras
import numpy as np
from keras import layers, ops

print("keras", keras.__version__)
windows = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
padded = np.pad(windows, ((0, 0), (0, 2), (0, 0)))
BETWEEN = {  # what stands between the mask and the LSTM: is the mask kept, is there a warning
    "nothing": (lambda masked, raw: masked, True, False),
    "x * 1.0": (lambda masked, raw: masked * 1.0, False, False),
    "ops.tanh(x)": (lambda masked, raw: ops.tanh(masked), False, False),
    "Activation('tanh')": (lambda masked, raw: layers.Activation("tanh")(masked), True, False),
    "Concatenate, one masked": (
        lambda masked, raw: layers.Concatenate()([masked, layers.Dense(1)(raw)]), False, False
    ),
    "Conv1D(2, 1)": (lambda masked, raw: layers.Conv1D(2, 1)(masked), False, True),
}
for name, (between, keeps, warns) in BETWEEN.items():
    keras.utils.set_random_seed(0)
    raw = layers.Input((None, 3))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = keras.Model(raw, layers.LSTM(4)(between(layers.Masking()(raw), raw)))
    warned = any("mask" in str(warning.message) for warning in caught)
    short, long = (
        ops.convert_to_numpy(model(ops.convert_to_tensor(values))) for values in (windows, padded)
    )
    kept = np.allclose(short, long, atol=1e-5)
    print(f"{name:24} mask kept: {kept!s:5} warning: {warned}")
    assert (kept, warned) == (keeps, warns)
PY
