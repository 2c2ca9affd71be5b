"""Ensembles of networks: each says the same as its members do by hand."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    GradientBoostingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, RANSACRegressor, Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklstm import SequenceWindower

THREE_AXES = "Found array with dim 3"
NO_NAN = "contains NaN"


def axis_back(model):
    """Give flat windows of two features their third axis back, within a tool that takes two."""
    return make_pipeline(FunctionTransformer(lambda flat: flat.reshape(len(flat), 5, 2)), model)


def test_voting_of_pipelines_with_lookbacks_of_their_own(pairs, regressor):
    X, y = pairs
    members = [make_pipeline(SequenceWindower(k), clone(regressor)) for k in (2, 8)]
    voting = VotingRegressor([("short", members[0]), ("long", members[1])]).fit(X[:120], y[:120])
    by_hand = [member.fit(X[:120], y[:120]).predict(X[120:]) for member in members]
    np.testing.assert_allclose(voting.predict(X[120:]), np.mean(by_hand, axis=0), rtol=1e-12)
    assert voting.score(X[121:], y[121:]) > 0.8


def test_voting_of_classifiers(windows, labels, classifier):
    other = clone(classifier).set_params(random_state=1)
    voting = VotingClassifier([("a", classifier), ("b", other)], voting="soft")
    voting.fit(windows[:120], labels[:120])
    by_hand = [
        member.fit(windows[:120], labels[:120]).predict_proba(windows[120:])
        for member in (clone(classifier), clone(other))
    ]
    np.testing.assert_allclose(voting.predict_proba(windows[120:]), np.mean(by_hand, axis=0))
    assert voting.score(windows[121:], labels[121:]) > 0.75


def test_voting_within_cross_validation(pairs, folds, forecaster):
    twice = VotingRegressor([("one", forecaster), ("same", clone(forecaster))])
    np.testing.assert_allclose(
        cross_val_score(twice, *pairs, cv=folds), cross_val_score(forecaster, *pairs, cv=folds)
    )


def test_stacking_learns_from_rows_that_its_members_have_not_seen(pairs, regressor):
    X, y = pairs
    members = [make_pipeline(SequenceWindower(k), clone(regressor)) for k in (2, 8)]
    for member in members:
        member.fit(X[:70], y[:70])
    frozen = [(f"member{k}", FrozenEstimator(member)) for k, member in enumerate(members)]
    stack = StackingRegressor(frozen, Ridge(), cv="prefit").fit(X[70:120], y[70:120])
    seen = np.column_stack([member.predict(X[70:120]) for member in members])
    ridge = Ridge().fit(seen, y[70:120])
    new = np.column_stack([member.predict(X[120:]) for member in members])
    np.testing.assert_allclose(stack.predict(X[120:]), ridge.predict(new), rtol=1e-12)
    assert stack.score(X[121:], y[121:]) > 0.8


def test_stacking_of_classifiers(pairs, labels, classifier):
    X = pairs[0]
    member = make_pipeline(SequenceWindower(5), classifier).fit(X[:70], labels[:70])
    stack = StackingClassifier([("member", FrozenEstimator(member))], cv="prefit")
    stack.fit(X[70:120], labels[70:120])
    top = LogisticRegression().fit(member.predict_proba(X[70:120])[:, 1:], labels[70:120])
    expected = top.predict_proba(member.predict_proba(X[120:])[:, 1:])
    np.testing.assert_allclose(stack.predict_proba(X[120:]), expected)
    assert stack.score(X[121:], labels[121:]) > 0.7


def test_stacking_takes_no_time_ordered_folds(pairs, folds, forecaster):
    stack = StackingRegressor([("network", forecaster)], Ridge(), cv=folds)
    with pytest.raises(ValueError, match="only works for partitions"):
        stack.fit(*pairs)


def assert_members_of_bagging(bagging, X, y, fit):
    drawn = bagging.estimators_samples_
    assert len({tuple(rows) for rows in drawn}) == len(bagging.estimators_) == 3
    by_hand = [
        fit(clone(member), rows).predict(X)
        for member, rows in zip(bagging.estimators_, drawn, strict=True)
    ]
    np.testing.assert_allclose(bagging.predict(X), np.mean(by_hand, axis=0), rtol=1e-12)
    assert r2_score(y, bagging.predict(X)) > 0.5


def test_bagging_weights_univariate_windows(wave_windows, pairs, regressor):
    y = pairs[1].to_numpy()
    bagging = BaggingRegressor(regressor, n_estimators=3, random_state=0).fit(wave_windows, y)

    def fit(member, rows):
        return member.fit(wave_windows, y, np.bincount(rows, minlength=len(y)))

    assert_members_of_bagging(bagging, wave_windows, y, fit)


def test_bagging_draws_flat_windows_that_get_their_axis_back(windows, pairs, regressor):
    y, flat = pairs[1].to_numpy(), windows.reshape(len(windows), -1)
    bagging = BaggingRegressor(axis_back(regressor), n_estimators=3, random_state=0).fit(flat, y)

    def fit(member, rows):
        return axis_back(member[-1]).fit(flat[rows], y[rows])

    assert_members_of_bagging(bagging, flat, y, fit)
    with pytest.raises(ValueError, match=THREE_AXES):
        bagging.fit(windows, y)


def test_bagging_of_rows_in_order_by_weights(pairs, forecaster):
    # With metadata routing the members are given weights in place of rows drawn anew.
    X, y = (part.to_numpy() for part in pairs)
    with config_context(enable_metadata_routing=True):
        forecaster[-1].set_fit_request(sample_weight=True)
        bagging = BaggingRegressor(forecaster, n_estimators=3, random_state=0).fit(X, y)

        def fit(member, rows):
            return member.fit(X, y, sample_weight=np.bincount(rows, minlength=len(y)))

        assert_members_of_bagging(bagging, X, y, fit)


def test_bagging_of_classifiers(wave_windows, labels, classifier):
    codes = (labels == "up").astype(int).to_numpy()
    bagging = BaggingClassifier(classifier, n_estimators=3, random_state=0)
    bagging.fit(wave_windows, codes)
    by_hand = [
        clone(member).fit(wave_windows, codes, np.bincount(rows, minlength=len(codes)))
        for member, rows in zip(bagging.estimators_, bagging.estimators_samples_, strict=True)
    ]
    shares = np.mean([member.predict_proba(wave_windows) for member in by_hand], axis=0)
    np.testing.assert_allclose(bagging.predict_proba(wave_windows), shares)
    assert bagging.score(wave_windows, codes) > 0.75


def test_flat_windows_that_lost_their_names_are_refused(pairs, regressor):
    X, y = pairs
    named = SequenceWindower(5).set_output(transform="pandas").fit_transform(X)
    bagging = BaggingRegressor(regressor, n_estimators=2, random_state=0)
    with pytest.raises(ValueError, match="without the names of their steps"):
        bagging.fit(named, y)


@pytest.mark.parametrize(
    "tool",
    [
        lambda model: BaggingRegressor(model, n_estimators=1, random_state=0),
        lambda model: AdaBoostRegressor(model, n_estimators=1, random_state=0),
        lambda model: RANSACRegressor(model, min_samples=80, max_trials=1, random_state=0),
    ],
    ids=["bagging", "adaboost", "ransac"],
)
def test_rows_drawn_anew_are_no_series(pairs, windows, tool):
    # All turn a frame into an array and draw its rows, so that nothing tells the windower.
    seen = []
    note = FunctionTransformer(lambda windows: seen.append(windows) or windows[:, -1])
    model = make_pipeline(SequenceWindower(5), note, Ridge())
    tool(model).fit(*pairs)
    real = {window.tobytes() for window in windows}
    cut_from_drawn_rows = [window.tobytes() in real for window in seen[0][4:]]
    assert np.mean(cut_from_drawn_rows) < 0.05


def test_adaboost_of_windows(edge_windows, windows, pairs, regressor):
    y = pairs[1].to_numpy()
    boosted = AdaBoostRegressor(regressor, n_estimators=4, random_state=0).fit(edge_windows, y)
    assert len(boosted.estimators_) == 4
    predicted = np.column_stack([member.predict(edge_windows) for member in boosted.estimators_])
    order = np.argsort(predicted, axis=1)
    weight = np.cumsum(boosted.estimator_weights_[order], axis=1)
    middle = (weight >= 0.5 * weight[:, -1:]).argmax(axis=1)  # the weighted median
    rows = np.arange(len(y))
    by_hand = predicted[rows, order[rows, middle]]
    np.testing.assert_array_equal(boosted.predict(edge_windows), by_hand)
    assert boosted.score(edge_windows, y) > 0.8
    with pytest.raises(ValueError, match=NO_NAN):
        boosted.fit(windows, y)


def test_adaboost_of_classifiers_weights_the_samples(edge_windows, pairs, labels, classifier):
    boosted = AdaBoostClassifier(classifier, n_estimators=2, random_state=0)
    boosted.fit(edge_windows, labels)
    first, second = boosted.estimators_
    weight = np.full(len(labels), 1 / len(labels))
    by_hand = clone(first).fit(edge_windows, labels, weight)
    np.testing.assert_array_equal(
        first.predict_proba(edge_windows), by_hand.predict_proba(edge_windows)
    )
    wrong = first.predict(edge_windows) != labels
    weight = weight * np.exp(boosted.estimator_weights_[0] * wrong)
    by_hand = clone(second).fit(edge_windows, labels, weight / weight.sum())
    np.testing.assert_allclose(
        second.predict_proba(edge_windows), by_hand.predict_proba(edge_windows), atol=1e-3
    )
    assert boosted.score(edge_windows, labels) > 0.75
    around_rows = AdaBoostClassifier(make_pipeline(SequenceWindower(5), classifier))
    with pytest.raises(ValueError, match="Pipeline doesn't support sample_weight"):
        around_rows.fit(pairs[0], labels)


def test_boosted_trees_begin_with_a_network(edge_windows, wave_windows, pairs, regressor):
    y, data = pairs[1].to_numpy(), edge_windows[:, :, 0].astype(np.float32)  # as the trees do
    boosted = GradientBoostingRegressor(init=regressor, n_estimators=5, random_state=0)
    boosted.fit(data, y)
    network = clone(regressor).fit(data, y)
    trees = [tree.predict(data) for tree in boosted.estimators_[:, 0]]
    by_hand = network.predict(data) + 0.1 * np.sum(trees, axis=0)
    np.testing.assert_allclose(boosted.predict(data), by_hand, rtol=1e-9)
    assert boosted.score(data, y) > network.score(data, y)
    flat = edge_windows.reshape(len(y), -1).astype(np.float32)
    several = GradientBoostingRegressor(init=axis_back(regressor), n_estimators=1).fit(flat, y)
    expected = (
        clone(regressor)
        .fit(edge_windows.astype(np.float32), y)
        .predict(edge_windows.astype(np.float32))
    )
    np.testing.assert_array_equal(several.init_.predict(flat), expected)
    with pytest.raises(ValueError, match=THREE_AXES):
        boosted.fit(edge_windows, y)
    with pytest.raises(ValueError, match=NO_NAN):
        boosted.fit(wave_windows, y)
