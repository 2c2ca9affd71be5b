"""The season that a transformer takes, and whether it suits all series: `season_in_fit`."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from numpy.typing import NDArray

from sklstm._warn import warn_user
from sklstm.time_labels import find_calendars

from ._find_season import season_of


def season_in_fit(
    season: int | str, series: Iterable[tuple[Hashable, Any, NDArray]], what_then: str
) -> int:
    """Return the season that a transformer takes in `fit`: the given one, or the one it finds.

    Parameters
    ----------
    season : int or "auto"
        The parameter.
    series : iterable of (key, index or None, ndarray of shape (n_steps, n_features))
        Name, labels and values of each series.
    what_then : str
        What the transformer does without a season, for the warning.

    Returns
    -------
    season : int
        1 if ``"auto"`` finds none.

    Warns
    -----
    UserWarning
        If it finds none, or different ones in series of different frequencies.
    """
    if season != "auto":
        return int(season)
    tables = {key: (values, index) for key, index, values in series}
    found = season_of(list(tables.values()))
    if found == 1:
        warn_user(
            f"season='auto' found no season in X: {what_then}. Name the season if there is one.",
        )
    frequencies = _frequencies({key: index for key, (_, index) in tables.items()})
    instead = "fit one transformer to the series of each frequency, or name the season, in rows"
    warn_of_seasons_by_frequency(tables, frequencies, instead)
    return found


def warn_of_seasons_by_frequency(
    tables: Mapping[Hashable, tuple[NDArray, Any]],
    frequencies: Mapping[Hashable, str],
    instead: str,
) -> None:
    """Warn where ``season="auto"`` would find other seasons in series of other frequencies.

    A season is a number of rows, and one number is that of all series: twelve months are a year,
    and twelve quarters three.

    Parameters
    ----------
    tables : dict
        Values, (n_steps, n_features), and labels of each series by its key.
    frequencies : dict
        Name of the frequency of each series, of those alone that have one.
    instead : str
        What is to be done in place of it, for the warning.

    Warns
    -----
    UserWarning
        With a series, the frequency and the season of each.
    """
    groups: dict[str, list[Hashable]] = {}
    for key, name in frequencies.items():
        groups.setdefault(name, []).append(key)
    if len(groups) < 2:
        return
    found = {name: season_of([tables[key] for key in keys]) for name, keys in groups.items()}
    if len(set(found.values())) == 1:
        return
    told = ", ".join(
        f"{_in_words(season)} in series {groups[name][0]!r} of frequency {name!r}"
        for name, season in found.items()
    )
    of_all = _in_words(season_of(list(tables.values())))
    warn_user(
        f"series have different frequencies, and season='auto' finds a different season in each: "
        f"{told}. The season of all of them is taken to be one, {of_all}: {instead}."
    )


def _frequencies(indexes):
    """Return the names of the frequencies of series; none where one of them has none."""
    if len(indexes) < 2 or any(index is None for index in indexes.values()):
        return {}
    try:
        calendars = find_calendars(indexes)
    except ValueError:
        return {}
    return {key: calendar.name for key, calendar in calendars.items()}


def _in_words(season):
    return "none" if season == 1 else f"{season} rows"
