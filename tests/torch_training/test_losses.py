import numpy as np
import pytest
import torch
from scipy.special import expit, huber, softmax
from sklearn.metrics import log_loss, mean_absolute_error, mean_pinball_loss, mean_squared_error

from sklstm.torch_training._losses import WeightedLoss

RNG = np.random.default_rng(0)
OUTPUT, TARGET = RNG.normal(size=(2, 50, 3)) * 2
WEIGHT = RNG.uniform(size=50)


def value(loss, output, target, weight=None):
    tensors = [torch.tensor(array) for array in (output, target)]
    return loss(*tensors, None if weight is None else torch.tensor(weight)).item()


@pytest.mark.parametrize("weight", [None, WEIGHT])
@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("squared_error", mean_squared_error),
        ("absolute_error", mean_absolute_error),
        ("quantile", lambda *a, **k: mean_pinball_loss(*a, alpha=0.9, **k)),
        (
            "huber",
            lambda t, o, sample_weight: np.average(
                huber(1, t - o).mean(axis=1), weights=sample_weight
            ),
        ),
    ],
)
def test_regression_losses_equal_scikit_learns_metrics(name, metric, weight):
    expected = metric(TARGET, OUTPUT, sample_weight=weight)
    found = value(WeightedLoss(name, quantile=0.9), OUTPUT, TARGET, weight)
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_log_loss_of_many_classes(weight):
    target = RNG.integers(3, size=50)
    expected = log_loss(target, softmax(OUTPUT, axis=1), sample_weight=weight)
    assert value(WeightedLoss("log_loss"), OUTPUT, target, weight) == pytest.approx(expected)


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_log_loss_of_two_classes(weight):
    target = RNG.integers(2, size=50)
    logit = OUTPUT[:, :1]
    expected = log_loss(target, expit(logit[:, 0]), sample_weight=weight)
    assert value(WeightedLoss("log_loss"), logit, target, weight) == pytest.approx(expected)


@pytest.mark.parametrize("weight", [None, WEIGHT])
@pytest.mark.parametrize("name", ["squared_error", "huber", "quantile", "log_loss"])
def test_steps_without_target_are_left_out(name, weight):
    steps, missing = RNG.normal(size=(50, 4, 3)), RNG.random((50, 4)) < 0.5
    if name == "log_loss":
        target, none = RNG.integers(3, size=(50, 4)), -1
    else:
        target, none = RNG.normal(size=(50, 4, 3)), np.nan
    loss = WeightedLoss(name, quantile=np.array([0.1, 0.5, 0.7]))
    by_step = None if weight is None else np.repeat(weight, 4).reshape(50, 4)[~missing]
    expected = value(loss, steps[~missing], target[~missing], by_step)
    target[missing] = none
    assert value(loss, steps, target, weight) == pytest.approx(expected, rel=1e-12)
    output = torch.tensor(steps, requires_grad=True)
    loss(output, torch.tensor(target)).backward()
    assert not output.grad[torch.tensor(missing)].any()
    assert torch.isfinite(output.grad).all()


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_each_output_has_its_quantile(weight):
    levels = np.array([0.1, 0.8, 0.5])
    each = [
        mean_pinball_loss(TARGET[:, k], OUTPUT[:, k], alpha=level, sample_weight=weight)
        for k, level in enumerate(levels)
    ]
    found = value(WeightedLoss("quantile", levels), OUTPUT, TARGET, weight)
    assert found == pytest.approx(np.mean(each), rel=1e-12)
