"""A fitted model as an ONNX graph: `to_onnx`, and which estimators have none."""

from typing import Any

import skl2onnx
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import _check_feature_names, check_is_fitted

from sklstm import (
    CalendarFeatures,
    CausalImputer,
    Forecaster,
    GRULanguageModel,
    LagFeatures,
    LSTMLanguageModel,
    RNNLanguageModel,
    SeasonalAdjuster,
    SeasonalDifferencer,
    SequenceEncoder,
    TextSequencer,
)

from ._graph import OLDEST_OPSET
from ._input import first_step, found_by_search, input_type

_OF_ROWS = (
    "transform the rows before the graph, pipeline[0].transform(X), and convert the steps after "
    "it, pipeline[1:]"
)
_OF_LANGUAGE = "it reads strings and writes text token by token. Save it by joblib or skops instead"

REFUSED = {
    Forecaster: "convert forecaster.estimator_, the regressor that it has fitted to windows, and "
    "give the graph the windows (with scaling=None, or the graph lacks their scale, a linear part "
    "and averages)",
    SequenceEncoder: "convert the network that it holds, encoder.estimator_, whose graph predicts",
    CalendarFeatures: _OF_ROWS,
    CausalImputer: _OF_ROWS,
    LagFeatures: _OF_ROWS,
    SeasonalAdjuster: _OF_ROWS,
    SeasonalDifferencer: _OF_ROWS,
    TextSequencer: "it reads strings. Convert the steps after it, such as pipeline[-1], and "
    "give the graph the tokens, pipeline[:-1].transform(texts)",
    RNNLanguageModel: _OF_LANGUAGE,
    LSTMLanguageModel: _OF_LANGUAGE,
    GRULanguageModel: _OF_LANGUAGE,
}


def refuse(operator):
    """Raise a NotImplementedError that names the estimator."""
    _refuse_estimator(operator.raw_operator)


def _refuse_estimator(estimator):
    """Raise a NotImplementedError if an estimator has no ONNX form."""
    if type(estimator) in REFUSED:
        raise NotImplementedError(
            f"{type(estimator).__name__} has no ONNX form: {REFUSED[type(estimator)]}."
        )


def convert_refused(scope, operator, container):
    """Raise a NotImplementedError that names the estimator."""
    refuse(operator)


def to_onnx(model: Any, X: Any = None, **options: Any) -> Any:
    """Convert a fitted estimator or pipeline to an ONNX graph.

    The graph has one input, ``X``: the rows of a series, oldest first, where the model begins with
    a transformer of series, otherwise windows. It takes any number of rows and, with three axes,
    of steps. A network that reads tokens takes them with two axes too, (n_samples, n_timesteps),
    any number of both. The graph is what `skl2onnx.to_onnx` makes once this package is imported;
    all that is done here is to find out the type of the input, and to ask for operators that old
    runtimes know.

    Parameters
    ----------
    model : estimator
        A fitted estimator or pipeline, or a fitted search, of which the best estimator is taken.
    X : array-like or dataframe, default=None
        A sample of the input, of which the shape alone matters, of tokens the type, and of a frame
        the names of columns, which must stand in the order of `fit`: the graph takes ``int64``, but
        ``int32`` if the sample is of those, and ``float32`` if it is of floating point numbers. It
        can be left out where the first step of the model knows its number of features. With a frame
        for a model that begins with a `~sklearn.compose.ColumnTransformer` each column is an input
        of its name and type.
    **options : dict
        Arguments of `skl2onnx.to_onnx`, such as ``options={"zipmap": False}``. By default
        ``target_opset=18``; that of skl2onnx may be newer than the runtime of the graph. With
        ``initial_types=[("X", DoubleTensorType([None, 4]))]`` the input, and what is computed
        around the networks, are in double precision, by default in single precision.

    Returns
    -------
    graph : onnx.ModelProto
        ``graph.SerializeToString()`` is what `onnxruntime.InferenceSession` runs and a file holds.

    Raises
    ------
    NotImplementedError
        If a step has no ONNX form: `Forecaster`, `TextSequencer`, language models, transformers
        with ``by`` or ``context="always"``.
    ValueError
        If the input is not as in `fit`, or the model does not tell and `X` is missing.
    sklearn.exceptions.NotFittedError
        If the model is not fitted.

    Notes
    -----
    The graph does what ``predict``, ``predict_proba`` or ``transform`` do with NumPy arrays. It
    knows nothing of the rows that the model was fitted on: what reaches back (windows, smoothing,
    scaling) begins with the first row it is given, so give it enough earlier rows and take the
    last predictions. A graph cannot raise errors: where ``predict`` refuses a window (no observed
    step, infinity, a step that is partly NaN, a negative or fractional token), it gives NaN; of a
    classifier, as probabilities.

    A classifier with ``output="sequence"`` gives labels and probabilities of all steps as tensors,
    never as dictionaries. Probabilities of missing steps are NaN; their labels are ``""``, or
    -2**63 if labels are numbers, since integers have no NaN.

    With a likelihood as `loss` the first output, ``variable``, is the mean, and those that follow
    are the parameters of the distribution, by their names in `scipy.stats`: ``loc`` and ``scale``
    of ``"normal"``, for example.

    There are no strings in a graph: of a pipeline that begins with a `TextSequencer` convert
    ``pipeline[-1]``, and give the graph what ``pipeline[:-1].transform`` makes of the texts. As in
    ``predict``, 0 is padding wherever it stands, and tokens that are not in ``tokens_`` are taken
    for 1.

    Single precision has seven digits. Where the moves of a series are small against its level,
    the last of them are lost before the first step: then double precision is worth its memory.

    Examples
    --------
    >>> import numpy as np
    >>> import onnxruntime
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklstm import LSTMRegressor, SequenceWindower, forecast_pairs
    >>> from sklstm.onnx import to_onnx
    >>> wave = np.sin(np.arange(300) / 5).reshape(-1, 1)
    >>> X, y = forecast_pairs(wave, horizon=3)
    >>> lstm = LSTMRegressor(hidden_size=8, max_epochs=3, random_state=0)
    >>> model = make_pipeline(SequenceWindower(lookback=12), lstm).fit(X, y)
    >>> session = onnxruntime.InferenceSession(to_onnx(model).SerializeToString())
    >>> (predicted,) = session.run(None, {"X": X[:50].astype(np.float32)})
    >>> np.allclose(predicted[:, 0], model.predict(X[:50]), atol=1e-5)
    True
    """
    check_is_fitted(model)
    options = {"target_opset": OLDEST_OPSET} | options
    model = _without_passthrough(found_by_search(model))
    first = first_step(model)
    _refuse_estimator(first)
    of_columns = isinstance(first, ColumnTransformer) and hasattr(X, "iloc")
    if "initial_types" not in options and of_columns:
        return skl2onnx.to_onnx(model, X[:1], **options)  # each column is an input of its type
    if hasattr(X, "columns") and hasattr(first, "feature_names_in_"):
        # The graph has no names: given this order of columns it would answer, wrongly.
        _check_feature_names(first, X, reset=False)
    if "initial_types" not in options:
        options["initial_types"] = [("X", input_type(model, X))]
    return skl2onnx.to_onnx(model, **options)


def _without_passthrough(model):
    """Leave out the steps that do nothing, for which skl2onnx has no converter."""
    if not isinstance(model, Pipeline):
        return model
    return Pipeline([step for step in model.steps if step[1] not in (None, "passthrough")])
