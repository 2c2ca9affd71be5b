"""Folds that cut all series of a panel at the same times: `PanelTimeSeriesSplit`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import TimeSeriesSplit
from sklearn.utils import indexable
from sklearn.utils._param_validation import Interval, validate_parameter_constraints
from sklearn.utils.validation import _num_samples

from sklstm._whole_numbers import refuse_booleans
from sklstm.data import index_of
from sklstm.persistence import ParametersMixin
from sklstm.time_labels import as_time_labels, kind_of

from ._row_numbers import RowNumbers


class PanelTimeSeriesSplit(ParametersMixin, TimeSeriesSplit):
    """Cut all series of a panel at the same times.

    `~sklearn.model_selection.TimeSeriesSplit`, applied to the distinct times of the rows in place
    of the rows: each fold is tested on the rows of some times, and trained on the rows of the times
    before. So no training row of any series is later than a test row of any other, however the
    rows stand: one series after the other, or all series of a day together. The rows of a fold
    keep their order.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2.
    max_train_size : int, optional
        Largest number of times to train on; all that came before by default.
    test_size : int, optional
        Number of times in each test fold; ``n_times // (n_splits + 1)`` by default.
    gap : int, default=0
        Number of times left out between training and test folds: ``horizon - 1`` for targets that
        lie ``horizon`` rows ahead.
    level : str or int, optional
        Level of the index of `X` that holds the times, its name or position. By default the only
        one that is of dates, periods or time differences. An index of one level holds the times
        in any case, unless its labels are text or merely number the rows.

    See Also
    --------
    forecast_pairs : Rows of a panel and what is to be predicted at each of them.
    sklearn.model_selection.TimeSeriesSplit : The same for a single series.

    Notes
    -----
    Sizes and the gap count times that occur anywhere in the panel. A series that begins late has no
    rows in the first folds, and one that lacks some of these times has fewer rows than others.

    To worker processes, those of Dask and Ray included, the arrays of rows are sent as slices: a
    beginning and a length for each series.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklstm import PanelTimeSeriesSplit
    >>> days = pd.date_range("2024-01-01", periods=4)
    >>> prices = pd.DataFrame({"close": [1.0, 2.0, 3.0, 4.0]}, index=days)
    >>> shares = pd.concat({"A": prices, "B": 10 * prices[1:]}, names=["name", "day"])
    >>> for train, test in PanelTimeSeriesSplit(n_splits=2, test_size=1).split(shares):
    ...     print(train, test)
    [0 1 4] [2 5]
    [0 1 2 4 5] [3 6]
    """

    # Unlike TimeSeriesSplit, which warns that it ignores them, this splitter consumes `groups`:
    # they are the times. It tells metadata routing so, as GroupKFold does (by GroupsConsumerMixin,
    # which is not public): `groups` given to cross_val_score or to a search reach `split` without
    # a request. Where none are given none are missed, and the index tells the times.
    __metadata_request__split = {"groups": True}

    _parameter_constraints = {
        "max_train_size": [Interval(Integral, 1, None, closed="left"), None],
        "test_size": [Interval(Integral, 1, None, closed="left"), None],
        "gap": [Interval(Integral, 0, None, closed="left")],
        "level": [str, Integral, None],
    }

    def __init__(
        self,
        n_splits: int = 5,
        *,
        max_train_size: int | None = None,
        test_size: int | None = None,
        gap: int = 0,
        level: int | str | None = None,
    ) -> None:
        super().__init__(n_splits, max_train_size=max_train_size, test_size=test_size, gap=gap)
        self.level = level

    def split(
        self, X: ArrayLike, y: Any = None, groups: ArrayLike | None = None
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Yield the rows of each fold.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Rows of the panel, in any order.
        y : array-like of shape (n_samples,), optional
            Ignored.
        groups : array-like of shape (n_samples,), optional
            The time of each row: dates, numbers or whatever else can be sorted. By default the
            index of `X` tells it.

        Yields
        ------
        train : ndarray of int
            Positions of the rows to train on, ascending.
        test : ndarray of int
            Positions of the rows to test on, ascending.

        Raises
        ------
        ValueError
            If a parameter is out of range, times are missing or cannot be sorted, `X` has no index
            that tells them, or there are too few of them for the folds.
        """
        parameters = {name: getattr(self, name) for name in self._parameter_constraints}
        validate_parameter_constraints(
            self._parameter_constraints, parameters, caller_name=type(self).__name__
        )
        refuse_booleans(self._parameter_constraints, parameters, type(self).__name__)
        X, y, groups = indexable(X, y, groups)
        times = _index_times(X, self.level) if groups is None else _group_times(groups)
        rank, n_times = _ranks(times)
        for train, test in self._split_times(n_times, n_rows=_num_samples(X)):
            train, test = (_rows_between(rank, times) for times in (train, test))
            yield RowNumbers(train), RowNumbers(test)

    def _split_times(self, n_times, n_rows):
        """Return the folds of scikit-learn for one row per time, as a list."""
        try:
            return list(super().split(np.empty((n_times, 0))))
        except ValueError as error:
            raise ValueError(
                f"{error} A sample is a time here: X has {n_times} distinct ones in {n_rows} rows."
            ) from None


def _group_times(groups):
    """Return the given times as an index."""
    if np.ndim(groups) != 1:
        raise ValueError(
            f"groups must be one time per row, of shape (n_samples,), got {np.ndim(groups)} "
            "dimensions."
        )
    return _one_per_row(groups if isinstance(groups, pd.Index) else pd.Index(groups), "groups")


def _index_times(X, level):
    """Return the times of the rows of a frame by its index."""
    index = index_of(X)
    if index is None:
        raise ValueError(
            f"X tells no times, for a {type(X).__name__} has no index: give the time of each row "
            "as groups."
        )
    if level is not None:
        return _level(index, level)
    if not isinstance(index, pd.MultiIndex):
        index = _one_per_row(index, "The index of X")
        _refuse_other_labels(index)
        return index
    kinds = [kind_of(as_time_labels(values)) for values in index.levels]
    places = [place for place, kind in enumerate(kinds) if kind is not None and not kind.is_number]
    if len(places) != 1:
        found = "none" if not places else f"{len(places)} levels"
        raise ValueError(
            f"The times must be one level of the index of X, but {found} of {list(index.names)} "
            "are of dates, periods or time differences: say which level holds them, as level=."
        )
    return _one_per_row(index.get_level_values(places[0]), "The index of X")


def _level(index, level):
    try:
        return _one_per_row(index.get_level_values(level), f"level={level!r}")
    except (KeyError, IndexError):
        raise ValueError(
            f"level={level!r} is no level of the index of X: its levels are {list(index.names)}."
        ) from None


def _refuse_other_labels(index):
    """Refuse an index whose labels are not times by all appearances.

    Cutting at names, or at the numbers of rows that stand series after series, would train on one
    series and test on another, and nobody would notice.
    """
    kind = pd.api.types.infer_dtype(index, skipna=True)
    if kind == "string":
        what = f"is text, such as {index[0]!r}"
    elif kind == "integer" and len(index) > 1 and index.is_unique:
        what = "numbers the rows: no label comes twice, as times do where there are several series"
    else:
        return
    raise ValueError(
        f"The index of X {what}. Give the time of each row as groups, or as the index; if these "
        "labels are the times, say level=0."
    )


def _one_per_row(index, name):
    """Return labels as values that sort by themselves; refuse tuples."""
    if isinstance(index, pd.MultiIndex):
        raise ValueError(f"{name} must be one time per row, got tuples such as {index[0]!r}.")
    if isinstance(index, pd.CategoricalIndex) and not index.ordered:
        index = pd.Index(index.to_numpy())  # the categories may stand in any order
    times = as_time_labels(index, name)
    if kind_of(times) is None and pd.api.types.infer_dtype(times, skipna=True) == "string":
        _refuse_other_order(times.unique().dropna(), name)
    return times


def _refuse_other_order(texts, name):
    """Refuse text whose numbers are not in the order of its letters, such as "week 10"."""
    by_letters = sorted(texts)
    by_numbers = sorted(texts, key=lambda text: [int(d) for d in re.findall(r"\d+", text)])
    wrong = [text for text, other in zip(by_letters, by_numbers, strict=True) if text != other]
    if wrong and all(re.search(r"\d", text) for text in texts):
        raise ValueError(
            f"{name} is text, such as {wrong[0]!r}, which sorts by letters and not by its numbers: "
            "parse it (pd.to_datetime), or give numbers."
        )


def _ranks(times):
    """Return for each row the place of its time among the distinct times, and their number."""
    missing = times.isna()
    if missing.any():
        raise ValueError(f"The time of row {int(np.argmax(missing))} is missing.")
    codes, distinct = pd.factorize(times)
    try:
        order = distinct.argsort()
    except TypeError as error:
        raise ValueError(f"The times cannot be sorted: {error}.") from None
    rank = np.empty(len(distinct), dtype=np.intp)
    rank[order] = np.arange(len(distinct))
    return rank[codes], len(distinct)


def _rows_between(rank, times):
    """Return the rows whose times are among `times`, consecutive ones."""
    return np.flatnonzero((times[0] <= rank) & (rank <= times[-1]))
