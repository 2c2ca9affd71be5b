import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm.kernels import LANES, Layout
from sklstm.kernels._layout import aligned_zeros
from sklstm.kernels._registers import ROWS
from sklstm.recurrence import NetworkSpec

SPECS = st.builds(
    NetworkSpec,
    cell=st.sampled_from(["lstm", "gru", "rnn", "mingru", "slstm"]),
    n_features=st.integers(1, 9),
    hidden_size=st.integers(1, 37),
    n_outputs=st.integers(1, 19),
    num_layers=st.integers(1, 3),
    bidirectional=st.booleans(),
)
many = settings(max_examples=60, deadline=None, derandomize=True)


def numbered(spec):
    """Parameters that hold the numbers from one on."""
    arrays, first = {}, 1
    for name, shape in spec.parameter_shapes().items():
        size = int(np.prod(shape))
        arrays[name] = np.arange(first, first + size, dtype=float).reshape(shape)
        first += size
    return arrays


@many
@given(SPECS)
def test_each_parameter_has_a_place_of_its_own_and_the_rest_is_zero(spec):
    layout, arrays = Layout(spec), numbered(spec)
    vector = layout.pack(arrays, np.float64)
    assert vector.shape == (layout.n_weights,)
    used = np.sort(vector[vector != 0])
    np.testing.assert_array_equal(used, np.arange(1, spec.n_parameters + 1))


@many
@given(SPECS)
def test_unpack_returns_what_was_packed_in_the_order_of_the_network(spec):
    layout, arrays = Layout(spec), numbered(spec)
    unpacked = layout.unpack(layout.pack(arrays, np.float64))
    assert list(unpacked) == list(spec.parameter_shapes())
    for name, array in arrays.items():
        np.testing.assert_array_equal(unpacked[name], array)


@many
@given(SPECS)
def test_parts_follow_each_other_and_are_filled_up_to_whole_registers(spec):
    layout, end = Layout(spec), 0
    for part in layout.parts:
        assert part["weights"] == end
        assert part["depth"] % ROWS == 0
        assert 0 <= part["depth"] - part["n_columns"] < ROWS
        panels = -(-part["n_rows"] // LANES)
        end += panels * LANES * part["depth"]
    assert layout.n_weights == end
    assert end % LANES == 0


def stacked_matrix(layout, vector, parts, shape):
    """Read from the vector the matrix that maps the stacked inputs of a layer to its rows."""
    matrix = np.zeros(shape)
    for part in parts:
        rows, columns, depth = part["n_rows"], part["n_columns"], part["depth"]
        size = -(-rows // LANES) * LANES * depth
        panels = vector[part["weights"] :][:size].reshape(-1, depth, LANES)
        block = panels.transpose(0, 2, 1).reshape(-1, depth)[:rows, :columns]
        place = (
            slice(part["row"], part["row"] + rows),
            slice(part["column"], part["column"] + columns),
        )
        assert not matrix[place].any()
        matrix[place] = block
    return matrix


@pytest.mark.parametrize("hidden_size", [3, 18])
@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_rows_of_a_layer_read_inputs_a_one_and_the_state(cell, hidden_size):
    spec = NetworkSpec(cell, 2, hidden_size, 1)
    layout, w = Layout(spec), numbered(spec)
    layer = layout.layers[0]
    found = stacked_matrix(
        layout, layout.pack(w, np.float64), layer.parts, (layer.n_rows, layer.n_columns)
    )
    kinds = ("input", "bias", "recurrent")
    columns = [w[f"layer0_forward_{kind}"].reshape(layer.n_rows, -1) for kind in kinds]
    np.testing.assert_array_equal(found, np.hstack(columns))


@pytest.mark.parametrize("n", [3, 18])
def test_rows_of_a_gru_keep_the_halves_of_the_candidate_apart(n):
    spec = NetworkSpec("gru", 2, n, 1)
    layout, w = Layout(spec), numbered(spec)
    layer = layout.layers[0]
    found = stacked_matrix(
        layout, layout.pack(w, np.float64), layer.parts, (layer.n_rows, layer.n_columns)
    )
    read, bias, state, own = (
        w[f"layer0_forward_{kind}"] for kind in ("input", "bias", "recurrent", "candidate_bias")
    )
    bias, own, gates, new = bias[:, None], own[:, None], slice(0, 2 * n), slice(2 * n, None)
    expected = np.zeros((4 * n, 2 + 1 + n + 1))
    expected[:n, 3:] = np.hstack([state[new], own])
    expected[n : 3 * n, :-1] = np.hstack([read[gates], bias[gates], state[gates]])
    expected[3 * n :, :3] = np.hstack([read[new], bias[new]])
    np.testing.assert_array_equal(found, expected)


def test_head_reads_the_states_and_a_one():
    spec = NetworkSpec("lstm", 2, 5, 18, bidirectional=True)
    layout, w = Layout(spec), numbered(spec)
    found = stacked_matrix(layout, layout.pack(w, np.float64), layout.head.parts, (18, 11))
    np.testing.assert_array_equal(found, np.hstack([w["head_weight"], w["head_bias"][:, None]]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1, 16, 1000])
def test_vectors_begin_with_a_cache_line(size, dtype):
    for _ in range(5):
        vector = aligned_zeros(size, dtype)
        assert vector.shape == (size,)
        assert vector.dtype == dtype
        assert not vector.any()
        assert vector.ctypes.data % 64 == 0


def test_packed_weights_have_the_precision_asked_for():
    spec = NetworkSpec("rnn", 1, 2, 1)
    vector = Layout(spec).pack(numbered(spec), np.float32)
    assert vector.dtype == np.float32
    assert vector.ctypes.data % 64 == 0
