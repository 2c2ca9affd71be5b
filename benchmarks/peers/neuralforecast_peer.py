"""neuralforecast: its LSTM and GRU, which draw windows of the series at random."""

import logging

import numpy as np
import pandas as pd
import torch
from neuralforecast import NeuralForecast
from neuralforecast.losses.pytorch import MSE
from neuralforecast.models import GRU, LSTM
from pytorch_lightning.callbacks import Callback
from tasks import EpochTask, epoch_data, wave

from .clocks import Stamps, versions

logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)


class StepStamps(Callback):
    """Times at the ends of training steps.

    Parameters
    ----------
    stamps : Stamps
        Collects them.
    """

    def __init__(self, stamps):
        self.stamps = stamps

    def on_train_batch_end(self, trainer, module, outputs, batch, batch_index):
        """Note the time."""
        self.stamps.add()


class Peer:
    """Forecasts of the next step of one series.

    Each step trains on as many windows as a batch has, drawn afresh; so an "epoch" is as many
    steps as it takes to see the number of windows once.
    """

    def versions(self):
        """Return versions."""
        return versions("neuralforecast", "torch", "pytorch-lightning")

    def prepare_epochs(self, task):
        """Load a task and train for one epoch."""
        self.task = EpochTask(**task)
        values = wave(self.task.n_windows + self.task.n_timesteps)
        self.frame = pd.DataFrame({"unique_id": "wave", "ds": np.arange(len(values)), "y": values})
        self._fit(1)

    def time_epochs(self, n_epochs):
        """Return the seconds of the steps of one epoch, without those of the first."""
        stamps = Stamps()
        self._fit(1 + n_epochs, [StepStamps(stamps)])
        stamps.times = stamps.times[-round(n_epochs * self._steps_per_epoch) - 1 :]
        return stamps.seconds_per_epoch() * self._steps_per_epoch

    def final_loss(self, task):
        """Return the loss after training."""
        self.prepare_epochs(task)
        model = self._fit(self.task.epochs_to_loss).models[0]
        X, y = epoch_data(self.task)
        inputs = dict.fromkeys(("futr_exog", "hist_exog", "stat_exog"))
        inputs["insample_y"] = torch.from_numpy(X)
        with torch.inference_mode():
            predicted = model.eval()(inputs).numpy().reshape(-1)
        return float(np.mean((predicted - y) ** 2))

    @property
    def _steps_per_epoch(self):
        return self.task.n_windows / self.task.batch_size

    def _fit(self, n_epochs, callbacks=()):
        task = self.task
        model = {"lstm": LSTM, "gru": GRU}[task.cell](
            h=1,
            input_size=task.n_timesteps,
            encoder_n_layers=1,
            encoder_hidden_size=task.hidden_size,
            decoder_layers=1,
            loss=MSE(),
            max_steps=-(-n_epochs * task.n_windows // task.batch_size),
            learning_rate=task.learning_rate,
            num_lr_decays=0,
            windows_batch_size=task.batch_size,
            scaler_type="identity",
            random_seed=1,
            accelerator="cpu",
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=False,
            logger=False,
            callbacks=list(callbacks),
        )
        forecast = NeuralForecast(models=[model], freq=1)
        forecast.fit(self.frame)
        return forecast
