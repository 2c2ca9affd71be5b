"""What all transformers of series share: checking rows, and knowing when new rows go on."""

from functools import wraps

from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.utils.validation import validate_data

from sklstm.data import IndexEnd, as_series, check_order, index_of, is_frame


def fit_task(fit):
    """Make a method that takes `X` the one that fits: parameters checked, callbacks told."""

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    @wraps(fit)
    def checked_fit(self, X):
        context = self._init_callback_context()
        context.call_on_fit_task_begin(estimator=self, X=X)
        result = fit(self, X)
        context.call_on_fit_task_end(estimator=self, X=X)
        return result

    return checked_fit


class SeriesTransformer(CallbackSupportMixin, TransformerMixin, BaseEstimator):
    """Base of the transformers whose rows depend on earlier rows.

    Subclasses have a parameter ``context``. Their `fit` calls `_read_series` first and `_remember`
    last, so that a `fit` that fails leaves what was fitted before as it was; elsewhere they call
    `_check_series`.
    """

    def _read_series(self, X):
        check_order(index_of(X))
        return as_series(X, estimator=self)

    def _check_series(self, X):
        """Return the rows of `X`, if they have the features that `fit` saw."""
        series = self._read_series(X)
        validate_data(self, _table(X, series), reset=False, skip_check_array=True)
        return series

    def _remember(self, X, series, **state):
        """Set the attributes that `fit` sets: features, parameters, where `X` ended, and `state`.

        Parameters
        ----------
        X : array-like or dataframe
            What `fit` was given.
        series : ndarray of shape (n_steps, n_features)
            Its rows.
        **state : dict
            Attributes of the subclass.
        """
        self._remember_columns(X, series)
        self._remember_state(X, **state)

    def _remember_columns(self, X, series):
        validate_data(self, _table(X, series), reset=True, skip_check_array=True)

    def _remember_state(self, X, **state):
        index = index_of(X)
        self._index_end = None if index is None else IndexEnd.of(index)
        vars(self).update(state)
        self._fitted_with = {name: getattr(self, name) for name in self._parameter_constraints}

    def _refuse_changed(self, *names):
        """Raise a ValueError if one of these parameters is no more what it was in `fit`."""
        for name in names:
            fitted, now = self._fitted_with[name], getattr(self, name)
            if now != fitted:
                raise ValueError(
                    f"{name}={now!r} was {fitted!r} in fit, and what fit remembers does not serve "
                    "another: fit again."
                )

    def _is_continued_by(self, X):
        """Tell whether the fitted rows are the context of `X`."""
        if self.context == "auto":
            return self._index_end is not None and self._index_end.is_continued_by(index_of(X))
        return self.context == "always"

    def __sklearn_is_fitted__(self):
        return hasattr(self, "_fitted_with")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _table(X, series):
    """Return what scikit-learn counts the columns of."""
    return X if is_frame(X) else series
