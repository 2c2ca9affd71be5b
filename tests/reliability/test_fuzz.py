"""Whatever is handed over: an answer, or an error that users of scikit-learn know.

Nothing but ValueError, TypeError and NotFittedError comes out, NumPy warns of nothing, and an
estimator whose `fit` has failed is what it was before.
"""

import os
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.base import clone, is_classifier
from sklearn.linear_model import LogisticRegression, Ridge

import sklstm
from sklstm import Forecaster, GRURegressor, SequenceEncoder, WindowScaledRegressor

N_EXAMPLES = 2000 if os.environ.get("SKLSTM_FULL") == "1" else 15
fuzz = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=N_EXAMPLES,
    suppress_health_check=list(HealthCheck),
)
# Odd things warn while they are made; of what the package does `attempt` takes care.
pytestmark = pytest.mark.filterwarnings("ignore")

RNG = np.random.default_rng(0)
SERIES = RNG.normal(size=(14, 2)).cumsum(axis=0)
WINDOWS = RNG.normal(size=(14, 4, 2))
TARGETS = WINDOWS[:, -1, 0]
PANEL = pd.DataFrame({"a": SERIES[:, 0], "b": list("xy") * 7})

TINY = {"hidden_size": 2, "max_epochs": 1, "random_state": 0}
NETWORKS = [f"{cell}Classifier" for cell in ("BiLSTM", "GRU", "LSTM", "MinGRU", "RNN", "SLSTM")]
NETWORKS += [f"{cell}Regressor" for cell in ("BiLSTM", "GRU", "LSTM", "RNN")]
OF_WINDOWS = {name: getattr(sklstm, name)(**TINY) for name in NETWORKS} | {
    "LSTMRegressor-torch": sklstm.LSTMRegressor(engine="torch", **TINY),
    "LSTMRegressor-sequence": sklstm.LSTMRegressor(output="sequence", **TINY),
    "LSTMRegressor-stops": sklstm.LSTMRegressor(early_stopping=True, **TINY),
    "LSTMRegressor-patches": sklstm.LSTMRegressor(patch_size=3, pooling="mean", **TINY),
    "GRURegressor-normal": sklstm.GRURegressor(loss="normal", **TINY),
    "PersistenceRegressor": sklstm.PersistenceRegressor(season=2),
    "SMARegressor": sklstm.SMARegressor(3),
    "EMARegressor": sklstm.EMARegressor(),
    "SequenceEncoder": SequenceEncoder(GRURegressor(**TINY)),
    "SlicedClassifier": sklstm.SlicedClassifier(sklstm.GRUClassifier(**TINY), length=2),
    "SlicedClassifier-flat": sklstm.SlicedClassifier(LogisticRegression(), length=2),
    "SequenceClassifier": sklstm.SequenceClassifier(
        sklstm.GRUClassifier(**TINY), lengths=(1.0, 0.9), n_slices=2, cv=2
    ),
    "WindowScaledRegressor": WindowScaledRegressor(Ridge()),
    "WindowScaledRegressor-normal": WindowScaledRegressor(
        GRURegressor(loss="normal", **TINY), sklstm.WindowScaler("standard")
    ),
}
OF_SERIES = {
    "SequenceWindower": sklstm.SequenceWindower(3),
    "SequenceWindower-flat": sklstm.SequenceWindower(3, flatten=True, pad="edge"),
    "SequenceWindower-nan": sklstm.SequenceWindower(3, incomplete="nan"),
    "SequenceWindower-by": sklstm.SequenceWindower(3, by="b"),
    "ExponentialSmoother": sklstm.ExponentialSmoother(),
    "ExponentialSmoother-by": sklstm.ExponentialSmoother(by="b"),
    "CausalImputer": sklstm.CausalImputer(),
    "CausalImputer-decay": sklstm.CausalImputer("decay", limit=2, add_indicator=True),
    "CausalImputer-by": sklstm.CausalImputer(add_indicator=True, by="b"),
    "SeasonalAdjuster": sklstm.SeasonalAdjuster(3),
    "LagFeatures": sklstm.LagFeatures([1, 3], rolling={"mean": 2, "std": 3, "median": 2}),
    "LagFeatures-by": sklstm.LagFeatures([1, 3], pad="edge", by="b"),
    "SeasonalDifferencer": sklstm.SeasonalDifferencer(3),
    "WindowScaler": sklstm.WindowScaler(),
    "WindowScaler-standard": sklstm.WindowScaler("standard", window_size=3),
    "WindowScaler-last": sklstm.WindowScaler("last"),
    "WindowScaler-blocks": sklstm.WindowScaler("first", window_size=3, causal=False),
    "WindowScaler-by": sklstm.WindowScaler("standard", by="b"),
}


def targets_for(model):
    if is_classifier(model):
        return (TARGETS > 0).astype(int)
    return WINDOWS[:, :, 0] if getattr(model, "output", None) == "sequence" else TARGETS


def answers(model, X):
    method = "predict" if hasattr(model, "predict") else "transform"
    return np.asarray(getattr(model, method)(X))


class Fitted:
    """A fitted model that stays as it is through all fits that fail."""

    def __init__(self, model, X, y=None):
        self.model, self.X = clone(model).fit(X, y), X
        self.saved = pickle.dumps(self.model)
        self.expected = answers(self.model, X)

    def try_to_fit(self, attempt, *args, **kwargs):
        """Return the model if it could be fitted, None if not, and it is as before."""
        if attempt(self.model.fit, *args, **kwargs) is not None:
            fitted, self.model = self.model, pickle.loads(self.saved)
            return fitted
        np.testing.assert_array_equal(answers(self.model, self.X), self.expected)
        return None


@pytest.fixture(params=OF_WINDOWS, scope="module")
def of_windows(request):
    model = OF_WINDOWS[request.param]
    return Fitted(model, WINDOWS, targets_for(model))


@pytest.fixture(params=OF_SERIES, scope="module")
def of_series(request):
    model = OF_SERIES[request.param]
    return Fitted(model, SERIES if model.by is None else PANEL)


@fuzz
@given(data=st.data())
def test_windows_to_fit(of_windows, things, attempt, data):
    X = data.draw(things(WINDOWS), label="X")
    y = targets_for(of_windows.model)
    fitted = of_windows.try_to_fit(attempt, X, y)
    if fitted is not None:
        found = answers(fitted, X)  # what was good for fit is good for predict
        assert len(found) == len(y)
        assert np.isfinite(found).all() or getattr(fitted, "output", "") == "sequence"


@fuzz
@given(data=st.data())
def test_targets_and_weights_to_fit(of_windows, things, attempt, data):
    model = of_windows.model
    y = data.draw(things(targets_for(model)), label="y")
    weight = {}
    if hasattr(model, "max_epochs") and data.draw(st.booleans()):
        weight["sample_weight"] = data.draw(things(TARGETS), label="sample_weight")
    fitted = of_windows.try_to_fit(attempt, WINDOWS, y, **weight)
    if fitted is not None and np.asarray(y).dtype.kind in "biuf":
        assert np.isfinite(np.asarray(answers(fitted, WINDOWS), dtype=float)).all()


@fuzz
@given(data=st.data())
def test_windows_to_predict(of_windows, things, attempt, data):
    X = data.draw(things(WINDOWS), label="X")
    for name in ("predict", "predict_proba", "transform", "gate_activations"):
        if hasattr(of_windows.model, name):
            attempt(getattr(of_windows.model, name), X)
    if hasattr(of_windows.model, "score"):
        y = data.draw(things(targets_for(of_windows.model)), label="y")
        attempt(of_windows.model.score, WINDOWS, y)


@pytest.fixture(scope="module")
def with_distribution():
    return [
        clone(OF_WINDOWS[name]).fit(WINDOWS, TARGETS) for name in OF_WINDOWS if "normal" in name
    ]


@fuzz
@given(data=st.data())
def test_parameters_of_distributions(with_distribution, things, scalars, attempt, data):
    levels, scalar = data.draw(things(np.array([0.1, 0.9]))), data.draw(scalars)
    for model in with_distribution:
        for quantiles in (levels, scalar):
            attempt(model.predict_quantiles, WINDOWS, quantiles)
            attempt(model.predict_interval, WINDOWS, quantiles)
        if not isinstance(scalar, int) or scalar < 1000:  # so many draws take for ever
            attempt(model.sample, WINDOWS, scalar)
        attempt(model.sample, WINDOWS, 2, scalar)


@fuzz
@given(data=st.data())
def test_one_sample_after_the_other(things, attempt, data):
    model = GRURegressor(2, random_state=0)
    for _ in range(3):
        X, y = data.draw(things(WINDOWS[:1]), label="X"), data.draw(things(TARGETS[:1]), label="y")
        fitted = hasattr(model, "weights_")
        expected = model.predict(WINDOWS) if fitted and model.n_features_in_ == 2 else None
        if attempt(model.partial_fit, X, y) is None:
            assert hasattr(model, "weights_") == fitted
            if expected is not None:
                np.testing.assert_array_equal(model.predict(WINDOWS), expected)


@fuzz
@given(data=st.data())
def test_groups(things, attempt, data):
    model = GRURegressor(2, max_epochs=1, early_stopping=True, random_state=0)
    attempt(model.fit, WINDOWS, TARGETS, groups=data.draw(things(TARGETS), label="groups"))


@fuzz
@given(data=st.data())
def test_series_to_fit(of_series, things, attempt, data):
    X = data.draw(things(of_series.X), label="X")
    fitted = of_series.try_to_fit(attempt, X)
    if fitted is not None:
        assert len(fitted.transform(X)) == len(fitted.fit_transform(X)) == len(X)


@fuzz
@given(data=st.data())
def test_series_to_transform(of_series, things, attempt, data):
    X = data.draw(things(of_series.X), label="X")
    model = of_series.model
    attempt(model.transform, X)
    if hasattr(model, "inverse_transform"):
        attempt(model.inverse_transform, X)
    if hasattr(model, "statistics"):
        attempt(model.statistics, X)
        statistics = data.draw(things(SERIES), label="statistics")
        attempt(model.inverse_transform, of_series.X, statistics)
        attempt(model.inverse_transform, of_series.X, (statistics, statistics))
    attempt(model.get_feature_names_out, X)


@pytest.mark.parametrize("name", [*OF_WINDOWS, *OF_SERIES, "TextSequencer", "Forecaster"])
@fuzz
@given(data=st.data())
def test_parameters(name, scalars, attempt, data):
    others = {
        "TextSequencer": sklstm.TextSequencer(),
        "Forecaster": Forecaster(Ridge(), 2, scaling=None),
    }
    model = clone({**OF_WINDOWS, **OF_SERIES, **others}[name])
    parameter = data.draw(st.sampled_from(sorted(model.get_params(deep=False))))
    value = data.draw(scalars, label=parameter)
    if isinstance(value, int) and value > 30:
        return  # so many epochs or units take for ever, and are not wrong
    data_of = {"TextSequencer": [["a fine film", "not fine"]], "Forecaster": [SERIES]}
    if name in OF_WINDOWS:
        arguments = [WINDOWS, targets_for(model)]
    else:
        panel = getattr(model, "by", None) is not None
        arguments = data_of.get(name, [PANEL if panel else SERIES])
    model.set_params(**{parameter: value})
    before = set(vars(model))
    fitted = attempt(model.fit, *arguments)
    assert fitted is model or set(vars(model)) == before


@fuzz
@given(data=st.data())
def test_texts(things, attempt, data):
    X = data.draw(things(np.array(["a film", "b"])), label="X")
    model = sklstm.TextSequencer(level=data.draw(st.sampled_from(["word", "char"])))
    if attempt(model.fit, X) is None:
        assert not hasattr(model, "length_")
        model.fit(["a fine film", "not fine"])
    attempt(model.transform, X)
    attempt(model.inverse_transform, X)


@pytest.mark.parametrize("strategy", ["recursive", "direct"])
@fuzz
@given(data=st.data())
def test_forecaster(strategy, things, attempt, data):
    known = Forecaster(Ridge(), 2, 2, strategy, scaling=None).fit(SERIES, TABLE)
    expected = known.forecast(exog=TABLE[:4])
    series = data.draw(things(SERIES), label="series")
    exog = data.draw(st.none() | things(TABLE), label="exog")
    with_exog = {} if exog is None else {"exog": exog}
    for call in (known.fit, known.update, known.backtest, known.score):
        model = pickle.loads(pickle.dumps(known))
        if attempt(getattr(model, call.__name__), series, **with_exog) is None:
            pd.testing.assert_frame_equal(model.forecast(exog=TABLE[:4]), expected)
    attempt(known.forecast, 2, exog)
    attempt(known.forecast, data.draw(things(np.array(2))), TABLE[:6])
    attempt(known.forecast, 2, TABLE[:6], data.draw(things(np.array([0.5, 0.9]))))
    attempt(known.forecast, 2, TABLE[:6], series=exog)


TABLE = RNG.normal(size=(14, 1))


@fuzz
@given(data=st.data())
def test_functions(things, attempt, data):
    first, second, third = (data.draw(things(SERIES)) for _ in range(3))
    small = data.draw(things(np.array([1, 2])))
    attempt(sklstm.forecast_pairs, first)
    attempt(sklstm.forecast_pairs, first, small)
    attempt(sklstm.forecast_pairs, SERIES, 1, small)
    attempt(sklstm.forecast_pairs, first, 1, small, "b")
    attempt(sklstm.forecast_pairs, PANEL, small, "a", "b")
    error = sklstm.mean_absolute_scaled_error
    attempt(error, first, second, y_train=third)
    attempt(error, SERIES, SERIES, y_train=first)
    attempt(error, SERIES, SERIES, y_train=SERIES, sample_weight=first)
    attempt(error, SERIES, SERIES, y_train=SERIES, series=first, series_train=second)
    attempt(error, SERIES, SERIES, y_train=SERIES, multioutput=small, season=3)
    attempt(error, SERIES, SERIES, y_train=SERIES, season=small)
    split = sklstm.PanelTimeSeriesSplit(2).split
    attempt(lambda: list(split(first)))
    attempt(lambda: list(split(SERIES, groups=second)))
