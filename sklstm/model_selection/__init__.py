"""Splits of series, and scorers of forecasters, that scikit-learn does not have."""

from sklstm._public import publish

from ._forecast_scorer import forecast_scorer
from ._panel_time_series_split import PanelTimeSeriesSplit

__all__ = ["PanelTimeSeriesSplit", "forecast_scorer"]

publish(globals())
