"""Colours, and the axes to draw on."""

from sklearn.utils._optional_dependencies import check_matplotlib_support

# M. Okabe and K. Ito, "Color universal design", 2008: they stay apart for the colour-blind.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
LINES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
GREY, PALE = "#767676", "#DDDDDD"


def axes_to_draw_on(ax, caller, size=(7.2, 4.0)):
    """Return axes, those of a new figure if `ax` is None.

    Parameters
    ----------
    ax : matplotlib Axes or None
        What the user gave.
    caller : str
        Who draws; named if matplotlib is missing.
    size : tuple of float
        Width and height of the new figure in inches.

    Returns
    -------
    ax : matplotlib Axes
        With room for all labels.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If `ax` is something else.
    """
    check_matplotlib_support(caller)
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes

    if ax is None:
        return plt.subplots(figsize=size, layout="constrained")[1]
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be matplotlib Axes or None, got {type(ax).__name__}.")
    return ax


def legend_above(ax, n_columns=2, place="left"):
    """Put a legend above the upper edge of axes, where it hides nothing.

    Parameters
    ----------
    ax : matplotlib Axes
        The axes.
    n_columns : int, default=2
        Number of entries in a row.
    place : {"left", "right"}, default="left"
        Where the legend stands.
    """
    corner = (0 if place == "left" else 1, 1)
    ax.legend(
        loc=f"lower {place}", bbox_to_anchor=corner, ncols=n_columns, frameon=False,
        borderaxespad=0.2, fontsize="small",
    )  # fmt: skip


def tint(colour, strength):
    """Return a colour mixed with white, so that it hides nothing less than it seems to.

    Parameters
    ----------
    colour : str
        As ``"#0072B2"``.
    strength : float
        From 0, white, to 1, the colour itself.

    Returns
    -------
    tint : str
        In the same form.
    """
    parts = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(255 - strength * (255 - part)):02X}" for part in parts)
