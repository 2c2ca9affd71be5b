"""The network, the loss and Adam in plain JAX, with a whole epoch as one compiled function."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

N_GATES = {"lstm": 4, "gru": 3}
BETAS, EPSILON = (0.9, 0.999), 1e-8


def initial_weights(cell, hidden_size, seed=0):
    """Return uniform weights, as torch draws them.

    Parameters
    ----------
    cell : {"lstm", "gru"}
        Kind of the layer.
    hidden_size : int
        Its units.
    seed : int, default=0
        Seed of the draws.

    Returns
    -------
    weights : dict of str to Array
        Of the layer, and of the linear output.
    """
    rng, rows, bound = np.random.default_rng(seed), N_GATES[cell] * hidden_size, hidden_size**-0.5
    shapes = {"input": (1, rows), "state": (hidden_size, rows), "bias": (rows,)}
    shapes |= {"state_bias": (hidden_size,)} if cell == "gru" else {}
    shapes |= {"head": (hidden_size, 1), "head_bias": (1,)}
    return {
        name: jnp.asarray(rng.uniform(-bound, bound, shape), jnp.float32)
        for name, shape in shapes.items()
    }


def outputs(weights, windows, cell):
    """Return one output for each window.

    Parameters
    ----------
    weights : dict of str to Array
        As from `initial_weights`.
    windows : Array of shape (n_samples, n_timesteps, 1)
        Windows.
    cell : {"lstm", "gru"}
        Kind of the layer.

    Returns
    -------
    outputs : Array of shape (n_samples,)
        The outputs.
    """
    size = weights["head"].shape[0]
    state = jnp.zeros((windows.shape[0], size), jnp.float32)
    # The product with the inputs of all steps at once is faster than one in each step.
    projected = jnp.swapaxes(windows, 0, 1) @ weights["input"] + weights["bias"]
    if cell == "lstm":
        (state, _), _ = jax.lax.scan(partial(_lstm_step, weights), (state, state), projected)
    else:
        state, _ = jax.lax.scan(partial(_gru_step, weights), state, projected)
    return (state @ weights["head"] + weights["head_bias"])[:, 0]


def _lstm_step(weights, carry, projected):
    hidden, cell = carry
    gates = projected + hidden @ weights["state"]
    i, f, o, candidate = jnp.split(gates, 4, axis=1)
    cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(candidate)
    return (jax.nn.sigmoid(o) * jnp.tanh(cell), cell), None


def _gru_step(weights, hidden, projected):
    size = hidden.shape[1]
    recurrent = hidden @ weights["state"]
    r, z = jnp.split(jax.nn.sigmoid(projected[:, : 2 * size] + recurrent[:, : 2 * size]), 2, axis=1)
    reset = r * (recurrent[:, 2 * size :] + weights["state_bias"])
    candidate = jnp.tanh(projected[:, 2 * size :] + reset)
    return (1 - z) * candidate + z * hidden, None


def initial_moments(weights):
    """Return what Adam knows before its first step: the number of steps, and two moments."""
    first, second = (
        {name: jnp.zeros_like(value) for name, value in weights.items()} for _ in range(2)
    )
    return jnp.zeros((), jnp.int32), first, second


@partial(jax.jit, static_argnames=("cell", "batch_size"), donate_argnums=(0, 1))
def train_epoch(weights, moments, key, windows, targets, *, cell, batch_size, learning_rate):
    """Train for one epoch.

    Parameters
    ----------
    weights, moments : dict, tuple
        Before it; their memory is given back.
    key : Array
        Key of the order of samples.
    windows, targets : Array
        All samples.
    cell, batch_size, learning_rate : object
        Those of the task.

    Returns
    -------
    weights, moments : dict, tuple
        After it.
    """
    n_samples, n_batches = len(windows), -(-len(windows) // batch_size)
    places = jnp.arange(n_batches * batch_size)
    # The last batch is filled up by samples that do not count.
    rows = jax.random.permutation(key, n_samples)[places % n_samples]
    counts = (places < n_samples).astype(jnp.float32)
    batches = rows.reshape(n_batches, -1), counts.reshape(n_batches, -1)

    def loss(weights, batch, counted):
        errors = outputs(weights, windows[batch], cell) - targets[batch]
        return (counted * errors**2).sum() / counted.sum()

    def step(carry, batch):
        weights, moments = carry
        return _adam(weights, moments, jax.grad(loss)(weights, *batch), learning_rate), None

    (weights, moments), _ = jax.lax.scan(step, (weights, moments), batches)
    return weights, moments


def _adam(weights, moments, gradients, learning_rate):
    n, first, second = moments
    n, (a, b), each = n + 1, BETAS, jax.tree_util.tree_map
    first = each(lambda m, g: a * m + (1 - a) * g, first, gradients)
    second = each(lambda v, g: b * v + (1 - b) * g**2, second, gradients)

    def moved(w, m, v):
        return w - learning_rate * (m / (1 - a**n)) / (jnp.sqrt(v / (1 - b**n)) + EPSILON)

    return each(moved, weights, first, second), (n, first, second)
