"""The base of the recurrent regressors."""

from functools import partial

import numpy as np
from sklearn.base import RegressorMixin, _fit_context
from sklearn.callback import with_callbacks
from sklearn.metrics import d2_pinball_score, r2_score
from sklearn.utils.validation import check_is_fitted

from sklstm.data import WindowSet, observed_steps
from sklstm.losses import Quantile

from ._constraints import REGRESSOR, SHARED
from ._differencing import is_differenced, newest_values
from ._recurrent_base import RecurrentBase
from ._regression_targets import RegressionTargetsMixin
from ._step_outputs import outputs_of_last_steps, outputs_of_steps


class RecurrentRegressor(RegressorMixin, RegressionTargetsMixin, RecurrentBase):
    """Base of the recurrent regressors: targets are real numbers, standardised inside."""

    _parameter_constraints = SHARED | REGRESSOR
    _levels = None  # of several quantiles, as fitted
    _saved_together = (
        *RecurrentBase._saved_together, "target_mean_", "target_scale_", "_one_dimensional",
        "differenced_targets_", "differenced_features_",
    )  # fmt: skip

    def __init__(
        self,
        hidden_size=32,
        *,
        num_layers=1,
        bidirectional=False,
        dropout=0.0,
        recurrent_dropout=0.0,
        activation="tanh",
        peephole=False,
        embedding_dim=None,
        init_scale=0.5,
        differencing="auto",
        output="last",
        loss="squared_error",
        quantile=0.5,
        optimizer="adam",
        learning_rate=0.005,
        weight_decay="auto",
        max_grad_norm=1.0,
        batch_size=64,
        max_epochs=100,
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
        self.peephole = peephole
        self.embedding_dim = embedding_dim
        self.init_scale = init_scale
        self.differencing = differencing
        self.output = output
        self.loss = loss
        self.quantile = quantile
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.max_grad_norm = max_grad_norm
        self.batch_size = batch_size
        self.max_epochs = max_epochs
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

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None, X_val=None, y_val=None, sample_weight_val=None):
        """Train on windows and their targets.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows, oldest step first; steps that are NaN are skipped. Also (n_samples,
            n_timesteps) for one feature, and flat frames with columns such as ``close@t-0``.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What is to be predicted for each window. With ``output="sequence"`` what is to be
            predicted at each of its steps, of shape (n_samples, n_timesteps) or (n_samples,
            n_timesteps, n_outputs); NaN at steps without target.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the loss; all equal by default.
        X_val : array-like or dataframe, default=None
            Windows that ``early_stopping`` looks at in place of the newest ones of `X`, which are
            all trained on then. In a `~sklearn.pipeline.Pipeline` with
            ``transform_input=["X_val"]`` they go through its steps.
        y_val : array-like, default=None
            What is to be predicted for them.
        sample_weight_val : array-like, default=None
            Their weights in the loss.

        Returns
        -------
        self : estimator
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter, `X`, `y` or `sample_weight` is not as described, or training diverges.
        """
        return self._full_fit(X, y, sample_weight, X_val, y_val, sample_weight_val)

    def predict(self, X):
        """Predict the target of each window, or of each of its steps.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`. With three axes their number of steps may differ.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            One prediction for each window, in the units of the target. With ``output="sequence"``
            one for each step, NaN where it is missing: (n_samples, n_timesteps) or (n_samples,
            n_timesteps, n_outputs). A last axis of quantiles follows if `quantile` is a list.

        Notes
        -----
        `output` may be changed after `fit`. What was fitted with ``"sequence"`` then predicts the
        last observed step alone. What was fitted with ``"last"`` predicts every step as if it was
        the last; if it reads backwards too, it has not learned to do so at any but the first.
        """
        of_steps = self._every_step
        output, newest = self._output_of_steps(X) if of_steps else self._output_of_windows(X)
        mean, scale, levels = self.target_mean_, self.target_scale_, self._levels
        if newest is not None:
            mean = mean + newest
        if levels is None:
            predicted = output * scale + mean
            return predicted[..., 0] if self._one_dimensional else predicted
        output = output.reshape(*output.shape[:-1], len(scale), len(levels))
        predicted = Quantile(levels).predict(output, mean, scale)
        return predicted[..., 0, :] if self._one_dimensional else predicted

    def score(self, X, y, sample_weight=None):
        """Return how well the targets are predicted, at most 1.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets as in `fit`.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples; of each of its steps, if there is a target for every step.

        Returns
        -------
        score : float
            Coefficient of determination R². With ``output="sequence"`` that of all steps that have
            both target and prediction. If `quantile` is a list, the mean over its levels of the
            share of the pinball loss that is explained (`sklearn.metrics.d2_pinball_score`).
        """
        predicted = self.predict(X)
        if self._every_step:
            y, predicted, sample_weight = observed_steps(y, predicted, sample_weight)
        if self._levels is None:
            return r2_score(y, predicted, sample_weight=sample_weight)
        scores = [
            d2_pinball_score(y, predicted[..., k], sample_weight=sample_weight, alpha=level)
            for k, level in enumerate(self._levels)
        ]
        return float(np.mean(scores))

    def _output_of_steps(self, X):
        """Return the output, and the values of each step that it is relative to, if any."""
        check_is_fitted(self)
        windows = self._check_window_array(X)
        run, window_set = partial(self._run_network, every_step=True), WindowSet.from_array(windows)
        output = outputs_of_steps(windows, window_set, self._spec.n_outputs, run)
        return output, self._newest_values(windows, ...)

    def _output_of_windows(self, X):
        """Return the output, and the newest values that it is relative to, if any."""
        windows = self._windows_to_predict(X)
        newest = self._newest_values(windows.rows, windows.newest_rows[:, np.newaxis])
        if not (self._spec.every_step and self._spec.bidirectional):
            return self._run_network(windows), newest
        # The last step alone: the direction that reads backwards has seen that step only.
        run = partial(self._run_network, every_step=True)
        return outputs_of_last_steps(windows, self._spec.n_outputs, run), newest

    def _newest_values(self, steps, newest):
        features = self.differenced_targets_
        return (
            newest_values(steps[newest, features], features) if is_differenced(features) else None
        )

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, sample_weight=None):
        """Train for one more epoch, going on from the present weights if there are any.

        The first call draws the weights, and standardises by the statistics of its samples.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What is to be predicted for each window. With ``output="sequence"`` what is to be
            predicted at each of its steps, of shape (n_samples, n_timesteps) or (n_samples,
            n_timesteps, n_outputs); NaN at steps without target.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the loss; all equal by default.

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
        return tags
