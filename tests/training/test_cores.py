import os
import subprocess
import sys
import threading

import pytest
from joblib import cpu_count

from sklstm.training._cores import Cores

WAIT = 60  # seconds after which a test fails that would otherwise wait for ever


@pytest.fixture
def new_cores():
    """A function that makes cores with a limit."""

    def make(limit):
        cores = Cores()
        cores.limit = lambda: limit
        return cores

    return make


def on_threads(*functions):
    """Call functions at the same time, to their end; return their results in order."""
    results = [None] * len(functions)

    def call(place):
        results[place] = functions[place]()

    threads = [threading.Thread(target=call, args=(k,)) for k in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive()
    return results


def meet(n_threads):
    """Return a function that returns once that many threads are in it at the same time."""
    return threading.Barrier(n_threads, timeout=WAIT).wait


@pytest.mark.parametrize("limit", [1, 2, 5])
@pytest.mark.parametrize("n_tasks", [0, 1, 3, 40])
def test_each_task_runs_once_and_results_are_in_order(new_cores, limit, n_tasks):
    cores, calls = new_cores(limit), []

    def task(number):
        calls.append(number)
        return number**2

    for _ in range(3):
        calls.clear()
        with cores.fit():
            found = cores.run([lambda number=number: task(number) for number in range(n_tasks)])
        assert found == [number**2 for number in range(n_tasks)]
        assert sorted(calls) == list(range(n_tasks))


@pytest.mark.parametrize("limit", [2, 4])
def test_idle_cores_help(new_cores, limit):
    cores = new_cores(limit)
    together = meet(limit)
    with cores.fit():
        cores.run([together] * limit)  # would not end with fewer threads


def test_without_an_idle_core_the_caller_does_all(new_cores):
    cores = new_cores(1)
    with cores.fit():
        found = cores.run([threading.get_ident] * 5)
    assert set(found) == {threading.get_ident()}


def test_fits_get_what_others_leave_over(new_cores):
    cores = new_cores(4)
    first_is_full, leave, release = meet(4), meet(4), threading.Event()

    def first():
        def task():
            first_is_full()
            assert release.wait(WAIT)

        with cores.fit():
            inside()
            cores.run([task] * 3)
            leave()

    def second():
        with cores.fit():
            inside()
            first_is_full()  # three threads of the first fit and this one
            own = threading.get_ident()
            assert set(cores.run([threading.get_ident] * 6)) == {own}
            release.set()
        for _ in range(3):
            threading.Thread(target=leave).start()

    inside = meet(2)
    on_threads(first, second)
    together = meet(4)
    with cores.fit():
        cores.run([together] * 4)  # all is given back


def test_many_fits_together_never_take_more_than_the_limit(new_cores):
    limit, n_fits = 3, 3
    cores, lock = new_cores(limit), threading.Lock()
    active, most, begin = 0, 0, meet(n_fits)

    def task():
        nonlocal active, most
        with lock:
            active += 1
            most = max(most, active)
        sum(range(20_000))
        with lock:
            active -= 1

    def fit():
        with cores.fit():
            begin()
            for n_tasks in (1, 2, 5, 9) * 4:
                cores.run([task] * n_tasks)

    on_threads(*[fit] * n_fits)
    assert 1 <= most <= limit
    assert cores._busy == 0


class Failure(Exception):
    pass


def fail():
    raise Failure


@pytest.mark.parametrize("limit", [1, 3])
@pytest.mark.parametrize("place", [0, 4])
def test_an_exception_reaches_the_caller_and_the_cores_are_given_back(new_cores, limit, place):
    cores = new_cores(limit)
    tasks = [lambda: None] * 5
    tasks[place] = fail
    with cores.fit(), pytest.raises(Failure):
        cores.run(tasks)
    assert cores._busy == 0
    together = meet(limit)
    with cores.fit():
        cores.run([together] * limit)


def test_an_exception_in_a_helper_reaches_the_caller(new_cores):
    cores, together = new_cores(2), meet(2)
    caller = threading.get_ident()

    def task():
        together()
        if threading.get_ident() != caller:
            fail()

    with cores.fit(), pytest.raises(Failure):
        cores.run([task, task])


def test_nobody_is_at_work_any_more_when_an_exception_comes_out(new_cores):
    for failing in ("sklstm_0", "sklstm_1"):
        cores, together, done, release = new_cores(3), meet(3), [], threading.Event()

        def task(failing=failing, together=together, done=done, release=release):
            together()
            name = threading.current_thread().name
            if name.startswith("sklstm") and name != failing:
                release.wait(0.5)  # still at work when the other one fails
            done.append(name)
            if name == failing:
                fail()

        with cores.fit(), pytest.raises(Failure):
            cores.run([task] * 3)
        done_by_then = list(done)
        release.set()
        assert len(done_by_then) == 3


def test_a_fit_that_fails_is_over(new_cores):
    cores = new_cores(2)
    with pytest.raises(Failure), cores.fit():
        fail()
    together = meet(2)
    with cores.fit():
        cores.run([together] * 2)


@pytest.mark.parametrize(
    ("setting", "expected"), [("3", 3), ("2,4", 2), ("0", None), ("", None), ("many", None)]
)
def test_limit_is_that_of_the_environment_or_the_cores(monkeypatch, setting, expected):
    monkeypatch.setenv("OMP_NUM_THREADS", setting)
    assert Cores.limit() == (expected or cpu_count())
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert Cores.limit() == cpu_count()


FORK = """
import os
import threading
from sklstm.training._cores import CORES

CORES.limit = lambda: 3

def together():
    barrier = threading.Barrier(3, timeout=30)
    with CORES.fit():
        assert CORES.run([lambda: barrier.wait() >= 0] * 3) == [True] * 3

together()
child = os.fork()
if not child:
    code = 1
    try:
        together()
        code = 0
    finally:
        os._exit(code)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
together()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_threads_help_in_a_forked_process():
    # Forking with threads is what is tested here; from 3.12 on Python warns of it.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORK]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (ran.returncode, ran.stderr) == (0, "")


AT_THE_END = """
import atexit
import threading
import time

import numpy as np

from sklstm import LSTMRegressor
from sklstm.training._cores import CORES

CORES.limit = lambda: 3
X = np.random.default_rng(0).normal(size=(600, 8, 2))

def fit(name):
    model = LSTMRegressor(16, batch_size=600, max_epochs=2, random_state=0).fit(X, X[:, -1, 0])
    print(name, model.predict(X).sum(), flush=True)
    print(name, CORES.run([lambda: 1, lambda: 2, lambda: 3]), flush=True)

def after_the_main_thread():
    while threading.main_thread().is_alive():
        time.sleep(0.01)
    fit("thread")

POOL
atexit.register(fit, "exit")
threading.Thread(target=after_the_main_thread).start()
"""


@pytest.mark.parametrize("before", ["", 'fit("main")'], ids=["no pool yet", "a pool"])
def test_a_fit_ends_though_no_more_threads_can_begin(before):
    command = [sys.executable, "-c", AT_THE_END.replace("POOL", before)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (ran.returncode, ran.stderr) == (0, "")
    results = {line.partition(" ")[2] for line in ran.stdout.splitlines()}
    assert len(ran.stdout.splitlines()) == (6 if before else 4)
    assert len(results) == 2  # of all fits the same bits, and of the tasks
    assert "[1, 2, 3]" in results
