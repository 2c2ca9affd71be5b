"""`SlicedClassifier` against slices cut by hand in NumPy."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import GRUClassifier, SequenceWindower, WindowScaler
from sklstm.estimators import _sliced_classifier
from sklstm.estimators._sliced_classifier import SlicedClassifier
from sklstm.persistence import trusted_types

N, STEPS, LENGTH, N_SLICES = 24, 30, 9, 5
RNG = np.random.default_rng(0)
Y = np.array(["low", "high", "mid"] * 8)
X = RNG.normal(size=(N, STEPS, 2)) + np.select([Y == "low", Y == "high"], [-1, 1])[:, None, None]
WEIGHT = RNG.uniform(0.1, 3, size=N)
PATIENTS = np.repeat([f"patient {k}" for k in range(8)], 3)
GRU = GRUClassifier(3, max_epochs=3, random_state=0)
STOPS = GRUClassifier(3, max_epochs=3, random_state=0, early_stopping=True)


def cut(sequences, length=LENGTH, n_slices=N_SLICES):
    """Slices of each sequence, at equal distances, one below the other."""
    slices = []
    for one in sequences:
        one = one[~np.isnan(one).all(axis=1)]
        one = np.concatenate([np.full((max(0, length - len(one)), one.shape[1]), np.nan), one])
        for begin in np.rint(np.linspace(0, len(one) - length, n_slices)).astype(int):
            slices.append(one[begin : begin + length])
    return np.array(slices)


def by_hand(classifier, sequences, flat=False):
    slices = cut(sequences)
    slices = slices.reshape(len(slices), -1) if flat else slices
    probability = classifier.predict_proba(slices)
    return probability.reshape(len(sequences), N_SLICES, -1).mean(axis=1)


def fit_by_hand(classifier, sequences, labels, flat=False, **params):
    slices = cut(sequences)
    slices = slices.reshape(len(slices), -1) if flat else slices
    params = {name: np.repeat(values, N_SLICES) for name, values in params.items()}
    return clone(classifier).fit(slices, np.repeat(labels, N_SLICES), **params)


def uneven():
    """Sequences that end early, begin late, lack steps, or are shorter than a slice."""
    sequences = X.copy()
    sequences[0, 20:] = sequences[1, :12] = sequences[2, 4:9] = sequences[3, 5:] = np.nan
    return sequences


@pytest.mark.parametrize(
    "classifier",
    [LogisticRegression(), RandomForestClassifier(5, random_state=0), GRU],
    ids=lambda one: type(one).__name__,
)
def test_the_mean_probability_of_slices_cut_by_hand(classifier):
    flat = classifier is not GRU
    model = SlicedClassifier(classifier, length=LENGTH, n_slices=N_SLICES).fit(X[:18], Y[:18])
    expected = by_hand(fit_by_hand(classifier, X[:18], Y[:18], flat), X[18:], flat)
    found = model.predict_proba(X[18:])
    np.testing.assert_array_equal(found, expected)
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(model.predict_log_proba(X[18:]), np.log(expected))
    assert model.classes_.tolist() == ["high", "low", "mid"]
    np.testing.assert_array_equal(model.predict(X[18:]), model.classes_[expected.argmax(axis=1)])
    right = model.predict(X[18:]) == Y[18:]
    assert model.score(X[18:], Y[18:]) == right.mean()
    weighted = np.average(right, weights=WEIGHT[18:])
    assert model.score(X[18:], Y[18:], WEIGHT[18:]) == pytest.approx(weighted)


@pytest.mark.parametrize("classifier", [HistGradientBoostingClassifier(max_iter=3), GRU])
def test_sequences_of_unequal_length(classifier):
    flat, sequences = classifier is not GRU, uneven()
    model = SlicedClassifier(classifier, length=LENGTH, n_slices=N_SLICES).fit(sequences, Y)
    expected = by_hand(fit_by_hand(classifier, sequences, Y, flat), sequences, flat)
    np.testing.assert_array_equal(model.predict_proba(sequences), expected)
    ragged = [one[~np.isnan(one).all(axis=1)] for one in sequences]
    np.testing.assert_array_equal(model.predict_proba(ragged), expected)
    np.testing.assert_array_equal(model.fit(ragged, Y).predict_proba(ragged), expected)
    longer = np.concatenate([X, X], axis=1)
    np.testing.assert_array_equal(
        model.predict_proba(longer), by_hand(model.estimator_, longer, flat)
    )


def test_each_slice_is_scaled_by_itself():
    model = SlicedClassifier(
        make_pipeline(WindowScaler("standard"), GRU), length=LENGTH, n_slices=N_SLICES
    )
    slices = cut(X)
    mean, std = slices.mean(axis=1, keepdims=True), slices.std(axis=1, keepdims=True)
    expected = clone(GRU).fit((slices - mean) / std, np.repeat(Y, N_SLICES))
    found = model.fit(X, Y).predict_proba(X)
    probability = expected.predict_proba((slices - mean) / std)
    np.testing.assert_allclose(
        found, probability.reshape(N, N_SLICES, -1).mean(axis=1), rtol=1e-4, atol=1e-5
    )
    drifting = X + np.linspace(0, 100, N)[:, np.newaxis, np.newaxis]
    np.testing.assert_allclose(model.predict_proba(drifting), found, atol=1e-4)


@pytest.mark.parametrize("classifier", [GRU, LogisticRegression()])
def test_whole_sequences_are_the_classifier_itself(classifier):
    flat = X if classifier is GRU else X.reshape(N, -1)
    for length in (1.0, STEPS, STEPS + 5):
        if length > STEPS and classifier is not GRU:
            continue  # takes no NaN
        model = SlicedClassifier(classifier, length=length).fit(X, Y)
        assert model.n_slices_ == 1
        expected = clone(classifier).fit(flat, Y).predict_proba(flat)
        np.testing.assert_array_equal(model.predict_proba(X), expected)


@pytest.mark.parametrize(
    ("length", "n_slices", "expected"),
    [(0.25, 32, (8, 23)), (0.5, 4, (15, 4)), (1, 99, (1, 30)), (0.001, 32, (1, 30)),
     (29, 9, (29, 2)), (1.0, 9, (30, 1))],
)  # fmt: skip
def test_length_and_number_of_slices(length, n_slices, expected):
    model = SlicedClassifier(HistGradientBoostingClassifier(max_iter=1), length=length)
    model.set_params(n_slices=n_slices).fit(X, Y)
    assert (model.length_, model.n_slices_) == expected
    assert model.estimator_.n_features_in_ == 2 * model.length_


def test_a_share_is_that_of_the_longest_sequence_and_a_single_slice_is_the_newest():
    sequences = uneven()[:, :24]
    model = SlicedClassifier(GRU, length=0.5, n_slices=1).fit(sequences, Y)
    assert (model.length_, model.n_slices_) == (12, 1)
    newest = [one[~np.isnan(one).all(axis=1)][-12:] for one in sequences]
    expected = clone(GRU).fit(newest, Y)
    np.testing.assert_array_equal(model.predict_proba(sequences), expected.predict_proba(newest))


def test_few_sequences_are_in_memory_at_a_time(monkeypatch):
    model = SlicedClassifier(GRU, length=LENGTH).fit(X, Y)
    expected = model.predict_proba(X)
    monkeypatch.setattr(_sliced_classifier, "_VALUES_AT_A_TIME", 1000)
    assert len(list(model._parts(_sliced_classifier.WindowSet.from_array(X)))) == 12
    np.testing.assert_array_equal(model.predict_proba(X), expected)


def test_weights_are_those_of_sequences():
    model = SlicedClassifier(LogisticRegression(), length=LENGTH, n_slices=N_SLICES)
    expected = fit_by_hand(LogisticRegression(), X, Y, flat=True, sample_weight=WEIGHT)
    found = model.fit(X, Y, WEIGHT).predict_proba(X)
    np.testing.assert_array_equal(found, by_hand(expected, X, flat=True))
    model.set_params(estimator=make_pipeline(StandardScaler(), LogisticRegression()))
    scaled = make_pipeline(StandardScaler(), LogisticRegression())
    expected = fit_by_hand(scaled, X, Y, True, logisticregression__sample_weight=WEIGHT)
    found = model.fit(X, Y, sample_weight=WEIGHT).predict_proba(X)
    np.testing.assert_array_equal(found, by_hand(expected, X, flat=True))
    sequences = X.copy()
    sequences[4] = np.nan
    with pytest.warns(UserWarning, match=r"1 of 24 windows .* \(sample 4"):
        found = model.fit(sequences, Y, WEIGHT).predict_proba(sequences)[4]
    shares = [WEIGHT[(name == Y) & (np.arange(N) != 4)].sum() for name in model.classes_]
    np.testing.assert_allclose(found, shares / np.sum(shares))


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_early_stopping_holds_out_whole_sequences(depth):
    """Slices of a sequence overlap: with some in each set, validation would be of training."""
    estimator = STOPS
    for _ in range(depth):
        estimator = make_pipeline(WindowScaler("standard"), estimator)
    for groups in (None, PATIENTS):
        model = SlicedClassifier(estimator, length=LENGTH, n_slices=N_SLICES)
        found = model.fit(X, Y, groups=groups).estimator_
        held = np.arange(N) >= 21  # the newest of each class; of the patients the newest
        scaled = cut(X)
        for _ in range(depth):
            found, scaled = found[-1], WindowScaler("standard").fit_transform(scaled)
        held_slices = np.repeat(held, N_SLICES)
        labels = np.repeat(Y, N_SLICES)
        expected = clone(STOPS).fit(
            scaled[~held_slices], labels[~held_slices],
            X_val=scaled[held_slices], y_val=labels[held_slices],
        )  # fmt: skip
        assert found.validation_scores_ == pytest.approx(expected.validation_scores_)


def test_groups_of_the_user_are_held_out_together():
    model = SlicedClassifier(STOPS, length=LENGTH, n_slices=N_SLICES)
    every_other = np.tile(PATIENTS[:12], 2)
    found = model.fit(X, Y, groups=every_other).estimator_.validation_scores_
    expected = fit_by_hand(STOPS, X, Y, groups=every_other).validation_scores_
    assert found == expected
    alone = model.fit(X, Y).estimator_.validation_scores_
    assert alone != expected
    with pytest.raises(ValueError, match="groups must have one label for each of 24 samples"):
        model.fit(X, Y, groups=PATIENTS[1:])


def test_windows_of_one_series_are_not_held_out():
    rows, labels = X.reshape(-1, 2)[:60], np.arange(60) // 10 % 2
    windows = SequenceWindower(12).fit_transform(rows)
    model = SlicedClassifier(make_pipeline(WindowScaler("standard"), STOPS), length=4)
    with pytest.raises(ValueError, match=r"share rows.*early_stopping=True of GRUClassifier"):
        model.fit(windows, labels)
    model.fit(windows, labels, groups=np.arange(60) // 20)
    SlicedClassifier(GRU, length=4).fit(windows, labels)


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (GridSearchCV(GRU, {"hidden_size": [2, 3]}), "put GridSearchCV around SlicedClassifier"),
        (CalibratedClassifierCV(LogisticRegression()), "put CalibratedClassifierCV around"),
        (
            make_pipeline(StandardScaler(), LogisticRegressionCV()),
            "put LogisticRegressionCV around",
        ),
        (MLPClassifier(early_stopping=True), "early_stopping=False of MLPClassifier"),
        (HistGradientBoostingClassifier(early_stopping=True), "early_stopping=False of HistG"),
        (VotingClassifier([("a", STOPS)], voting="soft"), "early_stopping=False of GRUClassifier"),
    ],
)
def test_what_would_split_slices_is_refused(estimator, words):
    with pytest.raises(ValueError, match=f"estimator must not split slices.*{words}"):
        SlicedClassifier(estimator).fit(X, Y)


def test_boosting_that_stops_early_because_slices_are_many_is_refused():
    boosting = HistGradientBoostingClassifier(max_iter=2)
    sequences, classes = np.resize(X, (320, 40, 2)), np.resize(Y, 320)
    SlicedClassifier(boosting, length=10, n_slices=31).fit(sequences, classes)
    with pytest.raises(ValueError, match="early_stopping=False of HistGradientBoosting"):
        SlicedClassifier(boosting, length=8, n_slices=32).fit(sequences, classes)


def test_members_of_an_ensemble_are_given_slices():
    ensemble = VotingClassifier(
        [("a", GRU), ("b", clone(GRU).set_params(random_state=1))], voting="soft"
    )
    model = SlicedClassifier(ensemble, length=LENGTH, n_slices=N_SLICES).fit(X, Y)
    expected = by_hand(fit_by_hand(ensemble, X, Y), X)
    np.testing.assert_array_equal(model.predict_proba(X), expected)


def test_the_length_is_searched_with_whole_sequences_among_its_values():
    place = RNG.integers(0, 25, size=60)
    noise, labels = RNG.normal(size=(60, 30)), np.arange(60) % 2
    for row in np.flatnonzero(labels):  # a bump at any place
        noise[row, place[row] : place[row] + 5] += 3
    model = make_pipeline(
        SlicedClassifier(GradientBoostingClassifier(n_estimators=10, random_state=0))
    )
    grid = {"slicedclassifier__length": [5, 0.5, 1.0]}
    search = GridSearchCV(model, grid, cv=3).fit(noise, labels)
    scores = dict(
        zip(grid["slicedclassifier__length"], search.cv_results_["mean_test_score"], strict=True)
    )
    assert search.best_params_ == {"slicedclassifier__length": 5}
    assert scores[5] > scores[1.0] + 0.1
    grid = {"estimator__n_estimators": [1, 2]}
    GridSearchCV(model[-1], grid, cv=2, error_score="raise").fit(noise, labels)
    calibrated = CalibratedClassifierCV(model, cv=2).fit(noise, labels)
    assert calibrated.predict_proba(noise).shape == (60, 2)


def test_metadata_is_routed():
    def model(**requests):
        inner = LogisticRegression().set_fit_request(**requests)
        outer = SlicedClassifier(inner, length=LENGTH, n_slices=N_SLICES)
        return outer.set_fit_request(sample_weight=True, groups=False)

    with config_context(enable_metadata_routing=True):
        with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
            model().fit(X, Y, sample_weight=WEIGHT)
        options = {"method": "predict_proba", "cv": KFold(2)}
        asked = model(sample_weight=True)
        found = cross_val_predict(asked, X, Y, params={"sample_weight": WEIGHT}, **options)
        plain = model(sample_weight=False).fit(X, Y, sample_weight=WEIGHT).predict_proba(X)
        stops = SlicedClassifier(make_pipeline(WindowScaler("standard"), STOPS), length=LENGTH)
        routed = stops.fit(X, Y, groups=PATIENTS).estimator_[-1].validation_scores_
        alone = stops.fit(X, Y).estimator_[-1].validation_scores_
    model = SlicedClassifier(LogisticRegression(), length=LENGTH, n_slices=N_SLICES)
    np.testing.assert_array_equal(plain, model.fit(X, Y).predict_proba(X))
    half = model.fit(X[12:], Y[12:], WEIGHT[12:])
    np.testing.assert_array_equal(found[:12], half.predict_proba(X[:12]))
    assert routed == stops.fit(X, Y, groups=PATIENTS).estimator_[-1].validation_scores_
    assert alone == stops.fit(X, Y).estimator_[-1].validation_scores_


def test_names_and_numbers_of_features():
    frame = pd.DataFrame(X[:, :, 0]).rename(columns="step {}".format)
    model = SlicedClassifier(LogisticRegression(), length=LENGTH, n_slices=N_SLICES).fit(frame, Y)
    assert model.n_features_in_ == STEPS
    assert model.feature_names_in_.tolist() == frame.columns.tolist()
    expected = fit_by_hand(LogisticRegression(), X[:, :, :1], Y, flat=True)
    np.testing.assert_array_equal(
        model.predict_proba(frame), by_hand(expected, X[:, :, :1], flat=True)
    )
    model.fit(X, Y)
    assert (model.n_features_in_, model.window_shape_) == (2, (STEPS, 2))
    assert not hasattr(model, "feature_names_in_")
    frames = [pd.DataFrame(one, columns=["a", "b"]) for one in X]
    model.fit(frames, Y)
    assert model.feature_names_in_.tolist() == ["a", "b"]
    np.testing.assert_array_equal(
        model.predict_proba([one[["b", "a"]] for one in frames]), model.predict_proba(X)
    )
    model.fit([one.rename(columns={"a": "c"}) for one in frames], Y)
    assert model.feature_names_in_.tolist() == ["c", "b"]


def test_files():
    model = SlicedClassifier(make_pipeline(WindowScaler("standard"), GRU), length=LENGTH).fit(X, Y)
    expected = model.predict_proba(X)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), expected)
    loaded = skops.io.loads(skops.io.dumps(model), trusted=trusted_types())
    np.testing.assert_array_equal(loaded.predict_proba(X), expected)
    assert loaded.predict(X).tolist() == model.predict(X).tolist()


def test_labels_in_another_order_are_refused():
    frame = pd.DataFrame(X[:, :, 0], index=[f"run {k}" for k in range(N)])
    labels = pd.Series(Y, index=frame.index)
    model = SlicedClassifier(LogisticRegression(), length=LENGTH).fit(frame, labels)
    for method in (model.fit, model.score):
        with pytest.raises(ValueError, match="y has the labels of X in another order"):
            method(frame, labels[::-1])


def test_padding_of_tokens_is_no_step():
    tokens = RNG.integers(2, 9, size=(N, STEPS))
    lengths = RNG.integers(LENGTH - 4, STEPS + 1, size=N)
    sequences = [row[:length] for row, length in zip(tokens, lengths, strict=True)]
    behind, before = np.zeros((2, N, STEPS + 3), dtype=int)
    for row, one in enumerate(sequences):
        behind[row, : len(one)], before[row, -len(one) :] = one, one
    network = GRUClassifier(3, embedding_dim=2, max_epochs=3, random_state=0)
    model = SlicedClassifier(network, length=LENGTH, n_slices=N_SLICES).fit(behind, Y)
    numbers = [one[:, np.newaxis].astype(float) for one in sequences]
    assert model.n_slices_ == N_SLICES
    expected = fit_by_hand(network, numbers, Y).predict_proba(cut(numbers))
    expected = expected.reshape(N, N_SLICES, -1).mean(axis=1)
    for form in (behind, before, sequences):
        found = clone(model).fit(form, Y).predict_proba(behind)
        np.testing.assert_array_equal(found, model.predict_proba(form))
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    behind[4] = 0
    with pytest.raises(ValueError, match=r"X has a window without a token \(sample 4\)"):
        model.predict(behind)
