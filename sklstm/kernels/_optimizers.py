"""Optimisers on one flat vector of weights, with the arithmetic of their namesakes in torch.

Adam [1]_, AdamW [2]_, NAdam [3]_ and RMSprop [4]_ are one loop with different numbers in it;
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

from ._code import INTEGER, Variable, loop, only_if, spread, sum_of_lanes
from ._elementary import square_root
from ._functions import NUMBERS, compile_functions, function
from ._layout import aligned_zeros
from ._registers import LANES

_MOMENTUM, _TINY = 0.9, 1e-8
_OLD_SQUARE = {"adam": 0.999, "adamw": 0.999, "nadam": 0.999, "rmsprop": 0.9}


@function(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, INTEGER, INTEGER)
def update(weights, gradient, mean, square, numbers, n, adaptive):
    """Take one step, in place.

    Parameters
    ----------
    weights, gradient : Pointer
        What is changed, and the gradient of the loss.
    mean, square : Pointer
        Running means of the gradient and of its square; without adaptation `mean` is the momentum.
    numbers : Pointer
        In this order: the largest norm of the gradient, the weight decay in it, the factor of the
        weights, the shares of the old mean and of the old mean square, the factor of its root, and
        the steps along gradient and mean.
    n : Value
        Number of weights.
    adaptive : Value
        Whether steps are divided by the root of the mean square.
    """
    factor = _shortening(gradient, n, spread(numbers[0]))
    decay, shrink, keep_mean, keep_square, root, by_slope, by_mean = [
        spread(numbers[k]) for k in range(1, 8)
    ]
    with only_if(adaptive.compare("!=", 0)):
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
    with only_if(adaptive.compare("==", 0)):
        for k in loop(0, n, LANES):
            weight = weights.load(k)
            slope = gradient.load(k) * factor + decay * weight
            m = mean.load(k) * keep_mean + slope
            mean.store(k, m)
            weights.store(k, weight + (by_slope * slope + by_mean * m))


def _shortening(gradient, n, limit):
    """Return the factor that makes the gradient no longer than the limit."""
    total = Variable(limit.like(0.0))
    for k in loop(0, n, LANES):
        value = gradient.load(k)
        total.set(total.get() + value * value)
    norm = square_root(spread(sum_of_lanes(total.get())))
    ratio = limit / (norm + 1e-6)
    return ratio.compare(">", 1.0).choose(1.0, ratio)  # NaN for NaN


@cache
def _compiled(dtype):
    return compile_functions([update], dtype)[0]


class Optimizer:
    """An optimiser and its state.

    Parameters
    ----------
    name : {"adam", "adamw", "nadam", "rmsprop", "sgd"}
        Which one.
    weights : ndarray of shape (n_weights,)
        What it changes, in place; `n_weights` is a multiple of `LANES`.
    learning_rate : float
        Size of the steps.
    weight_decay : float, default=0.0
        Size of the pull towards zero.
    max_grad_norm : float or None, default=None
        The gradient is scaled down to this norm if it is longer.

    Attributes
    ----------
    decay : float
        The weight decay, which may be changed between steps.
    rate : float
        The learning rate of the steps after those of `rates`.
    rates : sequence of float
        Learning rates of the next steps, if they are not all the same; they are used up.
    n_steps : int
        Steps taken so far.
    mean, square : ndarray of shape (n_weights,)
        Running means of the gradient (of SGD: the momentum) and of its square.
    momenta : float
        Product of the momenta of all steps, for NAdam.
    """

    def __init__(self, name, weights, learning_rate, weight_decay=0.0, max_grad_norm=None):
        self.name, self.weights = name, weights
        self.rate, self.decay, self.limit = learning_rate, weight_decay, max_grad_norm
        self.rates = ()
        self.n_steps, self.momenta = 0, 1.0
        self.mean = aligned_zeros(len(weights), weights.dtype)
        self.square = aligned_zeros(0 if name == "sgd" else len(weights), weights.dtype)

    @property
    def is_adaptive(self):
        """Whether steps are divided by the root of the mean square of the gradient."""
        return self.name in _OLD_SQUARE

    def step(self, gradient):
        """Change the weights by one step along a gradient of shape (n_weights,)."""
        arrays = self.weights, gradient, self.mean, self.square, self.next_numbers(1)
        addresses = [array.ctypes.data for array in arrays]
        _compiled(self.weights.dtype)(*addresses, len(gradient), self.is_adaptive)

    def next_numbers(self, n_steps):
        """Return the numbers of the next steps for `update`, shape (n_steps, 8); count them."""
        first = self.n_steps + 1
        self.n_steps += n_steps
        steps = range(first, first + n_steps)
        with np.errstate(over="ignore"):  # what overflows ends in a loss that is not finite
            pairs = zip(steps, self._next_rates(n_steps), strict=True)
            numbers = [self._numbers(step, rate) for step, rate in pairs]
            return np.array(numbers, dtype=self.weights.dtype)

    def _next_rates(self, n_steps):
        taken, self.rates = self.rates[:n_steps], self.rates[n_steps:]
        return [*taken, *[self.rate] * (n_steps - len(taken))]

    def _numbers(self, step, rate):
        limit = np.inf if self.limit is None else self.limit
        decay, shrink = self.decay, 1.0
        if self.name == "sgd":
            return limit, decay, shrink, _MOMENTUM, 0.0, 0.0, -rate, -rate * _MOMENTUM
        if self.name == "adamw":
            shrink, decay = 1.0 - rate * decay, 0.0
        keep = _OLD_SQUARE[self.name]
        along_slope, along_mean, root = 0.0, 0.0, 1.0 / sqrt(1.0 - keep**step)
        if self.name == "rmsprop":
            root, along_slope = 1.0, -rate
        elif self.name == "nadam":
            now, then = [_MOMENTUM * (1.0 - 0.5 * 0.96 ** (0.004 * k)) for k in (step, step + 1)]
            self.momenta = float(np.float32(self.momenta * now))  # as torch rounds it
            along_slope = -rate * (1.0 - now) / (1.0 - self.momenta)
            along_mean = -rate * then / (1.0 - self.momenta * then)
        else:
            along_mean = -rate / (1.0 - _MOMENTUM**step)
        return limit, decay, shrink, _MOMENTUM, keep, root, along_slope, along_mean
