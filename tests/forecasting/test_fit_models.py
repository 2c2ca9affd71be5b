"""What a fit of a forecaster tells of its networks, and what it does not."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklstm import Forecaster, GRURegressor


def told_by(forecaster, *data):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        forecaster.fit(*data)
    return [str(one.message) for one in told]


def test_that_nothing_was_learned_is_told_once():
    noise = np.random.default_rng(0).normal(size=100)
    forecaster = Forecaster(
        GRURegressor(4, early_stopping=True, random_state=0), 4, scaling="level"
    )
    assert ["has learned nothing" in one for one in told_by(forecaster, noise)] == [True]
    with pytest.warns(ConvergenceWarning, match="has learned nothing"):
        forecaster.set_params(calibration_size=None).fit(noise)


@pytest.mark.parametrize("horizon", [1, 3])
def test_rows_of_many_columns_are_no_transposed_sequences(horizon):
    exog = np.random.default_rng(0).normal(size=(80, 40))
    network = GRURegressor(2, max_epochs=1, random_state=0)
    for estimator in (network, make_pipeline(FunctionTransformer(), network)):
        asked = {"lookback": 1, "horizon": horizon, "known_exog": None}
        assert told_by(Forecaster(estimator, **asked), exog[:, 0], exog) == []
        assert told_by(Forecaster(estimator, **asked, strategy="direct"), exog) == []


@pytest.mark.parametrize("estimator", [Ridge(), GRURegressor(4, max_epochs=2, random_state=0)])
@pytest.mark.parametrize("scaling", ["auto", "difference"])
def test_a_season_longer_than_all_rows_is_told_and_has_no_effect(estimator, scaling):
    values = np.sin(np.arange(60) / 3) + np.random.default_rng(0).normal(0, 0.1, 60)
    without = Forecaster(estimator, season=None, scaling=scaling).fit(values)
    forecaster = Forecaster(estimator, season=60, scaling=scaling)
    assert [one[:28] for one in told_by(forecaster, values)] == ["season=60 has no effect: ser"]
    assert (forecaster.season_, forecaster.lookback_) == (1, without.lookback_)
    found, expected = (one.forecast(3, level=0.5) for one in (forecaster, without))
    np.testing.assert_array_equal(found, expected)
    assert told_by(forecaster.set_params(season=20), values) == []


def test_seasonal_differences_of_less_than_a_season_are_refused():
    network = GRURegressor(4, max_epochs=2, random_state=0)
    forecaster = Forecaster(network, 4, season=60, scaling="seasonal_difference")
    with pytest.raises(ValueError, match=r"with season=60 series have 60 rows at most"):
        forecaster.fit(np.arange(60.0))
