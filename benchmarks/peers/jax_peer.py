"""Plain JAX, as an expert writes it: a scan over the steps, a whole epoch compiled as one."""

from functools import partial

import jax
import numpy as np
from tasks import BULK_TASK, PREDICTION_TASK, EpochTask, bulk_windows, epoch_data

from .clocks import median_microseconds, seconds, versions
from .jax_network import initial_moments, initial_weights, outputs, train_epoch

BATCH_OF_PREDICTION = 1024


class Peer:
    """Compiled functions of arrays, and no library above them."""

    def versions(self):
        """Return versions."""
        return versions("jax", "jaxlib")

    def prepare_epochs(self, task):
        """Make a network and train it for one epoch, which compiles it."""
        self.task = task = EpochTask(**task)
        self.X, self.y = map(jax.numpy.asarray, epoch_data(task))
        self.weights = initial_weights(task.cell, task.hidden_size)
        self.moments, self.keys = initial_moments(self.weights), jax.random.key(0)
        self._run_epochs(1)

    def time_epochs(self, n_epochs):
        """Return the seconds of one epoch."""
        return seconds(lambda: self._run_epochs(n_epochs)) / n_epochs

    def final_loss(self, task):
        """Return the loss after training."""
        self.prepare_epochs(task)
        self._run_epochs(self.task.epochs_to_loss - 1)
        return float(((outputs(self.weights, self.X, self.task.cell) - self.y) ** 2).mean())

    def prepare_latency(self):
        """Make the network that predicts single windows."""
        self._prepare_prediction(PREDICTION_TASK)
        self.one = epoch_data(PREDICTION_TASK)[0][:1]
        self.time_latency(10)

    def time_latency(self, n_calls):
        """Return the microseconds of a prediction, from array to array."""
        call = partial(self.predict, self.weights, self.one)
        return median_microseconds(lambda: np.asarray(call()), n_calls)

    def prepare_bulk(self, n_windows):
        """Make the network that predicts many windows; predict once, as shapes are compiled."""
        self._prepare_prediction(BULK_TASK)
        self.many = bulk_windows(n_windows)
        self.time_bulk()

    def time_bulk(self):
        """Return the seconds of the prediction of many windows."""
        return seconds(self._predict_all)

    def _prepare_prediction(self, task):
        self.weights = initial_weights(task.cell, task.hidden_size)
        self.predict = jax.jit(partial(outputs, cell=task.cell))

    def _predict_all(self):
        starts = range(0, len(self.many), BATCH_OF_PREDICTION)
        parts = [self.many[start : start + BATCH_OF_PREDICTION] for start in starts]
        return np.concatenate([np.asarray(self.predict(self.weights, part)) for part in parts])

    def _run_epochs(self, n_epochs):
        settings = {"cell": self.task.cell, "batch_size": self.task.batch_size}
        for _ in range(n_epochs):
            self.keys, key = jax.random.split(self.keys)
            self.weights, self.moments = train_epoch(
                self.weights, self.moments, key, self.X, self.y,
                learning_rate=self.task.learning_rate, **settings,
            )  # fmt: skip
        jax.block_until_ready(self.weights)
