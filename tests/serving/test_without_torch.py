"""What only predicts needs neither torch nor skorch: run in an environment without them."""

import importlib.metadata
import os
import subprocess
import sys
from ast import literal_eval
from pathlib import Path

import joblib
import numpy as np
import pytest
from packaging.requirements import Requirement
from sklearn.pipeline import make_pipeline

import sklstm
from sklstm import GRURegressor, LSTMRegressor, SequenceWindower

TRAINING_ONLY = {"torch", "skorch"}


def required(name, left_out):
    """Return the names of the distributions that one needs, itself among them."""
    found, unread = set(), [name]
    while unread:
        name = unread.pop()
        if name in found or name in left_out:
            continue
        found.add(name)
        requirements = map(Requirement, importlib.metadata.requires(name) or [])
        unread += [
            each.name
            for each in requirements
            if each.marker is None or each.marker.evaluate({"extra": ""})
        ]
    return found


@pytest.fixture(scope="module")
def slim(tmp_path_factory):
    """A function that runs code where only the packages that a prediction needs are installed."""
    folder = tmp_path_factory.mktemp("site-packages")
    for name in required("sklstm", TRAINING_ONLY):
        distribution = importlib.metadata.distribution(name)
        for top in {Path(file).parts[0] for file in distribution.files} - {"..", "__pycache__"}:
            place = folder / top
            if not place.exists():
                place.symlink_to(Path(distribution.locate_file(top)))
    place = folder / "sklstm"
    place.unlink(missing_ok=True)
    place.symlink_to(Path(sklstm.__file__).parent)

    def run(code):
        environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}
        result = subprocess.run(
            [sys.executable, "-S", "-W", "error", "-c", code],
            env=environment, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(0).normal(size=(60, 2)).cumsum(axis=0)


def test_torch_is_not_there(slim):
    assert slim(
        "import importlib.util as util\n"
        "print([name for name in ('torch', 'skorch') if util.find_spec(name)])"
    ) == "[]\n"  # fmt: skip


MODELS = {"auto": {}, "torch": {"engine": "torch"}, "peephole": {"peephole": True}}


@pytest.fixture(scope="module")
def predicted(slim, rows, tmp_path_factory):
    """Predictions of each model, here and from its file where there is no torch."""
    folder, here = tmp_path_factory.mktemp("models"), {}
    np.save(folder / "rows.npy", rows)
    for name, parameters in MODELS.items():
        network = LSTMRegressor(4, max_epochs=2, random_state=0, **parameters)
        model = make_pipeline(SequenceWindower(5), network).fit(rows, rows[:, 0])
        joblib.dump(model, folder / f"{name}.joblib")
        here[name] = model.predict(rows)
    slim(
        "import joblib, numpy as np\n"
        "from pathlib import Path\n"
        f"folder = Path(r'{folder}')\n"
        "for file in folder.glob('*.joblib'):\n"
        "    predicted = joblib.load(file).predict(np.load(folder / 'rows.npy'))\n"
        "    np.save(file.with_suffix('.npy'), predicted)"
    )
    return {name: (here[name], np.load(folder / f"{name}.npy")) for name in MODELS}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_file_predicts_the_same_bits(name, predicted):
    np.testing.assert_array_equal(*predicted[name])


def test_compiled_code_trains_too(slim, rows):
    windows = SequenceWindower(5).fit_transform(rows)
    model = GRURegressor(3, max_epochs=2, random_state=0).fit(windows, rows[:, 0])
    output = slim(
        "import numpy as np\n"
        "from sklstm import GRURegressor, SequenceWindower\n"
        "rows = np.random.default_rng(0).normal(size=(60, 2)).cumsum(axis=0)\n"
        "windows = SequenceWindower(5).fit_transform(rows)\n"
        "model = GRURegressor(3, max_epochs=2, random_state=0).fit(windows, rows[:, 0])\n"
        "print(model.predict(windows).tolist())"
    )
    np.testing.assert_array_equal(
        np.array(output.strip("[]\n").split(", "), dtype=float), model.predict(windows)
    )


NEED_TORCH = {
    "engine='torch'": "engine='torch'",
    "device='cuda'": "device='cuda'",
    "callbacks=[object()]": "callbacks",
}


@pytest.fixture(scope="module")
def refusals(slim):
    """What is said to each parameter."""
    printed = slim(
        "import numpy as np\n"
        "from sklstm import LSTMRegressor\n"
        "X = np.random.default_rng(0).normal(size=(20, 5, 1))\n"
        f"for parameter in {list(NEED_TORCH)}:\n"
        "    model = eval(f'LSTMRegressor(3, max_epochs=1, {parameter})')\n"
        "    try:\n"
        "        model.fit(X, X[:, -1, 0])\n"
        "    except ImportError as error:\n"
        "        print(ascii(str(error)))\n"
        "    else:\n"
        "        print(ascii('it is trained'))"
    )
    return dict(zip(NEED_TORCH, printed.splitlines(), strict=True))


@pytest.mark.parametrize(("parameter", "named"), NEED_TORCH.items())
def test_what_needs_torch_says_so(parameter, named, refusals):
    message = literal_eval(refusals[parameter])
    assert named in message
    assert "torch" in message
    assert "pip install" in message
