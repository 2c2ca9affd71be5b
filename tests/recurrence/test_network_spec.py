import numpy as np
import pytest

from sklstm.recurrence import NetworkSpec, initial_weights


@pytest.mark.parametrize(
    ("cell", "hidden_size", "published"),
    [
        # Two layers of 800 over 57 characters, the text generators of docs/systems.
        ("rnn", 800, {"layer0": 686_400, "layer1": 1_280_800, "head": 45_657}),
        ("lstm", 800, {"layer0": 2_745_600, "layer1": 5_123_200, "head": 45_657}),
        # Three gates, and one more bias for the recurrent half of the candidate.
        ("gru", 10, {"layer0": 3 * 10 * 68 + 10, "layer1": 3 * 10 * 21 + 10, "head": 57 * 11}),
    ],
)
def test_published_numbers_of_parameters(cell, hidden_size, published):
    spec = NetworkSpec(cell, n_features=57, hidden_size=hidden_size, n_outputs=57, num_layers=2)
    assert spec.parameter_counts() == published
    assert spec.n_parameters == sum(published.values())


def test_each_layer_may_have_its_own_units():
    # The published network of system S6: LSTM 512, then 256, on one feature.
    spec = NetworkSpec("lstm", 1, (512, 256), 1, num_layers=2)
    assert spec.parameter_counts() == {
        "layer0": 4 * 512 * (1 + 512 + 1),
        "layer1": 4 * 256 * (512 + 256 + 1),
        "head": 257,
    }
    assert spec.state_size == 256
    alike = NetworkSpec("lstm", 1, (8, 8), 1, num_layers=2)
    assert alike.parameter_shapes() == NetworkSpec("lstm", 1, 8, 1, 2).parameter_shapes()


def test_both_directions_and_peepholes_are_counted():
    spec = NetworkSpec("lstm", 3, 5, 2, num_layers=2, bidirectional=True, peephole=True)
    one_way = 4 * 5 * (3 + 5 + 1) + 3 * 5
    second = 4 * 5 * (10 + 5 + 1) + 3 * 5
    assert spec.parameter_counts() == {
        "layer0": 2 * one_way,
        "layer1": 2 * second,
        "head": 2 * (10 + 1),
    }
    assert spec.n_parameters == sum(w.size for w in initial_weights(spec, 0, np.float32).values())
