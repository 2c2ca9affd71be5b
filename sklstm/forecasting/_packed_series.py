"""Rows of many series as a few arrays, as they stand in files: `PackedSeries`."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from ._histories import History
from ._joined import ends_of, joined, pieces


@dataclass(frozen=True)
class PackedSeries:
    """The histories of all series in one table; a file of thousands of small arrays takes long.

    Parameters
    ----------
    keys : list
        Names of the series.
    indexes : list of pandas index
        Labels; those that several series share are there once.
    numbers : ndarray of shape (n_series,)
        Which of these each series has.
    ends : ndarray of shape (n_series + 1,)
        Where the rows of each series begin, and where the last ones end.
    values : ndarray of shape (n_rows, n_columns)
        Rows of all series, one series behind the other.
    exog : ndarray of shape (n_rows, n_exog)
        Exogenous columns of these.
    static : ndarray of shape (n_series, n_static) or None
        What describes each series.
    """

    keys: list[Hashable]
    indexes: list[pd.Index]
    numbers: np.ndarray
    ends: np.ndarray
    values: np.ndarray
    exog: np.ndarray
    static: Any = None

    @classmethod
    def of(cls, histories: Mapping[Hashable, History]) -> Self:
        """Return the packed rows of some series."""
        every = list(histories.values())
        once = {id(past.index): past.index for past in every}
        places = {name: number for number, name in enumerate(once)}
        static = None if every[0].static is None else np.array([past.static for past in every])
        return cls(
            list(histories),
            list(once.values()),
            np.array([places[id(past.index)] for past in every]),
            ends_of([len(past) for past in every]),
            joined([past.values for past in every]),
            joined([past.exog for past in every]),
            static,
        )

    def histories(self) -> dict[Hashable, History]:
        """Return the rows of each series by its key, as views."""
        n_series = len(self.keys)
        static = [None] * n_series if self.static is None else list(self.static)
        parts = zip(
            self.keys,
            (self.indexes[number] for number in self.numbers),
            pieces(self.values, self.ends),
            pieces(self.exog, self.ends),
            static,
            strict=True,
        )
        return {key: History(key, *rest) for key, *rest in parts}
