"""What language models learn, and their numbers against what is known or worked out by hand."""

import numpy as np
import pytest
from scipy.special import log_softmax

from sklstm import GRULanguageModel, LSTMLanguageModel, RNNLanguageModel
from sklstm.recurrence import network_output

CLASSES = [RNNLanguageModel, LSTMLanguageModel, GRULanguageModel]
VERSE = "to be or not to be, that is the question:\n"
SMALL = {"hidden_size": 12, "batch_size": 4, "max_epochs": 2, "random_state": 0}


def random_text(n_kinds, n_tokens, seed=0):
    kinds = list("abcdefghijklmnopqrstuvwxyz"[:n_kinds])
    return "".join(np.random.default_rng(seed).choice(kinds, size=n_tokens))


def global_generator():
    return np.random.get_state()[1].copy()  # noqa: NPY002 - the one that must not change


def by_hand(model, text):
    """Log-likelihood of each token of a text after the first, by one pass in plain NumPy."""
    ids = np.array([model.vocabulary_.get(token, len(model.vocabulary_)) for token in text])
    values, lengths = ids[np.newaxis, :-1, np.newaxis], np.array([len(ids) - 1])
    outputs = network_output(model._spec, model.weights_, lambda _: (values, lengths), lengths)
    return log_softmax(outputs.astype(float), axis=1)[np.arange(len(ids) - 1), ids[1:]]


@pytest.mark.parametrize("stateful", [False, True])
@pytest.mark.parametrize("n_kinds", [4, 16])
def test_random_text_is_as_hard_as_its_number_of_kinds(n_kinds, stateful):
    model = GRULanguageModel(
        hidden_size=8, learning_rate=0.01, max_epochs=4, stateful=stateful, random_state=0
    )
    model.fit(random_text(n_kinds, 40_000))
    assert model.perplexity(random_text(n_kinds, 5_000, seed=1)) == pytest.approx(n_kinds, rel=0.02)


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("stateful", [False, True])
def test_a_cycle_is_learned(cls, stateful):
    model = cls(
        hidden_size=12, sequence_length=30, batch_size=4, learning_rate=0.02, max_epochs=25,
        stateful=stateful, random_state=0,
    )  # fmt: skip
    model.fit("abcabd" * 150)
    assert model.perplexity("abcabd" * 30) < 1.1
    assert model.sample(12, prompt="abcab", top_k=1) == "abcabdabcabdabcab"


def test_what_has_learned_nothing_finds_all_equally_hard():
    model = LSTMLanguageModel(hidden_size=8, learning_rate=1e-12, max_epochs=1, random_state=0)
    text = random_text(20, 5_000)
    assert model.fit(text).perplexity(text) == pytest.approx(20, rel=0.1)


def test_a_state_that_is_carried_knows_what_stood_before_the_chunk():
    """Chunks of four of a text with a period of five: where one begins, it could be anywhere."""
    options = {
        "hidden_size": 8, "sequence_length": 4, "batch_size": 2, "learning_rate": 0.02,
        "max_epochs": 20, "random_state": 0,
    }  # fmt: skip
    apart, carried = (
        GRULanguageModel(stateful=stateful, **options).fit("aaaab" * 60)
        for stateful in (False, True)
    )
    assert carried.loss_curve_[-1] < 0.05 < 0.2 < apart.loss_curve_[-1]


def test_a_single_repeated_character():
    model = RNNLanguageModel(hidden_size=4, batch_size=4, learning_rate=0.05, random_state=0)
    model.fit("a" * 1000)
    assert model.perplexity("a" * 100) == pytest.approx(1, abs=0.01)
    assert model.vocabulary_ == {"a": 0}
    assert model.token_counts_.tolist() == [1000, 0]
    assert model.sample(5, temperature=100.0, random_state=0) == "aaaaa"


@pytest.mark.parametrize("options", [{}, {"embedding_dim": 3}, {"num_layers": 2}])
@pytest.mark.parametrize("cls", CLASSES)
def test_scores_by_hand(cls, options):
    model = cls(**SMALL, **options).fit(VERSE * 5)
    texts = [VERSE, "tt", VERSE * 3, "so be it"[3:]]
    expected = [by_hand(model, text) for text in texts]
    np.testing.assert_allclose(
        model.score_samples(texts), [each.mean() for each in expected], rtol=1e-5
    )
    score = np.concatenate(expected).mean()
    assert model.score(texts) == pytest.approx(score, rel=1e-5)
    assert model.perplexity(texts) == np.exp(-model.score(texts))


def test_a_probability_depends_on_all_that_stands_before():
    model = GRULanguageModel(**SMALL).fit(VERSE * 5)
    text = "that is the question"
    first, second = by_hand(model, "t" + text), by_hand(model, "q" + text)
    for start, expected in [("t", first), ("q", second)]:
        assert model.score(start + text) == pytest.approx(expected.mean(), rel=1e-5)
    assert (first[1:] != second[1:]).all()


def test_the_training_loss_is_that_of_the_chunks():
    """Weights that all but stand still: the loss is that of fresh weights, chunk by chunk."""
    model = LSTMLanguageModel(
        hidden_size=5, sequence_length=7, learning_rate=1e-12, max_epochs=1, random_state=0
    )
    model.fit([VERSE, VERSE[:10]])
    chunks = [VERSE[k : k + 8] for k in range(0, len(VERSE) - 1, 7)] + [VERSE[:8], VERSE[7:10]]
    each = np.concatenate([by_hand(model, chunk) for chunk in chunks])
    assert len(each) == len(VERSE) - 1 + 9
    assert model.loss_curve_[0] == pytest.approx(-each.mean(), rel=1e-5)


def test_the_stateful_training_loss_is_that_of_the_text():
    model = LSTMLanguageModel(
        hidden_size=5, sequence_length=7, learning_rate=1e-12, max_epochs=1, batch_size=1,
        stateful=True, random_state=0,
    )  # fmt: skip
    texts = [VERSE, VERSE[:10]]
    model.fit(texts)
    assert model.loss_curve_[0] == pytest.approx(-model.score(texts), rel=1e-5)


@pytest.mark.parametrize("stateful", [False, True])
def test_the_validation_score_is_that_of_the_end_of_the_text(stateful):
    text = random_text(4, 2_000)
    model = GRULanguageModel(
        **SMALL, early_stopping=True, validation_fraction=0.2, stateful=stateful,
        sequence_length=400,
    ).fit(text)  # fmt: skip
    held_back = text[-401:]  # 400 of 1999 targets, one chunk
    assert model.best_validation_score_ == pytest.approx(model.score(held_back), rel=1e-5)
    assert model.best_validation_score_ == max(model.validation_scores_)
    counts = [text[:1600].count(token) for token in model.vocabulary_]
    assert model.token_counts_.tolist() == counts


def test_published_numbers_of_parameters():
    """Two layers of 800 units on 57 characters, one-hot: 686,400 + 1,280,800 + 45,657 and so on."""
    kinds = [chr(40 + k) for k in range(57)]
    options = {"num_layers": 2, "max_epochs": 1, "sequence_length": 4, "random_state": 0}
    text = "".join(kinds)
    for cls, n_parameters in [(RNNLanguageModel, 2_012_857), (LSTMLanguageModel, 7_914_457)]:
        model = cls(hidden_size=800, **options)
        tokens, _ = model._read(text)
        assert model._new_spec(tokens).n_parameters == n_parameters
    model = RNNLanguageModel(hidden_size=8, **options).fit(text)
    assert len(model.vocabulary_) == 57
    assert model.n_parameters_ == (57 * 8 + 8 * 8 + 8) + (2 * 8 * 8 + 8) + (8 * 57 + 57)
    lines = model.summary().splitlines()
    assert [line.split()[-1] for line in lines] == ["528", "136", "513", "1,177"]


def test_an_embedding_has_its_rows():
    model = GRULanguageModel(**SMALL, embedding_dim=3).fit("abcd" * 20)
    assert model.weights_["embedding_weight"].shape == (4, 3)
    assert "embedding" in model.summary()
    assert model.summary().split()[-1] == f"{model.n_parameters_:,}"


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize(
    "options", [{}, {"stateful": True}, {"embedding_dim": 5}, {"num_layers": 2, "dropout": 0.2}]
)
def test_the_two_engines_agree(cls, options):
    texts = [VERSE * 4, VERSE[::-1] * 3, "to be"]
    options = SMALL | options | {"sequence_length": 20, "early_stopping": True, "max_epochs": 3}
    ours, torch = (cls(engine=engine, **options).fit(texts) for engine in ("auto", "torch"))
    np.testing.assert_allclose(ours.loss_curve_, torch.loss_curve_, rtol=1e-4)
    np.testing.assert_allclose(ours.validation_scores_, torch.validation_scores_, rtol=1e-4)
    np.testing.assert_allclose(ours.score_samples(texts), torch.score_samples(texts), rtol=1e-4)


def test_peepholes():
    model = LSTMLanguageModel(**SMALL, peephole=True).fit(VERSE * 3)
    assert model.score(VERSE) == pytest.approx(by_hand(model, VERSE).mean(), rel=1e-5)
    assert len(model.sample(7, random_state=0)) == 7


def test_long_texts_in_pieces_are_scored_as_in_one():
    model = GRULanguageModel(**SMALL).fit(random_text(4, 3_000))
    text = random_text(4, 9_000, seed=2)
    assert model.score(text) == pytest.approx(by_hand(model, text).mean(), rel=1e-6)


def test_the_score_of_a_text_does_not_depend_on_the_others():
    model = LSTMLanguageModel(**SMALL).fit(VERSE * 5)
    texts = [VERSE[:n] for n in (30, 2, 41, 7)] + [VERSE * 30]
    together = model.score_samples(texts)
    assert [model.score_samples(text)[0] for text in texts] == together.tolist()
    np.testing.assert_array_equal(model.score_samples(texts[::-1]), together[::-1])


def test_the_same_seed_gives_the_same_bits():
    texts = [VERSE * 3, VERSE * 2]
    state = global_generator()
    first, second = (LSTMLanguageModel(**SMALL, dropout=0.3).fit(texts) for _ in range(2))
    for name, array in first.weights_.items():
        np.testing.assert_array_equal(array, second.weights_[name])
    first.sample(5)
    fresh = [LSTMLanguageModel(hidden_size=2, max_epochs=1).fit(texts) for _ in range(2)]
    assert fresh[0].score(VERSE) != fresh[1].score(VERSE)
    np.testing.assert_array_equal(global_generator(), state)


def test_a_state_that_grows_beyond_all_numbers():
    model = RNNLanguageModel(**SMALL, activation="relu").fit(VERSE * 3)
    model.weights_ = {k: 3 * a for k, a in model.weights_.items()}
    with pytest.raises(ValueError, match="grows beyond all numbers"):
        model.score(VERSE * 30)
    with pytest.raises(ValueError, match="grows beyond all numbers"):
        model.sample(2_000, prompt=VERSE, random_state=0)
