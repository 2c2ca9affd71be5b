"""Transformers of series that are now known by other rows: `moved_transformers`."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from sklstm.preprocessing import beginning_at
from sklstm.time_labels import IndexBeginning

from ._forecast_model import ForecastModel
from ._histories import History
from ._known_series import KnownSeries


def moved_transformers(
    model: ForecastModel,
    histories: Iterable[History],
    before: KnownSeries,
    now: KnownSeries,
    goes_on: bool = False,
) -> ForecastModel:
    """Return a model whose transformers know where the rows begin that they are given.

    Parameters
    ----------
    model : ForecastModel
        Fitted.
    histories : iterable of History
        What is known of some series now.
    before : KnownSeries
        What was known, which begins with the rows of `fit`.
    now : KnownSeries
        With the calendars of both.
    goes_on : bool, default=False
        Whether rows of a known series begin with its first one, whatever values that has now.

    Returns
    -------
    model : ForecastModel
        The same one if no transformer of it is concerned.

    Raises
    ------
    ValueError
        If nothing tells where rows begin, and a transformer depends on it.
    """
    transformers = {}
    for past in histories:
        if past.key not in model.transformers or past.key not in before.histories:
            continue
        known = before.histories[past.key]
        n_steps = 0 if goes_on else _steps_between(known, past, now.calendar_of(past.key))
        try:
            moved = beginning_at(model.transformers[past.key], past.values, n_steps)
        except ValueError as error:
            if n_steps is not None:
                raise
            raise ValueError(
                f"history{past.of} begins with label {past.index[0]}, from which rows are counted "
                "that nobody has labelled, and has other values than the rows of fit: nothing "
                "tells where it stands in the season of transformer. Give it labels that are "
                "counted on from those of fit."
            ) from error
        transformers[past.key] = moved
    return replace(model, transformers=model.transformers | transformers) if transformers else model


def _steps_between(past, other, calendar):
    """Return how many steps after one history another one begins.

    None is for numbers that may count the rows of the other one: it begins with the same number,
    or 0, and has other values.
    """
    begin, end = past.index[0], other.index[0]
    steps = len(calendar.between(min(begin, end), max(begin, end))) - 1
    steps = steps if end >= begin else -steps
    if calendar.kind.is_number and IndexBeginning.of(past.index).may_be_counted_anew(other.index):
        old, new = past.values, other.values[-steps:]
        n_rows = min(len(old), len(new))
        if n_rows == 0 or not np.array_equal(new[:n_rows], old[:n_rows], equal_nan=True):
            return None
    return steps
