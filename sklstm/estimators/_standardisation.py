"""Standardising rows and targets by the statistics of the training windows."""

import numpy as np

_SMALL = 1 << 16  # values
_NARROW = 1e-6  # spread in units of the mean
_ROUNDING = np.finfo(np.float64).eps  # what arithmetic alone makes of a constant, likewise


def weighted_statistics(values, weight=None):
    """Return mean and standard deviation of each column; 1 for a constant one.

    Parameters and values returned are those of `weighted_moments`, but for that.
    """
    mean, spread = weighted_moments(values, weight)
    return mean, np.where(spread > 0, spread, 1.0)


def weighted_moments(values, weight=None):
    """Return mean and standard deviation of each column.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_columns)
        Finite numbers.
    weight : ndarray of shape (n_rows,), optional
        Weights of the rows, equal by default.

    Returns
    -------
    mean : ndarray of shape (n_columns,), float64
        Weighted means.
    spread : ndarray of shape (n_columns,), float64
        Weighted standard deviations; 0 for a column that is constant up to rounding.
    """
    mean, spreads = np.empty(values.shape[1]), np.empty(values.shape[1])
    # Column by column, so that no array as large as all the values is needed.
    for k, column in enumerate(values.T):
        # In a unit of a power of two squares neither overflow nor vanish, and no bit changes.
        exponent = np.frexp(np.abs(column).max())[1].item()
        column = np.ldexp(column.astype(np.float64), -exponent)
        first = column[0 if weight is None else np.argmax(weight)].item()
        centre, spread = _mean_and_deviation(column, weight)
        if spread <= _NARROW * np.abs(centre):
            # The rounding of a mean far from zero is not small beside such a spread. Differences
            # from one of the values are exact: those of equal values leave nothing.
            centre, spread = _mean_and_deviation(column - first, weight)
            centre += first
        mean[k], spreads[k] = np.ldexp(centre, exponent), np.ldexp(spread, exponent)
        if spread <= _ROUNDING * np.abs(centre) or spreads[k] == 0:
            mean[k], spreads[k] = np.ldexp(first, exponent), 0.0
    return mean, spreads


def _mean_and_deviation(column, weight):
    centre = np.average(column, weights=weight)
    deviations = np.square(column - centre)
    return centre, np.sqrt(np.average(deviations, weights=weight))


def are_statistics(mean, scale):
    """Return whether arrays can be what `weighted_statistics` returns: finite, scales positive."""
    return bool(np.isfinite(mean).all() and np.isfinite(scale).all() and (scale > 0).all())


def standardise(values, mean, scale, dtype):
    """Return ``(values - mean) / scale`` in another precision.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_columns)
        Finite numbers.
    mean, scale : ndarray of shape (n_columns,)
        As from `weighted_statistics`.
    dtype : numpy dtype
        Precision of the result; the arithmetic is in double precision.

    Returns
    -------
    standardised : ndarray of shape (n_rows, n_columns)
        A new array.
    """
    if values.size <= _SMALL:
        moved = np.subtract(values, mean, dtype=np.float64)
        return np.divide(moved, scale, out=moved).astype(dtype, copy=False)
    # Column by column, so that no array in double precision as large as all the values is needed.
    result = np.empty(values.shape, dtype=dtype)
    for k, column in enumerate(values.T):
        moved = np.subtract(column, mean[k], dtype=np.float64)
        np.divide(moved, scale[k], out=result[:, k], casting="same_kind")
    return result


class StandardisedRows:
    """Rows that are standardised when they are asked for, so that no copy of all is made.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_features)
        Rows as they are.
    mean, scale : ndarray of shape (n_features,)
        As from `weighted_statistics`.
    dtype : numpy dtype
        Precision of the standardised rows.
    """

    def __init__(self, rows, mean, scale, dtype):
        self.rows, self.mean, self.scale, self.dtype = rows, mean, scale, np.dtype(dtype)

    @property
    def shape(self):
        """Shape of the rows."""
        return self.rows.shape

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        rows = self.rows[index]
        flat = rows.reshape(-1, rows.shape[-1])
        return standardise(flat, self.mean, self.scale, self.dtype).reshape(rows.shape)
