"""
Which file should a model be shipped in?
========================================

One fitted pipeline, three kinds of files: joblib, skops, ONNX. Each is loaded in a process of its
own, as a server would, and predicts the same rows. Are the predictions the same, how large is the
file, and how long does the process take from its start to its first prediction?

This one needs skops and the packages of the extra ``onnx``. What is not installed is left out.
"""

# %%
# A model worth shipping
# ----------------------
# The target is the demand three days ahead. The last 50 rows come later.

import argparse
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import joblib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from sklstm import LSTMRegressor, SequenceWindower, forecast_pairs

parser = argparse.ArgumentParser(description="Ship a fitted pipeline in three kinds of files.")
parser.add_argument("--out", type=Path, help="folder for files and picture; default: none is kept")
args = parser.parse_args()

rng = np.random.default_rng(0)
week = np.sin(2 * np.pi * np.arange(400) / 7)
series = pd.DataFrame(
    {
        "demand": 100 + 10 * week + rng.normal(size=400),
        "warmth": 15 + 3 * week + rng.normal(size=400),
    },
    index=pd.date_range("2025-01-01", periods=400, freq="D"),
)
X, y = forecast_pairs(series[:350], horizon=3, target="demand")
lookback = 14
network = LSTMRegressor(max_epochs=15, random_state=0)
model = Pipeline([("window", SequenceWindower(lookback)), ("lstm", network)]).fit(X, y)
print(f"{model['lstm'].n_parameters_:,} parameters, lookback {lookback}")

# %%
# The rows to be predicted
# ------------------------
# A process that starts tomorrow knows of the past what is sent to it. So the rows that the windows
# reach back to are sent along, and their own predictions left out. They are sent as plain numbers,
# all that ONNX knows: without their days nothing tells that they continue the fitted rows.

rows = series[350 - lookback + 1 :].to_numpy()
expected = model.predict(pd.DataFrame(rows, columns=model.feature_names_in_))[lookback - 1 :]

# %%
# Three files
# -----------
# Loading a joblib file runs whatever its author put in, so load only files that you trust. A skops
# file is data, and creates objects of trusted classes alone. An ONNX file holds the arithmetic, and
# nothing of Python.

LOAD = {
    "joblib": """
import joblib, pandas
model = joblib.load(path)
predict = lambda rows: model.predict(pandas.DataFrame(rows, columns=model.feature_names_in_))
""",
    "skops": """
import pandas, skops.io
from sklstm.persistence import trusted_types
model = skops.io.load(path, trusted=trusted_types())
predict = lambda rows: model.predict(pandas.DataFrame(rows, columns=model.feature_names_in_))
""",
    "onnx": """
import onnxruntime
session = onnxruntime.InferenceSession(path)
predict = lambda rows: session.run(None, {"X": rows.astype("float32")})[0][:, 0]
""",
}


def save(kind, path):
    """Write the model into a file of one kind."""
    if kind == "joblib":
        joblib.dump(model, path)
    elif kind == "skops":
        import skops.io

        skops.io.dump(model, path)
    else:
        import skl2onnx
        from skl2onnx.common.data_types import FloatTensorType

        import sklstm.onnx  # noqa: F401, makes our classes known to skl2onnx

        graph = skl2onnx.to_onnx(model, initial_types=[("X", FloatTensorType([None, 2]))])
        path.write_bytes(graph.SerializeToString())


# %%
# Loaded afresh
# -------------
# The new process is given nothing but the file and the rows.

SERVE = """
import sys
import numpy as np
path, rows = sys.argv[1], np.load(sys.argv[2])
{load}
np.save(sys.argv[3], predict(rows))
"""


def predict_elsewhere(kind, path):
    """Return what a process of its own predicts from a file, and the seconds that it took."""
    given, answered = path.with_name("rows.npy"), path.with_name("answers.npy")
    np.save(given, rows)
    script = SERVE.format(load=LOAD[kind])
    start = time.perf_counter()
    command = [sys.executable, "-c", script, path, given, answered]
    subprocess.run(command, check=True)
    return np.load(answered)[lookback - 1 :], time.perf_counter() - start


needs = {"joblib": ["joblib"], "skops": ["skops"], "onnx": ["onnx", "onnxruntime", "skl2onnx"]}
table = []
with TemporaryDirectory() as folder:
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
    for kind, packages in needs.items():
        if not all(map(find_spec, packages)):
            print(f"{kind}: left out, it needs {' and '.join(packages)}")
            continue
        path = Path(folder) / f"model.{kind}"
        save(kind, path)
        answers, seconds = predict_elsewhere(kind, path)
        table.append(
            {
                "file": kind,
                "kB": path.stat().st_size / 1024,
                "largest difference": np.abs(answers - expected).max(),
                "same bits": np.array_equal(answers, expected),
                "seconds to the first prediction": seconds,
            }
        )
        assert np.allclose(answers, expected, rtol=1e-4)
        if args.out is not None:
            (args.out / path.name).write_bytes(path.read_bytes())
table = pd.DataFrame(table).set_index("file")
print()
shown = table.assign(**{"largest difference": table["largest difference"].map("{:.0e}".format)})
print(shown.to_string(float_format="{:.1f}".format))

# %%
# What to make of it
# ------------------
# joblib and skops bring back the very model, to the last bit. ONNX computes with other code, and
# its answers differ in the seventh digit or so. It is the first to answer, for it needs neither
# this package nor scikit-learn. The seconds are those of one start on this machine, and most of
# them are imports: skops goes through all of scikit-learn before it loads anything.

fastest = table["seconds to the first prediction"].idxmin()
smallest = table["kB"].idxmin()
print(f"\nSmallest file: {smallest}. First to answer: {fastest}.")

fig, axes = plt.subplots(1, 2, figsize=(9, 2.6), layout="constrained", sharey=True)
for ax, column in zip(axes, ["kB", "seconds to the first prediction"], strict=True):
    bars = ax.barh(table.index, table[column], color="#0072B2", height=0.6)
    ax.bar_label(bars, fmt="%.1f", padding=3)
    ax.set_xlabel("size of the file, kB" if column == "kB" else column)
    ax.margins(x=0.12)
    ax.spines[["top", "right"]].set_visible(False)
axes[0].invert_yaxis()
if args.out is None:
    plt.show()
else:
    fig.savefig(args.out / "files.png", dpi=120)
    print(f"\nFiles and picture: {args.out}")
