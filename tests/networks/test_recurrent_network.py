from dataclasses import replace

import numpy as np
import pytest
import torch

from sklstm.cells import CELLS
from sklstm.networks import RecurrentNetwork
from sklstm.networks._layers import fused_layer, stepwise_layer


def layer_parameters(weights):
    prefix = "layer0_forward_"
    return {
        name.removeprefix(prefix): torch.tensor(array)
        for name, array in weights.items()
        if name.startswith(prefix)
    }


def test_equals_the_textbook_equations(network, sequences, oracle):
    spec, weights = network
    values, lengths = sequences
    module = RecurrentNetwork(spec, weights)
    output = module(torch.tensor(values), torch.tensor(lengths)).detach()
    expected = [
        oracle(spec, weights, row[:length]) for row, length in zip(values, lengths, strict=True)
    ]
    np.testing.assert_allclose(output, expected, rtol=1e-10)
    full = module(torch.tensor(values)).detach()
    np.testing.assert_allclose(full, [oracle(spec, weights, row) for row in values], rtol=1e-10)


def test_every_step_equals_the_textbook_equations(network, sequences, oracle):
    spec, weights = replace(network[0], every_step=True), network[1]
    values, lengths = sequences
    output = RecurrentNetwork(spec, weights)(torch.tensor(values), torch.tensor(lengths)).detach()
    for row, length, found in zip(values, lengths, output, strict=True):
        expected = oracle(spec, weights, row[:length])
        np.testing.assert_allclose(found[:length], expected, rtol=1e-10, atol=1e-12)


def test_gradients_equal_finite_differences(network, sequences):
    spec, weights = network
    values, lengths = (torch.tensor(array[:4]) for array in sequences)
    module = RecurrentNetwork(spec, weights)

    def loss():
        return module(values, lengths).square().sum()

    loss().backward()
    rng = np.random.default_rng(0)
    for name, parameter in module.named_parameters():
        place = tuple(rng.integers(size) for size in parameter.shape)
        step = 1e-6
        with torch.no_grad():
            parameter[place] += step
            above = loss().item()
            parameter[place] -= 2 * step
            below = loss().item()
            parameter[place] += step
        slope = (above - below) / (2 * step)
        assert parameter.grad[place].item() == pytest.approx(slope, rel=1e-5, abs=1e-7), name


@pytest.mark.parametrize(
    ("cell", "activation"), [("lstm", "tanh"), ("gru", "tanh"), ("rnn", "tanh"), ("rnn", "relu")]
)
def test_fused_equals_stepwise(new_network, sequences, cell, activation):
    spec, weights = new_network(cell=cell, activation=activation)
    parameters, values = layer_parameters(weights), torch.tensor(sequences[0])
    generator = torch.Generator().manual_seed(0)
    shape = 2 if cell == "lstm" else 1, len(values), 5
    start = tuple(torch.rand(shape, dtype=torch.float64, generator=generator))
    fused, fused_end = fused_layer(spec, parameters, values, start)
    stepwise, end = stepwise_layer(spec, parameters, values, start, None, None)
    np.testing.assert_allclose(fused, stepwise, rtol=1e-10)
    np.testing.assert_allclose(torch.stack(fused_end), torch.stack(end), rtol=1e-10)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "slstm"])
def test_recurrent_dropout_feeds_the_same_units_back_at_every_step(new_network, sequences, cell):
    spec, weights = new_network(cell=cell)
    values = torch.tensor(sequences[0])
    mask = torch.zeros(len(values), 5, dtype=torch.float64)
    mask[:, [0, 3]] = 2.0
    start = (torch.zeros_like(mask),) * len(CELLS[cell].states)
    with_mask, _ = stepwise_layer(spec, layer_parameters(weights), values, start, None, mask)
    # A unit that is never fed back might as well have no recurrent weights, and so on.
    scaled = dict(weights)
    scaled["layer0_forward_recurrent"] = weights["layer0_forward_recurrent"] * mask[0].numpy()
    without, _ = stepwise_layer(spec, layer_parameters(scaled), values, start, None, None)
    np.testing.assert_allclose(with_mask, without, rtol=1e-12)


def test_dropout_is_seeded_keeps_the_mean_and_ends_with_training(new_network):
    spec, weights = new_network(n_outputs=1, hidden_size=400)
    values = torch.ones(300, 2, 3, dtype=torch.float64)
    generator = torch.Generator()
    module = RecurrentNetwork(spec, weights, dropout=0.5, generator=generator)
    before = torch.get_rng_state()
    outputs = [module(values) for _ in range(2) if generator.manual_seed(0)]
    assert torch.equal(*outputs)
    assert torch.equal(before, torch.get_rng_state())
    assert outputs[0].std() > 0
    plain = module.eval()(values)
    assert plain.std() < 1e-12
    assert outputs[0].mean().item() == pytest.approx(plain.mean().item(), rel=0.05)


def test_an_unbounded_cell_does_not_run_on_beyond_the_end(new_network):
    spec, weights = new_network(np.float32, cell="rnn", activation="relu")
    weights["layer0_forward_recurrent"] = 1e9 * np.eye(5, dtype=np.float32)
    module = RecurrentNetwork(spec, weights)
    values = torch.ones(2, 30, 3)
    module(values, torch.tensor([1, 2])).sum().backward()
    for name, parameter in module.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
