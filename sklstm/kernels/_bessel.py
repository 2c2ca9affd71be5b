"""Modified Bessel functions of lanes, in the two forms that a likelihood needs."""

from functools import cache
from math import factorial, pi

import numpy as np
from numpy.polynomial.chebyshev import chebinterpolate

from ._elementary import log as log_of_lanes

_BORDER = 6.0  # below it polynomials of x ** 2, above it of 1 / x
_DEGREE = 24  # more terms change nothing in double precision


@cache
def _near_zero(order):
    """Return the Chebyshev coefficients of ``2 I_n(x) / x ** n`` in ``2 (x / border) ** 2 - 1``."""

    def function(t):
        square = _BORDER**2 * (t + 1) / 2
        return sum(
            2 * (square / 4) ** k / (factorial(k) * factorial(k + order) * 2**order)
            for k in range(40)
        )

    return chebinterpolate(function, _DEGREE).tolist()


@cache
def _far(order):
    """Return those of ``sqrt(x) exp(-x) I_n(x)`` in ``2 border / x - 1``."""

    def function(t):
        x = 2 * _BORDER / (t + 1)
        # The mean of a periodic function, which equidistant points give to all digits.
        angle = np.arange(4096)[:, np.newaxis] * (2 * pi / 4096)
        values = np.exp(x * (np.cos(angle) - 1)) * np.cos(order * angle)
        return np.sqrt(x) * values.mean(axis=0)

    return chebinterpolate(function, _DEGREE).tolist()


def log_i1(x):
    """Return ``log(2 I_1(x) / x) - x``, which is zero at zero, of the modified Bessel function.

    Chebyshev polynomials of degree 24, as in the Cephes library: the function is entire, and far
    from zero it is ``exp(x) / sqrt(2 pi x)`` times a function of ``1 / x``.

    Parameters
    ----------
    x : Value
        Lanes of arguments from 0 on, in double precision.

    Returns
    -------
    y : Value
        With an error of some units in the last place of ``1 + |y|``; NaN for NaN.
    """
    small, near, far = _parts(x)
    polynomial = small.choose(_sum(_near_zero(1), near), _sum(_far(1), far) * 2.0)
    logs = log_of_lanes(polynomial)
    beyond = small.choose(x.like(1.0), x)
    return small.choose(logs - x, logs - log_of_lanes(beyond) * 1.5)


def i2_over_i1(x):
    """Return ``I_2(x) / I_1(x)``, the derivative of ``log(2 I_1(x) / x)``.

    Parameters and the return value are as of `log_i1`; it rises from 0 to 1.
    """
    small, near, far = _parts(x)
    ratio = _sum(_near_zero(2), near) * x / _sum(_near_zero(1), near)
    return small.choose(ratio, _sum(_far(2), far) / _sum(_far(1), far))


def _parts(x):
    """Tell which lanes are near zero; return the arguments of the polynomials of both ranges."""
    small = x.compare("<", _BORDER)
    near = small.choose(x, x.like(_BORDER)) / _BORDER
    far = small.choose(x.like(_BORDER), x)
    return small, near * near * 2.0 - 1.0, _BORDER * 2.0 / far - 1.0


def _sum(coefficients, t):
    """Return a sum of Chebyshev polynomials by Clenshaw's recurrence."""
    after, last = t.like(0.0), t.like(coefficients[-1])
    for coefficient in coefficients[-2:0:-1]:
        after, last = last, t * 2.0 * last - after + coefficient
    return t * last - after + coefficients[0]
