"""Values that are one for all levels of a network, or one for each."""


def per_level(value, n_levels):
    """Return a tuple of the value of each level.

    Parameters
    ----------
    value : object, or list or tuple of n_levels of them
        The same for all levels, or one for each.
    n_levels : int
        Number of levels.

    Returns
    -------
    values : tuple
        One for each level.
    """
    return tuple(value) if isinstance(value, list | tuple) else (value,) * n_levels
