"""Pooling of the states of a layer over the steps of each sequence, forward and back.

Steps before a sequence begins are told by the mask of the pass; lanes without a sample give zeros.
"""

from ._code import INTEGER, Variable, larger_lanes, loop, only_if
from ._functions import function
from ._places import LAYER, NETWORK
from ._registers import LANES

#: Numbers by which compiled code tells them; "last" is none.
POOLINGS = {"last": 0, "mean": 1, "max": 2}


@function(NETWORK, LAYER, INTEGER)
def pool(network, layer, column):
    """Write the mean or the largest of the states of all steps for the head to read.

    Parameters
    ----------
    network : Places of NETWORK
        The network, whose last layer has run.
    layer : Places of LAYER
        One direction of this layer.
    column : Value
        Where its units begin in what the head reads.
    """
    memory = network.pointer("memory")
    for tile in loop(network.n_tiles):
        target = memory.after(network.head_stack + tile * network.head_stack_size + column)
        count = _n_steps(network, tile)
        for k in loop(0, layer.units * LANES, LANES):
            with only_if(network.pooling.compare("==", POOLINGS["mean"])):
                total = Variable(count.like(0.0))
                for t in loop(network.n_steps):
                    total.set(total.get() + _state(network, layer, tile, t, k))
                target.store(k, total.get() / count)
            with only_if(network.pooling.compare("==", POOLINGS["max"])):
                target.store(k, _largest(network, layer, tile, k))


@function(NETWORK, LAYER, INTEGER)
def pool_back(network, layer, column):
    """Hand the gradient of what the head read to the states of all steps.

    Of several largest states the first one in the order of the layer has all of the gradient.
    Parameters are those of `pool`.
    """
    memory = network.pointer("memory")
    for tile in loop(network.n_tiles):
        source = memory.after(network.grad_head + tile * network.grad_head_size + column)
        above = memory.after(layer.above + tile * layer.above_size)
        count = _n_steps(network, tile)
        for k in loop(0, layer.units * LANES, LANES):
            gradient = source.load(k)
            with only_if(network.pooling.compare("==", POOLINGS["mean"])):
                for t in loop(network.n_steps):
                    share = gradient / count * _present(network, tile, t)
                    above.store(t * layer.above_step + k, share)
            with only_if(network.pooling.compare("==", POOLINGS["max"])):
                largest, left = _largest(network, layer, tile, k), Variable(count.like(1.0))
                for t in loop(network.n_steps):
                    state, present = (
                        _state(network, layer, tile, t, k),
                        _present(network, tile, t),
                    )
                    hit = state.compare("==", largest).choose(left.get() * present, state.like(0.0))
                    above.store(t * layer.above_step + k, hit * gradient)
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
