"""All that a forecaster knows of its series: `KnownSeries`."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from sklstm.data import as_labelled, index_of
from sklstm.time_labels import Calendar, check_order, find_calendars, in_zone_of, label_text

from ._histories import (
    History,
    check_future,
    names_of_columns,
    places_of_known,
    read_future,
    read_histories,
)
from ._overlap import new_rows
from ._regular_panel import read_regular_panel


@dataclass(frozen=True)
class KnownSeries:
    """Series with their exogenous columns and their times.

    Parameters
    ----------
    histories : dict
        A `History` for each series by its key.
    calendar : Calendar
        The times of all of them, but for those of `other_calendars`.
    columns : list
        Names of the columns of the series.
    exog_columns : list or None
        Names of the exogenous columns, if they have any.
    known : ndarray of int
        Places of the exogenous columns that are known in advance.
    by : str or None
        Column or level of the index with the key of each series.
    time_first : bool
        Whether `by` is a level of the index after that of the times.
    gaps : {"raise", "missing"}
        What to make of times that are absent.
    other_calendars : list of Calendar
        Those of series that have another frequency than the first one.
    calendar_numbers : dict
        For such series by key which of these it is, counted from 1.
    exog_nan : bool
        Whether exogenous values may be NaN.
    """

    histories: dict[Hashable, History]
    calendar: Calendar
    columns: list[Any]
    exog_columns: list[Any] | None
    known: np.ndarray
    by: Hashable | None
    time_first: bool
    gaps: str
    other_calendars: list[Calendar] = field(default_factory=list)
    calendar_numbers: dict[Hashable, int] = field(default_factory=dict)
    exog_nan: bool = False

    @classmethod
    def read(
        cls,
        series: Any,
        exog: Any,
        *,
        by: Hashable | None,
        freq: Any,
        gaps: str,
        known_exog: Any,
        exog_nan: bool = False,
    ) -> Self:
        """Read series and exogenous columns as `Forecaster.fit` is given them."""
        series, exog = as_labelled(series), as_labelled(exog)
        regular = read_regular_panel(series, exog, by, freq, exog_nan)
        if regular is None:
            histories = read_histories(series, exog, by, exog_nan)
            calendars = find_calendars({key: past.index for key, past in histories.items()}, freq)
        else:
            histories, calendars = regular[0], dict.fromkeys(*regular)
        by_id = {id(calendar): calendar for calendar in calendars.values()}
        calendar, *others = by_id.values()
        numbers = {key: list(by_id).index(id(found)) for key, found in calendars.items()}
        first = next(iter(histories.values()))
        names = names_of_columns(series, by)
        exog_columns = None if exog is None else names_of_columns(exog, by)
        known = cls(
            histories, calendar, list(range(first.values.shape[1])) if names is None else names,
            exog_columns, places_of_known(known_exog, exog_columns, first.exog.shape[1]), by,
            by is not None and by in list(getattr(index_of(series), "names", [None]))[1:], gaps,
            others, {key: number for key, number in numbers.items() if number}, exog_nan,
        )  # fmt: skip
        return known if regular is not None else known.with_histories(histories)

    @property
    def n_exog(self) -> int:
        """Number of exogenous columns."""
        return next(iter(self.histories.values())).exog.shape[1]

    def calendar_of(self, key: Hashable) -> Calendar:
        """Return the calendar of a series."""
        return (self.calendar, *self.other_calendars)[self.calendar_numbers.get(key, 0)]

    def with_histories(self, histories: Mapping[Hashable, History]) -> Self:
        """Return the same with other histories, whose times are checked."""
        return replace(
            self, histories={key: self._regular(past) for key, past in histories.items()}
        )

    def followed_by(self, series: Any, exog: Any, overlap: str | None = None) -> Self:
        """Return the series with new rows at their ends.

        `overlap` is that of `Forecaster.update`; None refuses rows that are known.
        """
        self._check_exog(exog)
        series, exog = as_labelled(series), as_labelled(exog)
        _check_names(series, self.by, self.columns, "series")
        if exog is not None:
            _check_names(exog, self.by, self.exog_columns, "exog")
        histories, new_labels = dict(self.histories), {}  # type: Any, dict[Hashable, pd.Index]
        has_index = index_of(series) is not None
        for key, rows in read_histories(series, exog, self.by, self.exog_nan).items():
            self._check_columns(rows)
            past = self._find(key)
            if not has_index:
                rows = replace(rows, index=self.calendar_of(key).after(past.index[-1], len(rows)))
            rows = replace(rows, index=in_zone_of(rows.index, past.index))
            self._check_labels(past, rows)
            past, rows = new_rows(past, rows, overlap)
            self._check_follows(past, rows)
            histories[key] = past.followed_by(rows)
            new_labels[key] = rows.index
        return self._with_labels(new_labels).with_histories(histories)

    def wanted(self, series: Any) -> list[History]:
        """Return the histories of the series that a user names; of all for None."""
        if series is None:
            return list(self.histories.values())
        keys = list(series) if isinstance(series, list | np.ndarray | pd.Index) else [series]
        if not keys:
            raise ValueError("series names no series: by default (None) all are forecast.")
        return [self._find(key) for key in keys]

    def futures(
        self, histories: Sequence[History], exog: Any, steps: int, n_rows: int
    ) -> dict[Hashable, tuple[np.ndarray | None, pd.Index]]:
        """Return what is known of the time after the end of series.

        Parameters
        ----------
        histories : list of History
            Which series.
        exog : array-like, frame or None
            As `Forecaster.forecast` is given it.
        steps : int
            How many rows will be forecast.
        n_rows : int
            For how many rows values known in advance are needed.

        Returns
        -------
        futures : dict
            For each series by its key the values, of shape (n_rows, n_known) or None, and the
            labels of the rows to be forecast.
        """
        labels = self._labels_after(histories, n_rows)
        if exog is None:
            if len(self.known):
                raise ValueError(
                    f"exog is missing: {len(self.known)} of the columns in fit are known in "
                    f"advance, and forecast takes their {n_rows} rows after the end. Columns that "
                    "are not known in advance are to be left out of known_exog."
                )
            return {key: (None, index[:steps]) for key, index in labels.items()}
        if not len(self.known):
            raise ValueError(
                "exog was given, but no column is known in advance: fit had "
                f"{self.n_exog} exogenous columns, and known_exog names none of them."
            )
        keys = list(labels)
        columns = self.exog_columns, self.known
        read = read_future(exog, self.by, *columns, keys, self.exog_nan)
        futures = {
            key: check_future(read[key], index, self.calendar_of(key), key)
            for key, index in labels.items()
        }
        return {key: (values, index[:steps]) for key, (values, index) in futures.items()}

    def _labels_after(self, histories, n_rows):
        """Return the labels of the next rows of each series; many end at the same time."""
        found, labels = {}, {}
        for past in histories:
            end = self.calendar_numbers.get(past.key, 0), past.index[-1]
            if end not in found:
                found[end] = self.calendar_of(past.key).after(end[1], n_rows)
            labels[past.key] = found[end]
        return labels

    def _with_labels(self, labels):
        """Return the same with calendars that know more labels of some series."""
        of_each = [[] for _ in (self.calendar, *self.other_calendars)]
        for key, index in labels.items():
            of_each[self.calendar_numbers.get(key, 0)].append(index)
        first, *others = [
            calendar.with_labels(new)
            for calendar, new in zip((self.calendar, *self.other_calendars), of_each, strict=True)
        ]
        return replace(self, calendar=first, other_calendars=others)

    def _regular(self, past):
        calendar = self.calendar_of(past.key)
        calendar.check(past.index, past.key, self.gaps)
        if self.gaps == "missing":
            return past.completed(calendar.between(past.index[0], past.index[-1]))
        return past

    def _find(self, key):
        if key not in self.histories:
            known = list(self.histories)
            shown = f"{known[:5]}{' and more' if len(known) > 5 else ''}"
            raise ValueError(f"series {key!r} is unknown: fit had {shown}.")
        return self.histories[key]

    def _check_exog(self, exog):
        if exog is None and self.n_exog:
            raise ValueError(f"exog is missing: fit had {self.n_exog} exogenous columns.")
        if exog is not None and not self.n_exog:
            raise ValueError("exog was given, but fit had none.")

    def _check_columns(self, rows):
        first = next(iter(self.histories.values()))
        for name, now, before in (
            ("series", rows.values, first.values), ("exog", rows.exog, first.exog),
        ):  # fmt: skip
            if now.shape[1] != before.shape[1]:
                raise ValueError(
                    f"{name} has {now.shape[1]} columns, and had {before.shape[1]} in fit."
                )

    def _check_labels(self, past, rows):
        check_order(rows.index, name="series", series=past.key)
        calendar = self.calendar_of(past.key)
        if not calendar.takes(rows.index):
            raise ValueError(
                f"The index of series{past.of} has labels of dtype {rows.index.dtype}, and had "
                f"{past.index.dtype} in fit."
            )

    def _check_follows(self, past, rows):
        if not len(rows):
            return
        calendar = self.calendar_of(past.key)
        following = calendar.after(past.index[-1], 1)[0]
        if self.gaps == "raise" and not calendar.has_holidays and rows.index[0] > following:
            raise ValueError(
                f"The index of series{past.of} has a gap: {label_text(following)} is absent; the "
                f"frequency is {calendar.name!r}. New rows begin at "
                f"{label_text(rows.index[0])}: give those before them first; let a splitter leave "
                "no gap (gap=0), for forecasts begin right after the known rows; or take absent "
                "rows for missing steps (gaps='missing')."
            )


def _check_names(table, by, before, name):
    """Raise a ValueError if the columns of a frame are not those of `fit`, in the same order."""
    if isinstance(table, pd.Series):
        return  # its name is as good as any
    names = names_of_columns(table, by)
    named = before is not None and before not in (list(range(len(before))), ["value"])
    # Frames whose columns are numbers are of an array, or of a frame whose numbers are names.
    named = named or (before is not None and names != before and set(names or ()) == set(before))
    if named and names is not None and len(names) == len(before) and names != before:
        raise ValueError(f"{name} has the columns {names}, and had {before} in fit.")


def level_suffix(level: float | None) -> str:
    """Return the suffix of ``lower`` in the name of a column: empty for a single level."""
    if level is None:
        return ""
    short = f"{level:g}"  # of six digits, which may be those of another level, too
    return f"_{short}" if float(short) == level else f"_{float(level)!r}"
