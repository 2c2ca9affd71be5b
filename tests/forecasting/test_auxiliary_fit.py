"""Checkpoints, other callbacks and printed epochs, where a forecaster fits several models."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from sklstm import Forecaster, GRURegressor, WindowScaledRegressor, WindowScaler
from sklstm.callbacks import Checkpoint, load_checkpoint

N_ROWS, N_EPOCHS = 100, 3
RNG = np.random.default_rng(0)
DAYS = pd.date_range("2024-01-01", periods=N_ROWS, freq="D")
PROMOTION = pd.DataFrame({"promotion": RNG.integers(0, 2, N_ROWS)}, index=DAYS)
SERIES = pd.Series(
    np.sin(np.arange(N_ROWS) * 2 * np.pi / 7)
    + 3 * PROMOTION["promotion"].to_numpy()
    + 0.1 * RNG.normal(size=N_ROWS),
    index=DAYS,
    name="demand",
)
NETWORK = GRURegressor(4, max_epochs=N_EPOCHS, batch_size=32, random_state=0)
AROUND = {
    "nothing": lambda network: network,
    "pipeline": lambda network: make_pipeline(WindowScaler(), network),
    "scaled": lambda network: WindowScaledRegressor(network),
}


class EachEpoch:
    """A callback that counts epochs, and raises as soon as a file holds some."""

    def __init__(self, path=None):
        self.path, self.n_epochs = path, 0

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        self.n_epochs += context.task_name == "epoch"
        if self.path is not None and Path(self.path).exists():
            raise KeyboardInterrupt


def forecaster(network, around="nothing", **params):
    scaling = "auto" if around == "nothing" else None
    regressor = AROUND[around](network)
    return Forecaster(regressor, 8, horizon=2, strategy="direct", scaling=scaling, **params)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("calibration_size", [None, "auto"])
@pytest.mark.parametrize("columns", ["none", "exog", "past", "calendar"])
def test_an_interrupted_fit_goes_on(columns, calibration_size, around, tmp_path):
    params = {"calibration_size": calibration_size}
    params |= {"past": {"known_exog": None}, "calendar": {"calendar": ["day_of_week"]}}.get(
        columns, {}
    )
    exog = PROMOTION if columns in ("exog", "past") else None
    ahead = PROMOTION[:2].set_axis(DAYS[:2] + pd.Timedelta(days=N_ROWS))
    given = {"exog": ahead if columns == "exog" else None}
    if calibration_size is not None:
        given["level"] = 0.5
    expected = forecaster(clone(NETWORK), around, **params).fit(SERIES, exog)

    path = tmp_path / "fit.checkpoint"
    network = clone(NETWORK).set_callbacks(Checkpoint(path), EachEpoch(path))
    with pytest.raises(KeyboardInterrupt):
        forecaster(network, around, **params).fit(SERIES, exog)
    assert load_checkpoint(path).n_iter_ == 1
    for _ in range(2):  # the second time from a file of a whole fit
        network = clone(NETWORK).set_callbacks(Checkpoint(path))
        found = forecaster(network, around, **params).fit(SERIES, exog)
        assert load_checkpoint(path).n_iter_ == N_EPOCHS
        pd.testing.assert_frame_equal(found.forecast(2, **given), expected.forecast(2, **given))


def test_other_callbacks_are_told_of_every_fit(tmp_path):
    checkpoint, others = Checkpoint(tmp_path / "a"), [EachEpoch(), EachEpoch()]
    network = clone(NETWORK).set_callbacks(others[0], checkpoint, others[1])
    model = forecaster(network).fit(SERIES)
    assert [other.n_epochs for other in others] == [2 * N_EPOCHS] * 2  # forecasts and intervals
    assert network._skl_callbacks == [others[0], checkpoint, others[1]]
    assert model.estimator_._skl_callbacks == network._skl_callbacks
    with_scales = clone(network).set_callbacks(counts := EachEpoch())
    forecaster(with_scales).fit(SERIES, PROMOTION)
    assert counts.n_epochs > 2 * N_EPOCHS


@pytest.mark.parametrize("exog", [None, PROMOTION])
def test_epochs_of_the_model_of_all_rows_are_printed(exog, capsys):
    network = clone(NETWORK).fit(np.zeros((9, 4, 1)), np.arange(9.0)).set_params(verbose=True)
    network.fit(np.zeros((9, 4, 1)), np.arange(9.0))
    n_lines = len(capsys.readouterr().out.splitlines())
    assert n_lines >= N_EPOCHS
    model = forecaster(clone(network)).fit(SERIES, exog)
    assert len(capsys.readouterr().out.splitlines()) == n_lines
    assert model.estimator_.verbose is True


def test_what_cannot_resume_is_refused(tmp_path):
    path = tmp_path / "a"
    network = clone(NETWORK).set_params(warm_start=True).set_callbacks(Checkpoint(path))
    with pytest.raises(ValueError, match="set warm_start=False"):
        forecaster(network).fit(SERIES, PROMOTION)
    network = clone(NETWORK).set_callbacks(Checkpoint(tmp_path / "nowhere" / "a"))
    with pytest.raises(FileNotFoundError, match="lies in no folder"):
        forecaster(network).fit(SERIES, PROMOTION)
    network = clone(NETWORK).set_callbacks(Checkpoint(path))
    forecaster(network).fit(SERIES)
    written = path.read_bytes()
    with pytest.raises(ValueError, match="the two differ in: training data"):
        forecaster(network).fit(SERIES[:90])
    assert path.read_bytes() == written


def test_partial_fit_goes_on_without_a_checkpoint(tmp_path):
    network = clone(NETWORK).set_callbacks(Checkpoint(tmp_path / "a"))
    model = forecaster(network).fit(SERIES[:90])
    before = model.forecast(2)
    with pytest.raises(ValueError, match="Checkpoint is for fit"):
        model.partial_fit(SERIES[90:])
    pd.testing.assert_frame_equal(model.forecast(2), before)
    model.estimator_.set_callbacks()
    expected = forecaster(clone(NETWORK)).fit(SERIES[:90]).partial_fit(SERIES[90:])
    found = model.partial_fit(SERIES[90:]).forecast(2, level=0.5)
    pd.testing.assert_frame_equal(found, expected.forecast(2, level=0.5))


def test_a_warm_start_has_the_callbacks_of_the_estimator(tmp_path):
    network = clone(NETWORK).set_callbacks(Checkpoint(tmp_path / "a"))
    model = forecaster(network).fit(SERIES[:90])
    written = (tmp_path / "a").read_bytes()
    network.set_params(warm_start=True).set_callbacks(counts := EachEpoch())
    model.fit(SERIES)
    assert counts.n_epochs == 2 * N_EPOCHS
    expected = forecaster(clone(NETWORK)).fit(SERIES[:90])
    expected.estimator.set_params(warm_start=True)
    found, expected = (own.forecast(2, level=0.5) for own in (model, expected.fit(SERIES)))
    pd.testing.assert_frame_equal(found, expected)
    assert (tmp_path / "a").read_bytes() == written
