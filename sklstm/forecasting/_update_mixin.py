"""What is known of series, and new rows of them: the part of `Forecaster` that goes on."""

from typing import Any, Self

from sklearn.utils import Bunch
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sklstm._whole_numbers import check_count

from ._forecast_model import ForecastModel
from ._intervals import check_levels
from ._known_series import KnownSeries
from ._monitor import drift_of
from ._partial_fit import goes_on, trained_further
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
            are at least `lookback_` labelled rows, and `min_rows_`; its transformer is fitted to
            them. So a name that is mistyped is no new series of one row.
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
            If rows do not follow on those known, differ from them, are of another frequency, or are
            fewer than a new series takes.
        """
        check_is_fitted(self)
        vars(self).update(self._updated(series, exog, overlap)[0])
        return self

    @available_if(goes_on)
    def partial_fit(
        self, series: Any, exog: Any = None, *, n_epochs: int = 1, overlap: str = "equal"
    ) -> Self:
        """Take note of new rows as `update` does, and let the regressor learn from them.

        It goes on from where it is, by its own ``partial_fit``, on the windows with a new row among
        their targets: for a nightly job between two fits. Scales, season, lookback, columns and
        transformers stay those of `fit`, and so does the model whose errors tell how wide intervals
        are. It is not there if the regressor has no ``partial_fit``.

        Parameters
        ----------
        series : array-like, series or frame
            As in `update`; of a forecaster that is not fitted, as in `fit`, which is called then.
        exog : array-like or frame, default=None
            Exogenous columns of the same rows, as in `fit`.
        n_epochs : int, default=1
            How often to go through these windows.
        overlap : {"equal", "replace"}, default="equal"
            As in `update`. All rows after those learned from are new, also if `update` brought
            them; what replaces older ones is not learned.

        Returns
        -------
        self : Forecaster
            The forecaster; as it was before if there is an error.

        Raises
        ------
        ValueError
            As in `update`, or if the regressor refuses to go on, as one with ``early_stopping``
            does.
        """
        n_epochs = check_count(n_epochs, "n_epochs")
        if not hasattr(self, "_model"):
            return self.fit(series, exog)  # type: ignore[attr-defined, no-any-return]
        n_learned = self._n_fitted_rows()
        if not n_learned:  # of an older file
            n_learned = {key: len(past) for key, past in self._known.histories.items()}
        found, histories = self._updated(series, exog, overlap)
        model = trained_further(found["_model"], histories, n_learned, n_epochs)
        learned = {past.key: len(past) for past in histories}
        found |= {"_model": model, "estimator_": model.regressor}
        vars(self).update(found | {"_n_fitted": self._n_fitted_rows() | learned})
        return self

    def monitor(self, *, level: float = 0.9, newest: int | None = None) -> Bunch:
        """Tell whether errors have grown since `fit`, so that it is time for another one.

        Each row that `update` brought is forecast from the row before, as it was on its day; the
        regressor has not learned from it. These errors are compared with those of the rows that
        calibrate intervals, which the second model of `fit` has not learned from either.

        Parameters
        ----------
        level : float in (0, 1), default=0.9
            Of the intervals, made from the errors of the calibration rows, whose coverage is told.
        newest : int, default=None
            So many of the newest times count; by default all since `fit`, or since `partial_fit`.

        Returns
        -------
        drift : Bunch
            Dictionary-like, with

            drifted : bool or None
                Whether errors have grown beyond chance (``p_value < 0.01``); None if there are
                fewer than 8 times.
            p_value : float
                Of the one-sided rank test of Mann and Whitney [1]_ on the errors of each time,
                those of all series and columns being averaged.
            relative_mae : float
                Mean absolute error, over that of the calibration rows of each series.
            coverage : float
                Share of the rows in intervals of `level`.
            by_series : DataFrame
                The same for each series (and column), with ``mae`` and ``usual_mae``.
            by_time : Series
                Relative error of each time.

        Raises
        ------
        ValueError
            If no row came after `fit`, there are no calibration rows, or `level` is not one level.

        Warns
        -----
        UserWarning
            If all calibration rows of a series were forecast without any error, or there are fewer
            than 8 of them, and others of the panel have more: nothing is relative to these, and the
            series does not count.

        Notes
        -----
        The test takes errors of different times as independent. Where they come in clusters, as
        those of share prices do, or where it is asked each day anew, it is wrong more often than
        once in a hundred times: look at `relative_mae` as well. With columns given in advance the
        newest ``horizon - 1`` rows of a direct forecaster have to wait.

        References
        ----------
        .. [1] H. B. Mann and D. R. Whitney, "On a test of whether one of two random variables is
           stochastically larger than the other", Annals of Mathematical Statistics 18, 1947.
        """
        check_is_fitted(self)
        levels = check_levels(level)
        if list(levels) != [None]:
            raise ValueError(f"monitor takes one level, such as level=0.9; got {level!r}.")
        newest = None if newest is None else check_count(newest, "newest")
        return drift_of(self, self._n_fitted_rows(), levels[None], newest)

    def _n_fitted_rows(self):
        """Return how many rows of each series were learned from; files of old do not tell."""
        return vars(self).get("_n_fitted", {})

    def _updated(self, series, exog, overlap):
        """Return the attributes with new rows, and the series that have some and may be learned."""
        if overlap not in ("equal", "replace"):
            raise ValueError(f"overlap must be 'equal' or 'replace', got {overlap!r}.")
        if self._scored_by_rows:
            exog = self._exog_of(series, exog)
        fewest = max(self.min_rows_, self._model.features.lookback)
        known = self._known.followed_by(series, exog, overlap, fewest)
        before = self._known.histories
        keys = [key for key, past in known.histories.items() if past is not before.get(key)]
        found = adopted(self, known, keys, goes_on=True, replaces=overlap == "replace")
        histories = [known.histories[key] for key in keys if found["_model"].knows(key)]
        return found, histories

    @property
    def min_rows_(self) -> int:
        """How many rows of a series a forecast takes."""
        check_is_fitted(self)  # type: ignore[arg-type]
        whole, n_lost = self._model.features.first_origin + 1, vars(self).get("_n_lost", 0)
        # Where missing steps are read, one row that is left is enough of a window.
        return max(whole, 1 + n_lost) if self._model.takes_missing else whole + n_lost

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

    @property
    def exog_categories_(self) -> dict[Any, list[Any]]:
        """The categories that exogenous columns had in `fit`, by the names of their columns."""
        check_is_fitted(self)
        return {name: list(values) for name, values in self._known.exog_categories.items()}
