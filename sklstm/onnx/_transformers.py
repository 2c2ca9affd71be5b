"""Converters of the transformers of series: windower, scaler and smoother."""

import numpy as np
from skl2onnx.common.data_types import StringTensorType
from sklearn.utils.validation import check_is_fitted

from sklstm.data import parse_step_names, wants_frame
from sklstm.preprocessing._window_statistics import LARGEST_ROUNDING, WIDEST_ROUNDING

from ._graph import DOUBLE, INT64, Graph, output_type, scan_rows
from ._input import check_windows, windows_of

_LIMITS = np.finfo(np.float64)


def _check_series(operator):
    """Return the static number of rows, mostly None, and of features of a series.

    Parameters
    ----------
    operator : skl2onnx.common._topology.Operator
        A fitted transformer of series and its inputs: one of all columns, or one for each.

    Returns
    -------
    n_steps : int or None
        None if any number is possible.
    n_features : int
        Columns of the series.

    Raises
    ------
    NotImplementedError
        If the transformer has `by`, or always continues the fitted rows.
    ValueError
        If the inputs are no series, or have other features than `fit` saw.
    """
    transformer = operator.raw_operator
    check_is_fitted(transformer)
    name = type(transformer).__name__
    if transformer.by is not None:
        raise NotImplementedError(
            f"{name} with by={transformer.by!r} has no ONNX form: the graph takes the rows of one "
            "series. Fit it with by=None, and run the graph once for each series."
        )
    if transformer.context == "always":
        raise NotImplementedError(
            f"{name} with context='always' has no ONNX form: the graph takes a series from its "
            "beginning and knows nothing of the fitted rows. Set context='auto', and give the "
            "graph as many earlier rows as are needed."
        )
    shapes = [variable.type.shape for variable in operator.inputs]
    strings = any(isinstance(variable.type, StringTensorType) for variable in operator.inputs)
    if strings or any(len(shape) != 2 for shape in shapes):
        raise ValueError(
            f"{name} takes a series, such as FloatTensorType([None, "
            f"{transformer.n_features_in_}]); got {[v.type for v in operator.inputs]}."
        )
    widths = [shape[1] for shape in shapes]
    if None not in widths and sum(widths) != transformer.n_features_in_:
        raise ValueError(
            f"{name} was fitted on {transformer.n_features_in_} features; the input of the graph "
            f"has {sum(widths)}."
        )
    return shapes[0][0], transformer.n_features_in_


def _series_rows(graph, operator):
    """Return the rows of the series in double precision, a tensor (n_steps, n_features)."""
    parts = [graph.cast(variable.full_name, DOUBLE) for variable in operator.inputs]
    return parts[0] if len(parts) == 1 else graph("Concat", *parts, axis=1)


def infer_windower(operator):
    """Set the type of the windows: three axes, or two if they are flat."""
    n_steps, n_features = _check_series(operator)
    lookback = operator.raw_operator.lookback
    flat = _is_flat(operator.raw_operator)
    shape = [lookback * n_features] if flat else [lookback, n_features]
    operator.outputs[0].set_type(output_type(operator, [n_steps, *shape]))


def convert_windower(scope, operator, container):
    """Add the nodes of a `SequenceWindower`."""
    graph, windower = Graph(scope, container), operator.raw_operator
    windower._refuse_changed(*windower._fixed_by_fit)
    windows = _windows_of_rows(
        graph, _series_rows(graph, operator), windower.lookback, windower.pad
    )
    if windower.incomplete in ("nan", "raise"):  # a graph can't raise
        first = graph("Slice", windows, [0], [windower.lookback - 1])
        first = graph("Mul", first, np.nan)
        windows = graph(
            "Concat", first, graph("Slice", windows, [windower.lookback - 1], [2**62]), axis=0
        )
    if _is_flat(windower):
        n_columns = windower.lookback * windower.n_features_in_
        windows = graph("Reshape", windows, [-1, n_columns])
    graph.finish(windows, operator.outputs[0])


def _windows_of_rows(graph, rows, lookback, pad):
    """Return the window of every row, (n_steps, lookback, n_features), in double precision."""
    n_steps = graph("Squeeze", graph("Shape", rows, end=1), [0])
    ends = graph("Unsqueeze", graph("Range", 0, n_steps, 1), [1])
    steps = graph("Add", ends, np.arange(1 - lookback, 1))
    windows = graph("Gather", rows, graph("Max", steps, 0), axis=0)
    if pad == "edge":
        return windows
    before = graph("Unsqueeze", graph("Less", steps, 0), [2])
    return graph("Where", before, np.nan, windows)


def _is_flat(windower):
    return windower.flatten or wants_frame(windower)


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
        return _from_moments(graph, *mean_and_variance(graph, windows, missing))
    value = (last_value if method == "last" else _first_value)(graph, windows, missing)
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
    constant = graph("LessOrEqual", width, graph("Mul", largest, WIDEST_ROUNDING))
    start, end = (float(value) for value in feature_range)
    scale = graph("Where", constant, 1.0, graph("Div", width, end - start))
    return graph("Sub", low, graph("Mul", scale, start)), scale


def _from_moments(graph, mean, variance):
    scale = graph("Sqrt", variance)
    rounding = graph("Mul", graph("Abs", mean), LARGEST_ROUNDING)
    constant = graph("Or", graph("Equal", scale, 0.0), graph("LessOrEqual", scale, rounding))
    return mean, graph("Where", constant, 1.0, scale)


def _divisor(graph, value):
    return graph("Where", graph("Less", graph("Abs", value), _LIMITS.tiny), 1.0, value)


def mean_and_variance(graph, windows, missing):
    """Return mean and variance along the steps, in two passes."""
    there = graph.cast(graph("Not", missing), DOUBLE)
    n_values = graph("Max", graph("ReduceSum", there, [1]), 1.0)
    # Taken from the first value, the sums of equal values are exactly zero.
    first = _first_value(graph, windows, missing)
    deviations = graph("Where", missing, 0.0, graph("Sub", windows, first))
    shift = graph("Div", graph("ReduceSum", deviations, [1]), n_values)
    deviations = graph("Where", missing, 0.0, graph("Sub", deviations, shift))
    squares = graph("ReduceSum", graph("Mul", deviations, deviations), [1])
    return graph("Add", first, shift), graph("Div", squares, n_values)


def last_value(graph, windows, missing):
    """Return the last value along the steps that is not NaN, (n_samples, 1, n)."""
    place = graph("ArgMin", graph.cast(missing, INT64), axis=1, select_last_index=1)
    return graph("GatherElements", windows, place, axis=1)


def _first_value(graph, windows, missing):
    """Return the first value along the steps that is not NaN, (n_samples, 1, n)."""
    place = graph("ArgMin", graph.cast(missing, INT64), axis=1, select_last_index=0)
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
    """Return mean and variance of the rows so far; the sums are those of `WindowScaler`."""
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
    return graph("Add", first, now), variance


def infer_scaler(operator):
    """Set the type of the scaled series or windows: that of the input."""
    scaler = operator.raw_operator
    if not getattr(scaler, "_fitted_on_windows", False):
        operator.outputs[0].set_type(output_type(operator, _check_series(operator)))
        return
    shape = check_windows(operator)
    columns = _columns(operator)
    if len(operator.inputs[0].type.shape) == 2:
        if columns is None:
            raise ValueError(
                f"{type(scaler).__name__} was fitted on windows, and two axes are a series: give "
                f"it FloatTensorType([None, None, {shape[2]}])."
            )
        shape = shape[0], len(columns)
    elif wants_frame(scaler):
        raise ValueError(
            f"set_output asks {type(scaler).__name__} for a frame, which cannot hold three axes."
        )
    operator.outputs[0].set_type(output_type(operator, shape))


def convert_scaler(scope, operator, container):
    """Add the nodes of a `WindowScaler`."""
    graph, scaler = Graph(scope, container), operator.raw_operator
    scaler._refuse_changed(*scaler._fixed_by_fit)
    how = scaler.method, tuple(scaler.feature_range)
    if not scaler._fitted_on_windows:
        scaled = _scaled_series(graph, scaler, _series_rows(graph, operator), how)
    else:
        windows = windows_of(graph, operator)
        scaled = scaled_by(graph, windows, *window_statistics(graph, windows, *how))
        columns = _columns(operator)
        if columns is not None:
            scaled = _flattened(graph, scaled, columns)
    graph.finish(scaled, operator.outputs[0])


def scaled_by(graph, values, center, scale):
    """Return ``(values - center) / scale``."""
    return graph("Div", graph("Sub", values, center), scale)


def _scaled_series(graph, scaler, rows, how):
    n_features, size = scaler.n_features_in_, scaler.window_size
    if not scaler.causal:
        return _scaled_blocks(graph, rows, n_features, size, how)
    if size is None:
        statistics = expanding_statistics(graph, rows, n_features, *how)
        return scaled_by(graph, rows, *statistics)
    windows = _windows_of_rows(graph, rows, size, "missing")
    statistics = [graph("Squeeze", part, [1]) for part in window_statistics(graph, windows, *how)]
    return scaled_by(graph, rows, *statistics)


def _scaled_blocks(graph, rows, n_features, size, how):
    n_steps = graph("Shape", rows, end=1)
    if size is None:
        blocks = graph("Unsqueeze", rows, [0])
    else:
        # The last block is filled up with missing rows, which do not count.
        n_filled = graph("Mod", graph("Neg", n_steps), [size])
        missing = graph("Expand", np.nan, graph("Concat", n_filled, [n_features], axis=0))
        blocks = graph("Concat", rows, missing, axis=0)
        blocks = graph("Reshape", blocks, [-1, size, n_features])
    scaled = scaled_by(graph, blocks, *window_statistics(graph, blocks, *how))
    return graph("Slice", graph("Reshape", scaled, [-1, n_features]), [0], n_steps)


def _columns(operator):
    """Return the columns of flat windows, None for windows of three axes or without names."""
    names = list(getattr(operator.raw_operator, "feature_names_in_", ()))
    flat = len(operator.inputs[0].type.shape) == 2
    return names if flat and parse_step_names(names) is not None else None


def _flattened(graph, windows, columns):
    """Put windows back into the columns that they came in."""
    flat = graph("Reshape", windows, [-1, len(columns)])
    order = parse_step_names(columns)[2]
    return flat if order is None else graph("Gather", flat, np.argsort(order), axis=1)


def infer_smoother(operator):
    """Set the type of the smoothed series."""
    operator.outputs[0].set_type(output_type(operator, _check_series(operator)))


def convert_smoother(scope, operator, container):
    """Add the nodes of an `ExponentialSmoother`: a loop over the rows."""
    graph, smoother = Graph(scope, container), operator.raw_operator
    alpha = float(smoother.alpha)

    def step(body, states, row):
        (state,) = states
        mixed = body("Add", body("Mul", row, alpha), body("Mul", state, 1 - alpha))
        known = body("Where", body("IsNaN", state), row, mixed)
        missing = body("IsNaN", row)
        smoothed = body("Where", missing, row, known)
        return [body("Where", missing, state, known)], [smoothed]

    first = np.nan if smoother.initial == "first" else float(smoother.initial)
    before = np.full(smoother.n_features_in_, first)
    (smoothed,) = scan_rows(graph, step, [before], _series_rows(graph, operator))
    graph.finish(smoothed, operator.outputs[0])
