"""Optimisers on one flat vector of weights, with the arithmetic of their namesakes in torch.

Adam [1]_, AdamW [2]_, NAdam [3]_ and RMSprop [4]_ are one function with different numbers in it;
gradient descent with Nesterov's momentum [5]_ is another.

References
----------
.. [1] D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015.
.. [2] I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", ICLR 2019.
.. [3] T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016.
.. [4] T. Tieleman and G. Hinton, "Lecture 6.5: RMSProp", COURSERA: Neural networks for machine
   learning, 2012.
.. [5] I. Sutskever et al., "On the importance of initialization and momentum in deep learning",
   ICML 2013.
"""

from functools import cache
from math import sqrt

import numpy as np

from ._code import INTEGER, Variable, loop, spread
from ._elementary import square_root
from ._functions import NUMBERS, compile_functions, function
from ._layout import aligned_zeros
from ._registers import LANES

_MOMENTUM, _TINY = 0.9, 1e-8
_OLD_SQUARE = {"adam": 0.999, "adamw": 0.999, "nadam": 0.999, "rmsprop": 0.9}


@function(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, INTEGER)
def _adaptive_step(weights, gradient, mean, square, numbers, n):
    """Divide steps by the root of the running mean of the squared gradient.

    Numbers are the factor of the gradient, the weight decay in it, the factor of the weights, the
    share of the old mean and of the old mean square, the factor of the root, and the steps along
    gradient and mean.
    """
    factor, decay, shrink, keep_mean, keep_square, root, by_slope, by_mean = [
        spread(numbers[k]) for k in range(8)
    ]
    for k in loop(0, n, LANES):
        weight = weights.load(k)
        slope = gradient.load(k) * factor + decay * weight
        m, v = mean.load(k), square.load(k)
        m = m + (1.0 - keep_mean) * (slope - m)
        v = v * keep_square + (1.0 - keep_square) * slope * slope
        mean.store(k, m)
        square.store(k, v)
        step = (by_slope * slope + by_mean * m) / (square_root(v) * root + _TINY)
        weights.store(k, weight * shrink + step)


@function(NUMBERS, NUMBERS, NUMBERS, NUMBERS, INTEGER)
def _momentum_step(weights, gradient, momentum, numbers, n):
    """Go along the gradient and Nesterov's momentum.

    Numbers are the factor of the gradient, the weight decay in it, and the step.
    """
    factor, decay, step = [spread(numbers[k]) for k in range(3)]
    for k in loop(0, n, LANES):
        weight = weights.load(k)
        slope = gradient.load(k) * factor + decay * weight
        m = momentum.load(k) * _MOMENTUM + slope
        momentum.store(k, m)
        weights.store(k, weight + step * (slope + m * _MOMENTUM))


@function(NUMBERS, NUMBERS, INTEGER)
def _sum_squares(vector, sums, n):
    """Sum squares lane by lane."""
    total = Variable(vector.load(0).like(0.0))
    for k in loop(0, n, LANES):
        value = vector.load(k)
        total.set(total.get() + value * value)
    sums.store(0, total.get())


@cache
def _compiled(dtype):
    return compile_functions([_adaptive_step, _momentum_step, _sum_squares], dtype)


class Optimizer:
    """An optimiser and its state.

    Parameters
    ----------
    name : {"adam", "adamw", "nadam", "rmsprop", "sgd"}
        Which one.
    weights : ndarray of shape (n_weights,)
        What it changes, in place; `n_weights` is a multiple of `LANES`.
    learning_rate, weight_decay : float
        Size of the steps, and of the pull towards zero.
    max_grad_norm : float or None
        The gradient is scaled down to this norm if it is longer.

    Attributes
    ----------
    n_steps : int
        Steps taken so far.
    mean, square : ndarray of shape (n_weights,)
        Running means of the gradient (of SGD: the momentum) and of its square.
    momenta : float
        Product of the momenta of all steps, for NAdam.
    """

    def __init__(self, name, weights, learning_rate, weight_decay, max_grad_norm):
        self.name, self.weights = name, weights
        self.rate, self.decay, self.limit = learning_rate, weight_decay, max_grad_norm
        self.n_steps, self.momenta = 0, 1.0
        self.mean = aligned_zeros(len(weights), weights.dtype)
        self.square = aligned_zeros(0 if name == "sgd" else len(weights), weights.dtype)
        self._sums = aligned_zeros(LANES, weights.dtype)
        self._numbers = np.zeros(8, dtype=weights.dtype)
        self._adaptive, self._momentum, self._squares = _compiled(weights.dtype)
        arrays = (weights, self.mean, self.square, self._numbers, self._sums)
        self._addresses = [array.ctypes.data for array in arrays]

    def step(self, gradient):
        """Change the weights by one step along a gradient of shape (n_weights,)."""
        self.n_steps += 1
        weights, mean, square, numbers, _ = self._addresses
        slope, n = gradient.ctypes.data, len(gradient)
        factor = self._factor(slope, n)
        if self.name == "sgd":
            with np.errstate(over="ignore"):
                self._numbers[:3] = factor, self.decay, -self.rate
            self._momentum(weights, slope, mean, numbers, n)
            return
        shrink, decay = 1.0, self.decay
        if self.name == "adamw":
            shrink, decay = 1.0 - self.rate * self.decay, 0.0
        keep = _OLD_SQUARE[self.name]
        with np.errstate(over="ignore"):  # what overflows ends in a loss that is not finite
            self._numbers[:] = (factor, decay, shrink, _MOMENTUM, keep, *self._lengths(keep))
        self._adaptive(weights, slope, mean, square, numbers, n)

    def _factor(self, slope, n):
        """Return what the gradient is multiplied by to be no longer than the limit."""
        if self.limit is None:
            return 1.0
        self._squares(slope, self._addresses[-1], n)
        norm = sqrt(self._sums.sum(dtype=np.float64))
        return min(1.0, self.limit / (norm + 1e-6)) if norm == norm else norm

    def _lengths(self, keep):
        """Return the factor of the root, and the steps along gradient and mean."""
        if self.name == "rmsprop":
            return 1.0, -self.rate, 0.0
        root = 1.0 / sqrt(1.0 - keep**self.n_steps)
        if self.name != "nadam":
            return root, 0.0, -self.rate / (1.0 - _MOMENTUM**self.n_steps)
        now, then = [
            _MOMENTUM * (1.0 - 0.5 * 0.96 ** (0.004 * step))
            for step in (self.n_steps, self.n_steps + 1)
        ]
        self.momenta *= now
        along_slope = -self.rate * (1.0 - now) / (1.0 - self.momenta)
        return root, along_slope, -self.rate * then / (1.0 - self.momenta * then)
