"""The file of a checkpoint: whether it is whole, and of which fit: `CheckpointFile`."""

import hashlib
import pickle
from pathlib import Path

from ._whole_file import remove_unfinished, write_whole

_NAME = b"sklstm checkpoint "
_FORMAT = b"1"
_DIGEST_SIZE = hashlib.sha256().digest_size


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
        remove_unfinished(self.path)

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
        write_content(self.path, content)
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


def write_content(path, content):
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
        The file. Nothing is unpickled but what `write_content` has written.

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
