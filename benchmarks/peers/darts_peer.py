"""darts: `BlockRNNModel`, which makes its own windows of the series."""

import logging

import numpy as np
import pandas as pd
import torch
from darts import TimeSeries
from darts.models import BlockRNNModel
from pytorch_lightning.callbacks import Callback
from tasks import EpochTask, wave

from .clocks import Stamps, versions

logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)


class EpochStamps(Callback):
    """Times at the ends of epochs.

    Parameters
    ----------
    stamps : Stamps
        Collects them.
    """

    def __init__(self, stamps):
        self.stamps = stamps

    def on_train_epoch_end(self, trainer, module):
        """Note the time."""
        self.stamps.add()


class Peer:
    """Forecasts of the next step of one series: the same windows as of the others."""

    def versions(self):
        """Return versions."""
        return versions("darts", "torch", "pytorch-lightning")

    def prepare_epochs(self, task):
        """Make a model and train it for one epoch."""
        self.task = task = EpochTask(**task)
        values = wave(task.n_windows + task.n_timesteps)
        self.series = TimeSeries(pd.RangeIndex(len(values)), values[:, None, None])
        self.stamps = Stamps()
        trainer = {
            "accelerator": "cpu",
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "logger": False,
            "callbacks": [EpochStamps(self.stamps)],
        }
        self.model = BlockRNNModel(
            input_chunk_length=task.n_timesteps,
            output_chunk_length=1,
            model=task.cell.upper(),
            hidden_dim=task.hidden_size,
            batch_size=task.batch_size,
            n_epochs=1,
            loss_fn=torch.nn.MSELoss(),
            optimizer_kwargs={"lr": task.learning_rate},
            random_state=0,
            pl_trainer_kwargs=trainer,
        )
        self.model.fit(self.series)

    def time_epochs(self, n_epochs):
        """Return the seconds of one epoch, in a fit that goes on."""
        self.stamps.times.clear()
        self.model.fit(self.series, epochs=1 + n_epochs)
        return self.stamps.seconds_per_epoch()

    def final_loss(self, task):
        """Return the loss after training."""
        self.prepare_epochs(task)
        if self.task.epochs_to_loss > 1:
            self.model.fit(self.series, epochs=self.task.epochs_to_loss - 1)
        forecasts = self.model.historical_forecasts(
            self.series,
            start=self.task.n_timesteps,
            start_format="position",
            forecast_horizon=1,
            retrain=False,
            verbose=False,
        )
        y = self.series.values()[-len(forecasts) :]
        return float(np.mean((forecasts.values() - y) ** 2))
