"""What a parameter is set to inside a regressor: `parameter_inside`."""

from typing import Any

from sklstm.meta_estimators import walk


def parameter_inside(regressor: Any, name: str) -> Any:
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
        Of the outermost estimator that has it.
    """
    return next((getattr(one, name) for one in walk(regressor) if hasattr(one, name)), None)
