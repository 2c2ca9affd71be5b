"""Pairs of windows and the rows that follow them, in the scale of each window."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sklstm.preprocessing import is_seasonal

from ._features import Features, newest_pairs
from ._future_steps import FutureSteps
from ._linear_part import choose_linear_part, is_quick, most_windows, whole_windows
from ._past_scale import choose_past
from ._scaling import Scaling
from ._season import Season
from ._training_pairs import SOME_PAIRS, Pairs, TrainingPairs, some_numbers


def choose_scaling(
    tables: Sequence[tuple[Any, np.ndarray, np.ndarray]],
    features: Features,
    takes_nan: bool,
    scaling: str | Sequence[str] | None,
    season: Season,
    n_ahead: int = 1,
    saturates: bool = True,
    shrinks: bool = False,
    static: np.ndarray | None = None,
    past: Sequence[str] | None = None,
) -> tuple[TrainingPairs, Scaling | None]:
    """Return what stands in windows, and how they are scaled.

    Parameters
    ----------
    tables : list of (pandas index, ndarray, ndarray)
        As for `TrainingPairs`.
    features : Features
        Without rows in front of windows.
    takes_nan : bool
        Whether windows may have missing steps.
    scaling : str, list of str or None
        ``"auto"``, the name of a representation, one for all columns or for each, or None for
        none.
    season : Season
        That of the tables.
    n_ahead : int, default=1
        How many rows users forecast; a season at least, where one is found.
    saturates : bool, default=True
        Whether the regressor has bounded units; linear models have not.
    shrinks : bool, default=False
        Whether predictions of few windows may be shrunk towards the season before.
    static : ndarray of shape (n_series, n_static), optional
        What describes each series.
    past : list of str, optional
        How columns known up to now are to stand in windows; by default as the pairs say.

    Returns
    -------
    pairs : TrainingPairs
        With a season in front of windows, if that is what they are differenced by.
    scaling : Scaling or None
        None if there is no pair, or none is wanted.
    """
    if scaling is None:
        return TrainingPairs.of(tables, features, takes_nan, static), None
    n_season = season.n_rows
    n_ahead = max(n_ahead, n_season)
    of_few = {"fixed_season": season.is_fixed, "shrinks": shrinks}
    beside = {"past": past, "saturates": saturates}
    is_auto = scaling == "auto"
    names = [scaling] if isinstance(scaling, str) else scaling
    takes_season = not is_auto and any(is_seasonal(name) for name in names)
    if n_season == 1 and takes_season:
        raise ValueError(
            f"scaling={scaling!r} takes a season, and there is none: name it, such as season=12."
        )
    if n_season > 1 and (is_auto or takes_season):
        seasonal = replace(features, before=n_season)
        shortest = min(len(values) for _, values, _ in tables)
        # No series is to be lost for its season, unless a user says so.
        if features.pads or not is_auto or shortest >= seasonal.n_rows + features.horizon:
            pairs = TrainingPairs.of(tables, seasonal, takes_nan, static)
            if takes_season and not len(pairs):
                raise ValueError(
                    f"scaling={scaling!r} reads a season of {n_season} rows before each window: it "
                    f"takes {seasonal.n_rows + features.horizon} rows in succession, none of them "
                    "missing, and no series has them. Take a smaller lookback or another scaling."
                )
            chosen = _scaling_of(pairs, scaling, n_season, n_ahead, **beside, **of_few)
            if chosen is not None and chosen.is_seasonal:
                return pairs, chosen
    pairs = TrainingPairs.of(tables, features, takes_nan, static)
    return pairs, _scaling_of(pairs, scaling, 1, n_ahead, **beside)


def with_linear_part(
    scaling: Scaling, pairs: TrainingPairs, asked: bool | str, fraction: float | None = None
) -> Scaling:
    """Return how windows are scaled, with a linear part if there is to be one.

    Parameters
    ----------
    scaling : Scaling
        Without.
    pairs : TrainingPairs
        What it is fitted to; of many pairs to some, drawn in the same way always.
    asked : bool or "auto"
        As from `has_linear_part`.
    fraction : float, optional
        Share of the newest pairs that training stops by, and that are not looked at.

    Returns
    -------
    scaling : Scaling
        The same, if there is none.
    """
    features = pairs.features
    n_values = features.lookback * pairs.n_features
    if not asked or (asked == "auto" and not is_quick(n_values)):
        return scaling
    if fraction is None:
        numbers = some_numbers(len(pairs), most_windows(n_values))
    else:
        order = pairs.in_order_of_time()
        older = np.sort(order[newest_pairs(pairs.places(order), fraction, pairs.gap)[0]])
        numbers = older[some_numbers(len(older), most_windows(n_values))]
    windows, targets, places = pairs.gather(numbers)
    windows, targets = scaled_pairs(scaling, windows, targets, features.horizon)
    targets = targets.reshape(len(targets), -1)
    # Under the same names, so that those with missing steps are not in memory meanwhile.
    windows, targets, series = whole_windows(windows, targets, places[:, 0])
    linear, score = choose_linear_part(
        asked, windows, targets, series, features.horizon, robust=scaling.is_scaled
    )
    return replace(scaling, linear=linear, linear_score=score)


def scaled_pairs(
    scaling: Scaling, windows: np.ndarray, targets: np.ndarray, horizon: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return windows, and the rows that follow them, in the scale of each window."""
    windows, scale = scaling.represent(windows, horizon)
    after = targets.reshape(len(targets), horizon, -1)
    return windows, scaling.targets(after, scale).reshape(targets.shape)


def pairs_as_read(
    scaling: Scaling | None, future: FutureSteps | None, pairs: TrainingPairs, some: Pairs
) -> tuple[np.ndarray, np.ndarray]:
    """Return the windows and targets of some pairs as a regressor learns from them."""
    windows, targets, places = some
    if scaling is not None:
        windows, targets = scaled_pairs(scaling, windows, targets, pairs.features.horizon)
    if future is None:
        return windows, targets
    longer = future.windows(windows, pairs.known_ahead(places))
    return longer, future.targets(targets, windows.shape[1])


@dataclass(frozen=True)
class PairSource:
    """Pairs as a regressor learns from them, gathered when it asks for them.

    Parameters
    ----------
    pairs : TrainingPairs
        The pairs.
    scaling : Scaling or None
        How each window is scaled.
    numbers : ndarray of int, optional
        Which pairs; by default all.
    future : FutureSteps, optional
        Steps of windows for the rows to come, if a network reads them.
    """

    pairs: TrainingPairs
    scaling: Scaling | None
    numbers: np.ndarray | None = None
    future: FutureSteps | None = None

    @property
    def n_steps(self) -> int:
        """Number of steps of the windows that a regressor reads."""
        features = self.pairs.features
        n_rows = features.n_rows if self.scaling is None else features.lookback
        return n_rows if self.future is None else n_rows + self.future.horizon

    def __len__(self) -> int:
        return len(self.pairs if self.numbers is None else self.numbers)

    def gather(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return windows and targets of the pairs of some numbers."""
        numbers = samples if self.numbers is None else self.numbers[samples]
        return pairs_as_read(self.scaling, self.future, self.pairs, self.pairs.gather(numbers))

    def some(self) -> tuple[np.ndarray, np.ndarray]:
        """Return windows and targets of pairs that stand for all, drawn in the same way always.

        Windows that go on into the rows to come are as many fewer as they are longer.
        """
        n_read = self.n_steps - (0 if self.future is None else self.future.horizon)
        return self.gather(some_numbers(len(self), SOME_PAIRS * n_read // self.n_steps))


def _scaling_of(pairs, scaling, season, n_ahead, *, past, saturates, **of_few):
    if not len(pairs):
        return None
    windows, targets, places = pairs.of_some_series() if pairs.are_many else pairs.all
    targets = targets.reshape(len(targets), pairs.features.horizon, -1)
    found = Scaling.choose(scaling, windows, targets, places, season, n_ahead, saturates, **of_few)
    n_past = len(pairs.features.past)
    if season > 1 and not found.is_seasonal:
        return found  # not for these pairs
    if past is None and n_past:
        past = choose_past(found.columns, windows, targets, places[:, 0], n_past, saturates)
    return replace(found, past=past or [])
