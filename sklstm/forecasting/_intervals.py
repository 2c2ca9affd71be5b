"""Intervals by conformal prediction, calibrated on the newest rows: `IntervalMaker`."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from sklstm._warn import warn_user

from ._calibrations import Calibration, Calibrations
from ._error_scale import ErrorScale, are_whole
from ._features import Features
from ._forecast_errors import forecast_errors
from ._forecast_model import ForecastModel
from ._histories import History, cut_index
from ._joined import ends_of
from ._once import Once
from ._path import Path
from ._predicted_spread import interval_quantiles

_SHARE = 0.2  # of the rows that calibrate


def split_off_newest(
    histories: Mapping[Hashable, History],
    calibration_size: Any,
    n_fewest: int,
    n_wanted: int,
    n_learned: int,
) -> tuple[list[History], dict[Hashable, int]]:
    """Return the series without the rows that calibrate.

    Parameters
    ----------
    histories : dict
        All series.
    calibration_size : "auto", float or int
        Share or number of the rows that calibrate; ``"auto"``: a fifth, or as many as are wanted,
        but not more than half, and so few that a model can learn from the others.
    n_fewest : int
        A series with fewer rows left is left out.
    n_wanted : int
        How many are wanted, whatever the length of a series.
    n_learned : int
        How many rows the model learns from at least.

    Returns
    -------
    older : list of History
        The older rows; empty if there are too few.
    n_newest : dict
        Number of rows of each series that calibrate.
    """
    n_newest = {
        key: _number_of_newest(calibration_size, len(past), n_wanted, n_learned)
        for key, past in histories.items()
    }
    return without_newest(histories, n_newest, n_fewest), n_newest


def without_newest(
    histories: Mapping[Hashable, History], n_newest: Mapping[Hashable, int], n_fewest: int
) -> list[History]:
    """Return the older rows of the series that have at least `n_fewest` of them."""
    cut = Once(cut_index)
    older = [
        past.part(0, max(0, len(past) - n_newest[key]), cut) for key, past in histories.items()
    ]
    return [past for past in older if len(past) >= n_fewest]


def _number_of_newest(calibration_size, n_rows, n_wanted, n_learned):
    if isinstance(calibration_size, int | np.integer):
        return int(calibration_size)
    if calibration_size == "auto":
        return max(int(np.ceil(_SHARE * n_rows)), min(n_wanted, n_rows // 2, n_rows - n_learned))
    return int(np.ceil(calibration_size * n_rows))


def check_levels(level: Any) -> dict[float | None, float]:
    """Return the levels that a user asks for, by what their columns are called after.

    Parameters
    ----------
    level : float, list of float or None
        Probabilities to cover.

    Returns
    -------
    levels : dict
        Levels by themselves; a single one by None.

    Raises
    ------
    ValueError
        If one is not between 0 and 1.
    """
    if level is None:
        return {}
    several = isinstance(level, list | tuple | np.ndarray)
    if several and len(set(level)) < len(level):
        raise ValueError(
            f"level must be a list of distinct numbers, which name columns; got {list(level)!r}."
        )
    levels = {value: value for value in level} if several else {None: level}
    for value in levels.values():
        if not isinstance(value, Real) or isinstance(value, bool) or not 0 < float(value) < 1:
            raise ValueError(
                "level must be a number in (0, 1), such as 0.9 for 90 %, or a list of them; got "
                f"{value!r}."
            )
    return levels


NOT_WANTED = "calibration_size was None in fit: 'auto', a share or a number of rows makes one"


def refuse_missing(calibrator, name="level"):
    """Raise a ValueError if there is no calibrator."""
    if isinstance(calibrator, str):
        raise ValueError(f"{name} takes a calibration block, and there is none: {calibrator}.")


@dataclass(frozen=True)
class IntervalMaker:
    """Makes intervals around forecasts of the series of a fitted forecaster.

    Parameters
    ----------
    model, calibrator : ForecastModel
        Who forecasts, and who has not seen the newest rows; or why there is no such model.
    n_newest : dict
        Number of rows that calibrate, by series.
    levels : dict
        As from `check_levels`.
    adaptive : bool, default=False
        Whether levels adapt to the values that come in.
    """

    model: ForecastModel
    calibrator: ForecastModel | str
    n_newest: Mapping[Hashable, int]
    levels: dict[float | None, float]
    adaptive: bool = False

    def calibrations(self, paths: Sequence[Path], steps: int) -> Calibrations:
        """Return the errors of series by which intervals are calibrated.

        Parameters
        ----------
        paths : list of Path
            Series, the rows from which intervals are wanted, and what is known of the time after
            their ends.
        steps : int
            How many rows ahead.

        Returns
        -------
        calibrations : Calibrations
            By series.
        """
        refuse_missing(self.calibrator)
        assert not isinstance(self.calibrator, str)
        newest = [self.n_newest.get(path.history.key, 0) for path in paths]
        begin = self.calibrator.features.first_origin
        first = [max(begin, p.first_origin - n) for p, n in zip(paths, newest, strict=True)]
        scales = [
            ErrorScale.of(self.model.transformers.get(path.history.key), path.history.values)
            for path in paths
        ]
        tables = forecast_errors(self.calibrator, paths, first, steps, scales)
        ends: list[Any] = [None] * len(paths)
        quantiles = self.quantiles(paths)
        if quantiles is not None:
            ends = forecast_errors(self.calibrator, paths, first, steps, scales, quantiles)
        parts = zip(paths, first, tables, scales, newest, ends, strict=True)
        return Calibrations(
            {path.history.key: Calibration(path.history, *rest) for path, *rest in parts}
        )

    def quantiles(self, paths: Sequence[Path]) -> list[float] | None:
        """Return the quantiles that are the ends of the intervals before they are moved.

        Parameters
        ----------
        paths : list of Path
            Series.

        Returns
        -------
        quantiles : list of float or None
            Lower and upper one of each level; None without levels, and if intervals are around
            forecasts, since the regressor predicts no quantiles, or they are those of differences.
        """
        if not self.levels:
            return None
        quantiles = interval_quantiles(self.model.regressor, self.levels.values())
        histories = (path.history for path in paths)
        if quantiles is None or not are_whole(self.model.transformers, histories):
            return None
        return quantiles


def refuse_infinite(
    bounds: Mapping[Hashable, dict[str, np.ndarray]],
    levels: dict[float | None, float],
    wanted: Mapping[Hashable, np.ndarray] | None = None,
    instead: str = "",
) -> dict[Hashable, dict[str, np.ndarray]]:
    """Return bounds with NaN in place of those that would have to be infinite.

    Parameters
    ----------
    bounds : dict
        By series and then by name, arrays of shape (n_origins, steps, n_columns).
    levels : dict
        Levels by their names.
    wanted : dict, optional
        Which origins and steps of each series are to have bounds; by default all.
    instead : str, default=""
        As from `or_recursive`.

    Returns
    -------
    bounds : dict
        The same. A warning tells of series that have no intervals.

    Raises
    ------
    ValueError
        If there is none at all.
    """
    lacking, result = [], {key: dict(by_name) for key, by_name in bounds.items()}
    for key in _with_infinite(bounds, wanted):
        for name, ends in bounds[key].items():
            there = True if wanted is None else wanted[key][:, :, np.newaxis]
            infinite = np.isinf(ends) & there
            result[key][name] = np.where(np.isinf(ends) | ~np.asarray(there), np.nan, ends)
            if infinite.any():
                lacking.append((key, name, infinite))
    if not lacking:
        return result
    keys = list(dict.fromkeys(key for key, *_ in lacking))
    message = f"{_too_few(*lacking[0], levels)}{instead}."
    if len(keys) == len(bounds):
        raise ValueError(message)
    message += f" The bounds of {len(keys)} of {len(bounds)} series are NaN in part."
    warn_user(message)
    return result


def _with_infinite(bounds, wanted):
    """Return the series of which a bound is infinite, or not wanted."""
    names = next(iter(bounds.values()), {})
    lost = np.zeros(len(bounds), dtype=bool)
    for name in names:
        each = [by_name[name].ravel() for by_name in bounds.values()]
        begins = ends_of([len(ends) for ends in each])[:-1]
        lost |= np.logical_or.reduceat(np.isinf(np.concatenate(each)), begins)
    return [
        key
        for key, is_lost in zip(bounds, lost, strict=True)
        if is_lost or (wanted is not None and not wanted[key].all())
    ]


def _too_few(key, name, infinite, levels):
    level = next(level for one, level in levels.items() if name.endswith("r" + level_suffix(one)))
    step = int(infinite.any(axis=(0, 2)).argmax()) + 1
    of = "" if key is None else f" {key!r}"
    return (
        f"level={level} takes the errors of at least {fewest_errors(level)} earlier "
        f"forecasts of each step ahead, and the calibration rows of series{of} give fewer from "
        f"step {step} on: take a lower level, fewer steps or a larger calibration_size"
    )


def or_recursive(features: Features) -> str:
    """Return how there are more errors, for the end of a message, if rows are predicted at once."""
    return "; or strategy='recursive', which needs fewer rows" if features.horizon > 1 else ""


def fewest_errors(level: float) -> int:
    """Return how many errors an interval of a level takes."""
    return int(np.ceil(level / (1 - level) - 1e-9))


def level_suffix(level: float | None) -> str:
    """Return the suffix of ``lower`` in the name of a column: empty for a single level."""
    if level is None:
        return ""
    short = f"{level:g}"  # of six digits, which may be those of another level, too
    return f"_{short}" if float(short) == level else f"_{float(level)!r}"
