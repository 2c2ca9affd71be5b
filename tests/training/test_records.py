import numpy as np
import pytest

from sklstm.data import WindowSet
from sklstm.training import BatchOrder, TrainingData


@pytest.mark.parametrize("weighted", [False, True])
def test_weight_sums_follow_the_order(weighted):
    weight = np.linspace(1, 2, 11) if weighted else None
    windows = WindowSet.from_array(np.ones((11, 3, 1)))
    data = TrainingData(windows, np.zeros((11, 1)), weight)
    order = np.random.default_rng(0).permutation(11)
    each = np.ones(11) if weight is None else weight
    expected = [each[order[first : first + 4]].sum() for first in (0, 4, 8)]
    np.testing.assert_allclose(data.weight_sums(BatchOrder.in_turn(order, 4)), expected)
    np.testing.assert_allclose(data.weight_sums(BatchOrder.in_turn(order, 20)), each.sum())


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("classes", [False, True])
def test_every_target_of_a_sample_counts(weighted, classes):
    rng = np.random.default_rng(0)
    weight = np.linspace(1, 2, 11) if weighted else None
    there = rng.random((11, 5)) < 0.5
    rows = np.where(there, 3, -1 if classes else np.nan).reshape(-1)
    rows = rows if classes else np.stack([rows, rows], axis=1)
    windows = WindowSet.from_array(np.ones((11, 5, 1)))
    data = TrainingData(windows, windows.with_rows(rows), weight)
    counts = there.sum(axis=1)
    np.testing.assert_array_equal(data.n_targets, counts)
    order, each = rng.permutation(11), counts * (1.0 if weight is None else weight)
    expected = [each[order[first : first + 4]].sum() for first in (0, 4, 8)]
    np.testing.assert_allclose(data.weight_sums(BatchOrder.in_turn(order, 4)), expected)
    some = data.compact(order[:3])
    np.testing.assert_array_equal(some.n_targets, counts[order[:3]])
    np.testing.assert_array_equal(some.flat_targets(np.arange(3)), data.flat_targets(order[:3]))
