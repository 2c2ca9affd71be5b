"""darts: `BlockRNNModel` with its defaults, of the scaled series."""

from darts import TimeSeries
from darts.dataprocessing.transformers import Scaler
from darts.models import BlockRNNModel

from contest.lightning import TRAINER
from contest.task import N_EPOCHS

MODELS = {"LSTM": ["darts"], "GRU": ["darts"]}


def forecast(task, kind, model, seed):
    """Forecast the rest of a series: see `contest`."""
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
