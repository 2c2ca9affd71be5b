"""Transformers of scikit-learn before the windower, and frames from end to end."""

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion, make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, StandardScaler

from sklstm import (
    ExponentialSmoother,
    GRURegressor,
    LagFeatures,
    SequenceEncoder,
    SequenceWindower,
    WindowScaler,
)

TRAIN, NEW = slice(0, 120), slice(120, None)


def windows_by_hand(*columns):
    """Windows of the new rows, cut from all rows at once."""
    return SequenceWindower(5).fit_transform(np.column_stack(columns))[NEW]


@pytest.fixture
def two_ways():
    """One transformer for each column; the index of the rows goes on behind it."""
    parts = [("smooth", ExponentialSmoother(0.5), ["wave"]), ("scale", StandardScaler(), ["noise"])]
    return ColumnTransformer(parts)


def test_columns_transformed_each_its_own_way(pairs, two_ways, regressor):
    X, y = pairs
    two_ways.set_output(transform="pandas")
    model = make_pipeline(two_ways, SequenceWindower(5), regressor).fit(X[TRAIN], y[TRAIN])
    smooth = ExponentialSmoother(0.5).fit_transform(X[["wave"]])
    scaled = StandardScaler().fit(X[["noise"]][TRAIN]).transform(X[["noise"]])
    expected = windows_by_hand(smooth, scaled)
    np.testing.assert_allclose(model[:-1].transform(X[NEW]), expected)
    np.testing.assert_array_equal(model.predict(X[NEW]), model[-1].predict(expected))
    assert model.score(X[121:], y[121:]) > 0.6


def test_columns_without_an_index_have_no_context(pairs, two_ways):
    X = pairs[0]
    model = make_pipeline(two_ways, SequenceWindower(5)).fit(X[TRAIN])
    assert np.isnan(model.transform(X[NEW])[0, :4]).all()


def test_features_side_by_side(pairs, regressor):
    X, y = pairs
    before = FunctionTransformer(lambda X: X.shift(1).bfill(), feature_names_out="one-to-one")
    both = make_union("passthrough", ExponentialSmoother(0.5), before)
    both.set_output(transform="pandas")
    model = make_pipeline(both, SequenceWindower(5), regressor).fit(X[TRAIN], y[TRAIN])
    smooth = ExponentialSmoother(0.5).fit_transform(X)
    windows = model[:-1].transform(X[NEW])
    np.testing.assert_allclose(windows[:, :, :4], windows_by_hand(X, smooth))
    assert windows.shape == (38, 5, 6)
    assert model.score(X[121:], y[121:]) > 0.6


def test_windowers_side_by_side_give_one_window(pairs, regressor):
    X, y = pairs
    parts = [("a", SequenceWindower(3), ["wave"]), ("b", SequenceWindower(3), ["noise"])]
    apart = ColumnTransformer(parts)
    with pytest.raises(ValueError, match="'a' transformer should be 2D"):
        apart.fit_transform(X)
    apart.set_output(transform="pandas")
    together = SequenceWindower(3).fit_transform(X)
    expected = clone(regressor).fit(together, y).predict(together)
    model = make_pipeline(apart, clone(regressor)).fit(X, y)
    assert model[-1].window_shape_ == (3, 2)
    np.testing.assert_array_equal(model.predict(X), expected)
    apart.set_params(b__lookback=2)
    with pytest.raises(ValueError, match="not a complete set"):
        model.fit(X, y)


@pytest.mark.parametrize(
    "selector", [PCA(1), SelectKBest(f_regression, k=1)], ids=["PCA", "SelectKBest"]
)
def test_fewer_columns(pairs, selector, regressor):
    X, y = pairs
    model = make_pipeline(selector, SequenceWindower(5), regressor).fit(X[TRAIN], y[TRAIN])
    column = clone(selector).fit(X[TRAIN], y[TRAIN]).transform(X)
    windows = SequenceWindower(5).fit(column[TRAIN]).transform(column[NEW])
    np.testing.assert_array_equal(model.predict(X[NEW]), model[-1].predict(windows))
    assert model[-1].window_shape_ == (5, 1)
    best = clone(regressor).fit(windows, y[NEW])
    assert best.score(windows, y[NEW]) > 0.6


def test_bins_before_the_windower(pairs, windows, regressor):
    X, y = pairs
    bins = KBinsDiscretizer(4, encode="onehot-dense", quantile_method="averaged_inverted_cdf")
    model = make_pipeline(bins, SequenceWindower(5), regressor).fit(X, y)
    expected = SequenceWindower(5).fit_transform(clone(bins).fit_transform(X))
    np.testing.assert_array_equal(model[:-1].transform(X), expected)
    assert set(np.unique(expected[4:])) == {0, 1}
    assert model.score(X, y) > 0.5
    with pytest.raises(ValueError, match="Found array with dim 3"):
        bins.fit(windows)
    with pytest.raises(ValueError, match="contains NaN"):
        bins.fit(windows[:, :, 0])
    sparse = make_pipeline(clone(bins).set_params(encode="onehot"), SequenceWindower(5))
    with pytest.raises(TypeError, match="Sparse data was passed"):
        sparse.fit(X)


def test_a_scaler_of_tables_does_not_take_windows(pairs):
    with pytest.raises(ValueError, match="Found array with dim 3"):
        make_pipeline(SequenceWindower(5), StandardScaler()).fit(pairs[0])
    local = make_pipeline(SequenceWindower(5), WindowScaler("standard"))
    assert np.nanmax(np.abs(np.nanmean(local.fit_transform(pairs[0]), axis=1))) < 1e-9


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_whole_pipeline_gives_the_same_with_frames(pairs, library):
    X, y = pairs
    model = make_pipeline(
        StandardScaler(),
        ExponentialSmoother(0.5, context="always"),  # polars has no index, as NumPy
        SequenceWindower(5, context="always"),
        WindowScaler("minmax"),
        GRURegressor(4, max_epochs=3, random_state=0),
    )
    expected = clone(model).fit(X[TRAIN], y[TRAIN]).predict(X[NEW])
    with config_context(transform_output=library):
        model.fit(X[TRAIN], y[TRAIN])
        np.testing.assert_allclose(model.predict(X[NEW]), expected, rtol=1e-6)
        frame = model[:-1].transform(X[NEW])
    assert type(frame).__module__.startswith(library)
    assert list(frame.columns) == list(model[:-1].get_feature_names_out())
    assert list(frame.columns)[0] == "wave@t-4"
    assert model[-1].window_shape_ == (5, 2)


@pytest.mark.parametrize(
    "step",
    [
        WindowScaler("minmax"),
        LagFeatures([1, 3], ahead=1),
        SequenceEncoder(GRURegressor(3, max_epochs=1, random_state=0)),
    ],
    ids=lambda step: type(step).__name__,
)
def test_columns_have_the_same_names_whether_windows_are_arrays_or_frames(pairs, step):
    X, y = pairs
    as_frames = make_pipeline(SequenceWindower(5, pad="edge"), clone(step))
    as_frames.set_output(transform="pandas")
    expected = list(as_frames.fit_transform(X, y).columns)
    as_arrays = make_pipeline(SequenceWindower(5, pad="edge"), clone(step)).fit(X, y)
    assert list(as_arrays.get_feature_names_out()) == expected
    assert list(as_frames.get_feature_names_out()) == expected
    if not isinstance(step, WindowScaler):  # whose windows have three axes
        beside = make_column_transformer((clone(as_arrays), ["wave", "noise"])).fit(X, y)
        assert list(beside.get_feature_names_out()) == [f"pipeline__{name}" for name in expected]
    with pytest.raises(ValueError, match="number of features"):
        as_arrays[-1].get_feature_names_out(["wave@t-1", "noise@t-1", "wave@t-0"])


def test_a_frame_keeps_the_index_through_scikit_learns_own(pairs):
    X, y = pairs
    with config_context(transform_output="pandas"):
        model = make_pipeline(StandardScaler(), SequenceWindower(5)).fit(X[TRAIN])
        frame = model.transform(X[NEW])
    pd.testing.assert_index_equal(frame.index, X.index[NEW])
    scaled = StandardScaler().fit(X[TRAIN]).transform(X)
    expected = windows_by_hand(scaled).reshape(38, -1)
    np.testing.assert_allclose(frame.to_numpy(), expected)  # context reaches back


def test_polars_has_no_index_and_so_no_context(pairs):
    X = pairs[0]
    with config_context(transform_output="polars"):
        model = make_pipeline(StandardScaler(), SequenceWindower(5)).fit(X[TRAIN])
        first = model.transform(X[NEW]).to_numpy()[0]
    assert np.isnan(first[:-2]).all()
    assert np.isfinite(first[-2:]).all()


@pytest.mark.parametrize("transformer", [ExponentialSmoother(), WindowScaler(window_size=9)])
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_set_output_of_one_transformer(pairs, transformer, library):
    X = pairs[0]
    plain = clone(transformer).fit_transform(X.to_numpy())
    frame = clone(transformer).set_output(transform=library).fit_transform(X)
    assert type(frame).__module__.startswith(library)
    assert list(frame.columns) == ["wave", "noise"]
    np.testing.assert_array_equal(frame.to_numpy(), plain)
    array = clone(transformer).set_output(transform="default").fit_transform(X.to_numpy())
    np.testing.assert_array_equal(array, plain)


def test_a_union_of_smoothers_inside_a_search_space(pairs, folds, regressor):
    X, y = pairs
    union = FeatureUnion([("raw", "passthrough"), ("smooth", ExponentialSmoother())])
    model = make_pipeline(union, SequenceWindower(5), regressor)
    grid = {"featureunion__smooth": [ExponentialSmoother(0.5), "drop"]}
    search = GridSearchCV(model, grid, cv=folds).fit(X, y)
    without = make_pipeline(SequenceWindower(5), regressor)
    dropped = search.cv_results_["mean_test_score"][1]
    assert dropped == cross_val_score(without, X.to_numpy(), y, cv=folds).mean()
