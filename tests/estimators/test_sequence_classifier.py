"""`SequenceClassifier` against its candidates, compared and averaged by hand."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, UnsetMetadataPassedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    LeaveOneGroupOut,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import GRUClassifier, SequenceWindower, SlicedClassifier, WindowScaler
from sklstm.estimators._pool_weights import pool_weights
from sklstm.estimators._sequence_classifier import SequenceClassifier
from sklstm.persistence import trusted_types

N, STEPS = 30, 20
RNG = np.random.default_rng(0)
Y = np.array(["low", "high", "mid"] * 10)
X = RNG.normal(size=(N, STEPS, 2)) + np.select([Y == "low", Y == "high"], [-0.4, 0.4])[
    :, None, None
] * np.linspace(0, 1, STEPS).reshape(1, -1, 1)
WEIGHT = RNG.uniform(0.1, 3, size=N)
PATIENTS = np.repeat([f"patient {k}" for k in range(10)], 3)
LINEAR = LogisticRegression(C=0.1)
GRU = GRUClassifier(3, max_epochs=3, random_state=0)
LENGTHS, N_SLICES = (1.0, 0.5, 0.25), 6


def sequence_classifier(estimator=LINEAR, **options):
    return SequenceClassifier(estimator, **{"lengths": LENGTHS, "n_slices": N_SLICES} | options)


def sliced(length, estimator=LINEAR):
    return SlicedClassifier(estimator, length=length, n_slices=N_SLICES)


def held_out(model, cv, labels=Y, **params):
    """Probabilities of sequences that are held out."""
    return cross_val_predict(model, X, labels, cv=cv, method="predict_proba", **params)


def likely_and_right(probability, labels=Y):
    classes, numbers = np.unique(labels, return_inverse=True)
    likely = probability[np.arange(len(labels)), numbers]
    return likely, classes[probability.argmax(axis=1)] == labels


def check_against(model, probabilities, rows=slice(None)):
    """Trials and weights are those of candidates whose probabilities are given."""
    likely, right = zip(*(likely_and_right(one) for one in probabilities), strict=True)
    assert list(model.trials_.values()) == pytest.approx([one[rows].mean() for one in right])
    weights = pool_weights(np.array(likely).T[rows])
    names = np.array(list(model.trials_))[weights > 0]
    assert list(model.weights_) == list(model.estimators_) == list(names)
    assert list(model.weights_.values()) == pytest.approx(weights[weights > 0])


def test_candidates_are_weighed_by_sequences_held_out_and_averaged():
    model = sequence_classifier().fit(X, Y)
    assert list(model.trials_) == ["whole", "0.5", "0.25"]
    check_against(model, [held_out(sliced(length), StratifiedKFold(3)) for length in LENGTHS])
    assert len(model.weights_) > 1
    lengths = {"whole": 1.0, "0.5": 0.5, "0.25": 0.25}
    expected = sum(
        weight * sliced(lengths[name]).fit(X, Y).predict_proba(X)
        for name, weight in model.weights_.items()
    )
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-12)
    np.testing.assert_allclose(model.predict_log_proba(X), np.log(expected), rtol=1e-12)
    np.testing.assert_array_equal(model.predict(X), model.classes_[expected.argmax(axis=1)])
    assert model.score(X, Y) == np.mean(model.predict(X) == Y)
    for name, one in model.estimators_.items():
        found = sliced(lengths[name]).fit(X, Y).predict_proba(X[:3])
        np.testing.assert_array_equal(one.predict_proba(X[:3]), found)


def test_networks_read_values_as_they_are_and_scaled():
    model = sequence_classifier(GRU).fit(X, Y)
    forms = {"": GRU, ", scaled": make_pipeline(WindowScaler("standard"), GRU)}
    names = [f"{length}{form}" for length in ("whole", "0.5", "0.25") for form in forms]
    assert list(model.trials_) == names
    expected = [
        held_out(sliced(length, inner), StratifiedKFold(3))
        for length in LENGTHS
        for inner in forms.values()
    ]
    check_against(model, expected)


def test_the_estimator_is_a_gru_by_default():
    model = SequenceClassifier(lengths=[1.0], n_slices=2, random_state=3)
    tiny = model.fit(X[:6, :4], Y[:6])
    one = next(iter(tiny.estimators_.values())).estimator_
    network = one if isinstance(one, GRUClassifier) else one[-1]
    seed = network.random_state
    assert network.get_params() == GRUClassifier(random_state=seed).get_params()
    again = clone(model).fit(X[:6, :4], Y[:6])
    np.testing.assert_array_equal(again.predict_proba(X), tiny.predict_proba(X))
    other = clone(model).set_params(random_state=4).fit(X[:6, :4], Y[:6])
    assert (other.predict_proba(X) != tiny.predict_proba(X)).any()


@pytest.mark.parametrize(
    ("n_steps", "lengths", "names"),
    [
        (20, (0.2, 1.0), ["whole", "0.2"]),
        (20, (0.19, 0.21), ["0.21"]),  # four steps, both
        (20, (0.1, 0.5), ["0.5"]),  # two steps show no shape
        (8, (1.0, 0.5, 0.25, 0.125), ["whole", "0.5"]),
        (3, (1.0, 0.5, 0.25, 0.125), ["whole"]),
        (3, (0.5, 0.9), ["0.9"]),
    ],
)
def test_lengths_of_four_steps_or_more(n_steps, lengths, names):
    model = sequence_classifier(lengths=lengths).fit(X[:, :n_steps], Y)
    assert set(model.estimators_) <= set(names)
    if len(names) == 1:
        assert (model.trials_, model.weights_) == ({}, {names[0]: 1.0})
    else:
        assert list(model.trials_) == names


@pytest.mark.parametrize("lengths", [(), (0.0,), (1.5, 0.5), ("all",), (None,), (np.nan,), (True,)])
def test_lengths_that_are_no_shares(lengths):
    with pytest.raises(ValueError, match="lengths takes shares of the longest sequence in the"):
        sequence_classifier(lengths=lengths).fit(X, Y)


def test_groups_are_held_out_together():
    groups = np.tile(PATIENTS[:15], 2)
    model = sequence_classifier().fit(X, Y, groups=groups)
    cv = list(StratifiedGroupKFold(3).split(X, Y, groups))
    check_against(model, [held_out(sliced(length), cv) for length in LENGTHS])
    alone = sequence_classifier().fit(X, Y)
    assert alone.trials_ != model.trials_
    named = sequence_classifier(cv=LeaveOneGroupOut()).fit(X, Y, groups=groups)
    cv = list(LeaveOneGroupOut().split(X, Y, groups))
    check_against(named, [held_out(sliced(length), cv) for length in LENGTHS])


def test_folds_of_the_user():
    cv = KFold(4, shuffle=True, random_state=0)
    expected = [held_out(sliced(length), cv) for length in LENGTHS]
    for folds in (cv, list(cv.split(X))):
        check_against(sequence_classifier(cv=folds).fit(X, Y), expected)
    half = ShuffleSplit(1, test_size=0.5, random_state=0)
    model = sequence_classifier(cv=half).fit(X, Y)
    ((train, test),) = half.split(X)
    probability = np.zeros((N, 3))
    probability[test] = sliced(1.0).fit(X[train], Y[train]).predict_proba(X[test])
    assert model.trials_["whole"] == likely_and_right(probability)[1][test].mean()


def test_there_are_no_more_folds_than_sequences_of_the_largest_class():
    rows = np.array([0, 1, 2, 3, 4, 5])  # two of each class
    model = sequence_classifier(cv=5).fit(X[rows], Y[rows])
    cv = StratifiedKFold(2)
    expected = cross_val_predict(sliced(0.5), X[rows], Y[rows], cv=cv, method="predict_proba")
    assert model.trials_["0.5"] == likely_and_right(expected, Y[rows])[1].mean()


def test_a_class_of_one_sequence_is_trained_on_and_named():
    labels = Y.astype(object)
    labels[4] = "odd"
    with pytest.warns(UserWarning, match=r"the classes \['odd'\].*single sequence.*do not count"):
        model = sequence_classifier().fit(X, labels)
    assert model.classes_.tolist() == ["high", "low", "mid", "odd"]
    assert model.predict_proba(X).shape == (N, 4)
    right = []
    with pytest.warns(UserWarning, match="least populated class"):
        folds = list(StratifiedKFold(3).split(X, labels))
    for train, test in folds:
        test = test[test != 4]
        right += [*(sliced(1.0).fit(X[train], labels[train]).predict(X[test]) == labels[test])]
    assert model.trials_["whole"] == np.mean(right)


def test_classes_of_one_sequence_or_group_each_have_equal_weights():
    with pytest.warns(UserWarning, match=r"classes \['high', 'low', 'mid'\].*the same weight"):
        model = sequence_classifier().fit(X[:3], Y[:3])
    assert model.trials_ == {}
    assert model.weights_ == pytest.approx(dict.fromkeys(["whole", "0.5", "0.25"], 1 / 3))
    with pytest.warns(UserWarning, match=r"a class has a single group\. They say nothing of"):
        model = sequence_classifier().fit(X, Y, groups=Y)
    assert set(model.weights_.values()) == {1 / 3}


def test_weights_are_those_of_sequences():
    model = sequence_classifier().fit(X, Y, WEIGHT)
    likely, right = [], []
    for length in LENGTHS:
        probability = np.zeros((N, 3))
        for train, test in StratifiedKFold(3).split(X, Y):
            fitted = sliced(length).fit(X[train], Y[train], WEIGHT[train])
            probability[test] = fitted.predict_proba(X[test])
        found = likely_and_right(probability)
        likely.append(found[0])
        right.append(np.average(found[1], weights=WEIGHT))
    assert list(model.trials_.values()) == pytest.approx(right)
    weights = pool_weights(np.array(likely).T, WEIGHT)
    assert list(model.weights_.values()) == pytest.approx(weights[weights > 0])
    lengths = {"whole": 1.0, "0.5": 0.5, "0.25": 0.25}
    for name, one in model.estimators_.items():
        expected = sliced(lengths[name]).fit(X, Y, WEIGHT).predict_proba(X)
        np.testing.assert_array_equal(one.predict_proba(X), expected)


def test_sequences_without_weight_hold_nothing_out():
    weight = np.where(np.arange(N) < 24, 1.0, 0.0)
    noisy = X.copy()
    noisy[24:] = RNG.normal(size=(6, STEPS, 2))
    models = [
        sequence_classifier(GRU, cv=cv).fit(part, Y[: len(part)], weight[: len(part)])
        for part, cv in (
            (noisy, [(np.r_[:12, 24:30], np.r_[12:24]), (np.r_[12:30], np.r_[:12, 24:27])]),
            (noisy[:24], [(np.r_[:12], np.r_[12:24]), (np.r_[12:24], np.r_[:12])]),
        )
    ]
    assert models[0].trials_ == models[1].trials_


def test_windows_of_one_series_are_held_out_in_time():
    rows, labels = X.reshape(-1, 2)[:120], np.arange(120) // 7 % 2
    windows = SequenceWindower(8).fit_transform(rows)
    model = sequence_classifier(GRU, lengths=(1.0, 0.5)).fit(windows, labels)
    fitted = clone(GRU).fit(windows[:73], labels[:73])  # seven share rows with window 80
    right = fitted.predict(windows[80:]) == labels[80:]
    assert model.trials_["whole"] == right.mean()
    with pytest.raises(ValueError, match="none is left to train on.* a share of 1/2"):
        sequence_classifier(GRU, cv=2).fit(SequenceWindower(8).fit_transform(rows[:9]), labels[:9])


def test_what_takes_no_padding_is_given_none():
    sequences = X.copy()
    sequences[0, 12:] = sequences[1, :3] = np.nan
    model = sequence_classifier().fit(sequences, Y)
    assert list(model.trials_) == ["0.5", "0.25"]
    sequences[2, 2:] = np.nan
    model.fit(sequences, Y)
    assert model.weights_ == {"0.1": 1.0}
    assert list(sequence_classifier(GRU).fit(sequences, Y).trials_)[0] == "whole"


def test_sequences_of_unequal_length_and_without_a_step():
    sequences = X.copy()
    sequences[0, 12:] = sequences[1, :3] = sequences[2, 4:9] = np.nan
    model = sequence_classifier(GRU).fit(sequences, Y)
    ragged = [one[~np.isnan(one).all(axis=1)] for one in sequences]
    again = sequence_classifier(GRU).fit(ragged, Y)
    assert again.trials_ == model.trials_
    np.testing.assert_array_equal(again.predict_proba(ragged), model.predict_proba(sequences))
    sequences[4] = np.nan
    there = np.arange(N) != 4
    model.fit(sequences, Y)
    expected = sequence_classifier(GRU).fit(sequences[there], Y[there])
    assert model.weights_ == expected.weights_
    with pytest.warns(UserWarning, match=r"1 of 30 windows .* \(sample 4") as caught:
        found = model.predict_proba(sequences)
    assert len(caught) == 1
    np.testing.assert_array_equal(found[there], expected.predict_proba(sequences[there]))
    np.testing.assert_allclose(found[4], [9 / 29, 10 / 29, 10 / 29])
    with pytest.raises(ValueError, match="cv has numbers of rows, and 1 of 30.* Remove"):
        sequence_classifier(GRU, cv=list(KFold(3).split(X))).fit(sequences, Y)


def test_tokens_are_not_scaled():
    tokens = RNG.integers(1, 9, size=(N, STEPS))
    tokens[3, 14:] = 0
    network = GRUClassifier(3, embedding_dim=2, max_epochs=2, random_state=0)
    model = sequence_classifier(network).fit(tokens, Y)
    assert list(model.trials_) == ["whole", "0.5", "0.25"]
    assert model.predict_proba(tokens).shape == (N, 3)


def test_a_network_that_learns_nothing_of_slices_is_no_news():
    """A trial says so by its score; of what is used in the end people are warned."""
    noise = RNG.normal(size=(24, 16))
    idle = GRUClassifier(2, learning_rate=1e-9, random_state=0)
    model = sequence_classifier(idle, lengths=(1.0, 0.5))
    with pytest.warns(ConvergenceWarning, match="has learned nothing") as caught:
        model.fit(noise, np.arange(24) % 2)
    assert len(caught) <= len(model.weights_)


def test_jobs_change_no_bit():
    expected = sequence_classifier(GRU).fit(X, Y)
    found = sequence_classifier(GRU, n_jobs=2).fit(X, Y)
    assert found.weights_ == expected.weights_
    np.testing.assert_array_equal(found.predict_proba(X), expected.predict_proba(X))


def test_in_a_search_and_in_a_pipeline():
    model = make_pipeline(sequence_classifier())
    grid = {"sequenceclassifier__estimator__C": [0.01, 1.0]}
    search = GridSearchCV(model, grid, cv=2, error_score="raise").fit(X, Y)
    assert search.predict_proba(X).shape == (N, 3)
    inside = sequence_classifier(make_pipeline(StandardScaler(), LogisticRegression()))
    assert inside.fit(X, Y, WEIGHT).trials_["whole"] > 0.3
    splits = sequence_classifier(GridSearchCV(LINEAR, {"C": [1.0]}))
    with pytest.raises(ValueError, match="estimator must not split slices"):
        splits.fit(X, Y)


def test_metadata_is_routed():
    def model(**requests):
        inner = LogisticRegression().set_fit_request(**requests)
        return sequence_classifier(inner).set_fit_request(sample_weight=True)

    with config_context(enable_metadata_routing=True):
        with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
            model().fit(X, Y, sample_weight=WEIGHT)
        asked = model(sample_weight=True)
        cv = {"cv": KFold(2), "params": {"sample_weight": WEIGHT}}
        found = cross_val_predict(asked, X, Y, method="predict_proba", **cv)
    half = sequence_classifier(LogisticRegression()).fit(X[15:], Y[15:], WEIGHT[15:])
    np.testing.assert_array_equal(found[:15], half.predict_proba(X[:15]))


def test_names_of_features():
    frames = [pd.DataFrame(one, columns=["a", "b"]) for one in X]
    model = sequence_classifier(GRU).fit(frames, Y)
    assert model.feature_names_in_.tolist() == ["a", "b"]
    np.testing.assert_array_equal(
        model.predict_proba([one[["b", "a"]] for one in frames]), model.predict_proba(X)
    )
    one = next(iter(model.estimators_.values()))
    assert one.feature_names_in_.tolist() == ["a", "b"]
    frame = pd.DataFrame(X[:, :, 0]).rename(columns="step {}".format)
    assert sequence_classifier().fit(frame, Y).n_features_in_ == STEPS


def test_files():
    model = sequence_classifier(GRU).fit(X, Y)
    expected = model.predict_proba(X)
    for loaded in (
        pickle.loads(pickle.dumps(model)),
        skops.io.loads(skops.io.dumps(model), trusted=trusted_types()),
    ):
        np.testing.assert_array_equal(loaded.predict_proba(X), expected)
        assert loaded.trials_ == model.trials_
