"""The order of rows: which labels are refused, and which new rows continue a series."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from ._kinds import kind_of
from ._reading import as_time_labels, label_text
from ._steps import LONGEST_HOLIDAY, Steps
from ._text import refuse_dates_in_numbers

# From a Friday over two weeks of holidays to the Monday after, in nanoseconds.
_LONGEST_PAUSE = (LONGEST_HOLIDAY // 5 * 7 + 3) * 86_400 * 10**9


@dataclass(frozen=True)
class IndexEnd:
    """The end of the index of a fitted series, in plain integers or floats.

    Parameters
    ----------
    kind : str
        What labels must be comparable as to continue the series.
    last : int or float
        The last label; nanoseconds for times, whose units may differ.
    following : int or float or None
        The next label, where the index is regular.
    largest_step : int or float
        The largest step between successive labels, but for outages; 0 for a single one.
    rounding : float
        How much longer a step may be because of rounding; 0 for integers.
    steps : Steps or None
        The frequency of the labels, if they have one.
    """

    kind: str
    last: int | float
    following: int | float | None
    largest_step: int | float
    rounding: float = 0.0
    steps: Steps | None = None

    @classmethod
    def of(cls, index: pd.Index) -> Self | None:
        """Return the end of an index; None if its labels have no order."""
        index = as_time_labels(index)
        kind = kind_of(index)
        if kind is None or len(index) == 0:
            return None
        unit, labels = kind.unit(index), kind.numbers(index)
        steps = Steps.of(index)
        largest_step = _usual_step(np.diff(labels), unit)
        if steps is not None and steps.has_holidays:
            largest_step = min(np.diff(labels).max().item() * unit, _LONGEST_PAUSE)
        elif steps is not None and not kind.is_number:
            largest_step = kind.place(steps.next_label(index), 0) - kind.place(index, -1)
        return cls(
            kind=kind.comparable_as(index),
            last=kind.place(index, -1),
            following=kind.following(index),
            largest_step=largest_step,
            rounding=_rounding(labels, largest_step),
            steps=steps,
        )

    def is_continued_by(self, index: pd.Index | None) -> bool:
        """Return whether `index` begins where the fitted one ended.

        The first label must be the exact next one where the fitted index is regular, and later by
        no more than the largest step seen where it is not; an outage, twice as long as any other
        step, does not count.
        """
        if index is None or len(index) == 0:
            return False
        index = as_time_labels(index)[:1]
        kind = kind_of(index)
        if kind is None or kind.comparable_as(index) != self.kind:
            return False
        first = kind.place(index, 0)
        if self.following is not None:
            return first == self.following
        return 0 < first - self.last <= self.largest_step + self.rounding

    def kind_beside(self, index: pd.Index) -> str | None:
        """Return the name of the kind of other labels, None if it is the same or there is none."""
        index = as_time_labels(index[:1])
        kind = kind_of(index)
        name = None if kind is None else kind.comparable_as(index)
        return None if name == self.kind else name


_SEVERAL = (
    " Where a frame holds several series, by names the column or level that tells them apart."
)
_MORE_KEYS = " If several columns tell series apart, by takes them as a list."


def check_order(index: pd.Index | None, name: str = "X", series: Any = None) -> None:
    """Raise a ValueError unless the labels of rows increase, the oldest first.

    Parameters
    ----------
    index : pandas index or None
        Labels without an order (None, text) are not looked at.
    name : str, default="X"
        What the frame is called in error messages.
    series : object, optional
        Name of the series, where the frame holds several and these are the labels of one.

    Raises
    ------
    ValueError
        If a time or number index is not strictly increasing, labels have
        several levels, are text of which dates cannot be parsed, or numbers written as dates.
    """
    if index is None:
        return
    which = "" if series is None else f" (series {series!r})"
    index = as_time_labels(index, f"The index of {name}{which}")
    _refuse_other_labels(index, name, which)
    if kind_of(index) is None:
        return
    if index.hasnans:
        raise ValueError(
            f"The index of {name}{which} has missing labels; rows must be labelled by their time."
        )
    if not index.is_unique:
        label = label_text(index[index.duplicated()][0])
        raise ValueError(
            f"The index of {name}{which} has duplicate labels, {label} among them: rows must be "
            f"one series, one row per time step.{_MORE_KEYS if which else _SEVERAL}"
        )
    if not index.is_monotonic_increasing:
        raise ValueError(
            f"The index of {name}{which} is not sorted: rows must be in the order of time, the "
            f"oldest first. Sort the frame ({name}.sort_index()), and do not shuffle it when "
            "splitting."
        )


def _refuse_other_labels(index: pd.Index, name: str, which: str) -> None:
    if isinstance(index, pd.MultiIndex):
        raise ValueError(f"The index of {name}{which} has {_what_to_do(index, which)}")
    refuse_dates_in_numbers(index, f"The index of {name}{which}")


def _what_to_do(index: pd.MultiIndex, which: str) -> str:
    """Say how to come to an index of one level."""
    if which:
        return (
            f"the levels {list(index.names)} besides the names of the series: rows of a series are "
            "labelled by their time alone. Drop the other levels (droplevel), or name those that "
            "tell series apart in by, too: it takes a list."
        )
    names = [name for name in index.names if isinstance(name, str)]
    level = f"by={names[0]!r}" if names else "by=... (rename_axis gives it a name)"
    return (
        f"{index.nlevels} levels: rows of several series are not cut apart, unless by names the "
        f"level that tells them apart, such as {level}. Or take one series at a time, with an "
        "index of its times alone."
    )


def _usual_step(steps: np.ndarray, unit: int) -> int | float:
    """Return the largest step, but for one outage that is twice as long as any other."""
    if not len(steps):
        return 0
    longest = np.sort(steps)[-2:]
    is_outage = len(steps) > 2 and longest[-1] > 2 * longest[0]
    return longest[0 if is_outage else -1].item() * unit


def _rounding(labels: np.ndarray, largest_step: int | float) -> float:
    """Return what rounding may add to a step: 0.3 - 0.2 is less than 0.4 - 0.3."""
    if labels.dtype.kind != "f":
        return 0.0
    return 1e-9 * largest_step + 4 * np.finfo(labels.dtype).eps.item() * abs(labels[-1].item())
