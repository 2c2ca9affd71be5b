"""Pictures without a screen, and what they must not look like."""

import sys
from itertools import combinations

import matplotlib
import pytest


@pytest.fixture(autouse=True)
def _no_screen():
    """Draw into memory, and close all figures in the end."""
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


@pytest.fixture
def no_matplotlib(_no_screen, monkeypatch):
    """As if matplotlib was not installed."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)


def words_of(figure):
    """All words that are drawn, each with its box in pixels."""
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    for axes in figure.axes:
        if not axes.axison:
            continue
        texts = [axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label]
        for axis in (axes.xaxis, axes.yaxis):
            texts += [axis.get_offset_text()]
            texts += [tick.label1 for tick in axis._update_ticks() if tick.label1.get_visible()]
            texts += [tick.label2 for tick in axis._update_ticks() if tick.label2.get_visible()]
        texts += axes.get_legend().get_texts() if axes.get_legend() else []
        for text in texts:
            if text.get_visible() and text.get_text():
                yield text.get_text(), text.get_window_extent(renderer)


@pytest.fixture
def is_tidy():
    """A function that tells whether words stand clear of each other and inside the figure."""

    def check(figure):
        boxes = list(words_of(figure))
        assert boxes
        for words, box in boxes:
            assert box.x0 >= 0, words
            assert box.y0 >= 0, words
            assert box.x1 <= figure.bbox.x1, words
            assert box.y1 <= figure.bbox.y1, words
        for (words, box), (others, other) in combinations(boxes, 2):
            assert not box.overlaps(other), (words, others)
        return True

    return check
