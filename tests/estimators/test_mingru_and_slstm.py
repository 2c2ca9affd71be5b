import inspect
import io
import re

import joblib
import numpy as np
import pytest
from sklearn.utils._param_validation import InvalidParameterError

import sklstm
from sklstm.cells import CELLS

NEW = [sklstm.MinGRURegressor, sklstm.SLSTMRegressor]


@pytest.fixture
def windows(wave):
    windows = np.lib.stride_tricks.sliding_window_view(wave[:, 0], 10)[:-1, :, np.newaxis].copy()
    windows[::3, :4] = np.nan
    return windows, wave[10:, 0]


@pytest.mark.parametrize("cls", [sklstm.MinGRURegressor, sklstm.MinGRUClassifier])
def test_a_cell_without_recurrent_product_refuses_to_drop_what_is_fed_back(cls):
    X, y = np.zeros((20, 5, 1)), np.arange(20) % 2
    with pytest.raises(InvalidParameterError, match=f"'recurrent_dropout' .* {cls.__name__}"):
        cls(recurrent_dropout=0.2).fit(X, y)


@pytest.mark.parametrize("cls", NEW)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_engines_gates_and_files_agree(cls, bidirectional, windows):
    X, y = windows
    make = {"num_layers": 2, "bidirectional": bidirectional, "max_epochs": 5, "random_state": 0}
    fitted = {engine: cls(5, engine=engine, **make).fit(X, y) for engine in ("auto", "torch")}
    model, expected = fitted["auto"], fitted["torch"].predict(X)
    np.testing.assert_allclose(model.predict(X), expected, rtol=0, atol=1e-3)
    hidden = model.gate_activations(X[:4])["layer1_forward"]["hidden"][:, -1]
    found = model._last_states(X[:4])[:, :5]
    np.testing.assert_allclose(hidden, found, rtol=0, atol=1e-5)
    file = io.BytesIO()
    joblib.dump(model, file)
    np.testing.assert_array_equal(joblib.load(file).predict(X), model.predict(X))


def test_a_minimal_gru_has_no_recurrent_weights(windows):
    model = sklstm.MinGRURegressor(7, max_epochs=1, random_state=0).fit(*windows)
    assert not [name for name in model.weights_ if "recurrent" in name]
    assert model.weights_["layer0_forward_input"].shape == (2 * 7, 1)
    assert model.n_parameters_ == 2 * 7 * (1 + 1) + 7 + 1


@pytest.mark.parametrize("engine", ["auto", "torch"])
@pytest.mark.parametrize("exponent", [-60.0, -1000.0, 1000.0])
def test_no_exponent_of_an_slstm_overflows(engine, exponent, windows):
    X, y = windows
    model = sklstm.SLSTMRegressor(4, max_epochs=1, random_state=0, engine=engine).fit(X, y)
    before = model.predict(X)
    # The bias of the input gates scales cell state and normalizer alike.
    bias = model.weights_["layer0_forward_bias"].copy()
    bias[:4] += exponent
    model.weights_ = model.weights_ | {"layer0_forward_bias": bias}
    found = model.predict(X)
    if exponent > -80:  # from there on equal exponents stand for all
        np.testing.assert_allclose(found, before, rtol=0, atol=1e-3)
    assert np.isfinite(found).all()
    model.warm_start = True
    model.fit(X, y)
    assert np.isfinite(model.loss_curve_).all()


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU", "MinGRU", "SLSTM"])
def test_all_pages_of_a_cell_show_the_same_equations(cell):
    kinds = ("Regressor", "Classifier", "LanguageModel")
    classes = [getattr(sklstm, cell + kind) for kind in kinds if hasattr(sklstm, cell + kind)]
    assert len(classes) >= 2
    docs = [inspect.getdoc(each) for each in classes]  # Python 3.13 on drops the indentation
    blocks = [re.findall(r"\.\. math::(.*?)\n\n[A-Z]", doc, flags=re.DOTALL) for doc in docs]
    assert len({re.sub(r"\s+", " ", block[0]) for block in blocks}) == 1
    assert cell.lower() in CELLS
