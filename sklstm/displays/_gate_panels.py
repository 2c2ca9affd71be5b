"""Axes below each other on one axis of time: `panels`."""

import numpy as np

from ._style import axes_to_draw_on


def panels(ax, n_gates, caller, *, with_bars):
    """Return axes for a window and for each gate below it.

    Parameters
    ----------
    ax : matplotlib Axes or None
        Axes of a grid, to be divided; None: a new figure.
    n_gates : int
        Number of gates.
    caller : str
        Who draws; named in errors.
    with_bars : bool
        Whether there is to be room for bars of colours.

    Returns
    -------
    axes : ndarray of shape (1 + n_gates,)
        Matplotlib Axes that share the axis of time, from above.
    bars : list of n_gates matplotlib Axes or None
        Narrow ones to the right of the gates.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If `ax` is not part of a grid.
    """
    ax = axes_to_draw_on(ax, caller, size=(7.2, 1.0 + 1.25 * (1 + n_gates)))
    from matplotlib.ticker import MaxNLocator

    place = ax.get_subplotspec()
    if place is None:
        raise ValueError(
            "ax must be axes of a grid, as plt.subplots makes them, since it is divided; got axes "
            "that stand by themselves."
        )
    ax.set_axis_off()
    # A layout engine finds the room for titles itself.
    space = {} if ax.figure.get_layout_engine() else {"hspace": 0.7, "wspace": 0.05}
    grid = place.subgridspec(1 + n_gates, 2, width_ratios=[40, 1], **space)
    axes = np.empty(1 + n_gates, dtype=object)
    for row in range(1 + n_gates):
        cells = grid[row, 0] if with_bars else grid[row, :]
        axes[row] = ax.figure.add_subplot(cells, sharex=axes[0] if row else None)
        axes[row].tick_params(labelbottom=row == n_gates)
    axes[0].xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    bars = [
        ax.figure.add_subplot(grid[row, 1]) if with_bars else None for row in range(1, 1 + n_gates)
    ]
    return axes, bars
