"""A pipeline of windows that answers: one forecast for each row that has a whole window."""

import warnings
from bisect import bisect_left
from contextlib import suppress
from typing import Annotated

import numpy as np
import pandas as pd
from fields import MAX_ROWS, About, Number, Strict, Time, as_times, check_increasing, row_type
from pydantic import BaseModel, BeforeValidator, Field, field_validator

from sklstm import SequenceWindower


class ServedPipeline:
    """A fitted pipeline and what it takes.

    Parameters
    ----------
    model : Pipeline
        Fitted on a frame; its windower may have any name and stand anywhere.
    about : dict
        Version and units, and what else is known of it.
    """

    def __init__(self, model, about):
        self.model, self.about = model, about
        self.columns = [str(name) for name in model.feature_names_in_]
        inside = model.get_params(deep=True).values()
        windowers = [step for step in inside if isinstance(step, SequenceWindower)]
        lookback = max((windower.lookback for windower in windowers), default=1)
        self.needs_times = self._needs_times(lookback)
        self.lookback = self._whole_lookback(lookback)
        self.question = _question(self.columns, self.lookback, self.needs_times)
        self.answer = Answer

    def _needs_times(self, lookback):
        """Predict once, and return whether rows need their times, as calendar columns do.

        A first prediction also shows whether the file fits, and compiles what later ones run.
        """
        for self.index_of in (pd.RangeIndex, long_ago):
            with suppress(ValueError):
                self._lacks_history(lookback)
                return self.index_of is long_ago
        self.index_of = long_ago_in_utc  # or it is wrong in some other way
        self._lacks_history(lookback)
        return True

    def _whole_lookback(self, lookback):
        """Return how many rows make a whole window: a differencer takes some before its first."""
        enough = lookback
        while enough < MAX_ROWS and self._lacks_history(enough):
            enough = min(2 * enough, MAX_ROWS)
        return bisect_left(
            range(enough), True, lo=lookback, key=lambda n: not self._lacks_history(n)
        )

    def _lacks_history(self, n_rows):
        rows = pd.DataFrame(1.0, index=self.index_of(n_rows), columns=self.columns)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            self.model.predict(rows)
        return any("lack history" in str(warning.message) for warning in told)

    def describe(self):
        """Return what a client has to know."""
        return {
            "kind": "pipeline",
            "columns": self.columns,
            "lookback": self.lookback,
            "needs_times": self.needs_times,
            "max_rows": MAX_ROWS,
        }

    def forecast(self, question):
        """Answer a question; a ValueError is the client's fault."""
        times = question.times
        index = None if times is None else as_times(times)
        rows = pd.DataFrame(question.rows, columns=self.columns, index=index)
        if index is not None:
            refuse_holes(index, self.lookback)
        predicted = self.model.predict(rows)[self.lookback - 1 :]
        if predicted.dtype.kind == "f" and not np.isfinite(predicted).all():
            raise ValueError("rows: numbers so large that the forecast is not finite")
        answer = {"model": self.about, "forecast": predicted.tolist()}
        if index is not None:
            answer["made_at"] = [time.isoformat() for time in index[self.lookback - 1 :]]
        return answer


def long_ago(n_rows):
    """Return times that continue no rows that a model was fitted to."""
    return pd.date_range("1971-01-01", periods=n_rows)


def long_ago_in_utc(n_rows):
    """Return them with a time zone."""
    return long_ago(n_rows).tz_localize("UTC")


def refuse_holes(times, lookback):
    """Raise a ValueError if times of a frequency lack some: windows would have missing steps."""
    rows = pd.DataFrame({"there": 1.0}, index=times)
    windows = SequenceWindower(lookback).fit_transform(rows)[lookback - 1 :, :, 0]
    torn = np.isnan(windows).any(axis=1)
    if torn.any():
        raise ValueError(
            f"times: some are absent in the {lookback} rows up to "
            f"{times[lookback - 1 + int(torn.argmax())]}. Send the rows after the gap, or fill it"
        )


class Answer(BaseModel):
    """Forecasts, the newest one last."""

    model: About
    forecast: list[bool | int | float | str | list[float] | list[list[float]]] = Field(
        description="one for each row that has a whole window; of several targets or quantiles a "
        "list, of both a list for each target"
    )
    made_at: list[str] | None = Field(None, description="times of these rows, if they have any")


def _question(columns, lookback, needs_times):
    """Return the type of what is posted."""

    def name_values(row):
        """Make an object of a row that is an array; the rest is left to the checks of objects."""
        if not isinstance(row, list):
            return row
        if len(row) != len(columns):
            raise ValueError(f"{len(row)} values, the model reads {len(columns)}: {columns}")
        return dict(zip(columns, row, strict=True))

    named = row_type("Row", dict.fromkeys(columns, Number))
    array = Annotated[list[Number], Field(min_length=len(columns), max_length=len(columns))]
    Times = Annotated[list[Time], Field(max_length=MAX_ROWS)]
    if not needs_times:
        Times = Annotated[list[Time] | None, Field(None, max_length=MAX_ROWS)]
    Row = Annotated[named, BeforeValidator(name_values, json_schema_input_type=named | array)]

    class Series(Strict):
        """Rows of a series, oldest first, as objects or arrays, and their times."""

        rows: list[Row] = Field(max_length=MAX_ROWS, json_schema_extra={"minItems": lookback})
        times: Times

        @field_validator("rows")
        @classmethod
        def fill_a_window(cls, rows):
            """Refuse what the pipeline would answer from windows with missing steps."""
            if len(rows) < lookback:
                raise ValueError(
                    f"{len(rows)} rows, at least {lookback} are needed: the model looks back that "
                    "far. From fewer it could only guess, and nobody would see that it is a guess"
                )
            return rows

        @field_validator("times")
        @classmethod
        def label_rows_in_order(cls, times, info):
            """Refuse times that are no index of a series."""
            if times is None:
                return times
            rows = info.data.get("rows")  # absent if they are at fault themselves
            if rows is not None and len(times) != len(rows):
                raise ValueError(f"{len(times)} times for {len(rows)} rows")
            check_increasing(times)
            return times

    return Series
