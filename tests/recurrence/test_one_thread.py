import threading

import pytest

from sklstm.recurrence import OneThread


class Library:
    n_threads = 4

    def get(self):
        return self.n_threads

    def set(self, n_threads):
        self.n_threads = n_threads


def test_the_last_one_out_restores():
    library = Library()
    one = OneThread(library.get, library.set, 1)
    inside, leave = threading.Event(), threading.Event()

    def visit():
        with one:
            inside.set()
            leave.wait(10)

    other = threading.Thread(target=visit)
    with one:
        other.start()
        assert inside.wait(10)
    assert library.n_threads == 1  # the other one is still inside
    leave.set()
    other.join()
    assert library.n_threads == 4


def test_restores_after_an_exception():
    library = Library()
    one = OneThread(library.get, library.set, 1)
    with pytest.raises(KeyError), one:
        raise KeyError
    assert library.n_threads == 4
