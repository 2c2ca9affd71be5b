import numpy as np
import pytest

from sklstm import SequenceWindower
from sklstm.data import WindowSet, newest_block

SERIES = np.random.default_rng(0).normal(size=(100, 2))


def split(windows, fraction=0.2):
    return newest_block(WindowSet.from_array(np.asarray(windows)), fraction)


@pytest.mark.parametrize("lookback", [1, 2, 7, 30])
@pytest.mark.parametrize("copy", [False, True])
def test_no_training_window_shares_a_row_with_validation(lookback, copy):
    windows = SequenceWindower(lookback).fit_transform(SERIES)
    training, validation = split(windows.copy() if copy else windows)
    assert validation == slice(80, 100)
    first_row_seen = 80 - (lookback - 1)
    assert training == slice(0, first_row_seen)  # whose last window ends one row earlier


@pytest.mark.parametrize("lookback", [2, 9, 40, 100])
@pytest.mark.parametrize("copy", [False, True])
def test_rows_are_not_shared_where_some_are_missing(lookback, copy):
    rng = np.random.default_rng(lookback)
    for _ in range(30):
        series = SERIES.copy()
        hole = rng.integers(70, 95)
        series[hole : hole + rng.integers(1, min(lookback, 12))] = np.nan
        series[rng.random(100) < 0.1] = np.nan
        series[0] = 1.0
        windows = SequenceWindower(lookback).fit_transform(series)
        seen = ~np.isnan(windows[:, :, 0]).all(axis=1)
        first, last = np.flatnonzero(seen)[[0, -1]]  # windows must hold something
        if not seen[first : last + 1].all():
            continue
        windows = windows[first : last + 1]
        rows = WindowSet.from_array(windows)
        try:
            training, validation = split(windows.copy() if copy else windows)
        except ValueError:
            assert lookback > 60
            continue
        ends = (rows.starts + rows.lengths)[training]
        assert ends.max() <= rows.starts[validation].min()


@pytest.mark.parametrize(
    "sequences",
    [
        np.random.default_rng(1).normal(size=(50, 6, 3)),
        np.ones((50, 80, 1)),
        np.tile(np.arange(7.0).reshape(1, 7, 1), (50, 1, 1)),
    ],
    ids=["random", "constant", "equal"],
)
def test_separate_sequences_have_no_gap(sequences):
    training, validation = split(sequences)
    assert (training, validation) == (slice(0, 40), slice(40, 50))


def test_windows_several_rows_apart():
    windows = SequenceWindower(10).fit_transform(SERIES)[9::4]  # 23 of them
    training, validation = split(windows)
    assert validation == slice(18, 23)
    assert training == slice(0, 16)  # windows 16 and 17 begin 8 and 4 rows before number 18


def test_at_least_one_sample_validates():
    assert split(np.arange(30.0).reshape(10, 3, 1), fraction=0.001)[1] == slice(9, 10)


@pytest.mark.parametrize(("n_samples", "fraction"), [(1, 0.5), (10, 0.99), (12, 0.5)])
def test_nothing_left_to_train_on(n_samples, fraction):
    windows = SequenceWindower(10).fit_transform(SERIES)[:n_samples]
    with pytest.raises(ValueError, match="early_stopping=True leaves no training sample"):
        split(windows, fraction)
