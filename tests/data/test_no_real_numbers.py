"""Complex numbers are refused in a short sentence, whatever holds them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklstm import Forecaster, LSTMClassifier, LSTMRegressor, SequenceWindower, forecast_pairs
from sklstm import mean_absolute_scaled_error as mase

WINDOWS, ROWS = np.zeros((30, 5, 2)), np.arange(30.0)
COMPLEX = WINDOWS + 1j


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("X", lambda: LSTMRegressor().fit(COMPLEX, ROWS)),
        ("X", lambda: LSTMRegressor().fit(COMPLEX[:, :, 0].tolist(), ROWS)),
        ("X", lambda: SequenceWindower(3).fit(COMPLEX[:, :, 0].astype("complex64"))),
        ("y", lambda: LSTMRegressor().fit(WINDOWS, ROWS + 1j)),
        ("y", lambda: LSTMClassifier().fit(WINDOWS, ROWS + 1j)),
        ("sample_weight", lambda: LSTMRegressor().fit(WINDOWS, ROWS, sample_weight=ROWS + 1j)),
        ("series", lambda: Forecaster(Ridge()).fit(pd.Series(ROWS + 1j))),
        ("exog", lambda: Forecaster(Ridge()).fit(ROWS, pd.DataFrame({"a": ROWS, "b": ROWS + 1j}))),
        ("y_train", lambda: mase(ROWS, ROWS, y_train=ROWS + 1j)),
        ("sample_weight", lambda: mase(ROWS, ROWS, y_train=ROWS, sample_weight=ROWS + 1j)),
        ("series", lambda: forecast_pairs(COMPLEX[:, :, 0], target=0)),
        ("series", lambda: forecast_pairs(pd.DataFrame({"a": ROWS, "b": ROWS + 1j}), target="a")),
    ],
)
def test_complex_numbers_are_not_listed(name, use):
    with pytest.raises(
        ValueError, match=f"{name} holds complex numbers .complex.*not supp"
    ) as told:
        use()
    assert len(str(told.value)) < 200
    assert len(str(told.value.__cause__)) < 200  # scikit-learn's error lists them
