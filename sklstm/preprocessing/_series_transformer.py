"""What all transformers of series share: telling series apart, and knowing when rows go on."""

from functools import wraps

from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.validation import validate_data

from sklstm.data import column_names, frame_like, is_frame
from sklstm.persistence import SavedStateMixin
from sklstm.time_labels import IndexEnd

from ._fitted_statistics import FittedStatistics
from ._series_set import SeriesSet


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


class SeriesTransformer(CallbackSupportMixin, TransformerMixin, SavedStateMixin, BaseEstimator):
    """Base of the transformers whose rows depend on earlier rows of their series.

    Subclasses have the parameters ``context`` and ``by``. Their `fit` calls `_read_series` first
    and `_remember` last, so that a `fit` that fails leaves what was fitted before as it was;
    elsewhere they call `_check_series`. Both give a `SeriesSet`, and what subclasses compute for
    one series they compute for each of its series, from `_state_before` on.
    """

    _saved_classes = (IndexEnd, FittedStatistics)
    _saved_together = ("_fitted_with", "_index_ends", "_states", "n_features_in_")

    def _read_series(self, X):
        return SeriesSet.read(X, self.by, estimator=self)

    def _check_series(self, X):
        """Return the series in `X`, if they have the features that `fit` saw."""
        self._refuse_changed("by")
        found = self._read_series(X)
        validate_data(self, _table(X, found), reset=False, skip_check_array=True)
        return found

    def _remember(self, X, found, states, **attributes):
        """Set what `fit` sets: features, parameters, the end of each series, and its state.

        Parameters
        ----------
        X : array-like or dataframe
            What `fit` was given.
        found : SeriesSet
            Its series.
        states : dict
            For each series what rows that go on after it must know.
        **attributes : dict
            Attributes of the subclass.
        """
        self._remember_columns(X, found)
        self._remember_states(found, states, **attributes)

    def _remember_columns(self, X, found):
        validate_data(self, _table(X, found), reset=True, skip_check_array=True)

    def _remember_states(self, found, states, **attributes):
        indices = found.indices.items()
        self._index_ends = {k: None if i is None else IndexEnd.of(i) for k, i in indices}
        self._states = states
        vars(self).update(attributes)
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

    def _state_before(self, key, index):
        """Return what `fit` remembered of a series, if its fitted rows are the context of others.

        Parameters
        ----------
        key : object
            Name of the series, None for the only one.
        index : pandas index or None
            Index of the other rows.

        Returns
        -------
        state : object or None
            None if the rows have no context, or `fit` has not seen the series.
        """
        if self.context == "auto":
            end = self._index_ends.get(key)
            goes_on = end is not None and end.is_continued_by(index)
        else:
            goes_on = self.context == "always"
        return self._states.get(key) if goes_on else None

    def _like_series(self, values, X, found, *, wrapped=True):
        """Give rows the form of `X`; with `wrapped`, `set_output` may make the frame."""
        library = _get_output_config("transform", self)["dense"] if wrapped else "default"
        names_are_a_column = found.panel is not None and self.by in column_names(X)
        if library != "default" and not names_are_a_column:
            return values
        if found.panel is None:
            return frame_like(values, X, column_names(X))
        frame = found.panel.with_features(values)
        if library == "pandas" and hasattr(frame, "to_pandas"):
            return frame.to_pandas()  # of a polars frame scikit-learn makes columns of objects
        return frame

    def __sklearn_is_fitted__(self):
        return hasattr(self, "_fitted_with")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _table(X, found):
    """Return what scikit-learn counts the columns of."""
    return X if is_frame(X) else found.values
