"""Groups of samples, of which early stopping holds out whole ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.model_selection import GroupKFold, cross_validate

from sklstm import GRUClassifier, GRURegressor, WindowScaledRegressor, WindowScaler
from sklstm.estimators._validation_split import newest_groups

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(60, 5, 1)), RNG.normal(size=60)
LABELS = (Y > 0).astype(int)
GROUPS = np.repeat([f"patient {k}" for k in range(10)], 6)
STOPS = {"hidden_size": 2, "max_epochs": 2, "random_state": 0, "early_stopping": True}


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 2)), min_size=2), st.floats(0.05, 0.6))
def test_groups_stay_whole_and_training_has_every_class(rows, fraction):
    labels, targets = np.array(rows).T
    _, first, groups = np.unique(labels, return_index=True, return_inverse=True)
    groups = np.argsort(np.argsort(first))[groups]
    targets = np.unique(targets, return_inverse=True)[1]
    try:
        training, validation = newest_groups(groups, targets, fraction)
    except ValueError:
        # Each group has a class that no other has.
        for group in np.unique(groups):
            assert set(targets[groups == group]) - set(targets[groups != group])
        return
    assert sorted([*training, *validation]) == list(range(len(rows)))
    assert not set(groups[training]) & set(groups[validation])
    assert set(targets[training]) == set(targets)
    assert len(validation)


@pytest.mark.parametrize(("fraction", "n_held"), [(0.1, 1), (0.2, 2), (0.34, 3), (0.01, 1)])
def test_the_newest_groups_are_held_out(fraction, n_held):
    groups = np.repeat(np.arange(10), 6)
    training, validation = newest_groups(groups, np.zeros(60, dtype=int), fraction)
    assert validation.tolist() == list(range(60 - 6 * n_held, 60))
    assert training.tolist() == list(range(60 - 6 * n_held))


def test_groups_of_one_class_each_are_held_out_of_every_class():
    groups, targets = np.repeat(np.arange(10), 6), np.repeat([0, 1], 30)
    _, validation = newest_groups(groups, targets, 0.2)
    assert np.unique(groups[validation]).tolist() == [4, 9]


@pytest.mark.parametrize("model", [GRURegressor(**STOPS), GRUClassifier(**STOPS)])
@pytest.mark.parametrize("shuffled", [False, True])
def test_the_split_of_a_fit_is_that_of_held_out_groups(model, shuffled, rng):
    order = rng.permutation(60) if shuffled else np.arange(60)
    X_, groups = X[order], GROUPS[order]
    y = (LABELS if isinstance(model, GRUClassifier) else Y)[order]
    found = model.fit(X_, y, groups=groups).validation_scores_
    numbers = np.array([list(dict.fromkeys(groups)).index(label) for label in groups])
    classes = y if isinstance(model, GRUClassifier) else np.zeros(60, dtype=int)
    training, held = newest_groups(numbers, classes, 0.1)
    assert not set(groups[training]) & set(groups[held])
    expected = model.fit(X_[training], y[training], X_val=X_[held], y_val=y[held])
    assert found == pytest.approx(expected.validation_scores_)


def test_weightless_missing_and_unobserved_samples_keep_their_groups():
    windows, y, weight = X.copy(), Y.copy(), np.ones(60)
    windows[2], y[7], weight[11] = np.nan, np.nan, 0.0
    model = GRURegressor(**STOPS)
    found = model.fit(windows, y, weight, groups=GROUPS).validation_scores_
    there = ~np.isin(np.arange(60), [2, 7, 11])
    expected = model.fit(X[there], Y[there], groups=GROUPS[there]).validation_scores_
    assert found == pytest.approx(expected)


def test_groups_in_cross_validation():
    model = GRUClassifier(**STOPS)
    options = {"cv": GroupKFold(3), "return_estimator": True, "error_score": "raise"}
    plain = cross_validate(model, X, LABELS, groups=GROUPS, **options)
    options["params"] = {"groups": GROUPS}
    with config_context(enable_metadata_routing=True):
        same = cross_validate(model, X, LABELS, **options)
        asks = GRUClassifier(**STOPS).set_fit_request(groups=True)
        routed = cross_validate(asks, X, LABELS, return_indices=True, **options)
    for a, b in zip(plain["estimator"], same["estimator"], strict=True):
        assert a.validation_scores_ == b.validation_scores_
    for fitted, train in zip(routed["estimator"], routed["indices"]["train"], strict=True):
        expected = model.fit(X[train], LABELS[train], groups=GROUPS[train])
        assert fitted.validation_scores_ == pytest.approx(expected.validation_scores_)


def test_groups_behind_window_scaling():
    model = WindowScaledRegressor(GRURegressor(**STOPS), WindowScaler("standard"))
    y = np.where(np.arange(60) == 4, np.nan, Y)
    found = model.fit(X, y, groups=GROUPS).regressor_
    _, held = newest_groups(np.repeat(np.arange(10), 6), np.zeros(60, dtype=int), 0.1)
    training = np.setdiff1d(np.arange(60), held)
    model.fit(X[training], y[training], X_val=X[held], y_val=y[held])
    expected = model.regressor_.validation_scores_
    assert found.validation_scores_ == pytest.approx(expected)


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (GROUPS[1:], r"groups must have one label for each of 60 samples, got .*\(59,\)"),
        (GROUPS[:, np.newaxis], "groups must have one label"),
        ([*GROUPS[:7], None, *GROUPS[8:]], "groups has no label in row 7, which is None"),
        (np.where(np.arange(60) == 3, np.nan, 1.0), "groups has no label in row 3"),
        (["all"] * 60, "can hold out no whole group: of 1 groups"),
    ],
)
def test_groups_that_cannot_be_read(groups, words):
    with pytest.raises(ValueError, match=words):
        GRURegressor(**STOPS).fit(X, Y, groups=groups)
