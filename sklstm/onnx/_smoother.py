"""`ExponentialSmoother`: `infer_smoother` and `convert_smoother`."""

import numpy as np

from ._graph import Graph
from ._output_type import output_type
from ._scan import scan_rows
from ._series_input import check_series, series_rows


def infer_smoother(operator):
    """Set the type of the smoothed series."""
    operator.outputs[0].set_type(output_type(operator, check_series(operator)))


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
    (smoothed,) = scan_rows(graph, step, [before], series_rows(graph, operator))
    graph.finish(smoothed, operator.outputs[0])
