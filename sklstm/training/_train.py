"""The epochs of a training run, whatever engine computes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from sklstm.recurrence import NetworkSpec

from ._batch_order import batches_of_epoch
from ._engine import Engine, make_engine
from ._learning_rates import learning_rates
from ._records import (
    GatheredData,
    OptimizerState,
    RunState,
    TrainingData,
    TrainingResult,
    TrainingSettings,
    Weights,
)

_SHARE = 1e-3  # of the loss, for the automatic weight decay


class Watcher(Protocol):
    """An observer of the epochs of a training run."""

    def begin_epoch(self) -> None:
        """Take note that an epoch begins."""

    def end_epoch(
        self,
        losses: tuple[float, float | None],
        result: Callable[[], TrainingResult],
        state: Callable[[], RunState],
    ) -> Any:
        """Take note of an epoch; return a true value to end training.

        Parameters
        ----------
        losses : tuple of (float, float or None)
            Training and validation loss of the epoch.
        result : callable
            Returns the `TrainingResult` so far.
        state : callable
            Returns the `RunState`.
        """


def train(
    spec: NetworkSpec,
    weights: Weights,
    data: TrainingData | GatheredData,
    validation: TrainingData | None,
    settings: TrainingSettings,
    *,
    optimizer_state: OptimizerState | None = None,
    watcher: Watcher | None = None,
    resume: RunState | None = None,
) -> TrainingResult:
    """Train a network.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    weights : dict of str to ndarray
        Initial weights.
    data : TrainingData or GatheredData
        The training set.
    validation : TrainingData or None
        The validation set, which early stopping watches; the best weights are kept.
    settings : TrainingSettings
        The hyperparameters of training.
    optimizer_state : list, optional
        Initial state of the optimiser.
    watcher : Watcher, optional
        Is told of every epoch, and may end training.
    resume : RunState, optional
        Where an interrupted run resumes, in place of the weights and the state of the optimiser;
        its epochs are among ``max_epochs``.

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
        run = _Run(engine, data, validation, settings, resume)
        stop_reason = run.run_epochs(watcher)
        engine.finish()
        return run.result(stop_reason)


class Patience:
    """Early stopping: watches a loss for epochs without an improvement.

    Parameters
    ----------
    n_epochs : int or None
        Epochs without an improvement after which to stop; None never stops.
    tol : float
        The smallest decrease that counts as an improvement.
    best : float, optional
        The loss to improve on.

    Attributes
    ----------
    n_without : int
        Epochs since the last improvement.
    """

    def __init__(self, n_epochs: int | None, tol: float, best: float = float("inf")) -> None:
        self.n_epochs = n_epochs
        self.tol = tol
        self.best = best
        self.n_without = 0

    def update(self, loss: float) -> bool:
        """Take note of the loss of one more epoch; return whether it is the lowest so far."""
        self.n_without = 0 if loss < self.best - self.tol else self.n_without + 1
        lowest = loss < self.best
        self.best = min(self.best, loss)
        return lowest

    @property
    def is_over(self) -> bool:
        """Whether the loss has not improved for the number of epochs."""
        return self.n_epochs is not None and self.n_without >= self.n_epochs


def weight_decay_of_epoch(weight_decay: float | str, uncertainty: float) -> float:
    """Return the weight decay of an epoch.

    A Gaussian prior of the weights is worth as much as the data is uncertain: where the variance of
    the noise is unknown, its penalty is in proportion to that variance, which the training loss
    estimates. So a clean signal is fitted without a penalty, and noise is not overfitted.

    Parameters
    ----------
    weight_decay : float or "auto"
        As for the estimators; a number is that of every epoch.
    uncertainty : float
        As of `Loss.uncertainty` after the epoch before, 1 before the first one.

    Returns
    -------
    weight_decay : float
        1e-3 of the uncertainty for ``"auto"``.

    References
    ----------
    D. J. C. MacKay, "Bayesian interpolation", Neural Computation 4(3), 1992.
    """
    if isinstance(weight_decay, str):
        return _SHARE * uncertainty
    return weight_decay


class _Run:
    """One training run."""

    def __init__(
        self,
        engine: Engine,
        data: TrainingData | GatheredData,
        validation: TrainingData | None,
        settings: TrainingSettings,
        resume: RunState | None,
    ) -> None:
        self.engine, self.settings = engine, settings
        self.data, self.validation = data, validation
        self.loss_curve: list[float] = []
        self.validation_curve: list[float] = []
        self.best: tuple[Weights, OptimizerState] | None = None  # with the lowest validation loss
        self.best_loss = float("inf")
        self.patience = Patience(settings.n_iter_no_change, settings.tol)
        if resume is not None:
            self._restore(resume)
        elif validation is not None and settings.first_epoch > 0:
            # Training on with early stopping: the weights of the last fit may stay the best ones.
            self._keep_best(self._validation_loss(validation, settings.first_epoch))
            self.patience.best = self.best_loss

    def _restore(self, state: RunState) -> None:
        self.best, self.best_loss = state.best, state.best_loss
        self.loss_curve, self.validation_curve = [*state.loss_curve], [*state.validation_curve]
        self.patience.best, self.patience.n_without = state.watched

    def state(self) -> RunState:
        """Return what a run can resume from."""
        weights, optimizer_state = self._state()
        watched = self.patience.best, self.patience.n_without
        return RunState(
            self.settings.seed, weights, optimizer_state, self.best, self.best_loss, watched,
            list(self.loss_curve), list(self.validation_curve),
        )  # fmt: skip

    def run_epochs(self, watcher: Watcher | None) -> str:
        """Train until the last epoch, early stopping or a callback; return which it was."""
        settings, patience = self.settings, self.patience
        first, end = settings.first_epoch, settings.first_epoch + settings.max_epochs
        for epoch in range(first + len(self.loss_curve), end):
            if patience.is_over:
                break
            if watcher is not None:
                watcher.begin_epoch()
            training_loss, validation_loss = self._run_epoch(epoch)
            watched = training_loss if validation_loss is None else validation_loss
            if patience.update(watched) and self.validation is not None:
                self._keep_best(patience.best)
            if watcher is not None and watcher.end_epoch(
                (training_loss, validation_loss), lambda: self.result("callback"), self.state
            ):
                return "callback"
            if self.engine.asked_to_stop:
                return "callback"
        if patience.is_over:
            return "training_loss" if self.validation is None else "validation_score"
        return "max_epochs"

    def _run_epoch(self, epoch: int) -> tuple[float, float | None]:
        """Train for one epoch; return its training and validation loss."""
        settings, seed = self.settings, self.settings.seed
        batches = batches_of_epoch(
            self.data,
            seed,
            epoch,
            batch_size=settings.batch_size,
            shuffle=settings.shuffle,
            n_drawn=settings.samples_per_epoch,
        )
        self._set_learning_rates(epoch, len(batches))
        last_loss = self.loss_curve[-1] if self.loss_curve else settings.last_loss
        uncertainty = settings.loss.uncertainty(last_loss)
        self.engine.set_weight_decay(weight_decay_of_epoch(settings.weight_decay, uncertainty))
        try:
            losses = self.engine.run_epoch(batches, np.random.default_rng([seed, epoch, 1]))
        except OverflowError as error:
            raise self._diverged(str(error)) from error
        loss = self._mean(losses, self.data.weight_sums(batches), epoch)
        self.loss_curve.append(loss)
        if self.validation is None:
            return loss, None
        self.validation_curve.append(self._validation_loss(self.validation, epoch))
        return loss, self.validation_curve[-1]

    def _set_learning_rates(self, epoch: int, n_batches: int) -> None:
        settings = self.settings
        if settings.learning_rate_schedule == "constant":
            return  # the rate of the engine
        steps = (epoch - settings.first_epoch) * n_batches + np.arange(n_batches)
        n_steps = settings.max_epochs * n_batches
        self.engine.set_learning_rates(
            learning_rates(settings.learning_rate_schedule, settings.learning_rate, steps, n_steps)
        )

    def _validation_loss(self, validation: TrainingData, epoch: int) -> float:
        losses, batches = self.engine.validation_losses()
        return self._mean(losses, validation.weight_sums(batches), epoch)

    def _mean(self, losses: Any, weight: np.ndarray, epoch: int) -> float:
        loss = float(np.average(losses, weights=weight))
        if not np.isfinite(loss):
            raise self._diverged(f"the loss of epoch {epoch + 1} is {loss}")
        return loss

    def _diverged(self, what: str) -> ValueError:
        return ValueError(
            f"Training diverged: {what}. Try a smaller learning_rate (it is "
            f"{self.settings.learning_rate}), a max_grad_norm (it is "
            f"{self.settings.max_grad_norm}), or activation='tanh'."
        )

    def _keep_best(self, loss: float) -> None:
        self.best_loss, self.best = loss, self._state()

    def _state(self) -> tuple[Weights, OptimizerState]:
        weights, optimizer_state = self.engine.state()
        if not all(np.isfinite(array).all() for array in weights.values()):
            raise self._diverged("weights are no longer finite numbers")
        return weights, optimizer_state

    def result(self, stop_reason: str) -> TrainingResult:
        """Return the best weights if there is a validation set, else the last, and the history."""
        weights, optimizer_state = self.best or self._state()
        return TrainingResult(
            weights=weights,
            optimizer_state=optimizer_state,
            loss_curve=list(self.loss_curve),
            validation_curve=list(self.validation_curve),
            best_validation_loss=None if self.best is None else self.best_loss,
            stop_reason=stop_reason,
        )
