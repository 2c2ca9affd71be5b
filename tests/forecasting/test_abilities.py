"""What regressors are said to take is what they take."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.cross_decomposition import PLSRegression
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor
from sklearn.feature_selection import SelectFromModel, SelectKBest, f_regression
from sklearn.impute import SimpleImputer
from sklearn.linear_model import HuberRegressor, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import SVR, LinearSVR
from sklearn.tree import DecisionTreeRegressor

from sklstm import LSTMRegressor, WindowScaledRegressor
from sklstm.forecasting._abilities import (
    is_linear,
    takes_many_outputs,
)
from sklstm.meta_estimators import takes_missing_steps, takes_windows

STUMPS = HistGradientBoostingRegressor(max_iter=2)
NETWORK = LSTMRegressor(3, max_epochs=1)
REGRESSORS = [
    Ridge(),
    STUMPS,
    SVR(),
    GradientBoostingRegressor(n_estimators=2),
    DecisionTreeRegressor(),
    KNeighborsRegressor(),
    NETWORK,
    make_pipeline(StandardScaler(), Ridge()),
    make_pipeline(StandardScaler(), STUMPS),
    make_pipeline(PolynomialFeatures(), STUMPS),
    make_pipeline(SimpleImputer(), Ridge()),
    make_pipeline(SimpleImputer(), PolynomialFeatures(), SVR()),
    make_pipeline("passthrough", None, STUMPS),
    make_pipeline(SelectKBest(f_regression, k=2), Ridge()),
    GridSearchCV(make_pipeline(SelectKBest(f_regression, k=2), Ridge()), {}, cv=2),
    make_pipeline(SelectFromModel(Ridge()), Ridge()),
    make_pipeline(NETWORK),
    TransformedTargetRegressor(Ridge(), transformer=StandardScaler()),
    TransformedTargetRegressor(STUMPS, transformer=StandardScaler()),
    GridSearchCV(Ridge(), {"alpha": [1.0]}, cv=2),
    GridSearchCV(make_pipeline(SimpleImputer(), SVR()), {"svr__C": [1.0]}, cv=2),
    GridSearchCV(STUMPS, {"max_depth": [2]}, cv=2),
    WindowScaledRegressor(Ridge()),
    WindowScaledRegressor(STUMPS),
    WindowScaledRegressor(NETWORK),
]


def learns(regressor, X, y):
    windows = X if takes_windows(regressor) else X.reshape(len(X), -1)
    try:
        regressor.fit(windows, y).predict(windows)
    except ValueError:
        return False
    return True


@pytest.mark.filterwarnings("ignore:Scoring failed", "ignore:\n.*fits failed")
@pytest.mark.parametrize(
    "regressor", REGRESSORS, ids=[str(number) for number in range(len(REGRESSORS))]
)
def test_regressors_take_what_is_said(regressor):
    rng = np.random.default_rng(0)
    X, y = rng.uniform(1, 2, size=(40, 4, 1)), rng.uniform(1, 2, size=(40, 2))
    assert learns(regressor, X, y[:, 0])
    assert takes_many_outputs(regressor) is learns(regressor, X, y)
    X[::5, 1] = np.nan
    assert takes_missing_steps(regressor) is learns(regressor, X, y[:, 0])


@pytest.mark.parametrize("regressor", [
    Ridge(1e-3),
    HuberRegressor(),
    LinearSVR(),
    PLSRegression(1),
    make_pipeline(StandardScaler(), Ridge(1e-3)),
    GridSearchCV(Ridge(), {"alpha": [1e-3]}, cv=2),
    STUMPS,
    SVR(),
    KNeighborsRegressor(),
    NETWORK,
], ids=lambda one: type(one).__name__)  # fmt: skip
def test_linear_models_leave_all_bounds(regressor):
    """What is a thousand times larger than in training is predicted to be much larger."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = X.sum(axis=1)
    predicted = clone(regressor).fit(X, y).predict(1000 * X)
    assert is_linear(regressor) is bool(np.abs(predicted).max() > 100 * np.abs(y).max())
