"""Files of checkpoints: whole at every moment, and of one fit only."""

import hashlib
import os
import pickle
import re
import shutil
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

import joblib
import numpy as np

from ._path_lock import PathLock

# A fit may resume with others of these; the last two are refused elsewhere.
_FREE = {"max_epochs", "verbose", "device", "engine", "callbacks", "warm_start"}
_VALUES = 1 << 20  # that are looked at together
_NAME = b"sklstm checkpoint "
_FORMAT = b"1"
_DIGEST_SIZE = hashlib.sha256().digest_size


def write_whole(path, write):
    """Replace a file in one go, so that whoever reads it sees the old one or the new one.

    A new file has the permissions that `open` gives, another one keeps its own. Where the path is
    a link, the file that it leads to is replaced.

    Parameters
    ----------
    path : str or path
        The file; it need not be there.
    write : callable
        Called with an open binary file, writes the content.

    Raises
    ------
    OSError
        If the folder is not there, or nothing can be written into it. The old file is kept.
    """
    path = _followed(path)
    unfinished = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        with open(unfinished, "xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            shutil.copymode(path, unfinished)
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def remove_unfinished(path):
    """Remove what writers of a file have left next to it that were killed while they wrote.

    Parameters
    ----------
    path : str or path
        The file.
    """
    path = _followed(path)
    unfinished = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{8}}\.part")
    for other in path.parent.iterdir():
        if unfinished.fullmatch(other.name):
            other.unlink(missing_ok=True)


def _followed(path):
    return Path(os.path.realpath(path))


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
        if data.step_weight is not None:
            parts.append(data.flat_step_weight(block))
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


class CheckpointFile:
    """The file of one fit, which no other fit shall write.

    Parameters
    ----------
    path : str or path
        The file; it need not be there.
    identity : dict of str to object
        What tells the fit from others, by name.

    Attributes
    ----------
    written : object
        What `write` was told last, here or in the file that was read; None without a file.
    """

    def __init__(self, path, identity):
        self.path = Path(path).absolute()
        self.identity = identity
        self.written = None
        self._trace = None  # of the file as it was left
        refuse_other_than_files(self.path)
        self._lock = PathLock(_followed(self.path))
        if self._lock.is_exclusive:  # so whoever has left a part of a file is no more
            remove_unfinished(self.path)

    def close(self):
        """Let other fits write the file."""
        self._lock.release()

    def read(self):
        """Return the content, None if there is no file.

        Raises
        ------
        ValueError
            If it is no checkpoint, damaged, or that of another fit.
        """
        trace = _trace(self.path)
        if trace is None:
            return None
        content = read_content(self.path)
        self._check_same_fit(content["identity"])
        self._trace, self.written = trace, content["written"]
        return content

    def write(self, content, written):
        """Replace the file.

        Parameters
        ----------
        content : dict
            What `read` will return.
        written : object
            What tells this writing from others.

        Raises
        ------
        ValueError
            If another fit has written the file meanwhile.
        """
        if _trace(self.path) not in (None, self._trace):
            self.read()
        content = content | {"identity": self.identity, "written": written}
        _write_content(self.path, content)
        self._trace, self.written = _trace(self.path), written

    def _check_same_fit(self, there):
        here = self.identity
        other = [name for name in here | there if here.get(name) != there.get(name)]
        if other:
            raise ValueError(
                f"path={str(self.path)!r} is the checkpoint of another fit, the two differ in: "
                f"{', '.join(sorted(other))}. Remove the file to begin anew, or give this fit "
                "another path; folds, candidates and members of an ensemble are fits of their own."
            )


def refuse_other_than_files(path):
    """Raise an OSError if there is something at a path that is no file, such as a pipe.

    Reading a pipe waits until somebody writes, perhaps for ever.

    Parameters
    ----------
    path : str or path
        The path; there need be nothing.

    Raises
    ------
    IsADirectoryError
        If it is a folder.
    OSError
        If it is a pipe, a device or a socket.
    """
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(
            f"path={str(path)!r} is a folder: name a file in it, such as "
            f"{str(path / 'fit.checkpoint')!r}."
        )
    if path.exists() and not path.is_file():
        raise OSError(f"path={str(path)!r} is no file, but a pipe, device or socket.")


def _write_content(path, content):
    """Write a checkpoint: a line that says so, a digest, and the pickled content.

    Parameters
    ----------
    path : str or path
        The file.
    content : dict
        What it holds.
    """
    content = pickle.dumps(content, protocol=5)
    head = _NAME + _FORMAT + b"\n" + hashlib.sha256(content).digest()
    write_whole(path, lambda file: file.writelines([head, content]))


def read_content(path):
    """Return what a checkpoint holds.

    Parameters
    ----------
    path : str or path
        The file. Nothing is unpickled but what `_write_content` has written.

    Returns
    -------
    content : dict
        As it was written.

    Raises
    ------
    ValueError
        If it is another file, or damaged.
    OSError
        If it cannot be read.
    """
    refuse_other_than_files(path)
    with open(path, "rb") as file:
        name, number = file.read(len(_NAME)), file.readline(80).strip()
        if name != _NAME:
            raise ValueError(f"path={str(path)!r} is no checkpoint but another file.")
        if number != _FORMAT:
            raise ValueError(
                f"path={str(path)!r} is a checkpoint of format {number.decode(errors='replace')}; "
                f"this release of sklstm knows {_FORMAT.decode()}."
            )
        digest, content = file.read(_DIGEST_SIZE), file.read()
    if hashlib.sha256(content).digest() != digest:
        raise ValueError(
            f"path={str(path)!r} is a damaged checkpoint. Remove it to begin anew, or put a copy "
            "in its place."
        )
    try:
        return pickle.loads(content)
    except Exception as error:  # of a class that is gone, or that another release wrote
        raise ValueError(f"path={str(path)!r} is a checkpoint that cannot be read: {error}") from (
            error
        )


def _trace(path):
    """Return what tells a file from one that took its place; None if there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
