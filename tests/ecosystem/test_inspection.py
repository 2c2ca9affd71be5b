"""What a fitted pipeline of rows has learned from which column, and how it shows itself."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.feature_selection import RFE, SequentialFeatureSelector
from sklearn.inspection import PartialDependenceDisplay, partial_dependence, permutation_importance
from sklearn.model_selection import cross_val_score
from sklearn.utils import check_random_state, estimator_html_repr

from sklstm import SequenceWindower

NO_THREE_AXES = "dim 3|3 dimension"


@pytest.fixture
def fitted(pairs, forecaster):
    X, y = pairs
    return forecaster.fit(X[:120], y[:120])


def named_windows(X, **options):
    windower = SequenceWindower(5, **options).set_output(transform="pandas")
    return windower.fit_transform(X)


def test_permutation_importance_of_columns(pairs, fitted):
    X, y = pairs[0][120:], pairs[1][120:]
    found = permutation_importance(fitted, X, y, n_repeats=3, random_state=0)
    score = fitted.score(X, y)
    seed = check_random_state(0).randint(np.iinfo(np.int32).max + 1)
    for k, name in enumerate(X.columns):
        state, order, mixed = np.random.RandomState(seed), np.arange(len(X)), X
        for repeat in range(3):
            state.shuffle(order)
            mixed = mixed.assign(**{name: mixed[name].to_numpy()[order]})
            by_hand = score - fitted.score(mixed, y)
            assert found.importances[k, repeat] == pytest.approx(by_hand, abs=1e-12)
    wave, noise = found.importances_mean
    assert wave > 0.5 > 10 * abs(noise)


def test_permutation_importance_of_steps(pairs, windows, regressor):
    X, y = pairs
    steps = named_windows(X[["wave"]], pad="edge")
    model = clone(regressor).fit(steps, y)
    found = permutation_importance(model, steps, y, n_repeats=3, random_state=0)
    assert steps.columns[found.importances_mean.argmax()] == "wave@t-0"
    missing = named_windows(X)
    with pytest.raises(ValueError, match="only partly NaN"):  # which a shuffled column is
        permutation_importance(clone(regressor).fit(missing, y), missing, y)
    with pytest.raises(ValueError, match=NO_THREE_AXES):
        permutation_importance(clone(regressor).fit(windows, y), windows, y)


def test_partial_dependence_on_a_column(pairs, fitted):
    X = pairs[0][120:]
    found = partial_dependence(fitted, X, ["wave"], grid_resolution=5)
    by_hand = [fitted.predict(X.assign(wave=value)).mean() for value in found["grid_values"][0]]
    np.testing.assert_allclose(found["average"][0], by_hand)
    assert np.isfinite(by_hand).all()


def test_partial_dependence_on_a_step(pairs, windows, regressor):
    X, y = pairs
    steps = named_windows(X)
    model = clone(regressor).fit(steps, y)
    found = partial_dependence(model, steps, ["wave@t-0"], grid_resolution=5)
    values = found["grid_values"][0]
    by_hand = [model.predict(steps.assign(**{"wave@t-0": value})).mean() for value in values]
    np.testing.assert_allclose(found["average"][0], by_hand)
    assert (np.diff(by_hand) > 0).all()  # the higher the newest value, the higher the next ones
    with pytest.raises(ValueError, match=NO_THREE_AXES):
        partial_dependence(clone(regressor).fit(windows, y), windows, [0])


def test_partial_dependence_is_drawn(pairs, fitted):
    from matplotlib import pyplot

    X = pairs[0][120:]
    display = PartialDependenceDisplay.from_estimator(fitted, X, ["wave"], grid_resolution=5)
    expected = partial_dependence(fitted, X, ["wave"], grid_resolution=5)["average"]
    np.testing.assert_array_equal(display.lines_[0, 0].get_ydata(), expected[0])
    pyplot.close(display.figure_)


def test_columns_are_selected_one_after_the_other(pairs, folds, forecaster):
    X, y = pairs
    chosen = SequentialFeatureSelector(forecaster, n_features_to_select=1, cv=folds).fit(X, y)
    assert chosen.get_feature_names_out().tolist() == ["wave"]
    scores = [
        cross_val_score(forecaster, X[[name]].to_numpy(), y, cv=folds).mean() for name in X.columns
    ]
    assert X.columns[np.argmax(scores)] == "wave"


def test_columns_are_eliminated_by_their_weights(pairs, forecaster):
    X, y = pairs
    with pytest.raises(ValueError, match="should have `coef_` or `feature_importances_`"):
        RFE(forecaster).fit(X, y)

    def size_of_weights(pipeline):
        return np.abs(pipeline[-1].weights_["layer0_forward_input"]).sum(axis=0)

    chosen = RFE(forecaster, n_features_to_select=1, importance_getter=size_of_weights).fit(X, y)
    weights = size_of_weights(clone(forecaster).fit(X, y))
    assert chosen.ranking_[weights.argmax()] == 1
    by_hand = clone(forecaster).fit(X.to_numpy()[:, chosen.support_], y)
    expected = by_hand.predict(X.to_numpy()[:, chosen.support_])
    np.testing.assert_array_equal(chosen.predict(X), expected)


def test_steps_of_windows_cannot_be_selected(pairs, windows, regressor):
    X, y = pairs
    with pytest.raises(ValueError, match=NO_THREE_AXES):
        SequentialFeatureSelector(regressor).fit(windows, y)
    named = named_windows(X, pad="edge")
    with pytest.raises(ValueError, match="not a complete set"):
        clone(regressor).fit(named[["wave@t-4", "wave@t-0", "noise@t-0"]], y)


def test_html_shows_parameters_and_state(pairs, forecaster):
    name = type(forecaster[-1]).__name__
    before = estimator_html_repr(forecaster)
    for word in ("SequenceWindower", name, "lookback", "max_epochs", "Not fitted"):
        assert word in before
    after = forecaster.fit(*pairs)._repr_html_()
    assert "Not fitted" not in after
    for word in ("loss_curve_", "stop_reason_", "wave@t-4", "noise@t-0"):
        assert word in after
        assert word not in before
    assert "loss_curve_" in forecaster[-1]._repr_html_()
