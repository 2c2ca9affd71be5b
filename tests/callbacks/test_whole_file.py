"""Files that are whole at every moment."""

import os
import sys
import threading

import pytest

from sklstm.callbacks._checkpoint_file import remove_unfinished, write_whole

POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")


def writer(content):
    return lambda file: file.write(content)


@pytest.fixture
def mask():
    """The mask of permissions that others may have set."""
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


@pytest.mark.parametrize("path", ["a", "an odd.name [x].part", ".hidden"])
def test_content_is_replaced(path, tmp_path):
    for content in (b"one", b"", b"two" * 99):
        write_whole(path, writer(content))
        assert (tmp_path / path).read_bytes() == content
        assert [*tmp_path.iterdir()] == [tmp_path / path]


@pytest.mark.parametrize("error", [OSError(28, "No space left"), KeyboardInterrupt(), SystemExit()])
def test_an_error_keeps_the_old_file_and_leaves_nothing(error, tmp_path):
    path = tmp_path / "a"

    def fail(file):
        file.write(b"half")
        raise error

    for before in ([], [path]):
        with pytest.raises(type(error)):
            write_whole(path, fail)
        assert [*tmp_path.iterdir()] == before
        assert not before or path.read_bytes() == b"old"
        path.write_bytes(b"old")


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_an_error_at_the_end_does_so_too(function, tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail(*_):
        raise OSError("no")

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(OSError, match="no"):
        write_whole(path, writer(b"new"))
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_missing_folder_is_the_usual_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "nowhere" / "a", writer(b""))


@POSIX
def test_permissions_are_those_of_open(tmp_path, mask):
    write_whole("new", writer(b""))
    with open("usual", "wb"):
        pass
    assert os.stat("new").st_mode == os.stat("usual").st_mode
    assert os.stat("new").st_mode & 0o777 == 0o666 & ~mask
    os.chmod("usual", 0o604)
    write_whole("usual", writer(b"1"))
    assert os.stat("usual").st_mode & 0o777 == 0o604


@POSIX
def test_the_file_behind_a_link_is_replaced_as_by_open(tmp_path):
    (tmp_path / "far").mkdir()
    link, target = tmp_path / "link", tmp_path / "far" / "target"
    link.symlink_to("far/target")
    for content in (b"one", b"two"):  # at first the link leads nowhere
        write_whole(link, writer(content))
        assert link.is_symlink()
        assert target.read_bytes() == content
        assert [*target.parent.iterdir()] == [target]


@POSIX
def test_readers_see_a_whole_file(tmp_path):
    path, n_writings = tmp_path / "a", 300
    write_whole(path, writer(bytes(99_999)))
    done, found, broken = threading.Event(), set(), []

    def read():
        while not done.is_set():
            content = path.read_bytes()
            found.add(content[0])
            if content != content[:1] * 99_999:
                broken.append(len(content))

    def write(number):
        for _ in range(n_writings // 3):
            write_whole(path, writer(bytes([number]) * 99_999))

    readers = [threading.Thread(target=read) for _ in range(2)]
    writers = [threading.Thread(target=write, args=[number]) for number in (1, 2, 3)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert not broken
    assert 1 < len(found) <= 4
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path):
    names = ["a", ".a.part", ".b.01234567.part", ".a.b.01234567.part", ".a.0123456g.part", "a.part"]
    for name in [*names, ".a.01234567.part", ".a.89abcdef.part"]:
        (tmp_path / name).touch()
    remove_unfinished("a")
    assert {path.name for path in tmp_path.iterdir()} == {*names}
