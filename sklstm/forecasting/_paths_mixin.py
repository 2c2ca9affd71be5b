"""Joint paths of the rows after the last ones known: `Forecaster.sample_paths`."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sklstm._whole_numbers import check_count

from ._forecast_frames import frame_of_paths
from ._known_series import KnownSeries
from ._paths import PathMaker, stream_of
from ._series_in_use import beginning


class PathsMixin:
    """The method of `Forecaster` that draws paths."""

    _known: KnownSeries
    _as_fitted: Callable[[], Any]

    def sample_paths(
        self,
        steps: int | None = None,
        n_paths: int = 100,
        random_state: Any = None,
        *,
        exog: Any = None,
        series: Any = None,
        history: Any = None,
        history_exog: Any = None,
    ) -> pd.DataFrame:
        """Draw joint paths of the rows after the last ones known.

        What depends on several steps at once, such as the sum of a week, has the distribution that
        it has in the paths.

        Parameters
        ----------
        steps : int, default=None
            Rows of a path; by default `horizon`.
        n_paths : int, default=100
            How many paths to draw of each series.
        random_state : int, RandomState instance or None, default=None
            Seed of the draws; None draws a new one. With the same seed a series of a panel has the
            same paths, whichever others are asked for.
        exog : array-like or frame, default=None
            As in `forecast`.
        series : key or list of keys, default=None
            Which of several series; by default all.
        history, history_exog : array-like, series or frame, default=None
            As in `forecast`.

        Returns
        -------
        paths : DataFrame
            Its index is that of `forecast`, its columns are the paths, 0 to ``n_paths - 1``. Of
            several columns a first level of the columns tells which.

        Raises
        ------
        ValueError
            As in `forecast`; if there are fewer than ten errors or forecasts to learn from.

        Warns
        -----
        UserWarning
            As in `forecast`; if some of several series have fewer than ten errors, even with those
            of others: their paths are NaN.

        Notes
        -----
        ``strategy="recursive"`` feeds draws back: an error of one step, drawn from the calibration
        rows, is added to each prediction before it enters the window of the next; regressors that
        have ``sample`` draw from their distribution. ``strategy="direct"`` draws the errors of
        all steps from one origin of the calibration rows (a bootstrap of residual paths), which
        keeps the dependence between steps. Errors of several columns are drawn together, those of
        several series independently. What a regressor with ``predict_distribution`` predicts at
        once, steps and columns, is drawn from its distributions, together by a Gaussian copula: its
        correlation is that of earlier forecasts, of the calibration rows or, if there are fewer
        than ten, of training rows; of those given as `history` where they allow more forecasts.
        """
        check_is_fitted(self)
        steps = self._as_fitted().horizon if steps is None else check_count(steps, "steps")
        n_paths = check_count(n_paths, "n_paths")
        seen, paths, labels = beginning(self, steps, exog, series, history, history_exog)
        seed = int(check_random_state(random_state).randint(2**31))
        streams = [stream_of(seed, path.history.key) for path in paths]
        maker = PathMaker.of(seen, paths, steps, own=self)
        found = maker.draw(paths, steps, n_paths, streams)
        drawn = {path.history.key: one[0] for path, one in zip(paths, found, strict=True)}
        drawn = {key: one for key, one in drawn.items() if key not in maker.without}
        return frame_of_paths(drawn, labels, self._known)
