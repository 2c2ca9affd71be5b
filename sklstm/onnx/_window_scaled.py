"""`WindowScaledRegressor`: `infer_window_scaled` and `convert_window_scaled`."""

import numpy as np
from skl2onnx._parse import _parse_sklearn

from sklstm.estimators._recurrent_regressor import RecurrentRegressor
from sklstm.meta_estimators import walk

from ._graph import Graph
from ._input_type import found_by_search
from ._observed_steps import ObservedSteps
from ._operations import DOUBLE
from ._output_type import output_type
from ._regressor import prediction_shape
from ._scaler import scaled_by
from ._statistics import window_statistics
from ._windows_input import check_windows, windows_of


def infer_window_scaled(operator):
    """Set the type of the predictions: that of the regressor inside."""
    n_samples, n_timesteps, _ = check_windows(operator)
    *_, last = walk(operator.raw_operator.regressor_, fitted=True, through=("pipeline", "search"))
    if isinstance(last, RecurrentRegressor):
        shape = prediction_shape(last, n_samples, n_timesteps)
    else:
        shape = [n_samples, None]
    operator.outputs[0].set_type(output_type(operator, shape))


def convert_window_scaled(scope, operator, container):
    """Add the nodes of a `WindowScaledRegressor`, and have its regressor converted."""
    graph, model = Graph(scope, container), operator.raw_operator
    scaler = model.scaler_
    scaler._refuse_changed("method", "window_size", "causal", "feature_range", "by")
    n_samples, n_timesteps, n_features = check_windows(operator)
    windows = windows_of(graph, operator)
    how = scaler.method, tuple(scaler.feature_range)
    center, scale = window_statistics(graph, windows, *how)
    scaled = scaled_by(graph, windows, center, scale)
    shape = [n_timesteps, n_features]
    if model._flat:
        shape = [model.window_shape_[0] * n_features]
        scaled = graph("Reshape", scaled, [-1, *shape])
    variable = scope.declare_local_variable(
        "scaled_windows", output_type(operator, [n_samples, *shape])
    )
    graph.finish(scaled, variable)
    (predicted,) = _parse_sklearn(scope, found_by_search(model.regressor_), [variable])
    predicted = predicted.full_name
    # Whatever axes the prediction has, all its numbers for a window are scaled back alike.
    flat = graph("Reshape", graph.cast(predicted, DOUBLE), [0, -1])
    scale, center = (
        graph("Squeeze", graph("Gather", part, [model._position], axis=2), [2])
        for part in (scale, center)
    )
    values = graph("Add", graph("Mul", flat, scale), center)
    unusable = ObservedSteps(graph, windows, n_features).unusable
    values = graph("Where", graph("Unsqueeze", unusable, [1]), np.nan, values)
    graph.finish(graph("Reshape", values, graph("Shape", predicted)), operator.outputs[0])
