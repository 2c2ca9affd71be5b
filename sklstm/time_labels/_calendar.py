"""The regular labels of series, and which come next: `Calendar`."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from ._kinds import LabelKind, kind_of, refuse_step
from ._long_gaps import refuse_long_gap
from ._open_days import absent_days, days_of, on_open_days
from ._order import check_order
from ._reading import comparable, label_text
from ._steps import LONGEST_HOLIDAY, places_of_steps

_FEWEST_LABELS = 8  # that tell a frequency from rows that happen to be absent
_FEW_LABELS = 3, 5  # that look like one of three steps or more, and of two


@dataclass(frozen=True)
class Calendar:
    """The regular labels that the rows of series have.

    Parameters
    ----------
    labels : pandas index
        All labels of all series, sorted.
    step : int or pandas offset
        From one label to the next; a number of periods for periods.
    has_holidays : bool
        Whether labels may be left out, as on trading days.
    """

    labels: pd.Index
    step: Any
    has_holidays: bool = False

    @classmethod
    def of(cls, indexes: Mapping[Hashable, pd.Index], freq: Any = None) -> Self:
        """Find the calendar of some series.

        Parameters
        ----------
        indexes : dict
            For each series its index, as from `as_time_labels`.
        freq : str or offset, optional
            Frequency of the times, where the index does not tell.

        Returns
        -------
        calendar : Calendar
            The labels of all of them, and what follows.

        Raises
        ------
        ValueError
            If labels are not in the order of time, repeated, of no kind that tells what follows,
            or have no frequency.
        """
        for key, index in indexes.items():
            check_order(index, name="series", series=key)
        first, *others = indexes.values()
        labels = first.append(others).unique().sort_values() if others else first
        kind = kind_of(labels)
        if kind is None:
            refuse_step(labels)
        return cls(labels, *kind.find_step(labels, freq))

    @property
    def kind(self) -> LabelKind:
        """Kind of the labels."""
        kind = kind_of(self.labels)
        assert kind is not None  # or `of` would have refused the labels
        return kind

    @property
    def name(self) -> str:
        """Name of the frequency."""
        return self.kind.step_name(self.labels, self.step)

    def with_labels(self, labels: list[pd.Index]) -> Self:
        """Return the calendar with more labels, such as those of new rows."""
        if not labels:
            return self
        all_labels = self.labels.append(labels).unique().sort_values()
        return replace(self, labels=all_labels.rename(self.labels.name))

    def takes(self, index: pd.Index) -> bool:
        """Return whether labels are of the kind of the calendar's."""
        return kind_of(index) is self.kind and comparable(index, self.labels)

    def after(self, last: Any, steps: int) -> pd.Index:
        """Return the labels of the `steps` rows that follow `last`."""
        labels = self.kind.after(self.labels, last, self.step, steps)
        return labels.rename(self.labels.name)

    def between(self, first: Any, last: Any) -> pd.Index:
        """Return all labels that a series from `first` to `last` should have."""
        if self.has_holidays:
            known = self.labels[self.is_open(self.labels)]
        else:
            known = self.kind.between(self.labels, self.step)
        return known[(known >= first) & (known <= last)]

    def is_open(self, index: pd.Index) -> np.ndarray:
        """Return of each label whether it is on a day of the week that trading days have."""
        return on_open_days(index, self.step)

    def may_follow(self, index: pd.Index, expected: pd.Index) -> bool:
        """Return whether labels may stand where others come next: later trading days."""
        if not self.has_holidays or not self.takes(index):
            return False
        ordered = index.is_monotonic_increasing and index.is_unique
        return bool(ordered and index[0] >= expected[0] and self.is_open(index).all())

    def is_coarser(self, index: pd.Index) -> bool:
        """Return whether labels have a longer step, of which none is absent.

        So are months in a calendar of days; eight labels are needed to tell.
        """
        return len(index) >= _FEWEST_LABELS and self._step_of_all(index) > 1

    def may_be_coarser(self, index: pd.Index) -> bool:
        """Return whether labels look like those of a longer step, but are too few to tell."""
        few, more = _FEW_LABELS
        if not few <= len(index) < _FEWEST_LABELS:
            return False
        return self._step_of_all(index) > (1 if len(index) >= more else 2)

    def is_sparse(self, index: pd.Index) -> bool:
        """Return whether most labels are more than one step after the one before."""
        n_steps = self._steps_between(index) if len(index) > 1 else None
        return n_steps is not None and bool((n_steps > 1).mean() > 0.5)

    def _step_of_all(self, index):
        """Return how long the shortest step of labels is that lack none of their own frequency.

        1 for those that have none, or lack one.
        """
        n_steps = self._steps_between(index)
        if n_steps is None or n_steps.min() < 2:
            return 1
        regular = (n_steps == n_steps[0]).all() or self._is_whole(index)
        return int(n_steps.min()) if regular else 1

    def _steps_between(self, index):
        """Return how many steps each label but the first is after the one before, if any is."""
        if self.has_holidays:
            return 1 + absent_days(index, self.step)
        places = places_of_steps(self.kind, index, self.step)
        return None if places is None or (places < 0).any() else np.diff(places)

    def _is_whole(self, index):
        """Return whether labels are all that their own frequency has from the first to the last."""
        try:
            step, _ = self.kind.find_step(index)
        except ValueError:
            return False
        return self.kind.between(index, step).equals(index)

    def check(self, index: pd.Index, key: Hashable = None, gaps: str = "raise") -> None:
        """Raise a ValueError for labels that are not the calendar's, and for gaps in a series."""
        of = "" if key is None else f" {key!r}"
        refuse_long_gap(index, key)
        expected = self.between(index[0], index[-1])
        if gaps != "missing" and index.equals(expected):
            self._check_holidays(index, of)
            return
        foreign = index.difference(expected)
        if len(foreign):
            raise ValueError(
                f"The index of series{of} has the label {label_text(foreign[0])}, which is not on "
                f"its frequency {self.name!r}."
            )
        if gaps == "missing":
            return
        absent = expected.difference(index)
        if len(absent):
            more = f", and {len(absent) - 1} more" if len(absent) > 1 else ""
            raise ValueError(
                f"The index of series{of} has a gap: {label_text(absent[0])} is absent{more}; the "
                f"frequency is {self.name!r}. Fill it (asfreq, reindex), or take absent rows for "
                "missing steps (gaps='missing')."
            )
        self._check_holidays(index, of)

    def _check_holidays(self, index: pd.Index, of: str) -> None:
        if not self.has_holidays or len(index) < 2:
            return
        absent = absent_days(index, self.step)
        if absent.max() > LONGEST_HOLIDAY:
            place = int(absent.argmax())
            raise ValueError(
                f"The index of series{of} has a gap: from {index[place]} to "
                f"{index[place + 1]} {absent[place]} {days_of(self.step)} are absent, more than "
                f"the {LONGEST_HOLIDAY} that are taken for holidays. Fill it (reindex), or give "
                "the days as freq=pd.offsets.CustomBusinessDay(holidays=...)."
            )


def labels_after(labels: pd.Index, n_steps: int) -> pd.Index:
    """Return the labels of the next rows, where need be a guess.

    Parameters
    ----------
    labels : pandas index
        As from `as_time_labels`, increasing.
    n_steps : int
        How many labels to return.

    Returns
    -------
    following : pandas index
        Where `labels` are neither regular nor weekdays, as far apart as most of them.

    Raises
    ------
    ValueError
        If labels are such that nothing tells which come next.
    """
    kind = kind_of(labels)
    if kind is None or (kind.is_number and len(labels) == 1):
        raise ValueError(f"Nothing tells which labels follow on {label_text(labels[-1])}")
    try:
        step, _ = kind.find_step(labels)
    except ValueError:
        step = kind.typical_step(labels)
    return kind.after(labels, labels[-1], step, n_steps)
