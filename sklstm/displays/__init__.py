"""Pictures in scikit-learn's convention; matplotlib is loaded when one is drawn."""

from ._forecast_display import ForecastDisplay
from ._gate_display import GateDisplay
from ._loss_curve_display import LossCurveDisplay

__all__ = ["ForecastDisplay", "GateDisplay", "LossCurveDisplay"]
