"""Whole epochs in compiled code: batches, forward, loss, backward and optimiser."""

from ._code import INTEGER, Variable, integer, larger, loop, only_if, smaller
from ._functions import function
from ._losses import write_slopes
from ._optimizers import update
from ._passes import make_backward, make_forward
from ._places import EPOCH, LAYER, NETWORK, PART
from ._registers import LANES


def make_epoch(cell):
    """Return the function that trains a network of a cell on some batches.

    Parameters
    ----------
    cell : Cell
        The cell of all layers.

    Returns
    -------
    run_epoch : Function
        Takes records of NETWORK, LAYER, PART and EPOCH.
    """
    forward, backward = make_forward(cell), make_backward(cell)

    @function(NETWORK, LAYER, PART, EPOCH)
    def run_epoch(network, layers, parts, epoch):
        n_samples, size = epoch.n_samples, epoch.batch_size
        numbers = epoch.pointer("numbers")
        for batch in loop((n_samples + size - 1) // size):
            first = batch * size
            n_here = smaller(size, n_samples - first)
            _take_samples(network, epoch, first, n_here)
            forward(network, layers, parts)
            _note_outputs(network, epoch, first, n_here)
            write_slopes(network)
            backward(network, layers, parts)
            with only_if(epoch.updates.compare("!=", 0)):
                update(
                    network.pointer("weights"), network.pointer("gradient"),
                    epoch.pointer("mean"), epoch.pointer("square"), numbers.after(batch * 8),
                    network.n_weights, epoch.adaptive,
                )  # fmt: skip

    return run_epoch


@function(NETWORK, EPOCH, INTEGER, INTEGER)
def _take_samples(network, epoch, first, n_here):
    """Copy windows, targets and weights of a batch; lanes beyond it are empty."""
    order = epoch.pointer("order", INTEGER).after(first)
    longest, n_columns = Variable(integer(0)), epoch.n_columns
    for lane in loop(network.n_tiles * LANES):
        network.pointer("lengths", INTEGER)[lane] = integer(0)
        weight = network.pointer("sample_weight")
        weight[lane] = weight[lane].like(0.0)
    for lane in loop(n_here):
        sample = order[lane]
        length = epoch.pointer("lengths", INTEGER)[sample]
        longest.set(larger(longest.get(), length))
        network.pointer("lengths", INTEGER)[lane] = length
        network.pointer("starts", INTEGER)[lane] = epoch.pointer("starts", INTEGER)[sample]
        network.pointer("sample_weight")[lane] = epoch.pointer("sample_weight")[first + lane]
        tile, place = lane // LANES, lane % LANES
        for k in loop(n_columns):
            target = epoch.pointer("targets")[sample * n_columns + k]
            network.pointer("targets")[(tile * n_columns + k) * LANES + place] = target
    network.set("n_steps", longest.get())


@function(NETWORK, EPOCH, INTEGER, INTEGER)
def _note_outputs(network, epoch, first, n_here):
    """Copy the outputs of a batch, from which its loss can be told."""
    n_outputs = network.n_outputs
    for lane in loop(n_here):
        tile, place = lane // LANES, lane % LANES
        rows = network.head_rows + tile * network.head_rows_size + place
        for k in loop(n_outputs):
            value = network.pointer("memory")[rows + k * LANES]
            epoch.pointer("outputs")[(first + lane) * n_outputs + k] = value
