"""Splits of series that scikit-learn does not have."""

from ._panel_time_series_split import PanelTimeSeriesSplit

__all__ = ["PanelTimeSeriesSplit"]
