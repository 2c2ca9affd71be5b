"""Texts that models write."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import chisquare

from sklstm import GRULanguageModel, LSTMLanguageModel, RNNLanguageModel
from sklstm.language_models import _language_model
from sklstm.recurrence import network_output

VERSE = "to be or not to be, that is the question:\n"
SMALL = {"hidden_size": 12, "batch_size": 4, "max_epochs": 3, "random_state": 0}


@pytest.fixture(scope="module")
def model():
    return LSTMLanguageModel(**SMALL).fit(VERSE * 6)


def logits_after(model, text):
    ids = np.array([model.vocabulary_[token] for token in text])[np.newaxis, :, np.newaxis]
    length = np.array([len(text)])
    outputs = network_output(model._spec, model.weights_, lambda _: (ids, length), length)
    return outputs[-1].astype(float)


def test_a_text_is_the_prompt_and_what_follows(model):
    text = model.sample(30, prompt="to be ", random_state=0)
    assert len(text) == 36
    assert text.startswith("to be ")
    assert set(text) <= set(VERSE)


def test_greedy_text_by_hand(model):
    text = "that is"
    for _ in range(20):
        text += list(model.vocabulary_)[logits_after(model, text).argmax()]
    assert model.sample(20, prompt="that is", top_k=1) == text


def test_frequencies_are_those_of_the_network(model):
    drawn = [model.sample(1, prompt="to b", random_state=seed)[-1] for seed in range(1500)]
    expected = softmax(logits_after(model, "to b")) * len(drawn)
    found = np.array([drawn.count(token) for token in model.vocabulary_])
    assert expected.min() > 5
    assert chisquare(found, expected).pvalue > 0.01


def test_frequencies_of_the_first_token_are_those_of_training(model):
    drawn = [model.sample(1, random_state=seed) for seed in range(1500)]
    expected = model.token_counts_ / model.token_counts_.sum() * len(drawn)
    found = [drawn.count(token) for token in model.vocabulary_]
    assert chisquare(found, expected).pvalue > 0.01
    assert model.sample(1, top_k=1) == next(iter(model.vocabulary_))


def test_a_seed_says_it_all(model):
    first = model.sample(60, random_state=3)
    assert model.sample(60, random_state=3) == first
    assert model.sample(60, random_state=np.random.RandomState(3)) == first
    assert model.sample(20, random_state=3) == first[:20]
    assert model.sample(60, random_state=4) != first
    assert model.sample(60) != model.sample(60)
    generator = np.random.RandomState(3)
    assert model.sample(60, random_state=generator) != model.sample(60, random_state=generator)


def test_the_same_text_after_pickling_and_in_another_process(model, tmp_path):
    text = model.sample(80, prompt="to ", random_state=5)
    content = pickle.dumps(model)
    assert pickle.loads(content).sample(80, prompt="to ", random_state=5) == text
    (tmp_path / "model").write_bytes(content)
    code = (
        f"import pickle; model = pickle.loads(open({str(tmp_path / 'model')!r}, 'rb').read());"
        "print(repr(model.sample(80, prompt='to ', random_state=5)))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert process.stdout.strip() == repr(text)


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_each_token_is_read_once(engine, monkeypatch):
    model = GRULanguageModel(**SMALL, engine=engine).fit(VERSE * 3)
    n_read = []

    class Counting(_language_model.CarriedNetwork):
        def read(self, ids):
            n_read.append(ids.size)
            return super().read(ids)

    monkeypatch.setattr(_language_model, "CarriedNetwork", Counting)
    model.sample(50, prompt=VERSE * 5, random_state=0)
    assert sum(n_read) == 5 * len(VERSE) + 49
    assert n_read[-49:] == [1] * 49
    n_read.clear()
    model.sample(100, random_state=0)
    assert n_read == [1] * 99


def test_words_are_joined_by_blanks():
    text = "To be, or not to be: that isn't the well-known question. " * 8
    model = RNNLanguageModel(level="word", **SMALL).fit(text)
    assert set(model.vocabulary_) == {
        "To", "be", ",", "or", "not", "to", ":", "that", "isn't", "the", "well-known", "question",
        ".",
    }  # fmt: skip
    written = model.sample(9, prompt="To be,", random_state=0)
    assert written.startswith("To be, ")
    assert len(written.split(" ")) == 2 + 9
    assert model.sample(1, prompt="To be \n", random_state=0).startswith("To be \n")
    assert set(model.sample(30, random_state=0).split(" ")) <= set(model.vocabulary_)


def test_out_of_vocabulary_is_never_written():
    model = GRULanguageModel(max_tokens=3, **SMALL).fit("abcdefgh" * 40 + "ab" * 20)
    assert model.token_counts_.tolist() == [60, 60, 240]
    text = model.sample(300, random_state=0)
    assert set(text) == {"a", "b"}
    assert model.sample(3, prompt="axyz", random_state=0).startswith("axyz")


def test_a_prompt_that_the_model_does_not_know(model):
    with pytest.raises(ValueError, match="prompt holds the token 'x', which is not among the 16"):
        model.sample(3, prompt="to xyz")


def test_a_prompt_is_lower_cased_where_texts_are():
    model = GRULanguageModel(lowercase=True, **SMALL).fit(VERSE.upper() * 3)
    assert set(model.vocabulary_) == set(VERSE)
    assert model.sample(4, prompt="To Be", top_k=1).startswith("To Be")
    assert model.sample(4, prompt="To Be", top_k=1)[5:] == model.sample(4, "to be", top_k=1)[5:]


def test_a_prompt_without_any_token_is_none():
    model = RNNLanguageModel(level="word", **SMALL).fit("to be or not to be " * 5)
    assert model.sample(5, prompt="  ", random_state=0) == "  " + model.sample(5, random_state=0)


def test_an_analyzer_of_ones_own():
    of_words = {"analyzer": lambda text: text.split("-"), "level": "word"}
    model = GRULanguageModel(**of_words, **SMALL).fit("to-be-or-" * 9)
    assert set(model.vocabulary_) == {"to", "be", "or", ""}
    assert model.sample(2, prompt="to-be", top_k=1).startswith("to-be ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_tokens", 0),
        ("n_tokens", 2.0),
        ("n_tokens", None),
        ("prompt", None),
        ("prompt", ["to"]),
        ("temperature", 0),
        ("temperature", -1.0),
        ("temperature", float("nan")),
        ("temperature", float("inf")),
        ("top_k", 0),
        ("top_k", 1.5),
        ("random_state", "one"),
        ("random_state", np.random.default_rng(0)),
    ],
)
def test_wrong_arguments_are_named(model, name, value):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of sample must be"):
        model.sample(**{"n_tokens": 3, name: value})
