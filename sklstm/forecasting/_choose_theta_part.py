"""Whether forecasts are averaged with the Theta method: `choose_theta_part`."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sklstm.preprocessing import is_seasonal

from ._abilities import shrinks
from ._forecast_model import ForecastModel
from ._histories import History
from ._known_series import KnownSeries
from ._path import Path
from ._predicted_spread import predicts_spread
from ._scaling import is_fixed, season_in
from ._theta_part import MOST_ROWS, ThetaPart

_WEIGHT = 0.5
_WEIGHTS = np.array([0.0, 0.1, 0.2, 0.3])  # that are tried where there is no season
_ENOUGH = 0.99  # of the error without
_FEWEST_SERIES, _MOST_SERIES = 50, 1000  # to choose a weight by


def choose_theta_part(
    forecaster: Any,
    known: KnownSeries,
    scaling: Any,
    fit_older: Callable[[list[History]], ForecastModel | str],
) -> ThetaPart | None:
    """Return what the forecasts of a forecaster are averaged with; None for nothing.

    Parameters
    ----------
    forecaster : Forecaster
        With its parameters.
    known : KnownSeries
        The series.
    scaling : Scaling or None
        The scale of windows that has been chosen.
    fit_older : callable
        Takes series without their newest rows; returns a model of them, or why there is none.

    Returns
    -------
    part : ThetaPart or None
        With ``theta_part="auto"`` there is one where series are short, nothing but the series is
        known, and the regressor predicts means or medians, in a scale that ``scaling="auto"`` has
        chosen. With a season of the calendar, or a named one, the weight is one half, of a single
        series in a seasonal scale alone. (Where another is far ahead, a trend is clear, and Theta
        takes half of it.) Without a season panels differ: of 50 series or more the weight is that
        which would have been best `horizon` rows ago, 0.3 at most.

    Raises
    ------
    ValueError
        If it is asked for, and the regressor predicts distributions or quantiles.
    """
    asked, estimator = forecaster.theta_part, forecaster.estimator
    if asked == "auto" and (
        scaling is None or forecaster.scaling != "auto" or not shrinks(estimator)
    ):
        return None
    if not asked:
        return None
    if predicts_spread(estimator):
        raise ValueError(
            f"theta_part=True averages forecasts of means, and {type(estimator).__name__} predicts "
            "distributions or quantiles, which an average would narrow: take another loss, or "
            'theta_part="auto".'
        )
    histories = list(known.histories.values())
    season = season_in(forecaster.season, [(past.index, past.values) for past in histories])
    fixed = is_fixed(forecaster.season, season, [(histories[0].index,)])
    season = season if fixed else 1
    n_columns = len(known.columns)
    if asked != "auto":
        return ThetaPart(season, [_WEIGHT] * n_columns)
    plain = known.n_exog == 0 and not known.calendar_features
    short = np.median([len(past) for past in histories]) <= MOST_ROWS
    if not (plain and short):
        return None
    several = len(histories) > 1
    if season > 1:
        weights = [_WEIGHT * (several or is_seasonal(column.name)) for column in scaling.columns]
    elif len(histories) >= _FEWEST_SERIES:
        weights = best_weights(histories, forecaster.horizon, fit_older)
    else:
        return None
    return ThetaPart(season, weights) if any(weights) else None


def best_weights(
    histories: Sequence[History],
    horizon: int,
    fit_older: Callable[[list[History]], ForecastModel | str],
) -> list[float]:
    """Return the weights that would have been best a horizon ago.

    A model is fitted to what was known then. Errors are relative to the mean absolute change of
    each series, so that all of them count the same.

    Parameters
    ----------
    histories : list of History
        Of more than 1000 every second, third and so on is looked at.
    horizon : int
        How many rows were to be forecast.
    fit_older : callable
        As for `choose_theta_part`.

    Returns
    -------
    weights : list of float
        For each column, from 0 to 0.3; 0 where few series tell, or the gain is small.
    """
    some = histories[:: -(-len(histories) // _MOST_SERIES)]
    whole = {past.key: past for past in some}
    older = [past.part(0, len(past) - horizon) for past in some if len(past) > horizon]
    n_columns = some[0].values.shape[1]
    model = fit_older(older)
    if isinstance(model, str):
        return [0.0] * n_columns
    paths = [Path(past, np.array([len(past) - 1])) for past in older]
    origins = model.possible_origins(paths)
    paths = [path for path, own in zip(paths, origins, strict=True) if path.first_origin in own]
    if not paths:
        return [0.0] * n_columns
    by_regressor = np.concatenate(model.forecast(paths, horizon, restored=False))
    values = [model._transformed(path.history) for path in paths]
    by_theta = ThetaPart(1, [_WEIGHT] * n_columns).forecasts(paths, values, horizon)
    came = np.array([model._transformed(whole[path.history.key])[-horizon:] for path in paths])
    size = np.array([_mean_change(own) for own in values])[:, np.newaxis]
    left, moved = (came - by_regressor) / size, (by_theta - by_regressor) / size
    return [_best_weight(left[:, :, k], moved[:, :, k]) for k in range(n_columns)]


def _mean_change(values):
    """Return the mean absolute change from row to row by column, NaN where there is none."""
    change = np.abs(np.diff(values, axis=0))
    known = np.isfinite(change)
    mean = np.where(known, change, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(mean > 0, mean, np.nan)


def _best_weight(left, moved):
    """Return the weight of the smallest mean absolute error; 0 where it gains little."""
    known = np.isfinite(left).all(axis=1) & np.isfinite(moved).all(axis=1)
    if known.sum() < _FEWEST_SERIES:
        return 0.0
    errors = [np.abs(left[known] - weight * moved[known]).mean() for weight in _WEIGHTS]
    best = int(np.argmin(errors))
    return float(_WEIGHTS[best]) if errors[best] < _ENOUGH * errors[0] else 0.0
