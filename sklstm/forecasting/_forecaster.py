"""Series in, future out: `Forecaster`."""

from numbers import Integral, Real
from typing import Any, Self

import pandas as pd
from sklearn.base import BaseEstimator, MetaEstimatorMixin, _fit_context
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from sklstm._whole_numbers import check_count
from sklstm.persistence import SavedStateMixin
from sklstm.preprocessing import SCALINGS, CalendarFeatures, Representation
from sklstm.time_labels import Calendar

from ._abilities import takes_missing_values
from ._backtest_mixin import BacktestMixin
from ._check_regressor import check_regressor
from ._exog_encoding import ExogEncoding
from ._features import Features
from ._fit_models import fit_models
from ._fitted_before import FittedBefore, rows_of_calibrator
from ._forecast_bounds import bounds_of_forecasts
from ._forecast_frames import frame_of_forecasts
from ._forecast_model import ForecastModel
from ._future_steps import FutureSteps
from ._histories import History, is_target
from ._intervals import check_levels
from ._known_series import KnownSeries
from ._linear_part import LinearPart
from ._packed_series import PackedSeries
from ._paths_mixin import PathsMixin
from ._scale_mixin import ScaleMixin
from ._scaling import Scaling
from ._season import Season
from ._seasons_of_frequencies import warn_of_other_seasons
from ._series_in_use import beginning, rows_lost
from ._shrunk_columns import warn_of_shrunk_columns
from ._theta_part import ThetaPart
from ._update_mixin import UpdateMixin

_ASKED_OF_SERIES = ("by", "freq", "gaps", "known_exog", "static_exog", "calendar")


class Forecaster(
    UpdateMixin, ScaleMixin, PathsMixin, BacktestMixin, MetaEstimatorMixin, SavedStateMixin,
    BaseEstimator,
):  # fmt: skip
    """Forecast series by any regressor.

    `fit` takes a series, cuts it into windows, and fits a regressor to the windows and what
    follows them. `forecast` returns a frame of the future, whose index continues that of the
    series. One model may serve many series.

    Parameters
    ----------
    estimator : estimator
        Any regressor of scikit-learn's: it is given windows of shape (n_samples, lookback,
        n_features) if its tags say that it takes three axes, else flat ones. One that has a
        single output only is fitted once for each output. With ``warm_start=True`` of a regressor
        that has ``partial_fit`` another `fit` goes on from the weights of the last one, in the
        scale of windows that was chosen then.
    lookback : int or "auto", default="auto"
        Rows in a window; ``"auto"``: whole seasons, or an eighth of the series; 10 without scaling.
    horizon : int, default=1
        Number of rows that ``strategy="direct"`` predicts at once, and that `forecast` returns
        by default.
    strategy : {"auto", "recursive", "direct"}, default="auto"
        ``"recursive"``: the regressor predicts the next row; for more of them each prediction
        enters the window, and the oldest row leaves it. ``"direct"``: it predicts `horizon` rows at
        once; for more of them these enter the window all together. ``"auto"``: direct for more than
        24 rows, a fifth of the series or less (24: a hundredth), beside columns that are not known
        in advance (a quarter), and of networks for panels without a season, if it predicts many
        targets at once in a scale of windows; else recursive. In direct ones networks read rows to
        come step by step, if columns are known in advance.
    transformer : transformer, default=None
        Applied to every series before it is cut into windows, and undone in forecasts: needs an
        ``inverse_transform``. Each series has its own clone. Rows may not depend on later ones.
    scaling : str or None, default="auto"
        Scale of each window: ``"difference"`` subtracts its newest value, ``"standard"`` its mean,
        ``"seasonal_difference"`` the value one season before, ``"level"`` nothing; ``"standard"``,
        ``"scaled_difference"`` and ``"scaled_seasonal_difference"`` divide by its standard
        deviation; ``"ratio"`` is the difference over the newest value. ``"log_"`` in front of any
        other name takes logarithms before. ``"auto"`` chooses for each column by newest training
        windows, but scales nothing for baselines, a `WindowScaledRegressor` or positive targets.
    season : int, "auto" or None, default="auto"
        Rows in a season, for seasonal differences; ``"auto"`` as `find_season` finds it. A number
        as large as that of all rows has no effect.
    linear_part : bool or "auto", default="auto"
        Whether a ridge regression on scaled windows comes first, and the regressor learns what it
        leaves; forecasts are the sum. ``"auto"``: in direct ones, where newest windows say so.
    theta_part : bool or "auto", default="auto"
        Whether forecasts are averaged with those of the Theta method [6]_, of each series by
        itself. ``"auto"``: those of networks and linear models, for series of up to 400 rows
        without exogenous columns but static ones, where ``scaling="auto"`` chooses. With a season
        of the calendar or a named one Theta's weight is one half (for one series only in a seasonal
        scale). Without a season, for 50 series or more, it is what was best `horizon` rows ago, 0.3
        at most.
    known_exog : "all", None or list of columns, default="all"
        Exogenous columns whose values are known in advance, such as holidays. The others are known
        up to now; in windows that reach into the future they repeat their last values. With a scale
        of windows each of them is read less its newest value, if quick models say so.
    static_exog : list of columns, default=None
        Exogenous columns that describe a series of a panel, such as the kind and size of a shop:
        they have one value in all of its rows. Numbers are standardised over series. Windows have
        them at each step, flat ones once.
    calendar : list of str or CalendarFeatures, default=None
        Columns known in advance that the labels of rows give, past and future: any features of
        `CalendarFeatures`, such as ``["day_of_week", "month"]``, or the transformer itself.
    by : str or list of str, default=None
        Column or level of the index with the key of each series, where one frame holds several;
        of a list of them, such as ``["store", "item"]``, keys are tuples.
    freq : str or offset, default=None
        Frequency of a time index, such as ``"h"``, where it has none and none can be inferred.
        Weekdays with few absent are trading days, ``"B"``; so are other weeks of five or six days.
        By default series of a panel may have different ones; a frequency given is that of all.
    gaps : {"raise", "missing"}, default="raise"
        What to make of a time that is absent within a series: an error, or a missing step. Eight
        new rows or more of a coarser frequency, such as months for days, are always an error.
    calibration_size : "auto", float in (0, 1), int or None, default="auto"
        Newest share, or number, of the rows of each series by which intervals are calibrated: a
        second model is fitted to the rows before, and its errors tell how wide intervals must be.
        ``"auto"``: a fifth, or what season, horizon and 90 % take, up to half. None: no intervals.

    Attributes
    ----------
    estimator_ : estimator
        The regressor, fitted to all rows; with a linear part, to what that leaves. A network that
        reads rows to come has ``output="sequence"``.
    strategy_ : {"recursive", "direct"}
        What ``strategy="auto"`` has chosen; of one row ahead both are the same, "recursive".
    scaling_ : str, list of str or None
        How windows are scaled, by column; None for not at all.
    scaling_scores_ : dict, list of dict or None
        Mean absolute error of each candidate (geometric mean of those of the next rows and of all
        that are forecast), over the mean absolute change, by column; empty if there was no choice.
    scaling_trials_ : dict or None
        Mean absolute error of the regressor itself in each scale that it was tried in, over the
        mean absolute change; None if only the scores count.
    season_ : int
        Rows in the season that windows are differenced by; 1 if they are not.
    past_scaling_ : dict
        How exogenous columns that are not known in advance stand in windows, by their names:
        ``"level"``, as they are, or ``"difference"``, less the newest value of the window.
    regressor_weight_ : float or list of float
        Weight of predictions beside values one season before, by column; 1 for predictions alone.
    theta_weight_ : float or list of float
        Weight of the Theta method in forecasts, by column; 0 for none. A series of less than two
        seasons and a row is forecast by the regressor alone.
    linear_part_ : LinearPart or None
        The ridge regression.
    linear_part_score_ : float
        Its error on newer training windows, relative to that of random features; NaN if not asked.
    lookback_ : int
        Number of rows in a window.
    min_rows_ : int
        How many rows of a series a forecast takes: 1 around regressors that read missing steps,
        besides those that `transformer` leaves missing.
    columns_ : list
        Names of the columns of the series.
    series_ : list
        Keys of the series, in the order of their first rows; ``[None]`` without `by`.
    n_features_in_ : int
        Number of columns of the series.

    See Also
    --------
    forecast_pairs : Rows and targets for a pipeline of one's own.
    WindowScaledRegressor : A regressor of windows of any level.

    Notes
    -----
    Intervals are those of split conformal prediction [1]_, for each step ahead by itself. They
    cover with the level asked for as far as the future errs like the calibration rows, which
    `update` keeps the newest. Errors are taken on the scale of `transformer`, such as a logarithm,
    and each bound by the errors of its side, so that intervals of skewed errors are skewed. A
    series of a panel that has too few of them borrows those of the others, relative to the size of
    their steps. Adaptive intervals [2]_ correct their levels by how many rows they have missed.
    Around regressors that predict quantiles intervals are these quantiles, each moved by its own
    misses (conformalised quantile regression [3]_), so that widths differ by day.

    ``scaling="auto"`` fits a ridge regression on random features [4]_ (for linear models also one
    on the values) to every candidate, and takes that of the smallest error on the newest fifth,
    over `horizon` rows and a season at least. With columns known in advance, of up to 1000 series,
    the regressor itself is fitted to the older rows in this scale, ``"level"`` and ``"standard"``,
    which is one or two fits more; another scale is taken if it is better on the newest rows, and in
    both halves of them, by 3 % (10 % where no season is taken off).
    ``linear_part="auto"`` compares a ridge regression on the values with it, on that fifth and on
    half of the older windows: it must win by 3 % twice. A network for what a linear model leaves is
    Zhang's hybrid [5]_.

    References
    ----------
    .. [1] J. Lei, M. G'Sell, A. Rinaldo, R. J. Tibshirani and L. Wasserman, "Distribution-free
       predictive inference for regression", Journal of the American Statistical Association 113,
       2018.
    .. [2] I. Gibbs and E. Candes, "Adaptive conformal inference under distribution shift", Advances
       in Neural Information Processing Systems 34, 2021.
    .. [3] Y. Romano, E. Patterson and E. Candes, "Conformalized quantile regression", Advances in
       Neural Information Processing Systems 32, 2019.
    .. [4] A. Rahimi and B. Recht, "Weighted sums of random kitchen sinks", NeurIPS 21, 2008.
    .. [5] G. P. Zhang, "Time series forecasting using a hybrid ARIMA and neural network model",
       Neurocomputing 50, 2003.
    .. [6] V. Assimakopoulos and K. Nikolopoulos, "The theta model: a decomposition approach to
       forecasting", International Journal of Forecasting 16, 2000.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sklearn.linear_model import Ridge
    >>> from sklstm import Forecaster
    >>> days = pd.date_range("2024-01-01", periods=100)
    >>> wave = pd.Series(np.sin(np.arange(100) / 3).round(2), index=days)
    >>> forecaster = Forecaster(Ridge(0.01), lookback=20).fit(wave)
    >>> forecaster.forecast(3, level=0.9).round(3)
                prediction  lower  upper
    2024-04-10       0.941  0.935  0.945
    2024-04-11       0.778  0.773  0.783
    2024-04-12       0.529  0.524  0.534
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit"])],
        "lookback": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "horizon": [Interval(Integral, 1, None, closed="left")],
        "strategy": [StrOptions({"auto", "recursive", "direct"})],
        "transformer": [HasMethods(["fit", "transform", "inverse_transform"]), None],
        "scaling": [StrOptions({"auto", *SCALINGS}), None],
        "season": [Interval(Integral, 2, None, closed="left"), StrOptions({"auto"}), None],
        "linear_part": ["boolean", StrOptions({"auto"})],
        "theta_part": ["boolean", StrOptions({"auto"})],
        "known_exog": [StrOptions({"all"}), list, tuple, None],
        "static_exog": [list, tuple, None],
        "calendar": [list, tuple, CalendarFeatures, None],
        "by": [str, list, None],
        "freq": [str, pd.offsets.BaseOffset, None],
        "gaps": [StrOptions({"raise", "missing"})],
        "calibration_size": [
            *[StrOptions({"auto"}), None, Interval(Real, 0, 1, closed="neither")],
            Interval(Integral, 1, None, closed="left"),
        ],
    }

    _saved_classes = (
        KnownSeries, History, PackedSeries, Calendar, ForecastModel, Features, Scaling,
        Representation, ExogEncoding, LinearPart, ThetaPart, FutureSteps,
    )  # fmt: skip
    _saved_together = (
        "_model", "_known", "_calibrator", "_n_newest", "estimator_", "columns_", "series_"
    )  # fmt: skip

    def __init__(
        self,
        estimator,
        lookback="auto",
        horizon=1,
        strategy="auto",
        transformer=None,
        *,
        scaling="auto",
        season="auto",
        linear_part="auto",
        theta_part="auto",
        known_exog="all",
        static_exog=None,
        calendar=None,
        by=None,
        freq=None,
        gaps="raise",
        calibration_size="auto",
    ):
        self.estimator = estimator
        self.lookback = lookback
        self.horizon = horizon
        self.strategy = strategy
        self.transformer = transformer
        self.scaling = scaling
        self.season = season
        self.linear_part = linear_part
        self.theta_part = theta_part
        self.known_exog = known_exog
        self.static_exog = static_exog
        self.calendar = calendar
        self.by = by
        self.freq = freq
        self.gaps = gaps
        self.calibration_size = calibration_size

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, series: Any, exog: Any = None) -> Self:
        """Fit the regressor to the windows of one or several series.

        Parameters
        ----------
        series : array-like, series or frame of shape (n_steps,) or (n_steps, n_columns)
            One row per time step, oldest first; with `by` several series in one frame. All
            columns are forecast. Rows that are all NaN are missing steps.
        exog : array-like or frame of shape (n_steps, n_exog), default=None
            Other columns of the same rows, NaN for regressors of flat windows alone that take it. A
            frame with times may have rows of other series, and earlier and later ones, which are
            left aside.
            Of a frame they may be categories (text, or of the dtype ``category``), which are
            encoded one-hot, up to 256 of a column; one that `fit` did not have is zero in all of
            them. If all columns are `static_exog`, a row for each series is enough.
            The series itself stands for ``y``, for scorers of scikit-learn, and is no such column.

        Returns
        -------
        self : Forecaster
            The fitted forecaster.

        Raises
        ------
        ValueError
            If times are not in order, repeated, absent or of no frequency; no series has
            ``lookback + horizon`` rows (``lookback + 1`` with ``strategy="recursive"``); or a
            parameter, `series` or `exog` is not as described.

        Warns
        -----
        UserWarning
            If series of a panel have fewer rows, and nothing is learned from them; the named season
            is as long as all rows; frequencies of series, or seasons that ``season="auto"`` finds,
            differ; columns not known in advance make forecasts of the newest rows a fifth worse
            (not with ``calibration_size=None``; it takes one fit more); or the regressor, or the
            model that intervals are made of, begins anew in spite of ``warm_start=True``.
        ConvergenceWarning
            If predictions are far from all targets, as those of `SGDRegressor` on high values are.
        """
        is_y = exog is not None and is_target(series, exog, self.by)
        before = FittedBefore.of(self)
        self._fit_known(self._read(series, None if is_y else exog), before=before)
        self._scored_by_rows = is_y
        return self

    def _read(self, series, exog):
        exog_nan = exog is not None and takes_missing_values(self.estimator)
        asked = {name: getattr(self, name) for name in _ASKED_OF_SERIES}
        return KnownSeries.read(series, exog, exog_nan=exog_nan, **asked)

    def _fit_known(self, known, warn=True, before=None):
        check_regressor(self.estimator)
        own = self if before is None else before.settled(self, known)
        season = Season.of(self, known, warn=warn)
        if warn:
            warn_of_other_seasons(self, known)
        self._model, self._calibrator, self._n_newest = fit_models(
            own, known, season, warn=warn, before=before
        )
        if warn:
            warn_of_shrunk_columns(self.estimator, known)
        self._n_fitted = {key: len(past) for key, past in known.histories.items()}
        self._n_older = rows_of_calibrator(self._calibrator, known.histories, self._n_newest)
        self._n_lost = rows_lost(self._model, known.histories.values())  # older files have none
        self._known, self.estimator_ = known, self._model.regressor
        self.lookback_ = self._model.features.lookback
        self.columns_, self.series_ = known.columns, list(known.histories)
        self.n_features_in_ = len(known.columns)
        self._corrects_coverage = True  # those in older files do not
        self._remember_parameters("horizon")
        return self

    def forecast(
        self,
        steps: int | None = None,
        exog: Any = None,
        level: float | list[float] | None = None,
        *,
        series: Any = None,
        intervals: str = "conformal",
        history: Any = None,
        history_exog: Any = None,
    ) -> pd.DataFrame:
        """Forecast the rows after the last ones known, or after any that are given.

        Parameters
        ----------
        steps : int, default=None
            How many rows; by default `horizon`.
        exog : array-like or frame, default=None
            Values of the columns known in advance. A frame is looked up by its labels, and may have
            rows of other times and series; an array has the rows that follow, and the columns of
            `known_exog_` in their order. Of a direct forecast each row depends on the values of all
            `horizon` rows: those beyond `steps` count if given, and else repeat the last ones.
        level : float in (0, 1) or list of them, default=None
            Probability with which intervals are to cover the actual value.
        series : key or list of keys, default=None
            Which of several series to forecast; by default all.
        intervals : {"conformal", "adaptive"}, default="conformal"
            ``"adaptive"``: levels are corrected by the share of the calibration rows that intervals
            missed, those of `update` included (adaptive conformal inference).
        history : array-like, series or frame, default=None
            Rows to forecast from in place of those known, at least `min_rows_` of each series,
            known or new; the forecaster stays as it is, so that many may ask it at once. The
            transformer of a new series is fitted to these rows. Intervals are those of the errors
            in them, or of other series if they are few; too narrow if training has seen them.
        history_exog : array-like or frame, default=None
            Exogenous columns of the same rows, as in `fit`.

        Returns
        -------
        forecast : DataFrame
            Its index continues that of the series; several series are below each other. Its
            columns are ``prediction``, with `level` also ``lower`` and ``upper`` (``lower_0.8``
            and so on for a list). Of several columns a first level of the columns tells which. A
            single `level` is remembered in ``forecast.attrs``, for displays.

        Raises
        ------
        ValueError
            If rows or columns of `exog` are missing, a level takes more calibration rows than there
            are, or a series is unknown or not in `history`; or if none of those asked for can be
            forecast, for it has too few rows, or missing steps in its newest window.

        Warns
        -----
        UserWarning
            If some of several series cannot be forecast, and are NaN, or have fewer rows than any
            window of training; the inverse of `transformer` makes no number of a forecast; or by
            ``strategy="auto"`` several rows are forecast one by one, and exogenous columns are not
            known in advance.
        """
        check_is_fitted(self)
        steps = self._as_fitted().horizon if steps is None else check_count(steps, "steps")
        levels = check_levels(level)
        seen, paths, labels = beginning(self, steps, exog, series, history, history_exog)
        forecasts = seen._model.forecast(paths, steps)
        bounds = bounds_of_forecasts(seen, paths, forecasts, levels, intervals)
        quantities = {
            path.history.key: {"prediction": forecast} | bounds[path.history.key]
            for path, (forecast,) in zip(paths, forecasts, strict=True)
        }
        forecast = frame_of_forecasts(quantities, labels, self._known)
        if isinstance(level, Real):
            forecast.attrs["level"] = float(level)
        return forecast

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")
