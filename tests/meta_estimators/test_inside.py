"""The estimator inside another one is found, whatever holds it."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import RandomForestRegressor, StackingRegressor, VotingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import RegressorChain
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import Forecaster, LSTMRegressor, SequenceEncoder, WindowScaledRegressor
from sklstm.meta_estimators import find_inside, inner, inner_estimators, members, walk

NETWORK = LSTMRegressor(3, max_epochs=1)
X = np.random.default_rng(0).normal(size=(40, 5))
Y = X[:, -1]


class OtherSearch(BaseEstimator):
    """A search that does not inherit from scikit-learn's."""

    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, X, y):
        self.best_estimator_ = self.estimator.fit(X, y)
        return self


# For each way to hold a regressor the role, and data to fit it.
AROUND = {
    "pipeline": (lambda one: make_pipeline(StandardScaler(), one), "pipeline"),
    "pipeline with a passthrough": (lambda one: make_pipeline("passthrough", one), "pipeline"),
    "search": (lambda one: GridSearchCV(one, {}, cv=2), "search"),
    "search of another package": (OtherSearch, None),
    "target": (lambda one: TransformedTargetRegressor(one), "target"),
    "windows": (WindowScaledRegressor, "windows"),
    "encoder": (SequenceEncoder, "other"),
    "chain": (RegressorChain, "other"),
}


@pytest.mark.parametrize(("around", "role"), AROUND.values(), ids=AROUND.keys())
def test_what_is_held(around, role):
    assert inner(around(NETWORK)) is NETWORK
    assert list(walk(around(make_pipeline(NETWORK))))[-1] is NETWORK
    if role is not None:
        assert inner(around(NETWORK), through=(role,)) is NETWORK
        assert inner(around(NETWORK), through={"none"}) is None
    outer = around(NETWORK)
    assert list(walk(outer, through=())) == [outer]


@pytest.mark.parametrize("ensemble", [VotingRegressor, StackingRegressor])
def test_members(ensemble):
    ridge = Ridge()
    assert members(ensemble([("a", ridge), ("b", "drop"), ("c", NETWORK)])) == [ridge, NETWORK]
    for other in (ensemble([]), ensemble(None), RandomForestRegressor(), NETWORK):
        assert members(other) == []


@pytest.mark.parametrize("name", [name for name in AROUND if name != "chain"])
def test_what_is_fitted(name):
    around, _ = AROUND[name]
    model = around(LSTMRegressor(3, max_epochs=1)).fit(X, Y)
    found = inner(model, fitted=True)
    assert isinstance(found, LSTMRegressor)
    assert found is find_inside(model, "stop_reason_", "caller", "a network")
    assert found is find_inside(FrozenEstimator(model), "stop_reason_", "caller", "a network")
    assert found.n_iter_ == 1


def test_a_forecaster_holds_what_it_has_fitted():
    forecaster = Forecaster(NETWORK, lookback=3, scaling=None).fit(Y)
    assert inner(forecaster) is NETWORK
    assert inner(forecaster, fitted=True) is forecaster.estimator_


def test_steps_of_a_pipeline():
    first, last = StandardScaler(), Ridge()
    pipeline = Pipeline([("a", "passthrough"), ("b", first), ("c", None), ("d", last)])
    assert inner_estimators(pipeline) == [first, last]
    assert inner(pipeline, step=0) is first
    assert inner(pipeline) is last
    assert list(walk(GridSearchCV(make_pipeline(pipeline), {}), step=0))[-1] is first


@pytest.mark.parametrize(
    "alone", [Ridge(), NETWORK, StandardScaler(), make_pipeline("passthrough")]
)
def test_nothing_inside(alone):
    assert inner(alone) is None
    assert inner_estimators(alone, fitted=True) == []
    assert list(walk(alone)) == [alone]


def test_errors_of_find_inside():
    with pytest.raises(NotFittedError):
        find_inside(make_pipeline(NETWORK), "stop_reason_", "Caller", "a network")
    with pytest.raises(TypeError, match="Caller takes a network, got the class Ridge"):
        find_inside(Ridge, "stop_reason_", "Caller", "a network")
    search = GridSearchCV(LinearRegression(), {}, cv=2).fit(X, Y)
    with pytest.raises(TypeError, match="got GridSearchCV without one: nothing inside it has stop"):
        find_inside(search, "stop_reason_", "Caller", "a network")
