"""How columns are written that stand in windows beside the one that follows: `choose_beside`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._choose_representation import NEAR, Choice, fit_of, older_and_newest, quick_models
from ._representations import Representation, needs_positive

_OFTEN = 0.1
_WITHOUT_LOGARITHM = {"ratio": "scaled_difference"}


def choose_beside(
    others: NDArray,
    windows: NDArray,
    after: NDArray,
    representation: Representation,
    *,
    groups: NDArray | None = None,
    saturates: bool = True,
    name: str | None = None,
) -> list[Choice]:
    """Choose how other columns are written, by what they tell of the one that is predicted.

    Prices of the opening want the scale of those of the closing, a calendar none. So each column
    is tried as it is, and written like the target's column or in `name`, in the quick model of
    `choose_representation`: it reads both columns, and predicts what follows in the second one.

    Parameters
    ----------
    others : ndarray of shape (n_samples, n_timesteps, n_columns)
        Windows of the other columns.
    windows : ndarray of shape (n_samples, n_timesteps)
        Those of the target's column.
    after : ndarray of shape (n_samples, n_outputs)
        Its values that are predicted.
    representation : Representation
        Of the target's column; with a season windows have its rows in front.
    groups : ndarray of shape (n_samples,), optional
        Number of the series of each window; by default all are of one.
    saturates : bool, default=True
        As in `choose_representation`.
    name : str, optional
        How other columns may be written, of `SCALINGS`; by default like the target's.

    Returns
    -------
    choices : list of Choice
        For each column. Of scores within two per cent the level wins, unless a tenth of the newest
        values are beyond all older ones.
    """
    groups = np.zeros(len(windows), dtype=int) if groups is None else groups
    found = older_and_newest(windows, after, groups)
    columns = [others[:, :, place] for place in range(others.shape[2])]
    name = representation.name if name is None else name
    if found is None or name == "level":
        return [Choice(Representation.fit("level", column), {}) for column in columns]
    fit = fit_of(representation.name, bool((groups != groups[0]).any()))
    model = _QuickModel(windows, after, representation, fit, *found)
    return [_choose(model, column, name, quick_models(saturates)) for column in columns]


def _choose(model, column, name, kinds):
    """Return how one column is written."""
    names = "level", _name_beside(name, column)
    candidates = [Representation.fit(name, column) for name in names]
    errors = [
        max(model.error(candidate, column, features) for features in kinds)
        for candidate in candidates
    ]
    # Of near-ties a network may read levels as long as they stay among those of its training.
    bonus = 1 / NEAR if model.leaves_range(column) else NEAR
    chosen = candidates[int(errors[1] * bonus < errors[0])]
    return Choice(chosen, dict(zip(names, errors, strict=True)))


class _QuickModel:
    """What two columns tell of the values that follow in one of them."""

    def __init__(self, windows, after, representation, fit, older, newest, weight):
        self.representation, self._fit = representation, fit
        self._older, self._newest, self._weight = older, newest, weight
        self._old, self._new = (
            representation.represent(windows[rows], after.shape[1]) for rows in (older, newest)
        )
        self._targets, self._after = representation.targets(after[older], self._old), after[newest]

    def leaves_range(self, column):
        """Return whether the newest values of a column are often beyond all older ones."""
        old, new = column[self._older], column[self._newest]
        return np.mean((new < old.min()) | (new > old.max())) > _OFTEN

    def error(self, beside, column, features):
        """Return the mean absolute error on the newest windows, with a column beside the target's.

        Parameters
        ----------
        beside : Representation
            How the column is written.
        column : ndarray of shape (n_samples, n_timesteps)
            Its windows.
        features : callable
            Makes features of the windows of each column.

        Returns
        -------
        error : float
            Relative to the mean absolute change of each series.
        """
        written = [
            beside.represent(column[rows], 1).windows for rows in (self._older, self._newest)
        ]
        parts = [(self._old.windows, self._new.windows), written]
        old, new = zip(*(_standardised(*part) for part in parts), strict=True)
        ridge = self._fit(_joined(old, features), self._targets)
        with np.errstate(over="ignore", invalid="ignore"):  # errors may grow beyond all bounds
            restored = self.representation.restore(ridge.predict(_joined(new, features)), self._new)
            error = float((np.abs(restored - self._after) * self._weight).mean())
        return error if np.isfinite(error) else np.inf


def _name_beside(name, column):
    positive = (np.nan_to_num(column, nan=1.0) > 0).all()
    if positive or not needs_positive(name):
        return name
    return _WITHOUT_LOGARITHM.get(name, name.removeprefix("log_"))


def _standardised(old, new):
    center, scale = old.mean(), old.std() or 1.0
    return (old - center) / scale, (new - center) / scale


def _joined(parts, features):
    return np.concatenate([features(part) for part in parts], axis=1)
