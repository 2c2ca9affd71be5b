"""
Does the order of words help to classify a text?
================================================

A bidirectional LSTM reads sentences word by word. A linear model sees only how often each word
occurs. Which one tells better where a sentence comes from?

Run as it stands, it takes sentences from the documentation of three libraries, numpy, pandas and
scikit-learn, without the libraries' names, and asks whose each one is. With a folder that holds the
50,000 film reviews (``imdb_train.csv.gz`` and ``imdb_test.csv.gz``) it asks whether a review
praises its film, which takes some minutes::

    python examples/10_sentiment.py --data FOLDER --full
"""

# %%
# The sentences
# -------------
# All prose in the docstrings of public functions, classes and methods. Docstrings repeat each
# other, so of the sentences that begin with the same four words only one is kept: otherwise those
# to be tested on would have twins in training.

import argparse
import inspect
import re
import time
from operator import itemgetter
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sklearn
from sklearn.base import clone
from sklearn.ensemble import VotingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from sklstm import BiLSTMClassifier, TextSequencer

parser = argparse.ArgumentParser(description="Classify texts by a bidirectional LSTM.")
parser.add_argument("--full", action="store_true", help="the film reviews, of --data")
parser.add_argument("--data", type=Path, help="folder of the reviews; default: SKLSTM_DATA")
parser.add_argument("--epochs", type=int, default=9, help="epochs with --full (default: 9)")
parser.add_argument("--length", type=int, default=200, help="last words of a review (default: 200)")
parser.add_argument("--seed", type=int, default=0, help="seed of --full (default: 0)")
parser.add_argument("--cosine", action="store_true", help="decay of the learning rate to zero")
parser.add_argument("--vote", type=int, default=1, help="networks of --full that vote (default: 1)")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()

PARTS = {
    "numpy": [np, np.fft, np.linalg, np.ma, np.polynomial, np.random],
    "pandas": [pd, pd.api.types, pd.tseries.offsets],
    "scikit-learn": [
        sklearn.cluster, sklearn.decomposition, sklearn.ensemble, sklearn.linear_model,
        sklearn.metrics, sklearn.model_selection, sklearn.neighbors, sklearn.preprocessing,
        sklearn.svm, sklearn.tree,
    ],
}  # fmt: skip
NAMES = re.compile(r"\b(numpy|np|pandas|pd|scikit-learn|sklearn|scikit|sklearn's)\b", re.IGNORECASE)


def docstrings(module):
    """Yield the docstrings of what a module shows to the world."""
    for name, thing in sorted(vars(module).items(), key=itemgetter(0)):
        if not name.startswith("_"):
            yield inspect.getdoc(thing)
            if inspect.isclass(thing):
                members = (member for member in sorted(vars(thing)) if not member.startswith("_"))
                yield from (inspect.getdoc(getattr(thing, member, None)) for member in members)


def sentences(text):
    """Yield the sentences of the paragraphs that are prose."""
    for paragraph in re.split(r"\n\s*\n", text or ""):
        prose = " ".join(paragraph.split())
        if re.fullmatch(r"[A-Z][^:>|=]{20,}\.", prose) and "--" not in prose:
            yield from re.split(r"(?<=[.!?]) (?=[A-Z])", prose)


def documentation():
    """Return sentences, and whose each one is."""
    found = {}
    for library, modules in PARTS.items():
        for module in modules:
            for sentence in (one for text in docstrings(module) for one in sentences(text)):
                words = NAMES.sub(" ", sentence).split()
                if 6 <= len(words) <= 40:
                    found.setdefault(" ".join(words[:4]).lower(), (" ".join(words), library))
    texts, labels = (np.array(column) for column in zip(*found.values(), strict=True))
    return texts, labels


# %%
# Training and test texts
# -----------------------
# The reviews come in two halves, and those of one film are in the same half. Of the first half a
# tenth is held back, drawn at random, to find the epoch at which to stop. The network is then
# trained anew on all of it for as many epochs, as a grid search does with its best parameters. With
# ``--cosine``, a learning rate that decays to zero, no epoch is to be chosen: the last one is the
# best. With ``--vote 3`` three networks of other seeds are trained, and the mean of their
# probabilities decides.

if args.full:
    import _data

    texts, labels = (column.to_numpy() for column in _data.read_reviews(args.data, "train"))
    texts_test, y_test = (column.to_numpy() for column in _data.read_reviews(args.data, "test"))
    texts_train, texts_held, y_train, y_held = train_test_split(
        texts, labels, test_size=0.1, stratify=labels, random_state=args.seed
    )
else:
    texts, labels = documentation()
    texts_train, texts_test, y_train, y_test = train_test_split(
        texts, labels, test_size=0.3, stratify=labels, random_state=0
    )
shares = pd.Series(y_test).value_counts(normalize=True)
print(f"{len(texts_train)} texts to train on, {len(texts_test)} to test on")
for text, label in list(zip(texts_test, y_test, strict=True))[:3]:
    print(f"  {label}: {text[:80]}")

# %%
# The network
# -----------
# ``TextSequencer`` stands in a pipeline where a ``CountVectorizer`` would, and keeps the order.


def best_epoch(sequencer, network):
    """Train epoch by epoch on a part; return the one after which the held-back texts fare best."""
    tokens, held = sequencer.fit_transform(texts_train), sequencer.transform(texts_held)
    accuracies = []
    for epoch in range(1, args.epochs + 1):
        start = time.perf_counter()
        network.partial_fit(tokens, y_train, classes=np.unique(y_train))
        seconds = time.perf_counter() - start
        accuracies.append(network.score(held, y_held))
        print(f"epoch {epoch}: {seconds:.0f} s, accuracy {accuracies[-1]:.4f} on held-back texts")
    return int(np.argmax(accuracies)) + 1


start = time.perf_counter()
if args.full:
    network = make_pipeline(
        TextSequencer(max_tokens=5000, skip_top=10, length=args.length, token_pattern="ascii"),
        BiLSTMClassifier(
            128, embedding_dim=128, dropout=0.2, recurrent_dropout=0.2, optimizer="rmsprop",
            learning_rate=0.001, batch_size=32, max_grad_norm=None, weight_decay=0.0,
            random_state=args.seed,
        ),
    )  # fmt: skip
    if args.cosine:
        n_epochs = args.epochs
        network.set_params(bilstmclassifier__learning_rate_schedule="cosine")
    else:
        n_epochs = best_epoch(*clone(network))
    texts_train, y_train = texts, labels  # the epoch is chosen: now train on all reviews
    network.set_params(bilstmclassifier__max_epochs=n_epochs)
    if args.vote > 1:
        voters = [
            (f"seed {seed}", clone(network).set_params(bilstmclassifier__random_state=seed))
            for seed in range(args.seed, args.seed + args.vote)
        ]
        network = VotingClassifier(voters, voting="soft")
else:
    network = make_pipeline(
        TextSequencer(max_tokens=2000, token_pattern="ascii"),
        BiLSTMClassifier(16, embedding_dim=16, dropout=0.3, max_epochs=6, random_state=0),
    )
network.fit(texts_train, y_train)
first = network.estimators_[0] if isinstance(network, VotingClassifier) else network
print(f"\n{first[-1].summary()}\ntrained in {time.perf_counter() - start:.1f} s\n")

# %%
# Who wins?
# ---------
# Chance means always naming the most frequent class. The linear model has all its defaults.

start = time.perf_counter()
linear = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts_train, y_train)
linear_seconds = time.perf_counter() - start
predicted = {"linear model of word counts": linear.predict(texts_test)}
predicted["bidirectional LSTM"] = network.predict(texts_test)
accuracy = {"chance": shares.max()}
accuracy |= {name: accuracy_score(y_test, guess) for name, guess in predicted.items()}
for name, value in accuracy.items():
    print(f"{name:<30} {value:.1%}")
if first is not network:  # what each voter has by itself
    for (name, _), voter in zip(network.estimators, network.estimators_, strict=True):
        right = voter.predict(texts_test) == network.le_.transform(y_test)
        print(f"  {name:<28} {right.mean():.1%}")

counts_right, lstm_right = (guess == y_test for guess in predicted.values())
difference = np.subtract(lstm_right, counts_right, dtype=float)
margin = 2 * difference.std() / np.sqrt(len(difference))  # both saw the same texts
ahead = difference.mean()
print(f"\nLSTM less linear model: {100 * ahead:+.1f} points, give or take {100 * margin:.1f}.")
if abs(ahead) <= margin:
    print("That is a draw: on other test texts of this kind either might be ahead.")
else:
    print(f"The {'LSTM' if ahead > 0 else 'linear model'} wins on these texts.")
print(f"The linear model was trained in {linear_seconds:.1f} s.")

# %%
# Which texts are confused
# ------------------------

fig, axes = plt.subplots(1, 2, figsize=(9.5, 4.2), layout="constrained", sharey=True)
for ax, (name, guess) in zip(axes, predicted.items(), strict=True):
    ConfusionMatrixDisplay.from_predictions(
        y_test, guess, normalize="true", values_format=".0%", cmap="Blues", colorbar=False, ax=ax,
        im_kw={"vmin": 0, "vmax": 1},
    )  # fmt: skip
    ax.set_title(f"{name}: {accuracy[name]:.1%} right", fontsize=11)
axes[1].set_ylabel("")
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "sentiment.png", dpi=120)
    print(f"\nPicture: {args.out / 'sentiment.png'}")
