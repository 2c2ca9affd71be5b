"""Errors by which intervals are calibrated: `Calibration` of one series, `Calibrations` of all."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ._all_errors import AllErrors, Borrowed
from ._block_factor import block_factor, relative_errors
from ._conformal import known_errors, offsets
from ._error_scale import ErrorScale
from ._histories import History
from ._once import Once


@dataclass(frozen=True)
class Calibration:
    """Errors of forecasts of the newest rows of one series, by a model that has not seen them.

    Parameters
    ----------
    history : History
        The series.
    first : int
        The row of the first forecast.
    errors : ndarray of shape (n_steps - first, steps, n_columns)
        Actual values minus forecasts on the scale; NaN where either is not known.
    scale : ErrorScale
        Of errors.
    n_newest : int
        How many of the newest rows count.
    ends : ndarray of shape (n_steps - first, steps, n_columns, 2 * n_levels), optional
        Actual values minus predicted quantiles, lower and upper ones of each level, where the
        regressor predicts them.
    """

    history: History
    first: int
    errors: np.ndarray
    scale: ErrorScale
    n_newest: int
    ends: np.ndarray | None = None

    def sides(self, place: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the errors by which the lower and the upper bound of a level are moved."""
        if self.ends is None:
            return self.errors, self.errors
        return self.ends[..., 2 * place], self.ends[..., 2 * place + 1]

    def known_at(self, origin: int) -> np.ndarray:
        """Return the errors known at a row, (n_known, steps, n_columns)."""
        return self._known(self.errors, origin)

    def known_sides_at(self, origin: int, place: int) -> tuple[np.ndarray, np.ndarray]:
        """Return those of `sides` known at a row."""
        below, above = self.sides(place)
        known = self._known(below, origin)
        return known, known if above is below else self._known(above, origin)

    def _known(self, errors, origin):
        return known_errors(errors[: max(0, origin + 1 - self.first)], self.n_newest)

    def origin_at(self, label: Any) -> int:
        """Return the last row that is known at a time."""
        return int(self.history.index.searchsorted(label, side="right")) - 1

    def size_at(self, origin: int) -> np.ndarray:
        """Return the mean absolute step of the series up to a row on the scale, (n_columns,)."""
        values = self.scale.of_values(self.history.values[: origin + 1])
        steps = np.abs(np.diff(values, axis=0))
        there = ~np.isnan(steps).any(axis=1)
        size = steps[there].mean(axis=0) if there.any() else np.zeros(values.shape[1])
        return np.where(size > 0, size, np.nan)


_ALPHA = 0.1  # to miss, where the factor of all levels is found


class Calibrations(dict[Hashable, Calibration]):
    """Calibrations by series, and the errors of all of them together."""

    compared: Sequence[Hashable] = ()  # series of a panel by which `factor_at` is found

    def __init__(self, *args: Any):
        super().__init__(*args)
        # What is asked for each series and found by all of them is found once.
        self._factors: dict[Hashable, Any] = {}
        self._pooled_offsets: dict[Hashable, np.ndarray | None] = {}
        self._borrowed: dict[Hashable, Borrowed] = {}
        self._tables: dict[tuple[int, int] | None, AllErrors] = {}
        self._places: dict[Hashable, int] = {}
        self._label = Once(lambda index, row: index[row])

    def add(self, others: Mapping[Hashable, Calibration], order: Iterable[Hashable]) -> None:
        """Take in the calibrations of other series; what was found without them is forgotten.

        All stand in one order then, so that draws do not depend on which were there before.
        """
        compared = self.compared
        whole = dict(self) | dict(others)
        self.clear()
        Calibrations.__init__(self, {key: whole[key] for key in [*order, *whole] if key in whole})
        self.compared = compared

    @cached_property
    def _of_quantiles(self) -> bool:
        return any(one.ends is not None for one in self.values())

    def factor_at(self, label: Any, place: int | None, alpha: float) -> Any:
        """Return what the distance of bounds from forecasts is multiplied by, (n_columns,) or (1,).

        That of one series by itself, or of a few, is 1: their blocks are too few to tell. Around
        forecasts it is found for 90 %, and approaches 1 at half: central quantiles of errors that
        are alike are known better than outer ones, and a factor that grows with the level keeps
        intervals within each other, which factors found for each do not.
        """
        if not self.compared:
            return 1.0
        if place is not None and self._of_quantiles:
            return self._found_factor(label, place, alpha)
        if (label, alpha) not in self._factors:
            outer = self._found_factor(label, None, _ALPHA)
            inner = np.minimum(outer, 1.0)
            weight = np.clip((0.5 - alpha) / (0.5 - _ALPHA), 0.0, 1.0)
            self._factors[label, alpha] = inner + weight * (outer - inner)
        return self._factors[label, alpha]

    def _found_factor(self, label, place, alpha):
        if (label, place, alpha) not in self._factors:
            relative: list[np.ndarray] = []
            for one in (self[key] for key in self.compared if key in self):
                origin = one.origin_at(label)
                if origin > one.first:
                    known = one.known_at(origin)
                    below, above = known, known
                    if place is not None:
                        below, above = one.known_sides_at(origin, place)
                    relative += relative_errors(known, below, above, alpha)
            self._factors[label, place, alpha] = block_factor(relative, alpha)
        return self._factors[label, place, alpha]

    def label_at(self, key: Hashable, origin: int) -> Any:
        """Return the label of a row of one series."""
        return self._label(self[key].history.index, origin)

    def complete_of(self, key: Hashable, origin: int, steps: int) -> np.ndarray:
        """Return the errors of one series of which all of some steps are known at a row."""
        return self._table(None).of_one(self._place(key), origin, steps)

    def borrowed_at(self, label: Any, steps: int, *, by: Hashable, origin: int) -> Borrowed:
        """Return those of all series known at a time, for one of them, whose row this is."""
        if (label, steps) not in self._borrowed:
            errors = self._table(None)
            # No more than the errors themselves are kept: each time has its sizes of all series.
            most = errors.table.size // (len(self) * (2 + errors.table.shape[2]))
            if len(self._borrowed) > 4 * most:
                self._borrowed.clear()
            found = Borrowed.at(errors, self._origins_at(label), steps)
            self._borrowed[label, steps] = found
        found = self._borrowed[label, steps]
        size = found.sizes[self._place(by)]
        if np.isnan(size).any():  # of its own errors none is known
            size = self[by].size_at(origin)
        return found._replace(size=size)

    def _place(self, key):
        if not self._places:
            self._places = {key: place for place, key in enumerate(self)}
        return self._places[key]

    def pooled_offsets_at(self, label: Any, place: int, alpha: float) -> np.ndarray | None:
        """Return the offsets of the errors of both sides of a level, relative to sizes.

        Of shape (2, steps, n_columns), as from `offsets`; None if no errors are known.
        """
        asked = label, place, alpha
        if asked not in self._pooled_offsets:
            origins = self._origins_at(label)
            sides = [(place, 0), (place, 1)] if self._of_quantiles else [None]
            below, *others = (self._table(side).relative(origins) for side in sides)
            upper = others[0] if others else None
            found = offsets(below, alpha, upper=upper) if len(below) else None
            self._pooled_offsets[asked] = found
        return self._pooled_offsets[asked]

    def _table(self, side):
        """Return the errors of all series, or those of one side of a level, as a table."""
        if side not in self._tables:
            series = list(self.values())
            tables = [one.errors if side is None else one.sides(side[0])[side[1]] for one in series]
            self._tables[side] = AllErrors(series, tables)
        return self._tables[side]

    def _origins_at(self, label):
        """Return the last row of each series that is known at a time, (n_series,)."""
        last = Once(lambda index: int(index.searchsorted(label, side="right")) - 1)
        return np.array([last(one.history.index) for one in self.values()])
