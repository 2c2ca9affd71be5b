"""The value one season before: `PersistenceRegressor`."""

from numbers import Integral

import numpy as np
from sklearn.utils._param_validation import Interval

from sklstm._warn import warn_user

from ._window_baseline import WindowBaseline, newest_values


class PersistenceRegressor(WindowBaseline):
    r"""Predict the last known value of the same season (naive forecast).

    What lies `horizon` = :math:`h` rows ahead is predicted by the value a whole number of seasons
    of :math:`m` rows before it, the smallest number that is known already:

    .. math:: \hat y_t = x_{t + h - m \lceil h / m \rceil}

    With ``season=1`` that is the last value of the window, whatever the horizon.

    Parameters
    ----------
    season : int, default=1
        Number of rows in a season, :math:`m`: 7 for the week of a daily series.
    horizon : int or list of int, default=1
        How many rows after the end of the window the target lies, as in `forecast_pairs`. A list
        has one for each column of `y`. With a season a single one for several columns is warned of.
    target_feature : int or str, default=0
        Which feature is predicted: its position, or its name in a flat frame of windows.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns of two-dimensional `X`, of features of each step of three-dimensional.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame.
    window_shape_ : tuple of (int, int)
        Number of steps and of features of each step of the windows seen in `fit`.
    n_outputs_ : int
        Number of columns of `y`. With one `horizon` all of them are predicted to be the same.

    See Also
    --------
    mean_absolute_scaled_error : The error in units of that of this forecast.

    Notes
    -----
    Seasons are counted by place in the window, so that a missing step (all features NaN) still
    takes its time. Where the value to be repeated is missing, the one a season before it is taken,
    and so on; where the window holds none of that season (the first rows of a series), its last
    observed value, whatever its season.

    References
    ----------
    R. J. Hyndman and G. Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, 2021,
    section 5.2.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import PersistenceRegressor
    >>> windows = np.array([[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]])
    >>> PersistenceRegressor().fit(windows, [4.0, 5.0]).predict(windows)
    array([3., 4.])
    >>> PersistenceRegressor(season=3).fit(windows, [4.0, 5.0]).predict(windows)
    array([1., 2.])
    """

    _parameter_constraints = {
        **WindowBaseline._parameter_constraints,
        "season": [Interval(Integral, 1, None, closed="left")],
        "horizon": [Interval(Integral, 1, None, closed="left"), list, tuple],
    }

    def __init__(
        self, season: int = 1, *, horizon: int | list[int] = 1, target_feature: int | str = 0
    ) -> None:
        self.season = season
        self.horizon = horizon
        self.target_feature = target_feature

    def _forecast(self, values, window_set):
        last = newest_values(window_set, self._position, 0)
        return np.stack([self._repeat(values, lag, last) for lag in self._lags()], axis=1)

    def _repeat(self, values, lag, last):
        """Return the values `lag` steps before the last, or whole seasons before, or `last`."""
        forecast = np.full(len(values), np.nan)
        for step in range(values.shape[1] - 1 - lag, -1, -self.season):
            forecast = np.where(np.isnan(forecast), values[:, step], forecast)
            if not np.isnan(forecast).any():
                break
        return np.where(np.isnan(forecast), last, forecast)

    def _lags(self):
        """Return, for every horizon, how long before the last step the value to be repeated is."""
        horizons = self.horizon if isinstance(self.horizon, list | tuple) else [self.horizon]
        return [-ahead % self.season for ahead in horizons]

    @property
    def _n_rows_read(self) -> int:
        """How many of the newest rows of a window count, of values that may be missing."""
        if isinstance(self.horizon, list | tuple):
            _check_horizons(self.horizon)
        return 1 + max(self._lags(), default=0) + (self.season if self.season > 1 else 0)

    def _check_lookback(self, n_timesteps):
        needed = 1 + max(self._lags())
        if needed > n_timesteps:
            raise ValueError(
                f"season={self.season!r} with horizon={self.horizon!r} repeats the value at step "
                f"-{needed} of the window, so it takes a lookback of at least {needed}; X has "
                f"windows of {n_timesteps} steps."
            )

    def _check_targets(self, y):
        y = super()._check_targets(y)
        n_outputs = 1 if y.ndim == 1 else y.shape[1]
        if isinstance(self.horizon, list | tuple):
            _check_horizons(self.horizon)
            _check_number(self.horizon, n_outputs)
        elif self.season > 1 and n_outputs > 1:
            warn_user(
                f"y has {n_outputs} columns, and horizon={self.horizon!r} predicts the same for "
                "all of them. Where they lie different numbers of rows ahead, give horizon a list, "
                f"such as {list(range(1, min(n_outputs, 3) + 1))} for the first ones."
            )
        return y


def _check_horizons(horizons):
    for ahead in horizons:
        if not isinstance(ahead, Integral) or isinstance(ahead, bool) or ahead < 1:
            raise ValueError(
                f"horizon={horizons!r} is not possible: it takes integers of at least 1."
            )


def _check_number(horizons, n_outputs):
    if len(horizons) != n_outputs:
        raise ValueError(
            f"horizon={horizons!r} must have one number for each column of y, which has "
            f"{n_outputs}."
        )
