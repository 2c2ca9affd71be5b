"""A whole network forward and backward, for the samples of some tiles."""

from ._code import INTEGER, integer, loop, only_if, smaller
from ._functions import function
from ._layers import make_layer_backward, make_layer_forward
from ._places import LAYER, NETWORK, PART
from ._pooling import pool, pool_back
from ._products import add_outer_products, multiply, multiply_back
from ._registers import LANES
from ._sequences import (
    apply_mask,
    clear,
    copy_lanes,
    copy_steps,
    gather,
    head_steps,
    mark_presence,
)
from ._tokens import add_to_rows, gather_tokens


def make_forward(code):
    """Return the forward pass of networks of a cell.

    Parameters
    ----------
    code : CellCode
        The cell of all layers.

    Returns
    -------
    forward : Function
        Takes records of NETWORK, LAYER and PART, these of all layers and then of the head. It
        leaves the outputs in the rows of the head.
    """
    layer_forward = make_layer_forward(code)

    @function(NETWORK, LAYER, PART)
    def forward(network, layers, parts):
        mark_presence(network)
        n_directions = network.n_directions
        for number in loop(network.n_layers):
            for direction in loop(n_directions):
                layer = layers.record(number * n_directions + direction)
                with only_if(number.compare("==", 0)):
                    _read_inputs(network, layer)
                with only_if(number.compare(">", 0)):
                    _read_outputs(network, layer, number)
                layer_forward(network, layer, parts)
            with only_if((number + 1).compare("<", network.n_layers)):
                _write_outputs(network, layers, number)
        _run_head(network, layers, parts)

    return forward


def make_backward(code):
    """Return the backward pass of networks of a cell.

    Parameters
    ----------
    code : CellCode
        The cell of all layers.

    Returns
    -------
    backward : Function
        Takes the same records after a forward pass, the gradient with respect to the outputs being
        in the rows of the head. It writes that with respect to all weights.
    """
    layer_backward = make_layer_backward(code)

    @function(NETWORK, LAYER, PART)
    def backward(network, layers, parts):
        with only_if(network.adds.compare("==", 0)):
            clear(network.pointer("gradient"), network.n_weights)
        _run_head_back(network, layers, parts)
        n_layers, n_directions = network.n_layers, network.n_directions
        for down in loop(n_layers):
            number = n_layers - 1 - down
            with only_if(down.compare(">", 0)):
                _read_gradients(network, layers, number)
            for direction in loop(n_directions):
                layer_backward(network, layers.record(number * n_directions + direction), parts)
        with only_if(network.embedding.compare(">=", 0)):
            for direction in loop(n_directions):
                add_to_rows(network, layers.record(direction))

    return backward


@function(NETWORK, LAYER)
def _read_inputs(network, layer):
    """Fill the stacked inputs of the first layer, in one direction."""
    with only_if(network.reads_tokens.compare("<=", 0)):
        gather(network, layer)
    with only_if(network.reads_tokens.compare(">", 0)):
        gather_tokens(network, layer)


def _outputs(network, number):
    """Return the outputs of a layer, those of all steps following each other."""
    first = network.outputs + number * network.n_steps * network.outputs_step
    return network.pointer("memory").after(first)


def _mask(network, number):
    """Return the mask of the outputs of a layer; that of the last has the steps of the head."""
    first = network.output_masks + number * network.n_steps * network.outputs_step
    return network.pointer("masks").after(first)


def _drops(network):
    return only_if(network.output_masks.compare(">=", 0))


@function(NETWORK, LAYER, INTEGER)
def _read_outputs(network, layer, number):
    """Copy the outputs of the layer before into the stacked inputs of a layer."""
    memory = network.pointer("memory")
    copy_steps(
        network, _outputs(network, number - 1), network.outputs_step, network.outputs_size,
        memory.after(layer.stack), layer.stack_step, layer.stack_size, layer.n_inputs,
        layer.backward, integer(0),
    )  # fmt: skip


@function(NETWORK, LAYER, INTEGER)
def _write_outputs(network, layers, number):
    """Put the states of both directions of a layer side by side, in the order of the series."""
    memory, outputs = network.pointer("memory"), _outputs(network, number)
    for d in loop(network.n_directions):
        layer = layers.record(number * network.n_directions + d)
        copy_steps(
            network, memory.after(layer.kept + layer.kept_step), layer.kept_step, layer.kept_size,
            outputs.after(d * layer.units * LANES), network.outputs_step, network.outputs_size,
            layer.units, layer.backward, integer(0),
        )  # fmt: skip
    with _drops(network):
        apply_mask(outputs, _mask(network, number), network.n_steps * network.outputs_step)


@function(NETWORK, LAYER, INTEGER)
def _read_gradients(network, layers, number):
    """Add up the gradients that the next layer hands down, and give each direction its own."""
    memory = network.pointer("memory")
    gradients = memory.after(network.grad_outputs)
    for d in loop(network.n_directions):
        layer = layers.record((number + 1) * network.n_directions + d)
        copy_steps(
            network, memory.after(layer.below), layer.below_step, layer.below_size, gradients,
            network.outputs_step, network.outputs_size, layer.n_inputs, layer.backward, d,
        )  # fmt: skip
    with _drops(network):
        apply_mask(gradients, _mask(network, number), network.n_steps * network.outputs_step)
    for d in loop(network.n_directions):
        layer = layers.record(number * network.n_directions + d)
        clear(memory.after(layer.grad_hidden), network.n_tiles * layer.grad_hidden_size)
        copy_steps(
            network, gradients.after(d * layer.units * LANES), network.outputs_step,
            network.outputs_size, memory.after(layer.above), layer.above_step, layer.above_size,
            layer.units, layer.backward, integer(0),
        )  # fmt: skip


@function(NETWORK, LAYER, PART)
def _run_head(network, layers, parts):
    """Read the states of the last layer: of the last step, of all of them pooled, or of each."""
    memory, size = network.pointer("memory"), network.outputs_size
    last, n_tiles = network.n_layers - 1, head_steps(network) * network.n_tiles
    for d in loop(network.n_directions):
        layer = layers.record(last * network.n_directions + d)
        column = d * layer.units * LANES
        pool(network, layer, column)
        with only_if(network.last_column.compare(">=", 0)):
            for tile in loop(n_tiles):
                end = layer.kept + network.n_steps * layer.kept_step + tile * layer.kept_size
                target = network.head_stack + tile * network.head_stack_size + column
                copy_lanes(memory.after(end), memory.after(target), layer.units * LANES)
        with only_if(network.every_step.compare(">", 0)):
            copy_steps(
                network, memory.after(layer.kept + layer.kept_step), layer.kept_step,
                layer.kept_size, memory.after(network.head_stack + column),
                network.head_stack_step, network.head_stack_size, layer.units, layer.backward,
                integer(0),
            )  # fmt: skip
    with _drops(network):
        for tile in loop(n_tiles):
            target = memory.after(network.head_stack + tile * network.head_stack_size)
            mask = _mask(network, last).after(tile * size)
            apply_mask(target, mask, network.state_size * LANES)
    multiply(
        parts.record(network.n_parts - 1), network.pointer("weights"),
        memory.after(network.head_stack), network.head_stack_size,
        memory.after(network.head_rows), network.head_rows_size, n_tiles, n_tiles * LANES,
    )  # fmt: skip


@function(NETWORK, LAYER, PART)
def _run_head_back(network, layers, parts):
    """Hand the gradient with respect to the outputs to the states of the last layer."""
    memory, size = network.pointer("memory"), network.outputs_size
    last, n_tiles = network.n_layers - 1, head_steps(network) * network.n_tiles
    multiply_back(
        parts.record(network.n_parts - 1), network.pointer("weights"), integer(0),
        network.state_size, memory.after(network.head_rows), network.head_rows_size,
        memory.after(network.grad_head), network.grad_head_size, n_tiles, n_tiles * LANES,
        integer(0), network.pointer("scratch"),
    )  # fmt: skip
    _add_head_gradient(network, parts)
    with _drops(network):
        for tile in loop(n_tiles):
            source = memory.after(network.grad_head + tile * network.grad_head_size)
            mask = _mask(network, last).after(tile * size)
            apply_mask(source, mask, network.state_size * LANES)
    for d in loop(network.n_directions):
        layer = layers.record(last * network.n_directions + d)
        column = d * layer.units * LANES
        with only_if(network.last_column.compare("<", 0)):
            clear(memory.after(layer.grad_hidden), network.n_tiles * layer.grad_hidden_size)
        pool_back(network, layer, column)
        with only_if(network.last_column.compare(">=", 0)):
            for tile in loop(n_tiles):
                source = network.grad_head + tile * network.grad_head_size + column
                target = memory.after(layer.grad_hidden + tile * layer.grad_hidden_size)
                copy_lanes(memory.after(source), target, layer.units * LANES)
        with only_if(network.every_step.compare(">", 0)):
            copy_steps(
                network, memory.after(network.grad_head + column), network.grad_head_step,
                network.grad_head_size, memory.after(layer.above), layer.above_step,
                layer.above_size, layer.units, layer.backward, integer(0),
            )  # fmt: skip


@function(NETWORK, PART)
def _add_head_gradient(network, parts):
    """Add the gradient with respect to the weights of the head, a few steps at a time."""
    memory, chunk, n_steps = network.pointer("memory"), network.steps_at_a_time, head_steps(network)
    for k in loop((n_steps + chunk - 1) // chunk):
        t = k * chunk
        add_outer_products(
            parts.record(network.n_parts - 1), network.pointer("gradient"),
            memory.after(network.head_rows + t * network.head_rows_step), network.head_rows_size,
            memory.after(network.head_stack + t * network.head_stack_step),
            network.head_stack_size, smaller(chunk, n_steps - t) * network.n_tiles,
            network.n_tiles, network.n_samples, network.pointer("scratch"),
        )  # fmt: skip
