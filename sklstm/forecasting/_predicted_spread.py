"""Regressors that predict quantiles or distributions in place of means."""

from collections.abc import Iterable
from numbers import Real
from typing import Any

from sklstm.meta_estimators import walk

from ._objective import objective_of
from ._parameter_inside import parameter_inside

# Parameter of the level, and its default, by the name of the loss.
_BY_OBJECTIVE: dict[str, tuple[str, float | None]] = {"quantile": ("alpha", 0.9)}  # of LightGBM
_BY_OBJECTIVE |= {"reg:quantileerror": ("quantile_alpha", None)}  # of XGBoost
_BY_OBJECTIVE |= {"Quantile": ("alpha", 0.5), "LogLinQuantile": ("alpha", 0.5)}  # of CatBoost
_BY_OBJECTIVE |= {"MultiQuantile": ("alpha", None)}


def predicts_spread(regressor: Any) -> bool:
    """Return whether a regressor predicts distributions or quantiles, which averages would narrow.

    Parameters
    ----------
    regressor : estimator
        As in `parameter_inside`.

    Returns
    -------
    predicts_spread : bool
        False for means, and for medians by absolute errors.
    """
    return any(
        hasattr(one, "predict_quantiles")
        or hasattr(one, "sample")
        or _quantile_of(one)[1] is not None
        for one in walk(regressor)
    )


def quantiles_inside(regressor: Any) -> list[float] | None:
    """Return the levels of a regressor that predicts several quantiles; None for any other.

    Parameters
    ----------
    regressor : estimator
        Itself, or what a `WindowScaledRegressor` is around; pipelines do not pass quantiles on.

    Returns
    -------
    levels : list of float or None
        Its parameter ``quantile``, if that is a list.
    """
    levels = parameter_inside(regressor, "quantile")
    several = isinstance(levels, list | tuple) and hasattr(regressor, "predict_quantiles")
    return list(levels) if several else None


def interval_quantiles(regressor: Any, levels: Iterable[float]) -> list[float] | None:
    """Return the levels of the quantiles that are the ends of intervals, two for each of them.

    Parameters
    ----------
    regressor : estimator
        Fitted.
    levels : iterable of float
        Probabilities to cover.

    Returns
    -------
    quantiles : list of float or None
        None if the regressor predicts no such quantiles.
    """
    if not hasattr(regressor, "predict_quantiles"):
        return None
    one = parameter_inside(regressor, "loss") == "quantile" and quantiles_inside(regressor) is None
    if one:
        return None
    return [q for level in levels for q in ((1 - level) / 2, (1 + level) / 2)]


def refuse_quantile(estimator: Any) -> None:
    """Raise a ValueError for regressors of a quantile that is not the median.

    An interval around it would be wrong without a word: errors are those of a median or mean.
    """
    for one, name, level in _quantiles_inside(estimator):
        if level != 0.5:
            raise ValueError(
                f"level asks for an interval around the forecast, and {name}={level!r} of "
                f"{type(one).__name__} forecasts one end of an interval: take {name}=0.5, the "
                "median, or another loss; or forecast without level."
            )


def quantile_inside(regressor: Any) -> float | None:
    """Return the level of a regressor that predicts one quantile; None for any other.

    Parameters
    ----------
    regressor : estimator
        Itself, or with it inside.

    Returns
    -------
    level : float or None
        Between 0 and 1.
    """
    return next((float(level) for *_, level in _quantiles_inside(regressor)), None)


def _quantiles_inside(regressor):
    """Yield each estimator that predicts one quantile, the parameter that names it, and which."""
    for one in walk(regressor):
        name, level = _quantile_of(one)
        if isinstance(level, Real):
            yield one, name, level


def _quantile_of(estimator):
    """Return the parameter that names a quantile, and which is forecast; None for none."""
    objective, parameters = objective_of(estimator)
    if objective in _BY_OBJECTIVE:
        name, default = _BY_OBJECTIVE[objective]
        level = parameters.get(name, default)
        return name, _as_number(level) if isinstance(level, str) else level
    name = "alpha" if type(estimator).__name__ == "GradientBoostingRegressor" else "quantile"
    is_quantile = getattr(estimator, "loss", None) in (None, "quantile")
    return name, getattr(estimator, name, None) if is_quantile else None


def _as_number(level):
    """Return a level that is text as a number; several, or none, stay text."""
    try:
        return float(level)
    except ValueError:
        return level
