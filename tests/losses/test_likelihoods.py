"""Every likelihood: against SciPy's densities, autograd, finite differences and SciPy's fits."""

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.optimize import approx_fprime, minimize
from scipy.special import gammaln

from sklstm.losses import LOSSES, NUMPY, Likelihood, make_loss, torch_functions
from sklstm.torch_training._net import WeightedLoss

NAMES = [name for name, loss in LOSSES.items() if issubclass(loss, Likelihood)]
EACH = pytest.mark.parametrize("name", NAMES)
N = 60


def softplus(x):
    return np.logaddexp(0, x)


class Tweedie:
    """Sum of a Poisson number of exponential amounts, summed over their number."""

    dist = None

    def __init__(self, rate, scale):
        self.rate, self.scale = rate, scale

    def logpdf(self, y):
        n = np.arange(1, 80).reshape(-1, *[1] * np.ndim(y))
        rate, scaled = self.rate, np.where(y > 0, y, 1.0) / self.scale
        logs = n * np.log(rate) + (n - 1) * np.log(scaled) - gammaln(n + 1) - gammaln(n)
        density = np.exp(logs).sum(axis=0) / self.scale
        return np.where(y > 0, np.log(density) - rate - scaled, -rate)

    def mean(self):
        return self.rate * self.scale

    def std(self):
        return np.sqrt(2 * self.rate) * self.scale


def scipys(name, outputs, scale=1.0):
    """The distribution by SciPy, whose parameters are written out here once more."""
    o = np.moveaxis(outputs, -1, 0)
    size = (softplus(o[0]) + 1e-6) * scale
    if name in ("normal", "student_t", "laplace"):
        spread = softplus(o[1]) + 1e-3
        if name == "student_t":
            return stats.t(softplus(o[2]) + 2.01, o[0], spread)
        return (stats.norm if name == "normal" else stats.laplace)(o[0], spread)
    if name == "poisson":
        return stats.poisson(size)
    if name == "bernoulli":
        return stats.bernoulli(1 / (1 + np.exp(-o[0])))
    dispersion = softplus(o[1]) + 1e-4
    if name == "negative_binomial":
        return stats.nbinom(1 / dispersion, 1 / (1 + dispersion * size))
    if name == "tweedie":  # the variance is that of power 1.5
        dispersion = dispersion * np.sqrt(scale)
        return Tweedie(2 * np.sqrt(size) / dispersion, dispersion * np.sqrt(size) / 2)
    return stats.gamma(1 / dispersion, scale=size * dispersion)


def log_density(distribution, y):
    discrete = hasattr(distribution.dist, "logpmf")
    return (distribution.logpmf if discrete else distribution.logpdf)(y)


def problem(rng, name, targets_of, n_targets=1):
    loss = make_loss(name)
    outputs = rng.normal(size=(N, n_targets, loss.n_outputs_per_target))
    return loss, outputs, targets_of(rng, name, (N, n_targets))


@EACH
def test_value_is_that_of_scipy(name, rng, targets_of):
    loss, outputs, targets = problem(rng, name, targets_of, n_targets=2)
    expected = -log_density(scipys(name, outputs), targets).mean(axis=1)
    found = loss.of_rows(outputs.reshape(N, -1), targets)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    tensors = torch.tensor(outputs.reshape(N, -1)), torch.tensor(targets)
    again = loss.of_rows(*tensors, torch_functions()).numpy()
    np.testing.assert_allclose(again, expected, rtol=1e-9)


@pytest.mark.parametrize("name", ["poisson", "negative_binomial"])
def test_counts_are_those_of_the_user_whatever_they_are_divided_by(name, rng, targets_of):
    loss, outputs, targets = problem(rng, name, targets_of, n_targets=2)
    scale = np.array([0.2, 30.0])
    expected = -log_density(scipys(name, outputs, scale), targets).mean(axis=1)
    loss = loss.with_scale(scale)
    found = loss.of_rows(outputs.reshape(N, -1), targets / scale)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@EACH
@pytest.mark.parametrize("n_targets", [1, 3])
def test_gradient_is_that_of_autograd_and_of_finite_differences(name, n_targets, rng, targets_of):
    loss, outputs, targets = problem(rng, name, targets_of, n_targets)
    loss = loss.with_scale(np.linspace(1, 5, n_targets))
    constants = loss.constants_of(n_targets)[:, np.newaxis]
    found = loss.gradient(NUMPY, np.moveaxis(outputs, -1, 0), targets, constants)
    found = np.stack([*found], axis=-1).reshape(N, -1)
    tensor = torch.tensor(outputs.reshape(N, -1), requires_grad=True)
    loss.of_rows(tensor, torch.tensor(targets), torch_functions()).sum().backward()
    np.testing.assert_allclose(found, n_targets * tensor.grad.numpy(), rtol=1e-9, atol=1e-12)
    for k in range(5):
        row = outputs[k].ravel()
        step = approx_fprime(row, lambda o, k=k: loss.of_rows(o[None], targets[[k]])[0])
        scale = max(1.0, np.abs(found[k]).max())
        np.testing.assert_allclose(found[k], n_targets * step, rtol=1e-4, atol=1e-5 * scale)


@EACH
def test_losses_and_gradients_of_single_precision_lose_no_digits(name, rng, targets_of):
    loss, outputs, targets = problem(rng, name, targets_of)
    outputs[:, :, 1:] = -20.0  # a scale or a dispersion that is next to nothing
    single = torch.tensor(outputs.reshape(N, -1), dtype=torch.float32, requires_grad=True)
    double = torch.tensor(outputs.reshape(N, -1), requires_grad=True)
    targets = np.round(targets, 1)  # not so far that 1e-3 were a tiny part of it
    target = torch.tensor(targets, dtype=torch.float32)
    for tensor in (single, double):
        loss.of_rows(tensor, target.double(), torch_functions()).sum().backward()
    scale = double.grad.abs().max().item()
    error = (single.grad - double.grad).abs().max().item()
    assert error < 1e-3 * scale


@EACH
def test_extreme_outputs_have_finite_losses_gradients_and_predictions(name, rng, targets_of):
    loss = make_loss(name)
    n = loss.n_outputs_per_target
    outputs = rng.choice([-1e4, -100.0, 0.0, 100.0, 1e4], size=(N, 1, n))
    targets = targets_of(rng, name, (N, 1))
    tensor = torch.tensor(outputs.reshape(N, -1), dtype=torch.float32, requires_grad=True)
    value = WeightedLoss(loss)(tensor, torch.tensor(targets, dtype=torch.float32))
    value.backward()
    assert np.isfinite(value.item())
    assert torch.isfinite(tensor.grad).all()
    predicted = loss.predict(outputs, np.zeros(1), np.ones(1))
    assert np.isfinite(predicted).all()
    parameters = loss.parameters_of(outputs, np.zeros(1), np.ones(1))
    assert all(np.isfinite(p).all() for p in parameters.values())
    if not loss.shifts_targets:
        assert (predicted >= 0).all()
    assert (loss.distribution(parameters).std() >= 0).all()


@EACH
def test_parameters_and_mean_are_those_of_the_distribution(name, rng, targets_of):
    loss, outputs, _ = problem(rng, name, targets_of, n_targets=2)
    mean, scale = np.zeros(2), np.ones(2)
    if loss.location_scale:
        mean, scale = np.array([5.0, -3.0]), np.array([2.0, 0.1])
    elif loss.scales_targets:
        scale = np.array([2.0, 0.1])
    distribution = loss.distribution(loss.parameters_of(outputs, mean, scale))
    predicted = loss.predict(outputs, mean, scale)
    np.testing.assert_allclose(predicted, distribution.mean(), rtol=1e-9)
    expected = scipys(name, outputs, 1.0 if loss.location_scale else scale)
    shift = (mean, scale) if loss.location_scale else (0, 1)
    np.testing.assert_allclose(predicted, expected.mean() * shift[1] + shift[0], rtol=1e-9)
    np.testing.assert_allclose(distribution.std(), expected.std() * shift[1], rtol=1e-9)


@EACH
@pytest.mark.parametrize("weighted", [False, True])
def test_no_constant_is_better_than_the_optimal_one(name, weighted, rng, targets_of):
    loss, targets = make_loss(name), targets_of(rng, name, (200, 2))
    weight = rng.uniform(size=200) if weighted else None
    best = loss.optimal_constant(targets, weight)

    def mean(constant):
        losses = -log_density(
            scipys(name, np.tile(constant, (200, 1)).reshape(200, 2, -1)), targets
        )
        return np.average(losses.mean(axis=1), weights=weight)

    found = minimize(mean, best + 0.1, method="Nelder-Mead", options={"maxfev": 4000})
    assert mean(best) <= found.fun + 1e-6  # with df the loss of normal targets is flat


def test_optimal_constants_are_fits_of_scipy():
    rng = np.random.default_rng(1)
    normal, laplace = rng.normal(3, 2, 501), rng.laplace(1, 2, 501)
    gamma, heavy = rng.gamma(3, 2, 500), 1 + 2 * rng.standard_t(5, 500)

    def fitted(name, targets):
        loss = make_loss(name)
        best = loss.optimal_constant(targets[:, np.newaxis])
        return loss.parameters_of(best[np.newaxis, np.newaxis], np.zeros(1), np.ones(1))

    loc, scale = stats.norm.fit(normal)
    found = fitted("normal", normal)
    np.testing.assert_allclose([found["loc"][0, 0], found["scale"][0, 0]], [loc, scale], rtol=1e-6)
    loc, scale = stats.laplace.fit(laplace)
    found = fitted("laplace", laplace)
    np.testing.assert_allclose([found["loc"][0, 0], found["scale"][0, 0]], [loc, scale], rtol=1e-3)
    shape, _, scale = stats.gamma.fit(gamma, floc=0)
    found = fitted("gamma", gamma)
    np.testing.assert_allclose([found["a"][0, 0], found["scale"][0, 0]], [shape, scale], rtol=1e-4)
    df, loc, scale = stats.t.fit(heavy)
    found = fitted("student_t", heavy)
    found = [found[k][0, 0] for k in ("df", "loc", "scale")]
    np.testing.assert_allclose(found, [df, loc, scale], rtol=1e-2)


@EACH
def test_draws_have_the_moments_of_the_distribution(name, rng, targets_of):
    loss, outputs, _ = problem(rng, name, targets_of, n_targets=2)
    outputs = np.abs(outputs[:5]) / 2 + 1.0
    parameters = loss.parameters_of(outputs, np.zeros(2), np.ones(2))
    for array in parameters.values():
        array[3, 0] = np.nan
    draws = loss.draw(parameters, 4000, np.random.default_rng(0))
    assert draws.shape == (5, 2, 4000)
    assert np.isnan(draws[3, 0]).all()
    there = np.isfinite(draws[..., 0])
    assert there.sum() == 9
    distribution = loss.distribution(parameters)
    error = np.abs(draws.mean(axis=-1) - distribution.mean()) / distribution.std()
    assert error[there].max() < 4 / np.sqrt(4000)


REFUSED = [
    ("poisson", -1.0, r"takes counts, whole numbers from 0 on .*; y\[3\] is -1 \(row 3\)"),
    ("negative_binomial", 2.5, r"takes counts, whole numbers from 0 on .*; y\[3\] is 2.5"),
    ("gamma", 0.0, r"takes amounts above 0 .*; y\[3\] is 0 \(row 3\)"),
    ("tweedie", -0.1, r"takes amounts from 0 on .*; y\[3\] is -0.1 \(row 3\)"),
    ("bernoulli", 0.5, r"takes events, each 0 or 1; y\[3\] is 0.5 \(row 3\)"),
]


@pytest.mark.parametrize(("name", "wrong", "message"), REFUSED)
def test_wrong_targets_are_refused_by_row(name, wrong, message, rng, targets_of):
    targets = targets_of(rng, name, (10, 1))
    targets[5] = np.nan  # no target
    loss = make_loss(name)
    loss.check_targets(targets)
    targets[3] = wrong
    with pytest.raises(ValueError, match=message):
        loss.check_targets(targets)
    targets = np.ones((4, 5, 2))
    targets[2, 1, 1] = -7.0
    with pytest.raises(ValueError, match=r"y_val\[2, 1, 1\] is -7 \(row 2\)"):
        loss.check_targets(targets, "y_val")


@EACH
def test_every_likelihood_says_what_it_is(name):
    loss = make_loss(name)
    assert loss.name == name
    assert "(nats" in loss.axis_label()
    assert loss.uncertainty(-5.0) == 0.5
