"""The base of the recurrent classifiers."""

from __future__ import annotations

from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.callback import with_callbacks
from sklearn.metrics import accuracy_score

from sklstm.data import (
    WindowSet,
    among_all,
    check_same_labels,
    check_same_length,
    labelled_steps,
    labels_at_steps,
    lengths_of_ragged,
    padded_steps,
    read_class_labels,
    read_classes,
    read_flat_labels,
    step_labels,
)
from sklstm.training import Budget, is_target

from ._class_targets import ClassTargets, numbers_and_weights
from ._constraints import CLASSIFIER, SHARED
from ._fitted_state import attribute
from ._recurrent_base import RecurrentBase
from ._samples import Names, Samples, check_sample_weight
from ._steps import align_steps, place_of_row


class RecurrentClassifier(ClassifierMixin, RecurrentBase):
    """Base of the recurrent classifiers."""

    _parameter_constraints = SHARED | CLASSIFIER
    _budget = Budget(fewest=10, most=1000)
    _saved_classes = (*RecurrentBase._saved_classes, ClassTargets)

    classes_ = attribute("targets.classes")

    def __init__(
        self,
        hidden_size=32,
        *,
        num_layers=1,
        bidirectional=False,
        dropout=0.0,
        recurrent_dropout=0.0,
        activation="tanh",
        embedding_dim=None,
        patch_size="auto",
        pooling="auto",
        init_scale=1.0,
        output="last",
        class_weight=None,
        optimizer="adam",
        learning_rate=0.005,
        learning_rate_schedule="auto",
        weight_decay="auto",
        max_grad_norm=1.0,
        batch_size=64,
        max_epochs="auto",
        samples_per_epoch=None,
        shuffle=True,
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change="auto",
        tol=1e-4,
        warm_start=False,
        callbacks=None,
        device="cpu",
        engine="auto",
        random_state=None,
        verbose=False,
    ):
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.activation = activation
        self.embedding_dim = embedding_dim
        self.patch_size = patch_size
        self.pooling = pooling
        self.init_scale = init_scale
        self.output = output
        self.class_weight = class_weight
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.weight_decay = weight_decay
        self.max_grad_norm = max_grad_norm
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.samples_per_epoch = samples_per_epoch
        self.shuffle = shuffle
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.device = device
        self.engine = engine
        self.random_state = random_state
        self.verbose = verbose

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Train on windows and their classes.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows, oldest step first; steps that are NaN are skipped, so that sequences of
            unequal length are padded with NaN. Also (n_samples, n_timesteps) for one feature, and
            flat frames with columns such as ``close@t-0``.
        y : array-like of shape (n_samples,)
            Class of each window. With ``output="sequence"`` the class of each of its steps, of
            shape (n_samples, n_timesteps), or a list of sequences of unequal length; NaN, None or
            masked where a step has no label. -1 is a class; where that is not clear it is refused.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the loss, multiplied by those of `class_weight`. With
            ``output="sequence"`` also of shape (n_samples, n_timesteps), one for each step.
        X_val : array-like or dataframe, default=None
            Windows that ``early_stopping`` looks at in place of the newest ones of `X`, which are
            all trained on then. In a `~sklearn.pipeline.Pipeline` with
            ``transform_input=["X_val"]`` they go through its steps.
        y_val : array-like, default=None
            What is to be predicted for them.
        sample_weight_val : array-like, default=None
            Their weights in the loss.
        groups : array-like of shape (n_samples,), default=None
            Label of the group of each sample, such as a patient or a machine: ``early_stopping``
            holds out whole groups. Metadata routing passes them on after
            ``set_fit_request(groups=True)``.

        Returns
        -------
        self : estimator
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter, `X`, `y` or `sample_weight` is not as described, or training diverges.
        """
        held_out = X_val, y_val, sample_weight_val
        return self._fit(X, y, sample_weight, held_out, keep=self.warm_start, groups=groups)

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train for one more epoch, continuing from the present weights if there are any.

        The first call draws the weights. Inputs are standardised by the statistics of all samples
        so far; when these change, the weights of the network change with them, so that its
        function does not, once 32 samples have come.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        y : array-like of shape (n_samples,)
            Class of each window, or of each of its steps, as in `fit`.
        classes : array-like of shape (n_classes,), default=None
            All classes that will ever come; needed in the first call unless `y` holds them all.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the loss, multiplied by those of `class_weight`; or of their
            steps, as in `fit`. The loss is a weighted mean: weights that are all equal change no
            step of the optimizer, only how much the call counts in the statistics.

        Returns
        -------
        self : estimator
            The estimator.

        Raises
        ------
        ValueError
            If ``early_stopping=True``, as one epoch has nothing to stop, if `y` holds a class that
            was not announced, or input is not as in `fit`.
        """
        return self._partial_fit(X, y, sample_weight, classes)

    def predict(self, X: ArrayLike) -> NDArray:
        """Predict the class of each window, or of each of its steps.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`. With three axes their number of steps may differ.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            The most probable class of each window; of one without an observed step the most
            frequent class of training. With ``output="sequence"`` that of each step, (n_samples,
            n_timesteps). If steps are missing, numbers become floating point numbers, NaN there,
            and strings objects, None there.

        Notes
        -----
        `output` may be changed after `fit`. What was fitted with ``"sequence"`` then predicts the
        last observed step alone. What was fitted with ``"last"`` predicts every step as if it was
        the last; if it reads backwards too, it has not learned to do so at any but the first.
        """
        probability = self.predict_proba(X)
        if self._every_step:
            return labels_at_steps(self.classes_, probability)
        return self.classes_[probability.argmax(axis=1)]

    def predict_proba(self, X: ArrayLike) -> NDArray:
        """Predict the probability of every class.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`. With three axes their number of steps may differ.

        Returns
        -------
        probability : ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``. For a window without an observed step, such as one within
            an outage, the frequencies of the classes in training, by weight. With
            ``output="sequence"`` those of each step, (n_samples, n_timesteps, n_classes), NaN
            where it is missing.

        Warns
        -----
        UserWarning
            If there are windows without an observed step.
        """
        logits, observed, n_samples = self._logits(X)
        if logits.shape[-1] == 1:
            probability = np.concatenate([expit(-logits), expit(logits)], axis=-1)
        else:
            probability = softmax(logits, axis=-1)
        if self._every_step:
            return among_all(probability, observed, n_samples)
        return self._fitted.targets.predicted(probability, observed, n_samples)

    def predict_log_proba(self, X: ArrayLike) -> NDArray:
        """Predict the logarithm of the probability of every class.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`. With three axes their number of steps may differ.

        Returns
        -------
        log_probability : ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``, with those of `predict_proba` for windows without an
            observed step; of each step, as there, with ``output="sequence"``.
        """
        logits, observed, n_samples = self._logits(X)
        if logits.shape[-1] == 1:
            log_probability = np.concatenate([log_expit(-logits), log_expit(logits)], axis=-1)
        else:
            log_probability = log_softmax(logits, axis=-1)
        if self._every_step:
            return among_all(log_probability, observed, n_samples)
        with np.errstate(divide="ignore"):  # of a class without a sample
            return self._fitted.targets.predicted(log_probability, observed, n_samples, np.log)

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the share of windows, or of steps, whose class is predicted.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        y : array-like of shape (n_samples,)
            Their classes; of each of their steps as in `fit`. Steps without a label, and missing
            steps, are left out.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples; or of their steps, (n_samples, n_timesteps).

        Returns
        -------
        score : float
            Accuracy, 1 at best.
        """
        check_same_labels({"X": X, "y": y, "sample_weight": sample_weight})
        if self._every_step:
            return self._score_of_steps(X, y, sample_weight)
        labels = read_class_labels(y, "y")
        return super().score(X, labels, check_sample_weight(sample_weight, len(labels)))

    def _score_of_steps(self, X: Any, y: Any, sample_weight: Any) -> float:
        lengths = lengths_of_ragged(X)
        windows, predicted = self._check_window_array(X), self.predict(X)
        check_same_length(windows, y, self)
        y = padded_steps(y, windows, lengths, "y", numeric=False)
        if sample_weight is not None:
            sample_weight = padded_steps(
                sample_weight, windows, lengths, "sample_weight", numeric=True
            )
        labels, found, weight = labelled_steps(y, predicted, sample_weight)
        return accuracy_score(labels, found.astype(self.classes_.dtype), sample_weight=weight)

    def _logits(self, X: Any) -> tuple[np.ndarray, np.ndarray | None, int]:
        """Return logits of observed windows, which these are, and the number of all windows."""
        array = self._check_window_array(X)
        windows, observed = WindowSet.of_observed(array)
        if self._every_step and observed is not None:
            return self._run_at_steps(array[observed], windows), observed, len(array)
        return self._run_at_steps(array, windows), observed, len(array)

    def _read_targets(
        self,
        y: Any,
        windows: tuple[np.ndarray, WindowSet],
        *,
        fitted: ClassTargets | None,
        labels: Any,
        names: Names,
    ) -> tuple[np.ndarray | WindowSet, np.ndarray]:
        if self._every_step:
            return self._read_labels_of_steps(y, windows, fitted, labels, names)
        y = read_class_labels(y, names.y)
        classes = self._known_classes(y, labels, fitted, names)
        return np.searchsorted(classes, y), classes

    def _read_labels_of_steps(
        self,
        y: Any,
        windows: tuple[np.ndarray, WindowSet],
        fitted: ClassTargets | None,
        labels: Any,
        names: Names,
    ) -> tuple[WindowSet, np.ndarray]:
        table = step_labels(y, names.y)[:, :, np.newaxis]
        aligned = align_steps(table, *windows, names)
        place = partial(place_of_row, aligned, windows[0])
        y, known = read_flat_labels(aligned.rows[:, 0], names.y, place)
        classes = self._known_classes(y, labels, fitted, names)
        numbers = np.full(len(known), -1, dtype=np.int64)
        numbers[known] = np.searchsorted(classes, y)
        return aligned.with_rows(numbers), classes

    def _known_classes(
        self, y: np.ndarray, labels: Any, fitted: ClassTargets | None, names: Names
    ) -> np.ndarray:
        known = np.unique(y) if labels is None else read_classes(labels)
        if fitted is not None:
            if labels is not None and not np.array_equal(known, fitted.classes):
                raise ValueError(
                    f"classes must be those of the first call, {fitted.classes.tolist()}; got "
                    f"{known.tolist()}."
                )
            known = fitted.classes
        unknown = np.setdiff1d(y, known)
        if len(unknown):
            raise ValueError(
                f"{names.y} holds classes that were not announced: {unknown[:5].tolist()}"
                f"{' and more' if len(unknown) > 5 else ''}; known classes are {known.tolist()}."
            )
        if len(known) < 2:
            raise ValueError(
                f"{type(self).__name__} needs samples of at least two classes, got one class: "
                f"{known.tolist()}."
            )
        return known

    def _learn_targets(
        self,
        samples: Samples,
        labels: np.ndarray,
        fitted: ClassTargets | None,
        *,
        running: bool,
    ) -> tuple[ClassTargets, None]:
        numbers, weight = numbers_and_weights(samples)
        known = is_target(numbers)
        counts = np.bincount(numbers[known], weight[known], len(labels)) * samples.weight_unit
        if fitted is not None and fitted.counts is not None:
            counts += fitted.counts
        return ClassTargets(labels, counts), None
