"""Windows with their targets and weights, on the way from the user to training."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils import _safe_indexing
from sklearn.utils._missing import is_pandas_na, is_scalar_nan
from sklearn.utils.validation import _check_sample_weight

from sklstm.data import (
    WindowSet,
    as_numbers,
    padded_steps,
    plain_labels,
    plain_values,
)
from sklstm.training import TrainingData, is_target

LEAST_WEIGHT = np.finfo(np.float32).tiny  # beside the largest one: single precision holds it


class Names(NamedTuple):
    """What the arguments of `fit` are called in error messages."""

    X: str = "X"
    y: str = "y"
    sample_weight: str = "sample_weight"


TRAINING_SET = Names()
VALIDATION_SET = Names("X_val", "y_val", "sample_weight_val")


@dataclass(frozen=True)
class Samples:
    """Samples of a training or validation set.

    Parameters
    ----------
    windows : WindowSet
        Their windows.
    targets : ndarray of shape (n_samples, n_outputs), or (n_samples,) of class numbers
        Their targets; a `WindowSet` of targets of every step.
    sample_weight : ndarray of shape (n_samples,) or None
        Their weights; None: all equal.
    groups : ndarray of int of shape (n_samples,) or None
        The number of the group of each; None: not known.
    step_weight : ndarray of shape (n_rows,) or None
        Weights of the rows of targets of every step, which multiply those of their samples; zero
        where there is no target. None: all equal.
    weight_unit : float
        Weights are scaled so that the largest is one; times this they are those of the user.
    class_weight : dict or None
        Weight of each class by its label, if they have been multiplied by it.
    """

    windows: WindowSet
    targets: np.ndarray | WindowSet
    sample_weight: np.ndarray | None
    groups: np.ndarray | None = None
    step_weight: np.ndarray | None = None
    weight_unit: float = 1.0
    class_weight: Any = None

    def __len__(self) -> int:
        return len(self.windows)

    @property
    def n_outputs(self) -> int:
        """Number of outputs of the targets, 1 for class numbers."""
        rows = self.targets if isinstance(self.targets, np.ndarray) else self.targets.rows
        return 1 if rows.ndim == 1 else rows.shape[1]

    def take(self, index: Any) -> Samples:
        """Return the samples at `index` (a slice or an array of integers)."""
        weight, targets = self.sample_weight, self.targets
        weight = None if weight is None else weight[index]
        targets = targets[index] if isinstance(targets, np.ndarray) else targets.take(index)
        groups = None if self.groups is None else self.groups[index]
        samples = replace(self, targets=targets, sample_weight=weight, groups=groups)
        return replace(samples, windows=self.windows.take(index))

    def row_weight(self) -> np.ndarray:
        """Return the weight of each row of targets of every step in all windows together."""
        targets: Any = self.targets
        weight = targets.row_weight(self.sample_weight)
        return weight if self.step_weight is None else weight * self.step_weight

    def weighted(self, weight: np.ndarray | None) -> Samples:
        """Return the samples with further weights, by which those that they have are multiplied.

        Parameters
        ----------
        weight : ndarray of shape (n_samples,), or (n_rows,) of targets of every step, or None
            None: all equal.

        Returns
        -------
        samples : Samples
            A step whose weight is zero has no target.
        """
        if weight is None:
            return self
        if isinstance(self.targets, np.ndarray):
            known = self.sample_weight
            return replace(self, sample_weight=weight if known is None else weight * known)
        rows = self.targets.rows
        weight = weight if self.step_weight is None else weight * self.step_weight
        weight = np.where(is_target(rows), weight, 0.0)
        weight, unit = _scaled(weight)
        rows = rows.copy()
        rows[weight == 0] = -1 if rows.dtype.kind == "i" else np.nan
        targets, unit = self.targets.with_rows(rows), _bounded(unit * self.weight_unit)
        return replace(self, targets=targets, step_weight=weight, weight_unit=unit)

    def with_weighted_steps(
        self, weight: np.ndarray | None, windows: np.ndarray, names: Names = TRAINING_SET
    ) -> Samples:
        """Return samples with targets of every step, each step with a weight of its own.

        Parameters
        ----------
        weight : ndarray of shape (n_samples, n_timesteps) or None
            Weights; those of missing steps say nothing.
        windows : ndarray of shape (n_samples, n_timesteps, n_features)
            The windows of these samples, missing steps being NaN.
        names : Names
            What weights are called in error messages.

        Returns
        -------
        samples : Samples
            With rows of targets of their own for each window. The weight of a sample is the
            largest of its steps, so that weights that are equal within samples are theirs.

        Raises
        ------
        ValueError
            If a weight of an observed step is negative or no finite number.
        """
        if weight is None:
            return self
        there = ~np.isnan(windows[:, :, 0])
        wrong = there & ~(np.isfinite(weight) & (weight >= 0))
        if wrong.any():
            sample, step = np.argwhere(wrong)[0]
            raise ValueError(
                f"{names.sample_weight} must be finite and not negative, got "
                f"{weight[sample, step]} (sample {sample}, step {step})."
            )
        shared: Any = self.targets
        numbers, lengths = shared.row_numbers(slice(None)), shared.lengths
        targets = WindowSet(shared.rows[numbers], np.cumsum(lengths) - lengths, lengths)
        of_rows = None if self.step_weight is None else self.step_weight[numbers]
        of_samples = np.where(there, weight, 0.0).max(axis=1)
        relative = weight / np.where(of_samples > 0, of_samples, 1.0)[:, np.newaxis]
        samples = replace(self, targets=targets, step_weight=of_rows, sample_weight=of_samples)
        return samples.weighted(relative[there])

    def with_targets(self, names: Names = TRAINING_SET) -> Samples:
        """Return the samples that have a target at any step.

        Raises
        ------
        ValueError
            If there is none, or none with a weight.
        """
        if isinstance(self.targets, np.ndarray):
            rows = self.targets.reshape(len(self), -1)
            counts = (~np.isnan(rows).all(axis=1)).astype(np.float64)
        else:
            counts = TrainingData(self.windows, self.targets).n_targets
        weight = counts if self.sample_weight is None else counts * self.sample_weight
        if not weight.any():
            raise ValueError(
                f"{names.y} has no target to learn from: at every step of every sample it is NaN, "
                f"or the step is missing in {names.X}, or the sample has no weight."
            )
        return self if counts.all() else self.take(np.flatnonzero(counts))

    def without_weightless(self) -> Samples:
        """Return the samples whose weight is not zero, the largest weight being one.

        Only ratios of weights matter; so scaled, single precision holds them.
        """
        if self.sample_weight is None:
            return self
        weight, unit = _scaled(self.sample_weight)
        unit = _bounded(unit * self.weight_unit)
        return replace(self, sample_weight=weight, weight_unit=unit).take(np.flatnonzero(weight))


def _scaled(weight: np.ndarray) -> tuple[np.ndarray, float]:
    """Return weights of which the largest is one, and what they are to be multiplied by."""
    largest = float(weight.max(initial=0.0)) or 1.0
    weight = weight / largest
    weight[weight < LEAST_WEIGHT] = 0.0
    return weight, largest


def _bounded(unit: float) -> float:
    """Return a unit of weights whose sums neither overflow nor vanish."""
    return min(max(unit, 1e-250), 1e250)


def check_sample_weight(
    sample_weight: Any, n_samples: int, names: Names = TRAINING_SET
) -> np.ndarray | None:
    """Return weights as doubles of shape (n_samples,); one number is the weight of every sample.

    Raises
    ------
    ValueError or TypeError
        If weights are no numbers, negative, infinite, all zero or of another shape.
    """
    if sample_weight is None:
        return None
    if isinstance(sample_weight, Real):
        sample_weight = float(sample_weight)
        if not isfinite(sample_weight):
            raise ValueError(f"{names.sample_weight} must be finite, got {sample_weight}.")
    else:
        sample_weight = as_numbers(
            sample_weight, name=names.sample_weight, ensure_2d=False, allow_nd=True,
            ensure_all_finite=False,
        )  # fmt: skip
    try:
        return _check_sample_weight(
            sample_weight, np.empty((n_samples, 0)), dtype=np.float64, ensure_non_negative=True
        )
    except (TypeError, ValueError) as error:
        # scikit-learn's function takes no name, and its messages quote none of the weights.
        message = str(error).replace("Sample weights", "sample_weight")
        message = message.replace("sample_weight", names.sample_weight)
        raise type(error)(message) from error


def targets_and_weights(
    estimator: Any,
    of_user: tuple[Any, Any],
    windows: np.ndarray,
    lengths: np.ndarray | None,
    names: Names,
) -> tuple[Any, np.ndarray | None, np.ndarray | None]:
    """Return targets as an array-like, and the weights of samples or of their steps.

    Parameters
    ----------
    estimator : RecurrentBase
        Whose parameters say whether each step has a target.
    of_user : tuple of (array-like, array-like)
        Targets and weights; these may be None.
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        The windows, missing steps being NaN.
    lengths : ndarray of int of shape (n_samples,) or None
        Lengths of the sequences that the windows were made of; None: not known.
    names : Names
        What the arguments are called in error messages.

    Returns
    -------
    y : array-like
        Sequences of unequal length as one array.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of samples.
    step_weight : ndarray of shape (n_samples, n_timesteps) or None
        Weights of steps, which take the place of those of samples.
    """
    y, weight = of_user
    if estimator._every_step:
        y = padded_steps(y, windows, lengths, names.y, numeric=not is_classifier(estimator))
        weight = padded_steps(weight, windows, lengths, names.sample_weight, numeric=True)
        of_steps = _check_step_weight(weight, windows.shape[:2], names)
        if of_steps is not None:
            return y, None, of_steps
    return y, check_sample_weight(weight, len(windows), names), None


def _check_step_weight(
    sample_weight: Any, shape: tuple[int, int], names: Names = TRAINING_SET
) -> np.ndarray | None:
    """Return the weights of all steps as doubles; None if they are none of steps.

    Parameters
    ----------
    sample_weight : array-like or None
        Weights of samples or of steps.
    shape : tuple of (int, int)
        Number of samples and of steps.
    names : Names
        What weights are called in error messages.

    Returns
    -------
    weight : ndarray of shape (n_samples, n_timesteps) or None
        None if `sample_weight` is None or has one axis.

    Raises
    ------
    ValueError
        If there is not one weight for each step.
    """
    if sample_weight is None or np.ndim(sample_weight) != 2:
        return None
    weight = as_numbers(sample_weight, name=names.sample_weight, ensure_all_finite=False)
    if weight.shape != shape:
        raise ValueError(
            f"{names.sample_weight} must have the shape {shape[:1]}, one for each sample, or "
            f"{shape}, one for each step; got {weight.shape}."
        )
    return weight.astype(np.float64)


def check_held_out(held_out: tuple[Any, Any, Any], *, early_stopping: bool) -> bool:
    """Return whether `fit` was given a validation set.

    Parameters
    ----------
    held_out : tuple of (array-like, array-like, array-like), each perhaps None
        ``X_val``, ``y_val`` and ``sample_weight_val``.
    early_stopping : bool
        Whether anything looks at it.

    Returns
    -------
    given : bool
        Whether there is one.

    Raises
    ------
    ValueError
        If a part of it is lacking, or nothing looks at it.
    """
    if all(part is None for part in held_out):
        return False
    X, y, _ = held_out
    if X is None or y is None:
        given, lacking = ("y_val", "X_val") if X is None else ("X_val", "y_val")
        given = "sample_weight_val" if X is None and y is None else given
        raise ValueError(f"{given} was given without {lacking}: validation takes both.")
    if not early_stopping:
        raise ValueError(
            "X_val and y_val were given, and early_stopping=False makes no use of them; set "
            "early_stopping=True (with n_iter_no_change=None training runs to its end)."
        )
    return True


def metadata_of(*arrays: Any) -> dict[str, Any] | None:
    """Return what was given to `fit` besides `X` and `y`, by name; None if there was nothing."""
    names = TRAINING_SET.sample_weight, *VALIDATION_SET, "groups"
    pairs = zip(names, arrays, strict=True)
    return {name: array for name, array in pairs if array is not None} or None


def of_observed(observed: np.ndarray, y: Any, *arrays: np.ndarray | None) -> tuple[Any, ...]:
    """Return the targets, weights and groups of the observed windows alone."""
    taken = (None if array is None else array[observed] for array in arrays)
    return _safe_indexing(plain_values(y), observed), *taken


def group_numbers(groups: Any, n_samples: int) -> np.ndarray | None:
    """Return groups as numbers in the order of their first samples; None stays None.

    Parameters
    ----------
    groups : array-like of shape (n_samples,) or None
        Labels of any kind.
    n_samples : int
        The number of samples.

    Returns
    -------
    numbers : ndarray of int of shape (n_samples,) or None
        Equal for equal labels.

    Raises
    ------
    ValueError
        If there is not one label for each sample.
    """
    if groups is None:
        return None
    labels = np.asarray(plain_labels(groups))
    if labels.shape != (n_samples,):
        raise ValueError(
            f"groups must have one label for each of {n_samples} samples, got an array of shape "
            f"{labels.shape}."
        )
    numbers: dict[Any, int] = {}
    for row, label in enumerate(labels.tolist()):
        if label is None or is_scalar_nan(label) or is_pandas_na(label):
            raise ValueError(f"groups has no label in row {row}, which is {label!r}.")
        numbers.setdefault(label, len(numbers))
    return np.array([numbers[label] for label in labels.tolist()])
