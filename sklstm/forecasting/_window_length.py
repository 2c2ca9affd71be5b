"""How many rows stand in a window, and how many a series needs for it."""

from collections.abc import Sequence

import numpy as np

_FEWEST, _MOST = 4, 24  # rows of a window without a season
_FEWEST_OF_PADDED_PANELS = 8  # whose short series see their trend in it
_SHARE_OF_MEDIAN = 0.25
_FEWEST_OF_SEASONS, _MOST_OF_SEASONS = 8, 336  # a week of half-hours
_OF_LONGER_SEASONS = 60


def choose_lookback(lengths: Sequence[int], horizon: int, season: int, *, pads: bool) -> int:
    """Return the number of rows in a window that suits season and length of series.

    Parameters
    ----------
    lengths : list of int
        Numbers of rows of the series.
    horizon : int
        How many rows follow a window.
    season : int
        Rows in a season; 1 for none.
    pads : bool
        Whether windows of short series may begin with missing steps: then the median length
        counts, else the smallest that is not below a quarter of it.

    Returns
    -------
    lookback : int
        Whole seasons, at least eight rows, or sixty of a season of more than 336; without one an
        eighth of the length, from 4 to 24. Never more than the horizon leaves, without padding a
        third of it. Windows of several series that are padded have at least eight rows without a
        season, too, as long as half of them and the horizon are no more than the median length.
    """
    length = int(np.median(lengths))
    if not pads:  # a series far shorter than most is left out, and decides nothing
        length = min(n for n in lengths if n >= _SHARE_OF_MEDIAN * length)
    if season > 1:
        whole = season * -(-_FEWEST_OF_SEASONS // season)
        wanted = whole if whole <= _MOST_OF_SEASONS else _OF_LONGER_SEASONS
    else:
        wanted = int(np.clip(length // 8, _FEWEST, _MOST))
        if pads and len(lengths) > 1:
            return max(1, min(max(wanted, _FEWEST_OF_PADDED_PANELS), 2 * (length - horizon)))
    room = length - horizon - (season if season > 1 else 0)
    return max(1, min(wanted, max(2, room // (1 if pads else 3)), length - horizon))


def fewest_rows(lookback: int | str, horizon: int, *, pads: bool) -> int:
    """Return how many rows a series needs to be learned from.

    Parameters
    ----------
    lookback : int or "auto"
        Rows in a window.
    horizon : int
        How many rows follow.
    pads : bool
        Whether half of the rows of a window may be missing.

    Returns
    -------
    n_rows : int
        For ``"auto"`` one row and those that follow it.
    """
    if isinstance(lookback, str):
        return 1 + horizon
    return (-(-lookback // 2) if pads else lookback) + horizon
