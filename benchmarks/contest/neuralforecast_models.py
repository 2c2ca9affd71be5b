"""neuralforecast: `LSTM` and `GRU` as they come, but for the loss, which is what is scored."""

import logging
import math

import numpy as np
import pandas as pd
import torch
from neuralforecast import NeuralForecast
from neuralforecast.losses.pytorch import MSE
from neuralforecast.models import GRU, LSTM

from contest.task import N_EPOCHS

MODELS = {"LSTM": ["neuralforecast"], "GRU": ["neuralforecast"]}
TRAINER = {
    "accelerator": "cpu",
    "enable_progress_bar": False,
    "enable_model_summary": False,
    "enable_checkpointing": False,
    "logger": False,
}
BATCH = 128  # windows of a step, as by default
logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
torch.set_num_threads(1)


def forecast(task, kind, model, seed):
    """Forecast the rest of a series, each value from those before it.

    Parameters
    ----------
    task : Task
        The series.
    kind, model : str
        Which model.
    seed : int
        Its seed.

    Returns
    -------
    predictions : ndarray of shape (n_test,)
        The forecasts.
    """
    n_rows, n_test = len(task.values), len(task.observed)
    network = {"LSTM": LSTM, "GRU": GRU}[kind](
        h=1,
        input_size=task.lookback,
        max_steps=math.ceil(N_EPOCHS * (task.n_train - task.lookback) / BATCH),
        windows_batch_size=BATCH,
        loss=MSE(),
        random_seed=seed,
        **TRAINER,
    )
    frame = pd.DataFrame({"unique_id": "series", "ds": np.arange(n_rows), "y": task.values})
    found = NeuralForecast([network], freq=1).cross_validation(
        frame, n_windows=n_test, step_size=1, refit=False
    )
    return found.sort_values("ds")[kind].to_numpy()
