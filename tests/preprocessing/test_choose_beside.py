"""Which columns beside the target's own are written like it."""

import numpy as np
import pytest

from sklstm.preprocessing import Representation, choose_beside, choose_representation

N_STEPS = 8


def windows_of(series):
    view = np.lib.stride_tricks.sliding_window_view(series, N_STEPS, axis=0)[:-1]
    return view if series.ndim == 1 else view.swapaxes(1, 2)


def chosen(others, series, name="difference", **options):
    windows, after = windows_of(series), series[N_STEPS:, np.newaxis]
    representation = Representation.fit(name, windows)
    choices = choose_beside(windows_of(others), windows, after, representation, **options)
    return [one.representation.name for one in choices], [one.scores for one in choices]


@pytest.mark.parametrize("saturates", [True, False])
def test_what_leads_is_differenced_and_a_calendar_is_not(saturates, rng):
    leader = rng.normal(0.3, 1.0, size=601).cumsum()  # it leaves the range of training
    day = np.arange(600) % 5 == 4.0
    series = leader[:-1] + 3 * np.roll(day, 1) + 0.1 * rng.normal(size=600)
    others = np.stack([leader[1:], day, np.full(600, 2.0)], axis=1)
    names, scores = chosen(others, series, saturates=saturates)
    assert names == ["difference", "level", "level"]
    assert scores[0]["difference"] < 0.9 * scores[0]["level"]
    assert scores[2]["difference"] == pytest.approx(scores[2]["level"])  # a constant tells nothing


def test_of_near_ties_what_leaves_its_range_is_written_like_the_target(rng):
    series = rng.normal(size=600).cumsum()
    others = np.stack([np.arange(600.0), rng.normal(size=600)], axis=1)  # neither tells anything
    names, scores = chosen(others, series)
    assert names == ["difference", "level"]
    assert scores[0]["difference"] < 1.02 * scores[0]["level"]
    assert scores[1]["difference"] > scores[1]["level"] / 1.02


def test_logarithms_are_for_positive_columns(rng):
    series = np.exp(rng.normal(scale=0.05, size=300).cumsum())
    others = np.stack([series, rng.normal(size=300)], axis=1)
    for name, other in [("log_difference", "difference"), ("ratio", "scaled_difference")]:
        _, (positive, signed) = chosen(others, series, name)
        assert list(positive) == ["level", name]
        assert list(signed) == ["level", other]


def test_levels_of_targets_leave_the_others_as_they_are(rng):
    series = rng.normal(size=100)
    assert chosen(series[:, np.newaxis], series, "level") == (["level"], [{}])
    assert chosen(series[:12, np.newaxis], series[:12]) == (["level"], [{}])  # too few to tell


def test_errors_are_those_of_the_same_quick_model(rng):
    """Beside a column of zeros, which has no features but constants, the target's own decide."""
    series = 50 + rng.normal(size=300).cumsum()
    windows, after = windows_of(series), series[N_STEPS:, np.newaxis]
    alone = choose_representation(windows, after, among=["difference"]).scores["difference"]
    _, (scores,) = chosen(np.zeros((300, 1)), series)
    assert scores["level"] == pytest.approx(alone, rel=1e-3)
