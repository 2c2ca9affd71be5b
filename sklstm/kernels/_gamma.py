"""The gamma function of lanes: its logarithm, and the derivative of that."""

from math import log, pi

from ._elementary import log as log_of_lanes

_SHIFT = 8  # from here on a few terms of Stirling's series are as exact as double precision
# Bernoulli numbers B_2, B_4, ..., of which the series are made.
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)


def log_gamma(x):
    """Return the logarithm of the gamma function.

    ``Gamma(x) = Gamma(x + 8) / (x (x + 1) ... (x + 7))``, and Stirling's series at arguments of at
    least 8: ``(z - 1/2) log(z) - z + log(2 pi) / 2 + sum B_2k / (2k (2k - 1) z ** (2k - 1))``,
    NIST Digital Library of Mathematical Functions, 5.11.1.

    Parameters
    ----------
    x : Value
        Lanes of positive arguments, at least 1e-37.

    Returns
    -------
    y : Value
        With an error of less than 32 units in the last place of ``1 + |y|``, for it is zero at 1
        and 2; NaN for NaN.
    """
    z, product, _ = _shifted(x)
    terms = [b / (2 * k * (2 * k - 1)) for k, b in enumerate(_BERNOULLI, 1)]
    series = _polynomial(terms, 1.0 / (z * z)) / z
    stirling = (z - 0.5) * log_of_lanes(z) - z + (series + 0.5 * log(2 * pi))
    return stirling - log_of_lanes(product)


def digamma(x):
    """Return the derivative of `log_gamma`.

    The same shift, and ``log(z) - 1 / (2 z) - sum B_2k / (2k z ** 2k)``, NIST Digital Library of
    Mathematical Functions, 5.11.2.

    Parameters
    ----------
    x : Value
        Lanes of positive arguments, at least 1e-37.

    Returns
    -------
    y : Value
        With an error of some units in the last place of ``1 + |y|``; NaN for NaN.
    """
    z, product, slope = _shifted(x)
    square = 1.0 / (z * z)
    terms = [b / (2 * k) for k, b in enumerate(_BERNOULLI, 1)]
    series = _polynomial(terms, square) * square
    return log_of_lanes(z) - 0.5 / z - series - slope / product


def _shifted(x):
    """Return `x` or ``x + 8``, what Gamma is to be divided by, and its derivative."""
    small = x.compare("<", float(_SHIFT))
    product, slope = x, x.like(1.0)
    for k in range(1, _SHIFT):
        product, slope = product * (x + float(k)), slope * (x + float(k)) + product
    one, zero = x.like(1.0), x.like(0.0)
    z = small.choose(x + float(_SHIFT), x)
    return z, small.choose(product, one), small.choose(slope, zero)


def _polynomial(coefficients, x):
    """Return the sum of ``coefficients[k] * x ** k``."""
    total = x.like(coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = total * x + coefficient
    return total
