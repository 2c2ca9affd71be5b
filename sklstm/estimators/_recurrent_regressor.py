"""The base of the recurrent regressors."""

import numpy as np
from sklearn.base import RegressorMixin, _fit_context
from sklearn.callback import with_callbacks

from sklstm.data import numeric_targets

from ._constraints import REGRESSOR, SHARED
from ._recurrent_base import RecurrentBase
from ._standardisation import standardise, weighted_statistics


class RecurrentRegressor(RegressorMixin, RecurrentBase):
    """Base of the recurrent regressors: targets are real numbers, standardised inside."""

    _parameter_constraints = SHARED | REGRESSOR

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
        loss="squared_error",
        quantile=0.5,
        optimizer="adam",
        learning_rate=0.005,
        weight_decay=0.0,
        max_grad_norm=1.0,
        batch_size=64,
        max_epochs=100,
        shuffle=True,
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change=10,
        tol=1e-4,
        warm_start=False,
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
        self.device = device
        self.engine = engine
        self.random_state = random_state
        self.verbose = verbose

    @property
    def _loss_name(self):
        return self.loss

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Train on windows and their targets.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows, oldest step first; steps that are NaN are skipped. Also (n_samples,
            n_timesteps) for one feature, and flat frames with columns such as ``close@t-0``.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What is to be predicted for each window.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the loss; all equal by default.

        Returns
        -------
        self : estimator
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter, `X`, `y` or `sample_weight` is not as described, or training diverges.
        """
        return self._full_fit(X, y, sample_weight)

    def predict(self, X):
        """Predict the target of each window.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`. With three axes their number of steps may differ.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            One prediction for each window, in the units of the target.
        """
        output = self._output(X) * self.target_scale_ + self.target_mean_
        return output[:, 0] if self._one_dimensional else output

    def _check_targets(self, y, sample_weight, *, go_on, classes):
        targets = numeric_targets(y, estimator=self)
        one_dimensional = targets.ndim == 1
        targets = targets.astype(np.float64).reshape(len(targets), -1)
        if go_on and targets.shape[1] != len(self.target_mean_):
            raise ValueError(
                f"y must have {len(self.target_mean_)} outputs as in the last fit, got "
                f"{targets.shape[1]}."
            )
        return targets, sample_weight, {"_one_dimensional": one_dimensional}

    def _target_attributes(self, training):
        mean, scale = weighted_statistics(training.targets, training.sample_weight)
        return {"target_mean_": mean, "target_scale_": scale}

    def _network_targets(self, targets, attributes, dtype):
        return standardise(targets, attributes["target_mean_"], attributes["target_scale_"], dtype)

    def _n_outputs(self, attributes):
        return len(attributes["target_mean_"])

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
            What is to be predicted for each window.
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
