from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm.kernels import LANES, Layout, Pass, Plan
from sklstm.recurrence import NetworkSpec, initial_weights

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
TALL = {"num_layers": 2, "bidirectional": True}
EVERY_STEP = pytest.mark.parametrize("every_step", [False, True])


def textbook(oracle, spec, weights, windows):
    rows, starts, lengths = windows
    pairs = zip(starts, lengths, strict=True)
    outputs = [oracle(spec, weights, rows[first : first + n]) for first, n in pairs]
    return np.concatenate(outputs) if spec.every_step else np.array(outputs)


@pytest.mark.parametrize("size", [{}, {"hidden_size": 18, "n_outputs": 17}], ids=["5", "18"])
@EVERY_STEP
def test_output_follows_the_textbook(
    kind, size, every_step, windows, new_network, new_pass, oracle
):
    spec, weights = new_network(**kind, **size, every_step=every_step)
    rows, starts, lengths = windows
    pass_, _, _ = new_pass(spec, weights, rows)
    expected = textbook(oracle, spec, weights, windows)
    found = pass_.run(starts, lengths)
    assert found.shape == (lengths.sum() if every_step else 37, spec.n_outputs)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@EVERY_STEP
def test_features_are_measured_from_the_first_row(
    kind, every_step, windows, new_network, new_pass, oracle
):
    spec, weights = new_network(**kind, every_step=every_step)
    rows, starts, lengths = windows
    pass_, _, _ = new_pass(spec, weights, rows)
    plain = pass_.run(starts, lengths)
    pass_.set_inputs(rows, np.array([True, False, True]))
    changes = [rows[first : first + n].copy() for first, n in zip(starts, lengths, strict=True)]
    for window in changes:
        window[:, [0, 2]] -= window[0, [0, 2]]
    apart = np.concatenate(changes), np.cumsum(lengths) - lengths, lengths
    expected = textbook(oracle, spec, weights, apart)
    np.testing.assert_allclose(pass_.run(starts, lengths), expected, rtol=1e-12, atol=1e-12)
    pass_.set_inputs(rows)
    np.testing.assert_array_equal(pass_.run(starts, lengths), plain)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "mingru", "slstm"])
def test_single_precision_is_close(cell, windows, new_network, new_pass, oracle):
    spec, weights = new_network(np.float32, cell=cell, **TALL)
    rows, starts, lengths = windows
    found = new_pass(spec, weights, rows)[0].run(starts, lengths)
    assert found.dtype == np.float32
    expected = textbook(oracle, spec, weights, windows)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("two_ways", [False, True])
@pytest.mark.parametrize("n_steps", [1, 7])
def test_windows_of_a_single_step_are_windows(
    windows, new_network, new_pass, oracle, two_ways, n_steps
):
    spec, weights = new_network(num_layers=2, bidirectional=two_ways, n_features=3)
    rows, starts, lengths = windows[0], windows[1], np.ones(37, dtype=int)
    of_every_step = replace(spec, every_step=True)
    found = new_pass(spec, weights, rows, n_steps=n_steps, trains=True)[0].run(starts, lengths)
    expected = textbook(oracle, spec, weights, (rows, starts, lengths))
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    every, _, _ = new_pass(of_every_step, weights, rows, n_steps=n_steps)
    np.testing.assert_array_equal(every.run(starts, lengths), found)


@DTYPES
@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "mingru", "slstm"])
@pytest.mark.parametrize("size", [{"hidden_size": 7}, {"hidden_size": 90, "n_outputs": 3}])
def test_a_window_has_the_same_bits_wherever_it_stands(
    cell, size, dtype, windows, new_network, new_pass
):
    spec, weights = new_network(dtype, cell=cell, **TALL, **size)
    rows, starts, lengths = windows
    whole = new_pass(spec, weights, rows)[0].run(starts, lengths)
    rng = np.random.default_rng(1)
    alone = [[k] for k in range(37)]
    orders = [rng.permutation(37)[:n] for n in (37, 36, 20, 16, 15, 3)]
    # Other numbers of tiles, longer sequences, and memory for the way back.
    for n_samples, n_steps, trains in [(37, 7, False), (90, 11, False), (37, 8, True)]:
        pass_, _, _ = new_pass(spec, weights, rows, n_samples, n_steps, trains=trains)
        for samples in [*alone, *orders]:
            found = pass_.run(starts[samples], lengths[samples])
            np.testing.assert_array_equal(found, whole[samples])


@DTYPES
@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "mingru", "slstm"])
@pytest.mark.parametrize("two_ways", [False, True])
def test_steps_have_the_same_bits_wherever_their_window_stands(
    cell, dtype, two_ways, windows, new_network, new_pass
):
    spec, weights = new_network(
        dtype, cell=cell, num_layers=2, bidirectional=two_ways, hidden_size=33, every_step=True
    )
    rows, starts, lengths = windows
    whole = new_pass(spec, weights, rows)[0].run(starts, lengths)
    steps, rng = np.split(whole, np.cumsum(lengths)[:-1]), np.random.default_rng(1)
    for n_samples, n_steps, trains in [(37, 7, False), (90, 11, False), (37, 8, True)]:
        pass_, _, _ = new_pass(spec, weights, rows, n_samples, n_steps, trains=trains)
        for samples in [*[[k] for k in range(37)], rng.permutation(37), rng.permutation(37)[:3]]:
            found = pass_.run(starts[samples], lengths[samples])
            np.testing.assert_array_equal(found, np.concatenate([steps[k] for k in samples]))
    if not two_ways:
        alone = replace(spec, every_step=False)
        last = new_pass(alone, weights, rows)[0].run(starts, lengths)
        np.testing.assert_array_equal(whole[np.cumsum(lengths) - 1], last)


@DTYPES
@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    cell=st.sampled_from(["lstm", "gru", "rnn", "mingru", "slstm"]),
    shape=st.tuples(st.integers(1, 6), st.integers(1, 35), st.integers(1, 18), st.integers(1, 3)),
    two_ways=st.booleans(),
    seed=st.integers(0, 99),
)
def test_a_window_of_any_network_has_the_same_bits_alone(dtype, cell, shape, two_ways, seed):
    n_features, hidden_size, n_outputs, num_layers = shape
    spec = NetworkSpec(cell, n_features, hidden_size, n_outputs, num_layers, two_ways)
    rng, layout = np.random.default_rng(seed), Layout(spec)
    vector = layout.pack(initial_weights(spec, seed, np.dtype(dtype)), dtype)
    rows, lengths = rng.normal(size=(60, n_features)), rng.integers(1, 6, size=19)
    starts = rng.integers(0, 55, size=19)
    among, alone = Pass(Plan(layout, 2, 5), vector), Pass(Plan(layout, 1, 9), vector)
    among.set_inputs(rows)
    alone.set_inputs(rows)
    whole = among.run(starts, lengths)
    assert np.isfinite(whole).all()
    for k in range(0, 19, 6):
        np.testing.assert_array_equal(alone.run(starts[[k]], lengths[[k]])[0], whole[k])


@EVERY_STEP
@pytest.mark.parametrize("n_tiles", [1, 2])
def test_more_windows_than_there_is_memory_for_run_block_by_block(
    every_step, n_tiles, windows, new_network, new_pass
):
    spec, weights = new_network(
        np.float32, hidden_size=9, n_outputs=2, every_step=every_step, num_layers=2
    )
    rows, starts, lengths = windows
    whole, _, _ = new_pass(spec, weights, rows)
    blocks, _, _ = new_pass(spec, weights, rows, n_samples=n_tiles * LANES)
    assert blocks.n_samples < len(starts)
    found = blocks.run(starts, lengths)
    np.testing.assert_array_equal(found, whole.run(starts, lengths))
    # Nothing but whole numbers side by side can be read: others are copied.
    apart = np.repeat(starts, 2)[::2], np.repeat(lengths, 2)[::2].astype(np.int32)
    np.testing.assert_array_equal(blocks.run(*apart), found)


def test_carried_states_are_those_of_a_single_block(windows, new_network, new_pass):
    spec, weights = new_network(every_step=True)
    rows, starts, lengths = windows
    pass_, _, _ = new_pass(spec, weights, rows, n_samples=LANES)
    pass_.carry_states(np.zeros(LANES, dtype=bool))
    pass_.run(starts[:LANES], lengths[:LANES])
    with pytest.raises(ValueError, match="room for 16 samples of 7 steps, got 37 of 7"):
        pass_.run(starts, lengths)


def test_no_memory_is_read_without_rows_or_beyond_them(windows, new_network, new_pass):
    spec, weights = new_network()
    rows, starts, lengths = windows
    pass_, _, _ = new_pass(spec, weights, rows)
    with pytest.raises(ValueError, match="samples of 7 steps, got .* of 8"):
        pass_.run(starts, np.full(37, 8))
    with pytest.raises(ValueError, match="windows must be slices of the 90 rows"):
        pass_.run(np.full(37, 89), np.full(37, 2))
    pass_.set_inputs(None)
    with pytest.raises(RuntimeError, match="no rows"):
        pass_.run(starts, lengths)


def test_nan_in_one_window_spoils_no_other(windows, new_network, new_pass, kind):
    spec, weights = new_network(**kind)
    starts, lengths = windows[1].copy(), windows[2]
    rows = np.vstack([windows[0], np.full((7, 3), np.nan)])
    pass_, _, _ = new_pass(spec, weights, rows)
    clean = pass_.run(starts, lengths)
    starts[[4, 20]] = len(windows[0])
    wrong = pass_.run(starts, lengths)
    assert np.isnan(wrong[[4, 20]]).all()
    others = np.delete(np.arange(37), [4, 20])
    np.testing.assert_array_equal(wrong[others], clean[others])
    # And nothing of it is left for the next pass, whose sequences begin later.
    pass_.run(np.full(37, len(windows[0])), np.full(37, 7))
    np.testing.assert_array_equal(pass_.run(windows[1], lengths), clean)


def test_a_pass_has_no_memory_of_earlier_ones(kind, windows, new_network, new_pass):
    spec, weights = new_network(**kind)
    rows, starts, lengths = windows
    used, rng = new_pass(spec, weights, rows)[0], np.random.default_rng(2)
    for samples, longest in [
        (np.arange(37), 7),
        (np.arange(3), 2),
        (rng.permutation(37)[:20], 5),
        (np.arange(1), 1),
        (np.arange(37), 7),
    ]:
        fresh = new_pass(spec, weights, rows)[0]
        window = starts[samples], np.minimum(lengths[samples], longest)
        np.testing.assert_array_equal(used.run(*window), fresh.run(*window))


def test_weights_may_change_between_passes(windows, new_network, new_pass, oracle):
    spec, weights = new_network(cell="gru")
    rows, starts, lengths = windows
    pass_, vector, layout = new_pass(spec, weights, rows)
    pass_.run(starts, lengths)
    other = {name: -0.5 * array for name, array in weights.items()}
    vector[:] = layout.pack(other, np.float64)
    expected = textbook(oracle, spec, other, windows)
    np.testing.assert_allclose(pass_.run(starts, lengths), expected, rtol=1e-12, atol=1e-12)


def test_inputs_may_change_and_need_no_special_memory(windows, new_network, new_pass, oracle):
    spec, weights = new_network(cell="rnn")
    rows, starts, lengths = windows
    pass_, _, _ = new_pass(spec, weights, rows)
    for other in (rows[::-1], np.asfortranarray(2 * rows), (3 * rows).astype(np.float32)):
        pass_.set_inputs(other)
        found = pass_.run(starts, lengths)
        expected = textbook(oracle, spec, weights, (other.astype(float), starts, lengths))
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_output_is_the_callers_own(windows, new_network, new_pass):
    spec, weights = new_network()
    rows, starts, lengths = windows
    pass_, _, _ = new_pass(spec, weights, rows)
    first = pass_.run(starts, lengths)
    before = first.copy()
    pass_.run(starts[::-1], lengths[::-1])
    np.testing.assert_array_equal(first, before)
    assert pass_.n_samples == 3 * LANES
