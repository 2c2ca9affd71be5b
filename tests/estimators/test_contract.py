"""Every public class keeps scikit-learn's contract and ours."""

import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils.estimator_checks import check_estimator, estimator_checks_generator

import sklstm
from sklstm.testing import sequence_estimator_checks

pytestmark = [  # tables of these checks are windows of few steps
    pytest.mark.filterwarnings("ignore:window=26 asks for the mean"),
    pytest.mark.filterwarnings("ignore:SequenceClassifier cannot validate the classes"),
    pytest.mark.filterwarnings("ignore:alpha=.* gives what came before"),
]
RECURRENT = [
    getattr(sklstm, f"{cell}{kind}")
    for cell in ("RNN", "LSTM", "GRU", "BiLSTM", "MinGRU", "SLSTM")
    for kind in ("Regressor", "Classifier")
]
BASELINES = [sklstm.SMARegressor, sklstm.EMARegressor, sklstm.PersistenceRegressor]
TRANSFORMERS = [
    sklstm.CausalImputer,
    sklstm.ExponentialSmoother,
    sklstm.LagFeatures,
    sklstm.WindowScaler,
    sklstm.SequenceWindower,
]
META = [
    sklstm.WindowScaledRegressor,
    sklstm.SlicedClassifier,
    sklstm.SequenceClassifier,
    sklstm.Forecaster,  # tests/forecasting
    sklstm.SequenceEncoder,  # tests/estimators/test_sequence_encoder.py
]
# tests/preprocessing: of the tables in these checks it finds no season, and warns.
SEASONAL = [sklstm.SeasonalAdjuster, sklstm.SeasonalDifferencer]
# tests/preprocessing: these checks give arrays, which have no labels.
OF_LABELS = [sklstm.CalendarFeatures]
SPLITTERS = [sklstm.PanelTimeSeriesSplit]
# tests/text and tests/language_models
TEXT = [
    sklstm.TextSequencer,
    sklstm.RNNLanguageModel,
    sklstm.LSTMLanguageModel,
    sklstm.GRULanguageModel,
]
DISPLAYS = [
    sklstm.ForecastDisplay,
    sklstm.ForecastErrorDisplay,
    sklstm.GateDisplay,
    sklstm.LossCurveDisplay,
    sklstm.ReliabilityDisplay,
    sklstm.ResidualDisplay,
]
CLASSES = RECURRENT + BASELINES + TRANSFORMERS

# Rows of a series are what they are by their place in it.
DEPENDS_ON_ORDER = {
    "check_methods_sample_order_invariance": "each row depends on the rows before it",
    "check_methods_subset_invariance": "each row depends on the rows before it",
}
# Its gates do not know how many steps came before, so weights of columns are beyond one layer.
NO_PLACES = {"check_regressors_train": "it cannot tell the columns of a table apart by their place"}
EXPECTED = dict.fromkeys(TRANSFORMERS, DEPENDS_ON_ORDER) | {sklstm.MinGRURegressor: NO_PLACES}


def test_the_list_is_complete():
    public = {getattr(sklstm, name) for name in sklstm.__all__}
    assert {cls for cls in public if isinstance(cls, type)} == {
        *CLASSES,
        *META,
        *SEASONAL,
        *OF_LABELS,
        *SPLITTERS,
        *DISPLAYS,
        *TEXT,
    }


# What scikit-learn checks lies around the networks, which need not be trained for long: one
# regressor and one classifier have their defaults, the others the epochs that their scores need.
BRIEF = {"hidden_size": 16, "max_epochs": 40, "learning_rate": 0.02}
TRAINED_BRIEFLY = set(RECURRENT) - {sklstm.LSTMRegressor, sklstm.LSTMClassifier}
CHECKED = [
    *(cls(**BRIEF) if cls in TRAINED_BRIEFLY else cls() for cls in CLASSES),
    # torch takes a millisecond for a step: fewer of them, but longer ones.
    sklstm.GRURegressor(16, learning_rate=0.05, max_epochs=25, engine="torch"),
    sklstm.BiLSTMClassifier(16, learning_rate=0.05, max_epochs=12, engine="torch"),
    sklstm.GRURegressor(**BRIEF, loss="normal"),
    sklstm.WindowScaledRegressor(Ridge(), "auto"),
    sklstm.WindowScaledRegressor(sklstm.GRURegressor(max_epochs=20, random_state=0)),
    sklstm.SlicedClassifier(LogisticRegression()),
    sklstm.SlicedClassifier(
        sklstm.GRUClassifier(4, max_epochs=2, batch_size=5000, random_state=0), length=2
    ),
    sklstm.SequenceClassifier(LogisticRegression()),
    sklstm.SequenceClassifier(
        sklstm.GRUClassifier(4, max_epochs=2, batch_size=5000, random_state=0), n_slices=2, cv=2
    ),
]


@pytest.mark.filterwarnings("ignore:.* has learned nothing from X")  # many checks give noise
@pytest.mark.parametrize("estimator", CHECKED, ids=repr)
def test_check_estimator(estimator, monkeypatch):
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")  # without it one check skips itself
    cls = type(estimator)
    expected = EXPECTED.get(cls, {})
    results = check_estimator(estimator, expected_failed_checks=expected, on_skip=None)
    failed = {result["check_name"] for result in results if result["status"] == "xfail"}
    assert failed <= set(expected)
    assert {result["status"] for result in results} <= {"passed", "xfail"}
    assert len(results) == len(list(estimator_checks_generator(estimator)))
    assert len(results) >= (58 if cls in RECURRENT else 50 if cls in BASELINES else 45)


def small(cls):
    return cls(hidden_size=8, max_epochs=3) if cls in RECURRENT else cls()


OURS = [
    sklstm.WindowScaledRegressor(sklstm.GRURegressor(4, max_epochs=1, random_state=0), "auto"),
    sklstm.WindowScaledRegressor(sklstm.LSTMRegressor(8, max_epochs=3, random_state=0)),
    sklstm.SlicedClassifier(sklstm.GRUClassifier(4, max_epochs=1, random_state=0), length=0.5),
    sklstm.SequenceClassifier(
        sklstm.GRUClassifier(4, max_epochs=1, random_state=0), lengths=(1.0, 0.5), n_slices=2
    ),
    *(small(cls) for cls in CLASSES),
    sklstm.LSTMRegressor(
        24, num_layers=2, bidirectional=True, peephole=True, dropout=0.2, recurrent_dropout=0.1,
        max_epochs=2,
    ),
    sklstm.RNNRegressor(8, activation="relu", early_stopping=True, max_epochs=4),
    sklstm.GRUClassifier(40, activation="relu", class_weight="balanced", max_epochs=2),
    sklstm.GRURegressor(20, num_layers=2, dropout=0.2, recurrent_dropout=0.1, max_epochs=2),
    sklstm.GRURegressor(20, engine="torch", max_epochs=2),
    sklstm.GRURegressor(8, output="sequence", max_epochs=2),
    sklstm.LSTMClassifier(8, output="sequence", class_weight="balanced", max_epochs=2),
    sklstm.ExponentialSmoother(0.3, initial=0.0),
    sklstm.LagFeatures([0, 2, 9], rolling={"mean": 5, "std": 3, "median": 4}, ahead=0),
    sklstm.LagFeatures([3], ahead=2, pad="edge", passthrough=False),
    sklstm.SequenceWindower(1),
    sklstm.SequenceWindower(6, pad="edge", flatten=True),
    *(
        sklstm.WindowScaler(method, window_size=size)
        for method in ("minmax", "standard", "first", "last")
        for size in (None, 5)
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("estimator", "check"),
    [pair for estimator in OURS for pair in sequence_estimator_checks(estimator)],
    ids=lambda value: getattr(value, "__name__", None) or str(value).replace("\n", ""),
)
def test_sequence_estimator_checks(estimator, check):
    check(estimator)
