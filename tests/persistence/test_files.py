"""Files of all releases load in this one, and predict what they predicted then."""

import pickle
import runpy
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.exceptions import InconsistentVersionWarning

import sklstm
from sklstm.persistence import trusted_types

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("files/*/*.npz"))
MAKER = runpy.run_path(str(HERE / "make_files.py"))


def load_skops(path):
    import skops.io

    return skops.io.load(path, trusted=trusted_types())


LOADERS = {
    "pickle": lambda path: pickle.loads(path.read_bytes()),
    "joblib": joblib.load,
    "skops": load_skops,
}


@pytest.fixture(autouse=True)
def version(monkeypatch):
    """The maker stamps files with other versions."""
    monkeypatch.setattr(sklstm, "__version__", sklstm.__version__)


@pytest.mark.parametrize("kind", LOADERS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_file_predicts_what_it_predicted(path, kind):
    with warnings.catch_warnings():
        # scikit-learn speaks of its own classes.
        warnings.simplefilter("ignore", InconsistentVersionWarning)
        model = LOADERS[kind](path.with_suffix(f".{kind}"))
    with np.load(path) as arrays:
        predicted = MAKER["USES"][path.stem](model, arrays["X"])
        # Other processors may round differently.
        np.testing.assert_allclose(predicted, arrays["expected"], rtol=1e-6, atol=1e-6)


def test_no_case_lacks_its_files():
    assert len(FILES) >= 6
    assert {path.stem for path in FILES} == set(MAKER["USES"])
    for path in FILES:
        assert all(path.with_suffix(f".{kind}").exists() for kind in LOADERS)


def test_files_are_small():
    for folder in (HERE / "files").iterdir():
        assert sum(path.stat().st_size for path in folder.iterdir()) < 300_000


def test_files_are_never_overwritten():
    with pytest.raises(FileExistsError):
        MAKER["write"](FILES[0].parent.name)


@pytest.mark.filterwarnings("ignore:alpha=0.3 gives what came before 6 steps")
def test_making_them_twice_gives_the_same_predictions(tmp_path):
    for folder in ("first", "second"):
        MAKER["write"](folder, tmp_path)
    for name in MAKER["MODELS"]:
        first, second = (np.load(tmp_path / f / f"{name}.npz") for f in ("first", "second"))
        for key in ("X", "expected"):
            np.testing.assert_array_equal(first[key], second[key])
