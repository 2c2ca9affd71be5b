"""Which season a series has: `find_season`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from sklstm.data import as_series, index_of
from sklstm.time_labels import as_time_labels, calendar_seasons_of_all, check_order

_SIGNIFICANCE = 0.05
_CLEAR = 0.5  # autocorrelation of a season that no calendar suggests
_LONGEST = 500  # lag of a search
_MOST_ROWS = 10_000  # newest ones that are looked at, unless the calendar's seasons are longer
_MANY_PRODUCTS = 1_000_000  # from here on a convolution is faster by Fourier transforms
_MOST_SERIES = 1000  # which are looked at, at equal distances
_AS_GOOD = 0.9  # of the largest autocorrelation: the shortest lag that has as much is the season
_NEARLY = 0.97  # the same of two seasons of the calendar
_SEASONS_THAT_BEND = 3  # fewer are no measure of a trend that bends
_ROUNDING = 1e-12  # of the largest value: what is left of a trend that has no season at all


def find_season(series: ArrayLike) -> int:
    r"""Find the seasonal period of a series: after how many rows its pattern repeats.

    The candidates are those of the calendar where the index of `series` has a frequency, such as
    24 and 168 for hours, 7 and 365 for days, 12 for months; otherwise all lags from 2 to a third of
    the series. For each candidate :math:`m` the series is detrended by a centred moving average
    over :math:`m` rows [1]_, and by a parabola, since moving averages do not follow a trend that
    bends. A season is there if the autocorrelation of what is left, at the lag of :math:`m`,
    exceeds what chance gives:

    .. math:: r_m > z_{0.95} / \sqrt n

    Where all lags are searched, it must also be one half or more and larger than at the lags next
    to it, since of many lags some are large by chance, and the shortest one is taken that has at
    least nine tenths of the largest autocorrelation. Of several seasons of the calendar, such as
    day and week, all autocorrelations are those of the series detrended over the longest: a week
    is the season where hours are clearly more like those a week ago than those a day ago.

    Parameters
    ----------
    series : array-like, series or frame of shape (n_steps,) or (n_steps, n_features)
        The series, oldest row first; NaN is missing. Of several columns autocorrelations are
        averaged.

    Returns
    -------
    season : int
        Number of rows; 1 if there is no season.

    Raises
    ------
    ValueError
        If rows are not in the order of time, or no numbers.

    See Also
    --------
    SeasonalDifferencer : Subtracts the value one season before.
    PersistenceRegressor : The seasonal naive forecast.

    References
    ----------
    .. [1] M. G. Kendall and A. Stuart, "The Advanced Theory of Statistics", volume 3, Griffin,
       1966, chapter 46.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sklstm import find_season
    >>> months = pd.period_range("2010-01", periods=120, freq="M")
    >>> noise = np.random.default_rng(0).normal(size=120)
    >>> sales = pd.Series(50 + 9 * np.sin(np.arange(120) * 2 * np.pi / 12) + noise, index=months)
    >>> find_season(sales)
    12
    >>> find_season(noise)
    1
    """
    table: Any = series if np.ndim(series) == 2 else _as_column(series)
    index = index_of(table)
    check_order(index, name="series")
    labels = None if index is None else as_time_labels(index)
    return season_of([(as_series(table), labels)])


def season_of(tables: list[tuple[NDArray, Any]]) -> int:
    """Return the season of several series together.

    Parameters
    ----------
    tables : list of (ndarray of shape (n_steps, n_features), index or None)
        Values of each series and its labels; candidates are those of the labels of the first one
        that has three. Of more than 1000 series every second, third and so on is looked at.

    Returns
    -------
    season : int
        Number of rows; 1 if there is no season.
    """
    candidates = calendar_seasons_of_all(index for _, index in tables)
    tables = tables[:: -(-len(tables) // _MOST_SERIES)]
    longest = max((len(values) // 3 for values, _ in tables), default=0)
    lags = [m for m in candidates or range(2, _LONGEST + 1) if m <= longest]
    n_rows = max(_MOST_ROWS, 3 * max(lags, default=0))
    filled = [_filled(column) for values, _ in tables for column in values[-n_rows:].T]
    columns = [column for column in filled if column is not None]
    found = {m: _autocorrelation(columns, m) for m in lags}
    bound = norm.ppf(1 - _SIGNIFICANCE)
    passed = {m: r for m, (r, n) in found.items() if n and r > bound / np.sqrt(n)}
    if candidates:
        usual = np.median([len(values) for values, _ in tables]) // 3
        return _clearest(columns, [m for m in passed if m <= usual] or list(passed), bound)
    around = {m: [found[k][0] for k in (m - 1, m + 1) if k in found] for m in passed}
    passed = {m: r for m, r in passed.items() if r >= _CLEAR and r > max(around[m], default=1)}
    passed.pop(2, None)  # no lag below it shows whether it is a peak
    enough = _AS_GOOD * max(passed.values(), default=0.0)
    return next((m for m, r in passed.items() if r >= enough), 1)


def centred_weights(season: int) -> NDArray[np.float64]:
    """Return the weights of a moving average over a season that is centred on a row."""
    weights = np.full(season, 1 / season)
    if season % 2 == 0:  # half a season on each side, its two ends are one phase
        weights = np.convolve(weights, [0.5, 0.5])
    return weights


def _clearest(columns: list[NDArray], seasons: list[int], bound: float) -> int:
    """Return the shortest season that is as clear as any, 1 of none."""
    if len(seasons) < 2:
        return seasons[0] if seasons else 1
    found = {m: _autocorrelation(columns, m, max(seasons)) for m in seasons}
    best, n_pairs = max(found.values())
    enough = min(_NEARLY * best, best - bound / np.sqrt(n_pairs))
    return next(m for m, (r, _) in found.items() if r >= enough)


def _filled(column: NDArray) -> NDArray | None:
    """Return a column with missing values interpolated, None if it is constant."""
    known = np.flatnonzero(~np.isnan(column))
    if len(known) < 3 or np.ptp(column[known]) == 0:
        return None
    values = np.interp(np.arange(known[0], known[-1] + 1), known, column[known])
    centred = values - values.mean()
    return centred / np.abs(centred).max()  # squares neither overflow nor vanish


def _autocorrelation(
    columns: list[NDArray], season: int, trend: int | None = None
) -> tuple[float, int]:
    """Return the mean autocorrelation of detrended columns at a lag, and the number of pairs.

    They are detrended over the season, or over as many rows as `trend` says.
    """
    weights = centred_weights(trend or season)
    correlations, n_pairs = [], 0
    for column in columns:
        n_rows = len(column) - len(weights) + 1
        if n_rows <= season:
            continue
        first = len(weights) // 2
        rest = column[first : first + n_rows] - _moving_average(column, weights)
        rest = _unbent(rest, season)
        size = rest @ rest
        if size < n_rows * _ROUNDING**2:
            size = 0.0
        n_pairs += n_rows - season
        # By the number of products in each sum: a perfect season has an autocorrelation of 1.
        scale = n_rows / (n_rows - season)
        correlations.append(scale * (rest[season:] @ rest[:-season]) / size if size else 0.0)
    return (float(np.mean(correlations)), n_pairs) if correlations else (0.0, 0)


def _unbent(rest: NDArray, season: int) -> NDArray:
    """Return what is left of a column less its mean, of three seasons and more less a parabola.

    A moving average lies above a trend that bends upwards, everywhere, and what is left of growth
    grows itself: both are alike from row to row, whatever the lag.
    """
    for power, square in _powers(len(rest), len(rest) >= _SEASONS_THAT_BEND * season):
        rest = rest - (rest @ power) / square * power
    return rest


@lru_cache(maxsize=16)  # series of a panel are often as long as each other
def _powers(n_rows: int, bends: bool) -> list[tuple[NDArray, float]]:
    """Return the powers of time that are subtracted, each with its sum of squares."""
    t = np.arange(n_rows) - (n_rows - 1) / 2
    powers: list[NDArray] = [np.ones(n_rows)]  # orthogonal, so that each is subtracted by itself
    if bends:
        powers += [t, t**2 - (t**2).mean()]
    return [(power, power @ power) for power in powers]


def _moving_average(column: NDArray, weights: NDArray) -> NDArray:
    if len(column) * len(weights) < _MANY_PRODUCTS:
        return np.convolve(column, weights, mode="valid")
    from scipy.signal import oaconvolve  # slow to import, and needed here alone

    return oaconvolve(column, weights, mode="valid")


def _as_column(series: Any) -> Any:
    if hasattr(series, "to_frame"):
        return series.to_frame()
    array = np.asarray(series)
    return array[:, np.newaxis] if array.ndim == 1 else array
