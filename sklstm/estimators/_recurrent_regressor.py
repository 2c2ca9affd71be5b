"""The base of the recurrent regressors."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import RegressorMixin, _fit_context
from sklearn.callback import with_callbacks
from sklearn.metrics import d2_pinball_score, r2_score

from sklstm._warn import warn_user
from sklstm.data import (
    WindowSet,
    among_all,
    check_same_labels,
    lengths_of_ragged,
    observed_steps,
    observed_targets,
    padded_steps,
)
from sklstm.losses import LOSSES, Loss, make_loss, parameters_of
from sklstm.training import Budget

from ._constraints import REGRESSOR, SHARED
from ._differencing import check_same_differencing
from ._distributional import DistributionalMixin
from ._fitted_state import attribute
from ._gathered import SampleSource
from ._recurrent_base import RecurrentBase
from ._regression_targets import RegressionTargets, read_targets
from ._samples import Names, Samples
from ._steps import align_step_targets

_NO_QUANTILE = 0.5  # the default, which says nothing to other losses
_LOSS = "squared_error"  # of loss="auto", where nothing around it sets another


class RecurrentRegressor(DistributionalMixin, RegressorMixin, RecurrentBase):
    """Base of the recurrent regressors: targets are real numbers, standardised inside."""

    _parameter_constraints = SHARED | REGRESSOR
    _budget = Budget(fewest=5, most=100, decays=False)
    _saved_classes = (*RecurrentBase._saved_classes, RegressionTargets, *LOSSES.values())

    hidden_size_ = attribute("network.spec.hidden_size")
    target_mean_ = attribute("targets.mean")
    target_scale_ = attribute("targets.scale")
    differenced_targets_ = attribute("targets.differenced")
    differenced_features_ = attribute("inputs.differenced")

    def __init__(
        self,
        hidden_size="auto",
        *,
        num_layers=1,
        bidirectional=False,
        dropout=0.0,
        recurrent_dropout=0.0,
        activation="tanh",
        embedding_dim=None,
        patch_size=1,
        pooling="last",
        init_scale=0.5,
        differencing="auto",
        output="last",
        loss="auto",
        quantile=0.5,
        optimizer="adam",
        learning_rate=0.005,
        learning_rate_schedule="auto",
        weight_decay="auto",
        max_grad_norm=1.0,
        batch_size=64,
        max_epochs="auto",
        samples_per_epoch=None,
        shuffle=True,
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change=10,
        tol=1e-4,
        warm_start=False,
        callbacks=None,
        device="cpu",
        engine="auto",
        random_state=None,
        verbose=False,
    ):
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.activation = activation
        self.embedding_dim = embedding_dim
        self.patch_size = patch_size
        self.pooling = pooling
        self.init_scale = init_scale
        self.differencing = differencing
        self.output = output
        self.loss = loss
        self.quantile = quantile
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.weight_decay = weight_decay
        self.max_grad_norm = max_grad_norm
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.samples_per_epoch = samples_per_epoch
        self.shuffle = shuffle
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.device = device
        self.engine = engine
        self.random_state = random_state
        self.verbose = verbose

    @property
    def loss_(self) -> str:
        """Loss function that training has minimised."""
        return self._fitted.targets.loss.name

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Train on windows and their targets.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows, oldest step first; steps that are NaN are skipped. Also (n_samples,
            n_timesteps) for one feature, and flat frames with columns such as ``close@t-0``.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What is to be predicted for each window; NaN, or masked, where a window has no target,
            which then counts like one of weight zero. With ``output="sequence"`` what is to be
            predicted at each of its steps, of shape (n_samples, n_timesteps) or (n_samples,
            n_timesteps, n_outputs); NaN at steps without target. Sequences of unequal length may
            have a list of arrays.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the loss; all equal by default. With ``output="sequence"``
            also of shape (n_samples, n_timesteps), one for each step.
        X_val : array-like or dataframe, default=None
            Windows that ``early_stopping`` looks at in place of the newest ones of `X`, which are
            all trained on then. In a `~sklearn.pipeline.Pipeline` with
            ``transform_input=["X_val"]`` they go through its steps.
        y_val : array-like, default=None
            What is to be predicted for them.
        sample_weight_val : array-like, default=None
            Their weights in the loss.
        groups : array-like of shape (n_samples,), default=None
            Label of the group of each sample, such as a patient or a machine: ``early_stopping``
            holds out whole groups. Metadata routing passes them on after
            ``set_fit_request(groups=True)``.

        Returns
        -------
        self : estimator
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter, `X`, `y` or `sample_weight` is not as described, or training diverges.
        """
        held_out = X_val, y_val, sample_weight_val
        return self._fit(X, y, sample_weight, held_out, keep=self.warm_start, groups=groups)

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def _fit_gathered(self, source: SampleSource, X_val: Any = None, y_val: Any = None) -> Self:
        """Train on the samples of a source."""
        held_out = X_val, y_val, None
        return self._fit(None, None, None, held_out, keep=self.warm_start, source=source)

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """Predict the target of each window, or of each of its steps.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`. With three axes their number of steps may differ.
        return_std : bool, default=False
            Whether to return the standard deviation of the predicted distribution, too. It takes a
            likelihood as `loss`.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            One prediction for each window, in the units of the target. With ``output="sequence"``
            one for each step, NaN where it is missing: (n_samples, n_timesteps) or (n_samples,
            n_timesteps, n_outputs). A last axis of quantiles follows if `quantile` is a list. With
            a likelihood it is the mean of the distribution. NaN for a window without an observed
            step, such as one within an outage.
        y_std : ndarray of the shape of `y`
            Only returned if `return_std` is true.

        Notes
        -----
        `output` may be changed after `fit`. What was fitted with ``"sequence"`` then predicts the
        last observed step alone. What was fitted with ``"last"`` predicts every step as if it was
        the last; if it reads backwards too, it has not learned to do so at any but the first.
        """
        output, newest = self._outputs(X)
        if return_std:
            return self._with_std(output, newest)
        return self._fitted.targets.predicted(output, newest)

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return how well the targets are predicted, at most 1.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets as in `fit`; rows without a target, or without a prediction, are left out.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples; of each of its steps, if there is a target for every step.

        Returns
        -------
        score : float
            Coefficient of determination R². With ``output="sequence"`` that of all steps that have
            both target and prediction. If `quantile` is a list, the mean over its levels of the
            share of the pinball loss that is explained (`sklearn.metrics.d2_pinball_score`).
        """
        check_same_labels({"X": X, "y": y, "sample_weight": sample_weight})
        predicted = self.predict(X)
        if self._every_step:
            place = self._check_window_array(X), lengths_of_ragged(X)
            y = padded_steps(y, *place, "y", numeric=True)
            sample_weight = padded_steps(sample_weight, *place, "sample_weight", numeric=True)
            y, predicted, sample_weight = observed_steps(y, predicted, sample_weight)
        else:
            y, predicted, sample_weight = observed_targets(y, predicted, sample_weight)
        levels = self._fitted.targets.levels
        if levels is None:
            return r2_score(y, predicted, sample_weight=sample_weight)
        scores = [
            d2_pinball_score(y, predicted[..., k], sample_weight=sample_weight, alpha=level)
            for k, level in enumerate(levels)
        ]
        return float(np.mean(scores))

    def _outputs(self, X: Any) -> tuple[np.ndarray, np.ndarray | None]:
        """Return outputs of the network, and what is to be added to predictions.

        NaN for windows without an observed step.
        """
        array = self._check_window_array(X)
        windows, observed = WindowSet.of_observed(array)
        targets, array_observed = self._fitted.targets, array
        if self._every_step and observed is not None:
            array_observed = array[observed]
        output = self._run_at_steps(array_observed, windows)
        if self._every_step:
            newest = targets.newest_values(array_observed, ...)
        else:
            newest = targets.newest_values(windows.rows, windows.newest_rows[:, np.newaxis])
        if newest is not None:
            newest = among_all(newest, observed, len(array))
        return among_all(output, observed, len(array)), newest

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Train for one more epoch, continuing from the present weights if there are any.

        The first call draws the weights. Data are standardised by the statistics of all samples
        so far; when these change, the weights of the network change with them, so that its
        function does not, once 32 samples have come.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What is to be predicted for each window; NaN, or masked, where a window has no target,
            which then counts like one of weight zero. With ``output="sequence"`` what is to be
            predicted at each of its steps, of shape (n_samples, n_timesteps) or (n_samples,
            n_timesteps, n_outputs); NaN at steps without target. Sequences of unequal length may
            have a list of arrays.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the loss; all equal by default. With ``output="sequence"``
            also of shape (n_samples, n_timesteps), one for each step. The loss is a weighted mean:
            weights that are all equal change no step of the optimizer, only how much the call
            counts in the statistics.

        Returns
        -------
        self : estimator
            The estimator.

        Raises
        ------
        ValueError
            If ``early_stopping=True``, as one epoch has nothing to stop, or input is not as in
            `fit`.
        """
        return self._partial_fit(X, y, sample_weight)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        loss = LOSSES.get(self.loss) if isinstance(self.loss, str) else None
        tags.target_tags.positive_only = loss is not None and not loss.shifts_targets
        return tags

    def _read_targets(
        self,
        y: Any,
        windows: tuple[np.ndarray, WindowSet],
        *,
        fitted: RegressionTargets | None,
        labels: Any,
        names: Names,
    ) -> tuple[Any, bool]:
        targets, one_dimensional = read_targets(
            y, every_step=self._every_step, estimator=self, names=names
        )
        if fitted is not None and targets.shape[-1] != len(fitted.mean):
            raise ValueError(
                f"y must have {len(fitted.mean)} outputs as in the last fit, got "
                f"{targets.shape[-1]}."
            )
        self._make_loss().check_targets(targets, names.y)
        if self._every_step:
            targets = align_step_targets(targets, *windows, names)
        return targets, one_dimensional

    def _learn_targets(
        self, samples: Samples, labels: bool, fitted: RegressionTargets | None, *, running: bool
    ) -> tuple[RegressionTargets, np.ndarray | None]:
        loss = self._make_loss()
        self._warn_of_unused_quantile(loss)
        possible = loss.shifts_targets and self.embedding_dim is None
        differencing = self.differencing if possible else "never"
        if fitted is not None:
            extended = fitted.extended(samples, loss, running=running)
            if possible:
                check_same_differencing(
                    differencing, fitted.differenced, self.differenced_features_
                )
            return extended, None
        return RegressionTargets.of(
            samples, differencing=differencing, one_dimensional=labels, loss=loss
        )

    def _warn_of_unused_quantile(self, loss: Loss) -> None:
        if self.quantile != _NO_QUANTILE and "quantile" not in parameters_of(loss.name):
            warn_user(
                f"quantile={self.quantile!r} is not used: {type(self).__name__} predicts quantiles "
                f"with loss='quantile', and its loss is {loss.name!r}. Set loss='quantile'; or, "
                "for quantiles of a likelihood such as loss='normal', call predict_quantiles.",
            )

    def _make_loss(self) -> Loss:
        name = _LOSS if self.loss == "auto" else self.loss
        return make_loss(name, **self.get_params(deep=False))
