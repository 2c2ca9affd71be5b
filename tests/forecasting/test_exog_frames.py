"""Frames of polars without times mean, as exogenous columns, what those of pandas do."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import Ridge

from sklstm import Forecaster

DAYS = pd.date_range("2025-01-01", periods=80, name="day")
RNG = np.random.default_rng(7)
PLAN = pd.DataFrame(
    {"promo": RNG.choice(["flyer", "none", "radio"], 80), "rain": RNG.normal(size=80)}, index=DAYS
)
SOLD = pd.Series(5 + 2.0 * (PLAN["promo"] == "flyer") + PLAN["rain"], name="sold")


def forecaster(**options):
    return Forecaster(Ridge(0.01), 5, horizon=3, scaling=None, calibration_size=None, **options)


def of_polars(table):
    return pl.from_pandas(table.reset_index(drop=True))


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["none", "flyer", "radio"])])
def test_categories_without_times(dtype):
    plan, sold = of_polars(PLAN).cast({"promo": dtype}), of_polars(SOLD.to_frame())
    expected = forecaster().fit(SOLD[:70], PLAN[:70])
    found = forecaster().fit(sold[:70], plan[:70])
    assert found.exog_categories_ == {"promo": ["flyer", "none", "radio"]}
    for rows in (plan[70:], plan[70:].select("rain", "promo")):
        np.testing.assert_allclose(found.forecast(exog=rows), expected.forecast(exog=PLAN))
    found.update(sold[70:72], plan[70:72])
    expected.update(SOLD[70:72], PLAN[70:72])
    np.testing.assert_allclose(found.forecast(exog=plan[72:]), expected.forecast(exog=PLAN))


def test_categories_of_a_panel_without_times():
    table = pd.concat({"a": PLAN.assign(sold=SOLD), "b": PLAN[::-1].assign(sold=SOLD.to_numpy())})
    table = table.rename_axis(["shop", "day"]).reset_index("shop").reset_index(drop=True)
    past = pl.from_pandas(table[table.groupby("shop").cumcount() < 70])
    later = pl.from_pandas(table[table.groupby("shop").cumcount() >= 70])
    found = forecaster(by="shop").fit(past["shop", "sold"], past["shop", "promo", "rain"])
    found = found.forecast(exog=later["shop", "promo", "rain"])
    one_hot = {name: pl.col("promo") == name for name in ("flyer", "none", "radio")}
    columns = ["shop", *one_hot, "rain"]
    past, later = past.with_columns(**one_hot), later.with_columns(**one_hot)
    by_hand = forecaster(by="shop").fit(past["shop", "sold"], past[columns])
    np.testing.assert_allclose(found, by_hand.forecast(exog=later[columns]))


def test_categories_that_fit_did_not_have_are_told():
    fitted = forecaster().fit(of_polars(SOLD.to_frame())[:70], of_polars(PLAN)[:70])
    later = of_polars(PLAN)[70:].with_columns(promo=pl.lit("new"))
    with pytest.warns(UserWarning, match="categories that fit did not have .'promo': 'new'"):
        fitted.forecast(exog=later)


@pytest.mark.parametrize("in_index", [False, True])
def test_a_table_of_stores_takes_a_row_for_each_series(in_index):
    parts = {(store, item): SOLD + item for store in "ns" for item in (1, 2)}
    panel = pd.concat(parts, names=["store", "item"]).to_frame()
    stores = pd.DataFrame({"store": ["n", "s"], "size": [3.0, 9.0]})
    model = forecaster(by=["store", "item"], static_exog=["size"])
    with pytest.raises(ValueError, match=r"by \['store'\], and by=\['store', 'item'\] .*\.merge"):
        model.fit(panel, stores.set_index("store") if in_index else stores)
    keys = panel.index.droplevel("day").unique().to_frame(index=False)
    table = keys.merge(stores, on=["store"])
    found = model.fit(panel, table.set_index(["store", "item"]) if in_index else table)
    rows = panel[[]].join(stores.set_index("store"), on="store")
    expected = forecaster(by=["store", "item"], static_exog=["size"]).fit(panel, rows)
    pd.testing.assert_frame_equal(found.forecast(), expected.forecast())
