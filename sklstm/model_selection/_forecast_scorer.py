"""A scorer of forecasters for searches and cross-validation: `forecast_scorer`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sklstm.metrics import read_metrics


def forecast_scorer(
    metric: str | Callable[..., float] = "mae",
    *,
    season: int = 1,
    steps: int | None = None,
    stride: int | None = None,
    level: float | list[float] | None = None,
    greater_is_better: bool = False,
) -> "_ForecastScorer":
    """Make a scorer of a `Forecaster` for `GridSearchCV`, `cross_val_score` and the like.

    The forecaster, fitted to the training rows, forecasts the test rows, and the metric compares.
    The series stands in the place of ``X``; exogenous columns, if there are any, in that of ``y``.

    Parameters
    ----------
    metric : str or callable, default="mae"
        ``"mae"``, ``"rmse"``, ``"mase"``, ``"rmsse"``, ``"wrmsse"``, ``"smape"``, ``"owa"``
        (relative to seasonal persistence), of paths ``"crps"`` or ``"energy_score"``, of intervals
        ``"interval_score"`` or ``"wql"`` (weighted quantile loss of the bounds), the name of a
        function of `sklstm.metrics`, or any function of true and predicted values.
    season : int, default=1
        Rows in a season of the naive forecast, by whose errors ``"mase"`` and ``"rmsse"`` divide,
        and of the persistence of ``"owa"``. Series that have no more rows are left out of these,
        with a warning.
    steps : int, default=None
        How many rows are forecast from an origin; by default all test rows.
    stride : int, default=None
        Forecasts begin after every so many rows; by default only before the first test row.
        Nothing is refitted in between.
    level : float in (0, 1) or list of them, default=None
        Levels of the intervals that are scored. Scores of intervals and of paths take a forecaster
        with calibration rows, not ``calibration_size=None``.
    greater_is_better : bool, default=False
        Whether more of a function is better. Of the metrics with names none is.

    Returns
    -------
    scorer : callable
        Called as ``scorer(forecaster, series, exog=None)``. More is better: losses are negated,
        as in ``"neg_mean_absolute_error"``.

    Raises
    ------
    ValueError
        If there is no such metric, it is no score by itself, such as coverage, or takes a `level`
        and has none.

    See Also
    --------
    Forecaster.backtest : Errors by step and series.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
    >>> from sklstm import Forecaster
    >>> from sklstm.model_selection import forecast_scorer
    >>> wave = np.sin(np.arange(120) / 3) + np.random.default_rng(0).normal(scale=0.1, size=120)
    >>> search = GridSearchCV(
    ...     Forecaster(Ridge(), calibration_size=None), {"lookback": [1, 12]},
    ...     scoring=forecast_scorer("mase", steps=4, stride=1), cv=TimeSeriesSplit(3, test_size=12))
    >>> search.fit(wave).best_params_
    {'lookback': 12}
    """
    (read,) = read_metrics([metric])
    if read.is_loss is None:
        raise ValueError(
            f"metric={metric!r} is no score by itself: infinite intervals cover everything, and "
            "empty ones are the narrowest. Take 'interval_score'."
        )
    read.check_levels(level)
    if greater_is_better and isinstance(metric, str):
        raise ValueError(f"metric={metric!r} is a loss, of which less is better.")
    settings = {"season": season, "steps": steps, "stride": stride, "level": level}
    return _ForecastScorer(metric, settings, 1 if greater_is_better else -1)


class _ForecastScorer:
    """What `forecast_scorer` returns."""

    def __init__(self, metric, settings, sign):
        self.metric, self.settings, self.sign = metric, settings, sign

    def __call__(self, estimator: Any, series: Any, exog: Any = None) -> float:
        """Return the score of forecasts of rows that follow on those fitted."""
        forecaster = getattr(estimator, "best_estimator_", estimator)
        if not hasattr(forecaster, "_errors_after"):
            raise TypeError(
                "forecast_scorer scores a Forecaster, or a search of one; got "
                f"{type(estimator).__name__}."
            )
        values = forecaster._errors_after(series, exog, self.metric, **self.settings)
        return self.sign * float(np.mean(values))

    def __repr__(self) -> str:
        given = [f"{name}={value!r}" for name, value in self.settings.items() if value is not None]
        return f"forecast_scorer({', '.join([repr(self.metric), *given])})"
