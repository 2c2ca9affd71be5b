"""aeon: `RecurrentRegressor` with its defaults, of standardised windows and targets."""

from pathlib import Path
from tempfile import TemporaryDirectory

import tensorflow as tf
from aeon.regression.deep_learning import RecurrentRegressor

from contest.task import N_EPOCHS

MODELS = {"LSTM": ["aeon"], "GRU": ["aeon"]}
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


def forecast(task, kind, model, seed):
    """Forecast the rest of a series: see `contest`."""
    known = task.values[: task.n_train]
    mean, deviation = known.mean(), known.std()
    X, y, X_test = ((part - mean) / deviation for part in task.windows())
    with TemporaryDirectory() as folder:  # it writes its best weights into one
        network = RecurrentRegressor(
            kind.lower(), n_epochs=N_EPOCHS, random_state=seed, file_path=f"{Path(folder)}/"
        ).fit(X[:, None, :], y)
        return mean + deviation * network.predict(X_test[:, None, :])
