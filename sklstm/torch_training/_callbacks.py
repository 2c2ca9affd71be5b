"""skorch's callbacks in our training."""

from skorch.callbacks import Callback, EpochTimer, PassthroughScoring


def skorch_callbacks(callbacks):
    """Return the callbacks of a net: those of a user, after those that they rely on.

    Parameters
    ----------
    callbacks : list or None
        Callbacks, or pairs of a name and a callback.

    Returns
    -------
    callbacks : list
        In skorch's form. Time and mean losses of an epoch are noted for the user's ones.

    Raises
    ------
    TypeError
        If one is no callback of skorch's.
    """
    if not callbacks:
        return []
    for callback in callbacks:
        named = isinstance(callback, tuple) and len(callback) == 2 and isinstance(callback[0], str)
        found = callback[1] if named else callback
        is_class = isinstance(found, type) and issubclass(found, Callback)
        if not is_class and not isinstance(found, Callback):
            raise TypeError(
                f"callbacks takes callbacks of skorch, or pairs of a name and one of them; got "
                f"{callback!r}. Callbacks of scikit-learn are given to set_callbacks."
            )
    return [
        ("epoch_timer", EpochTimer()),
        ("train_loss", PassthroughScoring("train_loss", on_train=True)),
        ("valid_loss", PassthroughScoring("valid_loss")),
        *callbacks,
    ]
