"""Transformers of a forecaster, which has all rows of a series: `for_whole_series`, `beginning_at`.

It hands them over without labels, and knows itself where rows stand.
"""

import copy
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from ._find_season import season_of
from ._series_transformer import SeriesTransformer


def for_whole_series(transformer: Any, tables: list[tuple[Any, Any]]) -> tuple[Any, bool]:
    """Set what series tell that are given without labels: a season, and that they begin anew.

    Parameters
    ----------
    transformer : transformer
        Not fitted, changed in place; of a pipeline all steps.
    tables : list of (ndarray of shape (n_steps, n_features), index)
        Values and labels of all series.

    Returns
    -------
    transformer : transformer
        The same.
    has_no_season : bool
        Whether there is ``season="auto"``, and no season, which is set to 1.
    """
    for part in _series_transformers(transformer):
        part.set_params(context="never")
    seasonal = [part for part in _series_transformers(transformer) if _has_auto_season(part)]
    season = season_of(tables) if seasonal else 0
    for part in seasonal:
        part.set_params(season=season)
    return transformer, season == 1


def finds_season(transformer: Any) -> bool:
    """Return whether a transformer, or a part of it, has ``season="auto"``."""
    return any(map(_has_auto_season, _series_transformers(transformer)))


def _series_transformers(transformer):
    """Return those among a transformer and its parts, such as the steps of a pipeline."""
    parts = [transformer]
    if isinstance(transformer, BaseEstimator):
        parts += list(transformer.get_params().values())
    return [part for part in parts if isinstance(part, SeriesTransformer)]


def _has_auto_season(part):
    return getattr(part, "season", None) == "auto"


def beginning_at(transformer: Any, values: np.ndarray, n_steps: int | None) -> Any:
    """Return a fitted transformer for rows of the series that begin elsewhere.

    Parameters
    ----------
    transformer : transformer
        Fitted; it is left as it is.
    values : ndarray of shape (n_steps, n_features)
        The rows.
    n_steps : int or None
        How many steps after the first fitted row they begin; None if nothing tells.

    Returns
    -------
    transformer : transformer
        The same one, if it does not depend on where rows begin.

    Raises
    ------
    ValueError
        If nothing tells, and it does.
    """
    if isinstance(transformer, Pipeline):
        moved, steps = copy.copy(transformer), []
        for name, step in transformer.steps:
            step = beginning_at(step, values, n_steps)
            steps.append((name, step))
            if hasattr(step, "transform"):
                values = np.asarray(step.transform(values.copy()))
        moved.steps = steps
        return moved
    if isinstance(transformer, SeriesTransformer):
        return transformer._beginning_at(values, n_steps)
    return transformer
