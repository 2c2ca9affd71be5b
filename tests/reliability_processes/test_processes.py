"""Threads, forks and pools: no deadlock, and the bits of a single process.

Each way runs in a process of its own, which is killed with all its children if it does not end.
`SKLSTM_FULL=1` asks for ten times as many repetitions.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("scenarios.py")
FACTOR = 10 if os.environ.get("SKLSTM_FULL") == "1" else 1
REPETITIONS = {
    "threads": 4,
    "fork": 5,
    "fork torch": 2,
    "fork while threads fit": 3,
    "loky": 1,
    "multiprocessing fork": 3,
    "multiprocessing spawn": 1,
    "multiprocessing forkserver": 1,
}  # 20


@pytest.mark.parametrize("scenario", REPETITIONS)
def test_nothing_hangs_and_bits_are_the_same(scenario, tmp_path):
    if "fork" in scenario and not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    repetitions = REPETITIONS[scenario] * FACTOR
    output = tmp_path / "output"
    with output.open("w") as file:  # not a pipe: a child that hangs would hold it open
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore:.*fork:DeprecationWarning", SCRIPT, scenario,
             str(repetitions)],
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | {"OMP_NUM_THREADS": "2"},  # batches are shared among threads
        )  # fmt: skip
        try:
            # It ends itself if one repetition hangs; this is for what keeps it from that.
            process.wait(timeout=90 * (repetitions + 1))
        finally:
            if hasattr(os, "killpg"):
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()
    printed = output.read_text()
    assert process.returncode == 0, printed[-5000:]
    assert printed.split()[-1] == "done"
