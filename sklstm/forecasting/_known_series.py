"""All that a forecaster knows of its series: `KnownSeries`."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from sklstm.data import as_labelled, index_of, key_text, keys_named, types_of
from sklstm.preprocessing import CalendarFeatures
from sklstm.time_labels import (
    Calendar,
    calendar_of_further,
    find_calendars,
    in_zone_of,
    label_text,
)

from ._calendar_columns import (
    as_calendar_features,
    calendar_columns,
    n_columns,
    with_calendar,
)
from ._coarser_rows import pasts_of, refuse_coarser, warn_of_coarser
from ._encoded_future import check_as_in_fit, check_given, read_encoded_future
from ._exog_encoding import ExogEncoding, places_in_encoding
from ._future_values import Wanted
from ._histories import History, check_names, is_time_first, names_of_columns, read_histories
from ._once import Once
from ._overlap import check_follows, check_labels, known_labels, new_rows, tell_of_known_again
from ._packed_series import PackedSeries
from ._regular_panel import read_regular_panel
from ._rows_beside import rows_beside


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
    by : str, list of str or None
        Columns or levels of the index with the key of each series.
    time_first : bool
        Whether keys are levels of the index after that of the times.
    gaps : {"raise", "missing"}
        What to make of times that are absent.
    other_calendars : list of Calendar
        Those of series that have another frequency than the first one.
    calendar_numbers : dict
        For such series by key which of these it is, counted from 1; 0 for others.
    exog_nan : bool
        Whether exogenous values may be NaN.
    calendar_features : CalendarFeatures, optional
        What the calendar adds to the exogenous columns of each history, behind those given.
    encoding : ExogEncoding, optional
        How exogenous columns become numbers; `exog_columns` are names of these numbers then.
    """

    histories: dict[Hashable, History]
    calendar: Calendar
    columns: list[Any]
    exog_columns: list[Any] | None
    known: np.ndarray
    by: Any
    time_first: bool
    gaps: str
    other_calendars: list[Calendar] = field(default_factory=list)
    calendar_numbers: dict[Hashable, int] = field(default_factory=dict)
    exog_nan: bool = False
    calendar_features: CalendarFeatures | None = None
    encoding: ExogEncoding | None = None

    def __post_init__(self):
        if isinstance(self.histories, PackedSeries):  # of a file
            object.__setattr__(self, "histories", self.histories.histories())

    def saved_parts(self) -> dict[str, Any]:
        """Return what stands in files in place of attributes."""
        return {"histories": PackedSeries.of(self.histories)}

    @classmethod
    def read(
        cls,
        series: Any,
        exog: Any,
        *,
        by: Any,
        freq: Any,
        gaps: str,
        known_exog: Any,
        static_exog: Any = None,
        calendar: Any = None,
        exog_nan: bool = False,
    ) -> Self:
        """Read series and exogenous columns as `Forecaster.fit` is given them."""
        series, exog = as_labelled(series), as_labelled(exog)
        exog = rows_beside(series, exog, by, static_exog)
        encoding = ExogEncoding.fit(series, exog, by, static_exog)
        described: Any = {}
        if encoding is not None:
            exog, described = encoding.read(exog, by, series)
        regular = read_regular_panel(series, exog, by, freq, exog_nan)
        if regular is None:
            histories = read_histories(series, exog, by, exog_nan, encoding)
            calendars = find_calendars({key: past.index for key, past in histories.items()}, freq)
        else:
            histories, calendars = regular[0], dict.fromkeys(*regular)
        by_id = {id(calendar): calendar for calendar in calendars.values()}
        first_calendar, *others = by_id.values()
        numbers = {key: list(by_id).index(id(found)) for key, found in calendars.items()}
        first = next(iter(histories.values()))
        names = names_of_columns(series, by) or list(range(first.values.shape[1]))
        exog_columns = None if exog is None else names_of_columns(exog, by)
        longest = max(histories.values(), key=len)
        features, n_given = as_calendar_features(calendar, longest.index), first.exog.shape[1]
        places = np.append(
            places_in_encoding(known_exog, exog_columns, n_given, encoding),
            np.arange(n_given, n_given + n_columns(features)),
        )
        known = cls(
            histories, first_calendar, names, exog_columns, places, by,
            is_time_first(series, by), gaps,
            others, {key: number for key, number in numbers.items() if number}, exog_nan,
            features, encoding,
        )  # fmt: skip
        histories = with_calendar(features, histories)
        if encoding is not None:
            histories = encoding.describe(histories, described, {})
        if regular is None:
            histories = known._regular(histories)
        return replace(known, histories=histories)

    @property
    def n_exog(self) -> int:
        """Number of exogenous columns that are given, without those of the calendar."""
        n_all = next(iter(self.histories.values())).exog.shape[1]
        return n_all - n_columns(self.calendar_features)

    @property
    def known_given(self) -> np.ndarray:
        """Places of the exogenous columns that are given in advance."""
        return self.known[self.known < self.n_exog]

    @property
    def n_static(self) -> int:
        """How many numbers describe a series."""
        static = next(iter(self.histories.values())).static
        return 0 if static is None else len(static)

    @property
    def given_columns(self) -> list[Any]:
        """Names of the exogenous columns as they are given, their places if they have none."""
        if self.encoding is not None:
            return list(self.encoding.names)
        return list(range(self.n_exog)) if self.exog_columns is None else list(self.exog_columns)

    @property
    def exog_owners(self) -> list[Any] | None:
        """Names of the columns that exogenous numbers are made of; of categories one for each."""
        return self.exog_columns if self.encoding is None else self.encoding.owners_of_changing

    @property
    def exog_categories(self) -> dict[Any, list[Any]]:
        """The categories of the exogenous columns that have some, by name."""
        return {} if self.encoding is None else self.encoding.categories

    @property
    def known_columns(self) -> list[Any]:
        """Those of them that are given in advance."""
        if self.encoding is not None:
            return self.encoding.names_of(self.known_given)
        return [self.given_columns[place] for place in self.known_given]

    def calendar_of(self, key: Hashable) -> Calendar:
        """Return the calendar of a series."""
        return (self.calendar, *self.other_calendars)[self.calendar_numbers.get(key, 0)]

    def followed_by(
        self, series: Any, exog: Any, overlap: str | None = None, min_rows: int | None = None
    ) -> Self:
        """Return the series with new rows at their ends.

        `overlap` is that of `Forecaster.update`; None refuses rows that are known. A series that is
        not known begins with at least `min_rows` rows; None refuses it.
        """
        has_index = index_of(as_labelled(series)) is not None
        found = self._read_more(series, exog)
        for key, rows in found.items():
            if not has_index:
                past = self._find(key)
                tell_of_known_again(past, rows, refused=overlap is not None)
                following = self.calendar_of(key).after(past.index[-1], len(rows))
                found[key] = replace(rows, index=following)
            elif min_rows is None:
                self._find(key)
            else:
                self._check_new(rows, min_rows)
        view = self._numbered(found)
        names = (self.columns, self.exog_owners), self.exog_categories
        histories, new_labels = dict(self.histories), {}  # type: Any, dict[Hashable, pd.Index]
        follows, appended, find = map(Once, (check_follows, pd.Index.append, known_labels))
        for key, rows in with_calendar(self.calendar_features, view._in_zone(found)).items():
            if key in self.histories:
                past, rows = new_rows(self.histories[key], rows, overlap, *names, find)
                if len(rows):
                    calendar = self.calendar_of(key)
                    follows(past.index, rows.index, calendar, of=past.of, gaps=self.gaps)
                histories[key] = past.followed_by(rows, appended)
            else:
                histories[key] = rows
            new_labels[key] = rows.index
        view = view._with_labels(new_labels)
        return replace(view, histories=view._regular(histories))

    def with_given(self, series: Any, exog: Any) -> tuple[Self, list[Hashable]]:
        """Return the same with given rows as all that is known of their series, and their keys."""
        found = self._read_more(series, exog)
        if index_of(as_labelled(series)) is None and not self.calendar.kind.is_number:
            raise ValueError(
                "history has rows without labels, and those of fit are labelled by times "
                f"({label_text(self.calendar.labels[0])} the first): give a series or a frame."
            )
        for key in found:
            self._refuse_other_type(key)
        view = self._numbered(found)
        found = with_calendar(self.calendar_features, view._in_zone(found))
        view = view._with_labels({key: rows.index for key, rows in found.items()})
        given = view._regular(found)
        return replace(view, histories=self.histories | given), list(given)

    def _read_more(self, series, exog):
        """Read rows whose columns are those of `fit`."""
        series, exog = as_labelled(series), as_labelled(exog)
        static = None if self.encoding is None else self.encoding.static
        exog = rows_beside(series, exog, self.by, static)
        if self.encoding is not None:
            exog, described = self.encoding.read(exog, self.by, series)
        check_as_in_fit(exog, len(self.given_columns) if self.n_exog else 0)
        check_names(series, self.by, self.columns, "series")
        if exog is not None:
            check_names(exog, self.by, self.exog_columns, "exog")
        found = read_histories(series, exog, self.by, self.exog_nan, self.encoding)
        for rows in found.values():
            self._check_columns(rows)
        if self.encoding is None:
            return found
        for key in found:
            self._refuse_other_type(key)
        return self.encoding.describe(found, described, self.histories)

    def _numbered(self, found):
        """Return the same, where further series have the calendar of their own frequency."""
        if not self.other_calendars:
            return self
        calendars = [self.calendar, *self.other_calendars]
        number = Once(lambda index: calendar_of_further(index, calendars))
        numbers = {k: number(rows.index) for k, rows in found.items() if k not in self.histories}
        return replace(self, calendar_numbers=numbers | self.calendar_numbers)

    def _in_zone(self, found):
        """Return rows of checked labels, in the time zone of those that are known."""
        first, result = next(iter(self.histories.values())), {}
        zoned, check, is_coarser = Once(in_zone_of), Once(check_labels), Once(Calendar.is_coarser)
        for key, rows in found.items():
            past = self.histories.get(key, first)
            index = zoned(rows.index, past.index)
            calendar = self.calendar_of(key)
            check(index, past.index, calendar, rows=rows)
            result[key] = replace(rows, index=index)
            refuse_coarser(result[key], pasts_of(key, self), calendar, is_coarser)
        warn_of_coarser(result.values(), self)
        return result

    def _check_new(self, rows, min_rows):
        """Raise a ValueError if rows are of a series that is not known and can't begin."""
        if rows.key in self.histories:
            return
        self._refuse_other_type(rows.key)
        if len(rows) < min_rows:
            raise ValueError(
                f"series {rows.key!r} is unknown, and begins with {len(rows)} rows: a new series "
                f"takes at least {min_rows} of them. {self._those_of_fit()}"
            )

    @cached_property
    def _by_text(self):
        return {key_text(key): key for key in self.histories}

    def _refuse_other_type(self, key):
        other = None if key in self.histories else self._by_text.get(key_text(key))
        if other is not None:
            raise ValueError(
                f"series {key!r} ({types_of(key)}) was {other!r} ({types_of(other)}) in fit: "
                f"{self.by!r} takes names of one type."
            )

    def _those_of_fit(self):
        known = list(self.histories)
        return f"fit had {known[:5]}{' and more' if len(known) > 5 else ''}."

    def wanted(self, series: Any) -> list[History]:
        """Return the histories of the series that a user names; of all for None."""
        if series is None:
            return list(self.histories.values())
        return [self._find(key) for key in keys_named(series)]

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
        last, first = Once(lambda index: index[-1]), Once(lambda index: index[:steps])
        labels = self.labels_after(histories, n_rows, last)
        given = {key: (np.empty((n_rows, 0)), index) for key, index in labels.items()}
        check_given(exog, len(self.known_columns), len(self.given_columns), steps)
        if exog is not None:
            wanted = {
                past.key: Wanted(
                    labels[past.key],
                    steps,
                    self.calendar_of(past.key),
                    last(past.index),
                    past.exog[:, self.known_given],
                )
                for past in histories
            }
            given = read_encoded_future(
                self.encoding, as_labelled(exog), self.by, (self.exog_columns, self.known_given),
                self.known_columns, wanted, self.exog_nan,
            )  # fmt: skip
        if not len(self.known):
            return {key: (None, first(index)) for key, (_, index) in given.items()}
        if self.calendar_features is not None:
            beside = calendar_columns(self.calendar_features, [own for _, own in given.values()])
            given = {
                key: (np.column_stack([values, columns]), index)
                for (key, (values, index)), columns in zip(given.items(), beside, strict=True)
            }
        return {key: (values, first(index)) for key, (values, index) in given.items()}

    def labels_after(self, histories, n_rows, last=lambda index: index[-1]):
        """Return the labels of the next rows of each series; many end at the same time."""
        found, labels = {}, {}
        for past in histories:
            end = self.calendar_numbers.get(past.key, 0), last(past.index)
            if end not in found:
                found[end] = self.calendar_of(past.key).after(end[1], n_rows)
            labels[past.key] = found[end]
        return labels

    def _with_labels(self, labels):
        """Return the same with calendars that know more labels of some series."""
        of_each = [{} for _ in (self.calendar, *self.other_calendars)]
        for key, index in labels.items():
            of_each[self.calendar_numbers.get(key, 0)][id(index)] = index  # of many the same
        first, *others = [
            calendar.with_labels(list(new.values()))
            for calendar, new in zip((self.calendar, *self.other_calendars), of_each, strict=True)
        ]
        return replace(self, calendar=first, other_calendars=others)

    def _regular(self, histories):
        """Return histories of checked times, with missing steps where they may be absent."""
        check = Once(lambda index, own, key: own.check(index, key, self.gaps))
        whole = Once(lambda index, own: own.between(index[0], index[-1]))
        found = {}
        for key, past in histories.items():
            calendar = self.calendar_of(key)
            check(past.index, calendar, key=key)
            found[key] = past
            if self.gaps == "missing":
                found[key] = self._completed(past, whole(past.index, calendar))
        return found

    def _completed(self, past, index):
        whole = past.completed(index)
        if whole is past or self.calendar_features is None:
            return whole
        # Absent rows repeat what was given before them, and have a calendar of their own.
        given = replace(whole, exog=whole.exog[:, : -n_columns(self.calendar_features)])
        return with_calendar(self.calendar_features, {past.key: given})[past.key]

    def _find(self, key):
        if key not in self.histories:
            raise ValueError(f"series {key!r} is unknown: {self._those_of_fit()}")
        return self.histories[key]

    def _check_columns(self, rows):
        n_columns, n_exog = len(self.columns), self.n_exog
        for name, now, before in (
            ("series", rows.values, n_columns), ("exog", rows.exog, n_exog),
        ):  # fmt: skip
            if now.shape[1] != before:
                raise ValueError(f"{name} has {now.shape[1]} columns, and had {before} in fit.")
