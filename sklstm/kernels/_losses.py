"""Gradients of the losses with respect to the outputs of a network."""

from ._code import Variable, larger_lanes, loop, only_if, spread
from ._elementary import exp, logistic
from ._functions import function
from ._places import NETWORK
from ._registers import LANES
from ._sequences import head_steps

#: Number of each loss in compiled code.
LOSSES = {"squared_error": 0, "absolute_error": 1, "huber": 2, "quantile": 3, "log_loss": 4}


@function(NETWORK)
def write_slopes(network):
    """Replace the outputs in the rows of the head by the gradient with respect to them.

    Targets are (step, tile, column, lane), class numbers having one column. Weights are (step,
    tile, lane), with a sum of one over the batch, and zero where there is no target. Constants are
    one over the number of outputs, and the level of the quantile loss of each output.

    Of several classes, what the loss is told from takes the place of targets and weights: the
    largest output less that of the class, and the sum of exponentials less the largest output.
    """
    memory, targets = network.pointer("memory"), network.pointer("targets")
    weights, constants = network.pointer("sample_weight"), network.pointer("constants")
    per_output, levels = spread(constants[0]), constants.after(1)
    size = network.n_outputs * LANES
    slopes = {
        "squared_error": lambda error, level: error + error,
        "absolute_error": lambda error, level: _by_sign(error, error.like(1.0), error.like(-1.0)),
        "huber": lambda error, level: _clipped(error),
        "quantile": lambda error, level: _by_sign(error, 1.0 - level, 0.0 - level),
    }
    for tile in loop(head_steps(network) * network.n_tiles):
        outputs = memory.after(network.head_rows + tile * network.head_rows_size)
        weight = weights.load(tile * LANES)
        for name, slope in slopes.items():
            with only_if(network.loss.compare("==", LOSSES[name])):
                target = targets.after(tile * size)
                for k in loop(0, size, LANES):
                    error = outputs.load(k) - target.load(k)
                    level = spread(levels[k // LANES])
                    outputs.store(k, slope(error, level) * (weight * per_output))
        with only_if(network.loss.compare("==", LOSSES["log_loss"])):
            target = targets.load(tile * LANES)
            with only_if(network.n_outputs.compare("==", 1)):
                outputs.store(0, (logistic(outputs.load(0)) - target) * weight)
            with only_if(network.n_outputs.compare(">", 1)):
                total, lead = _softmax_slopes(outputs, size, target, weight)
                targets.store(tile * LANES, lead)
                weights.store(tile * LANES, total)


def _by_sign(error, above, below):
    level = error.compare("<", 0.0).choose(below, error * 0.0)  # NaN for NaN
    return error.compare(">", 0.0).choose(above, level)


def _clipped(error):
    """Return the derivative of Huber's loss, quadratic within one and linear beyond."""
    error = error.compare(">", 1.0).choose(1.0, error)
    return error.compare("<", -1.0).choose(-1.0, error)


def _softmax_slopes(outputs, size, target, weight):
    """Replace outputs by the probabilities, less one for the class that it is, times the weight.

    Return the sum of exponentials, and by how much the largest output is above that of the class.
    """
    largest, total = Variable(outputs.load(0)), Variable(weight.like(0.0))
    for k in loop(LANES, size, LANES):
        largest.set(larger_lanes(outputs.load(k), largest.get()))
    chosen, number = Variable(weight.like(0.0)), Variable(weight.like(0.0))
    for k in loop(0, size, LANES):
        output, difference = outputs.load(k), target - number.get()
        is_it = (difference * difference).compare("<", 0.5)
        chosen.set(is_it.choose(output, chosen.get()))
        number.set(number.get() + 1.0)
        share = exp(output - largest.get())
        outputs.store(k, share)
        total.set(total.get() + share)
    number = Variable(weight.like(0.0))
    for k in loop(0, size, LANES):
        # Class numbers are small integers, which numbers of any precision hold exactly.
        difference = target - number.get()
        hit = (difference * difference).compare("<", 0.5).choose(1.0, difference.like(0.0))
        outputs.store(k, (outputs.load(k) / total.get() - hit) * weight)
        number.set(number.get() + 1.0)
    return total.get(), largest.get() - chosen.get()
