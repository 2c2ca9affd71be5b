"""This package."""

import numpy as np
from tasks import (
    BULK_TASK,
    PREDICTION_TASK,
    SEARCH_BATCH,
    EpochTask,
    bulk_windows,
    epoch_data,
    search_data,
)

from sklstm import GRURegressor, LSTMRegressor

from .clocks import median_microseconds, seconds, versions
from .searching import time_search


class Peer:
    """Estimators of sklstm.

    Parameters
    ----------
    engine : {"auto", "torch"}
        Their engine.
    """

    def __init__(self, engine="auto"):
        self.engine = engine

    def versions(self):
        """Return versions."""
        return versions("sklstm", "llvmlite", "numpy", "scipy", "scikit-learn", "pandas", "joblib")

    def prepare_epochs(self, task):
        """Load a task and fit once, so that everything is compiled."""
        self.task = EpochTask(**task)
        self.data = epoch_data(self.task)
        self._fit(1)

    def time_epochs(self, n_epochs):
        """Return the seconds that each of `n_epochs` epochs adds to a fit of one."""
        short = seconds(lambda: self._fit(1))
        return (seconds(lambda: self._fit(1 + n_epochs)) - short) / n_epochs

    def final_loss(self, task):
        """Return the loss after training."""
        self.prepare_epochs(task)
        X, y = self.data
        predicted = self._fit(self.task.epochs_to_loss).predict(X)
        return float(np.mean((predicted - y) ** 2))

    def time_search(self, n_epochs, kind):
        """Return the seconds of a search."""
        estimator = LSTMRegressor(
            batch_size=SEARCH_BATCH, engine=self.engine, **_same_training(n_epochs)
        )
        return time_search(estimator, *search_data(), kind)

    def prepare_latency(self):
        """Fit the network that predicts single windows."""
        X, y = epoch_data(PREDICTION_TASK)
        self.one = X[:1]
        self.model = self._estimator(PREDICTION_TASK, 1).fit(X, y)
        self.time_latency(10)

    def time_latency(self, n_calls):
        """Return the microseconds of a prediction."""
        return median_microseconds(lambda: self.model.predict(self.one), n_calls)

    def prepare_bulk(self, n_windows):
        """Fit the network that predicts many windows."""
        self.model = self._estimator(BULK_TASK, 1).fit(*epoch_data(BULK_TASK))
        self.many = bulk_windows(n_windows)
        self.model.predict(self.many[:2048])

    def time_bulk(self):
        """Return the seconds of the prediction of many windows."""
        return seconds(lambda: self.model.predict(self.many))

    def _fit(self, n_epochs):
        return self._estimator(self.task, n_epochs).fit(*self.data)

    def _estimator(self, task, n_epochs):
        kind = {"lstm": LSTMRegressor, "gru": GRURegressor}[task.cell]
        return kind(
            task.hidden_size,
            batch_size=task.batch_size,
            learning_rate=task.learning_rate,
            engine=self.engine,
            **_same_training(n_epochs),
        )


def _same_training(n_epochs):
    return {
        "max_epochs": n_epochs,
        "n_iter_no_change": None,
        "max_grad_norm": None,
        "init_scale": 1.0,
        "differencing": "never",
        "weight_decay": 0.0,
        "random_state": 0,
    }
