"""What a fitted `Forecaster` has chosen: its attributes that tell."""

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ._forecast_model import ForecastModel
from ._known_series import KnownSeries
from ._linear_part import LinearPart
from ._past_columns import places_of_past


class ScaleMixin:
    """Fitted attributes of `Forecaster` that tell its strategy, scale and other parts."""

    _model: ForecastModel
    _known: KnownSeries
    columns_: list[Any]

    @property
    def strategy_(self) -> str:
        """Whether rows are predicted one by one or all at once."""
        check_is_fitted(self)
        return "direct" if self._model.features.horizon > 1 else "recursive"

    @property
    def scaling_(self) -> Any:
        """How windows are scaled, by column."""
        check_is_fitted(self)
        return None if self._model.scaling is None else self._model.scaling.names

    @property
    def scaling_scores_(self) -> Any:
        """Error of each candidate, by column."""
        check_is_fitted(self)
        return None if self._model.scaling is None else self._model.scaling.errors

    @property
    def scaling_trials_(self) -> dict[str, float] | None:
        """Error of the regressor itself in each scale that it was tried in."""
        check_is_fitted(self)
        return None if self._model.scaling is None else self._model.scaling.trials

    @property
    def past_scaling_(self) -> dict[Any, str]:
        """How exogenous columns that are known up to now stand in windows, by their names."""
        check_is_fitted(self)
        scaling, known = self._model.scaling, self._known
        names = known.exog_columns or list(range(known.n_exog))
        places = places_of_past(known)
        chosen = [] if scaling is None else scaling.past
        chosen = chosen or ["level"] * len(places)  # as older files, which have no choice
        return dict(zip([names[place] for place in places], chosen, strict=True))

    @property
    def regressor_weight_(self) -> Any:
        """Weight of the regressor beside the seasonal naive forecast, by column."""
        check_is_fitted(self)
        return 1.0 if self._model.scaling is None else self._model.scaling.weights

    @property
    def linear_part_(self) -> LinearPart | None:
        """The ridge regression whose errors the regressor has learned."""
        check_is_fitted(self)
        return None if self._model.scaling is None else self._model.scaling.linear

    @property
    def linear_part_score_(self) -> float:
        """Error of the linear part on newer training windows, relative to random features."""
        check_is_fitted(self)
        return np.nan if self._model.scaling is None else self._model.scaling.linear_score

    @property
    def theta_weight_(self) -> Any:
        """Weight of the Theta method beside the regressor, by column."""
        check_is_fitted(self)
        weights = [0.0] * len(self.columns_)
        if self._model.theta is not None:
            weights = list(self._model.theta.weights)
        return weights[0] if len(weights) == 1 else weights

    @property
    def season_(self) -> int:
        """Rows in the season that windows are differenced by."""
        check_is_fitted(self)
        scaling = self._model.scaling
        return 1 if scaling is None else scaling.columns[0].season
