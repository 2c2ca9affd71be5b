"""What is public has a public path; what is in files is in tests/persistence."""

import ast
import importlib
import inspect
import pickle
import re
import subprocess
import sys

import pytest

import sklstm
from sklstm._public import DEFINED_IN, OFFERED

PACKAGES = ["", ".callbacks", ".metrics", ".model_selection", ".onnx", ".persistence", ".testing"]


def exports():
    """Yield each public object with its package, those of the shortest path first."""
    for suffix in PACKAGES:
        package = importlib.import_module(f"sklstm{suffix}")
        yield from ((package, name) for name in package.__all__)


@pytest.mark.parametrize(
    ("package", "name"), [pytest.param(*e, id=f"{e[0].__name__}.{e[1]}") for e in exports()]
)
def test_module_is_the_package_to_import_from(package, name):
    public = getattr(package, name)
    assert public.__module__ in ("sklstm", package.__name__)
    assert (public.__module__ == "sklstm") == (name in sklstm.__all__)
    assert getattr(importlib.import_module(public.__module__), name) is public
    assert pickle.loads(pickle.dumps(public)) is public


def test_signatures_can_be_read():
    """What help shows: `ArrayLike`, not the union of a thousand characters that it stands for."""
    for package, name in exports():
        public = getattr(package, name)
        methods = [getattr(public, key) for key in dir(public) if not key.startswith("_")]
        for one in filter(callable, [public, *(methods if inspect.isclass(public) else [])]):
            assert "numpy._typing" not in str(inspect.signature(one)), f"{name}: {one}"


def test_the_private_module_of_each_is_known():
    assert {getattr(sklstm, name) for name in sklstm.__all__} <= set(DEFINED_IN)
    for public, module in DEFINED_IN.items():
        lines = inspect.getsource(importlib.import_module(module))
        assert re.search(rf"^(class|def) {public.__name__}\b", lines, re.M)
    for method in ("fit", "get_params", "predict"):
        assert inspect.getsource(getattr(sklstm.LSTMRegressor, method))


def test_names_are_offered_by_the_packages_that_type_checkers_are_told():
    imports = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(sklstm)))
        if isinstance(node, ast.ImportFrom) and node.level and node.module != "_public"
    ]
    told = {node.module: [alias.name for alias in node.names] for node in imports}
    assert told == OFFERED
    assert sorted(sklstm.__all__) == sorted(name for names in OFFERED.values() for name in names)
    assert set(sklstm.__all__) <= set(dir(sklstm))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'sklstm' has no attribute 'LSTMRegresor'"):
        sklstm.LSTMRegresor  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'LSTMRegresor'"):
        from sklstm import LSTMRegresor  # noqa: F401


IN_A_NEW_PROCESS = """
import pickle, sys
network = pickle.loads(bytes.fromhex(sys.argv[1]))
loaded = {name.split(".")[1] for name in sys.modules if name.startswith("sklstm.")}
assert "estimators" in loaded, loaded
assert not loaded & {"displays", "forecasting", "kernels", "preprocessing", "text"}, loaded
import sklstm
from sklstm.baselines import SMARegressor
assert SMARegressor.__module__ == "sklstm" and SMARegressor is sklstm.SMARegressor
assert sklstm.displays.GateDisplay is sklstm.GateDisplay
"""


def test_a_worker_loads_what_its_estimator_needs():
    content = pickle.dumps(sklstm.LSTMRegressor()).hex()
    subprocess.run([sys.executable, "-c", IN_A_NEW_PROCESS, content], check=True)


PACKAGES_WITHOUT_IMPORT = """
import sklstm
assert "sklstm.SequenceWindower" in sklstm.persistence.trusted_types()
for name in ("callbacks", "data", "metrics", "model_selection", "onnx", "persistence", "testing"):
    assert getattr(sklstm, name).__name__ == f"sklstm.{name}"
    assert name in dir(sklstm) or name == "onnx"
assert not {"OFFERED", "TYPE_CHECKING", "import_module"} & set(dir(sklstm)), dir(sklstm)
"""


def test_packages_that_users_import_from_are_attributes():
    subprocess.run([sys.executable, "-c", PACKAGES_WITHOUT_IMPORT], check=True)


THREADS = """
import sys, threading
import sklstm
assert {"numpy", "pandas", "sklearn.base"} <= set(sys.modules)  # threads would import each in part
names = ["LSTMRegressor", "Forecaster", "GateDisplay", "TextSequencer"]
failed, begin = [], threading.Barrier(len(names))

def load(name):
    begin.wait()
    try:
        exec(f"from sklstm import {name}", {})
    except BaseException as error:
        failed.append((name, error))

threads = [threading.Thread(target=load, args=(name,)) for name in names]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failed, failed
"""


def test_threads_may_import_at_once():
    subprocess.run([sys.executable, "-c", THREADS], check=True)
