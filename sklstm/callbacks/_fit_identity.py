"""What tells one fit from another: `fit_identity`."""

import hashlib

import joblib
import numpy as np

# A fit may go on with others of these; the last two are refused elsewhere.
_FREE = {"max_epochs", "verbose", "device", "engine", "callbacks", "warm_start"}
_VALUES = 1 << 20  # that are looked at together


def fit_identity(estimator, run):
    """Return what a fit depends on: class, parameters and data.

    The data are those that the network is trained on: windows that share their rows and copies of
    them are the same, and so are a frame and its values.

    Parameters
    ----------
    estimator : estimator
        What is fitted.
    run : OngoingRun
        Its training.

    Returns
    -------
    identity : dict of str to object
        Two fits with equal ones go the same way, up to the seed where ``random_state`` is None.

    Raises
    ------
    TypeError
        If a parameter cannot be pickled.
    """
    parameters = estimator.get_params(deep=False)
    identity = {name: _digest(name, parameters[name]) for name in parameters.keys() - _FREE}
    dtype = run.training.windows.rows.dtype
    return identity | {
        "class": type(estimator).__name__,
        "precision": dtype.name,
        "training data": data_digest(run.training),
        "held-back data": None if run.validation is None else data_digest(run.validation),
    }


def _digest(name, value):
    if isinstance(value, np.generic):
        value = value.item()
    try:
        return joblib.hash(value)
    except Exception as error:  # whatever an object raises that does not want to be pickled
        raise TypeError(
            f"Checkpoint cannot keep {name}={value!r}, which cannot be pickled: {error} A function "
            "must be defined at the top of a module."
        ) from error


def data_digest(data):
    """Return a digest of samples, in the memory of a few of them.

    Parameters
    ----------
    data : TrainingData
        The samples.

    Returns
    -------
    digest : str
        The same for the same samples in the same order, however they are stored.
    """
    windows, digest = data.windows, hashlib.sha256()
    step = max(1, _VALUES // (int(windows.lengths.max()) * windows.rows.shape[1]))
    for first in range(0, len(windows), step):
        block = np.arange(first, min(first + step, len(windows)))
        parts = [
            windows.lengths[block], windows.rows[windows.row_numbers(block)],
            data.flat_targets(block),
        ]  # fmt: skip
        if data.sample_weight is not None:
            parts.append(data.sample_weight[block])
        for part in parts:
            dtype = np.int64 if part.dtype.kind in "iu" else part.dtype
            digest.update(f"{part.shape} {np.dtype(dtype)} ".encode())
            digest.update(np.ascontiguousarray(part, dtype=dtype))
    if windows.differenced is not None and windows.differenced.any():
        digest.update(windows.differenced)
    if data.batches is not None:
        for part in (data.batches.samples, data.batches.firsts, data.batches.continues):
            digest.update(np.ascontiguousarray(part))
    return digest.hexdigest()
