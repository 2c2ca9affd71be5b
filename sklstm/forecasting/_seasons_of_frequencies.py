"""Whether series of several frequencies have other seasons: `warn_of_other_seasons`."""

from typing import Any

from sklstm.preprocessing import finds_season, is_seasonal, warn_of_seasons_by_frequency

from ._known_series import KnownSeries
from ._scaling import wanted_scaling

_INSTEAD = (
    "fit one forecaster to the series of each frequency, or name the season, in rows (season=None "
    "for none)"
)


def warn_of_other_seasons(forecaster: Any, known: KnownSeries) -> None:
    """Warn where ``season="auto"`` would find other seasons in series of other frequencies.

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
    if known.other_calendars and _looks_for_a_season(forecaster):
        tables = {key: (past.values, past.index) for key, past in known.histories.items()}
        frequencies = {key: known.calendar_of(key).name for key in tables}
        warn_of_seasons_by_frequency(tables, frequencies, _INSTEAD)


def _looks_for_a_season(forecaster):
    """Tell whether forecasts depend on a season that is to be found."""
    if forecaster.transformer is not None and finds_season(forecaster.transformer):
        return True
    if forecaster.season != "auto":
        return False
    scaling = wanted_scaling(forecaster)
    takes_one = scaling is not None and (scaling == "auto" or is_seasonal(scaling))
    return takes_one or forecaster.theta_part is True
