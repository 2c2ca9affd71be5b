"""Labels of the axis of values that are no longer than it: `label_values`."""

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Of the height of the axes: layout engines, which run later, make more room for them.
_SHARE = 1.08
_FEWEST_CHARACTERS = 12


def label_values(ax: "Axes", words: str) -> None:
    """Label the vertical axis, in several lines where one would reach over the axes above.

    Parameters
    ----------
    ax : matplotlib Axes
        In its place, but for what a layout engine moves later.
    words : str
        What its values are, and their unit.
    """
    label = ax.set_ylabel(words)
    length, room = label.get_window_extent().height, _SHARE * ax.get_window_extent().height
    if length > room:
        longest = int(len(words) * room / length)
        label.set_text(textwrap.fill(words, max(longest, _FEWEST_CHARACTERS)))
