"""Moving sequences between windows, layers and directions.

All sequences of a tile end at the last step: shorter ones begin later, and before that nothing is
there. A layer that reads backwards begins with the last step of each sequence, so that it ends
with the first one, again at the last place. Where states are carried from pass to pass, which only
layers that read forward do, all sequences begin at the first step instead, where the states are.
Lanes without a sample have length zero.
"""

from ._code import INTEGER, Variable, integer, larger, loop, only_if, smaller
from ._functions import NUMBERS, function
from ._places import LAYER, NETWORK
from ._registers import LANES


def head_steps(network):
    """Return how many steps the head reads: all, or the last one."""
    return network.every_step.compare(">", 0).choose(network.n_steps, integer(1))


def first_step(network, n_steps, length):
    """Return at which of the steps a sequence begins."""
    return network.carried_from.compare(">=", 0).choose(integer(0), n_steps - length)


def take_windows(network, starts, lengths, samples, n_here):
    """Write the windows of some samples into the lanes of a network; lanes beyond are empty.

    Parameters
    ----------
    network : Places of NETWORK
        Told also how many samples there are, and the steps of the longest one.
    starts, lengths : Pointer
        Windows of all samples.
    samples : callable
        Takes a lane and returns which sample stands in it.
    n_here : Value
        How many samples there are, at most as many as lanes.
    """
    longest = Variable(integer(0))
    lane_starts = network.pointer("starts", INTEGER)
    lane_lengths = network.pointer("lengths", INTEGER)
    for lane in loop(n_here):
        sample = samples(lane)
        length = lengths[sample]
        longest.set(larger(longest.get(), length))
        lane_starts[lane], lane_lengths[lane] = starts[sample], length
    for lane in loop(n_here, network.n_tiles * LANES):
        lane_lengths[lane] = integer(0)
    network.set("n_steps", longest.get())
    network.set("n_samples", n_here)


def steps_of_head(network, lane):
    """Write a loop over the steps of a lane that the head reads, and where each is: step, tile."""
    n_steps = head_steps(network)
    length = smaller(network.pointer("lengths", INTEGER)[lane], n_steps)
    first = first_step(network, n_steps, length)
    for t in loop(length):
        yield t, (first + t) * network.n_tiles + lane // LANES


@function(NETWORK, LAYER)
def gather(network, layer):
    """Copy windows from the rows of the series into the stacked inputs of a layer."""
    memory, inputs = network.pointer("memory"), network.pointer("inputs")
    starts = network.pointer("starts", INTEGER)
    lengths = network.pointer("lengths", INTEGER)
    differenced = network.pointer("differenced")
    n_features, n_steps, step_size = network.n_features, network.n_steps, layer.stack_step
    backward = layer.backward
    zero = memory[0].like(0.0)
    for tile in loop(network.n_tiles):
        for lane in loop(LANES):
            sample = tile * LANES + lane
            length, start = lengths[sample], starts[sample]
            gap = first_step(network, n_steps, length)
            target = memory.after(layer.stack + tile * layer.stack_size + lane)
            for t in loop(gap):
                for k in loop(n_features):
                    target[t * step_size + k * LANES] = zero
            last = start + length - 1
            first_row = inputs.after(start * n_features)
            for t in loop(gap, gap + length):
                forth, back = start + t - gap, last - (t - gap)
                row = inputs.after(backward.compare("!=", 0).choose(back, forth) * n_features)
                to = target.after(t * step_size)
                for k in loop(n_features):
                    to[k * LANES] = row[k] - first_row[k] * differenced[k]


@function(NETWORK)
def mark_presence(network):
    """Note which samples have which steps."""
    mask = network.pointer("memory").after(network.step_mask)
    lengths = network.pointer("lengths", INTEGER)
    n_steps, n_lanes = network.n_steps, network.n_tiles * LANES
    one, zero = mask[0].like(1.0), mask[0].like(0.0)
    for sample in loop(n_lanes):
        length = lengths[sample]
        first = first_step(network, n_steps, length)
        for t in loop(n_steps):
            before_end = t.compare("<", first + length).choose(one, zero)
            mask[t * n_lanes + sample] = t.compare(">=", first).choose(before_end, zero)


@function(NETWORK, NUMBERS, INTEGER, INTEGER, NUMBERS, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER)
def copy_steps(network, from_, from_step, from_size, to, to_step, to_size, n_rows, turned, add):
    """Copy a sequence, turned round if wished.

    Parameters
    ----------
    network : Places of NETWORK
        Numbers of steps and tiles.
    from_ : Pointer
        Where it is.
    from_step, from_size : Value
        How much further on the next step and the next tile are.
    to : Pointer
        Where it goes to.
    to_step, to_size : Value
        How much further on the next step and the next tile are.
    n_rows : Value
        Number of rows.
    turned : Value
        Whether the order of the steps of each sample is reversed.
    add : Value
        Whether to add to what is there.
    """
    lengths, n_steps = network.pointer("lengths", INTEGER), network.n_steps
    turns, adds = turned.compare("!=", 0), add.compare("!=", 0)
    for tile in loop(network.n_tiles):
        length, uneven = lengths[tile * LANES], Variable(integer(0))
        for lane in loop(LANES):
            differs = lengths[tile * LANES + lane].compare("!=", length)
            uneven.set(differs.choose(turned, uneven.get()))
        source, target = from_.after(tile * from_size), to.after(tile * to_size)
        with only_if(uneven.get().compare("==", 0)):
            for t in loop(n_steps):
                t_from = turns.choose(n_steps * 2 - length - 1 - t, t)
                absent = t_from.compare(">=", n_steps)
                row = source.after(smaller(t_from, n_steps - 1) * from_step)
                out = target.after(t * to_step)
                for k in loop(0, n_rows * LANES, LANES):
                    value = row.load(k)
                    value = absent.choose(value.like(0.0), value)
                    out.store(k, adds.choose(out.load(k) + value, value))
        with only_if(uneven.get().compare("!=", 0)):
            for lane in loop(LANES):
                end = n_steps * 2 - lengths[tile * LANES + lane] - 1
                for t in loop(n_steps):
                    t_from = end - t
                    absent = t_from.compare(">=", n_steps)
                    row = source.after(smaller(t_from, n_steps - 1) * from_step + lane)
                    out = target.after(t * to_step + lane)
                    for k in loop(0, n_rows * LANES, LANES):
                        value = row[k]
                        value = absent.choose(value.like(0.0), value)
                        out[k] = adds.choose(out[k] + value, value)


@function(NUMBERS, NUMBERS, INTEGER)
def apply_mask(numbers, mask, size):
    """Multiply lanes that follow each other by those of a mask."""
    for k in loop(0, size, LANES):
        numbers.store(k, numbers.load(k) * mask.load(k))


@function(NUMBERS, NUMBERS, INTEGER)
def add_lanes(numbers, others, size):
    """Add lanes that follow each other to others."""
    for k in loop(0, size, LANES):
        numbers.store(k, numbers.load(k) + others.load(k))


@function(NUMBERS, NUMBERS, INTEGER)
def copy_lanes(numbers, to, size):
    """Copy lanes that follow each other."""
    for k in loop(0, size, LANES):
        to.store(k, numbers.load(k))


@function(NUMBERS, INTEGER)
def clear(numbers, size):
    """Write zeros over lanes that follow each other."""
    for k in loop(0, size, LANES):
        numbers.store(k, numbers.load(k).like(0.0))
