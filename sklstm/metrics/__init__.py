"""Errors and scores of forecasts that scikit-learn does not have."""

from sklstm._public import publish

from ._distribution_scores import (
    continuous_ranked_probability_score,
    crps_of_draws,  # noqa: F401  for backtests
    energy_by_step,  # noqa: F401  for backtests
    energy_score,
    weighted_quantile_loss,
)
from ._forecast_metrics import (  # noqa: F401  for searches and backtests
    NAIVE,
    PATH_SCORES,
    ForecastMetric,
    read_metrics,
    tell_of_no_scale,
)
from ._intervals import interval_coverage, mean_interval_score, mean_interval_width
from ._percentage_errors import (
    overall_weighted_average,
    symmetric_mean_absolute_percentage_error,
)
from ._scaled_errors import mean_absolute_scaled_error, root_mean_squared_scaled_error

__all__ = [
    "continuous_ranked_probability_score",
    "energy_score",
    "interval_coverage",
    "mean_absolute_scaled_error",
    "mean_interval_score",
    "mean_interval_width",
    "overall_weighted_average",
    "root_mean_squared_scaled_error",
    "symmetric_mean_absolute_percentage_error",
    "weighted_quantile_loss",
]

publish(globals())
