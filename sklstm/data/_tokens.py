"""Tokens as windows of one feature: `as_token_windows`."""

import numpy as np

PADDING, OUT_OF_VOCABULARY = 0, 1
LARGEST_TOKEN = 10_000_000  # a table has one row for each number up to the largest


def as_token_windows(windows, input_name="X"):
    """Check that windows hold tokens, and return them with padding as missing steps.

    Parameters
    ----------
    windows : ndarray of shape (n_samples, n_timesteps, 1)
        Whole numbers from zero on; zero is padding, and so is NaN.
    input_name : str, default="X"
        What the windows are called in error messages.

    Returns
    -------
    windows : ndarray of shape (n_samples, n_timesteps, 1)
        A copy in which padding is NaN.

    Raises
    ------
    ValueError
        If a step holds several numbers, or one that is no token, or a window nothing but padding.
    """
    if windows.shape[2] != 1:
        raise ValueError(
            f"{input_name} must hold one token at each step if embedding_dim is set, got windows "
            f"of {windows.shape[2]} features: shape {windows.shape}."
        )
    missing = np.isnan(windows) | (windows == PADDING)
    wrong = ~missing & ((windows != np.floor(windows)) | (windows < 0) | (windows > LARGEST_TOKEN))
    if wrong.any():
        sample, step, _ = np.argwhere(wrong)[0]
        raise ValueError(
            f"{input_name} must hold tokens if embedding_dim is set: whole numbers from 0 "
            f"(padding) to {LARGEST_TOKEN}, got {windows[sample, step, 0]} (sample {sample}, step "
            f"{step}). TextSequencer numbers the words of texts; leave out embedding_dim for "
            "measured values."
        )
    nothing = missing.all(axis=(1, 2))
    if nothing.any():
        raise ValueError(
            f"{input_name} has a window without a token (sample {int(np.argmax(nothing))}): all of "
            f"its {windows.shape[1]} steps are padding. Remove such samples."
        )
    return np.where(missing, np.nan, windows)
