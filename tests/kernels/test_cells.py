import numpy as np
import pytest

from sklstm.kernels import LANES
from sklstm.kernels._cells import CELLS
from sklstm.kernels._code import INTEGER
from sklstm.kernels._functions import NUMBERS, function

N = 3
RNG = np.random.default_rng(0)
STEP = 1e-6


def logistic(z):
    return 1 / (1 + np.exp(-z))


def written(name, activation):
    """Both directions of a cell as functions."""
    cell = CELLS[name](activation)

    @function(INTEGER, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
    def forward(n, rows, before, after, there):
        cell.forward(n, rows, before, after, there.load(0))

    @function(INTEGER, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
    def backward(n, rows, before, after, fed, carried, there):
        cell.backward(n, rows, before, after, fed, carried, there.load(0))

    return forward, backward, cell.n_kept


KINDS = [(name, activation) for name in CELLS for activation in ("tanh", "relu")]
WRITTEN = {kind: written(*kind) for kind in KINDS}


def textbook(name, activation, rows, before):
    """Return hidden and, of an LSTM, cell state; rows and states are (unit, lane)."""
    act = np.tanh if activation == "tanh" else lambda z: np.maximum(z, 0)
    if name == "rnn":
        return act(rows)[np.newaxis]
    a, b, c, d = rows.reshape(4, N, LANES)
    if name == "gru":
        update = logistic(c)
        return ((1 - update) * act(d + logistic(b) * a) + update * before[0])[np.newaxis]
    memory = logistic(b) * before[1] + logistic(a) * act(c)
    return np.stack([logistic(d) * act(memory), memory])


class Step:
    """A step of a cell from random states, and its gradients."""

    def __init__(self, call, kind, dtype, there=None):
        forward, backward, n_kept = WRITTEN[kind]
        n_rows = 1 if kind[0] == "rnn" else 4
        self.rows = RNG.normal(size=(n_rows * N, LANES)).astype(dtype)
        self.before = RNG.normal(size=(n_kept, N, LANES)).astype(dtype)
        self.fed, self.carried = RNG.normal(size=(2, N, LANES)).astype(dtype)
        self.there = np.ones(LANES, dtype) if there is None else there.astype(dtype)
        self.after, self.slopes = np.full_like(self.before, np.nan), self.rows.copy()
        call(forward, dtype, N, self.slopes, self.before, self.after, self.there)
        self.carried_back = self.carried.copy()
        call(
            backward, dtype, N, self.slopes, self.before, self.after, self.fed,
            self.carried_back, self.there,
        )  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_a_step_follows_the_textbook(call, kind, dtype):
    step = Step(call, kind, dtype)
    expected = textbook(*kind, step.rows.astype(float), step.before.astype(float))
    np.testing.assert_allclose(
        step.after[: len(expected)], expected, rtol=0, atol=20 * np.finfo(dtype).eps
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_back_gives_the_gradient_of_the_weighted_inputs(call, kind):
    step = Step(call, kind, np.float64)
    name = kind[0]

    def objective(rows, before):
        states = textbook(*kind, rows, before)
        if name == "rnn":
            return (step.fed * states[0]).sum(axis=0)
        # Carried gradients belong to the cell state of an LSTM, the hidden state of a GRU.
        return (step.fed * states[0] + step.carried * states[-1]).sum(axis=0)

    for r in range(len(step.rows)):
        up, down = step.rows.copy(), step.rows.copy()
        up[r] += STEP
        down[r] -= STEP
        slope = (objective(up, step.before) - objective(down, step.before)) / (2 * STEP)
        np.testing.assert_allclose(step.slopes[r], slope, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_a_step_back_carries_the_direct_gradient_of_the_state_before(call, name, activation):
    step = Step(call, (name, activation), np.float64)
    for u in range(N):
        up, down = step.before.copy(), step.before.copy()
        carries = 1 if name == "lstm" else 0  # the cell state, or the hidden state
        up[carries, u] += STEP
        down[carries, u] -= STEP
        above, below = (textbook(name, activation, step.rows, states) for states in (up, down))
        change = (above - below) / (2 * STEP)
        expected = (step.fed * change[0] + step.carried * change[-1]).sum(axis=0)
        np.testing.assert_allclose(step.carried_back[u], expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_before_its_beginning_a_sample_has_neither_state_nor_gradient(call, kind):
    there = np.arange(LANES) % 3 > 0
    step = Step(call, kind, np.float64, there)
    n_states = 2 if kind[0] == "lstm" else 1
    assert not step.after[:n_states, :, ~there].any()
    assert step.after[:n_states, :, there].any(axis=(0, 1)).all()
    assert not step.slopes[:, ~there].any()
    assert step.slopes[:, there].any(axis=0).all()
