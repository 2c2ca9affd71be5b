import pytest

from sklstm.training._train import Patience


def epochs_until_stop(losses, n_epochs, tol):
    patience = Patience(n_epochs, tol)
    for epoch, loss in enumerate(losses, start=1):
        patience.update(loss)
        if patience.is_over:
            return epoch
    return None


@pytest.mark.parametrize(
    ("losses", "n_epochs", "tol", "expected"),
    [
        ([3, 2, 1, 1, 1, 1], 2, 0.0, 5),
        ([3, 2, 1, 1, 0.5, 0.5, 0.5], 2, 0.0, 7),  # an improvement starts the count again
        ([3, 2.95, 2.9, 2.85], 2, 0.1, 3),  # small falls do not count
        ([3, 3, 3, 3], None, 0.0, None),
    ],
)
def test_stops_after_epochs_without_improvement(losses, n_epochs, tol, expected):
    assert epochs_until_stop(losses, n_epochs, tol) == expected


def test_tells_the_lowest_even_below_tol():
    patience = Patience(5, tol=1.0)
    assert [patience.update(loss) for loss in (3, 2.9, 2.95, 2.8)] == [True, True, False, True]
    assert patience.best == 2.8
