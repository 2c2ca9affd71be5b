"""Temporary files beside arrays on disk: there is room for them, or an error that says how much."""

import errno
import shutil
import tempfile
from collections import namedtuple

import numpy as np
import pytest

from sklstm import LSTMRegressor, SequenceWindower
from sklstm.data import empty_beside, is_on_disk

Usage = namedtuple("Usage", ["total", "used", "free"])


@pytest.fixture
def rows(tmp_path):
    values = np.random.default_rng(0).normal(size=(1000, 2))
    np.save(tmp_path / "rows.npy", values)
    return np.load(tmp_path / "rows.npy", mmap_mode="r")


@pytest.fixture
def full(monkeypatch):
    """A folder of temporary files with room for a few bytes."""

    def full(free):
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(10**9, 10**9 - free, free))

    return full


@pytest.mark.parametrize("free", [0, 16_000, 1009 * 16 - 1])
def test_too_little_room_is_told_before_anything_is_written(free, full, rows):
    full(free)
    words = rf"temporary file of 0\.0 MB, and there are 0\.0 MB left in {tempfile.gettempdir()}"
    with pytest.raises(OSError, match=f"{words}.*TMPDIR") as refused:
        SequenceWindower(10).fit_transform(rows)
    assert refused.value.errno == errno.ENOSPC


def test_room_to_the_byte_is_enough(full, rows):
    full(1009 * 16)
    windows = SequenceWindower(10).fit_transform(rows)
    np.testing.assert_array_equal(windows[-1], rows[-10:])
    assert is_on_disk(windows)


def test_room_that_goes_meanwhile_is_told_too(monkeypatch, rows):
    """Other processes write as well, and quotas are no part of what is left."""

    def fallocate(file, first, size):
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr("os.posix_fallocate", fallocate, raising=False)
    with pytest.raises(OSError, match=r"has no room \(Disk quota exceeded\): let .*TMPDIR"):
        SequenceWindower(10).fit_transform(rows)


def test_a_file_system_that_cannot_reserve(monkeypatch, rows):
    def fallocate(file, first, size):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr("os.posix_fallocate", fallocate, raising=False)
    np.testing.assert_array_equal(SequenceWindower(10).fit_transform(rows)[500], rows[491:501])


@pytest.mark.skipif(not hasattr(__import__("os"), "posix_fallocate"), reason="of POSIX")
def test_the_room_is_taken_at_once(monkeypatch, rows):
    taken = []
    import os

    reserve = os.posix_fallocate
    monkeypatch.setattr(
        "os.posix_fallocate", lambda *args: (taken.append(args[1:]), reserve(*args))[1]
    )
    empty_beside(rows, (123, 4))
    assert taken == [(0, 123 * 4 * 8)]


def test_windows_of_one_row_take_no_room(full, rows):
    full(0)
    windows = SequenceWindower(1).fit_transform(rows)
    np.testing.assert_array_equal(windows[:, 0], rows)
    assert np.shares_memory(windows, rows)
    y = np.asarray(rows[:, 0])
    model = LSTMRegressor(2, max_epochs=1, random_state=0).fit(windows, y)
    expected = LSTMRegressor(2, max_epochs=1, random_state=0).fit(rows[:, None] + 0.0, y)
    np.testing.assert_allclose(model.predict(windows), expected.predict(windows), rtol=1e-4)


def test_rows_in_memory_take_no_file(full):
    full(0)
    assert SequenceWindower(10).fit_transform(np.zeros((50, 2))).shape == (50, 10, 2)
