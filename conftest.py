"""Settings for the tests, for the doctests and for the code in README.md."""

import doctest
import inspect

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


@pytest.fixture(autouse=True)
def _empty_working_folder(tmp_path, monkeypatch):
    """Run each test in a folder of its own, so that what it writes is never left here."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def rng(request):
    """Random numbers that depend on the name of the test alone, and not on tests before it."""
    return np.random.default_rng(list(request.node.name.encode()))
