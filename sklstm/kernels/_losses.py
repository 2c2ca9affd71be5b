"""Losses and their gradients with respect to the outputs of a network, in compiled code.

A loss is a class whose methods compute with whatever they are given. Here that are lanes, one for
each sample, and `Rows` of them: the outputs of one target, one for each.
"""

from functools import cache
from types import SimpleNamespace

from ._bessel import i2_over_i1, log_i1
from ._code import DOUBLE, Variable, larger_lanes, loop, real, spread
from ._elementary import exp, log, log1p, log_logistic, logistic, square_root, tanh
from ._functions import compile_functions, function
from ._gamma import digamma, log_gamma
from ._places import NETWORK
from ._registers import LANES
from ._sequences import head_steps


class Rows:
    """Lanes for each of several outputs, computed where they are used.

    Parameters
    ----------
    n : Value or int
        How many there are.
    at : callable
        Takes an index and returns lanes.
    """

    def __init__(self, n, at):
        self.n, self.at = n, at

    def __getitem__(self, index):
        return self.at(index)

    def __add__(self, other):
        return _each(lambda a, b: a + b, self, other)

    def __sub__(self, other):
        return _each(lambda a, b: a - b, self, other)

    def __rsub__(self, other):
        return _each(lambda a, b: b - a, self, other)

    def __mul__(self, other):
        return _each(lambda a, b: a * b, self, other)

    def __truediv__(self, other):
        return _each(lambda a, b: a / b, self, other)

    def __neg__(self):
        return _each(lambda a: -a, self)

    def __lt__(self, other):
        return _each(lambda a, b: a < b, self, other)

    def __gt__(self, other):
        return _each(lambda a, b: a > b, self, other)

    __radd__, __rmul__ = __add__, __mul__


def _each(compute, *arguments):
    """Return what a function makes of lanes, or of each of the rows among its arguments."""
    rows = [argument for argument in arguments if isinstance(argument, Rows)]
    if not rows:
        return compute(*arguments)

    def at(k):
        return compute(*[a.at(k) if isinstance(a, Rows) else a for a in arguments])

    return Rows(rows[0].n, at)


class Constants(Rows):
    """Numbers of a loss, in the precision of the network and in double precision.

    Parameters
    ----------
    pointer : Pointer
        Where they are, in double precision.
    n : Value
        How many there are.
    element : ir.Type
        Numbers of the network.
    """

    def __init__(self, pointer, n, element):
        super().__init__(n, lambda k: spread(real(pointer[k], element)))
        self.precise = Rows(n, lambda k: spread(pointer[k]))


def _precise(numbers):
    if isinstance(numbers, Constants):
        return numbers.precise
    return _each(lambda x: real(x, DOUBLE), numbers)


def _on_each(compute):
    return lambda *arguments: _each(compute, *arguments)


def _clipped(x, low, high):
    x = x.compare(">", high).choose(high, x)  # NaN for NaN
    return x.compare("<", low).choose(low, x)


def _sum(rows):
    total = Variable(rows[0].like(0.0))
    for k in loop(rows.n):
        total.set(total.get() + rows[k])
    return total.get()


def _max(rows):
    largest = Variable(rows[0])
    for k in loop(1, rows.n):
        largest.set(larger_lanes(largest.get(), rows[k]))
    return largest.get()


def _is_class(target, k):
    """Tell for which lanes a class number is `k`; numbers of any precision hold them exactly."""
    difference = target - spread(real(k, target.element))
    return (difference * difference).compare("<", 0.5)


def _one_hot(rows, target):
    return Rows(rows.n, lambda k: _is_class(target, k).choose(1.0, target.like(0.0)))


def _pick(rows, target):
    chosen = Variable(target.like(0.0))
    for k in loop(rows.n):
        chosen.set(_is_class(target, k).choose(rows[k], chosen.get()))
    return chosen.get()


def _functions_of(outputs):
    """Return the functions that losses are written with; `outputs` is where `keep` writes."""

    def keep(rows):
        for k in loop(rows.n):
            outputs.store(k * LANES, rows[k])
        return Rows(rows.n, lambda k: outputs.load(k * LANES))

    return SimpleNamespace(
        abs=_on_each(lambda x: x.compare("<", 0.0).choose(-x, x)),
        exp=_on_each(exp), log=_on_each(log), log1p=_on_each(log1p), sqrt=_on_each(square_root),
        tanh=_on_each(tanh),
        logistic=_on_each(logistic), log_logistic=_on_each(log_logistic),
        log_gamma=_on_each(log_gamma), digamma=_on_each(digamma),
        log_i1=_on_each(log_i1), i2_over_i1=_on_each(i2_over_i1),
        where=_on_each(lambda condition, yes, no: condition.choose(yes, no)),
        maximum=_on_each(larger_lanes), clip=_on_each(_clipped),
        sum=_sum, max=_max, pick=_pick, one_hot=_one_hot, keep=keep, precise=_precise,
    )  # fmt: skip


def write_losses(loss):
    """Return the function that computes a loss and its gradient.

    Parameters
    ----------
    loss : type
        A class with a method ``value_and_gradient(f, outputs, target, constants)``.

    Returns
    -------
    write : Function
        Takes a record of NETWORK. It writes the loss of each row of the head to `losses`, in double
        precision as `constants` are, and replaces the outputs by the gradient with respect to them.
        Targets are (step, tile, column, lane). Weights are (step, tile, lane), with a sum of one
        over the batch, and zero where there is no target. The first constant is the number of terms
        whose mean is the loss, then come those of each target.
    """

    @function(NETWORK)
    def write(network):
        memory, targets = network.pointer("memory"), network.pointer("targets")
        weights, losses = network.pointer("sample_weight"), network.pointer("losses", DOUBLE)
        n_targets, n_constants = network.n_targets, network.n_constants
        constants, n_each = network.pointer("constants", DOUBLE), network.n_outputs // n_targets
        n_terms = spread(constants[0])
        per_term = real(1.0 / n_terms, memory.element)
        for tile in loop(head_steps(network) * network.n_tiles):
            rows = memory.after(network.head_rows + tile * network.head_rows_size)
            weight = weights.load(tile * LANES) * per_term
            total = Variable(n_terms.like(0.0))
            for k in loop(n_targets):
                outputs = rows.after(k * n_each * LANES)
                target = targets.load((tile * n_targets + k) * LANES)
                numbers = constants.after(k * n_constants + 1)
                numbers = Constants(numbers, n_constants, memory.element)
                value = _write_gradient(loss, outputs, n_each, target, numbers, weight)
                total.set(total.get() + value)
            losses.store(tile * LANES, total.get() / n_terms)

    return write


def _write_gradient(loss, outputs, n, target, constants, weight):
    """Replace the outputs of a target by the weighted gradient; return the loss."""
    rows = Rows(n, lambda k: outputs.load(k * LANES))
    value, gradient = loss.value_and_gradient(_functions_of(outputs), rows, target, constants)
    if isinstance(gradient, Rows):
        for k in loop(n):
            outputs.store(k * LANES, real(gradient[k], weight.element) * weight)
        return value
    for k, slope in enumerate(gradient):
        outputs.store(k * LANES, real(slope, weight.element) * weight)
    return value


@cache
def compile_loss(loss, dtype):
    """Return the compiled function of `write_losses` for a class of losses and a precision."""
    return compile_functions([write_losses(loss)], dtype)[0]
