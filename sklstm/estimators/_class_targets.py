"""Classes as what a network is trained to give, and its outputs as probabilities of classes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from sklstm._warn import warn_user
from sklstm.data import WindowSet, among_all
from sklstm.losses import Loss, log_loss
from sklstm.training import is_target

from ._samples import LEAST_WEIGHT, TRAINING_SET, Names, Samples


@dataclass(frozen=True, eq=False)
class ClassTargets:
    """Classes as the network's outputs: one logit for two classes, otherwise one for each.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        Class labels, sorted.
    counts : ndarray of shape (n_classes,) or None
        Sum of the weights of the training samples of each class; None in files that do not say.
    """

    classes: np.ndarray
    counts: np.ndarray | None = None

    @property
    def n_outputs(self) -> int:
        """Number of outputs of the network."""
        return 1 if len(self.classes) == 2 else len(self.classes)

    @property
    def frequencies(self) -> np.ndarray | None:
        """Share of each class in the training set, by weight; None in files that do not say."""
        return None if self.counts is None else self.counts / self.counts.sum()

    @property
    def loss(self) -> Loss:
        """What training minimises."""
        return log_loss(self.n_outputs)

    def for_training(self, samples: Samples, dtype: Any) -> Any:
        """Return the class numbers that the network is to give for samples."""
        return samples.targets

    def carried_over(self, network: Any, before: ClassTargets) -> Any:
        """Return a network for these targets: as it is."""
        return network

    def fits(self, spec: Any, n_features: int) -> bool:
        """Return whether classes are in order, and a network has as many outputs."""
        classes, counts = self.classes, self.counts
        in_order = len(classes) > 1 and np.array_equal(np.unique(classes), classes)
        counted = counts is None or counts.shape == classes.shape
        return in_order and counted and spec.n_outputs == self.n_outputs

    def predicted(
        self,
        probability: np.ndarray,
        observed: np.ndarray | None,
        n_samples: int,
        form: Any = np.asarray,
    ) -> np.ndarray:
        """Return probabilities of all windows, also of those without an observed step.

        Where nothing was observed, all that is known is how frequent classes were in training.

        Parameters
        ----------
        probability : ndarray of shape (n_observed, n_classes)
            Those of the observed windows.
        observed : ndarray of int or None
            Which windows these are; None: all.
        n_samples : int
            The number of all windows.
        form : callable
            Makes of probabilities what they are given as, such as their logarithm.

        Returns
        -------
        whole : ndarray of shape (n_samples, n_classes)
            `probability` itself if all windows are observed.

        Warns
        -----
        UserWarning
            If there are windows without an observed step.
        """
        if observed is None:
            return probability
        whole = among_all(probability, observed, n_samples)
        unobserved = np.flatnonzero(np.isnan(whole[:, 0]))
        what = f"{len(unobserved)} of {n_samples} windows in X have no observed step (sample "
        what += f"{unobserved[0]} is the first): all of their steps are NaN"
        if self.frequencies is None:
            raise ValueError(
                f"{what}, and this file does not say how frequent the classes were. Remove such "
                "samples, or fill the series first."
            )
        warn_user(
            f"{what}. What is predicted for them is how frequent the classes were in training.",
        )
        whole[unobserved] = form(self.frequencies)
        return whole


def weighted_by_class(
    samples: Samples, classes: Any, class_weight: Any, names: Names = TRAINING_SET
) -> Samples:
    """Return samples, or rows of targets of every step, with the weights of their classes, too.

    Parameters
    ----------
    samples : Samples
        Targets as numbers of classes, with the weights that they have already.
    classes : ndarray of shape (n_classes,)
        Class labels, sorted.
    class_weight : dict, "balanced" or None
        As of the estimators; for a validation set those found in training.
    names : Names
        What users call the samples, for errors.

    Returns
    -------
    samples : Samples
        Of weight zero where there is no label. They say what the weight of each class is, so that
        those of a validation set are weighted like the training set.

    Raises
    ------
    ValueError
        If weights of classes are negative, infinite or all zero, or those of all classes that
        occur are.
    """
    if class_weight is None:
        return samples
    numbers, counts = numbers_and_weights(samples)
    counts = counts / (counts.max() or 1.0)
    known = is_target(numbers) & (counts >= LEAST_WEIGHT)
    if not known.any():  # which is refused elsewhere
        return samples
    y, counts = classes[numbers[known]], counts[known]
    # "balanced" has no weight for a class that does not occur.
    of_classes = np.unique(y) if class_weight == "balanced" else classes
    found = compute_class_weight(class_weight, classes=of_classes, y=y, sample_weight=counts)
    by_class = np.zeros(len(classes))
    by_class[np.searchsorted(classes, of_classes)] = found
    weight = np.zeros(len(numbers))
    weight[known] = by_class[numbers[known]]
    if names is not TRAINING_SET and not weight.any():
        raise ValueError(
            f"{names.X} and {names.y} hold no class that has a weight in training: the labels are "
            f"{np.unique(y).tolist()}, of weight 0 by class_weight and sample_weight. Give samples "
            "of other classes, too."
        )
    if not (np.isfinite(weight).all() and (weight >= 0).all() and weight.any()):
        raise ValueError(
            "The weights in class_weight must be finite, not negative, and not all zero. Got "
            f"{class_weight}."
        )
    of_labels = dict(zip(classes, by_class, strict=True))
    return replace(samples.weighted(weight), class_weight=of_labels)


def numbers_and_weights(samples: Samples) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of the class of each sample, or of each row of targets, and its weight."""
    targets: Any = samples.targets
    if isinstance(targets, WindowSet):
        return targets.rows, samples.row_weight()
    weight = samples.sample_weight
    return targets, np.ones(len(samples)) if weight is None else weight
