"""Dates that are text: all ways to write them that can be told, and those that cannot."""

import numpy as np
import pandas as pd
import pytest

from sklstm.time_labels import as_time_labels, check_order, refuse_dates_in_numbers

DAYS = pd.date_range("2023-11-20", periods=60)
FORMS = [
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y",
    "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d", "%Y%m%dT%H%M%S", "%d %b %Y",
    "%b %d, %Y", "%d-%b-%Y", "%B %d, %Y", "%a %d %b %Y", "%A, %d %B %Y", "%d %B %Y", "%Y %b %d",
    "%m/%d/%Y %I:%M %p", "%d/%m/%Y %H:%M", "%d-%b-%y",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", ["str", object, "category"])
def test_dates_are_parsed_and_are_in_order(form, dtype):
    text = pd.Index(DAYS.strftime(form)).astype(dtype).rename("day")
    found = as_time_labels(text)
    assert found.equals(DAYS)
    assert found.name == "day"
    check_order(text)
    with pytest.raises(ValueError, match="is not sorted"):
        check_order(text[::-1])


@pytest.mark.parametrize(
    "form",
    [
        "%d%m%Y", "%y%m%d", "%Y-%j", "%Y%j", "%G-W%V-%u", "%Y %m %d", "%d %m %Y", "%c",
        "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%Y年%m月%d日", "%Y年%m月%d日 %H時",
    ],
)  # fmt: skip
def test_dates_of_forms_that_are_not_read_are_refused(form):
    for days in (DAYS, DAYS[::-1]):
        with pytest.raises(ValueError, match=r"dates that are text.*form that is not read.*parse"):
            as_time_labels(pd.Index([day.strftime(form) for day in days]))


@pytest.mark.parametrize("dtype", [float, "Float64", int])
def test_months_as_numbers_are_refused_whatever_their_type(dtype):
    months = pd.period_range("2023-05", periods=20, freq="M").strftime("%Y%m").astype(int)
    with pytest.raises(ValueError, match="written as whole numbers, such as 202305"):
        check_order(pd.Index(months, dtype=dtype))
    check_order(pd.Index(months + 0.5))


@pytest.mark.parametrize("form", ["%Y-%m", "%Y%m", "%m/%Y", "%b %Y", "%B %Y"])
def test_months_are_parsed(form):
    months = pd.period_range("2023-05", periods=20, freq="M")
    found = as_time_labels(pd.Index(months.strftime(form)))
    found = found if isinstance(found, pd.PeriodIndex) else found.to_period("M")
    assert found.equals(months)


def test_quarters_weeks_and_years_are_parsed():
    quarters = pd.period_range("2023Q3", periods=6, freq="Q")
    for form in ("%YQ%q", "%Y-Q%q", "Q%q %Y"):
        assert as_time_labels(pd.Index(quarters.strftime(form))).equals(quarters)
    weeks = as_time_labels(pd.Index(["2024-W09", "2024-W10"]))
    assert weeks.equals(pd.DatetimeIndex(["2024-02-26", "2024-03-04"]))
    assert as_time_labels(pd.Index(["2024", "2025"])).equals(
        pd.PeriodIndex(["2024", "2025"], freq="Y")
    )


def test_offsets_from_utc_are_kept_and_those_that_change_become_utc():
    same = as_time_labels(pd.Index(["2024-01-01T00:00+01:00", "2024-01-02T00:00+01:00"]))
    assert list(same) == list(pd.DatetimeIndex(["2023-12-31T23:00", "2024-01-01T23:00"], tz="UTC"))
    assert same[0].hour == 0
    two = as_time_labels(pd.Index(["2024-03-30T00:00+01:00", "2024-04-01T00:00+02:00"]))
    assert two.equals(pd.DatetimeIndex(["2024-03-29T23:00", "2024-03-31T22:00"], tz="UTC"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (["01/02/2024", "02/02/2024"], "day and month cannot be told apart"),
        (["01/02/24", "15/02/24"], "the year cannot be told from the day"),
        (["May-23", "Jun-23"], "do not parse by one format"),
        (["2024-01-01", "x"], "and others that are not, such as 'x'"),
        (["2024-01-01T00:00Z", "2024-01-02T00:00"], "with a time zone, and without"),
        (["2024-13-45", "2024-14-45"], "do not parse by one format"),
        (["31/31/2024"], "do not parse by one format"),
    ],
)
def test_what_cannot_be_told_is_refused(text, words):
    with pytest.raises(ValueError, match=f"The index of X has dates that are text.*{words}.*utc=T"):
        as_time_labels(pd.Index(text))


def test_missing_dates_are_missing():
    found = as_time_labels(pd.Index(["2024-01-01", None], dtype=object))
    assert list(found.isna()) == [False, True]


@pytest.mark.parametrize("text", [["a", "b"], ["1", "10", "9"], ["row 1"], ["id-2024-01"], [""]])
def test_other_text_stays(text):
    index = pd.Index(text)
    assert as_time_labels(index) is index
    check_order(index)


@pytest.mark.parametrize(
    "numbers",
    [range(200001, 200013), range(199990, 200020), [20240132, 20240133], [5, 6], [2023, 2024]],
)
def test_numbers_that_count_rows_are_no_dates(numbers):
    check_order(pd.Index(np.array(numbers)))
    check_order(pd.RangeIndex(20240101, 20240103))


def test_months_of_one_year_are_told_where_no_count_comes_so_far():
    months = pd.Index([202301, 202302, 202303])
    refuse_dates_in_numbers(months, "X")
    for count in ([202300], [202210, 202212, 202214], [202299], [202301, 202302]):
        refuse_dates_in_numbers(months, "X", before=pd.Index(count))
    refuse_dates_in_numbers(months[:2], "X", before=pd.Index([0]))
    with pytest.raises(ValueError, match=r"such as 202301.*202304 is not always next"):
        refuse_dates_in_numbers(months, "X", before=pd.RangeIndex(10))
    with pytest.raises(ValueError, match="such as 202301"):
        refuse_dates_in_numbers(months[:1], "X", before=months - 100)
