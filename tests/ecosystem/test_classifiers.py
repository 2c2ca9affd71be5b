"""Tools around classifiers: calibration, thresholds, labels that are missing, several classes."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, brier_score_loss
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.semi_supervised import SelfTrainingClassifier

from sklstm import SequenceWindower

THREE_AXES = "Found array with dim 3"


@pytest.fixture
def sorter(classifier):
    """A pipeline that takes rows."""
    return make_pipeline(SequenceWindower(5), classifier)


@pytest.fixture(scope="module")
def three_classes(pairs):
    change = pairs[1] - pairs[0]["wave"]
    cut = pd.cut(change, [-np.inf, -2, 2, np.inf], labels=["falls", "stays", "rises"])
    return cut.astype(str).to_numpy()


def share_up(model, X):
    return model.predict_proba(X)[:, list(model.classes_).index("up")]


def calibrate(model, fitted_to, labels, X):
    curve = IsotonicRegression(out_of_bounds="clip")
    return curve.fit(share_up(model, fitted_to), labels == "up").predict(share_up(model, X))


def test_calibration_by_later_windows(pairs, labels, sorter):
    X = pairs[0]
    sorter.fit(X[:80], labels[:80])
    later, new = sorter[:-1].transform(X[80:120]), sorter[:-1].transform(X[80:])[40:]
    calibrated = CalibratedClassifierCV(FrozenEstimator(sorter[-1]), method="isotonic")
    calibrated.fit(later, labels[80:120])
    by_hand = calibrate(sorter[-1], later, labels[80:120], new)
    np.testing.assert_allclose(share_up(calibrated, new), by_hand)
    assert calibrated.score(new, labels[120:]) > 0.75


def test_calibration_of_a_frozen_pipeline_takes_its_rows_apart(pairs, labels, sorter):
    # It predicts them fold by fold, though nothing is fitted: windows reach over the holes.
    X, y = pairs[0][80:120], labels[80:120]
    sorter.fit(pairs[0][:80], labels[:80])
    frozen = FrozenEstimator(sorter)
    rows, new = np.arange(40), pairs[0][120:]
    apart = CalibratedClassifierCV(frozen, method="isotonic").fit(X, y)
    whole = CalibratedClassifierCV(frozen, method="isotonic", cv=[(rows, rows)]).fit(X, y)
    by_hand = calibrate(sorter, X, y, new)
    np.testing.assert_allclose(share_up(whole, new), by_hand)
    assert np.abs(share_up(apart, new) - by_hand).max() > 0.1


def test_calibration_under_time_ordered_folds(windows, labels, folds, classifier):
    calibrated = CalibratedClassifierCV(classifier, method="isotonic", cv=folds)
    calibrated.fit(windows, labels)
    by_hand = [
        calibrate(
            clone(classifier).fit(windows[train], labels.iloc[train]),
            windows[test], labels.iloc[test], windows,
        )
        for train, test in folds.split(windows)
    ]  # fmt: skip
    np.testing.assert_allclose(share_up(calibrated, windows), np.mean(by_hand, axis=0))
    worst = brier_score_loss(labels == "up", np.full(len(labels), 0.5))
    assert brier_score_loss(labels == "up", share_up(calibrated, windows)) < worst / 2
    with pytest.raises(ValueError, match="only works for partitions"):
        CalibratedClassifierCV(classifier, cv=folds, ensemble=False).fit(windows, labels)


def test_calibration_of_pipelines_under_time_ordered_folds(pairs, labels, folds, sorter):
    X = pairs[0]
    calibrated = CalibratedClassifierCV(sorter, method="isotonic", cv=folds).fit(X, labels)
    by_hand = []
    for train, test in folds.split(X):
        model = clone(sorter).fit(X.iloc[train], labels.iloc[train])
        by_hand.append(calibrate(model, X.iloc[test], labels.iloc[test], X))
    np.testing.assert_allclose(share_up(calibrated, X), np.mean(by_hand, axis=0))


def test_a_frozen_pipeline_is_not_fitted_again(pairs, labels, sorter):
    X = pairs[0]
    frozen = FrozenEstimator(sorter.fit(X[:80], labels[:80]))
    before = sorter.predict_proba(X[80:])
    np.testing.assert_array_equal(clone(frozen).fit(X, labels).predict_proba(X[80:]), before)
    assert np.isfinite(before).all()


def test_a_fixed_threshold(pairs, labels, sorter):
    X = pairs[0]
    strict = FixedThresholdClassifier(sorter, threshold=0.9, pos_label="up").fit(X, labels)
    by_hand = share_up(clone(sorter).fit(X, labels), X) >= 0.9
    np.testing.assert_array_equal(strict.predict(X) == "up", by_hand)
    assert 0 < by_hand.sum() < (labels == "up").sum()


def test_a_threshold_tuned_under_time_ordered_folds(pairs, labels, folds, sorter):
    X = pairs[0]
    tuned = TunedThresholdClassifierCV(sorter, cv=folds, thresholds=[0.1, 0.3, 0.5, 0.7])
    tuned.set_params(store_cv_results=True).fit(X, labels)
    scores = []
    for train, test in folds.split(X):
        model = clone(sorter).fit(X.iloc[train], labels.iloc[train])
        share = share_up(model, X.iloc[test])
        scores.append(
            [
                balanced_accuracy_score(labels.iloc[test] == "up", share >= threshold)
                for threshold in tuned.cv_results_["thresholds"]
            ]
        )
    mean = np.mean(scores, axis=0)
    np.testing.assert_allclose(tuned.cv_results_["scores"], mean)
    assert tuned.best_threshold_ == tuned.cv_results_["thresholds"][mean.argmax()]
    chosen = share_up(tuned.estimator_, X) >= tuned.best_threshold_
    np.testing.assert_array_equal(tuned.predict(X) == "up", chosen)


def test_a_threshold_tuned_on_a_share_of_the_rows_shuffles_them(pairs, labels, sorter):
    with pytest.raises(ValueError, match="index of X is not sorted"):
        TunedThresholdClassifierCV(sorter, cv=0.3).fit(pairs[0], labels)


def test_self_training_labels_what_it_is_sure_of(wave_windows, windows, labels, classifier):
    codes = (labels == "up").astype(int).to_numpy()
    partly = np.where(np.arange(len(codes)) % 3 == 0, codes, -1)
    model = SelfTrainingClassifier(classifier, threshold=0.9, max_iter=1).fit(wave_windows, partly)
    known = partly >= 0
    first = clone(classifier).fit(wave_windows[known], partly[known])
    share = first.predict_proba(wave_windows)
    sure = ~known & (share.max(axis=1) > 0.9)
    expected = np.where(sure, share.argmax(axis=1), partly)
    np.testing.assert_array_equal(model.transduction_, expected)
    assert sure.any()
    second = clone(classifier).fit(wave_windows[expected >= 0], expected[expected >= 0])
    np.testing.assert_array_equal(model.predict(wave_windows), second.predict(wave_windows))
    assert model.score(wave_windows, codes) > 0.7
    with pytest.raises(ValueError, match=THREE_AXES):
        model.fit(windows, partly)


def test_one_classifier_against_the_rest(windows, three_classes, classifier):
    model = OneVsRestClassifier(classifier).fit(windows, three_classes)
    by_hand = np.column_stack(
        [
            clone(classifier).fit(windows, three_classes == name).predict_proba(windows)[:, 1]
            for name in model.classes_
        ]
    )
    expected = by_hand / by_hand.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(windows), expected)
    assert model.score(windows, three_classes) > 0.7
    together = clone(classifier).fit(windows, three_classes)  # a network knows three classes, too
    assert together.predict_proba(windows).shape == expected.shape


def test_one_pipeline_against_the_rest(pairs, windows, three_classes, sorter):
    of_rows = OneVsRestClassifier(sorter).fit(pairs[0], three_classes)
    of_windows = OneVsRestClassifier(sorter[-1]).fit(windows, three_classes)
    expected = of_windows.predict_proba(windows)
    np.testing.assert_array_equal(of_rows.predict_proba(pairs[0]), expected)


def test_one_classifier_for_each_pair_of_classes(wave_windows, windows, three_classes, classifier):
    model = OneVsOneClassifier(classifier).fit(wave_windows, three_classes)
    falls_or_rises = three_classes != "stays"
    by_hand = clone(classifier).fit(
        wave_windows[falls_or_rises], three_classes[falls_or_rises] == "rises"
    )
    np.testing.assert_array_equal(
        model.estimators_[0].predict_proba(wave_windows), by_hand.predict_proba(wave_windows)
    )
    assert model.score(wave_windows, three_classes) > 0.6
    with pytest.raises(ValueError, match=THREE_AXES):
        model.fit(windows, three_classes)


def test_flat_windows_get_their_axis_back(windows, labels, three_classes, classifier):
    axis_back = FunctionTransformer(lambda flat: flat.reshape(len(flat), 5, 2))
    model, flat = make_pipeline(axis_back, classifier), windows.reshape(len(windows), -1)
    pairwise = OneVsOneClassifier(model).fit(flat, three_classes)
    some = three_classes != "stays"
    by_hand = clone(classifier).fit(windows[some], three_classes[some] == "rises")
    found = pairwise.estimators_[0].predict_proba(flat)
    np.testing.assert_array_equal(found, by_hand.predict_proba(windows))
    partly = np.where(np.arange(len(labels)) % 3 == 0, (labels == "up").astype(int), -1)
    taught = SelfTrainingClassifier(model, threshold=1 - 1e-9).fit(flat, partly)
    by_hand = clone(classifier).fit(windows[partly >= 0], partly[partly >= 0])
    np.testing.assert_array_equal(taught.predict_proba(flat), by_hand.predict_proba(windows))


@pytest.mark.parametrize("tool", [OneVsOneClassifier, SelfTrainingClassifier])
def test_rows_left_out_are_no_series(pairs, windows, three_classes, tool):
    # Both turn a frame into an array and leave rows out, so that nothing tells the windower.
    seen = []
    note = FunctionTransformer(lambda windows: seen.append(windows) or windows[:, -1])
    codes = np.unique(three_classes, return_inverse=True)[1] - 1  # -1 is a missing label
    tool(make_pipeline(SequenceWindower(5), note, LogisticRegression())).fit(pairs[0], codes)
    real = {window.tobytes() for window in windows}
    assert not all(window.tobytes() in real for window in seen[0][4:])
