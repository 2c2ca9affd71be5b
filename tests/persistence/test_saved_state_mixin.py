"""Files say which release wrote them; what this one cannot read it refuses in words."""

import copy
import pickle
import warnings

import joblib
import numpy as np
import pytest
from sklearn.base import clone

import sklstm
from sklstm import EMARegressor, LSTMRegressor, SequenceWindower
from sklstm.persistence import _saved_state_mixin


def through_joblib(model, tmp_path):
    joblib.dump(model, tmp_path / "model.joblib", compress=3)
    return joblib.load(tmp_path / "model.joblib")


WAYS = {
    "pickle": lambda model, _: pickle.loads(pickle.dumps(model)),
    "first protocol": lambda model, _: pickle.loads(pickle.dumps(model, protocol=2)),
    "joblib": through_joblib,
    "deepcopy": lambda model, _: copy.deepcopy(model),
    "copy": lambda model, _: copy.copy(model),
    "twice": lambda model, _: pickle.loads(pickle.dumps(copy.deepcopy(model))),
}


OURS = [
    name
    for name in sklstm.__all__
    if isinstance(cls := getattr(sklstm, name), type) and hasattr(cls, "get_params")
]


@pytest.fixture(params=OURS)
def model(request, case_named):
    return case_named(request.param).model


def loaded(model, without=None, **changes):
    """The estimator from its state with changes, and without one entry."""
    state = model.__getstate__() | changes
    other = type(model).__new__(type(model))
    other.__setstate__({name: value for name, value in state.items() if name != without})
    return other


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_gives_the_same_to_the_bit(case, way, tmp_path):
    case.assert_same(WAYS[way](case.model, tmp_path))


def test_attributes_are_those_that_were_saved(case):
    copied = pickle.loads(pickle.dumps(case.model))
    assert set(vars(copied)) == set(vars(case.model))


def test_every_public_estimator_is_stamped():
    assert len(OURS) > 10
    assert all(hasattr(getattr(sklstm, name), "_saved_together") for name in OURS)


def test_state_names_version_and_format(model):
    state = model.__getstate__()
    assert state["_sklstm_version"] == sklstm.__version__
    assert state["_sklstm_format"] == _saved_state_mixin.FORMAT
    assert not any(name.startswith("_sklstm") for name in vars(loaded(model)))


def test_unfitted_estimators_and_clones_are_as_ever(model):
    unfitted = clone(model)
    assert repr(pickle.loads(pickle.dumps(unfitted))) == repr(unfitted)
    assert vars(clone(copy.deepcopy(unfitted))).keys() == vars(unfitted).keys()


@pytest.mark.parametrize("version", ["0.0.1", "0.1.0", "0.3.0"])
def test_other_versions_of_the_same_format_load_without_a_word(case_named, version):
    case = case_named("LSTMRegressor")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        case.assert_same(loaded(case.model, _sklstm_version=version))


def test_a_newer_format_is_refused(model):
    with pytest.raises(ValueError, match=r"saved by sklstm 7\.3\.0, this is ") as caught:
        loaded(model, _sklstm_version="7.3.0", _sklstm_format=_saved_state_mixin.FORMAT + 1)
    for words in (type(model).__name__, f"this is {sklstm.__version__}", "install sklstm>=7.3.0"):
        assert words in str(caught.value)


def test_a_newer_format_is_refused_by_pickle_as_well(monkeypatch, case_named):
    with monkeypatch.context() as newer:
        newer.setattr(_saved_state_mixin, "FORMAT", _saved_state_mixin.FORMAT + 1)
        newer.setattr(sklstm, "__version__", "0.3.0")
        content = pickle.dumps(case_named("pipeline").model)
    with pytest.raises(ValueError, match=r"install sklstm>=0\.3\.0, or fit and save again"):
        pickle.loads(content)


def test_older_formats_go_through_all_steps(monkeypatch):
    old = EMARegressor(0.3).__getstate__()
    old["factor"] = old.pop("alpha")
    first = _saved_state_mixin.FORMAT
    steps = {
        first: lambda cls, state: {k.replace("factor", "rate"): v for k, v in state.items()},
        first + 1: lambda cls, state: {k.replace("rate", "alpha"): v for k, v in state.items()},
    }
    monkeypatch.setattr(_saved_state_mixin, "STEPS", steps)
    monkeypatch.setattr(_saved_state_mixin, "FORMAT", first + 2)
    model = EMARegressor.__new__(EMARegressor)
    model.__setstate__(old)
    assert model.alpha == 0.3
    assert not hasattr(model, "factor")


def test_a_format_that_never_was_is_refused(model):
    with pytest.raises(ValueError, match="is damaged: there is no format 0"):
        loaded(model, _sklstm_format=0)


def test_a_parameter_that_an_older_release_did_not_have_gets_its_default():
    model = loaded(EMARegressor(0.3), without="initial", _sklstm_version="0.0.1")
    assert model.get_params() == EMARegressor(0.3).get_params()


@pytest.mark.parametrize("stamp", ["_sklstm_version", "_sklstm_format"])
def test_state_without_a_stamp_is_refused(model, stamp):
    with pytest.raises(ValueError, match=f"no state of {type(model).__name__} that sklstm has"):
        loaded(model, without=stamp)


@pytest.mark.parametrize("state", [None, [], "text", {}, {"weights_": {}}])
def test_foreign_state_is_refused(state):
    with pytest.raises(ValueError, match="no state of LSTMRegressor that sklstm has saved"):
        LSTMRegressor().__setstate__(state)


def test_state_of_another_class_is_refused():
    with pytest.raises(ValueError, match=r"SequenceWindower.* is damaged: it has no lookback"):
        SequenceWindower().__setstate__(EMARegressor().__getstate__())


def test_state_without_a_parameter_is_refused(model):
    for name in model.get_params(deep=False):
        with pytest.raises(ValueError, match=f"is damaged: it has no {name}"):
            loaded(model, without=name)


def test_state_without_a_fitted_attribute_is_refused(model):
    first, *others = model._saved_together
    for name in others:
        with pytest.raises(ValueError, match=f"is damaged: it has no {name}"):
            loaded(model, without=name)
    state = model.__getstate__()
    assert others or first == "_fitted"
    for name in state["_fitted"] if first == "_fitted" else ():
        parts = {key: part for key, part in state["_fitted"].items() if key != name}
        with pytest.raises(ValueError, match="is damaged"):
            loaded(model, _fitted=parts)


@pytest.mark.parametrize(
    "damage",
    [
        {"__sklstm__": "system", "command": "true"},
        {"__sklstm__": "NetworkSpec", "cell": "lstm"},
        {"__sklstm__": "NetworkSpec", "cell": "lstm", "gates": 4},
        {"__sklstm__": "dict", "keys": [1, 2], "values": [1]},
        {"__sklstm__": "offset", "name": "no such"},
        {"__sklstm__": "index", "kind": "MultiIndex", "name": None},
        {"__sklstm__": "label"},
    ],
)
def test_damaged_parts_are_refused(case_named, damage):
    model = case_named("LSTMRegressor").model
    with pytest.raises(ValueError, match=r"state of LSTMRegressor, saved by .*, is damaged: "):
        loaded(model, _fitted=model.__getstate__()["_fitted"] | {"network": damage})


def test_copies_share_nothing_that_is_fitted(case_named):
    model = case_named("LSTMRegressor").model
    copied = copy.deepcopy(model)
    for name, array in model.weights_.items():
        assert not np.shares_memory(array, copied.weights_[name])
