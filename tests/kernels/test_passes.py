import numpy as np
import pytest
import torch

from sklstm.networks import RecurrentNetwork
from sklstm.recurrence import dropout_mask

SIZES = pytest.mark.parametrize(
    "size",
    [{}, {"hidden_size": 18, "n_outputs": 17}, {"hidden_size": (4, 19, 7), "num_layers": 3}],
    ids=["small", "large", "uneven"],
)
CELLS = pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "mingru", "slstm"])
EVERY_STEP = pytest.mark.parametrize("every_step", [False, True])
DROPOUT, RECURRENT, SEED = 0.3, 0.4, 8


def masks(spec, lengths, dropout, recurrent):
    """Draw masks in the order in which the plain network does."""
    generator, state_masks, output_masks = np.random.default_rng(SEED), [], []
    for level in range(spec.num_layers):
        for _ in spec.directions if recurrent else ():
            shape = len(lengths), spec.units[level]
            state_masks.append(dropout_mask(generator, shape, recurrent, np.dtype(float)))
        if dropout:
            kept = spec.every_step or level < spec.num_layers - 1
            steps = lengths.max() if kept else 1
            shape = len(lengths), steps, spec.units[level] * len(spec.directions)
            output_masks.append(dropout_mask(generator, shape, dropout, np.dtype(float)))
    return state_masks, output_masks


def plain(spec, weights, data, sample_weight, dropout=0.0, recurrent=0.0):
    """Squared error of each sample, and its gradients, in torch."""
    rows, starts, lengths, targets = data[:4]
    module = RecurrentNetwork(spec, weights, dropout=dropout, recurrent_dropout=recurrent)
    module.generator = np.random.default_rng(SEED)
    values = np.zeros((len(starts), lengths.max(), rows.shape[1]))
    for sample, (start, length) in enumerate(zip(starts, lengths, strict=True)):
        values[sample, :length] = rows[start : start + length]
    output = module(torch.tensor(values), torch.tensor(lengths))
    if spec.every_step:
        there = np.arange(lengths.max()) < lengths[:, np.newaxis]
        output, sample_weight = output[torch.tensor(there)], np.repeat(sample_weight, lengths)
        spans = zip(data[4], lengths, strict=True)
        targets = np.concatenate([targets[s : s + n] for s, n in spans])
    known = torch.tensor(~np.isnan(targets[:, 0]))
    losses = (output[known] - torch.tensor(targets)[known]).square().mean(dim=1)
    (losses * torch.tensor(sample_weight)[known]).sum().backward()
    gradients = {name: p.grad.numpy() for name, p in module.named_parameters()}
    sample = torch.tensor(np.repeat(np.arange(len(lengths)), lengths if spec.every_step else 1))
    sums = torch.zeros(len(lengths), dtype=torch.float64)
    return sums.index_add(0, sample[known], losses.detach()).numpy(), gradients


def with_targets(windows, spec):
    """Return windows with targets, and weights of samples."""
    rng, n_samples = np.random.default_rng(5), len(windows[1])
    sample_weight = rng.uniform(1, 3, size=n_samples)
    if not spec.every_step:
        return (*windows, rng.normal(size=(n_samples, spec.n_outputs))), sample_weight
    # Targets of the rows of the series, some of which are unknown.
    targets = rng.normal(size=(len(windows[0]) + 3, spec.n_outputs))
    targets[rng.random(len(targets)) < 0.2] = np.nan
    return (*windows, targets, windows[1] + 3), sample_weight


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, rtol=1e-9, atol=1e-10, err_msg=name)


@SIZES
@EVERY_STEP
@pytest.mark.parametrize(
    ("dropout", "recurrent"), [(0.0, 0.0), (DROPOUT, RECURRENT)], ids=["whole", "drops"]
)
def test_losses_and_gradient_are_those_of_torch(
    kind, size, every_step, dropout, recurrent, windows, new_network, new_training_pass
):
    spec, weights = new_network(**(kind | size), every_step=every_step)
    data, sample_weight = with_targets(windows, spec)
    losses, expected = plain(spec, weights, data, sample_weight, dropout, recurrent)
    pass_, _, layout = new_training_pass(
        spec, weights, data, n_steps=9, drops=dropout > 0, drops_state=recurrent > 0
    )
    pass_.set_masks(*masks(spec, windows[2], dropout, recurrent), windows[2])
    found = pass_.compute_gradient(np.arange(37), sample_weight)
    np.testing.assert_allclose(found, losses, rtol=1e-10, atol=1e-11)
    gradient = pass_.gradient
    assert_same(layout.unpack(gradient), expected)
    # Where no weight stands, the gradient is zero, so that the optimiser leaves zeros there.
    np.testing.assert_array_equal(layout.pack(layout.unpack(gradient), np.float64), gradient)


@pytest.mark.parametrize(
    "kinds",
    [(DROPOUT, 0.0), (0.0, RECURRENT), (DROPOUT, RECURRENT)],
    ids=["outputs", "state", "both"],
)
@EVERY_STEP
def test_each_of_three_levels_has_its_masks(
    kinds, every_step, windows, new_network, new_training_pass
):
    spec, weights = new_network(cell="gru", num_layers=3, bidirectional=True, every_step=every_step)
    data, sample_weight = with_targets(windows, spec)
    losses, expected = plain(spec, weights, data, sample_weight, *kinds)
    pass_, _, layout = new_training_pass(
        spec, weights, data, drops=kinds[0] > 0, drops_state=kinds[1] > 0
    )
    pass_.set_masks(*masks(spec, windows[2], *kinds), windows[2])
    found = pass_.compute_gradient(np.arange(37), sample_weight)
    np.testing.assert_allclose(found, losses, rtol=1e-10, atol=1e-11)
    assert_same(layout.unpack(pass_.gradient), expected)


@CELLS
@EVERY_STEP
def test_gradient_is_that_of_finite_differences(
    cell, every_step, windows, new_network, new_training_pass
):
    spec, weights = new_network(cell=cell, num_layers=2, bidirectional=True, every_step=every_step)
    data, sample_weight = with_targets(windows, spec)
    pass_, vector, layout = new_training_pass(spec, weights, data, drops=True, drops_state=True)
    pass_.set_masks(*masks(spec, windows[2], DROPOUT, RECURRENT), windows[2])

    compute = pass_.compute_gradient

    def objective():
        return sample_weight @ compute(np.arange(37), sample_weight)

    objective()
    gradient, step = pass_.gradient.copy(), 1e-6
    places = layout.pack({name: np.ones_like(w) for name, w in weights.items()}, np.float64)
    for place in np.flatnonzero(places):
        before = vector[place]
        vector[place] = before + step
        above = objective()
        vector[place] = before - step
        slope = (above - objective()) / (2 * step)
        vector[place] = before
        assert gradient[place] == pytest.approx(slope, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("n_samples", "n_steps"), [(300, 3), (130, 19), (1, 40)])
@EVERY_STEP
def test_many_tiles_and_steps_share_the_room_for_turning(
    n_samples, n_steps, every_step, windows, new_network, new_training_pass
):
    spec, weights = new_network(num_layers=2, every_step=every_step)
    rng = np.random.default_rng(0)
    starts, lengths = rng.integers(0, 50, n_samples), rng.integers(1, n_steps + 1, n_samples)
    lengths[0] = n_steps
    data, sample_weight = with_targets((windows[0], starts, lengths), spec)
    _, expected = plain(spec, weights, data, sample_weight)
    pass_, _, layout = new_training_pass(spec, weights, data, n_samples, n_steps)
    pass_.compute_gradient(np.arange(n_samples), sample_weight)
    assert_same(layout.unpack(pass_.gradient), expected)


def test_gradient_in_single_precision_is_close(windows, new_network, new_training_pass):
    spec, weights = new_network(np.float32, cell="lstm", num_layers=2, bidirectional=True)
    data, sample_weight = with_targets(windows, spec)
    doubles = {name: array.astype(float) for name, array in weights.items()}
    _, expected = plain(spec, doubles, data, sample_weight)
    pass_, _, layout = new_training_pass(spec, weights, data)
    pass_.compute_gradient(np.arange(37), sample_weight)
    found = layout.unpack(pass_.gradient)
    for name, array in expected.items():
        assert found[name].dtype == np.float32
        np.testing.assert_allclose(found[name], array, rtol=1e-4, atol=1e-3)
