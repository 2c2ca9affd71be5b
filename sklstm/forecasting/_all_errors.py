"""The errors of all series of a panel in one table: `AllErrors`, `Borrowed`."""

from collections.abc import Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np

from ._in_blocks import in_blocks
from ._joined import ends_of, joined


class AllErrors:
    """Errors of series, one behind the other, of which any time knows a piece of each series.

    So what is asked of thousands of series is asked of one table, and no copy of all errors is made
    for one of them.

    Parameters
    ----------
    series : list of Calibration
        Whose errors these are.
    tables : list of ndarray of shape (n_rows, steps, n_columns)
        Of each series.
    """

    def __init__(self, series: Sequence[Any], tables: Sequence[np.ndarray]) -> None:
        self.series, self.table = series, joined(tables)
        self._ends = ends_of([len(own) for own in tables])
        self._first = np.array([one.first for one in series])
        self._n_newest = np.array([one.n_newest for one in series])
        self._complete: dict[int, np.ndarray] = {}

    def known(
        self, origins: np.ndarray | int, places: slice | int = slice(None)
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return where errors known at some row of each series begin, and how many they are.

        Parameters
        ----------
        origins : ndarray of shape (n_series,) or int
            The last row that is known.
        places : slice or int
            Which series; all by default.

        Returns
        -------
        begins, counts : ndarray of shape (n_series,)
            Rows of the table, as of `known_errors`: the last ones are not known at all steps.
        """
        end = np.maximum(origins + 1 - self._first[places], 0)
        begin = np.maximum(end - 1 - self._n_newest[places], 0)
        return self._ends[:-1][places] + begin, end - begin

    def complete(
        self, origins: np.ndarray | int, steps: int, places: slice | int = slice(None)
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the same of errors of which all of so many steps are known.

        Parameters
        ----------
        origins : ndarray of shape (n_series,) or int
            The last row that is known.
        steps : int
            How many steps count.
        places : slice or int
            Which series; all by default.

        Returns
        -------
        begins, counts : ndarray of shape (n_series,)
            Places in `complete_rows`.
        """
        begins, counts = self.known(origins, places)
        ends = np.maximum(begins + counts - steps, begins)
        found = np.searchsorted(self.complete_rows(steps), [begins, ends])
        return found[0], found[1] - found[0]

    def complete_rows(self, steps: int) -> np.ndarray:
        """Return the rows of the table in which all of so many steps are known."""
        if steps not in self._complete:
            missing = np.isnan(self.table[:, :steps]).any(axis=(1, 2))
            self._complete[steps] = np.flatnonzero(~missing)
        return self._complete[steps]

    def of_one(self, place: int, origin: int, steps: int) -> np.ndarray:
        """Return what is `complete` of one series at one of its rows, (n_known, steps, n_columns).

        Parameters
        ----------
        place : int
            Which series.
        origin : int
            The last row of it that is known.
        steps : int
            How many steps count.

        Returns
        -------
        errors : ndarray of shape (n_known, steps, n_columns)
            A copy.
        """
        begin, count = self.complete(origin, steps, place)
        return self.table[self.complete_rows(steps)[begin : begin + count], :steps]

    def relative(self, origins: np.ndarray) -> np.ndarray:
        """Return the errors that are `known`, in units of the mean steps of their series.

        Parameters
        ----------
        origins : ndarray of shape (n_series,)
            The last row of each series that is known.

        Returns
        -------
        relative : ndarray of shape (n_known, steps, n_columns)
            Of all series; NaN where unknown.
        """
        begins, counts = self.known(origins)
        counts = np.where(origins > self._first, counts, 0)
        ends = ends_of(counts)
        place = np.arange(ends[-1])
        found = self.table[place + np.repeat(begins - ends[:-1], counts)]
        found /= np.repeat(self.sizes(origins, counts > 0), counts, axis=0)[:, np.newaxis]
        n_left = np.repeat(ends[1:], counts) - place
        found[n_left[:, np.newaxis] <= np.arange(1, found.shape[1] + 1)] = np.nan
        return found

    def sizes(self, origins: np.ndarray, asked: np.ndarray) -> np.ndarray:
        """Return the mean absolute steps of series up to some rows, NaN where they are not asked.

        Parameters
        ----------
        origins : ndarray of shape (n_series,)
            A row of each series.
        asked : ndarray of shape (n_series,), bool
            Of which series.

        Returns
        -------
        sizes : ndarray of shape (n_series, n_columns)
            As from `Calibration.size_at`.
        """
        sizes = np.full((len(self.series), self.table.shape[2]), np.nan)
        places = np.flatnonzero(asked).tolist()
        if not places:
            return sizes
        sizes[places] = sizes_at([self.series[k] for k in places], origins[places])
        return sizes


class Borrowed(NamedTuple):
    """Errors of all series known at a time, for one that has few: rows are made when asked for.

    Parameters
    ----------
    errors : AllErrors
        Of all series.
    steps : int
        How many steps count.
    begins : ndarray of shape (n_series,)
        Where those of each series begin among the complete rows.
    ends : ndarray of shape (n_series + 1,)
        Where they begin and end among those borrowed.
    sizes : ndarray of shape (n_series, n_columns)
        Of the steps of each series.
    size : ndarray of shape (n_columns,)
        Of the steps of the one that borrows.
    """

    errors: AllErrors
    steps: int
    begins: np.ndarray
    ends: np.ndarray
    sizes: np.ndarray
    size: Any = 1.0

    @classmethod
    def at(cls, errors: AllErrors, origins: np.ndarray, steps: int) -> "Borrowed":
        """Return those that are complete at some rows of series, shape (n_series,)."""
        begins, counts = errors.complete(origins, steps)
        sizes = errors.sizes(origins, counts > 0)
        counts = np.where(np.isnan(sizes).any(axis=1), 0, counts)  # of series that never move
        return cls(errors, steps, begins, ends_of(counts), sizes)

    @property
    def n(self) -> int:
        """How many there are."""
        return int(self.ends[-1])

    def taken(self, numbers: np.ndarray) -> np.ndarray:
        """Return those of some numbers, (*shape, steps, n_columns)."""
        series = np.searchsorted(self.ends, numbers, side="right") - 1
        rows = self.errors.complete_rows(self.steps)
        found = self.errors.table[rows[self.begins[series] + numbers - self.ends[series]]]
        return found[..., : self.steps, :] / self.sizes[series][..., np.newaxis, :] * self.size


def sizes_at(series: Sequence[Any], origins: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return the mean absolute steps of series up to some rows, as from `Calibration.size_at`.

    Parameters
    ----------
    series : list of Calibration
        Of equal width.
    origins : list of int
        A row of each.

    Returns
    -------
    sizes : ndarray of shape (n_series, n_columns)
        NaN where a series never moves.
    """
    sizes = np.empty((len(series), series[0].history.values.shape[1]))
    alike: dict[int, list[int]] = {}
    for place, origin in enumerate(origins):
        alike.setdefault(int(origin) + 1, []).append(place)
    for n_rows, places in alike.items():
        for some in in_blocks(places, repeat(n_rows)):
            rows = np.stack([series[place].history.values[:n_rows] for place in some])
            means = np.abs(np.diff(rows, axis=1)).sum(axis=1) / max(n_rows - 1, 1)
            sizes[some] = np.where(means > 0, means, np.nan)
            missing = np.isnan(means).any(axis=1)  # in some rows
            for place, is_missing in zip(some, missing.tolist(), strict=True):
                if is_missing or series[place].scale.steps:
                    sizes[place] = series[place].size_at(n_rows - 1)
    return sizes
