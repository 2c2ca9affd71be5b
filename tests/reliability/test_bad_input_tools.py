"""Wrong arguments of functions, splitters, texts, pictures and ONNX graphs."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge

from sklstm import (
    CausalImputer,
    ForecastDisplay,
    Forecaster,
    ForecastErrorDisplay,
    GateDisplay,
    LossCurveDisplay,
    LSTMRegressor,
    PanelTimeSeriesSplit,
    SequenceEncoder,
    SequenceWindower,
    TextSequencer,
    forecast_pairs,
    mean_absolute_scaled_error,
)
from sklstm.onnx import to_onnx

mpl.use("agg")

X = np.random.default_rng(0).normal(size=(20, 2))
WINDOWS = np.random.default_rng(1).normal(size=(20, 4, 2))
Y = X[:, 0]
DAYS = pd.date_range("2024-01-01", periods=20)
GAP = DAYS.where(np.arange(20) != 3)
FRAME = pd.DataFrame(X, DAYS, ["a", "b"])
PANEL = pd.DataFrame({"name": list("xy") * 10, "a": Y})
TEXTS = ["a fine film", "not a film"]
NET = LSTMRegressor(2, max_epochs=1, random_state=0).fit(WINDOWS, Y)
WORDS = TextSequencer().fit(TEXTS)
ERRORS = (TypeError, ValueError, NotFittedError, NotImplementedError)


def mase(y_true=Y, y_pred=Y, y_train=Y, **options):
    return mean_absolute_scaled_error(y_true, y_pred, y_train=y_train, **options)


def folds(*arguments, n_splits=2, **options):
    return list(PanelTimeSeriesSplit(n_splits).split(*arguments, **options))


PAIRS = {
    "a number": (lambda: forecast_pairs(3.0), "series must be an array | got float"),
    "none": (lambda: forecast_pairs(None), "series must be an array | got NoneType"),
    "three axes": (lambda: forecast_pairs(WINDOWS), "series must be of shape | 3 dimensions"),
    "no rows": (lambda: forecast_pairs(X[:0], target=0), "horizon=1 | number of rows, 0"),
    "ragged": (lambda: forecast_pairs([[1.0, 2.0], [1.0]]), "series"),
    "horizon 0": (lambda: forecast_pairs(Y, 0), "horizon=0 | integer of at least 1"),
    "horizon 1.5": (lambda: forecast_pairs(Y, 1.5), "horizon=1.5 is no number of rows"),
    "horizon True": (lambda: forecast_pairs(Y, True), "horizon=True is no number of rows"),
    "horizon text": (lambda: forecast_pairs(Y, "far"), "horizon='far' is no number of rows"),
    "horizon none": (lambda: forecast_pairs(Y, None), "horizon=None is no number of rows"),
    "no horizon": (lambda: forecast_pairs(Y, []), "horizon=[] is not possible"),
    "horizons repeated": (lambda: forecast_pairs(Y, [1, 1]), "horizon=[1, 1] | distinct"),
    "horizon too long": (lambda: forecast_pairs(Y, 20), "horizon=20 | number of rows, 20"),
    "no target": (lambda: forecast_pairs(X), "target must be given: the series has 2 columns"),
    "target out of range": (lambda: forecast_pairs(X, target=2), "target=2 | 0 to 1"),
    "target by name": (lambda: forecast_pairs(X, target="a"), "target='a' is no position"),
    "unknown target": (lambda: forecast_pairs(FRAME, target="c"), "target='c' | ['a', 'b']"),
    "targets repeated": (lambda: forecast_pairs(FRAME, target=["a", "a"]), "target= | distinct"),
    "empty targets": (lambda: forecast_pairs(FRAME, target=[]), "target=[] is not possible"),
    "unknown by": (lambda: forecast_pairs(FRAME, target="a", by="c"), "by='c' | series"),
    "by of an array": (lambda: forecast_pairs(X, target=0, by="c"), "by='c' | got ndarray"),
    "newest first": (lambda: forecast_pairs(FRAME[::-1], target="a"), "series is not sorted"),
    "short series": (lambda: forecast_pairs(PANEL[:3], 2, "a", "name"), "series 'x' | rows, 2"),
}
MASE = {
    "too short": (lambda: mase(y_train=Y[:1]), "y_train must be longer than season=1, got 1 rows"),
    "season": (lambda: mase(season=0), "'season' parameter | [1, inf) | Got 0"),
    "constant": (lambda: mase(y_train=np.ones(9)), "y_train is the same again"),
    "missing truth": (lambda: mase(y_true=Y * np.nan), "Input y_true contains NaN"),
    "missing prediction": (lambda: mase(y_pred=Y * np.nan), "Input y_pred contains NaN"),
    "missing training": (lambda: mase(y_train=Y * np.nan), "Input y_train contains NaN"),
    "infinite": (lambda: mase(y_pred=Y * np.inf), "Input y_pred contains infinity"),
    "text": (lambda: mase(y_pred=["a"] * 20), "y_pred cannot be read as an array of numbers"),
    "dates": (lambda: mase(y_pred=DAYS.to_numpy()), "y_pred holds times"),
    "lengths": (lambda: mase(y_pred=Y[:3]), "inconsistent numbers of samples: [20, 3]"),
    "outputs": (lambda: mase(y_train=X), "y_train has 2 outputs, but y_true and y_pred have 1"),
    "weights": (lambda: mase(sample_weight=Y[:3]), "inconsistent numbers of samples"),
    "multioutput": (lambda: mase(multioutput="sum"), "'multioutput' | Got 'sum'"),
    "weights of outputs": (lambda: mase(multioutput=[1, 2]), "multioutput | 1 outputs | (2,)"),
    "no weight": (lambda: mase(Y + 1, multioutput=[0.0]), "multioutput=[0.0] sum to zero"),
    "far apart": (
        lambda: mase(np.sign(Y) * 1.7e308, -np.sign(Y) * 1.7e308),
        "no finite numbers | larger unit",
    ),
    "series alone": (lambda: mase(series=list("xy") * 10), "series goes with series_train"),
    "series_train alone": (lambda: mase(series_train=["x"] * 20), "series_train goes with series"),
    "no level": (lambda: mase(series="name"), "series='name' is no level of the index of y_true"),
    "unknown series": (
        lambda: mase(series=["z"] * 20, series_train=["x"] * 20),
        "y_train has no rows of series ['z']",
    ),
}
SPLITS = {
    "an array": (lambda: folds(X), "X tells no times | ndarray | groups"),
    "numbered rows": (lambda: folds(PANEL), "numbers the rows | groups"),
    "names": (lambda: folds(PANEL.set_index("name")), "The index of X is text, such as 'x'"),
    "too few times": (lambda: folds(FRAME, n_splits=30), "folds=31 | X has 20 distinct ones"),
    "no such level": (
        lambda: list(PanelTimeSeriesSplit(2, level="day").split(FRAME)),
        "level='day' is no level of the index of X",
    ),
    "groups of two axes": (lambda: folds(X, groups=X), "groups must be one time per row | 2"),
    "too few groups": (lambda: folds(X, groups=DAYS[:3]), "inconsistent numbers of samples"),
    "a missing time": (
        lambda: folds(X, groups=GAP),
        "time of row 3 is missing",
    ),
    "mixed times": (lambda: folds(X, groups=[1, "a"] * 10), "times cannot be sorted"),
}
TEXT = {
    "a text alone": (lambda: TextSequencer().fit("a film"), "X must be | single str | [text]"),
    "bytes": (lambda: TextSequencer().fit([b"a"]), "row 0 is b'a' of type bytes: decode"),
    "a missing text": (lambda: WORDS.transform(["a", None]), "row 1 is None | fill in"),
    "a number": (lambda: WORDS.transform([1.5]), "row 0 is 1.5 of type float"),
    "none": (lambda: TextSequencer().fit([]), "X must hold at least one text"),
    "a frame": (lambda: WORDS.transform(PANEL), "got a dataframe of 2 columns | select"),
    "two axes": (lambda: WORDS.transform(np.array([TEXTS])), "got 2 axes, shape (1, 2)"),
    "not fitted": (lambda: TextSequencer().transform(TEXTS), "not fitted"),
    "unknown id": (lambda: WORDS.inverse_transform([[2, 99]]), "they end at | got 99 | step 1"),
    "negative id": (lambda: WORDS.inverse_transform([[-1]]), "X must hold ids | got -1"),
    "huge id": (lambda: WORDS.inverse_transform([[1e300]]), "X must hold ids | got 1e+300"),
    "half an id": (lambda: WORDS.inverse_transform([[1.5]]), "whole numbers, got 1.5"),
    "ids of one axis": (lambda: WORDS.inverse_transform([1]), "got 1 axes, shape (1,)"),
    "words as ids": (lambda: WORDS.inverse_transform([["a"]]), "whole numbers, got values of"),
}
CURVE, GATES = LossCurveDisplay.from_curves, GateDisplay.from_estimator
PICTURE = ForecastDisplay.from_predictions
PICTURES = {
    "loss of no network": (lambda: LossCurveDisplay.from_estimator(Ridge().fit(X, Y)), "Ridge"),
    "loss before fit": (lambda: LossCurveDisplay.from_estimator(LSTMRegressor()), "not fitted"),
    "loss of a class": (lambda: LossCurveDisplay.from_estimator(LSTMRegressor), "the class LSTM"),
    "no losses": (lambda: CURVE([]), "training_loss must be of shape (n_epochs,)"),
    "losses of two axes": (lambda: CURVE(X), "training_loss | (20, 2)"),
    "fewer losses": (lambda: CURVE(Y, Y[:3]), "validation_loss must have one value for each of"),
    "no axes": (lambda: CURVE(Y, ax=3), "ax must be matplotlib Axes or None, got int"),
    "two windows": (lambda: GATES(NET, WINDOWS), "X must be one window, got 20"),
    "no such layer": (lambda: GATES(NET, WINDOWS[:1], layer=1), "layer=1 | layer0_forward"),
    "no such direction": (lambda: GATES(NET, WINDOWS[:1], direction="up"), "direction='up'"),
    "no such unit": (lambda: GATES(NET, WINDOWS[:1], unit=2), "unit=2 | 0 to 1"),
    "gates of Ridge": (lambda: GATES(Ridge().fit(X, Y), WINDOWS[:1]), "Ridge"),
    "gates before fit": (lambda: GATES(LSTMRegressor(), WINDOWS[:1]), "not fitted"),
    "rows of y_true": (lambda: PICTURE(Y, Y[:3]), "y_true must have 3 rows | got 20"),
    "columns": (lambda: PICTURE(Y, X), "y_pred must be one column | (20, 2)"),
    "one bound": (lambda: PICTURE(Y, Y, lower=Y), "lower and upper belong together"),
    "labels": (lambda: PICTURE(Y, Y, index=DAYS[:3]), "index must have a label for each of 20"),
    "unsorted labels": (lambda: PICTURE(Y, Y, index=DAYS[::-1]), "y_true | is not in order"),
    "a classifier": (
        lambda: ForecastDisplay.from_estimator(LogisticRegression(), X, Y),
        "takes a regressor, got the classifier LogisticRegression()",
    ),
    "a horizon": (
        lambda: ForecastDisplay.from_estimator(NET, WINDOWS, Y, horizon=0),
        "horizon must be a whole number of at least 1, got 0",
    ),
    "no such target": (
        lambda: ForecastDisplay.from_estimator(NET, WINDOWS, Y, target=5),
        "target=5 is no column of X",
    ),
    "no forecast": (lambda: ForecastDisplay.from_forecast(X), "from_forecast takes | ndarray"),
    "no backtest": (lambda: ForecastErrorDisplay.from_backtest(X), "from_backtest takes | ndarray"),
    "texts as numbers": (lambda: PICTURE(["a"] * 20, Y), "y_true | a"),
    "losses as texts": (lambda: CURVE(["a"]), "training_loss | a"),
}
GRAPHS = {
    "not fitted": (lambda: to_onnx(LSTMRegressor()), "not fitted"),
    "a class": (lambda: to_onnx(LSTMRegressor), "LSTMRegressor"),
    "a number": (lambda: to_onnx(3), "3"),
    "one axis": (lambda: to_onnx(NET, Y), "X must have two or three axes, got shape (20,)"),
    "features": (lambda: to_onnx(NET, WINDOWS[:, :, :1]), "LSTMRegressor takes windows"),
    "by": (
        lambda: to_onnx(SequenceWindower(by="name").fit(PANEL)),
        "SequenceWindower with by='name' has no ONNX form",
    ),
    "context": (
        lambda: to_onnx(SequenceWindower(context="always").fit(X)),
        "SequenceWindower with context='always' has no ONNX form",
    ),
    "a forecaster": (
        lambda: to_onnx(Forecaster(Ridge(), 2, scaling=None).fit(X)),
        "Forecaster has no ONNX form: convert forecaster.estimator_",
    ),
    "an encoder": (
        lambda: to_onnx(SequenceEncoder(LSTMRegressor(2, max_epochs=1)).fit(WINDOWS, Y)),
        "SequenceEncoder has no ONNX form",
    ),
    "a transformer of rows": (
        lambda: to_onnx(CausalImputer().fit(X)),
        "CausalImputer has no ONNX form: transform the rows before",
    ),
}
TABLES = {
    "pairs": PAIRS, "error": MASE, "splits": SPLITS, "text": TEXT, "pictures": PICTURES,
    "graphs": GRAPHS,
}  # fmt: skip


@pytest.mark.parametrize(
    ("call", "words"),
    [pytest.param(*case, id=f"{k}-{name}") for k, t in TABLES.items() for name, case in t.items()],
)
def test_calls(call, words, refused):
    try:
        refused(call, ERRORS, words)
    finally:
        plt.close("all")
