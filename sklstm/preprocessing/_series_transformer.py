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

    Subclasses have a parameter ``context`` and call `_check_series` first, in `fit` with
    ``reset=True``; `_remember_end` stores where the fitted rows ended.
    """

    def _check_series(self, X, *, reset):
        series = as_series(X, estimator=self)
        validate_data(self, X if is_frame(X) else series, reset=reset, skip_check_array=True)
        check_order(index_of(X))
        return series

    def _remember_end(self, X):
        index = index_of(X)
        self._index_end = None if index is None else IndexEnd.of(index)

    def _is_continued_by(self, X):
        """Tell whether the fitted rows are the context of `X`."""
        if self.context == "auto":
            return self._index_end is not None and self._index_end.is_continued_by(index_of(X))
        return self.context == "always"

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
