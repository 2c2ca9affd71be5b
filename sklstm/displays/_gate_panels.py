"""Axes for a window and for each gate below it: `panels`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ._style import axes_to_draw_on, palette_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEAST_HEIGHT = 0.75  # inches of a panel that has room for a title and for ticks
_CHARACTER, _LINE = 0.075, 0.175  # inches that a character and a line of a legend take
_HANDLE = 0.5  # inches of a legend beside its words
_NAME = 0.95  # inches that the name of a gate takes


@dataclass(frozen=True)
class Panels:
    """Axes of a `GateDisplay`.

    Parameters
    ----------
    axes : ndarray of shape (1 + n_gates,)
        Matplotlib Axes of the window and of each gate, from above, that share the axis of time.
    bars : list of n_gates matplotlib Axes or None
        Narrow ones to the right of the gates, for bars of colours.
    sides : list of matplotlib Axes or None
        Beside the window, and beside the gates: for legends.
    compact : bool
        Whether panels are so low that there is no room for titles and ticks.
    """

    axes: np.ndarray
    bars: list[Any]
    sides: list[Any]
    compact: bool

    def name(self, row: int, title: str) -> None:
        """Give a panel its name: above it, or to the left where panels are low."""
        axes = self.axes[row]
        if not self.compact:
            axes.set_title(title, loc="left", fontsize="medium")
            return
        axes.set_yticks([])
        axes.set_ylabel(title, rotation=0, ha="right", va="center", fontsize="small")

    def show_range(self, row: int, mesh: Any) -> None:
        """Draw the bar of colours of a panel, with its ends in words where panels are low."""
        axes, bar = self.axes[row], self.bars[row - 1]
        colorbar = axes.figure.colorbar(mesh, cax=bar)
        if self.compact:
            colorbar.set_ticks([])
            low, high = mesh.get_clim()
            words = f"{low:.2g} to {high:.2g}"
            bar.set_ylabel(words, rotation=0, ha="left", va="center", fontsize="small")

    def legend(self, place: int, row: int) -> None:
        """Put the legend of a panel beside the window (place 0) or beside the gates (1)."""
        handles, labels = self.axes[row].get_legend_handles_labels()
        self.sides[place].legend(
            handles, labels, loc="upper left", bbox_to_anchor=(0, 1), borderaxespad=0,
            frameon=False, fontsize="small", handlelength=1.4, labelspacing=0.25,
        )  # fmt: skip


def panels(
    ax: "Axes | None",
    n_gates: int,
    caller: str,
    *,
    beside: tuple[list[str], list[str]],
    n_rows: int,
    with_bars: bool,
) -> Panels:
    """Divide axes, or a new figure, into panels.

    Parameters
    ----------
    ax : matplotlib Axes or None
        Axes of a grid, to be divided; None: a new figure.
    n_gates : int
        Number of gates.
    caller : str
        Who draws; named in errors.
    beside : (list of str, list of str)
        What legends beside the window and beside the gates will say.
    n_rows : int
        Lines of text in the panel of the window, to the left or in its legend.
    with_bars : bool
        Whether there is to be room for bars of colours.

    Returns
    -------
    panels : Panels
        The axes.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError, ValueError
        If `ax` is no axes, or not part of a grid.
    """
    height = 1.0 + 1.25 * (1 + n_gates) + max(0.0, _LINE * n_rows - 0.9)
    ax = axes_to_draw_on(ax, caller, size=(7.2, height))
    place = ax.get_subplotspec()
    if place is None:
        raise ValueError(
            "ax must be axes of a grid, as plt.subplots makes them, since it is divided; got axes "
            "that stand by themselves."
        )
    ax.set_axis_off()
    box = ax.get_window_extent()
    width, height = box.width / ax.figure.dpi, box.height / ax.figure.dpi
    compact = height / (1 + n_gates) < _LEAST_HEIGHT
    # The window is as high as its names take, up to three gates.
    usual = height / (1 + n_gates) * (1 if compact else 0.65)
    first = min(max(1.0, _LINE * n_rows / usual), 3.0)
    words = max((len(word) for words in beside for word in words), default=0)
    legends = (_HANDLE + _CHARACTER * words) / width if words else 0.001
    # A layout engine finds the room for titles and names itself.
    engine = ax.figure.get_layout_engine()
    names = [_NAME / width] if compact and not engine else []
    space = {} if engine else {"hspace": 0.15 if compact else 0.7, "wspace": 0.05}
    legends = legends / max(1 - legends - sum(names), 0.3)
    grid = place.subgridspec(
        1 + n_gates, len(names) + 3, width_ratios=[*names, 1, 0.025, legends],
        height_ratios=[first] + [1] * n_gates, **space,
    )  # fmt: skip
    return _Divided(ax.figure, grid, n_gates, len(names), compact).panels(beside, with_bars)


class _Divided:
    def __init__(self, figure, grid, n_gates, left, compact):
        self.figure, self.grid, self.n_gates = figure, grid, n_gates
        self.left, self.compact = left, compact  # column of the panels

    def panels(self, beside, with_bars):
        from matplotlib.ticker import MaxNLocator

        axes = np.empty(1 + self.n_gates, dtype=object)
        for row in range(1 + self.n_gates):
            axes[row] = self._add(self.grid[row, self.left], sharex=axes[0] if row else None)
            axes[row].tick_params(labelbottom=row == self.n_gates)
        most = 4 if self.compact else "auto"
        axes[0].xaxis.set_major_locator(MaxNLocator(most, integer=True, min_n_ticks=1))
        rows = range(1, 1 + self.n_gates)
        bars = [self._add(self.grid[row, self.left + 1]) if with_bars else None for row in rows]
        places = self.grid[0, self.left + 1 :], self.grid[1:, self.left + 1 :]
        sides = [
            self._add(place) if words else None for place, words in zip(places, beside, strict=True)
        ]
        for side in sides:
            if side is not None:
                side.set_axis_off()
        return Panels(axes, bars, sides, self.compact)

    def _add(self, place, **shared):
        return self.figure.add_subplot(place, **shared)


def draw_heatmap(axes: "Axes", x: np.ndarray, values: np.ndarray, *, is_gate: bool, **user: Any):
    """Draw a row of colours for each unit or feature.

    Parameters
    ----------
    axes : matplotlib Axes
        Where to draw.
    x : ndarray of shape (n_timesteps,)
        Steps.
    values : ndarray of shape (n_timesteps, n_rows)
        NaN at missing steps.
    is_gate : bool
        Whether values run from 0 to 1; others are signed.
    **user : dict
        Keywords of `matplotlib.axes.Axes.pcolormesh`.

    Returns
    -------
    mesh : matplotlib QuadMesh
        The colours.
    """
    import matplotlib as mpl

    colours = mpl.colormaps["cividis" if is_gate else "PuOr"]
    style: dict[str, Any] = {"cmap": colours.with_extremes(bad=palette_of(axes).pale)}
    largest = 1.0
    if not is_gate and np.isfinite(values).any():
        largest = float(np.nanmax(np.abs(values))) or 1.0
    style |= {"vmin": 0.0 if is_gate else -largest, "vmax": largest}
    rows = np.arange(values.shape[1])
    return axes.pcolormesh(x, rows, np.ma.masked_invalid(values.T), **(style | user))


def name_rows(axes: "Axes", names: list[Any], *, compact: bool) -> None:
    """Write names to the left of the rows of a heat map, as many as there is room for."""
    height = axes.get_window_extent().height / axes.figure.dpi
    every = max(1, int(np.ceil(len(names) * _LINE * (1.3 if compact else 1) / max(height, 0.1))))
    places = list(range(0, len(names), every))
    axes.set_yticks(places, [str(names[k]) for k in places], fontsize="small")
