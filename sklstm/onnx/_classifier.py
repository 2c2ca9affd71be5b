"""Recurrent classifiers: `infer_classifier`, `convert_classifier` and their options."""

import numpy as np
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from skl2onnx.common.utils_classifier import get_label_classes

from ._graph import Graph
from ._network import network_output
from ._output_type import output_type
from ._windows_input import check_windows, windows_of

CLASSIFIER_OPTIONS = {
    "zipmap": [True, False, "columns"],
    "nocl": [True, False],
    "output_class_labels": [False, True],
}


def infer_classifier(operator):
    """Set the types of the labels and the probabilities of a recurrent classifier."""
    n_samples, _, _ = check_windows(operator)
    classes = get_label_classes(operator.scope_inst, operator.raw_operator)
    label_type = Int64TensorType if _are_numbers(classes) else StringTensorType
    operator.outputs[0].set_type(label_type([n_samples]))
    options = operator.scope_inst.get_options(operator.raw_operator, {"zipmap": True})
    shape = [n_samples, len(classes)]
    # The operator that makes dictionaries takes single precision only.
    single = options["zipmap"] is True
    operator.outputs[1].set_type(FloatTensorType(shape) if single else output_type(operator, shape))


def convert_classifier(scope, operator, container):
    """Add the nodes of a recurrent classifier."""
    graph, classifier = Graph(scope, container), operator.raw_operator
    logits = network_output(graph, classifier, windows_of(graph, operator))
    if len(classifier.classes_) == 2:
        parts = [graph("Sigmoid", graph("Neg", logits)), graph("Sigmoid", logits)]
        probability = graph("Concat", *parts, axis=1)
    else:
        probability = graph("Softmax", logits, axis=1)
    classes = get_label_classes(scope, classifier)
    if _are_numbers(classes):
        classes = np.asarray(classes).astype(np.int64)
    else:
        classes = graph.strings(classes)
    most_probable = graph("ArgMax", probability, axis=1, keepdims=0)
    graph.finish(graph("Gather", classes, most_probable), operator.outputs[0])
    graph.finish(probability, operator.outputs[1])


def _are_numbers(classes):
    """Return whether classes are strings; numbers and booleans become integers."""
    return np.asarray(classes).dtype.kind in "biuf"
