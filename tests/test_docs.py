"""What the documentation says is what the package does."""

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from sklearn import config_context

import sklstm
from sklstm.losses import LOSSES

ROOT = Path(__file__).resolve().parent.parent
# A block of code, and the text block right behind it if there is one: what the code prints.
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", re.M | re.S)
PAGES = [page for page in sorted((ROOT / "docs").glob("*.md")) if "```python" in page.read_text()]


@pytest.fixture(autouse=True)
def _pictures_are_closed():
    yield
    plt.close("all")


@pytest.fixture(autouse=True)
def _losses_are_those_of_the_package():
    before = dict(LOSSES)
    yield
    LOSSES.clear()
    LOSSES.update(before)


@pytest.mark.filterwarnings("error:X has .* rows.* whose windows lack history:UserWarning")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_code_of_a_page_runs_in_order_and_prints_what_is_shown(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    assert blocks
    namespace = {}
    with pd.option_context("display.width", 100):
        for block, shown in blocks:
            with redirect_stdout(StringIO()) as out:
                exec(compile(block, page.name, "exec"), namespace)
            if shown:
                assert_same_words(out.getvalue(), shown)


# The pages that build pipelines step by step. That on scikit-learn hands windows as arrays from
# block to block; on the others hardly any code has a step whose output could be a frame.
OF_PIPELINES = ["displays", "guide", "production"]


@pytest.mark.parametrize("name", OF_PIPELINES)
def test_pipelines_of_a_page_run_with_frames_between_their_steps(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = {}
    page = ROOT / "docs" / f"{name}.md"
    for block, _ in BLOCK.findall(page.read_text(encoding="utf-8")):
        # Windows as arrays are what such blocks are about; a frame has no third axis.
        takes_arrays = re.search(r"transform\(|windows\b|steps\[", block)
        output = "default" if takes_arrays else "pandas"
        with redirect_stdout(StringIO()), config_context(transform_output=output):
            exec(compile(block, page.name, "exec"), namespace)


def assert_same_words(printed, shown):
    """Compare word by word; in numbers other processors may round another way."""
    assert len(printed.split()) == len(shown.split())
    for word, expected in zip(printed.split(), shown.split(), strict=True):
        try:
            assert float(word) == pytest.approx(float(expected), rel=0.03, abs=0.011)
        except ValueError:
            if not re.search(r"\d\.\d", expected):
                assert word == expected


def test_api_page_lists_every_public_name():
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for name in sklstm.__all__:
        assert re.search(rf"\b{name}\b", text), name
        assert getattr(sklstm, name).__doc__


def test_nothing_public_lacks_words():
    for name in sklstm.__all__:
        doc = getattr(sklstm, name).__doc__
        for section in ("Parameters", "Examples"):
            assert re.search(rf"^ *{section}\n *-+$", doc, re.M), f"{name} has no {section}"
        assert "{" + "parameters}" not in doc


def test_changelog_knows_every_public_class():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"[{sklstm.__version__}]" in text
    for name in sklstm.__all__:
        assert name in text, name
