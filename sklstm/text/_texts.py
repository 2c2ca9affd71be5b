"""What is taken as texts: `as_texts`."""

from collections.abc import Iterable, Mapping, Set

from sklearn.utils._missing import is_pandas_na, is_scalar_nan

from sklstm.data import is_frame


def as_texts(X):
    """Return one string for each row.

    Parameters
    ----------
    X : iterable of str
        A list, array, series or any other iterable that has an order.

    Returns
    -------
    texts : list of str
        As many as `X` has rows.

    Raises
    ------
    ValueError
        If `X` is no such iterable, or one of its rows is no string.
    """
    texts = _rows(X)
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(
                f"X must hold one string for each row, but row {row} is {_shown(text)} of type "
                f"{type(text).__name__}: {_advice(text)}."
            )
    if not texts:
        raise ValueError("X must hold at least one text, got none.")
    return texts


def _rows(X):
    taken = "X must be a list, array or series of strings, one for each row"
    if isinstance(X, str | bytes):
        raise ValueError(f"{taken}, got a single {type(X).__name__}: put it into a list, [text].")
    if is_frame(X):
        raise ValueError(
            f"{taken}, got a dataframe of {X.shape[1]} columns: select the one that holds the "
            "texts, X['name']; in a ColumnTransformer name it by a string, not by a list."
        )
    n_axes = getattr(X, "ndim", 1)
    if n_axes != 1:
        raise ValueError(f"{taken}, got {n_axes} axes, shape {X.shape}: select X[:, 0].")
    if not isinstance(X, Iterable) or isinstance(X, Mapping | Set):
        raise ValueError(f"{taken}, got {_shown(X)} of type {type(X).__name__}.")
    # Scalars of arrays and series are turned into Python's own, in one go.
    return X.tolist() if hasattr(X, "tolist") else list(X)


def _shown(value):
    words = repr(value)
    return words if len(words) <= 60 else words[:57] + "..."


def _advice(value):
    if isinstance(value, bytes):
        return "decode it first, value.decode()"
    if value is None or is_scalar_nan(value) or is_pandas_na(value):
        return 'fill in what is missing, for instance with ""'
    return "turn it into text first, str(value)"
