"""What a regressor takes: windows of three axes, or a table of flat windows."""

from inspect import signature

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
    return parameter_inside(regressor, "output") == "sequence"


def parameter_inside(regressor, name):
    """Return a parameter of a regressor, or of the estimator inside it; None if there is none.

    Parameters
    ----------
    regressor : estimator
        Of a pipeline its last step counts.
    name : str
        Name of the parameter.

    Returns
    -------
    value : object
        Of the first estimator from outside that has it.
    """
    while regressor is not None:
        if hasattr(regressor, name):
            return getattr(regressor, name)
        regressor = _inner(regressor, step=-1)
    return None


def early_stopping_inside(regressor):
    """Return the share of the samples that a regressor would hold back; None if it does not.

    Parameters
    ----------
    regressor : estimator
        Itself, or what a `WindowScaledRegressor` is around. Pipelines and searches are not looked
        through: they hand validation data on only if told.

    Returns
    -------
    fraction : float or None
        Its ``validation_fraction``, if its ``fit`` takes ``X_val`` in place of a block of its own.
    """
    if hasattr(regressor, "scaler") and hasattr(regressor, "target_feature"):
        regressor = regressor.regressor
    takes = hasattr(regressor, "fit") and "X_val" in signature(regressor.fit).parameters
    if takes and getattr(regressor, "early_stopping", None) is True:
        return getattr(regressor, "validation_fraction", None)
    return None


def _inner(regressor, step):
    """Return the estimator inside another one, of a pipeline that step; None if there is none."""
    for name in _INNER:
        inner = getattr(regressor, name, None)
        if name == "steps" and inner:
            inner = inner[step][1]
        if hasattr(inner, "fit"):
            return inner
    return None
