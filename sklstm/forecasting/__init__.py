"""Regressors and forecasters around other regressors."""

from ._forecaster import Forecaster
from ._window_scaled_regressor import WindowScaledRegressor

__all__ = ["Forecaster", "WindowScaledRegressor"]
