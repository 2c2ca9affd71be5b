import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline

from sklstm import Forecaster, GRUClassifier, LSTMRegressor, SequenceWindower, WindowScaledRegressor
from sklstm.displays import LossCurveDisplay

X = 10 + np.random.default_rng(0).normal(size=(120, 5, 1)).cumsum(axis=1)
Y = X.mean(axis=(1, 2))


@pytest.fixture(scope="module")
def stopped():
    """A network that stopped early."""
    network = LSTMRegressor(
        4, differencing="never", early_stopping=True, n_iter_no_change=2, learning_rate=0.05,
        random_state=0,
    )  # fmt: skip
    return network.fit(X, Y)


def test_draws_what_the_network_remembers(stopped, is_tidy):
    display = LossCurveDisplay.from_estimator(stopped)
    epochs = np.arange(1, stopped.n_iter_ + 1)
    np.testing.assert_array_equal(display.training_line_.get_xdata(), epochs)
    np.testing.assert_array_equal(display.training_line_.get_ydata(), stopped.loss_curve_)
    validation = display.validation_line_.get_ydata()
    np.testing.assert_array_equal(validation, -np.array(stopped.validation_scores_))
    (best,), (loss,) = display.best_line_.get_data()
    assert display.best_epoch == best == np.argmin(validation) + 1
    assert loss == -stopped.best_validation_score_ == validation.min()
    assert stopped.stop_reason_ == "validation_score"
    assert display.stop_line_.get_xdata()[0] == stopped.n_iter_
    words = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert f"Stopped after epoch {stopped.n_iter_}: validation loss no longer fell" in words
    assert display.ax_.get_ylabel() == "Mean squared error (variances of the target)"
    assert is_tidy(display.figure_)


def test_without_validation_there_is_no_best_epoch(is_tidy):
    display = LossCurveDisplay.from_estimator(LSTMRegressor(3, max_epochs=1).fit(X, Y))
    assert display.validation_line_ is display.best_line_ is display.best_epoch is None
    assert "max_epochs reached" in display.stop_line_.get_label()
    assert is_tidy(display.figure_)


@pytest.mark.parametrize(
    ("loss", "unit"),
    [
        ("absolute_error", "standard deviations of the target"),
        ("huber", "standard deviations of the target"),
        ("quantile", "standard deviations of the target"),
    ],
)
def test_the_axis_says_which_loss_in_which_unit(loss, unit):
    for differencing, what in (
        ("never", unit),
        ("always", unit.replace("target", "target's changes")),
    ):
        network = LSTMRegressor(3, loss=loss, differencing=differencing, max_epochs=2).fit(X, Y)
        label = LossCurveDisplay.from_estimator(network).ax_.get_ylabel()
        assert what in label.replace("\n", " ")
        assert ("changes" in label) == (differencing == "always")


def test_a_classifier_has_a_log_loss():
    network = GRUClassifier(3, max_epochs=2).fit(X, Y > 10)
    assert LossCurveDisplay.from_estimator(network).ax_.get_ylabel() == "Log loss (nats)"


def test_the_network_is_found_inside_others(stopped):
    series = X[:, -1]
    network = LSTMRegressor(3, max_epochs=2, random_state=0)
    pipeline = make_pipeline(SequenceWindower(3), network)
    grid = {"lstmregressor__hidden_size": [2]}
    search = GridSearchCV(pipeline, grid, cv=TimeSeriesSplit(2)).fit(series, Y)
    scaled = make_pipeline(SequenceWindower(3), WindowScaledRegressor(network)).fit(series, Y)
    forecaster = Forecaster(network, lookback=3, calibration_size=None, scaling=None).fit(series)
    for around, inside in [
        (search, search.best_estimator_[-1]),
        (search.best_estimator_, search.best_estimator_[-1]),
        (scaled, scaled[-1].regressor_),
        (forecaster, forecaster.estimator_),
        (FrozenEstimator(stopped), stopped),
    ]:
        display = LossCurveDisplay.from_estimator(around)
        np.testing.assert_array_equal(display.training_loss, inside.loss_curve_)


def test_going_on_leaves_gaps_where_nothing_was_held_back():
    network = LSTMRegressor(3, max_epochs=2, warm_start=True, random_state=0).fit(X, Y)
    network.set_params(early_stopping=True).fit(X, Y)
    display = LossCurveDisplay.from_estimator(network)
    assert np.isnan(display.validation_loss[:2]).all()
    assert np.isfinite(display.validation_loss[2:]).all()
    assert display.best_epoch in (3, 4, None)


def test_curves_of_any_origin():
    display = LossCurveDisplay.from_curves(
        [3, 2, 1], [3, 1.5, 2], stop_reason="patience", loss_name="Loss (kWh)"
    )
    assert display.best_epoch == 2
    assert display.stop_line_.get_label() == "Stopped after epoch 3: patience"
    assert display.ax_.get_ylabel() == "Loss (kWh)"
    display = LossCurveDisplay.from_curves([3, 2, 1])
    assert display.stop_line_ is display.best_line_ is None


def test_looks_and_axes_are_the_users(stopped):
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    display = LossCurveDisplay.from_estimator(
        stopped,
        ax=ax,
        log_scale=True,
        training_kw={"c": "red", "lw": 3},
        validation_kw={"ls": "-"},
        best_kw={"marker": "x"},
        stop_kw={"color": "blue"},
    )
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert ax.get_yscale() == "log"
    assert display.training_line_.get_color() == "red"
    assert display.validation_line_.get_linestyle() == "-"
    assert display.best_line_.get_marker() == "x"
    assert display.stop_line_.get_color() == "blue"
    assert display.plot() is display
    assert display.ax_ is not ax


def test_clear_errors(stopped):
    with pytest.raises(NotFittedError):
        LossCurveDisplay.from_estimator(LSTMRegressor())
    with pytest.raises(NotFittedError):
        LossCurveDisplay.from_estimator(make_pipeline(SequenceWindower(), LSTMRegressor()))
    takes = "from_estimator takes a fitted recurrent estimator"
    with pytest.raises(TypeError, match=f"{takes}.* got Ridge"):
        LossCurveDisplay.from_estimator(Ridge().fit(X[:, :, 0], Y))
    with pytest.raises(TypeError, match=f"{takes}.* got the class LSTMRegressor"):
        LossCurveDisplay.from_estimator(LSTMRegressor)
    with pytest.raises(TypeError, match=f"{takes}.* got list"):
        LossCurveDisplay.from_estimator(stopped.loss_curve_)
    # Its scores are no losses.
    network = MLPRegressor(hidden_layer_sizes=[2], max_iter=5000, random_state=0)
    with pytest.raises(TypeError, match="got MLPRegressor"):
        LossCurveDisplay.from_estimator(network.fit(X[:20, :, 0], Y[:20] - 10))
    with pytest.raises(ValueError, match="each of the 3 epochs of training_loss, got 2"):
        LossCurveDisplay.from_curves([3, 2, 1], [1, 2])
    with pytest.raises(ValueError, match=r"training_loss must be of shape \(n_epochs,\)"):
        LossCurveDisplay.from_curves([])
    with pytest.raises(TypeError, match="ax must be matplotlib Axes or None, got str"):
        LossCurveDisplay.from_estimator(stopped, ax="upper")


def test_says_that_matplotlib_is_missing(stopped, no_matplotlib):
    with pytest.raises(ImportError, match=r"LossCurveDisplay.from_estimator requires matplotlib"):
        LossCurveDisplay.from_estimator(stopped)
    with pytest.raises(ImportError, match=r"LossCurveDisplay.from_curves requires matplotlib"):
        LossCurveDisplay.from_curves([1.0])
    with pytest.raises(ImportError, match=r"LossCurveDisplay.plot requires matplotlib"):
        LossCurveDisplay(training_loss=[1.0]).plot()
