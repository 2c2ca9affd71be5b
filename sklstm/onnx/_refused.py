"""Estimators that have no ONNX form: `refuse` says what to convert instead."""

from sklstm import Forecaster, SequenceEncoder

REFUSED = {
    Forecaster: "convert forecaster.estimator_, the regressor that it has fitted to windows, and "
    "give the graph the windows",
    SequenceEncoder: "convert the network that it holds, encoder.estimator_, whose graph predicts",
}


def refuse(operator):
    """Raise a NotImplementedError that names the estimator."""
    estimator = operator.raw_operator
    raise NotImplementedError(
        f"{type(estimator).__name__} has no ONNX form: {REFUSED[type(estimator)]}."
    )


def convert_refused(scope, operator, container):
    """Raise a NotImplementedError that names the estimator."""
    refuse(operator)
