"""What networks read in place of windows: standardised numbers, or known tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from sklstm._warn import warn_user
from sklstm.data import OUT_OF_VOCABULARY, WindowSet, is_on_disk
from sklstm.recurrence import NetworkSpec
from sklstm.training import TrainedNetwork

from ._differencing import root_mean_square_changes
from ._patches import in_patches
from ._running_moments import Moments, with_inputs_rescaled, without_stale_optimizer
from ._samples import Samples
from ._standardisation import (
    StandardisedRows,
    are_statistics,
    standardise,
    weighted_moments,
)

_MANY_ROWS, _SPARSE = 100_000, 100  # rows of a table, and times as many as there are tokens


@dataclass(frozen=True, eq=False)
class NumberInputs:
    """Features, each standardised by its statistics in the training windows.

    Parameters
    ----------
    mean, scale : ndarray of shape (n_features,)
        Mean and standard deviation of each feature, or the root mean square of its changes.
    differenced : ndarray of shape (n_features,), bool, or None
        Features that are read as changes since the first step of the window.
    patch_size : int
        Number of steps that the network reads side by side.
    seen : Moments or None
        What mean and scale were taken from; None in files that do not say.
    """

    mean: np.ndarray
    scale: np.ndarray
    differenced: np.ndarray | None = None
    patch_size: int = 1
    seen: Moments | None = None

    tokens: ClassVar[None] = None
    n_tokens: ClassVar[int] = 0

    @classmethod
    def of(
        cls, samples: Samples, differenced: np.ndarray | None = None, patch_size: int = 1
    ) -> NumberInputs:
        """Return the statistics of the windows of a training set."""
        seen = _moments(samples, differenced)
        return cls(seen.mean, seen.scale, differenced, patch_size, seen)

    @property
    def n_features(self) -> int:
        """Number of features of each step that the network reads."""
        return len(self.mean) * self.patch_size

    def extended(self, samples: Samples, *, running: bool = False) -> NumberInputs:
        """Return the inputs for training on with other samples.

        Parameters
        ----------
        samples : Samples
            The other ones.
        running : bool, default=False
            Whether statistics become those of all samples so far, or stay those of the first.

        Returns
        -------
        inputs : NumberInputs
            These themselves, where statistics stay.
        """
        seen = self.seen
        # Statistics that a user has set stay, too.
        if not running or seen is None or not np.array_equal(seen.mean, self.mean):
            return self
        seen = seen.merged(_moments(samples, self.differenced), self.differenced)
        return replace(self, mean=seen.mean, scale=seen.scale, seen=seen)

    def carried_over(self, network: TrainedNetwork, before: NumberInputs) -> TrainedNetwork:
        """Return a network that does with these inputs what it did with those before.

        Parameters
        ----------
        network : TrainedNetwork
            Trained with those before.
        before : NumberInputs
            The same features with other statistics.

        Returns
        -------
        network : TrainedNetwork
            The network itself, if statistics are the same or have been of few samples only.
        """
        if before is self or before.seen is None:
            return network
        factor = self.scale / before.scale
        network = without_stale_optimizer(network, factor)
        if before.seen.few:
            return network
        shift = (self.mean - before.mean) / before.scale
        if self.differenced is not None:
            shift = np.where(self.differenced, 0.0, shift)
        if (factor == 1).all() and not shift.any():
            return network
        size = self.patch_size
        return with_inputs_rescaled(network, np.tile(factor, size), np.tile(shift, size))

    def for_training(self, windows: WindowSet, dtype: Any) -> WindowSet:
        """Return what the network reads, over an array unless the rows are on disk."""
        in_memory = not is_on_disk(windows.rows)
        prepare = standardise if in_memory else StandardisedRows
        rows = prepare(windows.rows, self.mean, self.scale, dtype)
        steps = windows.with_rows(rows, self.differenced)
        return in_patches(steps, self.patch_size, in_memory=in_memory)

    def for_prediction(self, windows: WindowSet, dtype: Any) -> WindowSet:
        """Return what the network reads; rows are standardised when they are read."""
        rows = StandardisedRows(windows.rows, self.mean, self.scale, dtype)
        return in_patches(windows.with_rows(rows, self.differenced), self.patch_size)

    def step_by_step(self) -> NumberInputs:
        """Return the inputs without patches."""
        return replace(self, patch_size=1)

    def completed(self, network: TrainedNetwork) -> TrainedNetwork:
        """Return a trained network as it predicts: as it is."""
        return network

    def fits(self, spec: NetworkSpec, n_features: int) -> bool:
        """Return whether the arrays are those of a network and of windows of some features."""
        mask = self.differenced
        return (
            self.mean.shape == self.scale.shape == (n_features,)
            and are_statistics(self.mean, self.scale)
            and n_features * self.patch_size == spec.n_features
            and (mask is None or (mask.dtype, mask.shape) == (np.dtype(bool), (n_features,)))
            and (self.seen is None or self.seen.fits(n_features))
        )


def _moments(samples: Samples, differenced: np.ndarray | None) -> Moments:
    """Return the moments of the rows of samples, each counted once for each window it is in."""
    windows, weight = samples.windows, samples.sample_weight
    row_weight = windows.row_weight(weight)
    mean, spread = weighted_moments(windows.rows, row_weight)
    if differenced is not None and differenced.any():
        unit = np.where(spread > 0, spread, 1.0)[differenced]
        spread[differenced] = root_mean_square_changes(
            windows, np.flatnonzero(differenced), unit, weight
        )
    total = float(row_weight.sum()) * samples.weight_unit
    return Moments(mean, spread, total, len(samples))


@dataclass(frozen=True, eq=False)
class TokenInputs:
    """Tokens, of which those that training has not met are out of vocabulary.

    They are windows of one feature, padding being a missing step, until the network reads them.

    Parameters
    ----------
    tokens : ndarray of int
        Those of the training set, the smallest first.
    """

    tokens: np.ndarray

    mean: ClassVar[None] = None
    scale: ClassVar[None] = None
    n_features: ClassVar[int] = 1
    patch_size: ClassVar[int] = 1

    @classmethod
    def of(cls, samples: Samples) -> TokenInputs:
        """Return the tokens of a training set."""
        row_weight = samples.windows.row_weight(samples.sample_weight)
        tokens = np.unique(samples.windows.rows[row_weight > 0]).astype(np.int64)
        if tokens[-1] > _MANY_ROWS and tokens[-1] > _SPARSE * len(tokens):
            raise ValueError(
                "X must number its tokens without large gaps, since each number up to the largest "
                f"has a row; got {tokens[-1]} among {len(tokens)} different ones. Number them from "
                "2 on."
            )
        return cls(tokens)

    @property
    def n_tokens(self) -> int:
        """Rows of the table of the network: one for each number up to the largest token."""
        return max(int(self.tokens[-1]), OUT_OF_VOCABULARY) + 1

    @property
    def differenced(self) -> np.ndarray:
        """Features that are read as changes: none."""
        return np.zeros(1, dtype=bool)

    def carried_over(self, network: TrainedNetwork, before: TokenInputs) -> TrainedNetwork:
        """Return a network for these inputs: as it is."""
        return network

    def extended(self, samples: Samples, *, running: bool = False) -> TokenInputs:
        """Return the inputs for training on with other samples: tokens that have a row."""
        met, n_rows = TokenInputs.of(samples).tokens, self.n_tokens
        if met[-1] >= n_rows:
            warn_user(
                f"X has tokens such as {met[-1]}, and those of the first fit end at {n_rows - 1}: "
                f"those beyond have no row and are taken for {OUT_OF_VOCABULARY}, out of "
                "vocabulary. Let the first fit see the largest one.",
            )
        return TokenInputs(np.union1d(self.tokens, met[met < n_rows]))

    def known(self, rows: np.ndarray) -> np.ndarray:
        """Return rows of whole numbers, (n, 1), as int64; unknown ones as out of vocabulary."""
        table = np.full(self.n_tokens + 1, OUT_OF_VOCABULARY, dtype=np.int64)
        table[self.tokens] = self.tokens
        return table[np.minimum(rows, len(table) - 1).astype(np.int64)]

    def for_training(self, windows: WindowSet, dtype: Any) -> WindowSet:
        """Return what the network reads."""
        return windows.with_rows(self.known(windows.rows))

    for_prediction = for_training

    def step_by_step(self) -> TokenInputs:
        """Return the inputs without patches: as they are."""
        return self

    def completed(self, network: TrainedNetwork) -> TrainedNetwork:
        """Return a trained network as it predicts.

        If training has met nothing out of vocabulary, that token stands for a word like the
        others: its row is the mean of theirs.
        """
        if OUT_OF_VOCABULARY in self.tokens:
            return network
        table = network.weights["embedding_weight"].copy()
        table[OUT_OF_VOCABULARY] = table[self.tokens].mean(axis=0)
        return replace(network, weights=network.weights | {"embedding_weight": table})

    def fits(self, spec: NetworkSpec, n_features: int) -> bool:
        """Return whether the tokens are those of a network."""
        tokens = self.tokens
        ordered = (
            tokens.dtype.kind == "i" and tokens.ndim == 1 and bool((np.diff(tokens) > 0).all())
        )
        return ordered and tokens[0] > 0 and self.n_tokens == spec.n_tokens


Inputs = NumberInputs | TokenInputs
