"""Converters of classifiers of slices: the mean of their probabilities, and of several lengths."""

import numpy as np
from skl2onnx._parse import _parse_sklearn

from sklstm.data import PADDING
from sklstm.meta_estimators import takes_windows, walk

from ._graph import DOUBLE, INT64, Graph, output_type
from ._input import ObservedSteps, at_least_one, check_windows, found_by_search, windows_of
from ._predictors import finish_classes


def convert_sliced(scope, operator, container):
    """Add the nodes of a `SlicedClassifier`, and have its classifier converted."""
    graph, model = Graph(scope, container), operator.raw_operator
    *_, n_features = check_windows(operator)
    windows, n_samples = at_least_one(graph, windows_of(graph, operator))
    classifier = found_by_search(model.estimator_)
    *_, last = walk(classifier, fitted=True, through=("pipeline", "search"))
    reads_tokens = getattr(last, "_reads_tokens", False)
    if reads_tokens:
        windows = graph("Where", graph("Equal", windows, PADDING + 0.0), np.nan, windows)
    steps = ObservedSteps(graph, windows, n_features)
    shape = [model.length_, n_features]
    if not takes_windows(model.estimator_):
        shape = [model.length_ * n_features]
    slices = graph("Reshape", _slices(graph, steps, windows, model), [-1, *shape])
    variable = scope.declare_local_variable("slices", output_type(operator, [None, *shape]))
    graph.finish(slices, variable)
    scope.add_options(id(last), {"zipmap": False})
    _, probability, *_ = _parse_sklearn(scope, classifier, [variable])
    each = graph.cast(probability.full_name, DOUBLE)
    each = graph("Reshape", each, [-1, model.n_slices_, len(model.classes_)])
    mean = graph("ReduceMean", each, [1], keepdims=0)
    mean = graph("Where", graph("Unsqueeze", steps.unusable, [1]), np.nan, mean)
    # A sequence of padding alone is refused in Python.
    frequencies = np.nan if reads_tokens else model._targets.frequencies
    mean = graph("Where", graph("Unsqueeze", steps.empty, [1]), frequencies, mean)
    finish_classes(graph, scope, operator, mean, n_samples)


def convert_sequences(scope, operator, container):
    """Add the nodes of a `SequenceClassifier`, and have each of its classifiers converted."""
    graph, model = Graph(scope, container), operator.raw_operator
    windows, n_samples = at_least_one(graph, windows_of(graph, operator))
    *_, n_features = check_windows(operator)
    variable = scope.declare_local_variable("some", output_type(operator, [None, None, n_features]))
    graph.finish(windows, variable)
    total = 0.0
    for name, weight in model.weights_.items():
        member = model.estimators_[name]
        scope.add_options(id(member), {"zipmap": False})
        _, probability, *_ = _parse_sklearn(scope, member, [variable])
        part = graph("Mul", graph.cast(probability.full_name, DOUBLE), weight)
        total = graph("Add", part, total)
    finish_classes(graph, scope, operator, total, n_samples)


def _slices(graph, steps, windows, model):
    """Return slices, (n_samples, n_slices, length, n_features), as `SlicedClassifier` cuts them."""
    observed = steps.to_front(windows)
    lengths = graph("Unsqueeze", steps.lengths, [1])
    room = graph("Max", graph("Sub", lengths, model.length_), 0)
    share = np.linspace(1.0, 0.0, model.n_slices_)[::-1]
    first = graph.cast(graph("Round", graph("Mul", graph.cast(room, DOUBLE), share)), INT64)
    ends = graph("Add", first, graph("Min", lengths, model.length_))
    rows = graph("Add", graph("Unsqueeze", ends, [2]), np.arange(-model.length_, 0))
    before = graph("Less", rows, 0)  # of shorter sequences
    places = graph("Unsqueeze", graph("Max", rows, 0), [3])
    slices = graph("GatherND", observed, places, batch_dims=1)
    return graph("Where", graph("Unsqueeze", before, [3]), np.nan, slices)
