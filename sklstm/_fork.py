"""What a process that was forked begins anew, such as locks that other threads held: `after_fork`.

A fork has the thread alone that forked.
"""

import os
from collections.abc import Callable


def after_fork(reset: Callable[[], None]) -> None:
    """Let a function be called at the beginning of each child process, where processes fork.

    Parameters
    ----------
    reset : callable
        Renews what other threads may have held.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=reset)
