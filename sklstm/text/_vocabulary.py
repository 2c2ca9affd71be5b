"""Texts, their tokens, and the ids of tokens, learned or given."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn.utils._missing import is_pandas_na, is_scalar_nan

from sklstm._warn import warn_user
from sklstm.data import OUT_OF_VOCABULARY, PADDING, is_frame

from ._words import word_finder

FIRST_TOKEN = 2
_LARGEST_ID = np.iinfo(np.int32).max - 1  # so that the number of ids is an int32, too


def as_texts(X):
    """Return one string for each row.

    Parameters
    ----------
    X : iterable of str
        A list, array, series or any other iterable that has an order.

    Returns
    -------
    texts : list of str
        As many as `X` has rows.

    Raises
    ------
    ValueError
        If `X` is no such iterable, or one of its rows is no string.
    """
    texts = _rows(X)
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(
                f"X must hold one string for each row, but row {row} is {_shown(text)} of type "
                f"{type(text).__name__}: {_advice(text)}."
            )
    if not texts:
        raise ValueError("X must hold at least one text, got none.")
    return texts


def _rows(X):
    taken = "X must be a list, array or series of strings, one for each row"
    if isinstance(X, str | bytes):
        raise ValueError(f"{taken}, got a single {type(X).__name__}: put it into a list, [text].")
    if is_frame(X):
        raise ValueError(
            f"{taken}, got a dataframe of {X.shape[1]} columns: select the one that holds the "
            "texts, X['name']; in a ColumnTransformer name it by a string, not by a list."
        )
    n_axes = getattr(X, "ndim", 1)
    if n_axes != 1:
        raise ValueError(f"{taken}, got {n_axes} axes, shape {X.shape}: select X[:, 0].")
    if not isinstance(X, Iterable) or isinstance(X, Mapping | Set):
        raise ValueError(f"{taken}, got {_shown(X)} of type {type(X).__name__}.")
    # Scalars of arrays and series are turned into Python's own, in one go.
    return X.tolist() if hasattr(X, "tolist") else list(X)


def _shown(value):
    words = repr(value)
    return words if len(words) <= 60 else words[:57] + "..."


def _advice(value):
    if isinstance(value, bytes):
        return "decode it first, value.decode()"
    if value is None or is_scalar_nan(value) or is_pandas_na(value):
        return 'fill in what is missing, for instance with ""'
    return "turn it into text first, str(value)"


def build_analyzer(level, lowercase, token_pattern, analyzer):
    """Return the function that cuts a text into tokens.

    Parameters
    ----------
    level : {"word", "char"}
        What a token is.
    lowercase : bool
        Whether texts are lower-cased first.
    token_pattern : str
        ``"unicode"``, ``"ascii"``, or the regular expression of a word.
    analyzer : callable or None
        Stands in for all of the above.

    Returns
    -------
    tokens_of : callable
        Takes a string, returns a list of strings.

    Raises
    ------
    ValueError
        If `token_pattern` does not describe words, or later if `analyzer` returns no tokens.
    """
    if analyzer is not None:
        return _listed(analyzer)
    cut = word_finder(token_pattern) if level == "word" else list
    return (lambda text: cut(text.lower())) if lowercase else cut


def _listed(analyzer):
    def tokens_of(text):
        tokens = analyzer(text)
        if isinstance(tokens, str) or not isinstance(tokens, Iterable):
            raise ValueError(
                "analyzer must return the tokens of a text, such as a list of strings, got a "
                f"{type(tokens).__name__}."
            )
        return list(tokens)

    return tokens_of


@dataclass(eq=False)
class Vocabulary:
    """Tokens and their ids in a form that is small in files.

    A dictionary of a hundred thousand tokens makes as many nodes in a file of skops, forty
    megabytes of them.

    Parameters
    ----------
    tokens : str
        The tokens, lowest id first, as a list in JSON.
    ids : ndarray of int32
        Their ids.

    Attributes
    ----------
    as_dict : dict of str to int
        Both.
    """

    tokens: str
    ids: np.ndarray

    def __post_init__(self):
        pairs = zip(json.loads(self.tokens), self.ids.tolist(), strict=True)
        self.as_dict = given_vocabulary(dict(pairs))

    @classmethod
    def of(cls, vocabulary):
        """Return the vocabulary of a dictionary."""
        ids = np.fromiter(vocabulary.values(), np.int32, len(vocabulary))
        return cls(json.dumps(list(vocabulary)), ids)


def learn_vocabulary(sequences, max_tokens, skip_top):
    """Give the tokens of a corpus ids in the order of their frequency.

    Parameters
    ----------
    sequences : iterable of iterable of str
        The tokens of each text.
    max_tokens : int or None
        All ids are below it.
    skip_top : int
        So many of the most frequent tokens get no id of their own.

    Returns
    -------
    vocabulary : dict of str to int
        Most frequent token first. Tokens that are equally frequent stand in the order of their
        characters.
    rows : list of ndarray of int32
        The ids of each text.

    Raises
    ------
    ValueError
        If no token is left, or one is no string.
    """
    places = defaultdict()
    places.default_factory = places.__len__  # the next token that is new gets the next place
    rows = [np.fromiter(map(places.__getitem__, tokens), np.int32) for tokens in sequences]
    tokens = list(places)
    _check_tokens(tokens, "The analyzer must return")
    counts = np.bincount(np.concatenate(rows), minlength=len(tokens))
    by_frequency = sorted(range(len(tokens)), key=lambda place: (-counts[place], tokens[place]))
    end = None if max_tokens is None else skip_top + max_tokens - FIRST_TOKEN
    kept = by_frequency[skip_top:end]
    if not kept:
        raise ValueError(
            f"Empty vocabulary: the texts of X have {len(tokens)} different tokens, of which "
            f"skip_top={skip_top} are left out. It takes at least one more."
        )
    ids = np.full(len(tokens), OUT_OF_VOCABULARY, dtype=np.int32)
    ids[kept] = np.arange(FIRST_TOKEN, FIRST_TOKEN + len(kept))
    vocabulary = {tokens[place]: number for number, place in enumerate(kept, FIRST_TOKEN)}
    return vocabulary, [ids[row] for row in rows]


def given_vocabulary(vocabulary):
    """Check a vocabulary and return it as a dictionary.

    Parameters
    ----------
    vocabulary : mapping of str to int, or iterable of str
        Tokens and their ids; or tokens alone, which get the ids from 2 on in their order, those of
        a set in the order of their characters.

    Returns
    -------
    vocabulary : dict of str to int
        The lowest id first.

    Raises
    ------
    ValueError
        If there are no tokens, or some are no strings or stand twice, or ids are no whole numbers
        from 2 on, or stand twice.
    """
    if isinstance(vocabulary, str):
        raise ValueError(
            "vocabulary must be a dictionary from token to id or an iterable of tokens, got the "
            f"string {vocabulary[:30]!r}; for single characters pass list(vocabulary)."
        )
    if isinstance(vocabulary, Mapping):
        tokens, ids = list(vocabulary), list(vocabulary.values())
    else:
        tokens, ids = list(vocabulary), None
    _check_tokens(tokens, "vocabulary must hold")
    if not tokens:
        raise ValueError("vocabulary must hold at least one token, got none.")
    if ids is not None:
        _check_ids(tokens, ids)
        pairs = zip(tokens, map(int, ids), strict=True)
        return dict(sorted(pairs, key=lambda pair: pair[1]))
    _refuse_twice(tokens, "token")
    in_order = sorted(tokens) if isinstance(vocabulary, Set) else tokens
    return {token: number for number, token in enumerate(in_order, FIRST_TOKEN)}


def warn_of_capitals(vocabulary):
    """Warn of tokens of a given vocabulary that no lower-cased text can have."""
    never_met = next((token for token in vocabulary if token != token.lower()), None)
    if never_met is not None:
        warn_user(
            f"vocabulary holds tokens with capitals, such as {never_met!r}, which no text has "
            "with lowercase=True.",
        )


def _check_tokens(tokens, demand):
    for token in tokens:
        if not isinstance(token, str):
            raise ValueError(f"{demand} strings, got {token!r} of type {type(token).__name__}.")


def _check_ids(tokens, ids):
    for token, number in zip(tokens, ids, strict=True):
        whole = isinstance(number, Integral) and not isinstance(number, bool | np.bool_)
        if not whole or not FIRST_TOKEN <= number <= _LARGEST_ID:
            raise ValueError(
                f"vocabulary must give every token a whole number from {FIRST_TOKEN} on "
                f"({PADDING} is padding, {OUT_OF_VOCABULARY} out of vocabulary), got {number!r} "
                f"for {token!r}."
            )
    _refuse_twice(ids, "id")


def _refuse_twice(values, what):
    seen = set()
    for value in values:
        if value in seen:
            raise ValueError(f"vocabulary must not hold the {what} {value!r} twice.")
        seen.add(value)
