"""Pictures in scikit-learn's convention; matplotlib is loaded when one is drawn."""

from sklstm._public import publish

from ._forecast_display import ForecastDisplay
from ._forecast_error_display import ForecastErrorDisplay
from ._gate_display import GateDisplay
from ._loss_curve_display import LossCurveDisplay
from ._reliability_display import ReliabilityDisplay
from ._residual_display import ResidualDisplay

__all__ = [
    "ForecastDisplay",
    "ForecastErrorDisplay",
    "GateDisplay",
    "LossCurveDisplay",
    "ReliabilityDisplay",
    "ResidualDisplay",
]

publish(globals())
