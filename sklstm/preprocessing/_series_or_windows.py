"""Transformers that take series or windows, and give back what they were given."""

from sklstm.data import (
    WindowsInputMixin,
    as_windows,
    column_names,
    flatten_windows,
    frame_like,
    has_three_axes,
    index_of,
    is_frame,
    is_windows,
    refuse_infinity_in_windows,
    wants_frame,
)

from ._series_set import SeriesSet
from ._series_transformer import SeriesTransformer


class SeriesOrWindowsTransformer(WindowsInputMixin, SeriesTransformer):
    """Base of the transformers that take windows too, in two or three axes.

    A `SeriesSet` then holds windows in place of rows. `fit` calls `_read` first and `_remember`
    last, other methods call `_check`. Subclasses have the parameters ``window_size`` and ``by``,
    which are for series.
    """

    def _read(self, X):
        """Return `X` as windows or as series, whichever it is."""
        if is_windows(X):
            self._refuse_for_windows("window_size", "by")
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
                    f"{name}={value!r} is for a series; X is windows, which are scaled each by its "
                    f"own steps. It takes {name}=None."
                )

    def _lost_its_names(self, X):
        """Tell whether `X` must be the mere values of a flat frame such as `fit` saw."""
        return self._fitted_on_windows and hasattr(self, "feature_names_in_") and not is_frame(X)

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
        return values
