"""Input and parameters that make no sense are refused in words."""

import numpy as np
import pandas as pd
import pytest

from sklstm import GRULanguageModel

VERSE = "to be or not to be, that is the question:\n"
SMALL = {"hidden_size": 8, "batch_size": 4, "max_epochs": 2, "random_state": 0}


@pytest.mark.parametrize("method", ["fit", "partial_fit", "score", "score_samples", "perplexity"])
@pytest.mark.parametrize(
    ("X", "words"),
    [
        ([], "at least one text, got none"),
        ("", "at least two tokens.*text 0 has 0"),
        ([VERSE, "a"], r"at least two tokens.*text 1 has 1 \(level='char'\)"),
        ([VERSE, None], "row 1 is None of type NoneType"),
        ([VERSE, 3.5], "row 1 is 3.5 of type float"),
        (b"text", "got a single bytes"),
        (pd.DataFrame({"text": [VERSE]}), "got a dataframe of 1 columns"),
        (np.zeros((3, 2)), "got 2 axes"),
        (3, "got 3 of type int"),
    ],
)
def test_what_is_no_text(method, X, words):
    model = GRULanguageModel(**SMALL).fit(VERSE)
    before = model.weights_
    with pytest.raises(ValueError, match=words):
        getattr(model, method)(X)
    assert model.weights_ is before


def test_texts_without_words():
    with pytest.raises(ValueError, match=r"text 0 has 1 \(level='word'\)"):
        GRULanguageModel(level="word", **SMALL).fit(["one", "two words"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("level", "line"),
        ("hidden_size", 0),
        ("num_layers", 0),
        ("embedding_dim", 0),
        ("sequence_length", 0),
        ("stateful", "yes"),
        ("max_tokens", 1),
        ("lowercase", 1.5),
        ("token_pattern", None),
        ("analyzer", "word"),
        ("vocabulary", 3),
        ("dropout", 1.0),
        ("optimizer", "best"),
        ("batch_size", 2.5),
        ("max_epochs", 0),
        ("validation_fraction", 1.0),
        ("engine", "numba"),
    ],
)
def test_wrong_parameters_are_named(name, value):
    model = GRULanguageModel(**SMALL).set_params(**{name: value})
    with pytest.raises(ValueError, match=f"The '{name}' parameter of GRULanguageModel must be"):
        model.fit(VERSE)


def test_max_tokens_beside_a_vocabulary():
    model = GRULanguageModel(vocabulary=list("abc"), max_tokens=5, **SMALL)
    with pytest.raises(ValueError, match="max_tokens=5 chooses from .* leave out max_tokens"):
        model.fit("abc")


def test_capitals_in_a_given_vocabulary():
    with pytest.warns(UserWarning, match="'A', which no text has"):
        GRULanguageModel(vocabulary=["A", "b", "c"], lowercase=True, **SMALL).fit("abc")
