"""The base of the language models: parameters and methods."""

from secrets import randbits

import numpy as np
from sklearn.base import _fit_context
from sklearn.callback import with_callbacks
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import validate_parameter_constraints
from sklearn.utils.validation import check_is_fitted

from ._constraints import LANGUAGE_MODEL, SAMPLE
from ._drawing import write
from ._language_model_base import LanguageModelBase
from ._reading import Pieces, block_shape, log_likelihoods

_WARM_UP = 1000  # tokens that are read before a piece of a text, at least


class LanguageModel(LanguageModelBase):
    """Base of the language models: how they are used."""

    _parameter_constraints = LANGUAGE_MODEL

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
        peephole=False,
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
        self.peephole = peephole
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
    def fit(self, X, y=None):
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
        return self._fit(
            X,
            go_on=self.warm_start,
            max_epochs=self.max_epochs,
            keep_optimizer=self.warm_start,
        )

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y=None):
        """Learn from texts for one more epoch, going on from the present weights if there are any.

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
        if self.early_stopping:
            raise ValueError(
                "partial_fit trains for one epoch, which early_stopping=True cannot stop; set "
                "early_stopping=False."
            )
        return self._fit(X, go_on=True, max_epochs=1, keep_optimizer=True)

    def score(self, X, y=None):
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

    def score_samples(self, X):
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

    def perplexity(self, X):
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

    def sample(self, n_tokens, prompt="", temperature=1.0, top_k=None, random_state=None):
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
        ids = self._tokens.ids(self._analyzer()(prompt), "prompt")
        _, n_steps = block_shape(1, self._tokens.n_ids)
        n_steps = max(1, min(n_steps, len(ids)))
        uniform = check_random_state(_fresh_if_none(random_state)).random_sample(n_tokens)
        with np.errstate(divide="ignore"):
            logits = np.log(self.token_counts_[: self._tokens.n_tokens])
        network = self._network(1, n_steps)
        drawn = write(network, n_steps, ids, logits, uniform, temperature, top_k)
        return self._joined(prompt, [self._tokens.as_list[number] for number in drawn])

    def _joined(self, prompt, tokens):
        if self.level == "char":
            return prompt + "".join(tokens)
        gap = " " if prompt and not prompt[-1].isspace() else ""
        return prompt + gap + " ".join(tokens)

    def _log_likelihoods(self, X):
        """Return the log-likelihood of each text, and of how many tokens it is."""
        check_is_fitted(self)
        _, corpus = self._read(X, self._tokens)
        pieces = Pieces.of(corpus, max(_WARM_UP, 2 * self.sequence_length))
        n_lanes, n_steps = block_shape(len(pieces.texts), self._tokens.n_ids)
        n_steps = min(n_steps, int(pieces.lengths.max()))
        network = self._network(n_lanes, n_steps)
        likelihoods = log_likelihoods(network, corpus, pieces, n_lanes, n_steps)
        return likelihoods, corpus.n_targets


def _fresh_if_none(random_state):
    """Return a seed where None would stand for the global generator."""
    return randbits(32) if random_state is None else random_state
