"""Arrays that users set are copied and checked: nothing else reaches compiled code."""

import numpy as np
import pytest

import sklstm
from sklstm import GRUClassifier, GRULanguageModel, LSTMRegressor

WINDOWS = np.random.default_rng(0).normal(size=(40, 4, 2))
Y = WINDOWS[:, -1, 0]


@pytest.fixture(params=["auto", "torch"])
def model(request):
    options = {"max_epochs": 2, "random_state": 0, "engine": request.param}
    return LSTMRegressor(3, **options).fit(WINDOWS, Y)


def strided(array):
    wide = np.repeat(array, 2, axis=-1)
    return wide[..., ::2]


SAME = {
    "big-endian": lambda a: a.astype(a.dtype.newbyteorder(">")),
    "little-endian": lambda a: a.astype(a.dtype.newbyteorder("<")),
    "Fortran-ordered": np.asfortranarray,
    "strided": strided,
    "reversed twice": lambda a: a[::-1].copy()[::-1],
    "read-only": lambda a: np.broadcast_to(a, a.shape),
    "a matrix's subclass": lambda a: a.view(type("Own", (np.ndarray,), {})),
    "in order of names": lambda a: a,
}


@pytest.mark.parametrize("kind", SAME)
def test_the_same_numbers_in_another_memory_give_the_same_bits(kind, model):
    expected = model.predict(WINDOWS)
    model.weights_ = {k: SAME[kind](a) for k, a in sorted(model.weights_.items())}
    model.feature_mean_ = SAME[kind](model.feature_mean_)
    model.feature_scale_ = SAME[kind](model.feature_scale_)
    np.testing.assert_array_equal(model.predict(WINDOWS), expected)
    for array in model.weights_.values():
        assert array.dtype.isnative
        assert array.flags["C_CONTIGUOUS"]


def test_what_is_set_is_a_copy(model):
    mine = {name: array.copy() for name, array in model.weights_.items()}
    model.weights_ = mine
    expected = model.predict(WINDOWS)
    for array in mine.values():
        array[...] = 0
    mine.clear()
    np.testing.assert_array_equal(model.predict(WINDOWS), expected)


def test_other_numbers_are_those_that_predict(model):
    """With a head of zeros the prediction is the bias, in the units of the target."""
    zeros = np.zeros_like(model.weights_["head_weight"])
    bias = np.full_like(model.weights_["head_bias"], 2)
    model.weights_ = model.weights_ | {"head_weight": zeros, "head_bias": bias}
    expected = model.target_mean_ + 2 * model.target_scale_
    if model.differenced_targets_[0] >= 0:
        expected = expected + WINDOWS[:, -1, model.differenced_targets_[0]]
    np.testing.assert_allclose(model.predict(WINDOWS), np.broadcast_to(expected, 40))


WRONG = {
    "transposed": ("layer0_forward_input", lambda a: a.T, "layer0_forward_input must be of shape"),
    "wider": ("layer0_forward_input", lambda a: np.repeat(a, 2, 1), "must be of shape"),
    "a single number": ("head_bias", lambda a: a[0], "head_bias"),
    "a longer bias": ("head_bias", lambda a: np.repeat(a, 3), r"shape \(1,\), got \(3,\)"),
    "a row for all": ("layer0_forward_input", lambda a: a[:1], "must be of shape"),
    "long double": ("head_bias", lambda a: a.astype(np.longdouble), "float32"),
    "half": ("head_bias", lambda a: a.astype(np.float16), "float32"),
    "whole numbers": ("head_bias", lambda a: a.astype(int), "float32"),
    "objects": ("head_bias", lambda a: a.astype(object), "float32"),
    "infinite": ("head_weight", lambda a: a + np.inf, "head_weight holds numbers that are not"),
    "none": ("head_weight", lambda a: None, "NoneType"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_does_not_fit_is_refused_and_nothing_changes(kind, model):
    name, change, message = WRONG[kind]
    expected = model.predict(WINDOWS)
    with pytest.raises(ValueError, match=f"new weights of LSTMRegressor cannot be .*{message}"):
        model.weights_ = model.weights_ | {name: change(model.weights_[name])}
    np.testing.assert_array_equal(model.predict(WINDOWS), expected)


@pytest.mark.parametrize("kind", [k for k in WRONG if k not in ("infinite", "none")])
def test_an_array_put_into_the_dictionary_is_refused_when_it_is_used(kind, model):
    name, change, _ = WRONG[kind]
    model.weights_[name] = change(model.weights_[name])
    with pytest.raises(ValueError, match=f"{name} must be|all arrays must be float32"):
        model.predict(WINDOWS)
    with pytest.raises(ValueError, match=f"{name} must be|all arrays must be float32"):
        model.gate_activations(WINDOWS)


def test_arrays_that_change_their_names_change_the_prediction(model):
    before = model.predict(WINDOWS)
    model.weights_["extra"] = model.weights_.pop("head_bias")
    with pytest.raises(ValueError, match="the network has the arrays"):
        model.predict(WINDOWS)
    model.weights_["head_bias"] = model.weights_.pop("extra")
    np.testing.assert_array_equal(model.predict(WINDOWS), before)


ATTRIBUTES = {
    "feature_mean_": [np.zeros(3), np.zeros((1, 2)), np.array([np.nan, 0]), 0.0, None],
    "feature_scale_": [np.ones(1), np.array([1.0, 0.0]), np.array([1.0, -1.0]), None],
    "target_mean_": [np.zeros(2), np.array([np.inf]), None],
    "target_scale_": [np.zeros(1), np.ones(2)],
    "differenced_targets_": [np.array([2]), np.array([0.5]), np.array([0, 1]), None],
    "differenced_features_": [np.zeros(3, dtype=bool), np.zeros(2)],
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_other_attributes_are_checked_too(name, model):
    expected = model.predict(WINDOWS)
    for value in ATTRIBUTES[name]:
        with pytest.raises(ValueError, match="of LSTMRegressor cannot be taken"):
            setattr(model, name, value)
    np.testing.assert_array_equal(model.predict(WINDOWS), expected)


@pytest.mark.parametrize("name", ["n_iter_", "n_parameters_"])
def test_what_follows_from_the_rest_cannot_be_set(name, model):
    with pytest.raises(AttributeError, match="follows from the rest"):
        setattr(model, name, 7)


def test_classes():
    model = GRUClassifier(3, max_epochs=1, random_state=0).fit(WINDOWS, np.where(Y > 0, "b", "a"))
    expected = model.predict_proba(WINDOWS)
    for classes in (np.array(["a", "b", "c"]), np.array(["a"]), np.array(["b", "a"])):
        with pytest.raises(ValueError, match="new classes of GRUClassifier cannot be taken"):
            model.classes_ = classes
    model.classes_ = np.array(["down", "up"])
    np.testing.assert_array_equal(model.predict_proba(WINDOWS), expected)
    assert set(model.predict(WINDOWS)) <= {"down", "up"}


@pytest.mark.parametrize("kind", SAME)
def test_language_models(kind):
    model = GRULanguageModel(hidden_size=4, max_epochs=1, random_state=0).fit(["to be or not"])
    expected = model.score(["to be"]), model.sample(9, random_state=0)
    model.weights_ = {k: SAME[kind](a) for k, a in sorted(model.weights_.items())}
    assert (model.score(["to be"]), model.sample(9, random_state=0)) == expected
    with pytest.raises(ValueError, match="weights of GRULanguageModel cannot be .*must be of sh"):
        model.weights_ = model.weights_ | {"head_bias": np.zeros(2, np.float32)}
    with pytest.raises(ValueError, match="token_counts of GRULanguageModel cannot be taken"):
        model.token_counts_ = model.token_counts_[1:]


def test_training_goes_on_from_arrays_that_were_set(model):
    other = sklstm.LSTMRegressor(**model.get_params()).fit(WINDOWS, Y)
    other.weights_ = {k: SAME["big-endian"](a) for k, a in other.weights_.items()}
    for _ in range(2):
        model.partial_fit(WINDOWS, Y)
        other.partial_fit(WINDOWS, Y)
    np.testing.assert_array_equal(other.predict(WINDOWS), model.predict(WINDOWS))
