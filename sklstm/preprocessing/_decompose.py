"""The seasonal figures of series, and whether they are summands or factors: `decompose`."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklstm._warn import warn_user

from ._seasonal_figure import column_figure

_MODELS = ("additive", "multiplicative")
_ROUNDING = np.finfo(np.float64).eps  # errors below it are none
_SHOWN = 5  # names of series in a message


@dataclass(frozen=True)
class _Figures:
    """The figures of one series by both models, NaN where there is none.

    Parameters
    ----------
    additive, multiplicative : ndarray of shape (season, n_features)
        By model; NaN if it was not asked for.
    advantage : float
        How much smaller the errors of the second are: the sum over columns of the logarithms.
    short : list of int
        Columns of less than two seasons.
    """

    additive: NDArray[np.float64]
    multiplicative: NDArray[np.float64]
    advantage: float
    short: list[int]


def decompose(
    tables: Mapping[Hashable, NDArray], season: int, model: str, columns: list[Any] | None
) -> tuple[str, dict[Hashable, NDArray[np.float64]]]:
    """Estimate the seasonal component of each column of series.

    Parameters
    ----------
    tables : dict
        Rows of each series by its key, of shape (n_steps, n_features); NaN is missing.
    season : int
        Number of rows in a season; of 1 the figures are flat.
    model : {"auto", "additive", "multiplicative"}
        Whether figures are summands or factors.
    columns : list or None
        Names of the columns, for messages.

    Returns
    -------
    model : {"additive", "multiplicative"}
        The one that is used for all.
    figures : dict
        For each series an array of shape (season, n_features), 0 or 1 where there is none.

    Raises
    ------
    ValueError
        If factors are asked for where a value is not positive.

    Warns
    -----
    UserWarning
        If there is no figure for a series, or for some phases of it.
    """
    lowest = [np.nanmin(rows, initial=np.inf) for rows in tables.values()]
    positive = all(value > 0 for value in lowest)
    if model == "multiplicative" and not positive:
        _refuse_not_positive(tables, columns)
    models = _MODELS if model == "auto" else (model,)
    models = models if positive else ("additive",)
    found = {key: _figures_of(rows, season, models) for key, rows in tables.items()}
    if len(models) == 2:
        better = sum(one.advantage for one in found.values()) > 0
        models = ("multiplicative",) if better else ("additive",)
    figures = {key: getattr(one, models[0]) for key, one in found.items()}
    if season > 1:
        _warn_of_short(tables, found, season, columns)
        _warn_of_unseen(figures)
    neutral = 1.0 if models[0] == "multiplicative" else 0.0
    return models[0], {
        key: np.where(np.isnan(figure), neutral, figure) for key, figure in figures.items()
    }


def _figures_of(rows, season, models):
    figures = {name: np.full((season, rows.shape[1]), np.nan) for name in _MODELS}
    advantage, short = 0.0, []
    for place, column in enumerate(rows.T if season > 1 else ()):
        found = {name: column_figure(column, season, name == "multiplicative") for name in models}
        if None in found.values():
            short.append(place)
            continue
        for name in models:
            figures[name][:, place] = found[name][0]
        if len(models) == 2:
            of_sum, of_product = (max(found[name][1], _ROUNDING) for name in _MODELS)
            advantage += float(np.log(of_sum / of_product))
    return _Figures(*(figures[name] for name in _MODELS), advantage, short)


def _refuse_not_positive(tables, columns):
    for key, rows in tables.items():
        wrong = rows <= 0
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            of = "" if key is None else f" of series {key!r}"
            name = column if columns is None else repr(columns[column])
            raise ValueError(
                f"model='multiplicative' takes positive values, for the season is a factor of the "
                f"level: step {row}{of} in X is {rows[row, column]:g}, column {name}. Take "
                "model='additive', or 'auto', which does where values are not positive."
            )


def _warn_of_short(tables, found, season, columns):
    short = [key for key, one in found.items() if one.short]
    if not short:
        return
    if short == [None]:
        place = found[None].short[0]
        name = place if columns is None else repr(columns[place])
        which = f"X has columns of less than two seasons ({len(tables[None])} rows"
        if len(found[None].short) < tables[None].shape[1]:
            which = f"X has columns of less than two seasons (the known rows of {name}"
    else:
        names = ", ".join(repr(key) for key in short[:_SHOWN])
        more = f" and {len(short) - _SHOWN} more" if len(short) > _SHOWN else ""
        which = f"{len(short)} of {len(tables)} series have less than two seasons ({names}{more}"
    warn_user(
        f"{which}, season={season}): nothing tells their figure, and they are left as they are.",
    )


def _warn_of_unseen(figures):
    n_unseen = {
        key: int(np.isnan(figure[:, ~np.isnan(figure).all(axis=0)]).any(axis=1).sum())
        for key, figure in figures.items()
    }
    some = [key for key, n in n_unseen.items() if n]
    if some:
        of = "" if some == [None] else f" of series {some[0]!r}"
        of += f" (and {len(some) - 1} more)" if len(some) > 1 else ""
        warn_user(
            f"X has no value in {n_unseen[some[0]]} phases of the season{of}: rows of these phases "
            "are left as they are.",
        )
