"""Whether rows are predicted one by one or all at once: `strategy_for`."""

from typing import Any

import numpy as np

from sklstm.meta_estimators import takes_missing_steps

from ._abilities import is_baseline, takes_many_outputs
from ._known_series import KnownSeries
from ._past_columns import places_of_past
from ._scaling import wanted_scaling
from ._season import Season
from ._window_length import fewest_rows

_FEWEST_DIRECT = 24  # steps, of which more are direct in shorter series, too
_HORIZONS_OF_DIRECT, _HORIZONS_OF_FEWEST = 5, 100  # in the median series
_HORIZONS_OF_PANELS = 1.5  # without a season
_HORIZONS_OF_PAST = 4  # with columns known up to now


def strategy_for(forecaster: Any, known: KnownSeries, season: Season) -> str:
    """Return what the parameter `strategy` means for some series.

    In many steps the errors of a recursive forecast add up, and so do those by which the scale of
    windows is chosen. So ``"auto"`` is direct for a horizon of more than 24 rows, and for 24, a day
    of hours, in series of a hundred horizons, if the regressor learns many targets at once, of
    windows in a scale, and series are long enough.

    Without a season each step starts from the one before, and what is usual in a step, the median,
    is not what is usual in their sum: so several series without a season, such as years, are direct
    for any horizon of more than a row, if the regressor reads padded windows, as networks do.

    Columns known up to now have no values in the rows to come. A recursive forecast repeats the
    last ones, beside predictions that do not belong to them: what drives the series some rows later
    is then told wrong. So with such columns any horizon of more than a row is direct, too, in
    series of four horizons.

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
    strategy : {"recursive", "direct"}
        The parameter itself where it names one.
    """
    if forecaster.strategy != "auto":
        return forecaster.strategy
    estimator, horizon = forecaster.estimator, int(forecaster.horizon)
    scales = wanted_scaling(forecaster) is not None
    learns_many = takes_many_outputs(estimator) and not is_baseline(estimator)
    if horizon == 1 or not (scales and learns_many):
        return "recursive"
    length = np.median([len(past) for past in known.histories.values()])
    n_horizons = _HORIZONS_OF_DIRECT if horizon > _FEWEST_DIRECT else _HORIZONS_OF_FEWEST
    is_long = horizon >= _FEWEST_DIRECT and length >= n_horizons * horizon
    at_once = _lacks_future(forecaster, known, length) or _adds_up(
        forecaster, known, length, season
    )
    return "direct" if is_long or at_once else "recursive"


def _lacks_future(forecaster, known, length):
    """Tell whether columns are known up to now only, in series long enough for all at once."""
    horizon, pads = forecaster.horizon, takes_missing_steps(forecaster.estimator)
    fewest = fewest_rows(forecaster.lookback, horizon, pads=pads)
    is_long = length >= max(_HORIZONS_OF_PAST * horizon, fewest + horizon)
    return is_long and len(places_of_past(known)) > 0


def _adds_up(forecaster, known, length, season):
    """Tell whether steps add up in several series, half of them long enough for all at once."""
    horizon = forecaster.horizon
    fewest = fewest_rows(forecaster.lookback, horizon, pads=True)
    if len(known.histories) == 1 or not takes_missing_steps(forecaster.estimator):
        return False
    if length < max(_HORIZONS_OF_PANELS * horizon, fewest):
        return False
    return season.n_rows == 1
