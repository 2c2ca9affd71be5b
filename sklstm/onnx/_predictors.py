"""Converters of regressors, classifiers and baselines."""

import numpy as np
from skl2onnx.common.data_types import (
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
    guess_tensor_type,
)
from skl2onnx.common.utils_classifier import get_label_classes
from sklearn.utils.validation import check_is_fitted

from sklstm.losses import Likelihood

from ._graph import DOUBLE, Graph, output_type
from ._input import ObservedSteps, at_least_one, check_windows, windows_of
from ._network import Tensor, graph_functions, network_output

CLASSIFIER_OPTIONS = {
    "zipmap": [True, False, "columns"],
    "nocl": [True, False],
    "output_class_labels": [False, True],
}
NO_NUMBER, NO_STRING = np.iinfo(np.int64).min, ""  # labels of missing steps


def infer_regressor(operator):
    """Set the type of the predictions of a recurrent regressor."""
    n_samples, n_timesteps, _ = check_windows(operator)
    shape = prediction_shape(operator.raw_operator, n_samples, n_timesteps)
    for output in operator.outputs:
        output.set_type(output_type(operator, shape))


def parse_regressor(scope, model, inputs, custom_parsers=None):
    """Declare the outputs of a regressor: predictions, and each parameter of a distribution."""
    check_is_fitted(model)
    operator = scope.declare_local_operator(f"Sklstm{type(model).__name__}", model)
    operator.inputs = inputs
    for name in ["variable", *_parameter_names(model)]:
        variable = scope.declare_local_variable(name, guess_tensor_type(inputs[0].type))
        operator.outputs.append(variable)
    return operator.outputs


def _parameter_names(regressor):
    loss = regressor._fitted.targets.loss
    if not isinstance(loss, Likelihood):
        return []
    nothing = np.zeros((1, loss.n_outputs_per_target))
    return [*loss.parameters_of(nothing, 0.0, 1.0)]


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
    windows, n_samples = at_least_one(graph, windows_of(graph, operator))
    output = network_output(graph, regressor, windows, every_step=regressor._every_step)
    scale = regressor.target_scale_
    levels, axes = regressor._fitted.targets.levels, [0, 0] if regressor._every_step else [0]
    shape, loss = prediction_shape(regressor, 0, 0), regressor._fitted.targets.loss
    if isinstance(loss, Likelihood):
        output = graph("Reshape", output, [*axes, len(scale), loss.n_outputs_per_target])
        center = _center(graph, regressor, windows) if loss.shifts_targets else None
        names = _distribution(graph, loss, output, center, scale)
        for name, place in zip(names, operator.outputs, strict=True):
            _finish(graph, graph("Reshape", name, shape), n_samples, place)
        return
    center = _center(graph, regressor, windows)
    if levels is None:
        output = graph("Add", graph("Mul", output, scale), center)
    else:
        output = graph("Reshape", output, [*axes, len(scale), len(levels)])
        scaled = graph("Mul", output, scale[:, np.newaxis])
        center = graph("Unsqueeze", center, [-1])
        output = _uncrossed(graph, graph("Add", scaled, center), levels)
    _finish(graph, graph("Reshape", output, shape), n_samples, operator.outputs[0])


def _finish(graph, name, n_samples, place):
    """Make the first samples of a tensor an output."""
    graph.finish(graph("Slice", name, [0], n_samples, [0]), place)


def _distribution(graph, loss, output, center, scale):
    """Return mean and parameters of distributions, by the expressions of the loss."""
    each = range(loss.n_outputs_per_target)
    outputs = [Tensor(graph, graph("Gather", output, k, axis=-1), np.float64) for k in each]
    center = None if center is None else Tensor(graph, center, np.float64)
    mean = loss.mean(graph_functions(), outputs, center, scale)
    parameters = loss.parameters(graph_functions(), outputs, center, scale)
    return [mean.name, *(parameter.name for parameter in parameters.values())]


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


def infer_classifier(operator):
    """Set the types of the labels and the probabilities of a classifier of windows."""
    n_samples, n_timesteps, _ = check_windows(operator)
    every_step = predicts_steps(operator.raw_operator)
    of_labels = [n_samples, n_timesteps] if every_step else [n_samples]
    classes = get_label_classes(operator.scope_inst, operator.raw_operator)
    label_type = Int64TensorType if _are_numbers(classes) else StringTensorType
    operator.outputs[0].set_type(label_type(of_labels))
    options = operator.scope_inst.get_options(operator.raw_operator, {"zipmap": True})
    shape = [*of_labels, len(classes)]
    # The operator that makes dictionaries takes single precision only.
    single = options["zipmap"] is True and not every_step
    operator.outputs[1].set_type(FloatTensorType(shape) if single else output_type(operator, shape))


def convert_classifier(scope, operator, container):
    """Add the nodes of a recurrent classifier."""
    graph, classifier = Graph(scope, container), operator.raw_operator
    windows, n_samples = at_least_one(graph, windows_of(graph, operator))
    every_step = classifier._every_step
    logits = network_output(graph, classifier, windows, every_step=every_step)
    if len(classifier.classes_) == 2:
        parts = [graph("Sigmoid", graph("Neg", logits)), graph("Sigmoid", logits)]
        probability = graph("Concat", *parts, axis=-1)
    else:
        probability = graph("Softmax", logits, axis=-1)
    if not every_step:
        probability = _of_all_windows(graph, classifier, windows, probability)
    finish_classes(graph, scope, operator, probability, n_samples)


def predicts_steps(classifier):
    """Return whether a classifier predicts a label at every step."""
    return getattr(classifier, "_every_step", False)


def finish_classes(graph, scope, operator, probability, n_samples):
    """Make probabilities of the first samples, and the labels that follow from them, outputs."""
    classes = get_label_classes(scope, operator.raw_operator)
    are_numbers = _are_numbers(classes)
    classes = np.asarray(classes).astype(np.int64) if are_numbers else graph.strings(classes)
    most_probable = graph("ArgMax", probability, axis=-1, keepdims=0)
    labels = graph("Gather", classes, most_probable)
    if predicts_steps(operator.raw_operator):
        # Made where it is used, for runtimes warn of constants that no node reads.
        none = np.int64(NO_NUMBER) if are_numbers else graph.strings([NO_STRING])
        missing = graph("IsNaN", graph("Gather", probability, 0, axis=-1))
        labels = graph("Where", missing, none, labels)
    _finish(graph, labels, n_samples, operator.outputs[0])
    _finish(graph, probability, n_samples, operator.outputs[1])


def _of_all_windows(graph, classifier, windows, probability):
    """Return probabilities that are the frequencies of the classes where nothing is observed."""
    frequencies = classifier._fitted.targets.frequencies
    # Files of older versions do not say how frequent; texts without a token are refused.
    if frequencies is None or classifier._spec.n_tokens:
        return probability
    empty = ObservedSteps(graph, windows, classifier.window_shape_[1]).empty
    return graph("Where", graph("Unsqueeze", empty, [1]), frequencies, probability)


def _are_numbers(classes):
    """Return whether classes become integers, numbers and booleans alike; others are strings."""
    return np.asarray(classes).dtype.kind in "biuf"


def infer_baseline(operator):
    """Set the type of the predictions of a baseline: one column for each output."""
    n_samples, n_timesteps, _ = check_windows(operator)
    baseline = operator.raw_operator
    if n_timesteps is not None:
        baseline._as_fitted()._check_lookback(n_timesteps)
    operator.outputs[0].set_type(output_type(operator, [n_samples, baseline.n_outputs_]))


def convert_moving_average(scope, operator, container):
    """Add the nodes of an `SMARegressor`."""

    def forecast(graph, baseline, values, steps):
        taken = graph("LessOrEqual", steps.from_the_end(), baseline.window)
        taken = graph("And", taken, steps.observed)
        total = graph("ReduceSum", graph("Where", taken, values, 0.0), [1])
        return graph("Div", total, graph("ReduceSum", graph.cast(taken, DOUBLE), [1]))

    _convert(scope, operator, container, forecast)


def convert_exponential_average(scope, operator, container):
    """Add the nodes of an `EMARegressor`: the mean written out as a weighted sum."""

    def forecast(graph, baseline, values, steps):
        alpha, initial = float(baseline.alpha), baseline.initial
        number = steps.from_the_end()
        n_after = graph.cast(graph("Sub", number, 1), DOUBLE)
        weight = graph("Pow", 1 - alpha, graph("Max", n_after, 0.0))
        n_steps = graph("Unsqueeze", steps.lengths, [1])
        if initial == "first":
            # The first observed value is where the mean begins.
            begins = graph("Equal", number, n_steps)
            weight = graph("Mul", weight, graph("Where", begins, 1.0, alpha))
        else:
            weight = graph("Mul", weight, alpha)
        weighted = graph("Where", steps.observed, graph("Mul", weight, values), 0.0)
        total = graph("ReduceSum", weighted, [1])
        if initial == "first":
            return total
        before = graph("Pow", 1 - alpha, graph.cast(n_steps, DOUBLE))
        return graph("Add", total, graph("Mul", before, float(initial)))

    _convert(scope, operator, container, forecast)


def convert_persistence(scope, operator, container):
    """Add the nodes of a `PersistenceRegressor`."""

    def forecast(graph, baseline, values, steps):
        n_timesteps = graph("Squeeze", graph("Shape", values, start=1), [0])
        places = graph("Range", 0, n_timesteps, 1)
        last = _newest(graph, places, steps.observed)
        columns = []
        for lag in baseline._lags():
            earlier = graph("Sub", graph("Sub", n_timesteps, 1 + lag), places)
            # No place is later by a whole season: a lag is less than one.
            same_season = graph("Equal", graph("Mod", earlier, baseline.season), 0)
            newest = _newest(graph, places, graph("And", same_season, steps.observed))
            place = graph("Where", graph("Less", newest, 0), last, newest)
            columns.append(graph("GatherElements", values, graph("Max", place, 0), axis=1))
        return columns[0] if len(columns) == 1 else graph("Concat", *columns, axis=1)

    _convert(scope, operator, container, forecast)


def _convert(scope, operator, container, forecast):
    graph, baseline = Graph(scope, container), operator.raw_operator._as_fitted()
    windows = windows_of(graph, operator)
    steps = ObservedSteps(graph, windows, baseline.window_shape_[1])
    values = graph("Gather", windows, baseline._position, axis=2)
    columns = forecast(graph, baseline, values, steps)
    usable = graph("Where", graph("Unsqueeze", steps.unusable, [1]), np.nan, columns)
    # A single column stands for all outputs.
    spread = graph("Mul", usable, np.ones(baseline.n_outputs_))
    graph.finish(spread, operator.outputs[0])


def _newest(graph, places, wanted):
    """Return the last step of each window that is wanted, (n_samples, 1); -1 if none is."""
    return graph("ReduceMax", graph("Where", wanted, places, -1), [1])
