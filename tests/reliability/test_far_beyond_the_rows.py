"""Lengths far beyond the rows that there are end in an error that says so, not in all memory."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklstm import Forecaster, GRURegressor, SequenceWindower

WAVE = np.sin(np.arange(60) / 3)
PANEL = pd.DataFrame({"shop": list("ab") * 30, "sold": WAVE})
X, Y = WAVE.reshape(10, 6), WAVE[:10]
FITS = {
    "lookback": lambda n: SequenceWindower(n).fit_transform(WAVE[:, np.newaxis]),
    "lookback of a panel": lambda n: SequenceWindower(n, by="shop").fit_transform(PANEL),
    "lookback of flat windows": lambda n: SequenceWindower(n, flatten=True).fit(WAVE[:, None]),
    "horizon": lambda n: Forecaster(Ridge(), 3, n, calibration_size=None).fit(WAVE),
    "patch_size": lambda n: GRURegressor(2, patch_size=n, max_epochs=1).fit(X, Y),
}


@pytest.mark.parametrize("n", [10**6, 10**9, 10**12, 10**25])
@pytest.mark.parametrize("name", FITS)
def test_lengths_far_beyond_the_rows_are_refused(name, n):
    parameter = name.split()[0]
    there = {"lookback of a panel": "30 rows", "patch_size": "6 steps"}.get(name, "60 rows")
    with pytest.raises(ValueError, match=f"{parameter}={n} is far beyond the {there} that there"):
        FITS[name](n)


def test_a_few_more_rows_are_taken():
    assert SequenceWindower(1000).fit_transform(WAVE[:, np.newaxis]).shape == (60, 1000, 1)


def test_seasons_beyond_all_rows_know_no_persistence():
    model, cv = Forecaster(Ridge(), 3, scaling=None), [(range(40), range(40, 45))]
    huge, large = (model.backtest(WAVE, cv, season=n).forecasts for n in (10**9, 60))
    pd.testing.assert_frame_equal(huge, large)
    assert huge["persistence"].isna().all()
