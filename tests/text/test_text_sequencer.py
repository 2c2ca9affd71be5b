"""`TextSequencer` as a scikit-learn transformer."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import skops.io as skops_io
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks, get_tags

from sklstm.data import as_windows, step_features
from sklstm.text import TextSequencer

TEXTS = ["A fine film, a fine cast.", "Not a film!", ""]
WORDS = st.lists(st.sampled_from(["it's", "a", "fine", "film", "not", "b", "c"]), min_size=1)
CHECKS = [
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
    "check_valid_tag_types",
]


def bag(X):
    """Which ids stand in each row, as columns."""
    return (np.asarray(X)[:, :, np.newaxis] == np.arange(2, 30)).any(axis=1).astype(float)


def opinions():
    """Forty short texts and whether they like it, told by rare words alone."""
    rng = np.random.default_rng(0)
    y = np.tile([0, 1], 20)
    fillers = rng.choice(["the", "film", "of", "it"], size=(40, 9))
    marks = np.where(y, "good", "bad")
    return pd.Series([" ".join([*row, mark]) for row, mark in zip(fillers, marks, strict=True)]), y


def test_ids_by_hand():
    sequencer = TextSequencer()
    X = sequencer.fit_transform(TEXTS)
    assert sequencer.vocabulary_ == {"a": 2, "film": 3, "fine": 4, "cast": 5, "not": 6}
    assert sequencer.length_ == 6
    assert X.tolist() == [[2, 4, 3, 2, 4, 5], [0, 0, 0, 6, 2, 3], [0, 0, 0, 0, 0, 1]]
    assert X.dtype == np.int32


def test_ids_that_are_cut_at_both_ends_of_the_frequency():
    sequencer = TextSequencer(max_tokens=4, skip_top=1).fit(TEXTS)
    assert sequencer.vocabulary_ == {"film": 2, "fine": 3}
    assert sequencer.transform(["a film fine cast"]).tolist() == [[0, 0, 1, 2, 3, 1]]


def test_characters():
    sequencer = TextSequencer("char", length=4, pad="post", truncate="post")
    X = sequencer.fit_transform(["Aab", "b a\nab"])
    assert sequencer.vocabulary_ == {"a": 2, "b": 3, "\n": 4, " ": 5}
    assert X.tolist() == [[2, 2, 3, 0], [3, 5, 2, 4]]
    assert sequencer.inverse_transform(X).tolist() == ["aab", "b a\n"]
    assert sequencer.inverse_transform([[2, 1, 3]]).tolist() == ["a\ufffdb"]


@settings(deadline=None)
@given(st.lists(st.text(min_size=1), min_size=1))
def test_characters_come_back(texts):
    sequencer = TextSequencer("char", lowercase=False)
    assert sequencer.inverse_transform(sequencer.fit_transform(texts)).tolist() == texts


@settings(deadline=None)
@given(st.lists(WORDS.map(" ".join), min_size=1))
def test_words_come_back(texts):
    sequencer = TextSequencer()
    X = sequencer.fit_transform(texts)
    assert sequencer.inverse_transform(X).tolist() == texts
    assert X.max() < 2 + len(sequencer.vocabulary_)


@settings(deadline=None)
@given(
    st.lists(WORDS.map(" ".join), min_size=1),
    st.fixed_dictionaries(
        {
            "level": st.sampled_from(["word", "char"]),
            "max_tokens": st.none() | st.integers(3, 6),
            "length": st.none() | st.integers(1, 5),
            "truncate": st.sampled_from(["pre", "post"]),
            "pad": st.sampled_from(["pre", "post"]),
        }
    ),
)
def test_fit_transform_is_fit_and_transform(texts, options):
    sequencer = TextSequencer(**options)
    X = sequencer.fit_transform(texts)
    np.testing.assert_array_equal(X, sequencer.fit(texts).transform(texts))
    given_one = clone(sequencer).set_params(vocabulary=sequencer.vocabulary_, max_tokens=None)
    np.testing.assert_array_equal(X, given_one.fit_transform(texts))


def test_counts_are_those_of_count_vectorizer():
    pattern = r"(?u)\b\w\w+\b"
    counter = CountVectorizer(token_pattern=pattern)
    counts = counter.fit_transform(TEXTS).toarray()
    sequencer = TextSequencer(token_pattern=pattern)
    X = sequencer.fit_transform(TEXTS)
    assert set(sequencer.vocabulary_) == set(counter.vocabulary_)
    for token, column in counter.vocabulary_.items():
        number = sequencer.vocabulary_[token]
        assert [row.tolist().count(number) for row in X] == counts[:, column].tolist()


def test_longer_texts_than_in_fit_are_truncated():
    sequencer = TextSequencer().fit(["a b", "b"])
    assert sequencer.transform(["b b a"]).tolist() == [[2, 3]]


def test_a_vocabulary_that_is_given():
    sequencer = TextSequencer(vocabulary={"film": 9, "a": 4}).fit(TEXTS)
    assert sequencer.vocabulary_ == {"a": 4, "film": 9}
    assert sequencer.transform(["Not a film"]).tolist() == [[0, 0, 0, 1, 4, 9]]
    assert sequencer.inverse_transform([[0, 1, 4, 9]]).tolist() == ["[UNK] a film"]


def test_large_ids_take_no_memory():
    sequencer = TextSequencer(vocabulary={"film": 2, "a": 2_000_000_000}).fit(["a film"])
    X = sequencer.transform(["a film"])
    assert X.tolist() == [[2_000_000_000, 2]]
    assert sequencer.inverse_transform(X).tolist() == ["a film"]
    with pytest.raises(ValueError, match=r"they end at 2000000000.*got 1999999999 \(sample 0"):
        sequencer.inverse_transform([[1_999_999_999]])


@pytest.mark.parametrize(("name", "value"), [("max_tokens", 5), ("skip_top", 1)])
def test_a_given_vocabulary_is_not_cut(name, value):
    sequencer = TextSequencer(vocabulary=["a"], **{name: value})
    with pytest.raises(ValueError, match=f"{name}={value} chooses from .* leave out {name}"):
        sequencer.fit(TEXTS)


def test_capitals_in_a_given_vocabulary():
    with pytest.warns(UserWarning, match="'A', which no text has"):
        TextSequencer(vocabulary=["A", "b"]).fit(TEXTS)
    TextSequencer(vocabulary=["A", "b"], lowercase=False).fit(TEXTS)
    TextSequencer(vocabulary=["A", "b"], analyzer=str.split).fit(TEXTS)


def test_names_of_steps_are_those_that_recurrent_estimators_read():
    sequencer = TextSequencer().set_output(transform="pandas").fit(TEXTS)
    frame = sequencer.transform(pd.Series(TEXTS, index=list("xyz")))
    assert frame.columns.tolist() == [f"token@t-{lag}" for lag in (5, 4, 3, 2, 1, 0)]
    assert frame.index.tolist() == list("xyz")
    assert set(frame.dtypes) == {np.dtype(np.int32)}
    assert step_features(frame) == ["token"]
    plain = clone(sequencer).set_output(transform="default").fit_transform(TEXTS)
    np.testing.assert_array_equal(as_windows(frame)[:, :, 0], plain)
    np.testing.assert_array_equal(sequencer.fit_transform(TEXTS), plain)
    assert sequencer.inverse_transform(frame)[1] == "not a film"


def test_polars_frames():
    sequencer = TextSequencer(length=2).set_output(transform="polars")
    frame = sequencer.fit_transform(pl.Series(TEXTS))
    assert isinstance(frame, pl.DataFrame)
    assert frame.columns == ["token@t-1", "token@t-0"]
    assert frame.rows() == [(4, 5), (2, 3), (0, 1)]


def test_a_column_among_others():
    table = pd.DataFrame({"text": TEXTS, "year": [1.0, 2.0, 3.0]})
    columns = ColumnTransformer(
        [("text", TextSequencer(length=2), "text"), ("rest", "passthrough", ["year"])]
    )
    frame = columns.set_output(transform="pandas").fit_transform(table)
    assert frame.columns.tolist() == ["text__token@t-1", "text__token@t-0", "rest__year"]
    assert frame.to_numpy().tolist() == [[4, 5, 1], [2, 3, 2], [0, 1, 3]]


@pytest.mark.parametrize("output", ["default", "pandas"])
def test_max_tokens_in_a_grid(output):
    texts, y = opinions()
    model = make_pipeline(
        TextSequencer().set_output(transform=output), FunctionTransformer(bag), LogisticRegression()
    )
    search = GridSearchCV(model, {"textsequencer__max_tokens": [3, 5, 8]}, cv=4).fit(texts, y)
    fewer, few, enough = search.cv_results_["mean_test_score"]
    assert search.best_params_ == {"textsequencer__max_tokens": 8}
    assert enough == 1
    assert max(fewer, few) < 0.8  # their vocabularies hold no opinion


def test_a_classifier_on_the_ids_themselves():
    texts, y = opinions()
    model = make_pipeline(TextSequencer(length=1), LogisticRegression())
    assert model.fit(texts, y).score(texts, y) == 1
    assert model[:-1].get_feature_names_out().tolist() == ["token@t-0"]


def test_check_estimator():
    # Like CountVectorizer it takes strings, for which scikit-learn has this one check only.
    with pytest.warns(Warning, match="requires input"):
        results = estimator_checks.check_estimator(TextSequencer(), on_skip=None)
    assert [result["status"] for result in results] == ["passed"]


@pytest.mark.parametrize("name", CHECKS)
def test_checks_that_need_no_input(name):
    getattr(estimator_checks, name)("TextSequencer", TextSequencer())


def test_tags_are_those_of_count_vectorizer():
    tags = get_tags(TextSequencer())
    assert tags.input_tags == get_tags(CountVectorizer()).input_tags
    assert tags.transformer_tags.preserves_dtype == []


@pytest.mark.parametrize(
    "parameters",
    [
        {"level": "line"},
        {"max_tokens": 2},
        {"max_tokens": 10.0},
        {"skip_top": -1},
        {"length": 0},
        {"length": 2.5},
        {"lowercase": "yes"},
        {"token_pattern": None},
        {"analyzer": "word"},
        {"truncate": "left"},
        {"pad": None},
        {"vocabulary": 3},
    ],
)
def test_wrong_parameters_are_named(parameters):
    (name,) = parameters
    with pytest.raises(ValueError, match=f"The '{name}' parameter of TextSequencer must be"):
        TextSequencer(**parameters).fit(TEXTS)


@pytest.mark.parametrize("method", ["fit", "transform", "fit_transform"])
def test_no_method_takes_a_single_string(method):
    sequencer = TextSequencer().fit(TEXTS)
    with pytest.raises(ValueError, match="got a single str"):
        getattr(sequencer, method)("text")


def test_texts_without_any_token():
    with pytest.raises(ValueError, match="Empty vocabulary"):
        TextSequencer().fit(["", "..."])


def test_a_fit_that_fails_changes_nothing():
    sequencer = TextSequencer().fit(TEXTS)
    before = sequencer.transform(TEXTS)
    with pytest.raises(ValueError, match="Empty vocabulary"):
        sequencer.fit([""])
    np.testing.assert_array_equal(sequencer.transform(TEXTS), before)


@pytest.mark.parametrize("use", ["transform", "inverse_transform", "get_feature_names_out"])
def test_unfitted(use):
    with pytest.raises(NotFittedError):
        getattr(TextSequencer(), use)(TEXTS)
    assert not hasattr(TextSequencer(), "vocabulary_")


def through_skops(sequencer):
    content = skops_io.dumps(sequencer)
    trusted = ["sklstm.TextSequencer"]
    return skops_io.loads(content, trusted=trusted)


def through_pickle(sequencer):
    return pickle.loads(pickle.dumps(sequencer))


@pytest.mark.parametrize("through", [through_pickle, through_skops])
@pytest.mark.parametrize(
    "options",
    [{}, {"level": "char"}, {"vocabulary": ["a", "\n", "__sklstm__"]}, {"vocabulary": {"a": 5}}],
)
def test_files(through, options):
    sequencer = TextSequencer(**options).fit(TEXTS)
    copy = through(sequencer)
    assert list(copy.vocabulary_.items()) == list(sequencer.vocabulary_.items())
    assert copy.get_params() == sequencer.get_params()
    np.testing.assert_array_equal(copy.transform(TEXTS), sequencer.transform(TEXTS))
    assert through(TextSequencer(**options)).get_params() == sequencer.get_params()


def test_files_of_large_vocabularies_are_small():
    sequencer = TextSequencer().fit([" ".join(f"word{number}" for number in range(20_000))])
    assert len(skops_io.dumps(sequencer)) < 1_000_000
    assert len(pickle.dumps(sequencer)) < 1_000_000
