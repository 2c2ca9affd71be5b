"""Tokens as inputs of the recurrent estimators."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import sklstm
from sklstm import BiLSTMClassifier, GRUClassifier, LSTMClassifier, LSTMRegressor, TextSequencer

BAD, GOOD = 7, 9


def reviews(n_samples=300, n_steps=12, seed=0):
    """Windows of tokens from 2 to 29, padded at one end; whether GOOD stands after BAD."""
    rng = np.random.default_rng(seed)
    X = rng.integers(10, 30, (n_samples, n_steps))
    y = rng.integers(0, 2, n_samples)
    early, late = rng.integers(3, 6, n_samples), rng.integers(6, 9, n_samples)
    rows = np.arange(n_samples)
    X[rows, early], X[rows, late] = np.where(y, BAD, GOOD), np.where(y, GOOD, BAD)
    X[::3, :3], X[1::3, 9:] = 0, 0
    return X, y


def classifier(**changes):
    options = {"embedding_dim": 6, "max_epochs": 40, "learning_rate": 0.01, "random_state": 0}
    return LSTMClassifier(12, **(options | changes))


@pytest.fixture(scope="module")
def fitted():
    X, y = reviews()
    return classifier().fit(X[:200], y[:200])


@pytest.mark.parametrize("engine", ["auto", "torch"])
@pytest.mark.parametrize(
    "estimator",
    [
        sklstm.RNNClassifier(12),
        LSTMClassifier(12),
        GRUClassifier(12, num_layers=2),
        BiLSTMClassifier(12),
        LSTMClassifier(12, peephole=True),
    ],
    ids=["rnn", "lstm", "gru", "bilstm", "peephole"],
)
def test_the_order_of_tokens_is_learned(estimator, engine):
    X, y = reviews()
    estimator.set_params(
        embedding_dim=6, max_epochs=40, learning_rate=0.01, random_state=0, engine=engine
    )
    assert estimator.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9


def test_regression_and_a_target_at_every_step():
    X, _ = reviews()
    count = np.cumsum(X == GOOD, axis=1).astype(float)
    model = LSTMRegressor(
        12, embedding_dim=6, output="sequence", max_epochs=40, learning_rate=0.01, random_state=0
    ).fit(X[:200], np.where(X > 0, count, np.nan)[:200])
    predicted = model.predict(X[200:])
    np.testing.assert_array_equal(np.isnan(predicted), X[200:] == 0)
    assert model.score(X[200:], np.where(X > 0, count, np.nan)[200:]) > 0.95


def test_padding_at_either_end_or_between_changes_not_a_bit(fitted):
    X, _ = reviews()
    expected = fitted.predict_proba(X)
    wide = np.zeros((len(X), 40), dtype=int)
    wide[:, 20:32] = X
    np.testing.assert_array_equal(fitted.predict_proba(wide[:, :, np.newaxis]), expected)
    apart = np.zeros((len(X), 24), dtype=int)
    apart[:, ::2] = X
    np.testing.assert_array_equal(fitted.predict_proba(apart[:, :, np.newaxis]), expected)
    as_missing = np.where(X == 0, np.nan, X.astype(float))
    np.testing.assert_array_equal(fitted.predict_proba(as_missing), expected)


def test_dtypes_frames_and_three_axes_are_the_same_tokens(fitted):
    X, _ = reviews()
    expected = fitted.predict_proba(X)
    for same in (X.astype(np.int8), X.astype(np.float32), X[:, :, np.newaxis], X.tolist()):
        np.testing.assert_array_equal(fitted.predict_proba(same), expected)


def test_unseen_tokens_are_out_of_vocabulary(fitted):
    X, _ = reviews(40)
    assert not {3, 4, 500} & set(fitted.tokens_)
    expected = fitted.predict_proba(np.where(X == 15, 1, X))
    for unseen in (3, 4, 500, 9_999_999):
        found = fitted.predict_proba(np.where(X == 15, unseen, X))
        np.testing.assert_array_equal(found, expected)


def test_ids_of_the_held_back_block_alone_are_out_of_vocabulary_too():
    X, y = reviews()
    X[-20:, 5] = 77
    model = classifier(early_stopping=True, max_epochs=2).fit(X, y)
    assert 77 not in model.tokens_
    assert model.weights_["embedding_weight"].shape == (30, 6)


def test_the_summary_counts_the_rows_of_tokens(fitted):
    assert fitted.weights_["embedding_weight"].shape == (30, 6)
    assert fitted.n_parameters_ == 30 * 6 + 4 * 12 * (6 + 12 + 1) + 12 + 1
    assert fitted.summary().splitlines()[0].split() == ["embedding", "30", "tokens,", "6", "180"]
    assert fitted.feature_mean_ is None is fitted.feature_scale_


def test_batches_are_of_like_length_and_lose_no_sample():
    """Most of the steps of these windows are padding; training reads only the others."""
    X, y = reviews(200)
    long = np.zeros((200, 400), dtype=int)
    long[:, :12] = X
    long[::50] = np.random.default_rng(0).integers(10, 30, (4, 400))
    model = classifier(max_epochs=3, batch_size=8).fit(long, y)
    once = classifier(max_epochs=3, batch_size=200).fit(long, y)
    # One batch of all is the sum that like lengths must not change.
    assert once.loss_curve_[0] == pytest.approx(model.loss_curve_[0], rel=0.2)
    np.testing.assert_array_equal(
        model.predict_proba(long), np.vstack([model.predict_proba(long[[k]]) for k in range(200)])
    )


def test_partial_fit_learns_tokens_that_have_a_row():
    X, y = reviews()
    first = np.where((X == 20) | (X == 21), 22, X)
    model = classifier().partial_fit(first, y, classes=[0, 1])
    assert 20 not in model.tokens_
    with pytest.warns(UserWarning, match="such as 300, and those of the first fit end at 29"):
        model.partial_fit(np.where(X == 29, 300, X), y)
    assert 20 in model.tokens_
    assert 300 not in model.tokens_
    assert model.weights_["embedding_weight"].shape == (30, 6)


def test_tokens_with_large_gaps_are_told():
    X, y = reviews()
    X[0, 5] = 9_000_000
    with pytest.raises(ValueError, match="without large gaps.*got 9000000 among"):
        classifier().fit(X, y)


def test_the_row_of_unknown_tokens_is_the_mean_if_training_met_none(fitted):
    table = fitted.weights_["embedding_weight"]
    np.testing.assert_allclose(table[1], table[fitted.tokens_].mean(axis=0), rtol=1e-6, atol=1e-9)
    X, y = reviews()
    X[::4, 5] = 1
    trained = classifier(max_epochs=1).fit(X, y)
    table = trained.weights_["embedding_weight"]
    assert not np.allclose(table[1], table[trained.tokens_].mean(axis=0))


def test_tokens_of_samples_without_weight_stay_unknown():
    X, y = reviews()
    model = classifier(warm_start=True, max_epochs=1).fit(X, y)
    X[:20, 5] = 4
    weight = np.repeat([0.0, 1.0], [20, 280])
    assert 4 not in model.fit(X, y, sample_weight=weight).tokens_
    assert 4 in model.fit(X, y).tokens_


def test_warm_start_refuses_another_kind_of_input():
    X, y = reviews()
    model = classifier(warm_start=True, max_epochs=1).fit(X, y)
    with pytest.raises(ValueError, match="warm_start"):
        model.set_params(embedding_dim=7).fit(X, y)
    with pytest.raises(ValueError, match="warm_start"):
        model.set_params(embedding_dim=None).fit(X, y)
    model.set_params(embedding_dim=6).fit(X, y)
    assert model.n_iter_ == 2


def test_a_pickle_predicts_the_same(fitted):
    X, _ = reviews()
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))


def test_damaged_tokens_are_told(fitted):
    state = fitted.__getstate__()
    state["_fitted"] = state["_fitted"] | {
        "inputs": {"__sklstm__": "TokenInputs", "tokens": fitted.tokens_[:-1]}
    }
    with pytest.raises(ValueError, match="damaged"):
        LSTMClassifier().__setstate__(state)


def test_gates_of_tokens(fitted):
    X, _ = reviews(6)
    hidden = fitted.gate_activations(X)["layer0_forward"]["hidden"]
    np.testing.assert_array_equal(np.isnan(hidden[:, :, 0]), X == 0)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-1, r"embedding_dim.*got -1\.0 \(sample 2, step 3\)"),
        (2.5, r"whole numbers.*got 2\.5 \(sample 2, step 3\)"),
        (1e9, r"got 1000000000\.0"),
        (np.inf, r"got inf"),
    ],
)
def test_what_is_no_token_is_told(value, words, fitted):
    X, y = reviews()
    wrong = X.astype(float)
    wrong[2, 3] = value
    with pytest.raises(ValueError, match=words):
        classifier().fit(wrong, y)
    with pytest.raises(ValueError, match=words):
        fitted.predict(wrong)


def test_windows_of_padding_alone_and_of_several_features_are_told():
    X, y = reviews()
    with pytest.raises(ValueError, match="several|one token at each step"):
        classifier().fit(np.stack([X, X], axis=2), y)
    X[4] = 0
    with pytest.raises(ValueError, match=r"sample 4.*padding"):
        classifier().fit(X, y)


def test_without_embedding_dim_integers_are_measured_values():
    X, y = reviews()
    model = LSTMClassifier(4, max_epochs=1, random_state=0).fit(X, y)
    assert model.tokens_ is None
    assert model.feature_mean_.shape == (1,)


TEXTS = [
    f"the {a} was {b} and the {c} was {d}"
    for a, c in [("cast", "plot"), ("music", "end"), ("plot", "music"), ("end", "cast")]
    for b in ("good", "fine", "bad", "poor")
    for d in ("good", "fine", "bad", "poor")
]


def test_a_grid_over_the_vocabulary_and_the_network():
    y = [("good" in text) or ("fine" in text) for text in TEXTS]
    pipeline = make_pipeline(
        TextSequencer(), GRUClassifier(embedding_dim=4, max_epochs=30, learning_rate=0.02)
    )
    grid = {"textsequencer__max_tokens": [4, None], "gruclassifier__hidden_size": [2, 8]}
    search = GridSearchCV(
        pipeline.set_params(gruclassifier__random_state=0), grid, cv=3, error_score="raise"
    )
    search.fit(pd.Series(TEXTS), y)
    assert search.best_params_["textsequencer__max_tokens"] is None
    assert search.best_score_ > 0.8
    assert search.predict(["the cast was good"]).shape == (1,)


def test_named_steps_of_a_frame(fitted):
    sequencer = TextSequencer().set_output(transform="pandas")
    frame = sequencer.fit_transform(TEXTS)
    y = ["good" in text for text in TEXTS]
    model = classifier(max_epochs=2).fit(frame, y)
    shuffled = frame[frame.columns[::-1]]
    np.testing.assert_array_equal(
        model.predict_proba(frame[frame.columns]), model.predict_proba(frame)
    )
    with pytest.raises(ValueError, match="feature names|order"):
        model.predict_proba(shuffled)
