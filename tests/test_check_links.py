"""The search for dead links in the built pages."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "docs" / "check_links.py"
GOOD = '<a id="top"></a><a href="#here">x</a><p id="here"><a href="sub/b.html#there">y</a></p>'
LINKS = (
    '<i id="there"></i><a href="../a.html#here">x</a><img src="c.png"><a href="https://x.y/z">y</a>'
)


def dead_links(folder):
    command = [sys.executable, SCRIPT, folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout.splitlines()


def test_dead_links_are_found(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.html").write_text(GOOD)
    (tmp_path / "sub" / "b.html").write_text(LINKS)
    (tmp_path / "sub" / "c.png").write_bytes(b"")
    assert dead_links(tmp_path) == (0, [])
    (tmp_path / "sub" / "c.png").unlink()
    (tmp_path / "a.html").write_text(GOOD.replace('id="here"', 'id="moved"'))
    assert dead_links(tmp_path) == (
        1,
        ["a.html: #here", "sub/b.html: ../a.html#here", "sub/b.html: c.png"],
    )
