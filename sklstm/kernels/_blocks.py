"""Forward passes for any number of samples, some tiles at a time."""

from ._code import INTEGER, Variable, integer, loop, smaller
from ._functions import INTEGERS, NUMBERS, function
from ._places import LAYER, NETWORK, PART
from ._registers import LANES
from ._sequences import steps_of_head, take_windows


def make_run_blocks(forward):
    """Return the function that runs a forward pass over blocks of samples.

    Parameters
    ----------
    forward : Function
        The pass for one block.

    Returns
    -------
    run_blocks : Function
        Takes records of NETWORK, LAYER and PART, the starts and lengths of the windows of all
        samples, where their outputs go, one row after the other, and how many samples there are.
        The memory of the network is that of one block, which stays in the cache.
    """

    @function(NETWORK, LAYER, PART, INTEGERS, INTEGERS, NUMBERS, INTEGER)
    def run_blocks(network, layers, parts, starts, lengths, outputs, n_samples):
        size, row = network.n_tiles * LANES, Variable(integer(0))
        for block in loop((n_samples + size - 1) // size):
            first = block * size
            n_here = smaller(size, n_samples - first)
            take_windows(network, starts.after(first), lengths.after(first), lambda k: k, n_here)
            forward(network, layers, parts)
            for lane in loop(n_here):
                for _, place in steps_of_head(network, lane):
                    _write_row(network, place, lane % LANES, outputs.after(row.get()))
                    row.set(row.get() + network.n_outputs)

    return run_blocks


@function(NETWORK, INTEGER, INTEGER, NUMBERS)
def _write_row(network, place, lane, out):
    """Copy what the head has made of one lane of a step and tile."""
    first = network.head_rows + place * network.head_rows_size + lane
    rows = network.pointer("memory").after(first)
    for k in loop(network.n_outputs):
        out[k] = rows[k * LANES]
