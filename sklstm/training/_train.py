"""Training a network from arrays to arrays."""

import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch

from sklstm.networks import RecurrentNetwork

from ._batches import Batches
from ._device import find_device
from ._losses import WeightedLoss
from ._net import make_net
from ._one_torch_thread import one_torch_thread
from ._optimizer_state import export_state, import_state
from ._stopping import Patience


@dataclass(frozen=True)
class TrainingData:
    """Windows with their targets.

    Parameters
    ----------
    windows : WindowSet
        Standardised rows in the precision of training.
    targets : ndarray of shape (n_samples, n_outputs), or (n_samples,) of class numbers
        What the network is to return.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples.
    """

    windows: object
    targets: np.ndarray
    sample_weight: np.ndarray | None = None


@dataclass
class TrainingResult:
    """What training gives.

    Parameters
    ----------
    weights : dict of str to ndarray
        The last weights, or with validation data the best ones.
    optimizer_state : list of dict of str to ndarray
        State of the optimiser when it had these weights.
    loss_curve : list of float
        Mean training loss of each epoch.
    validation_curve : list of float
        Validation loss after each epoch, if there is validation data.
    best_validation_loss : float or None
        That of `weights`.
    stop_reason : {"max_epochs", "training_loss", "validation_score", "callback"}
        Why training ended.
    """

    weights: dict
    optimizer_state: list
    loss_curve: list = field(default_factory=list)
    validation_curve: list = field(default_factory=list)
    best_validation_loss: float | None = None
    stop_reason: str = "max_epochs"


def train(spec, weights, data, validation, settings, *, optimizer_state=None, watcher=None):
    """Train a network.

    Parameters
    ----------
    spec : NetworkSpec
        What the network consists of.
    weights : dict of str to ndarray
        Weights to begin with.
    data : TrainingData
        What to learn from.
    validation : TrainingData or None
        What to stop by, after which the best weights are kept.
    settings : dict
        ``loss``, ``quantile``, ``optimizer``, ``learning_rate``, ``weight_decay``,
        ``max_grad_norm``, ``batch_size``, ``max_epochs``, ``shuffle``, ``dropout``,
        ``recurrent_dropout``, ``n_iter_no_change``, ``tol``, ``device``, and ``seed`` with
        ``first_epoch``: the draws of an epoch depend on these two and on nothing before it.
    optimizer_state : list, optional
        State of the optimiser to go on from.
    watcher : object, optional
        Its method ``begin_epoch()`` is called before each epoch, ``end_epoch(losses, result)``
        after it with its training and validation loss (None without validation data) and a
        function that returns the `TrainingResult` so far; if it returns a true value, training
        ends.

    Returns
    -------
    result : TrainingResult
        Weights and history.

    Raises
    ------
    ValueError
        If the device is not there, or the loss stops being a finite number.
    """
    device = find_device(settings["device"])
    with one_torch_thread(), _without_advice(device):
        run = _Run(spec, weights, data, validation, settings, device)
        if optimizer_state is not None:
            import_state(run.net.optimizer_, optimizer_state)
        return run.fit(watcher)


@contextmanager
def _without_advice(device):
    """Silence CUDA's advice to keep all weights in one piece of memory, layer by layer."""
    if device.type != "cuda":
        yield
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="RNN module weights are not part of single")
        yield


class _Run:
    """One training run: a net, its batches, and the history of its losses."""

    def __init__(self, spec, weights, data, validation, settings, device):
        self.settings = settings
        self.generator = torch.Generator(device=device)
        network = RecurrentNetwork(
            spec,
            weights,
            dropout=settings["dropout"],
            recurrent_dropout=settings["recurrent_dropout"],
            generator=self.generator,
        )
        loss = WeightedLoss(settings["loss"], settings["quantile"])
        self.net = make_net(network, loss, settings, device)
        self.batches = Batches(data, settings["batch_size"], device)
        self.validation = None
        if validation is not None:
            self.validation = Batches(validation, max(settings["batch_size"], 256), device)
        self.loss_curve, self.validation_curve = [], []
        self.best = None  # weights and optimiser state with the lowest validation loss
        self.best_loss = float("inf")

    def fit(self, watcher):
        self.net.notify("on_train_begin", X=self.batches, y=self.validation)
        if self.validation is not None and self.settings["first_epoch"] > 0:
            self._keep_best(self._validation_loss())
        stop_reason = self._run_epochs(watcher)
        self.net.notify("on_train_end", X=self.batches, y=self.validation)
        return self._result(stop_reason)

    def _run_epochs(self, watcher):
        settings, first = self.settings, self.settings["first_epoch"]
        patience = Patience(settings["n_iter_no_change"], settings["tol"], self.best_loss)
        for epoch in range(first, first + settings["max_epochs"]):
            if watcher is not None:
                watcher.begin_epoch()
            training_loss, validation_loss = self._run_epoch(epoch)
            watched = training_loss if validation_loss is None else validation_loss
            if patience.update(watched) and self.validation is not None:
                self._keep_best(patience.best)
            if watcher is not None and watcher.end_epoch(
                (training_loss, validation_loss), lambda: self._result("callback")
            ):
                return "callback"
            if patience.is_over:
                return "training_loss" if self.validation is None else "validation_score"
        return "max_epochs"

    def _run_epoch(self, epoch):
        """Train for one epoch; return its training and validation loss."""
        seeds = np.random.SeedSequence([self.settings["seed"], epoch])
        self.generator.manual_seed(int(seeds.generate_state(1, np.uint32)[0]))
        if self.settings["shuffle"]:
            self.batches.shuffle(seeds)
        self.net.fit_loop(self.batches, self.validation, epochs=1)
        batches = self.net.history[-1]["batches"]
        losses = {
            name: [batch[name] for batch in batches if name in batch]
            for name in ("train_loss", "valid_loss")
        }
        batches.clear()  # read once, and one entry a batch would add up
        self.loss_curve.append(self._mean(losses["train_loss"], self.batches, epoch))
        if self.validation is None:
            return self.loss_curve[-1], None
        self.validation_curve.append(self._mean(losses["valid_loss"], self.validation, epoch))
        return self.loss_curve[-1], self.validation_curve[-1]

    def _validation_loss(self):
        losses = [self.net.validation_step(batch)["loss"].item() for batch in self.validation]
        return self._mean(losses, self.validation, self.settings["first_epoch"])

    def _mean(self, losses, batches, epoch):
        loss = float(np.average(losses, weights=batches.weight_sums()))
        if not np.isfinite(loss):
            raise self._diverged(f"the loss of epoch {epoch + 1} is {loss}")
        return loss

    def _diverged(self, what):
        return ValueError(
            f"Training diverged: {what}. Try a smaller learning_rate (it is "
            f"{self.settings['learning_rate']}), a max_grad_norm (it is "
            f"{self.settings['max_grad_norm']}), or activation='tanh'."
        )

    def _keep_best(self, loss):
        self.best_loss, self.best = loss, self._state()

    def _state(self):
        parameters = self.net.module_.named_parameters()
        weights = {name: value.detach().cpu().numpy().copy() for name, value in parameters}
        if not all(np.isfinite(array).all() for array in weights.values()):
            raise self._diverged("weights are no longer finite numbers")
        return weights, export_state(self.net.optimizer_)

    def _result(self, stop_reason):
        weights, optimizer_state = self.best or self._state()
        return TrainingResult(
            weights=weights,
            optimizer_state=optimizer_state,
            loss_curve=list(self.loss_curve),
            validation_curve=list(self.validation_curve),
            best_validation_loss=None if self.best is None else self.best_loss,
            stop_reason=stop_reason,
        )
