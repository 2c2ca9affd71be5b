from dataclasses import replace

import numpy as np
import pytest

from sklstm.recurrence import network_output, one_blas_thread


def run(spec, weights, values, lengths):
    return network_output(
        spec, weights, lambda samples: (values[samples], lengths[samples]), lengths
    )


def test_equals_the_textbook_equations(network, sequences, oracle):
    spec, weights = network
    values, lengths = sequences
    expected = [
        oracle(spec, weights, row[:length]) for row, length in zip(values, lengths, strict=True)
    ]
    np.testing.assert_allclose(run(spec, weights, values, lengths), expected, rtol=1e-10)


def test_every_step_equals_the_textbook_equations(network, sequences, oracle):
    spec, weights = replace(network[0], every_step=True), network[1]
    values, lengths = sequences
    pairs = zip(values, lengths, strict=True)
    expected = [oracle(spec, weights, row[:length]) for row, length in pairs]
    found = run(spec, weights, values, lengths)
    np.testing.assert_allclose(found, np.concatenate(expected), rtol=1e-10, atol=1e-12)
    if not spec.bidirectional:
        last = run(network[0], weights, values, lengths)
        np.testing.assert_array_equal(found[np.cumsum(lengths) - 1], last)


@pytest.mark.parametrize("hidden_size", [7, 130])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_steps_of_a_row_alone_have_the_same_bits(new_network, hidden_size, bidirectional):
    spec, weights = new_network(
        np.float32, hidden_size=hidden_size, bidirectional=bidirectional, every_step=True
    )
    rng = np.random.default_rng(1)
    values = rng.normal(size=(1500, 6, 3)).astype(np.float32)
    lengths = rng.integers(1, 7, size=len(values))
    steps = np.split(run(spec, weights, values, lengths), np.cumsum(lengths)[:-1])
    for rows in ([0], [15], [16], [1499], [700, 3], rng.permutation(1500)[:333]):
        found = run(spec, weights, values[rows], lengths[rows])
        np.testing.assert_array_equal(found, np.concatenate([steps[row] for row in rows]))


def test_single_precision_is_close(new_network, sequences, oracle):
    spec, weights = new_network(np.float32, num_layers=2, bidirectional=True)
    values, lengths = sequences
    output = run(spec, weights, values.astype(np.float32), lengths)
    assert output.dtype == np.float32
    expected = [
        oracle(spec, weights, row[:length]) for row, length in zip(values, lengths, strict=True)
    ]
    np.testing.assert_allclose(output, expected, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("hidden_size", [1, 7, 32, 130])
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_a_row_alone_has_the_same_bits(new_network, dtype, hidden_size, n_outputs):
    spec, weights = new_network(dtype, hidden_size=hidden_size, n_outputs=n_outputs)
    rng = np.random.default_rng(1)
    values = rng.normal(size=(1500, 6, 3)).astype(dtype)
    lengths = rng.integers(1, 7, size=len(values))
    whole = run(spec, weights, values, lengths)
    for rows in ([0], [15], [16], [1499], [700, 3], rng.permutation(1500)[:333]):
        np.testing.assert_array_equal(run(spec, weights, values[rows], lengths[rows]), whole[rows])


def test_number_of_threads_is_put_back():
    before = one_blas_thread()._get()
    with one_blas_thread(), one_blas_thread():
        assert set(one_blas_thread()._get()) <= {1}
    assert one_blas_thread()._get() == before
