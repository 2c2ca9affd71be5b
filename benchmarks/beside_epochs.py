"""What does a fit to a panel take beside its epochs? Two revisions of this package.

    python benchmarks/beside_epochs.py dd36490~1 HEAD

A `Forecaster` around a GRU of 32 units learns from 1,000 series of 700 days, all windows of 28 days
with the 28 days after them, for one epoch and for two: the difference is an epoch, and the rest is
reading, scaling, cutting and checking. Each revision is taken out of git and runs in processes of
its own, which take turns. Seconds are those of the processor, the least of all turns.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from revisions import take_out

N_SERIES, N_DAYS, N_STEPS = 1000, 700, 28


def main():
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seconds = {}
        for revision in (options.old, options.new):
            take_out(revision, Path(folder) / revision)
            seconds[revision] = []
        for _ in range(options.turns):
            for revision, found in seconds.items():
                found.append(_measured(Path(folder) / revision))
    parts = {"an epoch": [], "the rest of a fit": []}
    for found in seconds.values():
        one, two = map(min, zip(*found, strict=True))
        parts["an epoch"].append(two - one)
        parts["the rest of a fit"].append(2 * one - two)
    for name, (old, new) in parts.items():
        print(f"{name:20} {old:.2f} s, {new:.2f} s: {new / old:.2f} times")


def _measured(folder):
    """Return the seconds of fits of one epoch and of two, in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--here"]
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return tuple(map(float, printed.stdout.split()))


def measure_here():
    """Print the seconds of fits of one epoch and of two by the package that is imported."""
    import numpy as np
    import pandas as pd

    from sklstm import Forecaster, GRURegressor

    rng, day = np.random.default_rng(0), np.arange(N_DAYS)
    level = rng.lognormal(3.0, 1.0, (N_SERIES, 1))
    noise = rng.normal(0.0, 0.1, (N_SERIES, N_DAYS))
    sales = level * (1 + 0.3 * np.sin(2 * np.pi * day / 7) + noise)
    days = pd.date_range("2022-01-01", periods=N_DAYS)
    shop = np.repeat(np.arange(N_SERIES), N_DAYS)
    panel = pd.DataFrame({"shop": shop, "sales": sales.ravel()}, np.tile(days, N_SERIES))

    def seconds_of(n_epochs):
        network = GRURegressor(32, batch_size=1024, max_epochs=n_epochs, random_state=0)
        start = time.process_time()
        Forecaster(
            network, lookback=N_STEPS, horizon=N_STEPS, strategy="direct", by="shop",
            calibration_size=None, scaling="scaled_difference",
        ).fit(panel)  # fmt: skip
        return time.process_time() - start

    seconds_of(1)  # imports and compiles
    print(seconds_of(1), seconds_of(2))


if __name__ == "__main__":
    measure_here() if sys.argv[1:] == ["--here"] else main()
