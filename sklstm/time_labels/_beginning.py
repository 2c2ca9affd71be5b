"""How many steps rows stand after the first row of a fitted series: `IndexBeginning`."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from ._kinds import kind_of
from ._reading import as_time_labels, comparable, in_zone_of
from ._steps import Steps


@dataclass(frozen=True)
class IndexBeginning:
    """The first label of a fitted series, from which steps are counted.

    Parameters
    ----------
    first : pandas index of one label
        The first label.
    step : int or None
        From one number to the next, where labels are regular numbers.
    """

    first: pd.Index
    step: int | None = None

    @classmethod
    def of(cls, index: pd.Index | None) -> Self | None:
        """Return the beginning of an index; None if its labels have no order."""
        index = None if index is None else as_time_labels(index)
        kind = None if index is None else kind_of(index)
        if index is None or kind is None or len(index) == 0:
            return None
        return cls(index[:1].rename(None), _step_of_numbers(index) if kind.is_number else None)

    @property
    def is_number(self) -> bool:
        """Whether labels are numbers, which may count the rows of some other frame."""
        kind = kind_of(self.first)
        return kind is not None and kind.is_number

    def may_be_counted_anew(self, index: pd.Index) -> bool:
        """Return whether labels may count the rows of a frame, whatever the time of its first row.

        A frame that nobody has labelled begins with row 0, and any frame with the label of `first`
        may be a copy of the fitted one with other values.
        """
        return self.is_number and bool(
            index[0] == self.first[0] or (index[0] == 0 and self.first[0] > 0)
        )

    def is_elsewhere(self, index: pd.Index) -> bool:
        """Return whether labels tell that they begin with another one than `first`."""
        label = in_zone_of(as_time_labels(index)[:1], self.first)
        if not comparable(label, self.first) or self.may_be_counted_anew(label):
            return False
        return bool(label[0] != self.first[0])

    def steps_to(self, index: pd.Index | None, steps: Steps | None = None) -> int | None:
        """Return how many steps after the first label others begin; None if nothing tells.

        Parameters
        ----------
        index : pandas index or None
            Labels of rows, which may also lie before those of `fit`.
        steps : Steps, optional
            The frequency of times, if they have one.

        Returns
        -------
        n_steps : int or None
            Negative where they begin before it.
        """
        if index is None or len(index) == 0:
            return None
        label = in_zone_of(as_time_labels(index)[:1], self.first)
        if not comparable(label, self.first):
            return None
        if label[0] == self.first[0]:
            return 0
        kind = kind_of(label)
        if kind is not None and kind.is_number:
            distance = kind.place(label, 0) - kind.place(self.first, 0)
            return None if self.step is None else _whole(distance, self.step)
        return None if steps is None else steps.count(self.first, label)


def _step_of_numbers(index: pd.Index) -> int | None:
    if isinstance(index, pd.RangeIndex):
        return index.step
    gaps = np.diff(index.to_numpy())
    regular = index.dtype.kind in "iu" and len(gaps) > 0 and (gaps == gaps[0]).all()
    return int(gaps[0]) if regular else None


def _whole(distance: Any, step: int) -> int | None:
    steps, rest = divmod(distance, step)
    return None if rest else int(steps)
