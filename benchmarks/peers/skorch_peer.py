"""skorch: the same network in torch, its loop from `NeuralNetRegressor`."""

import numpy as np
import torch
from skorch import NeuralNetRegressor
from skorch.callbacks import EpochTimer
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
from .torch_network import Network


class EpochStamps(EpochTimer):
    """Times at the ends of epochs.

    Parameters
    ----------
    stamps : Stamps
        Collects them.
    """

    def __init__(self, stamps):
        super().__init__()
        self.stamps = stamps

    def on_epoch_end(self, net, **kwargs):
        """Note the time."""
        super().on_epoch_end(net, **kwargs)
        self.stamps.add()


class Peer:
    """Nets of skorch without a validation split."""

    def versions(self):
        """Return versions."""
        return versions("skorch", "torch", "scikit-learn")

    def prepare_epochs(self, task):
        """Make a net and train it for one epoch."""
        self.task = EpochTask(**task)
        X, y = epoch_data(self.task)
        self.data = X, y[:, None]
        self.stamps = Stamps()
        self.net = _net(self.task, 1, callbacks=[("stamps", EpochStamps(self.stamps))])
        self.net.fit(*self.data)

    def time_epochs(self, n_epochs):
        """Return the seconds of one epoch, in a fit that goes on."""
        self.stamps.times.clear()
        self.net.partial_fit(*self.data, epochs=1 + n_epochs)
        return self.stamps.seconds_per_epoch()

    def final_loss(self, task):
        """Return the loss after training."""
        task = EpochTask(**task)
        X, y = epoch_data(task)
        net = _net(task, task.epochs_to_loss).fit(X, y[:, None])
        return float(np.mean((net.predict(X)[:, 0] - y) ** 2))

    def time_search(self, n_epochs, kind):
        """Return the seconds of a search."""
        X, y = search_data()
        net = NeuralNetRegressor(
            Network,
            optimizer=torch.optim.Adam,
            batch_size=SEARCH_BATCH,
            max_epochs=n_epochs,
            **_SETTINGS,
        )
        names = {"hidden_size": "module__hidden_size", "learning_rate": "lr"}
        return time_search(net, X, y[:, None], kind, names)

    def prepare_latency(self):
        """Fit the net that predicts single windows."""
        X, y = epoch_data(PREDICTION_TASK)
        self.net, self.one = _net(PREDICTION_TASK, 1).fit(X, y[:, None]), X[:1]
        self.time_latency(10)

    def time_latency(self, n_calls):
        """Return the microseconds of a prediction."""
        return median_microseconds(lambda: self.net.predict(self.one), n_calls)

    def prepare_bulk(self, n_windows):
        """Fit the net that predicts many windows."""
        X, y = epoch_data(BULK_TASK)
        self.net = _net(BULK_TASK, 1, iterator_valid__batch_size=1024).fit(X, y[:, None])
        self.many = bulk_windows(n_windows)
        self.net.predict(self.many[:2048])

    def time_bulk(self):
        """Return the seconds of the prediction of many windows."""
        return seconds(lambda: self.net.predict(self.many))


_SETTINGS = {"train_split": None, "iterator_train__shuffle": True, "verbose": 0}


def _net(task, n_epochs, **more):
    torch.manual_seed(0)
    return NeuralNetRegressor(
        Network,
        module__cell=task.cell,
        module__hidden_size=task.hidden_size,
        optimizer=torch.optim.Adam,
        lr=task.learning_rate,
        batch_size=task.batch_size,
        max_epochs=n_epochs,
        **_SETTINGS,
        **more,
    )
