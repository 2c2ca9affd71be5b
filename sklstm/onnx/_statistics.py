"""Centre and scale of windows in a graph, as `WindowScaler` has them."""

import numpy as np

from ._operations import DOUBLE, INT64
from ._scan import scan_rows

_LIMITS = np.finfo(np.float64)


def window_statistics(graph, windows, method, feature_range):
    """Return centre and scale of each window.

    Parameters
    ----------
    graph : Graph
        Where nodes are added.
    windows : str
        (n_samples, n_timesteps, n_features), in double precision; NaN does not count.
    method : {"minmax", "standard", "first", "last"}
        As in `WindowScaler`.
    feature_range : tuple of (float, float)
        As in `WindowScaler`.

    Returns
    -------
    center, scale : str
        (n_samples, 1, n_features); anything for a feature that has no value in the window.
    """
    missing = graph("IsNaN", windows)
    if method == "minmax":
        low = graph("ReduceMin", graph("Where", missing, np.inf, windows), [1])
        high = graph("ReduceMax", graph("Where", missing, -np.inf, windows), [1])
        return _from_extremes(graph, low, high, feature_range)
    if method == "standard":
        return _from_moments(graph, *_moments(graph, windows, missing))
    value = _first_value(graph, windows, missing, from_the_end=method == "last")
    return graph("Mul", value, 0.0), _divisor(graph, value)


def expanding_statistics(graph, rows, n_features, method, feature_range):
    """Return, for each row, centre and scale of all rows so far; where it is NaN anything.

    Parameters
    ----------
    graph : Graph
        Where nodes are added.
    rows : str
        (n_steps, n_features), in double precision.
    n_features : int
        Features of the series.
    method, feature_range : object
        As in `window_statistics`.

    Returns
    -------
    center, scale : str
        (n_steps, n_features).
    """
    if method == "minmax":
        nothing = [np.full(n_features, np.inf), np.full(n_features, -np.inf)]
        extremes = scan_rows(graph, _widen, nothing, rows)
        return _from_extremes(graph, *extremes, feature_range)
    if method == "standard":
        return _from_moments(graph, *_expanding_moments(graph, rows))
    # The last value so far is the row itself, the first one the same for all rows.
    value = rows if method == "last" else _first_row(graph, rows)
    return graph("Mul", value, 0.0), _divisor(graph, value)


def _from_extremes(graph, low, high, feature_range):
    width = graph("Sub", high, low)
    largest = graph("Max", graph("Abs", low), graph("Abs", high))
    constant = graph("LessOrEqual", width, graph("Mul", largest, 10 * _LIMITS.eps))
    start, end = (float(value) for value in feature_range)
    scale = graph("Where", constant, 1.0, graph("Div", width, end - start))
    return graph("Sub", low, graph("Mul", scale, start)), scale


def _from_moments(graph, count, mean, variance):
    rounding = graph("Mul", graph("Mul", count, mean), _LIMITS.eps)
    bound = graph("Mul", graph("Mul", count, variance), _LIMITS.eps)
    bound = graph("Add", bound, graph("Mul", rounding, rounding))
    constant = graph("LessOrEqual", variance, bound)
    return mean, graph("Where", constant, 1.0, graph("Sqrt", variance))


def _divisor(graph, value):
    return graph("Where", graph("Less", graph("Abs", value), _LIMITS.tiny), 1.0, value)


def _moments(graph, windows, missing):
    """Return number, mean and variance along the steps, in two passes."""
    there = graph.cast(graph("Not", missing), DOUBLE)
    count = graph("ReduceSum", there, [1])
    n_values = graph("Max", count, 1.0)
    # Taken from the first value, the sums of equal values are exactly zero.
    first = _first_value(graph, windows, missing)
    deviations = graph("Where", missing, 0.0, graph("Sub", windows, first))
    shift = graph("Div", graph("ReduceSum", deviations, [1]), n_values)
    deviations = graph("Where", missing, 0.0, graph("Sub", deviations, shift))
    squares = graph("ReduceSum", graph("Mul", deviations, deviations), [1])
    return count, graph("Add", first, shift), graph("Div", squares, n_values)


def _first_value(graph, windows, missing, *, from_the_end=False):
    """Return the first or last value along the steps that is not NaN, (n_samples, 1, n)."""
    place = graph("ArgMin", graph.cast(missing, INT64), axis=1, select_last_index=int(from_the_end))
    return graph("GatherElements", windows, place, axis=1)


def _first_row(graph, rows):
    """Return the first value of each column that is not NaN, (1, n_features)."""
    windows = graph("Unsqueeze", rows, [0])
    return graph("Squeeze", _first_value(graph, windows, graph("IsNaN", windows)), [0])


def _widen(body, states, row):
    missing = body("IsNaN", row)
    extremes = [
        body("Where", missing, state, body(operation, state, row))
        for operation, state in zip(["Min", "Max"], states, strict=True)
    ]
    return extremes, extremes


def _expanding_moments(graph, rows):
    """Return number, mean and variance of the rows so far; the sums are those of `WindowScaler`."""
    missing = graph("IsNaN", rows)
    there = graph.cast(graph("Not", missing), DOUBLE)
    first = _first_row(graph, rows)
    deviations = graph("Where", missing, 0.0, graph("Sub", rows, first))

    def shift(exclusive):
        count = graph("CumSum", there, np.array(0), exclusive=exclusive)
        total = graph("CumSum", deviations, np.array(0), exclusive=exclusive)
        return count, graph("Div", total, graph("Max", count, 1.0))

    (_, before), (count, now) = shift(1), shift(0)
    growth = graph("Mul", graph("Sub", deviations, before), graph("Sub", deviations, now))
    growth = graph("Where", missing, 0.0, graph("Max", growth, 0.0))
    squares = graph("CumSum", growth, np.array(0))
    variance = graph("Div", squares, graph("Max", count, 1.0))
    return count, graph("Add", first, now), variance
