"""Whether forecasts are averaged with the Theta method: `asked_theta_part`, `choose_theta_part`."""

from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

import numpy as np

from sklstm.preprocessing import is_seasonal

from ._abilities import shrinks
from ._forecast_model import ForecastModel
from ._histories import History
from ._known_series import KnownSeries
from ._mean_changes import mean_changes
from ._path import Path
from ._predicted_spread import predicts_spread
from ._season import Season
from ._theta_part import MOST_ROWS, ThetaPart

_WEIGHT = 0.5
_WEIGHTS = np.array([0.0, 0.1, 0.2, 0.3])  # that are tried where there is no season
_ENOUGH = 0.99  # of the error without
_FEWEST_SERIES, _MOST_SERIES = 50, 1000  # to choose a weight by


def asked_theta_part(forecaster: Any, known: KnownSeries, season: Season) -> ThetaPart | None:
    """Return what forecasts are averaged with if a user asks for it; None otherwise.

    Parameters
    ----------
    forecaster : Forecaster
        With its parameters.
    known : KnownSeries
        The series.
    season : Season
        That of the series.

    Returns
    -------
    part : ThetaPart or None
        With ``theta_part=True`` there is one, of weight one half.

    Raises
    ------
    ValueError
        If the regressor predicts distributions or quantiles, two seasons are not within the rows
        that are read, or holidays shift the rows of a season.
    """
    if forecaster.theta_part == "auto" or not forecaster.theta_part:
        return None
    name = type(forecaster.estimator).__name__
    if predicts_spread(forecaster.estimator):
        raise ValueError(
            f"theta_part=True averages forecasts of means, and {name} predicts distributions or "
            "quantiles, which an average would narrow: take another loss, or "
            'theta_part="auto".'
        )
    # Also a cycle that is found: Theta beside it would miss what the regressor knows.
    n_rows = season.n_rows
    if not _reads_two_seasons(n_rows):
        raise ValueError(
            f"theta_part=True reads {MOST_ROWS} rows of a series, and two seasons of {n_rows} "
            'are as many or more: name a shorter season, or take theta_part="auto".'
        )
    if n_rows > 1 and _has_holidays(known):
        raise ValueError(
            f"theta_part=True counts the {n_rows} rows of a season, and of trading days holidays "
            'are left out: name no season (season=None), or take theta_part="auto".'
        )
    return ThetaPart(n_rows, [_WEIGHT] * len(known.columns), forecaster.transformer is None)


def choose_theta_part(
    forecaster: Any,
    known: KnownSeries,
    season: Season,
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
    season : Season
        That of the series.
    scaling : Scaling or None
        The scale of windows that has been chosen.
    fit_older : callable
        Takes series without their newest rows; returns a model of them, or why there is none.

    Returns
    -------
    part : ThetaPart or None
        With ``theta_part="auto"`` there is one where series are short, no column beside them
        changes, and the regressor predicts means or medians, in a scale that ``scaling="auto"`` has
        chosen. With a season of the calendar, or a named one, the weight is one half, of a single
        series in a seasonal scale alone. (Where another is far ahead, a trend is clear, and Theta
        takes half of it.) Seasons of trading days have none, for holidays shift their rows: a
        window sees few of them, and Theta all. Without a season panels differ: of 50 series or more
        the weight is that which would have been best `horizon` rows ago, 0.3 at most.
    """
    histories = list(known.histories.values())
    if forecaster.theta_part != "auto" or not _may_average(forecaster, known, scaling, histories):
        return None
    n_rows, weights = season.n_rows if season.is_fixed else 1, [0.0]
    if n_rows > 1 and _reads_two_seasons(n_rows) and not _has_holidays(known):
        several = len(histories) > 1
        weights = [_WEIGHT * (several or is_seasonal(column.name)) for column in scaling.columns]
    elif n_rows == 1 and len(histories) >= _FEWEST_SERIES:
        weights = _best_weights(histories, forecaster.horizon, fit_older)
    return ThetaPart(n_rows, weights, forecaster.transformer is None) if any(weights) else None


def _may_average(forecaster, known, scaling, histories):
    """Tell whether ``theta_part="auto"`` may average; static columns are no hindrance."""
    chosen = scaling is not None and forecaster.scaling == "auto"
    plain = known.n_exog == 0 and not known.calendar_features
    short = np.median([len(past) for past in histories]) <= MOST_ROWS
    return chosen and plain and short and shrinks(forecaster.estimator)


def _has_holidays(known):
    """Tell whether rows may be left out, so that those of a season are no fixed number."""
    return any(calendar.has_holidays for calendar in (known.calendar, *known.other_calendars))


def _reads_two_seasons(season):
    """Tell whether two seasons and a row, the least for the Theta method, are read."""
    return 2 * season < MOST_ROWS


def _best_weights(
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
    whole = [past for past in some if len(past) > horizon]
    no_weights = [0.0] * some[0].values.shape[1]
    if len(whole) < _FEWEST_SERIES:
        return no_weights
    older = [past.part(0, len(past) - horizon) for past in whole]
    model = fit_older(older)
    if isinstance(model, str):
        return no_weights
    try:
        relative = _less_the_regressor(model, older, whole)
    except ValueError:  # forecasts leave all bounds, for which `fit` is not to fail
        return no_weights
    return [_best_weight(*(part[:, :, k] for part in relative)) for k in range(len(no_weights))]


def _less_the_regressor(model, older, whole):
    """Return actual values and forecasts of the Theta method, both less those of the regressor.

    A horizon ago, of the series that could be forecast: two arrays of shape (n_series, horizon,
    n_columns), in mean absolute changes of each series.
    """
    horizon = len(whole[0]) - len(older[0])
    paths = [Path(past, np.array([len(past) - 1])) for past in older]
    origins = model.possible_origins(paths)
    could = [path.first_origin in own for path, own in zip(paths, origins, strict=True)]
    paths, whole = (list(compress(each, could)) for each in (paths, whole))
    n_columns = older[0].values.shape[1]
    if not paths:
        return [np.empty((0, horizon, n_columns))] * 2
    by_regressor = np.concatenate(model.forecast(paths, horizon, restored=False))
    values = [model.transformed(path.history) for path in paths]
    theta = ThetaPart(1, [_WEIGHT] * n_columns, amounts=not model.transformers)
    by_theta = theta.forecasts([path.origins for path in paths], values, horizon)
    came = np.array([model.transformed(past)[-horizon:] for past in whole])
    size = np.array([mean_changes(own) for own in values])[:, np.newaxis]
    return (came - by_regressor) / size, (by_theta - by_regressor) / size


def _best_weight(actual, by_theta):
    """Return the weight of the smallest mean absolute error; 0 where it gains little.

    Both are less the forecasts of the regressor, (n_series, horizon).
    """
    known = np.isfinite(actual).all(axis=1) & np.isfinite(by_theta).all(axis=1)
    if known.sum() < _FEWEST_SERIES:
        return 0.0
    errors = [np.abs(actual[known] - weight * by_theta[known]).mean() for weight in _WEIGHTS]
    best = int(np.argmin(errors))
    return float(_WEIGHTS[best]) if errors[best] < _ENOUGH * errors[0] else 0.0
