"""A regressor fitted to the windows of series, and forecasts by it: `ForecastModel`."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ._features import Features, readable_origins
from ._fit_to_pairs import form_of
from ._following_rows import following_rows
from ._future_steps import AheadRegressor, FutureSteps
from ._histories import History
from ._in_blocks import in_blocks
from ._joined import ends_of
from ._missing_steps import refuse_missing_steps
from ._path import Path, of_each, rows_of_paths, tables_of_paths, together
from ._predicted_distribution import predicted_draws, predicted_probabilities, predicted_quantiles
from ._predicted_spread import quantiles_inside
from ._scaling import Scaling
from ._series_transformer import in_units, refuse_lost_values
from ._theta_part import MOST_ROWS, ThetaPart, average_with_theta

_VALUES_AT_A_TIME = 1 << 24  # of windows in memory
_VALUES_OF_ROWS = 1 << 21  # of rows that are looked at for missing ones


@dataclass(frozen=True)
class ForecastModel:
    """A fitted regressor with the fitted transformers of its series.

    Parameters
    ----------
    features : Features
        What stands in the rows of windows.
    regressor : estimator
        Fitted to windows and the rows that follow them.
    transformers : dict
        The fitted transformer of each series by its key; empty without transformer.
    takes_missing : bool
        Whether the regressor takes windows with missing steps.
    scaling : Scaling, optional
        How each window is scaled; by default not at all.
    theta : ThetaPart, optional
        What forecasts are averaged with; by default with nothing.
    future : FutureSteps, optional
        Steps of windows for the rows to come, if the regressor reads them.
    """

    features: Features
    regressor: Any
    transformers: dict[Hashable, Any]
    takes_missing: bool = False
    scaling: Scaling | None = None
    theta: ThetaPart | None = None
    future: FutureSteps | None = None

    @property
    def transformer(self) -> Any:
        """One of the transformers, whose parameters are those of all, a season set; or None."""
        return next(iter(self.transformers.values()), None)

    def knows(self, key: Hashable) -> bool:
        """Return whether a series has its transformer, or needs none."""
        return not self.transformers or key in self.transformers

    def newest_values(self, past: History) -> np.ndarray:
        """Return the rows that the next window of a series holds, transformed."""
        values = self.transformed(past) if self.knows(past.key) else past.values
        return values[-self.features.n_rows :]

    def possible_origins(self, paths: Sequence[Path]) -> list[np.ndarray]:
        """Return the rows of series from which forecasts can be made, (n_possible,) of each.

        Left out are rows whose window is incomplete, or has missing steps that the regressor does
        not take; and all of them if the series has no transformer, but takes one.
        """
        found: list[np.ndarray] = [np.empty(0, dtype=int)] * len(paths)
        ready = [k for k, path in enumerate(paths) if self.knows(path.history.key)]
        lengths = (len(paths[k].history) for k in ready)
        n_columns = paths[0].history.values.shape[1] if paths else 1
        most = max(1, _VALUES_OF_ROWS // self.features.n_features(n_columns))
        for some in in_blocks(ready, lengths, most):
            chosen = [paths[k] for k in some]
            values = [self.transformed(path.history) for path in chosen]
            rows, ends = rows_of_paths(self.features, values, chosen)
            n_steps = [len(path.history) for path in chosen]
            origins = readable_origins(rows, ends[:-1], n_steps, self.features, self.takes_missing)
            for k, own in zip(some, origins, strict=True):
                found[k] = own
        return found

    def padded(self, steps: int) -> int:
        """Return how many rows are predicted to have `steps`: blocks of `horizon` rows each."""
        return -(-steps // self.features.horizon) * self.features.horizon

    def forecast(
        self,
        paths: Sequence[Path],
        steps: int,
        *,
        restored: bool = True,
        quantiles: Sequence[float] | None = None,
    ) -> list[np.ndarray]:
        """Forecast from many origins of many series at once.

        Parameters
        ----------
        paths : list of Path
            Series, and where their forecasts begin.
        steps : int
            How many rows to forecast.
        restored : bool, default=True
            Whether transformers are undone.
        quantiles : list of float, optional
            Levels of quantiles that the regressor predicts, which are then returned in place of its
            forecasts, in a last axis and on the scale of the transformers. It is the forecasts that
            enter the windows of the next rows.

        Returns
        -------
        forecasts : list of ndarray of shape (n_origins, steps, n_columns)
            For each path those from its origins; with `levels` of paths the quantiles of these, in
            a last axis.

        Raises
        ------
        ValueError
            If a window has missing steps that the regressor does not take, or forecasts leave all
            bounds.
        """
        padded = self.padded(steps)
        firsts = [self._first_row(path) for path in paths]
        values = self._values_from(paths, firsts)
        ends, end, whole = ends_of([len(path.origins) for path in paths]), 0, np.empty(0)
        for batch, buffers in self._buffers(paths, values, firsts, padded):
            portions = [portion for *_, portion in batch]
            predicted = self._run(buffers, batch[0][0].shape[1], padded, portions, quantiles)
            predicted = predicted[:, :steps]
            if not end:
                whole = np.empty((ends[-1], *predicted.shape[1:]))
            begin, end = end, end + len(predicted)
            whole[begin:end] = predicted
        if self.theta is not None and end:
            average_with_theta(self, paths, values, firsts, whole)
        undone = self.transformers if restored and quantiles is None else {}
        last = () if quantiles is None else (len(quantiles),)
        return [
            in_units(undone.get(path.history.key), own, path.origins, whole[begin:end])
            if begin < end
            else np.empty((0, steps, path.history.values.shape[1], *last))
            for path, own, (begin, end) in zip(paths, values, pairwise(ends.tolist()), strict=True)
        ]

    def probabilities(self, paths: Sequence[Path]) -> list[np.ndarray]:
        """Return how probable less than the rows that came was from some origins.

        Parameters
        ----------
        paths : list of Path
            Series, and where forecasts begin.

        Returns
        -------
        probabilities : list of ndarray of shape (n_origins, horizon, n_columns, 2)
            For each path those of less than the row that came, and of no more; NaN where it is not
            known.
        """
        horizon = self.features.horizon
        firsts = [0] * len(paths)
        all_values = self._values_from(paths, firsts)
        results: dict[int, list[np.ndarray]] = {id(path): [np.empty(0)] for path in paths}
        values_of = {id(path): own for path, own in zip(paths, all_values, strict=True)}
        for batch, buffers in self._buffers(paths, all_values, firsts, horizon):
            came = [
                following_rows(values_of[id(path)], portion.origins, horizon)
                for _, _, path, portion in batch
            ]
            window, scale = self._read(buffers)
            values = np.concatenate(came)
            if self.scaling is not None:
                values = self.scaling.targets(values, scale)
            found = predicted_probabilities(self._predictor, window, values)
            portions = [portion for *_, portion in batch]
            for (_, _, path, _), part in zip(batch, of_each(portions, found), strict=True):
                results[id(path)].append(part)
        shape = -1, horizon, all_values[0].shape[1], 2
        return [
            np.concatenate([part.reshape(shape) for part in results[id(path)]]) for path in paths
        ]

    def _first_row(self, path):
        """Return the first row that a forecast reads where most are before it, and else 0."""
        if path.history.key in self.transformers or self.features.takes_nan:
            return 0  # transformers and newest values that are known look further back
        n_rows = self.features.n_rows
        n_rows = n_rows if self.theta is None else max(n_rows, MOST_ROWS)
        first = int(path.origins.min()) + 1 - n_rows if len(path.origins) else 0
        return first if first > len(path.history) // 2 else 0

    def _values_from(self, paths, firsts):
        """Return the transformed values of paths from some row on."""
        pairs = zip(paths, firsts, strict=True)
        return [self.transformed(path.history)[first:] for path, first in pairs]

    def _buffers(self, paths, values, firsts, padded):
        """Yield portions of paths with the rows around their origins, as many as fit in memory."""
        pieces = [
            (own, first, path, portion)
            for path, own, first in zip(paths, values, firsts, strict=True)
            for portion in self._portions(path, own, padded)
        ]
        kept: dict[int, Any] = {}  # rows of a series of several batches; those of many take memory
        for batch in self._batches(pieces, padded):
            own, begins, whole, portions = zip(*batch, strict=True)
            rows = kept.get(id(whole[0])) if len(batch) == 1 else None
            rows = rows or tables_of_paths(self.features, own, portions, begins)
            kept = {id(whole[0]): rows} if len(batch) == 1 else {}
            origins = [p.origins - first for p, first in zip(portions, begins, strict=True)]
            buffers = self.features.buffers(rows, origins, padded, own[0].shape[1])
            del rows
            refuse_missing_steps(self, batch, buffers)
            yield batch, buffers

    def _size(self, path, values, padded):
        """Return how many numbers one origin takes."""
        n_draws = 0 if path.levels is None else path.levels.shape[-1]
        n_features = self.features.n_features(values.shape[1])
        return (self.features.n_rows + padded) * n_features + padded * n_draws

    def _portions(self, path, values, padded):
        """Cut the origins of a series so that their windows fit in memory."""
        n = max(1, _VALUES_AT_A_TIME // self._size(path, values, padded))
        if len(path.origins) <= n:
            return [path] if len(path.origins) else []
        return [path.portion(slice(k, k + n)) for k in range(0, len(path.origins), n)]

    def _batches(self, pieces, padded):
        """Put pieces together, as many as fit in memory."""
        sizes = (
            len(portion.origins) * self._size(portion, values, padded)
            for values, *_, portion in pieces
        )
        return in_blocks(pieces, sizes, _VALUES_AT_A_TIME)

    def _run(self, buffers, n_columns, steps, portions, quantiles=None):
        """Predict block by block; each prediction enters the windows of the next.

        Predictions are drawn from distributions where portions have an `rng`, and are quantiles
        where they have `levels`; their `noise` is added. Quantiles are returned in their place if
        some are asked for.
        """
        spread = []
        noise, levels = together(portions, "noise"), together(portions, "levels")
        n_rows, horizon = self.features.n_rows, self.features.horizon
        for step in range(0, steps, horizon):
            rows = slice(step, step + horizon)
            window, scale = self._read(buffers[:, step:])
            if levels is not None:
                found = predicted_quantiles(self._predictor, window, levels[:, rows])
                spread.append(self._each_restored(found, scale))
                block = spread[-1][..., -1]
            else:
                block = self._block(window, scale, n_columns, portions)
            if not np.isfinite(block if levels is None else spread[-1]).all():
                raise ValueError(
                    f"The forecast leaves all bounds at step {step + 1}: "
                    f"{type(self.regressor).__name__} predicts a value that is not finite."
                )
            if noise is not None:
                block = block + noise[:, rows]
            buffers[:, n_rows + step : n_rows + step + horizon, :n_columns] = block
            if quantiles is not None:
                spread.append(self._quantiles(window, scale, quantiles, block.shape))
        return buffers[:, n_rows:, :n_columns] if not spread else np.concatenate(spread, axis=1)

    def _block(self, window, scale, n_columns, portions):
        """Return predicted rows, (n_origins, horizon, n_columns)."""
        predicted, horizon = self._predicted(window, portions), self.features.horizon
        if predicted.size != len(window) * horizon * n_columns:
            raise ValueError(
                f"estimator must predict {horizon} rows of {n_columns} columns for each window:"
                f" {type(self.regressor).__name__} gives an array of shape {predicted.shape} "
                f"for {len(window)} windows."
            )
        block = predicted.reshape(len(window), horizon, n_columns)
        return block if self.scaling is None else self.scaling.restore(block, scale)

    def _quantiles(self, window, scale, levels, shape):
        """Return predicted quantiles of shape (n_origins, horizon, n_columns, n_levels)."""
        values = np.asarray(self._predictor.predict_quantiles(window, levels))
        return self._each_restored(values.reshape(*shape, len(levels)), scale)

    def _each_restored(self, values, scale):
        """Return values of targets, with several in a last axis, as values of rows."""
        if self.scaling is None:
            return values
        restored = np.empty(values.shape)
        for k in range(values.shape[-1]):
            restored[..., k] = self.scaling.restore(values[..., k], scale)
        return restored

    def _read(self, rows):
        """Return windows at the begin of rows as the regressor takes them, and their scale."""
        n_rows, scale = self.features.n_rows, None
        windows = rows[:, :n_rows]
        if self.scaling is not None:
            windows, scale = self.scaling.represent(windows, self.features.horizon)
        if self.future is not None:
            ahead = rows[:, n_rows : n_rows + self.features.horizon, self.future.own]
            return self.future.windows(windows, ahead), scale
        return form_of(windows, self.regressor, self.features.n_static), scale

    @property
    def _predictor(self):
        """What predicts the rows that follow windows."""
        return (
            self.regressor if self.future is None else AheadRegressor(self.regressor, self.future)
        )

    def _predicted(self, window, portions):
        if portions[0].rng is not None:
            return self._drawn(window, portions)
        if quantiles_inside(self.regressor) is not None:
            return np.asarray(self._predictor.predict_quantiles(window, 0.5), dtype=np.float64)
        return np.asarray(self._predictor.predict(window), dtype=np.float64)

    def _drawn(self, window, portions):
        """Draw for the windows of each series from a stream of its own."""
        rngs, sample = [portion.rng for portion in portions], self._predictor.sample
        if portions[0].history.key is not None and hasattr(self.regressor, "predict_distribution"):
            lengths = [len(portion.origins) for portion in portions]
            return predicted_draws(self._predictor, window, lengths, rngs)
        draws = [
            sample(own, n_samples=1, random_state=int(rng.integers(2**31)))
            for own, rng in zip(of_each(portions, window), rngs, strict=True)
        ]
        return np.concatenate(draws).astype(np.float64)[..., 0]

    def transformed(self, history: History) -> np.ndarray:
        """Return the values of a series as its transformer makes them, (n_steps, n_columns)."""
        if history.key not in self.transformers:
            return history.values
        transformer = self.transformers[history.key]
        # A copy, for scikit-learn's may work in place (copy=False).
        values = np.asarray(transformer.transform(history.values.copy()), dtype=float)
        if values.ndim != 2 or len(values) != len(history):
            raise ValueError(
                f"transformer must give one row for each row of the series, got shape "
                f"{values.shape} for {len(history)} rows."
            )
        refuse_lost_values(values, history, transformer)
        return values
