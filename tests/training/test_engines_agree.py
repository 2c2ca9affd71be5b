"""Compiled code and torch give the same training runs: losses and weights, epoch for epoch."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm.cells import CELLS
from sklstm.data import WindowSet
from sklstm.losses import LOSSES, Likelihood, log_loss, make_loss
from sklstm.recurrence import NetworkSpec, initial_weights
from sklstm.training import BatchOrder, TrainingData, TrainingSettings, train
from sklstm.training._compiled_engine import CompiledEngine
from sklstm.training._engine import make_engine


def loss_of(name, n_outputs, quantile=0.5):
    return log_loss(n_outputs) if name == "log_loss" else make_loss(name, quantile=quantile)


def training_data(rng, spec, loss, n_samples, n_steps, *, ragged, weighted, dtype, carried=False):
    windows = rng.normal(size=(n_samples, n_steps, spec.n_features))
    if ragged:
        missing = rng.random((n_samples, n_steps)) < 0.3
        missing[:, -1] = False
        windows[missing] = np.nan
    window_set = WindowSet.from_array(windows)
    rows = window_set.rows.astype(dtype)
    if spec.n_tokens:
        rows = rng.integers(0, spec.n_tokens, (len(rows), 1)).astype(np.int32)
    relative = None if spec.n_tokens else rng.random(spec.n_features) < 0.5
    window_set = window_set.with_rows(rows, relative)
    n_targets = len(window_set.rows) if spec.every_step else n_samples
    if loss.name in LOSSES:
        n_columns = spec.n_outputs // loss.n_outputs_per_target
        targets = rng.normal(size=(n_targets, n_columns)).astype(dtype)
        if not loss.shifts_targets:  # zeros and ones are counts, and with more than that amounts
            targets = (targets > 0) + dtype(0.5 * (loss.name == "gamma"))
            targets = targets.astype(dtype)
    else:
        targets = rng.integers(0, max(2, spec.n_outputs), n_targets)
    weight = rng.uniform(0.1, 1.0, n_samples) if weighted else None
    if spec.every_step:
        targets = target_sequences(rng, window_set, targets, some_missing=ragged)
    batches = random_batches(rng, window_set.lengths, n_steps) if carried else None
    return TrainingData(window_set, targets, weight, batches)


def random_batches(rng, lengths, longest):
    """Return batches that become smaller; a sample goes on only where the one before was full."""
    sizes, left = [], len(lengths)
    while left:
        sizes.append(int(rng.integers(1, min(left, *sizes, 25) + 1)))
        left -= sizes[-1]
    firsts = np.cumsum([0, *sizes[:-1]])
    order, continues = rng.permutation(len(lengths)), rng.random(len(lengths)) < 0.8
    continues[: sizes[0]] = False
    for before, first, size in zip(firsts, firsts[1:], sizes[1:], strict=False):
        full = lengths[order[before : before + size]] == longest
        continues[first : first + size] &= full
    return BatchOrder(order, firsts, continues)


def target_sequences(rng, windows, targets, *, some_missing):
    """Return targets of every step; each window keeps that of its last one."""
    if some_missing:
        missing = rng.random(len(targets)) < 0.4
        missing[windows.starts + windows.lengths - 1] = False
        targets[missing] = -1 if targets.dtype.kind == "i" else np.nan
    return windows.with_rows(targets)


@st.composite
def runs(draw):
    """A network, data and settings of a training run."""
    cell = draw(st.sampled_from(list(CELLS)))
    loss = draw(st.sampled_from([*LOSSES, "log_loss"]))
    likelihood = loss != "log_loss" and issubclass(LOSSES[loss], Likelihood)
    n_each = make_loss(loss).n_outputs_per_target if likelihood else 1
    num_layers = draw(st.integers(1, 3))
    each = {"min_size": num_layers, "max_size": num_layers}
    inputs, n_features = draw(st.sampled_from(["numbers", "ones", "rows"])), draw(st.integers(1, 4))
    n_tokens = {"numbers": 0, "ones": n_features, "rows": draw(st.integers(1, 6))}[inputs]
    carried = draw(st.booleans())
    peephole = bool(CELLS[cell].peepholes) and draw(st.booleans())
    spec = NetworkSpec(
        cell=cell,
        n_features=n_features,
        hidden_size=draw(st.integers(1, 21) | st.lists(st.integers(1, 21), **each).map(tuple)),
        n_outputs=draw(st.integers(1, 4)) * n_each,
        num_layers=num_layers,
        bidirectional=draw(st.booleans()) and not carried,
        activation=draw(st.sampled_from(["tanh", "relu"])),
        peephole=peephole,
        every_step=draw(st.booleans()) or carried,
        n_tokens=n_tokens,
        embeds=inputs == "rows",
        pooling=draw(st.sampled_from(["last", "mean", "max", "concat"])),
    )
    n_levels = draw(st.sampled_from([n for n in (1, 2, 3, 4) if spec.n_outputs % n == 0]))
    size = {"min_size": n_levels, "max_size": n_levels}
    levels = draw(st.lists(st.floats(0.05, 0.95), unique=True, **size))
    quantile = draw(st.sampled_from([0.1, 0.9, levels])) if loss == "quantile" else 0.5
    optimizer = draw(st.sampled_from(["adam", "adamw", "nadam", "rmsprop", "sgd"]))
    if loss in ("absolute_error", "laplace", "quantile") or cell == "slstm":
        # The gradients of such losses are constants, which may cancel out in a batch but for
        # rounding; so does that of the bias of an sLSTM's input gate. Adaptive optimisers make a
        # step of full length of what is left. The tests below have such losses with them.
        optimizer = "sgd"
    # Where a weight has no other slope, these make a step of full length of what decay leaves of
    # it, and around zero that is rounding: the test below has slopes everywhere.
    decays = [0.0] if optimizer in ("adam", "nadam", "rmsprop") else [0.0, 0.05, "auto"]
    options = {
        "loss": loss_of(loss, spec.n_outputs, quantile),
        "optimizer": optimizer,
        "learning_rate": 0.003,
        "weight_decay": draw(st.sampled_from(decays)),
        "max_grad_norm": draw(st.sampled_from([None, 0.5])),
        "batch_size": draw(st.sampled_from([7, 16, 33, 100])),
        "max_epochs": 2,
        "shuffle": draw(st.booleans()),
        "dropout": draw(
            st.sampled_from([0.0, 0.3]) | st.lists(st.sampled_from([0.0, 0.3]), **each).map(tuple)
        ),
        "recurrent_dropout": draw(st.sampled_from([0.0, 0.4])),
        "n_iter_no_change": None,
        "tol": 0.0,
        "device": "cpu",
        "seed": draw(st.integers(0, 2**20)),
        "first_epoch": 0,
    }
    shape = {
        "n_samples": draw(st.integers(2, 70)),
        "n_steps": draw(st.integers(1, 9)),
        "ragged": draw(st.booleans()),
        "weighted": draw(st.booleans()),
        "carried": carried,
    }
    return spec, options, shape, draw(st.booleans())


def both(spec, options, shape, dtype, *, validates=False):
    rng = np.random.default_rng(options["seed"])
    weights = initial_weights(spec, options["seed"], dtype)
    make = lambda: training_data(rng, spec, options["loss"], dtype=dtype, **shape)  # noqa: E731
    data, validation = make(), make() if validates else None
    return [
        train(spec, weights, data, validation, TrainingSettings(**options, engine=engine))
        for engine in ("auto", "torch")
    ]


def assert_agree(results, rtol):
    compiled, plain = results
    np.testing.assert_allclose(compiled.loss_curve, plain.loss_curve, rtol=rtol)
    np.testing.assert_allclose(compiled.validation_curve, plain.validation_curve, rtol=rtol)
    assert compiled.weights.keys() == plain.weights.keys()
    for name, expected in plain.weights.items():
        atol = rtol * np.abs(expected).max() + 10 * np.finfo(expected.dtype).eps
        np.testing.assert_allclose(compiled.weights[name], expected, rtol=0, atol=atol)
    pairs = zip(compiled.optimizer_state, plain.optimizer_state, strict=True)
    for own, torchs in pairs:
        assert own.keys() == torchs.keys()


@settings(
    max_examples=1000 if os.environ.get("SKLSTM_FULL") == "1" else 100,
    deadline=None,
    derandomize=True,
)
@given(runs())
def test_random_runs_in_double_precision(run):
    spec, options, shape, validates = run
    results = both(spec, options, shape, np.float64, validates=validates)
    assert_agree(results, rtol=1e-6)


@pytest.mark.parametrize("weight_decay", [0.05, "auto"])
@pytest.mark.parametrize("optimizer", ["adam", "adamw", "nadam", "rmsprop", "sgd"])
def test_weights_decay_alike(optimizer, weight_decay):
    spec = NetworkSpec("gru", 2, 12, 2, 2)
    options = {
        "loss": make_loss("squared_error"), "optimizer": optimizer, "learning_rate": 0.005,
        "weight_decay": weight_decay, "max_grad_norm": 1.0, "batch_size": 32, "max_epochs": 6,
        "shuffle": True, "dropout": 0.0, "recurrent_dropout": 0.0, "n_iter_no_change": None,
        "tol": 0.0, "device": "cpu", "seed": 3, "first_epoch": 0,
    }  # fmt: skip
    shape = {"n_samples": 150, "n_steps": 6, "ragged": False, "weighted": True}
    results = both(spec, options, shape, np.float64)
    assert_agree(results, rtol=1e-6)
    without = both(spec, options | {"weight_decay": 0.0}, shape, np.float64)
    assert without[0].loss_curve != results[0].loss_curve


@pytest.mark.parametrize("loss", ["absolute_error", "quantile"])
@pytest.mark.parametrize("optimizer", ["adam", "adamw", "nadam", "rmsprop"])
def test_constant_gradients_under_adaptive_optimizers(optimizer, loss):
    spec = NetworkSpec("gru", 2, 12, 2, 2)
    options = {
        "loss": loss_of(loss, 2, 0.8), "optimizer": optimizer, "learning_rate": 0.005,
        "weight_decay": 0.0, "max_grad_norm": 1.0, "batch_size": 32, "max_epochs": 6,
        "shuffle": True, "dropout": 0.0, "recurrent_dropout": 0.0, "n_iter_no_change": None,
        "tol": 0.0, "device": "cpu", "seed": 3, "first_epoch": 0,
    }  # fmt: skip
    # Weights of their own, so that no two samples cancel out.
    shape = {"n_samples": 150, "n_steps": 6, "ragged": False, "weighted": True}
    assert_agree(both(spec, options, shape, np.float64), rtol=1e-6)


# Every cell in each pair of the other options; the random runs above mix them all.
@pytest.mark.parametrize(
    ("cell", "loss", "num_layers", "every_step", "bidirectional", "ragged"),
    [
        (cell, loss, 1 + layers, bool(steps), (c + k + layers) % 2 == 1, (k + steps) % 2 == 1)
        for c, cell in enumerate(CELLS)
        for k, loss in enumerate(["squared_error", "huber", "log_loss"])
        for layers in range(2)
        for steps in range(2)
    ],
)
def test_whole_runs_in_single_precision(cell, bidirectional, num_layers, ragged, loss, every_step):
    n_outputs = 3 if loss == "log_loss" else 1
    spec = NetworkSpec(cell, 2, 16, n_outputs, num_layers, bidirectional, every_step=every_step)
    # Adam makes a step of full length of a gradient that rounding leaves where there is none, as
    # that of the bias of an sLSTM's input gate, which scales cell state and normalizer alike.
    optimizer, n_epochs = ("sgd", 4) if every_step or cell == "slstm" else ("adam", 6)
    options = {
        "loss": loss_of(loss, n_outputs), "optimizer": optimizer, "learning_rate": 0.005,
        "weight_decay": 0.0, "max_grad_norm": 1.0, "batch_size": 32, "max_epochs": n_epochs,
        "shuffle": True, "dropout": 0.1, "recurrent_dropout": 0.0, "n_iter_no_change": None,
        "tol": 0.0, "device": "cpu", "seed": 3, "first_epoch": 0,
    }  # fmt: skip
    shape = {"n_samples": 150, "n_steps": 6, "ragged": ragged, "weighted": False}
    assert_agree(both(spec, options, shape, np.float32), rtol=1e-4)


@pytest.mark.parametrize("every_step", [False, True])
@pytest.mark.parametrize("many_weights", [1 << 17, 0])
def test_a_batch_shared_out_among_threads_is_the_same(monkeypatch, every_step, many_weights):
    # Shares, and passes of one tile within them, for a batch that is small in truth.
    spec = NetworkSpec("lstm", 2, 10, 1, 2, bidirectional=True, every_step=every_step)
    options = {
        "loss": make_loss("squared_error"), "optimizer": "adam", "learning_rate": 0.01,
        "weight_decay": 0.0, "max_grad_norm": 1.0, "batch_size": 132, "max_epochs": 3,
        "shuffle": True, "dropout": 0.2, "recurrent_dropout": 0.2, "n_iter_no_change": None,
        "tol": 0.0, "device": "cpu", "seed": 3, "first_epoch": 0,
    }  # fmt: skip
    shape = {"n_samples": 310, "n_steps": 6, "ragged": True, "weighted": True}
    monkeypatch.setattr("sklstm.training._compiled_engine._LARGE", 0)
    monkeypatch.setattr("sklstm.training._compiled_engine._MANY_WEIGHTS", many_weights)
    monkeypatch.setattr("sklstm.training._compiled_engine._PASS_VALUES", 1)
    curves = []
    for n_threads in ("1", "3"):
        monkeypatch.setenv("OMP_NUM_THREADS", n_threads)
        results = both(spec, options, shape, np.float64)
        assert_agree(results, rtol=1e-8)
        curves.append(results[0].loss_curve)
    assert curves[0] == curves[1]  # to the last bit, however many threads there are


@pytest.mark.parametrize("peephole", [False, True])
def test_without_callbacks_training_on_the_processor_runs_in_compiled_code(peephole):
    spec = NetworkSpec("lstm", 1, 3, 1, peephole=peephole)
    options = TrainingSettings(
        loss=make_loss("squared_error"), optimizer="adam", learning_rate=0.005,
        weight_decay=0.0, max_grad_norm=None, batch_size=4, max_epochs=1, shuffle=True,
        dropout=0.0, recurrent_dropout=0.0, n_iter_no_change=None, tol=0.0, device="cpu", seed=0,
    )  # fmt: skip
    data = TrainingData(WindowSet.from_array(np.ones((4, 2, 1))), np.ones((4, 1)))
    weights = initial_weights(spec, 0, np.float64)
    assert isinstance(make_engine(spec, weights, data, None, options, None), CompiledEngine)
