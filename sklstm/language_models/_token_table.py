"""Tokens and their ids without gaps: `TokenTable`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import repeat
from numbers import Integral

import numpy as np

from sklstm.text import FIRST_TOKEN, given_vocabulary, learn_vocabulary


@dataclass
class TokenTable:
    """Tokens and their ids: from zero on, without gaps.

    Parameters
    ----------
    tokens : str
        The tokens, lowest id first, as a list in JSON, which is small in files.
    takes_others : bool
        Whether there is one more id, the last, for all tokens that have none of their own.

    Attributes
    ----------
    as_list : list of str
        The tokens, lowest id first.
    as_dict : dict of str to int
        Tokens and their ids, lowest id first.
    """

    tokens: str
    takes_others: bool

    def __post_init__(self):
        self.as_list = json.loads(self.tokens)
        if not isinstance(self.as_list, list) or not isinstance(self.takes_others, bool):
            raise ValueError("these are no tokens")
        numbers = given_vocabulary(self.as_list)
        self.as_dict = {token: number - FIRST_TOKEN for token, number in numbers.items()}

    @classmethod
    def of(cls, tokens, takes_others):
        """Return the table of a list of tokens.

        A single token gets company: a network tells at least two outputs apart.
        """
        return cls(json.dumps(tokens), bool(takes_others) or len(tokens) == 1)

    @property
    def n_tokens(self):
        """Number of tokens that have an id of their own."""
        return len(self.as_list)

    @property
    def n_ids(self):
        """Number of ids."""
        return self.n_tokens + self.takes_others

    def ids(self, tokens, where=""):
        """Return the ids of tokens.

        Parameters
        ----------
        tokens : list of str
            The tokens.
        where : str, default=""
            Where they stand, for the error.

        Returns
        -------
        ids : ndarray of shape (n,), int32
            As many.

        Raises
        ------
        ValueError
            If one has no id; the first of them is named.
        """
        ids = _numbers(self.as_dict, tokens)
        if not self.takes_others and len(ids) and ids.max() == self.n_tokens:
            unknown = tokens[int(np.argmax(ids))]
            raise ValueError(
                f"{where or 'X'} holds the token {unknown!r}, which is not among the "
                f"{self.n_tokens} of vocabulary_, and the model has no output for other tokens. "
                "It has one if fit meets tokens out of vocabulary: set max_tokens to less than "
                f"{self.n_tokens}, so that rare ones are left out, or give a vocabulary."
            )
        return ids


def long_enough(number, sequence, level):
    """Return the tokens of a text, of which there must be two at least.

    Parameters
    ----------
    number : int
        Which text of `X` it is.
    sequence : list of str
        Its tokens.
    level : {"char", "word"}
        What they are.

    Returns
    -------
    sequence : list of str
        As given.
    """
    if len(sequence) < 2:
        raise ValueError(
            f"X must hold texts of at least two tokens, one to be predicted from the other; text "
            f"{number} has {len(sequence)} (level={level!r}). Leave such texts out."
        )
    return sequence


def refuse_max_tokens(max_tokens):
    """Raise a ValueError if there is a limit besides a vocabulary."""
    if max_tokens is not None:
        raise ValueError(
            f"max_tokens={max_tokens!r} chooses from the tokens that fit learns, but "
            "there is a vocabulary: leave out max_tokens, or shorten the vocabulary."
        )


def learned_table(sequences, max_tokens):
    """Give the tokens of a corpus ids in the order of their frequency.

    Parameters
    ----------
    sequences : iterable of list of str
        The tokens of each text.
    max_tokens : int or None
        The largest number of ids.

    Returns
    -------
    table : TokenTable
        Most frequent token first.
    rows : list of ndarray of int32
        The ids of each text.
    """
    vocabulary, rows = learn_vocabulary(sequences, None, 0)
    tokens = list(vocabulary)
    cut = max_tokens is not None and len(tokens) > max_tokens
    kept = tokens[: max_tokens - 1] if cut else tokens
    # Ids go down in frequency, so those that are cut off are the larger ones.
    return TokenTable.of(kept, cut), [np.minimum(row - FIRST_TOKEN, len(kept)) for row in rows]


def given_table(vocabulary, sequences):
    """Give the tokens of a corpus the ids of a vocabulary.

    Parameters
    ----------
    vocabulary : mapping of str to int, or iterable of str
        Tokens in the order of their ids. The numbers of a mapping say the order alone.
    sequences : iterable of list of str
        The tokens of each text.

    Returns
    -------
    table : TokenTable
        It takes other tokens if the texts hold some.
    rows : list of ndarray of int32
        The ids of each text.

    Raises
    ------
    ValueError
        If the vocabulary is none.
    """
    tokens = in_order(vocabulary)
    numbers = {token: number for number, token in enumerate(tokens)}
    rows = [_numbers(numbers, sequence) for sequence in sequences]
    others = any(row.max() == len(tokens) for row in rows)
    return TokenTable.of(tokens, others), rows


def in_order(vocabulary):
    """Return the tokens of a vocabulary, as of `given_table`, in the order of their ids."""
    if isinstance(vocabulary, Mapping):
        vocabulary = _by_number(vocabulary)
    return list(given_vocabulary(vocabulary))


def _by_number(vocabulary):
    for token, number in vocabulary.items():
        if not isinstance(number, Integral) or isinstance(number, bool | np.bool_):
            raise ValueError(
                f"vocabulary must give every token a whole number, got {number!r} for {token!r}."
            )
    if len(set(vocabulary.values())) < len(vocabulary):
        raise ValueError("vocabulary must give every token a number of its own.")
    return sorted(vocabulary, key=vocabulary.get)


def _numbers(numbers, tokens):
    """Return the numbers of tokens, for others the number behind the last."""
    found = map(numbers.get, tokens, repeat(len(numbers)))
    return np.fromiter(found, np.int32, len(tokens))
