"""
What do the gates of an LSTM do?
================================

A network with a single unit has to remember one number, that of the marked step. Its gates
can be watched at work, and do not quite do what one would expect. The equations behind them are
written out in NumPy, for all cells of the package, and give the same numbers.
"""

# %%
# The task
# --------
# Each window has twenty steps with a random number each. The second feature is 1 at one step and 0
# at all others. The target is the number at the marked step.

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklstm import GateDisplay, GRURegressor, LSTMRegressor, RNNRegressor

parser = argparse.ArgumentParser(description="Look into the gates of a small LSTM.")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()

n_windows, n_steps = 2000, 20
rng = np.random.default_rng(0)
numbers = rng.normal(size=(n_windows, n_steps))
marked = rng.integers(0, n_steps - 3, n_windows)
marks = (np.arange(n_steps) == marked[:, np.newaxis]).astype(float)
X = np.stack([numbers, marks], axis=2)
y = numbers[np.arange(n_windows), marked]
new = slice(1500, None)

# %%
# What gates are worth
# --------------------
# R² is 1 for a perfect memory, and 0 for always saying the mean. The simple network has no gates.

recipe = {
    "max_epochs": 100, "learning_rate": 0.02, "init_scale": 1.0, "differencing": "never",
    "weight_decay": 0.0, "random_state": 4,
}  # fmt: skip
networks = {
    "LSTM, 1 unit": LSTMRegressor(1, **recipe),
    "GRU, 1 unit": GRURegressor(1, **recipe),
    "simple, 1 unit": RNNRegressor(1, **recipe),
    "simple, 16 units": RNNRegressor(16, **recipe),
}
for name, network in networks.items():
    network.fit(X[:1500], y[:1500])
    print(
        f"{name:<16} {network.n_parameters_:>3} parameters, R² {network.score(X[new], y[new]):.3f}"
    )

# %%
# The equations
# -------------
# With :math:`\sigma` for the logistic function, an LSTM computes at every step from its input
# :math:`x`, its last output :math:`h` and its memory :math:`c`
#
# .. math::
#     i &= \sigma(W_i x + U_i h + b_i), \quad
#     f = \sigma(W_f x + U_f h + b_f), \quad
#     o = \sigma(W_o x + U_o h + b_o), \\
#     g &= \tanh(W_g x + U_g h + b_g), \quad
#     c \leftarrow f \circ c + i \circ g, \quad
#     h \leftarrow o \circ \tanh(c).
#
# The gates lie between 0, closed, and 1, open: :math:`i` lets new things into the memory, :math:`f`
# keeps what is there, :math:`o` shows it to the outside. With peepholes the first two also see the
# memory as it was, the third as it is now. ``weights_`` has :math:`W, U, b` of all gates on top of
# each other.


def logistic(z):
    return 1 / (1 + np.exp(-z))


def lstm_step(x, h, c, W, U, b, p=(0, 0, 0)):
    """Return the new output and the new memory of an LSTM."""
    i, f, g, o = np.split(W @ x + U @ h + b, 4)
    i, f = logistic(i + p[0] * c), logistic(f + p[1] * c)
    c = f * c + i * np.tanh(g)
    return logistic(o + p[2] * c) * np.tanh(c), c


def gru_step(x, h, c, W, U, b, candidate_bias):
    """Return the new output of a GRU, whose output is its memory."""
    (xr, xz, xn), (hr, hz, hn) = np.split(W @ x + b, 3), np.split(U @ h, 3)
    r, z = logistic(xr + hr), logistic(xz + hz)
    h = (1 - z) * np.tanh(xn + r * (hn + candidate_bias)) + z * h
    return h, h


def rnn_step(x, h, c, W, U, b):
    """Return the new output of a simple network."""
    h = np.tanh(W @ x + U @ h + b)
    return h, h


def predict_by_hand(network, window, step):
    """Return what a network predicts for one window, in the units of the target."""
    first = "layer0_forward_"
    weights = network.weights_
    kinds = ("input", "recurrent", "bias", "candidate_bias", "peephole")
    arrays = [weights[first + kind] for kind in kinds if first + kind in weights]
    h = c = np.zeros(arrays[1].shape[1])
    for x in (window - network.feature_mean_) / network.feature_scale_:
        h, c = step(x, h, c, *arrays)
    answer = weights["head_weight"] @ h + weights["head_bias"]
    return (answer * network.target_scale_ + network.target_mean_).item()


networks["LSTM, peepholes"] = LSTMRegressor(1, peephole=True, max_epochs=1, random_state=0)
networks["LSTM, peepholes"].fit(X[:200], y[:200])  # by torch, which is slower: hardly trained
steps = dict(zip(networks, (lstm_step, gru_step, rnn_step, rnn_step, lstm_step), strict=True))
print()
for name, network in networks.items():
    by_hand = [predict_by_hand(network, window, steps[name]) for window in X[1500:1600]]
    apart = np.abs(by_hand - network.predict(X[1500:1600])).max()
    assert apart < 1e-5
    print(f"{name:<16} equations and package differ by {apart:.0e} at most")

# %%
# The gates at work
# -----------------
# A forget gate that keeps what is there until the marked step, lets go of it there, and keeps what
# has come instead: so far it is as expected. The input gate would be expected to open at the mark,
# for the candidate to come in, which would be the number.

lstm = networks["LSTM, 1 unit"]
gates = {
    name: values[:, :, 0]
    for name, values in lstm.gate_activations(X[new])["layer0_forward"].items()
}
at_mark = marks[new] == 1
after = np.arange(n_steps) > marked[new, np.newaxis]
print(f"\n{'mean of':<14}{'at the mark':>14}{'after it':>14}")
for name in ("input", "forget", "output", "candidate"):
    print(f"{name:<14}{gates[name][at_mark].mean():>14.2f}{gates[name][after].mean():>14.2f}")
for name in ("input", "candidate"):
    correlation = np.corrcoef(gates[name][at_mark], y[new])[0, 1]
    print(f"correlation of the number and the {name} at the mark: {correlation:.2f}")

# %%
# Training has found another way. The candidate is about -1 at the mark whatever the number is, and
# the smaller the number, the further the input gate opens. What comes into the memory is their
# product, so either of them can carry the information. That the output gate is closed at the mark
# does no harm, since nobody asks before the end. Other seeds find yet other ways: to know what a
# network does, one has to look.

found = np.flatnonzero((y > 1) & (y < 1.5) & (marked > 5) & (marked < 9))
place = found[found >= new.start][0]
window = X[place : place + 1]
display = GateDisplay.from_estimator(lstm, window, unit=0, feature_names=["number", "mark"])
for axes in display.axes_:
    axes.axvline(marked[place] - n_steps + 1, color="0.7", lw=1, zorder=0)
display.figure_.set_size_inches(8, 9)
display.figure_.suptitle(f"to remember: {y[place]:.2f}, predicted: {lstm.predict(window)[0]:.2f}")
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    display.figure_.savefig(args.out / "gates.png", dpi=120)
    print(f"\nPicture: {args.out / 'gates.png'}")
