"""One writer of a file at a time, across processes: `PathLock`."""

import os
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: there is no lock that ends with its process
    fcntl = None  # type: ignore[assignment]


class PathLock:
    """The right to write a file, which one fit has at a time.

    It is the lock that the operating system has on a file next to it, so it ends with the process
    that holds it, however that ends. Windows and some network drives have none.

    Parameters
    ----------
    path : path
        The file.

    Attributes
    ----------
    is_exclusive : bool
        Whether no other fit can have taken it.

    Raises
    ------
    BlockingIOError
        If another fit has it; the message names the file and the process.
    """

    def __init__(self, path: Path) -> None:
        self._beside, self._file = path.with_name(f".{path.name}.lock"), -1
        self.is_exclusive = fcntl is not None
        while self.is_exclusive and self._file < 0:
            self._try_to_take(path)

    def _try_to_take(self, path: Path) -> None:
        try:
            file = os.open(self._beside, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:  # nothing can be written here; if something is to be, that will be told
            self.is_exclusive = False
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The one before may have removed it between the two lines above.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file), os.stat(self._beside)):
                    os.truncate(file, 0)
                    os.write(file, str(os.getpid()).encode())
                    self._file, file = file, -1
        except BlockingIOError as error:
            holder = os.pread(file, 20, 0).decode(errors="replace") or "unknown"
            raise BlockingIOError(
                error.errno,
                f"path={str(path)!r} is being written by another fit, in process {holder}"
                f"{' (this one)' if holder == str(os.getpid()) else ''}: wait until it has ended, "
                "or give this fit another path",
            ) from error
        except OSError:  # a file system without locks
            self.is_exclusive = False
        finally:
            if file >= 0:
                os.close(file)

    def release(self) -> None:
        """Let others have it."""
        if self._file >= 0:
            self._beside.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1
