import numpy as np
import pytest
import torch

from sklstm.torch_training._losses import WeightedLoss
from sklstm.training._losses import sample_losses, step_losses

NAMES = ["squared_error", "absolute_error", "huber", "quantile", "log_loss"]
RNG = np.random.default_rng(0)


def problem(name, n_outputs, dtype=np.float64):
    output = (2 * RNG.normal(size=(50, n_outputs))).astype(dtype)
    if name == "log_loss":
        return output, RNG.integers(max(2, n_outputs), size=50)
    return output, RNG.normal(size=(50, n_outputs)).astype(dtype)


@pytest.mark.parametrize("n_outputs", [1, 2, 5])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_losses_of_samples_are_those_of_torch(name, n_outputs, quantile):
    output, target = problem(name, n_outputs)
    plain = WeightedLoss(name, quantile)
    expected = plain.pointwise(torch.tensor(output), torch.tensor(target)).numpy()
    found = sample_losses(name, output, target, quantile)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("name", NAMES)
def test_their_weighted_mean_is_the_loss_of_torch(name, n_outputs):
    output, target = problem(name, n_outputs)
    weight = RNG.uniform(0.1, 2, size=50)
    tensors = [torch.tensor(array) for array in (output, target, weight)]
    expected = WeightedLoss(name, 0.8)(*tensors).item()
    losses = sample_losses(name, output, target, 0.8)
    assert np.average(losses, weights=weight) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("name", NAMES)
def test_losses_of_steps_are_summed_where_there_is_a_target(name, n_outputs):
    output, target = problem(name, n_outputs)
    lengths, missing = np.array([3, 1, 20, 26]), RNG.random(50) < 0.4
    missing[3] = True  # the second sample has no target
    expected = np.where(missing, 0.0, sample_losses(name, output, target, 0.8))
    target[missing] = -1 if name == "log_loss" else np.nan
    found = step_losses(lengths, output, target, lambda *pair: sample_losses(name, *pair, 0.8))
    sums = [part.sum() for part in np.split(expected, np.cumsum(lengths)[:-1])]
    np.testing.assert_allclose(found, sums, rtol=1e-12)
    assert found[1] == 0


@pytest.mark.parametrize("name", NAMES)
def test_losses_are_in_double_precision(name):
    output, target = problem(name, 3, np.float32)
    found = sample_losses(name, output, target, 0.8)
    assert found.dtype == np.float64
    doubles = target if name == "log_loss" else target.astype(np.float64)
    expected = sample_losses(name, output.astype(np.float64), doubles, 0.8)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("squared_error", (0.25 + 9) / 2),
        ("absolute_error", (0.5 + 3) / 2),
        ("huber", (0.125 + 2.5) / 2),
        ("quantile", (0.9 * 0.5 + 0.1 * 3) / 2),  # too low by a half, too high by three
    ],
)
def test_by_hand(name, expected):
    output, target = np.array([[1.5, 4.0]]), np.array([[2.0, 1.0]])
    np.testing.assert_allclose(sample_losses(name, output, target, 0.9), [expected])


def test_extreme_logits_of_two_classes():
    output = np.array([1e3, 1e3, -1e3, -1e3, 0, 1e300])[:, np.newaxis]
    found = sample_losses("log_loss", output, np.array([1, 0, 1, 0, 1, 0]))
    np.testing.assert_allclose(found, [0, 1e3, 1e3, 0, np.log(2), 1e300])


def test_extreme_logits_of_many_classes():
    output = np.array([[1e3, -1e3, 0], [1e3, -1e3, 0], [-1e3] * 3, [1e300, 0, 0]])
    found = sample_losses("log_loss", output, np.array([0, 1, 2, 0]))
    np.testing.assert_allclose(found, [0, 2e3, np.log(3), 0])


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_a_number_shows_in_the_loss_of_its_sample(name, n_outputs):
    output, target = problem(name, n_outputs)
    clean = sample_losses(name, output, target, 0.8)
    output[7, -1] = np.nan
    with np.errstate(invalid="ignore"):
        found = sample_losses(name, output, target, 0.8)
    assert np.isnan(found[7])
    np.testing.assert_array_equal(np.delete(found, 7), np.delete(clean, 7))
