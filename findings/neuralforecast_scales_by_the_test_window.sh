#!/usr/bin/env bash
# neuralforecast: cross_validation without refits scales each series by its test window as well.
#
# Expected: a forecast of a backtest is made of the rows before its cutoff, so that it does not change
#   when the rows after it do.
# True: with `local_scaler_type` and the default `refit=False`, mean and deviation are those of whole
#   series, the test window included: the target of the training and the inputs at the cutoff change
#   with what comes later. Encodings of categories are learned of the training rows alone, and so is
#   the scale with `refit=True`. There is no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q \
    numpy==2.4.6 pandas==3.1.1 torch==2.13.0 coreforecast==0.0.20 neuralforecast==3.3.0
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging

import neuralforecast
import numpy as np
import pandas as pd
from neuralforecast import NeuralForecast
from neuralforecast.models import MLP

logging.disable(logging.CRITICAL)
print("neuralforecast", neuralforecast.__version__)
QUIET = {name: False for name in (
    "logger", "enable_progress_bar", "enable_model_summary", "enable_checkpointing"
)}
HORIZON = 3
frame = pd.DataFrame({
    "unique_id": "a",
    "ds": pd.date_range("2024-01-01", periods=60, freq="D"),
    "y": np.random.default_rng(0).normal(size=60),
})
other_end = frame.copy()
other_end.loc[60 - HORIZON :, "y"] = 1000.0  # rows that are only there to be forecast


def forecasts(data, scaler, refit):
    model = MLP(h=HORIZON, input_size=6, max_steps=3, accelerator="cpu", **QUIET)
    validation = NeuralForecast([model], freq="D", local_scaler_type=scaler).cross_validation(
        df=data, n_windows=1, refit=refit
    )
    return validation["MLP"].to_numpy()


for scaler, refit in ((None, False), ("standard", True), ("standard", False)):
    found, changed = forecasts(frame, scaler, refit), forecasts(other_end, scaler, refit)
    print(f"local_scaler_type={scaler!s:8} refit={refit!s:5}", found.round(2), changed.round(2))
    assert np.array_equal(found, changed) == ((scaler, refit) != ("standard", False))
PY
