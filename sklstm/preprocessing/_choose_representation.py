"""Which representation of windows generalises: `choose_representation`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._representations import (
    SCALINGS,
    Representation,
    has_own_scale,
    is_seasonal,
    needs_positive,
)
from ._ridge import RidgeSolution

_NEWEST = 0.2  # share of the windows that candidates are scored on
_MOST_WINDOWS = 2000  # to fit to, and to score on
_FEWEST_WINDOWS = 12
_MOST_FORECASTS = 10_000  # blocks that are forecast to score a candidate
_MOST_AHEAD = 100
_N_FEATURES = 100
_FADES = 0.7  # weight of a step in a feature of recent steps, relative to the next one
NEAR = 1.02  # of the best score: differences that do not count
_SEASON_BONUS = 0.97
_PANEL_BONUS = 0.9  # of several series of positive values, for their seasonal growth
_GROWTH = "log_seasonal_difference"
_FEW_WINDOWS = 300  # of a single series: a dozen scores of the newest fifth differ by luck
_OF_FEW_WINDOWS = "scaled_seasonal_difference"
_FAR_AHEAD = 1 / 3  # of its score: no luck
_LEVELS = {"level", "log_level"}  # of all windows one scale, whose range later rows may leave
_HALF = 0.5
_LEAST_CHANGE = 0.1  # over a season, relative to that from row to row


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
    ends: NDArray | None = None,
    n_ahead: int | None = None,
    saturates: bool = True,
    fixed_season: bool = False,
    shrinks: bool = False,
    among: Collection[str] = SCALINGS,
) -> Choice:
    r"""Choose how windows are written by a quick model that is scored on the newest.

    A linear model extrapolates levels, and a network does not: its units saturate. So for a network
    each candidate is tried with random features [1]_, :math:`\tanh(W x + b)` with fixed random
    weights of which half fade towards older steps. A ridge regression on them in closed form, whose
    penalty minimises generalised cross-validation [2]_, is fitted to the older windows, and
    forecasts from the newest fifth: a block of rows, which enter the window of the next block, and
    so on. The score is the geometric mean of two mean absolute errors in the units of the series,
    that of the first block, which is what is learned, and that of all rows ahead, which also shows
    how errors grow when predictions are read. Of several series errors are relative to what is
    usual in each, so that all count the same: the geometric mean of its mean absolute changes from
    row to row and over a season. Relative to the former alone, series with strong seasons, which
    need seasonal differences, would count least. Where windows have scales of their own the
    regression is robust, since outliers of a few series would decide. For a linear model the score
    is the larger of this and that of a ridge regression on the values themselves: many
    representations are one to it, but in some its errors have no bounds.

    Parameters
    ----------
    windows : ndarray of shape (n_samples, n_rows)
        Values of one column, oldest first; those of a series in the order of time. With a season
        as many rows more in front as it has.
    after : ndarray of shape (n_samples, horizon)
        The values that follow each window, and are predicted at once.
    season : int, default=1
        Rows in a season; 1 for none.
    groups : ndarray of shape (n_samples,), optional
        Number of the series of each window; by default all are of one.
    ends : ndarray of shape (n_samples,), optional
        Place of the last row of each window in its series; by default one after the other.
    n_ahead : int, optional
        How many rows are forecast, block by block; by default one block, and at most one hundred
        rows if a block has fewer.
    saturates : bool, default=True
        Whether the model that will be fitted has bounded units, as networks and trees do; False for
        linear ones.
    fixed_season : bool, default=False
        Whether the season is one of the calendar or named by a user, and no cycle that has been
        found and may change its length, as that of sunspots does.
    shrinks : bool, default=False
        Whether predictions may be shrunk towards the season before, as described below.
    among : collection of str, default=SCALINGS
        Names of the candidates; of those in which other values than positive ones have no place, or
        that take a season where there is none, none is tried.

    Returns
    -------
    choice : Choice
        A level or its logarithm has to lead twice: where it does, all candidates are tried again
        on the older windows, fitted to their first half and scored on the second, and its score is
        the worse of the two, relative to the best of the others. Of scores within two per cent of
        the best the first in `SCALINGS` wins. Seasonal differences have three per cent more, since
        the season has been found before. Of several series of positive values their logarithms have
        another ten: growth over a season is a scale that all series share, and networks learn more
        of it than the quick model does.

        Of a single series of fewer than 300 windows with a fixed season so few are scored that some
        of a dozen candidates lead by luck: ``"scaled_seasonal_difference"`` is taken, unless the
        best has less than a third of its score. Where `shrinks`, predictions of a model of so few
        windows are averaged with the values one season before. Weights are inverse to squared
        errors [3]_: that of the model is :math:`1 / (1 + q^2)`, where :math:`q` is the mean
        absolute error of the quick model on the newest windows, in the chosen scale and relative to
        that of no change over a season. It is one half at least, and where there are too few to
        tell.

    References
    ----------
    .. [1] A. Rahimi and B. Recht, "Weighted sums of random kitchen sinks", NeurIPS 2008.
    .. [2] G. H. Golub, M. Heath and G. Wahba, "Generalized cross-validation as a method for
       choosing a good ridge parameter", Technometrics 21(2), 1979.
    .. [3] J. M. Bates and C. W. J. Granger, "The combination of forecasts", Operational Research
       Quarterly 20(4), 1969.
    """
    groups = np.zeros(len(windows), dtype=int) if groups is None else groups
    ends = np.arange(len(windows)) if ends is None else ends
    horizon = after.shape[1]
    n_ahead = max(horizon, min(n_ahead or horizon, _MOST_AHEAD))
    names = _candidates(among, windows, after, season)
    several = bool((groups != groups[0]).any())
    few = fixed_season and season > 1 and not several and len(windows) < _FEW_WINDOWS
    kinds, most = quick_models(saturates), -(-_MOST_FORECASTS * horizon // n_ahead)

    def tried(*, halves):
        found = older_and_newest(windows, after, groups, most, season, halves=halves)
        if found is None:
            return {}
        older, newest, weight = found
        future = _rows_ahead(after, groups, ends, newest, n_ahead)
        data = windows[older], after[older], windows[newest], future, weight
        return {
            name: max(_score(name, season, kind, fit_of(name, several), *data) for kind in kinds)
            for name in names
        }

    scores = tried(halves=False)
    best = names[0]
    if scores:
        best = _best(scores, several=several and saturates)
        if best in _LEVELS and not _LEVELS.issuperset(names):
            scores = _of_both(scores, tried(halves=True))
            best = _best(scores, several=several and saturates)
        if few and scores[best] >= _FAR_AHEAD * scores.get(_OF_FEW_WINDOWS, 0.0):
            best = _OF_FEW_WINDOWS if _OF_FEW_WINDOWS in scores else best
    chosen = Representation.fit(best, windows, season)
    if few and shrinks and is_seasonal(best):
        split = older_and_newest(windows, after, groups, most, season)
        weight = min(_weight(chosen, kind, windows, after, split) for kind in kinds)
        chosen = replace(chosen, weight=weight)
    return Choice(chosen, scores)


def _candidates(among, windows, after, season):
    """Return the names of those that values and season allow."""
    positive = bool((np.nan_to_num(windows, nan=1.0) > 0).all() and (after > 0).all())
    return [
        name
        for name in SCALINGS
        if name in among
        and (positive or not needs_positive(name))
        and (season > 1 or not is_seasonal(name))
    ]


def _of_both(scores, halves):
    """Return scores in which levels have the worse of two comparisons with the other candidates."""
    found = dict(scores)
    for name in _LEVELS.intersection(halves):
        found[name] = max(found[name], _least(scores) * _relative(halves[name], _least(halves)))
    return found


def _least(scores):
    return min(score for name, score in scores.items() if name not in _LEVELS)


def _relative(score, least):
    if score == least:
        return 1.0
    return score / least if 0 < least < np.inf else np.inf


def older_and_newest(
    windows: NDArray,
    after: NDArray,
    groups: NDArray,
    most: int = _MOST_WINDOWS,
    season: int = 1,
    *,
    halves: bool = False,
) -> tuple[NDArray, NDArray, NDArray] | None:
    """Return which windows a quick model is fitted to, and which it is scored on.

    Parameters
    ----------
    windows, after, groups : ndarray
        As in `choose_representation`.
    most : int
        To be scored on.
    season : int
        Rows in a season, over which values change, too.
    halves : bool
        Whether to take the first and the second half of what is older otherwise.

    Returns
    -------
    older, newest : ndarray of int
        Numbers of windows without missing values, none of whose targets overlap.
    weight : ndarray of shape (n_newest, 1)
        By which errors count: that of the series relative to its mean absolute change.
        In place of all three None if they are too few.
    """
    rows = np.flatnonzero(np.isfinite(windows).all(axis=1) & np.isfinite(after).all(axis=1))
    older, newest = split_newest(groups[rows], after.shape[1])
    if halves:
        first, second = split_newest(groups[rows[older]], after.shape[1], _HALF)
        older, newest = older[first], older[second]
    if min(len(older), len(newest) * 4) < _FEWEST_WINDOWS:
        return None
    older, newest = _some(older), _some(_some(newest), most)
    weight = 1.0 / _changes(windows[rows], groups[rows], season)[newest, np.newaxis]
    return rows[older], rows[newest], weight


def quick_models(saturates: bool) -> list[Callable[[NDArray], NDArray]]:
    """Return what makes features of standardised windows: the worst of them counts."""
    return [_features] if saturates else [_features, _values]


def fit_of(name: str, several: bool) -> Callable[[NDArray, NDArray], RidgeSolution]:
    """Return the fit of the quick model: networks minimise absolute errors in scales of windows."""
    return RidgeSolution.fit_robust if several and has_own_scale(name) else RidgeSolution.fit


def _best(scores, *, several):
    ranked = {
        name: score * (_SEASON_BONUS if is_seasonal(name) else 1.0)
        for name, score in scores.items()
    }
    if several and _GROWTH in ranked:
        ranked = {_GROWTH: _PANEL_BONUS * ranked.pop(_GROWTH)} | ranked  # first of near-ties, too
    enough = NEAR * min(ranked.values())
    return next(name for name, score in ranked.items() if score <= enough)


def split_newest(groups: NDArray, n_ahead: int, share: float = _NEWEST) -> tuple[NDArray, NDArray]:
    """Return the older and the newest windows of each series, none of whose targets overlap.

    Parameters
    ----------
    groups : ndarray of shape (n_samples,)
        Number of the series of each window, those of a series in the order of time.
    n_ahead : int
        How many rows follow a window.
    share : float
        That is newest.

    Returns
    -------
    older, newest : ndarray of int
        Numbers of windows.
    """
    order = np.argsort(groups, kind="stable")
    counts = np.bincount(groups)
    left = (
        np.repeat(counts, counts)
        - 1
        - (np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts))
    )  # how many windows of the series are newer
    n_newest = np.repeat(np.ceil(share * counts), counts)
    newest, older = np.sort(order[left < n_newest]), np.sort(order[left >= n_newest + n_ahead - 1])
    if len(older) < len(newest):  # of short series the gap would leave too little
        older = np.sort(order[left >= n_newest])
    return older, newest


def _some(rows, n_most=_MOST_WINDOWS):
    return rows[:: -(-len(rows) // n_most) or 1]


def _rows_ahead(after, groups, ends, samples, n_ahead):
    """Return the rows that follow some windows, NaN where no window is followed by them."""
    horizon = after.shape[1]
    if n_ahead == horizon:
        return after[samples]
    lengths = np.zeros(groups.max() + 1, dtype=np.int64)
    np.maximum.at(lengths, groups, ends + 1 + n_ahead)
    begin = (np.cumsum(lengths) - lengths)[groups] + ends + 1  # of what follows, series by series
    rows = np.full(lengths.sum(), np.nan)
    rows[begin[:, np.newaxis] + np.arange(horizon)] = after
    return rows[begin[samples, np.newaxis] + np.arange(n_ahead)]


def _changes(windows, groups, season):
    """Return for each window by what the errors of its series are divided.

    That is the geometric mean of the mean absolute changes from row to row and over a season. The
    latter is nothing where a series repeats exactly, and it alone would count: so it is at least a
    tenth of the former.
    """
    mean = _mean_change(windows, groups, 1)
    if season > 1:
        over_season = _mean_change(windows, groups, season)
        mean = np.sqrt(mean * np.maximum(over_season, _LEAST_CHANGE * mean))
    positive = mean[mean > 0]
    # A series that never changes counts like the one that changes least.
    return np.where(mean > 0, mean, positive.min() if len(positive) else 1.0)[groups]


def _mean_change(windows, groups, n_rows):
    """Return the mean absolute change over some rows, by series."""
    far = windows.shape[1] > n_rows
    change = np.abs(windows[:, n_rows:] - windows[:, :-n_rows] if far else windows)
    known = np.isfinite(change)
    total = np.bincount(groups, np.where(known, change, 0.0).sum(axis=1))
    count = np.bincount(groups, known.sum(axis=1))
    return total / np.maximum(count, 1)


def _weight(representation, features, windows, after, split):
    """Return the weight of a model beside no change over a season, inverse to squared errors."""
    if split is None:
        return _HALF
    older, newest, _ = split
    predict = _quick_fit(representation, features, RidgeSolution.fit, windows[older], after[older])
    new = representation.represent(windows[newest], after.shape[1])
    changes = representation.targets(after[newest], new)
    of_model, of_none = np.abs(changes - predict(new)).mean(), np.abs(changes).mean()
    total = of_model**2 + of_none**2
    return max(float(of_none**2 / total), _HALF) if total > 0 else _HALF


def _score(name, season, features, fit, windows, after, new_windows, future, weight):
    """Return the error on the newest windows of a model of the older ones."""
    horizon = after.shape[1]
    representation = Representation.fit(name, np.concatenate([windows, new_windows]), season)
    predict = _quick_fit(representation, features, fit, windows, after)
    blocks = []
    with np.errstate(over="ignore", invalid="ignore"):  # errors may grow beyond all bounds
        for _ in range(0, future.shape[1], horizon):
            new = representation.represent(new_windows, horizon)
            blocks.append(representation.restore(predict(new), new))
            new_windows = np.concatenate([new_windows, blocks[-1]], axis=1)[:, horizon:]
        error = np.abs(np.concatenate(blocks, axis=1)[:, : future.shape[1]] - future) * weight
    known = np.isfinite(future)
    error = np.where(np.isnan(error), np.inf, error)
    at_once = error[:, :horizon].mean()
    return float(np.sqrt(at_once * error[known].mean())) if np.isfinite(at_once) else np.inf


def _quick_fit(representation, features, fit, windows, after):
    """Return what predicts the targets of represented windows: a quick model of other ones."""
    old = representation.represent(windows, after.shape[1])
    center, scale = old.windows.mean(), old.windows.std() or 1.0
    ridge = fit(features((old.windows - center) / scale), representation.targets(after, old))
    return lambda new: ridge.predict(features((new.windows - center) / scale))


def _values(windows):
    return windows


def _features(windows):
    n_steps = windows.shape[1]
    rng = np.random.RandomState(0)  # the same features for every candidate and fit
    weights = rng.normal(size=(n_steps, _N_FEATURES)) / np.sqrt(n_steps)
    offsets = rng.uniform(-1, 1, _N_FEATURES)
    fading = _FADES ** np.arange(n_steps)[::-1]
    weights[:, ::2] *= np.sqrt(n_steps) * (fading / np.linalg.norm(fading))[:, np.newaxis]
    features = windows @ weights
    features += offsets  # in place: of many windows this takes as much memory as they do
    return np.tanh(features, out=features)
