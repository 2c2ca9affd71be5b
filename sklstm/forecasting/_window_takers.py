"""What a regressor takes: windows of three axes, or a table of flat windows."""

from sklearn.utils import get_tags

_INNER = ("steps", "estimator", "regressor")


def takes_windows(regressor):
    """Tell whether a regressor takes arrays of shape (n_samples, n_timesteps, n_features).

    Parameters
    ----------
    regressor : estimator
        Of a pipeline its first step counts, of a search or another estimator around an estimator
        the inner one.

    Returns
    -------
    takes_windows : bool
        What the tags say that come first.
    """
    if get_tags(regressor).input_tags.three_d_array:
        return True
    inner = _inner(regressor, step=0)
    return inner is not None and takes_windows(inner)


def takes_step_targets(regressor):
    """Tell whether a regressor is told to learn a target of every step.

    Parameters
    ----------
    regressor : estimator
        Of a pipeline its last step counts, of a search or another estimator around an estimator
        the inner one.

    Returns
    -------
    takes_step_targets : bool
        Whether its parameter ``output`` is ``"sequence"``.
    """
    if getattr(regressor, "output", None) == "sequence":
        return True
    inner = _inner(regressor, step=-1)
    return inner is not None and takes_step_targets(inner)


def _inner(regressor, step):
    """Return the estimator inside another one, of a pipeline that step; None if there is none."""
    for name in _INNER:
        inner = getattr(regressor, name, None)
        if name == "steps" and inner:
            inner = inner[step][1]
        if hasattr(inner, "fit"):
            return inner
    return None
