"""A bare loop in torch, with batches gathered from tensors."""

import torch
from tasks import BULK_TASK, PREDICTION_TASK, EpochTask, bulk_windows, epoch_data

from .clocks import median_microseconds, seconds, versions
from .torch_network import Network

BATCH_OF_PREDICTION = 1024


class Peer:
    """The loop that many people write by hand."""

    def versions(self):
        """Return versions."""
        return versions("torch")

    def prepare_epochs(self, task):
        """Make a network and train it for one epoch."""
        self.task = EpochTask(**task)
        X, y = epoch_data(self.task)
        self.X, self.y = torch.from_numpy(X), torch.from_numpy(y)[:, None]
        torch.manual_seed(0)
        self.network = Network(self.task.cell, self.task.hidden_size)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=self.task.learning_rate)
        self._run_epoch()

    def time_epochs(self, n_epochs):
        """Return the seconds of one epoch."""
        return seconds(lambda: [self._run_epoch() for _ in range(n_epochs)]) / n_epochs

    def final_loss(self, task):
        """Return the loss after training."""
        self.prepare_epochs(task)
        for _ in range(self.task.epochs_to_loss - 1):
            self._run_epoch()
        with torch.inference_mode():
            return float(((self.network(self.X) - self.y) ** 2).mean())

    def prepare_latency(self):
        """Make the network that predicts single windows."""
        self.network = Network(PREDICTION_TASK.cell, PREDICTION_TASK.hidden_size).eval()
        self.one = torch.from_numpy(epoch_data(PREDICTION_TASK)[0][:1])
        self.time_latency(10)

    def time_latency(self, n_calls):
        """Return the microseconds of a prediction, from tensor to tensor."""
        with torch.inference_mode():
            return median_microseconds(lambda: self.network(self.one), n_calls)

    def prepare_bulk(self, n_windows):
        """Make the network that predicts many windows."""
        self.network = Network(BULK_TASK.cell, BULK_TASK.hidden_size).eval()
        self.many = torch.from_numpy(bulk_windows(n_windows))
        self._predict(self.many[:2048])

    def time_bulk(self):
        """Return the seconds of the prediction of many windows."""
        return seconds(lambda: self._predict(self.many))

    def _predict(self, windows):
        with torch.inference_mode():
            return torch.cat([self.network(part) for part in windows.split(BATCH_OF_PREDICTION)])

    def _run_epoch(self):
        for batch in torch.randperm(len(self.X)).split(self.task.batch_size):
            self.optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(self.network(self.X[batch]), self.y[batch])
            loss.backward()
            self.optimizer.step()
