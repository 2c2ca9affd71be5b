"""neuralforecast: `LSTM` and `GRU` as they come, but for the loss, which is what is scored."""

import math

import numpy as np
import pandas as pd
from neuralforecast import NeuralForecast
from neuralforecast.losses.pytorch import MSE
from neuralforecast.models import GRU, LSTM

from contest.lightning import TRAINER
from contest.task import N_EPOCHS

MODELS = {"LSTM": ["neuralforecast"], "GRU": ["neuralforecast"]}
BATCH = 128  # windows of a step, as by default


def forecast(task, kind, model, seed):
    """Forecast the rest of a series: see `contest`."""
    n_rows, n_test = len(task.values), len(task.observed)
    network = {"LSTM": LSTM, "GRU": GRU}[kind](
        h=1,
        input_size=task.lookback,
        max_steps=math.ceil(N_EPOCHS * (task.n_train - task.lookback) / BATCH),
        windows_batch_size=BATCH,
        loss=MSE(),
        random_seed=seed,
        enable_checkpointing=False,
        **TRAINER,
    )
    frame = pd.DataFrame({"unique_id": "series", "ds": np.arange(n_rows), "y": task.values})
    found = NeuralForecast([network], freq=1).cross_validation(
        frame, n_windows=n_test, step_size=1, refit=False
    )
    return found.sort_values("ds")[kind].to_numpy()
