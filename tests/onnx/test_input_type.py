"""What a graph takes if nobody says: numbers are told in `test_to_onnx`, here are tokens."""

import numpy as np
import pandas as pd
import pytest
import skl2onnx
from skl2onnx.common.data_types import Int64TensorType, StringTensorType
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import sklstm
from sklstm import GRUClassifier, TextSequencer
from sklstm.onnx import to_onnx

TEXTS = ["a fine film", "a dull film", "what a fine cast", "dull from start to end"] * 3
LABELS = [1, 0, 1, 0] * 3
NETWORK = GRUClassifier(3, embedding_dim=2, max_epochs=2, random_state=0, engine="torch")
PLAIN = {"zipmap": False}


def of_texts(output="default"):
    """Return a fitted pipeline that begins with strings."""
    model = make_pipeline(TextSequencer().set_output(transform=output), NETWORK)
    return model.fit(TEXTS, LABELS)


@pytest.fixture(scope="module")
def pipeline():
    return of_texts()


@pytest.fixture(scope="module")
def tokens(pipeline):
    return pipeline[0].transform(TEXTS)


def input_of(model, X=None):
    """Return the type and the shape of the input of a graph."""
    kind = to_onnx(model, X).graph.input[0].type.tensor_type
    return kind.elem_type, [d.dim_value or None for d in kind.shape.dim]


def test_types_of_input(pipeline, tokens):
    float32, int32, int64 = 1, 6, 7
    model, wide = pipeline[-1], tokens[:, :, np.newaxis]
    assert input_of(model) == input_of(model, tokens.tolist()) == (int64, [None, None])
    assert input_of(make_pipeline("passthrough", model)) == (int64, [None, None])
    assert input_of(model, tokens) == (int32, [None, None])
    assert input_of(model, tokens.astype(float)) == (float32, [None, None])
    assert input_of(model, wide) == (int32, [None, None, 1])
    of_wide = clone(NETWORK).fit(wide, LABELS)
    assert input_of(of_wide) == (int64, [None, None, 1])


@pytest.mark.parametrize("output", ["default", "pandas"])
def test_behind_a_text_sequencer(output, run):
    model = of_texts(output)
    texts = [*TEXTS, "nobody knows", ""]
    tokens = np.asarray(model[:-1].transform(texts))
    for part in (model[-1], model[1:]):
        graph = to_onnx(part, tokens, options=PLAIN)
        for wide in (tokens, np.pad(tokens, [(0, 0), (4, 2)])):
            label, probability = run(graph, wide)
            assert label.tolist() == model.predict(texts).tolist()
            np.testing.assert_allclose(probability, model.predict_proba(texts), atol=1e-5)


def test_named_steps_in_another_order(tokens, run):
    """The newest step first: their number is that of the names."""
    frame = pd.DataFrame(tokens[:, ::-1]).rename(columns="token@t-{}".format)
    model = clone(NETWORK).fit(frame, LABELS)
    assert input_of(model)[1] == [None, tokens.shape[1]]
    _, probability = run(to_onnx(model, options=PLAIN), frame.to_numpy(dtype=np.int64))
    np.testing.assert_allclose(probability, model.predict_proba(frame), atol=1e-5)
    np.testing.assert_array_equal(
        model.predict_proba(frame), clone(NETWORK).fit(tokens, LABELS).predict_proba(tokens)
    )


def test_searches_pipelines_and_calibration(tokens, run):
    for model in [
        make_pipeline("passthrough", NETWORK),
        GridSearchCV(NETWORK, {"embedding_dim": [1, 2]}, cv=2),
        CalibratedClassifierCV(NETWORK, cv=2),
    ]:
        graph = to_onnx(model.fit(tokens, LABELS), tokens, options=PLAIN)
        kind = graph.graph.input[0].type.tensor_type.elem_type
        _, probability = run(graph, tokens.astype(np.float32 if kind == 1 else np.int32))
        np.testing.assert_allclose(probability, model.predict_proba(tokens), atol=1e-5)


def refused(pipeline):
    """Yield a function that must fail, the error, and what it must say."""
    strings = [("X", StringTensorType([None, 1]))]

    def plainly(model):
        return skl2onnx.to_onnx(model, initial_types=strings)

    advice = r"TextSequencer .*pipeline\[-1\].*pipeline\[:-1\]\.transform"
    search = GridSearchCV(pipeline, {"gruclassifier__hidden_size": [2]}, cv=2).fit(TEXTS, LABELS)
    whole = [(model, advice) for model in (pipeline, make_pipeline(pipeline), search)]
    for cell in ("RNN", "LSTM", "GRU"):
        name = f"{cell}LanguageModel"
        model = getattr(sklstm, name)(
            hidden_size=2, sequence_length=5, max_epochs=1, engine="torch"
        )
        whole.append((model.fit(TEXTS), f"{name} has no ONNX form"))
    for model, words in whole:
        yield lambda m=model: to_onnx(m), NotImplementedError, words
        yield lambda m=model: plainly(m), NotImplementedError, words
    takes = r"takes windows of tokens, such as Int64TensorType\(\[None, None\]\)"
    yield lambda: plainly(pipeline[-1]), ValueError, takes
    types = [("X", Int64TensorType([None, None, 2]))]
    yield lambda: to_onnx(pipeline[-1], initial_types=types), ValueError, takes


def test_what_is_refused_is_named(pipeline):
    for convert, error, message in refused(pipeline):
        with pytest.raises(error, match=message):
            convert()
