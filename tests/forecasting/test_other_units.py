"""Future values of a column in another unit than that of `fit` are told; usual ones are not."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge

from sklstm import Forecaster, GRURegressor

DAYS = pd.date_range("2025-01-01", periods=80, name="day")
RNG = np.random.default_rng(1)
PLAN = pd.DataFrame(
    {
        "price": RNG.normal(2, 0.1, 80),
        "count": 1e9 + np.arange(80.0) * 1e6,
        "opened": (np.arange(80) == 75) * 1.0,
        "once": (np.arange(80) % 70 == 3) * 1.0,
    },
    index=DAYS,
)
SOLD = 50 - 10 * PLAN["price"] + PLAN["once"] + RNG.normal(0, 0.1, 80)


def fitted(regressor, exog=PLAN, **options):
    model = Forecaster(regressor, 5, horizon=7, calibration_size=None, scaling="level", **options)
    return model.fit(SOLD[:70], exog[:70])


@pytest.mark.parametrize("regressor", [Ridge(), GRURegressor(2, max_epochs=2, random_state=0)])
def test_another_unit_is_told(regressor):
    model, cents = fitted(regressor), PLAN.assign(price=1000 * PLAN["price"])
    expected = model.forecast(exog=PLAN)
    told = r"exog has 2122\.46 at 2025-03-12.*, column 'price', whose known values are 1\.99\d* on"
    for table in (cents, cents[70:].to_numpy()):
        with pytest.warns(UserWarning, match=told):
            found = model.forecast(exog=table)
        assert not found.equals(expected)


def test_it_names_the_series_and_columns_beside_categories():
    plan = PLAN[["price"]].assign(sky=np.where(np.arange(80) % 3, "grey", "clear"))
    both = pd.concat({"a": plan, "b": plan}, names=["shop"])
    sold = pd.concat({"a": SOLD, "b": SOLD}, names=["shop"]).to_frame("sold")
    days = both.index.get_level_values("day")
    model = Forecaster(Ridge(), 5, by="shop", calibration_size=None)
    model.fit(sold[days < DAYS[70]], both[days < DAYS[70]])
    wrong = both.copy()
    wrong.loc[("b", DAYS[71]), "price"] = 1e6
    with pytest.warns(UserWarning, match=r"1e\+06 at 2025-03-13.* of series 'b', column 'price'"):
        model.forecast(3, exog=wrong)
    model.forecast(3, exog=wrong, series="a")


def test_missing_values_are_no_other_unit():
    torn = PLAN.copy()
    torn[np.arange(80) % 9 == 0] = np.nan
    model = fitted(HistGradientBoostingRegressor(max_iter=2), torn)
    assert len(model.forecast(exog=torn)) == 7
