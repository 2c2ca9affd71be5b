"""Tokens and their ids, learned or given."""

import json
import warnings
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from sklstm.data import OUT_OF_VOCABULARY, PADDING

FIRST_TOKEN = 2
_LARGEST_ID = np.iinfo(np.int32).max - 1  # so that the number of ids is an int32, too


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
        warnings.warn(
            f"vocabulary holds tokens with capitals, such as {never_met!r}, which no text has "
            "with lowercase=True.",
            stacklevel=2,
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
