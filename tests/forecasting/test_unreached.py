"""The inverse of a transformer may make no number of a forecast."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import PowerTransformer

from sklstm import Forecaster
from sklstm.forecasting._scores import skill_score
from sklstm.model_selection import forecast_scorer

DAYS = pd.date_range("2024-01-01", periods=120)
# A Box-Cox transform of a straight line that goes on beyond its end, and has no inverse there.
FALLING = pd.Series(np.r_[np.linspace(100, 1, 115), 0.5, 0.2, 0.1, 0.05, 0.01], DAYS, name="y")
BOX_COX = PowerTransformer(method="box-cox")


def forecaster(**options):
    return Forecaster(Ridge(), 8, transformer=BOX_COX, scaling="difference", **options)


def test_a_forecast_without_a_number_is_told():
    fitted = forecaster().fit(FALLING)
    message = r"The forecast is no number at 2024-04-30 00:00:00: .*inverse of transformer"
    with pytest.warns(UserWarning, match=message):
        assert fitted.forecast(3, level=0.5)["prediction"].isna().all()
    with pytest.warns(UserWarning, match=message):
        assert fitted.sample_paths(2, 20, random_state=0).isna().any(axis=None)


def test_of_a_panel_its_series_are_named():
    panel = pd.concat({"a": FALLING + 100, "b": FALLING}, names=["id", "day"])
    fitted = forecaster(by="id", calibration_size=None).fit(panel)
    with pytest.warns(UserWarning, match="of 1 of 2 series, 'b', is no number at"):
        found = fitted.forecast(2)["prediction"]
    assert found["a"].notna().all()


def test_scores_do_not_leave_it_out():
    fitted = forecaster(calibration_size=None).fit(FALLING)
    later = pd.Series(0.01, pd.date_range("2024-04-30", periods=3), name="y")
    with pytest.raises(ValueError, match="The forecast of series is no number at 2024-04-30"):
        fitted.score(later)
    with pytest.raises(ValueError, match="or its inverse gives no number"):
        forecast_scorer("mae")(fitted, later)


def test_without_a_series_long_enough_no_row_is_scored():
    panel = pd.concat({"a": FALLING, "b": FALLING}, names=["id", "day"])
    fitted = Forecaster(Ridge(), 8, by="id", calibration_size=None).fit(panel)
    short = {key: past.part(0, 2) for key, past in fitted._known.histories.items()}
    before = replace(fitted._known, histories=short)
    after = fitted._known.with_given(panel.loc[["b"]].rename({"b": "new"}), None)[0]
    with pytest.raises(ValueError, match=r"No row can be scored.*\['new'\] were not in fit"):
        skill_score(fitted._model, before, after, fitted.min_rows_)
