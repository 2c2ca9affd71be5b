"""How good forecasts would have been, and are: the evaluating part of `Forecaster`."""

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils import Bunch
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sklstm._whole_numbers import check_count
from sklstm.metrics import read_metrics

from ._abilities import check_refit
from ._backtest import BacktestSettings, errors_after, run_backtest
from ._forecast_bounds import is_adaptive
from ._forecast_model import ForecastModel
from ._forecast_tables import ERROR_COLUMNS
from ._histories import is_target
from ._intervals import check_levels
from ._known_series import KnownSeries
from ._past_repeated import warn_of_repeated
from ._predicted_spread import refuse_quantile
from ._scores import predicted_rows, skill_score, warn_of_training_on_later_rows


def _fitted_for_scorers(forecaster):
    if forecaster._scored_by_rows:
        return True
    raise AttributeError(
        "Forecaster has predict for the scorers of scikit-learn only, after fit(series, series), "
        "where the second is y: forecast returns the future."
    )


class BacktestMixin:
    """Methods of `Forecaster` that compare forecasts with what happened."""

    estimator: Any
    by: Any
    _model: ForecastModel
    _known: KnownSeries
    _n_fitted_rows: Callable[[], dict[Hashable, int]]
    _scored_by_rows = False  # whether fit had the series as y; also of older files

    def backtest(
        self,
        series: Any,
        cv: Any = 5,
        *,
        exog: Any = None,
        refit: bool | int = True,
        steps: int | None = None,
        stride: int | None = None,
        level: float | list[float] | None = None,
        season: int = 1,
        metrics: Any = None,
        intervals: str = "conformal",
    ) -> Bunch:
        """Forecast rows that are known, as they would have been forecast at the time.

        In each fold the training rows are fitted, and from the last of them the test rows are
        forecast. The forecaster itself is left as it is. Folds are fitted one after the other, or
        at once inside `joblib.parallel_config`, as in ``with parallel_config(n_jobs=2): ...``.

        Parameters
        ----------
        series : array-like, series or frame
            As in `fit`.
        cv : splitter, iterable or int, default=5
            Folds of training and test rows in the order of time, such as those of
            `~sklearn.model_selection.TimeSeriesSplit` or, for several series,
            `PanelTimeSeriesSplit`; a number gives as many of these.
        exog : array-like or frame, default=None
            As in `fit`.
        refit : bool or int, default=True
            True: each fold is fitted. False: the first one only, and the later ones begin where
            their training rows end. A number: every so many folds.
        steps : int, default=None
            How many rows to forecast from an origin; by default as many as the fold tests.
        stride : int, default=None
            Forecasts begin after every so many rows of a fold; by default only before its first
            test row.
        level : float in (0, 1) or list of them, default=None
            As in `forecast`.
        season : int, default=1
            Rows in a season of the persistence that forecasts are compared with: the value of
            the last row known, or of the last same place in the season.
        metrics : str, callable or list of them, default=None
            What to report besides: ``"mase"``, ``"rmsse"``, ``"wrmsse"``, ``"smape"``, ``"owa"``;
            of paths ``"crps"`` and ``"energy_score"``; with `level` also ``"interval_score"``,
            ``"width"`` and ``"wql"``; names of functions in `sklstm.metrics`, or functions of true
            and predicted values. Scaled errors are divided by those of the seasonal naive forecast
            of the rows known at the origin, and ``"wrmsse"`` weights series by the sum of their
            last 28 rows known there. ``"owa"`` is relative to persistence, with its `season`.
            Scores of paths are those of 100, drawn as by `sample_paths` with a fixed seed; the
            energy score of a step is that of all steps up to it.
        intervals : {"conformal", "adaptive"}, default="conformal"
            As in `forecast`.

        Returns
        -------
        result : Bunch
            Dictionary-like, with

            forecasts : DataFrame
                One row for each origin and step: ``time``, ``actual``, ``prediction``,
                ``persistence`` and the bounds. The levels of its index are the series (if there
                are several), the ``column`` (if there are several), ``origin`` and ``step``. From
                an origin whose window the regressor cannot read predictions are NaN. Of columns
                known in advance a direct forecast repeats the last values, where rows that
                `horizon` takes are not there, as `forecast` does.
            errors : DataFrame
                For each step (and column) ``n_forecasts``, mean absolute error and root of the
                mean squared error of both, and ``coverage`` with `level`. Rows without a
                prediction do not count, for persistence neither.
            overall : Series, or DataFrame for several columns
                The same over all steps.
            by_series : DataFrame
                The same over all steps of each of several series.
            season, levels : int, list of float
                What was asked for, for displays.

        Raises
        ------
        ValueError
            If folds are not in the order of time, input is not as in `fit`, or no forecast could be
            made.

        Warns
        -----
        UserWarning
            If there are origins from which no forecast could be made; it names the first one. If
            scaled errors leave out series, for these have no more rows than a season. If
            exogenous columns are not known in advance, and rows are forecast one by one, as
            `forecast` tells.
        """
        settings = BacktestSettings(
            refit=check_refit(refit),
            steps=None if steps is None else check_count(steps, "steps"),
            stride=None if stride is None else check_count(stride, "stride"),
            levels=check_levels(level),
            season=check_count(season, "season"),
            metrics=read_metrics(metrics, ERROR_COLUMNS),
            adaptive=is_adaptive(intervals),
        )
        if settings.levels:
            refuse_quantile(self.estimator)
        forecaster = clone(self)
        forecaster._validate_params()
        if not (settings.levels or settings.draws_paths):
            forecaster.set_params(calibration_size=None)
        return run_backtest(forecaster, series, exog, cv, settings)

    def score(self, series: Any, exog: Any = None) -> float:
        """Return by how much forecasts of the next rows are better than persistence.

        Parameters
        ----------
        series : array-like, series or frame
            Rows that follow on those known.
        exog : array-like or frame, default=None
            Exogenous columns of the same rows.

        Returns
        -------
        score : float
            One minus the mean absolute error of forecasts over that of the last values known: 1
            is perfect, 0 is no better than persistence. Of a panel, series that cannot be forecast,
            or have no rows before these, do not count.

        Raises
        ------
        ValueError
            If no series counts, or the rows do not follow on those known.

        Warns
        -----
        UserWarning
            If other series were learned from at the times that are scored, as in folds that split a
            panel by the places of its rows; or rows are forecast one by one beside columns that are
            not known in advance, as `forecast` tells.
        """
        check_is_fitted(self)
        exog = self._exog_of(series, exog)
        after = self._known.followed_by(series, exog, min_rows=1)
        warn_of_training_on_later_rows(self._known, after, self._n_fitted_rows())
        before = self._known.histories
        n_new = (
            len(past) - len(before[key]) for key, past in after.histories.items() if key in before
        )
        warn_of_repeated(self, max(n_new, default=0))
        fewest = self.min_rows_  # type: ignore[attr-defined]
        return skill_score(self._model, self._known, after, fewest)

    @available_if(_fitted_for_scorers)
    def predict(self, series: Any) -> np.ndarray:
        """Return what is forecast for rows that follow on those known, for scikit-learn's scorers.

        They are there after ``fit(series, series)``, as in ``GridSearchCV(...,
        scoring="neg_mean_absolute_error").fit(series, series)``: the second one stands for the true
        values, and not for exogenous columns. With exogenous columns take `forecast_scorer`.

        Parameters
        ----------
        series : array-like, series or frame
            Rows that follow on those known; their values are not looked at.

        Returns
        -------
        predictions : ndarray of shape (n_rows,) or (n_rows, n_columns)
            Forecasts from the last row known, in the order of the rows.
        """
        check_is_fitted(self)
        return predicted_rows(self._model, self._known, series, self._n_fitted_rows())

    def _exog_of(self, series, exog):
        """Return exogenous columns; None for the series itself, which scorers take as ``y``."""
        if exog is None or self._known.n_exog or not is_target(series, exog, self.by):
            return exog
        return None

    def _errors_after(self, series, exog, metric, *, season, steps, stride, level):
        """Return the values of a metric for rows that follow, called by `forecast_scorer`."""
        check_is_fitted(self)
        settings = BacktestSettings(
            refit=None,
            steps=None if steps is None else check_count(steps, "steps"),
            stride=None if stride is None else check_count(stride, "stride"),
            levels=check_levels(level),
            season=check_count(season, "season"),
            metrics=read_metrics([metric]),
            from_earlier=True,
        )
        return errors_after(self, series, self._exog_of(series, exog), settings).to_numpy()
