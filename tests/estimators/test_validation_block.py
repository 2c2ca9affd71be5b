import numpy as np
import pytest

from sklstm import SequenceWindower
from sklstm.data import WindowSet
from sklstm.estimators._validation_block import newest_block

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


def test_separate_sequences_have_no_gap():
    training, validation = split(np.random.default_rng(1).normal(size=(50, 6, 3)))
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
