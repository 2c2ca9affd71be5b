"""A network with its weights and how it came by them: `TrainedNetwork`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sklstm.recurrence import NetworkSpec, initial_weights

from ._engine import Predictor
from ._records import OptimizerState, TrainingResult, Weights


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """A network after some epochs of training, perhaps none.

    Parameters
    ----------
    spec : NetworkSpec
        Its shape.
    weights : dict of str to ndarray
        Its parameters.
    seed : int
        The seed of all that training draws.
    optimizer : tuple of (str, list) or None
        Name and state of the optimiser, if training may continue with it.
    loss_curve : list of float
        Training loss of every epoch.
    validation_scores : list of float or None
        Minus the validation loss of every epoch, NaN without a validation set; None if there never
        was one.
    best_validation_score : float or None
        That of the weights.
    stop_reason : str or None
        As in `TrainingResult`.
    """

    spec: NetworkSpec
    weights: Weights
    seed: int
    optimizer: tuple[str, OptimizerState] | None = None
    loss_curve: list[float] = field(default_factory=list)
    validation_scores: list[float] | None = None
    best_validation_score: float | None = None
    stop_reason: str | None = None
    # Compiled code for these weights; new in every copy, and never in a file.
    predictor: Predictor = field(default_factory=Predictor, init=False, repr=False)

    def __post_init__(self) -> None:
        # They are recognised without reading them, so they do not change in place. Anything else
        # than arrays is refused by `fits`.
        for array in self.weights.values():
            if isinstance(array, np.ndarray):
                array.flags.writeable = False

    @classmethod
    def untrained(
        cls, spec: NetworkSpec, seed: int, dtype: Any, init_scale: float = 1.0
    ) -> TrainedNetwork:
        """Return a network with initial weights."""
        return cls(spec, initial_weights(spec, seed, dtype, init_scale), seed)

    @property
    def dtype(self) -> np.dtype:
        """Precision of the weights."""
        return next(iter(self.weights.values())).dtype

    @property
    def n_iter(self) -> int:
        """Number of epochs."""
        return len(self.loss_curve)

    def after(self, result: TrainingResult, optimizer: str | None) -> TrainedNetwork:
        """Return the network after more epochs.

        Parameters
        ----------
        result : TrainingResult
            What these epochs gave.
        optimizer : str or None
            Name of the optimiser, if its state is to be kept.

        Returns
        -------
        network : TrainedNetwork
            With the weights of the result, and the losses of all epochs.
        """
        best = result.best_validation_loss
        return replace(
            self,
            weights=result.weights,
            optimizer=None if optimizer is None else (optimizer, result.optimizer_state),
            loss_curve=self.loss_curve + result.loss_curve,
            validation_scores=self._scores_after(result),
            best_validation_score=None if best is None else -best,
            stop_reason=result.stop_reason,
        )

    def _scores_after(self, result: TrainingResult) -> list[float] | None:
        earlier = self.validation_scores
        if earlier is None and not result.validation_curve:
            return None
        earlier = earlier or [float("nan")] * len(self.loss_curve)
        latest = [-loss for loss in result.validation_curve]
        return earlier + (latest or [float("nan")] * len(result.loss_curve))

    def output(self, windows: Any, engine: str, *, every_step: bool | None = None) -> np.ndarray:
        """Return the output for a `WindowSet`, as `Predictor.output` does.

        Parameters
        ----------
        windows : WindowSet
            In the precision of the weights.
        engine : {"auto", "torch"}
            As for the estimators.
        every_step : bool, optional
            Whether the head reads every step, in place of what the network was trained for.

        Returns
        -------
        output : ndarray
            One row for each window, or for each of its steps.
        """
        spec = self.spec
        if every_step is not None and spec.every_step != every_step:
            spec = replace(spec, every_step=every_step)
        return self.predictor.output(spec, self.weights, windows, engine)

    def last_states(self, windows: Any, engine: str) -> np.ndarray:
        """Return what the head sees at the end of windows, (n_samples, state_size)."""
        n_states = self.spec.state_size
        spec = replace(self.spec, n_outputs=n_states, every_step=False)
        identity = {
            "head_weight": np.eye(n_states, dtype=self.dtype),
            "head_bias": np.zeros(n_states, dtype=self.dtype),
        }
        return self.predictor.output(spec, self.weights | identity, windows, engine)

    @property
    def fits(self) -> bool:
        """Whether the weights have the names, the shapes and one precision of the network.

        Raises
        ------
        ValueError
            If they do not; it says which.
        """
        self.spec.check(self.weights)
        unbounded = [name for name, w in self.weights.items() if not np.isfinite(w).all()]
        if unbounded:
            raise ValueError(f"{unbounded[0]} holds numbers that are not finite")
        return True
