"""The epochs of a training run, whatever engine computes them."""

import numpy as np

from ._batch_order import batches_of_epoch
from ._engine import make_engine
from ._records import TrainingResult
from ._run_state import RunState
from ._stopping import Patience
from ._weight_decay import weight_decay_of_epoch


def train(
    spec, weights, data, validation, settings, *, optimizer_state=None, watcher=None, resume=None
):
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
        ``recurrent_dropout``, ``n_iter_no_change``, ``tol``, ``device``, ``engine``, ``callbacks``
        (of skorch; may be left out), and ``seed``
        with ``first_epoch``: the draws of an epoch depend on these two and on nothing before it.
        ``last_loss`` is the training loss of the epoch before the first one, if there was one.
        ``quantile`` is one level or an array of one for each output.
    optimizer_state : list, optional
        State of the optimiser to go on from.
    watcher : object, optional
        Its method ``begin_epoch()`` is called before each epoch, ``end_epoch(losses, result,
        state)`` after it with its training and validation loss (None without validation data) and
        functions that return the `TrainingResult` so far and the `RunState`; if it returns a true
        value, training ends.
    resume : RunState, optional
        What to go on from, in place of the weights and the state of the optimiser; its epochs are
        among ``max_epochs``.

    Returns
    -------
    result : TrainingResult
        Weights and history.

    Raises
    ------
    ValueError
        If the device is not there, or the loss stops being a finite number.
    """
    if resume is not None:
        weights, optimizer_state = resume.weights, resume.optimizer_state
    with make_engine(spec, weights, data, validation, settings, optimizer_state) as engine:
        return _Run(engine, data, validation, settings, resume).fit(watcher)


class _Run:
    """One training run."""

    def __init__(self, engine, data, validation, settings, resume):
        self.engine, self.settings = engine, settings
        self.data, self.validation = data, validation
        self.loss_curve, self.validation_curve = [], []
        self.best = None  # weights and optimiser state with the lowest validation loss
        self.best_loss = float("inf")
        self.patience = Patience(settings["n_iter_no_change"], settings["tol"])
        if resume is not None:
            self._restore(resume)
        elif validation is not None and settings["first_epoch"] > 0:
            self._keep_best(self._validation_loss(settings["first_epoch"]))
            self.patience.best = self.best_loss

    def _restore(self, state):
        self.best, self.best_loss = state.best, state.best_loss
        self.loss_curve, self.validation_curve = [*state.loss_curve], [*state.validation_curve]
        self.patience.best, self.patience.n_without = state.watched

    def state(self):
        """Return what a run can go on from."""
        weights, optimizer_state = self._state()
        watched = self.patience.best, self.patience.n_without
        return RunState(
            self.settings["seed"], weights, optimizer_state, self.best, self.best_loss, watched,
            list(self.loss_curve), list(self.validation_curve),
        )  # fmt: skip

    def fit(self, watcher):
        stop_reason = self._run_epochs(watcher)
        self.engine.finish()
        return self._result(stop_reason)

    def _run_epochs(self, watcher):
        settings, patience = self.settings, self.patience
        first, end = settings["first_epoch"], settings["first_epoch"] + settings["max_epochs"]
        for epoch in range(first + len(self.loss_curve), end):
            if patience.is_over:
                return "training_loss" if self.validation is None else "validation_score"
            if watcher is not None:
                watcher.begin_epoch()
            training_loss, validation_loss = self._run_epoch(epoch)
            watched = training_loss if validation_loss is None else validation_loss
            if patience.update(watched) and self.validation is not None:
                self._keep_best(patience.best)
            if watcher is not None and watcher.end_epoch(
                (training_loss, validation_loss), lambda: self._result("callback"), self.state
            ):
                return "callback"
            if self.engine.asked_to_stop:
                return "callback"
        if patience.is_over:
            return "training_loss" if self.validation is None else "validation_score"
        return "max_epochs"

    def _run_epoch(self, epoch):
        """Train for one epoch; return its training and validation loss."""
        settings, seed = self.settings, self.settings["seed"]
        batches = batches_of_epoch(
            self.data, seed, epoch, batch_size=settings["batch_size"], shuffle=settings["shuffle"]
        )
        last_loss = self.loss_curve[-1] if self.loss_curve else settings.get("last_loss", 1.0)
        self.engine.set_weight_decay(weight_decay_of_epoch(settings["weight_decay"], last_loss))
        try:
            losses = self.engine.run_epoch(batches, np.random.default_rng([seed, epoch, 1]))
        except OverflowError as error:
            raise self._diverged(str(error)) from error
        loss = self._mean(losses, self.data.weight_sums(batches), epoch)
        self.loss_curve.append(loss)
        if self.validation is None:
            return loss, None
        self.validation_curve.append(self._validation_loss(epoch))
        return loss, self.validation_curve[-1]

    def _validation_loss(self, epoch):
        losses, batches = self.engine.validation_losses()
        return self._mean(losses, self.validation.weight_sums(batches), epoch)

    def _mean(self, losses, weight, epoch):
        loss = float(np.average(losses, weights=weight))
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
        weights, optimizer_state = self.engine.state()
        if not all(np.isfinite(array).all() for array in weights.values()):
            raise self._diverged("weights are no longer finite numbers")
        return weights, optimizer_state

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
