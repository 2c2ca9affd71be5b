import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm.kernels import LANES
from sklstm.kernels._code import (
    DOUBLE,
    FLOAT,
    INTEGER,
    Variable,
    call_intrinsic,
    integer,
    larger,
    larger_lanes,
    loop,
    only_if,
    real,
    smaller,
    spread,
    sum_of_lanes,
)
from sklstm.kernels._functions import function
from sklstm.kernels._memory import Pointer

NUMBERS_OUT = ("numbers",)  # the kind of an argument that points to integers
SMALL = st.integers(-(10**9), 10**9)
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
few = settings(max_examples=40, deadline=None, derandomize=True)


def awkward(dtype):
    """All pairs of some numbers."""
    numbers = [0.0, -0.0, 1.0, -1.5, 3e-30, 7e20, np.inf, -np.inf, np.nan, 0.1]
    return [array.ravel() for array in np.meshgrid(np.array(numbers, dtype), numbers[::-1])]


@DTYPES
@pytest.mark.parametrize(
    "compute",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: a + 0.1,
        lambda a, b: 0.1 + a,
        lambda a, b: a - 0.1,
        lambda a, b: 0.1 - a,
        lambda a, b: a * 0.1,
        lambda a, b: 3 * a,
        lambda a, b: a / 0.3,
        lambda a, b: 0.3 / a,
    ],
)
def test_arithmetic_of_lanes_is_that_of_numpy(on_lanes, compute, dtype):
    a, b = (array.astype(dtype) for array in awkward(dtype))
    with np.errstate(all="ignore"):
        expected = compute(a, b)
    np.testing.assert_array_equal(on_lanes(compute, a, b), expected)


@DTYPES
@pytest.mark.parametrize(
    ("sign", "compare"),
    [
        ("<", operator.lt),
        ("<=", operator.le),
        (">", operator.gt),
        (">=", operator.ge),
        ("==", operator.eq),
        ("!=", operator.ne),
    ],
)
def test_comparisons_choose_and_never_hold_for_nan(on_lanes, sign, compare, dtype):
    a, b = (array.astype(dtype) for array in awkward(dtype))
    holds = compare(a, b) & ~np.isnan(a) & ~np.isnan(b)
    for compute, expected in [
        (lambda x, y: x.compare(sign, y).choose(1.0, x.like(0.0)), np.where(holds, 1.0, 0.0)),
        (lambda x, y: x.compare(sign, y).choose(x, 5.0), np.where(holds, a, 5.0)),
        (lambda x, y: x.compare(sign, y).choose(x, y), np.where(holds, a, b)),
    ]:
        np.testing.assert_array_equal(on_lanes(compute, a, b), expected)
    if sign in "<>":  # as losses write it
        found = on_lanes(lambda x, y: compare(x, y).choose(x, y), a, b)
        np.testing.assert_array_equal(found, np.where(holds, a, b))


@function(INTEGER, ("numbers",), ("single",), ("double",))
def _conversions(number, numbers, single, double):
    own, other = numbers.pointer("numbers"), single.pointer("single", FLOAT)
    for element, out in ((FLOAT, other), (DOUBLE, double.pointer("double", DOUBLE))):
        out.store(0, real(own.load(0), element))
        out[LANES] = real(number, element)
        out[LANES + 1] = real(own[1], element)


@DTYPES
def test_numbers_become_those_of_another_precision(call, dtype):
    numbers = np.random.default_rng(0).normal(size=LANES).astype(dtype)
    single, double = np.zeros(LANES + 2, np.float32), np.zeros(LANES + 2)
    arrays = numbers, single, double
    call(_conversions, dtype, 16777217, *[np.array([a.ctypes.data]) for a in arrays])
    for out in (single, double):
        expected = [*numbers, 16777217, numbers[1]]
        np.testing.assert_array_equal(out, np.array(expected, np.float64).astype(out.dtype))


@function(INTEGER, INTEGER, NUMBERS_OUT)
def _integers(a, b, out):
    results = [a + b, a - b, a * b, 7 - a, 7 + a, 3 * a, a - 7, smaller(a, b), larger(a, b)]
    results += [smaller(a, 5), larger(5, a)]
    results += [a.compare(sign, b).choose(integer(1), 0) for sign in ("<", "<=", ">", ">=", "==")]
    for k, result in enumerate(results):
        Pointer(out.value)[k] = result


@few
@given(SMALL, SMALL)
def test_arithmetic_of_integers_is_that_of_python(call, a, b):
    out = np.zeros(16, dtype=np.int64)
    call(_integers, np.float32, a, b, out)
    expected = [a + b, a - b, a * b, 7 - a, 7 + a, 3 * a, a - 7, min(a, b), max(a, b)]
    expected += [min(a, 5), max(a, 5), a < b, a <= b, a > b, a >= b, a == b]
    assert out.tolist() == expected


@function(INTEGER, INTEGER, NUMBERS_OUT)
def _quotients(a, b, out):
    for k, result in enumerate([a // b, a % b, a / b, a // 16, a % 16]):
        Pointer(out.value)[k] = result


@few
@given(st.integers(0, 10**12), st.integers(1, 10**6))
def test_division_of_natural_numbers_leaves_a_rest(call, a, b):
    out = np.zeros(5, dtype=np.int64)
    call(_quotients, np.float32, a, b, out)
    assert out.tolist() == [a // b, a % b, a // b, a // 16, a % 16]


def _append(out, count, value):
    Pointer(out.value)[count.get()] = value
    count.set(count.get() + 1)


def _counting(step):
    @function(INTEGER, INTEGER, NUMBERS_OUT)
    def counting(first, end, out):
        count = Variable(integer(1))
        for i in loop(first, end, step):
            _append(out, count, i)
        Pointer(out.value)[0] = count.get() - 1

    return counting


COUNTING = {step: _counting(step) for step in (1, 2, 5)}


@pytest.mark.parametrize("step", COUNTING)
@few
@given(st.integers(-20, 20), st.integers(-20, 20))
def test_a_loop_goes_through_a_range(call, step, first, end):
    out = np.full(60, -99, dtype=np.int64)
    call(COUNTING[step], np.float64, first, end, out)
    expected = list(range(first, end, step))
    assert out[: out[0] + 1].tolist() == [len(expected), *expected]
    assert (out[out[0] + 1 :] == -99).all()


@function(INTEGER, NUMBERS_OUT)
def _triangle(n, out):
    count = Variable(integer(1))
    for i in loop(n):
        for j in loop(i):
            with only_if((i + j).compare("!=", 3)):
                with only_if(j.compare(">", 0)):
                    _append(out, count, i * 100 + j)
                for k in loop(j - 1, j + 1):
                    _append(out, count, k)
    Pointer(out.value)[0] = count.get() - 1


@pytest.mark.parametrize("n", range(6))
def test_loops_and_branches_may_be_nested(call, n):
    out, expected = np.zeros(100, dtype=np.int64), []
    for i in range(n):
        for j in range(i):
            if i + j != 3:
                expected += [i * 100 + j] * (j > 0) + [j - 1, j]
    call(_triangle, np.float32, n, out)
    assert out[: out[0] + 1].tolist() == [len(expected), *expected]


@DTYPES
def test_a_variable_of_lanes_holds_a_running_sum(on_lanes, dtype):
    def powers(x):
        total, power = Variable(x.like(0.0)), Variable(x.like(1.0))
        for _ in loop(5):
            power.set(power.get() * x)
            total.set(total.get() + power.get())
        return total.get()

    x = np.arange(-20, 20).astype(dtype)  # whole numbers: no sum is rounded
    np.testing.assert_array_equal(on_lanes(powers, x), x + x**2 + x**3 + x**4 + x**5)


@DTYPES
def test_the_larger_one_of_two_lanes_is_nan_if_the_first_is(on_lanes, dtype):
    a, b = (array.astype(dtype) for array in awkward(dtype))
    expected = np.where(np.isnan(a) | np.isnan(b), a, np.maximum(a, b))
    np.testing.assert_array_equal(on_lanes(larger_lanes, a, b), expected)


@DTYPES
def test_lanes_are_summed_in_order(on_lanes, dtype):
    x = (np.random.default_rng(0).normal(size=LANES) * np.logspace(-3, 3, LANES)).astype(dtype)
    total = x[0]
    for number in x[1:]:
        total = total + number
    found = on_lanes(lambda lanes: spread(sum_of_lanes(lanes)), x)
    np.testing.assert_array_equal(found, np.full(LANES, total))


@DTYPES
def test_an_intrinsic_takes_several_lanes(on_lanes, dtype):
    a, b, c = np.random.default_rng(0).integers(-99, 99, size=(3, 50)).astype(dtype)
    found = on_lanes(lambda *lanes: call_intrinsic("fmuladd", *lanes), a, b, c)
    np.testing.assert_array_equal(found, a * b + c)
