import numpy as np
import pytest
import torch

from sklstm.kernels import LANES
from sklstm.kernels._losses import compile_loss
from sklstm.kernels._places import NETWORK, records
from sklstm.losses import LOSSES, Likelihood, log_loss, make_loss
from sklstm.torch_training._net import WeightedLoss

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
N_TILES, N_SAMPLES = 3, 41
ERRORS = [name for name, loss in LOSSES.items() if not issubclass(loss, Likelihood)]
LIKELIHOODS = [name for name in LOSSES if name not in ERRORS]
NAMES = [*ERRORS, "log_loss"]


def loss_of(name, n_outputs, quantile=0.5):
    return log_loss(n_outputs) if name == "log_loss" else make_loss(name, quantile=quantile)


def tiles(array, n_tiles, dtype):
    """Put samples side by side: tile, column, lane; what is left over stays zero."""
    lanes = np.zeros((n_tiles * LANES, array.shape[1]), dtype=dtype)
    lanes[: len(array)] = array
    return np.ascontiguousarray(lanes.reshape(n_tiles, LANES, -1).swapaxes(1, 2))


def losses_and_gradients(loss, output, target, weight, dtype):
    """Losses of samples, and their weighted gradient with respect to the outputs."""
    n_samples, n_outputs = output.shape
    n_tiles, target = -(-n_samples // LANES), target.reshape(n_samples, -1)
    n_targets = target.shape[1]
    constants = loss.constants_of(n_targets)
    room = np.full((n_tiles, n_outputs + 3, LANES), 7, dtype=dtype)
    room[:, :n_outputs] = tiles(output, n_tiles, dtype)
    losses = np.full((n_tiles, LANES), np.nan)
    arrays = {
        "memory": room,
        "targets": tiles(target, n_tiles, dtype),
        "sample_weight": tiles(weight.reshape(-1, 1), n_tiles, dtype),
        "constants": np.array([n_targets * loss.n_terms, *constants.T.ravel()], np.float64),
        "losses": losses,
    }
    before = [arrays["targets"].copy(), arrays["sample_weight"].copy()]
    network = records(NETWORK, 1)
    network["head_rows"], network["head_rows_size"] = 0, room[0].size
    network["n_tiles"], network["n_outputs"] = n_tiles, n_outputs
    network["n_targets"], network["n_constants"] = n_targets, len(constants)
    for kind, array in arrays.items():
        network[kind] = array.ctypes.data
    compile_loss(type(loss), np.dtype(dtype))(network.ctypes.data)
    assert (room[:, n_outputs:] == 7).all()
    np.testing.assert_array_equal(arrays["targets"], before[0])
    np.testing.assert_array_equal(arrays["sample_weight"], before[1])
    found = room[:, :n_outputs].swapaxes(1, 2).reshape(-1, n_outputs)
    assert not found[n_samples:].any()  # lanes without a sample
    return losses.ravel()[:n_samples], found[:n_samples]


def gradients(name, output, target, weight, dtype, quantile=0.5):
    loss = loss_of(name, output.shape[1], quantile)
    return losses_and_gradients(loss, output, target, weight, dtype)[1]


def torch_gradients(loss, output, target, weight):
    tensor = torch.tensor(output, requires_grad=True)
    WeightedLoss(loss)(tensor, torch.tensor(target), torch.tensor(weight)).backward()
    return tensor.grad.numpy()


def problem(rng, name, n_outputs):
    output = 2 * rng.normal(size=(N_SAMPLES, n_outputs))
    weight = rng.uniform(0.1, 1, size=N_SAMPLES)
    if name == "log_loss":
        target = rng.integers(max(2, n_outputs), size=N_SAMPLES)
    else:
        target = rng.normal(size=(N_SAMPLES, n_outputs))
    return output, target, weight / weight.sum()


@DTYPES
@pytest.mark.parametrize("n_outputs", [1, 2, 5, 19])
@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_that_of_torch(name, n_outputs, dtype, rng):
    output, target, weight = problem(rng, name, n_outputs)
    found = gradients(name, output, target, weight, dtype, quantile=0.8)
    expected = torch_gradients(loss_of(name, n_outputs, 0.8), output, target, weight)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2 * np.finfo(dtype).eps)


@DTYPES
@pytest.mark.parametrize("n_targets", [1, 3])
def test_each_output_of_a_target_has_its_quantile(n_targets, dtype, rng):
    output, target, weight = problem(rng, "quantile", 19 * n_targets)
    target, levels = target[:, :n_targets], rng.uniform(size=19)
    loss = make_loss("quantile", quantile=list(levels))
    values, found = losses_and_gradients(loss, output, target, weight, dtype)
    together = torch_gradients(loss, output, target, weight)
    np.testing.assert_allclose(found, together, rtol=0, atol=2 * np.finfo(dtype).eps)
    each = np.zeros(N_SAMPLES)
    for j in range(n_targets):
        for k, level in enumerate(levels):
            place, single = [19 * j + k], make_loss("quantile", quantile=level)
            pair = output[:, place], target[:, [j]]
            alone = torch_gradients(single, *pair, weight) / (19 * n_targets)
            np.testing.assert_allclose(found[:, place], alone, atol=2 * np.finfo(dtype).eps)
            each += single.of_rows(*pair) / (19 * n_targets)
    np.testing.assert_allclose(values, each, rtol=100 * np.finfo(dtype).eps)


@DTYPES
@pytest.mark.parametrize("n_outputs", [1, 2, 5, 19])
@pytest.mark.parametrize("name", NAMES)
def test_losses_are_those_of_numpy_in_double_precision(name, n_outputs, dtype, rng):
    output, target, weight = problem(rng, name, n_outputs)
    output, loss = output.astype(dtype), loss_of(name, n_outputs, 0.8)
    target = target if name == "log_loss" else target.astype(dtype)
    found, _ = losses_and_gradients(loss, output, target, weight, dtype)
    double = target if name == "log_loss" else target.astype(np.float64)
    expected = loss.of_rows(output.astype(np.float64), double)
    # Exponentials of many classes are added up in the precision of the network.
    rounding = np.finfo(dtype).eps if name == "log_loss" and n_outputs > 1 else 0.0
    np.testing.assert_allclose(found, expected, rtol=max(1e-13, 4 * rounding), atol=4 * rounding)


@DTYPES
@pytest.mark.parametrize("name", ERRORS)
def test_the_gradient_is_zero_where_nothing_is_wrong(name, dtype, rng):
    output, _, weight = problem(rng, name, 2)
    output = output.astype(dtype)
    assert not gradients(name, output, output, weight, dtype, 0.3).any()


@DTYPES
def test_extreme_logits_of_two_classes(dtype):
    output = np.array([1e3, 1e3, -1e3, -1e3, 0, 0, 1e30, -1e30])[:, np.newaxis]
    target = np.array([1, 0, 1, 0, 1, 0, 0, 1])
    found = gradients("log_loss", output, target, np.ones(8), dtype)
    assert found[:, 0].tolist() == [0, 1, -1, 0, -0.5, 0.5, 1, -1]


@DTYPES
def test_extreme_logits_of_many_classes(dtype):
    output = np.array([[1e3, -1e3, 0], [1e3, -1e3, 0], [-1e3] * 3, [1e30, 1e30, 0], [0, -1e3, 1e3]])
    target = np.array([0, 1, 2, 1, 0])
    found = gradients("log_loss", output, target, np.ones(5), dtype)
    third = 1 / 3
    expected = [[0, 0, 0], [1, -1, 0], [third, third, third - 1], [0.5, -0.5, 0], [-1, 0, 1]]
    np.testing.assert_allclose(found, expected, rtol=0, atol=np.finfo(dtype).eps)


@DTYPES
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_a_number_spoils_no_other_sample(name, n_outputs, dtype, rng):
    output, target, weight = problem(rng, name, n_outputs)
    clean = gradients(name, output, target, weight, dtype)
    for column in range(n_outputs):
        wrong = output.copy()
        wrong[[2, 30], column] = np.nan
        found = gradients(name, wrong, target, weight, dtype)
        others = np.delete(np.arange(N_SAMPLES), [2, 30])
        np.testing.assert_array_equal(found[others], clean[others])
        assert np.isnan(found[[2, 30], column]).all()


@DTYPES
@pytest.mark.parametrize("n_targets", [1, 3])
@pytest.mark.parametrize("name", LIKELIHOODS)
def test_likelihoods_are_those_of_torch(name, n_targets, dtype, rng, targets_of):
    loss = make_loss(name).with_scale(np.linspace(1, 40, n_targets))
    output = 3 * rng.normal(size=(N_SAMPLES, n_targets * loss.n_outputs_per_target))
    target = targets_of(rng, name, (N_SAMPLES, n_targets)).astype(dtype)
    output, weight = output.astype(dtype), rng.uniform(0.1, 1, size=N_SAMPLES)
    weight /= weight.sum()
    values, found = losses_and_gradients(loss, output, target, weight, dtype)
    pair = output.astype(np.float64), target.astype(np.float64)
    np.testing.assert_allclose(values, loss.of_rows(*pair), rtol=1e-12, atol=1e-12)
    expected = torch_gradients(loss, *pair, weight)
    tolerance = 1e-9 if dtype == np.float64 else 1e-6
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * 1e-3)


@DTYPES
@pytest.mark.parametrize("name", LIKELIHOODS)
def test_likelihoods_of_extreme_outputs_are_finite_and_nan_spoils_no_other(
    name, dtype, rng, targets_of
):
    loss = make_loss(name)
    n = loss.n_outputs_per_target
    output = rng.choice([-1e4, -100.0, 0.0, 100.0, 1e4], size=(N_SAMPLES, n)).astype(dtype)
    target, weight = targets_of(rng, name, (N_SAMPLES, 1)), np.ones(N_SAMPLES)
    values, clean = losses_and_gradients(loss, output, target, weight, dtype)
    assert np.isfinite(values).all()
    assert np.isfinite(clean).all()
    output[[2, 30], -1] = np.nan
    values, found = losses_and_gradients(loss, output, target, weight, dtype)
    assert np.isnan(values[[2, 30]]).all()
    others = np.delete(np.arange(N_SAMPLES), [2, 30])
    np.testing.assert_array_equal(found[others], clean[others])
