"""The linear part of forecasts, of whose errors a network learns: `LinearPart`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from sklstm.data import LEARNS_REST
from sklstm.meta_estimators import takes_windows
from sklstm.preprocessing import RidgeSolution, quick_models, split_newest
from sklstm.recurrence import one_blas_thread

from ._abilities import is_baseline, learns_amounts
from ._training_pairs import SOME_PAIRS

_LANES = 16  # windows side by side in a product, so that none depends on which others there are
_AT_A_TIME = 64 * _LANES  # windows that are predicted together, for the memory that they take
_MOST_VALUES_OF_WINDOW = 1024  # unless asked for: time grows with their third power
_MOST_VALUES = 1 << 22  # of all windows that are fitted to
_FEWEST_WINDOWS = 1 << 11  # of the largest ones
_FEWEST_OLDER, _FEWEST_NEWEST = 24, 6
_ENOUGH = 0.97  # of the error of the quick model that stands for a network
_HALF = 0.5


@dataclass(frozen=True)
class LinearPart:
    """A ridge regression on windows, whose predictions are added to those of a regressor.

    Parameters
    ----------
    coefficients : ndarray of shape (n_timesteps * n_features, n_targets)
        Weights of the values of a window, step by step.
    intercept : ndarray of shape (n_targets,)
        Prediction for a window of mean values.
    center : ndarray of shape (n_timesteps * n_features,)
        Mean values, which stand for missing ones.
    """

    coefficients: np.ndarray
    intercept: np.ndarray
    center: np.ndarray

    @classmethod
    def fit(
        cls, windows: np.ndarray, targets: np.ndarray, *, robust: bool, copy: bool = True
    ) -> Self:
        """Fit a ridge regression whose penalty generalised cross-validation chooses.

        Parameters
        ----------
        windows : ndarray of shape (n_samples, n_timesteps, n_features)
            Scaled windows; NaN is missing.
        targets : ndarray of shape (n_samples, n_targets)
            Scaled rows that follow.
        robust : bool
            Whether outliers among the targets count less (Huber's loss).
        copy : bool, default=True
            Whether windows stay as they are. Else they may be written over, so that less memory is
            taken.

        Returns
        -------
        linear : LinearPart
            The fitted one.
        """
        values = windows.reshape(len(windows), -1)
        values = values.copy() if copy else values
        missing = np.isnan(values)
        values[missing] = 0.0
        center = values.sum(axis=0) / np.maximum((~missing).sum(axis=0), 1)
        values -= center
        values[missing] = 0.0  # the mean, from which values are counted
        # One penalty for all: exogenous columns have units of their own, and so have targets.
        spread, size = _positive(values.std(axis=0)), _positive(targets.std(axis=0))
        values /= spread
        fit = RidgeSolution.fit_robust if robust else RidgeSolution.fit
        with one_blas_thread():
            found = fit(values, targets / size)
        coefficients = found.coefficients / spread[:, np.newaxis] * size
        return cls(coefficients, found.intercept * size, center)

    def predict(self, windows: np.ndarray) -> np.ndarray:
        """Return predictions, that of a window being the same to the bit among any others.

        Parameters
        ----------
        windows : ndarray of shape (n_samples, n_timesteps, n_features)
            As in `fit`.

        Returns
        -------
        predicted : ndarray of shape (n_samples, n_targets)
            In the scale of the targets.
        """
        predicted = np.empty((len(windows), len(self.intercept)))
        with one_blas_thread():
            for first in range(0, len(windows), _AT_A_TIME):
                part = slice(first, first + _AT_A_TIME)
                predicted[part] = self._product(windows[part])
        predicted += self.intercept
        return predicted

    def _product(self, windows):
        """Return the products of windows and coefficients, tile by tile."""
        n_samples, n_values = len(windows), len(self.center)
        n_tiles = -(-n_samples // _LANES)
        values = np.zeros((n_tiles * _LANES, n_values))
        flat = windows.reshape(n_samples, n_values)
        values[:n_samples] = np.where(np.isnan(flat), 0.0, flat - self.center)
        tiles = np.ascontiguousarray(values.reshape(n_tiles, _LANES, n_values).transpose(0, 2, 1))
        found = np.matmul(self.coefficients.T, tiles)
        return found.transpose(0, 2, 1).reshape(-1, len(self.intercept))[:n_samples]


def has_linear_part(asked: bool | str, estimator: Any, scaling: Any, strategy: str) -> bool | str:
    """Return what the parameter `linear_part` means for a regressor.

    ``"auto"`` has none in recursive forecasts: one step ahead says little of what lines do that are
    fed back, for nothing bounds them as units of a network bound it.

    Parameters
    ----------
    asked : bool or "auto"
        The parameter.
    estimator : estimator
        The regressor.
    scaling : object
        How windows are scaled, None for not at all.
    strategy : {"recursive", "direct"}
        Whether forecasts are fed back.

    Returns
    -------
    linear_part : bool or "auto"
        The latter for direct forecasts of networks whose windows are scaled, and whose loss may be
        of differences.

    Raises
    ------
    ValueError
        If a linear part is asked for where there can be none.
    """
    amounts, learns = learns_amounts(estimator), not is_baseline(estimator)
    if asked == "auto":
        may_be = strategy == "direct" and takes_windows(estimator) and learns and not amounts
        return "auto" if may_be and scaling is not None else False
    if asked and amounts:
        raise ValueError(
            "linear_part=True leaves its errors to the regressor, and some of them are negative, "
            f"which {estimator!r} does not learn: take another loss, or linear_part=False."
        )
    if asked and not learns:
        raise ValueError(
            f"linear_part=True leaves its errors to the regressor, and {estimator!r} learns "
            "nothing: take linear_part=False."
        )
    if asked and scaling is None:
        raise ValueError(
            "linear_part=True is fitted to windows in a scale, and none are scaled here: name a "
            "scaling, such as 'difference', or take linear_part=False."
        )
    return asked


def choose_linear_part(
    asked: bool | str,
    windows: np.ndarray,
    targets: np.ndarray,
    series: np.ndarray,
    horizon: int,
    *,
    robust: bool,
) -> tuple[LinearPart | None, float]:
    """Return the linear part if there is to be one, and its error on the newest windows.

    Parameters
    ----------
    asked : bool or "auto"
        Whether there is to be one; ``"auto"``: if it is better by three per cent than the quick
        model with bounded units that stands for a network where scales are chosen, and this twice:
        fitted to the older windows of each series and scored on the newest fifth, and fitted to the
        older half of the former and scored on the other.
    windows, targets : ndarray
        As for `LinearPart.fit`, those of a series in the order of time.
    series : ndarray of shape (n_samples,)
        Number of the series of each window.
    horizon : int
        How many rows follow a window.
    robust : bool
        Whether absolute errors count, not squared ones.

    Returns
    -------
    linear : LinearPart or None
        Fitted to all windows.
    score : float
        Error relative to that of the quick model, the larger one of both times; NaN where there are
        too few windows to tell.
    """
    older, newest = split_newest(series, horizon)
    first, second = split_newest(series[older], horizon, _HALF)
    splits = (older, newest), (older[first], older[second])
    score = np.nan
    if len(first) >= _FEWEST_OLDER and len(newest) >= _FEWEST_NEWEST:
        score = max(
            _relative_error(windows, targets, fitted, scored, robust) for fitted, scored in splits
        )
    if asked == "auto" and not score < _ENOUGH:
        return None, score
    return LinearPart.fit(windows, targets, robust=robust), score


def whole_windows(
    windows: np.ndarray, targets: np.ndarray, series: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Leave out windows with missing steps, unless these are half of all or more.

    A line has no place for what is missing. Parameters are those of `choose_linear_part`, which is
    to be called with what is returned.
    """
    whole = ~np.isnan(windows).any(axis=(1, 2))
    if _HALF < whole.mean() < 1:
        return windows[whole], targets[whole], series[whole]
    return windows, targets, series


@contextmanager
def nothing_may_be_left() -> Iterator[None]:
    """Keep a regressor from warning that it learns nothing: the linear part may be everything."""
    before = LEARNS_REST.set(True)
    try:
        yield
    finally:
        LEARNS_REST.reset(before)


def is_quick(n_values: int) -> bool:
    """Return whether a linear part of windows of so many values takes little time."""
    return n_values <= _MOST_VALUES_OF_WINDOW


def most_windows(n_values: int) -> int:
    """Return to how many windows of so many values a linear part is fitted at most."""
    return int(np.clip(_MOST_VALUES // n_values, _FEWEST_WINDOWS, SOME_PAIRS))


def _relative_error(windows, targets, older, newest, robust):
    """Return the error of a linear part on the newest windows, relative to the quick model's."""
    size = _positive(targets[older].std(axis=0))

    def error(read):
        model = LinearPart.fit(read[older], targets[older], robust=robust, copy=False)
        left = np.abs(targets[newest] - model.predict(read[newest])) / size
        return float(left.mean() if robust else (left**2).mean())

    found = error(windows)
    bounded = quick_models(saturates=True)[0](_standardised(windows, older))
    of_bounded = error(bounded[:, np.newaxis])
    return found / of_bounded if of_bounded > 0 else np.nan


def _standardised(windows, older):
    """Return the values of windows in units of their size, zero where they are missing."""
    values = np.nan_to_num(windows)
    n_known = np.maximum((~np.isnan(windows))[older].sum(axis=(0, 1)), 1)
    squares = values[older]
    squares *= squares
    values /= _positive(np.sqrt(squares.sum(axis=(0, 1)) / n_known))
    return values.reshape(len(windows), -1)


def _positive(values):
    return np.where(values > 0, values, 1.0)
