"""What regressors make of their targets: `RegressionTargetsMixin`."""

import numpy as np

from sklstm.data import numeric_step_targets, numeric_targets
from sklstm.losses import make_loss

from ._differencing import NONE, changes, is_differenced, nonstationary_features, reference_features
from ._standardisation import standardise, weighted_statistics
from ._step_targets import align_step_targets, rows_beside


class RegressionTargetsMixin:
    """Standardise targets, of windows or of each of their steps; one output for each quantile."""

    @property
    def _every_step(self):
        return self.output == "sequence"

    def _check_targets(self, y, sample_weight, *, go_on, classes):
        if self._every_step:
            targets = numeric_step_targets(y, estimator=self)
            one_dimensional = targets.ndim == 2
            targets = targets[:, :, np.newaxis] if one_dimensional else targets
        else:
            targets = numeric_targets(y, estimator=self)
            one_dimensional = targets.ndim == 1
            targets = targets.astype(np.float64).reshape(len(targets), -1)
        if go_on and targets.shape[-1] != len(self.target_mean_):
            raise ValueError(
                f"y must have {len(self.target_mean_)} outputs as in the last fit, got "
                f"{targets.shape[-1]}."
            )
        self._make_loss().check_targets(targets)
        return targets, sample_weight, {"_one_dimensional": one_dimensional}

    def _match_steps(self, targets, X, windows):
        if not self._every_step:
            return targets
        return align_step_targets(targets, self._check_window_array(X), windows)

    def _target_attributes(self, training):
        targets, newest = self._targets_and_newest(training)
        weight, rows = training.sample_weight, training.windows.rows
        if self._every_step:
            there = ~np.isnan(targets[:, 0])
            weight = training.targets.row_weight(weight)[there]
            targets, newest = targets[there], newest[there]
        reference, relative = self._choose_differencing(training, targets, newest, weight)
        if is_differenced(reference):
            targets = changes(targets, rows, newest, reference)
        mean, scale = weighted_statistics(targets, weight)
        return {
            "target_mean_": mean,
            "target_scale_": scale,
            "differenced_targets_": reference,
            "differenced_features_": relative,
        }

    def _choose_differencing(self, training, targets, newest, weight):
        """Return the feature that each target goes on from, and which features wander."""
        rows, force = training.windows.rows, self.differencing == "always"
        if self.differencing == "never" or self.embedding_dim is not None:
            return np.full(targets.shape[1], NONE), np.zeros(rows.shape[1], dtype=bool)
        reference = reference_features(targets, rows, newest, weight, force=force)
        if force or not is_differenced(reference, all):  # of the others the level may say all
            return reference, np.full(rows.shape[1], force)
        return reference, nonstationary_features(training.windows, training.sample_weight)

    def _targets_and_newest(self, samples):
        """Return targets, one row each, and numbers of the newest rows of windows at them."""
        targets, windows = samples.targets, samples.windows
        if not self._every_step:
            return targets, windows.newest_rows
        return targets.rows, rows_beside(targets, windows)

    def _network_targets(self, samples, attributes, dtype):
        reference, targets = attributes["differenced_targets_"], samples.targets
        rows = targets.rows if self._every_step else targets
        if is_differenced(reference):
            rows, newest = self._targets_and_newest(samples)
            rows = changes(rows, samples.windows.rows, newest, reference)
        rows = standardise(rows, attributes["target_mean_"], attributes["target_scale_"], dtype)
        return targets.with_rows(rows) if self._every_step else rows

    def _result_attributes(self, attributes, result, keep_optimizer):
        levels = getattr(self._make_loss(), "levels", None)
        result = super()._result_attributes(attributes, result, keep_optimizer)
        return result | {"_levels": levels}

    def _make_loss(self, n_outputs=None):
        return make_loss(self.loss, **self.get_params(deep=False))

    def _n_outputs(self, attributes):
        return len(attributes["target_mean_"]) * self._make_loss().n_outputs_per_target
