"""Colours that follow the style of the axes, and the axes to draw on."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils._optional_dependencies import check_matplotlib_support

# M. Okabe and K. Ito, "Color universal design", 2008: they stay apart for the colour-blind.
BLACK, WHITE, ORANGE, SKY, GREEN = "#000000", "#FFFFFF", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE, YELLOW = "#0072B2", "#D55E00", "#CC79A7", "#F0E442"


@dataclass(frozen=True)
class Palette:
    """Colours of one picture.

    Parameters
    ----------
    background : str
        What is drawn on.
    ink : str
        The truth: what contrasts most.
    muted : str
        Helping lines, and what is known already.
    pale : str
        Areas without values.
    main, other, baseline : str
        The forecast or the first curve, the second one, and what both have to beat.
    lines : tuple of str
        For lines of equal rank.
    """

    background: str
    ink: str
    muted: str
    pale: str
    main: str
    other: str
    baseline: str
    lines: tuple[str, ...]

    def tint(self, colour: str, strength: float) -> str:
        """Return a colour mixed with the background, so that areas hide no more than they seem to.

        Parameters
        ----------
        colour : str
            As ``"#0072B2"``.
        strength : float
            From 0, the background, to 1, the colour itself.

        Returns
        -------
        tint : str
            In the same form.
        """
        if self.ink == WHITE:
            strength **= 0.6  # the eye tells less apart near black
        ends = zip(_parts(self.background), _parts(colour), strict=True)
        return "#" + "".join(f"{round(b + strength * (c - b)):02X}" for b, c in ends)


def palette_of(ax):
    """Return the colours that can be told from the background of axes, whatever their style.

    Parameters
    ----------
    ax : matplotlib Axes
        With the colours of the user's style.

    Returns
    -------
    palette : Palette
        Light colours on dark backgrounds, and dark ones on others.
    """
    from matplotlib.colors import to_hex, to_rgb, to_rgba

    # What is transparent lets through what is below; nothing is known of what a transparent figure
    # will lie on, but the words of its style are made to be read there.
    dark_words = _luminance(to_rgb(ax.xaxis.label.get_color())) < 0.5
    colour = np.array(to_rgb(WHITE if dark_words else BLACK))
    for layer in (ax.figure.get_facecolor(), ax.get_facecolor()):
        *above, alpha = to_rgba(layer)
        colour = alpha * np.array(above) + (1 - alpha) * colour
    background = to_hex(colour).upper()
    if _luminance(colour) < 0.4:
        lines = (SKY, VERMILION, GREEN, PURPLE, ORANGE, YELLOW, WHITE)
        return Palette(background, WHITE, "#A8A8A8", "#3A3A3A", SKY, VERMILION, ORANGE, lines)
    lines = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
    return Palette(background, BLACK, "#767676", "#DDDDDD", BLUE, VERMILION, ORANGE, lines)


def _parts(colour):
    return [int(colour[k : k + 2], 16) for k in (1, 3, 5)]


def _luminance(rgb):
    return float(np.dot(rgb, [0.2126, 0.7152, 0.0722]))


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
