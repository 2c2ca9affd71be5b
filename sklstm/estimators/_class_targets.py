"""Classes as what a network is trained to give, and its outputs as probabilities of classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sklstm._warn import warn_user
from sklstm.data import among_all
from sklstm.losses import Loss, log_loss

from ._samples import Samples


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
