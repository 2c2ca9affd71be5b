"""Each check passes what is right and catches what is wrong."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin

from sklstm import ExponentialSmoother, PersistenceRegressor, SequenceWindower
from sklstm.testing import check_sequence_estimator, sequence_estimator_checks


class Transformer(TransformerMixin, BaseEstimator):
    """Does nothing, and does that right but for its lack of context."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return np.asarray(X)

    def inverse_transform(self, X):
        return np.asarray(X)


class LooksAhead(Transformer):
    def transform(self, X):
        return np.asarray(X) - np.nanmean(X, axis=0)


class DropsRows(Transformer):
    def transform(self, X):
        return np.asarray(X)[1:]


class ForgetsContext(Transformer):
    def transform(self, X):
        return np.nancumsum(X, axis=0)


class AlwaysHasContext(ExponentialSmoother):
    def __init__(self):
        super().__init__(context="always")


class DoesNotInvert(ExponentialSmoother):
    def inverse_transform(self, X):
        return np.asarray(X)


class ChangesItsInput(Transformer):
    def transform(self, X):
        X = np.asarray(X)
        X += 1
        return X


class LastValue(RegressorMixin, BaseEstimator):
    """Predicts the last observed value of the first feature."""

    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict(self, X):
        return PersistenceRegressor().fit(X, np.zeros(len(X))).predict(X)


class DependsOnTheBatch(LastValue):
    def predict(self, X):
        values = super().predict(X)
        return values + 1e-9 * len(values)


class TakesPaddingForValues(LastValue):
    def predict(self, X):
        X = np.nan_to_num(np.asarray(X, dtype=float))
        return X.reshape(len(X), -1).mean(axis=1)


class LooksAtLaterRows(LastValue):
    def predict(self, X):
        return np.append(super().predict(X)[1:], 0.0)


class Unseeded(LastValue):
    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y):
        self.shift_ = np.random.default_rng().normal()
        return self

    def predict(self, X):
        return super().predict(X) + self.shift_


class SeedsTheWorld(Unseeded):
    def fit(self, X, y):
        np.random.seed(0)  # noqa: NPY002 - the very thing that the check is for
        self.shift_ = 0.0
        return self


class LosesItselfInPickles(LastValue):
    def fit(self, X, y):
        self.shift_ = 1.0
        return self

    def predict(self, X):
        return super().predict(X) + self.shift_

    def __getstate__(self):
        return super().__getstate__() | {"shift_": 0.0}


@pytest.mark.parametrize(
    ("estimator", "caught_by"),
    [
        (LooksAhead(), "check_causality_of_series"),
        (DropsRows(), "check_rows_are_kept"),
        (ForgetsContext(), "check_context_of_series"),
        (AlwaysHasContext(), "check_context_needs_an_index"),
        (DoesNotInvert(), "check_inverse"),
        (ChangesItsInput(), "check_input_is_left_alone"),
        (DependsOnTheBatch(), "check_batch_independence"),
        (TakesPaddingForValues(), "check_padding_invariance"),
        (LooksAtLaterRows(), "check_causality_of_windows"),
        (Unseeded(), "check_same_seed_same_bits"),
        (SeedsTheWorld(), "check_global_generators_are_left_alone"),
        (LosesItselfInPickles(), "check_round_trips"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_faults_are_caught(estimator, caught_by):
    checks = {check.__name__: check for _, check in sequence_estimator_checks(estimator)}
    with pytest.raises((AssertionError, ValueError)):
        checks[caught_by](estimator)


def test_right_ones_pass_and_are_named():
    assert len(check_sequence_estimator(LastValue())) == 9
    assert len(check_sequence_estimator(PersistenceRegressor())) == 9
    assert "check_inverse" in check_sequence_estimator(ExponentialSmoother())
    assert "check_inverse" not in check_sequence_estimator(SequenceWindower())


def test_expected_failures_are_left_out():
    names = check_sequence_estimator(
        DoesNotInvert(), expected_failed_checks={"check_inverse": "by design"}
    )
    assert "check_inverse" not in names
    with pytest.raises(AssertionError):
        check_sequence_estimator(DoesNotInvert())
