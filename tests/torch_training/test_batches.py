import numpy as np
import pytest
import torch

from sklstm.data import WindowSet
from sklstm.torch_training._batches import Batches
from sklstm.training import BatchOrder, TrainingData


def make_batches(*, ragged, weighted, batch_size=4):
    windows = np.arange(11 * 3, dtype=np.float64).reshape(11, 3, 1) + 1
    if ragged:
        windows[::2, :2] = np.nan
    weight = np.linspace(1, 2, 11) if weighted else None
    order = BatchOrder.in_turn(np.random.default_rng(5).permutation(11), batch_size)
    targets = np.arange(11.0).reshape(-1, 1)
    data = TrainingData(WindowSet.from_array(windows), targets, weight, order)
    return Batches(data, torch.device("cpu"), np.float64), windows


@pytest.mark.parametrize("ragged", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_every_sample_comes_once_with_its_own_window_and_weight(ragged, weighted):
    batches, windows = make_batches(ragged=ragged, weighted=weighted)
    seen = []
    for inputs, targets in batches:
        target, *weight = targets if weighted else (targets,)
        for row, sample in enumerate(target[:, 0].int().tolist()):
            length = int(inputs["lengths"][row]) if ragged else 3
            expected = windows[sample][~np.isnan(windows[sample, :, 0])]
            np.testing.assert_array_equal(inputs["values"][row, :length], expected)
            if weighted:
                assert weight[0][row].item() == pytest.approx(1 + sample / 10)
            seen.append(sample)
    assert sorted(seen) == list(range(11))
    assert seen != sorted(seen)
