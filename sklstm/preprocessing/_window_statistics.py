"""Centre and scale of windows: of separate ones, of all rows so far, of blocks.

Every statistic is a pair of arrays ``(center, scale)``, one value per window and feature, such
that ``(x - center) / scale`` is the scaled window. All arithmetic is in double precision, and sums
are taken strictly from the oldest step to the newest: a window's statistics are the same bits
whatever windows are in the batch, and however many missing values (NaN) stand before its first.
"""

from numbers import Real

import numpy as np

from sklstm.data import as_numbers

#: A range, or a standard deviation, of so many times the values may be what arithmetic alone has
#: made of equal values. The unit in their last place is half of it to all of it.
WIDEST_ROUNDING = 2 * np.finfo(np.float64).eps
LARGEST_ROUNDING = np.finfo(np.float64).eps
_CHUNK_VALUES = 1 << 18  # values looked at in one go: two megabytes, which stay in the cache


def window_statistics(windows, method, feature_range):
    """Return the statistics of each window.

    Parameters
    ----------
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        NaN values are left out of the statistics.
    method : {"minmax", "standard", "first", "last"}
        As in `WindowScaler`.
    feature_range : tuple of (float, float)
        Where ``"minmax"`` puts the smallest and the largest value.

    Returns
    -------
    center, scale : ndarray of shape (n_samples, n_features)
        NaN for a feature that has no value in the window.
    """
    n_samples, n_timesteps, n_features = windows.shape
    center, scale = np.empty((2, n_samples, n_features))
    chunk = max(1, _CHUNK_VALUES // (n_timesteps * n_features))
    for first in range(0, n_samples, chunk):
        part = slice(first, first + chunk)
        values = windows[part].astype(np.float64)
        center[part], scale[part] = _of_windows(values, method, feature_range)
    return center, scale


def block_statistics(series, window_size, method, feature_range):
    """Return the statistics of consecutive blocks of `window_size` rows, the last one shorter.

    Parameters
    ----------
    series : ndarray of shape (n_steps, n_features)
        The rows.
    window_size : int or None
        Number of rows of a block; None: all of them.
    method : str
        As in `window_statistics`.
    feature_range : tuple of (float, float)
        As in `window_statistics`.

    Returns
    -------
    center, scale : ndarray of shape (n_steps, n_features)
        Each row has the statistics of its block.
    """
    n_steps, n_features = series.shape
    window_size = min(window_size or n_steps, n_steps)
    n_whole = n_steps // window_size
    whole, rest = np.split(series, [n_whole * window_size])
    blocks = whole.reshape(n_whole, window_size, n_features)
    parts = [window_statistics(blocks, method, feature_range)]
    if len(rest):
        parts.append(window_statistics(rest[np.newaxis], method, feature_range))
    center, scale = (np.concatenate(part) for part in zip(*parts, strict=True))
    return tuple(np.repeat(part, window_size, axis=0)[:n_steps] for part in (center, scale))


def expanding_statistics(series, state, method, feature_range):
    """Return, for each row, the statistics of all rows so far.

    Parameters
    ----------
    series : ndarray of shape (n_steps, n_features)
        The rows, oldest first.
    state : ndarray or None
        What an earlier call returned, to continue after its last row; None to begin.
    method : str
        As in `window_statistics`.
    feature_range : tuple of (float, float)
        As in `window_statistics`.

    Returns
    -------
    center, scale : ndarray of shape (n_steps, n_features)
        The same bits whether a series is given at once or in parts.
    state : ndarray of shape (n_values, n_features)
        What is to be known of the rows to continue after them.
    """
    series = series.astype(np.float64, copy=False)
    if method == "minmax":
        return _expanding_extremes(series, state, feature_range)
    if method == "standard":
        return _expanding_moments(series, state)
    return _expanding_divisors(series, state, method)


def scale_rows(values, center, scale):
    """Return ``(values - center) / scale`` for rows or windows, in the dtype of `values`.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_features) or (n_samples, n_timesteps, n_features)
        What to scale.
    center, scale : ndarray of shape (n_rows, n_features) or (n_samples, n_features)
        Statistics of each row or window.

    Returns
    -------
    scaled : ndarray of the shape and dtype of `values`
        Computed in double precision.
    """
    return _by_chunks(lambda x, center, scale: (x - center) / scale, values, center, scale)


def unscale_rows(values, center, scale):
    """Return ``values * scale + center``, the inverse of `scale_rows`, with the same arguments."""
    return _by_chunks(lambda x, center, scale: x * scale + center, values, center, scale)


def check_feature_range(feature_range):
    """Raise a ValueError unless `feature_range` is a pair of finite numbers that increase."""
    is_pair = len(feature_range) == 2 and all(
        isinstance(end, Real) and np.isfinite(end) for end in feature_range
    )
    if not is_pair or feature_range[0] >= feature_range[1]:
        raise ValueError(
            f"feature_range={feature_range!r} is not possible: it takes two finite numbers, the "
            "smaller one first."
        )


def check_statistics(statistics, values):
    """Return a pair (center, scale) as arrays; a ValueError if it does not fit `values`."""
    shape = (len(values), values.shape[-1])
    takes = (
        f"statistics must be a pair (center, scale) of arrays of shape {shape}, one row for each "
        "row of X"
    )
    if not isinstance(statistics, tuple | list | np.ndarray):
        raise ValueError(f"{takes}, got {type(statistics).__name__}.")
    shapes = [np.shape(part) for part in statistics]
    if shapes != [shape, shape]:
        raise ValueError(f"{takes}, got shapes {shapes}.")
    # NaN belongs to windows without any value.
    finite = {"ensure_all_finite": "allow-nan"}
    parts = [as_numbers(part, name="statistics", **finite) for part in statistics]
    return [part.astype(np.float64, copy=False) for part in parts]


def from_extremes(low, high, feature_range):
    """Return centre and scale for ``"minmax"``, given the smallest and largest values."""
    width = high - low
    constant = width <= WIDEST_ROUNDING * np.fmax(np.abs(low), np.abs(high))
    scale = np.where(constant, 1.0, width / (feature_range[1] - feature_range[0]))
    return low - feature_range[0] * scale, scale


def from_moments(mean, variance):
    """Return centre and scale for ``"standard"``.

    The variance is that of differences from one of the values, which are exact: of equal values it
    is zero, however large they are.
    """
    scale = np.sqrt(variance)
    scale = np.where((scale == 0) | (scale <= LARGEST_ROUNDING * np.abs(mean)), 1.0, scale)
    return mean, np.where(np.isnan(mean), np.nan, scale)


def from_divisors(value):
    """Return centre and scale for ``"first"`` and ``"last"``, given the value to divide by."""
    # A subnormal number is zero as a divisor: its reciprocal is infinite.
    scale = np.where(np.abs(value) < np.finfo(np.float64).tiny, 1.0, value)
    return np.zeros_like(scale), scale


def _by_chunks(operation, values, center, scale):
    if center.shape != values.shape:
        center, scale = center[:, np.newaxis], scale[:, np.newaxis]
    result = np.empty(values.shape, dtype=values.dtype)
    chunk = max(1, _CHUNK_VALUES // values[0].size)
    for first in range(0, len(values), chunk):
        part = slice(first, first + chunk)
        result[part] = operation(values[part], center[part], scale[part])
    return result


def _of_windows(values, method, feature_range):
    if method == "minmax":
        return from_extremes(_fold(np.fmin, values), _fold(np.fmax, values), feature_range)
    if method == "standard":
        return from_moments(*_moments(values))
    return from_divisors(_first_value(values if method == "first" else values[:, ::-1]))


def _moments(values):
    """Return mean and variance (ddof 0) along the steps, in two passes."""
    observed = ~np.isnan(values)
    n_values = np.maximum(observed.sum(axis=1), 1)
    # Taken from the first value, the sums of equal values are exactly zero.
    first = _first_value(values)
    deviations = np.where(observed, values - first[:, np.newaxis], 0.0)
    shift = _fold(np.add, deviations) / n_values
    deviations = np.where(observed, deviations - shift[:, np.newaxis], 0.0)
    return first + shift, _fold(np.add, deviations**2) / n_values


def _fold(operation, values):
    """Reduce along the steps, strictly in their order: `reduce` orders sums by memory layout."""
    n_samples, n_timesteps, _ = values.shape
    if n_timesteps > n_samples:
        return operation.accumulate(values, axis=1)[:, -1]
    result = values[:, 0].copy()
    for step in range(1, n_timesteps):
        operation(result, values[:, step], out=result)
    return result


def _first_value(values):
    """Return the first value along the steps that is not NaN, NaN if there is none."""
    first = np.argmin(np.isnan(values), axis=1)
    return np.take_along_axis(values, first[:, np.newaxis], axis=1)[:, 0]


def _expanding_extremes(series, state, feature_range):
    if state is None:
        state = np.full((2, series.shape[1]), np.nan)
    low = np.fmin.accumulate(np.vstack([state[:1], series]))[1:]
    high = np.fmax.accumulate(np.vstack([state[1:], series]))[1:]
    return *from_extremes(low, high, feature_range), np.stack([low[-1], high[-1]])


def _expanding_moments(series, state):
    """Update number, mean and sum of squared deviations row by row.

    The sum of squares grows by ``(x_t - mean_{t-1}) (x_t - mean_t)``, which is never negative, so
    nothing cancels (B. P. Welford, Technometrics 4(3), 1962); `cumsum` goes from row to row.
    """
    if state is None:
        state = np.zeros((4, series.shape[1]))
    # A feature that was not observed before begins with its first value.
    first = np.where(state[0] > 0, state[3], _first_value(series[np.newaxis])[0])
    observed = ~np.isnan(series)
    deviations = np.where(observed, series - first, 0.0)
    count = np.cumsum(np.vstack([state[:1], observed]), axis=0)
    total = np.cumsum(np.vstack([state[1:2], deviations]), axis=0)
    shift = total / np.maximum(count, 1)
    growth = np.where(observed, (deviations - shift[:-1]) * (deviations - shift[1:]), 0.0)
    squares = np.cumsum(np.vstack([state[2:3], np.maximum(growth, 0.0)]), axis=0)[1:]
    count, total, shift = count[1:], total[1:], shift[1:]
    mean = np.where(count > 0, first + shift, np.nan)
    state = np.stack([count[-1], total[-1], squares[-1], first])
    return *from_moments(mean, squares / np.maximum(count, 1)), state


def _expanding_divisors(series, state, method):
    values = series if state is None else np.vstack([state, series])
    rows = np.arange(len(values))[:, np.newaxis]
    observed = ~np.isnan(values)
    if method == "first":
        place = np.where(rows >= np.argmax(observed, axis=0), np.argmax(observed, axis=0), rows)
    else:
        place = np.maximum.accumulate(np.where(observed, rows, 0), axis=0)
    known = np.take_along_axis(values, place, axis=0)
    return *from_divisors(known[len(values) - len(series) :]), known[-1:]
