"""Steps of compiled cells against the equations of the literature, written out once more here."""

import numpy as np
import pytest
import torch

from sklstm.cells import CELLS
from sklstm.kernels import LANES
from sklstm.kernels._cells import CellCode
from sklstm.kernels._code import INTEGER
from sklstm.kernels._functions import NUMBERS, function

N = 8
STEP = 1e-6


def logistic(z, xp):
    return 1 / (1 + xp.exp(-z))


def lstm(z, before, p, act, xp):
    i, f, g, o = z
    _, c = before
    new = logistic(f + p[1] * c, xp) * c + logistic(i + p[0] * c, xp) * act(g)
    return logistic(o + p[2] * new, xp) * act(new), new


def gru(z, before, p, act, xp):
    recurrent, r, u, n = z
    u, n = logistic(u, xp), act(n + logistic(r, xp) * recurrent)
    return ((1 - u) * n + u * before[0],)


def rnn(z, before, p, act, xp):
    return (act(z[0]),)


def mingru(z, before, p, act, xp):
    u, n = logistic(z[0], xp), act(z[1])
    return ((1 - u) * before[0] + u * n,)


def slstm(z, before, p, act, xp):
    i, f, g, o = z
    _, c, n, m = before
    log_f = -xp.log(1 + xp.exp(-f))
    new_m = xp.maximum(log_f + m, i)
    i, f = xp.exp(i - new_m), xp.exp(log_f + m - new_m)
    c, n = f * c + i * act(g), f * n + i
    return logistic(o, xp) * c / n, c, n, new_m


TEXTBOOK = {"lstm": lstm, "gru": gru, "rnn": rnn, "mingru": mingru, "slstm": slstm}
# States with a gradient other than by weights.
CARRIED = {"lstm": [1], "gru": [0], "rnn": [], "mingru": [0], "slstm": [1, 2, 3]}
N_KEPT = {"lstm": 3, "gru": 1, "rnn": 1, "mingru": 1, "slstm": 6}
KINDS = [(name, activation, False) for name in TEXTBOOK for activation in ("tanh", "relu")]
KINDS += [("lstm", activation, True) for activation in ("tanh", "relu")]


def written(name, activation, peephole):
    """Both directions of a cell as functions."""
    code = CellCode(CELLS[name], activation, peephole=peephole)

    @function(INTEGER, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
    def forward(n, rows, before, after, mask, peepholes):
        code.forward(n, rows, before, after, mask.load(0), peepholes)

    @function(INTEGER, *[NUMBERS] * 8)
    def backward(n, rows, before, after, hidden, state, mask, peepholes, grad_peepholes):
        code.backward(
            n, rows, before, after, hidden, state, mask.load(0), peepholes, grad_peepholes
        )

    return forward, backward, code.n_kept


WRITTEN = {kind: written(*kind) for kind in KINDS}


def textbook(kind, rows, before, peepholes, xp=np):
    """Return the new states; rows and states are (number, unit, lane), peepholes (number, unit)."""
    acts = {np: lambda z: np.maximum(z, 0), torch: torch.relu}
    act = xp.tanh if kind[1] == "tanh" else acts[xp]
    states = TEXTBOOK[kind[0]](rows, before, peepholes[:, :, None], act, xp)
    return xp.stack(states)


class Step:
    """A step of a cell from random states, and its gradients."""

    def __init__(self, call, kind, dtype, mask=None):
        rng, (forward, backward, n_kept) = np.random.default_rng(0), WRITTEN[kind]
        cell, self.kind = CELLS[kind[0]], kind
        n_states, n_grad_states = len(cell.states), len(CARRIED[kind[0]])

        def normal(*shape):
            return rng.normal(size=shape).astype(dtype)

        self.rows, self.before = normal(len(cell.rows), N, LANES), normal(n_kept, N, LANES)
        if kind[0] == "slstm":
            self.before[2] = 1 + self.before[2] ** 2  # a normalizer is positive
        self.hidden, self.state = normal(N, LANES), normal(n_grad_states, N, LANES)
        self.peepholes = normal(3, N) if kind[2] else np.zeros((3, N), dtype)
        self.mask = np.ones(LANES, dtype) if mask is None else mask.astype(dtype)
        self.after, self.grad_rows = np.full_like(self.before, np.nan), self.rows.copy()
        call(forward, dtype, N, self.grad_rows, self.before, self.after, self.mask, self.peepholes)
        self.grad_state, self.grad_peepholes = self.state.copy(), np.ones((3, N, LANES), dtype)
        call(
            backward, dtype, N, self.grad_rows, self.before, self.after, self.hidden,
            self.grad_state, self.mask, self.peepholes, self.grad_peepholes,
        )  # fmt: skip
        self.before = self.before[:n_states]

    def objective(self, rows, before, peepholes, xp=np):
        """Return what the gradients are those of, (lane,)."""
        states = textbook(self.kind, rows, before, peepholes, xp)
        convert = np.asarray if xp is np else torch.tensor
        total = convert(self.hidden) * states[0]
        for k, gradient in zip(CARRIED[self.kind[0]], self.state, strict=True):
            total = total + convert(gradient) * states[k]
        return total.sum(0)

    def slope(self, of, place):
        """Return the finite difference of the objective in one place of `rows` or the like."""
        found = []
        for step in (STEP, -STEP):
            arrays = {name: getattr(self, name) for name in ("rows", "before", "peepholes")}
            arrays[of] = arrays[of].copy()
            arrays[of][place] += step
            found.append(self.objective(**arrays))
        return (found[0] - found[1]) / (2 * STEP)


kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(map(str, kind)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@kinds
def test_a_step_follows_the_textbook(call, kind, dtype):
    step = Step(call, kind, dtype)
    arrays = [array.astype(float) for array in (step.rows, step.before, step.peepholes)]
    expected = textbook(kind, *arrays)
    np.testing.assert_allclose(
        step.after[: len(expected)], expected, rtol=0, atol=20 * np.finfo(dtype).eps
    )


@kinds
def test_a_step_back_gives_the_gradient_of_the_weighted_inputs(call, kind):
    step = Step(call, kind, np.float64)
    for place in np.ndindex(step.rows.shape[:2]):
        slope = step.slope("rows", place)
        np.testing.assert_allclose(step.grad_rows[place], slope, rtol=1e-6, atol=1e-8)


@kinds
def test_a_step_back_carries_the_direct_gradients_of_the_states_before(call, kind):
    step = Step(call, kind, np.float64)
    for slot, state in enumerate(CARRIED[kind[0]]):
        for unit in range(N):
            slope = step.slope("before", (state, unit))
            np.testing.assert_allclose(step.grad_state[slot, unit], slope, rtol=1e-6, atol=1e-8)


@kinds
def test_a_step_back_adds_the_gradient_of_the_peepholes(call, kind):
    step = Step(call, kind, np.float64)
    for place in np.ndindex(3, N) if kind[2] else []:
        found = step.grad_peepholes[place] - 1.0
        np.testing.assert_allclose(found, step.slope("peepholes", place), rtol=1e-6, atol=1e-8)
    if not kind[2]:
        assert (step.grad_peepholes == 1.0).all()


@kinds
def test_gradients_are_those_of_automatic_differentiation_in_torch(call, kind):
    step = Step(call, kind, np.float64)
    arrays = [
        torch.tensor(array, requires_grad=True)
        for array in (step.rows, step.before, step.peepholes)
    ]
    step.objective(*arrays, xp=torch).sum().backward()
    np.testing.assert_allclose(step.grad_rows, arrays[0].grad.numpy(), rtol=0, atol=5e-15)
    if CARRIED[kind[0]]:
        expected = arrays[1].grad.numpy()[CARRIED[kind[0]]]
        np.testing.assert_allclose(step.grad_state, expected, rtol=0, atol=5e-15)
    if kind[2]:
        found = (step.grad_peepholes - 1.0).sum(axis=2)
        np.testing.assert_allclose(found, arrays[2].grad.numpy(), rtol=0, atol=1e-13)


@kinds
def test_before_its_beginning_a_sample_has_neither_state_nor_gradient(call, kind):
    mask = np.arange(LANES) % 3 > 0
    step = Step(call, kind, np.float64, mask)
    n_states = len(step.before)
    assert not step.after[:n_states, :, ~mask].any()
    assert step.after[:n_states, :, mask].any(axis=(0, 1)).all()
    assert not step.grad_rows[:, :, ~mask].any()
    assert step.grad_rows[:, :, mask].any(axis=(0, 1)).all()


@kinds
def test_no_more_is_kept_of_a_step_than_its_gradient_needs(kind):
    assert WRITTEN[kind][2] == N_KEPT[kind[0]]
