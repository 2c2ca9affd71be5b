"""What becomes of a state of an older format."""

import pickle

import numpy as np
import pytest

from sklstm import GRUClassifier, LSTMRegressor, PersistenceRegressor
from sklstm.persistence._older_formats import nothing_is_relative

X = np.random.default_rng(0).normal(size=(40, 5, 2)).cumsum(axis=1)


@pytest.mark.parametrize("output", ["last", "sequence"])
def test_regressors_of_format_1_predict_values(output):
    y = X if output == "sequence" else X[:, -1]
    model = LSTMRegressor(3, differencing="never", output=output, max_epochs=2, random_state=0)
    model.fit(X, y)
    state = model.__getstate__() | {"_sklstm_format": 1}
    old = {
        k: v for k, v in state.items() if k not in ("differenced_targets_", "differenced_features_")
    }
    loaded = LSTMRegressor.__new__(LSTMRegressor)
    loaded.__setstate__(pickle.loads(pickle.dumps(old)))
    assert loaded.differenced_targets_.tolist() == [-1, -1]
    assert loaded.differenced_features_.tolist() == [False, False]
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


@pytest.mark.parametrize("model", [GRUClassifier(3, max_epochs=1), PersistenceRegressor()])
def test_what_has_no_targets_to_scale_stays_as_it_is(model):
    state = model.fit(X[:, :, :1], np.arange(40) % 2).__getstate__()
    assert nothing_is_relative(type(model), state) is state
    unfitted = LSTMRegressor().__getstate__()
    assert nothing_is_relative(LSTMRegressor, unfitted) is unfitted
