"""Tables of Arrow, polars and xarray mean what the same frame of pandas means."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.linear_model import Ridge

from sklstm import (
    ExponentialSmoother,
    Forecaster,
    GRURegressor,
    LSTMRegressor,
    SequenceWindower,
    forecast_pairs,
)
from sklstm.data import as_labelled

DAYS = pd.date_range("2024-01-01", periods=60)
FRAME = pd.DataFrame(
    {"a": np.sin(np.arange(60) / 5), "b": np.cos(np.arange(60) / 5)}, index=DAYS.rename("day")
)
ZONED = FRAME.tz_localize("Europe/Berlin")


def as_arrow(frame):
    return pa.Table.from_pandas(frame.reset_index(), preserve_index=False)


def as_arrow_with_index(frame):
    return pa.Table.from_pandas(frame)


def as_polars(frame):
    return pl.from_pandas(frame.reset_index())


@pytest.mark.parametrize("form", [as_arrow, as_arrow_with_index, as_polars])
@pytest.mark.parametrize("frame", [FRAME, ZONED])
def test_the_column_of_times_labels_rows(form, frame):
    labelled = as_labelled(form(frame))
    pd.testing.assert_frame_equal(labelled, frame, check_freq=False, check_index_type=False)


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()])
def test_days_without_hours_are_times(kind):
    table = as_arrow(FRAME)
    table = table.set_column(0, "day", table["day"].cast(pa.timestamp("ms")).cast(kind))
    labelled = as_labelled(table)
    assert (labelled.index == FRAME.index).all()
    assert labelled.columns.tolist() == ["a", "b"]
    days = pl.from_arrow(table)
    assert days["day"].dtype in (pl.Date, pl.Datetime("ms"))
    assert (as_labelled(days).index == FRAME.index).all()


def test_other_tables_stay():
    several = as_polars(FRAME).with_columns(other=pl.col("day"))
    for table in (FRAME, FRAME.to_numpy(), None, pl.from_pandas(FRAME), several):
        assert as_labelled(table) is table


@pytest.mark.parametrize("form", [as_arrow, as_arrow_with_index, as_polars])
def test_a_forecaster_goes_on_in_time(form):
    def forecaster():
        return Forecaster(Ridge(), lookback=5, calibration_size=None)

    expected = forecaster().fit(FRAME[:50])
    found = forecaster().fit(form(FRAME[:50]))
    pd.testing.assert_frame_equal(found.forecast(3), expected.forecast(3), check_names=False)
    found.update(form(FRAME[50:]))
    pd.testing.assert_frame_equal(
        found.forecast(3), expected.update(FRAME[50:]).forecast(3), check_names=False
    )
    with pytest.raises(
        ValueError, match=r"series has the columns \['b', 'a'\], and had \['a', 'b'"
    ):
        forecaster().fit(form(FRAME[:50])).update(form(FRAME.loc[DAYS[50:], ["b", "a"]]))
    assert forecaster().fit(form(FRAME[:50])).score(form(FRAME[50:])) == pytest.approx(
        forecaster().fit(FRAME[:50]).score(FRAME[50:])
    )
    backtests = [forecaster().backtest(table, cv=2) for table in (form(FRAME), FRAME)]
    pd.testing.assert_frame_equal(*(backtest.errors for backtest in backtests))


@pytest.mark.parametrize("form", [as_arrow, as_arrow_with_index, as_polars])
def test_exogenous_columns_are_taken_by_name_and_time(form):
    series, exog = FRAME[["a"]], FRAME[["b"]].assign(c=1.0)
    expected = Forecaster(Ridge(), lookback=5).fit(series[:50], exog[:50]).forecast(3, exog[50:])
    fitted = Forecaster(Ridge(), lookback=5).fit(form(series[:50]), form(exog[:50]))
    found = fitted.forecast(3, form(exog.loc[DAYS[50:], ["c", "b"]]))
    pd.testing.assert_frame_equal(found, expected, check_names=False)


def test_pairs_keep_to_the_column_of_times():
    torn = FRAME.drop(DAYS[20:30])
    X, y = forecast_pairs(torn, horizon=3, target="a")
    for form in (as_arrow, as_polars):
        found, targets = forecast_pairs(form(torn), horizon=3, target="a")
        assert len(found) == len(X) == 44
        np.testing.assert_array_equal(targets, y)
        with pytest.raises(ValueError, match="not sorted"):
            forecast_pairs(form(torn[::-1]), target="a")


@pytest.mark.parametrize("step", [SequenceWindower(3), ExponentialSmoother(), LSTMRegressor(2)])
def test_columns_of_arrow_are_not_swapped(step):
    table = pa.Table.from_pandas(FRAME.reset_index(drop=True), preserve_index=False)
    if hasattr(step, "max_epochs"):
        step.set_params(max_epochs=1).fit(table, np.arange(60.0))
    else:
        step.fit(table)
    use = getattr(step, "transform", None) or step.predict
    use(table)
    assert list(step.feature_names_in_) == ["a", "b"]
    with pytest.raises(ValueError, match="same order"):
        use(table.select(["b", "a"]))


def test_columns_of_xarray_have_names():
    xarray = pytest.importorskip("xarray")
    array = xarray.DataArray(
        FRAME.to_numpy(), dims=("day", "what"), coords={"day": DAYS, "what": ["a", "b"]}
    )
    pd.testing.assert_frame_equal(as_labelled(array), FRAME, check_freq=False, check_names=False)
    forecaster = Forecaster(Ridge(), lookback=5).fit(array)
    assert forecaster.columns_ == ["a", "b"]
    with pytest.raises(ValueError, match="same order"):
        SequenceWindower(3).fit(array).transform(array[:, ::-1])


LAZY = pl.DataFrame({"shop": ["a"] * 9, "sold": range(9)}).lazy()


@pytest.mark.parametrize(
    "read",
    [
        lambda: Forecaster(Ridge(), by="shop").fit(LAZY),
        lambda: Forecaster(Ridge()).fit(np.arange(9.0), LAZY),
        lambda: forecast_pairs(LAZY, 2, target="sold", by="shop"),
        lambda: SequenceWindower(3, by="shop").fit(LAZY),
        lambda: SequenceWindower(3).fit(LAZY),
        lambda: GRURegressor().fit(LAZY, np.zeros(9)),
    ],
)
def test_queries_that_have_no_rows_yet_are_told_to_collect_them(read):
    with pytest.raises(TypeError, match=r"LazyFrame of polars has no rows yet: .* collect\(\)"):
        read()


def test_dates_of_polars_that_are_text_are_to_be_parsed():
    days = [f"2025-01-{day:02d}" for day in range(1, 10)]
    table = pl.DataFrame({"day": days, "sold": np.arange(9.0)})
    with pytest.raises(ValueError, match=r"parse it \(pl.col\('day'\).str.to_datetime\(\)\)"):
        Forecaster(Ridge()).fit(table)
    parsed = table.with_columns(pl.col("day").str.to_datetime())
    assert Forecaster(Ridge(), 2).fit(parsed).last_ == [pd.Timestamp("2025-01-09")]
    with pytest.raises(ValueError, match="'sold' that is not numeric.*'x'$"):
        Forecaster(Ridge()).fit(pl.DataFrame({"sold": ["x", "y"]}))
