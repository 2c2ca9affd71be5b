"""Folds of rows, as places in the series that they cut: `read_folds`."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import TimeSeriesSplit

from sklstm.data import index_of, key_names, split_panel
from sklstm.model_selection import PanelTimeSeriesSplit
from sklstm.time_labels import as_time_labels

from ._histories import parts_of_index, row_labels
from ._known_series import KnownSeries
from ._once import Once

_TAKES = "cv takes a splitter, an iterable of folds or a number"


@dataclass(frozen=True)
class Cut:
    """Where a fold cuts a series, in places of its rows.

    Parameters
    ----------
    first, origin : int
        The first and the last training row.
    begin, end : int
        The first and the last test row; without any `end` is `origin`.
    """

    first: int
    origin: int
    begin: int
    end: int


def read_folds(series: Any, cv: Any, known: KnownSeries) -> list[dict[Hashable, Cut]]:
    """Return for each fold the cut of each series that has training rows in it.

    Parameters
    ----------
    series : array-like, series or frame
        As `Forecaster.backtest` is given it.
    cv : splitter, iterable or int
        Folds of its rows.
    known : KnownSeries
        What was read from it.

    Returns
    -------
    folds : list of dict
        A `Cut` for each series by its key.

    Raises
    ------
    ValueError
        If a fold is not in the order of time.
    """
    cv = 5 if cv is None else cv
    if isinstance(cv, int | np.integer) and not isinstance(cv, bool):
        cv = TimeSeriesSplit(cv) if known.by is None else _panel_split(cv, series, known.by)
    is_splitter = hasattr(cv, "split") and not isinstance(cv, str | bytes)
    if not is_splitter and (isinstance(cv, str | bytes) or not isinstance(cv, Iterable)):
        raise ValueError(f"{_TAKES}, got {cv!r}.")
    pairs = list(cv.split(series) if is_splitter else cv)
    if not pairs:
        raise ValueError("cv has no folds.")
    places = _places(series, known)
    folds = []
    for number, fold in enumerate(pairs):
        in_train, in_test = _masks(fold, len(series), number)
        cuts = {
            key: _cut(own[in_train[rows]], own[in_test[rows]], own, number)
            for key, (rows, own) in places.items()
        }
        cuts = {key: cut for key, cut in cuts.items() if cut is not None}
        _refuse_future_of_others(cuts, known, number)
        folds.append(cuts)
    return folds


def _masks(fold, n_rows, number):
    """Tell of each row whether a fold trains, and whether it tests on it."""
    try:
        train, test = fold
    except (TypeError, ValueError):
        raise ValueError(
            f"{_TAKES}; fold {number} is no pair of training and test rows: {fold!r}."
        ) from None
    in_train, in_test = np.zeros((2, n_rows), dtype=bool)
    try:
        in_train[train], in_test[test] = True, True
    except IndexError as error:
        raise ValueError(
            f"cv gives fold {number} rows that are not among the {n_rows} of series: {error}."
        ) from error
    return in_train, in_test


def _refuse_future_of_others(cuts, known, number):
    """Raise a ValueError if training rows of one series are later than test rows of another."""
    index = {key: known.histories[key].index for key in cuts}
    tested = [index[key][cut.begin] for key, cut in cuts.items() if cut.end >= cut.begin]
    if not tested:
        return
    begin = min(tested)
    for key, cut in cuts.items():
        if index[key][cut.origin] >= begin:
            raise ValueError(
                f"cv tests rows of fold {number} from {begin} on, and trains on rows of "
                f"series {key!r} up to {index[key][cut.origin]}: a backtest takes folds in the "
                "order of time, for several series those of PanelTimeSeriesSplit."
            )


def _panel_split(n_splits, series, by):
    """Return as many folds in time, which is the level of the index that holds no key."""
    names, held = list(getattr(index_of(series), "names", [])), key_names(by)
    others = [place for place, name in enumerate(names) if name not in held]
    level = others[0] if len(others) == 1 < len(names) else None
    return PanelTimeSeriesSplit(n_splits, level=level)


def _places(series, known):
    """Return for each series its rows in the frame, and their places in its history."""
    if known.by is None:
        parts = {None: (np.arange(len(series)), index_of(series))}
    else:
        panel = split_panel(series, known.by, "series")
        index = index_of(panel.frame)
        index = None if index is None else as_time_labels(index)
        labels = [None] * len(panel.keys) if index is None else parts_of_index(index, panel.rows)
        parts = {
            key: (rows, own) for key, rows, own in zip(panel.keys, panel.rows, labels, strict=True)
        }
    find = Once(lambda among, own: among.get_indexer(own))
    return {
        key: (rows, find(known.histories[key].index, row_labels(own, len(rows))))
        for key, (rows, own) in parts.items()
    }


def _cut(train, test, own, number):
    if not len(train):
        return None
    first, origin = int(train[0]), int(train[-1])
    begin, end = (int(test[0]), int(test[-1])) if len(test) else (origin + 1, origin)
    cut = Cut(first, origin, begin, end)
    for rows in (train, test) if len(test) else (train,):
        inside = (own >= rows[0]) & (own <= rows[-1])
        if inside.sum() != len(rows):
            raise ValueError(
                f"cv leaves out rows in the middle of fold {number}: a backtest takes training and "
                "test rows in one piece, such as those of TimeSeriesSplit."
            )
    if cut.origin >= cut.begin:
        raise ValueError(
            f"cv tests rows of fold {number} that are not later than its training rows: a backtest "
            "takes folds in the order of time, such as those of TimeSeriesSplit."
        )
    return cut
