"""Keras, on the backend that the environment variable KERAS_BACKEND names."""

import keras
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from tasks import (
    BULK_TASK,
    PREDICTION_TASK,
    SEARCH_BATCH,
    EpochTask,
    bulk_windows,
    epoch_data,
    search_data,
)

from .clocks import Stamps, median_microseconds, seconds, versions
from .searching import time_search

BATCH_OF_PREDICTION = 1024
PACKAGE = {"jax": "jax", "tensorflow": "tensorflow-cpu", "torch": "torch"}


class Peer:
    """Sequential models with one recurrent layer."""

    def versions(self):
        """Return versions."""
        return versions("keras", PACKAGE[keras.config.backend()])

    def prepare_epochs(self, task):
        """Compile a model and train it for one epoch."""
        self.task = EpochTask(**task)
        self.data = epoch_data(self.task)
        self.model = _model(
            self.task.cell,
            self.task.n_timesteps,
            self.task.hidden_size,
            self.task.learning_rate,
        )
        self._fit(1)

    def time_epochs(self, n_epochs):
        """Return the seconds of one epoch, in a fit that goes on."""
        stamps = Stamps()
        self._fit(1 + n_epochs, [keras.callbacks.LambdaCallback(on_epoch_end=stamps.add)])
        return stamps.seconds_per_epoch()

    def final_loss(self, task):
        """Return the loss after training."""
        self.prepare_epochs(task)
        if self.task.epochs_to_loss > 1:
            self._fit(self.task.epochs_to_loss - 1)
        X, y = self.data
        return float(np.mean((self.model.predict(X, verbose=0)[:, 0] - y) ** 2))

    def time_search(self, n_epochs, kind):
        """Return the seconds of a search."""
        return time_search(KerasRegressor(max_epochs=n_epochs), *search_data(), kind)

    def prepare_latency(self):
        """Make the model that predicts single windows."""
        self.model = _model(
            PREDICTION_TASK.cell, PREDICTION_TASK.n_timesteps, PREDICTION_TASK.hidden_size
        )
        self.one = epoch_data(PREDICTION_TASK)[0][:1]
        ways = (self._call, self._predict_on_batch)
        for way in ways:
            way()  # compiles
        self.way = min(ways, key=lambda way: median_microseconds(way, 5))

    def time_latency(self, n_calls):
        """Return the microseconds of a prediction from array to array, the faster way of two."""
        n_calls = min(n_calls, 50)  # some backends trace the loop over the steps in each call
        return median_microseconds(self.way, n_calls)

    def _call(self):
        return keras.ops.convert_to_numpy(self.model(self.one, training=False))

    def _predict_on_batch(self):
        return self.model.predict_on_batch(self.one)

    def prepare_bulk(self, n_windows):
        """Make the model that predicts many windows; predict once, as shapes are compiled."""
        self.model = _model(BULK_TASK.cell, BULK_TASK.n_timesteps, BULK_TASK.hidden_size)
        self.many = bulk_windows(n_windows)
        self.time_bulk()

    def time_bulk(self):
        """Return the seconds of the prediction of many windows."""
        return seconds(
            lambda: self.model.predict(self.many, batch_size=BATCH_OF_PREDICTION, verbose=0)
        )

    def _fit(self, n_epochs, callbacks=()):
        X, y = self.data
        self.model.fit(
            X,
            y[:, None],
            batch_size=self.task.batch_size,
            epochs=n_epochs,
            shuffle=True,
            verbose=0,
            callbacks=list(callbacks),
        )


class KerasRegressor(RegressorMixin, BaseEstimator):
    """A scikit-learn estimator around a Keras model, as small as it can be.

    Parameters
    ----------
    hidden_size : int
        Units of the LSTM.
    learning_rate : float
        Step size of Adam.
    max_epochs : int
        Number of epochs.
    """

    def __init__(self, hidden_size=32, learning_rate=0.005, max_epochs=20):
        self.hidden_size = hidden_size
        self.learning_rate = learning_rate
        self.max_epochs = max_epochs

    def fit(self, X, y):
        """Build and train a model."""
        self.model_ = _model("lstm", X.shape[1], self.hidden_size, self.learning_rate)
        self.model_.fit(X, y, batch_size=SEARCH_BATCH, epochs=self.max_epochs, verbose=0)
        return self

    def predict(self, X):
        """Return one value for each window."""
        return self.model_.predict(X, verbose=0)[:, 0]


def _model(cell, n_timesteps, hidden_size, learning_rate=0.005):
    keras.utils.set_random_seed(0)
    layer = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[cell]
    model = keras.Sequential(
        [keras.Input((n_timesteps, 1)), layer(hidden_size), keras.layers.Dense(1)]
    )
    model.compile(keras.optimizers.Adam(learning_rate), "mse")
    return model
