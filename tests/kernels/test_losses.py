import numpy as np
import pytest
import torch

from sklstm.kernels import LANES
from sklstm.kernels._losses import LOSSES, write_slopes
from sklstm.kernels._places import NETWORK, records
from sklstm.torch_training._losses import WeightedLoss

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
N_TILES, N_SAMPLES = 3, 41
RNG = np.random.default_rng(0)
NAMES = [name for name in LOSSES if name != "log_loss"]


def tiles(array, n_tiles, dtype):
    """Put samples side by side: tile, column, lane; what is left over stays zero."""
    lanes = np.zeros((n_tiles * LANES, array.shape[1]), dtype=dtype)
    lanes[: len(array)] = array
    return np.ascontiguousarray(lanes.reshape(n_tiles, LANES, -1).swapaxes(1, 2))


@pytest.fixture
def slopes(call):
    """Gradient of a loss with respect to outputs."""

    def slopes(name, output, target, weight, dtype, quantile=0.5):
        n_samples, n_outputs = output.shape
        n_tiles = -(-n_samples // LANES)
        room = np.full((n_tiles, n_outputs + 3, LANES), 7, dtype=dtype)
        room[:, :n_outputs] = tiles(output, n_tiles, dtype)
        arrays = {
            "memory": room,
            "targets": tiles(target.reshape(n_samples, -1), n_tiles, dtype),
            "sample_weight": tiles(weight.reshape(-1, 1), n_tiles, dtype),
            "constants": np.array([1 / n_outputs, *np.broadcast_to(quantile, n_outputs)], dtype),
        }
        network = records(NETWORK, 1)
        network["head_rows"], network["head_rows_size"] = 0, room[0].size
        network["n_tiles"], network["n_outputs"] = n_tiles, n_outputs
        network["loss"] = LOSSES[name]
        for kind, array in arrays.items():
            network[kind] = array.ctypes.data
        call(write_slopes, dtype, network)
        assert (room[:, n_outputs:] == 7).all()
        found = room[:, :n_outputs].swapaxes(1, 2).reshape(-1, n_outputs)
        assert not found[n_samples:].any()  # lanes without a sample
        return found[:n_samples]

    return slopes


def expected_slopes(name, output, target, weight, quantile):
    tensor = torch.tensor(output, requires_grad=True)
    loss = WeightedLoss(name, quantile)(tensor, torch.tensor(target), torch.tensor(weight))
    loss.backward()
    return tensor.grad.numpy()


def problem(name, n_outputs):
    output = 2 * RNG.normal(size=(N_SAMPLES, n_outputs))
    weight = RNG.uniform(0.1, 1, size=N_SAMPLES)
    if name == "log_loss":
        target = RNG.integers(max(2, n_outputs), size=N_SAMPLES)
    else:
        target = RNG.normal(size=(N_SAMPLES, n_outputs))
    return output, target, weight / weight.sum()


@DTYPES
@pytest.mark.parametrize("n_outputs", [1, 2, 5, 19])
@pytest.mark.parametrize("name", LOSSES)
def test_gradient_is_that_of_torch(slopes, name, n_outputs, dtype):
    output, target, weight = problem(name, n_outputs)
    found = slopes(name, output, target, weight, dtype, quantile=0.8)
    expected = expected_slopes(name, output, target, weight, 0.8)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2 * np.finfo(dtype).eps)


@DTYPES
def test_each_output_has_its_quantile(slopes, dtype):
    output, target, weight = problem("quantile", 19)
    levels = RNG.uniform(size=19)
    found = slopes("quantile", output, target, weight, dtype, quantile=levels)
    together = expected_slopes("quantile", output, target, weight, levels)
    np.testing.assert_allclose(found, together, rtol=0, atol=2 * np.finfo(dtype).eps)
    for k, level in enumerate(levels):
        alone = expected_slopes("quantile", output[:, [k]], target[:, [k]], weight, level)
        np.testing.assert_allclose(found[:, [k]], alone / 19, atol=2 * np.finfo(dtype).eps)


def logits(target, output):
    shifted = output - output.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(target)), target]


VALUES = {
    "squared_error": lambda target, output: ((output - target) ** 2).mean(axis=1),
    "absolute_error": lambda target, output: np.abs(output - target).mean(axis=1),
    "huber": lambda target, output: np.where(
        np.abs(output - target) <= 1, (output - target) ** 2 / 2, np.abs(output - target) - 0.5
    ).mean(axis=1),
    "quantile": lambda target, output: np.where(
        target > output, 0.8 * (target - output), 0.2 * (output - target)
    ).mean(axis=1),
    "log_loss": logits,
}


@pytest.mark.parametrize("name", LOSSES)
def test_gradient_is_that_of_finite_differences(slopes, name):
    output, target, weight = problem(name, 3)
    found, step = slopes(name, output, target, weight, np.float64, quantile=0.8), 1e-6
    for k in range(3):
        up, down = output.copy(), output.copy()
        up[:, k] += step
        down[:, k] -= step
        change = VALUES[name](target, up) - VALUES[name](target, down)
        np.testing.assert_allclose(found[:, k], weight * change / (2 * step), atol=1e-9)


@DTYPES
@pytest.mark.parametrize("name", NAMES)
def test_there_is_no_slope_where_nothing_is_wrong(slopes, name, dtype):
    output, _, weight = problem(name, 2)
    assert not slopes(name, output.astype(dtype), output.astype(dtype), weight, dtype, 0.3).any()


@DTYPES
def test_extreme_logits_of_two_classes(slopes, dtype):
    output = np.array([1e3, 1e3, -1e3, -1e3, 0, 0, 1e30, -1e30])[:, np.newaxis]
    target = np.array([1, 0, 1, 0, 1, 0, 0, 1])
    found = slopes("log_loss", output, target, np.ones(8), dtype)
    assert found[:, 0].tolist() == [0, 1, -1, 0, -0.5, 0.5, 1, -1]


@DTYPES
def test_extreme_logits_of_many_classes(slopes, dtype):
    output = np.array([[1e3, -1e3, 0], [1e3, -1e3, 0], [-1e3] * 3, [1e30, 1e30, 0], [0, -1e3, 1e3]])
    target = np.array([0, 1, 2, 1, 0])
    found = slopes("log_loss", output, target, np.ones(5), dtype)
    third = 1 / 3
    expected = [[0, 0, 0], [1, -1, 0], [third, third, third - 1], [0.5, -0.5, 0], [-1, 0, 1]]
    np.testing.assert_allclose(found, expected, rtol=0, atol=np.finfo(dtype).eps)


@DTYPES
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("name", LOSSES)
def test_what_is_not_a_number_spoils_no_other_sample(slopes, name, n_outputs, dtype):
    output, target, weight = problem(name, n_outputs)
    clean = slopes(name, output, target, weight, dtype)
    for column in range(n_outputs):
        wrong = output.copy()
        wrong[[2, 30], column] = np.nan
        found = slopes(name, wrong, target, weight, dtype)
        others = np.delete(np.arange(N_SAMPLES), [2, 30])
        np.testing.assert_array_equal(found[others], clean[others])
        if name not in ("absolute_error", "quantile"):  # these have no slope then
            assert np.isnan(found[[2, 30], column]).all()
