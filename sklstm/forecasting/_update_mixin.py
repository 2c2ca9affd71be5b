"""What is known of series, and new rows of them: the part of `Forecaster` that goes on."""

from typing import Any, Self

from sklearn.utils.validation import check_is_fitted

from ._forecast_model import ForecastModel
from ._known_series import KnownSeries
from ._series_in_use import adopted


class UpdateMixin:
    """Methods of `Forecaster` that take note of new rows, and tell what is known."""

    _known: KnownSeries
    _model: ForecastModel
    _scored_by_rows: bool

    def update(self, series: Any, exog: Any = None, *, overlap: str = "equal") -> Self:
        """Take note of new rows, so that forecasts begin after them; nothing is refitted.

        Parameters
        ----------
        series : array-like, series or frame
            Rows that follow on those known; the first of them may be known already. Of several
            series some may have none. One that `fit` did not have is known from now on, if these
            are at least `lookback_` labelled rows; its transformer is fitted to them. So a name
            that is mistyped is no new series of one row.
        exog : array-like or frame, default=None
            Exogenous columns of the same rows, as in `fit`.
        overlap : {"equal", "replace"}, default="equal"
            Rows that are known already must have the values that are known, or replace them, as
            revised figures do. Rows without labels are all new.

        Returns
        -------
        self : Forecaster
            The forecaster.

        Raises
        ------
        ValueError
            If rows do not follow on those known, differ from them, or are fewer than a new series
            takes.
        """
        check_is_fitted(self)
        if overlap not in ("equal", "replace"):
            raise ValueError(f"overlap must be 'equal' or 'replace', got {overlap!r}.")
        if self._scored_by_rows:
            exog = self._exog_of(series, exog)  # type: ignore[attr-defined]
        fewest = max(self.min_rows_, self._model.features.lookback)
        known = self._known.followed_by(series, exog, overlap, fewest)
        before = self._known.histories
        keys = [key for key, past in known.histories.items() if past is not before.get(key)]
        vars(self).update(adopted(self, known, keys))
        return self

    @property
    def min_rows_(self) -> int:
        """How many rows of a series a forecast takes."""
        check_is_fitted(self)  # type: ignore[arg-type]
        return self._model.features.first_origin + 1

    @property
    def last_(self) -> list[Any]:
        """The label of the newest row that is known, of each series in the order of `series_`."""
        check_is_fitted(self)
        return [past.index[-1] for past in self._known.histories.values()]

    @property
    def exog_columns_(self) -> list[Any]:
        """The names of the exogenous columns, their places if they have none."""
        check_is_fitted(self)
        return self._known.given_columns

    @property
    def known_exog_(self) -> list[Any]:
        """The names of the exogenous columns that are known in advance."""
        check_is_fitted(self)
        return self._known.known_columns
