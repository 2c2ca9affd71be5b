"""Pairs of windows and the rows that follow them, in the scale of each window."""

from dataclasses import replace

from sklstm.preprocessing import is_seasonal

from ._features import training_pairs
from ._scaling import Scaling, season_in


def choose_scaling(tables, features, takes_nan, scaling, season):
    """Return what stands in windows, and how they are scaled.

    Parameters
    ----------
    tables : list of (pandas index, ndarray, ndarray)
        As for `training_pairs`.
    features : Features
        Without rows in front of windows.
    takes_nan : bool
        Whether windows may have missing steps.
    scaling : str, list of str or None
        ``"auto"``, the name of a representation, one for all columns or for each, or None for
        none.
    season : int, "auto" or None
        Rows in a season.

    Returns
    -------
    features : Features
        With a season in front of windows, if that is what they are differenced by.
    scaling : Scaling or None
        None if there is no pair, or none is wanted.
    pairs : tuple of ndarray
        Windows, targets and places of these features, as from `training_pairs`.
    """
    if scaling is None:
        return features, None, training_pairs(tables, features, takes_nan)
    season = season_in(season, [(index, values) for index, values, _ in tables])
    is_auto = scaling == "auto"
    names = [scaling] if isinstance(scaling, str) else scaling
    takes_season = not is_auto and any(is_seasonal(name) for name in names)
    if season == 1 and takes_season:
        raise ValueError(
            f"scaling={scaling!r} takes a season, and there is none: name it, such as season=12."
        )
    if season > 1 and (is_auto or takes_season):
        seasonal = replace(features, before=season)
        shortest = min(len(values) for _, values, _ in tables)
        # No series is to be lost for its season, unless a user says so.
        if features.pads or not is_auto or shortest >= seasonal.n_rows + features.horizon:
            pairs = training_pairs(tables, seasonal, takes_nan)
            chosen = _scaling_of(pairs, seasonal.horizon, scaling, season)
            if chosen is not None and chosen.is_seasonal:
                return seasonal, chosen, pairs
    pairs = training_pairs(tables, features, takes_nan)
    return features, _scaling_of(pairs, features.horizon, scaling, 1), pairs


def scaled_pairs(scaling, windows, targets, horizon):
    """Return windows, and the rows that follow them, in the scale of each window."""
    windows, scale = scaling.represent(windows, horizon)
    after = targets.reshape(len(targets), horizon, -1)
    return windows, scaling.targets(after, scale).reshape(targets.shape)


def _scaling_of(pairs, horizon, scaling, season):
    windows, targets, places = pairs
    if not len(windows):
        return None
    targets = targets.reshape(len(targets), horizon, -1)
    return Scaling.choose(scaling, windows, targets, places[:, 0], season)
