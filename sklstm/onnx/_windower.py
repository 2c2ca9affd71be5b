"""`SequenceWindower`: `infer_windower` and `convert_windower`."""

import numpy as np

from sklstm.data import wants_frame

from ._graph import Graph
from ._output_type import output_type
from ._series_input import check_series, series_rows


def infer_windower(operator):
    """Set the type of the windows: three axes, or two if they are flat."""
    n_steps, n_features = check_series(operator)
    lookback = operator.raw_operator.lookback
    flat = _is_flat(operator.raw_operator)
    shape = [lookback * n_features] if flat else [lookback, n_features]
    operator.outputs[0].set_type(output_type(operator, [n_steps, *shape]))


def convert_windower(scope, operator, container):
    """Add the nodes of a `SequenceWindower`."""
    graph, windower = Graph(scope, container), operator.raw_operator
    windows = windows_of_rows(graph, series_rows(graph, operator), windower.lookback, windower.pad)
    if _is_flat(windower):
        n_columns = windower.lookback * windower.n_features_in_
        windows = graph("Reshape", windows, [-1, n_columns])
    graph.finish(windows, operator.outputs[0])


def windows_of_rows(graph, rows, lookback, pad):
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
