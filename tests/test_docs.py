"""What the documentation says is what the package does."""

import re
from pathlib import Path

import pytest

import sklstm

ROOT = Path(__file__).resolve().parent.parent
PAGES = [page for page in sorted((ROOT / "docs").glob("*.md")) if "```python" in page.read_text()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_code_of_a_page_runs_in_order(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    assert blocks
    namespace = {}
    for block in blocks:
        exec(compile(block, page.name, "exec"), namespace)


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
