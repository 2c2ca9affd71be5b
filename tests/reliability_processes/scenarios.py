"""Ways to use the package from threads and processes, each of them many times.

    python scenarios.py NAME REPETITIONS

ends with "done" if every result has the bits of one computed alone. A repetition that lasts longer
than a minute is a deadlock: all threads are printed, and the process ends with an error.
"""

import faulthandler
import multiprocessing
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import joblib
import numpy as np

from sklstm import GRUClassifier, LSTMRegressor

SECONDS = 60
X = np.random.default_rng(0).standard_normal((512, 6, 2))
Y = X.sum(axis=(1, 2))


def networks(engine="auto"):
    """Return a network that one thread trains, and one whose batches are shared among several."""
    small = GRUClassifier(4, max_epochs=3, batch_size=64, engine=engine, random_state=0)
    large = LSTMRegressor(64, max_epochs=1, batch_size=512, engine=engine, random_state=0)
    return small, large


def use(engine="auto"):
    """Fit and predict; return all bits."""
    small, large = networks(engine)
    return small.fit(X, Y > 0).predict_proba(X).tobytes() + large.fit(X, Y).predict(X).tobytes()


@cache
def fitted():
    """Return a fitted network that threads share."""
    return networks()[1].fit(X, Y)


def predict(first):
    """Return the bits that the shared network predicts for the rows from `first` on."""
    return fitted().predict(X[first:]).tobytes()


def check(results, expected):
    """End the process if a result is another one."""
    results = list(results)
    if any(result != expected for result in results):
        sys.exit("other bits than alone")


def threads():
    """Fit in four threads, and predict in them by one network."""
    alone, predicted = use(), [predict(first) for first in range(16)]

    def repeat():
        with ThreadPoolExecutor(4) as pool:
            fits = [pool.submit(use) for _ in range(4)]
            predictions = [pool.submit(predict, first) for first in range(16)]
            check([fit.result() for fit in fits], alone)
            check([[future.result() for future in predictions]], predicted)

    return repeat


def fork(engine="auto"):
    """Fork after use, and use in the child."""
    alone = use(engine)
    return lambda: use_in_fork(alone, engine)


def fork_torch():
    """Fork after torch has trained, and let it train in the child."""
    return fork("torch")


def fork_while_threads_fit():
    """Fork while other threads are fitting, and use in the child."""
    alone = use()

    def repeat():
        stop = threading.Event()

        def fit_on():
            while not stop.is_set():
                use()

        others = [threading.Thread(target=fit_on) for _ in range(2)]
        for other in others:
            other.start()
        try:
            for _ in range(3):
                use_in_fork(alone, "auto")
        finally:
            stop.set()
            for other in others:
                other.join()

    return repeat


def use_in_fork(expected, engine):
    """Fork; the child ends with 0 if it computes what is expected."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(int(use(engine) != expected))
        finally:
            os._exit(2)
    _, status = os.waitpid(child, 0)
    check([os.waitstatus_to_exitcode(status)], 0)


def loky():
    """Let joblib's own processes fit; they are new ones each time."""
    alone = use()

    def repeat():
        check(joblib.Parallel(n_jobs=2)(joblib.delayed(use)() for _ in range(4)), alone)
        joblib.externals.loky.get_reusable_executor().shutdown()

    return repeat


def pool(method, n_workers=1):
    """Let a pool of new processes fit, after use in this one."""
    alone, context = use(), multiprocessing.get_context(method)

    def repeat():
        with context.Pool(n_workers) as workers:
            check(workers.map(use, ["auto"] * 4), alone)

    return repeat


SCENARIOS = {
    "threads": threads,
    "fork": fork,
    "fork torch": fork_torch,
    "fork while threads fit": fork_while_threads_fit,
    "loky": loky,
    "multiprocessing fork": lambda: pool("fork", n_workers=2),
    "multiprocessing spawn": lambda: pool("spawn"),
    "multiprocessing forkserver": lambda: pool("forkserver"),
}


def main():
    """Repeat a scenario."""
    faulthandler.dump_traceback_later(SECONDS, exit=True)
    repeat = SCENARIOS[sys.argv[1]]()
    for _ in range(int(sys.argv[2])):
        faulthandler.dump_traceback_later(SECONDS, exit=True)  # from now on
        repeat()
    faulthandler.cancel_dump_traceback_later()
    print("done")


if __name__ == "__main__":
    main()
