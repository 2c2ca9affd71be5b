"""Recurrent regressors: `infer_regressor` and `convert_regressor`."""

import numpy as np

from ._graph import Graph
from ._network import network_output
from ._observed_steps import ObservedSteps
from ._output_type import output_type
from ._windows_input import check_windows, windows_of


def infer_regressor(operator):
    """Set the type of the predictions of a recurrent regressor."""
    n_samples, n_timesteps, _ = check_windows(operator)
    shape = prediction_shape(operator.raw_operator, n_samples, n_timesteps)
    operator.outputs[0].set_type(output_type(operator, shape))


def prediction_shape(regressor, n_samples, n_timesteps):
    """Return the shape of the predictions of a recurrent regressor.

    It is that of ``predict``, but for a single target, which has a column as skl2onnx's
    regressors have it.
    """
    shape = [n_samples, n_timesteps] if regressor._every_step else [n_samples]
    targets = regressor._fitted.targets
    if not targets.one_dimensional:
        shape.append(len(targets.mean))
    if targets.levels is not None:
        shape.append(len(targets.levels))
    return shape if len(shape) > 1 else [*shape, 1]


def convert_regressor(scope, operator, container):
    """Add the nodes of a recurrent regressor."""
    graph, regressor = Graph(scope, container), operator.raw_operator
    windows = windows_of(graph, operator)
    output = network_output(graph, regressor, windows, every_step=regressor._every_step)
    scale, center = regressor.target_scale_, _center(graph, regressor, windows)
    levels, axes = regressor._fitted.targets.levels, [0, 0] if regressor._every_step else [0]
    if levels is None:
        output = graph("Add", graph("Mul", output, scale), center)
    else:
        output = graph("Reshape", output, [*axes, len(scale), len(levels)])
        scaled = graph("Mul", output, scale[:, np.newaxis])
        center = graph("Unsqueeze", center, [-1])
        output = _uncrossed(graph, graph("Add", scaled, center), levels)
    shape = prediction_shape(regressor, 0, 0)
    graph.finish(graph("Reshape", output, shape), operator.outputs[0])


def _center(graph, regressor, windows):
    """Return the mean of the targets, or newest values and the mean of what is added to them."""
    mean, reference = regressor.target_mean_, regressor.differenced_targets_
    is_differenced = reference >= 0
    if not is_differenced.any():
        return graph("Identity", mean)
    newest = windows
    if not regressor._every_step:
        steps = ObservedSteps(graph, windows, regressor.window_shape_[1])
        newest = steps.at_last(steps.to_front(windows))
    values = graph("Gather", newest, np.maximum(reference, 0), axis=-1)
    return graph("Add", graph("Where", is_differenced, values, np.float64(0)), mean)


def _uncrossed(graph, output, levels):
    """Sort along the last axis, as `uncross` does."""
    ordered, _ = graph("TopK", output, [len(levels)], n_outputs=2, largest=0)
    return graph("Gather", ordered, np.argsort(np.argsort(levels)), axis=-1)
