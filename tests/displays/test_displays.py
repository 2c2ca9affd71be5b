"""What all displays have in common."""

import inspect
import subprocess
import sys

import pytest

from sklstm import displays


def test_importing_does_not_load_matplotlib():
    code = "import sys, sklstm, sklstm.displays; assert 'matplotlib' not in sys.modules"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""


@pytest.mark.parametrize("name", displays.__all__)
def test_parameters_are_attributes_and_plot_returns_the_display(name):
    cls = getattr(displays, name)
    parameters = inspect.signature(cls).parameters
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters.values())
    display = cls(**{key: key for key in parameters})
    assert vars(display) == {key: key for key in parameters}
    plot = inspect.signature(cls.plot).parameters
    assert list(plot)[:2] == ["self", "ax"]
