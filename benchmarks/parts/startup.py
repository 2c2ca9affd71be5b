"""Time of imports, and until the end of a first fit, in fresh processes."""

import subprocess
import tempfile
import time

from report import Table, compared
from roster import PEERS
from turns import in_turn, medians
from workers import NotMeasuredError, clean_environment

SKLEARN = "import pandas, sklearn.model_selection, sklearn.pipeline"
IMPORTS = {
    "Python alone": ("sklstm, 2 threads", "pass"),
    "numpy": ("sklstm, 2 threads", "import numpy"),
    "sklearn.base": ("sklstm, 2 threads", "import sklearn.base"),
    "scikit-learn (model_selection, pipeline) and pandas": ("sklstm, 2 threads", SKLEARN),
    "sklstm": ("sklstm, 2 threads", "import sklstm"),
    "torch": ("sklstm, 2 threads", "import torch"),
    "skorch": ("sklstm, 2 threads", "import skorch"),
    "keras, JAX": ("Keras, JAX", "import keras"),
    "keras, TensorFlow": ("Keras, TensorFlow", "import keras"),
    "keras, torch": ("Keras, torch", "import keras"),
    "darts.models": ("darts", "from darts.models import BlockRNNModel"),
    "neuralforecast": ("neuralforecast", "from neuralforecast import NeuralForecast"),
}
FIRST_FIT = """
import numpy as np
from sklstm import LSTMRegressor
series = np.sin(np.arange(997) / 5)
X = np.lib.stride_tricks.sliding_window_view(series, 7)[:990, :, None]
LSTMRegressor(32, max_epochs=1, random_state=0).fit(X, series[7:])
"""
FIRST, LATER = "first process, empty cache folder", "second process, same folder"


def measure(bench):
    """Measure the imports and the first fit.

    Parameters
    ----------
    bench : Bench
        Its environments are used.

    Returns
    -------
    results : dict
        Seconds of the turns and their medians.
    """
    failures = bench.failures_of("startup")
    asks = {name: _process(bench, *what) for name, what in IMPORTS.items()}
    # Once unmeasured: files are read from the disk and bytecode is written.
    warm = in_turn(asks, 1, failures)
    imports = in_turn({name: asks[name] for name in warm}, bench.effort.turns, failures)
    fits = _first_fits(bench, bench.failures_of("startup, first fit"))
    return {
        "imports": {"turns": imports, "seconds": medians(imports)},
        "first_fit": {"turns": fits, "seconds": medians(fits)},
    }


def _process(bench, label, code, variables=None):
    """Return a function that runs code in a fresh process and returns its wall time."""
    setting = PEERS[label]

    def run():
        reason = bench.environments.failures.get(setting.environment)
        if reason:
            raise NotMeasuredError(reason)
        python = bench.environments.python(setting.environment)
        environment = clean_environment(variables=setting.variables | (variables or {}))
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            process = subprocess.run(
                [python, "-c", code], cwd=folder, env=environment, capture_output=True, text=True
            )
            seconds = time.perf_counter() - start
        if process.returncode:
            raise NotMeasuredError((process.stderr.strip() or "it failed").splitlines()[-1])
        return seconds

    return run


def _first_fits(bench, failures):
    fits = {FIRST: [], LATER: []}
    for _ in range(bench.effort.turns):
        with tempfile.TemporaryDirectory() as cache:
            variables = {"XDG_CACHE_HOME": cache}
            run = _process(bench, "sklstm, 2 threads", FIRST_FIT, variables)
            turn = in_turn({FIRST: run, LATER: run}, 1, failures)
        for name, values in turn.items():
            fits[name] += values
    return {name: values for name, values in fits.items() if values}


def tables(results):
    """Lay the results out.

    Parameters
    ----------
    results : dict
        What `measure` returned.

    Returns
    -------
    tables : list of Table
        Imports and first fit.
    """
    imports = compared(results["imports"]["seconds"], "sklstm", 1)
    fits = results["first_fit"]["seconds"]
    return [
        Table(
            "Import in a fresh process, start of Python included",
            ["", "seconds (times sklstm)"],
            [[name, cell] for name, cell in imports.items()],
            "",
        ),
        Table(
            "From nothing to the end of the first fit of sklstm: LSTM 990×7×1, one epoch",
            ["", "seconds"],
            [[name, f"{seconds:.2f}"] for name, seconds in fits.items()],
            "",
        ),
    ]
