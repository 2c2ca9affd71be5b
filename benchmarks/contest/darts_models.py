"""darts: `BlockRNNModel` as it comes, of the scaled series."""

import logging

import torch
from darts import TimeSeries
from darts.dataprocessing.transformers import Scaler
from darts.models import BlockRNNModel

from contest.task import N_EPOCHS

MODELS = {"LSTM": ["darts"], "GRU": ["darts"]}
TRAINER = {
    "accelerator": "cpu",
    "enable_progress_bar": False,
    "enable_model_summary": False,
    "logger": False,
}
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
    series = TimeSeries.from_values(task.values)
    scaler = Scaler().fit(series[: task.n_train])
    scaled = scaler.transform(series)
    network = BlockRNNModel(
        input_chunk_length=task.lookback,
        output_chunk_length=1,
        model=kind,
        n_epochs=N_EPOCHS,
        random_state=seed,
        pl_trainer_kwargs=TRAINER,
    ).fit(scaled[: task.n_train])
    forecasts = network.historical_forecasts(
        scaled, start=task.n_train, start_format="position", forecast_horizon=1, retrain=False
    )
    return scaler.inverse_transform(forecasts).values().ravel()
