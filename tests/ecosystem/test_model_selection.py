"""Folds, searches and curves of scikit-learn give what fitting by hand gives."""

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    KFold,
    RandomizedSearchCV,
    ShuffleSplit,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    permutation_test_score,
    train_test_split,
    validation_curve,
)
from sklearn.pipeline import make_pipeline

from sklstm import GRURegressor, SequenceWindower

NOT_SORTED = "index of X is not sorted"
EPOCHS = "gruregressor__max_epochs"
WINDOW = "sequencewindower__lookback"


@pytest.fixture
def gru():
    network = GRURegressor(4, max_epochs=6, learning_rate=0.05, batch_size=16, random_state=0)
    return make_pipeline(SequenceWindower(5), network)


def fitted_on(model, X, y, rows):
    return clone(model).fit(X.iloc[rows], y.iloc[rows])


def test_cross_val_predict_of_windows(windows, pairs, labels, regressor, classifier):
    y, thirds = pairs[1].to_numpy(), KFold(3)
    predicted = cross_val_predict(regressor, windows, y, cv=thirds)
    shares = cross_val_predict(classifier, windows, labels, cv=thirds, method="predict_proba")
    for train, test in thirds.split(windows):
        by_hand = clone(regressor).fit(windows[train], y[train]).predict(windows[test])
        np.testing.assert_array_equal(predicted[test], by_hand)
        by_hand = clone(classifier).fit(windows[train], labels.iloc[train])
        np.testing.assert_array_equal(shares[test], by_hand.predict_proba(windows[test]))
    assert r2_score(y, predicted) > 0.5


def test_cross_val_predict_takes_no_time_ordered_folds(pairs, folds, gru):
    # The oldest rows are in no test fold, and so would have no prediction.
    with pytest.raises(ValueError, match="only works for partitions"):
        cross_val_predict(gru, *pairs, cv=folds)


def test_folds_that_draw_rows_are_refused(pairs, gru):
    with pytest.raises(ValueError, match=NOT_SORTED):
        cross_val_score(gru, *pairs, cv=ShuffleSplit(2, random_state=0), error_score="raise")


def test_rows_are_split_once_in_their_order(pairs, gru):
    X, y = pairs
    parts = train_test_split(X, y, test_size=0.2, random_state=0)
    with pytest.raises(ValueError, match=NOT_SORTED):
        clone(gru).fit(parts[0], parts[2])
    train, test, y_train, y_test = train_test_split(X, y, test_size=32, shuffle=False)
    predicted = gru.fit(train, y_train).predict(test)
    windows = gru[:-1].transform(X.iloc[-32:])
    assert np.isfinite(windows).all()  # they reach back into the training rows
    np.testing.assert_array_equal(predicted, gru[-1].predict(windows))
    assert gru.score(test[1:], y_test[1:]) > 0.6


@pytest.mark.parametrize("cv", [KFold(3), KFold(3, shuffle=True, random_state=0)])
def test_rows_that_a_fold_takes_out_are_missing_steps(pairs, cv):
    # Windows that reach over them are asked for: this is why windows are cut before KFold.
    X, _ = pairs
    train, test = list(cv.split(X))[1]
    first_after = np.searchsorted(train, test[test > train[8]][0])
    joined = SequenceWindower(5, gaps="ignore").fit_transform(X.iloc[train])[first_after]
    np.testing.assert_array_equal(joined, X.iloc[train[first_after - 4 : first_after + 1]])
    assert train[first_after] - train[first_after - 4] > 4
    window = SequenceWindower(5).fit_transform(X.iloc[train])[first_after]
    expected = X.copy()
    expected.iloc[np.setdiff1d(np.arange(len(X)), train)] = np.nan
    last = train[first_after]
    np.testing.assert_array_equal(window, expected.iloc[last - 4 : last + 1])


def test_cross_validate_with_several_scorers(pairs, folds, forecaster):
    X, y = pairs
    scoring = ["r2", "neg_mean_absolute_error"]
    found = cross_validate(
        forecaster, X, y, cv=folds, scoring=scoring, return_train_score=True, return_indices=True
    )
    for k, (train, test) in enumerate(folds.split(X)):
        np.testing.assert_array_equal(found["indices"]["test"][k], test)
        model = fitted_on(forecaster, X, y, train)
        predicted = model.predict(X.iloc[test])
        assert found["test_r2"][k] == r2_score(y.iloc[test], predicted)
        error = mean_absolute_error(y.iloc[test], predicted)
        assert -found["test_neg_mean_absolute_error"][k] == error
        assert found["train_r2"][k] == model.score(X.iloc[train], y.iloc[train])
    assert (found["test_r2"] > 0.6).all()


def test_a_grid_scores_every_lookback_on_the_same_rows(pairs, folds, forecaster):
    X, y = pairs
    scored = []

    def note_rows(model, X, y):
        scored.append(tuple(X.index))
        return model.score(X, y)

    grid = {WINDOW: [1, 3, 8]}
    search = GridSearchCV(forecaster, grid, cv=folds, scoring=note_rows).fit(X, y)
    assert len(scored) == 9
    assert set(scored) == {tuple(X.index[test]) for _, test in folds.split(X)}
    for k, lookback in enumerate(grid[WINDOW]):
        by_hand = clone(forecaster).set_params(**{WINDOW: lookback})
        scores = [search.cv_results_[f"split{fold}_test_score"][k] for fold in range(3)]
        np.testing.assert_array_equal(scores, cross_val_score(by_hand, X, y, cv=folds))
    best = clone(forecaster).set_params(**search.best_params_).fit(X, y)
    np.testing.assert_array_equal(search.predict(X), best.predict(X))


def test_a_grid_over_classifiers(pairs, labels, folds, classifier):
    X = pairs[0]
    model = make_pipeline(SequenceWindower(5), classifier)
    search = GridSearchCV(model, {WINDOW: [1, 5]}, cv=folds, scoring="roc_auc").fit(X, labels)
    assert search.best_params_ == {WINDOW: 5}  # one row does not tell whether it goes up
    assert search.best_score_ > 0.85
    by_hand = cross_val_score(search.best_estimator_, X, labels, cv=folds, scoring="roc_auc")
    assert search.best_score_ == by_hand.mean()


def test_random_search(pairs, folds, gru):
    X, y = pairs
    choices = {WINDOW: range(2, 9), "gruregressor__hidden_size": [2, 4]}
    search = RandomizedSearchCV(gru, choices, n_iter=3, cv=folds, random_state=0).fit(X, y)
    for params, score in zip(
        search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True
    ):
        by_hand = cross_val_score(clone(gru).set_params(**params), X, y, cv=folds)
        assert score == by_hand.mean()
    assert search.best_score_ == max(search.cv_results_["mean_test_score"])


def test_halving_gives_the_better_candidates_more_epochs(pairs, folds, gru):
    X, y = pairs
    halving = HalvingGridSearchCV(
        gru, {WINDOW: [1, 2, 4, 8]}, resource=EPOCHS, min_resources=2, max_resources=8,
        factor=2, cv=folds,
    )  # fmt: skip
    halving.fit(X, y)
    results = halving.cv_results_
    assert results["n_resources"].tolist() == [2] * 4 + [4] * 2 + [8]
    for k, params in enumerate(results["params"]):
        assert params[EPOCHS] == results["n_resources"][k]
        by_hand = cross_val_score(clone(gru).set_params(**params), X, y, cv=folds)
        assert results["mean_test_score"][k] == by_hand.mean()
    assert halving.best_estimator_[-1].n_iter_ == 8


def test_halving_by_rows_draws_them_and_is_refused(pairs, folds, gru):
    halving = HalvingGridSearchCV(
        gru, {WINDOW: [2, 4]}, min_resources=40, factor=2, cv=folds, error_score="raise"
    )
    with pytest.raises(ValueError, match=NOT_SORTED):
        halving.fit(*pairs)


def test_learning_curve_trains_on_the_oldest_rows_of_each_fold(pairs, folds, gru):
    X, y = pairs
    sizes, train_scores, test_scores = learning_curve(gru, X, y, cv=folds, train_sizes=[0.5, 1.0])
    assert sizes.tolist() == [20, 40]
    for fold, (train, test) in enumerate(folds.split(X)):
        for k, size in enumerate(sizes):
            part = train[:size]
            model = fitted_on(gru, X, y, part)
            assert train_scores[k, fold] == model.score(X.iloc[part], y.iloc[part])
            assert test_scores[k, fold] == model.score(X.iloc[test], y.iloc[test])
    with pytest.raises(ValueError, match=NOT_SORTED):
        learning_curve(gru, X, y, cv=folds, shuffle=True, random_state=0, error_score="raise")


def test_validation_curve_over_the_lookback(pairs, folds, gru):
    X, y = pairs
    _, scores = validation_curve(gru, X, y, param_name=WINDOW, param_range=[1, 6], cv=folds)
    for row, lookback in zip(scores, [1, 6], strict=True):
        model = clone(gru).set_params(**{WINDOW: lookback})
        np.testing.assert_array_equal(row, cross_val_score(model, X, y, cv=folds))
    assert scores[1].mean() > scores[0].mean()  # one row does not tell whether the wave rises


def test_targets_in_a_wrong_order_are_not_learned(pairs, folds, gru):
    score, permuted, p_value = permutation_test_score(
        gru, *pairs, cv=folds, n_permutations=5, random_state=0
    )
    assert score == cross_val_score(gru, *pairs, cv=folds).mean()
    assert score > 0.6 > 0.2 > max(permuted)
    assert p_value == 1 / 6


def test_threads_give_the_same_bits(pairs, folds, gru):
    X, y = pairs
    grid = {WINDOW: [2, 6]}
    alone = GridSearchCV(gru, grid, cv=folds).fit(X, y)
    with joblib.parallel_config(backend="threading"):
        shared = GridSearchCV(gru, grid, cv=folds, n_jobs=2).fit(X, y)
    for fold in range(3):
        name = f"split{fold}_test_score"
        np.testing.assert_array_equal(shared.cv_results_[name], alone.cv_results_[name])
    np.testing.assert_array_equal(shared.predict(X), alone.predict(X))


def test_a_pipeline_reads_its_memory(tmp_path, pairs, gru):
    X, y = pairs
    expected = fitted_on(gru, X, y, slice(0, 100)).predict(X[100:])
    for time in ("computed", "read"):
        cached = fitted_on(gru.set_params(memory=str(tmp_path)), X, y, slice(0, 100))
        np.testing.assert_array_equal(cached.predict(X[100:]), expected, err_msg=time)
    n_files = len(list(tmp_path.rglob("output.pkl")))
    later = X.set_axis(X.index.shift(1000))  # the same values with other labels
    moved = gru.fit(later[:100], y[:100].set_axis(later.index[:100]))
    np.testing.assert_array_equal(moved.predict(later[100:]), expected)
    assert (n_files, len(list(tmp_path.rglob("output.pkl")))) == (1, 2)
