"""`SequenceClassifier` against its candidates, compared and averaged by hand."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning, UnsetMetadataPassedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.neighbors import KNeighborsClassifier
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
    trials = sequence_classifier(cv=cv).fit(X, Y).trials_
    masks = [tuple(np.isin(np.arange(N), part) for part in fold) for fold in cv.split(X)]
    lists = [tuple(part.tolist() for part in fold) for fold in cv.split(X)]
    tuples = tuple(tuple(map(tuple, fold)) for fold in lists)
    stacked = [np.array(fold) for fold in KFold(2).split(X)]
    found = sequence_classifier(cv=stacked).fit(X, Y).trials_
    assert found == sequence_classifier(cv=KFold(2)).fit(X, Y).trials_
    for folds in (masks, lists, tuples):
        assert sequence_classifier(cv=folds).fit(X, Y).trials_ == trials
    half = ShuffleSplit(1, test_size=0.5, random_state=0)
    model = sequence_classifier(cv=half).fit(X, Y)
    ((train, test),) = half.split(X)
    probability = np.zeros((N, 3))
    probability[test] = sliced(1.0).fit(X[train], Y[train]).predict_proba(X[test])
    assert model.trials_["whole"] == likely_and_right(probability)[1][test].mean()


@pytest.mark.parametrize(
    ("cv", "words"),
    [
        ([], "cv has no folds"),
        ([([0, 1, 2, 3], [N, 5])], r"cv has rows \[30\], and X has 30 sequences"),
        ([([0, 1, 2, -1], [4, 5])], r"cv has rows \[-1\]"),
        ([([0.5, 1.0], [2, 3])], "cv takes numbers of rows, or masks of 30 rows; got float64"),
        ([([True, False], [2, 3])], r"masks of 30 rows; got bool of shape \(2,\)"),
        ([[0, 1, 2]], "each a pair of rows"),
        (GroupKFold(2), r"cv=GroupKFold.* needs groups: give groups to fit"),
    ],
)
def test_folds_that_are_none(cv, words):
    with pytest.raises(ValueError, match=words):
        sequence_classifier(cv=cv).fit(X, Y)


@pytest.mark.parametrize(
    ("estimator", "rows", "groups", "words"),
    [
        (
            KNeighborsClassifier(5),
            np.arange(6),
            None,
            r"that trains on 3 of 6 sequences: .*= 3\. Give",
        ),
        (
            GRUClassifier(2, max_epochs=1, early_stopping=True),
            np.arange(N),
            np.arange(N) // 15,
            r"that trains on 15 of 30 sequences: .* folds that train on more of them \(cv\)",
        ),
    ],
)
def test_a_fold_that_fails_is_told(estimator, rows, groups, words):
    with pytest.raises(ValueError, match=words):
        sequence_classifier(estimator).fit(X[rows], Y[rows], groups=groups)


def test_what_fails_in_the_end_is_refused_before_the_work(monkeypatch):
    def fit(*_):
        raise AssertionError("was fitted")

    monkeypatch.setattr(SlicedClassifier, "_fit_sequences", fit)
    with pytest.raises(ValueError, match="needs sequences of at least two classes.*'low'"):
        sequence_classifier().fit(X, np.repeat("low", N))
    many = np.resize(X, (600, STEPS, 2)), np.resize(Y, 600)
    boosting = HistGradientBoostingClassifier(max_iter=1)
    with pytest.raises(ValueError, match="early_stopping=False of HistGradientBoosting"):
        SequenceClassifier(boosting, lengths=(1.0, 0.2), n_slices=32).fit(*many)
    every_step = GRUClassifier(2, output="sequence")
    for model in (sequence_classifier(every_step), sliced(1.0, every_step)):
        with pytest.raises(ValueError, match='set output="last" of GRUClassifier'):
            model.fit(X, Y)


def test_there_are_no_more_folds_than_sequences_of_the_largest_class():
    rows = np.array([0, 1, 2, 3, 4, 5])  # two of each class
    model = sequence_classifier(cv=5).fit(X[rows], Y[rows])
    cv = StratifiedKFold(2)
    expected = cross_val_predict(sliced(0.5), X[rows], Y[rows], cv=cv, method="predict_proba")
    assert model.trials_["0.5"] == likely_and_right(expected, Y[rows])[1].mean()


def test_a_class_of_one_sequence_is_trained_on_and_named():
    labels = Y.astype(object)
    labels[4] = "odd"
    with pytest.warns(UserWarning, match=r"classes \['odd'\].*do not count.* two sequences"):
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
    with pytest.warns(UserWarning, match=r"say nothing of.* Each class needs two groups"):
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
    one_by_one = np.repeat([0, 1, 2], [40, 40, 33])
    words = r"\[0, 2\].* slices\. X looks like windows of one series, .* newest 1/3 .* groups"
    with pytest.warns(UserWarning, match=words):
        sequence_classifier(lengths=(1.0, 0.5)).fit(windows[7:], one_by_one[: len(windows) - 7])
    with pytest.raises(ValueError, match="none is left to train on.* a share of 1/2"):
        sequence_classifier(GRU, cv=2).fit(SequenceWindower(8).fit_transform(rows[:9]), labels[:9])


def test_what_takes_no_padding_is_given_none():
    sequences = X.copy()
    sequences[0, 12:] = sequences[1, :3] = np.nan
    words = r"of 12 observed steps \(sample 0\), the longest has 20, and LogisticReg.* takes no"
    with pytest.warns(UserWarning, match=f"{words} missing.*slices of 20 steps are left out.* Rem"):
        model = sequence_classifier().fit(sequences, Y)
    assert list(model.trials_) == ["0.5", "0.25"]
    sequences[2, 4:] = sequences[3] = np.nan
    sequences[7, 4:] = np.nan
    with pytest.warns(UserWarning, match=r"\(sample 2\).* of 20, 10, 5 steps .* slices of 4 steps"):
        model.fit(sequences, Y)
    assert model.weights_ == {"0.2": 1.0}
    sequences[7, 2:] = np.nan
    with pytest.raises(ValueError, match=r"of 2 observed steps \(sample 7\).* 20, 10, 5 steps do"):
        model.fit(sequences, Y)
    scaled = make_pipeline(WindowScaler("standard"), GRU)
    imputed = make_pipeline(SimpleImputer(), LINEAR)
    for takes in (GRU, scaled, imputed):
        assert list(sequence_classifier(takes).fit(sequences, Y).trials_)[0] == "whole"


@pytest.mark.parametrize("model", [sequence_classifier(), sliced(1.0)])
def test_sequences_too_short_for_slices_are_named(model):
    model.fit(X, Y)
    if isinstance(model, SequenceClassifier):
        model.weights_ = {"whole": 1.0}
        model.estimators_ = {"whole": sliced(1.0).fit(X, Y)}
    short = X[:3].copy()
    short[0], short[2, 10:] = np.nan, np.nan
    words = r"of 10 observed steps \(sample 2\), and slices of 20 steps are needed by LogisticReg"
    with pytest.raises(ValueError, match=words):
        model.predict(short)


def test_a_sliced_classifier_names_what_is_too_short_in_fit():
    sequences = X.copy()
    sequences[1], sequences[5, 3:] = np.nan, np.nan
    with pytest.raises(ValueError, match=r"of 3 observed steps \(sample 5\), and slices of 10 "):
        sliced(0.5).fit(sequences, Y)


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
    with pytest.raises(ValueError, match="not split slices.* GridSearchCV around SequenceC"):
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
