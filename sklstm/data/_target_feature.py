"""Which feature of the windows a target belongs to."""


def position_of_feature(target, names, n_features):
    """Return the position of a feature that was given by number or name.

    Parameters
    ----------
    target : int or str
        The value of the parameter ``target_feature``.
    names : list of str or None
        Names of the features, if they have any.
    n_features : int
        Their number.

    Returns
    -------
    position : int
        From 0 on.

    Raises
    ------
    ValueError
        If there is no such feature.
    """
    if isinstance(target, str):
        if names is None or target not in names:
            known = "have no names" if names is None else f"are {names}"
            raise ValueError(f"target_feature={target!r} is unknown: the features of X {known}.")
        return names.index(target)
    if not -n_features <= target < n_features:
        raise ValueError(
            f"target_feature={target!r} is out of range: X has {n_features} features, and it "
            f"takes {-n_features} to {n_features - 1}."
        )
    return target % n_features
