import subprocess
import sys
import threading

import pytest

from sklstm.recurrence import OneThread


class Library:
    """Has a number of threads for the process and one for each Python thread."""

    def __init__(self):
        self.process = 4
        self.own = threading.local()

    def get(self):
        return getattr(self.own, "n", self.process)

    def set(self, n_threads):
        self.process = self.own.n = n_threads

    def set_own(self, n_threads):
        self.own.n = n_threads


@pytest.fixture
def library():
    return Library()


@pytest.fixture
def one(library):
    return OneThread(library.get, library.set, library.set_own, 1)


def test_who_leaves_first_restores_his_own_and_the_last_one_restores_all(library, one):
    inside, leave, seen = threading.Event(), threading.Event(), []

    def visit():
        with one:
            seen.append(library.get())
            inside.set()
            leave.wait(10)
            seen.append(library.get())
        seen.append(library.get())

    other = threading.Thread(target=visit)
    with one:
        other.start()
        assert inside.wait(10)
    assert library.get() == 4
    assert library.process == 1  # the other one is still inside
    leave.set()
    other.join()
    assert seen == [1, 1, 4]
    assert library.process == 4


def test_going_in_twice_is_leaving_twice(library, one):
    other_inside, leave = threading.Event(), threading.Event()

    def visit():
        with one:
            other_inside.set()
            leave.wait(10)

    other = threading.Thread(target=visit)
    other.start()
    assert other_inside.wait(10)
    with one:
        with one:
            pass
        assert library.get() == 1
    leave.set()
    other.join()
    assert library.process == 4


def test_restores_after_an_exception(library, one):
    with pytest.raises(KeyError), one:
        raise KeyError
    assert library.get() == 4


SAME_BITS_EVERYWHERE = """
import threading
import numpy as np
import torch
from joblib import Parallel, delayed
from threadpoolctl import threadpool_info
from sklstm import LSTMRegressor

X = np.random.default_rng(0).normal(size=(700, 6, 3))
y = X.sum(axis=(1, 2))

def run():
    model = LSTMRegressor(128, max_epochs=1, n_iter_no_change=None, random_state=0).fit(X, y)
    return model.predict(X)

def threads():
    blas = [library["num_threads"] for library in threadpool_info()]
    return blas, torch.get_num_threads()

if __name__ == "__main__":
    expected = run()
    before = threads()
    found = []
    workers = [threading.Thread(target=lambda: found.append(run())) for _ in range(3)]
    for worker in workers:
        worker.start()
    found.append(run())
    for worker in workers:
        worker.join()
    found += Parallel(n_jobs=2)(delayed(run)() for _ in range(2))
    assert len(found) == 6
    assert all((expected == other).all() for other in found), "bits differ"
    assert threads() == before, (before, threads())
    assert before[1] == 2 and set(before[0]) == {2}, before
"""


def test_threads_and_processes_give_the_same_bits(tmp_path, monkeypatch):
    """With two threads allowed, in Python threads and in other processes; then all is put back."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "2")
    script = tmp_path / "script.py"
    script.write_text(SAME_BITS_EVERYWHERE, encoding="utf-8")
    command = [sys.executable, str(script)]
    assert subprocess.run(command, capture_output=True, text=True, timeout=300).stderr == ""
