"""Whether rows are predicted one by one or all at once: `strategy_for`."""

from typing import Any

import numpy as np

from ._abilities import takes_many_outputs
from ._known_series import KnownSeries
from ._scaling import wanted_scaling

_MOST_RECURSIVE = 24  # steps
_HORIZONS_OF_DIRECT = 5  # in the median series


def strategy_for(forecaster: Any, known: KnownSeries) -> str:
    """Return what the parameter `strategy` means for some series.

    In many steps the errors of a recursive forecast add up, and so do those by which the scale of
    windows is chosen. So ``"auto"`` is direct for a horizon of more than 24 rows, if the regressor
    learns many targets at once, of windows in a scale, and series are long enough.

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
    is_direct = (
        horizon > _MOST_RECURSIVE
        and np.median(lengths) >= _HORIZONS_OF_DIRECT * horizon
        and takes_many_outputs(estimator)
        and wanted_scaling(forecaster.scaling, estimator) is not None
    )
    return "direct" if is_direct else "recursive"
