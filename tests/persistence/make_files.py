"""Write the files by which later releases are held to this one.

To be run once for each release, right before it is tagged, in an environment of `constraints.txt`
with skops, after ``__version__`` has been set:

    python tests/persistence/make_files.py

It writes tests/persistence/files/<version> and refuses to write there again: files of a release are
never changed. Each model is there as pickle, joblib and skops file, beside its inputs and what it
predicted (npz). Seeds are fixed; another run gives the same predictions. `test_files.py` loads the
files of all releases. Cases may be added here, and how a case is used must not change.

Before the first release there is a folder of a version such as 0.1.0.dev0, given as an argument:
a release reads files of its own development, which may lack parameters. The release replaces it.
"""

import pickle
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklstm
from sklstm import (
    BiLSTMClassifier,
    EMARegressor,
    ExponentialSmoother,
    Forecaster,
    GRUClassifier,
    GRURegressor,
    LSTMLanguageModel,
    LSTMRegressor,
    RNNRegressor,
    SequenceWindower,
    TextSequencer,
    WindowScaledRegressor,
    WindowScaler,
)

FOLDER = Path(__file__).parent / "files"
DAYS = pd.date_range("2024-01-01", periods=80)
SERIES = 50 + np.random.default_rng(0).normal(size=(80, 2)).cumsum(axis=0)
TARGET = SERIES[:, 0]
WINDOWS = SequenceWindower(6).fit_transform(SERIES)
TEXTS = ["to be or not to be", "that is the question", "to sleep no more", "and by a sleep to say"]
SMALL = {"hidden_size": 8, "max_epochs": 3, "random_state": 0}


def frame_of(X):
    """The last days, so that a pipeline sees that they go on."""
    return pd.DataFrame(X, columns=["close", "volume"], index=DAYS[-len(X) :])


def panel_of(X):
    """Two series, the rows of which take turns."""
    return frame_of(X).assign(name=np.where(np.arange(len(X)) % 2, "B", "A"))


def smoothed_pipeline():
    steps = ExponentialSmoother(0.5), SequenceWindower(6), LSTMRegressor(**SMALL)
    return make_pipeline(*steps).fit(frame_of(SERIES)[:60], TARGET[:60]), SERIES[60:]


def ragged_classifier():
    names = np.array(["down", "level", "up"])
    model = BiLSTMClassifier(**SMALL, early_stopping=True)
    return model.fit(WINDOWS, names[np.digitize(TARGET, [48.0, 51.0])]), WINDOWS[:20]


def scaled_targets():
    model = WindowScaledRegressor(GRURegressor(**SMALL, output="sequence", warm_start=True))
    return model.fit(WINDOWS, np.repeat(TARGET[:, np.newaxis], 6, axis=1)), WINDOWS[:20]


def panel_pipeline():
    steps = (
        WindowScaler("standard", window_size=5, by="name"),
        SequenceWindower(6, by="name"),
        RNNRegressor((6, 4), num_layers=2, max_epochs=3, random_state=0),
    )
    return make_pipeline(*steps).fit(panel_of(SERIES)[:60], TARGET[:60]), SERIES[60:]


def moving_average():
    return EMARegressor(0.3).fit(WINDOWS, TARGET), WINDOWS[:20]


def forecaster():
    model = Forecaster(Ridge(), lookback=4, horizon=2, transformer=StandardScaler(), scaling=None)
    return model.fit(frame_of(SERIES)[:60]), SERIES[60:]


def text_classifier():
    model = make_pipeline(TextSequencer(max_tokens=9), GRUClassifier(**SMALL, embedding_dim=3))
    return model.fit(TEXTS, ["be", "ask", "sleep", "sleep"]), np.array(TEXTS)


def language_model():
    return LSTMLanguageModel(level="word", **SMALL, stateful=True).fit(TEXTS), np.array(TEXTS)


def predict(model, X):
    return model.predict(X)


def forecast(model, X):
    first = model.forecast(5, level=0.8)
    return np.vstack([first, model.update(frame_of(X)).forecast(5, level=0.8)])


MODELS = {
    "smoothed_pipeline": smoothed_pipeline,
    "ragged_classifier": ragged_classifier,
    "scaled_targets": scaled_targets,
    "panel_pipeline": panel_pipeline,
    "moving_average": moving_average,
    "forecaster": forecaster,
    "text_classifier": text_classifier,
    "language_model": language_model,
}
USES = {
    "smoothed_pipeline": lambda model, X: model.predict(frame_of(X)),
    "ragged_classifier": lambda model, X: model.predict_proba(X),
    "scaled_targets": predict,
    "panel_pipeline": lambda model, X: model.predict(panel_of(X)),
    "moving_average": predict,
    "forecaster": forecast,
    "text_classifier": lambda model, X: model.predict_proba(X),
    "language_model": lambda model, X: model.score_samples(X),
}


def write(version, parent=FOLDER):
    """Write all files of a version into a folder that must not be there yet."""
    import joblib
    import skops.io

    sklstm.__version__ = version  # which files are stamped with
    folder = parent / version
    folder.mkdir(parents=True)
    for name, make in MODELS.items():
        model, X = make()
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(model))
        joblib.dump(model, folder / f"{name}.joblib", compress=3)
        skops.io.dump(model, folder / f"{name}.skops", compression=8, compresslevel=9)
        np.savez_compressed(folder / f"{name}.npz", X=X, expected=USES[name](model, X))


if __name__ == "__main__":
    write(sys.argv[1] if len(sys.argv) > 1 else sklstm.__version__)
