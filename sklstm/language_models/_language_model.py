"""The base of the language models: from texts to a fitted state, and back to texts."""

from __future__ import annotations

from dataclasses import replace
from secrets import randbits
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, DensityMixin, _fit_context
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import validate_parameter_constraints
from sklearn.utils.validation import check_is_fitted

from sklstm._whole_numbers import refuse_booleans
from sklstm.estimators import (
    attribute,
    check_layers,
    check_same_network,
    check_saved,
    draw_seed,
    fit_network,
    refuse_early_stopping,
    settings_of,
    summary_table,
    whole_or_not_at_all,
)
from sklstm.losses import log_loss
from sklstm.persistence import ParametersMixin, restored_state, saved_state
from sklstm.recurrence import NetworkSpec, one_blas_thread, within_memory
from sklstm.text import as_texts, build_analyzer, warn_of_capitals
from sklstm.training import CarriedNetwork, TrainedNetwork, TrainingData

from ._constraints import LANGUAGE_MODEL, SAMPLE, check_same_tokens
from ._corpus import Corpus
from ._fitted_text import FittedText
from ._reading import Pieces, block_shape, joined, log_likelihoods, write
from ._token_table import (
    TokenTable,
    given_table,
    learned_table,
    long_enough,
    refuse_max_tokens,
)

_READING = ("level", "lowercase", "token_pattern", "analyzer", "max_tokens", "sequence_length")
_WARM_UP = 1000  # tokens that are read before a piece of a text, at least


class LanguageModel(DensityMixin, CallbackSupportMixin, ParametersMixin, BaseEstimator):
    """Base of the language models.

    A subclass names its cell in ``_cell``. A fit that fails or is interrupted leaves the model as
    it was before.
    """

    _parameter_constraints = LANGUAGE_MODEL
    _cell: ClassVar[str]
    _run_state = None  # the `OngoingRun` while there is one
    _saved_classes = (FittedText, TrainedNetwork, NetworkSpec, TokenTable)
    _saved_together = ("_fitted",)
    _not_saved = ("_run_state",)

    # Fitted attributes, and which part of the state they are.
    weights_ = attribute("network.weights")
    n_parameters_ = attribute("network.spec.n_parameters")
    n_iter_ = attribute("network.n_iter")
    loss_curve_ = attribute("network.loss_curve")
    validation_scores_ = attribute("network.validation_scores")
    best_validation_score_ = attribute("network.best_validation_score")
    stop_reason_ = attribute("network.stop_reason")
    token_counts_ = attribute("token_counts")
    _spec = attribute("network.spec")
    _tokens = attribute("tokens")

    peephole: bool = False  # a parameter of some subclasses

    def __init__(
        self,
        hidden_size=128,
        *,
        level="char",
        num_layers=1,
        embedding_dim=None,
        sequence_length=100,
        stateful=False,
        max_tokens=None,
        lowercase=False,
        token_pattern=r"\w+(?:['\u2019-]\w+)*|[^\w\s]",
        analyzer=None,
        vocabulary=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        activation="tanh",
        optimizer="adam",
        learning_rate=0.005,
        weight_decay=0.0,
        max_grad_norm=1.0,
        batch_size=64,
        max_epochs=50,
        shuffle=True,
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change=10,
        tol=1e-4,
        warm_start=False,
        callbacks=None,
        device="cpu",
        engine="auto",
        random_state=None,
        verbose=False,
    ):
        self.hidden_size = hidden_size
        self.level = level
        self.num_layers = num_layers
        self.embedding_dim = embedding_dim
        self.sequence_length = sequence_length
        self.stateful = stateful
        self.max_tokens = max_tokens
        self.lowercase = lowercase
        self.token_pattern = token_pattern
        self.analyzer = analyzer
        self.vocabulary = vocabulary
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.max_grad_norm = max_grad_norm
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.shuffle = shuffle
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.device = device
        self.engine = engine
        self.random_state = random_state
        self.verbose = verbose

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from texts.

        Parameters
        ----------
        X : str or iterable of str
            One text, or a list, array or series of them; at least two tokens each.
        y : None
            Ignored.

        Returns
        -------
        self : estimator
            The fitted model.

        Raises
        ------
        ValueError
            If a parameter or `X` is not as described, or training diverges.
        """
        return self._fit(X, keep=self.warm_start)

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Learn from texts for one more epoch, from the present weights if there are any.

        The first call learns the vocabulary and draws the weights.

        Parameters
        ----------
        X : str or iterable of str
            Texts as in `fit`.
        y : None
            Ignored.

        Returns
        -------
        self : estimator
            The model.

        Raises
        ------
        ValueError
            If ``early_stopping=True``, as one epoch has nothing to stop, if texts hold a token that
            the model does not know, or input is not as in `fit`.
        """
        refuse_early_stopping(self)
        return self._fit(X, keep=True, one_epoch=True)

    def score(self, X: Any, y: Any = None) -> float:
        """Return the mean log-likelihood per token.

        Parameters
        ----------
        X : str or iterable of str
            Texts as in `fit`.
        y : None
            Ignored.

        Returns
        -------
        score : float
            In nats; greater is better. Every token counts the same, the first of each text does
            not.
        """
        likelihoods, n_targets = self._log_likelihoods(X)
        return float(likelihoods.sum() / n_targets.sum())

    def score_samples(self, X: Any) -> NDArray[np.float64]:
        """Return the mean log-likelihood per token of each text.

        Parameters
        ----------
        X : str or iterable of str
            Texts as in `fit`.

        Returns
        -------
        scores : ndarray of shape (n_texts,)
            In nats. That of a text does not depend on the other texts.
        """
        likelihoods, n_targets = self._log_likelihoods(X)
        return likelihoods / n_targets

    def perplexity(self, X: Any) -> float:
        """Return the perplexity of texts, the exponential of minus `score`.

        Among so many tokens, all equally probable, it would be as hard to tell the next one.

        Parameters
        ----------
        X : str or iterable of str
            Texts as in `fit`.

        Returns
        -------
        perplexity : float
            One at best.
        """
        return float(np.exp(-self.score(X)))

    def sample(
        self,
        n_tokens: int,
        prompt: Any = "",
        temperature: float = 1.0,
        top_k: int | None = None,
        random_state: Any = None,
    ) -> str:
        """Write a text.

        Each token is drawn after all before it, whose state is carried on: twice as long a text
        takes twice as long.

        Parameters
        ----------
        n_tokens : int
            How many tokens to draw.
        prompt : str, default=""
            How the text begins. Without any token in it the first one is drawn by how often each
            occurs in training.
        temperature : float, default=1.0
            Below one, probable tokens become more probable; above, less.
        top_k : int, default=None
            So many of the most probable tokens come into question each time; 1: always the most
            probable one. None: all.
        random_state : int, RandomState instance or None, default=None
            Seed of the draws. None draws a fresh seed.

        Returns
        -------
        text : str
            The prompt and what follows it. Words are joined by blanks.

        Raises
        ------
        ValueError
            If a parameter is not as described, or the prompt holds a token that the model does not
            know.
        """
        check_is_fitted(self)
        given = {
            "n_tokens": n_tokens, "prompt": prompt, "temperature": temperature, "top_k": top_k,
            "random_state": random_state,
        }  # fmt: skip
        validate_parameter_constraints(SAMPLE, given, caller_name="sample")
        refuse_booleans(SAMPLE, given, "sample")
        as_fitted = self._as_fitted()
        ids = self._tokens.ids(as_fitted._analyzer()(prompt), "prompt")
        _, n_steps = block_shape(1, self._tokens.n_ids)
        n_steps = max(1, min(n_steps, len(ids)))
        if random_state is None:
            random_state = randbits(32)  # None would be the global generator
        uniform = check_random_state(random_state).random_sample(n_tokens)
        with np.errstate(divide="ignore"):
            logits = np.log(self.token_counts_[: self._tokens.n_tokens])
        network = self._network(1, n_steps)
        drawn = write(network, n_steps, ids, logits, uniform, temperature, top_k)
        return joined(prompt, [self._tokens.as_list[number] for number in drawn], as_fitted.level)

    @property
    def vocabulary_(self) -> dict[str, int]:
        """Tokens and their ids, lowest id first."""
        check_is_fitted(self)
        return dict(self._tokens.as_dict)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_fitted")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags

    def __getstate__(self) -> dict[str, Any]:
        return saved_state(self, super().__getstate__())

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(restored_state(type(self), state))
        if hasattr(self, "_fitted"):
            check_saved(self)

    def _state_fits(self, state: FittedText) -> bool:
        return state.fits

    def summary(self) -> str:
        """Return a table of the layers of the fitted network and their parameters.

        Returns
        -------
        table : str
            One line a layer, and the total.
        """
        check_is_fitted(self)
        return summary_table(self._fitted.network.spec)

    def _fit(self, X: Any, *, keep: bool, one_epoch: bool = False) -> Any:
        """Train, from initial weights or from the last ones, and keep these for the next time."""
        before = vars(self).get("_fitted") if keep else None
        with whole_or_not_at_all(self, keep=keep):
            if before is not None:
                check_same_tokens(self)
            tokens, corpus = self._read(X, None if before is None else before.tokens)
            training, validation = corpus, None
            if self.early_stopping:
                training, validation = corpus.split(self.validation_fraction)
            if before is None:
                before = self._untrained(tokens)
            else:
                check_same_network(self._new_spec(tokens), before.network)
            state = before.with_counts_of(training)
            chunks, loss = self._chunks(training), log_loss(state.tokens.n_ids)
            n_chunks = len(chunks.windows)
            fit_network(
                self,
                state.network,
                chunks,
                None if validation is None else self._chunks(validation),
                settings_of(self, state.network, loss, n_chunks, one_epoch=one_epoch),
                keep_optimizer=keep,
                data={"X": X, "y": None, "metadata": None},
                fitted=lambda network: replace(state, network=network),
            )
            self._remember_parameters(*_READING)
        return self

    def _untrained(self, tokens: TokenTable) -> FittedText:
        """Return the state before the first epoch."""
        seed, spec = draw_seed(self.random_state), self._new_spec(tokens)
        with one_blas_thread():
            network = TrainedNetwork.untrained(spec, seed, np.float32)
        return FittedText(network, tokens, np.zeros(tokens.n_ids, dtype=np.int64))

    def _read(self, X: Any, tokens: TokenTable | None = None) -> tuple[TokenTable, Corpus]:
        """Return the tokens of a model and a corpus; without tokens they are learned from it."""
        texts, analyzer = as_texts([X] if isinstance(X, str) else X), self._analyzer()
        sequences = (long_enough(k, analyzer(text), self.level) for k, text in enumerate(texts))
        if tokens is not None:
            rows = [tokens.ids(row, f"text {k} of X") for k, row in enumerate(sequences)]
        elif self.vocabulary is None:
            tokens, rows = learned_table(sequences, self.max_tokens)
        else:
            refuse_max_tokens(self.max_tokens)
            tokens, rows = given_table(self.vocabulary, sequences)
            if self.lowercase and self.analyzer is None:
                warn_of_capitals(tokens.as_dict)
        return tokens, Corpus.of(rows)

    def _analyzer(self) -> Any:
        return build_analyzer(self.level, self.lowercase, self.token_pattern, self.analyzer)

    def _new_spec(self, tokens: TokenTable) -> NetworkSpec:
        """Return the network that the parameters describe."""
        n_ids = tokens.n_ids
        units, n_layers, _ = check_layers(self.hidden_size, self.num_layers, self.dropout)
        spec = NetworkSpec(
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
        return within_memory(spec)

    def _chunks(self, corpus: Corpus) -> TrainingData:
        return corpus.training_data(self.sequence_length, self.batch_size, stateful=self.stateful)

    def _network(self, n_sequences: int, n_steps: int) -> CarriedNetwork:
        """Return the fitted network, which has read nothing yet."""
        network = self._fitted.network
        return CarriedNetwork(
            network.spec, network.weights, n_sequences, n_steps=n_steps, engine=self.engine
        )

    def _log_likelihoods(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return the log-likelihood of each text, and of how many tokens it is."""
        check_is_fitted(self)
        as_fitted = self._as_fitted()
        _, corpus = as_fitted._read(X, self._tokens)
        pieces = Pieces.of(corpus, max(_WARM_UP, 2 * as_fitted.sequence_length))
        n_lanes, n_steps = block_shape(len(pieces.texts), self._tokens.n_ids)
        n_steps = min(n_steps, int(pieces.lengths.max()))
        network = self._network(n_lanes, n_steps)
        likelihoods = log_likelihoods(network, corpus, pieces, n_lanes, n_steps)
        return likelihoods, corpus.n_targets
