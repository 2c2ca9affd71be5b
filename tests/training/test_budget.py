import pytest

from sklstm.training import epochs_of_budget, n_batches, patience_of_budget


@pytest.mark.parametrize(
    ("n_samples", "batch_size", "expected"), [(1, 64, 1), (64, 64, 1), (65, 64, 2), (6400, 64, 100)]
)
def test_an_epoch_has_a_step_for_each_batch(n_samples, batch_size, expected):
    assert n_batches(n_samples, batch_size) == expected


@pytest.mark.parametrize(
    ("n_steps", "steps_per_epoch", "expected"),
    [
        (2000, 20, 100),
        (2000, 7, 286),  # 2000 steps are not yet done after 285 epochs
        (2000, 1, 1000),  # at most
        (2000, 400, 10),  # at least
    ],
)
def test_epochs_take_the_steps_of_the_budget(n_steps, steps_per_epoch, expected):
    assert epochs_of_budget(n_steps, steps_per_epoch) == expected


@pytest.mark.parametrize(("steps_per_epoch", "expected"), [(1, 200), (3, 67), (20, 10), (400, 10)])
def test_patience_is_ten_epochs_and_200_steps(steps_per_epoch, expected):
    assert patience_of_budget(steps_per_epoch) == expected
