"""What a model reads: the type of the input, windows and tokens, and their observed steps."""

from typing import Any

import numpy as np
from skl2onnx.common.data_types import (
    FloatTensorType,
    Int32TensorType,
    Int64TensorType,
    StringTensorType,
)
from sklearn.utils.validation import check_is_fitted

from sklstm.data import PADDING, parse_step_names
from sklstm.data._shapes import LARGEST_TOKEN
from sklstm.meta_estimators import inner, walk

from ._graph import DOUBLE, INT64

_TYPES_OF_TOKENS = {
    "int32": Int32TensorType,
    "float32": FloatTensorType,
    "float64": FloatTensorType,
}


def check_windows(operator):
    """Return the static numbers of samples, steps and features of windows.

    Parameters
    ----------
    operator : skl2onnx.common._topology.Operator
        A fitted estimator of windows and its only input: of three axes, of two for a single
        feature, or flat with the columns of `fit`.

    Returns
    -------
    n_samples, n_timesteps : int or None
        None if any number is possible.
    n_features : int
        Features of each step.

    Raises
    ------
    ValueError
        If the input is no such windows, or they have other features than `fit` saw.
    """
    estimator = operator.raw_operator
    check_is_fitted(estimator)
    name, n_features = type(estimator).__name__, estimator.window_shape_[1]
    takes = f"{name} takes windows, such as FloatTensorType([None, None, {n_features}])"
    if getattr(estimator, "_reads_tokens", False):
        takes = f"{name} takes windows of tokens, such as Int64TensorType([None, None])"
    types = [variable.type for variable in operator.inputs]
    strings = any(isinstance(kind, StringTensorType) for kind in types)
    if strings or len(types) != 1 or len(types[0].shape) not in (2, 3):
        raise ValueError(f"{takes}; got {types}.")
    n_samples, *shape = types[0].shape
    steps = _named_steps(estimator, shape)
    if steps is not None:
        shape = [steps[1], len(steps[0])]
    elif len(shape) == 1:
        if estimator._fitted_on_columns and shape[0] not in (None, estimator.n_features_in_):
            raise ValueError(
                f"{name} was fitted on {estimator.n_features_in_} columns; the input of the graph "
                f"has {shape[0]}."
            )
        shape = [*shape, 1]
    if shape[1] not in (None, n_features):
        raise ValueError(f"{takes}; got {types[0]}, which holds {shape[1]} features a step.")
    return n_samples, shape[0], n_features


def windows_of(graph, operator):
    """Return the windows in double precision, a tensor (n_samples, n_timesteps, n_features)."""
    estimator, variable = operator.raw_operator, operator.inputs[0]
    shape = variable.type.shape[1:]
    windows = graph.cast(variable.full_name, DOUBLE)
    steps = _named_steps(estimator, shape)
    if steps is not None:
        features, n_timesteps, order = steps
        if order is not None:
            windows = graph("Gather", windows, order, axis=1)
        return graph("Reshape", windows, [-1, n_timesteps, len(features)])
    return windows if len(shape) == 2 else graph("Unsqueeze", windows, [2])


def at_least_one(graph, windows):
    """Add a sample where there is none: many operators of older runtimes divide by their number.

    Parameters
    ----------
    graph : Graph
        Where nodes are added.
    windows : str
        (n_samples, n_timesteps, n_features), in double precision.

    Returns
    -------
    windows : str
        The same, or one sample of zeros.
    n_samples : str
        (1,), int64: how many samples there are; what comes of others is to be cut off.
    """
    n_samples = graph("Shape", windows, end=1)
    n_added = graph.cast(graph("Equal", n_samples, 0), INT64)
    around = graph("Concat", [0, 0, 0], n_added, [0, 0], axis=0)
    return graph("Pad", windows, around, 0.0), n_samples


def _named_steps(estimator, shape):
    """Return what the names of flat windows say, None if they are not flat or say nothing."""
    if len(shape) == 2:
        return None
    names = list(getattr(estimator, "feature_names_in_", ()))
    steps = parse_step_names(names) if shape[0] in (None, len(names)) else None
    if steps is not None and len(steps[0]) == 1 and steps[2] is None:
        return None  # one feature in its order: windows of two axes, of any length
    return steps


class ObservedSteps:
    """Missing steps of windows.

    Parameters
    ----------
    graph : Graph
        Where nodes are added.
    windows : str
        Tensor of shape (n_samples, n_timesteps, n_features), in double precision.
    n_features : int
        Features of each step.

    Attributes
    ----------
    observed : str
        (n_samples, n_timesteps), bool: False where all features are NaN.
    lengths : str
        (n_samples,), int64: number of observed steps, but at least one.
    empty : str
        (n_samples,), bool: windows without any observed step.
    unusable : str
        (n_samples,), bool: windows that the estimators refuse: without any observed step, with
        infinity, or with a step that is only partly NaN.
    """

    def __init__(self, graph, windows, n_features):
        self._graph, self._windows = graph, windows
        missing = graph("IsNaN", windows)
        n_missing = graph("ReduceSum", graph.cast(missing, INT64), [2], keepdims=0)
        self.observed = graph("Less", n_missing, n_features)
        self._observed = graph.cast(self.observed, INT64)
        counts = graph("ReduceSum", self._observed, [1], keepdims=0)
        self.lengths = graph("Max", counts, 1)
        wrong = graph("Or", missing, graph("IsInf", windows))
        wrong = graph("And", wrong, graph("Unsqueeze", self.observed, [2]))
        n_wrong = graph("ReduceSum", graph.cast(wrong, INT64), [1, 2], keepdims=0)
        self.empty = graph("Equal", counts, 0)
        self.unusable = graph("Or", self.empty, graph("Greater", n_wrong, 0))

    def to_front(self, values):
        """Move what belongs to observed steps to the front, in its order.

        Parameters
        ----------
        values : str
            (n_samples, n_timesteps, n_columns).

        Returns
        -------
        moved : str
            The same values, those of missing steps behind the others.
        """
        graph = self._graph
        n_timesteps = graph("Shape", values, start=1, end=2)
        places = graph("Range", 0, graph("Squeeze", n_timesteps, [0]), 1)
        # The sum is the step itself where it is observed, otherwise larger than any step.
        behind = graph("Mul", graph("Sub", 1, self._observed), n_timesteps)
        keys = graph("Add", places, behind)
        _, order = graph("TopK", keys, n_timesteps, n_outputs=2, axis=1, largest=0)
        return self._take(values, order)

    def to_their_places(self, values):
        """Undo `to_front`; missing steps hold the values of another step."""
        graph = self._graph
        places = graph("Sub", graph("CumSum", self._observed, np.array(1)), 1)
        return self._take(values, graph("Max", places, 0))

    def at_last(self, values):
        """Return, of values moved to the front, those of the last observed step."""
        graph = self._graph
        last = graph("Unsqueeze", graph("Sub", self.lengths, 1), [1])
        return graph("GatherND", values, last, batch_dims=1)

    def from_the_end(self):
        """Return the number of each observed step counted from the end, the last being 1."""
        return self._graph("CumSum", self._observed, np.array(1), reverse=1)

    def _take(self, values, order):
        graph = self._graph
        return graph("GatherND", values, graph("Unsqueeze", order, [2]), batch_dims=1)


def token_windows(graph, windows):
    """Return windows of tokens as windows of one feature.

    Parameters
    ----------
    graph : Graph
        Where nodes are added.
    windows : str
        Tensor of shape (n_samples, n_timesteps, 1), in double precision.

    Returns
    -------
    windows : str
        The same with NaN for padding, a missing step, and infinity for what is no token: both are
        then told from tokens as they are from measured values.
    """
    wrong = graph("Not", graph("Equal", windows, graph("Floor", windows)))
    for out_of_range in (
        graph("Less", windows, 0.0),
        graph("Greater", windows, LARGEST_TOKEN + 0.0),
    ):
        wrong = graph("Or", wrong, out_of_range)
    # NaN equals nothing, so what is missing comes last.
    missing = graph("Or", graph("IsNaN", windows), graph("Equal", windows, PADDING + 0.0))
    return graph("Where", missing, np.nan, graph("Where", wrong, np.inf, windows))


def token_rows(graph, estimator, windows, steps):
    """Return the rows of the tokens of each window, those of its padding behind the others.

    Parameters
    ----------
    graph : Graph
        Where nodes are added, and a table as large as that of the estimator.
    estimator : RecurrentBase
        A fitted estimator whose inputs are tokens.
    windows : str
        What `token_windows` returns.
    steps : ObservedSteps
        Its steps.

    Returns
    -------
    rows : str
        (n_samples, n_timesteps, embedding_dim), in single precision.
    """
    weight = estimator.weights_["embedding_weight"].astype(np.float32)
    n_rows = len(weight)
    # One more row stands for all larger numbers; unknown ones have that of out of vocabulary.
    table = weight[estimator._fitted.inputs.known(np.arange(n_rows + 1))]
    there = graph("Unsqueeze", steps.observed, [2])
    # What padding reads stands behind all others; what is no token makes the output NaN.
    tokens = graph("Where", there, graph("Min", windows, n_rows + 0.0), PADDING + 0.0)
    tokens = steps.to_front(graph.cast(tokens, INT64))
    return graph("Gather", table, graph("Squeeze", tokens, [2]), axis=0)


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
    if len(shape) == 2 and _named_steps(first, [None]) is None:
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
