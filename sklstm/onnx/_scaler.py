"""`WindowScaler`: `infer_scaler` and `convert_scaler`."""

import numpy as np

from sklstm.data import wants_frame
from sklstm.data._frames import parse_step_names

from ._graph import Graph
from ._output_type import output_type
from ._series_input import check_series, series_rows
from ._statistics import expanding_statistics, window_statistics
from ._windower import windows_of_rows
from ._windows_input import check_windows, windows_of


def infer_scaler(operator):
    """Set the type of the scaled series or windows: that of the input."""
    scaler = operator.raw_operator
    if not getattr(scaler, "_fitted_on_windows", False):
        operator.outputs[0].set_type(output_type(operator, check_series(operator)))
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
    scaler._refuse_changed("method", "window_size", "causal", "feature_range", "by")
    how = scaler.method, tuple(scaler.feature_range)
    if not scaler._fitted_on_windows:
        scaled = _scaled_series(graph, scaler, series_rows(graph, operator), how)
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
    windows = windows_of_rows(graph, rows, size, "missing")
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
