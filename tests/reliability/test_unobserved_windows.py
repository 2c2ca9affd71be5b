"""Windows without an observed step, of outages as long as they are: the others are not harmed."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

import sklstm
from sklstm import (
    GRUClassifier,
    GRURegressor,
    LSTMRegressor,
    RNNRegressor,
    SequenceClassifier,
    SequenceEncoder,
    SequenceWindower,
    SlicedClassifier,
    WindowScaledRegressor,
    forecast_pairs,
)

RNG = np.random.default_rng(7)
X = RNG.normal(size=(40, 5, 2))
OUTAGE = [3, 4, 20, 39]
X[OUTAGE] = np.nan
X[7, :3] = np.nan  # begins late, and is a window like others
THERE = np.setdiff1d(np.arange(40), OUTAGE)
Y = RNG.normal(size=40)
STEPS = RNG.normal(size=(40, 5))
CLASSES = np.where(np.arange(40) % 3 == 0, "rare", "usual")
WEIGHT = RNG.uniform(1, 2, 40)
TINY = {"hidden_size": 3, "max_epochs": 3, "random_state": 0}

MODELS = {
    "gru": (GRURegressor(**TINY), Y),
    "two outputs": (GRURegressor(**TINY), np.stack([Y, -Y], axis=1)),
    "quantiles": (GRURegressor(loss="quantile", quantile=[0.1, 0.9], **TINY), Y),
    "torch": (LSTMRegressor(engine="torch", **TINY), Y),
    "stops": (LSTMRegressor(early_stopping=True, **TINY), Y),
    "sequence": (RNNRegressor(output="sequence", **TINY), STEPS),
    "bidirectional": (RNNRegressor(bidirectional=True, **TINY), Y),
    "persistence": (sklstm.PersistenceRegressor(season=2), Y),
    "moving average": (sklstm.SMARegressor(3), Y),
    "exponential": (sklstm.EMARegressor(), Y),
    "scaled ridge": (WindowScaledRegressor(Ridge()), Y),
    "scaled network": (WindowScaledRegressor(GRURegressor(**TINY)), Y),
}
FULL = {"scaled ridge", "persistence", "moving average", "exponential"}


def windows_for(name):
    """Return windows; a plain regressor takes no missing steps in the others."""
    if name != "scaled ridge":
        return X
    whole = X.copy()
    whole[7] = 1.0 + np.arange(10).reshape(5, 2)
    return whole


@pytest.mark.parametrize("name", MODELS)
def test_they_are_left_out_of_training_and_have_no_prediction(name):
    model, y = MODELS[name]
    windows = windows_for(name)
    weight = {} if name in FULL or name.startswith("scaled") else {"sample_weight": WEIGHT}
    fitted = clone(model).fit(windows, y, **weight)
    weight = {key: value[THERE] for key, value in weight.items()}
    without = clone(model).fit(windows[THERE], y[THERE], **weight)
    expected = without.predict(windows[THERE])
    found = fitted.predict(windows)
    assert len(found) == 40
    np.testing.assert_array_equal(found[THERE], expected)
    assert np.isnan(found[OUTAGE]).all()
    assert fitted.score(windows, y) == without.score(windows[THERE], y[THERE])
    alone = fitted.predict(windows[OUTAGE])
    assert alone.shape == found[OUTAGE].shape
    assert np.isnan(alone).all()


@pytest.mark.parametrize("frame", [pd.Series, np.asarray, list])
def test_targets_in_any_container(frame):
    model = GRURegressor(**TINY)
    expected = clone(model).fit(X[THERE], Y[THERE]).predict(X[THERE])
    found = clone(model).fit(X, frame(Y)).predict(X)
    np.testing.assert_array_equal(found[THERE], expected)


@pytest.mark.parametrize("around", [None, SlicedClassifier, SequenceClassifier])
@pytest.mark.parametrize("balanced", [None, "balanced"])
def test_a_classifier_knows_the_frequencies_of_the_classes_alone(balanced, around):
    model = GRUClassifier(class_weight=balanced, **TINY)
    if around is not None:
        model, balanced = around(model, n_slices=2), None  # outside there are no weights
    without = clone(model).fit(X[THERE], CLASSES[THERE])
    model.fit(X, CLASSES)
    with pytest.warns(UserWarning, match=r"4 of 40 windows .* no observed step \(sample 3 is"):
        found = model.predict_proba(X)
    np.testing.assert_array_equal(found[THERE], without.predict_proba(X[THERE]))
    share = np.mean(CLASSES[THERE] == "rare") if balanced is None else 0.5
    np.testing.assert_allclose(found[OUTAGE], [[share, 1 - share]] * 4)
    with pytest.warns(UserWarning, match="how frequent the classes were"):
        logs = model.predict_log_proba(X)
    np.testing.assert_allclose(logs, np.log(found), atol=1e-7)
    if balanced is None:
        with pytest.warns(UserWarning, match="4 of 40 windows"):
            assert (model.predict(X)[OUTAGE] == "usual").all()


def test_frequencies_are_weighted_and_add_up_over_parts():
    model = GRUClassifier(**TINY)
    for part in np.split(np.arange(40), [20]):
        model.partial_fit(X[part], CLASSES[part], classes=["rare", "usual"])
    counts = [np.sum(CLASSES[THERE] == name) for name in ("rare", "usual")]
    np.testing.assert_allclose(model._fitted.targets.counts, counts)
    weighted = GRUClassifier(**TINY).fit(X, CLASSES, WEIGHT)._fitted.targets.counts
    sums = [WEIGHT[THERE][CLASSES[THERE] == name].sum() for name in ("rare", "usual")]
    np.testing.assert_allclose(weighted / weighted.sum(), sums / np.sum(sums))


def test_a_file_that_does_not_say_how_frequent_classes_were():
    model = GRUClassifier(**TINY).fit(X, CLASSES)
    object.__setattr__(model._fitted.targets, "counts", None)
    older = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(older.predict(X[THERE]), model.predict(X[THERE]))
    with pytest.raises(ValueError, match=r"4 of 40 windows .*sample 3 is the first.* does not say"):
        older.predict(X)


def test_an_encoder_has_no_state():
    encoder = SequenceEncoder(GRURegressor(**TINY)).fit(X, Y)
    states = encoder.transform(X)
    assert np.isnan(states[OUTAGE]).all()
    np.testing.assert_array_equal(states[THERE], encoder.transform(X[THERE]))
    gates = encoder.estimator_.gate_activations(X)["layer0_forward"]["hidden"]
    assert np.isnan(gates[OUTAGE]).all()
    np.testing.assert_allclose(gates[THERE][:, -1], states[THERE], atol=1e-6)


def test_a_search_over_an_outage_scores_every_candidate():
    hours = pd.date_range("2024-01-01", periods=400, freq="h")
    wave = pd.DataFrame({"load": np.sin(np.arange(400) / 4)}, index=hours)
    wave.iloc[200:230] = np.nan
    rows, y = forecast_pairs(wave, horizon=1, target="load")
    model = make_pipeline(SequenceWindower(4), LSTMRegressor(4, max_epochs=20, random_state=0))
    grid = {"sequencewindower__lookback": [4, 8]}
    search = GridSearchCV(model, grid, cv=TimeSeriesSplit(3), error_score="raise").fit(rows, y)
    assert (search.cv_results_["mean_test_score"] > 0.5).all()
    found = search.predict(rows)
    lookback = search.best_params_["sequencewindower__lookback"]
    dark = np.arange(200 + lookback - 1, 230)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(found)), dark)
    there = ~np.isnan(found) & y.notna().to_numpy()
    assert search.score(rows, y) == pytest.approx(r2_score(y[there], found[there]))
    cut = wave.drop(wave.index[200:230])  # the same outage without rows
    rows, y = forecast_pairs(cut, horizon=1, target="load")
    assert np.isfinite(clone(model).fit(rows, y).predict(rows)).all()


def test_nothing_to_score():
    model = GRURegressor(**TINY).fit(X, Y)
    with pytest.raises(ValueError, match="y has no row with both a target and a prediction"):
        model.score(X[OUTAGE], Y[OUTAGE])
