"""What stands in the rows of windows, told row by row."""

import numpy as np
import pytest

from sklstm.forecasting._features import Features

RNG = np.random.default_rng(0)
VALUES, EXOG, FUTURE = RNG.normal(size=(12, 2)), RNG.normal(size=(12, 3)), RNG.normal(size=(6, 2))
PAST, KNOWN = np.array([1]), np.array([0, 2])


def row_by_hand(features, s, values, exog, known):
    """The row `s`: series, past columns, and known ones of all the leads."""
    leads = [features.horizon - k * features.lookback for k in range(features.horizon)]
    row = [*values[s], *exog[s, features.past]] if s < len(values) else [np.nan] * 3
    leads = [lead for lead in leads if lead > 0] + [0] * features.keeps_past
    for lead in leads:
        row += list(known[s + lead]) if s + lead < len(known) else [np.nan] * known.shape[1]
    return row


@pytest.mark.parametrize("lookback", [1, 2, 3, 5])
@pytest.mark.parametrize("horizon", [1, 2, 5])
@pytest.mark.parametrize("future", [None, FUTURE], ids=["without future", "with future"])
@pytest.mark.parametrize("keeps_past", [False, True])
def test_rows(lookback, horizon, future, keeps_past):
    features = Features(lookback, horizon, PAST, KNOWN, keeps_past=keeps_past)
    known = EXOG[:, KNOWN] if future is None else np.vstack([EXOG[:, KNOWN], future])
    expected = [row_by_hand(features, s, VALUES, EXOG, known) for s in range(len(known))]
    np.testing.assert_array_equal(features.rows(VALUES, EXOG, future), expected)


@pytest.mark.parametrize("lookback", [1, 2, 3, 5])
@pytest.mark.parametrize("horizon", [1, 2, 5])
def test_a_window_holds_all_values_known_of_the_rows_predicted(lookback, horizon):
    features = Features(lookback, horizon, PAST, KNOWN)
    known = np.vstack([EXOG[:, KNOWN], FUTURE])
    rows = features.rows(VALUES, EXOG, FUTURE)
    for end in range(lookback - 1, len(VALUES)):
        window = rows[end - lookback + 1 : end + 1]
        for ahead in range(1, horizon + 1):
            assert set(known[end + ahead]) <= set(window.ravel())
        # Nothing of later rows than are known in advance.
        later = set(known[end + horizon + 1 :].ravel()) | set(VALUES[end + 1 :].ravel())
        assert not (later | set(EXOG[end + 1 :, PAST].ravel())) & set(window.ravel())


@pytest.mark.parametrize("lookback", [1, 2, 3, 5])
def test_a_window_holds_the_values_known_of_its_own_rows(lookback):
    rows = Features(lookback, 5, PAST, KNOWN, keeps_past=True).rows(VALUES, EXOG, FUTURE)
    for end in range(lookback - 1, len(VALUES)):
        own = slice(end - lookback + 1, end + 1)
        np.testing.assert_array_equal(rows[own, -2:], EXOG[own][:, KNOWN])


def test_rows_shorter_than_the_horizon():
    features = Features(2, 5, PAST, KNOWN)
    rows = features.rows(VALUES[:3], EXOG[:3])
    np.testing.assert_array_equal(rows[:, :3], np.hstack([VALUES[:3], EXOG[:3, PAST]]))
    np.testing.assert_array_equal(rows[:, 3:5], np.full((3, 2), np.nan))  # of 5 rows later
    np.testing.assert_array_equal(rows[:, 7:], [*EXOG[1:3, KNOWN], [np.nan] * 2])  # of the next


def test_missing_steps_are_missing_in_all_features():
    features = Features(3, 1, PAST, KNOWN)
    values = VALUES.copy()
    values[[4, 7]] = np.nan
    rows = features.rows(values, EXOG, FUTURE)
    kept = rows.copy()
    features.mark_missing(rows, 2)
    assert np.isnan(rows[[4, 7]]).all()
    others = np.delete(np.arange(12), [4, 7])
    np.testing.assert_array_equal(rows[others], kept[others])


@pytest.mark.parametrize("horizon", [1, 4])
def test_buffers(horizon):
    features = Features(3, horizon, PAST, KNOWN)
    values = VALUES.copy()
    values[[4, 7]] = np.nan
    rows = features.rows(values, EXOG, FUTURE)
    origins, steps = np.array([3, 5, 6, 11]), 2 * horizon
    buffers = features.buffers([rows], [origins], steps, 2)
    assert buffers.shape == (4, 3 + steps, rows.shape[1])
    for buffer, origin in zip(buffers, origins, strict=True):
        known = np.vstack([EXOG[:, KNOWN], FUTURE])
        for place, s in enumerate(range(origin - 2, origin + steps + 1)):
            expected = np.full(rows.shape[1], np.nan)
            if s <= origin and s not in (4, 7):
                expected = rows[s]
            elif s > origin:
                # Whether the step is missing there is not known at the origin.
                expected[2:3] = EXOG[origin, PAST]
                for number, lead in enumerate(features.leads):
                    if s + lead < len(known):
                        expected[3 + 2 * number : 5 + 2 * number] = known[s + lead]
            np.testing.assert_array_equal(buffer[place], expected)


@pytest.mark.parametrize("n_static", [0, 2])
def test_buffers_of_several_series_are_those_of_each(n_static):
    features = Features(3, 4, PAST, KNOWN, before=2, n_static=n_static)
    tables, origins = [], []
    for length, own in ((12, [11]), (4, [0, 3]), (7, [6, 2, 6])):
        values, exog = VALUES[:length].copy(), EXOG[:length].copy()
        values[1], exog[:3, 1] = np.nan, np.nan  # past columns of the first rows are not known
        static = RNG.normal(size=n_static)
        tables.append(features.rows(values, exog, FUTURE, static))
        origins.append(np.array(own))
    each = [features.buffers([t], [o], 8, 2) for t, o in zip(tables, origins, strict=True)]
    np.testing.assert_array_equal(features.buffers(tables, origins, 8, 2), np.concatenate(each))
    assert each[0].shape == (1, 5 + 8, features.n_features(2))


def test_rows_of_several_series_are_those_of_a_loop():
    features = Features(3, 4, PAST, KNOWN, keeps_past=True, n_static=1)
    cases = [(12, 5, 0), (2, 0, 1), (7, 1, 2)]  # rows, rows after the end, what is static
    parts = [(VALUES[:n], EXOG[:n], FUTURE[:m], np.array([float(k)])) for n, m, k in cases]
    rows, ends = features.rows_of_all(*zip(*parts, strict=True))
    expected = []
    for values, exog, future, static in parts:
        known = np.concatenate([exog[:, KNOWN], future])
        for s in range(len(known)):
            past = np.concatenate([values[s], exog[s, PAST]]) if s < len(values) else [np.nan] * 3
            ahead = [known[s + k] if s + k < len(known) else [np.nan] * 2 for k in (4, 1, 0)]
            expected.append(np.concatenate([past, *ahead, static]))
    np.testing.assert_array_equal(rows, expected)
    assert list(ends) == [0, 17, 19, 27]


def test_rows_are_left_as_they_are_by_buffers():
    features = Features(3, 1, PAST, KNOWN)
    values = VALUES.copy()
    values[4] = np.nan
    rows = features.rows(values, EXOG, FUTURE)
    before = rows.copy()
    features.buffers([rows], [np.array([4, 5])], 3, 2)[:] = 0.0
    np.testing.assert_array_equal(rows, before)
