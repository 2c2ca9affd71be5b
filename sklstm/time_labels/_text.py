"""Dates that are text, or whole numbers that are written like dates."""

import re
import warnings

import numpy as np
import pandas as pd

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_CLOCK = r"\d{1,2}(?::?\d{2}(?::?\d{2}(?:[.,]\d+)?)?)?\s*(?:[ap]m)?"
_TIME = rf"(?:[T\s]+{_CLOCK}\s*(?:Z|UTC|GMT|[+-]\d{{2}}:?\d{{2}})?)?"
_YEAR = r"(?:1[6-9]|2[01])\d\d"
_QUARTER = re.compile(
    rf"(?P<year>{_YEAR})[-\s]?Q(?P<quarter>[1-4])|Q(?P<q>[1-4])[-\s](?P<y>{_YEAR})"
)
_WEEK = re.compile(rf"(?:{_YEAR})-?W\d\d")
_SEPARATED = re.compile(r"\d{1,2}(?P<mark>[-/.])\d{1,2}(?P=mark)(?P<year>\d{4}|\d\d)" + _TIME, re.I)
_DIGITS = {
    "%Y%m%d": re.compile(rf"{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"),
    "%Y%m": re.compile(rf"{_YEAR}(?:0[1-9]|1[0-2])"),
    "%Y": re.compile(_YEAR),
}
_OTHERS = [
    re.compile(pattern + _TIME, re.I)
    for pattern in (
        r"\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?",
        r"\d{1,2}[-/.]\d{4}",
        rf"{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
        rf"(?:[a-z]+,?\s+)?\d{{1,2}}(?:st|nd|rd|th)?[-\s/.]*{_MONTH}[-\s/.,]*\d{{2,4}}",
        rf"(?:[a-z]+,?\s+)?{_MONTH}[-\s/.]*\d{{1,2}}(?:st|nd|rd|th)?,?[-\s/.]+\d{{4}}",
        rf"{_MONTH}[-\s/.,]*(?:\d{{4}}|\d\d)",  # of which May-23 is refused: a year or a day
        rf"\d{{4}}[-\s/.]*{_MONTH}(?:[-\s/.]*\d{{1,2}})?",
    )
]
# Dates that pandas reads otherwise, or not at all: refused.
_NOT_PARSED = [
    re.compile(pattern, re.I)
    for pattern in (
        rf"{_YEAR}-?[0-3]\d\d",  # the day of the year
        rf"{_YEAR}-?W\d\d-?[1-7]",
        rf"(?:[a-z]+,?\s+)?{_MONTH}\s+\d{{1,2}}\s+{_CLOCK}(?:\s+[a-z]+)?\s+\d{{4}}",
        rf"{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?",
        rf"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|[12]\d|3[01]){_YEAR}",
        r"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
        rf"{_YEAR}\s+\d{{1,2}}\s+\d{{1,2}}" + _TIME,
        rf"\d{{1,2}}\s+\d{{1,2}}\s+{_YEAR}" + _TIME,
        r"\d{2,4}\s*[年년]\s*\d{1,2}\s*[月월](?:\s*\d{1,2}\s*[日일])?.*",
    )
]
_FIRST_MONTH = 190001  # as a whole number; smaller ones are no dates
_ZONE = re.compile(r"\d(?:Z|\s*UTC|\s*GMT|[+-]\d{2}:?\d{2})$", re.I)


def dates_in_text(index: pd.Index, name: str) -> pd.Index | None:
    """Parse labels that are text, if they are dates.

    Parameters
    ----------
    index : pandas index
        Text, some of which may be missing.
    name : str
        What the labels are called in errors.

    Returns
    -------
    dates : DatetimeIndex, PeriodIndex or None
        Months, quarters and years are periods; None for text that is no dates.

    Raises
    ------
    ValueError
        If only some labels are dates, day and month cannot be told apart, or only some have a time
        zone.
    """
    texts = pd.Series(index.to_numpy(dtype=object))
    known = texts.dropna().str.strip()
    if not len(known):
        return None
    like = known.map(_is_like_a_date)
    if not like.any():
        if known.map(_is_of_another_form).all():
            _refuse(name, known.iloc[0], "of a form that is not read")
        return None
    if not like.all():
        _refuse(
            name, known[like].iloc[0], f"and others that are not, such as {known[~like].iloc[0]!r}"
        )
    zoned = known.map(lambda text: bool(_ZONE.search(text)) and ":" in text)
    if zoned.any() and not zoned.all():
        _refuse(
            name,
            known[zoned].iloc[0],
            f"with a time zone, and without, such as {known[~zoned].iloc[0]!r}",
        )
    parsed = _parsed(known, bool(zoned.any()), name)
    return parsed if len(known) == len(texts) else _with_missing(parsed, known.index, len(texts))


def refuse_dates_in_numbers(labels: pd.Index, name: str, before: pd.Index | None = None) -> None:
    """Raise a ValueError for whole numbers such as 202312, 202401 or 20240131, 20240201.

    Months are told by the turn of a year: all numbers are of the form yyyymm, and the hundreds
    change. So they do where the labels `before` them are months of another year; where those are
    numbers too small for months, three of one year are enough. Days are told by the form yyyymmdd
    of all of them.
    """
    if isinstance(labels, pd.RangeIndex) or not pd.api.types.is_numeric_dtype(labels.dtype):
        return
    if not len(labels) or labels.hasnans or labels.dtype.kind not in "iuf":
        return
    numbers = labels.to_numpy()
    if labels.dtype.kind == "f":
        if not (np.abs(numbers) < 1e9).all() or (numbers != np.floor(numbers)).any():
            return
        numbers = numbers.astype(np.int64)
    form = _form_of_numbers(numbers, before)
    if form is not None:
        change = (
            f'pd.to_datetime(index, format="{form}")' if form == "%Y%m%d"
            else 'pd.PeriodIndex(index.astype(int).astype(str), freq="M")'
        )  # fmt: skip
        raise ValueError(
            f"{name} has dates that are written as whole numbers, such as {numbers[0]}, which do "
            f"not count time: {numbers[-1] + 1} is not always next. Parse them: {change}."
        )


def _form_of_numbers(numbers, before):
    if _like_months(numbers):
        years = np.unique(numbers // 100)
        return "%Y%m" if len(years) > 1 or _tell_months(before, years[0], len(numbers)) else None
    smallest, largest = int(numbers.min()), int(numbers.max())
    if smallest >= 19000101 and largest <= 21001231:
        days = pd.to_datetime(pd.Series(numbers).astype(str), format="%Y%m%d", errors="coerce")
        return "%Y%m%d" if days.notna().all() else None
    return None


def _like_months(numbers):
    months = numbers % 100
    in_range = numbers.min() >= _FIRST_MONTH and numbers.max() <= 210012
    return bool(in_range and (months >= 1).all() and (months <= 12).all())


def _tell_months(before, year, n_numbers):
    """Return whether numbers like months of one year are such, by the labels in front of them."""
    if before is None:
        return False
    if before[-1] < _FIRST_MONTH:
        return n_numbers > 2
    numbers = before.to_numpy()
    return _like_months(numbers) and bool((numbers // 100 != year).any())


def _is_like_a_date(text):
    if not isinstance(text, str) or not text or not any(letter.isdigit() for letter in text):
        return False
    patterns = (_QUARTER, _WEEK, _SEPARATED, *_DIGITS.values(), *_OTHERS)
    return any(pattern.fullmatch(text) for pattern in patterns)


def _is_of_another_form(text):
    return isinstance(text, str) and any(pattern.fullmatch(text) for pattern in _NOT_PARSED)


def _parsed(texts, zoned, name):
    if texts.map(lambda text: bool(_QUARTER.fullmatch(text))).all():
        parts = texts.str.extract(_QUARTER)
        years, quarters = parts["year"].fillna(parts["y"]), parts["quarter"].fillna(parts["q"])
        return pd.PeriodIndex(years + "Q" + quarters, freq="Q")
    if texts.map(lambda text: bool(_WEEK.fullmatch(text))).all():
        weeks = texts.str.replace("-", "") + "1"
        return pd.DatetimeIndex(pd.to_datetime(weeks, format="%GW%V%u"))
    for form, pattern in _DIGITS.items():
        if texts.map(lambda text, pattern=pattern: bool(pattern.fullmatch(text))).all():
            dates = pd.DatetimeIndex(pd.to_datetime(texts, format=form))
            return dates if form == "%Y%m%d" else dates.to_period("M" if form == "%Y%m" else "Y")
    separated = texts.map(_SEPARATED.fullmatch)
    if separated.notna().all():
        return _by_day_or_month_first(texts, separated, zoned, name)
    return _by_pandas(texts, zoned, name)


def _by_day_or_month_first(texts, matches, zoned, name):
    """Parse dates such as 31/01/2024, if only one order of day and month makes dates of all."""
    marks = {match["mark"] for match in matches}
    if marks == {"."} and all(len(match["year"]) == 4 for match in matches):
        readings = {"day": True}  # 31.1.2024: with dots the day comes first wherever it is written
    else:
        readings = {"day": True, "month": False}
    possible = {}
    for first, day_first in readings.items():
        try:
            possible[first] = _with_pandas(texts, zoned, dayfirst=day_first, strict_order=day_first)
        except ValueError:
            continue
    distinct = list(possible.values())
    if len(distinct) == 2 and not distinct[0].equals(distinct[1]):
        _refuse(name, texts.iloc[0], "of which day and month cannot be told apart")
    if any(len(match["year"]) == 2 for match in matches):
        _refuse(name, texts.iloc[0], "of which the year cannot be told from the day")
    if not distinct:
        _refuse(name, texts.iloc[0], "which do not parse by one format")
    return distinct[0]


def _by_pandas(texts, zoned, name):
    try:
        times = _with_pandas(texts, zoned)
    except ValueError:
        times = None
    if times is None or times[0].year < 1600:
        _refuse(name, texts.iloc[0], "which do not parse by one format")
    return times


def _with_pandas(texts, zoned, dayfirst=False, strict_order=None):
    if strict_order is not None:
        numbers = texts.str.extract(r"(\d{1,2})[-/.](\d{1,2})").astype(int)
        months = numbers[1] if strict_order else numbers[0]
        if (months > 12).any() or (months < 1).any():
            raise ValueError("month")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a format could not be inferred
        try:
            parsed = pd.to_datetime(texts, dayfirst=dayfirst, utc=zoned)
        except ValueError:
            parsed = pd.to_datetime(texts, dayfirst=dayfirst, utc=zoned, format="mixed")
    return _in_one_zone(pd.DatetimeIndex(parsed), texts, zoned)


def _in_one_zone(times, texts, zoned):
    """Return times with the offset that all of them are written with, in UTC if it changes."""
    if not zoned:
        return times
    offsets = set(texts.str.extract(r"([+-]\d{2}):?(\d{2})$").dropna().agg(":".join, axis=1))
    if len(offsets) == 1 and texts.str.contains(r"[+-]\d{2}:?\d{2}$").all():
        offset = offsets.pop()
        return times if offset in ("+00:00", "-00:00") else times.tz_convert(offset)
    return times


def _with_missing(parsed, places, n_rows):
    whole = pd.Series(pd.NaT, index=range(n_rows), dtype=parsed.dtype)
    whole.loc[places] = np.asarray(parsed) if isinstance(parsed, pd.PeriodIndex) else parsed
    return pd.Index(whole)


def _refuse(name, example, what):
    raise ValueError(
        f"{name} has dates that are text, such as {example!r}, {what}: parse them, as by "
        "index = pd.to_datetime(index, format=...), with utc=True where offsets from UTC change."
    )
