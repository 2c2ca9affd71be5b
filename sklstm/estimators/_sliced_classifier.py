"""Sequences classified by their slices: `SlicedClassifier`."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import _fit_context, clone
from sklearn.utils._param_validation import HasMethods, Interval, RealNotInt
from sklearn.utils.metadata_routing import _routing_enabled, process_routing
from sklearn.utils.validation import has_fit_parameter

from sklstm.data import WindowSet, remember_features
from sklstm.meta_estimators import takes_windows

from ._missing_steps import tell_short
from ._of_sequences import LabelledSequences, OfSequences
from ._splits_of_slices import last_step, refuse_shared_rows, refuse_splits_of_slices

_VALUES_AT_A_TIME = 1 << 22  # of slices that are predicted together


class SlicedClassifier(OfSequences):
    """Classify long sequences by many short slices of each.

    Every training sequence is cut into overlapping slices, and a classifier learns the class of
    the sequence from each of them (window slicing [1]_). For a new sequence it predicts the mean
    of the probabilities of its slices. So there are many times as many samples, each short enough
    for a recurrent network to remember. It suits few, long sequences whose class shows anywhere in
    them, such as the sound of a machine, a gait or a heartbeat; not those whose class shows in one
    place alone, or in what comes first.

    Parameters
    ----------
    estimator : classifier
        Any classifier with `predict_proba`, or a pipeline, such as one with a `WindowScaler`, which
        then scales each slice by itself. It is given slices of shape (n_slices, length, n_features)
        if its tags say that it takes three axes, else flat ones.
    length : int or float, default=0.25
        Steps of a slice; as a float, the share of the longest training sequence, 1.0 for whole
        sequences; of longer ones, which `predict` is given, the newest steps. Shorter sequences are
        one slice, padded with NaN in front.
    n_slices : int, default=32
        Slices of each sequence, at equal distances from its first step to its last; the newest
        steps if it is 1. Fewer if the longest training sequence has not as many. Shorter sequences
        have some of theirs more than once, so that all sequences count the same.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier of slices.
    classes_ : ndarray of shape (n_classes,)
        The classes.
    length_ : int
        Steps of a slice.
    n_slices_ : int
        Slices of each sequence.
    n_features_in_ : int
        Number of features of each step; of columns, if `fit` saw a flat frame.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame.
    window_shape_ : tuple of (int, int)
        Numbers of steps and features of the sequences in `fit`.

    See Also
    --------
    GRUClassifier : Reads long sequences whole, in patches.
    WindowScaler : Scales each slice by its own statistics.

    Notes
    -----
    A slice does not show the order of events that are far apart. To see whether slices help at all,
    search `length` with whole sequences among its values, such as
    ``{"length": [1.0, 0.5, 0.25, 0.125]}``.

    Slices overlap and are not independent, so that their mean probability is about as far from 0
    and 1 as that of one slice.

    Missing steps are left out before slices are cut, as recurrent networks skip them, and so is
    padding where a network with `embedding_dim` reads tokens.

    With ``early_stopping=True`` recurrent networks hold out all slices of a sequence together.
    What would split slices itself is refused: put a search or a calibration around this estimator.

    `fit` makes ``n_slices_ * length_`` steps of each sequence, all in memory.

    References
    ----------
    .. [1] A. Le Guennec, S. Malinowski and R. Tavenard, "Data augmentation for time series
       classification using convolutional neural networks", ECML/PKDD Workshop on Advanced Analytics
       and Learning on Temporal Data, 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklstm import GRUClassifier, SlicedClassifier, WindowScaler
    >>> rng = np.random.default_rng(0)
    >>> period = np.repeat([4, 6, 9], 8)  # of three machines, eight recordings each
    >>> start = rng.uniform(0, 6, size=(24, 1))
    >>> sounds = np.sin(2 * np.pi * np.arange(400) / period[:, np.newaxis] + start)
    >>> sounds += rng.normal(0, 0.3, size=sounds.shape)
    >>> gru = make_pipeline(
    ...     WindowScaler("standard"), GRUClassifier(8, max_epochs=40, random_state=0)
    ... )
    >>> model = SlicedClassifier(gru, length=40).fit(sounds[::2], period[::2])
    >>> model.score(sounds[1::2], period[1::2])
    1.0
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit", "predict_proba"])],
        "length": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0.0, 1.0, closed="right"),
        ],
        "n_slices": [Interval(Integral, 1, None, closed="left")],
    }
    _saved_together = (
        "estimator_", "length_", "n_slices_", "_targets", "n_features_in_", "window_shape_",
        "_fitted_on_columns",
    )  # fmt: skip

    def __init__(self, estimator: Any, *, length: int | float = 0.25, n_slices: int = 32) -> None:
        self.estimator = estimator
        self.length = length
        self.n_slices = n_slices

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Cut the sequences into slices, and fit a clone of the classifier to them.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Sequences, oldest step first, in any form that the recurrent classifiers take: padded
            with NaN, a list of arrays of unequal length, or of shape (n_samples, n_timesteps).
        y : array-like of shape (n_samples,)
            Class of each sequence.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the sequences, for a classifier that takes them.
        groups : array-like of shape (n_samples,), default=None
            Label of the group of each sequence, such as a patient: ``early_stopping`` of a network
            holds out whole groups. By default each sequence is a group.

        Returns
        -------
        self : SlicedClassifier
            The fitted estimator.

        Raises
        ------
        ValueError
            If `X` is no set of sequences, `y` does not fit to it, a parameter is not as described,
            `estimator` would validate on slices of sequences that it trains on, or it takes no
            missing steps and a sequence is shorter than slices.
        """
        sequences, read = self._read_sequences(X, y, sample_weight, groups)
        self._fit_sequences(sequences)
        remember_features(self, *read)
        return self

    def _fit_sequences(self, sequences: LabelledSequences) -> Self:
        """Fit to sequences that have been read."""
        windows, labels, weight, groups, samples = sequences
        if groups is None:
            refuse_shared_rows(self.estimator, windows)
            groups = np.arange(len(labels))
        length, n_slices = self._size(int(windows.lengths.max()))
        refuse_splits_of_slices(self.estimator, len(labels) * n_slices, "SlicedClassifier")
        estimator = clone(self.estimator)
        slices = _form(_slices(windows, length, n_slices), estimator)
        params = self._params_of_fit(estimator, weight, groups)
        params = {name: np.repeat(values, n_slices) for name, values in params.items()}
        try:
            estimator.fit(slices, np.repeat(labels, n_slices), **params)
        except ValueError as error:
            tell_short(error, windows.lengths, samples, length, estimator)
            raise
        self.estimator_, self.length_, self.n_slices_ = estimator, length, n_slices
        self._targets = sequences.targets()
        return self

    def _size(self, longest: int) -> tuple[int, int]:
        """Return the steps and the number of slices of sequences of at most so many steps."""
        length = self.length if isinstance(self.length, Integral) else round(self.length * longest)
        length = max(1, int(length))
        return length, max(1, min(self.n_slices, longest - length + 1))

    def _longest_slice(self) -> int:
        return self.length_

    def _reader(self, *, fitted: bool) -> Any:
        return self.estimator_ if fitted else self.estimator

    def _params_of_fit(
        self, estimator: Any, weight: np.ndarray | None, groups: Any
    ) -> dict[str, Any]:
        """Return weights and groups by the names that the `fit` of the classifier takes them by."""
        params = {} if weight is None else {"sample_weight": weight}
        if _routing_enabled():
            params = dict(process_routing(self, "fit", **params).estimator["fit"])
        prefix, last = last_step(estimator)
        if has_fit_parameter(last, "groups"):
            params["groups"] = groups
            if _routing_enabled():  # which asks everyone on the way
                last.set_fit_request(groups=True)
        prefix = "" if _routing_enabled() else prefix
        return {prefix + name: values for name, values in params.items()}

    def _probabilities(self, windows: WindowSet) -> np.ndarray:
        parts = [self._mean_proba(part) for part in self._parts(windows)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.classes_)))

    def _parts(self, windows: WindowSet) -> Iterator[WindowSet]:
        """Yield a few sequences at a time: their slices are copies."""
        values = self.n_slices_ * self.length_ * windows.n_features
        size = max(1, _VALUES_AT_A_TIME // values)
        for first in range(0, len(windows), size):
            yield windows.take(np.arange(first, min(first + size, len(windows))))

    def _mean_proba(self, windows: WindowSet) -> np.ndarray:
        """Return the mean probabilities of the slices of observed sequences."""
        slices = _form(_slices(windows, self.length_, self.n_slices_), self.estimator_)
        probability = np.asarray(self.estimator_.predict_proba(slices), dtype=np.float64)
        return probability.reshape(len(windows), self.n_slices_, -1).mean(axis=1)


def _slices(windows: WindowSet, length: int, n_slices: int) -> np.ndarray:
    """Return slices, (n_windows * n_slices, length, n_features), those of a window together."""
    room = np.maximum(windows.lengths - length, 0)
    share = np.linspace(1.0, 0.0, n_slices)[::-1]  # a single slice is the newest
    first = np.rint(room[:, np.newaxis] * share).astype(np.int64)
    ends = (
        windows.starts[:, np.newaxis] + first + np.minimum(windows.lengths, length)[:, np.newaxis]
    )
    rows = ends.reshape(-1, 1) + np.arange(-length, 0)
    before = rows < np.repeat(windows.starts, n_slices)[:, np.newaxis]  # of shorter windows
    slices = windows.rows[np.where(before, 0, rows)]
    slices[before] = np.nan
    return slices


def _form(slices: np.ndarray, classifier: Any) -> np.ndarray:
    """Return slices with the axes that a classifier takes."""
    return slices if takes_windows(classifier) else slices.reshape(len(slices), -1)
