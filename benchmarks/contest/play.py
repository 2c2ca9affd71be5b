"""One side's forecasts of all series, in its own environment: one line of JSON for each."""

import argparse
import importlib
import json
import os
import time
import traceback
import warnings
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before a library reads it: sides play at the same time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import numpy as np

from contest.task import error_ratio, read_tasks

warnings.simplefilter("ignore")


def main():
    """Play what has not been played yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side")
    parser.add_argument("tasks", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--seeds", type=int, required=True)
    arguments = parser.parse_args()
    played = set()
    if arguments.results.exists():
        lines = arguments.results.read_text().splitlines()
        played = {tuple(json.loads(line)["game"]) for line in lines}
    side = importlib.import_module(f"contest.{arguments.side}")
    for seed in range(arguments.seeds):
        for task in read_tasks(arguments.tasks):
            for kind, models in side.MODELS.items():
                for model in models:
                    game = (task.name, kind, model, seed)
                    if game not in played and (kind != "baseline" or seed == 0):
                        line = json.dumps({"game": game} | _play(side, task, kind, model, seed))
                        with arguments.results.open("a") as file:
                            file.write(line + "\n")
                        print(line, flush=True)


def _play(side, task, kind, model, seed):
    """Return the error of one model beside that of persistence, and the seconds that it took."""
    start = time.perf_counter()
    try:
        predicted = np.asarray(side.forecast(task, kind, model, seed), float)
    except Exception:
        return {"failure": traceback.format_exc()}
    seconds = time.perf_counter() - start
    if predicted.shape != task.observed.shape:
        return {"failure": f"{predicted.shape} forecasts for {task.observed.shape} values"}
    persistence = task.values[task.n_train - 1 : -1]
    return {"ratio": error_ratio(task.observed, predicted, persistence), "seconds": seconds}


if __name__ == "__main__":
    main()
