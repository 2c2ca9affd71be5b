"""The two pictures of calibration, each with the band where calibrated forecasts would lie."""

import numpy as np
from scipy.stats import binom
from sklearn.utils._plotting import _validate_style_kwargs

from ._legend import legend_inside
from ._style import palette_of

_BAND = 0.95
_ENDS = [0.5 - _BAND / 2, 0.5 + _BAND / 2]


def draw_coverage(ax, nominal, observed, n_samples, name, line_kw, reference_kw):
    """Draw observed shares against probabilities.

    Returns
    -------
    line, reference_line, band : matplotlib artists
        The shares, the diagonal and the band around it.
    """
    colours, grid = palette_of(ax), np.linspace(0, 1, 101)
    lower, upper = (binom.ppf(end, n_samples, grid) / n_samples for end in _ENDS)
    band = _draw_band(ax, grid, lower, upper)
    reference_line = _draw_reference(ax, [0, 1], colours.muted, reference_kw)
    style = {"label": name, "color": colours.main, "linewidth": 1.5, "marker": "o", "ms": 4}
    line = ax.plot(nominal, observed, **_validate_style_kwargs(style, line_kw))[0]
    ax.set_aspect("equal", adjustable="box")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    legend_inside(ax, most_columns=1, loc="best")
    return line, reference_line, band


def draw_histogram(ax, pit, n_bins, name, bar_kw, reference_kw):
    """Draw the histogram of the probability integral transform.

    Returns
    -------
    bars, reference_line, band : matplotlib artists
        The histogram, the uniform density and the band around it.
    """
    colours = palette_of(ax)
    heights, edges = np.histogram(pit, bins=n_bins, range=(0, 1), density=True)
    low, high = (binom.ppf(end, len(pit), 1 / n_bins) * n_bins / len(pit) for end in _ENDS)
    style = {"label": name, "color": colours.tint(colours.main, 0.55), "width": 1 / n_bins}
    style |= {"align": "edge", "edgecolor": colours.background, "linewidth": 1.0}
    bars = ax.bar(edges[:-1], heights, **(style | bar_kw))
    band = _draw_band(ax, np.array([0, 1]), np.full(2, low), np.full(2, high))
    reference_line = _draw_reference(ax, [1, 1], colours.ink, reference_kw)
    ax.set_xlim(0, 1)
    ax.set_xlabel("Probability integral transform of the actual value")
    ax.set_ylabel("Density")
    legend_inside(ax)
    return bars, reference_line, band


def _draw_reference(ax, heights, colour, reference_kw):
    style = {"color": colour, "linewidth": 1.0, "linestyle": "--", "label": "Calibrated"}
    return ax.plot([0, 1], heights, **_validate_style_kwargs(style, reference_kw))[0]


def _draw_band(ax, x, lower, upper):
    label = f"{100 * _BAND:g} % of calibrated"
    style = {"color": palette_of(ax).muted, "alpha": 0.25, "linewidth": 0, "zorder": 1.2}
    return ax.fill_between(x, lower, upper, label=label, **style)
