"""The calendar of each row as columns: `CalendarFeatures`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import (
    _check_feature_names,
    _check_feature_names_in,
    _check_n_features,
    check_is_fitted,
)

from sklstm.data import as_labelled, check_same_labels, text_names
from sklstm.persistence import SavedStateMixin
from sklstm.time_labels import as_time_labels, in_zone_of, kind_of, label_text

from ._calendar_parts import ENCODINGS, PARTS
from ._holidays import is_holiday, warn_of_holidays_between


class CalendarFeatures(TransformerMixin, SavedStateMixin, BaseEstimator):
    """Put what the calendar says of the label of each row into columns.

    Hour, day of the week, month and the like come from the index of a frame, and holidays from a
    list or from the package ``holidays``. A row's columns depend on its label alone.

    Parameters
    ----------
    features : list of str, default=("day_of_week", "month")
        Any of ``"minute"``, ``"hour"``, ``"day_of_week"`` (0 is Monday), ``"day"`` (of the month),
        ``"day_of_year"``, ``"week"`` (of ISO 8601), ``"month"`` and ``"quarter"``; and of the
        flags ``"is_weekend"``, ``"is_month_start"``, ``"is_month_end"``, ``"is_quarter_start"``,
        ``"is_quarter_end"``, ``"is_year_start"`` and ``"is_year_end"``, which are 0 or 1.
    encoding : {"cyclic", "one_hot", "ordinal"} or dict, default="cyclic"
        How numbers become columns. ``"cyclic"``: sine and cosine of ``2 pi (k - first) / length``,
        so that Sunday is next to Monday; months and years have their own lengths. ``"one_hot"``: a
        column for each number. ``"ordinal"``: the number itself. A dictionary tells it by feature,
        for those that are not cyclic.
    holidays : str or collection of dates, default=None
        Adds the flag ``"is_holiday"``. A country by its code, ``"DE"``, or a part of it,
        ``"DE-BY"``, of the package ``holidays``; an object of that package, such as
        ``holidays.NYSE()``; or the dates themselves. Of a row that stands for a week or a month it
        is the day of the label that counts.
    ahead : int, default=0
        The calendar is that of the label so many rows later. In a pipeline that predicts the value
        ``ahead`` rows after each row it is that of the target, which is known in advance.
    freq : str or offset, default=None
        Frequency by which labels are moved `ahead`; by default that of the index in `fit`.
    passthrough : bool, default=True
        Whether the columns of `X` come first, so that the transformer stands in a pipeline. Without
        them it stands in a `~sklearn.pipeline.FeatureUnion`.

    Attributes
    ----------
    freq_ : int, offset or None
        The step by which labels are moved ahead; None for ``ahead=0``.
    n_features_in_ : int
        Number of columns of `X`.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, if they are text.

    See Also
    --------
    Forecaster : Its parameter ``calendar`` takes this transformer, or its features.
    forecast_pairs : Rows, and the values that follow them.

    Notes
    -----
    Labels are local times: of an index with a time zone those that clocks show there. Later rows
    may come in another zone: their times are those of the zone of `fit`. Trading days are moved
    ahead by weekdays, for nobody knows tomorrow's holidays from the rows of today.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklstm import CalendarFeatures
    >>> days = pd.date_range("2024-12-30", periods=3)
    >>> sales = pd.DataFrame({"sold": [5.0, 8.0, 2.0]}, index=days)
    >>> calendar = CalendarFeatures(["day_of_week", "is_year_end"], encoding="ordinal")
    >>> calendar.fit_transform(sales)
                sold  day_of_week  is_year_end
    2024-12-30   5.0          0.0          0.0
    2024-12-31   8.0          1.0          1.0
    2025-01-01   2.0          2.0          0.0

    The calendar of the day after each row:

    >>> calendar.set_params(ahead=1).fit_transform(sales)
                sold  day_of_week  is_year_end
    2024-12-30   5.0          1.0          1.0
    2024-12-31   8.0          2.0          0.0
    2025-01-01   2.0          3.0          0.0
    """

    _parameter_constraints = {
        "features": [list, tuple],
        "encoding": [StrOptions(set(ENCODINGS)), dict],
        "holidays": [str, HasMethods(["__iter__"]), None],
        "ahead": [Interval(Integral, 0, None, closed="left")],
        "freq": [str, pd.offsets.BaseOffset, None],
        "passthrough": ["boolean"],
    }
    _saved_together = ("freq_", "n_features_in_")

    def __init__(
        self,
        features: Sequence[str] = ("day_of_week", "month"),
        *,
        encoding: str | Mapping[str, str] = "cyclic",
        holidays: Any = None,
        ahead: int = 0,
        freq: Any = None,
        passthrough: bool = True,
    ) -> None:
        self.features = features
        self.encoding = encoding
        self.holidays = holidays
        self.ahead = ahead
        self.freq = freq
        self.passthrough = passthrough

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:
        """Check parameters, and find the frequency of the index if it is needed.

        Parameters
        ----------
        X : dataframe, series or pandas index of shape (n_rows, n_features)
            Rows whose labels are times; one level of an index of several may be.
        y : None
            Ignored.

        Returns
        -------
        self : CalendarFeatures
            The fitted transformer.

        Raises
        ------
        ValueError
            If labels are no times, or have no frequency where labels ahead are asked for.

        Warns
        -----
        UserWarning
            If labels are five days apart or more, such as those of weeks or months, and some
            holidays are on none of them.
        """
        check_same_labels({"X": X, "y": y})
        self._check_parameters()
        frame = _frame(X)
        times = _times(frame)
        freq = self._find_step(times) if self.ahead else None
        _check_feature_names(self, frame, reset=True)
        _check_n_features(self, frame, reset=True)
        if self.holidays is not None:
            warn_of_holidays_between(times, self.holidays)
        self.freq_, self._no_times = freq, times[:0]  # which keep the time zone
        return self

    def transform(self, X: Any) -> Any:
        """Return the columns of each row, behind those of `X`.

        Parameters
        ----------
        X : dataframe, series or pandas index of shape (n_rows, n_features)
            As in `fit`, in any order.

        Returns
        -------
        X_new : DataFrame of shape (n_rows, n_features_out)
            With the index of `X`.

        Raises
        ------
        ValueError
            If labels or columns are not as in `fit`, times without a time zone for ones with
            one included.
        """
        check_is_fitted(self)
        frame = _frame(X)
        _check_feature_names(self, frame, reset=False)
        _check_n_features(self, frame, reset=False)
        times = self._in_zone_of_fit(_times(frame))
        times = _moved(times, self.ahead, self.freq_) if self.ahead else times
        names = self.calendar_names()
        columns = pd.DataFrame(self.calendar_of(times), index=frame.index, columns=names)
        if not self.passthrough:
            return columns
        own = text_names(frame.columns)
        if own != list(frame.columns):
            frame = frame.set_axis(own, axis=1)
        same = [name for name in names if name in frame.columns]
        if same:
            raise ValueError(
                f"X has a column {same[0]!r} already, as calendar features are called: rename it, "
                "leave the feature out, or take passthrough=False."
            )
        return pd.concat([frame, columns], axis=1)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Return the names of the columns, such as ``month_sin`` or ``day_of_week_0``.

        Parameters
        ----------
        input_features : array-like of str, optional
            Names of the columns of `X`; those seen in `fit` by default.

        Returns
        -------
        names : ndarray of shape (n_features_out,), object
            Those of `X` first, with ``passthrough=True``.
        """
        check_is_fitted(self)
        before = list(_check_feature_names_in(self, input_features)) if self.passthrough else []
        return np.array([*before, *self.calendar_names()], dtype=object)

    def calendar_names(self) -> list[str]:
        """Return the names of the calendar's columns alone; no `fit` is needed.

        Returns
        -------
        names : list of str
            In the order of `features`, holidays last.
        """
        self._check_parameters()
        names = [name for f in self.features for name in PARTS[f].names(f, self._encoding_of(f))]
        return names if self.holidays is None else [*names, "is_holiday"]

    def calendar_of(self, times: pd.Index) -> NDArray[np.float64]:
        """Return the calendar's columns of some labels; no `fit` is needed.

        Parameters
        ----------
        times : DatetimeIndex or PeriodIndex
            The labels themselves, whatever `ahead` says; of periods their beginnings count.

        Returns
        -------
        columns : ndarray of shape (n_times, n_columns)
            In the order of `calendar_names`.
        """
        self._check_parameters()
        times = times.to_timestamp() if isinstance(times, pd.PeriodIndex) else times
        # Of business days pandas takes the last business day for the end of a month.
        times = pd.DatetimeIndex(times, freq=None)
        parts = [PARTS[f].columns(times, self._encoding_of(f)) for f in self.features]
        if self.holidays is not None:
            parts.append(is_holiday(times, self.holidays)[:, np.newaxis].astype(float))
        return np.concatenate([np.empty((len(times), 0)), *parts], axis=1)

    def _in_zone_of_fit(self, times):
        """Return times in the zone of `fit`: an hour of Berlin is another one in UTC."""
        fitted = getattr(self, "_no_times", times)  # files of earlier releases do not tell
        zone, own = (getattr(index, "tz", None) for index in (fitted, times))
        if len(times) and (zone is None) != (own is None):
            there = "no time zone" if zone is None else f"the time zone {zone}"
            advice = "tz_localize(None)" if zone is None else f"tz_localize({str(zone)!r})"
            raise ValueError(
                f"X has times such as {label_text(times[0])}, and those of fit had {there}: hours "
                f"and days would not be the same ones. If clocks show these times, give X.{advice}."
            )
        return in_zone_of(times, fitted)

    def _encoding_of(self, feature):
        return (
            self.encoding
            if isinstance(self.encoding, str)
            else self.encoding.get(feature, "cyclic")
        )

    def _check_parameters(self):
        for name in self.features:
            if name not in PARTS:
                raise ValueError(f"features has {name!r}; it takes any of {list(PARTS)}.")
        twice = [name for k, name in enumerate(self.features) if name in self.features[:k]]
        if twice:
            raise ValueError(f"features has {twice[0]!r} twice.")
        if isinstance(self.encoding, str):
            return
        for name, encoding in self.encoding.items():
            if name not in self.features:
                raise ValueError(f"encoding has {name!r}, and features is {list(self.features)}.")
            if encoding not in ENCODINGS:
                raise ValueError(
                    f"encoding of {name!r} must be one of {list(ENCODINGS)}, got {encoding!r}."
                )

    def _find_step(self, times):
        labels = times.unique().sort_values()
        kind = kind_of(labels)
        assert kind is not None  # or they would be no times
        try:
            step, _ = kind.find_step(labels, self.freq)
        except ValueError as error:
            if self.freq is not None:
                raise
            raise ValueError(
                f"ahead={self.ahead} moves labels by the frequency of the index, and it has none "
                f"({len(labels)} different labels): give freq, such as freq='D'."
            ) from error
        return step

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # but a frame, whose labels an array lacks
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.transformer_tags.preserves_dtype = []
        tags.no_validation = True
        return tags


def _frame(X):
    table = as_labelled(X)
    if isinstance(table, pd.Index):
        return pd.DataFrame(index=table)
    if isinstance(table, pd.Series):
        return table.to_frame("value" if table.name is None else table.name)
    if not isinstance(table, pd.DataFrame):
        raise ValueError(
            "CalendarFeatures reads the index of a frame, which tells the time of each row; X is "
            f"an array without labels ({type(X).__name__}): give frames, and keep them between the "
            "steps of a pipeline by set_output(transform='pandas')."
        )
    return table


def _times(frame):
    """Return the times among the labels, as `DatetimeIndex` or `PeriodIndex`."""
    index = frame.index
    levels = [index]
    if index.nlevels > 1:
        levels = [index.get_level_values(number) for number in range(index.nlevels)]
    # Names of series may look like dates, so text is read only where no level has real times.
    times = [level for level in levels if _is_of_times(level)]
    if not times and len(levels) == 1:
        times = [labels for labels in map(as_time_labels, levels) if _is_of_times(labels)]
    if len(times) != 1:
        what = f"its first label is {index[0]!r}" if len(index) else "it has no rows"
        raise ValueError(
            f"X must have an index of times, in one level, for CalendarFeatures; {what}."
        )
    if times[0].hasnans:
        raise ValueError(f"X has no time in row {int(np.argmax(times[0].isna()))}.")
    return times[0]


def _is_of_times(labels):
    return isinstance(labels, pd.DatetimeIndex | pd.PeriodIndex)


def _moved(times, ahead, step):
    labels = times.unique()
    if isinstance(step, pd.offsets.Day):  # which is 24 hours before pandas 3, also in a night of 23
        step = pd.DateOffset(days=step.n)
    with warnings.catch_warnings():  # days with holidays of their own are moved one by one
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        moved = labels + ahead * step
    return moved[labels.get_indexer(times)]
