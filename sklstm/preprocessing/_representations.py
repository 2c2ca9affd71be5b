"""How windows and what follows them are written, with exact inverses: `Representation`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

# What is subtracted, and what it is divided by. The order is that of preference among near-ties:
# a network extrapolates from relative numbers, and hardly from levels.
_KINDS = {
    "scaled_seasonal_difference": ("season", "spread"),
    "seasonal_difference": ("season", "one"),
    "scaled_difference": ("last", "spread"),
    "difference": ("last", "one"),
    "standard": ("mean", "spread"),
    "ratio": ("last", "last"),
    "level": ("zero", "one"),
}
_LOG = "log_"
SCALINGS = (*_KINDS, *(_LOG + name for name in _KINDS if name != "ratio"))

_NARROW = 0.1  # of the usual spread: the least that windows are divided by
_TINY = 1e-9  # of the size of a window: what rounding alone may spread
LEAST_SHARE = 0.01  # of the mean of a window: the least that ratios divide by


class Represented(NamedTuple):
    """Windows as they are written, and what undoes it for the rows that follow.

    Parameters
    ----------
    windows : ndarray of shape (n_samples, n_timesteps)
        What a regressor reads.
    center : ndarray of shape (n_samples, n_ahead)
        What is subtracted from each row ahead.
    scale : ndarray of shape (n_samples, 1)
        What the differences are divided by; always positive.
    """

    windows: NDArray[np.float64]
    center: NDArray[np.float64]
    scale: NDArray[np.float64]


@dataclass(frozen=True)
class Representation:
    r"""One way to write windows of one column, and the rows that follow them.

    A value :math:`x`, or its logarithm, becomes :math:`(x - c) / s`. By name :math:`c` is zero
    (``"level"``), the newest value of the window (``"difference"``), its mean (``"standard"``), or
    the value one season before (``"seasonal_difference"``); :math:`s` is 1, the newest value
    (``"ratio"``), or the standard deviation of the window (``"scaled_..."`` and ``"standard"``).

    Parameters
    ----------
    name : str
        One of `SCALINGS`.
    season : int, default=1
        Rows in a season. Windows have as many rows more, in front, where it is above 1; what is
        read has not.
    floor, relative_floor : float
        The least number that windows are divided by, and the same as part of the mean absolute
        value of the window: no constant window can make anything explode.
    least : float
        For logarithms and ratios: zero and less count as this number, or as half of the smallest
        positive value of the window, whichever is less.
    weight : float
        Of predictions beside one of zero, with which they are averaged when they are restored.
    """

    name: str
    season: int = 1
    floor: float = 1.0
    relative_floor: float = 0.0
    least: float = -np.inf
    weight: float = 1.0

    @classmethod
    def fit(cls, name: str, windows: NDArray, season: int = 1) -> Self:
        """Return a representation with the bounds that training windows give.

        Parameters
        ----------
        name : str
            One of `SCALINGS`.
        windows : ndarray of shape (n_samples, n_rows)
            Training windows; NaN is missing.
        season : int, default=1
            Rows in a season.

        Returns
        -------
        representation : Representation
            The fitted one.

        Raises
        ------
        ValueError
            If a value is not positive and its logarithm or ratio is asked for.
        """
        least = -np.inf
        if needs_positive(name):
            values = windows[~np.isnan(windows)]
            least = float(values.min()) if len(values) else 1.0
            if least <= 0:
                raise ValueError(
                    f"scaling={name!r} takes positive values only, and the smallest is {least:g}."
                )
        rough = cls(name, season, 0.0, 0.0, least / 2)
        if rough.parts[1] != "spread":
            return rough
        known = rough._logged(windows)
        spread, size = _spread(known), mean_of_known(np.abs(known))
        wide = spread > _TINY * size
        if not wide.any():
            return cls(name, season, 1.0, 0.0, least / 2)
        usual = float(np.median(spread[wide]))
        if rough.is_logarithmic:  # which has no size of its own: units are added to it
            return cls(name, season, _NARROW * usual, 0.0, least / 2)
        relative = float(np.median(spread[wide] / size[wide]))
        narrowest = float(np.quantile(spread[wide], 0.01))
        return cls(name, season, _NARROW * narrowest, _NARROW * relative, -np.inf)

    @property
    def n_before(self) -> int:
        """Rows that windows have in front of those that are read."""
        return self.season if self.season > 1 else 0

    @property
    def is_logarithmic(self) -> bool:
        """Whether logarithms are taken first."""
        return self.name.startswith(_LOG)

    @property
    def parts(self) -> tuple[str, str]:
        """What is subtracted, and what it is divided by."""
        return _KINDS[self.name.removeprefix(_LOG)]

    def represent(self, windows: NDArray, n_ahead: int) -> Represented:
        """Write windows, and say what undoes it.

        Parameters
        ----------
        windows : ndarray of shape (n_samples, n_rows)
            Values, oldest first; NaN is missing.
        n_ahead : int
            How many rows follow.

        Returns
        -------
        represented : Represented
            Windows of shape (n_samples, n_rows - n_before), with center and scale.
        """
        values = self._logged(np.ascontiguousarray(windows, dtype=np.float64))
        subtracted, divided = self.parts
        read = values[:, self.n_before :]
        center = np.zeros((len(values), 1))
        if subtracted == "last":
            center = newest_of_known(values)[:, np.newaxis]
        elif subtracted == "mean":
            center = mean_of_known(read)[:, np.newaxis]
        scale = self._scale(read, divided)[:, np.newaxis]
        if subtracted == "season":
            center = _season_before(values, self.season, n_ahead)
            # A value whose season before is missing has not changed, as far as anyone knows.
            change = read - values[:, : -self.season]
            read = np.where(np.isnan(change) & ~np.isnan(read), 0.0, change)
        else:
            read = read - center
        center = np.repeat(center, n_ahead, axis=1) if center.shape[1] == 1 else center
        read /= scale  # a new array by now
        return Represented(read, center, scale)

    def targets(self, after: NDArray, represented: Represented) -> NDArray:
        """Return the rows that follow windows, written like these.

        Parameters
        ----------
        after : ndarray of shape (n_samples, n_ahead)
            Their values.
        represented : Represented
            The windows.

        Returns
        -------
        targets : ndarray of shape (n_samples, n_ahead)
            What a regressor learns.
        """
        if needs_positive(self.name):
            after = np.where(after <= 0, self.least, after)
        if self.is_logarithmic:
            after = np.log(after)
        return (after - represented.center) / represented.scale

    def restore(self, predicted: NDArray, represented: Represented) -> NDArray:
        """Return the values of predictions: the inverse of `targets`, if their weight is one.

        Parameters
        ----------
        predicted : ndarray of shape (n_samples, n_ahead)
            As from a regressor of targets.
        represented : Represented
            The windows it has read.

        Returns
        -------
        values : ndarray of shape (n_samples, n_ahead)
            Infinite where they are beyond all bounds.
        """
        return self.unlogged(self.weight * predicted * represented.scale + represented.center)

    def unlogged(self, values: NDArray) -> NDArray:
        """Return what logarithms are of, infinite beyond all bounds; other values as they are."""
        if not self.is_logarithmic:
            return values
        with np.errstate(over="ignore"):
            return np.exp(values)

    def _logged(self, windows):
        if not needs_positive(self.name):
            return windows
        if (windows <= 0).any():
            # Not all below `least`: a series may fall to any level, and is forecast there.
            lowest = np.min(windows, axis=1, keepdims=True, initial=np.inf, where=windows > 0)
            least = np.maximum(np.minimum(self.least, lowest / 2), np.finfo(float).tiny)
            windows = np.where(windows <= 0, least, windows)
        return np.log(windows) if self.is_logarithmic else windows

    def _scale(self, read, divided):
        if divided == "one":
            return np.ones(len(read))
        if divided == "spread" and self.relative_floor == 0:
            return np.maximum(_spread(read), self.floor)
        size = mean_of_known(np.abs(read))
        if divided == "last":
            return np.maximum(newest_of_known(read), LEAST_SHARE * size)
        return np.maximum(_spread(read), np.maximum(self.floor, self.relative_floor * size))


def needs_positive(name: str) -> bool:
    """Return whether a representation takes positive values only."""
    return name == "ratio" or name.startswith(_LOG)


def is_seasonal(name: str) -> bool:
    """Return whether a representation takes differences to the season before."""
    return _KINDS[name.removeprefix(_LOG)][0] == "season"


def has_own_scale(name: str) -> bool:
    """Return whether errors count relative to the size or the spread of each window."""
    return name.startswith(_LOG) or _KINDS[name][1] != "one"


def mean_of_known(values: NDArray) -> NDArray:
    """Return the mean over the second axis of what is known, zero where nothing is.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_timesteps, ...)
        NaN is missing.

    Returns
    -------
    mean : ndarray of shape (n_samples, ...)
        Of each sample.
    """
    total = values.sum(axis=1)
    if values.shape[1] and not np.isnan(total).any():  # so everything is known, as mostly it is
        return total / values.shape[1]
    known = ~np.isnan(values)
    return np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)


def _spread(values):
    """Return the standard deviation of each row over what is known."""
    deviations = values - mean_of_known(values)[:, np.newaxis]
    return np.sqrt(mean_of_known(np.square(deviations, out=deviations)))


def newest_of_known(values: NDArray) -> NDArray:
    """Return the last value on the second axis that is known, zero where there is none.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_timesteps, ...)
        Oldest first; NaN is missing.

    Returns
    -------
    newest : ndarray of shape (n_samples, ...)
        A copy.
    """
    if values.shape[1] and not np.isnan(values[:, -1]).any():
        return values[:, -1].copy()
    known = ~np.isnan(values)
    place = values.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    newest = np.take_along_axis(values, place[:, np.newaxis], axis=1)[:, 0]
    return np.where(known.any(axis=1), newest, 0.0)


def _season_before(values, season, n_ahead):
    """Return the newest value at the place in the season of each row ahead.

    Where none is known at this place, the newest value of all.
    """
    n_rows = values.shape[1]
    newest = newest_of_known(values)
    phases = np.stack(
        [
            _newest_or(values[:, (n_rows + k) % season :: season], newest)
            for k in range(min(season, n_ahead))
        ],
        axis=1,
    )
    return phases[:, np.arange(n_ahead) % season]


def _newest_or(values, otherwise):
    return np.where(np.isnan(values).all(axis=1), otherwise, newest_of_known(values))
