"""Windows and what follows them are written by formulas, with exact inverses."""

from dataclasses import replace

import numpy as np
import pytest

from sklstm.preprocessing import SCALINGS, Representation, Represented
from sklstm.preprocessing._representations import is_seasonal, needs_positive

SEASON, AHEAD = 4, 7


@pytest.fixture
def windows(rng):
    return np.exp(rng.normal(size=(30, 11)) + 3 * rng.normal(size=(30, 1)))


def plain(name, window, season, n_ahead):
    """Return the scaled window, center and scale by NumPy, one window at a time."""
    x = np.log(window) if name.startswith("log_") else window
    name = name.removeprefix("log_")
    read = x[season:]
    scale = read.std() if "scaled" in name or name == "standard" else 1.0
    scale = read[-1] if name == "ratio" else scale
    center = np.full(n_ahead, {"standard": read.mean(), "level": 0.0}.get(name, x[-1]))
    subtracted = center[0]
    if is_seasonal(name):
        subtracted = x[:-season]
        center = np.array([x[len(x) - season + h % season] for h in range(n_ahead)])
    return (read - subtracted) / scale, center, scale


@pytest.mark.parametrize("name", SCALINGS)
def test_each_is_its_formula(name, windows):
    representation = Representation.fit(name, windows, SEASON)
    read, center, scale = representation.represent(windows, AHEAD)
    for k, window in enumerate(windows):
        expected = plain(name, window, SEASON, AHEAD)
        if "scaled" in name or name == "standard":  # none of these is narrow
            assert expected[2] > representation.floor
        np.testing.assert_allclose(read[k], expected[0], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(center[k], expected[1], rtol=1e-12)
        np.testing.assert_allclose(scale[k], expected[2], rtol=1e-12)


@pytest.mark.parametrize("name", SCALINGS)
def test_the_inverse_is_exact(name, windows, rng):
    after = np.exp(rng.normal(size=(30, AHEAD)))
    representation = Representation.fit(name, windows, SEASON)
    represented = representation.represent(windows, AHEAD)
    targets = representation.targets(after, represented)
    np.testing.assert_allclose(representation.restore(targets, represented), after, rtol=1e-9)


def test_predictions_are_averaged_with_none(windows, rng):
    changes = rng.normal(size=(30, AHEAD))
    whole = Representation.fit("scaled_seasonal_difference", windows, SEASON)
    represented = whole.represent(windows, AHEAD)
    ends = [whole.restore(predicted, represented) for predicted in (0 * changes, changes)]
    np.testing.assert_allclose(
        replace(whole, weight=0.3).restore(changes, represented), 0.7 * ends[0] + 0.3 * ends[1]
    )


@pytest.mark.parametrize("name", SCALINGS)
def test_a_window_does_not_depend_on_the_others(name, windows):
    representation = Representation.fit(name, windows, SEASON)
    together = representation.represent(windows, AHEAD)
    for k in range(len(windows)):
        alone = representation.represent(windows[k : k + 1], AHEAD)
        for one, all_of_them in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one[0], all_of_them[k])


@pytest.mark.parametrize("name", SCALINGS)
def test_missing_steps_stay_and_count_for_nothing(name, windows):
    windows = windows.copy()
    windows[:, [0, 5, 10]] = np.nan  # the newest one, too
    representation = Representation.fit(name, windows, SEASON)
    read, center, scale = representation.represent(windows, AHEAD)
    np.testing.assert_array_equal(np.isnan(read), np.isnan(windows[:, SEASON:]))
    assert np.isfinite(center).all()
    assert (scale > 0).all()
    x = np.log(windows) if name.startswith("log_") else windows
    if is_seasonal(name):
        # Rows ahead: in phase with rows 7, 8, 9 and, for 10 is missing, 6.
        np.testing.assert_allclose(center[:, :4], x[:, [7, 8, 9, 6]])
        assert (read[:, 5] == 0).all()  # row 9 has no season before
        np.testing.assert_allclose(read[:, 4] * scale[:, 0], (x[:, 8] - x[:, 4]))
    elif "difference" in name:
        np.testing.assert_allclose(center, np.repeat(x[:, 9:10], AHEAD, axis=1))


@pytest.mark.parametrize("constant", [0.0, 5.0, 1e-9])
@pytest.mark.parametrize("name", [name for name in SCALINGS if not needs_positive(name)])
def test_a_constant_window_does_not_explode(name, constant, windows):
    windows = np.vstack([windows, np.full((1, 11), constant)])
    representation = Representation.fit(name, windows, SEASON)
    represented = representation.represent(windows[-1:], 1)
    assert np.isfinite(represented.windows).all()
    narrowest = windows[:-1, SEASON:].std(axis=1).min()
    # A step as large as the narrowest window is wide becomes a target of ten at most.
    step = representation.targets(np.array([[constant + narrowest]]), represented)
    assert name in ("level", "difference", "seasonal_difference") or abs(step[0, 0]) < 10.1


@pytest.mark.parametrize("name", [name for name in SCALINGS if name != "level"])
def test_all_windows_constant(name):
    representation = Representation.fit(name, np.full((5, 9), 3.0), SEASON)
    read, center, scale = representation.represent(np.full((2, 9), 3.0), 2)
    assert np.isfinite(read).all()
    np.testing.assert_array_equal(scale, 3.0 if name == "ratio" else 1.0)
    assert np.isfinite(center).all()


@pytest.mark.parametrize("name", [name for name in SCALINGS if needs_positive(name)])
def test_logarithms_and_ratios_take_positive_values(name, windows):
    with pytest.raises(ValueError, match=f"scaling='{name}' takes positive values only"):
        Representation.fit(name, windows - windows.min(), SEASON)
    # Later values that are not count as half of the smallest one before, ...
    representation = Representation.fit(name, windows, SEASON)
    later = windows[:1].copy()
    later[0, 6] = -2.0
    floored = windows[:1].copy()
    floored[0, 6] = windows.min() / 2
    for one, other in zip(
        representation.represent(later, 1), representation.represent(floored, 1), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    # ... and of the smallest one of the window, where that is less.
    small = np.where(later < 0, 0.0, later) / 1e9
    floored = np.where(later < 0, small[small > 0].min() / 2, small)
    np.testing.assert_array_equal(
        representation.represent(small, 1).windows, representation.represent(floored, 1).windows
    )


@pytest.mark.parametrize("name", ["ratio", "log_difference", "log_standard", "log_level"])
def test_a_series_may_fall_far_below_training(name, windows):
    representation = Representation.fit(name, windows)
    low = windows[:5] / 1e9
    read, center, scale = representation.represent(low, 1)
    if name == "log_level":
        np.testing.assert_allclose(read, np.log(low))
    else:  # what is relative is the same at any level
        np.testing.assert_allclose(read, representation.represent(windows[:5], 1).windows)
    restored = representation.restore(read[:, -1:], Represented(read, center, scale))
    after = representation.targets(restored, Represented(read, center, scale))
    np.testing.assert_allclose(after, read[:, -1:], atol=1e-9)


@pytest.mark.parametrize("name", sorted(SCALINGS))
def test_windows_without_missing_steps_are_written_as_among_others(name, rng):
    windows = np.exp(rng.normal(size=(50, 12)).cumsum(axis=1) / 5)
    representation = Representation.fit(name, windows, SEASON)
    alone = representation.represent(windows, 3)
    windows = np.concatenate([windows, windows[:1]])
    windows[-1, 3] = windows[-1, -1] = np.nan
    among = representation.represent(windows, 3)
    for part in ("windows", "center", "scale"):
        np.testing.assert_array_equal(getattr(alone, part), getattr(among, part)[:50])
