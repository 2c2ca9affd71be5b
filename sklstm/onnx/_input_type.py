"""What a model begins with, and the type of its input: `first_step` and `input_type`."""

from typing import Any

import numpy as np
from skl2onnx.common.data_types import FloatTensorType, Int32TensorType, Int64TensorType

from sklstm.meta_estimators import inner, walk

from ._windows_input import named_steps

_TYPES_OF_TOKENS = {
    "int32": Int32TensorType,
    "float32": FloatTensorType,
    "float64": FloatTensorType,
}


def first_step(model: Any) -> Any:
    """Return the first step of a pipeline, any other model itself."""
    *_, first = walk(model, step=0, through=("pipeline",))
    return first


def found_by_search(model: Any) -> Any:
    """Return the best estimator of a search, any other model itself."""
    found = inner(model, fitted=True, through=("search",))
    return model if found is None else found


def input_type(model, X):
    """Return the type of the input: numbers in single precision, or tokens.

    Parameters
    ----------
    model : estimator
        A fitted estimator or pipeline.
    X : array-like, dataframe or None
        A sample of the input.

    Returns
    -------
    input_type : skl2onnx.common.data_types.TensorType
        Its shape has None where any number is possible.

    Raises
    ------
    ValueError
        If the sample has other than two or three axes, or there is none and the model does not
        tell its number of features.
    """
    first = first_step(model)
    shape = _input_shape(model, first, X)
    if not getattr(first, "_reads_tokens", False):
        return FloatTensorType(shape)
    if len(shape) == 2 and named_steps(first, [None]) is None:
        shape = [None, None]
    return _TYPES_OF_TOKENS.get(str(np.asarray(X).dtype), Int64TensorType)(shape)


def _input_shape(model, first, X):
    """Return the shape of the input, None where any number is possible."""
    windows = getattr(first, "window_shape_", None) if _takes_windows(first) else None
    if X is not None:
        shape = np.shape(X)
        if len(shape) not in (2, 3):
            raise ValueError(f"X must have two or three axes, got shape {shape}.")
        if len(shape) == 3:
            return [None, None, shape[2]]
        return [None, None if windows else shape[1]]
    if windows:
        return [None, None, windows[1]]
    n_features = getattr(model, "n_features_in_", None)
    if n_features is None:
        raise ValueError(
            f"{type(first).__name__} does not tell its number of features: give a sample of the "
            "input, to_onnx(model, X)."
        )
    return [None, n_features]


def _takes_windows(estimator):
    """Return whether an estimator was fitted on windows of three axes."""
    return not getattr(estimator, "_fitted_on_columns", True)
