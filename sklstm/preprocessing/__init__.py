"""Transformers of series and windows that keep every row."""

from sklstm._public import publish

from ._calendar_features import CalendarFeatures
from ._causal_imputer import CausalImputer
from ._choose_beside import choose_beside
from ._choose_representation import choose_representation, quick_models, split_newest
from ._exponential_smoother import ExponentialSmoother
from ._find_season import centred_weights, find_season, season_of
from ._holidays import warn_of_holidays_between
from ._lag_features import LagFeatures
from ._representations import (
    SCALINGS,
    Representation,
    Represented,
    has_own_scale,
    is_seasonal,
    mean_of_known,
    needs_positive,
    newest_of_known,
)
from ._ridge import RidgeSolution
from ._season_in_fit import warn_of_seasons_by_frequency
from ._seasonal_adjuster import SeasonalAdjuster
from ._seasonal_differencer import SeasonalDifferencer
from ._sequence_windower import SequenceWindower
from ._whole_series import beginning_at, finds_season, for_whole_series
from ._window_scaler import WindowScaler

__all__ = [
    "SCALINGS",
    "CalendarFeatures",
    "CausalImputer",
    "ExponentialSmoother",
    "LagFeatures",
    "Representation",
    "Represented",
    "RidgeSolution",
    "SeasonalAdjuster",
    "SeasonalDifferencer",
    "SequenceWindower",
    "WindowScaler",
    "beginning_at",
    "centred_weights",
    "choose_beside",
    "choose_representation",
    "find_season",
    "finds_season",
    "for_whole_series",
    "has_own_scale",
    "is_seasonal",
    "mean_of_known",
    "needs_positive",
    "newest_of_known",
    "quick_models",
    "season_of",
    "split_newest",
    "warn_of_holidays_between",
    "warn_of_seasons_by_frequency",
]

publish(globals())
