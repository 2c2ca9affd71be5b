"""Targets of regressors, standardised, as values or as changes: `RegressionTargets`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sklstm.data import WindowSet, numeric_step_targets, numeric_targets
from sklstm.losses import Likelihood, Loss, inverse_softplus
from sklstm.training import TrainedNetwork

from ._differencing import (
    NONE,
    choose_reference_features,
    is_differenced,
    newest_values,
    nonstationary_features,
    subtract_newest,
)
from ._running_moments import Moments, with_outputs_rescaled, without_stale_optimizer
from ._samples import TRAINING_SET, Names, Samples
from ._standardisation import are_statistics, standardise, weighted_moments
from ._steps import rows_beside


@dataclass(frozen=True, eq=False)
class RegressionTargets:
    """Targets of each window or of each of its steps, and the network's outputs for them.

    A network learns ``(y - x) / scale`` less its mean, where `x` is the newest value of the
    feature that a target is differenced by, or zero.

    Parameters
    ----------
    mean, scale : ndarray of shape (n_targets,)
        Statistics of the targets, or of their changes, in the training set.
    differenced : ndarray of int of shape (n_targets,)
        Number of the feature whose newest value is subtracted from each target, -1 for none.
    one_dimensional : bool
        Whether `y` had no axis of targets.
    loss : Loss
        What training minimises. It says how many outputs a target has, and what they predict.
    seen : Moments or None
        What mean and scale were taken from; None in files that do not say.
    """

    mean: np.ndarray
    scale: np.ndarray
    differenced: np.ndarray
    one_dimensional: bool
    loss: Any  # a Loss, of which likelihoods have more methods
    seen: Moments | None = None

    @classmethod
    def of(
        cls,
        samples: Samples,
        *,
        differencing: str,
        one_dimensional: bool,
        loss: Loss,
    ) -> tuple[RegressionTargets, np.ndarray]:
        """Return what a training set says of its targets, and the mask of differenced features.

        Parameters
        ----------
        samples : Samples
            The training set.
        differencing : {"auto", "always", "never"}
            As for the estimators.
        one_dimensional, loss : object
            As above.

        Returns
        -------
        targets : RegressionTargets
            With mean, standard deviation and differencing of the training set.
        features : ndarray of shape (n_features,), bool
            Which features are differenced.
        """
        targets, newest, weight = _known_targets(samples)
        reference, features = _choose(differencing, samples, targets, newest, weight)
        seen = _moments(samples, reference)
        mean, scale = _mean_and_scale(seen, loss)
        loss = loss.with_scale(scale)
        return cls(mean, scale, reference, one_dimensional, loss, seen), features

    def extended(self, samples: Samples, loss: Loss, *, running: bool) -> RegressionTargets:
        """Return the targets for training on with other samples.

        Parameters
        ----------
        samples : Samples
            The other ones.
        loss : Loss
            What training minimises from now on.
        running : bool
            Whether statistics become those of all samples so far, or stay those of the first.

        Returns
        -------
        targets : RegressionTargets
            Differenced as before.

        Raises
        ------
        ValueError
            If outputs of the network mean something else to that loss.
        """
        _check_same_outputs(loss, self.loss)
        seen = self.seen
        # Statistics that a user has set stay, too.
        if not running or seen is None or not self._has_statistics_of(seen):
            return replace(self, loss=loss.with_scale(self.scale))
        seen = seen.merged(_moments(samples, self.differenced))
        mean, scale = _mean_and_scale(seen, loss)
        return replace(self, mean=mean, scale=scale, loss=loss.with_scale(scale), seen=seen)

    def _has_statistics_of(self, seen: Moments) -> bool:
        found = _mean_and_scale(seen, self.loss)
        return np.array_equal(found, (self.mean, self.scale))

    def carried_over(self, network: TrainedNetwork, before: RegressionTargets) -> TrainedNetwork:
        """Return a network that predicts with these targets what it did with those before.

        Location and scale of a distribution stay as they are; of a softplus, its value where the
        weights of the head are zero.

        Parameters
        ----------
        network : TrainedNetwork
            Trained with those before.
        before : RegressionTargets
            The same targets with other statistics.

        Returns
        -------
        network : TrainedNetwork
            The network itself, if statistics are the same or have been of few samples only.
        """
        if before.seen is None or before.seen is self.seen:
            return network
        ratio, shift = before.scale / self.scale, (before.mean - self.mean) / self.scale
        network = without_stale_optimizer(network, ratio)
        if before.seen.few or ((ratio == 1).all() and not shift.any()):
            return network
        bias = network.weights["head_bias"].astype(np.float64).reshape(len(ratio), -1)
        factors, shifts = np.ones_like(bias), np.zeros_like(bias)
        if self.loss.shifts_targets:
            linear = slice(0, 1) if isinstance(self.loss, Likelihood) else slice(None)
            factors[:, linear], shifts[:, linear] = ratio[:, np.newaxis], shift[:, np.newaxis]
        positive = _scaled_output(self.loss)
        if positive is not None:
            value = np.logaddexp(0.0, bias[:, positive]) * ratio
            shifts[:, positive] = inverse_softplus(value) - bias[:, positive]
        return with_outputs_rescaled(network, factors.ravel(), shifts.ravel())

    @property
    def n_outputs(self) -> int:
        """Number of outputs of the network."""
        return len(self.mean) * self.loss.n_outputs_per_target

    @property
    def levels(self) -> tuple[float, ...] | None:
        """Levels of several quantiles, a last axis of predictions; None for a single number."""
        return getattr(self.loss, "levels", None)

    def for_training(self, samples: Samples, dtype: Any) -> Any:
        """Return the outputs that the network is to give for samples."""
        targets = samples.targets
        rows = targets.rows if isinstance(targets, WindowSet) else targets
        if is_differenced(self.differenced):
            rows, newest = _targets_and_newest(samples)
            rows = subtract_newest(rows, samples.windows.rows, newest, self.differenced)
        rows = standardise(rows, self.mean, self.scale, dtype)
        return targets.with_rows(rows) if isinstance(targets, WindowSet) else rows

    def newest_values(self, steps: np.ndarray, newest: Any) -> np.ndarray | None:
        """Return what is to be added to predictions, None for nothing."""
        features = self.differenced
        if not is_differenced(features):
            return None
        return newest_values(steps[newest, features], features)

    def predicted(self, output: np.ndarray, newest: np.ndarray | None) -> np.ndarray:
        """Return predictions in the units of the targets.

        Parameters
        ----------
        output : ndarray of shape (..., n_outputs)
            Output of the network.
        newest : ndarray of shape (..., n_targets) or None
            As from `newest_values`.

        Returns
        -------
        predicted : ndarray of shape (..., n_targets)
            Quantiles have a further axis; a single target has none if `y` had none.
        """
        mean = self.mean if newest is None else self.mean + newest
        per_target = output.shape[-1] // len(self.mean)
        outputs = output.reshape(*output.shape[:-1], len(self.mean), per_target)
        predicted = self.loss.predict(outputs, mean, self.scale)
        # Quantiles have one more axis than outputs, and targets theirs where outputs have theirs.
        return predicted.squeeze(axis=output.ndim - 1) if self.one_dimensional else predicted

    def parameters(self, output: np.ndarray, newest: np.ndarray | None) -> dict[str, np.ndarray]:
        """Return the parameters of the distributions in the units of the targets.

        Parameters are those of `predicted`.

        Returns
        -------
        parameters : dict of str to ndarray
            Each of the shape of what `predicted` returns.
        """
        mean = self.mean if newest is None else self.mean + newest
        outputs = output.reshape(*output.shape[:-1], len(self.mean), -1)
        found = self.loss.parameters_of(outputs, mean, self.scale)
        if self.one_dimensional:
            return {name: array.squeeze(axis=-1) for name, array in found.items()}
        return found

    def fits(self, spec: Any, n_features: int) -> bool:
        """Return whether the arrays go together, and with windows of some features."""
        reference = self.differenced
        return (
            reference.shape == self.mean.shape == self.scale.shape
            and are_statistics(self.mean, self.scale)
            and reference.dtype.kind == "i"
            and bool((reference >= NONE).all() and (reference < n_features).all())
            and (self.seen is None or self.seen.fits(len(self.mean)))
        )


def read_targets(
    y: Any, *, every_step: bool, estimator: Any, names: Names = TRAINING_SET
) -> tuple[np.ndarray, bool]:
    """Return targets with an axis for several of them, and whether `y` had none.

    Parameters
    ----------
    y : array-like
        Targets of windows, or of each of their steps.
    every_step : bool
        Which of these.
    estimator : estimator
        Named in error messages.
    names : Names
        What `y` is called in them.

    Returns
    -------
    targets : ndarray of shape (..., n_targets)
        In double precision.
    one_dimensional : bool
        Whether `y` had no axis of targets.
    """
    if every_step:
        targets = numeric_step_targets(y, estimator, names.y)
        one_dimensional = targets.ndim == 2
        return (targets[:, :, np.newaxis] if one_dimensional else targets), one_dimensional
    targets = numeric_targets(y, estimator, names.y)
    return targets.astype(np.float64).reshape(len(targets), -1), targets.ndim == 1


def _choose(
    differencing: str, samples: Samples, targets: np.ndarray, newest: np.ndarray, weight: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Return the feature that each target is differenced by, and the mask of such features."""
    rows, force = samples.windows.rows, differencing == "always"
    if differencing == "never":
        return np.full(targets.shape[1], NONE), np.zeros(rows.shape[1], dtype=bool)
    reference = choose_reference_features(targets, rows, newest, weight, force=force)
    # Where any target is predicted as a value, the levels of the features may be all that matters.
    if force or not is_differenced(reference, min):
        return reference, np.full(rows.shape[1], force)
    return reference, nonstationary_features(samples.windows, samples.sample_weight)


def _known_targets(samples: Samples) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return targets that are there, numbers of the newest rows at them, and their weights."""
    targets, newest = _targets_and_newest(samples)
    weight = samples.sample_weight
    if not isinstance(samples.targets, WindowSet):
        return targets, newest, weight
    known = ~np.isnan(targets[:, 0])
    return targets[known], newest[known], samples.row_weight()[known]


def _moments(samples: Samples, reference: np.ndarray) -> Moments:
    """Return the moments of targets, or of their changes."""
    targets, newest, weight = _known_targets(samples)
    if is_differenced(reference):
        targets = subtract_newest(targets, samples.windows.rows, newest, reference)
    mean, spread = weighted_moments(targets, weight)
    total = float(len(targets) if weight is None else weight.sum())
    return Moments(mean, spread, total * samples.weight_unit, len(samples))


def _check_same_outputs(loss: Loss, fitted: Loss) -> None:
    """Raise a ValueError if training is to go on with a loss whose outputs mean something else.

    Losses of errors take values of the target, likelihoods the parameters of a distribution.
    """

    def meaning(loss):
        return isinstance(loss, Likelihood), loss.shifts_targets, loss.scales_targets

    if meaning(loss) != meaning(fitted):
        raise ValueError(
            f"Training continues with a network whose outputs are those of loss={fitted.name!r}, "
            f"and the parameter is now {loss.name!r}, to which they mean something else. Set it "
            "back, or fit anew (warm_start=False)."
        )


def _mean_and_scale(seen: Moments, loss: Loss) -> tuple[np.ndarray, np.ndarray]:
    """Return what is subtracted from targets, and what they are divided by."""
    if loss.shifts_targets:
        return seen.mean, seen.scale
    # By the mean, so that what is learned of targets of any size is of the size of one.
    scale = np.where((seen.mean > 0) & loss.scales_targets, seen.mean, 1.0)
    return np.zeros_like(seen.mean), scale


def _scaled_output(loss: Loss) -> int | None:
    """Return the number of the output whose softplus has the unit of the target."""
    if not isinstance(loss, Likelihood):
        return None
    return 1 if loss.shifts_targets else 0


def _targets_and_newest(samples: Samples) -> tuple[np.ndarray, np.ndarray]:
    """Return targets, one row each, and numbers of the newest rows of windows at them."""
    targets, windows = samples.targets, samples.windows
    if isinstance(targets, WindowSet):
        return targets.rows, rows_beside(targets, windows)
    return targets, windows.newest_rows
