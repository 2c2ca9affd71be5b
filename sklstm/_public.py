"""The public path of what a package exports: `publish`."""

# What the top package offers, by the package that it is imported from when it is first asked for:
# a worker process of a search needs neither forecasters nor displays.
OFFERED = {
    "baselines": ["EMARegressor", "PersistenceRegressor", "SMARegressor"],
    "data": ["forecast_pairs", "stack_sequences"],
    "displays": [
        "ForecastDisplay",
        "ForecastErrorDisplay",
        "GateDisplay",
        "LossCurveDisplay",
        "ReliabilityDisplay",
        "ResidualDisplay",
    ],
    "estimators": [
        "BiLSTMClassifier",
        "BiLSTMRegressor",
        "GRUClassifier",
        "GRURegressor",
        "LSTMClassifier",
        "LSTMRegressor",
        "MinGRUClassifier",
        "MinGRURegressor",
        "RNNClassifier",
        "RNNRegressor",
        "SequenceClassifier",
        "SequenceEncoder",
        "SlicedClassifier",
        "SLSTMClassifier",
        "SLSTMRegressor",
    ],
    "forecasting": ["Forecaster", "WindowScaledRegressor"],
    "language_models": ["GRULanguageModel", "LSTMLanguageModel", "RNNLanguageModel"],
    "metrics": ["mean_absolute_scaled_error"],
    "model_selection": ["PanelTimeSeriesSplit"],
    "preprocessing": [
        "CalendarFeatures",
        "CausalImputer",
        "ExponentialSmoother",
        "LagFeatures",
        "SeasonalAdjuster",
        "SeasonalDifferencer",
        "SequenceWindower",
        "WindowScaler",
        "find_season",
    ],
    "text": ["TextSequencer"],
}
# Packages that users import from: all of their exports are public.
PUBLIC = {"callbacks", "metrics", "model_selection", "onnx", "persistence", "testing"}

# The private module of each, for tests and tools that look for its source.
DEFINED_IN: dict[object, str] = {}


def publish(package):
    """Give the public exports of a package the path that users import them from as their module.

    Pickle and skops files name a class by its module; tracebacks and links do as well. With the
    public path there, the file that defines a class may be renamed and split.

    Parameters
    ----------
    package : dict
        Its ``globals()``. What the top package offers is given the shorter path there.
    """
    path = package["__name__"]
    top, _, own = path.rpartition(".")
    offered = OFFERED.get(own, [])
    for name in package["__all__"] if own in PUBLIC else offered:
        exported = package[name]
        DEFINED_IN.setdefault(exported, exported.__module__)
        exported.__module__ = top if name in offered else path
