"""
Serve a fitted pipeline over HTTP.

Train a model, then start the server (``pip install fastapi uvicorn``)::

    python train.py model.joblib
    MODEL=model.joblib uvicorn app:app

GET /health says what the model reads. POST /forecast takes a series, oldest row first, with times
or without, and answers with a forecast for each row that has a whole window, the newest one last::

    {"rows": [[101.5, 15.2], {"demand": 99.8, "warmth": 14.9}], "times": ["2026-01-01", ...]}
"""

import asyncio
import os
from itertools import pairwise
from typing import Annotated

import joblib
import numpy as np
import pandas as pd
from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NaiveDatetime,
    ValidationError,
    field_validator,
    with_config,
)
from starlette.requests import ClientDisconnect
from typing_extensions import TypedDict

MAX_BYTES, MAX_ROWS = 1_000_000, 10_000
MAX_SECONDS = 10  # for the body to arrive
LARGEST = 1e30  # well within single precision, in which networks compute

# A joblib file is a pickle, which may run any code: load only files that you trust.
pipeline = joblib.load(os.environ.get("MODEL", "model.joblib"))
columns = [str(name) for name in pipeline.feature_names_in_]  # it was fitted on a frame
lookback = pipeline["window"].lookback
# A first prediction shows at once whether the file fits, and compiles what later ones run.
pipeline.predict(pd.DataFrame(np.ones((lookback, len(columns))), columns=columns))

Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-LARGEST, le=LARGEST)]
Columns = TypedDict("Columns", dict.fromkeys(columns, Number))


def name_values(row):
    """Make an object of a row that is an array; the rest is left to the checks of objects."""
    if not isinstance(row, list):
        return row
    if len(row) != len(columns):
        raise ValueError(f"{len(row)} values, the model reads {len(columns)}: {columns}")
    return dict(zip(columns, row, strict=True))


Row = Annotated[with_config(ConfigDict(extra="forbid"))(Columns), BeforeValidator(name_values)]


class Series(BaseModel):
    """What is posted."""

    model_config = ConfigDict(extra="forbid")
    rows: list[Row] = Field(max_length=MAX_ROWS)
    times: list[NaiveDatetime] | None = Field(None, max_length=MAX_ROWS)

    @field_validator("rows")
    @classmethod
    def fill_a_window(cls, rows):
        """Refuse what the pipeline would answer from windows with missing steps."""
        if len(rows) < lookback:
            raise ValueError(
                f"{len(rows)} rows, at least {lookback} are needed: the model looks back so far. "
                "From fewer it could guess, and nobody would see that it is a guess"
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
        for number, (before, time) in enumerate(pairwise(times), start=1):
            if time <= before:
                raise ValueError(f"times[{number}], {time}, does not come after {before}")
        return times


async def posted_body(request: Request) -> bytearray:
    """Read the body, and no more of it than is allowed."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "content-type: application/json is understood, nothing else")
    too_large = HTTPException(413, f"body: more than {MAX_BYTES} bytes")
    if int(request.headers.get("content-length", 0)) > MAX_BYTES:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(MAX_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise too_large
    except (TimeoutError, ClientDisconnect):
        raise HTTPException(408, f"body: not complete within {MAX_SECONDS} seconds") from None
    return body


def checked(body):
    """Return the series in a body, or say what is wrong with the first field that is."""
    try:
        return Series.model_validate_json(body)
    except ValidationError as errors:
        first = errors.errors(include_url=False, include_context=False, include_input=False)[0]
    place = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    raise HTTPException(422, f"{place[1:200] or 'body'}: {reason}")


app = FastAPI(title="Forecasts")


@app.get("/health")
async def health():
    """Say that the server is there, and what the model reads."""
    return {"status": "ok", "columns": columns, "lookback": lookback, "max_rows": MAX_ROWS}


# `def`, not `async def`: FastAPI runs it in a thread, so that a long prediction holds up nobody.
@app.post("/forecast")
def forecast(body: Annotated[bytearray, Depends(posted_body)]):
    """Forecast from every row that has a whole window."""
    series = checked(body)
    index = None if series.times is None else pd.DatetimeIndex(series.times)
    rows = pd.DataFrame(series.rows, columns=columns, index=index)
    try:
        predicted = pipeline.predict(rows)[lookback - 1 :]
    except ValueError as error:  # what the pipeline itself refuses, with its reason
        raise HTTPException(422, str(error)) from None
    if not np.isfinite(predicted).all():
        raise HTTPException(422, "rows: numbers so large that the forecast is not finite")
    return {"forecast": predicted.tolist()}
