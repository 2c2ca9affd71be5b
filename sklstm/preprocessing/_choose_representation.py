"""Which representation of windows generalises: `choose_representation`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._representations import SCALINGS, Representation, is_seasonal, needs_positive

_NEWEST = 0.2  # share of the windows that candidates are scored on
_MOST_WINDOWS = 2000  # to fit to, and to score on
_FEWEST_WINDOWS = 12
_N_FEATURES = 100
_FADES = 0.7  # weight of a step in a feature of recent steps, relative to the next one
_PENALTIES = np.logspace(-7, 0, 8)  # relative to the largest eigenvalue
_MOST_FREEDOM = 0.5  # degrees of freedom for each window: beyond, no criterion sees overfitting
_NEAR = 1.02  # of the best score: differences that do not count
_SEASON_BONUS = 0.97


class Choice(NamedTuple):
    """A fitted representation, and the score of each candidate.

    Parameters
    ----------
    representation : Representation
        Of the best candidate, fitted to all windows.
    scores : dict
        Mean absolute error by name; empty where there are too few windows to tell.
    """

    representation: Representation
    scores: dict[str, float]


def choose_representation(
    windows: NDArray,
    after: NDArray,
    *,
    season: int = 1,
    groups: NDArray | None = None,
) -> Choice:
    r"""Choose how windows are written by a quick model that is scored on the newest.

    A linear model extrapolates levels, and a network does not: its units saturate. So each
    candidate is tried with random features [1]_, :math:`\tanh(W x + b)` with fixed random weights
    of which half fade towards older steps, and a ridge regression on them in closed form, whose
    penalty minimises generalised cross-validation [2]_. It is fitted to the older windows; the
    score is the mean absolute error on the newest fifth, in the units of the series. Of several
    series errors are relative to the mean absolute change of each, so that all count the same.

    Parameters
    ----------
    windows : ndarray of shape (n_samples, n_rows)
        Values of one column, oldest first; those of a series in the order of time. With a season
        as many rows more in front as it has.
    after : ndarray of shape (n_samples, n_ahead)
        The values that follow each window.
    season : int, default=1
        Rows in a season; 1 for none.
    groups : ndarray of shape (n_samples,), optional
        Number of the series of each window; by default all are of one.

    Returns
    -------
    choice : Choice
        Of scores that are within two per cent of the best, the first in `SCALINGS` wins. Seasonal
        differences have three per cent more, since the season has been found before.

    References
    ----------
    .. [1] A. Rahimi and B. Recht, "Weighted sums of random kitchen sinks", NeurIPS 2008.
    .. [2] G. H. Golub, M. Heath and G. Wahba, "Generalized cross-validation as a method for
       choosing a good ridge parameter", Technometrics 21(2), 1979.
    """
    groups = np.zeros(len(windows), dtype=int) if groups is None else groups
    positive = bool((np.nan_to_num(windows, nan=1.0) > 0).all() and (after > 0).all())
    names = [
        name
        for name in SCALINGS
        if (positive or not needs_positive(name)) and (season > 1 or not is_seasonal(name))
    ]
    rows = np.flatnonzero(np.isfinite(windows).all(axis=1) & np.isfinite(after).all(axis=1))
    older, newest = _split(groups[rows], after.shape[1])
    if min(len(older), len(newest) * 4) < _FEWEST_WINDOWS:
        return Choice(Representation.fit(names[0], windows, season), {})
    weight = 1.0 / _changes(windows[rows], groups[rows])[newest, np.newaxis]
    older, newest = rows[older], rows[newest]
    data = windows[older], after[older], windows[newest], after[newest], weight
    scores = {name: _score(name, season, *data) for name in names}
    return Choice(Representation.fit(_best(scores), windows, season), scores)


def _best(scores):
    ranked = {
        name: score * (_SEASON_BONUS if is_seasonal(name) else 1.0)
        for name, score in scores.items()
    }
    enough = _NEAR * min(ranked.values())
    return next(name for name, score in ranked.items() if score <= enough)


def _split(groups, n_ahead):
    """Return the older and the newest windows of each series, none of whose targets overlap."""
    order = np.argsort(groups, kind="stable")
    counts = np.bincount(groups)
    left = (
        np.repeat(counts, counts)
        - 1
        - (np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts))
    )  # how many windows of the series are newer
    n_newest = np.repeat(np.ceil(_NEWEST * counts), counts)
    newest, older = np.sort(order[left < n_newest]), np.sort(order[left >= n_newest + n_ahead - 1])
    if len(older) < len(newest):  # of short series the gap would leave too little
        older = np.sort(order[left >= n_newest])
    return _some(older), _some(newest)


def _some(rows):
    return rows[:: -(-len(rows) // _MOST_WINDOWS) or 1]


def _changes(windows, groups):
    """Return for each window the mean absolute change from row to row of its series."""
    change = np.abs(np.diff(windows, axis=1)) if windows.shape[1] > 1 else np.abs(windows)
    known = np.isfinite(change)
    total = np.bincount(groups, np.where(known, change, 0.0).sum(axis=1))
    count = np.bincount(groups, known.sum(axis=1))
    mean = total / np.maximum(count, 1)
    positive = mean[mean > 0]
    # A series that never changes counts like the one that changes least.
    return np.where(mean > 0, mean, positive.min() if len(positive) else 1.0)[groups]


def _score(name, season, windows, after, new_windows, new_after, weight):
    """Return the mean absolute error on the newest windows of a model of the older ones."""
    representation = Representation.fit(name, np.concatenate([windows, new_windows]), season)
    old = representation.represent(windows, after.shape[1])
    new = representation.represent(new_windows, after.shape[1])
    center, scale = old.windows.mean(), old.windows.std() or 1.0
    old_features = _features((old.windows - center) / scale)
    new_features = _features((new.windows - center) / scale)
    predicted = _ridge(old_features, representation.targets(after, old), new_features)
    error = np.abs(representation.restore(predicted, new) - new_after)
    return float((error * weight).mean())


def _features(windows):
    n_steps = windows.shape[1]
    rng = np.random.RandomState(0)  # the same features for every candidate and fit
    weights = rng.normal(size=(n_steps, _N_FEATURES)) / np.sqrt(n_steps)
    offsets = rng.uniform(-1, 1, _N_FEATURES)
    fading = _FADES ** np.arange(n_steps)[::-1]
    weights[:, ::2] *= np.sqrt(n_steps) * (fading / np.linalg.norm(fading))[:, np.newaxis]
    return np.tanh(windows @ weights + offsets)


def _ridge(features, targets, new_features):
    """Return predictions of a ridge regression whose penalty generalised cross-validation chose."""
    n_samples = len(features)
    center, mean = features.mean(axis=0), targets.mean(axis=0)
    features, targets = features - center, targets - mean
    eigenvalues, vectors = np.linalg.eigh(features.T @ features)
    eigenvalues = np.maximum(eigenvalues, 0.0)
    projected = vectors.T @ (features.T @ targets)
    squares = (projected**2).sum(axis=1)
    total = (targets**2).sum()
    largest = max(eigenvalues[-1], 1e-300)
    best, chosen = np.inf, largest * _PENALTIES[-1]
    for penalty in largest * _PENALTIES:
        shrunk = 1.0 / (eigenvalues + penalty)
        freedom = (eigenvalues * shrunk).sum() / n_samples
        left = total - 2 * (squares * shrunk).sum() + (squares * eigenvalues * shrunk**2).sum()
        criterion = max(left, 1e-12 * total) / (1.0 - freedom) ** 2
        if freedom <= _MOST_FREEDOM and criterion < best:
            best, chosen = criterion, penalty
    coefficients = vectors @ (projected / (eigenvalues + chosen)[:, np.newaxis])
    return (new_features - center) @ coefficients + mean
