"""Texts in, windows of token ids out: `TextSequencer`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from sklstm.data import check_same_labels, step_names
from sklstm.persistence import SavedStateMixin

from ._id_windows import id_windows, tokens_of_windows, truncated
from ._vocabulary import (
    OUT_OF_VOCABULARY,
    Vocabulary,
    as_texts,
    build_analyzer,
    given_vocabulary,
    learn_vocabulary,
    warn_of_capitals,
)

_READING = ("level", "lowercase", "token_pattern", "analyzer", "truncate", "pad")  # after fit
_MARKS = {"word": "[UNK]", "char": "\N{REPLACEMENT CHARACTER}"}


class TextSequencer(TransformerMixin, SavedStateMixin, BaseEstimator):
    r"""Turn texts into sequences of token ids, all of one length.

    Each row of the result is one text, each column one step. The id 0 is padding and 1 a token out
    of vocabulary; the tokens have the ids from 2 on, the most frequent one first. Parameters have
    the names that they have in `~sklearn.feature_extraction.text.CountVectorizer`, where they mean
    the same.

    Parameters
    ----------
    level : {"word", "char"}, default="word"
        What a token is: a word, or a single character, blanks and line ends among them.
    max_tokens : int, default=None
        Number of different ids, padding and out-of-vocabulary counted: all ids are below it. The
        ``max_tokens - 2`` most frequent tokens (of those that `skip_top` leaves) are kept. None:
        all tokens are.
    skip_top : int, default=0
        So many of the most frequent tokens are out of vocabulary.
    length : int, default=None
        Number of steps. None: that of the longest text seen in `fit`.
    lowercase : bool, default=True
        Whether texts are lower-cased first.
    token_pattern : str, default="unicode"
        What a word is; only for ``level="word"``. ``"unicode"``: letters and digits of any script
        with apostrophes between them, ``it's``; each character of Chinese and Japanese, which have
        no blanks. ``"ascii"``: what lies between blanks and the punctuation of ASCII, the
        apostrophe excepted, as in Keras; text beyond ASCII is not cut. Anything else is the regular
        expression of a word, and if it has a group, the content of the group is the word.
    analyzer : callable, default=None
        Function that takes a text as it came and returns its tokens, in place of `lowercase`,
        `token_pattern` and the rule for characters. `level` then only says how `inverse_transform`
        joins tokens.
    truncate : {"pre", "post"}, default="pre"
        Where tokens of a longer text are left out: at its beginning or at its end.
    pad : {"pre", "post"}, default="pre"
        Where a shorter text is padded: before it or after it.
    vocabulary : mapping of str to int or iterable of str, default=None
        Tokens and their ids (whole numbers from 2 on, gaps are allowed), or tokens alone, which
        get ids in their order. None: learned in `fit`. `max_tokens` and `skip_top` choose from
        what is learned, and are refused with it.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        Tokens and their ids, lowest id first.
    length_ : int
        Number of steps.

    See Also
    --------
    SequenceWindower : Windows of numeric series.
    sklearn.feature_extraction.text.CountVectorizer : Counts tokens, and forgets their order.

    Notes
    -----
    Equally frequent tokens are ordered by their characters, so that the ids do not depend on the
    order of the texts.

    A text without any token, such as an empty one, becomes one step out of vocabulary: it remains
    a sequence, and "nothing of what is known" is what it says.

    The words of ``token_pattern="ascii"`` are those of Keras' ``text_to_word_sequence``. The
    published ids of the IMDb reviews come from its Python 2 edition, which lower-cased the letters
    of ASCII alone; ``analyzer`` can do that too. Keras counts differently from here: ``num_words``
    and ``skip_top`` of its ``load_data`` compare ids, which are rank + 3. So its ``num_words=5000,
    skip_top=10`` leaves out the 6 most frequent words and keeps the next 4990, as here
    ``max_tokens=4992, skip_top=6`` does.

    References
    ----------
    A. L. Maas et al., "Learning Word Vectors for Sentiment Analysis", ACL 2011: the reviews.

    Examples
    --------
    >>> from sklstm.text import TextSequencer
    >>> texts = ["A fine film, a fine cast.", "Not a film!"]
    >>> sequencer = TextSequencer().fit(texts)
    >>> sequencer.vocabulary_
    {'a': 2, 'film': 3, 'fine': 4, 'cast': 5, 'not': 6}
    >>> X = sequencer.transform(["A fine film", "Not a fine one, but a film"])
    >>> X
    array([[0, 0, 0, 2, 4, 3],
           [2, 4, 1, 1, 2, 3]], dtype=int32)
    >>> print(*sequencer.inverse_transform(X), sep="\n")
    a fine film
    a fine [UNK] [UNK] a film
    """

    _parameter_constraints = {
        "level": [StrOptions({"word", "char"})],
        "max_tokens": [Interval(Integral, 3, None, closed="left"), None],
        "skip_top": [Interval(Integral, 0, None, closed="left")],
        "length": [Interval(Integral, 1, None, closed="left"), None],
        "lowercase": ["boolean"],
        "token_pattern": [str],
        "analyzer": [callable, None],
        "truncate": [StrOptions({"pre", "post"})],
        "pad": [StrOptions({"pre", "post"})],
        "vocabulary": [Mapping, HasMethods("__iter__"), None],
    }
    _saved_classes = (Vocabulary,)
    _saved_together = ("length_", "_vocabulary")

    def __init__(
        self,
        level: str = "word",
        *,
        max_tokens: int | None = None,
        skip_top: int = 0,
        length: int | None = None,
        lowercase: bool = True,
        token_pattern: str = "unicode",
        analyzer: Callable[[str], Iterable[str]] | None = None,
        truncate: str = "pre",
        pad: str = "pre",
        vocabulary: Any = None,
    ) -> None:
        self.level = level
        self.max_tokens = max_tokens
        self.skip_top = skip_top
        self.length = length
        self.lowercase = lowercase
        self.token_pattern = token_pattern
        self.analyzer = analyzer
        self.truncate = truncate
        self.pad = pad
        self.vocabulary = vocabulary

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the vocabulary and the length of the longest text.

        Parameters
        ----------
        X : iterable of str
            The texts: a list, array or series.
        y : array-like of shape (n_samples, ...), optional
            Ignored, but for its labels: those of `X` in another order are refused.

        Returns
        -------
        self : TextSequencer
            The fitted sequencer.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Fit to the texts and return them as ids.

        Parameters
        ----------
        X : iterable of str
            The texts: a list, array or series.
        y : array-like of shape (n_samples, ...), optional
            Ignored, but for its labels: those of `X` in another order are refused.

        Returns
        -------
        ids : ndarray of shape (n_samples, length_), int32
            As `transform` gives them.
        """
        rows = self._fit(X, y)
        return id_windows(rows, self.length_, self.truncate, self.pad)

    def transform(self, X: Any) -> Any:
        """Return texts as ids.

        Parameters
        ----------
        X : iterable of str
            The texts: a list, array or series.

        Returns
        -------
        ids : ndarray of shape (n_samples, length_), int32
            Oldest step first; 0 is padding, 1 out of vocabulary.
        """
        check_is_fitted(self)
        as_fitted = self._as_fitted()
        rows = as_fitted._rows(as_texts(X), self.vocabulary_, self.length_)
        return id_windows(rows, self.length_, as_fitted.truncate, as_fitted.pad)

    def inverse_transform(self, X: ArrayLike) -> Any:
        """Return ids as texts.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps)
            Ids; any number of steps will do.

        Returns
        -------
        texts : ndarray of shape (n_samples,), object
            Words joined by blanks, characters by nothing. Padding is left out; for a token out of
            vocabulary stands ``[UNK]``, for a character the replacement character of Unicode.
        """
        check_is_fitted(self)
        level = self._as_fitted().level
        sequences = tokens_of_windows(X, self.vocabulary_, _MARKS[level])
        between = " " if level == "word" else ""
        return np.array([between.join(tokens) for tokens in sequences], dtype=object)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of the steps, such as ``token@t-0``.

        Parameters
        ----------
        input_features : array-like of str, optional
            Ignored: texts have no columns.

        Returns
        -------
        names : ndarray of shape (length_,), object
            Oldest step first. Recurrent estimators take them for the steps of one feature.
        """
        check_is_fitted(self)
        return np.array(step_names(["token"], self.length_), dtype=object)

    @_fit_context(prefer_skip_nested_validation=True)
    def _fit(self, X, y):
        """Set the attributes, after all that may fail, and return the ids of each text."""
        # In a pipeline no later step sees both: ids have no labels.
        check_same_labels({"X": X, "y": y})
        texts = as_texts(X)
        if self.vocabulary is None:
            sequences = map(self._analyzer(), texts)
            vocabulary, rows = learn_vocabulary(sequences, self.max_tokens, self.skip_top)
        else:
            vocabulary = self._given_vocabulary()
            rows = self._rows(texts, vocabulary, self.length)
        longest = max(map(len, rows))
        length = max(1, longest) if self.length is None else int(self.length)
        self._vocabulary, self.length_ = Vocabulary.of(vocabulary), length
        self._remember_parameters(*_READING)
        return rows

    def _rows(self, texts, vocabulary, length):
        """Return the ids of each text; with a length only those that are kept."""
        tokens_of, id_of = self._analyzer(), vocabulary.get
        rows = []
        for text in texts:
            tokens = tokens_of(text)
            if length is not None:
                tokens = truncated(tokens, length, self.truncate)
            rows.append([id_of(token, OUT_OF_VOCABULARY) for token in tokens])
        return rows

    def _analyzer(self):
        return build_analyzer(self.level, self.lowercase, self.token_pattern, self.analyzer)

    @property
    def vocabulary_(self) -> dict[str, int]:
        """Tokens and their ids, lowest id first."""
        check_is_fitted(self)
        return self._vocabulary.as_dict

    def _given_vocabulary(self):
        for name, default in [("max_tokens", None), ("skip_top", 0)]:
            value = getattr(self, name)
            if value != default:
                raise ValueError(
                    f"{name}={value!r} chooses from the tokens that fit learns, but there is a "
                    f"vocabulary: leave out {name}, or shorten the vocabulary."
                )
        vocabulary = given_vocabulary(self.vocabulary)
        if self.lowercase and self.analyzer is None:
            warn_of_capitals(vocabulary)
        return vocabulary

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags
