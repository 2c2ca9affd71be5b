"""The figure of a season, by classical decomposition: `SeasonalFigure`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sklstm.time_labels import IndexBeginning

from ._find_season import centred_weights


@dataclass(frozen=True)
class SeasonalFigure:
    """The seasonal component of each column of a series, and where the series began.

    Parameters
    ----------
    figure : ndarray of shape (season, n_features)
        What is to be subtracted, or divided by, from the phase of the first row on; 0 or 1 where
        nothing is.
    head : ndarray of shape (n_first, n_features)
        The first rows, by which rows without labels are recognised.
    n_rows : int
        Number of rows, absent ones among them.
    beginning : IndexBeginning or None
        The first label.
    """

    figure: NDArray[np.float64]
    head: NDArray[np.float64]
    n_rows: int
    beginning: IndexBeginning | None

    @classmethod
    def of(
        cls, figure: NDArray[np.float64], rows: NDArray, beginning: IndexBeginning | None
    ) -> Self:
        """Remember the figure of some rows, and the first of them: two seasons with a change."""
        changes = (rows[1:] != rows[:-1]) & ~np.isnan(rows[1:])
        first = int(changes.any(axis=1).argmax()) if len(changes) else 0
        head = np.array(rows[: first + 2 * len(figure)], dtype=np.float64)
        return cls(figure, head, len(rows), beginning)

    @property
    def is_flat(self) -> bool:
        """Whether all phases are alike, so that it does not matter which one a row has."""
        return bool((self.figure == self.figure[0]).all())

    def of_rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the figure at rows of these numbers, counted from the first fitted one."""
        return self.figure[numbers % len(self.figure)]


def column_figure(
    column: NDArray, season: int, multiplicative: bool
) -> tuple[NDArray[np.float64], float] | None:
    """Estimate the seasonal component of a column by classical decomposition.

    Parameters
    ----------
    column : ndarray of shape (n_steps,)
        NaN is missing.
    season : int
        Number of rows in a season, at least 2.
    multiplicative : bool
        Whether it is a factor; values are positive then.

    Returns
    -------
    found : tuple of (ndarray of shape (season,), float) or None
        The figure and its error; None where there are less than two seasons. The figure has
        deviations whose mean is 0, or factors whose mean is 1, and NaN for phases without a value.
        The error is the sum of squares of what trend and season leave, relative to that of the
        values.
    """
    known = np.flatnonzero(~np.isnan(column))
    if len(known) == 0 or known[-1] + 1 - known[0] < 2 * season:
        return None
    first, values = int(known[0]), column[known[0] : known[-1] + 1].astype(np.float64)
    size = np.ldexp(1.0, int(np.frexp(np.nanmax(np.abs(values)))[1]) - 1)
    values = values / size  # exactly; sums and squares neither overflow nor vanish
    filled, seen = _filled_by_phase(values, season)
    trend = _centred_average(filled, season)
    inner = slice(season // 2, season // 2 + len(trend))
    detrended = filled[inner] / trend if multiplicative else filled[inner] - trend
    phases = np.arange(inner.start, inner.stop) % season
    observed = ~np.isnan(values[inner])
    figure = _means(detrended, phases, season, observed)
    # A phase that is observed near the ends alone, where no average is centred.
    figure = np.where(np.isnan(figure), _means(detrended, phases, season), figure)
    figure[~seen] = np.nan
    figure = figure / np.nanmean(figure) if multiplicative else figure - np.nanmean(figure)
    fitted = trend * figure[phases] if multiplicative else trend + figure[phases]
    rest = (values[inner] - fitted)[observed]
    squares = float(np.nansum(values**2))
    error = float(rest @ rest) / squares if squares else 0.0
    figure = figure if multiplicative else figure * size
    return np.roll(figure, first % season), error


def _filled_by_phase(values: NDArray, season: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return values with missing ones interpolated between those of their phase.

    Parameters
    ----------
    values : ndarray of shape (n_steps,)
        Known at both ends.
    season : int
        Number of rows in a season.

    Returns
    -------
    filled : ndarray of shape (n_steps,)
        Without NaN: phases that are never observed are interpolated over time.
    seen : ndarray of shape (season,)
        Which phases are observed.
    """
    filled, seen = values.copy(), np.ones(season, dtype=bool)
    for phase in np.unique(np.flatnonzero(np.isnan(values)) % season):
        of_phase = filled[phase::season]
        known = np.flatnonzero(~np.isnan(of_phase))
        seen[phase] = len(known) > 0
        if 0 < len(known) < len(of_phase):
            of_phase[:] = np.interp(np.arange(len(of_phase)), known, of_phase[known])
    known = np.flatnonzero(~np.isnan(filled))
    return np.interp(np.arange(len(filled)), known, filled[known]), seen


def _centred_average(values: NDArray, season: int) -> NDArray[np.float64]:
    """Return moving averages over a season, of as many rows as they can be centred on."""
    # Not by a Fourier transform: small values would drown in the rounding of large ones.
    return np.convolve(values, centred_weights(season), mode="valid")


def _means(
    values: NDArray, phases: NDArray, season: int, there: NDArray | None = None
) -> NDArray[np.float64]:
    """Return the mean of each phase over the rows that are there, NaN where none is."""
    there = np.ones(len(values), dtype=bool) if there is None else there
    counts = np.bincount(phases[there], minlength=season)
    sums = np.bincount(phases[there], weights=values[there], minlength=season)
    return np.divide(sums, counts, out=np.full(season, np.nan), where=counts > 0)
