"""The season of the series of a fit, found once: `Season`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import Any, Self

from sklstm._warn import warn_user
from sklstm.preprocessing import is_seasonal, season_of
from sklstm.time_labels import calendar_seasons_of_all

from ._known_series import KnownSeries
from ._scaling import wanted_scaling


@dataclass(frozen=True, eq=False)
class Season:
    """The season that is asked for, and what it is in some series.

    To look for one takes time: it is found when it is first wanted, and kept.

    Parameters
    ----------
    asked : int, "auto" or None
        The parameter.
    tables : sequence of (pandas index, ndarray of shape (n_steps, n_columns), ...)
        Labels and values of each series; of no account unless ``"auto"`` is asked for.
    """

    asked: int | str | None = None
    tables: Sequence[tuple[Any, ...]] = ()

    @classmethod
    def of(cls, forecaster: Any, known: KnownSeries, *, warn: bool = True) -> Self:
        """Return the season of the series that a forecaster is fitted to.

        Parameters
        ----------
        forecaster : Forecaster
            With its parameters.
        known : KnownSeries
            The series.
        warn : bool, default=True
            Whether to warn of a season without effect.

        Returns
        -------
        season : Season
            None is asked for in place of a number of rows that no series exceeds.

        Raises
        ------
        ValueError
            If a scaling is named that takes the row of the season before.

        Warns
        -----
        UserWarning
            If the season that is named has no effect.
        """
        asked = _within(forecaster, known, warn=warn)
        return cls(asked, [(past.index, past.values) for past in known.histories.values()])

    @cached_property
    def n_rows(self) -> int:
        """Number of rows in a season; 1 for none."""
        if self.asked == "auto":
            return season_of([(values, index) for index, values, *_ in self.tables])
        return 1 if self.asked is None else int(self.asked)

    @cached_property
    def is_fixed(self) -> bool:
        """Whether it is named or one of the calendar: neither none nor a cycle of any length."""
        if self.asked != "auto":
            return self.n_rows > 1
        of_calendar = calendar_seasons_of_all(index for index, *_ in self.tables)
        return bool(of_calendar) and self.n_rows in of_calendar


NO_SEASON = Season()


def _within(forecaster, known, *, warn):
    """Return the season asked for; None if it is as long as all rows: nothing was one before."""
    season, longest = forecaster.season, max(len(past) for past in known.histories.values())
    if not isinstance(season, Integral) or season < longest:
        return season
    few = f"series have {longest} rows at most, so that none has another one a season before"
    if forecaster.scaling not in ("auto", None) and is_seasonal(forecaster.scaling):
        raise ValueError(
            f"scaling={forecaster.scaling!r} takes the row of the season before, and with "
            f"season={season} {few}: name a shorter season, or take another scaling."
        )
    scales = wanted_scaling(forecaster) is not None
    if warn and (scales or forecaster.theta_part is True):
        warn_user(f"season={season} has no effect: {few}. Name a shorter one, or season='auto'.")
    return None
