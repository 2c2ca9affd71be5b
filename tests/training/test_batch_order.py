import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm.data import WindowSet
from sklstm.training import BatchOrder, TrainingData
from sklstm.training._batch_order import are_uneven, batches_of_epoch, by_length


def data_of(lengths, batches=None):
    lengths = np.asarray(lengths, dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    windows = WindowSet(np.zeros((lengths.sum(), 1)), starts, lengths)
    return TrainingData(windows, np.zeros((len(lengths), 1)), None, batches)


def test_batches_in_turn():
    batches = BatchOrder.in_turn(np.array([3, 0, 2, 1, 4]), 2)
    assert len(batches) == 3
    assert [batches.samples[s].tolist() for s in batches.slices()] == [[3, 0], [2, 1], [4]]
    np.testing.assert_array_equal(batches.sizes, [2, 2, 1])
    np.testing.assert_array_equal(batches.sums(np.array([1.0, 2, 3, 4, 5])), [3, 7, 5])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=300),
    st.integers(1, 20),
    st.booleans(),
    st.integers(0, 3),
)
def test_every_sample_is_in_one_batch_of_an_epoch(lengths, batch_size, shuffle, epoch):
    data = data_of(lengths)
    batches = batches_of_epoch(data, 7, epoch, batch_size=batch_size, shuffle=shuffle)
    np.testing.assert_array_equal(np.sort(batches.samples), np.arange(len(lengths)))
    assert set(batches.sizes[:-1]) <= {batch_size}
    again = batches_of_epoch(data, 7, epoch, batch_size=batch_size, shuffle=shuffle)
    np.testing.assert_array_equal(batches.samples, again.samples)
    if not shuffle:
        np.testing.assert_array_equal(batches.samples, np.arange(len(lengths)))


def padded_steps(data, batches):
    lengths = data.windows.lengths[batches.samples]
    return sum(lengths[s].max() * (s.stop - s.start) for s in batches.slices())


def test_batches_of_unequal_windows_hold_little_padding():
    rng = np.random.default_rng(0)
    lengths = rng.lognormal(4, 1, 5000).astype(int) + 1
    data = data_of(lengths)
    batches = batches_of_epoch(data, 0, 0, batch_size=32, shuffle=True)
    assert padded_steps(data, batches) < 1.2 * lengths.sum()
    drawn = BatchOrder.in_turn(rng.permutation(5000), 32)
    assert padded_steps(data, drawn) > 3 * lengths.sum()
    # Short and long batches come in any order.
    first = [lengths[batches.samples[s]].mean() for s in batches.slices()]
    assert abs(np.corrcoef(first[:-1], np.arange(len(first) - 1))[0, 1]) < 0.3


def test_windows_of_a_series_are_drawn_as_ever():
    lengths = np.minimum(np.arange(1, 400), 30)
    assert not are_uneven(lengths)
    batches = batches_of_epoch(data_of(lengths), 3, 1, batch_size=16, shuffle=True)
    expected = np.random.default_rng([3, 1]).permutation(399)
    np.testing.assert_array_equal(batches.samples, expected)


def test_batches_that_are_given_are_taken():
    given_ = BatchOrder(np.array([1, 0, 2]), np.array([0, 1]), np.array([False, True, False]))
    data = data_of([2, 2, 2], given_)
    assert batches_of_epoch(data, 0, 5, batch_size=64, shuffle=True) is given_


@pytest.mark.parametrize("n_columns", [1, 3])
def test_rows_come_back_in_the_order_of_the_windows(n_columns):
    windows = data_of([5, 1, 9, 1, 4]).windows

    def output(some):
        assert (np.diff(some.lengths) >= 0).all()
        return np.repeat(some.starts[:, np.newaxis], n_columns, axis=1)

    np.testing.assert_array_equal(by_length(windows, output)[:, 0], windows.starts)
