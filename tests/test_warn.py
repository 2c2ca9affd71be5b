"""Warnings point at the line of the user, whatever lies between."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklstm import Forecaster, LagFeatures, PanelTimeSeriesSplit, SequenceWindower

DAYS = pd.date_range("2025-01-01", periods=40, name="day")
TABLE = pd.DataFrame({"sold": np.sin(np.arange(40.0))}, index=DAYS)
PANEL = pd.concat({"a": TABLE, "b": TABLE[-5:]}, names=["shop"])
NEW = PANEL.loc[["b"]].rename(index={"b": "c"}, level="shop")


def windower():
    return SequenceWindower(10, by="shop", pad="edge", flatten=True)


def fitted():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Forecaster(Ridge(), lookback=7, by="shop").fit(PANEL)


CASES = {
    "fit": lambda: Forecaster(Ridge(), lookback=7, by="shop").fit(PANEL),
    "forecast": lambda: fitted().forecast(),
    "transform": lambda: windower().fit(PANEL).transform(NEW),
    "lags": lambda: LagFeatures(lags=[9], by="shop").fit(PANEL).transform(PANEL[:5]),
    "pipeline": lambda: make_pipeline(windower(), Ridge()).fit(PANEL, PANEL["sold"]).predict(NEW),
    "search": lambda: GridSearchCV(
        Forecaster(Ridge(), by="shop"),
        {"lookback": [7]},
        cv=PanelTimeSeriesSplit(2, test_size=2),
    ).fit(PANEL),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_warning_is_that_of_the_users_line(case):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        case()
    assert caught
    assert {warning.filename for warning in caught} == {__file__}
