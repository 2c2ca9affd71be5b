"""The code that people will type first, on the prices they will type it for."""

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline, make_pipeline

from sklstm import (
    BiLSTMClassifier,
    EMARegressor,
    ExponentialSmoother,
    LSTMRegressor,
    PersistenceRegressor,
    SequenceWindower,
    SMARegressor,
    forecast_pairs,
)

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def prices(data_folder):
    table = pd.read_csv(data_folder / "AAL_data.csv", index_col="date", parse_dates=True)
    return table[["open", "high", "low", "close"]]


def test_a_lookback_is_searched_under_time_ordered_folds(prices, tmp_path):
    X, y = forecast_pairs(prices, horizon=4, target="close")
    model = Pipeline(
        [
            ("smooth", ExponentialSmoother(alpha=0.5)),
            ("window", SequenceWindower(lookback=7)),
            ("lstm", LSTMRegressor(hidden_size=32, max_epochs=3, random_state=0)),
        ]
    )
    search = GridSearchCV(
        model,
        {"window__lookback": [7, 28], "lstm__hidden_size": [16, 32]},
        cv=TimeSeriesSplit(n_splits=3, gap=3),
        scoring="neg_mean_absolute_error",
        n_jobs=-1,
    )
    search.fit(X[:1000], y[:1000])
    predicted = search.predict(X[1000:])
    assert predicted.shape == (255,)
    # Windows reach back into the fitted rows, as if all rows were smoothed and cut at once.
    best = search.best_estimator_
    rows = ExponentialSmoother(alpha=0.5).fit_transform(X)
    windows = SequenceWindower(best["window"].lookback).fit_transform(rows)
    np.testing.assert_array_equal(predicted, best["lstm"].predict(windows)[1000:])
    joblib.dump(best, tmp_path / "model.joblib")
    np.testing.assert_array_equal(
        predicted, joblib.load(tmp_path / "model.joblib").predict(X[1000:])
    )


def test_baselines_repeat_and_average_the_close(prices):
    close = prices[["close"]]
    X, y = forecast_pairs(close)
    last = make_pipeline(SequenceWindower(lookback=5), PersistenceRegressor()).fit(X, y)
    np.testing.assert_array_equal(last.predict(X), X["close"])
    mean = make_pipeline(SequenceWindower(lookback=26), SMARegressor(window=26)).fit(X, y)
    np.testing.assert_allclose(mean.predict(X), X["close"].rolling(26, min_periods=1).mean())
    ema = make_pipeline(SequenceWindower(lookback=100), EMARegressor(alpha=0.5)).fit(X, y)
    expected = X["close"].ewm(alpha=0.5, adjust=False).mean()
    np.testing.assert_allclose(ema.predict(X), expected, rtol=1e-12)
    flat = make_pipeline(SequenceWindower(lookback=7, flatten=True, pad="edge"), Ridge())
    assert flat.fit(X, y).score(X, y) > 0.98


def test_sequences_of_unequal_length_are_classified(prices):
    daily = prices["close"].pct_change().dropna()
    weeks = [100 * week.to_numpy() for _, week in daily.groupby(pd.Grouper(freq="W")) if len(week)]
    X3 = np.full((len(weeks), 5, 1), np.nan)
    for row, week in enumerate(weeks):
        X3[row, : len(week), 0] = week
    labels = np.where([week.sum() > 0 for week in weeks], "up", "down")
    clf = BiLSTMClassifier(
        hidden_size=32, class_weight="balanced", early_stopping=True, random_state=0
    )
    clf.fit(X3, labels)
    assert clf.predict_proba(X3[:5]).shape == (5, 2)
    assert clf.score(X3, labels) > 0.9
