"""The loss that a regressor of another package is trained with: `objective_of`."""

from typing import Any


def objective_of(estimator: Any) -> tuple[str, dict[str, Any]]:
    """Return the name of a loss in LightGBM, XGBoost or CatBoost, and the parameters beside it.

    Parameters
    ----------
    estimator : estimator
        Any.

    Returns
    -------
    name : str
        Of the parameter ``objective`` or ``loss_function``; empty if it has none, or a function.
    parameters : dict
        Those of the estimator, and what CatBoost names behind the loss, as text: ``alpha`` of
        ``"Quantile:alpha=0.9"``.
    """
    parameters = estimator.get_params(deep=False) if hasattr(estimator, "get_params") else {}
    objective = parameters.get("loss_function") or parameters.get("objective")
    if not isinstance(objective, str):
        return "", parameters
    if "=" not in objective:  # XGBoost has names with a colon
        return objective, parameters
    name, _, options = objective.partition(":")
    named = (option.partition("=") for option in options.split(";"))
    return name, parameters | {key: value for key, _, value in named}
