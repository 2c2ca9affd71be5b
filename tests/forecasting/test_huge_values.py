"""Values whose sums of squares overflow are refused in words, not by linear algebra's errors."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklstm import Forecaster, GRURegressor

DAYS = pd.date_range("2024-01-01", periods=60)
WAVE = pd.Series(1 + np.sin(np.arange(60) / 3) / 10, DAYS)


@pytest.mark.parametrize("regressor", [Ridge(), GRURegressor(2, max_epochs=1, random_state=0)])
@pytest.mark.parametrize("scaling", ["auto", None])
def test_values_without_squares_are_refused(regressor, scaling):
    model = Forecaster(regressor, 5, scaling=scaling)
    with pytest.raises(ValueError, match=r"series has 1e\+200 at 2024-01-01.*in a larger unit"):
        model.fit(1e200 * WAVE)
    with pytest.raises(ValueError, match=r"exog has 1e\+200 at 2024-01-01"):
        model.fit(WAVE, 1e200 * WAVE.to_frame("x"))
    assert np.isfinite(model.fit(1e140 * WAVE).forecast(2)).all(axis=None)


def test_new_rows_are_looked_at_too():
    model = Forecaster(Ridge(), 5).fit(WAVE[:50], WAVE[:50].to_frame("x"))
    before = model.forecast(2, exog=WAVE[50:52].to_frame("x"))
    rows = WAVE[50:].to_frame("x")
    huge = WAVE[50:].copy()
    huge["2024-02-25"] = 1e200
    with pytest.raises(ValueError, match=r"series has 1e\+200 at 2024-02-25.*may overflow"):
        model.update(huge, rows)
    with pytest.raises(ValueError, match=r"exog has 1e\+200 at 2024-02-25"):
        model.update(WAVE[50:], huge.to_frame("x"))
    with pytest.raises(ValueError, match=r"series has 1e\+200 at 2024-01-01"):
        model.forecast(2, history=1e200 * WAVE, history_exog=WAVE.to_frame("x"))
    after = model.forecast(2, exog=WAVE[50:52].to_frame("x"))
    pd.testing.assert_frame_equal(after, before)


def test_one_of_several_series_is_named():
    panel = pd.concat({"a": WAVE, "b": -1e180 * WAVE}, names=["shop", "day"])
    with pytest.raises(ValueError, match=r"series 'b' has -1e\+180 at"):
        Forecaster(Ridge(), 5, by="shop").fit(panel)


def test_a_transformer_may_make_them_small():
    log = FunctionTransformer(np.log, np.exp, check_inverse=False)
    found = Forecaster(Ridge(), 5, transformer=log).fit(1e200 * WAVE[:50])
    for forecaster in (found, found.update(1e200 * WAVE[50:])):
        assert forecaster.forecast(2)["prediction"].between(0.8e200, 1.2e200).all()


@pytest.mark.parametrize(
    ("transformer", "value"),
    [
        (StandardScaler(), 1e200),
        (FunctionTransformer(np.square, np.sqrt, check_inverse=False), 1e100),
    ],
)
def test_new_rows_behind_a_transformer_are_looked_at_as_it_leaves_them(transformer, value):
    model = Forecaster(Ridge(), 5, transformer=transformer).fit(WAVE[:50])
    before, rows = model.forecast(2), WAVE[50:].copy()
    rows["2024-02-25"] = value
    for method in (model.update, lambda rows: model.forecast(2, history=rows)):
        with pytest.raises(ValueError, match=r"series has \d.*e\+20\d? at 2024-02-25.*overflow"):
            method(rows)
    pd.testing.assert_frame_equal(model.forecast(2), before)


def test_exogenous_rows_beside_a_transformer_are_looked_at():
    rows = WAVE.to_frame("x")
    model = Forecaster(Ridge(), 5, transformer=StandardScaler()).fit(WAVE[:50], rows[:50])
    with pytest.raises(ValueError, match=r"exog has 1e\+200 at 2024-02-20"):
        model.update(WAVE[50:], 1e200 * (rows[50:] > 0))
