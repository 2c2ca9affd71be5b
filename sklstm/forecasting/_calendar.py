"""Which times series have, and which come next: `Calendar`."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sklstm.data import check_order

_TRADING_SHARE = 0.9  # of the weekdays that trading days are at least
_LONGEST_HOLIDAY = 10  # weekdays; a week of national holidays is 5 to 7
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_SHARE = 0.5  # of the times of a frequency that are there, where the others are gaps


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
    step: object
    has_holidays: bool = False

    @classmethod
    def of(cls, indexes, freq=None):
        """Find the calendar of some series.

        Parameters
        ----------
        indexes : dict
            For each series its index.
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
        if isinstance(labels, pd.DatetimeIndex | pd.TimedeltaIndex):
            return cls(labels, *_offset(labels, freq))
        if isinstance(labels, pd.PeriodIndex):
            return cls(labels, 1)
        if not pd.api.types.is_integer_dtype(labels.dtype):
            raise ValueError(
                f"The index of series has labels of dtype {labels.dtype}, which do not tell what "
                "comes next: it takes times, periods or whole numbers. Without an index "
                "(reset_index(drop=True)) rows are counted."
            )
        return cls(labels, _whole_step(labels))

    def with_labels(self, labels):
        """Return the calendar with more labels, such as those of new rows."""
        labels = self.labels.append(labels).unique().sort_values()
        return replace(self, labels=labels.rename(self.labels.name))

    def after(self, last, steps):
        """Return the labels of the `steps` rows that follow on `last`."""
        if isinstance(self.labels, pd.DatetimeIndex):
            after = pd.date_range(last, periods=steps + 1, freq=self.step)[1:]
        elif isinstance(self.labels, pd.TimedeltaIndex):
            after = pd.timedelta_range(last, periods=steps + 1, freq=self.step)[1:]
        elif isinstance(self.labels, pd.PeriodIndex):
            after = pd.period_range(last, periods=steps + 1, freq=self.labels.freq)[1:]
        else:
            first = int(last) + self.step
            after = pd.RangeIndex(first, first + steps * self.step, self.step)
        return after.rename(self.labels.name)

    def between(self, first, last):
        """Return all labels that a series from `first` to `last` should have."""
        if self.has_holidays:
            known = self.labels[self.labels.day_of_week < 5]
        elif isinstance(self.labels, pd.DatetimeIndex):
            known = pd.date_range(self.labels[0], self.labels[-1], freq=self.step)
        elif isinstance(self.labels, pd.TimedeltaIndex):
            known = pd.timedelta_range(self.labels[0], self.labels[-1], freq=self.step)
        elif isinstance(self.labels, pd.PeriodIndex):
            known = pd.period_range(self.labels[0], self.labels[-1])
        else:
            known = pd.RangeIndex(self.labels[0], self.labels[-1] + 1, self.step)
        return known[(known >= first) & (known <= last)]

    def check(self, index, key=None, gaps="raise"):
        """Raise a ValueError for labels that are not the calendar's, and for gaps in a series."""
        expected = self.between(index[0], index[-1])
        foreign = index.difference(expected)
        if len(foreign):
            raise ValueError(
                f"The index of series{_of(key)} has the label {foreign[0]}, which is not on its "
                f"frequency {self.name!r}."
            )
        if gaps == "missing":
            return
        absent = expected.difference(index)
        if len(absent):
            raise ValueError(
                f"The index of series{_of(key)} has a gap: {absent[0]} is absent"
                f"{f', and {len(absent) - 1} more' if len(absent) > 1 else ''}; the frequency is "
                f"{self.name!r}. Fill it (asfreq, reindex), or take absent rows for missing steps "
                "(gaps='missing')."
            )
        self._check_holidays(index, key)

    @property
    def name(self):
        """Name of the frequency."""
        if isinstance(self.labels, pd.PeriodIndex):
            return self.labels.freqstr
        return str(getattr(self.step, "freqstr", self.step))

    def _check_holidays(self, index, key):
        if not self.has_holidays or len(index) < 2:
            return
        days = index.tz_localize(None).to_numpy().astype("datetime64[D]")
        absent = np.busday_count(days[:-1], days[1:]) - 1
        if absent.max() > _LONGEST_HOLIDAY:
            place = int(absent.argmax())
            raise ValueError(
                f"The index of series{_of(key)} has a gap: from {index[place]} to "
                f"{index[place + 1]} {absent[place]} weekdays are absent, more than the "
                f"{_LONGEST_HOLIDAY} that are taken for holidays. Fill it (reindex), or give "
                "the days as freq=pd.offsets.CustomBusinessDay(holidays=...)."
            )


def as_index(index, n_rows):
    """Return an index of times for one of Python's or Arrow's, and one of row numbers for none."""
    if index is None:
        return pd.RangeIndex(n_rows)
    if isinstance(index.dtype, pd.ArrowDtype) and index.dtype.kind in "mM":
        return {"M": pd.DatetimeIndex, "m": pd.TimedeltaIndex}[index.dtype.kind](index)
    if index.dtype == object and pd.api.types.infer_dtype(index) in ("date", "datetime"):
        return pd.DatetimeIndex(index)
    return index


def are_alike(labels, others):
    """Tell whether labels are of one kind, so that they can be compared and joined."""
    return _kind(labels) == _kind(others)


def _kind(labels):
    if isinstance(labels, pd.PeriodIndex):
        return labels.dtype
    if pd.api.types.is_integer_dtype(labels.dtype):
        return "integer"
    return type(labels), str(getattr(labels, "tz", None))


def _of(key):
    return "" if key is None else f" {key!r}"


def _whole_step(labels):
    if isinstance(labels, pd.RangeIndex):
        return labels.step
    return int(np.diff(labels.to_numpy()).min()) if len(labels) > 1 else 1


def _offset(labels, freq):
    """Return the frequency of times, and whether some of its times may be left out."""
    times = type(labels)(labels, freq=None)
    # Not by `infer_freq`, which from pandas 3.1 on warns of what it is to return later.
    freq = freq or labels.freq or type(labels)(times, freq="infer").freq
    if freq is not None:
        offset = pd.tseries.frequencies.to_offset(freq)
        return offset, offset.freqstr == "B"
    if isinstance(times, pd.DatetimeIndex) and _are_trading_days(times):
        return pd.offsets.BusinessDay(), True
    for candidate in _candidates(times):
        grid = _range(times, candidate)
        if times.isin(grid).all() and len(times) >= _SHARE * len(grid):
            return pd.tseries.frequencies.to_offset(candidate), False
    raise ValueError(
        f"The index of series has no frequency: its times, from {times[0]} to {times[-1]}, are "
        "neither regular nor trading days, so that the times of a forecast are unknown. Give "
        "freq=..., or count rows in place of times (reset_index(drop=True))."
    )


def _are_trading_days(times):
    weekdays = _range(times.tz_localize(None), "B")
    return _on_weekdays(times) and len(times) >= max(3, _TRADING_SHARE * len(weekdays))


def _on_weekdays(times):
    days = times.tz_localize(None)
    return bool((days == days.normalize()).all() and (days.day_of_week < 5).all())


def _candidates(times):
    """Yield the frequencies that times with gaps may have."""
    steps, counts = np.unique(np.diff(times), return_counts=True)
    days = isinstance(times, pd.DatetimeIndex) and _on_weekdays(times)
    if days:
        yield "B"
    if len(steps):
        step = pd.Timedelta(steps[counts.argmax()])
        yield f"{step.days}D" if step == pd.Timedelta(days=step.days) else step
    if isinstance(times, pd.DatetimeIndex):
        month = _MONTHS[times[0].month - 1]
        yield from ("MS", "ME", f"QS-{month}", f"QE-{month}", f"YS-{month}", f"YE-{month}")


def _range(times, freq):
    make = pd.date_range if isinstance(times, pd.DatetimeIndex) else pd.timedelta_range
    return make(times[0], times[-1], freq=freq)
