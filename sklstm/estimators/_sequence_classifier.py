"""Sequences classified by themselves and by their slices, as cross-validation weighs both."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import _fit_context, clone
from sklearn.pipeline import make_pipeline
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.parallel import Parallel, delayed

from sklstm._warn import caught_warnings
from sklstm.data import WindowSet, remember_features
from sklstm.meta_estimators import takes_missing_steps, takes_windows

from ._folds_of_sequences import Fold, folds_of
from ._gru_classifier import GRUClassifier
from ._missing_steps import FEWEST_STEPS, shares_without_padding
from ._of_sequences import LabelledSequences, OfSequences, reads_tokens
from ._pool_weights import pool_weights
from ._sliced_classifier import SlicedClassifier
from ._splits_of_slices import refuse_shared_rows, refuse_splits_of_slices

_ABOUT_X = (
    "n_features_in_", "feature_names_in_", "window_shape_", "_fitted_on_columns", "_fitted_names",
)  # fmt: skip


class SequenceClassifier(OfSequences):
    """Classify sequences by the whole and by slices, as much as each is worth.

    Where the class of a sequence shows differs: in the course of the whole, such as a gesture, or
    in any part of it, such as a heartbeat; in the values, or in the shape alone. So a classifier is
    fitted to whole sequences and to slices of them, each as they are and scaled by themselves
    (`SlicedClassifier`), and predictions are weighted means of their probabilities. The weights are
    those under which classes are most likely in sequences held out by cross-validation (stacking
    [1]_ as a linear pool). What has less than a tenth of the weight is left out.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier with `predict_proba`, or a pipeline. None: ``GRUClassifier()``. What takes
        flat windows, or reads tokens, is given values as they are only.
    lengths : tuple of float, default=(1.0, 0.5, 0.25, 0.125)
        Steps of slices, as shares of the longest training sequence; 1.0 for whole sequences, of
        longer ones that `predict` is given the newest steps. Slices of less than four steps are not
        tried.
    n_slices : int, default=32
        Slices of each sequence, as in `SlicedClassifier`.
    cv : int, splitter or list of (train, test), default=3
        Number of folds, which hold out as many of each class as they can: without shuffling, and
        whole groups if `fit` is given `groups`. No more than the largest class has sequences, or
        groups. Of windows of one series the newest third is held out. Or a splitter of
        scikit-learn, or rows.
    n_jobs : int, default=None
        How many fits run at once, as joblib takes it.
    random_state : int, RandomState instance or None, default=None
        Seed of `estimator` and all that is in it; None: their own.

    Attributes
    ----------
    trials_ : dict
        Accuracy in cross-validation, by weight, of each candidate, such as ``"whole"``,
        ``"whole, scaled"``, ``"0.25"`` and ``"0.25, scaled"``; empty if there was no choice.
    weights_ : dict
        Weights of the candidates that are used. They sum to one.
    estimators_ : dict of SlicedClassifier
        These candidates, fitted to all sequences.
    classes_ : ndarray of shape (n_classes,)
        The classes.
    n_features_in_ : int
        Number of features of each step; of columns, if `fit` saw a flat frame.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame.
    window_shape_ : tuple of (int, int)
        Numbers of steps and features of the sequences in `fit`.

    See Also
    --------
    SlicedClassifier : Slices of one length.
    sklearn.ensemble.StackingClassifier : Combines any classifiers by another one.

    Notes
    -----
    With the defaults `fit` fits 8 candidates in 3 folds, and those with a weight once more, about
    24 fits, of which slices are the longer ones. Fewer `lengths` or folds take less; a network of
    whole sequences alone takes least. Slices of half a sequence hold ``n_slices / 2`` times the
    values of `X` while they are fitted.

    Sequences of one machine, patient or person resemble each other: give `groups` to `fit`, or
    folds know too much of what they hold out. Of windows of one series, which share rows, those
    before the newest that share some with them are left out of both sides.

    What takes flat windows without NaN, such as `~sklearn.linear_model.LogisticRegression`, is
    given slices that no sequence is too short for: a single short sequence, or one with gaps,
    leaves short slices alone, which is warned of, and refused below four steps.

    Held-out sequences of a class that training has none of tell nothing, and are left out. A
    class of which all are, such as one of a single sequence, is warned of. If nothing is left, all
    candidates have the same weight.

    References
    ----------
    .. [1] D. H. Wolpert, "Stacked generalization", Neural Networks 5(2), 1992.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import GRUClassifier, SequenceClassifier
    >>> rng = np.random.default_rng(0)
    >>> period = np.repeat([4, 6, 9], 8)  # of three machines, eight recordings each
    >>> start = rng.uniform(0, 6, size=(24, 1))
    >>> sounds = np.sin(2 * np.pi * np.arange(200) / period[:, np.newaxis] + start)
    >>> sounds += rng.normal(0, 0.3, size=sounds.shape)
    >>> gru = GRUClassifier(8, max_epochs=40, random_state=0)
    >>> model = SequenceClassifier(gru, lengths=(1.0, 0.2)).fit(sounds[::2], period[::2])
    >>> model.score(sounds[1::2], period[1::2])
    1.0
    >>> max(model.weights_, key=model.weights_.get)
    '0.2'
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit", "predict_proba"]), None],
        "lengths": [tuple, list],
        "n_slices": [Interval(Integral, 1, None, closed="left")],
        "cv": [
            Interval(Integral, 2, None, closed="left"),
            HasMethods(["split", "get_n_splits"]),
            tuple,
            list,
        ],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
    }
    _saved_together = (
        "estimators_", "weights_", "trials_", "_targets", "n_features_in_", "window_shape_",
        "_fitted_on_columns",
    )  # fmt: skip

    def __init__(
        self,
        estimator: Any = None,
        *,
        lengths: Sequence[float] = (1.0, 0.5, 0.25, 0.125),
        n_slices: int = 32,
        cv: Any = 3,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.lengths = lengths
        self.n_slices = n_slices
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Weigh the candidates by cross-validation, and fit them to all sequences.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Sequences, oldest step first, in any form that the recurrent classifiers take: padded
            with NaN, a list of arrays of unequal length, or of shape (n_samples, n_timesteps).
        y : array-like of shape (n_samples,)
            Class of each sequence.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the sequences, for a classifier that takes them; also of those held out.
        groups : array-like of shape (n_samples,), default=None
            Label of the group of each sequence, such as a patient: folds, and ``early_stopping`` of
            a network, hold out whole groups. By default each sequence is a group.

        Returns
        -------
        self : SequenceClassifier
            The fitted estimator.

        Raises
        ------
        ValueError
            If `X` is no set of sequences, `y` does not fit to it, a parameter is not as described,
            candidates would be validated on what they train on, or fail in a fold.

        Warns
        -----
        UserWarning
            If a class cannot be validated, or lengths are left out because the estimator takes no
            missing steps and sequences are shorter.
        """
        sequences, read = self._read_sequences(X, y, sample_weight, groups)
        n_unobserved = len(read[1]) - len(sequences.labels)
        if n_unobserved and not isinstance(self.cv, Integral) and not hasattr(self.cv, "split"):
            raise ValueError(
                f"cv has numbers of rows, and {n_unobserved} of {len(read[1])} sequences in X have "
                "no observed step, so that they are not trained on. Remove them from X, or set cv "
                "to a number of folds or a splitter."
            )
        candidates = self._candidates(sequences)
        _refuse_what_fails(candidates, sequences)
        trials, weights = self._weighed(candidates, sequences)
        carrier = clone(self)  # for if a fit fails, nothing has changed
        remember_features(carrier, *read)
        about = {name: vars(carrier)[name] for name in _ABOUT_X if name in vars(carrier)}
        run = Parallel(n_jobs=self.n_jobs)
        fitted = run(delayed(_fitted)(candidates[name], sequences, about) for name in weights)
        _remember(self, about)
        self.estimators_ = dict(zip(weights, fitted, strict=True))
        self.weights_, self.trials_ = weights, trials
        self._targets = sequences.targets()
        return self

    def _candidates(self, sequences: LabelledSequences) -> dict[str, SlicedClassifier]:
        """Return what is tried on sequences, by name; whole ones first."""
        estimator, n_steps = self._seeded(), sequences.windows.lengths
        longest = int(n_steps.max())
        shares, forms = _shares(self.lengths, longest), {"": estimator}
        if not takes_missing_steps(estimator):  # which shorter sequences are padded with
            shares = shares_without_padding(shares, n_steps, sequences.samples, estimator)
        if takes_windows(estimator) and not reads_tokens(estimator):
            from sklstm.preprocessing import WindowScaler  # a fifth of a second in each process

            forms[", scaled"] = make_pipeline(WindowScaler("standard"), estimator)
        return {
            ("whole" if share == 1 else f"{share:g}") + form: SlicedClassifier(
                inner, length=float(share), n_slices=self.n_slices
            )
            for share in shares
            for form, inner in forms.items()
        }

    def _weighed(
        self, candidates: dict[str, SlicedClassifier], sequences: LabelledSequences
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Return accuracies of candidates in cross-validation, and weights of those to be used."""
        folds = folds_of(self.cv, sequences) if len(candidates) > 1 else []
        if not folds:
            return {}, dict.fromkeys(candidates, 1 / len(candidates))
        run = Parallel(n_jobs=self.n_jobs)
        found = run(
            delayed(_held_out)(candidate, sequences, fold)
            for candidate in candidates.values()
            for fold in folds
        )
        likely, right = (
            np.concatenate(part).reshape(len(candidates), -1) for part in zip(*found, strict=True)
        )
        weight = sequences.weight
        if weight is not None:
            weight = np.concatenate([weight[fold.test] for fold in folds])
        accuracy = np.average(right, axis=1, weights=weight).tolist()
        shares = pool_weights(likely.T, weight).tolist()
        weights = {name: w for name, w in zip(candidates, shares, strict=True) if w > 0}
        return dict(zip(candidates, accuracy, strict=True)), weights

    def _seeded(self) -> Any:
        """Return a clone of the classifier with the seed given."""
        estimator = clone(self._reader(fitted=False))
        if self.random_state is not None:
            rng = check_random_state(self.random_state)
            seeds = {
                name: int(rng.randint(np.iinfo(np.int32).max))
                for name in sorted(estimator.get_params())
                if name == "random_state" or name.endswith("__random_state")
            }
            estimator.set_params(**seeds)
        return estimator

    def _longest_slice(self) -> int:
        return max(one.length_ for one in self.estimators_.values())

    def _reader(self, *, fitted: bool) -> Any:
        if fitted:
            return next(iter(self.estimators_.values())).estimator_
        return GRUClassifier() if self.estimator is None else self.estimator

    def _probabilities(self, windows: WindowSet) -> np.ndarray:
        total = np.zeros((len(windows), len(self.classes_)))
        for name, weight in self.weights_.items():
            total += weight * self.estimators_[name]._probabilities(windows)
        return total


def _shares(lengths: Any, longest: int) -> list[float]:
    """Return shares of the longest sequence that slices have, the largest first."""
    if not lengths or not all(
        isinstance(share, int | float) and share is not True and 0 < share <= 1 for share in lengths
    ):
        raise ValueError(
            "lengths takes shares of the longest sequence in the range (0, 1], such as (1.0, 0.5); "
            f"got {lengths!r}."
        )
    # By the number of steps: of short sequences several shares may be the same.
    of_steps = {max(1, round(share * longest)): share for share in sorted(lengths)}
    steps = sorted(of_steps, reverse=True)
    kept = [n for n in steps if n >= FEWEST_STEPS or of_steps[n] == 1]
    return [of_steps[n] for n in kept or steps[:1]]


def _refuse_what_fails(
    candidates: dict[str, SlicedClassifier], sequences: LabelledSequences
) -> None:
    """Raise a ValueError before the work for what a fit to all sequences would refuse."""
    classes = np.unique(sequences.labels)
    if len(classes) < 2:
        raise ValueError(
            "SequenceClassifier needs sequences of at least two classes, got one class: "
            f"{classes.tolist()}."
        )
    longest = int(sequences.windows.lengths.max())
    n_slices = len(sequences.labels) * max(one._size(longest)[1] for one in candidates.values())
    for one in candidates.values():
        refuse_splits_of_slices(one.estimator, n_slices, "SequenceClassifier")
        if sequences.groups is None:
            refuse_shared_rows(one.estimator, sequences.windows)


def _fitted(
    candidate: SlicedClassifier, sequences: LabelledSequences, about: dict[str, Any]
) -> SlicedClassifier:
    """Return a candidate fitted to sequences, with what is known of their features."""
    fitted = clone(candidate)._fit_sequences(sequences)
    _remember(fitted, about)
    return fitted


def _remember(estimator: Any, about: dict[str, Any]) -> None:
    vars(estimator).pop("feature_names_in_", None)  # of an earlier fit
    vars(estimator).update(about)


def _held_out(
    candidate: SlicedClassifier, sequences: LabelledSequences, fold: Fold
) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability of the class of each sequence held out, and which are predicted."""
    try:
        with caught_warnings():  # that a network learns nothing of slices is to be found out
            fitted = _fitted(candidate, sequences.take(fold.train), {})
            probability = fitted._probabilities(sequences.windows.take(fold.test))
    except ValueError as error:
        if type(error) is not ValueError:  # such as of metadata that are not asked for
            raise
        said = str(error).rstrip(".")
        raise ValueError(
            f"In a fold of cross-validation that trains on {len(fold.train)} of "
            f"{len(sequences.labels)} sequences: {said}. Give more sequences, or folds that train "
            "on more of them (cv), or take SlicedClassifier, which needs no folds."
        ) from error
    truth = np.searchsorted(fitted.classes_, sequences.labels[fold.test])
    likely = probability[np.arange(len(truth)), truth]
    return likely, probability.argmax(axis=1) == truth
