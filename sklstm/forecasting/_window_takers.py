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
    for name in _INNER:
        inner = getattr(regressor, name, None)
        if name == "steps" and inner:
            inner = inner[0][1]
        if hasattr(inner, "fit"):
            return takes_windows(inner)
    return False
