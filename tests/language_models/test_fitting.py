"""What goes into a fit, how fits go on, and what becomes of fits that fail."""

import inspect
import re
from ast import literal_eval

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from skorch.callbacks import Callback

from sklstm import GRULanguageModel, LSTMLanguageModel, RNNLanguageModel

VERSE = "to be or not to be, that is the question:\n"
SMALL = {"hidden_size": 8, "batch_size": 4, "max_epochs": 2, "random_state": 0}


def same_weights(first, second):
    assert first.weights_.keys() == second.weights_.keys()
    return all(np.array_equal(a, second.weights_[name]) for name, a in first.weights_.items())


@pytest.mark.parametrize("many", [tuple, np.array, pd.Series, lambda texts: iter(list(texts))])
def test_one_text_or_many_in_any_iterable(many):
    texts = [VERSE, VERSE * 2]
    expected = GRULanguageModel(**SMALL).fit(texts)
    model = GRULanguageModel(**SMALL).fit(many(texts))
    assert same_weights(model, expected)
    np.testing.assert_array_equal(model.score_samples(many(texts)), model.score_samples(texts))
    assert same_weights(
        GRULanguageModel(**SMALL).fit(VERSE), GRULanguageModel(**SMALL).fit([VERSE])
    )


def test_a_given_vocabulary():
    model = GRULanguageModel(vocabulary=set(VERSE) | {"q", "x"}, **SMALL).fit(VERSE)
    assert list(model.vocabulary_) == sorted(set(VERSE) | {"q", "x"})
    assert model.token_counts_.sum() == len(VERSE)
    assert np.isfinite(model.score("xxx"))
    other = GRULanguageModel(vocabulary=model.vocabulary_, **SMALL).fit(VERSE[:20])
    assert other.vocabulary_ == model.vocabulary_


@pytest.mark.parametrize(
    ("text", "early_stopping"), [("to be or not to be", False), ("to be or not to be x", True)]
)
def test_a_vocabulary_that_has_nothing_to_do_with_the_text(text, early_stopping):
    model = GRULanguageModel(vocabulary=["x", "y"], early_stopping=early_stopping, **SMALL)
    with pytest.raises(ValueError, match="none of the tokens of vocabulary"):
        model.fit(text)


def test_unknown_tokens_are_refused_unless_fit_met_some():
    model = GRULanguageModel(**SMALL).fit(VERSE)
    with pytest.raises(ValueError, match="text 1 of X holds the token 'X', which is not among"):
        model.score([VERSE, "to X or Y"])
    model = GRULanguageModel(max_tokens=6, **SMALL).fit(VERSE)
    assert len(model.vocabulary_) == 5
    assert model.score("to X be") == model.score("to Y be")


def test_capitals_are_kept_unless_asked():
    text = "To Be Or Not To Be"
    assert "T" in GRULanguageModel(**SMALL).fit(text).vocabulary_
    model = GRULanguageModel(lowercase=True, **SMALL).fit(text)
    assert "T" not in model.vocabulary_
    assert model.score(text) == model.score(text.lower())


def test_words_are_words_and_marks():
    model = GRULanguageModel(level="word", **SMALL).fit('"Don\u2019t go," she said. well-made')
    assert list(model.vocabulary_) == [
        '"', ",", ".", "Don\u2019t", "go", "said", "she", "well-made",
    ]  # fmt: skip
    model = GRULanguageModel(level="word", token_pattern=r"\S+", **SMALL).fit("<unk> N , <unk>")
    assert list(model.vocabulary_) == ["<unk>", ",", "N"]


@pytest.mark.parametrize("stateful", [False, True])
def test_twice_partial_fit_is_a_warm_start(stateful):
    options = SMALL | {"stateful": stateful, "dropout": 0.2, "sequence_length": 10}
    whole = LSTMLanguageModel(**options).fit(VERSE * 3)
    parts = LSTMLanguageModel(**options).partial_fit(VERSE * 3).partial_fit(VERSE * 3)
    warm = LSTMLanguageModel(**options | {"max_epochs": 1}, warm_start=True)
    warm.fit(VERSE * 3).fit(VERSE * 3)
    assert same_weights(parts, whole)
    assert same_weights(warm, whole)
    assert parts.loss_curve_ == warm.loss_curve_ == whole.loss_curve_
    assert (parts.n_iter_, warm.n_iter_) == (2, 2)
    assert parts.token_counts_.tolist() == warm.token_counts_.tolist()
    assert parts.token_counts_.tolist() == (2 * whole.token_counts_).tolist()


def test_going_on_with_other_texts():
    model = GRULanguageModel(**SMALL).partial_fit(VERSE)
    vocabulary, weights = model.vocabulary_, model.weights_
    model.partial_fit("not to be or to be")
    assert model.vocabulary_ == vocabulary
    assert any((a != model.weights_[name]).any() for name, a in weights.items())
    with pytest.raises(ValueError, match="holds the token 'Q'"):
        model.partial_fit("Quest")
    model = GRULanguageModel(max_tokens=9, **SMALL).partial_fit(VERSE).partial_fit("Quest")
    assert model.token_counts_[-1] > 2


def test_a_warm_start_needs_the_same_network():
    model = GRULanguageModel(**SMALL, warm_start=True).fit(VERSE)
    with pytest.raises(ValueError, match="partial_fit continue from the weights of"):
        model.set_params(hidden_size=9).fit(VERSE)
    assert model.set_params(hidden_size=8).fit(VERSE).n_iter_ == 4
    assert model.set_params(warm_start=False).fit(VERSE).n_iter_ == 2


@pytest.mark.parametrize(
    "changed", [{"level": "char"}, {"lowercase": True}, {"analyzer": list}, {"max_tokens": 9}]
)
def test_going_on_needs_the_same_tokens(changed):
    # Tokens that have no id of their own would be out of vocabulary, all of them.
    model = GRULanguageModel(level="word", max_tokens=4, **SMALL).fit(VERSE)
    (name,) = changed
    message = f"Training continues with the tokens of {name}=.*Set it back"
    for go_on in (model.partial_fit, model.set_params(warm_start=True).fit):
        model.set_params(**changed)
        with pytest.raises(ValueError, match=message):
            go_on(VERSE)
        before = GRULanguageModel(level="word", max_tokens=4)
        model.set_params(**dict.fromkeys(changed, getattr(before, name)))
    assert model.set_params(sequence_length=5).fit(VERSE).n_iter_ == 4


@pytest.mark.parametrize("other", [["be", "to"], {"to": 1, "be": 0}, ["to", "be", "or"]])
def test_going_on_needs_the_same_vocabulary(other):
    model = GRULanguageModel(level="word", vocabulary=["to", "be"], **SMALL).fit(VERSE)
    weights = model.weights_
    with pytest.raises(ValueError, match="with the 2 tokens of vocabulary_ in their order.*anew"):
        model.set_params(vocabulary=other).partial_fit(VERSE)
    assert model.weights_ is weights
    same = {"be": 7, "to": 3}
    assert model.set_params(vocabulary=same).partial_fit(VERSE).n_iter_ == 3


def test_partial_fit_and_early_stopping():
    with pytest.raises(ValueError, match="early_stopping=True cannot stop"):
        GRULanguageModel(early_stopping=True).partial_fit(VERSE)


def test_early_stopping_keeps_the_best():
    rng = np.random.default_rng(0)
    text = "".join(rng.choice(list("ab"), size=400))  # nothing to learn but by heart
    model = RNNLanguageModel(
        hidden_size=24, learning_rate=0.02, sequence_length=20, batch_size=4, max_epochs=200,
        n_iter_no_change=4, early_stopping=True, random_state=0,
    )  # fmt: skip
    model.fit(text)
    assert model.stop_reason_ == "validation_score"
    assert model.n_iter_ < 200
    best = int(np.argmax(model.validation_scores_))
    assert model.best_validation_score_ == model.validation_scores_[best]
    fewer = RNNLanguageModel(**model.get_params() | {"max_epochs": best + 1}).fit(text)
    assert same_weights(fewer, model)


def test_too_little_text_to_hold_back_some():
    with pytest.raises(ValueError, match="early_stopping=True leaves nothing to train on"):
        GRULanguageModel(early_stopping=True, **SMALL).fit("ab")


class Interrupting:
    """A scikit-learn callback that raises after an epoch."""

    def __init__(self, error):
        self.error = error

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        raise self.error


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_fit_that_fails_leaves_all_as_it_was(error):
    model = GRULanguageModel(**SMALL).set_callbacks(Interrupting(error))
    with pytest.raises(error):
        model.fit(VERSE)
    with pytest.raises(NotFittedError):
        model.sample(3)
    assert not hasattr(model, "vocabulary_")
    model.set_callbacks().fit(VERSE)
    before = vars(model).copy()
    for use in (model.fit, model.partial_fit):
        model.set_callbacks(Interrupting(error))
        with pytest.raises(error):
            use("be that as it is")
        model.set_callbacks()
        assert vars(model) == before


def test_a_fit_begins_anew():
    model = GRULanguageModel(**SMALL).fit("abcdefgh" * 5)
    model.fit(VERSE)
    assert same_weights(model, GRULanguageModel(**SMALL).fit(VERSE))
    assert model.n_iter_ == 2
    assert set(model.vocabulary_) == set(VERSE)


@pytest.mark.parametrize(
    "use", ["score", "score_samples", "perplexity", "sample", "summary", "vocabulary_"]
)
def test_unfitted(use):
    argument = {"sample": (3,), "summary": (), "vocabulary_": ()}.get(use, (VERSE,))
    with pytest.raises((NotFittedError, AttributeError), match="not fitted yet"):
        getattr(GRULanguageModel(), use)(*argument)


def test_verbose_prints_every_epoch_and_silence_is_the_default(capsys):
    GRULanguageModel(**SMALL).fit(VERSE)
    assert capsys.readouterr() == ("", "")
    model = GRULanguageModel(**SMALL, verbose=True).fit(VERSE)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert f"training loss {model.loss_curve_[1]:.6f}" in lines[1]


def test_divergence_is_an_error():
    model = RNNLanguageModel(
        hidden_size=8, activation="relu", optimizer="sgd", learning_rate=1e9, max_grad_norm=None,
        batch_size=1, sequence_length=20, max_epochs=5, random_state=0,
    )  # fmt: skip
    with pytest.raises(ValueError, match="Training diverged"):
        model.fit(VERSE * 5)


@pytest.mark.parametrize("stateful", [False, True])
def test_callbacks_of_skorch(stateful):
    class Counter(Callback):
        n_batches = 0

        def on_batch_end(self, net, **kwargs):
            Counter.n_batches += 1

    options = SMALL | {"sequence_length": 10, "batch_size": 2, "stateful": stateful}
    model = GRULanguageModel(**options, callbacks=[Counter()]).fit(VERSE * 2)
    # 83 targets in 9 chunks: in twos, or all of them one after the other.
    assert Counter.n_batches == 2 * (9 if stateful else 5)
    plain = GRULanguageModel(**options).fit(VERSE * 2)
    np.testing.assert_allclose(model.loss_curve_, plain.loss_curve_, rtol=1e-5)


@pytest.mark.parametrize("cls", [GRULanguageModel, LSTMLanguageModel, RNNLanguageModel])
def test_defaults_are_the_documented_ones(cls):
    for name, default in cls().get_params().items():
        (line,) = re.findall(rf"^{name} : .*", inspect.getdoc(cls), re.M)
        shown = line.rpartition("default=")[2].replace("\\\\", "\\")  # doubled for docutils
        assert literal_eval(shown) == default, line


def test_layers_of_their_own():
    model = LSTMLanguageModel(hidden_size=[6, 4], dropout=[0.1, 0.0], max_epochs=1, random_state=0)
    model.fit(VERSE)
    assert "LSTM, 6" in model.summary()
    assert "LSTM, 4" in model.summary()
