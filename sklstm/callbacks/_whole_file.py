"""Files that are whole at every moment: `write_whole`."""

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path
from secrets import token_hex


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
    """Remove what writers of a file have left beside it that were killed while they wrote.

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
