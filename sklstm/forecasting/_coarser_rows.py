"""Rows of another frequency than that of `fit`, between which steps would be missing."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

import numpy as np

from sklstm._warn import warn_user
from sklstm.time_labels import Calendar, label_text

from ._histories import History
from ._once import Once


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
    if is_coarser(calendar, rows.index) and not _any_is_sparse(pasts, calendar):
        raise ValueError(
            f"series{rows.of} has rows of another frequency than that of fit, {calendar.name!r}: "
            f"no two of its {_described(rows)}, are successive. Give rows of the frequency of fit, "
            "and those that are missing between them as NaN (asfreq)."
        )


def warn_of_coarser(rows: Iterable[History], known: Any) -> None:
    """Warn of a few rows of series that look like rows of a coarser frequency than that of `fit`.

    They are taken as sparse ones, with missing steps between them.

    Parameters
    ----------
    rows : iterable of History
        New ones, of the series of one frame.
    known : KnownSeries
        The series before.
    """
    look = Once(Calendar.may_be_coarser)
    found = []
    for own in rows:
        calendar = known.calendar_of(own.key)
        if not (known.gaps == "missing" or calendar.has_holidays):
            continue  # such rows are refused
        if look(calendar, own.index) and not _any_is_sparse(pasts_of(own.key, known), calendar):
            found.append(own)
    if found:
        first, more = found[0], f" (and {len(found) - 1} more series)" if len(found) > 1 else ""
        warn_user(
            f"series{first.of} has {_described(first)}, of which no two are successive{more}: "
            "steps between them are taken to be missing, for the frequency of fit is "
            f"{known.calendar_of(first.key).name!r}. If these are rows of another frequency, "
            "forecasts mean nothing."
        )


def pasts_of(key: Hashable, known: Any) -> Iterator[History]:
    """Return the history of a series, or those of all series of its calendar if it is new."""
    keys, calendar = [key] if key in known.histories else known.histories, known.calendar_of(key)
    return (known.histories[one] for one in keys if known.calendar_of(one) is calendar)


def _any_is_sparse(pasts, calendar):
    return any(calendar.is_sparse(past.index[_observed(past)]) for past in pasts)


def _described(rows):
    return f"{len(rows)} rows, such as {label_text(rows.index[0])} and {label_text(rows.index[1])}"


def _observed(past):
    return ~np.isnan(past.values).all(axis=1)
