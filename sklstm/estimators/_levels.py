"""Parameters of which each layer may have its own value."""

from numbers import Integral, Real


def check_levels(hidden_size, num_layers, dropout):
    """Return units, number of layers and dropout of a network.

    Parameters
    ----------
    hidden_size : int or list of int
        Units of each layer, one number for all or one for each.
    num_layers : int
        Number of layers; with a list of units it says nothing if it is 1.
    dropout : float or list of float
        One number for all layers or one for each.

    Returns
    -------
    units : int or tuple of int
        A tuple only if layers differ.
    n_layers : int
        Number of layers.
    dropout : float or tuple of float
        A tuple only if a list was given.

    Raises
    ------
    ValueError
        If lists are of unequal length, or of something else.
    """
    if isinstance(hidden_size, list | tuple):
        _check("hidden_size", hidden_size, Integral, lambda value: value >= 1, "integers from 1 on")
        if num_layers not in (1, len(hidden_size)):
            raise ValueError(
                f"hidden_size={hidden_size!r} is for {len(hidden_size)} layers, and "
                f"num_layers={num_layers}: leave num_layers out, or make the two agree."
            )
        num_layers = len(hidden_size)
        alike = len(set(hidden_size)) == 1
        hidden_size = hidden_size[0] if alike else tuple(int(units) for units in hidden_size)
    if isinstance(dropout, list | tuple):
        _check("dropout", dropout, Real, lambda value: 0 <= value < 1, "numbers in [0, 1)")
        if len(dropout) != num_layers:
            raise ValueError(
                f"dropout={dropout!r} has {len(dropout)} numbers, and the network {num_layers} "
                "layers: give one number for each, or a single one for all."
            )
        dropout = tuple(float(share) for share in dropout)
    return hidden_size, num_layers, dropout


def _check(name, values, kind, allowed, description):
    good = [isinstance(v, kind) and not isinstance(v, bool) and allowed(v) for v in values]
    if not good or not all(good):
        raise ValueError(f"{name} as a list takes {description}, one for each layer; got {values}.")
