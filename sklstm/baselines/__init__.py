"""Forecasts that need no training, on the same windows as the recurrent networks."""

from sklstm._public import publish

from ._ema_regressor import EMARegressor
from ._persistence_regressor import PersistenceRegressor
from ._sma_regressor import SMARegressor

__all__ = ["EMARegressor", "PersistenceRegressor", "SMARegressor"]

publish(globals())
