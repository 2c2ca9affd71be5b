"""The functions that losses are written with: `Functions`, for NumPy arrays and torch tensors.

Those for compiled code are in `sklstm.kernels._losses`.
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
from scipy import special


class Functions(Protocol):
    """The functions that a loss may call, besides ``+ - * / < >``.

    The last ones go over the outputs of one target, which are the first axis.
    """

    def abs(self, x: Any) -> Any:
        """Return the absolute value."""

    def exp(self, x: Any) -> Any:
        """Return the exponential function of `x` from -80 to 80; below it is that of -80."""

    def log(self, x: Any) -> Any:
        """Return the natural logarithm of numbers from 1e-37 on."""

    def log1p(self, x: Any) -> Any:
        """Return ``log(1 + x)``, with all digits near zero."""

    def sqrt(self, x: Any) -> Any:
        """Return the square root."""

    def tanh(self, x: Any) -> Any:
        """Return the hyperbolic tangent."""

    def logistic(self, x: Any) -> Any:
        """Return ``1 / (1 + exp(-x))``."""

    def log_logistic(self, x: Any) -> Any:
        """Return the logarithm of the logistic function."""

    def log_gamma(self, x: Any) -> Any:
        """Return the logarithm of the gamma function of positive numbers."""

    def digamma(self, x: Any) -> Any:
        """Return the derivative of `log_gamma`."""

    def log_i1(self, x: Any) -> Any:
        """Return ``log(2 I_1(x) / x) - x`` of the modified Bessel function, from 0 on."""

    def i2_over_i1(self, x: Any) -> Any:
        """Return ``I_2(x) / I_1(x)``, the derivative of `log_i1` plus one."""

    def where(self, condition: Any, yes: Any, no: Any) -> Any:
        """Return `yes` where a comparison holds, which it never does for NaN, else `no`."""

    def maximum(self, a: Any, b: Any) -> Any:
        """Return the larger one of two values."""

    def clip(self, x: Any, low: float, high: float) -> Any:
        """Return `x`, or the nearer one of two bounds."""

    def sum(self, outputs: Any) -> Any:
        """Return the sum over the outputs of a target."""

    def max(self, outputs: Any) -> Any:
        """Return the largest output of a target."""

    def cross_entropy(self, outputs: Any, target: Any) -> Any:
        """Return minus the logarithm of the probability of the class, ``softmax(outputs)``."""

    def pick(self, outputs: Any, target: Any) -> Any:
        """Return the output with the number of the class."""

    def one_hot(self, outputs: Any, target: Any) -> Any:
        """Return 1 for the output with the number of the class, 0 for the others."""

    def keep(self, outputs: Any) -> Any:
        """Return the same; compiled code computes it once, in place of the network's outputs."""

    def precise(self, x: Any) -> Any:
        """Return the same in double precision."""


def _one_hot(outputs, target):
    numbers = np.arange(len(outputs)).reshape(-1, *[1] * (outputs.ndim - 1))
    return (numbers == target).astype(outputs.dtype)


def _pick(outputs, target):
    return np.take_along_axis(outputs, target[np.newaxis], axis=0)[0]


def _cross_entropy(outputs, target):
    largest = outputs.max(axis=0)
    return np.log(np.exp(outputs - largest).sum(axis=0)) + (largest - _pick(outputs, target))


def _log_i1(log, i1e, x):
    return log(2.0 * i1e(x) / x)


def _i2_over_i1(i0e, i1e, where, x, far):
    """Return the ratio from functions of larger arguments, `far`, or by series near zero."""
    quarter = x * x / 4
    first, second, term = 1.0, 0.5, 1.0
    for k in range(1, 12):
        term = term * where(x < 1, quarter, 0.0 * x) / (k * (k + 1))
        first, second = first + term, second + term / (k + 2)
    return where(x < 1, x / 2 * second / first, i0e(far) / i1e(far) - 2 / far)


_TINY = 1e-30  # in place of 0, where a ratio has a limit

#: Functions for NumPy arrays.
NUMPY = SimpleNamespace(
    abs=np.abs, exp=np.exp, log=np.log, log1p=np.log1p, sqrt=np.sqrt, tanh=np.tanh, where=np.where,
    maximum=np.maximum, clip=np.clip,
    logistic=lambda x: 0.5 * np.tanh(0.5 * x) + 0.5,
    log_logistic=lambda x: -np.logaddexp(0.0, -x),
    log_gamma=special.gammaln, digamma=special.psi,
    log_i1=lambda x: _log_i1(np.log, special.i1e, np.maximum(x, _TINY)),
    i2_over_i1=lambda x: _i2_over_i1(special.i0e, special.i1e, np.where, x, np.maximum(x, 1.0)),
    sum=lambda outputs: outputs.sum(axis=0),
    max=lambda outputs: outputs.max(axis=0),
    cross_entropy=_cross_entropy,
    pick=_pick,
    one_hot=_one_hot,
    keep=lambda outputs: outputs,
    precise=np.float64,
    last_axis_first=lambda outputs: np.moveaxis(outputs, -1, 0),
    along_last_axis=lambda outputs: [*np.moveaxis(outputs, -1, 0)],
    like=lambda output, numbers: numbers.astype(output.dtype),
)  # fmt: skip


@cache
def torch_functions() -> SimpleNamespace:
    """Return the functions for torch tensors."""
    import torch

    functional = torch.nn.functional

    def cross_entropy(outputs, target):
        # Over the last axis, where the outputs of a sample follow each other in memory.
        rows = outputs.movedim(0, -1).reshape(-1, len(outputs))
        losses = functional.cross_entropy(rows, target.reshape(-1), reduction="none")
        return losses.reshape(target.shape)

    def one_hot(outputs, target):
        return functional.one_hot(target, len(outputs)).movedim(-1, 0).to(outputs.dtype)

    def log_i1(x):
        return _log_i1(torch.log, torch.special.i1e, torch.clip(x, _TINY))

    def i2_over_i1(x):
        special = torch.special
        return _i2_over_i1(special.i0e, special.i1e, torch.where, x, torch.clip(x, 1.0))

    def precise(numbers):
        # Apple's accelerators have single precision alone.
        return numbers if numbers.device.type == "mps" else numbers.double()

    return SimpleNamespace(
        abs=torch.abs, exp=torch.exp, log=torch.log, log1p=torch.log1p, sqrt=torch.sqrt,
        tanh=torch.tanh, where=torch.where, maximum=torch.maximum, clip=torch.clip,
        logistic=torch.sigmoid,
        log_logistic=functional.logsigmoid,
        log_gamma=torch.lgamma, digamma=torch.digamma,
        log_i1=log_i1, i2_over_i1=i2_over_i1,
        sum=lambda outputs: outputs.sum(dim=0),
        max=lambda outputs: outputs.amax(dim=0),
        cross_entropy=cross_entropy,
        pick=lambda outputs, target: outputs.gather(0, target[None])[0],
        one_hot=one_hot,
        keep=lambda outputs: outputs,
        precise=precise,
        last_axis_first=lambda outputs: outputs.movedim(-1, 0),
        along_last_axis=lambda outputs: outputs.unbind(-1),
        like=lambda output, numbers: output.new_tensor(numbers),
    )  # fmt: skip
