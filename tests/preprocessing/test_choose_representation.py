"""The representation that is chosen is the one that made the series."""

import numpy as np
import pytest

from sklstm.preprocessing import (
    SCALINGS,
    Representation,
    RidgeSolution,
    choose_representation,
)
from sklstm.preprocessing._choose_representation import (
    _features,
    _of_both,
    _rows_ahead,
    split_newest,
)


def pairs(values, n_rows=10, n_ahead=1):
    view = np.lib.stride_tricks.sliding_window_view(values, n_rows + n_ahead)
    return view[:, :n_rows], view[:, n_rows:]


def logistic_map(n_steps):
    values = [0.3]
    for _ in range(n_steps - 1):
        values.append(3.9 * values[-1] * (1 - values[-1]))
    return np.array(values)


def test_levels_of_what_has_no_trend(rng):
    noise = 10 + rng.normal(size=400)
    assert choose_representation(*pairs(noise)).representation.name == "level"
    assert choose_representation(*pairs(logistic_map(500), 20)).representation.name == "level"


def test_a_level_that_was_left_before_is_not_trusted(rng):
    noise = rng.normal(size=3000)
    steady = choose_representation(*pairs(noise, 4))
    assert steady.representation.name == "level"
    # The newest fifth has a level that the older windows have seen, as they had not in their turn.
    left = np.interp(np.arange(3000), [1200, 2000], [-6, 6]) + noise
    moved = choose_representation(*pairs(left, 4))
    assert moved.representation.name != "level"
    others = min(score for name, score in moved.scores.items() if name != "level")
    assert moved.scores["level"] > 1.5 * others


@pytest.mark.parametrize(("halves", "score"), [(2.0, 3.0), (6.0, 9.0), (np.inf, np.inf)])
def test_a_level_counts_by_the_worse_of_two_comparisons(halves, score):
    scores = {"difference": 3.0, "standard": 3.5, "level": 2.5}
    again = {"difference": 2.0, "standard": 2.5, "level": halves}
    assert _of_both(scores, again) == scores | {"level": score}
    nothing = dict.fromkeys(scores, 0.0)
    assert _of_both(nothing, nothing) == nothing


def test_differences_of_what_leaves_its_range(rng):
    choice = choose_representation(*pairs(np.cumsum(0.2 + rng.normal(size=600)) + 100))
    assert choice.representation.name in ("difference", "scaled_difference", "ratio")
    assert choice.scores["level"] > 1.5 * choice.scores["difference"]


def test_logarithms_of_growth(rng):
    growing = np.exp(np.cumsum(0.01 + 0.02 * rng.normal(size=500)))
    assert choose_representation(*pairs(growing)).representation.name in (
        "scaled_difference", "ratio", "log_difference"
    )  # fmt: skip
    assert choose_representation(*pairs(-growing)).representation.name == "scaled_difference"


def test_the_season_before_of_what_repeats_with_it(rng):
    seasons = np.cumsum(rng.normal(size=(20, 12)), axis=0) + 20 * rng.normal(size=12)
    choice = choose_representation(*pairs(seasons.ravel(), 24, 6), season=12)
    assert choice.representation.name in ("seasonal_difference", "scaled_seasonal_difference")
    assert choice.representation.season == 12
    assert not any(
        "season" in name for name in choose_representation(*pairs(seasons.ravel())).scores
    )


def few_months(seed=0, n_steps=100):
    """Return a walk with a season: of its windows fifteen are scored."""
    rng = np.random.default_rng(seed)
    walk = 50 + np.cumsum(rng.normal(size=n_steps))
    figure = np.resize(4 * rng.normal(size=12), n_steps)
    return walk + figure + rng.normal(size=n_steps)


def test_a_season_is_not_left_for_what_leads_by_luck():
    data, asked = pairs(few_months(), 24), {"season": 12, "n_ahead": 12}
    found = choose_representation(*data, **asked)
    assert "season" not in found.representation.name
    fixed = choose_representation(*data, **asked, fixed_season=True)
    assert fixed.representation.name == "scaled_seasonal_difference"
    assert fixed.scores == found.scores
    # What is no luck: growth without noise, where the other scale is exact.
    t = np.arange(100)
    growth = np.exp(0.01 * t) * (2 + np.sin(2 * np.pi * t / 12))
    exact = choose_representation(*pairs(growth, 24), **asked, fixed_season=True, shrinks=True)
    assert (exact.representation.name, exact.scores) == (
        "log_seasonal_difference",
        choose_representation(*pairs(growth, 24), **asked).scores,
    )
    assert exact.representation.weight == pytest.approx(1.0)


def test_many_windows_and_panels_choose_as_ever():
    windows, after = pairs(few_months(n_steps=324), 24)
    asked = {"season": 12, "n_ahead": 12}
    few = choose_representation(windows[1:], after[1:], **asked, fixed_season=True, shrinks=True)
    assert few.representation.weight < 1
    of_few = {"fixed_season": True, "shrinks": True}
    many = choose_representation(windows, after, **asked, **of_few)
    assert (many, many.representation.weight) == (
        choose_representation(windows, after, **asked),
        1.0,
    )
    groups = np.repeat([0, 1], [60, 90])
    panel = windows[:150], after[:150]
    assert choose_representation(*panel, **asked, groups=groups, **of_few) == (
        choose_representation(*panel, **asked, groups=groups)
    )


@pytest.mark.parametrize("saturates", [True, False])
def test_few_windows_share_their_weight_with_the_season_before(saturates):
    """By hand for the features of a network; for a linear model the least of two weights."""
    windows, after = pairs(few_months(), 24)
    asked = {"season": 12, "fixed_season": True, "shrinks": True, "saturates": saturates}
    found = choose_representation(windows, after, **asked).representation
    older, newest = split_newest(np.zeros(len(windows), dtype=int), 1)
    old, new = (found.represent(windows[rows], 1) for rows in (older, newest))
    size = old.windows.mean(), old.windows.std()
    weights = []
    for features in (_features, lambda values: values)[: 1 if saturates else 2]:
        read, asked = (features((part.windows - size[0]) / size[1]) for part in (old, new))
        model = RidgeSolution.fit(read, found.targets(after[older], old))
        changes = found.targets(after[newest], new)
        ratio = np.abs(model.predict(asked) - changes).mean() / np.abs(changes).mean()
        weights.append(1 / (1 + ratio**2))
    assert found.weight == pytest.approx(min(weights))
    assert 0.5 < found.weight < 0.9


def test_weights_are_equal_where_there_are_too_few_windows_to_tell():
    asked = {"season": 12, "fixed_season": True}
    data = pairs(few_months(n_steps=36), 24)
    assert choose_representation(*data, **asked, shrinks=True).representation.weight == 0.5
    assert choose_representation(*data, **asked).representation.weight == 1
    constant = pairs(np.ones(100), 24)
    assert choose_representation(*constant, **asked, shrinks=True).representation.weight == 0.5


def test_series_of_a_panel_count_the_same(rng):
    """A series of large numbers does not decide for all: units of a series change nothing."""
    parts = [pairs(np.cumsum(rng.normal(size=150)) + 50) for _ in range(3)]
    groups = np.repeat(np.arange(3), [len(windows) for windows, _ in parts])
    windows, after = (np.concatenate(part) for part in zip(*parts, strict=True))
    unit = np.array([1.0, 1000.0, 0.001])[groups, np.newaxis]
    scores = choose_representation(windows, after, groups=groups).scores
    others = choose_representation(windows * unit, after * unit, groups=groups)
    for name in ("scaled_difference", "standard"):
        np.testing.assert_allclose(others.scores[name], scores[name], rtol=1e-6)
    assert others.representation.name == "scaled_difference"


def test_series_of_strong_seasons_count_as_much_as_others(rng):
    """Relative to changes from row to row, which are large in a strong season, they would not."""
    parts = []
    for seasonal in [3.0] * 3 + [0.0] * 17:
        rest = 0.3 * np.cumsum(rng.normal(size=120)) + rng.normal(size=120)
        parts.append(pairs(rest + seasonal * np.tile(rng.normal(size=12), 10), 24, 6))
    groups = np.repeat(np.arange(20), [len(windows) for windows, _ in parts])
    windows, after = (np.concatenate(part) for part in zip(*parts, strict=True))
    choice = choose_representation(windows, after, season=12, groups=groups)
    assert choice.representation.name == "scaled_seasonal_difference"


def test_a_series_that_repeats_exactly_does_not_decide_for_all(rng):
    """Its change over a season is nothing: relative to that, it alone would count."""
    repeated = pairs(np.tile(rng.normal(size=12), 10), 24, 6)
    parts = [repeated] + [pairs(np.cumsum(rng.normal(size=120)), 24, 6) for _ in range(19)]
    groups = np.repeat(np.arange(20), [len(windows) for windows, _ in parts])
    windows, after = (np.concatenate(part) for part in zip(*parts, strict=True))
    score = choose_representation(windows, after, season=12, groups=groups).scores["standard"]
    others = choose_representation(windows[groups > 0], after[groups > 0], season=12)
    assert score < 3 * others.scores["standard"]


def test_too_few_windows_to_tell():
    windows, after = pairs(np.arange(14.0))
    representation, scores = choose_representation(windows, after)
    assert (representation.name, scores) == ("scaled_difference", {})
    seasonal = choose_representation(windows, after, season=2).representation
    assert seasonal.name == "scaled_seasonal_difference"


@pytest.mark.parametrize("scale", [1e-50, 1e100])
def test_units_change_nothing(scale, rng):
    values = np.cumsum(rng.normal(size=300)) + 1000
    scores = choose_representation(*pairs(values)).scores
    others = choose_representation(*pairs(scale * values)).scores
    assert set(others) == set(scores)
    for name in ("scaled_difference", "difference", "standard", "ratio", "level"):
        np.testing.assert_allclose(others[name], scores[name], rtol=1e-6)


def test_constant_and_missing_values(rng):
    choice = choose_representation(*pairs(np.full(100, 7.0)))
    assert set(choice.scores) == {name for name in SCALINGS if "season" not in name}
    assert all(np.isfinite(score) for score in choice.scores.values())
    values = rng.normal(size=300)
    values[[50, 51, 120]] = np.nan
    windows, after = pairs(values)
    complete = np.isfinite(windows).all(axis=1) & np.isfinite(after).all(axis=1)
    assert (
        choose_representation(windows, after).scores
        == choose_representation(windows[complete], after[complete]).scores
    )


def test_no_target_of_older_windows_is_among_the_newest():
    groups = np.array([0, 1] * 20 + [0] * 20)
    older, newest = split_newest(groups, 3)
    for key, n_windows in ((0, 40), (1, 20)):
        place = np.cumsum(groups == key) - 1
        inside = [rows[groups[rows] == key] for rows in (older, newest)]
        assert place[inside[1]].tolist() == list(range(n_windows - n_windows // 5, n_windows))
        assert place[inside[0]].max() == n_windows - n_windows // 5 - 3


def test_fitted_to_all_windows(rng):
    windows, after = pairs(np.exp(rng.normal(size=300)))
    chosen = choose_representation(windows, after).representation
    assert chosen == Representation.fit(chosen.name, windows)


@pytest.mark.parametrize("saturates", [True, False], ids=["bounded", "linear"])
@pytest.mark.parametrize("name", ["level", "seasonal_difference"])
def test_the_score_counts_the_first_row_and_all_rows_that_are_forecast(name, saturates, rng):
    """Written out: predictions enter windows, rows beyond the end of the series count for none."""
    lookback, season, n_ahead = 5, 4, 6
    values = rng.normal(size=70) + 3 * np.sin(np.arange(70) * np.pi / 2) + 0.1 * np.arange(70)
    windows, after = pairs(values, season + lookback)
    asked = {"season": season, "n_ahead": n_ahead}
    found = choose_representation(windows, after, **asked, saturates=saturates).scores[name]
    written = _features if saturates else np.array

    def read(rows):
        center = rows[-season] if name != "level" else 0.0
        before = rows[:-season] if name != "level" else 0.0
        return rows[season:] - before, center

    n_older = len(windows) - -(-len(windows) // 5)
    inputs = np.array([read(rows)[0] for rows in windows])[:n_older]
    targets = np.array([value - read(rows)[1] for rows, value in zip(windows, after, strict=True)])
    model = RidgeSolution.fit(written((inputs - inputs.mean()) / inputs.std()), targets[:n_older])
    first, every = [], []
    for end in range(n_older + season + lookback, len(values)):
        rows = values[end - season - lookback : end]
        for ahead in range(n_ahead):
            window, center = read(rows)
            features = written((window[np.newaxis] - inputs.mean()) / inputs.std())
            predicted = center + model.predict(features)[0, 0]
            if end + ahead < len(values):
                every.append(abs(predicted - values[end + ahead]))
                first += every[-1:] if ahead == 0 else []
            rows = np.append(rows[1:], predicted)
    change = np.sqrt(
        np.abs(np.diff(windows, axis=1)).mean()
        * np.abs(windows[:, season:] - windows[:, :-season]).mean()
    )
    expected = np.sqrt(np.mean(first) * np.mean(every)) / change
    if not saturates:  # the larger of both
        expected = max(expected, choose_representation(windows, after, **asked).scores[name])
    assert found == pytest.approx(expected)


def test_rows_ahead_are_those_of_the_series(rng):
    values = {0: rng.normal(size=12), 1: rng.normal(size=9)}
    pair_ends = [(0, 3), (1, 4), (0, 4), (0, 5), (1, 5), (0, 9)]
    after = np.array([[values[key][end + 1], values[key][end + 2]] for key, end in pair_ends])
    groups, ends = np.array(pair_ends).T
    found = _rows_ahead(after, groups, ends, np.array([0, 4, 5]), 5)
    nan = np.nan
    expected = [
        [*values[0][4:8], nan],
        [*values[1][6:8], nan, nan, nan],
        [*values[0][10:], *[nan] * 3],
    ]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(_rows_ahead(after, groups, ends, np.array([4]), 2), after[[4]])


def test_errors_that_grow_without_bounds_are_never_chosen(rng):
    values = np.exp(rng.normal(size=200) * np.linspace(0.1, 4, 200))
    choice = choose_representation(*pairs(values), n_ahead=100)
    assert np.isfinite(choice.scores[choice.representation.name])


def test_no_scale_is_chosen_in_which_a_linear_model_leaves_all_bounds(rng):
    """Of ratios to values near zero the coefficients are such that predictions grow."""
    level = np.abs(np.sin(np.arange(300) / 7)) ** 3 + 0.002
    values = level * np.exp(0.1 * rng.normal(size=300))
    windows, after = pairs(values, 6)
    bounded = choose_representation(windows, after, n_ahead=40).scores
    linear = choose_representation(windows, after, n_ahead=40, saturates=False)
    assert all(linear.scores[name] >= score for name, score in bounded.items())
    assert linear.scores[linear.representation.name] <= 1.02 * min(linear.scores.values())


@pytest.mark.parametrize("factor", [0.7, 0.0])
def test_several_positive_series_share_their_growth_over_a_season(factor, rng):
    """Months of shops of any size, whose seasons grow with the level; zeros have no logarithm."""
    season = np.exp(np.sin(np.arange(72) * np.pi / 6) / 3)
    parts = []
    for shop in range(8):
        level = 10.0**shop * np.exp(np.cumsum(0.02 * rng.normal(size=72)))
        values = level * season * np.exp(0.03 * rng.normal(size=72))
        values[30] *= factor
        parts.append(pairs(values, 24))
    windows, after = (np.concatenate(one) for one in zip(*parts, strict=True))
    n_windows = len(parts[0][0])
    asked = {"season": 12, "groups": np.repeat(np.arange(8), n_windows), "n_ahead": 12}
    asked["ends"] = np.tile(np.arange(n_windows), 8)
    chosen = choose_representation(windows, after, **asked).representation.name
    assert (chosen == "log_seasonal_difference") is (factor > 0)
