import numpy as np
import pytest
import torch

from sklstm.data import WindowSet
from sklstm.training import TrainingData
from sklstm.training._batches import Batches


def make_batches(*, ragged, weighted, batch_size=4):
    windows = np.arange(11 * 3, dtype=np.float64).reshape(11, 3, 1) + 1
    if ragged:
        windows[::2, :2] = np.nan
    weight = np.linspace(1, 2, 11) if weighted else None
    data = TrainingData(WindowSet.from_array(windows), np.arange(11.0).reshape(-1, 1), weight)
    return Batches(data, batch_size, torch.device("cpu")), windows


@pytest.mark.parametrize("ragged", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_every_sample_comes_once_with_its_own_window_and_weight(ragged, weighted):
    batches, windows = make_batches(ragged=ragged, weighted=weighted)
    batches.shuffle(5)
    seen = []
    for inputs, (target, *weight) in batches:
        for row, sample in enumerate(target[:, 0].int().tolist()):
            length = int(inputs["lengths"][row]) if ragged else 3
            expected = windows[sample][~np.isnan(windows[sample, :, 0])]
            np.testing.assert_array_equal(inputs["values"][row, :length], expected)
            if weighted:
                assert weight[0][row].item() == pytest.approx(1 + sample / 10)
            seen.append(sample)
    assert sorted(seen) == list(range(11))
    assert seen != sorted(seen)


def test_order_depends_on_the_seed_alone():
    batches, _ = make_batches(ragged=False, weighted=False)
    orders = []
    for seed in (1, 2, 1):
        batches.shuffle(seed)
        orders.append(batches.order.tolist())
    assert orders[0] == orders[2] != orders[1]


def test_weight_sums_follow_the_order():
    batches, _ = make_batches(ragged=False, weighted=True)
    batches.shuffle(0)
    expected = [weight.sum().item() for _, (_, weight) in batches]
    np.testing.assert_allclose(batches.weight_sums(), expected)
    plain, _ = make_batches(ragged=False, weighted=False)
    np.testing.assert_array_equal(plain.weight_sums(), [4, 4, 3])
