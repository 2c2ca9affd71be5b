"""What transformers of series share: which series a row belongs to, and when rows continue one."""

from dataclasses import dataclass
from functools import wraps
from typing import ClassVar

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.validation import validate_data

from sklstm.data import (
    Panel,
    WindowsInputMixin,
    as_series,
    as_windows,
    check_same_labels,
    column_names,
    flatten_windows,
    frame_like,
    has_three_axes,
    index_of,
    is_frame,
    is_windows,
    keep_names,
    key_names,
    key_text,
    names_only,
    refuse_infinity_in_windows,
    split_panel,
    types_of,
    wants_frame,
)
from sklstm.persistence import SavedStateMixin
from sklstm.time_labels import (
    IndexEnd,
    Steps,
    check_order,
    refuse_many_missing,
    step_numbers,
)

from ._other_labels import warn_of_another_kind, warn_of_rows_between
from ._series_statistics import FittedStatistics


@dataclass(frozen=True)
class SeriesSet:
    """Rows as numbers, and to which series they belong.

    Iterating yields, for each series, its name, its index and its rows.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_features)
        All rows, in the order of `X`.
    indices : dict
        For each series the index of its rows, None where there is none. The only series of rows
        that are not told apart is called None.
    panel : Panel or None
        Which rows belong to which series; None if all belong to one.
    """

    values: np.ndarray
    indices: dict
    panel: Panel | None = None

    @classmethod
    def read(cls, X, by, estimator):
        """Read `X`, each series of which stands in the order of time.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            One series, or several in one frame.
        by : str, list of str or None
            Columns or levels of the index that tell series apart; None for one series.
        estimator : estimator
            Named in error messages.

        Returns
        -------
        found : SeriesSet
            The series.

        Raises
        ------
        ValueError
            If `X` is no series, its rows can't be told apart by `by`, or the rows of a series are
            out of order.
        """
        if by is None:
            check_order(index_of(X))
            return cls(as_series(X, estimator=estimator), {None: index_of(X)})
        panel = split_panel(X, by)
        if column_names(panel.frame) == []:
            raise ValueError(f"X has no features: by={by!r} names all of its columns.")
        index = index_of(panel.frame)
        indices = {}
        for key, rows in zip(panel.keys, panel.rows, strict=True):
            indices[key] = None if index is None else _labels(index, rows)
            check_order(indices[key], series=key)
        return cls(as_series(panel.frame, estimator=estimator), indices, panel)

    def __iter__(self):
        if self.panel is None:
            yield None, self.indices[None], self.values
            return
        for key, rows in zip(self.panel.keys, self.panel.rows, strict=True):
            yield key, self.indices[key], self.values[rows]

    def columns_of(self, X):
        """Return the names of the features, None if `X` has none."""
        return column_names(X if self.panel is None else self.panel.frame)

    def in_order(self, results):
        """Put what belongs to the rows of each series together, in the order of `X`.

        Parameters
        ----------
        results : iterable of ndarray
            For each series an array that has a row for each of its rows.

        Returns
        -------
        whole : ndarray
            The only array itself, where there is one series; else a new one.
        """
        results = iter(results)
        if self.panel is None:
            return next(results)
        whole = None
        for rows, result in zip(self.panel.rows, results, strict=True):
            if whole is None:
                whole = np.empty((len(self.values), *result.shape[1:]), dtype=result.dtype)
            whole[rows] = result
        return whole


def _labels(index, rows):
    """Return the labels of rows; of counted rows in one piece a slice, which still counts."""
    in_one_piece = len(rows) > 0 and rows[-1] - rows[0] == len(rows) - 1
    if in_one_piece and isinstance(index, pd.RangeIndex):
        return index[rows[0] : rows[-1] + 1]
    return index.take(rows)


def with_missing_steps(rows, index, steps=None):
    """Return rows with missing steps where labels are absent, and at which places they stand.

    Parameters
    ----------
    rows : ndarray of shape (n_steps, n_features)
        The rows of one series.
    index : pandas index or None
        Their labels; without a frequency no label is absent.
    steps : Steps, optional
        The frequency that earlier rows had; by default what these rows tell.

    Returns
    -------
    steps : ndarray of shape (n_regular_steps, n_features)
        `rows` itself if no label is absent; otherwise NaN there.
    places : ndarray of int or slice
        ``steps[places]`` are the rows.

    Raises
    ------
    ValueError
        If there are many times as many missing steps as rows.
    """
    places = None if index is None else step_numbers(index, steps)
    if places is None:
        return rows, slice(None)
    refuse_many_missing(places, index)
    regular = np.full((places[-1] + 1, rows.shape[1]), np.nan, dtype=rows.dtype)
    regular[places] = rows
    return regular, places


def fit_task(fit):
    """Make a method of `X` the one that fits, of `X` and `y`.

    Labels of `y` are checked, and so are parameters; callbacks are told.
    """

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    @wraps(fit)
    def checked_fit(self, X):
        context = self._init_callback_context()
        context.call_on_fit_task_begin(estimator=self, X=X)
        result = fit(self, X)
        context.call_on_fit_task_end(estimator=self, X=X)
        return result

    @wraps(fit)
    def labelled_fit(self, X, y):
        check_same_labels({"X": X, "y": y})
        return checked_fit(self, X)

    return labelled_fit


class SeriesTransformer(CallbackSupportMixin, TransformerMixin, SavedStateMixin, BaseEstimator):
    """Base of the transformers whose rows depend on earlier rows of their series.

    Subclasses have the parameters ``context`` and ``by``. Their `fit` calls `_read_series` first
    and `_remember` last, so that a `fit` that fails leaves what was fitted before as it was;
    elsewhere they call `_check_series`. Both give a `SeriesSet`, and what subclasses compute for
    one series they compute for each of its series, from `_state_before` on.
    """

    _saved_classes: ClassVar[tuple[type, ...]] = (IndexEnd, Steps, FittedStatistics)
    _saved_together = ("_fitted_with", "_index_ends", "_states", "n_features_in_")

    def _read_series(self, X):
        return SeriesSet.read(X, self.by, estimator=self)

    def _check_series(self, X):
        """Return the series in `X`, if they have the features that `fit` saw."""
        self._refuse_changed("by")
        found = self._read_series(X)
        validate_data(self, _table(X, found), reset=False, skip_check_array=True)
        if found.panel is not None:
            self._refuse_other_types(found.panel.keys)
        if self.context == "auto":
            warn_of_another_kind(found.indices, self._index_ends)
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
            For each series what rows that continue it must know.
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
        self._remember_parameters(*self._parameter_constraints)

    def _refuse_changed(self, *names):
        """Raise a ValueError if one of these parameters is no more what it was in `fit`."""
        for name in names:
            now = getattr(self, name)
            fitted = self._fitted_with.get(name, now)  # of older files, which had fewer
            if now != fitted:
                raise ValueError(
                    f"{name}={now!r} was {fitted!r} in fit, and what fit remembers does not serve "
                    "another: fit again."
                )

    def _steps_of(self, key):
        """Return the frequency that the index of a fitted series had, None if it had none."""
        end = self._index_ends.get(key)
        return None if end is None else end.steps

    def _warn_of_rows_between(self, found):
        warn_of_rows_between(found.indices, self._index_ends)

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

    def _beginning_at(self, values, n_steps):
        """Return a fitted copy for rows of the only series that begin elsewhere.

        Parameters
        ----------
        values : ndarray of shape (n_steps, n_features)
            The rows.
        n_steps : int or None
            How many steps after the first fitted one they begin; None if nothing tells.
        """
        return self

    def _refuse_other_types(self, keys):
        """Refuse names of series that are text in place of the numbers of `fit`, or the reverse."""
        fitted = {key_text(key): key for key in self._states}
        for key in keys:
            if key not in self._states and key_text(key) in fitted:
                other = fitted[key_text(key)]
                raise ValueError(
                    f"The series {key!r} ({types_of(key)}) was {other!r} ({types_of(other)}) in "
                    f"fit, and would lose its context: by={self.by!r} takes names of one type."
                )

    def _like_series(self, values, X, found, *, wrapped=True):
        """Give rows the form of `X`; with `wrapped`, `set_output` may make the frame."""
        library = _get_output_config("transform", self)["dense"] if wrapped else "default"
        columns = column_names(X) or []
        names_are_columns = any(name in columns for name in key_names(self.by))
        if library != "default" and not names_are_columns:
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
    names = names_only(X)
    if names is not None:
        # As many rows as there are, for nothing else is looked at.
        return names.reindex(range(len(found.values)))
    return X if is_frame(X) else found.values


class SeriesOrWindowsTransformer(WindowsInputMixin, SeriesTransformer):
    """Base of the transformers that take windows too, in two or three axes.

    A `SeriesSet` then holds windows in place of rows. `fit` calls `_read` first and `_remember`
    last, other methods call `_check`. Subclasses have the parameter ``by`` and perhaps others that
    are for series.
    """

    _for_series_alone: ClassVar[tuple[str, ...]] = ("window_size", "by")

    def _read(self, X):
        """Return `X` as windows or as series, whichever it is."""
        if is_windows(X):
            self._refuse_for_windows(*self._for_series_alone)
            return self._window_set(X, as_windows(X, estimator=self))
        found = self._read_series(X)
        if found.panel is not None and is_windows(found.panel.frame):
            self._refuse_for_windows("by")
        return found

    def _check(self, X):
        """Return `X` as windows or as series, whichever `fit` saw."""
        on_windows = is_windows(X) or self._lost_its_names(X)
        if on_windows != self._fitted_on_windows:
            form, fitted = ("windows", "a series") if on_windows else ("a series", "windows")
            raise ValueError(f"X is {form}, but this {type(self).__name__} was fitted on {fitted}.")
        if not on_windows:
            return self._check_series(X)
        self._refuse_changed("by")
        return self._window_set(X, self._check_window_array(X))

    def _window_set(self, X, windows):
        refuse_infinity_in_windows(windows)
        return SeriesSet(windows, {None: index_of(X)})

    def _refuse_for_windows(self, *names):
        for name in names:
            value = getattr(self, name)
            if value is not None:
                raise ValueError(
                    f"{name}={value!r} is for a series; X is windows, each of which is transformed "
                    f"by its own steps. It takes {name}=None."
                )

    def _lost_its_names(self, X):
        """Return whether `X` must be the mere values of a flat frame such as `fit` saw."""
        return self._fitted_on_windows and self._names_in_fit() is not None and not is_frame(X)

    def _remember_columns(self, X, found):
        on_windows = found.values.ndim == 3
        if on_windows:
            self._remember_features(X, found.values)
        else:
            super()._remember_columns(X, found)
        self._fitted_on_windows = on_windows

    def _like_input(self, values, X, found, *, wrapped=True):
        """Give `values` the form of `X`; with `wrapped`, `set_output` may make the frame."""
        if not self._fitted_on_windows:
            return self._like_series(values, X, found, wrapped=wrapped)
        wrapped = wrapped and wants_frame(self)
        if not has_three_axes(X):
            columns = column_names(X)
            values = flatten_windows(values, columns or self._names_in_fit())
            return values if wrapped else frame_like(values, X, columns)
        if wrapped:
            raise ValueError(
                "set_output asks for a frame, which cannot hold the three axes of X: give the "
                "scaler the flat frame of a SequenceWindower with the same set_output."
            )
        return keep_names(X, values)
