"""Ridge regressions in closed form."""

import numpy as np
from sklearn.linear_model import HuberRegressor, Ridge

from sklstm.preprocessing import RidgeSolution


def test_ridge_is_that_of_scikit_learn(rng):
    features = np.tanh(rng.normal(size=(80, 6)) @ rng.normal(size=(6, 100)))
    targets = rng.normal(size=(80, 1)) + features[:, :1]
    new = np.tanh(rng.normal(size=(9, 6)) @ rng.normal(size=(6, 100)))
    centred = features - features.mean(axis=0)
    largest = np.linalg.eigvalsh(centred.T @ centred)[-1]
    penalties = largest * np.logspace(-7, 0, 8)
    candidates = [Ridge(penalty).fit(features, targets).predict(new) for penalty in penalties]
    found = RidgeSolution.fit(features, targets).predict(new)
    gaps = [np.abs(found - np.reshape(one, found.shape)).max() for one in candidates]
    chosen = int(np.argmin(gaps))
    assert gaps[chosen] < 1e-6
    # Generalised cross-validation by its definition, where at most half of the freedom is used.
    values, vectors = np.linalg.eigh(centred @ centred.T)
    projected = vectors.T @ (targets - targets.mean())
    criteria = []
    for penalty in penalties:
        kept = np.maximum(values, 0) / (np.maximum(values, 0) + penalty)
        left = (((1 - kept)[:, np.newaxis] * projected) ** 2).sum()
        allowed = kept.sum() <= 0.5 * len(features)
        criteria.append(left / (1 - kept.sum() / len(features)) ** 2 if allowed else np.inf)
    assert chosen == int(np.argmin(criteria))


def test_of_features_that_never_change_nothing_is_learned(rng):
    targets = rng.normal(size=(30, 2))
    features = np.full((30, 5), 0.1)
    predicted = RidgeSolution.fit(features, targets).predict(features)
    np.testing.assert_allclose(predicted, np.tile(targets.mean(axis=0), (30, 1)), rtol=1e-9)


def test_outliers_do_not_decide_a_robust_fit(rng):
    features = rng.normal(size=(200, 3))
    weights = np.array([[1.0, 0.5], [-2.0, 0.0], [0.3, 1.0]])
    targets = features @ weights + 0.1 * rng.normal(size=(200, 2))
    expected = HuberRegressor(epsilon=2.0, alpha=0.0).fit(features, targets[:, 0]).coef_
    targets[::20] += 1000.0
    robust = RidgeSolution.fit_robust(features, targets).coefficients
    np.testing.assert_allclose(robust, weights, atol=0.05)
    np.testing.assert_allclose(robust[:, 0], expected, atol=0.05)
    assert np.abs(RidgeSolution.fit(features, targets).coefficients - weights).max() > 1.0
