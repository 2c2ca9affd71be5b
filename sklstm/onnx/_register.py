"""Our estimators in skl2onnx's registry: `register_converters`."""

from skl2onnx import update_registered_converter
from skl2onnx._parse import _parse_sklearn_classifier, _parse_sklearn_simple_model
from sklearn.utils.validation import check_is_fitted

import sklstm

from ._predictors import (
    CLASSIFIER_OPTIONS,
    convert_classifier,
    convert_exponential_average,
    convert_moving_average,
    convert_persistence,
    convert_regressor,
    infer_baseline,
    infer_classifier,
    infer_regressor,
    parse_regressor,
    predicts_steps,
)
from ._sliced import convert_sequences, convert_sliced
from ._to_onnx import REFUSED, convert_refused, refuse
from ._transformers import (
    convert_scaler,
    convert_smoother,
    convert_windower,
    infer_scaler,
    infer_smoother,
    infer_windower,
)
from ._window_scaled import convert_window_scaled, infer_window_scaled

_CELLS = ("RNN", "LSTM", "GRU", "BiLSTM", "MinGRU", "SLSTM")


def register_converters():
    """Tell skl2onnx how the estimators of this package become ONNX graphs."""
    for cell in _CELLS:
        _register(
            getattr(sklstm, f"{cell}Regressor"),
            infer_regressor,
            convert_regressor,
            parser=parse_regressor,
        )
        _register(
            getattr(sklstm, f"{cell}Classifier"),
            infer_classifier,
            convert_classifier,
            parser=_parse_classifier,
            options=CLASSIFIER_OPTIONS,
        )
    _register(sklstm.SequenceWindower, infer_windower, convert_windower)
    _register(sklstm.ExponentialSmoother, infer_smoother, convert_smoother)
    _register(sklstm.WindowScaler, infer_scaler, convert_scaler)
    _register(sklstm.SMARegressor, infer_baseline, convert_moving_average)
    _register(sklstm.EMARegressor, infer_baseline, convert_exponential_average)
    _register(sklstm.PersistenceRegressor, infer_baseline, convert_persistence)
    _register(sklstm.WindowScaledRegressor, infer_window_scaled, convert_window_scaled)
    for classifier, convert in (
        (sklstm.SlicedClassifier, convert_sliced),
        (sklstm.SequenceClassifier, convert_sequences),
    ):
        _register(
            classifier,
            infer_classifier,
            convert,
            parser=_parse_classifier,
            options=CLASSIFIER_OPTIONS,
        )
    for estimator in REFUSED:
        _register(estimator, refuse, convert_refused)


def _register(estimator, infer, convert, **options):
    alias = f"Sklstm{estimator.__name__}"
    update_registered_converter(estimator, alias, infer, convert, **options)


def _parse_classifier(scope, model, inputs, custom_parsers=None):
    # skl2onnx asks for the classes first, and does not say that they are missing for want of a fit.
    check_is_fitted(model)
    if predicts_steps(model) and scope.get_options(model, {"zipmap": True})["zipmap"]:
        # A dictionary is made for each sample, of probabilities with two axes.
        return _parse_sklearn_simple_model(scope, model, inputs, custom_parsers=custom_parsers)
    return _parse_sklearn_classifier(scope, model, inputs, custom_parsers=custom_parsers)
