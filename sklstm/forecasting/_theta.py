"""The Theta method, for many series at once: `theta_forecasts`."""

import numpy as np
from numpy.typing import NDArray

from sklstm.preprocessing import centred_weights

_FACTORS = np.linspace(0.1, 1.0, 10)  # smoothing factors that are tried
_HALF = 0.5  # of the slope: the mean of a line without change and of one with it
_LIMIT = 1.645  # of a normal distribution, for the test of 90 %
_LEAST_FACTOR = 0.01  # of a season: below, the season is added


def theta_forecasts(
    rows: NDArray, steps: int, season: int, *, amounts: bool = True
) -> NDArray[np.float64]:
    r"""Forecast series by the Theta method [1]_.

    It is simple exponential smoothing with a drift of half the slope :math:`b` of a straight line
    through all rows [2]_. From :math:`n` rows, with the level :math:`l` and the smoothing factor
    :math:`\alpha` of the least sum of squared errors of one step, it forecasts

    .. math:: l + \frac{b}{2} \left(h - 1 + \frac{1 - (1 - \alpha)^n}{\alpha}\right).

    A season that is seen in the autocorrelation (a test of 90 %, as in the M3 and M4 competitions)
    is taken out before by classical decomposition, and put back: as factors of positive amounts,
    and else as differences.

    Parameters
    ----------
    rows : ndarray of shape (n_series, n_rows)
        Values of each series, the newest last. In front of shorter series, and where they are
        missing, is NaN; newest rows that are missing are steps, too.
    steps : int
        How many rows to forecast.
    season : int
        Rows in a season; 1 for none.
    amounts : bool, default=True
        Whether zero stands for nothing, so that there are factors, and series without negative
        values have no negative forecasts. On the scale of a transformer it stands for anything.

    Returns
    -------
    forecasts : ndarray of shape (n_series, steps)
        NaN for series of fewer known rows than two seasons and one row.

    References
    ----------
    .. [1] V. Assimakopoulos and K. Nikolopoulos, "The theta model: a decomposition approach to
       forecasting", International Journal of Forecasting 16(4), 2000.
    .. [2] R. J. Hyndman and B. Billah, "Unmasking the Theta method", International Journal of
       Forecasting 19(2), 2003.
    """
    size = np.nanmax(np.abs(rows), axis=1, initial=0.0)
    size = np.where(size > 0, size, 1.0)[:, np.newaxis]
    known = np.isfinite(rows)
    rows = np.where(known, rows, np.nan) / size
    factor, shift = _seasons(rows, known, season, divides=amounts)
    phase = np.arange(-rows.shape[1], steps) % season  # 0: that of the row after the newest
    past, ahead = phase[: rows.shape[1]], phase[rows.shape[1] :]
    adjusted = (rows - shift[:, past]) / factor[:, past]
    found = _drifting(adjusted, known, steps) * factor[:, ahead] + shift[:, ahead]
    bounded = amounts & (np.where(known, rows, 0.0) >= 0).all(axis=1, keepdims=True)
    found = np.where(bounded, np.maximum(found, 0.0), found) * size
    found[known.sum(axis=1) < 2 * season + 1] = np.nan
    return found


def _drifting(rows, known, steps):
    """Return forecasts by exponential smoothing with a drift."""
    number, count = np.arange(len(rows)), known.sum(axis=1)
    level, errors = _smoothed(rows, known)
    best = errors.argmin(axis=0)
    rate = _FACTORS[best][:, np.newaxis]
    since = known[:, ::-1].argmax(axis=1)[:, np.newaxis]  # how many of the newest rows are missing
    ahead = since + np.arange(steps) + (1.0 - (1.0 - rate) ** count[:, np.newaxis]) / rate
    return level[best, number][:, np.newaxis] + _HALF * _slope(rows, known) * ahead


def _smoothed(rows, known):
    """Return the last level and the squared errors of each smoothing factor, by series."""
    # Most time is spent here: so it works in place, and on rows that lie together in memory.
    values = np.ascontiguousarray(np.where(known, rows, 0.0).T)
    shape = len(_FACTORS), len(rows)
    first = values[known.argmax(axis=1), np.arange(len(rows))]
    level, errors = np.tile(first, (len(_FACTORS), 1)), np.zeros(shape)
    error, square = np.empty(shape), np.empty(shape)
    factors, whole = _FACTORS[:, np.newaxis], known.all(axis=0)
    for value, there, are_all in zip(values, known.T, whole.tolist(), strict=True):
        np.subtract(value, level, out=error)
        if not are_all:
            error *= there.astype(float)
        np.multiply(error, error, out=square)
        errors += square
        error *= factors
        level += error
    return level, errors


def _slope(rows, known):
    """Return the slope of a least-squares line through each series, (n_series, 1)."""
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    when = np.where(known, np.arange(rows.shape[1], dtype=float), 0.0)
    when = np.where(known, when - when.sum(axis=1, keepdims=True) / count, 0.0)
    spread = (when**2).sum(axis=1, keepdims=True)
    return (when * np.where(known, rows, 0.0)).sum(axis=1, keepdims=True) / np.maximum(spread, 1.0)


def _seasons(rows, known, season, *, divides):
    """Return factors and differences of each row of a season, (n_series, season); 1 and 0."""
    factor, shift = np.ones((len(rows), season)), np.zeros((len(rows), season))
    seen = np.flatnonzero(_has_season(rows, known, season))
    if not len(seen):
        return factor, shift
    positive = divides & (np.where(known, rows, 1.0) > 0)[seen].all(axis=1)
    factors = _figures(rows[seen], season, divide=True)
    factors = factors / factors.mean(axis=1, keepdims=True)
    divided = positive & (factors > _LEAST_FACTOR).all(axis=1)  # NaN is none
    factor[seen[divided]] = factors[divided]
    differences = _figures(rows[seen[~divided]], season, divide=False)
    differences = differences - differences.mean(axis=1, keepdims=True)
    whole = np.isfinite(differences).all(axis=1)
    shift[seen[~divided][whole]] = differences[whole]
    return factor, shift


def _has_season(rows, known, season):
    """Return which series have an autocorrelation at the season that chance seldom gives."""
    count = known.sum(axis=1)
    if season == 1 or rows.shape[1] <= season:
        return np.zeros(len(rows), dtype=bool)
    values = np.where(known, rows, 0.0)
    mean = values.sum(axis=1) / np.maximum(count, 1)
    values = np.where(known, rows - mean[:, np.newaxis], 0.0)
    total = (values**2).sum(axis=1)
    lags = [(values[:, k:] * values[:, :-k]).sum(axis=1) for k in range(1, season + 1)]
    found = np.stack(lags, axis=1) / np.where(total > 0, total, 1.0)[:, np.newaxis]
    limit = _LIMIT * np.sqrt((1 + 2 * (found[:, :-1] ** 2).sum(axis=1)) / np.maximum(count, 1))
    return (np.abs(found[:, -1]) > limit) & (count > 2 * season)


def _figures(rows, season, *, divide):
    """Return the mean of each row of a season relative to a centred moving average over one."""
    weights = centred_weights(season)
    n_rows, half = rows.shape[1], len(weights) // 2
    last = n_rows - 2 * half
    trend = sum(weight * rows[:, k : k + last] for k, weight in enumerate(weights))
    middle = rows[:, half : half + last]
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = middle / trend if divide else middle - trend
    found = np.full((len(rows), season), np.nan)
    for first in range(min(season, last)):
        place = (first + half - n_rows) % season
        part = relative[:, first::season]
        there = np.isfinite(part)
        count = there.sum(axis=1)
        total = np.where(there, part, 0.0).sum(axis=1)
        found[:, place] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return found
