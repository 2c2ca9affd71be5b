"""Two revisions of this package side by side: is the newer one slower?

    python benchmarks/revisions.py HEAD~20 HEAD

Each revision is taken out of git into a folder of its own and served by a worker process, in the
environment that runs this script; it needs the dependencies of the package and git. The workers
take turns, and the order changes from turn to turn. What is printed is the ratio of the medians,
new over old, and the ratio of the fastest turns: above 1 the new one is slower. With ``--bits`` the
predictions after training are compared as well.
"""

import argparse
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median

from roster import PeerSetting
from tasks import EPOCH_TASKS
from workers import Worker

ROOT = Path(__file__).resolve().parent.parent
N_BULK = 20_000
N_LATENCY = 300


def take_out(revision, folder):
    """Put the package of a revision into a new folder.

    Parameters
    ----------
    revision : str
        Anything that git knows a commit by.
    folder : pathlib.Path
        What is to hold ``sklstm``.
    """
    folder.mkdir(parents=True)
    archive = folder / "package.tar"
    command = ["git", "archive", "--output", str(archive), revision, "sklstm"]
    subprocess.run(command, cwd=ROOT, check=True)
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)


def start(revision, folder, threads):
    """Return the worker of a revision.

    Parameters
    ----------
    revision : str
        Anything that git knows a commit by.
    folder : pathlib.Path
        Where the package is put.
    threads : int
        Number of threads of its process.

    Returns
    -------
    worker : Worker
        Of the peer sklstm, which imports the package of that revision.
    """
    take_out(revision, folder)
    setting = PeerSetting(
        folder.name, "sklstm", "sklstm_peer", threads, variables={"PYTHONPATH": str(folder)}
    )
    return Worker(setting, Path(sys.executable), folder / "logs")


def measurements(turns_of_epochs):
    """Return what is timed: for each name how a worker is prepared, and what it is asked for.

    Parameters
    ----------
    turns_of_epochs : int
        How many times as many epochs as in the benchmark are timed together.

    Returns
    -------
    measurements : dict of str to tuple
        Preparation and question, each the name of a method and its arguments.
    """
    asked = {}
    for task in EPOCH_TASKS:
        n_epochs = turns_of_epochs * task.epochs_per_turn
        task = replace(task, epochs_per_turn=n_epochs)
        asked[task.name] = (
            ("prepare_epochs", {"task": task.as_dict()}),
            ("time_epochs", {"n_epochs": n_epochs}),
        )
    asked["one window predicted"] = (
        ("prepare_latency", {}),
        ("time_latency", {"n_calls": N_LATENCY}),
    )
    asked[f"{N_BULK} windows predicted"] = (
        ("prepare_bulk", {"n_windows": N_BULK}), ("time_bulk", {}),
    )  # fmt: skip
    return asked


def compare(workers, preparation, question, n_turns):
    """Ask both workers in turn; return the two lists of what they measured."""
    for worker in workers:
        worker.call(preparation[0], **preparation[1])
    values = [], []
    for turn in range(n_turns):
        for which in (0, 1) if turn % 2 else (1, 0):
            values[which].append(workers[which].call(question[0], **question[1]))
    return values


def main():
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bits", action="store_true", help="compare losses after training too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        revisions = {"old": options.old, "new": options.new}
        workers = [start(r, Path(folder) / name, options.threads) for name, r in revisions.items()]
        try:
            for name, (preparation, question) in measurements(2).items():
                old, new = compare(workers, preparation, question, options.turns)
                print(
                    f"{name:45} median {median(new) / median(old):.3f}   "
                    f"fastest {min(new) / min(old):.3f}",
                    flush=True,
                )
            for task in EPOCH_TASKS if options.bits else ():
                losses = [worker.call("final_loss", task=task.as_dict()) for worker in workers]
                print(f"{task.name:45} same loss to the bit: {losses[0] == losses[1]}", flush=True)
        finally:
            for worker in workers:
                worker.stop()


if __name__ == "__main__":
    main()
