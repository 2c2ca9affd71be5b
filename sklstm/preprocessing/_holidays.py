"""Which days are holidays: `is_holiday`."""

from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from sklstm._warn import warn_user
from sklstm.time_labels import as_time_labels

# Between labels, of which each stands for more than its day; not of Mondays, Wednesdays, Fridays.
_FEWEST_DAYS = 5.0
_MOST_DAYS = 4000  # the newest, that are looked at


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


def warn_of_holidays_between(labels: pd.Index, holidays: Any) -> None:
    """Warn of holidays between the labels of rows that stand for weeks, months or longer.

    Parameters
    ----------
    labels : DatetimeIndex or PeriodIndex
        Of rows, in any order.
    holidays : str or collection of dates
        As for `is_holiday`.

    Warns
    -----
    UserWarning
        If labels are five days apart or more, and some holidays are on none of them.
    """
    times = labels.to_timestamp() if isinstance(labels, pd.PeriodIndex) else labels
    days = pd.DatetimeIndex(times).tz_localize(None).normalize().unique().sort_values()
    step = float(np.median(np.diff(days) / np.timedelta64(1, "D"))) if len(days) > 1 else 0.0
    if step < _FEWEST_DAYS:
        return
    between = pd.date_range(days[0], days[-1])[-_MOST_DAYS:].difference(days)
    unseen = between[is_holiday(between, holidays)]
    if len(unseen):
        warn_user(
            f"holidays has days between the labels of rows, which are {step:g} days apart, "
            f"{unseen[0].date()} the first: a row is flagged if its label is a holiday. Count "
            "those of each row in a column of your own, or give the labels of such rows as "
            "holidays."
        )


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
