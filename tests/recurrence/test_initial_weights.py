import numpy as np
import pytest

from sklstm.recurrence import NetworkSpec, initial_weights


@pytest.mark.parametrize(("cell", "n_gates"), [("lstm", 4), ("gru", 3), ("rnn", 1)])
def test_recurrent_weights_are_orthogonal_by_gate(cell, n_gates):
    weights = initial_weights(NetworkSpec(cell, 2, 6, 1), seed=0, dtype=np.float64)
    for gate in np.split(weights["layer0_forward_recurrent"], n_gates):
        np.testing.assert_allclose(gate @ gate.T, np.eye(6), atol=1e-12)


def test_input_weights_fill_glorots_limits():
    spec = NetworkSpec("gru", 20, 30, 4)
    weights = initial_weights(spec, seed=0, dtype=np.float64)
    for name, limit in (
        ("layer0_forward_input", np.sqrt(6 / (20 + 30))),
        ("head_weight", np.sqrt(6 / (30 + 4))),
    ):
        largest = np.abs(weights[name]).max()
        assert 0.9 * limit < largest <= limit


def test_only_the_forget_gate_has_a_bias():
    weights = initial_weights(NetworkSpec("lstm", 2, 3, 1), seed=0, dtype=np.float32)
    np.testing.assert_array_equal(
        weights["layer0_forward_bias"].reshape(4, 3), [[0] * 3, [1] * 3, [0] * 3, [0] * 3]
    )
    assert not weights["head_bias"].any()


def test_seeds_decide():
    spec = NetworkSpec("lstm", 2, 3, 1)
    first, again, other = (initial_weights(spec, seed, np.float32) for seed in (0, 0, 1))
    for name in ("layer0_forward_input", "layer0_forward_recurrent", "head_weight"):
        np.testing.assert_array_equal(first[name], again[name])
        assert (first[name] != other[name]).any()
