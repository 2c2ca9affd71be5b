"""True and False are no whole numbers, and no probabilities, wherever these are taken."""

import inspect
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn import config_context
from sklearn.linear_model import Ridge
from sklearn.utils import Bunch

import sklstm
from sklstm import (
    ForecastDisplay,
    Forecaster,
    GateDisplay,
    GRURegressor,
    LSTMLanguageModel,
    PanelTimeSeriesSplit,
    ReliabilityDisplay,
    ResidualDisplay,
    callbacks,
    forecast_pairs,
    metrics,
    model_selection,
)

WAVE = np.sin(np.arange(60) / 3)
X, Y = WAVE[:40].reshape(10, 4), WAVE[:10]
TRAINED = {"y_true": Y, "y_pred": Y + 1, "y_train": WAVE}
BOUNDS = {"y_true": Y, "lower": Y - 1, "upper": Y + 1}


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def fitted():
    network = GRURegressor(2, max_epochs=1, loss="normal", random_state=0).fit(X, Y)
    writer = LSTMLanguageModel(2, sequence_length=4, max_epochs=1, random_state=0)
    return Bunch(
        forecaster=Forecaster(Ridge(), 3).fit(WAVE), network=network, writer=writer.fit(["abcab"])
    )


# By what is called: how, and the parameters that take numbers.
CALLS = {
    "BacktestMixin.backtest": (
        lambda f: lambda **a: f.forecaster.backtest(WAVE, **a), "level season steps stride",
    ),
    "DistributionalMixin.predict_interval": (
        lambda f: lambda **a: f.network.predict_interval(X, **a), "level",
    ),
    "DistributionalMixin.predict_quantiles": (
        lambda f: lambda **a: f.network.predict_quantiles(X, **a), "quantiles",
    ),
    "DistributionalMixin.sample": (lambda f: lambda **a: f.network.sample(X, **a), "n_samples"),
    "ForecastDisplay.from_estimator": (
        lambda f: lambda **a: ForecastDisplay.from_estimator(f.network, X, Y, **a), "horizon",
    ),
    "ForecastDisplay.from_forecast": (
        lambda f: lambda **a: ForecastDisplay.from_forecast(
            f.forecaster.forecast(3, level=0.8), **a
        ),
        "level",
    ),
    "ForecastDisplay.from_paths": (
        lambda f: lambda **a: ForecastDisplay.from_paths(f.forecaster.sample_paths(3, 5), **a),
        "level",
    ),
    "ForecastDisplay.from_predictions": (
        lambda f: lambda **a: ForecastDisplay.from_predictions(
            Y, Y + 1, lower=Y - 1, upper=Y + 2, **a
        ),
        "level",
    ),
    "ForecastDisplay.plot": (
        lambda f: ForecastDisplay.from_predictions(Y, Y + 1).plot, "max_rows",
    ),
    "Forecaster.forecast": (lambda f: f.forecaster.forecast, "level steps"),
    "GateDisplay.from_estimator": (
        lambda f: lambda **a: GateDisplay.from_estimator(f.network, X[:1], **a), "layer unit",
    ),
    "GateDisplay.plot": (lambda f: GateDisplay.from_estimator(f.network, X[:1]).plot, "unit"),
    "LanguageModel.sample": (
        lambda f: lambda n_tokens=2, **a: f.writer.sample(n_tokens, **a), "n_tokens top_k",
    ),
    "PathsMixin.sample_paths": (lambda f: f.forecaster.sample_paths, "n_paths steps"),
    "ReliabilityDisplay.plot": (
        lambda f: lambda **a: ReliabilityDisplay.from_estimator(f.network, X, Y).plot(
            kind="pit", **a
        ),
        "n_bins",
    ),
    "ResidualDisplay.from_estimator": (
        lambda f: lambda **a: ResidualDisplay.from_estimator(f.network, X, Y, **a),
        "horizon season",
    ),
    "ResidualDisplay.from_predictions": (
        lambda f: lambda **a: ResidualDisplay.from_predictions(Y, Y + 1, **a), "horizon season",
    ),
    "ResidualDisplay.plot": (
        lambda f: lambda **a: ResidualDisplay.from_predictions(Y, Y + 1).plot(
            kind="autocorrelation", **a
        ),
        "n_lags",
    ),
    "UpdateMixin.monitor": (
        lambda f: f.forecaster.monitor, "level newest",
    ),
    "UpdateMixin.partial_fit": (
        lambda f: lambda **a: Forecaster(GRURegressor(2), 3).partial_fit(WAVE, **a), "n_epochs",
    ),
    "forecast_pairs": (lambda f: lambda **a: forecast_pairs(WAVE, **a), "horizon"),
    "forecast_scorer": (
        lambda f: lambda **a: model_selection.forecast_scorer(**a)(f.forecaster, WAVE[:9] + 1),
        "level season steps stride",
    ),
    "mean_absolute_scaled_error": (
        lambda f: lambda **a: metrics.mean_absolute_scaled_error(**TRAINED, **a), "season",
    ),
    "mean_interval_score": (
        lambda f: lambda **a: metrics.mean_interval_score(**BOUNDS, **a), "level",
    ),
    "overall_weighted_average": (
        lambda f: lambda **a: metrics.overall_weighted_average(**TRAINED, y_reference=Y + 2, **a),
        "season",
    ),
    "root_mean_squared_scaled_error": (
        lambda f: lambda **a: metrics.root_mean_squared_scaled_error(**TRAINED, **a), "season",
    ),
}  # fmt: skip
# Numbers that are neither counted nor probabilities, and parameters that take booleans as well.
OTHERS = {
    ("BacktestMixin.backtest", "refit"),
    ("LanguageModel.sample", "temperature"),
    ("forecast_scorer", "metric"),
    ("root_mean_squared_scaled_error", "series_weight"),
}


@pytest.mark.parametrize(
    ("call", "name"), [(call, name) for call in CALLS for name in CALLS[call][1].split()]
)
@pytest.mark.parametrize("value", [True, False, np.True_])
def test_booleans_are_refused(fitted, call, name, value):
    with pytest.raises((TypeError, ValueError), match=rf"\b{name}\b.*{bool(value)}"):
        CALLS[call][0](fitted)(**{name: value})


def test_they_are_checked_where_scikit_learn_checks():
    with config_context(skip_parameter_validation=True):
        found = metrics.mean_absolute_scaled_error(**TRAINED, season=True)
    assert found == metrics.mean_absolute_scaled_error(**TRAINED, season=1)


@pytest.mark.parametrize("name", ["every", "n_tokens", "top_k"])
def test_booleans_are_refused_by_callbacks(name, tmp_path):
    with pytest.raises(ValueError, match=f"'{name}' parameter .* must be an int .* Got True"):
        callbacks.TextSampler(**{name: True})
    if name == "every":
        with pytest.raises(ValueError, match="'every' parameter .* Got True"):
            callbacks.Checkpoint(tmp_path / "a", every=True)


@pytest.mark.parametrize("name", ["max_train_size", "test_size", "gap", "level"])
def test_booleans_are_refused_by_splitters(name):
    with pytest.raises(ValueError, match=f"'{name}' parameter .* Got True"):
        list(PanelTimeSeriesSplit(2, **{name: True}).split(WAVE, groups=np.arange(60)))


def numbers_of_public_functions():
    """Yield the qualified name and the parameter of everything that takes numbers."""
    for module in (sklstm, metrics, model_selection):
        for name in module.__all__:
            found = getattr(module, name)
            functions = [found]
            if inspect.isclass(found):
                functions = [getattr(found, own) for own in dir(found) if not own.startswith("_")]
            for function in filter(inspect.isroutine, functions):
                for parameter in inspect.signature(function).parameters.values():
                    if re.search(r"\b(int|float)\b", str(parameter.annotation)):
                        yield function.__qualname__, parameter.name


def test_all_numbers_of_public_functions_are_looked_at():
    known = {(call, name) for call, (_, names) in CALLS.items() for name in names.split()}
    assert set(numbers_of_public_functions()) == known | OTHERS
