#!/usr/bin/env bash
# neuralforecast: to construct a model seeds NumPy, Python and torch, for the whole process.
#
# Expected: `random_seed` of a model is that of its weights and batches; to construct a model, before
#   any fit, leaves the program's generators alone.
# True: the constructor sets the global generators to 1, its default. In a loop that makes a series by
#   `np.random`, fits, and repeats, all series from the second on are the same numbers, so that ten
#   replications are hardly two.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q \
    numpy==2.4.6 pandas==3.1.1 torch==2.13.0 coreforecast==0.0.20 neuralforecast==3.3.0
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging
import random

import neuralforecast
import numpy as np
import torch
from neuralforecast.models import LSTM

logging.disable(logging.CRITICAL)
print("neuralforecast", neuralforecast.__version__)
np.random.seed(2026)
random.seed(2026)
torch.manual_seed(2026)
series = []
for replication in range(4):
    series.append([np.random.normal(), random.random(), torch.rand(1).item()])
    LSTM(h=1, input_size=2, accelerator="cpu")
    print(f"replication {replication}: NumPy, Python, torch draw", np.round(series[-1], 4))
assert np.array_equal(series[1], series[2])
assert np.array_equal(series[1], series[3])
assert not np.any(np.equal(series[0], series[1]))
PY
