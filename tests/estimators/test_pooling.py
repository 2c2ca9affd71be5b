import numpy as np
import pytest
import torch

from sklstm import (
    BiLSTMClassifier,
    GRUClassifier,
    GRURegressor,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
    SequenceEncoder,
)
from sklstm.data import WindowSet
from sklstm.losses import make_loss
from sklstm.recurrence import NetworkSpec, initial_weights
from sklstm.training import TrainingData, TrainingSettings
from sklstm.training._engine import make_engine

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 7, 2))
X[::3, :4] = np.nan
X[1::4, 2] = np.nan
Y = np.nanmax(X[:, :, 0], axis=1)
LABELS = RNG.integers(0, 3, 40)
SMALL = {"hidden_size": 5, "max_epochs": 4, "batch_size": 16, "random_state": 0}
BOTH = pytest.mark.parametrize("pooling", ["mean", "max", "concat"])


def pooled_by_hand(model, windows, pooling):
    """Return what the head should read, from the states of all steps."""
    of_layer = model.gate_activations(windows)
    last = max(int(name[5]) for name in of_layer)
    directions = ["forward", "backward"] if f"layer{last}_backward" in of_layer else ["forward"]
    states = [of_layer[f"layer{last}_{name}"]["hidden"] for name in directions]
    mean, largest = (f(np.concatenate(states, axis=2), axis=1) for f in (np.nanmean, np.nanmax))
    if pooling != "concat":
        return mean if pooling == "mean" else largest
    ends = [states[0][:, -1]]  # all windows end together, and begin at different steps
    if len(states) == 2:
        begins = (~np.isnan(states[1][:, :, 0])).argmax(axis=1)
        ends.append(states[1][np.arange(len(windows)), begins])
    return np.concatenate([*ends, mean, largest], axis=1)


@BOTH
@pytest.mark.parametrize("engine", ["auto", "torch"])
@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("make", [GRUClassifier, BiLSTMClassifier, RNNClassifier])
def test_the_head_reads_pooled_states(make, num_layers, engine, pooling):
    model = make(pooling=pooling, num_layers=num_layers, engine=engine, **SMALL).fit(X, LABELS)
    read = pooled_by_hand(model, X, pooling)
    np.testing.assert_allclose(
        SequenceEncoder(model).fit(X, LABELS).transform(X), read, rtol=1e-4, atol=1e-6
    )
    logits = read @ model.weights_["head_weight"].T + model.weights_["head_bias"]
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-4)


@BOTH
@pytest.mark.parametrize("make", [GRUClassifier, BiLSTMClassifier])
def test_a_prediction_does_not_depend_on_the_others(make, pooling):
    model = make(pooling=pooling, **SMALL).fit(X, LABELS)
    for engine in ("auto", "torch"):
        model.set_params(engine=engine)
        together = model.predict_proba(X)
        alone = np.concatenate([model.predict_proba(X[k : k + 1]) for k in range(len(X))])
        np.testing.assert_array_equal(together, alone)
        padded = np.concatenate([np.full((40, 3, 2), np.nan), X], axis=1)
        np.testing.assert_array_equal(model.predict_proba(padded), together)


def loss_after(spec, weights, data):
    """Return the loss of a network in torch's own words, with the gradient of its weights."""
    parameters = {k: torch.tensor(w, requires_grad=True) for k, w in weights.items()}
    total = 0.0
    for k in range(len(data.windows)):
        values = torch.tensor(data.windows.padded(np.array([k]))[0][0])
        hidden, states = torch.zeros(spec.hidden_size, dtype=torch.float64), []
        for x in values:
            hidden = torch.tanh(
                parameters["layer0_forward_input"] @ x
                + parameters["layer0_forward_recurrent"] @ hidden
                + parameters["layer0_forward_bias"]
            )
            states.append(hidden)
        states = torch.stack(states)
        read = {"last": states[-1], "mean": states.mean(0), "max": states.max(0).values}
        read = torch.cat(list(read.values())) if spec.pooling == "concat" else read[spec.pooling]
        output = parameters["head_weight"] @ read + parameters["head_bias"]
        total = total + (output - torch.tensor(data.targets[k])).square().mean()
    loss = total / len(data.windows)
    loss.backward()
    return loss.item(), {k: p.grad.numpy() for k, p in parameters.items()}


@BOTH
@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_one_step_goes_along_the_gradient(engine, pooling):
    spec = NetworkSpec("rnn", 2, 5, 1, pooling=pooling)
    weights = initial_weights(spec, 0, np.float64)
    data = TrainingData(WindowSet.from_array(X), Y[:, np.newaxis])
    expected, gradient = loss_after(spec, weights, data)
    settings = TrainingSettings(
        loss=make_loss("squared_error"), optimizer="sgd", learning_rate=0.01, weight_decay=0.0,
        max_grad_norm=None, batch_size=100, max_epochs=1, shuffle=False, dropout=0.0,
        recurrent_dropout=0.0, n_iter_no_change=None, tol=0.0, device="cpu", seed=0, engine=engine,
    )  # fmt: skip
    with make_engine(spec, weights, data, None, settings, None) as trained:
        from sklstm.training import BatchOrder

        batches = BatchOrder.in_turn(np.arange(40), 100)
        (loss,) = trained.run_epoch(batches, np.random.default_rng(0))
        after, _ = trained.state()
    assert loss == pytest.approx(expected, rel=1e-12)
    for name, before in weights.items():  # Nesterov's step from rest is 1.9 times the gradient
        np.testing.assert_allclose(after[name], before - 0.019 * gradient[name], rtol=0, atol=1e-12)


def test_the_maximum_finds_what_occurs_anywhere():
    rng = np.random.default_rng(1)
    windows = rng.normal(size=(300, 60))
    labels = rng.integers(0, 2, 300)
    places = rng.integers(0, 40, 300)
    windows[np.flatnonzero(labels), places[labels == 1]] += 6.0  # far from the last step
    options = {"max_epochs": 30, "learning_rate": 0.02, "random_state": 0}
    scores = [
        RNNClassifier(8, pooling=pooling, **options).fit(windows[:200], labels[:200])
        .score(windows[200:], labels[200:])
        for pooling in ("max", "last")
    ]  # fmt: skip
    assert scores[0] > 0.95
    assert scores[0] > scores[1]


@BOTH
def test_every_step_has_no_pooled_output(pooling):
    with pytest.raises(ValueError, match=f"pooling='{pooling}' makes one output of all steps"):
        GRURegressor(pooling=pooling, output="sequence", **SMALL).fit(X, X[:, :, 0])
    model = LSTMRegressor(pooling=pooling, **SMALL).fit(X, Y).set_params(output="sequence")
    with pytest.raises(ValueError, match="reads all of them at once"):
        model.predict(X)


@pytest.mark.parametrize(("longest", "pooling"), [(5, "last"), (96, "last"), (97, "concat")])
def test_auto_reads_all_states_of_long_windows(longest, pooling):
    windows = np.full((12, 120), np.nan)
    windows[:, :2] = RNG.normal(size=(12, 2))
    windows[5, :2] = np.nan
    windows[5, 120 - longest :] = RNG.normal(size=longest)
    options = {"hidden_size": 2, "max_epochs": 1, "random_state": 0}
    models = [
        GRUClassifier(pooling=kind, **options).fit(windows, np.arange(12) % 2)
        for kind in ("auto", pooling)
    ]
    assert [model.pooling_ for model in models] == [pooling] * 2
    np.testing.assert_array_equal(*(model.predict_proba(windows) for model in models))


def test_auto_reads_the_last_state_of_tokens_and_of_targets_of_every_step():
    options = {"max_epochs": 1, "pooling": "auto", "random_state": 0}
    tokens = RNG.integers(1, 5, (10, 130))
    of_tokens = GRUClassifier(2, embedding_dim=2, **options).fit(tokens, np.arange(10) % 2)
    long = RNG.normal(size=(10, 130, 1))
    every_step = GRURegressor(2, output="sequence", **options).fit(long, long[:, :, 0])
    assert of_tokens.pooling_ == every_step.pooling_ == "last"


def test_training_continues_with_the_pooling_of_the_first_fit():
    model = GRUClassifier(2, max_epochs=1, warm_start=True, random_state=0)
    long = RNG.normal(size=(10, 130, 1))
    model.fit(long, np.arange(10) % 2).fit(long[:, :40], np.arange(10) % 2)
    assert (model.pooling_, model.n_iter_) == ("concat", 2)


def test_another_pooling_is_another_network():
    model = RNNRegressor(pooling="mean", warm_start=True, **SMALL).fit(X, Y)
    with pytest.raises(ValueError, match=r"pooling='max' \(it was 'mean'\)"):
        model.set_params(pooling="max").fit(X, Y)


@BOTH
def test_dropout_drops_what_was_pooled(pooling):
    both = [
        BiLSTMClassifier(pooling=pooling, dropout=0.4, engine=engine, **SMALL).fit(X, LABELS)
        for engine in ("auto", "torch")
    ]
    np.testing.assert_allclose(both[0].loss_curve_, both[1].loss_curve_, rtol=1e-5)
