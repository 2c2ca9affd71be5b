"""Bounds around forecasts of many series, found for those that are alike at once."""

from collections.abc import Hashable, Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np

from ._abilities import learns_amounts
from ._all_errors import sizes_at
from ._calibrations import Calibration, Calibrations
from ._conformal import adaptive_alphas, has_both_sides, known_errors, offsets
from ._in_blocks import in_blocks
from ._intervals import IntervalMaker, level_suffix
from ._nested_bounds import farther, within_each_other
from ._path import Path

_VALUES_AT_A_TIME = 1 << 20  # of errors


class _Alike(NamedTuple):
    """Series with as many errors, whose forecasts begin as many rows after the first of these.

    Parameters
    ----------
    paths : list of Path
        The series.
    own : list of Calibration
        What intervals of each are made of.
    origins : ndarray of shape (n_origins,)
        Where forecasts begin, counted from the first error.
    errors : ndarray of shape (n_errors, steps, n_series * n_columns)
        Their errors, side by side.
    forecast : ndarray of shape (n_origins, steps, n_series, n_columns)
        Forecasts.
    ends : ndarray of shape (n_origins, steps, n_series, n_columns, 2 * n_levels) or None
        Predicted quantiles.
    """

    paths: list[Path]
    own: list[Calibration]
    origins: np.ndarray
    errors: np.ndarray
    forecast: np.ndarray
    ends: np.ndarray | None

    def sides(self, place: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the errors that move the lower bound of a level, and the upper one if others."""
        if self.ends is None:
            return self.errors, None
        below, above = zip(*[one.sides(place) for one in self.own], strict=True)
        return _side_by_side(below), _side_by_side(above)


def _side_by_side(tables: Sequence[np.ndarray]) -> np.ndarray:
    """Return errors of several series as those of many columns, (n, steps, n_series * n_columns).

    What is done for each step and column by itself is then done for all of them at once.
    """
    stacked = np.stack(tables, axis=2)
    return stacked.reshape(*stacked.shape[:2], -1)


def bounds_around(
    maker: IntervalMaker,
    paths: Sequence[Path],
    forecasts: Sequence[np.ndarray],
    calibrations: Calibrations,
    ends: Sequence[np.ndarray | None],
) -> dict[Hashable, dict[str, np.ndarray]]:
    """Return the bounds of forecasts of several series.

    Parameters
    ----------
    maker : IntervalMaker
        Says which levels are asked for.
    paths : list of Path
        Series, and last known rows of forecasts.
    forecasts : list of ndarray of shape (n_origins, steps, n_columns)
        Forecasts.
    calibrations : Calibrations
        Errors of all series.
    ends : list of ndarray of shape (n_origins, steps, n_columns, 2 * n_levels) or None
        Predicted quantiles from the same origins, on the scale of the transformer.

    Returns
    -------
    bounds : dict
        By series ``lower`` and ``upper`` (of several levels ``lower_0.9`` and so on) of the shape
        of its forecasts, infinite where there are too few errors.
    """
    found: dict[Hashable, dict[str, np.ndarray]] = {}
    for alike in _groups(maker, paths, forecasts, calibrations, ends):
        bounds = _bounds(maker, alike, calibrations)
        for place, path in enumerate(alike.paths):
            own = {name: values[:, :, place] for name, values in bounds.items()}
            found[path.history.key] = own
    return {path.history.key: found[path.history.key] for path in paths}


def have_both_sides(calibrations: Calibrations, alpha: float) -> bool:
    """Tell whether each series has errors enough for quantiles of each side at its last row."""
    alike: dict[Any, list[Calibration]] = {}
    for one in calibrations.values():
        alike.setdefault((one.errors.shape, one.n_newest), []).append(one)
    return all(
        has_both_sides(known_errors(_side_by_side([o.errors for o in ones]), n_newest), alpha).all()
        for (_, n_newest), ones in alike.items()
    )


def _groups(maker, paths, forecasts, calibrations, ends) -> Iterator[_Alike]:
    """Yield series that are alike, as many as fit in memory."""
    groups: dict[Any, list[int]] = {}
    origins = []
    for place, (path, forecast) in enumerate(zip(paths, forecasts, strict=True)):
        key = path.history.key
        own = calibrations[key]
        origins.append(path.origins - own.first)
        as_they_are = maker.model.transformers.get(key) is None
        alike = own.errors.shape, own.n_newest, origins[-1].tobytes(), forecast.shape, as_they_are
        groups.setdefault(alike, []).append(place)
    for (shape, *_), places in groups.items():
        sizes = repeat(int(np.prod(shape)))
        for some in in_blocks(places, sizes, _VALUES_AT_A_TIME):
            chosen = [paths[place] for place in some]
            own = [calibrations[path.history.key] for path in chosen]
            yield _Alike(
                chosen,
                own,
                origins[some[0]],
                _side_by_side([one.errors for one in own]),
                np.stack([forecasts[place] for place in some], axis=2),
                None if ends[some[0]] is None else np.stack([ends[k] for k in some], axis=2),
            )


def _bounds(maker, alike, calibrations):
    """Return the bounds of series that are alike, (n_origins, steps, n_series, n_columns)."""
    as_they_are = maker.model.transformers.get(alike.paths[0].history.key) is None
    never_negative = as_they_are and learns_amounts(maker.model.regressor)
    bounds = {}
    for place, (name, level) in enumerate(maker.levels.items()):
        begins, away = _begins(alike, place)
        found = _moves(maker, alike, place, level, away, calibrations)
        # No scale is asked where infinity lies: scikit-learn's refuse it.
        finite = np.where(np.isinf(found), 0.0, found)
        moved = np.stack([_moved(alike.own, *one) for one in zip(begins, finite, strict=True)])
        moved[np.isinf(found)] = found[np.isinf(found)]
        if never_negative:
            moved = np.where(np.isfinite(moved), np.maximum(moved, 0.0), moved)
        suffix = level_suffix(name)
        bounds[f"lower{suffix}"] = moved.min(axis=0)
        bounds[f"upper{suffix}"] = moved.max(axis=0)
    ordered = sorted(maker.levels, key=lambda name: maker.levels[name])
    return within_each_other(bounds, [level_suffix(name) for name in ordered])


def _begins(alike, place):
    """Return what both bounds begin with, and how far these are from the forecast."""
    forecast = alike.forecast
    if alike.ends is None:
        return [forecast] * 2, np.zeros((2, *forecast.shape))
    sides = [alike.ends[..., 2 * place], alike.ends[..., 2 * place + 1]]
    begins = [_on_scales(alike.own, "back", side) for side in sides]
    return begins, np.stack(sides) - _on_scales(alike.own, "of_values", forecast)


def _moved(own, begin, offset):
    """Return what bounds begin with, moved on the scale of each series."""
    return _on_scales(own, "moved", begin, offset)


def _on_scales(own, name, *values):
    """Return what a method of the scale of errors of each series makes of its values."""
    if not any(one.scale.steps for one in own):
        return getattr(own[0].scale, name)(*values)  # in the units of the series
    found = [
        getattr(one.scale, name)(*(every[:, :, place] for every in values))
        for place, one in enumerate(own)
    ]
    return np.stack(found, axis=2)


def _moves(maker, alike, place, level, away, calibrations):
    """Return how far bounds are moved, (2, n_origins, steps, n_series, n_columns)."""
    below, above = alike.sides(place)
    alphas, n_newest = _alphas(maker, alike, level, (below, above)), alike.own[0].n_newest
    steps, found = away.shape[2], []
    for number, (origin, alpha) in enumerate(zip(alike.origins.tolist(), alphas, strict=True)):
        known, upper = (
            None if side is None else known_errors(side[: max(0, origin + 1)], n_newest)[:, :steps]
            for side in (below, above)
        )
        own = offsets(known, alpha, clip=maker.adaptive, upper=upper)
        lacking = ~has_both_sides(known, 1 - level)
        rows = [origin + one.first for one in alike.own]
        labels = [
            calibrations.label_at(one.history.key, row)
            for one, row in zip(alike.own, rows, strict=True)
        ]
        if maker.adaptive:
            own[:, lacking] = offsets(known, 1 - level, upper=upper)[:, lacking]
        else:
            factor = _factors(calibrations, labels, place, level, away.shape[-1])
            apart = away[:, number].reshape(own.shape)
            own = np.where(lacking, own, farther(own, apart, factor))
        if lacking.any() and len(calibrations) > 1:
            shape = away[0, number].shape
            pooled = _pooled(alike, calibrations, labels, rows, (place, level), lacking, shape)
            own = np.where(lacking & np.isfinite(pooled).all(axis=0), pooled, own)
        found.append(own)
    return np.stack(found, axis=1).reshape(away.shape)


def _alphas(maker, alike, level, sides):
    """Return the probability to miss that is aimed at from each origin."""
    if not maker.adaptive:
        return [1 - level] * len(alike.origins)
    below, above = sides
    steps, last = alike.forecast.shape[1], max(int(alike.origins.max()) + 1, 0)
    upper = None if above is None else above[:last]
    alphas = adaptive_alphas(below[:last], 1 - level, alike.own[0].n_newest, upper=upper)
    return [alphas[origin, :steps] if origin >= 0 else 1 - level for origin in alike.origins]


def _factors(calibrations, labels, place, level, n_columns):
    """Return what the distance of bounds from forecasts is multiplied by, for each column."""
    once = {
        label: np.broadcast_to(calibrations.factor_at(label, place, 1 - level), n_columns)
        for label in dict.fromkeys(labels)
    }
    return np.concatenate([once[label] for label in labels])


def _pooled(alike, calibrations, labels, rows, asked, lacking, shape):
    """Return the offsets of series that borrow errors, NaN for others, (2, steps, n_columns)."""
    (place, level), (steps, n_series, n_columns) = asked, shape
    borrow = np.flatnonzero(lacking.reshape(shape).any(axis=(0, 2)))
    sizes = sizes_at([alike.own[k] for k in borrow], [rows[k] for k in borrow])
    pooled = np.full((2, steps, n_series, n_columns), np.nan)
    of_label: dict[Any, list[int]] = {}
    for number, k in enumerate(borrow):
        of_label.setdefault(labels[k], []).append(number)
    for label, numbers in of_label.items():
        found = calibrations.pooled_offsets_at(label, place, 1 - level)
        if found is not None:
            pooled[:, :, borrow[numbers]] = found[:, :steps, np.newaxis] * sizes[numbers]
    return pooled.reshape(2, steps, -1)
