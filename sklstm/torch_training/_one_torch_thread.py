"""torch on one thread while networks train."""

from functools import cache

import torch
from threadpoolctl import ThreadpoolController

from sklstm.recurrence import OneThread


@cache
def one_torch_thread():
    """Return the context manager that holds torch to one thread."""
    # torch's own setter changes the calling thread's number and one of the whole process; OpenMP's
    # changes the calling thread's alone.
    libraries = ThreadpoolController().select(user_api="openmp").lib_controllers

    def set_own(n_threads):
        for library in libraries:
            library.set_num_threads(n_threads)

    return OneThread(torch.get_num_threads, torch.set_num_threads, set_own, 1)
