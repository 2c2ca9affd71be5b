"""MLflow logs, loads and watches pipelines like any others of scikit-learn.

Of the stores of runs only the one in plain files takes no more than `mlflow-skinny`: databases take
SQLAlchemy. MLflow calls that store old, and wants to be told that it is meant.
"""

import re
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline

import sklstm
from sklstm import LSTMRegressor, SequenceWindower, forecast_pairs
from sklstm.persistence import trusted_types

# MLflow writes its files by what Python 3.14 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:codecs.open:DeprecationWarning")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "production.md"
# What a server is to install.
REQUIREMENTS = [f"sklstm=={sklstm.__version__}"]
FORMATS = {
    "skops": {"skops_trusted_types": trusted_types()},  # MLflow's default
    "cloudpickle": {"serialization_format": "cloudpickle"},
    "pickle": {"serialization_format": "pickle"},
}


@pytest.fixture
def mlflow(tmp_path, monkeypatch):
    """MLflow with an empty store of its own, which tells nobody that it is used."""
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    with warnings.catch_warnings():
        # MLflow reads its own type hints while it is imported, and warns of one of them.
        warnings.filterwarnings("ignore", ".*Any type hint is inferred as AnyType", UserWarning)
        import mlflow.pyfunc
        import mlflow.sklearn

    # If nobody says what is to be installed, MLflow guesses: for seconds it runs a process that
    # imports the model. Autologging has no argument for it.
    monkeypatch.setattr(mlflow.models, "infer_pip_requirements", lambda *_, **__: REQUIREMENTS)
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri((tmp_path / "runs").as_uri())
    mlflow.set_experiment("demand")
    yield mlflow
    mlflow.sklearn.autolog(disable=True)  # takes its patches of scikit-learn back
    mlflow.set_tracking_uri(before)


@pytest.fixture(scope="module")
def pairs():
    rng = np.random.default_rng(0)
    week = np.sin(2 * np.pi * np.arange(200) / 7)
    series = pd.DataFrame(
        {"demand": 100 + 10 * week + rng.normal(size=200), "warmth": 15 - 3 * week},
        index=pd.date_range("2025-01-01", periods=200, freq="D"),
    )
    return forecast_pairs(series, horizon=3, target="demand")


def new_model():
    lstm = LSTMRegressor(hidden_size=4, max_epochs=3, random_state=0)
    return Pipeline([("window", SequenceWindower(lookback=7)), ("lstm", lstm)])


def new_search():
    return GridSearchCV(
        new_model(),
        {"window__lookback": [3, 7]},
        cv=TimeSeriesSplit(2, gap=2),
        scoring="neg_mean_absolute_error",
    )


def content_of(mlflow, uri):
    """Return the bytes of the model file of a logged model, unpacked, and its requirements."""
    folder = Path(mlflow.artifacts.download_artifacts(uri))
    (file,) = folder.glob("model.*")
    content = file.read_bytes()
    if zipfile.is_zipfile(file):  # as skops writes it
        with zipfile.ZipFile(file) as packed:
            content = b"".join(packed.read(name) for name in packed.namelist())
    return file.name, content, (folder / "requirements.txt").read_text().split()


@pytest.mark.parametrize("form", FORMATS)
def test_a_logged_pipeline_predicts_the_same(mlflow, pairs, form):
    X, y = pairs
    model = new_model().fit(X[:150], y[:150])
    expected = model.predict(X[150:])
    signature = mlflow.models.infer_signature(X[150:], expected)
    logged = mlflow.sklearn.log_model(
        model,
        name="demand",
        signature=signature,
        pip_requirements=REQUIREMENTS,
        **FORMATS[form],
    )
    again = mlflow.sklearn.load_model(logged.model_uri)
    np.testing.assert_array_equal(again.predict(X[150:]), expected)

    served = mlflow.pyfunc.load_model(logged.model_uri)
    assert served.metadata.get_input_schema().input_names() == ["demand", "warmth"]
    # The index reaches the model: these rows go on where the fitted ones ended.
    np.testing.assert_array_equal(served.predict(X[150:]), expected)

    name, content, requirements = content_of(mlflow, logged.model_uri)
    assert name == ("model.skops" if form == "skops" else "model.pkl")
    assert b"torch" not in content
    assert b"skorch" not in content
    assert requirements[-1:] == REQUIREMENTS
    assert requirements[0].startswith("mlflow==")
    assert len(requirements) == 2


def test_the_signature_guards_the_columns(mlflow, pairs):
    X, y = pairs
    model = new_model().fit(X[:150], y[:150])
    logged = mlflow.sklearn.log_model(
        model,
        name="demand",
        signature=mlflow.models.infer_signature(X, model.predict(X)),
        pip_requirements=REQUIREMENTS,
        skops_trusted_types=trusted_types(),
    )
    served = mlflow.pyfunc.load_model(logged.model_uri)
    # MLflow puts columns in their order, and leaves out others.
    turned = served.predict(X[150:].assign(more=0.0)[["more", "warmth", "demand"]])
    np.testing.assert_array_equal(turned, model.predict(X[150:]))
    with pytest.raises(mlflow.exceptions.MlflowException, match="warmth"):
        served.predict(X[150:][["demand"]])


def test_skops_takes_our_classes_only_if_they_are_trusted(mlflow, pairs):
    X, y = pairs
    model = new_model().fit(X[:150], y[:150])
    with pytest.raises(mlflow.exceptions.MlflowException, match="skops_trusted_types"):
        mlflow.sklearn.log_model(model, name="demand", pip_requirements=REQUIREMENTS)


# MLflow's own words to pandas, while it takes the digest of the rows.
@pytest.mark.filterwarnings("ignore:Starting with pandas version 4.0 all arguments of all")
def test_autolog_writes_down_a_search(mlflow, pairs):
    X, y = pairs
    mlflow.sklearn.autolog()
    search = new_search().fit(X[:150], y[:150])

    runs = mlflow.search_runs(output_format="list")
    (parent,) = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    children = [run for run in runs if run is not parent]
    assert parent.info.status == "FINISHED"
    assert parent.data.metrics["best_cv_score"] == search.best_score_
    assert parent.data.params["best_window__lookback"] == str(
        search.best_params_["window__lookback"]
    )
    assert "gap=2" in parent.data.params["cv"]

    tried = {run.data.params["window__lookback"]: run.data.metrics for run in children}
    assert sorted(tried) == ["3", "7"]
    for lookback, score in zip([3, 7], search.cv_results_["mean_test_score"], strict=True):
        assert tried[str(lookback)]["mean_test_score"] == score
    assert {run.data.tags["mlflow.parentRunId"] for run in children} == {parent.info.run_id}
    assert children[0].data.params["lstm__hidden_size"] == "4"
    assert children[0].data.tags["estimator_class"] == "sklearn.pipeline.Pipeline"

    found = mlflow.search_logged_models(output_format="list")
    models = {model.name: f"models:/{model.model_id}" for model in found}
    assert sorted(models) == ["best_estimator", "model"]  # the pipeline, and the search around it
    for uri in models.values():
        name, content, _ = content_of(mlflow, uri)
        assert name == "model.pkl"  # of cloudpickle, autolog's default
        assert b"torch" not in content
        again = mlflow.sklearn.load_model(uri)
        np.testing.assert_array_equal(again.predict(X[150:]), search.predict(X[150:]))


def test_autolog_sees_no_other_fits_and_is_gone_afterwards(mlflow, pairs):
    X, y = pairs
    before = GridSearchCV.fit
    mlflow.sklearn.autolog(log_models=False)
    assert GridSearchCV.fit is not before
    # Alone it is no class of scikit-learn.
    LSTMRegressor(max_epochs=1).fit(X[:50].to_numpy(), y[:50])
    mlflow.sklearn.autolog(disable=True)
    assert GridSearchCV.fit is before
    new_search().fit(X[:150], y[:150])
    assert mlflow.search_runs(output_format="list") == []


def test_what_the_page_says_of_mlflow_runs(mlflow, pairs):
    X, y = pairs
    text = PAGE.read_text(encoding="utf-8")
    section = re.search(r"^## MLflow\n(.*?)^## ", text, re.M | re.S)[1]
    blocks = re.findall(r"^```py\n(.*?)^```", section, re.M | re.S)
    assert blocks
    namespace = {"X": X, "y": y, "search": new_search().fit(X, y), "sklstm": sklstm}
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), namespace)


def test_a_logger_of_skorch_tells_mlflow_of_every_epoch(mlflow, pairs):
    from skorch.callbacks import MlflowLogger

    windows = SequenceWindower(lookback=7).fit_transform(pairs[0])
    with mlflow.start_run() as run:
        # What it would save besides is the net inside, not the estimator.
        logger = MlflowLogger(create_artifact=False, terminate_after_train=False)
        network = LSTMRegressor(4, max_epochs=3, callbacks=[logger], random_state=0)
        network.fit(windows, pairs[1])
    logged = mlflow.MlflowClient().get_metric_history(run.info.run_id, "train_loss")
    np.testing.assert_allclose([value.value for value in logged], network.loss_curve_, rtol=1e-6)
