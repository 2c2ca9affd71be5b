"""Converter of `WindowScaledRegressor`: windows in a scale of their own, and predictions back."""

import numpy as np
from skl2onnx._parse import _parse_sklearn

from sklstm.estimators._recurrent_regressor import RecurrentRegressor
from sklstm.meta_estimators import walk
from sklstm.preprocessing import WindowScaler, needs_positive
from sklstm.preprocessing._representations import LEAST_SHARE

from ._graph import DOUBLE, Graph, output_type
from ._input import ObservedSteps, check_windows, found_by_search, windows_of
from ._predictors import prediction_shape
from ._transformers import last_value, mean_and_variance, scaled_by, window_statistics


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
    n_samples, n_timesteps, n_features = check_windows(operator)
    windows = windows_of(graph, operator)
    scaled, center, scale = _scaled(graph, windows, model.scaler_)
    shape = [n_timesteps, n_features]
    if model._flat:
        shape = [model.window_shape_[0] * n_features]
        scaled = graph("Reshape", scaled, [-1, *shape])
    variable = scope.declare_local_variable(
        "scaled_windows", output_type(operator, [n_samples, *shape])
    )
    graph.finish(scaled, variable)
    predicted, *_ = _parse_sklearn(scope, found_by_search(model.regressor_), [variable])
    predicted = predicted.full_name
    # Whatever axes the prediction has, all its numbers for a window are scaled back alike.
    flat = graph("Reshape", graph.cast(predicted, DOUBLE), [0, -1])
    scale, center = (
        graph("Squeeze", graph("Gather", part, [model._position], axis=2), [2])
        for part in (scale, center)
    )
    values = graph("Add", graph("Mul", flat, scale), center)
    if _is_logarithmic(model):
        values = graph("Exp", values)
    unusable = ObservedSteps(graph, windows, n_features).unusable
    values = graph("Where", graph("Unsqueeze", unusable, [1]), np.nan, values)
    graph.finish(graph("Reshape", values, graph("Shape", predicted)), operator.outputs[0])


def _is_logarithmic(model):
    scaler = model.scaler_
    return not isinstance(scaler, WindowScaler) and scaler.columns[model._position].is_logarithmic


def _scaled(graph, windows, scaler):
    """Return scaled windows, and the center and scale (n_samples, 1, n_features) of each."""
    if not isinstance(scaler, WindowScaler):  # but representations by feature
        columns = [
            _represented(graph, graph("Gather", windows, [place], axis=2), column)
            for place, column in enumerate(scaler.columns)
        ]
        return [graph("Concat", *parts, axis=2) for parts in zip(*columns, strict=True)]
    scaler._refuse_changed(*scaler._fixed_by_fit)
    center, scale = window_statistics(graph, windows, scaler.method, tuple(scaler.feature_range))
    return scaled_by(graph, windows, center, scale), center, scale


def _represented(graph, column, representation):
    """Return one column as `Representation.represent` writes it, with center and scale."""
    missing = graph("IsNaN", column)
    if needs_positive(representation.name):
        positive = graph("Greater", column, 0.0)
        lowest = graph("ReduceMin", graph("Where", positive, column, np.inf), [1])
        least = graph("Min", graph("Mul", lowest, 0.5), representation.least)
        column = graph("Where", graph("Or", missing, positive), column, least)
    if representation.is_logarithmic:
        column = graph("Log", column)
    subtracted, divided = representation.parts
    mean, variance = mean_and_variance(graph, column, missing)
    newest, zero = last_value(graph, column, missing), graph("Mul", mean, 0.0)
    center = {"last": newest, "mean": mean, "zero": zero}[subtracted]
    size, _ = mean_and_variance(graph, graph("Abs", column), missing)
    if divided == "one":
        scale = graph("Add", zero, 1.0)
    elif divided == "last":
        scale = graph("Max", newest, graph("Mul", size, LEAST_SHARE))
    else:
        least = graph(
            "Max", graph("Mul", size, representation.relative_floor), representation.floor
        )
        scale = graph("Max", graph("Sqrt", variance), least)
    return scaled_by(graph, column, center, scale), center, scale
