"""Centre and scale of what a scaler was fitted on: `FittedStatistics`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FittedStatistics:
    """What undoes the scaling of the fitted rows, when they come again.

    Parameters
    ----------
    parts : dict
        For each series the index of its rows, None where there is none, and their ``(center,
        scale)``.
    """

    parts: dict

    def of(self, found):
        """Return the statistics of all rows, in their order.

        Parameters
        ----------
        found : SeriesSet
            The series, or windows; not necessarily all that were fitted.

        Returns
        -------
        center, scale : ndarray of shape (n_rows, n_features)
            One row for each row.

        Raises
        ------
        ValueError
            If the rows of a series are not those that were fitted: by their index, or by their
            number where there is none.
        """
        parts = [self._of_series(key, index, len(rows)) for key, index, rows in found]
        return tuple(found.in_order(part) for part in zip(*parts, strict=True))

    def _of_series(self, key, index, n_rows):
        if key not in self.parts:
            difference = "no such series"
        else:
            fitted, statistics = self.parts[key]
            if fitted is not None and index is not None and not fitted.equals(index):
                difference = "another index"
            elif len(statistics[0]) != n_rows:
                difference = f"{len(statistics[0])} rows"
            else:
                return statistics
        which = "" if key is None else f" of series {key!r}"
        raise ValueError(
            f"The statistics of these {n_rows} rows{which} are not known: fit saw {difference}. "
            "inverse_transform takes them as statistics=scaler.statistics(X) of the unscaled X."
        )
