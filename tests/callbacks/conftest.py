"""Fits that are interrupted, and what of two models must be the same."""

import joblib
import pytest


class Interrupt:
    """A callback that raises at the end of an epoch of a fit, counted from one."""

    def __init__(self, epoch, error=KeyboardInterrupt):
        self.epoch, self.error = epoch, error

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch" and context.task_id + 1 == self.epoch:
            raise self.error


@pytest.fixture
def interrupt():
    """The class of the callback that raises."""
    return Interrupt


@pytest.fixture
def fitted_bits():
    """A function that returns a digest of everything that a fit has left, by name."""

    def bits(model):
        state = model.__getstate__()
        of_network = state["_fitted"]["network"]
        assert {"weights", "loss_curve", "validation_scores"} <= of_network.keys()
        assert {"best_validation_score", "stop_reason", "seed"} <= of_network.keys()
        seen = {name: value for name, value in state.items() if name.endswith("_")}
        parts = seen | state["_fitted"] | of_network
        return {name: joblib.hash(value) for name, value in parts.items()}

    return bits
