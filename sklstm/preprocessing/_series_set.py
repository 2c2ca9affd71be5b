"""The series in `X`, one or several, and the order of their rows: `SeriesSet`."""

from dataclasses import dataclass

import numpy as np

from sklstm.data import Panel, as_series, column_names, index_of, split_panel
from sklstm.time_labels import check_order


@dataclass(frozen=True)
class SeriesSet:
    """Rows as numbers, and to which series they belong.

    Iterating yields, for each series, its name, its index and its rows.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_features)
        All rows, in the order of `X`.
    indices : dict
        For each series the index of its rows, None where there is none. The only series of rows
        that are not told apart is called None.
    panel : Panel or None
        Which rows belong to which series; None if all belong to one.
    """

    values: np.ndarray
    indices: dict
    panel: Panel | None = None

    @classmethod
    def read(cls, X, by, estimator):
        """Read `X`, each series of which stands in the order of time.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            One series, or several in one frame.
        by : str or None
            Column or level of the index that tells the series apart; None for one series.
        estimator : estimator
            Named in error messages.

        Returns
        -------
        found : SeriesSet
            The series.

        Raises
        ------
        ValueError
            If `X` is no series, its rows can't be told apart by `by`, or the rows of a series are
            out of order.
        """
        if by is None:
            check_order(index_of(X))
            return cls(as_series(X, estimator=estimator), {None: index_of(X)})
        panel = split_panel(X, by)
        if column_names(panel.frame) == []:
            raise ValueError(f"X has no features: by={by!r} is its only column.")
        index = index_of(panel.frame)
        indices = {}
        for key, rows in zip(panel.keys, panel.rows, strict=True):
            indices[key] = None if index is None else index.take(rows)
            check_order(indices[key], series=key)
        return cls(as_series(panel.frame, estimator=estimator), indices, panel)

    def __iter__(self):
        if self.panel is None:
            yield None, self.indices[None], self.values
            return
        for key, rows in zip(self.panel.keys, self.panel.rows, strict=True):
            yield key, self.indices[key], self.values[rows]

    def in_order(self, results):
        """Put what belongs to the rows of each series together, in the order of `X`.

        Parameters
        ----------
        results : iterable of ndarray
            For each series an array that has a row for each of its rows.

        Returns
        -------
        whole : ndarray
            The only array itself, where there is one series; else a new one.
        """
        results = iter(results)
        if self.panel is None:
            return next(results)
        whole = None
        for rows, result in zip(self.panel.rows, results, strict=True):
            if whole is None:
                whole = np.empty((len(self.values), *result.shape[1:]), dtype=result.dtype)
            whole[rows] = result
        return whole
