"""Estimators that have no ONNX form: `refuse` says what to convert instead."""

from sklstm import (
    Forecaster,
    GRULanguageModel,
    LSTMLanguageModel,
    RNNLanguageModel,
    SequenceEncoder,
    TextSequencer,
)

_OF_LANGUAGE = "it reads strings and writes text token by token. Save it by joblib or skops instead"

REFUSED = {
    Forecaster: "convert forecaster.estimator_, the regressor that it has fitted to windows, and "
    "give the graph the windows",
    SequenceEncoder: "convert the network that it holds, encoder.estimator_, whose graph predicts",
    TextSequencer: "it reads strings. Convert the steps after it, such as pipeline[-1], and "
    "give the graph the tokens, pipeline[:-1].transform(texts)",
    RNNLanguageModel: _OF_LANGUAGE,
    LSTMLanguageModel: _OF_LANGUAGE,
    GRULanguageModel: _OF_LANGUAGE,
}


def refuse(operator):
    """Raise a NotImplementedError that names the estimator."""
    refuse_estimator(operator.raw_operator)


def refuse_estimator(estimator):
    """Raise a NotImplementedError if an estimator has no ONNX form."""
    if type(estimator) in REFUSED:
        raise NotImplementedError(
            f"{type(estimator).__name__} has no ONNX form: {REFUSED[type(estimator)]}."
        )


def convert_refused(scope, operator, container):
    """Raise a NotImplementedError that names the estimator."""
    refuse(operator)
