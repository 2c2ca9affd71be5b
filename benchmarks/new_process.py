"""Where the time of a new worker process goes, from its start to the end of a first fit.

    python benchmarks/new_process.py [--turns 9]

A worker that joblib starts for a search imports joblib, then scikit-learn to read what it is to
run, then this package; its first fit compiles. Printed are medians of seconds of the processor, so
that other programs change little; waiting for the disk is not among them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from statistics import median

STAGES = """
import json
from time import process_time

times = {}


def lap(name, begin):
    times[name] = process_time() - begin
    return process_time()


now = lap("Python itself", 0.0)
import joblib.externals.loky.process_executor
now = lap("joblib, with NumPy", now)
import sklearn.model_selection._validation, pandas
now = lap("scikit-learn, with SciPy and pandas", now)
from sklstm import LSTMRegressor
import sklstm.training._compiled_engine
now = lap("modules of sklstm and of llvmlite", now)
import numpy as np
series = np.sin(np.arange(178) / 5)
X, y = np.lib.stride_tricks.sliding_window_view(series, 7)[:171, :, None], series[7:]
now = process_time()
network = LSTMRegressor(16, max_epochs=20, random_state=0).fit(X, y)
network.score(X, y)
now = lap("first fit of an LSTM, 171 windows, 20 epochs, and its score", now)
network.fit(X, y).score(X, y)
now = lap("the same again", now)
import sklstm
[getattr(sklstm, name) for name in sklstm.__all__]
lap("the rest of sklstm, which a worker does not import", now)
print(json.dumps(times))
"""

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--turns", type=int, default=9)
arguments = parser.parse_args()

environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
turns = []
for _ in range(arguments.turns + 1):
    with tempfile.TemporaryDirectory() as folder:  # so that no package is found by chance
        done = subprocess.run(
            [sys.executable, "-c", STAGES],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    turns.append(json.loads(done.stdout))
turns = turns[1:]  # the first one reads files from the disk
for name in turns[0]:
    seconds = [turn[name] for turn in turns]
    print(f"{name}: {median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f})")
whole = [sum(list(turn.values())[:5]) for turn in turns]
print(f"until the end of the first fit: {median(whole):.3f} s")
