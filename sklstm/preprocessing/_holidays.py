"""Which days are holidays: `is_holiday`."""

from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from sklstm.time_labels import as_time_labels


def is_holiday(times: pd.DatetimeIndex, holidays: Any) -> np.ndarray:
    """Tell which labels fall on a holiday of their own time zone.

    Parameters
    ----------
    times : DatetimeIndex
        Any times of any days.
    holidays : str or collection of dates
        A country by its code, such as ``"DE"``, or a part of it, such as ``"DE-BY"``, as the
        package ``holidays`` knows them; an object of that package; or the dates themselves.

    Returns
    -------
    is_holiday : ndarray of shape (n_times,), bool
        One for each label.

    Raises
    ------
    ImportError
        If a country is named, and ``holidays`` is not installed.
    ValueError
        If there is no such country, dates are none, or text is no date or can be read in two ways.
    """
    local = times.tz_localize(None).normalize()
    days, place = np.unique(local.to_numpy(), return_inverse=True)
    if isinstance(holidays, str):
        years = sorted(set(pd.DatetimeIndex(days).year))
        known = _dates(list(_of_country(holidays, years)), holidays)
    elif hasattr(holidays, "expand"):  # of the package, empty until it is asked
        return np.array([day.date() in holidays for day in pd.DatetimeIndex(days)])[place]
    else:
        known = _dates(list(holidays), holidays)
    return pd.DatetimeIndex(days).isin(known)[place]


def _dates(dates, holidays):
    texts = as_time_labels(
        pd.Index([d for d in dates if isinstance(d, str)], dtype=object), "holidays"
    )
    others = [date for date in dates if not isinstance(date, str)]
    try:
        if any(isinstance(date, Number) for date in others):  # nanoseconds since 1970 to pandas
            raise TypeError("numbers are no dates")
        times = [pd.Timestamp(date) for date in [*texts, *others]]
        return pd.DatetimeIndex(times).tz_localize(None).normalize()
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"holidays must be a country, such as 'DE' or 'DE-BY', or dates, got {holidays!r}."
        ) from error


def _of_country(code, years):
    try:
        import holidays
    except ImportError as error:
        raise ImportError(
            f"holidays={code!r} names a country, whose holidays the package holidays knows: "
            "pip install 'sklstm[holidays]'; or give dates in place of a country."
        ) from error
    country, _, part = code.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=part or None, years=years)
    except NotImplementedError as error:
        raise ValueError(f"holidays={code!r} is no country that holidays knows: {error}") from error
