"""What regressors that predict distributions or quantiles have besides `predict`."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sklstm._whole_numbers import check_count
from sklstm.data import plain_values
from sklstm.losses import LOSSES, Likelihood, Loss, Quantile

from ._fitting import draw_seed
from ._regression_targets import RegressionTargets

_USUAL_QUANTILES = (0.1, 0.5, 0.9)


def _served_by(*losses: type[Loss]) -> Callable[[Any], bool]:
    """Return a check whether an estimator has one of these losses: as fitted, or else as set."""

    def check(estimator: Any) -> bool:
        state = vars(estimator).get("_fitted")
        loss = LOSSES.get(estimator.loss) if state is None else type(state.targets.loss)
        if loss is None or not issubclass(loss, losses):
            served = [name for name, other in LOSSES.items() if issubclass(other, losses)]
            raise AttributeError(
                f"it is there with loss={' or '.join(map(repr, served))}, and loss is "
                f"{estimator.loss if state is None else state.targets.loss.name!r}."
            )
        return True

    return check


_with_likelihood = available_if(_served_by(Likelihood))
_with_quantiles = available_if(_served_by(Likelihood, Quantile))


class DistributionalMixin:
    """Methods of regressors whose loss is a likelihood, or quantiles.

    A method that the loss cannot serve is not there, so that `hasattr` tells. The loss is that of
    `fit`, also if the parameter is changed afterwards.
    """

    _outputs: Callable[[Any], tuple[np.ndarray, np.ndarray | None]]
    _fitted: Any

    @_with_likelihood
    def predict_distribution(self, X: ArrayLike) -> Any:
        """Predict the distribution of the target of each window.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.

        Returns
        -------
        distribution : frozen distribution of scipy.stats
            All of them at once: its parameters have the shape of what `predict` returns, in the
            units of the target; NaN at missing steps.

        Notes
        -----
        `scipy.stats.norm`, `scipy.stats.t`, `scipy.stats.laplace`, `scipy.stats.poisson`,
        `scipy.stats.nbinom`, `scipy.stats.gamma` or `scipy.stats.bernoulli`, by the loss; that of
        ``loss="tweedie"`` is the package's own, with the same methods.

        Examples
        --------
        >>> import numpy as np
        >>> from sklstm import LSTMRegressor
        >>> rng = np.random.default_rng(0)
        >>> X = rng.normal(size=(200, 5, 1))
        >>> y = rng.poisson(np.exp(X[:, -1, 0]))
        >>> model = LSTMRegressor(4, loss="poisson", max_epochs=5, random_state=0).fit(X, y)
        >>> distribution = model.predict_distribution(X[:3])
        >>> distribution.sf(0).round(1)  # probabilities of any event at all
        array([0.8, 0.8, 0.7])
        """
        return self._loss_in_use.distribution(self._parameters(X))

    @_with_quantiles
    def predict_quantiles(
        self, X: ArrayLike, quantiles: float | ArrayLike | None = None
    ) -> np.ndarray:
        """Predict quantiles of the target of each window.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        quantiles : float or array-like of shape (n_quantiles,), default=None
            Levels between 0 and 1. With ``loss="quantile"`` they must be among those of
            `quantile`, which None stands for; with a likelihood None stands for 0.1, 0.5 and 0.9.

        Returns
        -------
        predicted : ndarray of shape (..., n_quantiles)
            The axes of what `predict` returns for one value, then that of the quantiles, in the
            order of the levels; without it if `quantiles` is one number. They never cross:
            quantiles of one distribution do not, and those trained by themselves are sorted. Of
            counts a quantile is the smallest count that reaches the level.

        Raises
        ------
        ValueError
            If a level is not between 0 and 1, or was not trained.
        """
        loss = self._loss_in_use
        if quantiles is None:
            quantiles = _USUAL_QUANTILES if isinstance(loss, Likelihood) else loss.constants
        levels = _check_levels(quantiles)
        if isinstance(loss, Likelihood):
            distribution = loss.distribution(self._parameters(X))
            if levels.ndim == 0:
                return distribution.ppf(levels)
            return np.stack([distribution.ppf(level) for level in levels], axis=-1)
        trained = self._targets.predicted(*self._outputs(X))
        if loss.levels is None:
            trained = trained[..., np.newaxis]
        return trained[..., _places(levels, np.array(loss.constants))]

    @_with_quantiles
    def predict_interval(self, X: ArrayLike, level: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
        """Predict an interval that holds the target with a given probability.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        level : float, default=0.9
            Probability between 0 and 1. The target lies below the interval as often as above.
            With ``loss="quantile"`` both quantiles, ``(1 - level) / 2`` and ``(1 + level) / 2``,
            must have been trained.

        Returns
        -------
        lower, upper : ndarray
            Both of the shape of what `predict` returns for one value. Counts may be equal to
            either, and the probability of their interval is at least `level`.

        Raises
        ------
        ValueError
            If `level` is not between 0 and 1, or its quantiles were not trained.
        """
        if not (isinstance(level, Real) and 0 < level < 1):
            raise ValueError(f"level must be a number between 0 and 1, got {level!r}.")
        lower, upper = np.moveaxis(
            self.predict_quantiles(X, [(1 - level) / 2, (1 + level) / 2]), -1, 0
        )
        return lower, upper

    @_with_likelihood
    def sample(self, X: ArrayLike, n_samples: int = 1, random_state: Any = None) -> np.ndarray:
        """Draw from the predicted distribution of each window.

        Draws of different windows, targets and steps are independent.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        n_samples : int, default=1
            Number of draws for each prediction.
        random_state : int, RandomState instance or None, default=None
            Seed of the draws; None draws a new one.

        Returns
        -------
        draws : ndarray of shape (..., n_samples)
            The axes of what `predict` returns, then that of the draws; NaN at missing steps.

        Raises
        ------
        ValueError
            If `n_samples` is no whole number from 1 on.
        """
        n_samples = check_count(n_samples, "n_samples")
        rng = np.random.default_rng(draw_seed(random_state))
        return self._loss_in_use.draw(self._parameters(X), n_samples, rng)

    def _with_std(self, output: np.ndarray, newest: np.ndarray | None) -> tuple[Any, Any]:
        """Return means and standard deviations."""
        loss, targets = self._loss_in_use, self._targets
        if not isinstance(loss, Likelihood):
            raise ValueError(
                "return_std=True takes a likelihood as loss, such as 'normal', which has a "
                f"standard deviation. This estimator was fitted with loss={loss.name!r}."
            )
        distribution = loss.distribution(targets.parameters(output, newest))
        return targets.predicted(output, newest), distribution.std()

    @property
    def _targets(self) -> RegressionTargets:
        check_is_fitted(self)
        return self._fitted.targets

    @property
    def _loss_in_use(self) -> Any:
        return self._targets.loss

    def _parameters(self, X: ArrayLike) -> dict[str, np.ndarray]:
        """Return the parameters of the distributions in the units of the targets."""
        outputs = self._outputs(X)
        return self._targets.parameters(*outputs)


def _check_levels(quantiles: Any) -> np.ndarray:
    """Return levels as doubles, refusing what is not between 0 and 1."""
    try:
        levels = np.asarray(plain_values(quantiles))
        levels = levels.astype(np.float64) if levels.dtype.kind in "fiuO" else np.empty(0)
    except (OverflowError, TypeError, ValueError):
        levels = np.empty(0)
    if levels.ndim > 1 or not levels.size or not ((levels > 0) & (levels < 1)).all():
        raise ValueError(
            "quantiles must be a number between 0 and 1, or a list of such numbers. "
            f"Got {quantiles!r}."
        )
    return levels


def _places(levels: np.ndarray, trained: np.ndarray) -> np.ndarray:
    """Return which of the trained levels these are."""
    same = np.isclose(levels[..., np.newaxis], trained, rtol=0, atol=1e-9)
    if not same.any(axis=-1).all():
        raise ValueError(
            f"quantiles {np.round(levels, 9).tolist()} are asked for, and only "
            f"{trained.tolist()} were trained. Give quantile the levels that you need, or take a "
            "likelihood as loss, such as 'normal', which has all of them."
        )
    return same.argmax(axis=-1)
