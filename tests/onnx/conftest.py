"""What every test of a graph does: run it, and hold it against the estimator."""

import numpy as np
import onnx
import onnxruntime
import pytest
import skl2onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

import sklstm.onnx  # noqa: F401, it registers the converters

TYPES = {np.dtype(np.float32): FloatTensorType, np.dtype(np.float64): DoubleTensorType}
TOLERANCE = 1e-5


def run_graph(graph, X):
    """Return all outputs of a graph that ONNX's checker has nothing against."""
    onnx.checker.check_model(graph, full_check=True)
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    return session.run(None, {session.get_inputs()[0].name: X})


def convert_for(model, X, **options):
    """Convert a model by plain skl2onnx, for input as long as it likes, of the type of `X`."""
    shape = [*[None] * (X.ndim - 1), X.shape[-1]]
    return skl2onnx.to_onnx(model, initial_types=[("X", TYPES[X.dtype](shape))], **options)


def assert_same(output, expected, scale=None):
    """Assert that an output is what is expected but for rounding, NaN where that is."""
    if expected.ndim == 1:
        expected = expected[:, np.newaxis]
    assert output.shape == expected.shape
    assert np.array_equal(np.isnan(output), np.isnan(expected))
    scale = np.nanstd(expected) if scale is None else scale
    assert np.nanmax(np.abs(output - expected), initial=0) <= TOLERANCE * scale


@pytest.fixture
def run():
    """The function above."""
    return run_graph


@pytest.fixture
def convert():
    """The function above."""
    return convert_for


@pytest.fixture
def same():
    """The function above."""
    return assert_same


@pytest.fixture
def agrees():
    """A function that asserts that graphs of both precisions do what a model does."""

    def check(model, *inputs, method="predict", scale=None):
        for dtype in TYPES:
            arrays = [X.astype(dtype) for X in inputs]
            graph = convert_for(model, arrays[0])
            for X in arrays:
                output = run_graph(graph, X)[0]
                assert output.dtype == dtype
                assert_same(output, getattr(model, method)(X), scale)
        return graph

    return check


@pytest.fixture
def rows():
    """A series of 300 rows and 4 features, on no scale that a network would like."""
    steps = np.random.default_rng(0).normal(size=(300, 4))
    return steps.cumsum(axis=0) * [1, 10, 0.1, 1] + 100


@pytest.fixture
def holes():
    """A function that makes steps of windows missing: at the begin, the end and in the middle."""

    def cut(windows):
        cut = windows.copy()
        rng = np.random.default_rng(1)
        cut[rng.random(cut.shape[:2]) < 0.3] = np.nan
        cut[:5], n = windows[:5], cut.shape[1]
        cut[0, : n // 2], cut[1, n // 2 :], cut[2, 1:-1], cut[3, 1:] = [np.nan] * 4
        empty = np.isnan(cut[:, :, 0]).all(axis=1)
        cut[empty] = windows[empty]
        return cut

    return cut
