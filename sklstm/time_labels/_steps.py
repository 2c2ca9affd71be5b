"""Where rows stand on the frequency of their labels, so that absent ones are known: `Steps`."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from ._kinds import LabelKind, kind_of
from ._open_days import absent_days
from ._reading import as_time_labels

LONGEST_HOLIDAY = 10  # weekdays, or days that shops are open; a week of national holidays is 5 to 7
_SHARE = 0.5  # of the labels of a frequency that are present, but for the longest outage
_MOST_LABELS = 10_000_000  # that are listed, where lengths of steps depend on the date


@dataclass(frozen=True)
class Steps:
    """The step between the labels of a series, in the plain values that files keep.

    Parameters
    ----------
    kind : str
        What labels must be comparable as.
    step : int, str or pandas offset
        A whole number, or the name of a pandas offset; of an offset whose name does not tell all
        of it, such as business days with holidays, the offset itself.
    has_holidays : bool
        Whether labels may be left out, as on trading days.
    """

    kind: str
    step: int | str | pd.offsets.BaseOffset
    has_holidays: bool = False

    @classmethod
    def of(cls, index: pd.Index | None) -> Self | None:
        """Find the step between labels; None where they have none, so that rows are counted."""
        index = None if index is None else as_time_labels(index)
        kind = None if index is None else kind_of(index)
        if index is None or kind is None or len(index) < 2 or index.hasnans:
            return None
        if kind.is_number:
            return None  # numbers count the rows of a frame as often as they count time
        found = _step(index)
        if found is None:
            longest = int(np.argmax(np.diff(kind.numbers(index))))
            parts = index[: longest + 1], index[longest + 1 :]
            found = _step(max(parts, key=len))
        if found is None:
            return None
        step, has_holidays = found
        has_holidays = has_holidays or getattr(step, "freqstr", None) == "B"
        return cls(kind.comparable_as(index), _plain_step(step), has_holidays)

    def numbers(self, index: pd.Index | None) -> np.ndarray | None:
        """Return how many steps each row is after the first one; None if no label is absent.

        Labels that are not on the frequency are counted like rows.
        """
        index = None if index is None else as_time_labels(index)
        kind = None if index is None else kind_of(index)
        if index is None or kind is None or kind.comparable_as(index) != self.kind:
            return None
        if len(index) < 2 or isinstance(index, pd.RangeIndex):
            return None
        if self.has_holidays:
            jumps = 1 + _outages(index, _offset(self.step))
        else:
            gaps = np.diff(kind.numbers(index))
            if (gaps == gaps[0]).all() and len(gaps) > 1 and not self._is_longer(kind, index):
                return None
            jumps = self._jumps(kind, index)
        if jumps is None or (jumps == 1).all():
            return None
        return np.concatenate([[0], np.cumsum(jumps)])

    def first_between(self, index: pd.Index | None) -> Any:
        """Return the first label that stands between two steps; None if there is none."""
        index = None if index is None else as_time_labels(index)
        kind = None if index is None else kind_of(index)
        if index is None or kind is None or self.has_holidays or len(index) < 2:
            return None
        if kind.comparable_as(index) != self.kind:
            return None
        gaps = np.diff(kind.numbers(index))
        # Lengths of months are as nearly alike; all labels need not be listed then.
        if 4 * gaps.max() <= 5 * gaps.min() and not self._is_longer(kind, index):
            return None
        places = places_of_steps(kind, index, self.step)
        if places is None:
            return None
        between = places < 0
        return index[between.argmax()] if between.any() else None

    def count(self, first: pd.Index, later: pd.Index) -> int | None:
        """Return how many steps one label is after another, negative if it is before.

        Parameters
        ----------
        first, later : pandas index of one label
            Comparable ones, in one time zone.

        Returns
        -------
        steps : int or None
            None if they are not on the frequency, or labels may be left out.
        """
        kind = kind_of(first)
        if kind is None or self.has_holidays or kind.comparable_as(first) != self.kind:
            return None
        forward = bool(first[0] <= later[0])
        pair = first.append(later) if forward else later.append(first)
        places = places_of_steps(kind, pair, self.step)
        if places is None or (places < 0).any():
            return None
        steps = int(places[1] - places[0])
        return steps if forward else -steps

    def next_label(self, index: pd.Index) -> pd.Index:
        """Return the label after the last one."""
        kind = kind_of(index)
        assert kind is not None  # or there would be no steps
        return kind.after(index, index[-1], _offset(self.step), 1)

    def _is_longer(self, kind, index):
        second = kind.after(index, index[0], _offset(self.step), 1)
        return second[0] != index[1]

    def _jumps(self, kind, index):
        places = places_of_steps(kind, index, self.step)
        return None if places is None or (places < 0).any() else np.diff(places)


def _step(index):
    """Return the step of labels, and whether they may be left out; None if they have none."""
    kind = kind_of(index)
    if len(index) < 2:
        return None
    try:
        step, has_holidays = kind.find_step(index)
    except ValueError:
        return None
    if isinstance(index, pd.RangeIndex) or has_holidays:
        return step, has_holidays
    places = places_of_steps(kind, index, step)
    if places is None or (places < 0).any():
        return None
    n_labels = places[-1] + 1 - (np.diff(places).max() - 1)  # but for the longest outage
    return (step, False) if len(index) >= _SHARE * n_labels else None


def places_of_steps(kind: LabelKind, index: pd.Index, step: Any) -> np.ndarray | None:
    """Return how many steps each label is after the first, -1 between steps; None if unknown."""
    fixed = _fixed_step(kind, index, _offset(step))
    if fixed is not None:  # without a list of all labels
        places, rest = np.divmod(kind.numbers(index) - kind.numbers(index)[0], fixed)
        return np.where(rest == 0, places, -1)
    grid = _grid(kind, index, step)
    return None if grid is None else grid.get_indexer(index)


def _fixed_step(kind, index, step):
    """Return a step in the unit of labels; None if its length depends on the date, or is finer."""
    if isinstance(step, int | np.integer):  # of two days, for example, where periods are such
        return int(step) * getattr(getattr(index, "freq", None), "n", 1)
    if isinstance(step, pd.offsets.Day):
        if getattr(index, "tz", None) is not None:
            return None  # days are shorter and longer where clocks change
        nanoseconds = step.n * 86_400 * 10**9
    elif isinstance(step, pd.offsets.Tick):
        nanoseconds = step.nanos
    else:
        return None
    fixed, rest = divmod(nanoseconds, kind.unit(index))
    return None if rest else fixed


def _grid(kind, index, step):
    """Return all labels from the first to the last; None if they are too many to be listed."""
    step = _offset(step)
    try:
        size = (index[-1] - index[0]) / (pd.Timedelta(step) if kind.unit(index) > 1 else step)
        if size > _MOST_LABELS:
            return None
    except (TypeError, ValueError):  # months and other steps of the calendar, which are few
        pass
    try:
        return kind.between(index, step)
    except ValueError:
        return None


def _plain_step(step):
    if isinstance(step, int | np.integer):
        return int(step)
    try:
        return step.freqstr if _offset(step.freqstr) == step else step
    except ValueError:  # of a name that is none of pandas' own
        return step


def _offset(step):
    return pd.tseries.frequencies.to_offset(step) if isinstance(step, str) else step


def _outages(days, step):
    """Return how many weekdays are absent after each but the last trading day, but for holidays."""
    absent = absent_days(days, step)
    return np.where(absent > LONGEST_HOLIDAY, absent, 0)


def step_numbers(index: pd.Index | None, steps: Any = None) -> np.ndarray | None:
    """Return how many steps each row is after the first one.

    Parameters
    ----------
    index : pandas index or None
        Labels of rows, in order.
    steps : Steps, optional
        The frequency that earlier rows had; by default what these rows tell.

    Returns
    -------
    numbers : ndarray of int or None
        None where no label is absent, or nothing tells it.
    """
    if steps is None:
        regular = isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex) and index.freq is not None
        regular = regular or isinstance(index, pd.RangeIndex)
        steps = None if regular else Steps.of(index)
    return None if steps is None else steps.numbers(index)
