import numpy as np
import pytest

from sklstm.data import WindowSet
from sklstm.training import TrainingData


@pytest.mark.parametrize("weighted", [False, True])
def test_weight_sums_follow_the_order(weighted):
    weight = np.linspace(1, 2, 11) if weighted else None
    windows = WindowSet.from_array(np.ones((11, 3, 1)))
    data = TrainingData(windows, np.zeros((11, 1)), weight)
    order = np.random.default_rng(0).permutation(11)
    each = np.ones(11) if weight is None else weight
    expected = [each[order[first : first + 4]].sum() for first in (0, 4, 8)]
    np.testing.assert_allclose(data.weight_sums(order, 4), expected)
    np.testing.assert_allclose(data.weight_sums(order, 20), each.sum())
