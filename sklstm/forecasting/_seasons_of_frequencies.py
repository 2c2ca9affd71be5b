"""Series of several frequencies, whose seasons differ: `warn_of_other_seasons`."""

from typing import Any

from sklstm._warn import warn_user
from sklstm.preprocessing import finds_season, is_seasonal

from ._histories import History
from ._known_series import KnownSeries
from ._scaling import wanted_scaling
from ._season import Season


def warn_of_other_seasons(forecaster: Any, known: KnownSeries) -> None:
    """Warn where ``season="auto"`` would find other seasons in series of other frequencies.

    A season is a number of rows, and one number is that of all series: twelve months are a year,
    and twelve quarters three.

    Parameters
    ----------
    forecaster : Forecaster
        With its parameters.
    known : KnownSeries
        The series.

    Warns
    -----
    UserWarning
        With a series, the frequency and the season of each; not where no season is looked for.
    """
    if not known.other_calendars or not _looks_for_a_season(forecaster):
        return
    groups: dict[str, list[History]] = {}
    for key, past in known.histories.items():
        groups.setdefault(known.calendar_of(key).name, []).append(past)
    found = {frequency: _season_of(histories) for frequency, histories in groups.items()}
    if len(set(found.values())) == 1:
        return
    told = ", ".join(
        f"{_in_words(season)} in series{groups[frequency][0].of} of frequency {frequency!r}"
        for frequency, season in found.items()
    )
    of_all = _in_words(_season_of(list(known.histories.values())))
    warn_user(
        f"series have different frequencies, and season='auto' finds a different season in each: "
        f"{told}. The season of all of them is taken to be one, {of_all}: fit one forecaster to "
        "the series of each frequency, or name the season, in rows (season=None for none)."
    )


def _looks_for_a_season(forecaster):
    """Tell whether forecasts depend on a season that is to be found."""
    if forecaster.transformer is not None and finds_season(forecaster.transformer):
        return True
    if forecaster.season != "auto":
        return False
    scaling = wanted_scaling(forecaster.scaling, forecaster.estimator)
    takes_one = scaling is not None and (scaling == "auto" or is_seasonal(scaling))
    return takes_one or forecaster.theta_part is True


def _season_of(histories):
    return Season.found_in(histories).n_rows


def _in_words(season):
    return "none" if season == 1 else f"{season} rows"
