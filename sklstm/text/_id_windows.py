"""Sequences of ids in windows of one length, and windows back into tokens."""

import numpy as np

from sklstm.data import plain_values

from ._vocabulary import OUT_OF_VOCABULARY, PADDING

_NO_TOKEN = [OUT_OF_VOCABULARY]  # a window without any step would be no sequence


def id_windows(rows, length, truncate, pad):
    """Put sequences of unequal length into windows.

    Parameters
    ----------
    rows : list of sequence of int
        The ids of each text; a text without any gets one that is out of vocabulary.
    length : int
        Number of steps of a window.
    truncate, pad : {"pre", "post"}
        At which end steps are left out, or padding is put.

    Returns
    -------
    windows : ndarray of shape (n_samples, length), int32
        0 is padding.
    """
    windows = np.full((len(rows), length), PADDING, dtype=np.int32)
    for window, row in zip(windows, rows, strict=True):
        kept = truncated(row, length, truncate)
        if len(kept) == 0:
            kept = _NO_TOKEN
        if pad == "pre":
            window[length - len(kept) :] = kept
        else:
            window[: len(kept)] = kept
    return windows


def truncated(sequence, length, truncate):
    """Return at most `length` items of a sequence, the last ones for ``"pre"``."""
    return sequence[-length:] if truncate == "pre" else sequence[:length]


def tokens_of_windows(X, vocabulary, mark):
    """Return the tokens of each window, without its padding.

    Parameters
    ----------
    X : array-like or dataframe of shape (n_samples, n_timesteps)
        Ids.
    vocabulary : dict of str to int
        Tokens and their ids, lowest id first.
    mark : str
        Stands for what is out of vocabulary.

    Returns
    -------
    sequences : list of list of str
        Tokens.

    Raises
    ------
    ValueError
        If `X` is no table of ids of this vocabulary.
    """
    ids = _as_ids(X)
    numbers = np.array([PADDING, OUT_OF_VOCABULARY, *vocabulary.values()])  # in their order
    places = np.searchsorted(numbers, ids).clip(max=len(numbers) - 1)
    strange = numbers[places] != ids
    if strange.any():
        sample, step = np.argwhere(strange)[0]
        raise ValueError(
            f"X must hold ids of vocabulary_ (they end at {numbers[-1]}), {OUT_OF_VOCABULARY} "
            f"and {PADDING}, got {ids[sample, step]} (sample {sample}, step {step})."
        )
    tokens = np.array(["", mark, *vocabulary], dtype=object)
    return [tokens[row[row > 0]].tolist() for row in places]


def _as_ids(X):
    ids = np.asarray(plain_values(X))
    if ids.ndim != 2:
        raise ValueError(
            f"X must be ids of shape (n_samples, n_timesteps), got {ids.ndim} axes, shape "
            f"{ids.shape}."
        )
    if ids.dtype.kind not in "iuf":
        raise ValueError(f"X must hold ids, which are whole numbers, got values of {ids.dtype}.")
    whole = np.isfinite(ids) & (ids == np.floor(ids))
    if not whole.all():
        sample, step = np.argwhere(~whole)[0]
        raise ValueError(
            f"X must hold ids, which are whole numbers, got {ids[sample, step]} (sample {sample}, "
            f"step {step})."
        )
    return ids
