"""The transformer of each series: `fit_transformers`."""

from collections.abc import Hashable, Sequence
from typing import Any

from sklearn.base import BaseEstimator, clone
from sklearn.preprocessing import FunctionTransformer

from sklstm._warn import caught_warnings, warn_user
from sklstm.preprocessing import WindowScaler, for_whole_series

from ._histories import History


def fit_transformers(transformer: Any, histories: Sequence[History]) -> dict[Hashable, Any]:
    """Fit a clone of a transformer to each series.

    Parameters
    ----------
    transformer : transformer
        Of one series. Its ``season="auto"`` is that of all of them together, by their labels.
    histories : list of History
        The series.

    Returns
    -------
    transformers : dict
        The fitted one of each series by its key.

    Raises
    ------
    ValueError
        If it has no inverse, or one that takes statistics of the rows themselves.

    Warns
    -----
    UserWarning
        Of several series at most once for each kind of warning.
    """
    one_way = isinstance(transformer, FunctionTransformer) and transformer.inverse_func is None
    if one_way and transformer.func is not None:
        raise ValueError(
            f"transformer={transformer!r} has no inverse_func, so that forecasts would not be in "
            "the units of the series."
        )
    _refuse_scalers(transformer)
    tables = [(past.values, past.index) for past in histories]
    template, has_no_season = for_whole_series(clone(transformer), tables)
    if has_no_season:
        warn_user(
            f"season='auto' of transformer={transformer!r} found no season in series: it takes "
            "season=1. Name the season if there is one.",
        )
    if hasattr(template, "set_output"):
        template.set_output(transform="default")
    with caught_warnings() as caught:
        fitted: dict[Hashable, Any] = {}
        kinds: dict[Any, list[tuple[History, Any]]] = {}
        for past in histories:
            fitted[past.key] = clone(template).fit(past.values.copy())
            for warning in caught:
                kinds.setdefault(warning.category, []).append((past, warning.message))
            caught.clear()
    for category, told in kinds.items():
        _tell(transformer, category, told, len(histories))
    return fitted


def _refuse_scalers(transformer):
    """Raise a ValueError for what scales rows by statistics that nobody knows of later ones."""
    inside = transformer.get_params().values() if isinstance(transformer, BaseEstimator) else []
    scaler = next((one for one in (transformer, *inside) if isinstance(one, WindowScaler)), None)
    if scaler is not None:
        raise ValueError(
            f"transformer has {scaler!r}, which scales rows by statistics of their own, and those "
            "of rows to come are not known, so that forecasts could not be scaled back: give each "
            "window a scale of its own by scaling=, such as scaling='standard'."
        )


def _tell(transformer, category, told, n_series):
    """Give one warning in place of those of all series."""
    past, message = told[0]
    keys = {one.key for one, _ in told}
    if n_series == 1:
        text = f"transformer={transformer!r}: {message}"
    else:
        text = (
            f"transformer={transformer!r} warns of {len(keys)} of {n_series} series, {past.key!r} "
            f"the first of them: {message}"
        )
    warn_user(text, category)
