"""Forks beside and inside a block that holds the library to one thread."""

import os
import threading
import time

import pytest

from sklstm.recurrence import OneThread

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]


@pytest.fixture
def one_thread():
    setting = [2]

    def set_(value):
        setting[:] = [value]

    return OneThread(lambda: setting[0], set_, set_, 1)


def in_child(function):
    """Return the exit code of a child that calls a function; it is killed if it hangs."""
    child = os.fork()
    if child == 0:
        threading.Timer(20, os._exit, [3]).start()
        os._exit(int(not function()))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_lock_that_another_thread_holds_is_free_in_the_child(one_thread):
    def enter():
        with one_thread:
            return one_thread._get() == 1

    held = threading.Event()

    def hold():
        with one_thread._lock:
            held.set()
            time.sleep(0.2)

    other = threading.Thread(target=hold)
    other.start()
    held.wait()
    assert in_child(enter) == 0
    other.join()


def test_a_child_does_not_inherit_the_setting_of_other_threads(one_thread):
    inside, leave = threading.Event(), threading.Event()
    other = threading.Thread(target=lambda: [one_thread.__enter__(), inside.set(), leave.wait()])
    other.start()
    inside.wait()
    assert in_child(lambda: one_thread._get() == 2) == 0
    leave.set()
    other.join()
