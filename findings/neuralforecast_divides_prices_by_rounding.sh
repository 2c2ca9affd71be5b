#!/usr/bin/env bash
# neuralforecast: where a price stays the same, it is divided by the rounding error of its mean.
#
# Expected: a column that does not change in a window is left in its own unit there, as the source
#   says ("protect against division by zero"), so that a lower price ahead is a number like others.
# True: the protection asks for a spread of exactly zero. In single precision the mean of 28 prices of
#   5.49 misses 5.49 by the last digit, so that their scale is a millionth: a price cut ahead enters the
#   network as about a million, and where five are sold, thousands are forecast. A cent more, 5.50, has
#   no such error, and all is well; so it is with a promotion of zeros and ones. Which prices are hit
#   depends on the order of the sum. Scales are "robust", the default of the LSTM and GRU, and
#   "standard" does the same. There is no warning.
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
import torch
from neuralforecast import NeuralForecast
from neuralforecast.models import LSTM

logging.disable(logging.CRITICAL)
torch.set_num_threads(1)
print("neuralforecast", neuralforecast.__version__)
QUIET = {name: False for name in (
    "logger", "enable_progress_bar", "enable_model_summary", "enable_checkpointing"
)}
DAYS, READ, HORIZON = 300, 28, 7
SALE = DAYS + 3  # a day to be forecast, which the price is cut on
ROBUST, STANDARD = {}, {"scaler_type": "standard"}


def rows(price, seed):
    """Five are sold a day, and ten on one day of twenty, when the price is cut by a fifth."""
    rng = np.random.default_rng(seed)
    sale = (rng.random(DAYS + HORIZON) < 0.05).astype(float)
    sale[-READ - HORIZON :] = 0  # none in the window that the forecast is made of
    sale[SALE] = 1
    return pd.DataFrame({
        "unique_id": f"{price:.2f}", "ds": np.arange(DAYS + HORIZON), "y": rng.poisson(5 + 5 * sale),
        "price": price * (1 - 0.2 * sale), "promotion": sale,
    })  # fmt: skip


def forecasts(prices, column, options):
    """Return the scale of the column, the forecasts of the day of the sale, and of the day before."""
    frame = pd.concat([rows(price, seed) for seed, price in enumerate(prices)])
    past = frame["ds"] < DAYS
    model = LSTM(
        h=HORIZON, input_size=READ, futr_exog_list=[column], max_steps=100, accelerator="cpu",
        **options, **QUIET,
    )  # fmt: skip
    forecaster = NeuralForecast([model], freq=1)
    forecaster.fit(frame[past])
    found = forecaster.predict(futr_df=frame[~past].drop(columns="y")).set_index("ds")["LSTM"]
    scales = forecaster.models[0].scaler.x_scale[:, 0, -1, 0].numpy()  # of the windows forecast from
    return scales, found[SALE].to_numpy(), found[SALE - 1].to_numpy()


halves = np.arange(2.5, 10)
cases = (
    ("price x.49", halves - 0.01, "price", ROBUST, True),
    ("price x.49, standard", halves - 0.01, "price", STANDARD, True),
    ("price x.50", halves, "price", ROBUST, False),
    ("price x.50, standard", halves, "price", STANDARD, False),
    ("promotion", halves - 0.01, "promotion", ROBUST, False),
)
for name, prices, column, options, is_wrong in cases:
    scales, on_sale, before = forecasts(prices, column, options)
    print(f"{name}: scales", [f"{one:.0e}" for one in scales])
    print("  day of the sale", on_sale.astype(int), "day before", before.astype(int))
    assert before.max() < 20
    if is_wrong:
        assert scales.min() < 1e-5
        assert on_sale[scales < 1e-5].min() > 100
        assert (on_sale[scales > 0.1] < 20).all()
    else:
        assert scales.min() > 0.1
        assert on_sale.max() < 20
PY
