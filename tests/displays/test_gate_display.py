import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import (
    BiLSTMRegressor,
    GRUClassifier,
    LSTMRegressor,
    RNNRegressor,
    SequenceWindower,
)
from sklstm.displays import GateDisplay

RNG = np.random.default_rng(0)
X = 50 + RNG.normal(size=(40, 9, 2)).cumsum(axis=1)
X[0, :3] = np.nan
Y = X[:, -1, 0]


def titles(display):
    return [axes.get_title(loc="left") for axes in display.axes_]


@pytest.mark.parametrize(
    ("network", "names"),
    [
        (
            LSTMRegressor(5, max_epochs=1),
            ["Input gate", "Forget gate", "Output gate", "Candidate", "Cell state", "Hidden state"],
        ),
        (
            GRUClassifier(5, max_epochs=1),
            ["Reset gate", "Update gate", "Candidate", "Hidden state"],
        ),
        (RNNRegressor(5, max_epochs=1), ["Hidden state"]),
    ],
)
def test_draws_every_gate_below_the_window(network, names, is_tidy):
    network.fit(X, Y > 50 if isinstance(network, GRUClassifier) else Y)
    display = GateDisplay.from_estimator(network, X[:1])
    assert titles(display) == ["Input", *names]
    gates = network.gate_activations(X[:1])["layer0_forward"]
    for mesh, (name, values) in zip(display.heatmaps_, gates.items(), strict=True):
        drawn = np.ma.getdata(mesh.get_array()).reshape(values.shape[2], -1)
        np.testing.assert_array_equal(drawn, values[0].T)
        np.testing.assert_array_equal(display.gates[name], values[0])
        missing = np.ma.getmaskarray(mesh.get_array()).reshape(drawn.shape)
        np.testing.assert_array_equal(missing.all(axis=0), np.arange(9) < 3)
    assert display.unit_lines_ == []
    assert {axes.get_xlim() for axes in display.axes_} == {(-8.5, 0.5)}
    assert is_tidy(display.figure_)


@pytest.mark.parametrize("differencing", ["always", "never"])
def test_several_features_are_drawn_as_they_are_read_and_one_as_it_is(differencing):
    network = LSTMRegressor(3, differencing=differencing, max_epochs=1).fit(X, Y)
    display = GateDisplay.from_estimator(network, X[1:2])
    center = X[1, 0] if differencing == "always" else network.feature_mean_
    expected = (X[1] - center) / network.feature_scale_
    for line, values in zip(display.input_lines_, expected.T, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), np.arange(-8, 1))
        np.testing.assert_allclose(line.get_ydata(), values)
    one = LSTMRegressor(3, max_epochs=1).fit(X[:, :, 0], Y)
    display = GateDisplay.from_estimator(one, X[1:2, :, 0])
    np.testing.assert_array_equal(display.input_lines_[0].get_ydata(), X[1, :, 0])


def test_layer_and_direction_are_chosen(is_tidy):
    network = BiLSTMRegressor([3, 7], max_epochs=1).fit(X, Y)
    gates = network.gate_activations(X[2:3])
    display = GateDisplay.from_estimator(network, X[2:3], layer=1, direction="backward")
    np.testing.assert_array_equal(display.gates["hidden"], gates["layer1_backward"]["hidden"][0])
    assert display.gates["hidden"].shape == (9, 7)
    assert "layer 1, backward" in display.axes_[-1].get_xlabel()
    assert is_tidy(display.figure_)


def test_units_are_drawn_as_lines(is_tidy):
    network = LSTMRegressor(5, max_epochs=1).fit(X, Y)
    display = GateDisplay.from_estimator(network, X[:1], unit=[4, 1])
    assert display.heatmaps_ == []
    for lines, values in zip(display.unit_lines_, display.gates.values(), strict=True):
        assert [line.get_label() for line in lines] == ["unit 4", "unit 1"]
        np.testing.assert_array_equal(lines[0].get_ydata(), values[:, 4])
        np.testing.assert_array_equal(lines[1].get_ydata(), values[:, 1])
    assert is_tidy(display.figure_)
    display = GateDisplay.from_estimator(network, X[:1], unit=np.int64(2))
    assert [len(lines) for lines in display.unit_lines_] == [1] * 6


def test_features_of_flat_frames_keep_their_names():
    series = pd.DataFrame(X[:, -1], columns=["open", "close"])
    flat = SequenceWindower(4).set_output(transform="pandas").fit_transform(series)
    network = LSTMRegressor(3, max_epochs=1).fit(flat, Y)
    display = GateDisplay.from_estimator(network, flat[10:11])
    assert [line.get_label() for line in display.input_lines_] == ["open", "close"]
    network.fit(flat[["open@t-0"]], Y)
    display = GateDisplay.from_estimator(network, flat[["open@t-0"]][10:11])
    assert display.ax_.get_ylabel() == "open"


def test_a_pipeline_draws_the_window_of_its_newest_row_by_the_names_of_the_frame():
    rows = pd.DataFrame(X[:, -1], columns=["open", "close"])
    model = make_pipeline(SequenceWindower(4, pad="edge"), LSTMRegressor(3, max_epochs=1))
    model.fit(rows, Y)
    display = GateDisplay.from_estimator(model, rows[:20])
    windows = model[:-1].transform(rows[:20])
    expected = model[-1].gate_activations(windows[-1:])["layer0_forward"]["forget"][0]
    np.testing.assert_array_equal(display.gates["forget"], expected)
    assert [line.get_label() for line in display.input_lines_] == ["open", "close"]
    named = GateDisplay.from_estimator(model, rows[:20], feature_names=["Open", "Close"])
    assert [line.get_label() for line in named.input_lines_] == ["Open", "Close"]
    search = GridSearchCV(model, {"lstmregressor__hidden_size": [2]}, cv=2).fit(rows, Y)
    assert GateDisplay.from_estimator(search, rows).gates["cell"].shape == (4, 2)


def test_more_features_and_units_than_colours_are_rows_with_names(is_tidy):
    wide = np.random.default_rng(1).normal(size=(30, 6, 12))
    names = [f"sensor {k}" for k in range(12)]
    network = LSTMRegressor(20, max_epochs=1).fit(wide, wide[:, -1, 0])
    display = GateDisplay.from_estimator(
        network, wide[:1], unit=list(range(3, 15)), feature_names=names
    )
    assert display.input_lines_ == display.unit_lines_ == []
    drawn = display.input_heatmap_.get_array().reshape(12, 6)
    np.testing.assert_allclose(drawn, display.inputs.T)
    shown = [tick.get_text() for tick in display.ax_.get_yticklabels()]
    assert shown == names
    meshes = dict(zip(display.gates, display.heatmaps_, strict=True))
    forget = meshes["forget"].get_array().reshape(12, 6)
    np.testing.assert_array_equal(forget, display.gates["forget"][:, 3:15].T)
    assert display.axes_[1].get_yticklabels()[0].get_text() == "3"
    assert is_tidy(display.figure_)


def test_a_search_has_its_best_network_drawn():
    search = GridSearchCV(LSTMRegressor(max_epochs=1), {"hidden_size": [3]}, cv=2).fit(X, Y)
    assert GateDisplay.from_estimator(search, X[:1]).gates["cell"].shape == (9, 3)


def test_looks_and_axes_are_the_users(is_tidy):
    import matplotlib.pyplot as plt

    network = RNNRegressor(3, max_epochs=1).fit(X, Y)
    figure, (_, ax) = plt.subplots(1, 2, figsize=(12, 4))
    display = GateDisplay.from_estimator(
        network, X[:1], ax=ax, heatmap_kw={"cmap": "viridis"}, input_kw={"c": "red"}
    )
    assert display.figure_ is figure
    assert display.heatmaps_[0].get_cmap().name == "viridis"
    assert {line.get_color() for line in display.input_lines_} == {"red"}
    assert display.axes_[0].get_position().x0 > 0.5
    assert is_tidy(figure)
    display.plot(unit=0, line_kw={"ls": ":"})
    assert display.unit_lines_[0][0].get_linestyle() == ":"
    assert display.figure_ is not figure
    with pytest.raises(ValueError, match="ax must be axes of a grid"):
        display.plot(ax=plt.figure().add_axes((0, 0, 1, 1)))


def test_clear_errors():
    network = LSTMRegressor(5, max_epochs=1)
    with pytest.raises(NotFittedError):
        GateDisplay.from_estimator(network, X[:1])
    network.fit(X, Y)
    with pytest.raises(ValueError, match=r"one window, got 40 of them, shape \(40, 9, 2\)"):
        GateDisplay.from_estimator(network, X)
    with pytest.raises(ValueError, match=r"layer=2.*which has layer0_forward\."):
        GateDisplay.from_estimator(network, X[:1], layer=2)
    with pytest.raises(ValueError, match=r"direction='backward' is not in the network"):
        GateDisplay.from_estimator(network, X[:1], direction="backward")
    for unit in (5, [0, -1], ["a"], []):
        with pytest.raises(ValueError, match="one or several of the units 0 to 4"):
            GateDisplay.from_estimator(network, X[:1], unit=unit)
    with pytest.raises(ValueError, match="X has 1 features"):
        GateDisplay.from_estimator(network, X[:1, :, :1])
    with pytest.raises(TypeError, match="takes a fitted recurrent estimator.* got Ridge"):
        GateDisplay.from_estimator(Ridge().fit(X[1:, :, 0], Y[1:]), X[:1])
    with pytest.raises(TypeError, match="got LSTMRegressor"):
        GateDisplay.from_estimator(LSTMRegressor, X[:1])
    with pytest.raises(ValueError, match="a name for each of the 2 features, got 1"):
        GateDisplay.from_estimator(network, X[:1], feature_names=["open"])
    plain = make_pipeline(StandardScaler(), Ridge()).fit(X[1:, :, 0], Y[1:])
    with pytest.raises(TypeError, match="or a pipeline that ends in one, got Pipeline"):
        GateDisplay.from_estimator(plain, X[1:, :, 0])
    with pytest.raises(NotFittedError):
        GateDisplay.from_estimator(make_pipeline(LSTMRegressor()), X[:1])


def test_says_that_matplotlib_is_missing(no_matplotlib):
    network = RNNRegressor(3, max_epochs=1).fit(X, Y)
    with pytest.raises(ImportError, match=r"GateDisplay.from_estimator requires matplotlib"):
        GateDisplay.from_estimator(network, X[:1])
    with pytest.raises(ImportError, match=r"GateDisplay.plot requires matplotlib"):
        GateDisplay(gates={"hidden": np.zeros((2, 1))}, inputs=np.zeros((2, 1))).plot()
