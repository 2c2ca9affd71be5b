"""Whole epochs in compiled code: batches, forward, loss, backward and optimiser."""

from ._code import DOUBLE, INTEGER, Variable, integer, loop, only_if, real, smaller
from ._functions import call_address, function
from ._optimizers import update
from ._passes import make_backward
from ._places import EPOCH, LAYER, NETWORK, PART
from ._registers import LANES
from ._sequences import clear, head_steps, steps_of_head, take_windows


def make_epoch(code):
    """Return the function that trains a network of a cell on some batches.

    Parameters
    ----------
    code : CellCode
        The cell of all layers.

    Returns
    -------
    run_epoch : Function
        Takes records of NETWORK, LAYER, PART and EPOCH. The forward pass has code of its own,
        which predicts, too, so that it is compiled once and has the same bits.
    """
    backward = make_backward(code)

    @function(NETWORK, LAYER, PART, EPOCH)
    def run_epoch(network, layers, parts, epoch):
        n_samples, size = epoch.n_samples, epoch.batch_size
        numbers = epoch.pointer("numbers")
        for batch in loop((n_samples + size - 1) // size):
            first = batch * size
            n_here = smaller(size, n_samples - first)
            _take_samples(network, epoch, first, n_here)
            call_address(epoch.run_forward, network, layers, parts)
            call_address(epoch.write_losses, network)
            _add_losses(network, epoch, first, n_here)
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
    starts, lengths = epoch.pointer("starts", INTEGER), epoch.pointer("lengths", INTEGER)
    take_windows(network, starts, lengths, lambda lane: order[lane], n_here)
    clear(network.pointer("sample_weight"), head_steps(network) * network.n_tiles * LANES)
    for lane in loop(n_here):
        _take_targets(network, epoch, lane, order[lane], first + lane)


@function(NETWORK, EPOCH, INTEGER, INTEGER, INTEGER)
def _take_targets(network, epoch, lane, sample, place):
    """Copy the targets of a sample into its lane, and its weight where there is a target."""
    n_targets = network.n_targets
    row, weight = epoch.pointer("target_starts", INTEGER)[sample], epoch.pointer("sample_weight")
    of_rows = epoch.pointer("target_weight")
    for t, row_of_lane in steps_of_head(network, lane):
        targets = epoch.pointer("targets").after((row + t) * n_targets)
        has_target = targets[0].compare("==", targets[0])  # not NaN
        value = has_target.choose(weight[place] * of_rows[row + t], weight[place].like(0.0))
        network.pointer("sample_weight")[row_of_lane * LANES + lane % LANES] = value
        for k in loop(n_targets):
            target = has_target.choose(targets[k], targets[k].like(0.0))
            to = (row_of_lane * n_targets + k) * LANES + lane % LANES
            network.pointer("targets")[to] = target


@function(NETWORK, EPOCH, INTEGER, INTEGER)
def _add_losses(network, epoch, first, n_here):
    """Write the loss of each sample of a batch, the weighted sum over its targets."""
    order = epoch.pointer("order", INTEGER).after(first)
    losses, targets = network.pointer("losses", DOUBLE), epoch.pointer("targets")
    of_rows = epoch.pointer("target_weight")
    for lane in loop(n_here):
        row, total = (
            epoch.pointer("target_starts", INTEGER)[order[lane]],
            Variable(real(integer(0), DOUBLE)),
        )
        for t, row_of_lane in steps_of_head(network, lane):
            target = targets[(row + t) * network.n_targets]
            known, loss = target.compare("==", target), losses[row_of_lane * LANES + lane % LANES]
            loss = loss * real(of_rows[row + t], DOUBLE)
            total.set(total.get() + known.choose(loss, 0.0))  # what is not NaN equals itself
        epoch.pointer("losses", DOUBLE)[first + lane] = total.get()
