"""Functions of lanes: exponential function, logarithm, hyperbolic tangent, logistic function."""

from decimal import Decimal
from math import factorial, sqrt
from math import log as logarithm

import numpy as np
from llvmlite import ir

from ._code import FLOAT, Value, builder, call_intrinsic, lanes_of, product_rounded

_LOG2 = logarithm(2)
_LOG2_HIGH = float(np.float32(_LOG2) - np.float32(_LOG2) % np.float32(2.0**-12))
# In two parts, so that the product of the first with an integer is exact.
_LOG2_LOW = float(Decimal("0.69314718055994530941723212145818") - Decimal(_LOG2_HIGH))


def tanh(x):
    """Return the hyperbolic tangent.

    With ``t = exp(2x) - 1`` it is ``t / (t + 2)``, which loses no digits near zero. Taking out a
    power of two leaves an argument below log(2) / 2, where a few terms of the Taylor series of exp
    are as exact as the numbers.

    Parameters
    ----------
    x : Value
        Lanes of arguments.

    Returns
    -------
    y : Value
        Hyperbolic tangents, with an error of at most four units in the last place; NaN for NaN.
    """
    x = _limited(x, _end_of_tanh(x))
    return _tanh_of_half(x + x)


def _end_of_tanh(x):
    """Return from where on the tangent is one to all digits."""
    return 9.1 if x.element == FLOAT else 19.1


def _limited(x, limit):
    x = x.compare(">", limit).choose(limit, x)
    return x.compare("<", -limit).choose(-limit, x)


def _tanh_of_half(x):
    half_power, r = _reduced(x)
    half_t = half_power * (_series(r) * r) + (half_power - 0.5)
    return half_t / (half_t + 1.0)


def _reduced(x):
    """Return ``2 ** (n - 1)`` and the small `r` with ``x = n * log(2) + r`` and an integer `n`.

    A number as large as the one below has no digits behind the point. Its last ones hold n and the
    bias of exponents, less one since an even number leaves halves to be rounded to even; in the
    place of the exponent they are the power.
    """
    bits, mantissa, bias = (32, 23, 127) if x.element == FLOAT else (64, 52, 1023)
    large = 1.5 * 2.0**mantissa + (bias - 1)
    rounded = product_rounded(x, 1 / _LOG2) + large
    integers = lanes_of(ir.IntType(bits), x.type.count)
    places = ir.Constant(integers, [mantissa] * x.type.count)
    exponent = builder().shl(builder().bitcast(rounded.value, integers), places)
    n = rounded - large
    return Value(builder().bitcast(exponent, x.type)), (x - n * _LOG2_HIGH) - n * _LOG2_LOW


def _series(r):
    """Return ``(exp(r) - 1) / r``, what is left out being less than half a digit."""
    n_terms = 7 if r.element == FLOAT else 13
    total = r.like(1.0 / factorial(n_terms))
    for k in range(n_terms - 1, 0, -1):
        total = total * r + 1.0 / factorial(k)
    return total


def exp(x):
    """Return the exponential function of arguments from -80 to 80; what is below counts as -80.

    Parameters
    ----------
    x : Value
        Lanes of arguments.

    Returns
    -------
    y : Value
        Positive numbers; NaN for NaN.
    """
    x = x.compare("<", -80.0).choose(-80.0, x)
    half_power, r = _reduced(x)
    return half_power * (1.0 + _series(r) * r) * 2.0


def log(x):
    """Return the natural logarithm of positive numbers, but for the tiniest ones.

    A power of two is taken out, so that what is left is a number between the roots of 1/2 and of
    2, whose logarithm is ``2 artanh((m - 1) / (m + 1))``.

    Parameters
    ----------
    x : Value
        Lanes of arguments, at least 1e-37.

    Returns
    -------
    y : Value
        Logarithms, with an error of at most four units in the last place; infinity for infinity,
        NaN for NaN.
    """
    n, m = _power_and_rest(x)
    s = (m - 1.0) / (m + 1.0)
    square, n_terms = s * s, 4 if x.element == FLOAT else 10
    total = s.like(1.0 / (2 * n_terms + 1))
    for k in range(n_terms - 1, 0, -1):
        total = total * square + 1.0 / (2 * k + 1)
    y = n * _LOG2_HIGH + (n * _LOG2_LOW + (s + s) * (total * square + 1.0))
    largest = np.finfo(np.float32 if x.element == FLOAT else np.float64).max
    return x.compare("<=", float(largest)).choose(y, x)


def _power_and_rest(x):
    """Return `n` and the `m` around one with ``x = 2 ** n * m``, by reading the exponent of x."""
    bits, mantissa, kind = (32, 23, np.float32) if x.element == FLOAT else (64, 52, np.float64)
    integers = lanes_of(ir.IntType(bits), x.type.count)

    def constant(number):
        return ir.Constant(integers, [int(number)] * x.type.count)

    root = kind(sqrt(0.5)).view(f"i{bits // 8}")
    shifted = builder().sub(builder().bitcast(x.value, integers), constant(root))
    n = builder().ashr(shifted, constant(mantissa))
    rest = builder().and_(shifted, constant((1 << mantissa) - 1))
    rest = builder().add(rest, constant(root))
    return Value(builder().sitofp(n, x.type)), Value(builder().bitcast(rest, x.type))


def log1p(x):
    """Return ``log(1 + x)``, with all digits near zero.

    Parameters
    ----------
    x : Value
        Lanes of arguments above -1, finite.

    Returns
    -------
    y : Value
        Logarithms, with an error of at most four units in the last place; NaN for NaN.
    """
    u = x + 1.0
    return log(u) + (x - (u - 1.0)) / u  # what rounding of the sum has lost


def logistic(x):
    """Return the logistic function, ``(tanh(x / 2) + 1) / 2``.

    Parameters
    ----------
    x : Value
        Lanes of arguments.

    Returns
    -------
    y : Value
        Values between 0 and 1.
    """
    return _tanh_of_half(_limited(x, 2 * _end_of_tanh(x))) * 0.5 + 0.5


def log_logistic(x):
    """Return the logarithm of the logistic function, ``min(x, 0) - log(1 + exp(-|x|))``.

    With ``s = e / (2 + e)`` it is ``log(1 + e) = 2 artanh(s)``, an odd series in s up to 1/3.

    Parameters
    ----------
    x : Value
        Lanes of arguments.

    Returns
    -------
    y : Value
        Negative numbers; NaN for NaN.
    """
    negative = x.compare("<", 0.0)
    e = exp(negative.choose(x, -x))
    s = e / (e + 2.0)
    square = s * s
    n_terms = 8 if x.element == FLOAT else 17
    total = s.like(1.0 / (2 * n_terms - 1))
    for k in range(n_terms - 2, -1, -1):
        total = total * square + 1.0 / (2 * k + 1)
    return negative.choose(x, x.like(0.0)) - s * total * 2.0


def square_root(x):
    """Return the square root of lanes."""
    return call_intrinsic("sqrt", x)


def relu(x):
    """Return the positive part of lanes; NaN for NaN."""
    return x.compare("<", 0.0).choose(0.0, x)
