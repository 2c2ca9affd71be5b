"""
What does a network that writes learn first?
============================================

A character language model reads the pages that describe scikit-learn's data sets, writes a few
lines at three stages of its training, and is asked how well it can tell the next character of a
page that it has never seen.

With a folder that holds ``warpeace_input.txt``, the text of War and Peace, it learns from a whole
novel, for an hour or more. Started again with the same ``--out``, it resumes where it was stopped::

    python examples/09_generate_text.py --data FOLDER --full --out build/novel

``--published`` is the recipe of a well-known experiment, two simple recurrent layers of 800 units
for 300 epochs, and ``--published lstm`` that of its sequel with LSTM layers. They take days
without an accelerator.
"""

# %%
# The texts
# ---------
# The pages are part of scikit-learn, and ``load_wine().DESCR`` shows one of them. That one is held
# back. The alphabet is taken from all pages: a model cannot read a character that it has no
# place for.

import argparse
import re
import time
from importlib.resources import files
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator

from sklstm import GRULanguageModel, LSTMLanguageModel, RNNLanguageModel
from sklstm.callbacks import Checkpoint, TextSampler

parser = argparse.ArgumentParser(description="Train a character language model, and let it write.")
parser.add_argument("--data", type=Path, help="folder of the novel; default: SKLSTM_DATA")
recipes = parser.add_mutually_exclusive_group()
recipes.add_argument("--full", action="store_true", help="learn from the novel")
recipes.add_argument(
    "--published", nargs="?", const="rnn", choices=["rnn", "lstm"], help="by a published recipe"
)
parser.add_argument("--epochs", type=int, help="passes over the text; default: the recipe's")
parser.add_argument("--device", default="cpu", help="where to train (default: cpu)")
parser.add_argument("--out", type=Path, help="folder for picture and checkpoint; default: none")
args = parser.parse_args()

FOLDER = files("sklearn.datasets.descr")


def read_pages():
    """Return the pages by name, without the lines that underline headings and rule tables."""
    ruled = re.compile(r"^\W*[-=*]{3,}[-=* ]*\n", re.MULTILINE)
    names = sorted(file.name for file in FOLDER.iterdir() if file.name.endswith(".rst"))
    texts = {name: (FOLDER / name).read_text(encoding="utf-8") for name in names}
    return {name: re.sub(" {5,}", "    ", ruled.sub("", text)) for name, text in texts.items()}


if args.full or args.published:
    import _data

    novel = _data.read_war_and_peace(args.data)
    cut = len(novel) if args.published else int(0.95 * len(novel))
    training, held_back, prompt = [novel[:cut]], novel[cut:], "prince andrew "
else:
    pages = read_pages()
    held_back, prompt = pages.pop("wine_data.rst"), "The data "
    training = list(pages.values())
alphabet = sorted(set("".join(training) + held_back))
n_read = sum(map(len, training))
print(
    f"{n_read:,} characters to learn from, {len(held_back):,} held back, {len(alphabet)} distinct"
)

# %%
# The model
# ---------
# It reads chunks of some fifty characters, and learns to predict the next one at each.
# ``TextSampler`` lets it write as it learns.

if args.published:  # the novel as a whole, as it was published: there is no page left to test on
    recipe = {
        "hidden_size": 800, "num_layers": 2, "optimizer": "rmsprop", "learning_rate": 0.001,
        "max_grad_norm": None, "batch_size": 100, "max_epochs": 300, "n_iter_no_change": 50,
        "tol": 0,
    }  # fmt: skip
    if args.published == "rnn":
        model = RNNLanguageModel(**recipe, activation="relu", dropout=0.3, sequence_length=100)
    else:
        model = LSTMLanguageModel(**recipe, dropout=0.4, sequence_length=160)
elif args.full:
    model = LSTMLanguageModel(
        hidden_size=256, num_layers=2, sequence_length=100, learning_rate=0.004, batch_size=100,
        max_epochs=6, n_iter_no_change=None,
    )  # fmt: skip
else:
    model = GRULanguageModel(
        hidden_size=96, dropout=0.2, sequence_length=50, batch_size=16, max_epochs=12,
        n_iter_no_change=None,
    )  # fmt: skip
model.set_params(vocabulary=alphabet, device=args.device, random_state=0)
if args.epochs is not None:
    model.set_params(max_epochs=args.epochs)

every = max(1, min(10, model.max_epochs // 3))
sampler = TextSampler(every=every, n_tokens=200, prompt=prompt, temperature=0.6, random_state=0)
callbacks = [sampler]
if args.out is not None and (args.full or args.published):
    args.out.mkdir(parents=True, exist_ok=True)
    keep = "best" if args.published else "last"
    callbacks.append(Checkpoint(args.out / "novel.checkpoint", keep=keep))

start = time.perf_counter()
model.set_callbacks(*callbacks).fit(training)
print(
    f"{model.n_parameters_:,} parameters, {model.n_iter_} epochs in "
    f"{time.perf_counter() - start:.0f} s; training loss {min(model.loss_curve_):.4f} at best"
)

# %%
# How well does it know the next character?
# -----------------------------------------
# The perplexity is the number of equally probable characters that would be as hard to tell apart.
# Without any knowledge that is the whole alphabet. Knowing how often each character occurs, and
# nothing before it, there are fewer.

letters = "".join(training)
counts = np.array([letters.count(letter) + 1 for letter in alphabet])  # none is impossible
log_share = dict(zip(alphabet, np.log(counts / counts.sum()), strict=True))


def perplexity_by_frequency(text):
    """Return the perplexity of a text for one who knows the frequencies of characters alone."""
    return float(np.exp(-np.mean([log_share[letter] for letter in text[1:]])))


def as_read(text):
    """Return a text as a whole, or for published networks in chunks: relu units grow."""
    length = model.sequence_length
    if not args.published:
        return text
    return [text[k : k + length + 1] for k in range(0, len(text) - 1, length)]


texts = {"read in training": training[0][:20_000]}
if held_back:
    texts["held back"] = held_back
perplexities = {"uniform guessing": [len(alphabet)] * len(texts)}
perplexities["character frequencies"] = [perplexity_by_frequency(text) for text in texts.values()]
perplexities["the network"] = [model.perplexity(as_read(text)) for text in texts.values()]
print(f"\n{'perplexity':<22}" + "".join(f"{name:>18}" for name in texts))
for name, values in perplexities.items():
    print(f"{name:<22}" + "".join(f"{value:>18.1f}" for value in values))

# %%
# What to make of it
# ------------------
# Read the samples in their order. Lengths of words and the commonest short words come first, then
# words, then what stands around them on these pages. There is no sense in it at any stage: the
# network knows how such pages look, and that is all it was asked for.

known, new = perplexities["the network"][0], perplexities["the network"][-1]
if held_back:
    print(
        f"\nOn text that it has not seen the network is as unsure as if it guessed among {new:.1f} "
        f"characters, {perplexities['character frequencies'][-1]:.1f} by frequencies alone."
    )
    if new > 1.25 * known:
        print(
            f"On text that it was trained on, among {known:.1f}: it overfits. What it needs is "
            "more text."
        )

# %%
# The picture
# -----------

fig, (curve, bars) = plt.subplots(1, 2, figsize=(9.5, 3.8), layout="constrained")
epochs = np.arange(1, model.n_iter_ + 1)
with np.errstate(over="ignore"):  # units without bounds may begin with any loss
    curve.plot(epochs, np.exp(model.loss_curve_), ".-", color="#0072B2")
for sample in sampler.samples_[-3:]:
    curve.axvline(sample["n_iter"], color="0.8", lw=1, zorder=0)
curve.set(xlabel="epoch", ylabel="perplexity in training", ylim=(0, None))
curve.xaxis.set_major_locator(MaxNLocator(integer=True))
curve.set_title("grey: epochs after which it wrote", loc="left", fontsize=10)
places = np.arange(len(perplexities))
height = 0.8 / len(texts)
for k, (text, colour) in enumerate(zip(texts, ["0.75", "#0072B2"], strict=False)):
    values = [row[k] for row in perplexities.values()]
    drawn = bars.barh(places + (k - 0.5 * (len(texts) - 1)) * height, values, height, color=colour)
    bars.bar_label(drawn, fmt="%.1f", padding=3, fontsize=8)
    drawn.set_label(text)
bars.set_yticks(places, list(perplexities))
bars.invert_yaxis()
bars.margins(x=0.15)
bars.set_xlabel("perplexity (less is better)")
bars.legend(frameon=False, loc="lower right")
for axes in (curve, bars):
    axes.spines[["top", "right"]].set_visible(False)
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "generate_text.png", dpi=120)
    print(f"\nPicture: {args.out / 'generate_text.png'}")
