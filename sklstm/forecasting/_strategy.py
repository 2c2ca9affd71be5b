"""Whether rows are predicted one by one or all at once: `strategy_for`."""

from typing import Any

import numpy as np

from ._abilities import takes_many_outputs
from ._known_series import KnownSeries
from ._scaling import wanted_scaling

_FEWEST_DIRECT = 24  # steps, of which more are direct in shorter series, too
_HORIZONS_OF_DIRECT, _HORIZONS_OF_FEWEST = 5, 100  # in the median series


def strategy_for(forecaster: Any, known: KnownSeries) -> str:
    """Return what the parameter `strategy` means for some series.

    In many steps the errors of a recursive forecast add up, and so do those by which the scale of
    windows is chosen. So ``"auto"`` is direct for a horizon of more than 24 rows, and for 24, a day
    of hours, in series of a hundred horizons, if the regressor learns many targets at once, of
    windows in a scale, and series are long enough.

    Parameters
    ----------
    forecaster : Forecaster
        With its parameters.
    known : KnownSeries
        The series.

    Returns
    -------
    strategy : {"recursive", "direct"}
        The parameter itself where it names one.
    """
    if forecaster.strategy != "auto":
        return forecaster.strategy
    estimator, horizon = forecaster.estimator, int(forecaster.horizon)
    lengths = [len(past) for past in known.histories.values()]
    n_horizons = _HORIZONS_OF_DIRECT if horizon > _FEWEST_DIRECT else _HORIZONS_OF_FEWEST
    is_direct = (
        horizon >= _FEWEST_DIRECT
        and np.median(lengths) >= n_horizons * horizon
        and takes_many_outputs(estimator)
        and wanted_scaling(forecaster.scaling, estimator) is not None
    )
    return "direct" if is_direct else "recursive"
