"""Regressors and forecasters around other regressors."""

from ._window_scaled_regressor import WindowScaledRegressor

__all__ = ["WindowScaledRegressor"]
