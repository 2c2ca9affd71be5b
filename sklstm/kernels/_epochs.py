"""Whole epochs in compiled code: batches, forward, loss, backward and optimiser."""

from ._code import INTEGER, Variable, integer, larger, loop, only_if, smaller
from ._functions import function
from ._losses import write_slopes
from ._optimizers import update
from ._passes import make_backward, make_forward
from ._places import EPOCH, LAYER, NETWORK, PART
from ._registers import LANES
from ._sequences import clear, first_step, head_steps


def make_epoch(code):
    """Return the function that trains a network of a cell on some batches.

    Parameters
    ----------
    code : CellCode
        The cell of all layers.

    Returns
    -------
    run_epoch : Function
        Takes records of NETWORK, LAYER, PART and EPOCH.
    """
    forward, backward = make_forward(code), make_backward(code)

    @function(NETWORK, LAYER, PART, EPOCH)
    def run_epoch(network, layers, parts, epoch):
        n_samples, size = epoch.n_samples, epoch.batch_size
        numbers = epoch.pointer("numbers")
        for batch in loop((n_samples + size - 1) // size):
            first = batch * size
            n_here = smaller(size, n_samples - first)
            _take_samples(network, epoch, first, n_here)
            forward(network, layers, parts)
            with only_if(epoch.notes_classes.compare("<=", 0)):
                _note_outputs(network, epoch, first, n_here)
            write_slopes(network)
            with only_if(epoch.notes_classes.compare(">", 0)):
                _note_losses(network, epoch, first, n_here)
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
    order, longest = epoch.pointer("order", INTEGER).after(first), Variable(integer(0))
    for lane in loop(network.n_tiles * LANES):
        network.pointer("lengths", INTEGER)[lane] = integer(0)
    for lane in loop(n_here):
        sample = order[lane]
        length = epoch.pointer("lengths", INTEGER)[sample]
        longest.set(larger(longest.get(), length))
        network.pointer("lengths", INTEGER)[lane] = length
        network.pointer("starts", INTEGER)[lane] = epoch.pointer("starts", INTEGER)[sample]
    network.set("n_steps", longest.get())
    clear(network.pointer("sample_weight"), head_steps(network) * network.n_tiles * LANES)
    for lane in loop(n_here):
        _take_targets(network, epoch, lane, order[lane], first + lane)


@function(NETWORK, EPOCH, INTEGER, INTEGER, INTEGER)
def _take_targets(network, epoch, lane, sample, place):
    """Copy the targets of a sample into its lane, and its weight where there is a target."""
    n_columns = epoch.n_columns
    row, weight = epoch.pointer("target_starts", INTEGER)[sample], epoch.pointer("sample_weight")
    for t, row_of_lane in _steps(network, lane):
        targets = epoch.pointer("targets").after((row + t) * n_columns)
        there = targets[0].compare("==", targets[0])  # not NaN
        value = there.choose(weight[place], weight[place].like(0.0))
        network.pointer("sample_weight")[row_of_lane * LANES + lane % LANES] = value
        for k in loop(n_columns):
            target = there.choose(targets[k], targets[k].like(0.0))
            to = (row_of_lane * n_columns + k) * LANES + lane % LANES
            network.pointer("targets")[to] = target


def _steps(network, lane):
    """Write a loop over the steps of a lane that the head reads, and where each is: step, tile."""
    n_steps = head_steps(network)
    length = smaller(network.pointer("lengths", INTEGER)[lane], n_steps)
    first = first_step(network, n_steps, length)
    for t in loop(length):
        yield t, (first + t) * network.n_tiles + lane // LANES


@function(NETWORK, EPOCH, INTEGER, INTEGER)
def _note_outputs(network, epoch, first, n_here):
    """Copy the outputs of a batch, from which its loss can be told."""
    n_outputs = network.n_outputs
    for lane in loop(n_here):
        start = epoch.pointer("output_starts", INTEGER)[first + lane]
        for t, row_of_lane in _steps(network, lane):
            rows = network.head_rows + row_of_lane * network.head_rows_size + lane % LANES
            for k in loop(n_outputs):
                value = network.pointer("memory")[rows + k * LANES]
                epoch.pointer("outputs")[(start + t) * n_outputs + k] = value


@function(NETWORK, EPOCH, INTEGER, INTEGER)
def _note_losses(network, epoch, first, n_here):
    """Copy what the loss of several classes is told from: two numbers, however many there are."""
    for lane in loop(n_here):
        start = epoch.pointer("output_starts", INTEGER)[first + lane]
        for t, row_of_lane in _steps(network, lane):
            place, to = row_of_lane * LANES + lane % LANES, (start + t) * 2
            epoch.pointer("outputs")[to] = network.pointer("sample_weight")[place]
            epoch.pointer("outputs")[to + 1] = network.pointer("targets")[place]
