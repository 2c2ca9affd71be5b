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
        NaN for series of fewer known rows than two seasons and one row. No bit of them depends on
        other series, nor on how many NaN are in front.

    References
    ----------
    .. [1] V. Assimakopoulos and K. Nikolopoulos, "The theta model: a decomposition approach to
       forecasting", International Journal of Forecasting 16(4), 2000.
    .. [2] R. J. Hyndman and B. Billah, "Unmasking the Theta method", International Journal of
       Forecasting 19(2), 2003.
    """
    # Series stand side by side from here on, so that sums run from row to row for all at once.
    known = np.ascontiguousarray(np.isfinite(rows.T))
    values = np.zeros(known.shape)
    np.copyto(values, rows.T, where=known)
    holes = None if known.all() else ~known
    count = known.sum(axis=0)
    lowest = values.min(axis=0, initial=0.0)
    size = np.maximum(values.max(axis=0, initial=0.0), -lowest)
    size = np.where(size > 0, size, 1.0)
    values /= size
    factor, shift = _seasons(values, holes, count, season, divides=amounts)
    _adjust(values, factor, shift)
    ahead = np.arange(steps) % season
    found = _drifting(values, holes, count, steps) * factor[ahead] + shift[ahead]
    found = np.where(amounts & (lowest >= 0), np.maximum(found, 0.0), found) * size
    found[:, count < 2 * season + 1] = np.nan
    return found.T


def _drifting(values, holes, count, steps):
    """Return forecasts by exponential smoothing with a drift, (steps, n_series)."""
    level, errors = _smoothed(values, holes)
    best = errors.argmin(axis=0)
    rate = _FACTORS[best]
    missing = 0 if holes is None else (~holes[::-1]).argmax(axis=0)  # of the newest rows
    first = missing + (1.0 - (1.0 - rate) ** count) / rate
    drift = _HALF * _slope(values, holes, count)
    return level[best, np.arange(len(best))] + drift * (np.arange(steps)[:, np.newaxis] + first)


def _smoothed(values, holes):
    """Return the last level and the squared errors of each smoothing factor, by series.

    An error is what smoothing has left of the one before, and the change since.
    """
    # Most time is spent here: so it works in place.
    lacking = np.zeros(len(values), dtype=bool)
    if holes is not None:
        values, holes = _filled(values, holes)
        lacking = holes.any(axis=1)
    shape, rest = (len(_FACTORS), values.shape[1]), 1.0 - _FACTORS[:, np.newaxis]
    error, errors, square = np.zeros(shape), np.zeros(shape), np.empty(shape)
    changes = zip(np.diff(values, axis=0), lacking[1:].tolist(), strict=True)
    for row, (change, is_lacking) in enumerate(changes, start=1):
        error *= np.where(holes[row], 1.0, rest) if is_lacking else rest
        error += change
        np.multiply(error, error, out=square)
        if is_lacking:
            square[:, holes[row]] = 0.0
        errors += square
    return values[-1] - rest * error, errors


def _filled(values, holes):
    """Return series with no change where rows are missing, and which of these are behind others."""
    row, first = np.arange(len(values))[:, np.newaxis], (~holes).argmax(axis=0)
    newest = np.maximum.accumulate(np.where(holes, first, row), axis=0)
    return np.take_along_axis(values, newest, axis=0), holes & (row > first)


def _slope(values, holes, count):
    """Return the slope of a least-squares line through each series, (n_series,)."""
    when = np.arange(1.0 - len(values), 1.0)[:, np.newaxis]  # 0 is the newest row
    if holes is None:
        when = when - when.mean()
    else:
        when = np.where(holes, 0.0, when)
        when = np.where(holes, 0.0, when - _total(when) / np.maximum(count, 1))
    return _total(when * values) / np.maximum(_total(when**2), 1.0)


def _total(values):
    """Return the sum of each column, taken from row to row, whatever stands beside it."""
    if values.shape[1] == 1:  # numbers that lie together NumPy sums in another order
        return np.cumsum(values, axis=0)[-1]
    return values.sum(axis=0)


def _adjust(values, factor, shift):
    """Take seasons out of series, in place."""
    season, adds, multiplies = len(factor), shift.any(), (factor != 1.0).any()
    for place in range(season):
        rows = values[(place + len(values)) % season :: season]
        if adds:
            rows -= shift[place]
        if multiplies:
            rows /= factor[place]


def _seasons(values, holes, count, season, *, divides):
    """Return factors and differences of each row of a season, (season, n_series); 1 and 0.

    The first is that of the row after the newest.
    """
    factor, shift = np.ones((season, len(count))), np.zeros((season, len(count)))
    seen = _has_season(values, holes, count, season)
    if not seen.any():
        return factor, shift
    divided = seen & divides & (values > 0 if holes is None else (values > 0) | holes).all(axis=0)
    factors = _figures(*_columns(divided, values, holes), season, np.divide)
    valid = (factors > _LEAST_FACTOR).all(axis=0)  # NaN is not
    divided[divided] = valid
    factor[:, divided] = factors[:, valid]
    subtracted = seen & ~divided
    differences = _figures(*_columns(subtracted, values, holes), season, np.subtract)
    valid = np.isfinite(differences).all(axis=0)
    subtracted[subtracted] = valid
    shift[:, subtracted] = differences[:, valid]
    return factor, shift


def _columns(chosen, values, holes):
    """Return values and holes of the chosen series."""
    if chosen.all():
        return values, holes
    return values.compress(chosen, axis=1), holes if holes is None else holes[:, chosen]


def _has_season(values, holes, count, season):
    """Return which series have an autocorrelation at the season that chance seldom gives."""
    if season == 1 or len(values) <= season:
        return np.zeros(len(count), dtype=bool)
    centred = values - _total(values) / np.maximum(count, 1)
    if holes is not None:
        centred[holes] = 0.0
    products = np.empty(centred.shape)
    sums = np.empty((season + 1, len(count)))
    for lag in range(season + 1):
        part = products[lag:]
        np.multiply(centred[lag:], centred[: len(part)], out=part)
        sums[lag] = _total(part)
    found = sums[1:] / np.where(sums[0] > 0, sums[0], 1.0)
    limit = _LIMIT * np.sqrt((1 + 2 * _total(found[:-1] ** 2)) / np.maximum(count, 1))
    return (np.abs(found[-1]) > limit) & (count > 2 * season)


def _figures(values, holes, season, without):
    """Return the mean of each row of a season without a centred moving average over one."""
    weights = centred_weights(season)
    n_rows, half = len(values), len(weights) // 2
    if holes is not None:
        values = np.where(holes, np.nan, values)
    middle = values[half : n_rows - half]
    trend, part = np.zeros(middle.shape), np.empty(middle.shape)
    for k, weight in enumerate(weights):
        trend += np.multiply(values[k : k + len(middle)], weight, out=part)
    found = np.full((season, values.shape[1]), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):  # of the tiniest numbers
        relative = without(middle, trend, out=part)
        for first in range(min(season, len(middle))):
            place = (first + half - n_rows) % season
            found[place] = _mean(relative[first::season], has_nan=holes is not None)
        return without(found, _total(found) / season)


def _mean(values, *, has_nan):
    """Return the mean of each column without NaN."""
    if not has_nan:
        return _total(values) / len(values)
    there = np.isfinite(values)
    count = there.sum(axis=0)
    return np.where(count > 0, _total(np.where(there, values, 0.0)) / np.maximum(count, 1), np.nan)
