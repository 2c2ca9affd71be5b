"""Networks that no memory holds: `within_memory`."""

import os
from math import prod

from sklstm.cells import CELLS

_OF_WEIGHT = 16  # bytes: itself, its gradient, two averages of the optimiser, in single precision
_OF_LAYER = 2**16  # bytes, at the least, of a layer of few units
_UNKNOWN = 2**40  # bytes of machines that do not tell
_MOST_SHOWN = 10**300  # Python's numbers are larger than floating point ones may be


def within_memory(spec):
    """Return the same network, or raise a ValueError if no memory of this machine can hold it.

    Nothing as large as the network, or as long as its list of layers, is made.

    Parameters
    ----------
    spec : NetworkSpec
        The network that is to be trained.

    Returns
    -------
    spec : NetworkSpec
        The same one.

    Raises
    ------
    ValueError
        If training takes more memory; it names the parameters, and the memory they would take.
    """
    n_weights = _n_weights(spec)
    n_bytes, there = n_weights * _OF_WEIGHT + int(spec.num_layers) * _OF_LAYER, _memory()
    if n_bytes <= there:
        return spec
    sizes = f"hidden_size={_plain(spec.hidden_size)} and num_layers={spec.num_layers}"
    if spec.embeds:
        sizes += f", with embedding_dim={spec.n_features} for {spec.n_tokens} tokens,"
    raise ValueError(
        f"{sizes} are a network of {_rounded(n_weights)} weights, whose training takes at least "
        f"{_rounded(n_bytes // 2**30)} GiB of memory; this machine has {_rounded(there / 2**30)} "
        "GiB. Take fewer units or layers."
    )


def _n_weights(spec):
    """Return the number of parameters; equal layers are counted once."""
    n_directions, n_layers = len(spec.directions), int(spec.num_layers)
    listed = isinstance(spec.hidden_size, list | tuple)
    units = [int(n) for n in spec.hidden_size] if listed else [int(spec.hidden_size)] * 2
    times = [1] * len(units) if listed else [1, n_layers - 1]
    n_inputs, total = int(spec.n_features), 0
    for own, n_times in zip(units, times, strict=True):
        shapes = CELLS[spec.cell].parameter_shapes(n_inputs, own, peephole=spec.peephole)
        total += n_times * n_directions * sum(map(prod, shapes.values()))
        n_inputs = own * n_directions
    tokens = int(spec.n_tokens) * int(spec.n_features) if spec.embeds else 0
    return total + tokens + int(spec.n_outputs) * (n_inputs * len(spec.poolings) + 1)


def _plain(hidden_size):
    return list(map(int, hidden_size)) if isinstance(hidden_size, list | tuple) else hidden_size


def _rounded(number):
    return f"{float(min(number, _MOST_SHOWN)):.3g}"


def _memory():
    """Return the bytes of memory of this machine."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows does not tell
        return _UNKNOWN
