"""Sharing out the cores of the machine among the fits of a process."""

import os
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress

from joblib import cpu_count

from sklstm._fork import after_fork


class Cores:
    """Threads that help where a core is idle.

    Every fit has its own thread; for large batches it asks for helpers. It gets those that other
    fits leave over, perhaps none. What is computed does not depend on who computes it.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all threads: they do not survive a fork."""
        self._lock = threading.Lock()
        self._busy = 0
        self._pool: ThreadPoolExecutor | None = None

    @staticmethod
    def limit():
        """Return the number of threads of this process: OMP_NUM_THREADS, or that of the cores."""
        setting = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
        return int(setting) if setting.isdecimal() and int(setting) else cpu_count()

    @contextmanager
    def fit(self):
        """Count the calling thread as busy."""
        with self._lock:
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy = max(0, self._busy - 1)  # it began at zero if the process forked

    def run(self, tasks):
        """Call functions, each once, at the same time if there are cores for it.

        Parameters
        ----------
        tasks : list of callable
            What to do.

        Returns
        -------
        results : list
            What each returned.
        """
        helpers = self._take(len(tasks) - 1)
        if not helpers:
            return [task() for task in tasks]
        results, queue = [None] * len(tasks), deque(enumerate(tasks))

        def work():
            while True:
                try:
                    place, task = queue.popleft()
                except IndexError:
                    return
                results[place] = task()

        try:
            futures = self._submitted(work, helpers)
            try:
                work()
            finally:
                queue.clear()
                wait(futures)
            for future in futures:
                future.result()
        finally:
            with self._lock:
                self._busy -= helpers
        return results

    def _submitted(self, work, helpers):
        """Let so many threads do some work; fewer or none where no more threads can begin."""
        futures = []
        with suppress(RuntimeError):  # the main thread has ended, or the interpreter is about to
            for _ in range(helpers):
                futures.append(self._pool.submit(work))
        return futures

    def _take(self, wanted):
        with self._lock:
            limit = self.limit()
            helpers = max(0, min(wanted, limit - max(self._busy, 1)))
            if helpers and self._pool is None:
                self._pool = ThreadPoolExecutor(limit, thread_name_prefix="sklstm")
            self._busy += helpers
        return helpers


CORES = Cores()
after_fork(CORES.reset)
