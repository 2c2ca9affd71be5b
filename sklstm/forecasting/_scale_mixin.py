"""What a fitted `Forecaster` has chosen, strategy and scale: its attributes that tell."""

from typing import Any

from sklearn.utils.validation import check_is_fitted

from ._forecast_model import ForecastModel


class ScaleMixin:
    """Fitted attributes of `Forecaster` that tell its strategy and the scale of its windows."""

    _model: ForecastModel

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
    def season_(self) -> int:
        """Rows in the season that windows are differenced by."""
        check_is_fitted(self)
        scaling = self._model.scaling
        return 1 if scaling is None else scaling.columns[0].season
