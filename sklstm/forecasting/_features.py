"""Features of each step of a window: the series and its exogenous columns."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Features:
    """The columns that make up the rows of windows.

    Row ``s`` holds the series at ``s``, past exogenous columns at ``s``, and for each exogenous
    column known in advance its values at ``s + horizon``, ``s + horizon - lookback`` and so on as
    long as these are later than ``s``. So the window that ends with row ``t`` holds all the values
    known in advance of the rows that are predicted from it, ``t + 1`` to ``t + horizon``.

    Parameters
    ----------
    lookback : int
        Number of rows in a window.
    horizon : int
        How many rows a regressor predicts at once.
    past, known : ndarray of int
        Places of the exogenous columns of either kind.
    before : int, default=0
        How many rows more are known in front of a window, for differences to the season before.
    pads : bool, default=False
        Whether windows may begin before the first row of a series, with missing steps.
    takes_nan : bool, default=False
        Whether exogenous values may be NaN, and are no missing step then.
    """

    lookback: int
    horizon: int
    past: np.ndarray
    known: np.ndarray
    before: int = 0
    pads: bool = False
    takes_nan: bool = False

    @property
    def n_rows(self) -> int:
        """Number of rows of a window, with those in front of it."""
        return self.lookback + self.before

    @property
    def first_origin(self) -> int:
        """The first row of a series that a forecast can be made from."""
        return 0 if self.pads else self.n_rows - 1

    @property
    def n_padded(self) -> int:
        """Missing steps that windows of training may begin with: half of them are observed."""
        return self.n_rows - -(-self.lookback // 2) if self.pads else 0

    @property
    def leads(self) -> list[int]:
        """By how many rows values known in advance are moved forward."""
        return list(range(self.horizon, 0, -self.lookback))

    def rows(
        self, values: np.ndarray, exog: np.ndarray, future: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the rows of windows of one series.

        Parameters
        ----------
        values : ndarray of shape (n_steps, n_columns)
            The series, transformed.
        exog : ndarray of shape (n_steps, n_exog)
            Exogenous columns.
        future : ndarray of shape (n_future, n_known), optional
            Values known in advance of the rows after these.

        Returns
        -------
        rows : ndarray of shape (n_steps + n_future, n_features)
            After the last step only values known in advance stand in them. What nobody knows is
            NaN.
        """
        n_steps, n_columns = values.shape
        known = exog[:, self.known]
        if future is not None:
            known = np.concatenate([known, future])
        n_past = n_columns + len(self.past)
        rows = np.full((len(known), n_past + known.shape[1] * len(self.leads)), np.nan)
        rows[:n_steps, :n_columns] = values
        rows[:n_steps, n_columns:n_past] = exog[:, self.past]
        for number, lead in enumerate(self.leads):
            first = n_past + number * known.shape[1]
            rows[: -lead or None, first : first + known.shape[1]] = known[lead:]
        return rows

    def is_missing(self, rows: np.ndarray) -> np.ndarray:
        """Return which rows, of shape (..., n_features), have NaN where they must not have it."""
        if self.takes_nan:
            n_exog = len(self.past) + len(self.known) * len(self.leads)
            rows = rows[..., : rows.shape[-1] - n_exog]
        return np.isnan(rows).any(axis=-1)

    def mark_missing(self, rows: np.ndarray, n_columns: int) -> None:
        """Make all features of missing steps NaN, in place.

        Parameters
        ----------
        rows : ndarray of shape (..., n_features)
            As from `rows`, up to the last known one.
        n_columns : int
            Columns of the series.
        """
        n_decisive = n_columns if self.takes_nan else n_columns + len(self.past)
        unknown = np.isnan(rows[..., :n_decisive]).any(axis=-1)
        rows[unknown] = np.nan

    def buffers(
        self, rows: np.ndarray, origins: np.ndarray, steps: int, n_columns: int
    ) -> np.ndarray:
        """Return the rows of windows that a forecast goes through.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_features)
            As from `rows`.
        origins : ndarray of shape (n_origins,)
            Last known row of each forecast.
        steps : int
            How many rows will be predicted.
        n_columns : int
            Columns of the series.

        Returns
        -------
        buffers : ndarray of shape (n_origins, n_rows + steps, n_features)
            From ``n_rows - 1`` rows before each origin on. Missing steps up to the origin are NaN
            in all features. Beyond it the series is to be filled in, and past exogenous columns
            repeat their last values.
        """
        place = origins[:, np.newaxis] + np.arange(1 - self.n_rows, steps + 1)
        buffers = np.full((*place.shape, rows.shape[1]), np.nan)
        inside = (place >= 0) & (place < len(rows))
        buffers[inside] = rows[place[inside]]
        self.mark_missing(buffers[:, : self.n_rows], n_columns)
        buffers[:, self.n_rows :, :n_columns] = np.nan
        n_past = n_columns + len(self.past)
        if len(self.past):
            last = _last_observed(rows[:, n_columns:n_past], origins)
            buffers[:, self.n_rows :, n_columns:n_past] = last[:, np.newaxis]
        return buffers


def _last_observed(columns, origins):
    """Return the newest value of each column up to each origin that is not NaN."""
    place = np.where(np.isnan(columns), 0, np.arange(len(columns))[:, np.newaxis])
    return np.take_along_axis(columns, np.maximum.accumulate(place)[origins], axis=0)


def training_pairs(tables, features, takes_nan):
    """Pair each window with the rows that follow it.

    Parameters
    ----------
    tables : list of (pandas index, ndarray, ndarray)
        For each series its labels, its values of shape (n_steps, n_columns) as they are to be
        predicted, and its rows of shape (n_steps, n_features) as `Features.rows` gives them.
    features : Features
        Says how long windows are, and how many rows follow.
    takes_nan : bool
        Whether windows may have missing steps.

    Returns
    -------
    windows : ndarray of shape (n_samples, n_rows, n_features)
        A view for a series alone without missing steps.
    targets : ndarray of shape (n_samples,) or (n_samples, horizon * n_columns)
        The rows that follow, one after the other. Pairs with missing targets are left out.
    places : ndarray of shape (n_samples, 2)
        Number of the series of each pair, and the last row of its window.

    Notes
    -----
    Of several series the pairs stand in the order of time, those of the same time in the order of
    the series, so that the last ones are the newest: validation blocks and `TimeSeriesSplit` rely
    on it.
    """
    parts = [_pairs(values, rows, features, takes_nan) for _, values, rows in tables]
    horizon, n_columns = features.horizon, tables[0][1].shape[1]
    places = np.concatenate(
        [np.column_stack([np.full(len(ends), k), ends]) for k, (_, _, ends) in enumerate(parts)]
    )
    if len(parts) == 1:
        windows, targets, _ = parts[0]
    else:
        origins = [index[ends] for (index, _, _), (_, _, ends) in zip(tables, parts, strict=True)]
        order = origins[0].append(origins[1:]).argsort(kind="stable")
        windows = _gather([windows for windows, _, _ in parts], order)
        targets = np.concatenate([targets for _, targets, _ in parts])[order]
        places = places[order]
    return windows, targets[:, 0] if horizon * n_columns == 1 else targets, places


def newest_pairs(places, fraction, gap):
    """Split pairs in time, so that neither windows nor targets straddle.

    Parameters
    ----------
    places : ndarray of shape (n_samples, 2)
        As from `training_pairs`.
    fraction : float in (0, 1)
        Share of the newest pairs.
    gap : int
        By how many rows the last window of a series ends before its first one of the newest.

    Returns
    -------
    first, last : ndarray of int
        The older pairs, without those in the gap, and the newest.

    Raises
    ------
    ValueError
        If no older ones are left.
    """
    n_newest = max(1, round(fraction * len(places)))
    older, newest = places[:-n_newest], places[-n_newest:]
    begin = np.full(int(places[:, 0].max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(begin, newest[:, 0], newest[:, 1])
    # A series without newest pairs has ended before, and keeps all of its own.
    first = np.flatnonzero(older[:, 1] <= begin[older[:, 0]] - gap)
    if not len(first):
        raise ValueError(
            f"early_stopping=True leaves nothing to learn from: of {len(places)} windows "
            f"validation_fraction={fraction} holds back {n_newest}, and the {gap} rows before them "
            "share steps or targets with them. Give longer series, a smaller validation_fraction "
            "or early_stopping=False."
        )
    return first, np.arange(len(older), len(places))


def readable_windows(rows: np.ndarray, features: Features, takes_nan: bool) -> np.ndarray:
    """Tell which windows of a series a regressor can read, from the first full one on.

    Parameters
    ----------
    rows : ndarray of shape (n_steps, n_features)
        As from `Features.rows`.
    features : Features
        Says how long windows are.
    takes_nan : bool
        Whether windows may have missing steps: then one that is observed is enough.

    Returns
    -------
    readable : ndarray of shape (n_steps - n_rows + 1,), bool
        One for each window.
    """
    size = features.lookback if takes_nan else features.n_rows
    missing = features.is_missing(rows)
    count = np.concatenate([[0], np.cumsum(missing)])
    n_missing = (count[size:] - count[:-size])[features.n_rows - size :]
    return n_missing < (size if takes_nan else 1)


def padded_front(table: np.ndarray, n_rows: int) -> np.ndarray:
    """Return a table with missing steps in front."""
    return np.concatenate([np.full((n_rows, table.shape[1]), np.nan), table]) if n_rows else table


def _pairs(values, rows, features, takes_nan):
    """Return windows, targets and the last row of the window of each pair of one series."""
    n_rows, horizon = features.n_rows, features.horizon
    values, rows = (padded_front(table, features.n_padded) for table in (values, rows))
    n_pairs = max(0, len(values) - n_rows - horizon + 1)
    n_columns = values.shape[1]
    ends = np.arange(n_rows - 1, n_rows - 1 + n_pairs) - features.n_padded
    if not n_pairs:
        return (
            np.empty((0, n_rows, rows.shape[1])), np.empty((0, horizon * n_columns)), ends,
        )  # fmt: skip
    view = np.lib.stride_tricks.sliding_window_view
    windows = view(rows, n_rows, axis=0)[:n_pairs].transpose(0, 2, 1)
    after = view(values[n_rows:], horizon, axis=0).transpose(0, 2, 1)
    targets = after.reshape(n_pairs, horizon * n_columns)
    readable = readable_windows(rows, features, takes_nan)[:n_pairs]
    kept = np.isfinite(targets).all(axis=1) & readable
    if kept.all():
        return windows, targets, ends
    return windows[kept], targets[kept], ends[kept]


def _gather(parts, order):
    """Put windows of several series into one array, in some order."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    windows = np.empty((len(order), *parts[0].shape[1:]))
    first = 0
    for part in parts:
        windows[place[first : first + len(part)]] = part
        first += len(part)
    return windows
