"""Transformers of series and windows that keep every row."""

from ._exponential_smoother import ExponentialSmoother
from ._sequence_windower import SequenceWindower
from ._window_scaler import WindowScaler

__all__ = ["ExponentialSmoother", "SequenceWindower", "WindowScaler"]
