"""Future values of a column in another unit than that of `fit` are told; usual ones are not."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
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
    told = r"exog has 2122\.46 at 2025-03-12.*, column 'price', whose known values are from 1\.7"
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


def test_new_rows_in_another_unit_are_told():
    model = fitted(Ridge())
    sold, plan = SOLD[70:72], PLAN[70:72]
    told = r"series has 2\d{4}.* at 2025-03-12.*, column 'value', whose known values are from 2"
    with pytest.warns(UserWarning, match=told):
        fitted(Ridge()).update(1000 * sold, plan)
    with pytest.warns(UserWarning, match="exog has .*, column 'price'"):
        fitted(Ridge()).update(sold, plan.assign(price=[1e5, 2.0]))
    cents = PLAN[:70].assign(price=1000 * PLAN["price"])
    with pytest.warns(UserWarning, match="exog has .* at 2025-01-01.*, column 'price'"):
        model.forecast(exog=PLAN, history=SOLD[:70], history_exog=cents)
    model.forecast(exog=PLAN, history=1000 * SOLD[:70], history_exog=PLAN[:70])  # of another one
    model.update(sold, plan)
    assert len(model.forecast(exog=PLAN, history=SOLD[:70], history_exog=PLAN[:70])) == 7


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([2.0] * 69 + [2.01], 3.5),  # a price that hardly changed
        ([0.0] * 69 + [1.0], 25.0),  # an intermittent demand
        ([5.0] * 70, 1e9),  # a constant tells of no unit
        (np.arange(70.0), 150.0),
    ],
)
def test_usual_changes_are_not_told(before, after):
    plan = pd.DataFrame({"x": [*before, *[after] * 10]}, index=DAYS)
    model = fitted(Ridge(1e-9), plan)
    model.forecast(exog=plan)
    model.update(SOLD[70:72], plan[70:72])


def test_missing_values_are_no_other_unit():
    torn = PLAN.copy()
    torn[np.arange(80) % 9 == 0] = np.nan
    model = fitted(HistGradientBoostingRegressor(max_iter=2), torn)
    assert len(model.forecast(exog=torn)) == 7


def test_rain_after_a_dry_season_is_not_told_and_what_never_fell_is_no_command():
    hours = pd.date_range("2025-01-01", periods=1300, freq="h")
    rain = np.where(np.arange(1300) % 9 == 0, 0.1, 0.0)
    rain[40] = 28.4  # long before the newest thousand
    plan = pd.DataFrame({"rain": rain}, hours)
    warmth = pd.Series(20 + RNG.normal(size=1300), hours)
    model = Forecaster(Ridge(), 5, calibration_size=None, scaling="level")
    model.fit(warmth[:1290], plan[:1290])
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        model.forecast(3, exog=plan[1290:].assign(rain=14.0))
        fallen = clone(model).fit(plan["rain"][:1290])
        fallen.update(plan["rain"][1290:] + 14)
    never = r"'rain', whose known values are from 0 to 28\.4\. If this is another unit, give it in"
    with pytest.warns(UserWarning, match=never):
        model.forecast(3, exog=plan[1290:].assign(rain=14000.0))


def test_a_series_that_knows_it_does_not_hide_another():
    both = pd.concat({"a": PLAN[["price"]], "b": PLAN[["price"]]}, names=["shop"])
    both = pd.concat([both.loc[["a"]]] * 14 + [both.loc[["b"]]] * 14)
    days = pd.date_range("2020-01-01", periods=14 * 80, name="day")
    both.index = pd.MultiIndex.from_product([["a", "b"], days], names=["shop", "day"])
    both.loc[("a", days[3]), "price"] = 5000.0
    known = both[both.index.get_level_values("day") < days[-5]]
    model = Forecaster(Ridge(), 5, by="shop", calibration_size=None).fit(known)
    new = both.drop(known.index).assign(price=1000.0)
    with pytest.warns(UserWarning, match=r"series has 1000 at 2023-.* of series 'b'"):
        model.update(new)


def test_rows_in_place_of_known_ones_in_another_unit_are_told():
    told = r"series has 2781\.33 at 2025-01-31.*, column 'value', whose known values are from 2"
    with pytest.warns(UserWarning, match=told):
        fitted(Ridge()).update(100 * SOLD[30:32], PLAN[30:32], overlap="replace")
    cents = PLAN.assign(price=1000 * PLAN["price"])
    with pytest.warns(UserWarning, match=r"exog has .* at 2025-03-11.*, column 'price'") as caught:
        fitted(Ridge()).update(SOLD[69:72], cents[69:72], overlap="replace")
    assert len(caught) == 1  # of the first of them, though two new ones follow


def test_usual_revisions_are_not_told_nor_what_mends_a_wrong_unit():
    model = fitted(Ridge())
    model.update(SOLD[60:72] + 1, PLAN[60:72], overlap="replace")
    model.update(SOLD[60:72] + 1, PLAN[60:72], overlap="replace")  # as they are
    with pytest.warns(UserWarning, match="series has"):
        model.update(1000 * SOLD[72:74], PLAN[72:74])
    model.update(SOLD[72:74], PLAN[72:74], overlap="replace")


def test_revisions_of_one_series_of_a_panel_are_told():
    both = pd.concat({"a": SOLD, "b": SOLD}, names=["shop"]).to_frame("sold")
    model = Forecaster(Ridge(), 5, by="shop", calibration_size=None).fit(both)
    with pytest.warns(UserWarning, match=r"at 2025-03-17.* of series 'b', column 'sold'"):
        model.update(1000 * both[both.index == ("b", DAYS[75])], overlap="replace")
