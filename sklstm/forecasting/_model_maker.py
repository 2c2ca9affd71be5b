"""How models of one forecaster are made, of all rows or of older ones: `ModelMaker`."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ._auxiliary_fit import for_auxiliary_fit
from ._features import Features
from ._forecast_model import ForecastModel
from ._histories import History
from ._intervals import fewest_errors, or_recursive, split_off_newest
from ._known_series import KnownSeries
from ._linear_part import nothing_may_be_left
from ._prepared_fit import PreparedFit
from ._season import NO_SEASON, Season

_USUAL_LEVEL = 0.9  # of intervals: as many errors as it takes


@dataclass(frozen=True, eq=False)
class ModelMaker:
    """What all models of a forecaster have in common.

    Parameters
    ----------
    forecaster : Forecaster
        With its parameters.
    known : KnownSeries
        All series.
    histories : list of History
        Those that are learned from.
    season : Season
        That of the series.
    features : Features
        What stands in windows, without a season in front of them.
    n_fewest : int
        How many rows a series needs to be learned from.
    linear_part : bool or "auto"
        As from `has_linear_part`.
    """

    forecaster: Any
    known: KnownSeries
    histories: Sequence[History]
    season: Season
    features: Features
    n_fewest: int
    linear_part: bool | str

    def prepared(
        self, scaling: str | Sequence[str] | None, past: Sequence[str] | None = None
    ) -> PreparedFit:
        """Return what is settled before a regressor is trained on all rows, in some scale."""
        own = self.forecaster
        return PreparedFit.of(
            self.histories, self.features, own.estimator, own.transformer, scaling, self.season,
            own.horizon, linear_part=self.linear_part, past=past,
        )  # fmt: skip

    def older(
        self, prepared: PreparedFit, calibration_size: Any
    ) -> tuple[list[History], dict[Hashable, int]]:
        """Return the series without the rows that calibrate, and how many these are.

        Parameters
        ----------
        prepared : PreparedFit
            Of all rows.
        calibration_size : "auto", float or int
            As for `split_off_newest`.

        Returns
        -------
        older : list of History
            The older rows; empty if there are too few.
        n_newest : dict
            Number of rows of each series that calibrate.
        """
        n_wanted = _rows_that_calibrate(self.forecaster.horizon, prepared.scaling)
        n_learned = self._n_learned(prepared)
        histories = self.known.histories
        return split_off_newest(histories, calibration_size, self.n_fewest, n_wanted, n_learned)

    def model_of_older(
        self, prepared: PreparedFit, older: Sequence[History], begin: Any = None
    ) -> ForecastModel | str:
        """Return a model of older rows, with season, scale and units of that of all rows.

        A forecaster without intervals is better than none, so this never ends its `fit`. A
        checkpoint is not told of it, for its file is that of the model of all rows.

        Parameters
        ----------
        prepared : PreparedFit
            Of all rows.
        older : list of History
            Series without their newest rows.
        begin : estimator, optional
            A fitted regressor to go on from.

        Returns
        -------
        model : ForecastModel or str
            The fitted model, or why there is none.
        """
        n_learned = self._n_learned(prepared)
        enough = [past for past in older if len(past) >= n_learned]
        if not enough:
            instead = or_recursive(self.features)
            return (
                "the series were too short for it (lookback + horizon rows have to be left): fit "
                f"longer ones, or take a smaller calibration_size or lookback{instead}"
            )
        recipe = self.features, self.forecaster.estimator, prepared.transformer
        try:
            with nothing_may_be_left():  # of which the model of all rows has warned
                own = PreparedFit.of(enough, *recipe, **_as_chosen(prepared.scaling))
                regressor = for_auxiliary_fit(prepared.regressor)
                model = replace(own, regressor=regressor, begin=begin).train()
        except ValueError as error:
            return f"the model of the older rows could not be fitted ({error})"
        if prepared.scaling is None or model.scaling is None:
            return model
        return replace(model, scaling=model.scaling.weighted_like(prepared.scaling))

    def _n_learned(self, prepared):
        """Return how many rows a series needs to be learned from in a scale."""
        features = prepared.pairs.features
        return self.n_fewest + (0 if features.pads else features.before)


def _rows_that_calibrate(horizon, scaling):
    """Return how many newest rows are wanted for the errors that intervals are made of."""
    n_season = 1 if scaling is None else max(column.season for column in scaling.columns)
    # Errors of all steps then hold a season, and those that overlap are not all that there is;
    # without a season, of few steps, they are too few for any interval but for this.
    n_errors = max(n_season + horizon + 1, fewest_errors(_USUAL_LEVEL))
    return n_errors + horizon - 1


def _as_chosen(scaling):
    """Return by name what `PreparedFit.of` is to take in place of what it would choose."""
    if scaling is None:
        return {"scaling": None, "season": NO_SEASON, "linear_part": False}
    return {
        "scaling": [column.name for column in scaling.columns],
        "season": Season(scaling.columns[0].season) if scaling.is_seasonal else NO_SEASON,
        "linear_part": scaling.linear is not None,
        "past": scaling.past,
    }
