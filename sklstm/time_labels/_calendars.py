"""The calendars of series of different frequencies: `find_calendars`, `calendar_of_further`."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from ._calendar import Calendar
from ._long_gaps import refuse_long_gap
from ._order import check_order
from ._reading import in_zone_of


def find_calendars(
    indexes: Mapping[Hashable, pd.Index], freq: Any = None
) -> dict[Hashable, Calendar]:
    """Find the calendar of each of some series.

    Series whose labels are complete on one frequency have one calendar. Otherwise each is asked for
    its own, so that a series of weekdays and one of all days both keep their days; a series that
    has no frequency by itself, because of its gaps, has that of another one, if all its labels are
    on it.

    Parameters
    ----------
    indexes : dict
        For each series its index, as from `as_time_labels`.
    freq : str or offset, optional
        Frequency of all of them, where their indexes do not tell.

    Returns
    -------
    calendars : dict
        For each series its `Calendar`; the same object for all series of a frequency.

    Raises
    ------
    ValueError
        As `Calendar.of` does, if labels are not in the order of time, or a series has no frequency,
        nor have all of them together, or has a gap of more than a million steps.
    """
    for key, index in indexes.items():
        check_order(index, name="series", series=key)
        refuse_long_gap(index, key)
    together = _together(indexes, freq)
    if isinstance(together, Calendar) and (freq is not None or _are_complete(together, indexes)):
        return dict.fromkeys(indexes, together)
    groups = _groups(indexes)
    if len(groups) < 2 and isinstance(together, Calendar):
        return dict.fromkeys(indexes, together)
    if not groups:
        raise together
    calendars: dict[Hashable, Calendar] = {}
    for own, keys in groups:
        labels = _union([indexes[key] for key in keys])
        calendars |= dict.fromkeys(keys, Calendar(labels, own.step, own.has_holidays))
    return {key: calendars[key] for key in indexes}


def calendar_of_further(index: pd.Index, calendars: Sequence[Calendar]) -> int:
    """Find the calendar of a series that comes later.

    Parameters
    ----------
    index : pandas index
        Its labels.
    calendars : list of Calendar
        Those of the series that are known.

    Returns
    -------
    number : int
        Which of these has its frequency, or else the first that has all its labels; 0 if none has,
        which is to be refused.
    """
    if len(calendars) == 1:
        return 0
    alike = {}
    for number, calendar in enumerate(calendars):
        labels = in_zone_of(index, calendar.labels)
        if calendar.takes(labels) and not len(_foreign(calendar, labels)):
            alike[number] = calendar
    own = _own(None, index)
    same = [number for number, one in alike.items() if own is not None and _is_same(one, own)]
    exact = [number for number in same if own is not None and alike[number].step == own.step]
    return next(iter([*exact, *same, *alike]), 0)


def _together(indexes, freq):
    """Return the calendar of all series together, or the error that says why there is none."""
    try:
        return Calendar.of(indexes, freq)
    except ValueError as error:
        if freq is not None or len(indexes) == 1:
            raise
        return error


def _groups(indexes):
    """Return the calendars that series have by themselves, each with the keys of its series."""
    groups, unknown, alike = [], [], {}
    for key in sorted(indexes, key=lambda key: -len(indexes[key])):
        index = indexes[key]
        ends = index[0], index[-1], len(index)
        if ends in alike and alike[ends][0].equals(index):
            alike[ends][1].append(key)  # most panels have few different indexes
            continue
        own = _own(key, index)
        if own is None:
            unknown.append(key)
            continue
        same = [group for group in groups if _is_same(group[0], own)]
        if not same:
            same = [(own, [])]
            groups += same
        # Four weekdays may be of a series of weekdays, unless there is one of all days.
        keys = max(same, key=lambda group: group[0].step == own.step)[1]
        keys.append(key)
        alike[ends] = index, keys
    for key in unknown:
        on = [keys for calendar, keys in groups if not len(_foreign(calendar, indexes[key]))]
        if not on:
            return []  # then the error of all of them together says what is missing
        max(on, key=len).append(key)
    return groups


def _own(key, index):
    try:
        return Calendar.of({key: index})
    except ValueError:
        return None


def _is_same(calendar, own):
    """Return whether the labels of a series, and those between, are the same by both."""
    labels, kind = own.labels, own.kind
    if calendar.step != own.step:
        between = kind.between(labels, calendar.step)
        if not between.equals(kind.between(labels, own.step)):
            return False
    return not len(_foreign(calendar, labels))


def _foreign(calendar, index):
    """Return the labels of two indexes that are not on the frequency of the first one."""
    ends = [labels[[0, -1]] for labels in (calendar.labels, index)]
    grid = calendar.kind.between(_union(ends), calendar.step)
    return index.append(calendar.labels[:1]).difference(grid)


def _are_complete(calendar, indexes):
    """Return whether no series lacks a label between its first and its last one."""
    grid = calendar.between(calendar.labels[0], calendar.labels[-1])
    for index in indexes.values():
        first = grid.searchsorted(index[0])
        if not grid[first : first + len(index)].equals(index):
            return False
    return True


def _union(indexes):
    first, *others = indexes
    return first.append(others).unique().sort_values() if others else first
