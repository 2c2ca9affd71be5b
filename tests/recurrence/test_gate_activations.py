from dataclasses import replace

import numpy as np
import pytest

from sklstm.recurrence import gate_activations, network_output

GATES = {
    "lstm": {"input", "forget", "output", "candidate", "cell", "hidden"},
    "gru": {"reset", "update", "candidate", "hidden"},
    "rnn": {"hidden"},
    "mingru": {"update", "candidate", "hidden"},
    "slstm": {
        "input",
        "forget",
        "output",
        "candidate",
        "cell",
        "normalizer",
        "stabilizer",
        "hidden",
    },  # fmt: skip
}


@pytest.fixture
def plain_recurrence(oracle):
    """The plain NumPy layer that the plain network is made of."""
    return oracle.__globals__["plain_recurrence"]


def logistic(z):
    return 1 / (1 + np.exp(-z))


def before(states):
    """States before each step."""
    return np.vstack([np.zeros_like(states[:1]), states[:-1]])


def expected_gates(spec, weights, prefix, inputs, hidden, cell):
    """The equations of all steps at once, given the states after them."""
    w, b = (weights[f"{prefix}_{kind}"] for kind in ("input", "bias"))
    act = np.tanh if spec.activation == "tanh" else (lambda z: np.maximum(z, 0))
    if spec.cell == "mingru":
        z, new = np.split(inputs @ w.T + b, 2, axis=1)
        z, new = logistic(z), act(new)
        return {"update": z, "candidate": new, "hidden": (1 - z) * before(hidden) + z * new}
    u = weights[f"{prefix}_recurrent"]
    from_input, from_state = inputs @ w.T + b, before(hidden) @ u.T
    if spec.cell == "rnn":
        return {"hidden": act(from_input + from_state)}
    if spec.cell == "gru":
        r, z = np.split(logistic((from_input + from_state)[:, : 2 * u.shape[1]]), 2, axis=1)
        of_input, of_state = (np.split(part, 3, axis=1)[2] for part in (from_input, from_state))
        new = act(of_input + r * (of_state + weights[f"{prefix}_candidate_bias"]))
        hidden = (1 - z) * new + z * before(hidden)
        return {"reset": r, "update": z, "candidate": new, "hidden": hidden}
    i, f, g, o = np.split(from_input + from_state, 4, axis=1)
    if spec.cell == "slstm":
        return stabilized_gates(i, f, act(g), logistic(o))
    p = weights.get(f"{prefix}_peephole", np.zeros((3, u.shape[1])))
    i, f = logistic(i + p[0] * before(cell)), logistic(f + p[1] * before(cell))
    new_cell = f * before(cell) + i * act(g)
    o = logistic(o + p[2] * new_cell)
    return {
        "input": i,
        "forget": f,
        "output": o,
        "candidate": act(g),
        "cell": new_cell,
        "hidden": o * act(new_cell),
    }


def stabilized_gates(i, f, g, o):
    """Gates and states of an sLSTM; exponents of the input gate are accumulated in one sum."""
    log_f, m, scale = np.log(logistic(f)), np.zeros_like(i[0]), np.zeros_like(i)
    for t in range(len(i)):
        m = scale[t] = np.maximum(log_f[t] + m, i[t])
    input_gate, forget_gate = np.exp(i - scale), np.exp(log_f + before(scale) - scale)
    # What each step has added to the states, as seen from every later one.
    kept = np.cumsum(log_f, axis=0)
    weight = np.exp((i - kept)[np.newaxis] + (kept - scale)[:, np.newaxis])
    weight *= np.tri(len(i))[:, :, np.newaxis]
    cell, normalizer = (weight * g).sum(axis=1), weight.sum(axis=1)
    return {
        "input": input_gate, "forget": forget_gate, "output": o, "candidate": g, "cell": cell,
        "normalizer": normalizer, "stabilizer": scale, "hidden": o * cell / normalizer,
    }  # fmt: skip


def test_equals_the_textbook_equations(network, sequences, plain_recurrence):
    spec, weights = network
    values, lengths = sequences
    found = gate_activations(spec, weights, values, lengths)
    assert list(found) == [prefix for prefix, _, _ in spec.layers()]
    for sample, (sequence, length) in enumerate(zip(values, lengths, strict=True)):
        sequence = sequence[:length]
        for layer in range(spec.num_layers):
            states = []
            for direction in spec.directions:
                prefix, step = f"layer{layer}_{direction}", 1 if direction == "forward" else -1
                read = sequence[::step]
                hidden = plain_recurrence(spec, weights, prefix, read)
                of_layer = {k: v[sample, :length][::step] for k, v in found[prefix].items()}
                expected = expected_gates(spec, weights, prefix, read, hidden, of_layer.get("cell"))
                assert set(of_layer) == set(expected) == GATES[spec.cell]
                np.testing.assert_allclose(of_layer["hidden"], hidden, rtol=1e-12, atol=1e-12)
                for name, array in expected.items():
                    np.testing.assert_allclose(of_layer[name], array, rtol=1e-12, atol=1e-12)
                states.append(hidden[::step])
            sequence = np.hstack(states)


def test_shapes_are_those_of_the_layers_and_the_rest_is_nan(network, sequences):
    spec, weights = network
    values, lengths = sequences
    beyond = np.arange(values.shape[1]) >= lengths[:, np.newaxis]
    found = gate_activations(spec, weights, values, lengths)
    for prefix, _, units in spec.layers():
        for array in found[prefix].values():
            assert array.shape == (*values.shape[:2], units)
            assert array.dtype == np.float64
            assert np.isnan(array[beyond]).all()
            assert np.isfinite(array[~beyond]).all()


def test_states_give_what_the_forward_pass_gives(network, sequences):
    spec, weights = network
    values, lengths = sequences
    found = gate_activations(spec, weights, values, lengths)
    top = [found[f"layer{spec.num_layers - 1}_{name}"]["hidden"] for name in spec.directions]
    states = np.concatenate(top, axis=2)
    expected = network_output(
        replace(spec, every_step=True),
        weights,
        lambda samples: (values[samples], lengths[samples]),
        lengths,
    )
    inside = np.arange(values.shape[1]) < lengths[:, np.newaxis]
    output = states[inside] @ weights["head_weight"].T + weights["head_bias"]
    np.testing.assert_allclose(output, expected, rtol=1e-10, atol=1e-12)


def test_single_precision_weights_are_taken_as_they_are(new_network, sequences):
    spec, weights = new_network(np.float32)
    doubles = {name: array.astype(np.float64) for name, array in weights.items()}
    found = gate_activations(spec, weights, *sequences)["layer0_forward"]
    expected = gate_activations(spec, doubles, *sequences)["layer0_forward"]
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)


def test_large_inputs_do_not_overflow(new_network, sequences):
    spec, weights = new_network()
    values, lengths = sequences
    gate = gate_activations(spec, weights, 1e6 * values, lengths)["layer0_forward"]["forget"]
    assert set(np.unique(gate[np.isfinite(gate)])) <= {0.0, 1.0}
