"""Checks for sequence estimators, besides those of `sklearn.utils.estimator_checks`."""

from sklstm._public import publish

from ._check_sequence_estimator import check_sequence_estimator, sequence_estimator_checks

__all__ = ["check_sequence_estimator", "sequence_estimator_checks"]

publish(globals())
