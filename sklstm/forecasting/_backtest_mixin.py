"""How good forecasts would have been: `BacktestMixin`."""

from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from ._backtest import BacktestSettings, run_backtest, skill_score
from ._checks import check_count, check_refit
from ._intervals import check_levels


class BacktestMixin:
    """Hold the forecasts of a `Forecaster` against what came."""

    def backtest(
        self, series, cv=5, *, exog=None, refit=True, steps=None, stride=None, level=None, season=1
    ):
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

        Returns
        -------
        result : Bunch
            Dictionary-like, with

            forecasts : DataFrame
                One row for each origin and step: ``time``, ``actual``, ``prediction``,
                ``persistence`` and the bounds. The levels of its index are the series (if there
                are several), the ``column`` (if there are several), ``origin`` and ``step``.
            errors : DataFrame
                For each step (and column) ``n_forecasts``, mean absolute error and root of the
                mean squared error of both, and ``coverage`` with `level`.
            overall : Series, or DataFrame for several columns
                The same over all steps.

        Raises
        ------
        ValueError
            If folds are not in the order of time, or input is not as in `fit`.
        """
        settings = BacktestSettings(
            refit=check_refit(refit),
            steps=None if steps is None else check_count(steps, "steps"),
            stride=None if stride is None else check_count(stride, "stride"),
            levels=check_levels(level),
            season=check_count(season, "season"),
        )
        forecaster = clone(self)
        forecaster._validate_params()
        if not settings.levels:
            forecaster.set_params(calibration_size=None)
        return run_backtest(forecaster, series, exog, cv, settings)

    def score(self, series, exog=None):
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
            is perfect, 0 is no better than persistence.
        """
        check_is_fitted(self)
        return skill_score(self._model, self._known, self._known.followed_by(series, exog))
