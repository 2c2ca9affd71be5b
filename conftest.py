"""Settings for the tests, for the doctests and for the code in README.md."""

import doctest
import inspect
import os
import shutil

import numpy as np
import pytest

from sklstm._public import DEFINED_IN

_is_from = doctest.DocTestFinder._from_module


def _is_defined_in(finder, module, found):
    """Tell doctest where a public class stands: its ``__module__`` is its public path.

    Without this its doctests would be found at the package's ``__init__.py``, without line numbers,
    and those of its methods nowhere.
    """
    if inspect.isclass(found):
        return module.__name__ == DEFINED_IN.get(found, found.__module__)
    return _is_from(finder, module, found)


doctest.DocTestFinder._from_module = _is_defined_in


@pytest.fixture(scope="session")
def _shared_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(autouse=True)
def _working_folder(request, monkeypatch, _shared_folder):
    """Run each test in an empty folder, so that what it writes is left nowhere.

    It is `tmp_path` for tests that take it. The others share one, which is emptied when one of them
    has written: to make 15,000 folders takes longer than most tests.
    """
    if "tmp_path" in request.fixturenames:
        monkeypatch.chdir(request.getfixturevalue("tmp_path"))
        yield
        return
    monkeypatch.chdir(_shared_folder)
    yield
    for name in os.listdir(_shared_folder):
        path = _shared_folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture
def rng(request):
    """Random numbers that depend on the name of the test alone, and not on tests before it."""
    return np.random.default_rng(list(request.node.name.encode()))
