"""Likelihoods in a graph: the mean, and each parameter of the distribution by its name."""

import numpy as np
import onnxruntime
import pytest
from sklearn.pipeline import make_pipeline

from sklstm import LSTMRegressor, SequenceWindower, WindowScaledRegressor
from sklstm.losses import LOSSES, Likelihood
from sklstm.onnx import to_onnx

NAMES = [name for name, loss in LOSSES.items() if issubclass(loss, Likelihood)]
X = np.random.default_rng(0).normal(size=(80, 6, 2)).astype(np.float32)


def outputs_of(graph, X):
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, {"X": X}), strict=True))


@pytest.mark.parametrize("output", ["last", "sequence"])
@pytest.mark.parametrize("name", NAMES)
def test_mean_and_parameters_are_outputs(name, output, rng, targets_of, agrees):
    shape = (80, 2) if output == "last" else (80, 6, 2)
    model = LSTMRegressor(4, loss=name, output=output, max_epochs=3, random_state=0)
    model.fit(X, targets_of(rng, name, shape))
    agrees(model, X, scale=1)
    found = outputs_of(to_onnx(model), X)
    np.testing.assert_allclose(found.pop("variable"), model.predict(X), rtol=1e-4, atol=1e-5)
    expected = model.predict_distribution(X).kwds
    assert [*found] == [*expected]
    for parameter, array in expected.items():
        assert found[parameter].shape == shape
        np.testing.assert_allclose(found[parameter], array, rtol=1e-4, atol=1e-5)


def test_differenced_targets_and_pipelines():
    walk = np.cumsum(np.random.default_rng(0).normal(size=(300, 1)), axis=0)
    lstm = LSTMRegressor(4, loss="normal", max_epochs=3, differencing="always", random_state=0)
    pipe = make_pipeline(SequenceWindower(8), lstm).fit(walk[:-1], walk[1:, 0])
    rows = walk.astype(np.float32)
    mean, std = pipe.predict(rows, return_std=True)
    found = outputs_of(to_onnx(pipe), rows)
    np.testing.assert_allclose(found["loc"][:, 0], mean, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found["scale"][:, 0], std, rtol=1e-4)


def test_inside_a_window_scaled_regressor_the_mean_is_what_comes_out(agrees):
    windows = X.astype(np.float64) + 10
    lstm = LSTMRegressor(4, loss="normal", max_epochs=3, random_state=0)
    agrees(WindowScaledRegressor(lstm).fit(windows, windows[:, -1, 0]), windows, scale=1)
