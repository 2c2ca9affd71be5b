import numpy as np
import pytest
import torch

from sklstm.kernels import LANES, Optimizer, _optimizers
from sklstm.torch_training._net import _optimizer

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
NAMES = pytest.mark.parametrize("name", ["adam", "adamw", "nadam", "rmsprop", "sgd"])
N = 5 * LANES


def gradients(dtype, n_steps=25):
    """Gradients of very unequal length, with some numbers that are always zero."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(n_steps, N)) * np.logspace(-3, 1, N) * rng.uniform(0, 1, (n_steps, 1))
    values[:, ::7] = 0
    return values.astype(dtype)


def start(dtype):
    weights = np.random.default_rng(0).normal(size=N).astype(dtype)
    weights[-3:] = 0
    return weights


def torch_steps(name, weights, slopes, rate, decay, limit):
    kind, options = _optimizer(name)
    parameter = torch.nn.Parameter(torch.tensor(weights))
    optimizer = kind([parameter], lr=rate, weight_decay=decay, **options)
    for slope in slopes:
        parameter.grad = torch.tensor(slope)
        if limit is not None:
            torch.nn.utils.clip_grad_norm_([parameter], limit)
        optimizer.step()
    return parameter.detach().numpy()


@DTYPES
@NAMES
@pytest.mark.parametrize(("decay", "limit"), [(0.0, None), (0.05, None), (0.0, 5.0), (0.05, 5.0)])
def test_25_steps_are_those_of_torch(name, dtype, decay, limit):
    weights, slopes = start(dtype), gradients(dtype)
    norms = np.linalg.norm(slopes, axis=1)
    assert norms.min() < 5 < norms.max()
    expected = torch_steps(name, weights, slopes, 0.01, decay, limit)
    optimizer = Optimizer(name, weights, 0.01, decay, limit)
    for slope in slopes:
        optimizer.step(slope)
    assert optimizer.n_steps == 25
    # torch keeps the product of NAdam's momenta in single precision in any case.
    error = 1e-11 if dtype == np.float64 and name != "nadam" else 3e-6
    np.testing.assert_allclose(weights, expected, rtol=error, atol=error)


@NAMES
def test_many_steps_are_those_of_torch(name):
    weights, slopes = start(np.float64), gradients(np.float64, 700)
    expected = torch_steps(name, weights, slopes, 1e-3, 0.01, 1.0)
    optimizer = Optimizer(name, weights, 1e-3, 0.01, 1.0)
    for slope in slopes:
        optimizer.step(slope)
    np.testing.assert_allclose(weights, expected, rtol=0, atol=1e-6 if name == "nadam" else 1e-10)


@NAMES
def test_numbers_of_several_steps_are_those_of_one_after_the_other(name):
    one, other = (Optimizer(name, start(np.float64), 0.1, 0.2, 0.3) for _ in range(2))
    found = np.vstack([one.next_numbers(3), one.next_numbers(1), one.next_numbers(2)])
    np.testing.assert_array_equal(found, other.next_numbers(6))
    assert one.n_steps == other.n_steps == 6


@DTYPES
@NAMES
@pytest.mark.parametrize("limit", [None, 1.0])
def test_where_weight_and_gradient_are_zero_they_stay_zero(name, dtype, limit):
    weights, slopes = start(dtype), gradients(dtype)
    slopes[:, -3:] = 0
    optimizer = Optimizer(name, weights, 0.1, 0.1, limit)
    for slope in slopes:
        optimizer.step(slope)
    assert (weights[-3:] == 0).all()
    assert weights[:-3].all()


@DTYPES
@NAMES
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize("limit", [None, 1.0])
def test_a_gradient_that_is_no_number_ends_in_weights_that_are_none(name, dtype, wrong, limit):
    weights, slope = start(dtype), gradients(dtype)[0]
    slope[[3, 40]] = wrong
    optimizer = Optimizer(name, weights, 0.01, 0.01, limit)
    optimizer.step(slope)
    optimizer.step(np.zeros_like(slope))
    assert not np.isfinite(weights[[3, 40]]).any()


@DTYPES
@pytest.mark.parametrize("limit", [0.5, 1e6])
def test_clipping_cuts_the_norm_of_the_gradient(dtype, limit):
    weights, slope = np.zeros(N, dtype), gradients(dtype)[3]
    optimizer = Optimizer("sgd", weights, 1.0, 0.0, limit)
    optimizer.step(slope)  # from rest 1.9 times the gradient
    norm = np.linalg.norm(slope.astype(float))
    expected = -1.9 * slope * min(1, limit / norm)
    np.testing.assert_allclose(weights, expected, rtol=5e-6, atol=1e-12)


@DTYPES
def test_too_large_a_rate_is_no_warning_but_a_weight_that_is_no_number(dtype):
    for name in ("adam", "adamw", "nadam", "rmsprop", "sgd"):
        weights = start(dtype)
        optimizer = Optimizer(name, weights, 1e308, 1e308, 1e308)
        for slope in gradients(dtype)[:3]:
            optimizer.step(slope)
        assert not np.isfinite(weights).all()


def test_an_optimizer_that_takes_no_step_by_itself_compiles_nothing(monkeypatch):
    """Whole epochs have code of their own for the steps."""
    compiled = []
    monkeypatch.setattr(_optimizers, "_compiled", compiled.append)
    Optimizer("adam", start(np.float32), 0.1).next_numbers(3)
    assert compiled == []
