"""Transformers of series and windows that keep every row."""

from ._exponential_smoother import ExponentialSmoother
from ._find_season import find_season
from ._seasonal_differencer import SeasonalDifferencer
from ._sequence_windower import SequenceWindower
from ._window_scaler import WindowScaler

__all__ = [
    "ExponentialSmoother",
    "SeasonalDifferencer",
    "SequenceWindower",
    "WindowScaler",
    "find_season",
]
