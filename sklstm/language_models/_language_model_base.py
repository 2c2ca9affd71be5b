"""What training of the language models consists of: from texts to fitted attributes."""

from abc import ABC

import numpy as np
from sklearn.base import BaseEstimator, DensityMixin
from sklearn.callback import CallbackSupportMixin
from sklearn.utils.validation import check_is_fitted

from sklstm.data import WindowSet
from sklstm.estimators import (
    FittedStateMixin,
    TrainingRunMixin,
    check_levels,
)
from sklstm.losses import log_loss
from sklstm.persistence import SavedStateMixin
from sklstm.recurrence import NetworkSpec, initial_weights, one_blas_thread
from sklstm.text import as_texts, build_analyzer, warn_of_capitals
from sklstm.training import CarriedNetwork, TrainingData

from ._chunks import Chunks
from ._corpus import Corpus
from ._saved_language_model import check_saved_language_model
from ._token_table import TokenTable, given_table, learned_table

_CHUNKS_OF_A_STREAM = 10  # at least: with one each, no state would be carried on


class LanguageModelBase(
    TrainingRunMixin,
    DensityMixin,
    CallbackSupportMixin,
    SavedStateMixin,
    FittedStateMixin,
    BaseEstimator,
    ABC,
):
    """Base of the language models: parameters aside, what a fit does.

    A subclass names its cell in ``_cell``. All that a fit leaves behind is NumPy arrays and plain
    Python. A fit that fails or is interrupted leaves the model as it was before.
    """

    _cell = None
    _make_loss = staticmethod(log_loss)
    _saved_classes = (NetworkSpec, TokenTable)
    _saved_together = (
        "weights_", "_spec", "_tokens", "token_counts_", "loss_curve_", "_seed", "_optimizer_state",
    )  # fmt: skip
    _not_saved = ("_run_state",)

    @property
    def vocabulary_(self):
        """Tokens and their ids, lowest id first."""
        check_is_fitted(self)
        return dict(self._tokens.as_dict)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags

    def __setstate__(self, state):
        super().__setstate__(state)
        if hasattr(self, "weights_"):
            check_saved_language_model(self)

    def _fit(self, X, *, go_on, max_epochs, keep_optimizer):
        """Train, from fresh weights or going on from the last ones."""
        go_on = go_on and hasattr(self, "weights_")
        before = self._fitted_attributes()
        if not go_on:
            self._replace_fitted({})
        try:
            tokens, corpus = self._read(X, before["_tokens"] if go_on else None)
            training, validation = corpus, None
            if self.early_stopping:
                training, validation = corpus.split(self.validation_fraction)
            if go_on:
                attributes = before
                self._check_same_network(attributes)
            else:
                attributes = self._first_attributes(tokens)
            self._run(
                attributes | {"token_counts_": _counts(attributes, training)},
                self._training_data(training),
                self._training_data(validation),
                max_epochs,
                keep_optimizer,
                {"X": X, "y": None, "metadata": None},
            )
        except BaseException:
            self._replace_fitted(before)
            raise
        return self

    def _read(self, X, tokens=None):
        """Return the tokens of a model and a corpus; without tokens they are learned from it."""
        texts = as_texts([X] if isinstance(X, str) else X)
        tokens_of = self._analyzer()
        sequences = (self._long_enough(k, tokens_of(text)) for k, text in enumerate(texts))
        if tokens is not None:
            rows = [tokens.ids(row, f"text {k} of X") for k, row in enumerate(sequences)]
        elif self.vocabulary is None:
            tokens, rows = learned_table(sequences, self.max_tokens)
        else:
            tokens, rows = self._given_table(sequences)
        return tokens, Corpus.of(rows)

    def _analyzer(self):
        return build_analyzer(self.level, self.lowercase, self.token_pattern, self.analyzer)

    def _long_enough(self, number, sequence):
        if len(sequence) < 2:
            raise ValueError(
                f"X must hold texts of at least two tokens, one to be told from the other; text "
                f"{number} has {len(sequence)} (level={self.level!r}). Leave such texts out."
            )
        return sequence

    def _given_table(self, sequences):
        if self.max_tokens is not None:
            raise ValueError(
                f"max_tokens={self.max_tokens!r} chooses from the tokens that fit learns, but "
                "there is a vocabulary: leave out max_tokens, or shorten the vocabulary."
            )
        tokens, rows = given_table(self.vocabulary, sequences)
        if self.lowercase and self.analyzer is None:
            warn_of_capitals(tokens.as_dict)
        return tokens, rows

    def _first_attributes(self, tokens):
        """Return what there is before the first epoch."""
        seed, spec = self._draw_seed(), self._new_spec({"_tokens": tokens})
        with one_blas_thread():
            weights = initial_weights(spec, seed, np.float32)
        return {
            "_tokens": tokens,
            "_seed": seed,
            "_spec": spec,
            "_optimizer_state": None,
            "token_counts_": np.zeros(tokens.n_ids, dtype=np.int64),
            "weights_": weights,
            "loss_curve_": [],
            "validation_scores_": None,
        }

    def _new_spec(self, attributes):
        n_ids = attributes["_tokens"].n_ids
        units, n_layers, _ = check_levels(self.hidden_size, self.num_layers, self.dropout)
        return NetworkSpec(
            cell=self._cell,
            n_features=n_ids if self.embedding_dim is None else self.embedding_dim,
            hidden_size=units,
            n_outputs=n_ids,
            num_layers=n_layers,
            activation=self.activation,
            peephole=self.peephole,
            every_step=True,
            n_tokens=n_ids,
            embeds=self.embedding_dim is not None,
        )

    def _training_data(self, corpus):
        if corpus is None:
            return None
        chunks = Chunks.of(corpus, self.sequence_length)
        n_streams = max(1, min(self.batch_size, len(chunks) // _CHUNKS_OF_A_STREAM))
        return _data(corpus, chunks, n_streams if self.stateful else None)

    def _network(self, n_sequences, n_steps):
        """Return the fitted network, which has read nothing yet."""
        return CarriedNetwork(
            self._spec, self.weights_, n_sequences, n_steps=n_steps, engine=self.engine
        )


def _counts(attributes, corpus):
    """Return how often each id has occurred in training, this time and before."""
    tokens = attributes["_tokens"]
    counts = attributes["token_counts_"] + corpus.counts(tokens.n_ids)
    if not counts[: tokens.n_tokens].any():
        raise ValueError("X holds none of the tokens of vocabulary, so there is nothing to learn.")
    return counts


def _data(corpus, chunks, n_streams):
    """Return what the network reads and is to give, in streams or not."""
    return TrainingData(
        WindowSet(corpus.ids[:, np.newaxis], chunks.starts, chunks.lengths),
        WindowSet(corpus.ids, chunks.starts + 1, chunks.lengths),
        batches=None if n_streams is None else chunks.in_streams(n_streams),
    )
