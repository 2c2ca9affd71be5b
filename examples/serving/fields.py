"""What questions and answers are made of: numbers, times, rows."""

from collections.abc import Hashable
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any

import pandas as pd
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    with_config,
)
from typing_extensions import TypedDict

MAX_ROWS = 10_000
LARGEST = 1e30  # well within single precision, in which networks compute

Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-LARGEST, le=LARGEST)]
Key = StrictInt | StrictStr


def as_written(time: Any) -> Any:
    """Refuse numbers, which could be seconds, days or years."""
    if not isinstance(time, str):
        raise ValueError("a time is text, such as 2026-01-31T12:00 or 2026-01-31T12:00+01:00")
    return time


Time = Annotated[datetime, BeforeValidator(as_written)]


class Strict(BaseModel):
    """A body without fields that nobody knows."""

    model_config = ConfigDict(extra="forbid")


class About(BaseModel):
    """Which model answers."""

    version: str = Field(description="of the model file")
    units: dict[str, str] = Field(description="of what is forecast, by its column")


def row_type(name: str, fields: dict[str, Any]) -> Any:
    """Return the type of a row that is an object with these fields and no others."""
    return with_config(ConfigDict(extra="forbid"))(TypedDict(name, fields))


def as_times(times: list[datetime]) -> pd.DatetimeIndex:
    """Return times as an index, in UTC if they have offsets, which summer time changes."""
    if times and times[0].tzinfo is not None:
        return pd.to_datetime(times, utc=True)
    return pd.DatetimeIndex(times)


def check_increasing(times: list[datetime], name: str = "times") -> None:
    """Refuse times that are no index of a series."""
    for number, (before, time) in enumerate(pairwise(times), start=1):
        if (before.tzinfo is None) != (time.tzinfo is None):
            raise ValueError(f"{name}[{number}], {time}: either all have an offset, or none has")
        if time <= before:
            raise ValueError(f"{name}[{number}], {time}, does not come after {before}")


def as_index(times: list[Any], like: Hashable) -> pd.Index:
    """Return posted times as labels of the same kind as a known one.

    Raises
    ------
    ValueError
        If they are of another kind, or have no offset where the zone of the series matters.
    """
    try:
        return _as_index(times, like)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"time: {error}") from None


def _as_index(times, like):
    if isinstance(like, pd.Period):
        return pd.PeriodIndex([str(time) for time in times], freq=like.freq)
    if not isinstance(like, pd.Timestamp):
        if any(isinstance(time, str) for time in times):
            raise ValueError(f"the model counts rows by whole numbers, such as {like}")
        return pd.Index(times, dtype="int64")
    if not all(isinstance(time, str) for time in times):
        raise ValueError(f"the model takes times as text, such as '{like.isoformat()}'")
    parsed = [datetime.fromisoformat(time) for time in times]
    aware = {time.tzinfo is not None for time in parsed}
    if aware - {like.tz is not None}:
        wanted = "no offset" if like.tz is None else f"an offset: series are in {like.tz}"
        raise ValueError(f"the model takes times with {wanted}")
    index = pd.to_datetime(parsed, utc=like.tz is not None)
    return index if like.tz is None else index.tz_convert(like.tz)


def as_key(key: Hashable) -> Any:
    """Return the key of a series as JSON has it, a list where it has several parts."""
    if isinstance(key, tuple):
        return [as_text(part) for part in key]
    return None if key is None else as_text(key)


def as_text(label: Hashable) -> int | str:
    """Return a label as JSON has it."""
    if isinstance(label, pd.Timestamp):
        return label.isoformat()
    return int(label) if isinstance(label, int) or hasattr(label, "dtype") else str(label)
