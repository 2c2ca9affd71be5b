"""Tokens as inputs: their embeddings, or one-hot vectors."""

from ._code import INTEGER, loop, only_if
from ._functions import NUMBERS, function
from ._places import LAYER, NETWORK
from ._registers import LANES
from ._sequences import apply_mask, first_step


@function(NETWORK, LAYER)
def gather_tokens(network, layer):
    """Write what the tokens of each window stand for into the stacked inputs of a layer."""
    memory, tokens = network.pointer("memory"), network.pointer("inputs", INTEGER)
    n_features, step_size = network.n_features, layer.stack_step
    zero = memory[0].like(0.0)
    for tile in loop(network.n_tiles):
        for lane in loop(LANES):
            target = memory.after(layer.stack + tile * layer.stack_size + lane)
            first, length, start = _window(network, tile * LANES + lane)
            for t in loop(first):
                for k in loop(n_features):
                    target[t * step_size + k * LANES] = zero
            for t in loop(length):
                token = tokens[start + _place(layer, t, length)]
                _write_token(network, token, target.after((first + t) * step_size))
    _drop(network, memory.after(layer.stack), step_size, layer.stack_size)


@function(NETWORK, INTEGER, NUMBERS)
def _write_token(network, token, to):
    """Write the numbers of a token of one lane."""
    n_features, zero, one = network.n_features, to[0].like(0.0), to[0].like(1.0)
    with only_if(network.embedding.compare(">=", 0)):
        row = network.pointer("weights").after(network.embedding + token * n_features)
        for k in loop(n_features):
            to[k * LANES] = row[k]
    with only_if(network.embedding.compare("<", 0)):
        for k in loop(n_features):
            to[k * LANES] = k.compare("==", token).choose(one, zero)


@function(NETWORK, LAYER)
def add_to_rows(network, layer):
    """Add the gradient with respect to the inputs of a layer to that of the rows of its tokens."""
    memory, gradient = network.pointer("memory"), network.pointer("gradient")
    tokens, n_features = network.pointer("inputs", INTEGER), network.n_features
    _drop(network, memory.after(layer.below), layer.below_step, layer.below_size)
    for tile in loop(network.n_tiles):
        for lane in loop(LANES):
            source = memory.after(layer.below + tile * layer.below_size + lane)
            first, length, start = _window(network, tile * LANES + lane)
            for t in loop(length):
                token = tokens[start + _place(layer, t, length)]
                row = gradient.after(network.embedding + token * n_features)
                gradients = source.after((first + t) * layer.below_step)
                for k in loop(n_features):
                    row[k] = row[k] + gradients[k * LANES]


@function(NETWORK, NUMBERS, INTEGER, INTEGER)
def _drop(network, numbers, step_size, tile_size):
    """Multiply the numbers of tokens, or their gradients, by the mask that all steps share."""
    size = network.n_features * LANES
    with only_if(network.input_mask.compare(">=", 0)):
        masks = network.pointer("masks").after(network.input_mask)
        for t in loop(network.n_steps):
            for tile in loop(network.n_tiles):
                rows = numbers.after(t * step_size + tile * tile_size)
                apply_mask(rows, masks.after(tile * size), size)


def _window(network, sample):
    """Return at which step a window begins, how long it is, and where its tokens are."""
    length = network.pointer("lengths", INTEGER)[sample]
    start = network.pointer("starts", INTEGER)[sample]
    return first_step(network, network.n_steps, length), length, start


def _place(layer, t, length):
    """Return which token of a window a layer reads at a step after the first one."""
    return layer.backward.compare("!=", 0).choose(length - 1 - t, t)
