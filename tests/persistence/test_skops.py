"""skops keeps fitted estimators, names our public classes alone, and runs nothing else."""

import io
import json
import os
import pickle
import zipfile

import numpy as np
import pandas as pd
import pytest
import skops.io as skops_io
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from skops.io.exceptions import UntrustedTypesFoundException as Untrusted

from sklstm import Forecaster, PanelTimeSeriesSplit, SequenceWindower
from sklstm.persistence import trusted_types

# What skops does not know of scikit-learn itself.
OF_SEARCHES = {
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.model_selection._split.KFold",
}


def test_a_copy_gives_the_same_to_the_bit(case):
    content = skops_io.dumps(case.model)
    untrusted = skops_io.get_untrusted_types(data=content)
    case.assert_same(skops_io.loads(content, trusted=untrusted))


def test_only_our_public_classes_are_named(case):
    untrusted = set(skops_io.get_untrusted_types(data=skops_io.dumps(case.model)))
    assert untrusted - OF_SEARCHES <= set(trusted_types())


def test_only_a_search_needs_more_than_our_list(case_named):
    content = skops_io.dumps(case_named("panel pipeline").model)
    case_named("panel pipeline").assert_same(skops_io.loads(content, trusted=trusted_types()))


def test_a_search_may_hold_the_rows_of_folds_of_a_panel():
    times = np.tile(np.arange(20), 2)
    folds = list(PanelTimeSeriesSplit(2).split(times, groups=times))
    search = GridSearchCV(Ridge(), {"alpha": [1.0]}, cv=folds)
    copy = skops_io.loads(skops_io.dumps(search), trusted=trusted_types())
    for rows, expected in zip(sum(copy.cv, ()), sum(folds, ()), strict=True):
        np.testing.assert_array_equal(rows, expected)


def test_nothing_is_trusted_unasked(case_named):
    with pytest.raises(Untrusted, match="LSTMRegressor"):
        skops_io.loads(skops_io.dumps(case_named("LSTMRegressor").model))


def test_what_a_copy_was_saved_again_from_is_no_matter(case_named):
    case = case_named("forecaster of a panel")
    model = case.model
    for _ in range(2):
        model = skops_io.loads(skops_io.dumps(model), trusted=trusted_types())
    case.assert_same(model)


def rewritten(content, change):
    """The file with each of its parts changed by a function of its name and data."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def with_schema(content, change):
    """The file with what a function makes of its schema."""

    def change_part(name, data):
        return json.dumps(change(json.loads(data))) if name == "schema.json" else data

    return rewritten(content, change_part)


def with_array(content, array):
    """The file with another array in place of each that it holds."""
    data = io.BytesIO()
    np.save(data, array, allow_pickle=True)
    return rewritten(content, lambda name, old: data.getvalue() if name.endswith(".npy") else old)


def text_node(text):
    return {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode",
            "content": json.dumps(text), "is_json": True}  # fmt: skip


def node(module, name, loader, **parts):
    return {"__class__": name, "__module__": module, "__loader__": loader, **parts}


def list_node(*items):
    return node("builtins", "list", "ListNode", content=list(items))


def malicious(command, python):
    """Nodes that would run something if skops made what they name."""
    arguments = node("builtins", "tuple", "TupleNode", content=[text_node(command)])
    none = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode",
            "content": "null", "is_json": True}  # fmt: skip
    empty = node("builtins", "dict", "DictNode", content={}, key_types=list_node())
    return {
        "call": node("os", "system", "ConstructorFromReduceNode", content=arguments),
        "call of a builtin": node(
            "builtins", "eval", "ConstructorFromReduceNode",
            content=node("builtins", "tuple", "TupleNode", content=[text_node(python)]),
        ),
        "object": node("os", "system", "ObjectNode", content=empty),
        "key": node(
            "builtins", "dict", "DictNode", content={python: none},
            key_types=list_node(node("builtins", "eval", "TypeNode")),
        ),
        "partial": node(
            "functools", "partial", "PartialNode",
            content={"func": node("os", "system", "FunctionNode"), "args": arguments,
                     "kwds": empty, "namespace": none},
        ),
        "container": node("builtins", "eval", "ListNode", content=[text_node(python)]),
        "ours, but no class": node(
            "sklstm.data._shapes", "tempfile", "ConstructorFromReduceNode", content=arguments
        ),
    }  # fmt: skip


NAMES = list(malicious("", ""))


@pytest.mark.parametrize("place", ["root", "parameter"])
@pytest.mark.parametrize("name", NAMES)
def test_a_class_that_is_not_trusted_is_never_made(case_named, tmp_path, name, place):
    canary = tmp_path / "canary"
    bad = malicious(f"touch {canary}", f"open({str(canary)!r}, 'w').close()")[name]

    def change(schema):
        if place == "root":
            return bad | {"protocol": schema["protocol"], "_skops_version": "0"}
        schema["content"]["content"]["random_state"] = bad
        return schema

    content = with_schema(skops_io.dumps(case_named("LSTMRegressor").model), change)
    with pytest.raises(Untrusted):
        skops_io.loads(content, trusted=trusted_types())
    assert not canary.exists()


def test_the_canary_would_have_sung(tmp_path):
    canary = tmp_path / "canary"
    bad = malicious(f"touch {canary}", "")["call"] | {"protocol": 2, "_skops_version": "0"}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("schema.json", json.dumps(bad))
    skops_io.loads(content.getvalue(), trusted=["os.system"])
    assert canary.exists()


class Canary:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def test_pickles_in_arrays_are_not_opened(case_named, tmp_path):
    array = np.array([Canary(tmp_path / "canary")], dtype=object)
    content = with_array(skops_io.dumps(case_named("LSTMRegressor").model), array)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        skops_io.loads(content, trusted=trusted_types())
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("array", [np.zeros(1), np.zeros((2, 2), np.float16), np.array(["text"])])
def test_arrays_that_do_not_fit_never_reach_compiled_code(case_named, array):
    content = with_array(skops_io.dumps(case_named("LSTMRegressor").model), array)
    with pytest.raises(ValueError, match=r"LSTMRegressor is damaged: its arrays do not fit"):
        skops_io.loads(content, trusted=trusted_types())


def test_a_class_of_ours_in_place_of_another_is_refused(case_named):
    def change(schema):
        schema["__class__"] = "SequenceWindower"
        schema["__module__"] = "sklstm"
        return schema

    content = with_schema(skops_io.dumps(case_named("LSTMRegressor").model), change)
    with pytest.raises(ValueError, match="SequenceWindower.* is damaged: it has no lookback"):
        skops_io.loads(content, trusted=trusted_types())


def test_a_part_that_is_named_otherwise_is_refused(case_named):
    def change(schema):
        state = schema["content"]["content"]["_fitted"]["content"]
        state["__sklstm__"] = text_node("system")
        return schema

    content = with_schema(skops_io.dumps(case_named("LSTMRegressor").model), change)
    with pytest.raises(ValueError, match="'system' is nothing that this estimator has"):
        skops_io.loads(content, trusted=trusted_types())


def test_truncated_files_are_refused(case_named):
    content = skops_io.dumps(case_named("LSTMRegressor").model)
    for n_bytes in np.linspace(0, len(content) - 1, 20).astype(int):
        with pytest.raises(zipfile.BadZipFile):
            skops_io.loads(content[:n_bytes], trusted=trusted_types())


def test_changed_bytes_are_noticed(case_named):
    model = case_named("LSTMRegressor").model
    content = bytearray(skops_io.dumps(model))
    content[content.index(model.weights_["layer0_forward_input"].tobytes())] ^= 1
    with pytest.raises(zipfile.BadZipFile, match="Bad CRC-32"):
        skops_io.loads(bytes(content), trusted=trusted_types())


@pytest.mark.parametrize(
    "freq",
    [
        pd.offsets.CustomBusinessDay(holidays=["2024-01-15", "2024-04-01"]),
        pd.offsets.CustomBusinessHour(start="08:30", holidays=["2024-01-15"]),
        pd.DateOffset(days=2),
    ],
    ids=repr,
)
def test_frequencies_of_trading_calendars(freq):
    times = pd.date_range("2024", periods=60, freq=freq)
    series = pd.DataFrame({"close": np.arange(60.0) ** 1.5}, times)
    for given in (freq, None):
        model = Forecaster(Ridge(), lookback=3, horizon=2, freq=given, scaling=None).fit(series)
        again = pickle.loads(pickle.dumps(model))
        pd.testing.assert_frame_equal(again.forecast(5), model.forecast(5))
        again = skops_io.loads(skops_io.dumps(model), trusted=trusted_types())
        pd.testing.assert_frame_equal(again.forecast(5), model.forecast(5))
        assert again.freq == given
    windower = SequenceWindower(3).fit(series[:40])
    again = skops_io.loads(skops_io.dumps(windower), trusted=trusted_types())
    np.testing.assert_array_equal(again.transform(series[40:]), windower.transform(series[40:]))
    assert np.isfinite(again.transform(series[40:])).all()  # the rows go on: they have context
