"""Every loss on NumPy arrays and torch tensors, alone and as a weighted mean."""

import numpy as np
import pytest
import torch
from scipy.optimize import approx_fprime, minimize
from scipy.special import expit, huber, softmax
from sklearn.metrics import log_loss as sklearn_log_loss
from sklearn.metrics import mean_absolute_error, mean_pinball_loss, mean_squared_error

from sklstm.losses import LOSSES, NUMPY, Likelihood, log_loss, make_loss, torch_functions
from sklstm.torch_training._net import WeightedLoss

# Likelihoods have a file of their own.
ERRORS = [name for name, loss in LOSSES.items() if not issubclass(loss, Likelihood)]
NAMES = [*ERRORS, "log_loss"]
EACH = pytest.mark.parametrize("name", NAMES)
OUTPUTS = pytest.mark.parametrize("n_outputs", [1, 2, 5])
RNG = np.random.default_rng(0)
OUTPUT, TARGET = RNG.normal(size=(2, 50, 3)) * 2
WEIGHT = RNG.uniform(size=50)
WEIGHTED = pytest.mark.parametrize("weight", [None, WEIGHT])


def loss_of(name, n_outputs=1, quantile=0.8):
    return log_loss(n_outputs) if name == "log_loss" else make_loss(name, quantile=quantile)


def problem(rng, name, n_outputs, dtype=np.float64):
    output = (2 * rng.normal(size=(50, n_outputs))).astype(dtype)
    if name == "log_loss":
        return output, rng.integers(max(2, n_outputs), size=50)
    return output, rng.normal(size=(50, n_outputs)).astype(dtype)


def mean_loss(loss, output, target, weight=None):
    tensors = [torch.tensor(array) for array in (output, target)]
    weight = None if weight is None else torch.tensor(weight)
    return WeightedLoss(loss)(*tensors, weight).item()


def gradient(loss, output, target):
    """The gradient as it is written in the loss, of the loss of each sample."""
    n_samples, n_outputs = output.shape
    target = target.reshape(n_samples, -1)
    n_targets = target.shape[1]
    outputs = np.moveaxis(output.reshape(n_samples, n_targets, -1), -1, 0)
    constants = loss.constants_of(n_targets)[:, np.newaxis]
    found = np.stack([*loss.gradient(NUMPY, outputs, target, constants)])
    return np.moveaxis(found, 0, -1).reshape(n_samples, n_outputs) / (n_targets * loss.n_terms)


METRICS = {
    "squared_error": mean_squared_error,
    "absolute_error": mean_absolute_error,
    "quantile": lambda *a, **k: mean_pinball_loss(*a, alpha=0.8, **k),
    "huber": lambda t, o, sample_weight: np.average(
        huber(1, t - o).mean(axis=1), weights=sample_weight
    ),
    "log_cosh": lambda t, o, sample_weight: np.average(
        np.log(np.cosh(t - o)).mean(axis=1), weights=sample_weight
    ),
}


@WEIGHTED
@pytest.mark.parametrize("name", ERRORS)
def test_regression_losses_equal_metrics_of_others(name, weight):
    expected = METRICS[name](TARGET, OUTPUT, sample_weight=weight)
    assert mean_loss(loss_of(name), OUTPUT, TARGET, weight) == pytest.approx(expected, rel=1e-12)
    each = loss_of(name).of_rows(OUTPUT, TARGET)
    assert np.average(each, weights=weight) == pytest.approx(expected, rel=1e-12)


@WEIGHTED
def test_log_loss_of_many_classes(weight, rng):
    target = rng.integers(3, size=50)
    expected = sklearn_log_loss(target, softmax(OUTPUT, axis=1), sample_weight=weight)
    assert mean_loss(log_loss(3), OUTPUT, target, weight) == pytest.approx(expected)


@WEIGHTED
def test_log_loss_of_two_classes(weight, rng):
    target, logit = rng.integers(2, size=50), OUTPUT[:, :1]
    expected = sklearn_log_loss(target, expit(logit[:, 0]), sample_weight=weight)
    assert mean_loss(log_loss(1), logit, target, weight) == pytest.approx(expected)


@EACH
@OUTPUTS
@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_losses_of_samples_are_those_of_torch(name, n_outputs, quantile, rng):
    output, target = problem(rng, name, n_outputs)
    loss = loss_of(name, n_outputs, quantile)
    expected = loss.of_rows(torch.tensor(output), torch.tensor(target), torch_functions()).numpy()
    np.testing.assert_allclose(loss.of_rows(output, target), expected, rtol=1e-12, atol=1e-14)


@EACH
@OUTPUTS
def test_gradient_is_that_of_autograd_and_of_finite_differences(name, n_outputs, rng):
    output, target = problem(rng, name, n_outputs)
    loss = loss_of(name, n_outputs)
    found, tensor = gradient(loss, output, target), torch.tensor(output, requires_grad=True)
    loss.of_rows(tensor, torch.tensor(target), torch_functions()).sum().backward()
    np.testing.assert_allclose(found, tensor.grad.numpy(), rtol=1e-12, atol=1e-14)
    for k in range(5):
        step = approx_fprime(output[k], lambda o, k=k: loss.of_rows(o[None], target[[k]])[0])
        np.testing.assert_allclose(found[k], step, atol=1e-6)


@pytest.mark.parametrize("n_targets", [1, 2])
def test_several_quantiles_are_the_mean_of_each(n_targets, rng):
    levels, output = [0.9, 0.1, 0.5], rng.normal(size=(50, 3 * n_targets))
    target, loss = rng.normal(size=(50, n_targets)), make_loss("quantile", quantile=levels)
    each = [
        mean_pinball_loss(target[:, j], output[:, 3 * j + k], alpha=level)
        for j in range(n_targets)
        for k, level in enumerate(levels)
    ]
    assert mean_loss(loss, output, target) == pytest.approx(np.mean(each), rel=1e-12)
    found, tensor = gradient(loss, output, target), torch.tensor(output, requires_grad=True)
    loss.of_rows(tensor, torch.tensor(target), torch_functions()).sum().backward()
    np.testing.assert_allclose(found, tensor.grad.numpy(), rtol=1e-12)


@WEIGHTED
@EACH
def test_steps_without_target_are_left_out(name, weight, rng):
    steps, missing = rng.normal(size=(50, 4, 3)), rng.random((50, 4)) < 0.5
    if name == "log_loss":
        target, none = rng.integers(3, size=(50, 4)), -1
    else:
        target, none = rng.normal(size=(50, 4, 3)), np.nan
    loss = loss_of(name, 3)
    by_step = None if weight is None else np.repeat(weight, 4).reshape(50, 4)[~missing]
    expected = mean_loss(loss, steps[~missing], target[~missing], by_step)
    target[missing] = none
    assert mean_loss(loss, steps, target, weight) == pytest.approx(expected, rel=1e-12)
    output = torch.tensor(steps, requires_grad=True)
    WeightedLoss(loss)(output, torch.tensor(target)).backward()
    assert not output.grad[torch.tensor(missing)].any()
    assert torch.isfinite(output.grad).all()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("squared_error", (0.25 + 9) / 2),
        ("absolute_error", (0.5 + 3) / 2),
        ("huber", (0.125 + 2.5) / 2),
        ("log_cosh", (np.log(np.cosh(0.5)) + np.log(np.cosh(3))) / 2),
        ("quantile", (0.9 * 0.5 + 0.1 * 3) / 2),  # too low by a half, too high by three
    ],
)
def test_by_hand(name, expected):
    output, target = np.array([[1.5, 4.0]]), np.array([[2.0, 1.0]])
    np.testing.assert_allclose(loss_of(name, quantile=0.9).of_rows(output, target), [expected])


def test_log_cosh_keeps_its_digits_and_its_gradient_at_any_size():
    error = np.array([0.0, 1e-8, 1e-4, 1.0, 30.0, 1e4, 1e40, -1e-6, -1e5])
    loss, size = make_loss("log_cosh"), np.abs(error)
    expected = np.where(size < 1e-3, size**2 / 2 - size**4 / 12, size - np.log(2))
    expected[3] = np.log(np.cosh(1))
    output, target = error[:, np.newaxis], np.zeros((9, 1))
    np.testing.assert_allclose(loss.of_rows(output, target), expected, rtol=1e-14)
    tensor = torch.tensor(output, requires_grad=True)
    WeightedLoss(loss)(tensor, torch.tensor(target), torch.ones(9)).backward()
    np.testing.assert_allclose(9 * tensor.grad.numpy()[:, 0], np.tanh(error), rtol=1e-12)


def test_extreme_logits_of_two_classes():
    output = np.array([1e3, 1e3, -1e3, -1e3, 0, 1e300])[:, np.newaxis]
    found = log_loss(1).of_rows(output, np.array([1, 0, 1, 0, 1, 0]))
    np.testing.assert_allclose(found, [0, 1e3, 1e3, 0, np.log(2), 1e300])


def test_extreme_logits_of_many_classes():
    output = np.array([[1e3, -1e3, 0], [1e3, -1e3, 0], [-1e3] * 3, [1e300, 0, 0]])
    found = log_loss(3).of_rows(output, np.array([0, 1, 2, 0]))
    np.testing.assert_allclose(found, [0, 2e3, np.log(3), 0])


@EACH
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_what_is_not_a_number_shows_in_the_loss_of_its_sample(name, n_outputs, rng):
    output, target = problem(rng, name, n_outputs)
    loss = loss_of(name, n_outputs)
    clean = loss.of_rows(output, target)
    output[7, -1] = np.nan
    with np.errstate(invalid="ignore"):
        found = loss.of_rows(output, target)
    assert np.isnan(found[7])
    np.testing.assert_array_equal(np.delete(found, 7), np.delete(clean, 7))


@WEIGHTED
@pytest.mark.parametrize("quantile", [0.3, [0.9, 0.2]])
@pytest.mark.parametrize("name", ERRORS)
def test_no_constant_is_better_than_the_optimal_one(name, quantile, weight, rng):
    loss = loss_of(name, quantile=quantile if name == "quantile" else 0.5)
    target = rng.gamma(1.0, size=(50, 2))
    best = loss.optimal_constant(target, weight)
    assert best.shape == (2 * loss.n_outputs_per_target,)

    def mean(constant):
        each = loss.of_rows(np.tile(constant, (50, 1)), target)
        return np.average(each, weights=weight)

    options = {"xatol": 1e-10, "fatol": 1e-14, "maxiter": 4000, "maxfev": 4000}
    found = minimize(mean, best + 0.1, method="Nelder-Mead", options=options)
    assert mean(best) <= found.fun * (1 + 1e-6)  # where the search ends in a kink it is larger
    assert mean(best) <= found.fun + 1e-14
    if name not in ("absolute_error", "quantile"):  # there are several best ones
        np.testing.assert_allclose(best, found.x, atol=1e-6)


@WEIGHTED
@pytest.mark.parametrize("n_outputs", [1, 4])
def test_the_optimal_constant_of_classes_gives_their_frequencies(n_outputs, weight, rng):
    target = rng.choice(max(2, n_outputs), size=50)
    best = log_loss(n_outputs).optimal_constant(target, weight)
    assert best.shape == (n_outputs,)
    probability = expit(best) if n_outputs == 1 else softmax(best)
    classes = [1] if n_outputs == 1 else range(n_outputs)
    expected = [np.average(target == k, weights=weight) for k in classes]
    np.testing.assert_allclose(probability, expected, rtol=1e-12)
    mean = lambda c: np.average(  # noqa: E731
        log_loss(n_outputs).of_rows(np.tile(c, (50, 1)), target), weights=weight
    )
    assert mean(best) <= minimize(mean, best + 0.1).fun + 1e-14


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_decisions_are_numbers_of_classes_or_the_outputs(n_outputs):
    found = log_loss(n_outputs).decision(OUTPUT[:, :n_outputs])
    expected = OUTPUT[:, 0] > 0 if n_outputs == 1 else OUTPUT.argmax(axis=1)
    np.testing.assert_array_equal(found, expected)
    for name in ERRORS:
        assert loss_of(name).decision(OUTPUT) is OUTPUT
        assert loss_of(name).probabilities(OUTPUT) is OUTPUT


@EACH
def test_every_loss_says_what_it_is(name):
    loss = loss_of(name)
    assert loss.name == name
    assert "(" in loss.axis_label()
    assert ("changes" in loss.axis_label(differenced=True)) == (name != "log_loss")


def test_a_loss_has_the_parameters_that_it_knows():
    assert make_loss("quantile", quantile=0.3, hidden_size=3).constants == (0.3,)
    assert make_loss("huber", quantile=0.3).constants == ()
    with pytest.raises(KeyError, match="pinball"):
        make_loss("pinball", quantile=0.5)
    for levels in ([], [0.5, 0.5], [0.5, 1.0], ["a"]):
        with pytest.raises(ValueError, match="must be a float in .* or a list of distinct ones"):
            make_loss("huber", quantile=levels)
    with pytest.raises(ValueError, match="only loss='quantile' predicts. Got loss='huber'"):
        make_loss("huber", quantile=[0.1, 0.9])
