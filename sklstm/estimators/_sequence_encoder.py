"""States of a network as features for other models: `SequenceEncoder`."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    MetaEstimatorMixin,
    TransformerMixin,
    _fit_context,
    clone,
)
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    _routing_enabled,
    process_routing,
)
from sklearn.utils.validation import check_is_fitted

from sklstm.data import features_of_steps
from sklstm.persistence import SavedStateMixin

_NAMES = ("n_features_in_", "feature_names_in_", "window_shape_")


class SequenceEncoder(
    ClassNamePrefixFeaturesOutMixin,
    MetaEstimatorMixin,
    TransformerMixin,
    SavedStateMixin,
    BaseEstimator,
):
    """Turn windows into the states that a recurrent network ends in, as features.

    A recurrent network reads a window into a state, and its linear head reads the prediction off
    that state. This transformer trains such a network and returns the states, one row a window,
    so that any other model can take the place of the head.

    Parameters
    ----------
    estimator : recurrent regressor or classifier
        What is trained. A network that is fitted already is taken as it is inside a
        `~sklearn.frozen.FrozenEstimator`; `fit` then needs no `y`.

    Attributes
    ----------
    estimator_ : estimator
        The fitted estimator.
    n_features_in_ : int
        Features of each step; for two-dimensional `X` its number of columns.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame.
    window_shape_ : tuple of (int, int)
        Steps and features of the windows that the network was fitted to.

    See Also
    --------
    GateDisplay : Draws the states of all steps of a window.
    sklearn.feature_selection.SelectFromModel : Another transformer around an estimator.

    Notes
    -----
    The states are those of the last layer after the last observed step of a window. Of a
    bidirectional network those of the direction that reads backwards, after the first step, stand
    to the right of them.

    States of a network that predicts changes say nothing of the values that change. So
    ``differencing="auto"`` of the network means ``"never"`` here.

    In a pipeline the model behind the encoder learns from states of windows whose targets the
    network has learned from. If the network has memorised them, these states look better
    than those of new windows: score such a pipeline on rows that neither has seen, as
    cross-validation of the whole pipeline does.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklstm import GRURegressor, SequenceEncoder, SequenceWindower, forecast_pairs
    >>> wave = np.sin(np.arange(300) / 5).reshape(-1, 1)
    >>> X, y = forecast_pairs(wave, horizon=3)
    >>> model = make_pipeline(
    ...     SequenceWindower(lookback=12),
    ...     SequenceEncoder(GRURegressor(hidden_size=8, max_epochs=30, random_state=0)),
    ...     Ridge(),
    ... )
    >>> model.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9
    True
    >>> model[:-1].transform(X[200:]).shape
    (97, 8)
    """

    _parameter_constraints = {"estimator": [HasMethods(["fit", "gate_activations"])]}
    _saved_together = ("estimator_", "n_features_in_", "window_shape_")

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: ArrayLike, y: Any = None, **fit_params: Any) -> Self:
        """Train a clone of the network.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows, oldest step first, in any form that the network takes.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            What the network learns to predict; only a frozen network does without.
        **fit_params : dict
            Given to the ``fit`` of the network, such as ``sample_weight`` or ``groups``; with
            metadata routing enabled, those that it requests.

        Returns
        -------
        self : SequenceEncoder
            The fitted transformer.

        Raises
        ------
        ValueError
            If `X` or `y` is not as the network takes it.
        """
        network = clone(self.estimator)
        if network.get_params().get("differencing") == "auto":
            # A state says what is added to the newest value, which no other model would know.
            network.set_params(differencing="never")
        if fit_params and _routing_enabled():
            fit_params = process_routing(self, "fit", **fit_params).estimator["fit"]
        fitted = network.fit(X, y, **fit_params)
        if hasattr(self, "feature_names_in_"):
            del self.feature_names_in_  # of an earlier fit
        self.estimator_ = fitted
        for name in _NAMES:
            if hasattr(fitted, name):
                setattr(self, name, getattr(fitted, name))
        return self

    def transform(self, X: ArrayLike) -> NDArray:
        """Return the states at the end of each window.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`. With three axes their number of steps may differ.

        Returns
        -------
        states : ndarray or dataframe of shape (n_samples, state_size)
            As many columns as the last layer has units, twice as many of a bidirectional network;
            in the precision of its weights. A row does not depend on the other ones.
        """
        check_is_fitted(self)
        return self.estimator_._last_states(X)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Return the names of the columns, such as ``sequenceencoder0``.

        Parameters
        ----------
        input_features : array-like of str, optional
            Names of the features, or of all steps of them; those seen in `fit` by default.

        Returns
        -------
        names : ndarray of shape (state_size,), object
            The class, and a number for each unit.
        """
        check_is_fitted(self)
        return super().get_feature_names_out(features_of_steps(self, input_features))

    def get_metadata_routing(self) -> MetadataRouter:
        """Return which metadata go to the network.

        Returns
        -------
        routing : MetadataRouter
            The network's requests for `fit`.
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        return MetadataRouter(owner=self).add(estimator=self.estimator, method_mapping=mapping)

    @property
    def _n_features_out(self):
        return self.estimator_._spec.state_size

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = inner.input_tags
        tags.target_tags = inner.target_tags
        tags.non_deterministic = inner.non_deterministic
        tags.transformer_tags.preserves_dtype = []
        return tags
