"""The mean of the last values: `SMARegressor`."""

from numbers import Integral

import numpy as np
from sklearn.utils._param_validation import Interval

from sklstm._warn import warn_user
from sklstm.data import refuse_overflow

from ._window_baseline import WindowBaseline, newest_values


class SMARegressor(WindowBaseline):
    r"""Predict the mean of the last observed values of the window (simple moving average).

    .. math:: \hat y_t = \frac{1}{n} \sum_{i=0}^{n-1} x_{t-i}

    Parameters
    ----------
    window : int, default=26
        Number of values :math:`n`; all of them where a window has fewer observed ones. That no
        window has as many steps is warned of.
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
        Number of columns of `y`. Every one of them is predicted to be the same.

    See Also
    --------
    EMARegressor : Newer values weigh more.
    PersistenceRegressor : The last value itself.

    Notes
    -----
    Missing steps (all features NaN) do not count, wherever they stand.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import SMARegressor
    >>> windows = np.array([[np.nan, 1.0, 2.0], [1.0, 2.0, 6.0]])
    >>> SMARegressor(window=2).fit(windows, [2.0, 6.0]).predict(windows)
    array([1.5, 4. ])
    """

    _parameter_constraints = {
        **WindowBaseline._parameter_constraints,
        "window": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(self, window: int = 26, *, target_feature: int | str = 0) -> None:
        self.window = window
        self.target_feature = target_feature

    @property
    def _n_rows_read(self) -> int:
        """How many of the newest rows of a window count."""
        return int(self.window)

    def _warn_of_short_windows(self, n_timesteps):
        if self.window > n_timesteps:
            warn_user(
                f"window={self.window} asks for the mean of {self.window} values, and the windows "
                f"of X have n_timesteps={n_timesteps}, so that it is the mean of no more. Give "
                f"windows {self.window} steps (lookback={self.window}), or take "
                f"window={n_timesteps}."
            )

    def _forecast(self, values, window_set):
        total = np.zeros(len(window_set))
        # Step by step, so that a sum is the same bits whatever windows are in the batch.
        for lag in range(min(self.window, window_set.lengths.max())):
            value = newest_values(window_set, self._position, lag)
            with refuse_overflow("The sums of windows of X go"):
                total += np.where(lag < window_set.lengths, value, 0.0)
        mean = total / np.minimum(self.window, window_set.lengths)
        return mean[:, np.newaxis]
