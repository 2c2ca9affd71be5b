"""scikit-learn's contract, for estimators that take text."""

import copy
import pickle
from dataclasses import replace

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.callback import ProgressBar
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks, get_tags

from sklstm import GRULanguageModel, LSTMLanguageModel, RNNLanguageModel
from sklstm.estimators._fitted_state import _replaced
from sklstm.persistence import trusted_types

CLASSES = [RNNLanguageModel, LSTMLanguageModel, GRULanguageModel]
VERSE = "to be or not to be, that is the question:\n"
SMALL = {"hidden_size": 6, "batch_size": 4, "max_epochs": 2, "random_state": 0}
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


@pytest.fixture(params=CLASSES, scope="module")
def model(request):
    return request.param(**SMALL).fit([VERSE, VERSE[::-1]])


@pytest.mark.parametrize("cls", CLASSES)
def test_check_estimator(cls):
    # Like CountVectorizer it takes strings, for which scikit-learn has this one check only.
    with pytest.warns(Warning, match="requires input"):
        results = estimator_checks.check_estimator(cls(), on_skip=None)
    assert [result["status"] for result in results] == ["passed"]


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("name", CHECKS)
def test_checks_that_need_no_input(cls, name):
    getattr(estimator_checks, name)(cls.__name__, cls())


def test_tags():
    tags = get_tags(GRULanguageModel())
    assert tags.input_tags == get_tags(CountVectorizer()).input_tags
    assert tags.estimator_type == "density_estimator"
    assert not tags.target_tags.required


def test_clones_and_names(model):
    again = clone(model)
    assert again.get_params() == model.get_params()
    assert not hasattr(again, "weights_")
    assert repr(LSTMLanguageModel(level="word", hidden_size=9)) == (
        "LSTMLanguageModel(hidden_size=9, level='word')"
    )
    assert again.set_params(hidden_size=3).hidden_size == 3


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_search_over_texts(n_jobs):
    texts = ["abcabcabc", "bcabcab", "cabcabcabcab", "abcab", "bcabca", "cabc"] * 3
    search = GridSearchCV(
        GRULanguageModel(**SMALL | {"max_epochs": 10}), {"learning_rate": [1e-6, 0.05]}, cv=3,
        n_jobs=n_jobs,
    )  # fmt: skip
    search.fit(texts)
    assert search.best_params_ == {"learning_rate": 0.05}
    assert search.best_score_ > np.log(1 / 2) > search.cv_results_["mean_test_score"][0]
    assert search.score(texts) == search.best_estimator_.score(texts)
    assert search.best_estimator_.sample(6, prompt="ab", top_k=1) == "abcabcab"


def test_cross_validation_scores_whole_texts():
    scores = cross_val_score(RNNLanguageModel(**SMALL), [VERSE] * 4, cv=2)
    assert scores.tolist() == [RNNLanguageModel(**SMALL).fit([VERSE] * 2).score(VERSE)] * 2


def test_the_end_of_a_pipeline():
    clean = FunctionTransformer(lambda texts: [text.replace("\n", " ") for text in texts])
    pipeline = make_pipeline(clean, GRULanguageModel(**SMALL)).fit([VERSE] * 3)
    assert pipeline.score([VERSE]) == pipeline[-1].score(VERSE.replace("\n", " "))


def test_progress_of_a_search_is_shown(capsys):
    search = GridSearchCV(GRULanguageModel(**SMALL), {"hidden_size": [2, 3]}, cv=2)
    search.set_callbacks(ProgressBar(max_propagation_depth=None)).fit([VERSE] * 4)
    assert "GRULanguageModel" in capsys.readouterr().out


def through_skops(model, tmp_path):
    return skops.io.loads(skops.io.dumps(model), trusted=trusted_types())


def through_joblib(model, tmp_path):
    joblib.dump(model, tmp_path / "model")
    return joblib.load(tmp_path / "model", mmap_mode="r")


WAYS = {
    "pickle": lambda model, _: pickle.loads(pickle.dumps(model)),
    "copy": lambda model, _: copy.deepcopy(model),
    "joblib": through_joblib,
    "skops": through_skops,
}


@pytest.mark.parametrize("way", WAYS)
def test_files(way, model, tmp_path):
    again = WAYS[way](model, tmp_path)
    assert again.score(VERSE) == model.score(VERSE)
    assert again.sample(40, random_state=0) == model.sample(40, random_state=0)
    assert list(again.vocabulary_.items()) == list(model.vocabulary_.items())
    assert again.get_params() == model.get_params()
    unfitted = type(model)("word", vocabulary=["a", "__sklstm__"])
    assert WAYS[way](unfitted, tmp_path).get_params() == unfitted.get_params()


@pytest.mark.parametrize("way", WAYS)
def test_training_goes_on_from_a_file(way, tmp_path):
    model = LSTMLanguageModel(**SMALL, max_tokens=9).partial_fit(VERSE * 2)
    again = WAYS[way](model, tmp_path)
    for each in (model, again):
        each.partial_fit(VERSE * 2)
    assert again.score(VERSE) == model.score(VERSE)
    assert again.token_counts_.tolist() == model.token_counts_.tolist()


def test_files_of_large_vocabularies_are_small():
    text = " ".join(f"word{number}" for number in range(20_000))
    model = RNNLanguageModel(
        level="word", hidden_size=1, embedding_dim=1, vocabulary=text.split(), max_epochs=1
    ).fit("word1 word2 word3")
    model.vocabulary = None
    assert len(skops.io.dumps(model)) < 1_000_000
    assert len(pickle.dumps(model)) < 1_000_000


def damage_part(model, path, value):
    """Replace a part of the fitted state behind the back of the attributes, which check it."""
    model._fitted = _replaced(model._fitted, path.split("."), value)


def weights(model, **arrays):
    damage_part(model, "network.weights", model.weights_ | arrays)


def spec(model, **changes):
    damage_part(model, "network.spec", replace(model._spec, **changes))


def tokens(model, **changes):
    damage_part(model, "tokens", replace(model._tokens, **changes))


def counts(model, value):
    damage_part(model, "token_counts", value)


DAMAGES = {
    "shape": lambda m: weights(m, head_weight=np.zeros((1, 4), np.float32)),
    "name": lambda m: weights(m, layer7_forward_bias=np.zeros(3, np.float32)),
    "precision": lambda m: weights(m, head_bias=m.weights_["head_bias"].astype(float)),
    "no arrays": lambda m: weights(m, head_bias=[0.0]),
    "more units": lambda m: spec(m, hidden_size=1000),
    "another cell": lambda m: spec(m, cell="no such"),
    "both ways": lambda m: spec(m, bidirectional=True),
    "the last step alone": lambda m: spec(m, every_step=False),
    "more tokens": lambda m: spec(m, n_tokens=m._spec.n_tokens + 1),
    "no tokens": lambda m: spec(m, n_tokens=0),
    "no table": lambda m: damage_part(m, "tokens", None),
    "another table": lambda m: tokens(m, tokens='["a", "b"]'),
    "one more token": lambda m: tokens(m, takes_others=True),
    "counts": lambda m: counts(m, np.zeros(3, int)),
    "negative counts": lambda m: counts(m, -m.token_counts_),
    "counts in parts": lambda m: counts(m, m.token_counts_ / 2),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_does_not_fit_is_refused(damage):
    model = GRULanguageModel(**SMALL).fit(VERSE)
    DAMAGES[damage](model)
    content = pickle.dumps(model)
    with pytest.raises(ValueError, match=r"GRULanguageModel is damaged: its arrays do not fit"):
        pickle.loads(content)


def test_tokens_that_are_none_are_refused():
    model = GRULanguageModel(**SMALL).fit(VERSE)
    model._tokens.tokens = '["a", "a"]'
    content = pickle.dumps(model)
    with pytest.raises(ValueError, match=r"GRULanguageModel, saved by sklstm .*, is damaged"):
        pickle.loads(content)
