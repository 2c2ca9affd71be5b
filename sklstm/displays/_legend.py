"""Legends that stay inside the axes and hide nothing: `legend_inside`."""

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from ._style import palette_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHARE = 0.96  # of the width of the axes
_TALLEST = 0.5  # of their height
_FEWEST_CHARACTERS = 12


def legend_inside(ax: "Axes", most_columns: int = 4, *, loc: str = "upper left") -> None:
    """Put a legend inside axes, and make room for it above all that is drawn.

    So it neither covers lines, nor reaches over neighbours in a grid, nor stands in the way of a
    title. It takes no more columns than the axes have room for, and breaks long entries.

    Parameters
    ----------
    ax : matplotlib Axes
        With all that is to be drawn.
    most_columns : int, default=4
        Most entries in a row.
    loc : str, default="upper left"
        Where it stands. Room is made at the top only.
    """
    handles, labels = ax.get_legend_handles_labels()
    if not handles:
        return
    style = {
        "loc": loc, "fontsize": "small", "borderaxespad": 0.4, "borderpad": 0.2,
        "handlelength": 1.7, "columnspacing": 1.3, "labelspacing": 0.35, "frameon": True,
        "framealpha": 0.85, "facecolor": palette_of(ax).background, "edgecolor": "none",
    }  # fmt: skip
    # Before layout engines have run, axes have the place that those without an engine have, which
    # is rather smaller than the one they will have.
    room = _SHARE * ax.get_window_extent().width
    for n_columns in range(min(most_columns, len(handles)), 0, -1):
        legend = ax.legend(handles, labels, ncols=n_columns, **style)
        width = legend.get_window_extent().width
        if width <= room:
            break
    else:
        longest = int(max(map(len, labels)) * room / width) - 4
        broken = [textwrap.fill(text, max(longest, _FEWEST_CHARACTERS)) for text in labels]
        legend = ax.legend(handles, broken, **style)
    if loc.startswith("upper"):
        _make_room(ax, legend)


def _make_room(ax, legend):
    """Move the upper end of the axis of values so that the legend stands above all lines."""
    if not ax.get_autoscaley_on():
        return  # the user's own limits
    legend_height = legend.get_window_extent().height + 0.4 * legend.prop.get_size()
    share = min(legend_height / ax.get_window_extent().height, _TALLEST)
    scale = ax.yaxis.get_transform()  # a logarithm, perhaps
    low, high = scale.transform(np.array(ax.get_ylim()))
    top = scale.inverted().transform(np.array([low + (high - low) / (1 - share)]))[0]
    # What the user draws later finds its room, too.
    ax.set_ylim(top=top, auto=True)
