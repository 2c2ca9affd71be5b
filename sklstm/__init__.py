"""Recurrent networks that obey every scikit-learn contract."""

from .baselines import EMARegressor, PersistenceRegressor, SMARegressor
from .data import forecast_pairs
from .estimators import (
    BiLSTMClassifier,
    BiLSTMRegressor,
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)
from .forecasting import Forecaster, WindowScaledRegressor
from .metrics import mean_absolute_scaled_error
from .model_selection import PanelTimeSeriesSplit
from .preprocessing import ExponentialSmoother, SequenceWindower, WindowScaler

__version__ = "0.1.0"

__all__ = [
    "BiLSTMClassifier",
    "BiLSTMRegressor",
    "EMARegressor",
    "ExponentialSmoother",
    "Forecaster",
    "GRUClassifier",
    "GRURegressor",
    "LSTMClassifier",
    "LSTMRegressor",
    "PanelTimeSeriesSplit",
    "PersistenceRegressor",
    "RNNClassifier",
    "RNNRegressor",
    "SMARegressor",
    "SequenceWindower",
    "WindowScaledRegressor",
    "WindowScaler",
    "forecast_pairs",
    "mean_absolute_scaled_error",
]
