"""What a transformer of series is given, as rows."""

from skl2onnx.common.data_types import StringTensorType
from sklearn.utils.validation import check_is_fitted

from ._operations import DOUBLE


def check_series(operator):
    """Return the static number of rows, mostly None, and of features of a series.

    Parameters
    ----------
    operator : skl2onnx.common._topology.Operator
        A fitted transformer of series and its inputs: one of all columns, or one for each.

    Returns
    -------
    n_steps : int or None
        None if any number is possible.
    n_features : int
        Columns of the series.

    Raises
    ------
    NotImplementedError
        If the transformer has `by`, or always continues the fitted rows.
    ValueError
        If the inputs are no series, or have other features than `fit` saw.
    """
    transformer = operator.raw_operator
    check_is_fitted(transformer)
    name = type(transformer).__name__
    if transformer.by is not None:
        raise NotImplementedError(
            f"{name} with by={transformer.by!r} has no ONNX form: the graph takes the rows of one "
            "series. Fit it with by=None, and run the graph once for each series."
        )
    if transformer.context == "always":
        raise NotImplementedError(
            f"{name} with context='always' has no ONNX form: the graph takes a series from its "
            "beginning and knows nothing of the fitted rows. Set context='auto', and give the "
            "graph as many earlier rows as are needed."
        )
    shapes = [variable.type.shape for variable in operator.inputs]
    strings = any(isinstance(variable.type, StringTensorType) for variable in operator.inputs)
    if strings or any(len(shape) != 2 for shape in shapes):
        raise ValueError(
            f"{name} takes a series, such as FloatTensorType([None, "
            f"{transformer.n_features_in_}]); got {[v.type for v in operator.inputs]}."
        )
    widths = [shape[1] for shape in shapes]
    if None not in widths and sum(widths) != transformer.n_features_in_:
        raise ValueError(
            f"{name} was fitted on {transformer.n_features_in_} features; the input of the graph "
            f"has {sum(widths)}."
        )
    return shapes[0][0], transformer.n_features_in_


def series_rows(graph, operator):
    """Return the rows of the series in double precision, a tensor (n_steps, n_features)."""
    parts = [graph.cast(variable.full_name, DOUBLE) for variable in operator.inputs]
    return parts[0] if len(parts) == 1 else graph("Concat", *parts, axis=1)
