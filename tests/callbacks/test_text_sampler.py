"""Texts that models write while they learn."""

import io

import pytest
from sklearn.base import clone
from sklearn.callback import FitCallback
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklstm import GRULanguageModel, LSTMRegressor
from sklstm.callbacks import TextSampler

VERSE = "to be or not to be, that is the question:\n"
SMALL = {"hidden_size": 8, "batch_size": 4, "random_state": 0}


def expected_samples(n_epochs, **options):
    """What models write that were fitted for as many epochs."""
    samples = []
    for n in n_epochs:
        model = GRULanguageModel(**SMALL, max_epochs=n).fit(VERSE)
        text = model.sample(**options)
        samples.append({"n_iter": n, "loss": model.loss_curve_[-1], "text": text})
    return samples


def test_it_keeps_to_the_protocol():
    assert isinstance(TextSampler(), FitCallback)


def test_texts_are_those_of_models_of_as_many_epochs(capsys):
    options = {"n_tokens": 20, "prompt": "to ", "temperature": 0.7, "top_k": 5, "random_state": 3}
    sampler = TextSampler(every=2, **options)
    model = GRULanguageModel(**SMALL, max_epochs=5).set_callbacks(sampler).fit(VERSE)
    assert sampler.samples_ == expected_samples([2, 4], **options)
    shown = "".join(
        f"Epoch {sample['n_iter']}, loss {sample['loss']:.4f}\n{sample['text']}\n\n"
        for sample in sampler.samples_
    )
    assert capsys.readouterr().out == shown
    # A look at the model on the way does not change it.
    assert model.loss_curve_ == GRULanguageModel(**SMALL, max_epochs=5).fit(VERSE).loss_curve_


def test_a_fit_begins_with_nothing_and_epochs_go_on_counting(capsys):
    sampler = TextSampler(every=3, n_tokens=5)
    model = GRULanguageModel(**SMALL, max_epochs=4, warm_start=True).set_callbacks(sampler)
    model.fit(VERSE)
    assert [sample["n_iter"] for sample in sampler.samples_] == [3]
    model.fit(VERSE)
    assert [sample["n_iter"] for sample in sampler.samples_] == [6]
    model.partial_fit(VERSE)
    assert [sample["n_iter"] for sample in sampler.samples_] == [9]


def test_files(tmp_path, capsys):
    path, buffer = tmp_path / "samples.txt", io.StringIO()
    path.write_text("Before.\n", encoding="utf-8")
    for file in (path, str(path), buffer):
        sampler = TextSampler(every=1, n_tokens=5, file=file, random_state=0)
        GRULanguageModel(**SMALL, max_epochs=2).set_callbacks(sampler).fit("\u2019\u00e4b" * 9)
    assert capsys.readouterr().out == ""
    text = buffer.getvalue()
    assert text.count("Epoch") == 2
    assert path.read_text(encoding="utf-8") == "Before.\n" + 2 * text


def test_a_prompt_that_the_model_cannot_read_shows_after_an_epoch(capsys):
    sampler = TextSampler(every=50, prompt="Hamlet")
    model = GRULanguageModel(**SMALL, max_epochs=100, verbose=True).set_callbacks(sampler)
    with pytest.raises(ValueError, match="prompt holds the token 'H'"):
        model.fit(VERSE)
    assert capsys.readouterr().out.count("Epoch") == 1


def test_only_for_models_that_write():
    model = LSTMRegressor(2).set_callbacks(TextSampler())
    with pytest.raises(TypeError, match="for language models .* got LSTMRegressor"):
        model.fit([[1.0, 2.0]] * 3, [1.0, 2.0, 3.0])


def test_within_a_pipeline_and_a_search(capsys):
    sampler = TextSampler(every=2, n_tokens=3)
    model = GRULanguageModel(**SMALL, max_epochs=2).set_callbacks(sampler)
    make_pipeline(FunctionTransformer(), model).fit([VERSE, VERSE])
    assert len(sampler.samples_) == 1
    search = GridSearchCV(clone(model), {"hidden_size": [2, 3]}, cv=2)
    search.fit([VERSE] * 2)
    assert capsys.readouterr().out.count("Epoch 2, loss") == 1 + 5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("every", 0),
        ("every", 1.5),
        ("n_tokens", 0),
        ("prompt", None),
        ("temperature", 0.0),
        ("top_k", 0),
        ("random_state", "x"),
        ("file", 3),
    ],
)
def test_wrong_arguments_are_named(name, value):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of TextSampler.* must be"):
        TextSampler(**{name: value})
