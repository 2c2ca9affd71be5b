"""Windows of series and the rows that follow them: what a forecasting regressor learns from."""

import numpy as np


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
    windows : ndarray of shape (n_samples, lookback, n_features)
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


def missing_in_windows(rows, lookback):
    """Return how many steps of each window of a series are missing, from the first full one on."""
    missing = np.isnan(rows).any(axis=1)
    before = np.concatenate([[0], np.cumsum(missing)])
    return before[lookback:] - before[:-lookback]


def _pairs(values, rows, features, takes_nan):
    """Return windows, targets and the last row of the window of each pair of one series."""
    lookback, horizon = features.lookback, features.horizon
    n_pairs = max(0, len(values) - lookback - horizon + 1)
    n_columns = values.shape[1]
    ends = np.arange(lookback - 1, lookback - 1 + n_pairs)
    if not n_pairs:
        return (
            np.empty((0, lookback, rows.shape[1])), np.empty((0, horizon * n_columns)), ends,
        )  # fmt: skip
    view = np.lib.stride_tricks.sliding_window_view
    windows = view(rows, lookback, axis=0)[:n_pairs].transpose(0, 2, 1)
    after = view(values[lookback:], horizon, axis=0).transpose(0, 2, 1)
    targets = after.reshape(n_pairs, horizon * n_columns)
    n_missing = missing_in_windows(rows, lookback)[:n_pairs]
    kept = np.isfinite(targets).all(axis=1) & (n_missing < (lookback if takes_nan else 1))
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
