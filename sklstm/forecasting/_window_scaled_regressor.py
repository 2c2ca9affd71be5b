"""Targets scaled by the statistics of their own windows: `WindowScaledRegressor`."""

from contextlib import contextmanager, nullcontext
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, RegressorMixin, _fit_context, clone
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.metrics import d2_pinball_score, r2_score
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods, StrOptions
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    _routing_enabled,
    process_routing,
)
from sklearn.utils.validation import check_is_fitted

from sklstm.data import (
    WindowSet,
    WindowsInputMixin,
    among_all,
    as_numbers,
    as_windows,
    check_same_labels,
    check_same_length,
    observed_steps,
    observed_targets,
    position_of_feature,
    refuse_nothing_observed,
    refuse_partly_missing_targets,
    step_features,
    warn_of_another_target,
)
from sklstm.meta_estimators import takes_windows
from sklstm.persistence import SavedStateMixin
from sklstm.preprocessing import SCALINGS, Representation, WindowScaler

from ._abilities import takes_step_targets, train_in_scale
from ._fitted_scaler import fitted_scaler
from ._parameter_inside import parameter_inside
from ._scaled_windows import (
    ScaledWindows,
    are_scaled_at_once,
    gathered,
    join_parts,
    parts_of,
)
from ._scaling import Scaling
from ._target_scale import TargetScale
from ._window_scaled_distributions import (
    ScaledDistributionsMixin,
    refuse_unscalable,
    with_std_scaled_back,
)
from ._window_scaled_rows import newest_apart, rows_there, validation_windows


class WindowScaledRegressor(
    ScaledDistributionsMixin,
    WindowsInputMixin,
    CallbackSupportMixin,
    MetaEstimatorMixin,
    RegressorMixin,
    SavedStateMixin,
    BaseEstimator,
):
    """Scale every window and its target by the window's own statistics, and predictions back.

    A share that has doubled moves twice as far as before. Seen relative to the newest price its
    moves are the same, and so a network can learn from old windows what it needs for prices never
    seen. A step of a pipeline scales windows, but cannot scale the targets with them: so this
    estimator does both, trains a regressor on the scaled pairs, and puts its predictions back.

    Parameters
    ----------
    regressor : estimator
        Any regressor of scikit-learn's. It is given windows of three axes if its tags say that it
        takes them, else flat ones of shape (n_samples, n_timesteps * n_features).
    scaler : WindowScaler, str or list of str, default=None
        How windows are scaled; by default ``WindowScaler("last")``, which divides by the
        newest value. Then multiplying a series by a positive number multiplies the predictions.
        ``"auto"`` chooses a representation by the newest training windows, as a `Forecaster` does;
        its names force one: ``"difference"`` subtracts the newest value of a window, ``"standard"``
        its mean, ``"level"`` nothing; ``"standard"`` and ``"scaled_difference"`` divide by its
        standard deviation; ``"ratio"`` is the difference over the newest value. ``"log_"`` in
        front of any name but this takes logarithms before. Both take positive training windows, and
        later values of zero or less count as half of the smallest positive one, of training or of
        the window. A list has a name for each feature.
    target_feature : int or str, default=0
        Feature that the target is a later value of. Its statistics scale the target.

    Attributes
    ----------
    regressor_ : estimator
        The fitted regressor of scaled windows and targets.
    scaler_ : WindowScaler or object
        The fitted scaler; of names, what has their bounds, and a method ``transform`` as well.
    scaling_ : str, list of str or None
        Names of what scales windows, by feature; None for a `WindowScaler`.
    scaling_scores_ : dict, list of dict or None
        Mean absolute error of each candidate, over the mean absolute change, by feature; empty if
        there was no choice.
    n_features_in_ : int
        Number of features of each step; of columns, if `fit` saw a flat frame.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame.
    window_shape_ : tuple of (int, int)
        Numbers of steps and features of the windows in `fit`.

    See Also
    --------
    WindowScaler : Scales windows alone.
    sklearn.compose.TransformedTargetRegressor : Scales targets alone, all alike.

    Notes
    -----
    The target of window ``i`` is scaled to ``(y[i] - center[i]) / scale[i]`` by the statistics of
    the target feature in this window, all outputs alike. Weights of samples are those of scaled
    errors. Dividing by a negative value turns the order of numbers round, and so the levels of
    quantiles: for series that may be negative, quantiles want ``WindowScaler("standard")``.

    More than four million values are handed to a recurrent regressor a few windows at a time,
    unless samples have weights or a target at every step. It then takes the moments for
    standardisation from 32,768 windows drawn at random, and ``early_stopping`` looks at as many of
    the newest.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import Ridge
    >>> from sklstm import WindowScaledRegressor
    >>> growing = 1.1 ** np.arange(20.0)
    >>> windows = np.lib.stride_tricks.sliding_window_view(growing, 3)[:-1]
    >>> model = WindowScaledRegressor(Ridge(1e-9)).fit(windows[:10], growing[3:13])
    >>> np.allclose(model.predict(windows[10:]), growing[13:])  # values never seen
    True

    >>> noisy = 1.02 ** np.arange(300) * np.random.default_rng(0).normal(1.0, 0.05, size=300)
    >>> windows = np.lib.stride_tricks.sliding_window_view(noisy, 5)[:-1]
    >>> WindowScaledRegressor(Ridge(), "auto").fit(windows, noisy[5:]).scaling_
    'ratio'
    """

    _parameter_constraints = {
        "regressor": [HasMethods(["fit"])],
        "scaler": [WindowScaler, StrOptions({"auto", *SCALINGS}), list, tuple, None],
        "target_feature": [Integral, str],
    }
    _saved_classes = (Scaling, Representation)
    _saved_together = (
        "regressor_", "scaler_", "_position", "_flat", "n_features_in_", "window_shape_",
        "_fitted_on_columns",
    )  # fmt: skip

    def __init__(self, regressor, scaler=None, *, target_feature=0):
        self.regressor = regressor
        self.scaler = scaler
        self.target_feature = target_feature

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, **fit_params):
        """Scale windows and targets, and fit a clone of the regressor to them.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows, oldest step first; also (n_samples, n_timesteps) for one feature, and flat
            frames with columns such as ``close@t-0``. Missing steps are NaN.
        y : array-like of shape (n_samples,), (n_samples, n_outputs) or more axes
            Targets, in the units of the target feature. A row that is NaN has no target and is
            left out; of a regressor with ``output="sequence"``, a step.
        **fit_params : dict
            Given to the ``fit`` of the regressor, such as ``sample_weight``; with metadata routing
            enabled, those that it requests.

        Returns
        -------
        self : WindowScaledRegressor
            The fitted estimator.

        Raises
        ------
        ValueError
            If `X` is no set of windows, `y` does not fit to it, or a parameter is not as
            described; if logarithms are asked for of values that are not positive.
        """
        refuse_unscalable(self.regressor)
        weight = fit_params.get("sample_weight")
        check_same_labels({"X": X, "y": y, "sample_weight": weight})
        windows = as_windows(X, estimator=self)
        check_same_length(windows, y, self)
        targets, given = self._check_targets(y), windows
        if not takes_step_targets(self.regressor):
            refuse_partly_missing_targets(targets, y)
        there = _observed(windows)
        at_once = are_scaled_at_once(windows, self.regressor, fit_params)
        windows = windows if at_once else gathered(windows)
        if not (at_once and takes_windows(self.regressor)):  # they mask missing targets themselves
            there &= ~np.isnan(targets).reshape(len(targets), -1).all(axis=1)
        windows, targets, fit_params = rows_there(there, windows, targets, fit_params)
        names = step_features(X)
        position = position_of_feature(self.target_feature, names, windows.shape[2])
        warn_of_another_target(self, X, y, given, position)
        regressor = clone(self.regressor)
        scaler = fitted_scaler(self.scaler, windows, targets, position, regressor, fit_params)
        scale = TargetScale.of(scaler, windows, position)
        train_in_scale(regressor, absolute=scale.is_own)
        flat = not takes_windows(regressor)
        params = self._routed("fit", fit_params)
        _refuse_turned(scale, regressor)
        if params.get("X_val") is not None or params.get("y_val") is not None:
            params = self._scaled_validation(params, scaler, position, flat, windows, names)
        fit = self._fit_arrays if at_once else self._fit_gathered_windows
        with self._fit_inside(regressor, X, y):
            fit(regressor, ScaledWindows(windows, scale.targets(targets), scaler), params)
        self._remember_features(X, given)
        self.scaler_, self.regressor_ = scaler, regressor
        self._position, self._flat = position, flat
        return self

    def predict(self, X, **predict_params):
        """Predict the target of each window, in the units of the target feature.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        **predict_params : dict
            Given to the ``predict`` of the regressor, such as ``return_std=True``.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Predictions, with the axes of the targets in `fit`; NaN for a window without an
            observed step. With ``return_std=True`` their standard deviations follow, if the
            regressor has them.
        """
        check_is_fitted(self)
        array = self._check_window_array(X)
        _, observed = WindowSet.of_observed(array)
        if observed is not None:
            return self._predict_observed(array, observed, predict_params)
        params = self._routed("predict", predict_params)
        parts = parts_of(array, self.regressor_)
        return join_parts([self._predict_part(part, params) for part in parts])

    @property
    def scaling_(self):
        """How windows are scaled, by feature."""
        check_is_fitted(self)
        return self.scaler_.names if isinstance(self.scaler_, Scaling) else None

    @property
    def scaling_scores_(self):
        """Error of each candidate, by feature."""
        check_is_fitted(self)
        return self.scaler_.errors if isinstance(self.scaler_, Scaling) else None

    def score(self, X, y, sample_weight=None):
        """Return the coefficient of determination R² of the predictions, at most 1.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets as in `fit`. Those that are NaN are left out; of targets of every step also
            those of missing steps.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples.

        Returns
        -------
        score : float
            1 for perfect predictions. With several quantiles the mean of their D² of the pinball
            loss.
        """
        check_same_labels({"X": X, "y": y, "sample_weight": sample_weight})
        predicted = self.predict(X)
        take = observed_steps if takes_step_targets(self.regressor_) else observed_targets
        y, predicted, sample_weight = take(y, predicted, sample_weight)
        levels = parameter_inside(self.regressor_, "quantile")
        if not isinstance(levels, list | tuple) or predicted.ndim == np.ndim(y):
            return r2_score(y, predicted, sample_weight=sample_weight)
        scores = [
            d2_pinball_score(y, predicted[..., k], alpha=level, sample_weight=sample_weight)
            for k, level in enumerate(levels)
        ]
        return float(np.mean(scores))

    def get_metadata_routing(self):
        """Return which metadata go to the regressor.

        Returns
        -------
        routing : MetadataRouter
            The regressor's requests for `fit` and `predict`.
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        mapping = mapping.add(caller="predict", callee="predict")
        router = MetadataRouter(owner=self).add_self_request(self)
        return router.add(regressor=self.regressor, method_mapping=mapping)

    def _check_targets(self, y, input_name="y"):
        targets = as_numbers(
            y, name=input_name, estimator=self, ensure_2d=False, allow_nd=True,
            ensure_all_finite="allow-nan",
        )  # fmt: skip
        return targets.astype(np.float64)

    @contextmanager
    def _fit_inside(self, regressor, X, y):
        """Let the regressor be fitted as a task of this estimator's own, whose callbacks it has."""
        context = self._init_callback_context(max_subtasks=1)
        context.call_on_fit_task_begin(estimator=self, X=X, y=y)
        inner = context.subcontext(task_name="fit-regressor")
        takes_callbacks = hasattr(regressor, "set_callbacks")
        with inner.propagate_callback_context(regressor) if takes_callbacks else nullcontext():
            inner.call_on_fit_task_begin(estimator=self, X=X, y=y)
            yield
            inner.call_on_fit_task_end(estimator=self, X=X, y=y)
        context.call_on_fit_task_end(estimator=self, X=X, y=y)

    @staticmethod
    def _fit_arrays(regressor, pairs, params):
        flat = not takes_windows(regressor)
        scaled, targets = _form(pairs.scaler.transform(pairs.windows), flat), pairs.targets
        if params.get("X_val") is None and params.get("y_val") is None:
            scaled, targets, params = newest_apart(
                regressor, scaled, targets, pairs.windows, params
            )
        regressor.fit(scaled, targets, **params)

    @staticmethod
    def _fit_gathered_windows(regressor, pairs, params):
        pairs.fit(regressor, (params.get("X_val"), params.get("y_val")))

    def _scaled_validation(self, params, scaler, position, flat, windows, names):
        """Return what goes to `fit`, validation data scaled like those of training."""
        if params.get("X_val") is None or params.get("y_val") is None:
            return params  # the regressor says what is lacking
        seen = windows.shape[1:]
        windows = validation_windows(params["X_val"], params["y_val"], seen, self, names)
        targets = self._check_targets(params["y_val"], "y_val")
        targets = TargetScale.of(scaler, windows, position).targets(targets)
        return params | {"X_val": _form(scaler.transform(windows), flat), "y_val": targets}

    def _predict_part(self, windows, params):
        """Return the predictions of an array of observed windows."""
        scaled = _form(self.scaler_.transform(windows), self._flat)
        predicted = self.regressor_.predict(scaled, **params)
        scale = TargetScale.of(self.scaler_, windows, self._position)
        if isinstance(predicted, tuple):
            return with_std_scaled_back(predicted, scale)
        _refuse_turned(scale, self.regressor_)
        return scale.restore(np.asarray(predicted))

    def _predict_observed(self, windows, observed, params):
        """Return predictions of windows some of which have no observed step: NaN for these."""
        n_samples = len(windows)
        if len(observed):
            found = self.predict(windows[observed], **params)
        else:  # the shape of predictions is all that is wanted
            zeros = _form(np.zeros_like(windows[:1]), self._flat)
            found, observed = self.regressor_.predict(zeros, **params), observed[:0]
        parts = [
            among_all(np.asarray(part, dtype=float)[: len(observed)], observed, n_samples)
            for part in (found if isinstance(found, tuple) else (found,))
        ]
        return tuple(parts) if isinstance(found, tuple) else parts[0]

    def _windows_and_scaled(self, X):
        """Return windows, and what the regressor is given for them."""
        check_is_fitted(self)
        windows = self._check_window_array(X)
        WindowSet.from_array(windows)  # refuses windows without a step, and steps partly missing
        return windows, _form(self.scaler_.transform(windows), self._flat)

    def _routed(self, method, params):
        if not params or not _routing_enabled():
            return params
        return process_routing(self, method, **params).regressor[method]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.regressor)
        tags.target_tags.multi_output = inner.target_tags.multi_output
        tags.target_tags.single_output = inner.target_tags.single_output
        # Dividing by the newest value makes no sense of tables that scatter around zero.
        tags.regressor_tags.poor_score = True
        tags.input_tags.allow_nan = inner.input_tags.allow_nan
        tags.non_deterministic = inner.non_deterministic
        return tags


def _form(windows, flat):
    return windows.reshape(len(windows), -1) if flat else windows


def _observed(windows):
    """Tell which windows have an observed step; raise a ValueError if none has."""
    _, numbers = WindowSet.of_observed(windows)
    refuse_nothing_observed(numbers, windows.shape[1])
    there = np.ones(len(windows), dtype=bool)
    if numbers is not None:
        there[:] = False
        there[numbers] = True
    return there


def _refuse_turned(scale, regressor):
    """Raise a ValueError if a negative scale made low quantiles of high ones."""
    levels = parameter_inside(regressor, "quantile")
    # Networks have a level whatever their loss; some regressors have no other loss.
    is_loss = parameter_inside(regressor, "loss") in (None, "quantile")
    turns = isinstance(levels, list | tuple) or (is_loss and levels not in (None, 0.5))
    if turns and (scale.scale < 0).any():
        raise ValueError(
            f"quantile={levels!r} of the regressor and a negative scale do not go together: in "
            f"window {int((scale.scale < 0).argmax())} the scaler divides "
            "by a number below zero, which makes low quantiles of high ones. Take another scaler, "
            "such as WindowScaler('standard')."
        )
