"""Whether predicted probabilities are met: `ReliabilityDisplay`."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils._optional_dependencies import check_matplotlib_support

from sklstm._whole_numbers import check_count
from sklstm.data import check_same_labels

from ._reliability import (
    coverage_of_backtest,
    coverage_of_quantiles,
    pit_of_distribution,
    pit_of_paths,
    predicted_distribution,
)
from ._reliability_drawing import draw_coverage, draw_histogram
from ._style import axes_to_draw_on

_KINDS = ("coverage", "pit")
_AXES = {
    True: ("Level of the interval", "Share covered"),
    False: ("Level of the quantile", "Share of actual values below"),
}
_LEVELS = tuple(round(0.05 * k, 2) for k in range(1, 20))


class ReliabilityDisplay:
    """Draw predicted probabilities against observed frequencies, or the PIT histogram.

    Of forecasts that are calibrated a share of 0.9 of the actual values lies below the 90 %
    quantile; and the probability integral transform (PIT), the predicted distribution function at
    the actual value, is uniform between 0 and 1. Made by `from_estimator`, `from_predictions`,
    `from_distribution`, `from_paths` or `from_backtest`. All parameters are stored as attributes.

    Parameters
    ----------
    nominal : ndarray of shape (n_levels,)
        Predicted probabilities.
    observed : ndarray of shape (n_levels,)
        Shares of the actual values.
    n_samples : int
        How many actual values they are shares of.
    pit : ndarray of shape (n_samples,), default=None
        The transforms, where a whole distribution was predicted.
    of_intervals : bool, default=False
        Whether probabilities are those of intervals, else those of being below a quantile.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the picture.
    figure_ : matplotlib Figure
        Figure of the axes.
    line_ : matplotlib Line2D
        Observed shares by probability; None for a histogram.
    bars_ : matplotlib BarContainer
        The histogram; None for a line.
    reference_line_ : matplotlib Line2D
        What forecasts that are calibrated have.
    band_ : matplotlib PolyCollection
        Where 95 % of the shares of such forecasts lie, if samples are independent.

    See Also
    --------
    ForecastErrorDisplay : Draws coverage by the number of steps ahead.
    sklearn.calibration.CalibrationDisplay : The same of classifiers.

    Notes
    -----
    A histogram like a U tells of distributions that are too narrow, one like a hill of those that
    are too wide, a slope of a bias. The transform of a count, whose distribution function jumps, is
    drawn at random within the jump (Czado, Gneiting and Held, 2009). The band is that of a binomial
    distribution at each level by itself; errors of several steps ahead depend on each other, and
    leave it more often.

    References
    ----------
    .. [1] T. Gneiting, F. Balabdaoui and A. E. Raftery, "Probabilistic forecasts, calibration and
       sharpness", Journal of the Royal Statistical Society B 69, 2007.
    .. [2] C. Czado, T. Gneiting and L. Held, "Predictive model assessment for count data",
       Biometrics 65, 2009.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.stats import norm
    >>> from sklstm import ReliabilityDisplay
    >>> rng = np.random.default_rng(0)
    >>> mean = rng.normal(size=500)
    >>> y = rng.normal(mean, 1.0)
    >>> display = ReliabilityDisplay.from_distribution(y, norm(mean, 0.5))  # too narrow
    >>> bool(display.observed[0] > display.nominal[0])
    True
    """

    def __init__(self, *, nominal, observed, n_samples, pit=None, of_intervals=False):
        self.nominal = nominal
        self.observed = observed
        self.n_samples = n_samples
        self.pit = pit
        self.of_intervals = of_intervals

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        random_state: Any = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the calibration of a regressor that predicts distributions or quantiles.

        Parameters
        ----------
        estimator : estimator
            A fitted regressor with a likelihood as loss, or with several quantiles, or a pipeline
            that ends in one.
        X : array-like or dataframe
            What it predicts by.
        y : array-like of shape (n_samples,)
            The actual values; missing ones do not count.
        random_state : int, RandomState instance or None, default=None
            Seed of the draws within the jumps of counts.
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : ReliabilityDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If `estimator` is not fitted.
        TypeError
            If it predicts neither distributions nor several quantiles.
        ValueError
            If there is not one actual value for each prediction.
        """
        caller = f"{cls.__name__}.from_estimator"
        check_matplotlib_support(caller)
        check_same_labels({"X": X, "y": y})
        distribution, quantiles, levels = predicted_distribution(estimator, X, caller)
        if distribution is None:
            return cls.from_predictions(y, quantiles, quantiles=levels, ax=ax, **plot_params)
        return cls.from_distribution(
            y, distribution, random_state=random_state, ax=ax, **plot_params
        )

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        quantiles: ArrayLike,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the calibration of quantiles given as numbers.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            Actual values; missing ones do not count.
        y_pred : array-like of shape (n_samples, n_quantiles)
            Predicted quantiles.
        quantiles : array-like of shape (n_quantiles,)
            Their levels, between 0 and 1.
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : ReliabilityDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If shapes do not fit, or a level is not between 0 and 1.
        """
        check_matplotlib_support(f"{cls.__name__}.from_predictions")
        nominal, observed, n_samples = coverage_of_quantiles(y_true, y_pred, quantiles)
        display = cls(nominal=nominal, observed=observed, n_samples=n_samples)
        return display.plot(ax, **plot_params)

    @classmethod
    def from_distribution(
        cls,
        y_true: ArrayLike,
        distribution: Any,
        *,
        random_state: Any = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the calibration of distributions.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            Actual values; missing ones do not count.
        distribution : frozen distribution of scipy.stats
            Of all of them at once, as from `predict_distribution`.
        random_state : int, RandomState instance or None, default=None
            Seed of the draws within the jumps of counts.
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : ReliabilityDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If `distribution` is none.
        ValueError
            If there is not one actual value for each distribution.
        """
        check_matplotlib_support(f"{cls.__name__}.from_distribution")
        return cls._of_pit(pit_of_distribution(y_true, distribution, random_state), ax, plot_params)

    @classmethod
    def from_paths(
        cls,
        y_true: ArrayLike,
        paths: Any,
        *,
        random_state: Any = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the calibration of draws, such as paths of a `Forecaster`.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            Actual values; missing ones do not count.
        paths : array-like or dataframe of shape (n_samples, n_draws)
            Draws of each, as from `Forecaster.sample_paths` or ``sample``.
        random_state : int, RandomState instance or None, default=None
            Seed of the draws that break ties.
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : ReliabilityDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If there is not one actual value for each row of draws.
        """
        check_matplotlib_support(f"{cls.__name__}.from_paths")
        return cls._of_pit(pit_of_paths(y_true, paths, random_state), ax, plot_params)

    @classmethod
    def from_backtest(
        cls, result: Any, *, column: Any = None, ax: Any = None, **plot_params: Any
    ) -> Self:
        """Draw the coverage of the intervals of a backtest against their levels.

        Parameters
        ----------
        result : Bunch
            As from `Forecaster.backtest` with `level`, best a list of several.
        column : str, default=None
            Which column of the series, where there are several.
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : ReliabilityDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If `result` is no result of a backtest.
        ValueError
            If it has no intervals, or no such column.
        """
        check_matplotlib_support(f"{cls.__name__}.from_backtest")
        nominal, observed, n_samples = coverage_of_backtest(result, column)
        display = cls(nominal=nominal, observed=observed, n_samples=n_samples, of_intervals=True)
        return display.plot(ax, **plot_params)

    @classmethod
    def _of_pit(cls, pit, ax, plot_params):
        nominal = np.array(_LEVELS)
        observed = (pit[:, np.newaxis] <= nominal).mean(axis=0)
        display = cls(nominal=nominal, observed=observed, n_samples=len(pit), pit=pit)
        return display.plot(ax, **plot_params)

    def plot(
        self,
        ax: Any = None,
        *,
        kind: str = "coverage",
        n_bins: int = 10,
        name: str | None = None,
        line_kw: dict[str, Any] | None = None,
        reference_kw: dict[str, Any] | None = None,
        bar_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the diagram or the histogram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        kind : {"coverage", "pit"}, default="coverage"
            Observed shares against probabilities, or the histogram of the PIT.
        n_bins : int, default=10
            Bars of the histogram.
        name : str, default=None
            What the legend calls the forecasts; by default "Observed".
        line_kw, reference_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot`.
        bar_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.bar`.

        Returns
        -------
        display : ReliabilityDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If there is no such kind, or no PIT for a histogram.
        """
        if kind not in _KINDS:
            raise ValueError(f"kind={kind!r} is not possible: it takes one of {list(_KINDS)}.")
        if kind == "pit" and self.pit is None:
            raise ValueError(
                "kind='pit' takes a whole distribution or draws; of quantiles and intervals draw "
                "kind='coverage'."
            )
        size = (4.6, 4.4) if kind == "coverage" else (7.2, 4.0)
        self.ax_ = ax = axes_to_draw_on(ax, f"{type(self).__name__}.plot", size)
        self.figure_, self.line_, self.bars_ = ax.figure, None, None
        if kind == "coverage":
            level, share = _AXES[self.of_intervals]
            ax.set(xlabel=level, ylabel=share)
            drawn = draw_coverage(
                ax, self.nominal, self.observed, self.n_samples, name or "Observed",
                line_kw or {}, reference_kw or {},
            )  # fmt: skip
            self.line_, self.reference_line_, self.band_ = drawn
        else:
            n_bins = check_count(n_bins, "n_bins")
            drawn = draw_histogram(
                ax, self.pit, n_bins, name or "Observed", bar_kw or {}, reference_kw or {}
            )
            self.bars_, self.reference_line_, self.band_ = drawn
        return self
