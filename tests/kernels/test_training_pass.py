import numpy as np
import pytest

from sklstm.kernels import Optimizer, _pass
from sklstm.losses import log_loss, make_loss

CELLS = pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "mingru", "slstm"])
TALL = {"num_layers": 2, "bidirectional": True}


@pytest.fixture
def data(windows):
    """Windows with two targets each."""
    return *windows, np.random.default_rng(5).normal(size=(37, 2))


def equal_weights(n_samples):
    return np.full(n_samples, 1.0 / n_samples)


def draw_masks(spec, lengths, seed):
    generator = np.random.default_rng(seed)
    n, n_directions = len(lengths), len(spec.directions)
    state = [generator.random((n, spec.hidden_size)) for _ in range(2 * n_directions)]
    steps = [lengths.max()] * (spec.num_layers - 1) + [1]
    return state, [generator.random((n, size, spec.state_size)) for size in steps]


@CELLS
def test_losses_are_those_of_a_forward_pass_whatever_else_is_in_the_batch(
    cell, windows, data, new_network, new_pass, new_training_pass
):
    spec, weights = new_network(cell=cell, **TALL)
    outputs = new_pass(spec, weights, windows[0])[0].run(*windows[1:])
    expected = ((outputs - data[3]) ** 2).mean(axis=1)
    pass_, _, _ = new_training_pass(spec, weights, data, 60, 9)
    whole = pass_.compute_gradient(np.arange(37), equal_weights(37))
    assert whole.dtype == np.float64
    np.testing.assert_allclose(whole, expected, rtol=1e-15)
    for samples in ([3], np.arange(37), np.random.default_rng(0).permutation(37), [5, 5, 0]):
        found = pass_.compute_gradient(np.array(samples), equal_weights(len(samples)))
        np.testing.assert_array_equal(found, whole[samples])


def test_what_was_trained_predicts_by_code_that_is_compiled_already(
    data, windows, new_network, new_pass, new_training_pass, monkeypatch
):
    spec, weights = new_network(cell="gru")
    pass_, _, _ = new_training_pass(spec, weights, data)
    pass_.compute_gradient(np.arange(37), equal_weights(37))
    monkeypatch.setattr(_pass, "compile_functions", None)
    output = new_pass(spec, weights, windows[0])[0].run(*windows[1:])
    losses = pass_.compute_gradient(np.arange(37), equal_weights(37))
    np.testing.assert_allclose(losses, ((output - data[3]) ** 2).mean(axis=1), rtol=1e-15)


@CELLS
@pytest.mark.parametrize("options", [{}, {"every_step": True, "bidirectional": False}])
def test_a_few_samples_of_a_large_network_have_the_gradient_of_double_precision(
    cell, options, windows, new_network, new_training_pass
):
    spec, weights = new_network(np.float32, cell=cell, hidden_size=90, **TALL | options)
    exact = {name: array.astype(np.float64) for name, array in weights.items()}
    rows, starts, lengths = windows
    targets, first = np.random.default_rng(5).normal(size=(37, 2)), None
    if spec.every_step:
        targets, first = np.random.default_rng(5).normal(size=(len(rows), 2)), starts
    data = *windows, targets, first
    large, _, _ = new_training_pass(spec, weights, data)
    plain, _, _ = new_training_pass(spec, exact, data)
    order = np.random.default_rng(0).permutation(37)
    for n_samples in (36, 34, 20, 3):
        losses, expected = [
            pass_.compute_gradient(order[:n_samples], equal_weights(n_samples))
            for pass_ in (large, plain)
        ]
        np.testing.assert_allclose(losses, expected, rtol=1e-4, atol=1e-5)
        size = np.abs(plain.gradient).max()
        np.testing.assert_allclose(large.gradient, plain.gradient, rtol=0, atol=3e-6 * size)


@CELLS
def test_gradients_of_parts_of_a_batch_add_up(cell, data, new_network, new_training_pass):
    spec, weights = new_network(cell=cell, **TALL)
    order, weight = np.random.default_rng(0).permutation(37), equal_weights(37)
    whole, _, _ = new_training_pass(spec, weights, data)
    whole.compute_gradient(order, weight)
    pass_, _, _ = new_training_pass(spec, weights, data, n_samples=16)
    for first in range(0, 37, 16):
        part = slice(first, first + 16)
        pass_.compute_gradient(order[part], weight[part], add=first > 0)
    np.testing.assert_allclose(pass_.gradient, whole.gradient, rtol=1e-10, atol=1e-13)
    # The next one begins at zero again.
    pass_.compute_gradient(order[:5], weight[:5])
    once = pass_.gradient.copy()
    pass_.compute_gradient(order[:5], weight[:5], add=True)
    np.testing.assert_allclose(pass_.gradient, 2 * once, rtol=1e-10, atol=1e-13)


@CELLS
@pytest.mark.parametrize("drops", [False, True])
def test_a_pass_has_no_memory_of_earlier_ones(cell, drops, data, new_network, new_training_pass):
    spec, weights = new_network(cell=cell, **TALL)
    lengths, rng = data[2], np.random.default_rng(2)

    def make():
        return new_training_pass(spec, weights, data, drops=drops, drops_state=drops)[0]

    def gradient(pass_, samples):
        if drops:
            pass_.set_masks(*draw_masks(spec, lengths[samples], 1), lengths[samples])
        pass_.compute_gradient(samples, equal_weights(len(samples)))
        return pass_.gradient.copy()

    used, short = make(), np.flatnonzero(lengths <= 3)
    assert 1 <= len(short) < 37
    for samples in (np.arange(37), short[:3], rng.permutation(37)[:20], short[:1], np.arange(37)):
        np.testing.assert_array_equal(gradient(used, samples), gradient(make(), samples))


def test_samples_without_weight_do_not_count(data, new_network, new_training_pass):
    spec, weights = new_network(**TALL)
    pass_, _, _ = new_training_pass(spec, weights, data)
    weight = equal_weights(37)
    weight[10:] = 0
    pass_.compute_gradient(np.arange(37), weight)
    all_of_them = pass_.gradient.copy()
    pass_.compute_gradient(np.arange(10), weight[:10])
    np.testing.assert_allclose(all_of_them, pass_.gradient, rtol=1e-11, atol=1e-14)


def test_gradient_is_that_of_the_weights_as_they_are(data, new_network, new_training_pass):
    spec, weights = new_network(cell="gru")
    other = {name: -0.5 * array for name, array in weights.items()}
    changed, vector, layout = new_training_pass(spec, weights, data)
    vector[:] = layout.pack(other, np.float64)
    fresh, _, _ = new_training_pass(spec, other, data)
    for pass_ in (changed, fresh):
        pass_.compute_gradient(np.arange(37), equal_weights(37))
    np.testing.assert_array_equal(changed.gradient, fresh.gradient)


@pytest.mark.parametrize("name", ["adam", "adamw", "nadam", "rmsprop", "sgd"])
@pytest.mark.parametrize("batch_size", [10, 37, 40])
def test_an_epoch_is_batch_after_batch(name, batch_size, data, new_network, new_training_pass):
    spec, weights = new_network(**TALL)
    order, n_batches = np.random.default_rng(4).permutation(37), -(-37 // batch_size)
    rng = np.random.default_rng(3)
    shares = np.split(rng.uniform(1, 2, 37), range(batch_size, 37, batch_size))
    weight = np.concatenate([share / share.sum() for share in shares])
    whole, trained, _ = new_training_pass(spec, weights, data, batch_size)
    steps, expected, _ = new_training_pass(spec, weights, data, batch_size)
    at_once = Optimizer(name, trained, 0.01, 0.02, 0.5)
    by_step = Optimizer(name, expected, 0.01, 0.02, 0.5)
    for _ in range(3):
        losses = whole.train(order, weight, batch_size, at_once)
        for batch in range(n_batches):
            part = slice(batch * batch_size, (batch + 1) * batch_size)
            found = steps.compute_gradient(order[part], weight[part])
            np.testing.assert_array_equal(losses[part], found)
            by_step.step(steps.gradient)
    np.testing.assert_array_equal(trained, expected)
    assert (trained != new_training_pass(spec, weights, data)[1]).any()
    assert at_once.n_steps == by_step.n_steps == 3 * n_batches
    np.testing.assert_array_equal(at_once.mean, by_step.mean)
    np.testing.assert_array_equal(at_once.square, by_step.square)


def test_computing_a_gradient_changes_no_weight(data, new_network, new_training_pass):
    spec, weights = new_network()
    pass_, vector, layout = new_training_pass(spec, weights, data)
    pass_.train(np.arange(37), equal_weights(37), 37, Optimizer("sgd", vector, 0.1, 0.0, None))
    before = vector.copy()
    assert (before != layout.pack(weights, np.float64)).any()
    pass_.compute_gradient(np.arange(37), equal_weights(37))
    np.testing.assert_array_equal(vector, before)


def test_masks_of_tokens_hold_for_all_steps(new_network, new_training_pass):
    """Rows of tokens times a mask are the rows of another table."""
    spec, weights = new_network(cell="gru", n_tokens=6, embeds=True)
    rng = np.random.default_rng(2)
    lengths, starts = rng.integers(1, 8, 37), rng.integers(0, 83, 37)
    data = rng.integers(0, 6, (90, 1)), starts, lengths, rng.normal(size=(37, 2))
    mask = rng.random(3)
    pass_, _, layout = new_training_pass(spec, weights, data, drops=True)
    ones = np.ones((37, 1, spec.state_size))
    pass_.set_masks([], [ones], lengths, [np.tile(mask, (37, 1))])
    found = pass_.compute_gradient(np.arange(37), equal_weights(37))
    scaled = weights | {"embedding_weight": weights["embedding_weight"] * mask}
    other, _, _ = new_training_pass(spec, scaled, data)
    np.testing.assert_allclose(found, other.compute_gradient(np.arange(37), equal_weights(37)))
    own, others = (layout.unpack(p.gradient)["embedding_weight"] for p in (pass_, other))
    np.testing.assert_allclose(own, others * mask)


@pytest.mark.parametrize("every_step", [False, True])
@pytest.mark.parametrize("kind", ["quantile", "log_cosh", "log_loss"])
def test_losses_of_steps_are_summed_where_there_is_a_target(
    kind, every_step, windows, new_network, new_training_pass, new_pass
):
    spec, weights = new_network(n_outputs=6, every_step=every_step)
    rows, starts, lengths = windows
    rng = np.random.default_rng(1)
    order, n_targets = rng.permutation(37), 90 if every_step else 37
    if kind == "log_loss":
        loss, targets = log_loss(6), rng.integers(0, 6, n_targets)
    else:
        loss = make_loss(kind, quantile=[0.1, 0.9] if kind == "quantile" else 0.5)
        targets = rng.normal(size=(n_targets, 6 // loss.n_outputs_per_target))
    if every_step:
        missing = rng.random(90) < 0.4
        targets[missing] = -1 if kind == "log_loss" else np.nan
    data = rows, starts, lengths, targets, *([starts] if every_step else [])
    pass_, _, _ = new_training_pass(spec, weights, data, loss=loss)
    found, again = (pass_.compute_gradient(order, equal_weights(37)) for _ in range(2))
    np.testing.assert_array_equal(found, again)  # targets and weights are as they were
    outputs = new_pass(spec, weights, rows)[0].run(starts[order], lengths[order])
    if not every_step:
        np.testing.assert_allclose(found, loss.of_rows(outputs, targets[order]), rtol=1e-12)
        return
    steps = np.concatenate([np.arange(starts[k], starts[k] + lengths[k]) for k in order])
    each, known = np.zeros(len(steps)), ~missing[steps]
    each[known] = loss.of_rows(outputs[known], targets[steps[known]])
    ends = np.cumsum(lengths[order])
    sums = [part.sum() for part in np.split(each, ends[:-1])]
    np.testing.assert_allclose(found, sums, rtol=1e-12, atol=1e-14)


def test_targets_of_another_number_are_refused(windows, new_network, new_training_pass):
    spec, weights = new_network(n_outputs=6)
    for loss, n_targets in (
        (make_loss("huber"), 6),
        (make_loss("quantile", quantile=[0.1, 0.9]), 3),
    ):
        for wrong in (1, n_targets - 1, n_targets + 1):
            with pytest.raises(ValueError, match=f"takes {n_targets} targets a row, got"):
                new_training_pass(spec, weights, (*windows, np.zeros((37, wrong))), loss=loss)
        new_training_pass(spec, weights, (*windows, np.zeros((37, n_targets))), loss=loss)
