"""Regressors and forecasters around other regressors."""

from sklstm._public import publish

from ._forecaster import Forecaster
from ._window_scaled_regressor import WindowScaledRegressor

__all__ = ["Forecaster", "WindowScaledRegressor"]

publish(globals())
