"""Many forecasts at once are each what it is alone, however they are portioned."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PowerTransformer, StandardScaler

import sklstm.forecasting._forecast_model as module
from sklstm import ExponentialSmoother, Forecaster, LSTMRegressor, WindowScaledRegressor
from sklstm.forecasting._features import Features
from sklstm.forecasting._histories import History
from sklstm.forecasting._path import Path
from sklstm.forecasting._prepared_fit import PreparedFit
from sklstm.forecasting._series_transformer import works_row_by_row

RNG = np.random.default_rng(0)
NONE = np.empty(0, dtype=int)


def history(rng, key, n_steps, missing=()):
    values = np.exp(np.cumsum(rng.normal(size=(n_steps, 2)) / 10, axis=0))
    values[list(missing)] = np.nan
    return History(key, pd.RangeIndex(n_steps), values, rng.normal(size=(n_steps, 1)))


HISTORIES = [history(RNG, "A", 40), history(RNG, "B", 25), history(RNG, "C", 60)]


@pytest.fixture(params=[Ridge(), LSTMRegressor(4, max_epochs=2, random_state=0)], ids=repr)
def model(request):
    features = Features(3, 2, NONE, np.array([0]))
    return PreparedFit.of(HISTORIES, features, request.param, ExponentialSmoother(0.5)).train()


@pytest.mark.parametrize("values_at_a_time", [1, 100, 1 << 24])
def test_forecasts_do_not_depend_on_each_other(model, values_at_a_time, monkeypatch, rng):
    monkeypatch.setattr(module, "_VALUES_AT_A_TIME", values_at_a_time)
    future = rng.normal(size=(6, 1))
    paths = [
        Path(past, np.arange(first, len(past), step), future)
        for past, first, step in zip(HISTORIES, (2, 10, 59), (1, 4, 1), strict=True)
    ]
    paths.insert(1, Path(HISTORIES[0], NONE, future))
    together = model.forecast(paths, 5)
    assert [len(part) for part in together] == [38, 0, 4, 1]
    for path, part in zip(paths, together, strict=True):
        for origin, forecast in zip(path.origins, part, strict=True):
            past = path.history
            known = np.concatenate([past.exog[origin + 1 :], future])
            cut = Path(past.part(0, origin + 1), np.array([origin]), known)
            np.testing.assert_allclose(model.forecast([cut], 5)[0][0], forecast, rtol=1e-6)


def test_possible_origins(rng):
    past = history(rng, "A", 30, [0, 10, 11, 12, 20])
    for regressor, allowed in ((Ridge(), 1), (LSTMRegressor(3, max_epochs=1), 3)):
        model = PreparedFit.of([past], Features(3, 1, NONE, NONE), regressor, None).train()
        missing = np.isnan(past.values[:, 0])
        expected = [o for o in range(2, 30) if missing[o - 2 : o + 1].sum() < allowed]
        (origins,) = model.possible_origins([Path(past, NONE)])
        assert list(origins) == expected


def test_a_series_without_transformer_cannot_be_forecast():
    model = PreparedFit.of(
        HISTORIES[:1], Features(3, 1, NONE, NONE), Ridge(), StandardScaler()
    ).train()
    assert model.knows("A")
    assert not model.knows("B")
    (origins,) = model.possible_origins([Path(HISTORIES[1], NONE)])
    assert not len(origins)
    plain = PreparedFit.of(HISTORIES[:1], Features(3, 1, NONE, NONE), Ridge(), None).train()
    assert plain.knows("B")


TRANSFORMERS = [
    StandardScaler(),
    PowerTransformer(),
    PCA(2),
    make_pipeline(StandardScaler(), PCA(2)),
    FunctionTransformer(np.log, np.exp),
    make_pipeline(FunctionTransformer(np.log, np.exp), ExponentialSmoother(0.3)),
    FunctionTransformer(lambda X: np.cumsum(X, axis=0), lambda X: np.diff(X, axis=0, prepend=0)),
]


@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=lambda one: type(one).__name__)
def test_transformers_are_undone(transformer):
    values = HISTORIES[2].values
    forecaster = Forecaster(
        Ridge(), 4, transformer=transformer, calibration_size=None, scaling=None
    ).fit(values)
    seen = transformer.fit_transform(values)
    rows = list(seen)
    for _ in range(3):
        rows.append(forecaster.estimator_.predict(np.reshape(rows[-4:], (1, -1)))[0])
    expected = transformer.inverse_transform(np.array(rows))[-3:]
    np.testing.assert_allclose(forecaster.forecast(3), expected, rtol=1e-6)


def test_transformers_may_give_another_number_of_columns():
    values = HISTORIES[2].values
    forecaster = Forecaster(Ridge(), 4, transformer=PCA(1), calibration_size=0.3, scaling=None).fit(
        values
    )
    pca = PCA(1).fit(values)
    expected = forecaster.estimator_.predict(pca.transform(values)[-4:].reshape(1, -1))
    found = forecaster.forecast(1, level=0.5)
    assert found.shape == (1, 6)
    found = found.xs("prediction", axis=1, level=1)
    np.testing.assert_allclose(found, pca.inverse_transform(expected.reshape(1, 1)))


@pytest.mark.parametrize(
    ("transformer", "expected"),
    [
        (StandardScaler(), True),
        (make_pipeline(StandardScaler(), PCA()), True),
        (FunctionTransformer(), False),
        (make_pipeline(StandardScaler(), FunctionTransformer()), False),
        (ExponentialSmoother(), False),
    ],
)
def test_rows_that_depend_on_others(transformer, expected):
    assert works_row_by_row(transformer) is expected


@pytest.mark.parametrize("around", [False, True])
@pytest.mark.parametrize(("horizon", "gap"), [(1, 5), (9, 9)])
def test_early_stopping_looks_at_rows_that_training_has_not_seen(around, horizon, gap, rng):
    seen = {}

    class Spy(LSTMRegressor):
        def fit(self, X, y, sample_weight=None, X_val=None, y_val=None):
            seen.update(X=X, y=y, X_val=X_val)
            return super().fit(X, y, sample_weight, X_val, y_val)

    spy = Spy(3, max_epochs=1, early_stopping=True, validation_fraction=0.2)
    regressor = WindowScaledRegressor(spy) if around else spy
    history = History(
        None, pd.RangeIndex(80), np.arange(1.0, 81.0)[:, np.newaxis], np.empty((80, 0))
    )
    PreparedFit.of([history], Features(5, horizon, NONE, NONE), regressor, None).train()
    n_pairs = 80 - 5 - horizon + 1
    n_newest = round(0.2 * n_pairs)
    assert len(seen["X_val"]) == n_newest
    assert len(seen["X"]) == n_pairs - n_newest - gap + 1
