"""Pairs of windows and the rows that follow, told pair by pair."""

import numpy as np
import pandas as pd
import pytest

from sklstm.forecasting import _training_pairs
from sklstm.forecasting._features import Features, newest_pairs, readable_windows
from sklstm.forecasting._joined import joined
from sklstm.forecasting._training_pairs import TrainingPairs

RNG = np.random.default_rng(0)
NONE = np.array([], dtype=int)


def features(lookback, horizon):
    return Features(lookback, horizon, NONE, NONE)


def table(rng, first, n_steps, n_columns=1, missing=()):
    values = rng.normal(size=(n_steps, n_columns))
    values[list(missing)] = np.nan
    index = pd.date_range("2024-01-01", periods=first + n_steps)[first:]
    return index, values, np.empty((n_steps, 0))


def pairs_by_hand(tables, lookback, horizon, takes_nan):
    """All pairs with their times, in the order of time, then of series."""
    pairs = []
    for number, (index, values, _) in enumerate(tables):
        for end in range(lookback - 1, len(values) - horizon):
            window, target = (
                values[end - lookback + 1 : end + 1],
                values[end + 1 : end + 1 + horizon],
            )
            missing = np.isnan(window).any(axis=1).sum()
            if np.isfinite(target).all() and missing < (lookback if takes_nan else 1):
                pairs.append((index[end], number, window, target.ravel()))
    pairs.sort(key=lambda pair: pair[:2])
    return np.array([pair[2] for pair in pairs]), np.array([pair[3] for pair in pairs])


PANELS = {
    "one": [table(RNG, 0, 30)],
    "one with holes": [table(RNG, 0, 30, 2, [5, 6, 20])],
    "unequal": [
        table(RNG, 5, 20, 2),
        table(RNG, 0, 30, 2, [3]),
        table(RNG, 10, 9, 2),
        table(RNG, 0, 28, 2),
    ],
    "too short": [table(RNG, 0, 4), table(RNG, 0, 12)],
}


@pytest.mark.parametrize("tables", PANELS.values(), ids=PANELS.keys())
@pytest.mark.parametrize(("lookback", "horizon"), [(1, 1), (3, 1), (4, 3)])
@pytest.mark.parametrize("takes_nan", [False, True])
def test_pairs(tables, lookback, horizon, takes_nan):
    pairs = TrainingPairs.of(tables, features(lookback, horizon), takes_nan)
    windows, targets, _ = pairs.all
    expected = pairs_by_hand(tables, lookback, horizon, takes_nan)
    np.testing.assert_array_equal(windows, expected[0])
    np.testing.assert_array_equal(targets.reshape(len(windows), -1), expected[1])
    assert targets.ndim == (1 if expected[1].shape[1] == 1 else 2)
    # Gathered in another order they are the same ones.
    order = np.random.default_rng(1).permutation(len(pairs))
    by_time = pairs.in_order_of_time()
    gathered = pairs.gather(by_time[order])
    np.testing.assert_array_equal(gathered.windows, windows[order])
    np.testing.assert_array_equal(gathered.targets, targets[order])


@pytest.mark.parametrize("pads", [False, True])
@pytest.mark.parametrize("horizon", [1, 5])
def test_gathered_windows_hold_what_is_known_of_later_rows(horizon, pads, rng):
    asked = Features(4, horizon, np.array([1]), np.array([0, 2]), before=2, pads=pads)
    tables = [
        (index, values, rng.normal(size=(len(values), 3)))
        for index, values, _ in (table(rng, 0, 20, 2, [8]), table(rng, 3, 14, 2))
    ]
    pairs = TrainingPairs.of(tables, asked, takes_nan=pads)
    apart = [TrainingPairs.of([one], asked, takes_nan=pads).all for one in tables]  # views of rows
    found = pairs.gather(np.arange(len(pairs)))
    for name in ("windows", "targets"):
        expected = np.concatenate([getattr(part, name) for part in apart])
        np.testing.assert_array_equal(getattr(found, name), expected)


def test_series_that_stand_one_behind_the_other_are_joined_without_a_copy(rng):
    whole = rng.normal(size=(9, 2))
    assert np.shares_memory(joined([whole[:4], whole[4:5], whole[5:]]), whole)
    for tables in ([whole[:4], whole[5:]], [whole[5:], whole[:5]], [whole[:3].copy(), whole[3:]]):
        np.testing.assert_array_equal(joined(tables), np.concatenate(tables))


def test_no_pair_at_all(rng):
    windows, targets, _ = TrainingPairs.of([table(rng, 0, 3, 2)], features(3, 2), False).all
    assert (windows.shape, targets.shape) == ((0, 3, 2), (0, 4))


def test_a_series_alone_is_not_copied(rng):
    _, values, _ = one = table(rng, 0, 30)
    windows, targets, _ = TrainingPairs.of([one], features(4, 1), False).all
    assert np.shares_memory(windows[0], windows[1])
    assert not windows.flags.writeable
    assert np.shares_memory(targets, values)


@pytest.mark.parametrize("lookback", [1, 3, 6, 7, 8])
@pytest.mark.parametrize("before", [0, 2])
def test_which_windows_can_be_read(lookback, before, rng):
    rows = table(rng, 0, 8, 2, [0, 3, 4])[1]
    size = lookback + before
    windows = [np.isnan(rows[k : k + size, 0]) for k in range(max(0, 8 - size + 1))]
    asked = Features(lookback, 1, NONE, NONE, before)
    complete = [not window.any() for window in windows]
    assert readable_windows(rows, asked, takes_nan=False).tolist() == complete
    known = [not window[before:].all() for window in windows]  # rows in front may be missing
    assert readable_windows(rows, asked, takes_nan=True).tolist() == known


def test_windows_of_short_series_begin_with_missing_steps(rng):
    tables = [table(rng, 0, 5)]
    padded = Features(4, 1, NONE, NONE, before=2, pads=True)
    windows, targets, places = TrainingPairs.of(tables, padded, takes_nan=True).all
    values = tables[0][1][:, 0]
    assert places[:, 1].tolist() == [1, 2, 3]  # at least half of the four rows are known
    for window, target, (_, end) in zip(windows, targets, places, strict=True):
        np.testing.assert_array_equal(window[-end - 1 :, 0], values[: end + 1])
        assert np.isnan(window[: -end - 1]).all()
        assert target == values[end + 1]


def test_the_newest_pairs_share_nothing_with_older_ones():
    # Of series 0 rows 3 to 9 end windows, of series 1 rows 3 to 6, of series 2 row 3, in time.
    places = np.array([[2, 3], [0, 3], [0, 4], [1, 3], [0, 5], [1, 4], [0, 6], [0, 7], [1, 5]])
    first, last = newest_pairs(places, 0.3, gap=2)
    assert last.tolist() == [6, 7, 8]  # from row 6 of series 0 and row 5 of series 1 on
    assert places[first].tolist() == [[2, 3], [0, 3], [0, 4], [1, 3]]
    with pytest.raises(ValueError, match="early_stopping=True leaves nothing to learn from: of 5"):
        newest_pairs(places[places[:, 0] == 0], 0.9, gap=9)


def test_some_series_stand_for_all_and_the_smallest_value_is_among_them(rng, monkeypatch):
    monkeypatch.setattr(_training_pairs, "SOME_PAIRS", 30)
    tables = [table(rng, 0, 12, missing=[4] if k == 2 else ()) for k in range(40)]
    tables[17][1][5] = -99.0
    pairs = TrainingPairs.of(tables, features(3, 1), takes_nan=False)
    windows, _, places = pairs.of_some_series()
    assert windows.min() == -99.0
    chosen = np.unique(places[:, 0])
    assert 2 <= len(chosen) <= 5
    for k in chosen:  # all windows of each
        expected = np.arange(pairs.counts[k], pairs.counts[k + 1])
        np.testing.assert_array_equal(places[places[:, 0] == k], pairs.places(expected))
