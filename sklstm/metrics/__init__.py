"""Errors of forecasts that scikit-learn does not have."""

from ._mean_absolute_scaled_error import mean_absolute_scaled_error

__all__ = ["mean_absolute_scaled_error"]
