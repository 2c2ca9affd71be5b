from decimal import Decimal, localcontext

import numpy as np
import pytest

from sklstm.kernels._elementary import (
    exp,
    log,
    log1p,
    log_logistic,
    logistic,
    relu,
    square_root,
    tanh,
)

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def exact_tanh(x):
    """Hyperbolic tangent to more than 40 digits."""
    with localcontext() as context:
        context.prec = 60
        x = Decimal(x)
        if abs(x) < Decimal("1e-16"):
            return x - x**3 / 3
        power = (2 * x).exp()
        return (power - 1) / (power + 1)


def exact_logistic(x):
    """Logistic function to more than 40 digits."""
    with localcontext() as context:
        context.prec = 60
        return 1 / (1 + (-Decimal(x)).exp())


def largest_error(found, exact):
    """Return the largest error in units of the last place of the exact value."""
    errors = []
    for y, expected in zip(found, exact, strict=True):
        place = np.spacing(np.abs(found.dtype.type(float(expected))))
        errors.append(abs(Decimal(float(y)) - expected) / Decimal(float(place)))
    return float(max(errors))


def grid(dtype):
    """Arguments of both signs: tiny, of moderate size, and about where the tangent ends."""
    rng = np.random.default_rng(0)
    small = np.logspace(-30, 0, 600)
    positive = [small, rng.uniform(0, 1, 1000), rng.uniform(0, 25, 1500), np.linspace(8, 20, 500)]
    # Between these the multiple of log(2) changes that is taken out of the argument.
    borders = (np.arange(1, 56) + 0.5) * np.log(2) / 2
    near = [borders * (1 + k * np.finfo(dtype).eps) for k in range(-3, 4)]
    positive = np.concatenate([*positive, *near])
    return np.concatenate([positive, -positive]).astype(dtype)


@DTYPES
def test_tanh_is_right_to_four_units_in_the_last_place(on_lanes, dtype):
    x = grid(dtype)
    found = on_lanes(tanh, x)
    assert found.dtype == dtype
    assert largest_error(found, [exact_tanh(float(value)) for value in x]) <= 4


def error_on_a_dense_grid(on_lanes):
    x = np.linspace(-10, 10, 400_001).astype(np.float32)
    exact = np.tanh(x.astype(np.float64))
    place = np.spacing(np.abs(exact).astype(np.float32)).astype(np.float64)
    return (np.abs(on_lanes(tanh, x) - exact) / place).max()


def test_tanh_in_single_precision_on_a_dense_grid(on_lanes):
    assert error_on_a_dense_grid(on_lanes) <= 4


@DTYPES
def test_tanh_of_tiny_numbers_is_the_number(on_lanes, dtype):
    tiny = np.finfo(dtype).tiny
    x = np.array([0, tiny, 1e-37, 1e-20, 1e-10, -tiny, -1e-37, -1e-10, -1e-20], dtype=dtype)
    np.testing.assert_allclose(on_lanes(tanh, x), x, rtol=2 * np.finfo(dtype).eps, atol=0)


@DTYPES
def test_tanh_saturates_exactly(on_lanes, dtype):
    largest = np.finfo(dtype).max
    x = np.array([9.2, 19.2, 30, 88, 89, 709, 710, 1e6, largest, np.inf], dtype=dtype)
    x = x if dtype == np.float32 else x[1:]
    np.testing.assert_array_equal(on_lanes(tanh, x), np.ones_like(x))
    np.testing.assert_array_equal(on_lanes(tanh, -x), -np.ones_like(x))


@DTYPES
def test_tanh_is_odd_and_never_beyond_one(on_lanes, dtype):
    x = np.sort(np.abs(grid(dtype)))
    y, mirrored = on_lanes(tanh, x), on_lanes(tanh, -x)
    assert (y <= 1).all()
    assert (mirrored >= -1).all()
    # Each may be off by four units of the exact value.
    assert (np.abs(y + mirrored) <= 8 * np.spacing(y)).all()


@DTYPES
def test_logistic_is_right_to_the_last_place_of_one(on_lanes, dtype):
    x = grid(dtype)
    found = on_lanes(logistic, x)
    exact = [exact_logistic(float(value)) for value in x]
    errors = [abs(Decimal(float(y)) - e) for y, e in zip(found, exact, strict=True)]
    assert float(max(errors)) <= np.finfo(dtype).eps
    assert ((found >= 0) & (found <= 1)).all()


@DTYPES
def test_logistic_saturates_exactly(on_lanes, dtype):
    x = np.array([40, 100, 710, 1e30, np.inf, -40, -100, -710, -1e30, -np.inf, 0], dtype=dtype)
    np.testing.assert_array_equal(on_lanes(logistic, x), [1] * 5 + [0] * 5 + [0.5])


# In double precision it is the rounding of log(2) that counts, up to 115 times.
@pytest.mark.parametrize(("dtype", "limit"), [(np.float32, 2), (np.float64, 32)])
def test_exp_is_right_to_some_units_in_the_last_place(on_lanes, dtype, limit):
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.uniform(-80, 80, 2000), rng.uniform(-1, 1, 1000), [0, -80, 80]])
    x = x.astype(dtype)
    assert largest_error(on_lanes(exp, x), [Decimal(float(value)).exp() for value in x]) <= limit


@DTYPES
def test_exp_of_less_than_minus_80_is_that_of_minus_80(on_lanes, dtype):
    x = np.array([-81, -1e4, -1e30, -np.inf], dtype=dtype)
    np.testing.assert_allclose(on_lanes(exp, x), np.exp(-80.0), rtol=1e-6)


@DTYPES
def test_log_is_right_to_four_units_in_the_last_place(on_lanes, dtype):
    rng = np.random.default_rng(0)
    near = 1 + np.concatenate([np.logspace(-15, -1, 500), -np.logspace(-15, -1, 500)])
    borders = np.sqrt(2) ** np.arange(-101, 102) * (1 + np.finfo(dtype).eps)
    x = [np.logspace(-37, 37, 2000), rng.uniform(0.5, 2, 2000), near, borders, [1]]
    x = np.concatenate(x).astype(dtype)
    assert largest_error(on_lanes(log, x), [Decimal(float(value)).ln() for value in x]) <= 4
    x = np.array([np.inf, np.finfo(dtype).max], dtype=dtype)
    np.testing.assert_allclose(on_lanes(log, x), np.log(x), rtol=1e-6)


@DTYPES
def test_log1p_is_right_to_four_units_in_the_last_place(on_lanes, dtype):
    positive = np.logspace(-30, 30, 3000)
    x = np.concatenate([positive, -np.logspace(-30, -0.01, 2000), [0]]).astype(dtype)
    with localcontext() as context:
        context.prec = 60
        exact = [(1 + Decimal(float(value))).ln() for value in x]
    assert largest_error(on_lanes(log1p, x), exact) <= 4


@DTYPES
def test_log_logistic_is_right_to_four_units_in_the_last_place(on_lanes, dtype):
    x = np.concatenate([np.linspace(-30, 15, 3000), -np.logspace(1, 30, 500)]).astype(dtype)
    with localcontext() as context:
        context.prec = 60
        each = [Decimal(float(value)) for value in x]
        exact = [v if v < -200 else -(1 + (-v).exp()).ln() for v in each]
    assert largest_error(on_lanes(log_logistic, x), exact) <= 4
    assert (on_lanes(log_logistic, np.full(3, 1e4, dtype)) >= -2e-35).all()


@DTYPES
def test_square_root_is_rounded_correctly(on_lanes, dtype):
    info = np.finfo(dtype)
    special = [0, 1, 2, 4, info.tiny, info.max, np.inf, -1, np.nan]
    x = np.concatenate([special, np.logspace(-37, 37, 2000)]).astype(dtype)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(on_lanes(square_root, x), np.sqrt(x))


@DTYPES
def test_relu_is_the_positive_part(on_lanes, dtype):
    x = np.array([-np.inf, -5, -1e-30, -0.0, 0, 1e-30, 3, np.inf], dtype=dtype)
    np.testing.assert_array_equal(on_lanes(relu, x), [0, 0, 0, 0, 0, *x[5:]])


@DTYPES
@pytest.mark.parametrize(
    "compute", [tanh, exp, log, log1p, log_logistic, logistic, square_root, relu]
)
def test_nan_stays_and_spoils_no_other_lane(on_lanes, compute, dtype):
    x = np.linspace(0.1, 3, 40).astype(dtype)
    clean, wrong = on_lanes(compute, x), x.copy()
    wrong[[3, 16, 39]] = np.nan
    found = on_lanes(compute, wrong)
    assert np.isnan(found[[3, 16, 39]]).all()
    others = ~np.isnan(wrong)
    np.testing.assert_array_equal(found[others], clean[others])
