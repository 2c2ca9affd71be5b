"""A forecaster that answers: the rows after the last ones, of one series or of many."""

import copy
from typing import Annotated, Any

import numpy as np
import pandas as pd
from fields import MAX_ROWS, About, Key, Number, Strict, as_index, as_key, as_text, row_type
from monitoring import Monitor, as_place
from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema

MAX_STEPS = 1_000
SeriesKeys = Annotated[list[Key | list[Key]], Field(min_length=1, max_length=MAX_ROWS)]


class ServedForecaster:
    """A fitted `Forecaster`, what it takes, and how its forecasts fare.

    Parameters
    ----------
    model : Forecaster
        Fitted; it is never changed, so that every client gets the same answer.
    about : dict
        Version and units.
    backtest : dict
        Errors of a backtest, to compare live ones with; possibly empty.
    """

    def __init__(self, model, about, backtest):
        self.model, self.about = model, about
        self.columns = [str(name) for name in model.columns_]
        described = model.static_exog or []  # what describes a series is in the file
        self.exog = [str(name) for name in model.exog_columns_ if name not in described]
        self.known = [str(name) for name in model.known_exog_]
        self.categories = {str(name): found for name, found in model.exog_categories_.items()}
        self.names = model.by if isinstance(model.by, list) else [model.by] if model.by else []
        self.last = dict(zip(model.series_, model.last_, strict=True))
        self.monitor = Monitor(backtest)
        self.question, self.answer = _question(self), Answer
        if not self.known:  # show at once whether the file fits, and compile what later ones run
            self.model.forecast(1)

    def describe(self):
        """Return what a client has to know."""
        return {
            "kind": "forecaster",
            "columns": self.columns,
            "exogenous": self.exog,
            "known_in_advance": self.known,
            "categories": {n: self.categories[n] for n in self.exog if n in self.categories},
            "horizon": self.model.horizon,
            "by": self.model.by,
            "series": [as_key(key) for key in self.last if key is not None],
            "last": [as_text(label) for label in self.last.values()],
            "max_rows": MAX_ROWS,
        }

    def forecast(self, question):
        """Answer a question; a ValueError is the client's fault."""
        model = self.model
        if question.rows:
            places = self._places(question.rows)
            series, exog = self._tables(question.rows, places, [self.columns, self.exog])
            model = copy.copy(model).update(series, exog)
        future = None
        if question.future:
            places_ahead = self._places(question.future)
            (future,) = self._tables(question.future, places_ahead, [self.known])
        series = question.series
        if series is not None:  # JSON has no tuples
            series = [tuple(key) if isinstance(key, list) else key for key in series]
        asked = {"level": question.levels or None, "series": series}
        forecast = model.forecast(question.steps, future, **asked)
        forecast, without = self._finite(forecast)
        if forecast.empty:
            raise ValueError("rows: no finite forecast follows from these numbers")
        records = self._records(forecast)
        if question.rows:
            self.monitor.compare(self._values(question.rows, places))
        self.monitor.note(records)
        return {"model": self.about, "forecast": records, "without": without}

    def _finite(self, forecast):
        """Return the forecasts of series without a NaN, and the keys of the others."""
        keys = [key for key, _ in self._labels(forecast)]
        is_finite = np.isfinite(forecast.to_numpy()).all(axis=1)
        others = dict.fromkeys(key for key, is_so in zip(keys, is_finite, strict=True) if not is_so)
        whole = [key not in others for key in keys]
        return forecast[whole], [as_key(key) for key in others if key is not None]

    def _labels(self, forecast):
        """Return the key of the series of each row of a forecast, and its time."""
        index = forecast.index
        if not self.names:
            return [(None, time) for time in index]
        parts = zip(*(index.get_level_values(name) for name in self.names), strict=True)
        times = index.droplevel(self.names)
        return [(as_series_key(list(own)), time) for own, time in zip(parts, times, strict=True)]

    def _places(self, rows):
        """Return to which series rows belong, and their times as an index."""
        keys = [as_series_key([row[name] for name in self.names]) for row in rows]
        unknown = [key for key in keys if key not in self.last]
        if unknown:
            raise ValueError(f"{', '.join(self.names)}: a series {unknown[0]!r} is unknown")
        return keys, as_index([row["time"] for row in rows], next(iter(self.last.values())))

    def _tables(self, rows, places, groups):
        """Return frames of the columns of each group, None for one without columns."""
        keys, index = places
        if self.names:
            parts = [keys] if len(self.names) == 1 else zip(*keys, strict=True)
            index = pd.MultiIndex.from_arrays([*parts, index], names=[*self.names, "time"])
        tables = []
        for names in groups:
            types = {name: object if name in self.categories else float for name in names}
            columns = {name: [row[name] for row in rows] for name in names}
            frame = pd.DataFrame(columns, index=index, dtype=object).astype(types)
            tables.append(frame if names else None)
        return tables

    def _records(self, forecast):
        """Return a frame of forecasts as a list of what is forecast of each row and column."""
        records, steps = [], {}
        several = isinstance(forecast.columns, pd.MultiIndex)
        rows = zip(self._labels(forecast), forecast.to_dict("records"), strict=True)
        for (key, time), row in rows:
            steps[key] = steps.get(key, 0) + 1
            for number, column in enumerate(self.columns):
                name = self.model.columns_[number]
                found = {k[1]: v for k, v in row.items() if k[0] == name} if several else row
                record = {"series": as_key(key), "time": as_text(time)}
                records.append(record | {"column": column, "step": steps[key]} | found)
        return records

    def _values(self, rows, places):
        """Return posted values by series, time and column."""
        return {
            as_place(as_key(key), as_text(time), column): row[column]
            for key, time, row in zip(*places, rows, strict=True)
            for column in self.columns
            if row[column] is not None
        }


def as_series_key(parts):
    """Return the key of a series of the values that it is made of, as a forecaster has it."""
    if len(parts) > 1:
        return tuple(parts)
    return parts[0] if parts else None


class Forecast(BaseModel):
    """The forecast of one row and column; bounds of a level follow as `lower_0.8`, `upper_0.8`."""

    model_config = {"extra": "allow"}
    __pydantic_extra__: dict[str, float]
    series: int | str | list[int | str] | None = Field(
        description="its key, a list where it has several parts; null of a series alone"
    )
    time: int | str
    column: str
    step: int = Field(description="rows after the last one known, from 1")
    prediction: float


class Answer(BaseModel):
    """Forecasts, in the order of time, series below each other."""

    model: About
    forecast: list[Forecast]
    without: list[int | str | list[int | str]] = Field(
        [],
        description="series that cannot be forecast: too few rows are known, or some are missing",
    )


def one_of(categories):
    """Return the type of an exogenous value: one of some categories, or a number."""
    if categories is None:
        return Number

    def check(value):
        """Return the category that a posted value is: true is not 1, but 1 is 1.0."""
        for label in categories:
            if label == value and isinstance(label, bool) == isinstance(value, bool):
                return label
        raise ValueError(f"must be one of {', '.join(map(repr, categories))}")

    return Annotated[Any, AfterValidator(check), WithJsonSchema({"enum": categories})]


def _question(served):
    """Return the type of what is posted."""
    place = {"time": Key} | dict.fromkeys(served.names, Key)
    exog = {name: one_of(served.categories.get(name)) for name in served.exog}
    Row = row_type("Row", place | dict.fromkeys(served.columns, Number | None) | exog)
    FutureRow = row_type("FutureRow", place | {name: exog[name] for name in served.known})
    level = Annotated[float, Field(strict=True, gt=0, lt=1)]

    class Question(Strict):
        """Rows since those that the model knows, and which forecast is wanted."""

        rows: list[Row] = Field(
            [], max_length=MAX_ROWS, description="may begin with known ones, if they are equal"
        )
        future: list[FutureRow] = Field(
            [], max_length=MAX_ROWS, description="columns known in advance, of the next rows"
        )
        steps: Annotated[int, Field(strict=True, ge=1, le=MAX_STEPS)] | None = None
        levels: list[level] = Field([], max_length=10, description="probabilities of intervals")
        series: SeriesKeys | None = None

    return Question
