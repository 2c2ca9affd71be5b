import pytest

from sklstm.training import Budget, n_batches, patience_of_budget


@pytest.mark.parametrize(
    ("n_samples", "batch_size", "expected"), [(1, 64, 1), (64, 64, 1), (65, 64, 2), (6400, 64, 100)]
)
def test_an_epoch_has_a_step_for_each_batch(n_samples, batch_size, expected):
    assert n_batches(n_samples, batch_size) == expected


@pytest.mark.parametrize(
    ("steps_per_epoch", "expected"),
    [
        (20, 100),
        (7, 286),  # 2000 steps are not yet done after 285 epochs
        (1, 1000),  # at most
        (400, 10),  # at least
    ],
)
def test_epochs_take_the_steps_of_the_budget(steps_per_epoch, expected):
    assert Budget(fewest=10, most=1000).epochs(steps_per_epoch) == expected


@pytest.mark.parametrize("decays", [True, False])
def test_the_learning_rate_decays_where_the_budget_ends_training(decays):
    budget = Budget(fewest=5, most=100, decays=decays)

    assert budget.schedule(21) == "cosine"  # 96 epochs take 2016 steps
    assert budget.schedule(20) == budget.schedule(1) == ("cosine" if decays else "constant")


@pytest.mark.parametrize(("steps_per_epoch", "expected"), [(1, 200), (3, 67), (20, 10), (400, 10)])
def test_patience_is_ten_epochs_and_200_steps(steps_per_epoch, expected):
    assert patience_of_budget(steps_per_epoch) == expected
