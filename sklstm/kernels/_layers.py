"""One layer in one direction over all steps, forward and backward through time."""

from ._code import INTEGER, integer, loop, only_if, smaller, sum_of_lanes
from ._functions import function
from ._places import LAYER, NETWORK, PART
from ._products import add_outer_products, multiply, multiply_back
from ._registers import LANES
from ._sequences import add_lanes, apply_mask, clear, copy_lanes


def make_layer_forward(code):
    """Return the function that runs a layer of a cell over its stacked inputs.

    Parameters
    ----------
    code : CellCode
        What happens between the matrix products.

    Returns
    -------
    layer_forward : Function
        Takes places of the network, of the layer, and of all parts.
    """

    @function(NETWORK, LAYER, PART)
    def layer_forward(network, layer, parts):
        memory, n_tiles = network.pointer("memory"), network.n_tiles
        _begin(network, layer)
        if code.cell.reads_state:
            with only_if(network.carried_from.compare(">=", 0)):
                _feed(network, layer, integer(-1))
        for t in loop(network.n_steps):
            stack = memory.after(layer.stack + t * layer.stack_step)
            rows = memory.after(layer.rows + t * layer.rows_step)
            weights = network.pointer("weights")
            for k in loop(layer.first_part, layer.last_part):
                multiply(
                    parts.record(k), weights, stack, layer.stack_size, rows, layer.rows_size,
                    n_tiles, network.n_samples,
                )  # fmt: skip
            _cell_forward(network, layer, t)
            if code.cell.reads_state:
                with only_if((t + 1).compare("<", network.n_steps)):
                    _feed(network, layer, t)

    @function(NETWORK, LAYER, INTEGER)
    def _cell_forward(network, layer, t):
        memory, n_tiles, n_units = network.pointer("memory"), network.n_tiles, layer.units
        for tile in loop(n_tiles):
            before = memory.after(layer.kept + t * layer.kept_step + tile * layer.kept_size)
            code.forward(
                n_units,
                memory.after(layer.rows + t * layer.rows_step + tile * layer.rows_size),
                before,
                before.after(layer.kept_step),
                memory.load(network.step_mask + (t * n_tiles + tile) * LANES),
                _peepholes(code, network, layer),
            )

    return layer_forward


def _peepholes(code, network, layer):
    return network.pointer("weights").after(layer.peepholes) if code.peephole else None


def make_layer_backward(code):
    """Return the function that takes the gradient back through a layer.

    Parameters
    ----------
    code : CellCode
        What happens between the matrix products.

    Returns
    -------
    layer_backward : Function
        Takes places of the network, of the layer, and of all parts.
    """
    feed_back, hand_down = _make_feed_back(code), _make_hand_down(code)

    @function(NETWORK, LAYER, PART)
    def layer_backward(network, layer, parts):
        memory, chunk = network.pointer("memory"), network.steps_at_a_time
        n_steps = network.n_steps
        clear(memory.after(layer.grad_state), network.n_tiles * layer.grad_state_size)
        if code.peephole:
            size = network.n_tiles * layer.grad_peepholes_size
            clear(memory.after(layer.grad_peepholes), size)
        for back in loop(n_steps):
            t = n_steps - 1 - back
            with only_if(layer.above.compare(">=", 0)):
                _add_from_above(network, layer, t)
            _cell_backward(network, layer, t)
            with only_if(t.compare(">", 0)):
                feed_back(network, layer, parts, t)
            with only_if(layer.below.compare(">=", 0)):
                hand_down(network, layer, parts, t)
            with only_if((t % chunk).compare("==", 0)):
                _add_gradient(network, layer, parts, t)
        if code.peephole:
            _add_peephole_gradient(network, layer)

    @function(NETWORK, LAYER, INTEGER)
    def _cell_backward(network, layer, t):
        memory, n_tiles, n_units = network.pointer("memory"), network.n_tiles, layer.units
        for tile in loop(n_tiles):
            before = memory.after(layer.kept + t * layer.kept_step + tile * layer.kept_size)
            code.backward(
                n_units,
                memory.after(layer.rows + t * layer.rows_step + tile * layer.rows_size),
                before,
                before.after(layer.kept_step),
                memory.after(layer.grad_hidden + tile * layer.grad_hidden_size),
                memory.after(layer.grad_state + tile * layer.grad_state_size),
                memory.load(network.step_mask + (t * n_tiles + tile) * LANES),
                _peepholes(code, network, layer),
                memory.after(layer.grad_peepholes + tile * layer.grad_peepholes_size),
            )

    return layer_backward


def _make_feed_back(code):
    """Return the function that writes the gradient of the state that was fed back."""

    @function(NETWORK, LAYER, PART, INTEGER)
    def feed_back(network, layer, parts, t):
        memory, size = network.pointer("memory"), layer.units * LANES
        rows = memory.after(layer.rows + t * layer.rows_step)
        add = False  # the first product replaces the gradient of the step after
        for k, (_, _, _, reads_state) in enumerate(code.cell.blocks):
            if reads_state:
                multiply_back(
                    parts.record(layer.first_part + k), network.pointer("weights"),
                    layer.state_column, layer.units, rows, layer.rows_size,
                    memory.after(layer.grad_hidden), layer.grad_hidden_size, network.n_tiles,
                    network.n_samples, int(add), network.pointer("scratch"),
                )  # fmt: skip
                add = True
        if not add:
            clear(memory.after(layer.grad_hidden), network.n_tiles * layer.grad_hidden_size)
        with only_if(layer.state_mask.compare(">=", 0)):
            for tile in loop(network.n_tiles):
                mask = network.pointer("masks").after(layer.state_mask + tile * size)
                grad_hidden = memory.after(layer.grad_hidden + tile * layer.grad_hidden_size)
                apply_mask(grad_hidden, mask, size)

    return feed_back


def _make_hand_down(code):
    """Return the function that writes the gradient of the inputs of a step."""

    @function(NETWORK, LAYER, PART, INTEGER)
    def hand_down(network, layer, parts, t):
        memory = network.pointer("memory")
        rows = memory.after(layer.rows + t * layer.rows_step)
        below = memory.after(layer.below + t * layer.below_step)
        add = False
        for k, (_, _, reads_inputs, _) in enumerate(code.cell.blocks):
            if reads_inputs:
                multiply_back(
                    parts.record(layer.first_part + k), network.pointer("weights"), integer(0),
                    layer.n_inputs, rows, layer.rows_size, below, layer.below_size,
                    network.n_tiles, network.n_samples, int(add), network.pointer("scratch"),
                )  # fmt: skip
                add = True

    return hand_down


@function(NETWORK, LAYER)
def _begin(network, layer):
    """Write the states before the first step: zeros, or those that a pass before ended with."""
    kept = network.pointer("memory").after(layer.kept)
    with only_if(network.carried_from.compare("<", 0)):
        clear(kept, network.n_tiles * layer.kept_size)
    with only_if(network.carried_from.compare(">=", 0)):
        last, continues = network.carried_from * layer.kept_step, network.pointer("continues")
        for tile in loop(network.n_tiles):
            goes_on = continues.load(tile * LANES)
            for k in loop(tile * layer.kept_size, (tile + 1) * layer.kept_size, LANES):
                kept.store(k, kept.load(last + k) * goes_on)


@function(NETWORK, LAYER, INTEGER)
def _feed(network, layer, t):
    """Stack the hidden state upon the inputs of the next step."""
    memory, size = network.pointer("memory"), layer.units * LANES
    for tile in loop(network.n_tiles):
        state = memory.after(layer.kept + (t + 1) * layer.kept_step + tile * layer.kept_size)
        target = memory.after(
            layer.stack
            + (t + 1) * layer.stack_step
            + tile * layer.stack_size
            + layer.state_column * LANES
        )
        copy_lanes(state, target, size)
        with only_if(layer.state_mask.compare(">=", 0)):
            masks = network.pointer("masks")
            apply_mask(target, masks.after(layer.state_mask + tile * size), size)


@function(NETWORK, LAYER, INTEGER)
def _add_from_above(network, layer, t):
    memory = network.pointer("memory")
    for tile in loop(network.n_tiles):
        add_lanes(
            memory.after(layer.grad_hidden + tile * layer.grad_hidden_size),
            memory.after(layer.above + t * layer.above_step + tile * layer.above_size),
            layer.units * LANES,
        )


@function(NETWORK, LAYER, PART, INTEGER)
def _add_gradient(network, layer, parts, t):
    """Add the gradient with respect to the weights of a few steps, beginning at `t`."""
    memory = network.pointer("memory")
    n_steps = smaller(network.steps_at_a_time, network.n_steps - t)
    for k in loop(layer.first_part, layer.last_part):
        add_outer_products(
            parts.record(k), network.pointer("gradient"),
            memory.after(layer.rows + t * layer.rows_step), layer.rows_size,
            memory.after(layer.stack + t * layer.stack_step), layer.stack_size,
            n_steps * network.n_tiles, network.n_tiles, network.n_samples,
            network.pointer("scratch"),
        )  # fmt: skip


@function(NETWORK, LAYER)
def _add_peephole_gradient(network, layer):
    """Add the gradient with respect to the weights of the peepholes, summed over all samples."""
    memory, gradient = network.pointer("memory"), network.pointer("gradient")
    for tile in loop(network.n_tiles):
        lanes = memory.after(layer.grad_peepholes + tile * layer.grad_peepholes_size)
        for k in loop(layer.grad_peepholes_size // LANES):
            place = layer.peepholes + k
            gradient[place] = gradient[place] + sum_of_lanes(lanes.load(k * LANES))
