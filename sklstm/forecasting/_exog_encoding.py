"""Exogenous columns as numbers: categories, and columns that describe a series."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from sklstm.data import key_names, split_panel
from sklstm.time_labels import label_text

from ._exog_columns import categories_of, numbers_of, tell_of_unseen
from ._exog_frames import as_frame, in_kind_of
from ._histories import History, names_of_columns, places_of_known

_ROUNDING = 1e-6  # of numbers in single precision, in standard deviations


@dataclass(frozen=True)
class ExogEncoding:
    """How exogenous columns of a frame become numbers.

    Categories are encoded one-hot; one that `fit` did not have is zero in all of its columns. What
    describes a series is kept once for each series, numbers standardised over the series of `fit`.

    Parameters
    ----------
    names : list
        All exogenous columns as they are given.
    static : list
        Those that describe a series.
    categories : dict
        The categories of each column that has some.
    moments : dict
        Mean and standard deviation of each other column that describes a series.
    """

    names: list[Any]
    static: list[Any]
    categories: dict[Any, list[Any]]
    moments: dict[Any, tuple[float, float]]

    @classmethod
    def fit(cls, series: Any, exog: Any, by: Any, static: Sequence[Any] | None) -> Self | None:
        """Return the encoding of the exogenous columns of `Forecaster.fit`; None if none is needed.

        Parameters
        ----------
        series, exog : object
            As the forecaster is given them.
        by : str, list of str or None
            Columns or levels of the index with the key of each series.
        static : list or None
            Names of the columns that describe a series.

        Returns
        -------
        encoding : ExogEncoding or None
            None if all columns are numbers, and none describes a series.
        """
        static = list(static or [])
        exog = as_frame(exog, by, static, series)
        names = None if exog is None else names_of_columns(exog, by)
        _check_static(static, names, by)
        if names is None or len(set(names)) != len(names):
            return None
        found = {name: categories_of(exog[name], name) for name in names}
        categories = {name: values for name, values in found.items() if values is not None}
        if not categories and not static:
            return None
        encoding = cls(names, static, categories, {})
        if not static:
            return encoding
        first, _ = encoding._first_rows(exog, by)
        numbers = {name: numbers_of(first[name]) for name in static if name not in categories}
        moments = {name: mean_and_scale(values) for name, values in numbers.items()}
        return replace(encoding, moments=moments)

    @property
    def changing(self) -> list[Any]:
        """Names of the columns that change within a series."""
        return [name for name in self.names if name not in self.static]

    def owners(self, names: Sequence[Any]) -> list[Any]:
        """Return for each number that some columns become the name of its column."""
        return [name for name in names for _ in range(len(self.categories.get(name, [None])))]

    @property
    def owners_of_changing(self) -> list[Any]:
        """Names of the columns that change, one for each number that they become."""
        return self.owners(self.changing)

    def places(self, given: np.ndarray) -> np.ndarray:
        """Return the places of the numbers that changing columns of some places become."""
        wanted = [self.changing[place] for place in given]
        return np.flatnonzero([name in wanted for name in self.owners_of_changing])

    def names_of(self, places: np.ndarray) -> list[Any]:
        """Return the names of changing columns whose numbers have these places."""
        owners = self.owners_of_changing
        return list(dict.fromkeys(owners[place] for place in places))

    def read(
        self, exog: Any, by: Any, series: Any = None
    ) -> tuple[Any, dict[Hashable, np.ndarray]]:
        """Return columns that change as numbers, and the numbers that describe each series.

        Parameters
        ----------
        exog : object
            Columns with the names of those in `fit`; those that describe a series may be left out.
        by : str, list of str or None
            Columns or levels of the index with the key of each series.
        series : object, default=None
            Of a table of stores those without rows in it are left aside.

        Returns
        -------
        changing : frame or None
            With the keys that `exog` has, of polars if it is; None if there are no such columns.
        described : dict
            Arrays of shape (n_static,) by series; empty if the columns were left out.

        Raises
        ------
        ValueError
            If columns are missing, or one that describes a series changes or is missing somewhere.

        Warns
        -----
        UserWarning
            If there are categories that `fit` did not have.
        """
        if exog is None:
            return None, {}
        frame = self._frame(exog, by, series)
        names, unseen = names_of_columns(frame, by) or [], {}  # type: Any, dict[Any, list[Any]]
        whole = set(names) == set(self.names)
        if not whole and set(names) != set(self.changing):
            raise ValueError(f"exog has the columns {names}, and had {self.names} in fit.")
        described: dict[Hashable, np.ndarray] = {}
        if whole and self.static:
            first, keys = self._first_rows(frame, by)
            table = np.column_stack([self._numbers(first, name, unseen) for name in self.static])
            described = dict(zip(keys, table, strict=True))
        changing = None
        if self.changing:
            changing = in_kind_of(exog, self._table(frame, by, self.changing, unseen))
        tell_of_unseen(unseen)
        return changing, described

    def future(self, exog: Any, by: Any, names: Sequence[Any]) -> tuple[Any, dict[Any, list[Any]]]:
        """Return future values of columns known in advance as numbers, other columns left out.

        Parameters
        ----------
        exog : object
            As `Forecaster.forecast` is given it.
        by : str, list of str or None
            Columns or levels of the index with the key of each series.
        names : list
            Columns known in advance.

        Returns
        -------
        future : frame or object
            What is no frame is returned as it is, if no column has categories.
        unseen : dict
            The categories of each column that `fit` did not have.
        """
        if as_frame(exog, by, []) is None and not any(name in self.categories for name in names):
            return exog, {}
        frame, unseen = self._frame(exog, by), {}  # type: Any, dict[Any, list[Any]]
        given = names_of_columns(frame, by) or []
        absent = [name for name in names if name not in given]
        if absent:
            raise ValueError(
                f"exog lacks the column {absent[0]!r}; in the future it takes the columns "
                f"{list(names)}, got {given}."
            )
        return in_kind_of(exog, self._table(frame, by, names, unseen)), unseen

    def codes(self, exog: Any, by: Any, values: Mapping[Any, Sequence[Any]]) -> Any:
        """Return for some columns where each of their values stands in a list, -1 for nowhere.

        Parameters
        ----------
        exog : frame
            Columns next to the keys that it has.
        by : str, list of str or None
            Columns or levels of the index with the key of each series.
        values : dict
            The list for each column.

        Returns
        -------
        codes : frame
            With the same keys; of polars if `exog` is.
        """
        frame = self._frame(exog, by)
        keys = [name for name in frame.columns if name in key_names(by)]
        places = {name: pd.Index(own).get_indexer(frame[name]) for name, own in values.items()}
        codes = frame[keys].assign(**{str(name): own for name, own in places.items()})
        return in_kind_of(exog, codes)

    def describe(
        self,
        histories: Mapping[Hashable, History],
        described: Mapping[Hashable, np.ndarray],
        known: Mapping[Hashable, History],
    ) -> dict[Hashable, History]:
        """Return rows of series with what describes these, which known series have already.

        Parameters
        ----------
        histories : dict
            Rows of series by their keys.
        described : dict
            As from `read`.
        known : dict
            The series that are known, described.

        Returns
        -------
        histories : dict
            The same rows.

        Raises
        ------
        ValueError
            If a new series is not described, or a known one in another way.
        """
        if not self.static:
            return dict(histories)
        found = {}
        for key, rows in histories.items():
            before = known[key].static if key in known else None
            now = described.get(key, before)
            if now is None:
                is_new = ", which is new" if known else ""
                raise ValueError(
                    f"exog does not describe series{rows.of}{is_new}: it brings the columns that "
                    f"do, static_exog={self.static}."
                )
            if before is not None:
                self._refuse_other(now, before, rows)
                now = before
            found[key] = replace(rows, static=now)
        return found

    def _refuse_other(self, now, before, rows):
        """Raise a ValueError if a known series is described in another way."""
        differs = ~np.isclose(now, before, rtol=_ROUNDING, atol=_ROUNDING)
        if not differs.any():
            return
        place = int(differs.argmax())
        column = self.owners(self.static)[place]
        values = ""
        if column in self.moments:
            mean, scale = self.moments[column]
            new, old = (float(one[place] * scale + mean) for one in (now, before))
            values = f" ({new:.10g} in place of {old:.10g})"
        raise ValueError(
            f"exog has another {column!r} of series{rows.of} than in fit{values}: what describes a "
            "series (static_exog) must not change."
        )

    def _frame(self, exog, by, series=None):
        frame = as_frame(exog, by, self.static, series)
        if frame is None:
            raise ValueError(
                f"exog takes a frame with the columns of fit, {self.names}, for some of them are "
                f"categories or describe a series; got {type(exog).__name__}."
            )
        return frame

    def _table(self, frame, by, names, unseen):
        """Return columns as numbers, next to the keys that a frame has."""
        keys = [name for name in frame.columns if name in key_names(by)]
        columns, labels = [frame[name].array for name in keys], list(keys)
        for name in names:
            if name not in self.categories:
                columns.append(frame[name].array)
                labels.append(name)
                continue
            columns += list(self._one_hot(frame[name], name, unseen).T)
            labels += [f"{name}={value}" for value in self.categories[name]]
        table = pd.DataFrame(dict(enumerate(columns)), index=frame.index)
        return table.set_axis(pd.Index(labels, tupleize_cols=False), axis=1)

    def _numbers(self, first, name, unseen):
        if name in self.categories:
            return self._one_hot(first[name], name, unseen)
        mean, scale = self.moments[name]
        return (numbers_of(first[name]) - mean) / scale

    def _one_hot(self, column, name, unseen):
        """Return categories one-hot; NaN where they are missing, zero where they are unseen."""
        values = self.categories[name]
        place = {value: number for number, value in enumerate(values)}
        codes, found = pd.factorize(column)
        places = np.array([*(place.get(value, -1) for value in found), -2])[codes]
        table = np.zeros((len(column), len(values)))
        rows = np.flatnonzero(places >= 0)
        table[rows, places[rows]] = 1.0
        table[places == -2] = np.nan
        if new := [value for value in found if value not in place]:
            unseen[name] = new
        return table

    def _first_rows(self, frame, by):
        """Return the first row of each series, after which nothing changes, and their keys."""
        panel = split_panel(frame, by, "exog")
        rows = np.concatenate(panel.rows) if panel.rows else np.empty(0, dtype=int)
        firsts = np.array([own[0] for own in panel.rows], dtype=int)
        first = np.repeat(firsts, [len(own) for own in panel.rows])
        for name in self.static:
            codes, _ = pd.factorize(frame[name])
            changed = np.flatnonzero(codes[rows] != codes[first])
            missing = np.flatnonzero(codes[firsts] < 0)
            if len(changed):
                row, before = rows[changed[0]], first[changed[0]]
                key = panel.keys[int(np.flatnonzero(firsts == before)[0])]
                raise ValueError(
                    f"static_exog names {name!r}, which changes within series {key!r}: it is "
                    f"{label_text(frame[name].iloc[before])} in row {before} of exog, and "
                    f"{label_text(frame[name].iloc[row])} in row {row}. What changes is no static "
                    "column."
                )
            if len(missing):
                raise ValueError(
                    f"static_exog names {name!r}, which is missing for series "
                    f"{panel.keys[missing[0]]!r}: fill it first."
                )
        return frame.iloc[firsts], panel.keys


def mean_and_scale(values: np.ndarray) -> tuple[float, float]:
    """Return the mean of values and their standard deviation, 1 if they are all the same.

    That of equal values may be 1e-17 by rounding, and another value would be of any size by it.
    """
    if (values == values[:1]).all():
        return float(values[:1].sum()), 1.0
    return float(values.mean()), float(values.std())


def places_in_encoding(
    known_exog: Any, names: list[Any] | None, n_columns: int, encoding: ExogEncoding | None
) -> np.ndarray:
    """Return the places of the exogenous columns known in advance, or of their numbers.

    Parameters
    ----------
    known_exog : "all", None or list
        As the parameter of the forecaster.
    names : list or None
        Names of the columns, if they have any and are not encoded.
    n_columns : int
        How many there are.
    encoding : ExogEncoding or None
        How columns become numbers.

    Returns
    -------
    places : ndarray of int
        Their places, ascending.

    Raises
    ------
    ValueError
        If there is no such column, or it describes a series.
    """
    if encoding is None:
        return places_of_known(known_exog, names, n_columns)
    named = known_exog if isinstance(known_exog, list | tuple) else []
    static = [name for name in named if name in encoding.static]
    if static:
        raise ValueError(
            f"known_exog and static_exog both name {static[0]!r}: what describes a series is known "
            "in any case."
        )
    changing = encoding.changing
    return encoding.places(places_of_known(known_exog, changing, len(changing)))


def _check_static(static, names, by):
    if not static:
        return
    if by is None:
        raise ValueError(
            f"static_exog={static} describes series of a panel: it takes by, the column or level "
            "that tells them apart."
        )
    if names is None:
        raise ValueError(f"static_exog={static} names columns of exog, which must be a frame.")
    absent = [name for name in static if name not in names]
    if absent:
        raise ValueError(f"static_exog has {absent[0]!r}, which is no column of exog: {names}.")
