"""The drawing of rows, windows and targets can still be made, and its words can be read."""

import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from itertools import combinations
from pathlib import Path

import pytest

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
SCRIPT = IMAGES / "make_what_is_predicted_when.py"


@pytest.fixture
def drawing(monkeypatch):
    """The script as a module."""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    spec = spec_from_file_location(SCRIPT.stem, SCRIPT)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    module.plt.close("all")


def boxes_of_words(fig):
    """Return for each text in a figure its words and its bounding box in pixels."""
    renderer = fig.canvas.get_renderer()
    texts = [text for text in fig.axes[0].texts if text.get_text()]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts]


def test_words_stand_clear_of_each_other_and_of_the_edges(drawing):
    fig = drawing.draw()
    boxes = boxes_of_words(fig)
    assert len(boxes) > 50
    for words, box in boxes:
        assert box.x0 > 0, words
        assert box.y0 > 0, words
        assert box.x1 < fig.bbox.x1, words
        assert box.y1 < fig.bbox.y1, words
    for (words, box), (others, other) in combinations(boxes, 2):
        assert not box.overlaps(other), (words, others)


def test_same_file_is_written_each_time(drawing, tmp_path, monkeypatch):
    files = [tmp_path / name / "drawing.svg" for name in "ab"]
    for file in files:
        file.parent.mkdir()
        monkeypatch.setattr(sys, "argv", [SCRIPT.name, "--out", str(file)])
        drawing.main()
    first, second = (file.read_bytes() for file in files)
    assert first == second
    width = float(re.search(rb'width="([\d.]+)pt"', first)[1]) * 96 / 72
    assert width == pytest.approx(700, abs=2)


def test_page_says_in_words_what_the_drawing_shows(drawing):
    page = (IMAGES.parent / "forecasting.md").read_text(encoding="utf-8")
    words = re.search(r"!\[([^]]*)\]\(images/what_is_predicted_when.svg\)", page)[1]
    _, _, y, train, test = drawing.rows_of_fold()
    assert f"{train[0]} to {train[-1]} for training" in words
    assert f"{test[0]} to {test[-1]} for testing" in words
    last, target = train[-1], y.iloc[train[-1]]
    assert f"target of row {last}, the last training row, is row {target:g}" in words
