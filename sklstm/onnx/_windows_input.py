"""What an estimator of windows is given, in any accepted form, as three axes."""

from skl2onnx.common.data_types import StringTensorType
from sklearn.utils.validation import check_is_fitted

from sklstm.data._frames import parse_step_names

from ._operations import DOUBLE


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
    steps = named_steps(estimator, shape)
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
    steps = named_steps(estimator, shape)
    if steps is not None:
        features, n_timesteps, order = steps
        if order is not None:
            windows = graph("Gather", windows, order, axis=1)
        return graph("Reshape", windows, [-1, n_timesteps, len(features)])
    return windows if len(shape) == 2 else graph("Unsqueeze", windows, [2])


def named_steps(estimator, shape):
    """Return what the names of flat windows say, None if they are not flat or say nothing."""
    if len(shape) == 2:
        return None
    names = list(getattr(estimator, "feature_names_in_", ()))
    steps = parse_step_names(names) if shape[0] in (None, len(names)) else None
    if steps is not None and len(steps[0]) == 1 and steps[2] is None:
        return None  # one feature in its order: windows of two axes, of any length
    return steps
