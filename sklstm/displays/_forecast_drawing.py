"""The lines and areas of `ForecastDisplay`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils._plotting import _validate_style_kwargs

from ._style import Palette
from ._time_axis import has_dates, positions

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MOST_MARKED = 30  # rows with a mark each
_SHOWN_PATHS = 12


@dataclass(frozen=True)
class Newest:
    """The newest rows of a picture, as many as are to be drawn.

    Parameters
    ----------
    times : pandas index
        Of all rows.
    first : int
        The first of them that is drawn.
    """

    times: "pd.Index"
    first: int

    @classmethod
    def of(cls, times: "pd.Index", max_rows: int | None) -> "Newest":
        """Return the newest `max_rows` of some rows; None stands for all."""
        return cls(times, 0 if max_rows is None else max(0, len(times) - max_rows))

    @property
    def x(self) -> np.ndarray:
        """Their places on the axis of time."""
        return positions(self.times)[self.first :]

    def part(self, values: Any) -> Any:
        """Return what is drawn of values that have one for each row; None for None."""
        return None if values is None else np.asarray(values)[self.first :]

    def axis_label(self, name: str | None) -> str:
        """Return the name of the axis of time, which says if there are older rows."""
        name = name or ("Time" if has_dates(self.times) else "Row")
        if not self.first:
            return name
        n_rows = len(self.times)
        return f"{name} (newest {n_rows - self.first:,} of {n_rows:,} rows)"


def draw_line(ax: "Axes", x: np.ndarray, values: Any, user: dict | None, **style: Any) -> Any:
    """Draw a line in a style that `user` may change; None if there are no values."""
    if values is None or not len(values):
        return None
    style = {"linewidth": 1.5, **style}
    if len(values) > _MOST_MARKED:
        style["marker"] = ""
    return ax.plot(x, values, **_validate_style_kwargs(style, user or {}))[0]


def draw_intervals(
    ax: "Axes", rows: Newest, intervals: dict | None, colours: Palette, user: dict | None
) -> list[Any]:
    """Draw intervals, the widest first and palest.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    rows : Newest
        Which rows.
    intervals : dict of str to (ndarray, ndarray)
        Lower and upper bounds by what the interval is called.
    colours : Palette
        Colours of the picture.
    user : dict
        Keywords of `matplotlib.axes.Axes.fill_between`.

    Returns
    -------
    bands : list of matplotlib PolyCollection
        As many as intervals.
    """
    by_width = sorted((intervals or {}).items(), key=lambda item: -_width(*item[1]))
    strengths = np.linspace(0.2, 0.5, max(2, len(by_width)))
    bands = []
    for (name, bounds), strength in zip(by_width, strengths, strict=False):
        style = {"label": name, "color": colours.tint(colours.main, strength)}
        style = _validate_style_kwargs(style | {"linewidth": 0, "zorder": 1}, user or {})
        bands.append(ax.fill_between(rows.x, *map(rows.part, bounds), **style))
    return bands


def draw_paths(
    ax: "Axes", rows: Newest, paths: Any, colours: Palette, user: dict | None
) -> list[Any]:
    """Draw the first of some paths as thin lines; return the lines."""
    lines = []
    for k, path in enumerate([] if paths is None else np.asarray(paths).T[:_SHOWN_PATHS]):
        style = {"color": colours.main, "linewidth": 0.6, "alpha": 0.6, "zorder": 1.5}
        style |= {"label": "_path" if k else "Paths"}
        lines += ax.plot(rows.x, rows.part(path), **_validate_style_kwargs(style, user or {}))
    return lines


def draw_beginning(ax: "Axes", last: Any, colours: Palette, user: dict | None) -> Any:
    """Draw a line at the last row known, after which forecasts begin."""
    style = {"label": "Forecast begins", "color": colours.muted, "linewidth": 1.0}
    style |= {"linestyle": ":", "zorder": 0.5}
    return ax.axvline(last, **_validate_style_kwargs(style, user or {}))


def _width(lower, upper):
    return np.nan_to_num(np.asarray(upper) - np.asarray(lower)).mean()
