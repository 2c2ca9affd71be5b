"""Names of our classes for `skops.io.load`: `trusted_types`."""


def trusted_types():
    """Return the names of all estimators and splitters of this package.

    A file that skops has written of them names these classes, and of our private ones only that of
    rows of folds. skops loads classes that it does not know only if they are named as trusted.

    Returns
    -------
    names : list of str
        Full names, sorted.

    Examples
    --------
    >>> from sklstm.persistence import trusted_types
    >>> "sklstm.LSTMRegressor" in trusted_types()
    True

    ``skops.io.load("model.skops", trusted=trusted_types())`` then refuses all that is neither
    scikit-learn's, NumPy's nor ours.
    """
    import sklstm
    from sklstm import PanelTimeSeriesSplit

    public = [getattr(sklstm, name) for name in sklstm.__all__]
    kept = [c for c in public if hasattr(c, "fit") or hasattr(c, "split")]
    folds = PanelTimeSeriesSplit(2).split([0, 1, 2], groups=[0, 1, 2])
    kept.append(type(next(folds)[0]))  # searches keep folds that they are given as a list
    return sorted(f"{c.__module__}.{c.__qualname__}" for c in kept)
