"""Pooling of the states of a layer over the steps of each sequence, forward and back.

Steps before a sequence begins are told by the mask of the pass; lanes without a sample give zeros.
"""

from ._code import INTEGER, Variable, larger_lanes, loop, only_if
from ._functions import function
from ._places import LAYER, NETWORK
from ._registers import LANES


@function(NETWORK, LAYER, INTEGER)
def pool(network, layer, column):
    """Write the mean and the largest of the states of all steps, if the head is to read them.

    Parameters
    ----------
    network : Places of NETWORK
        The network, whose last layer has run.
    layer : Places of LAYER
        One direction of this layer.
    column : Value
        Where its units begin among those of all directions.
    """
    memory = network.pointer("memory")
    stack = memory.after(network.head_stack + column)
    with only_if(network.mean_column.compare(">=", 0)):
        for tile in loop(network.n_tiles):
            target = stack.after(network.mean_column + tile * network.head_stack_size)
            count = _n_steps(network, tile)
            for k in loop(0, layer.units * LANES, LANES):
                total = Variable(count.like(0.0))
                for t in loop(network.n_steps):
                    total.set(total.get() + _state(network, layer, tile, t, k))
                target.store(k, total.get() / count)
    with only_if(network.max_column.compare(">=", 0)):
        for tile in loop(network.n_tiles):
            target = stack.after(network.max_column + tile * network.head_stack_size)
            for k in loop(0, layer.units * LANES, LANES):
                target.store(k, _largest(network, layer, tile, k))


@function(NETWORK, LAYER, INTEGER)
def pool_back(network, layer, column):
    """Hand the gradient of the mean and of the largest of the states to the states of all steps.

    Of several largest states the first one in the order of the layer has all of the gradient.
    Parameters are those of `pool`.
    """
    memory = network.pointer("memory")
    of_head = memory.after(network.grad_head + column)
    with only_if(network.mean_column.compare(">=", 0)):
        for tile in loop(network.n_tiles):
            source = of_head.after(network.mean_column + tile * network.grad_head_size)
            above = memory.after(layer.above + tile * layer.above_size)
            count = _n_steps(network, tile)
            for k in loop(0, layer.units * LANES, LANES):
                gradient = source.load(k)
                for t in loop(network.n_steps):
                    share = gradient / count * _present(network, tile, t)
                    above.store(t * layer.above_step + k, share)
    with only_if(network.max_column.compare(">=", 0)):
        for tile in loop(network.n_tiles):
            source = of_head.after(network.max_column + tile * network.grad_head_size)
            above = memory.after(layer.above + tile * layer.above_size)
            for k in loop(0, layer.units * LANES, LANES):
                _give_to_largest(network, layer, tile, k, (source.load(k), above))


def _give_to_largest(network, layer, tile, k, gradients):
    """Add the gradient of the largest state to that state's, to what the mean has left there."""
    (gradient, above), has_mean = gradients, network.mean_column.compare(">=", 0)
    largest, left = _largest(network, layer, tile, k), Variable(gradient.like(1.0))
    for t in loop(network.n_steps):
        state, present = _state(network, layer, tile, t, k), _present(network, tile, t)
        hit = state.compare("==", largest).choose(left.get() * present, state.like(0.0))
        place = t * layer.above_step + k
        before = has_mean.choose(above.load(place), state.like(0.0))
        above.store(place, before + hit * gradient)
        left.set(left.get() - hit)


def _present(network, tile, t):
    """Return one for each lane that has a step, else zero."""
    place = network.step_mask + (t * network.n_tiles + tile) * LANES
    return network.pointer("memory").load(place)


def _n_steps(network, tile):
    """Return the number of steps of each lane, one for lanes without a sample."""
    total = Variable(_present(network, tile, 0).like(0.0))
    for t in loop(network.n_steps):
        total.set(total.get() + _present(network, tile, t))
    return larger_lanes(total.get(), total.get().like(1.0))


def _state(network, layer, tile, t, k):
    place = layer.kept + (t + 1) * layer.kept_step + tile * layer.kept_size + k
    return network.pointer("memory").load(place)


def _largest(network, layer, tile, k):
    """Return the largest state of each lane; all sequences have the last step."""
    largest = Variable(_state(network, layer, tile, network.n_steps - 1, k))
    for t in loop(network.n_steps):
        state, present = _state(network, layer, tile, t, k), _present(network, tile, t)
        there = present.compare(">", 0.0).choose(state, largest.get())
        largest.set(larger_lanes(largest.get(), there))
    return largest.get()
