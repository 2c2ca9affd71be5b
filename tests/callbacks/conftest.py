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
        attributes = model._fitted_attributes()
        attributes.pop("_predictor", None)
        assert {"weights_", "loss_curve_", "validation_scores_"} <= attributes.keys()
        assert {"best_validation_score_", "stop_reason_", "_seed"} <= attributes.keys()
        return {name: joblib.hash(value) for name, value in attributes.items()}

    return bits
