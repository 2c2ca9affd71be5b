"""All that a fit of a language model leaves behind, as one object: `FittedText`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sklstm.training import TrainedNetwork

from ._corpus import Corpus
from ._token_table import TokenTable


@dataclass(frozen=True, eq=False)
class FittedText:
    """A trained network and its tokens: all that a fit of a language model leaves behind.

    Parameters
    ----------
    network : TrainedNetwork
        The network.
    tokens : TokenTable
        Its tokens and their ids.
    token_counts : ndarray of shape (n_ids,), int64
        How often each id occurs in the training set.
    """

    network: TrainedNetwork
    tokens: TokenTable
    token_counts: np.ndarray

    def with_counts_of(self, corpus: Corpus) -> FittedText:
        """Return the state with the ids of a corpus added to those of training."""
        counts = self.token_counts + corpus.counts(self.tokens.n_ids)
        if not counts[: self.tokens.n_tokens].any():
            raise ValueError(
                "X holds none of the tokens of vocabulary, so there is nothing to learn."
            )
        return replace(self, token_counts=counts)

    @property
    def fits(self) -> bool:
        """Whether the network is one for these tokens, and all arrays go together."""
        spec, n_ids, counts = self.network.spec, self.tokens.n_ids, self.token_counts
        return (
            self.network.fits
            and self.network.dtype == np.float32
            and spec.n_tokens == spec.n_outputs == n_ids
            and spec.every_step
            and not spec.bidirectional
            and (bool(spec.embeds) or spec.n_features == n_ids)
            and counts.shape == (n_ids,)
            and counts.dtype.kind == "i"
            and bool((counts >= 0).all())
        )
