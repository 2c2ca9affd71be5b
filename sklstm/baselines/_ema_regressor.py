"""The exponentially weighted mean of the window: `EMARegressor`."""

from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from sklstm._warn import warn_user

from ._window_baseline import WindowBaseline, newest_values

_NO_WEIGHT = 1e-3
_MOST_LEFT_OUT = 0.1  # weight of what is before a window; more is warned of


class EMARegressor(WindowBaseline):
    r"""Predict the exponential moving average of the window's observed values.

    .. math:: S_i = \alpha x_i + (1 - \alpha) S_{i-1}, \qquad \hat y_t = S_t

    Parameters
    ----------
    alpha : float in (0, 1], default=0.5
        Weight of the newest value; 1 predicts the last value.
    initial : float or "first", default="first"
        :math:`S` before the window's first observed step. ``"first"``: the value of that step, so
        that the mean begins with it.
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
    ExponentialSmoother : Smooths a whole series by such a mean.
    SMARegressor : All values weigh the same.

    Notes
    -----
    Missing steps (all features NaN) are skipped, as if they were not there. The mean goes back to
    the beginning of the window, where what came before weighs :math:`(1 - \alpha)^n` after
    :math:`n` steps: a lookback of 10 is as good as the whole series for ``alpha=0.5``, to about
    0.1 %. With ``initial="first"`` the first step of the window has that weight in place of what
    came before; more than 10 % are warned of.

    References
    ----------
    R. G. Brown, "Exponential Smoothing for Predicting Demand", Arthur D. Little Inc., 1956.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import EMARegressor
    >>> windows = np.array([[np.nan, 1.0, 2.0, 4.0], [1.0, 2.0, 6.0, 4.0]])
    >>> EMARegressor(alpha=0.5).fit(windows, [4.0, 5.0]).predict(windows)
    array([2.75 , 3.875])
    """

    _parameter_constraints = {
        **WindowBaseline._parameter_constraints,
        "alpha": [Interval(Real, 0, 1, closed="right")],
        "initial": [StrOptions({"first"}), Interval(Real, None, None, closed="neither")],
    }

    def __init__(
        self, alpha: float = 0.5, *, initial: str | float = "first", target_feature: int | str = 0
    ) -> None:
        self.alpha = alpha
        self.initial = initial
        self.target_feature = target_feature

    @property
    def _n_rows_read(self) -> int:
        """How many of the newest rows of a window count: older ones weigh less than 0.1 %."""
        if self.alpha == 1:
            return 1
        return int(np.ceil(np.log(_NO_WEIGHT) / np.log1p(-float(self.alpha))))

    def _warn_of_short_windows(self, n_timesteps):
        weight = (1.0 - float(self.alpha)) ** n_timesteps
        if self.initial == "first" and weight > _MOST_LEFT_OUT:
            warn_user(
                f"alpha={self.alpha} gives what came before {n_timesteps} steps a weight of "
                f"{weight:.0%}, and the windows of X have n_timesteps={n_timesteps}: their first "
                f"step stands for it. Give windows {self._n_rows_read} steps "
                f"(lookback={self._n_rows_read}), or take a larger alpha."
            )

    def _forecast(self, values, window_set):
        lengths = window_set.lengths
        before = np.nan if self.initial == "first" else float(self.initial)
        state = np.full(len(window_set), before)
        # From the oldest step of the longest window on; shorter ones join in at their first.
        for lag in range(lengths.max() - 1, -1, -1):
            value = newest_values(window_set, self._position, lag)
            smoothed = self.alpha * value + (1.0 - self.alpha) * state
            smoothed = np.where(np.isnan(state), value, smoothed)
            state = np.where(lag < lengths, smoothed, state)
        return state[:, np.newaxis]
