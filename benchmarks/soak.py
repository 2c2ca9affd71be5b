"""Fit, predict, save and load at random for an hour: ``python benchmarks/soak.py``.

All in one process, whose resident memory is written down each minute. At the end stand a table and
the growth, by a line through the minutes after the warm-up; the exit code is 1 if memory grows.
torch keeps compiled code for the last thousand shapes that it met, which looks like growth until
there are so many: here it may keep it for a few.
"""

import argparse
import io
import os
import pickle
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] = "16"  # before torch is imported

import joblib
import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline

import sklstm
from sklstm import Forecaster, SequenceWindower

CELLS = ("RNN", "LSTM", "GRU", "BiLSTM")
SERIES = pd.DataFrame(
    np.random.default_rng(0).standard_normal((2000, 3)).cumsum(axis=0),
    columns=["a", "b", "c"],
    index=pd.date_range("2020-01-01", periods=2000, freq="D"),
)
KEPT = 8  # fitted models that are predicted with, saved and loaded


class Soak:
    """Random use of the package.

    Parameters
    ----------
    seed : int
        Draws what is done.
    folder : pathlib.Path
        Where files are written.
    """

    def __init__(self, seed, folder):
        self.rng = np.random.default_rng(seed)
        self.path = folder / "model.joblib"
        self.models = []
        self.done = Counter()

    def act(self):
        """Do one thing, of which fits are the rarest."""
        kind = self.rng.choice(["fit", "predict", "file"], p=[0.3, 0.5, 0.2])
        kind = kind if self.models else "fit"
        getattr(self, kind)()
        self.done[kind] += 1

    def fit(self):
        """Fit a new model, which takes the place of one of those that are kept."""
        model, kind = self._new_model()
        rows = SERIES[: self.rng.integers(200, 1000)]
        if kind == "forecaster":
            model.fit(rows["a"])
        else:
            target = np.append(rows["a"].to_numpy()[1:], 0.0)
            model.fit(rows, target if kind == "regressor" else target > rows["a"].to_numpy())
        if len(self.models) == KEPT:
            self.models.pop(self.rng.integers(KEPT))
        self.models.append((model, kind))

    def predict(self):
        """Predict some rows, or the rows after the end."""
        self._answers(*self._any_model())

    def file(self):
        """Save and load a model, which must answer as before."""
        model, kind = self._any_model()
        if self.rng.random() < 0.5:
            joblib.dump(model, self.path)
            again = joblib.load(self.path)
        else:
            again = pickle.load(io.BytesIO(pickle.dumps(model)))
        state = self.rng.bit_generator.state
        before = self._answers(model, kind)
        self.rng.bit_generator.state = state
        np.testing.assert_array_equal(self._answers(again, kind), before)

    def _any_model(self):
        return self.models[self.rng.integers(len(self.models))]

    def _answers(self, model, kind):
        if kind == "forecaster":
            return model.forecast(int(self.rng.integers(1, 20))).to_numpy()
        first = self.rng.integers(len(SERIES) - 1)
        rows = SERIES[first : first + self.rng.integers(1, 1000)]
        return model.predict_proba(rows) if kind == "classifier" else model.predict(rows)

    def _new_model(self):
        rng = self.rng
        kind = str(rng.choice(["regressor", "classifier", "forecaster"], p=[0.5, 0.3, 0.2]))
        lookback = int(rng.integers(2, 20))
        role = "Classifier" if kind == "classifier" else "Regressor"
        network = getattr(sklstm, f"{rng.choice(CELLS)}{role}")(
            hidden_size=int(rng.integers(1, 33)),
            num_layers=int(rng.integers(1, 3)),
            activation=str(rng.choice(["tanh", "relu"])),
            dropout=float(rng.choice([0.0, 0.2])),
            early_stopping=bool(rng.random() < 0.3),
            engine=str(rng.choice(["auto", "torch"], p=[0.9, 0.1])),
            max_epochs=int(rng.integers(1, 4)),
            max_grad_norm=1.0,
            random_state=int(rng.integers(1000)),
        )
        if kind == "forecaster":
            return Forecaster(network, lookback=lookback, scaling=None), kind
        return make_pipeline(SequenceWindower(lookback), network), kind


def main():
    """Run, print a line a minute, and judge."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        minutes = _run(Soak(arguments.seed, Path(folder)), arguments.minutes)
    warm_up = max(2, len(minutes) // 4)
    later = np.array(minutes[warm_up:])
    if len(later) < 4:
        sys.exit(f"{len(minutes)} minutes are too few to tell growth from noise: take 6 or more")
    slope, error = line_through(later)
    print(f"the {len(later)} minutes after a warm-up of {warm_up}: {later.mean():.0f} MB,")
    print(f"{slope:+.3f} MB a minute, standard error {error:.3f}")
    grows = slope - 3 * error > 0 and slope * 60 > arguments.limit
    print("MEMORY GROWS" if grows else "memory does not grow")
    sys.exit(int(grows))


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--limit", type=float, default=10.0, help="growth in MB an hour that is let pass"
    )
    return parser.parse_args()


def _run(soak, n_minutes):
    """Return the resident memory of each minute in MB: the least after anything done in it."""
    print("minute   fits  predictions  files   least MB   most MB  threads  open files", flush=True)
    minutes = []
    begin = time.monotonic()
    for minute in range(1, n_minutes + 1):
        sizes = []
        while not sizes or time.monotonic() < begin + 60 * minute:
            soak.act()
            sizes.append(resident_megabytes())
        minutes.append(min(sizes))
        done = soak.done
        print(
            f"{minute:6d} {done['fit']:6d} {done['predict']:12d} {done['file']:6d} "
            f"{min(sizes):10.1f} {max(sizes):9.1f} {threading.active_count():8d} "
            f"{len(os.listdir('/proc/self/fd')):11d}",
            flush=True,
        )
    return minutes


def resident_megabytes():
    """Return the memory of this process that is in use now; from /proc, so on Linux only."""
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def line_through(values):
    """Return the slope of the least-squares line through equally spaced values, and its error."""
    place = np.arange(len(values)) - (len(values) - 1) / 2
    slope = place @ values / (place @ place)
    rest = values - values.mean() - slope * place
    return slope, np.sqrt(rest @ rest / (len(values) - 2) / (place @ place))


if __name__ == "__main__":
    main()
