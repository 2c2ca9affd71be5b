"""Run the checks that apply to an estimator."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sklearn.base import is_classifier, is_regressor

from . import _checks


def sequence_estimator_checks(estimator: Any) -> Iterator[tuple[Any, Callable[[Any], None]]]:
    """Yield the checks that apply to an estimator.

    Parameters
    ----------
    estimator : estimator
        A regressor or classifier of windows, or a transformer of series. It is cloned, never
        fitted itself.

    Yields
    ------
    estimator : estimator
        The same.
    check : callable
        Takes an estimator, raises an AssertionError that says what is wrong.

    See Also
    --------
    check_sequence_estimator : Runs them.

    Examples
    --------
    >>> from sklstm import ExponentialSmoother
    >>> from sklstm.testing import sequence_estimator_checks
    >>> names = [check.__name__ for _, check in sequence_estimator_checks(ExponentialSmoother())]
    >>> "check_causality_of_series" in names
    True
    """
    checks = list(_checks.COMMON_CHECKS)
    if is_regressor(estimator) or is_classifier(estimator):
        checks += _checks.WINDOW_CHECKS
        if "random_state" in estimator.get_params():
            checks += _checks.SEED_CHECKS
    else:
        checks += _checks.SERIES_CHECKS
        if hasattr(estimator, "inverse_transform"):
            checks += _checks.INVERSE_CHECKS
    for check in checks:
        yield estimator, check


def check_sequence_estimator(
    estimator: Any, *, expected_failed_checks: Mapping[str, str] | None = None
) -> list[str]:
    """Check that an estimator keeps what this package promises of sequences.

    For transformers of series: rows are kept, results are causal, rows that continue the fitted
    ones see them, inverses are exact. For regressors and classifiers of windows: a row's
    prediction does not depend on the others to the last bit, missing steps at either end change
    nothing, one feature may be given as two axes, in a pipeline results are causal and windows
    reach back into fitted rows, equal seeds give equal bits in any number of processes and leave
    the global generators alone. For all: copies predict the same, and input is left as it was.

    Parameters
    ----------
    estimator : estimator
        A regressor or classifier of windows, or a transformer of series.
    expected_failed_checks : dict of str to str, optional
        Names of checks that need not pass, each with the reason.

    Returns
    -------
    names : list of str
        The checks that were run and passed.

    Raises
    ------
    AssertionError
        If a check fails that is not expected to.

    See Also
    --------
    sequence_estimator_checks : The checks one by one, for ``pytest.mark.parametrize``.

    Examples
    --------
    >>> from sklstm import PersistenceRegressor
    >>> from sklstm.testing import check_sequence_estimator
    >>> "check_batch_independence" in check_sequence_estimator(PersistenceRegressor())
    True
    """
    expected = expected_failed_checks or {}
    passed = []
    for _, check in sequence_estimator_checks(estimator):
        if check.__name__ in expected:
            continue
        check(estimator)
        passed.append(check.__name__)
    return passed
