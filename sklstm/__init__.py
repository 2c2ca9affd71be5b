"""Recurrent networks that obey every scikit-learn contract."""

from importlib import import_module
from typing import TYPE_CHECKING

# All parts need these two. Threads that ask for the first names at once would import both in
# pieces, which fails; so whoever imports this package imports them.
import pandas  # noqa: F401
import sklearn.base  # noqa: F401

from ._public import OFFERED, PUBLIC

if TYPE_CHECKING:
    from .baselines import EMARegressor, PersistenceRegressor, SMARegressor
    from .data import forecast_pairs, stack_sequences
    from .displays import (
        ForecastDisplay,
        ForecastErrorDisplay,
        GateDisplay,
        LossCurveDisplay,
        ReliabilityDisplay,
        ResidualDisplay,
    )
    from .estimators import (
        BiLSTMClassifier,
        BiLSTMRegressor,
        GRUClassifier,
        GRURegressor,
        LSTMClassifier,
        LSTMRegressor,
        MinGRUClassifier,
        MinGRURegressor,
        RNNClassifier,
        RNNRegressor,
        SequenceClassifier,
        SequenceEncoder,
        SlicedClassifier,
        SLSTMClassifier,
        SLSTMRegressor,
    )
    from .forecasting import Forecaster, WindowScaledRegressor
    from .language_models import GRULanguageModel, LSTMLanguageModel, RNNLanguageModel
    from .metrics import mean_absolute_scaled_error
    from .model_selection import PanelTimeSeriesSplit
    from .preprocessing import (
        CalendarFeatures,
        CausalImputer,
        ExponentialSmoother,
        LagFeatures,
        SeasonalAdjuster,
        SeasonalDifferencer,
        SequenceWindower,
        WindowScaler,
        find_season,
    )
    from .text import TextSequencer

__version__ = "0.1.0"

__all__ = [
    "BiLSTMClassifier",
    "BiLSTMRegressor",
    "CalendarFeatures",
    "CausalImputer",
    "EMARegressor",
    "ExponentialSmoother",
    "ForecastDisplay",
    "ForecastErrorDisplay",
    "Forecaster",
    "GRUClassifier",
    "GRULanguageModel",
    "GRURegressor",
    "GateDisplay",
    "LSTMClassifier",
    "LSTMLanguageModel",
    "LSTMRegressor",
    "LagFeatures",
    "LossCurveDisplay",
    "MinGRUClassifier",
    "MinGRURegressor",
    "PanelTimeSeriesSplit",
    "PersistenceRegressor",
    "RNNClassifier",
    "RNNLanguageModel",
    "RNNRegressor",
    "ReliabilityDisplay",
    "ResidualDisplay",
    "SLSTMClassifier",
    "SLSTMRegressor",
    "SMARegressor",
    "SeasonalAdjuster",
    "SeasonalDifferencer",
    "SequenceClassifier",
    "SequenceEncoder",
    "SequenceWindower",
    "SlicedClassifier",
    "TextSequencer",
    "WindowScaledRegressor",
    "WindowScaler",
    "find_season",
    "forecast_pairs",
    "mean_absolute_scaled_error",
    "stack_sequences",
]

if not TYPE_CHECKING:

    def __getattr__(name):
        """Import what is asked for the first time."""
        for package, names in OFFERED.items():
            if name in names:
                globals()[name] = found = getattr(import_module(f"{__name__}.{package}"), name)
                return found
        if name in OFFERED or name in PUBLIC:
            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        own = {name for name in globals() if name.startswith("__")}
        return sorted({*own, *__all__, *OFFERED, *PUBLIC} - {"onnx"})  # which takes other packages
