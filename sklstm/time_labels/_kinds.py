"""The kinds of time label, one class each: whatever depends on the kind of a label is here.

To add a kind, write a `LabelKind` and list it in `KINDS`; labels of another library that mean one
of these kinds are turned into pandas' own in `_reading.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from datetime import tzinfo
from typing import Any, ClassVar, NoReturn

import numpy as np
import pandas as pd

from sklstm._warn import caught_warnings

from ._open_days import are_trading_days, days_of, open_week

_FEWEST_WEEKDAYS = 3  # to be taken for trading days
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_SHARE = 0.5  # of the times of a frequency that are present, where the others are gaps
_NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


class LabelKind(ABC):
    """What the package asks of a kind of time label. Methods take an index of this kind.

    Attributes
    ----------
    is_number : bool
        Whether labels are counted or measured, so that they may be the numbers of rows.
    is_date : bool
        Whether labels are drawn on an axis of dates.
    """

    is_number: ClassVar[bool] = False
    is_date: ClassVar[bool] = False

    @abstractmethod
    def matches(self, index: pd.Index) -> bool:
        """Return whether an index is of this kind."""

    @abstractmethod
    def comparable_as(self, index: pd.Index) -> str:
        """Return a name that two indexes share if their labels can be compared."""

    def numbers(self, index: pd.Index) -> np.ndarray:
        """Return labels as integers or floats of the same order."""
        return index.to_numpy()

    def unit(self, index: pd.Index) -> int:
        """Return what a difference of 1 in `numbers` is worth; 1 but for times."""
        return 1

    def place(self, index: pd.Index, row: int) -> Any:
        """Return where a label stands: a number, nanoseconds of times, whatever their unit."""
        return self.numbers(index)[row].item() * self.unit(index)

    def following(self, index: pd.Index) -> int | None:
        """Return the place of the next label, None where the index alone does not tell it."""
        return None

    def find_step(self, labels: pd.Index, freq: Any = None) -> tuple[Any, bool]:
        """Return the step between sorted labels, and whether labels may be left out (holidays).

        Raises a ValueError where labels are not regular.
        """
        refuse_step(labels)

    def typical_step(self, labels: pd.Index) -> Any:
        """Return the median step, a guess where `find_step` finds none."""
        return np.median(np.diff(self.numbers(labels)))

    def step_name(self, labels: pd.Index, step: Any) -> str:
        """Return the name of a step, as messages write it."""
        return str(getattr(step, "freqstr", step))

    @abstractmethod
    def after(self, labels: pd.Index, last: Any, step: Any, n_steps: int) -> pd.Index:
        """Return the `n_steps` labels after `last`."""

    @abstractmethod
    def between(self, labels: pd.Index, step: Any) -> pd.Index:
        """Return all labels from the first one to the last, none left out."""

    def drawn_at(self, index: pd.Index) -> np.ndarray:
        """Return what matplotlib places labels by."""
        return index.to_numpy()

    def zone(self, index: pd.Index) -> tzinfo | None:
        """Return the time zone of labels, None if they have none."""
        return None

    def parts(self, index: pd.Index) -> dict[str, Any]:
        """Return the plain values that an index is made of, as files keep them."""
        return {"values": index.to_numpy(), "dtype": str(index.dtype)}


class WholeNumbers(LabelKind):
    """Whole numbers, such as those that count rows."""

    is_number = True

    def matches(self, index: pd.Index) -> bool:
        return pd.api.types.is_integer_dtype(index.dtype)

    def comparable_as(self, index: pd.Index) -> str:
        return "number"

    def following(self, index: pd.Index) -> int | None:
        return int(index[-1]) + index.step if isinstance(index, pd.RangeIndex) else None

    def find_step(self, labels: pd.Index, freq: Any = None) -> tuple[int, bool]:
        if freq is not None:
            raise ValueError(
                f"freq={freq!r} is the frequency of times, and the index of series holds numbers: "
                "label rows by their times (set_index), or leave freq out."
            )
        if isinstance(labels, pd.RangeIndex):
            return labels.step, False
        return int(np.diff(labels.to_numpy()).min()) if len(labels) > 1 else 1, False

    def after(self, labels: pd.Index, last: Any, step: int, n_steps: int) -> pd.Index:
        first = int(last) + step
        return pd.RangeIndex(first, first + n_steps * step, step)

    def between(self, labels: pd.Index, step: int) -> pd.Index:
        return pd.RangeIndex(labels[0], labels[-1] + 1, step)

    def parts(self, index: pd.Index) -> dict[str, Any]:
        if isinstance(index, pd.RangeIndex):
            return {"start": index.start, "stop": index.stop, "step": index.step}
        return super().parts(index)


class RealNumbers(LabelKind):
    """Floating-point numbers: in order, but no next label, since steps are rounded."""

    is_number = True

    def matches(self, index: pd.Index) -> bool:
        return pd.api.types.is_float_dtype(index.dtype)

    def comparable_as(self, index: pd.Index) -> str:
        return "number"

    def after(self, labels: pd.Index, last: Any, step: Any, n_steps: int) -> pd.Index:
        return pd.Index(last + np.arange(1, n_steps + 1) * step).astype(labels.dtype)

    def between(self, labels: pd.Index, step: Any) -> pd.Index:
        return labels


class Periods(LabelKind):
    """Months, quarters and other periods, whose frequency is a part of their type."""

    is_date = True

    def matches(self, index: pd.Index) -> bool:
        return isinstance(index, pd.PeriodIndex)

    def comparable_as(self, index: pd.Index) -> str:
        return f"period {index.freqstr}"

    def numbers(self, index: pd.Index) -> np.ndarray:
        return index.asi8

    def following(self, index: pd.Index) -> int | None:
        return (index[-1] + 1).ordinal

    def find_step(self, labels: pd.Index, freq: Any = None) -> tuple[int, bool]:
        if freq is not None and not _names_periods(freq, labels.dtype):
            raise ValueError(
                f"freq={freq!r} is another frequency than that of the periods in the index of "
                f"series, {labels.freqstr!r}, which goes on by itself: leave freq out, or change "
                "the periods (asfreq, to_timestamp)."
            )
        return 1, False

    def step_name(self, labels: pd.Index, step: Any) -> str:
        return labels.freqstr

    def after(self, labels: pd.Index, last: Any, step: int, n_steps: int) -> pd.Index:
        return pd.period_range(last, periods=n_steps + 1, freq=labels.freq)[1:]

    def between(self, labels: pd.Index, step: int) -> pd.Index:
        return pd.period_range(labels[0], labels[-1])

    def drawn_at(self, index: pd.Index) -> np.ndarray:
        return index.to_timestamp().to_numpy()

    def parts(self, index: pd.Index) -> dict[str, Any]:
        return {"values": index.asi8, "freq": index.freqstr}


class Durations(LabelKind):
    """Time differences, such as the time since the beginning."""

    _range: ClassVar[Callable[..., pd.Index]] = staticmethod(pd.timedelta_range)

    def matches(self, index: pd.Index) -> bool:
        return isinstance(index, pd.TimedeltaIndex)

    def comparable_as(self, index: pd.Index) -> str:
        return "timedelta"

    def numbers(self, index: pd.Index) -> np.ndarray:
        return index.asi8

    def unit(self, index: pd.Index) -> int:
        """Return the nanoseconds of a unit, as a Python integer: the year 3000 is out of bounds."""
        return _NANOSECONDS[index.unit]

    def following(self, index: pd.Index) -> int | None:
        if index.freq is None:
            return None
        return self.place(self.after(index, index[-1], index.freq, 1), 0)

    def find_step(self, labels: pd.Index, freq: Any = None) -> tuple[Any, bool]:
        times = type(labels)(labels, freq=None)
        # Not by `infer_freq`, which from pandas 3.1 on warns of what it is to return later.
        freq = freq or labels.freq or type(labels)(times, freq="infer").freq
        if freq is not None:
            offset = _offset_named(freq)
            return offset, offset.freqstr == "B"
        return self._step_with_gaps(times)

    def typical_step(self, labels: pd.Index) -> Any:
        if len(labels) == 1:
            raise ValueError("A single row does not show how far apart times are.")
        return pd.Series(labels).diff().median()

    def after(self, labels: pd.Index, last: Any, step: Any, n_steps: int) -> pd.Index:
        unit = _unit(labels, step)
        return self._range(last, periods=n_steps + 1, freq=step, unit=unit)[1:]

    def between(self, labels: pd.Index, step: Any) -> pd.Index:
        return self._range(labels[0], labels[-1], freq=step, unit=_unit(labels, step))

    def drawn_at(self, index: pd.Index) -> np.ndarray:
        return np.arange(len(index))

    def parts(self, index: pd.Index) -> dict[str, Any]:
        freq = None if index.freq is None else index.freqstr
        return {"values": index.asi8, "unit": index.unit, "freq": freq}

    def _step_with_gaps(self, times: pd.Index) -> tuple[Any, bool]:
        for candidate in self._candidates(times):
            if _fewest_labels(times, candidate) > len(times) / _SHARE:
                continue  # they take long to list where one time is far from the others
            grid = self.between(times, candidate)
            if times.isin(grid).all() and len(times) >= _SHARE * len(grid):
                return pd.tseries.frequencies.to_offset(candidate), False
        raise ValueError(
            f"The index of series has no frequency: its times, from {times[0]} to {times[-1]}, are "
            "neither regular nor trading days, so that the times of a forecast are unknown. Give "
            "freq=..., bring them to regular steps (series.resample('h').mean() for hours), or "
            "count rows in place of times (reset_index(drop=True))." + self._hint(times)
        )

    def _hint(self, times: pd.Index) -> str:
        """Return what else may help, to be added to the error of times without a frequency."""
        return ""

    def _candidates(self, times: pd.Index) -> Iterator[Any]:
        """Yield the frequencies that times with gaps may have."""
        steps, counts = np.unique(np.diff(times), return_counts=True)
        if len(steps):
            step = pd.Timedelta(steps[counts.argmax()])
            yield f"{step.days}D" if step == pd.Timedelta(days=step.days) else step


class Times(Durations):
    """Points in time, with or without a time zone: steps may be of calendar months or weekdays."""

    is_date = True
    _range = staticmethod(pd.date_range)

    def matches(self, index: pd.Index) -> bool:
        return isinstance(index, pd.DatetimeIndex)

    def comparable_as(self, index: pd.Index) -> str:
        return "datetime" if index.tz is None else "datetime with time zone"

    def typical_step(self, labels: pd.Index) -> Any:
        step = super().typical_step(labels)
        weekdays = step == pd.Timedelta(days=1) and (labels.day_of_week < 5).all()
        return "B" if weekdays else step

    def drawn_at(self, index: pd.Index) -> np.ndarray:
        return index.to_numpy() if index.tz is None else index.to_pydatetime()

    def zone(self, index: pd.Index) -> tzinfo | None:
        return index.tz

    def step_name(self, labels: pd.Index, step: Any) -> str:
        name = super().step_name(labels, step)
        return f"{name}, {days_of(step)}" if name == "C" else name

    def parts(self, index: pd.Index) -> dict[str, Any]:
        zone = {} if index.tz is None else {"zone": str(index.tz)}
        return super().parts(index) | zone

    def _step_with_gaps(self, times: pd.Index) -> tuple[Any, bool]:
        enough = len(times) >= _FEWEST_WEEKDAYS
        if enough and _on_weekdays(times) and are_trading_days(times, "B"):
            return pd.offsets.BusinessDay(), True
        week = open_week(times)
        return super()._step_with_gaps(times) if week is None else (week, True)

    def _hint(self, times: pd.Index) -> str:
        if times.tz is None:
            return ""
        steps = pd.TimedeltaIndex(np.unique(np.diff(times.tz_convert("UTC"))))
        if len(steps) == 1:
            step = pd.tseries.frequencies.to_offset(steps[0])
            hours = f"{24 * step.n}h" if step.freqstr.endswith("D") else step.freqstr
            return (
                f" In UTC their steps are all the same, so a series in UTC may be shown in local "
                f"time: freq={hours!r} goes on like that."
            )
        if len(steps) and abs(steps / pd.Timedelta(hours=1) - 24).max() <= 1:
            return (
                " They may be days of a place with summer time: show them in its zone, as by "
                "series.tz_convert('Europe/Berlin')."
            )
        return ""

    def _candidates(self, times: pd.Index) -> Iterator[Any]:
        if _on_weekdays(times):
            yield "B"
        yield from super()._candidates(times)
        month = _MONTHS[times[0].month - 1]
        yield from ("MS", "ME", f"QS-{month}", f"QE-{month}", f"YS-{month}", f"YE-{month}")


KINDS: tuple[LabelKind, ...] = (WholeNumbers(), RealNumbers(), Periods(), Durations(), Times())


def kind_of(index: pd.Index) -> LabelKind | None:
    """Return the kind of the labels of an index, None for labels that are no times, such as text.

    Parameters
    ----------
    index : pandas index
        As from `as_time_labels`.

    Returns
    -------
    kind : LabelKind or None
        One of `KINDS`.
    """
    if isinstance(index, pd.MultiIndex):
        return None
    return next((kind for kind in KINDS if kind.matches(index)), None)


def refuse_step(labels: pd.Index) -> NoReturn:
    """Raise a ValueError, since nothing tells which label comes next."""
    raise ValueError(
        f"The index of series has labels of dtype {labels.dtype}, which do not tell what comes "
        "next: it takes times, periods or whole numbers. Without an index "
        "(reset_index(drop=True)) rows are counted."
    )


def _offset_named(freq: Any) -> Any:
    """Return the offset of a frequency, or say that it is none."""
    if isinstance(freq, pd.offsets.BaseOffset):
        return freq
    try:
        with caught_warnings():  # of older names, such as "1d", which mean the same
            return pd.tseries.frequencies.to_offset(freq)
    except ValueError as error:
        raise ValueError(f"freq={freq!r} is no frequency of pandas: {error}") from error


def _names_periods(freq: Any, periods: pd.PeriodDtype) -> bool:
    """Tell whether a frequency is that of periods; "Q" is, wherever their year ends."""
    named = _periods_of(freq)
    if named is None or named == periods:
        return named is not None
    if isinstance(freq, str) and "-" not in freq:
        return named.freq.freqstr.partition("-")[0] == periods.freq.freqstr.partition("-")[0]
    return False


def _periods_of(freq: Any) -> pd.PeriodDtype | None:
    """Return the periods that a frequency names: "M" does, as well as "MS", a month's first day."""
    for read in (pd.PeriodDtype, _period_of_times):
        try:
            with caught_warnings():
                return read(freq)
        except (AttributeError, TypeError, ValueError):
            continue
    return None


def _period_of_times(freq: Any) -> pd.PeriodDtype:
    return pd.date_range("2000-01-01", periods=1, freq=freq).to_period().dtype


def _fewest_labels(times: pd.Index, candidate: Any) -> float:
    """Return how many labels there are at least from the first to the last one."""
    try:
        step = pd.Timedelta("1.5D" if candidate == "B" else candidate)
    except ValueError:
        return 0.0  # months and longer ones are few
    return float((times[-1] - times[0]) / step) - 1


def _on_weekdays(times: pd.DatetimeIndex) -> bool:
    days = times.tz_localize(None)
    return bool((days == days.normalize()).all() and (days.day_of_week < 5).all())


def _unit(labels: pd.Index, step: Any) -> str:
    """Return the unit of labels, or that of a step that is finer: pandas 2 takes nanoseconds."""
    step = pd.tseries.frequencies.to_offset(step)
    if not isinstance(step, pd.tseries.offsets.Tick):
        return labels.unit
    of_step = next(unit for unit, worth in _NANOSECONDS.items() if step.nanos % worth == 0)
    return min(labels.unit, of_step, key=_NANOSECONDS.__getitem__)
