"""Train with a checkpoint, report every epoch, and wait within a writing to be killed if asked.

Arguments: file, name of the fit, moment to wait at ("none" for none), writings before it,
epochs.
"""

import io
import os
import signal
import sys
import time

import numpy as np

from sklstm import GRUClassifier, LSTMRegressor
from sklstm.callbacks import Checkpoint, _checkpoint_file

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 10, 2))
Y = X[:, -1, 0] * X[:, -2, 1]
COMMON = {"max_epochs": 150, "early_stopping": True, "n_iter_no_change": None, "random_state": 0}
FITS = {
    "regressor": lambda: (LSTMRegressor(16, dropout=0.2, learning_rate=0.02, **COMMON), Y),
    "classifier": lambda: (GRUClassifier(24, optimizer="nadam", **COMMON), Y > 0),
}


class Report:
    """A callback that says which epoch has ended."""

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch":
            print("epoch", flush=True)


class Pause:
    """Wait for ever at a moment of a writing, after some writings."""

    def __init__(self, moment, n_writings):
        self.moment, self.left = moment, n_writings

    def at(self, moment):
        if moment == self.moment:
            self.left -= 1
            if self.left < 0:
                print("paused", flush=True)
                while True:
                    time.sleep(1)

    def install(self):
        pause, fsync, replace = self, os.fsync, os.replace

        class File(io.FileIO):
            def writelines(self, parts):
                content = b"".join(parts)
                self.write(content[: len(content) // 2])
                pause.at("half written")
                self.write(content[len(content) // 2 :])

        def fsync_and_pause(handle):
            fsync(handle)
            pause.at("before it takes its place")

        def replace_and_pause(*names):
            replace(*names)
            pause.at("just in its place")

        _checkpoint_file.open = File
        os.fsync, os.replace = fsync_and_pause, replace_and_pause


def main(path, name, moment, n_writings, max_epochs):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in what a shell runs behind
    if moment != "none":
        Pause(moment, int(n_writings)).install()
    model, y = FITS[name]()
    model.set_params(max_epochs=int(max_epochs)).set_callbacks(Checkpoint(path), Report())
    try:
        model.fit(X, y)
    except KeyboardInterrupt:
        assert not hasattr(model, "_fitted")
        print("interrupted", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
