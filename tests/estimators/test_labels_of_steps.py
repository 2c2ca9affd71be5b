"""A label at every step: classifiers with `output="sequence"`."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score
from sklearn.utils.class_weight import compute_class_weight

import sklstm
from sklstm import (
    BiLSTMClassifier,
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    SequenceWindower,
    TextSequencer,
)

CLASSIFIERS = pytest.mark.parametrize(
    "cls",
    [getattr(sklstm, f"{cell}Classifier") for cell in ("RNN", "LSTM", "GRU", "BiLSTM", "SLSTM")],
)
ENGINES = pytest.mark.parametrize("engine", ["auto", "torch"])
RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 6, 2))
SUM = np.cumsum(X[:, :, 0], axis=1)
THREE = np.where(SUM > 0.5, "up", np.where(SUM < -0.5, "down", "flat"))
TWO = (SUM > 0).astype(int)
NAN = np.nan


def make(cls=GRUClassifier, **options):
    defaults = {"hidden_size": 6, "max_epochs": 3, "random_state": 0, "output": "sequence"}
    return cls(**(defaults | options))


def assert_close(found, expected, rtol=1e-4):
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol)


@CLASSIFIERS
@pytest.mark.parametrize("y", [TWO, THREE], ids=["two", "three"])
def test_shapes_and_types(cls, y):
    model, n_classes = make(cls).fit(X, y), len(np.unique(y))
    assert model.classes_.tolist() == np.unique(y).tolist()
    probability, predicted = model.predict_proba(X), model.predict(X[:, 2:])
    assert probability.shape == (120, 6, n_classes)
    np.testing.assert_allclose(probability.sum(axis=2), 1)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), probability)
    assert predicted.shape == (120, 4)
    assert predicted.dtype == y.dtype
    expected = model.classes_[probability.argmax(axis=2)]
    np.testing.assert_array_equal(model.predict(X), expected)
    assert model.score(X, y) == accuracy_score(y.ravel(), expected.ravel())


def test_a_state_that_must_be_remembered_is_learned(rng):
    # After an opening bracket and before the closing one everything is inside.
    tokens = rng.choice([2, 3, 4, 5, 6, 7], size=(300, 12))
    inside, y = np.zeros(300, dtype=bool), []
    for token in tokens.T:
        inside = np.where(token == 2, True, np.where(token == 3, False, inside))
        y.append(np.where(inside, "inside", "outside"))
    y = np.transpose(y)
    options = {"embedding_dim": 4, "learning_rate": 0.02, "max_epochs": 12}
    model = make(hidden_size=8, **options).fit(tokens[:200], y[:200])
    assert model.score(tokens[200:], y[200:]) > 0.99
    alone = make(hidden_size=8, **options).fit(tokens[:200].reshape(-1, 1), y[:200].reshape(-1, 1))
    assert alone.score(tokens[200:].reshape(-1, 1), y[200:].reshape(-1, 1)) < 0.8


def test_a_label_that_later_steps_decide_takes_both_directions():
    later = np.where(X[:, ::-1, 0].cumsum(axis=1)[:, ::-1] > 0, "yes", "no")
    scores = [
        make(cls, hidden_size=12, max_epochs=40, learning_rate=0.02).fit(X[:90], later[:90])
        .score(X[90:], later[90:])
        for cls in (LSTMClassifier, BiLSTMClassifier)
    ]  # fmt: skip
    assert scores[0] < 0.8 < 0.9 < scores[1]


@ENGINES
@pytest.mark.parametrize("y", [TWO, THREE], ids=["two", "three"])
def test_windows_of_one_step_train_as_with_one_label(engine, y, rng):
    one, y, weight = X[:, :1], y[:, :1], rng.uniform(0.5, 1, size=120)
    options = {"engine": engine, "dropout": 0.2, "num_layers": 2}
    model = make(**options).fit(one, y, sample_weight=weight)
    steps = make(**options).fit(one, y, sample_weight=weight[:, np.newaxis])
    plain = make(output="last", **options).fit(one, y[:, 0], sample_weight=weight)
    for other in (model, steps):
        assert_close(other.loss_curve_, plain.loss_curve_)
        assert_close(other.predict_proba(one)[:, 0], plain.predict_proba(one))


def untrained(y, sample_weight=None, **options):
    options = {"learning_rate": 1e-30, "max_epochs": 1, "batch_size": 40} | options
    return make(**options).fit(X, y, sample_weight)


@ENGINES
@pytest.mark.parametrize("kind", ["samples", "steps"])
def test_the_loss_is_the_weighted_mean_over_all_labels(engine, kind, rng):
    y = THREE.astype(object)
    y[rng.random(y.shape) < 0.4] = None
    weight = rng.uniform(0, 1, size=120 if kind == "samples" else (120, 6))
    model = untrained(y, weight, class_weight={"up": 3.0, "flat": 0.5}, engine=engine)
    known = ~pd.isna(y)
    by_class = np.select([y == "up", y == "flat"], [3.0, 0.5], 1.0)
    weight = (by_class * weight.reshape(120, -1))[known]
    probability = model.predict_proba(X)[known]
    expected = log_loss(y[known].astype(str), probability, sample_weight=weight)
    assert model.loss_curve_[0] == pytest.approx(expected, rel=1e-5)
    early = untrained(y, engine=engine, early_stopping=True)
    block = known & (np.arange(120) >= 108)[:, np.newaxis]
    expected = log_loss(y[block].astype(str), early.predict_proba(X)[block])
    assert -early.best_validation_score_ == pytest.approx(expected, rel=1e-5)


def plain_loss(weights, windows, numbers, step_weight):
    """The log loss of a simple recurrent network, step by step."""
    w, u, b = (weights[f"layer0_forward_{name}"] for name in ("input", "recurrent", "bias"))
    total = norm = 0.0
    for window, labels, of_steps in zip(windows, numbers, step_weight, strict=True):
        h = np.zeros(len(b))
        for x, label, weight in zip(window, labels, of_steps, strict=True):
            if np.isnan(x).any():
                continue
            h = np.tanh(w @ x + u @ h + b)
            logits = weights["head_weight"] @ h + weights["head_bias"]
            if label >= 0:
                total += weight * (np.log(np.exp(logits).sum()) - logits[label])
                norm += weight
    return total / norm


@ENGINES
def test_loss_and_gradient_are_those_of_a_plain_network(engine, rng):
    few, y, weight = X[:20].copy(), THREE[:20].astype(object), rng.uniform(0.2, 1, size=(20, 6))
    y[rng.random(y.shape) < 0.4] = None
    few[::3, :2] = NAN
    model = make(
        sklstm.RNNClassifier, hidden_size=3, optimizer="sgd", learning_rate=1e-4, engine=engine,
        weight_decay=0.0, max_grad_norm=None, max_epochs=1,
    )  # fmt: skip
    before = clone(model).set_params(learning_rate=1e-30).fit(few, y, weight).weights_
    model.fit(few, y, weight)
    scaled = (few - model.feature_mean_) / model.feature_scale_
    known = ~pd.isna(y)
    numbers = np.full(y.shape, -1)
    numbers[known] = np.searchsorted(model.classes_, y[known].astype(str))
    data = scaled, numbers, weight
    assert model.loss_curve_[0] == pytest.approx(plain_loss(before, *data), rel=1e-9)
    for name, array in before.items():
        # The first step with Nesterov momentum of .9 is 1.9 times the gradient.
        gradient = (array - model.weights_[name]) / (1.9 * 1e-4)
        place = tuple(rng.integers(array.shape))
        moved = []
        for change in (1e-5, -1e-5):
            other = array.copy()
            other[place] += change
            moved.append(plain_loss(before | {name: other}, *data))
        expected = (moved[0] - moved[1]) / 2e-5
        assert gradient[place] == pytest.approx(expected, rel=1e-4, abs=1e-8)


@ENGINES
def test_integer_weights_of_steps_are_labels_that_occur_as_often(engine, rng):
    # Windows of one step each: a step of weight 2 is the window twice.
    one, y, weight = X[:40, :1], THREE[:40, :1], rng.integers(0, 3, size=(40, 1))
    repeated = np.repeat(np.arange(40), weight[:, 0])
    weighted = make(engine=engine).fit(one, y, sample_weight=weight)
    plain = make(engine=engine).fit(one[repeated], y[repeated])
    assert_close(weighted.predict_log_proba(one), plain.predict_log_proba(one), 1e-6)


@ENGINES
def test_a_step_of_weight_zero_has_no_label(engine, rng):
    without, weight = THREE.astype(object), (rng.random((120, 6)) > 0.4).astype(float)
    weight[:5] = 0.0
    without[weight == 0] = None
    for class_weight in (None, "balanced"):
        options = {"engine": engine, "early_stopping": True, "class_weight": class_weight}
        first = make(**options).fit(X, THREE, sample_weight=weight * 7)
        second = make(**options).fit(X, without)
        assert_close(first.loss_curve_, second.loss_curve_, 1e-6)
        assert_close(first.predict_proba(X), second.predict_proba(X), 1e-5)


def test_regressors_take_weights_of_steps_too(rng):
    weight, y = rng.uniform(size=(120, 6)), SUM.copy()
    y[rng.random(y.shape) < 0.3] = NAN
    model = make(GRURegressor, learning_rate=1e-30, max_epochs=1).fit(X, y, weight)
    known = ~np.isnan(y)
    mean = np.average(y[known], weights=weight[known])
    scale = np.sqrt(np.average((y[known] - mean) ** 2, weights=weight[known]))
    np.testing.assert_allclose([model.target_mean_[0], model.target_scale_[0]], [mean, scale])
    error = ((model.predict(X) - y) / scale)[known]
    expected = np.average(error**2, weights=weight[known])
    assert model.loss_curve_[0] == pytest.approx(expected, rel=1e-5)
    assert model.score(X, y, weight) == pytest.approx(1 - expected, rel=1e-5)


def test_balanced_counts_labels_and_none_where_there_is_none():
    y = THREE.astype(object)
    y[:, 3:] = None
    found = untrained(y, class_weight="balanced").loss_curve_
    classes = ["down", "flat", "up"]
    weights = compute_class_weight("balanced", classes=np.array(classes), y=THREE[:, :3].ravel())
    given = untrained(y, class_weight=dict(zip(classes, weights, strict=True))).loss_curve_
    assert found == pytest.approx(given, rel=1e-6)


def test_a_view_of_a_series_trains_as_its_copy(rng):
    series = rng.normal(size=(200, 2))
    labels = (series[:, :1].cumsum(axis=0) > 0).astype(float)
    labels[rng.random(200) < 0.2] = NAN
    windows, y = (SequenceWindower(7).fit_transform(table) for table in (series, labels))
    options = {"class_weight": "balanced", "early_stopping": True}
    view = make(**options).fit(windows, y)
    assert view.classes_.tolist() == [0.0, 1.0]
    for other in (np.ascontiguousarray(windows), np.ascontiguousarray(y)), (windows, y[:, :, 0]):
        model = make(**options).fit(*other)
        assert_close(model.loss_curve_, view.loss_curve_, 1e-5)
        assert_close(model.predict_proba(windows), view.predict_proba(windows))


def test_balanced_counts_no_step_of_windows_without_weight(rng):
    labels = np.where(rng.normal(size=200).cumsum() > 0, "up", "down").astype(object)
    labels[80:100] = "never"  # in windows of weight zero alone
    windows = SequenceWindower(7, pad="edge").fit_transform(rng.normal(size=(200, 2)))
    y = np.lib.stride_tricks.sliding_window_view(np.r_[[labels[0]] * 6, labels], 7)
    weight = rng.uniform(size=200)
    weight[80:106] = 0.0
    model = make(class_weight="balanced").fit(windows, y, sample_weight=weight)
    other = make(class_weight="balanced").fit(windows.copy(), y.copy(), sample_weight=weight)
    assert_close(model.loss_curve_, other.loss_curve_, 1e-5)
    with pytest.warns(UserWarning, match="no observed step"):
        shares = (
            make(class_weight="balanced", output="last")
            .fit(windows, y[:, -1], sample_weight=weight)
            .predict_proba(np.full((1, 7, 2), NAN))
        )
    assert_close(shares, [[0.5, 0.0, 0.5]])


@ENGINES
def test_missing_steps_are_as_if_they_were_not_there(engine):
    longer, y = np.full((120, 9, 2), NAN), np.full((120, 9), "no class of ours", dtype=object)
    there = np.arange(9) % 3 != 1
    longer[:, there], y[:, there] = X, THREE
    model, plain = make(engine=engine).fit(longer, y), make(engine=engine).fit(X, THREE)
    assert model.classes_.tolist() == plain.classes_.tolist()
    assert_close(model.loss_curve_, plain.loss_curve_, 1e-6)
    assert_close(model.predict_proba(longer)[:, there], plain.predict_proba(X), 1e-6)
    assert np.isnan(model.predict_proba(longer)[:, ~there]).all()
    predicted = model.predict(longer)
    assert (predicted[:, there] == plain.predict(X)).all()
    assert (predicted[:, ~there] == None).all()  # noqa: E711
    assert model.score(longer, y) == plain.score(X, THREE)


@pytest.mark.parametrize(
    ("y", "kind", "missing"),
    [
        (TWO, np.float64, "NaN"),
        (TWO.astype(np.float32), np.float32, "NaN"),
        (THREE, object, "None"),
        (TWO == 1, object, "None"),
    ],
)
def test_predictions_of_missing_steps_are_missing(y, kind, missing):
    windows = X.copy()
    windows[0], windows[1, 2:4] = NAN, NAN
    with warnings.catch_warnings(action="error"):
        model = make().fit(windows, y)
        predicted = model.predict(windows)
    assert predicted.dtype == kind
    np.testing.assert_array_equal(pd.isna(predicted), np.isnan(windows[:, :, 0]))
    assert (predicted[0, 0] is None) == (missing == "None")
    assert model.predict(windows[2:]).dtype == y.dtype
    again = model.fit(windows, predicted)  # predictions are labels
    assert set(again.classes_.tolist()) <= set(np.unique(y).tolist())


@CLASSIFIERS
@ENGINES
def test_output_last_then_predicts_the_last_step(cls, engine):
    windows = X.copy()
    windows[::4, -1] = windows[::3, :2] = NAN
    model = make(cls, engine=engine).fit(windows, THREE)
    steps = model.predict_proba(windows)
    last = np.where(np.isnan(windows[:, -1, 0]), 4, 5)
    model.set_params(output="last")
    np.testing.assert_array_equal(model.predict_proba(windows), steps[np.arange(120), last])
    windows[0] = NAN
    with pytest.warns(UserWarning, match="how frequent the classes were"):
        nothing = model.predict_proba(windows)[0]
    known = ~np.isnan(steps[:, :, 0])
    np.testing.assert_allclose(nothing, [np.mean(THREE[known] == c) for c in model.classes_])


def test_what_was_fitted_on_windows_predicts_every_step():
    model = make(output="last").fit(X, THREE[:, -1])
    expected = np.transpose([model.predict(X[:, : t + 1]) for t in range(6)])
    np.testing.assert_array_equal(model.set_params(output="sequence").predict(X), expected)
    for options in ({"patch_size": 2}, {"pooling": "mean"}):
        model = make(output="last", **options).fit(X, THREE[:, -1]).set_params(output="sequence")
        with pytest.raises(ValueError, match=f"{[*options][0]}.*Set output='last'"):
            model.predict(X)


RAGGED = [np.array(window[: 2 + k % 5]) for k, window in enumerate(X)]
TAGS = [list(labels[: 2 + k % 5]) for k, labels in enumerate(THREE)]


def test_sequences_of_unequal_length():
    padded, y = sklstm.stack_sequences(RAGGED), THREE.astype(object)
    y[np.isnan(padded[:, :, 0])] = None
    whole = make().fit(padded, y)
    series = pd.Series(TAGS)
    for labels in (TAGS, series, [np.array(tags) for tags in TAGS], y):
        model = make().fit(RAGGED, labels)
        assert model.loss_curve_ == whole.loss_curve_
        assert model.score(RAGGED, labels) == whole.score(padded, y)
    assert make().fit(padded, TAGS).loss_curve_ == whole.loss_curve_
    weight = np.linspace(0.1, 1, 720).reshape(120, 6)
    weighted = make().fit(padded, y, sample_weight=weight)
    weight = [of_steps[: len(one)] for of_steps, one in zip(weight, RAGGED, strict=True)]
    assert make().fit(RAGGED, TAGS, sample_weight=weight).loss_curve_ == weighted.loss_curve_
    assert 0 < weighted.score(RAGGED, TAGS, weight) < 1
    front = np.full_like(padded, NAN)  # padded in front, as Keras does it
    for window, one in zip(front, RAGGED, strict=True):
        window[-len(one) :] = one
    model = make().fit(front, TAGS)
    assert_close(model.loss_curve_, whole.loss_curve_, 1e-6)
    assert model.score(front, TAGS) == pytest.approx(whole.score(padded, y))
    numbers = [SUM[k, : len(one)] for k, one in enumerate(RAGGED)]
    values = np.where(np.isnan(padded[:, :, 0]), NAN, SUM)
    first, second = (make(GRURegressor).fit(RAGGED, t) for t in (numbers, values))
    assert first.loss_curve_ == second.loss_curve_
    assert first.score(RAGGED, numbers) == second.score(padded, values)


def test_tags_of_words():
    texts = ["the cat sat", "a dog ran off", "the dog sat"] * 10
    tags = [["DET", "NOUN", "VERB"], ["DET", "NOUN", "VERB", "ADV"], ["DET", "NOUN", "VERB"]] * 10
    tokens = TextSequencer().fit_transform(texts)
    model = make(BiLSTMClassifier, embedding_dim=4, max_epochs=30, learning_rate=0.02)
    model.fit(tokens, tags)
    assert model.score(tokens, tags) == 1.0
    found = [[tag for tag in row if tag is not None] for row in model.predict(tokens)]
    assert found == tags


@pytest.mark.parametrize(
    "labels",
    [
        pd.DataFrame(THREE),
        pd.DataFrame(THREE).astype("category"),
        np.ma.masked_array(THREE, mask=np.zeros(THREE.shape)),
        THREE.tolist(),
        THREE[:, :, np.newaxis],
    ],
)
def test_containers_of_labels(labels):
    assert make().fit(X, labels).loss_curve_ == make().fit(X, THREE).loss_curve_


def test_every_sign_of_a_missing_label_is_one(rng):
    hole = rng.random(THREE.shape) < 0.3

    def holes(value, y=THREE):
        y = y.astype(object)
        y[hole] = value
        return y

    none = make().fit(X, holes(None))
    masked = np.ma.masked_array(THREE, mask=hole)
    for y in (holes(NAN), holes(pd.NA), masked, pd.DataFrame(holes(None)).astype("string")):
        assert make().fit(X, y).loss_curve_ == none.loss_curve_
    numbers = make().fit(X, np.where(hole, NAN, TWO))
    masked = np.ma.masked_array(TWO, mask=hole)
    for y in (holes(None, TWO), masked, pd.DataFrame(holes(None, TWO)).astype("Int64")):
        model = make().fit(X, y)
        assert model.loss_curve_ == numbers.loss_curve_
        assert model.classes_.tolist() == [0, 1]


SHAPE = r"shape \(n_samples, n_timesteps\), or be a list of sequences of labels; got"


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (THREE[:, 0], rf"{SHAPE} an array of shape \(120,\)"),
        (np.zeros((120, 6, 3)), rf"{SHAPE} an array of shape \(120, 6, 3\)"),
        (THREE[:, 1:], "each of the 6 steps of X"),
        (THREE[1:], "120 windows in X and 119 targets"),
        (np.full(THREE.shape, None), "y has no label to learn from"),
        (np.full(THREE.shape, "a"), "at least two classes, got one class"),
        (SUM, "Unknown label type: continuous"),
        (np.where(TWO == 0, -100, TWO), r"label -100 \(sample \d, step \d\).*np.where\(y == -100"),
        (np.where(SUM > 1, 2, TWO) - (SUM < -1), r"label -1 .*up to 2, and it is not clear"),
        (np.where(THREE == "up", "nan", THREE), r"label 'nan' \(sample \d, step \d\)"),
        (np.where(TWO == 1, np.array("a", dtype=object), 1), r"'a' \(sample 0, step \d\) and 1"),
        ([["a", "b"]] * 120, "y has 2 values for sequence 0, which has 6 steps"),
    ],
)
def test_bad_labels(y, message):
    with pytest.raises(ValueError, match=message):
        make().fit(X, y)


def test_unequal_lists_of_labels_are_named():
    tags = [*TAGS]
    tags[7] = tags[7][:-1]
    with pytest.raises(ValueError, match="y has 3 values for sequence 7, which has 4 steps"):
        make().fit(RAGGED, tags)
    with pytest.raises(ValueError, match="3 values for sequence 7, which has 4 steps, in a w"):
        make().fit(sklstm.stack_sequences(RAGGED), tags)
    held_out = {"X_val": X, "y_val": [["a"] * 5] * 120}
    with pytest.raises(ValueError, match=r"y_val has 5 values for sequence 0"):
        make(early_stopping=True).fit(X, THREE, **held_out)


def test_minus_one_is_a_class_where_that_is_clear():
    for classes in ([-1, 1], [-1, 0, 1]):
        y = np.array(classes)[np.arange(720) % len(classes)].reshape(120, 6)
        assert make().fit(X, y).classes_.tolist() == classes


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.ones((120, 5)), r"shape \(120,\), one for each sample, or \(120, 6\).*\(120, 5\)"),
        (-np.ones((120, 6)), r"not negative, got -1.0 \(sample 0, step 0\)"),
        (np.full((120, 6), np.inf), r"finite and not negative, got inf"),
        (np.zeros((120, 6)), "y has no target to learn from"),
    ],
)
def test_bad_weights_of_steps(weight, message):
    with pytest.raises(ValueError, match=message):
        make().fit(X, THREE, sample_weight=weight)
    with pytest.raises(ValueError, match="(?i)sample.weight"):
        make(output="last").fit(X, THREE[:, -1], sample_weight=weight)


def test_training_goes_on_bit_for_bit():
    options = {"dropout": 0.2, "n_iter_no_change": None}
    whole = make(max_epochs=4, **options).fit(X, THREE)
    parts = make(max_epochs=2, warm_start=True, **options).fit(X, THREE).fit(X, THREE)
    steps = make(**options)
    for _ in range(4):
        steps.partial_fit(X, THREE, classes=["down", "flat", "up"])
    for other in (parts, steps, pickle.loads(pickle.dumps(whole)), clone(whole).fit(X, THREE)):
        np.testing.assert_array_equal(whole.predict_proba(X), other.predict_proba(X))
    with pytest.raises(ValueError, match="classes that were not announced: \\['else'\\]"):
        steps.partial_fit(X, np.where(THREE == "up", "else", THREE))


def test_early_stopping_names_labels_of_the_held_out_block_alone():
    y = THREE.copy()
    y[-5:, 2] = "late"
    with pytest.warns(UserWarning, match=r"the classes \['late'\] occur"):
        make(early_stopping=True).fit(X, y)
    model = make(early_stopping=True).fit(X, y, X_val=X[-20:], y_val=y[-20:])
    assert model.n_iter_ == 3


def test_nothing_learned_is_told(rng):
    noise = rng.integers(2, size=(60, 6))
    options = {"max_epochs": "auto", "n_iter_no_change": 2, "learning_rate": 1e-9}
    with pytest.warns(UserWarning, match="learned nothing.*the class shares alone 0.69"):
        make(**options).fit(X[:60], noise)


def test_search_and_cross_validation():
    scores = cross_val_score(make(), X, TWO, cv=KFold(3), error_score="raise")
    expected = []
    for train, test in KFold(3).split(X):
        predicted = make().fit(X[train], TWO[train]).predict(X[test])
        expected.append(np.mean(predicted == TWO[test]))
    np.testing.assert_allclose(scores, expected)
    search = GridSearchCV(make(), {"max_epochs": [1, 20]}, cv=GroupKFold(3), error_score="raise")
    search.fit(X, np.where(THREE == "up", None, THREE), groups=np.arange(120) % 6)
    assert search.best_params_ == {"max_epochs": 20}


def test_rows_do_not_depend_on_each_other(rng):
    windows = X.copy()
    windows[rng.random((120, 6)) < 0.3] = NAN
    model = make(hidden_size=20).fit(windows, THREE)
    whole = model.predict_proba(windows)
    for rows in ([5], [110, 3], rng.permutation(120)[:40]):
        np.testing.assert_array_equal(model.predict_proba(windows[rows]), whole[rows])


def test_score_leaves_out_steps_without_label_or_prediction(rng):
    windows, y, weight = X.copy(), THREE.astype(object), rng.uniform(size=(120, 6))
    y[rng.random(y.shape) < 0.3], windows[::2, 2] = None, NAN
    model = make().fit(windows, y)
    there = ~pd.isna(y) & ~np.isnan(windows[:, :, 0])
    hits = (model.predict(windows) == y)[there]
    for each, of_steps in ((None, np.ones((120, 6))), (weight, weight), (weight[:, 0], None)):
        of_steps = np.tile(weight[:, :1], 6) if of_steps is None else of_steps
        expected = np.average(hits, weights=of_steps[there])
        assert model.score(windows, y, each) == pytest.approx(expected)
    with pytest.raises(ValueError, match="shape of the predictions"):
        model.score(windows, y[:, 1:])
    with pytest.raises(ValueError, match="no step with both a label and a prediction"):
        model.score(windows, np.full(y.shape, None))


def test_callbacks_and_checkpoints_see_weights_of_steps(tmp_path):
    from sklstm.callbacks._checkpoint_file import data_digest
    from sklstm.data import WindowSet
    from sklstm.training import TrainingData

    windows = WindowSet.from_array(X)
    numbers = windows.with_rows(TWO.ravel())
    digests = [
        data_digest(TrainingData(windows, numbers, step_weight=weight))
        for weight in (None, np.ones(720), np.linspace(0, 1, 720))
    ]
    assert len({*digests}) == 3
