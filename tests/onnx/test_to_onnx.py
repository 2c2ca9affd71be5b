"""Whole models: searches, pipelines, what is refused, and what is imported."""

import subprocess
import sys

import numpy as np
import onnxruntime
import pandas as pd
import pytest
import skl2onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sklstm import (
    ExponentialSmoother,
    Forecaster,
    LSTMClassifier,
    LSTMRegressor,
    SequenceWindower,
    SMARegressor,
    WindowScaler,
    forecast_pairs,
)
from sklstm.onnx import to_onnx

NETWORK = LSTMRegressor(hidden_size=8, max_epochs=2, random_state=0)


@pytest.fixture
def prices(rows):
    index = pd.date_range("2020-01-01", periods=len(rows))
    return pd.DataFrame(rows, columns=["open", "high", "low", "close"], index=index)


@pytest.fixture
def search(prices):
    X, y = forecast_pairs(prices, horizon=4, target="close")
    model = Pipeline(
        [
            ("smooth", ExponentialSmoother(alpha=0.5)),
            ("window", SequenceWindower(lookback=7)),
            ("lstm", NETWORK),
        ]
    )
    grid = {"window__lookback": [7, 14], "lstm__hidden_size": [4, 8]}
    folds = TimeSeriesSplit(n_splits=2, gap=3)
    return GridSearchCV(model, grid, cv=folds, scoring="neg_mean_absolute_error").fit(X, y)


def test_the_pipeline_that_a_search_has_found(search, prices, run, same):
    best = search.best_estimator_
    types = [("X", FloatTensorType([None, 4]))]
    graphs = [
        skl2onnx.to_onnx(best, initial_types=types),
        skl2onnx.to_onnx(search, initial_types=types),
        to_onnx(search),
        to_onnx(best, prices, target_opset=18),
    ]
    later = prices.set_index(prices.index + pd.Timedelta("9000D")).astype(np.float32)
    for graph in graphs:
        for n_rows in [300, 30, 3, 1]:
            expected = best.predict(later[:n_rows])
            (predicted,) = run(graph, later[:n_rows].to_numpy())
            same(predicted, expected, scale=prices["close"].std())


def test_the_graph_begins_without_context(search, prices, run):
    """As the estimator does with arrays; whoever gives the rows before has context."""
    new = prices.to_numpy(dtype=np.float32)[-60:]
    graph = to_onnx(search)
    with_rows_before, without = run(graph, new)[0][-1], run(graph, new[-1:])[0][-1]
    assert abs(with_rows_before - without) > 1e-4


def test_steps_of_scikit_learn_and_one_input_a_column(prices, run, same):
    model = make_pipeline(StandardScaler(), WindowScaler(window_size=20), SequenceWindower(5))
    model = make_pipeline(*[step for _, step in model.steps], NETWORK)
    X = prices.to_numpy(dtype=np.float32)
    model.fit(X, X[:, 3])
    expected = model.predict(X)
    same(run(to_onnx(model, X), X)[0], expected)
    columns = make_pipeline(*[step for _, step in model.steps[1:]])
    graph = to_onnx(columns, initial_types=[(n, FloatTensorType([None, 1])) for n in prices])
    scaled = model[0].transform(X).astype(np.float32)
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    inputs = {name: scaled[:, [k]] for k, name in enumerate(prices)}
    same(session.run(None, inputs)[0], expected)


def test_steps_that_do_nothing(rows, run, same):
    steps = [("scale", "passthrough"), ("window", SequenceWindower(4)), ("lstm", NETWORK)]
    model = Pipeline(steps).fit(rows, rows[:, 0])
    X = rows.astype(np.float32)
    same(run(to_onnx(model), X)[0], model.predict(X))


def test_beside_other_transformers(rows, agrees):
    columns = [
        ("smooth", ExponentialSmoother(), [0, 2]),
        ("scale", WindowScaler(), [1]),
        ("as_they_are", "passthrough", [3]),
    ]
    first = make_union(ColumnTransformer(columns), StandardScaler())
    model = make_pipeline(first, SequenceWindower(4), NETWORK).fit(rows, rows[:, 0])
    agrees(model, rows)


@pytest.mark.parametrize("last", [NETWORK, make_pipeline(SequenceWindower(4), NETWORK)])
def test_columns_of_a_frame_are_inputs_of_their_own(rows, last, same):
    """As of skl2onnx itself: columns by name, numbers and strings, in the order of the frame."""
    frame = pd.DataFrame(rows[:, :2], columns=["a", "b"])
    frame["day"] = np.resize(["mo", "tu", "we"], len(rows))
    columns = [
        ("numbers", StandardScaler(), ["b", "a"]),
        ("names", OneHotEncoder(sparse_output=False), ["day"]),
    ]
    model = make_pipeline(ColumnTransformer(columns), last).fit(frame, rows[:, 0])
    session = onnxruntime.InferenceSession(to_onnx(model, frame).SerializeToString())
    assert {i.name for i in session.get_inputs()} == {*frame}
    given = {name: frame[[name]].to_numpy() for name in frame}
    same(session.run(None, given)[0], model.predict(frame))


def test_rows_of_integers(rows, run, same):
    X = rows.astype(np.int64)
    model = make_pipeline(ExponentialSmoother(), SequenceWindower(4), NETWORK).fit(X, rows[:, 0])
    graph = to_onnx(model, initial_types=[("X", Int64TensorType([None, 4]))])
    same(run(graph, X)[0], model.predict(X))


def test_inside_an_ensemble(rows, agrees):
    windows = np.lib.stride_tricks.sliding_window_view(rows[:, 0], 5).copy()
    ensemble = VotingRegressor([("lstm", NETWORK), ("mean", SMARegressor(3))])
    agrees(ensemble.fit(windows, windows[:, -1]), windows)


def test_types_of_input(prices):
    def shape_of(model, X=None):
        dimensions = to_onnx(model, X).graph.input[0].type.tensor_type.shape.dim
        return [d.dim_value or None for d in dimensions]

    windows = np.zeros((5, 3, 2)) + np.arange(5)[:, np.newaxis, np.newaxis]
    of_windows = LSTMRegressor(2, max_epochs=1).fit(windows, np.arange(5))
    of_columns = LSTMRegressor(2, max_epochs=1).fit(windows[:, :, 0], np.arange(5))
    assert shape_of(SequenceWindower().fit(prices)) == [None, 4]
    assert shape_of(of_windows) == shape_of(of_windows, windows) == [None, None, 2]
    assert shape_of(of_columns) == shape_of(of_columns, windows[:, :, 0]) == [None, 3]
    assert shape_of(of_columns, windows[:, :, :1]) == [None, None, 1]
    with pytest.raises(ValueError, match="two or three axes"):
        to_onnx(of_windows, [1.0, 2.0])


def test_a_sample_with_its_columns_in_another_order_is_refused(prices):
    # A graph has no names of columns: it would take these for those of `fit`, without a word.
    model = make_pipeline(SequenceWindower(3), NETWORK).fit(prices, prices["close"])
    assert len(to_onnx(model, prices).graph.input) == 1
    for wrong, said in (
        (prices[["close", "open", "high", "low"]], "same order"),
        (prices.rename(columns={"open": "begin"}), "begin"),
    ):
        with pytest.raises(ValueError, match=said):
            model.predict(wrong)
        with pytest.raises(ValueError, match=said):
            to_onnx(model, wrong)


def refused(prices):
    """Yield a function that must fail, the error, and what it must say."""
    frame, y = prices.assign(name="A"), prices["close"]
    pipeline = make_pipeline(ExponentialSmoother(), SequenceWindower(3), NETWORK).fit(prices, y)

    def types(model, *shape):
        return skl2onnx.to_onnx(model, initial_types=[("X", FloatTensorType(list(shape)))])

    for make in [ExponentialSmoother, SequenceWindower, WindowScaler]:
        name = make.__name__
        by = make(by="name").fit(frame)
        always = make(context="always").fit(prices)
        yield lambda m=by: to_onnx(m), NotImplementedError, f"{name} with by='name'"
        yield lambda m=always: to_onnx(m), NotImplementedError, f"{name} with context='always'"
        yield lambda m=make: types(m(), None, 4), NotFittedError, name
        yield lambda m=make: types(m().fit(prices), None, 5), ValueError, "fitted on 4 .* has 5"
    forecaster = Forecaster(Ridge(), lookback=4, scaling=None).fit(y)
    yield lambda: to_onnx(forecaster), NotImplementedError, "Forecaster .*forecaster.estimator_"
    for make in [LSTMRegressor, LSTMClassifier, SMARegressor]:
        yield lambda m=make: types(m(), None, None, 4), NotFittedError, make.__name__
        yield lambda m=make: to_onnx(m()), NotFittedError, make.__name__
    yield lambda: types(pipeline[-1], None, 4), ValueError, r"windows.*\[None, None, 4\]"
    yield lambda: types(pipeline[-1], None, None, 3), ValueError, "holds 3 features a step"
    yield lambda: types(pipeline, None, None, 4), ValueError, "takes a series"
    yield lambda: to_onnx(pipeline, target_opset=15), ValueError, "target_opset=15 is too old"
    on_windows = WindowScaler().fit(np.ones((5, 3, 2)))
    yield lambda m=on_windows: types(m, None, 3), ValueError, "takes windows"
    on_windows = WindowScaler().fit(np.ones((5, 3, 1)))
    yield lambda m=on_windows: types(m, None, 3), ValueError, "fitted on windows"


def test_what_is_refused_is_named(prices):
    for convert, error, message in refused(prices):
        with pytest.raises(error, match=message):
            convert()


def test_importing_sklstm_imports_no_onnx():
    code = "import sys; from sklstm import *; print(sorted(m for m in sys.modules if 'onnx' in m))"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
