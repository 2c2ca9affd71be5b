"""Rows of another frequency than that of `fit`, between which steps would be missing."""

from collections.abc import Callable, Iterable

import numpy as np

from sklstm.time_labels import Calendar, label_text

from ._histories import History


def refuse_coarser(
    rows: History,
    pasts: Iterable[History],
    calendar: Calendar,
    is_coarser: Callable[..., bool] = Calendar.is_coarser,
) -> None:
    """Raise a ValueError for rows of a coarser frequency than that of `fit`, such as months.

    Parameters
    ----------
    rows : History
        New ones.
    pasts : iterable of History
        The known rows of the series, or those of all series where it is a new one. If most rows of
        one of them are not successive, the new ones may be as sparse.
    calendar : Calendar
        Of the series in `fit`.
    is_coarser : callable, default=Calendar.is_coarser
        What does as that does, once for the labels of many series.
    """
    if not is_coarser(calendar, rows.index):
        return
    if any(calendar.is_sparse(past.index[_observed(past)]) for past in pasts):
        return
    raise ValueError(
        f"series{rows.of} has rows of another frequency than that of fit, {calendar.name!r}: no "
        f"two of its {len(rows)} rows, such as {label_text(rows.index[0])} and "
        f"{label_text(rows.index[1])}, are successive. Give rows of the frequency of fit, and "
        "those that are missing between them as NaN (asfreq)."
    )


def _observed(past):
    return ~np.isnan(past.values).all(axis=1)
