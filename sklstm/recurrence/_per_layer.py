"""Settings of all layers of a network, or of each: `per_layer`."""


def per_layer(value, n_layers):
    """Return a tuple of the value of each layer.

    Parameters
    ----------
    value : object, or list or tuple of n_layers of them
        The same for all layers, or one for each.
    n_layers : int
        Number of layers.

    Returns
    -------
    values : tuple
        One for each layer.
    """
    return tuple(value) if isinstance(value, list | tuple) else (value,) * n_layers
