"""An outage is as many missing steps as it is long, for all that look back by steps."""

import numpy as np
import pandas as pd
import pytest

from sklstm import (
    CausalImputer,
    LagFeatures,
    SeasonalAdjuster,
    SeasonalDifferencer,
    SequenceWindower,
    WindowScaler,
)

HOURS = pd.date_range("2024-01-01", periods=120, freq="h")
RNG = np.random.default_rng(3)
WHOLE = pd.DataFrame(
    {"a": RNG.normal(size=120).cumsum(), "b": RNG.normal(5, 1, size=120)}, index=HOURS
)
WHOLE.iloc[40:51] = np.nan  # an outage of 11 hours
WHOLE.iloc[100:103] = np.nan
CUT = WHOLE.dropna()  # the same outages without rows
TRANSFORMERS = [
    SeasonalAdjuster(24),
    SeasonalDifferencer(24),
    SeasonalDifferencer(7),
    WindowScaler("standard", window_size=6),
    WindowScaler("minmax", window_size=15),
    WindowScaler("last", window_size=3),
    WindowScaler("standard"),
    CausalImputer(limit=4),
    SequenceWindower(5, flatten=True),
]


def numbers(result):
    if isinstance(result, pd.DataFrame):
        result = result.drop(columns="name", errors="ignore")
    return np.asarray(result, dtype=float)


@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=repr)
@pytest.mark.parametrize("by", [None, "name"])
def test_absent_rows_are_missing_rows(transformer, by):
    whole, cut = WHOLE, CUT
    if by:
        whole, cut = (
            pd.concat([frame.assign(name="x"), (frame * 2).assign(name="y")])
            for frame in (WHOLE, CUT)
        )
    transformer.set_params(by=by)
    there = whole["a"].notna().to_numpy()
    expected = numbers(transformer.fit_transform(whole))[there]
    np.testing.assert_array_equal(numbers(transformer.fit_transform(cut)), expected)
    # Rows that go on, with and without a hole among them.
    if by is None:
        fitted = transformer.fit(CUT[:60])
        last = CUT.index[59]
        rest = numbers(fitted.transform(CUT[60:]))
        transformer.fit(WHOLE.loc[:last])
        known = WHOLE.loc[last:].iloc[1:]
        again = numbers(transformer.transform(known))[known["a"].notna()]
        np.testing.assert_array_equal(rest, again)
    transformer.set_params(by=None)


@pytest.mark.parametrize("season", [7, 24])
def test_differences_over_an_outage_are_undone(season):
    differencer = SeasonalDifferencer(season)
    differences = differencer.fit_transform(CUT)
    pd.testing.assert_frame_equal(differencer.inverse_transform(differences), CUT)
    differencer.fit(CUT[:60])
    rest = differencer.transform(CUT[60:])
    pd.testing.assert_frame_equal(differencer.inverse_transform(rest), CUT[60:])


def test_rows_of_an_index_without_frequency_are_counted():
    numbered = CUT.set_axis(np.flatnonzero(WHOLE["a"].notna()))
    expected = CUT["a"].to_numpy()[7:] - CUT["a"].to_numpy()[:-7]
    np.testing.assert_array_equal(SeasonalDifferencer(7).fit_transform(numbered)["a"][7:], expected)


@pytest.mark.parametrize("transformer", [SequenceWindower(3), LagFeatures(lags=[2])], ids=repr)
@pytest.mark.parametrize("by", [None, "name"])
def test_rows_between_the_steps_are_told(transformer, by):
    frame = WHOLE.drop(columns="b").assign(**({} if by is None else {"name": "x"}))
    transformer.set_params(by=by).fit(frame[:30])
    rows = frame[30:40]
    extra = rows[3:4].set_axis(rows.index[3:4] + pd.Timedelta(minutes=20))
    mixed = pd.concat([rows, extra]).sort_index()
    of = "" if by is None else " of series 'x'"
    with pytest.warns(UserWarning, match=f"label 2024-01-02 09:20:00{of}, between two") as caught:
        transformer.transform(mixed)
    assert [warning.filename for warning in caught] == [__file__]
    transformer.transform(frame[30:45].dropna())  # of these none is between
