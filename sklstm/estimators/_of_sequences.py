"""What classifiers of whole sequences share, whatever they make of them: `OfSequences`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.validation import check_is_fitted

from sklstm.data import (
    WindowSet,
    WindowsInputMixin,
    as_token_windows,
    check_same_labels,
    check_same_length,
    read_class_labels,
    read_sequences,
    refuse_nothing_observed,
    without_ragged,
)
from sklstm.persistence import SavedStateMixin

from ._class_targets import ClassTargets
from ._missing_steps import tell_short
from ._samples import check_sample_weight, group_numbers, of_observed
from ._splits_of_slices import last_step, refuse_every_step


class LabelledSequences(NamedTuple):
    """Observed sequences with their classes.

    Parameters
    ----------
    windows : WindowSet
        The sequences, without missing steps.
    labels : ndarray of shape (n_sequences,)
        Their classes.
    weight : ndarray of shape (n_sequences,) or None
        Their weights; None: all equal.
    groups : ndarray of int of shape (n_sequences,) or None
        Number of the group of each; None: not known.
    samples : ndarray of int of shape (n_sequences,)
        Number of each in `X`.
    """

    windows: WindowSet
    labels: np.ndarray
    weight: np.ndarray | None
    groups: np.ndarray | None
    samples: np.ndarray

    def take(self, rows: np.ndarray) -> LabelledSequences:
        """Return the sequences at `rows`, an array of integers."""
        weight, groups = (None if one is None else one[rows] for one in (self.weight, self.groups))
        return LabelledSequences(
            self.windows.take(rows), self.labels[rows], weight, groups, self.samples[rows]
        )

    def targets(self) -> ClassTargets:
        """Return the classes and how frequent they are, by weight."""
        classes, numbers = np.unique(self.labels, return_inverse=True)
        return ClassTargets(classes, np.bincount(numbers, self.weight))


class OfSequences(
    WindowsInputMixin, ClassifierMixin, MetaEstimatorMixin, SavedStateMixin, BaseEstimator, ABC
):
    """Base of classifiers that hold another one, which reads parts of the sequences."""

    estimator: Any
    _targets: ClassTargets
    _saved_classes = (ClassTargets,)

    @abstractmethod
    def _probabilities(self, windows: WindowSet) -> np.ndarray:
        """Return probabilities of the classes of observed sequences."""

    @abstractmethod
    def _longest_slice(self) -> int:
        """Return the steps of the longest slices of a fitted estimator."""

    @abstractmethod
    def _reader(self, *, fitted: bool) -> Any:
        """Return the classifier of parts: one that `fit` has fitted, or what it was given."""

    def predict(self, X: ArrayLike) -> NDArray:
        """Predict the class of each sequence.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Sequences as in `fit`; with three axes their number of steps may differ.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            The most probable class; of a sequence without an observed step the most frequent one.
        """
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_proba(self, X: ArrayLike) -> NDArray:
        """Predict the probability of every class.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Sequences as in `fit`; with three axes their number of steps may differ.

        Returns
        -------
        probability : ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``. For a sequence without an observed step the frequencies of
            the classes in training, by weight.

        Raises
        ------
        ValueError
            If a sequence is shorter than slices, and the classifier takes no missing steps.

        Warns
        -----
        UserWarning
            If there are sequences without an observed step.
        """
        check_is_fitted(self)
        array = self._check_window_array(X)
        windows, observed = _observed_steps(array, self._reader(fitted=True))
        try:
            probability = self._probabilities(windows)
        except ValueError as error:
            samples, reader = _samples(observed, len(array)), self._reader(fitted=True)
            tell_short(error, windows.lengths, samples, self._longest_slice(), reader)
            raise
        return self._targets.predicted(probability, observed, len(array))

    def predict_log_proba(self, X: ArrayLike) -> NDArray:
        """Predict the logarithm of the probability of every class.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Sequences as in `fit`; with three axes their number of steps may differ.

        Returns
        -------
        log_probability : ndarray of shape (n_samples, n_classes)
            Those of `predict_proba`.
        """
        with np.errstate(divide="ignore"):  # of a class that has none
            return np.log(self.predict_proba(X))

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the share of sequences whose class is predicted.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Sequences as in `fit`.
        y : array-like of shape (n_samples,)
            Their classes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the sequences.

        Returns
        -------
        score : float
            Accuracy, 1 at best.
        """
        check_same_labels({"X": X, "y": y, "sample_weight": sample_weight})
        labels = read_class_labels(y, "y")
        return super().score(X, labels, check_sample_weight(sample_weight, len(labels)))

    @property
    def classes_(self):
        """The classes, in the order of the columns of `predict_proba`."""
        check_is_fitted(self)
        return self._targets.classes

    def get_metadata_routing(self) -> MetadataRouter:
        """Return which metadata go to the classifier.

        Returns
        -------
        routing : MetadataRouter
            The classifier's requests for `fit`.
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        router = MetadataRouter(owner=self).add_self_request(self)
        return router.add(estimator=self._reader(fitted=False), method_mapping=mapping)

    def _check_window_array(self, X: Any) -> np.ndarray:
        return super()._check_window_array(without_ragged(X, self))

    def _read_sequences(
        self, X: Any, y: Any, sample_weight: Any, groups: Any
    ) -> tuple[LabelledSequences, tuple[Any, np.ndarray, Any]]:
        """Return observed sequences, and what `remember_features` is to be told of all."""
        refuse_every_step(self._reader(fitted=False))
        check_same_labels({"X": X, "y": y, "sample_weight": sample_weight, "groups": groups})
        X, _, features = read_sequences(X)
        array = self._read_windows(X)
        windows, observed = _observed_steps(array, self._reader(fitted=False))
        refuse_nothing_observed(observed, array.shape[1])
        check_same_length(array, y, self)
        labels = read_class_labels(y, "y")
        weight = check_sample_weight(sample_weight, len(labels))
        groups = group_numbers(groups, len(labels))
        if observed is not None:  # what was not observed is not trained on
            labels, weight, groups = of_observed(observed, labels, weight, groups)
        samples = _samples(observed, len(array))
        return LabelledSequences(windows, labels, weight, groups, samples), (X, array, features)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = get_tags(self._reader(fitted=False)).non_deterministic
        # A few of the columns of a table do not tell its classes.
        tags.classifier_tags.poor_score = True
        return tags


def reads_tokens(classifier: Any) -> bool:
    """Return whether a classifier, or the last step of a pipeline, is a network of tokens."""
    _, last = last_step(classifier)
    return getattr(last, "_reads_tokens", False)


def _samples(observed: np.ndarray | None, n_samples: int) -> np.ndarray:
    """Return the numbers of the samples that are observed."""
    return np.arange(n_samples) if observed is None else observed


def _observed_steps(array: np.ndarray, classifier: Any) -> tuple[WindowSet, np.ndarray | None]:
    """Return windows without missing steps, or without padding if a network reads tokens."""
    return WindowSet.of_observed(as_token_windows(array) if reads_tokens(classifier) else array)
