"""Texts that a language model writes while it learns: `TextSampler`."""

from numbers import Integral, Real
from os import PathLike
from typing import Any

from sklearn.utils._param_validation import HasMethods, Interval

from sklstm._whole_numbers import validate_params
from sklstm.persistence import ParametersMixin


class TextSampler(ParametersMixin):
    """Let a language model write a text every few epochs.

    Each text is printed, beneath a line with the number of epochs and the loss.

    Parameters
    ----------
    every : int, default=10
        Epochs from one text to the next.
    n_tokens : int, default=200
        Tokens of each text, those of the prompt not counted.
    prompt : str, default=""
        How each text begins.
    temperature : float, default=1.0
        As in `sample` of the language model.
    top_k : int, default=None
        As in `sample` of the language model.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws; with a number they are the same for each text, so that texts differ by
        what the model has learned.
    file : path or object with a method ``write``, default=None
        Where to write the texts; to a file that is there they are appended. None: they are
        printed.

    Attributes
    ----------
    samples_ : list of dict
        What was written in the last fit: the number of epochs as ``"n_iter"``, the training loss
        as ``"loss"`` and the text as ``"text"``. A fit in another process, such as in a search
        with ``n_jobs``, leaves nothing here.

    See Also
    --------
    sklearn.callback.ProgressBar : Shows how far a fit has come.

    Notes
    -----
    A prompt that the model cannot read ends `fit` with an error after the first epoch.

    Examples
    --------
    >>> from sklstm import GRULanguageModel
    >>> from sklstm.callbacks import TextSampler
    >>> sampler = TextSampler(every=20, n_tokens=12, prompt="ab", top_k=1)
    >>> model = GRULanguageModel(hidden_size=16, batch_size=4, max_epochs=40, random_state=0)
    >>> model = model.set_callbacks(sampler).fit("abc" * 300)
    Epoch 20, loss ...
    ab...
    <BLANKLINE>
    Epoch 40, loss ...
    abcabcabcabcab
    <BLANKLINE>
    >>> [sample["n_iter"] for sample in sampler.samples_]
    [20, 40]
    """

    @validate_params(
        {
            "every": [Interval(Integral, 1, None, closed="left")],
            "n_tokens": [Interval(Integral, 1, None, closed="left")],
            "prompt": [str],
            "temperature": [Interval(Real, 0, None, closed="neither")],
            "top_k": [Interval(Integral, 1, None, closed="left"), None],
            "random_state": ["random_state"],
            "file": [str, PathLike, HasMethods("write"), None],
        }
    )
    def __init__(
        self,
        every: int = 10,
        n_tokens: int = 200,
        prompt: Any = "",
        temperature: float = 1.0,
        top_k: int | None = None,
        random_state: Any = None,
        file: Any = None,
    ) -> None:
        self.every = every
        self.n_tokens = n_tokens
        self.prompt = prompt
        self.temperature = temperature
        self.top_k = top_k
        self.random_state = random_state
        self.file = file
        self.samples_: list[dict[str, Any]] = []

    def setup(self, estimator: Any, context: Any) -> None:
        """Begin anew; called at the beginning of a fit.

        Parameters
        ----------
        estimator : estimator
            The language model.
        context : CallbackContext
            Its task.

        Raises
        ------
        TypeError
            If the estimator writes no text.
        """
        if not hasattr(estimator, "sample"):
            raise TypeError(
                "TextSampler is for language models such as LSTMLanguageModel, got "
                f"{type(estimator).__name__}, which writes no text."
            )
        self.samples_ = []

    def teardown(self, estimator: Any, context: Any) -> None:
        """Do nothing: a fit has ended.

        Parameters
        ----------
        estimator : estimator
            The language model.
        context : CallbackContext
            Its task.
        """

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Do nothing: a fit or an epoch begins.

        Parameters
        ----------
        estimator : estimator
            The language model.
        context : CallbackContext
            Its task.
        """

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, fitted_estimator: Any = None
    ) -> None:
        """Take a sample, if it is time to.

        Parameters
        ----------
        estimator : estimator
            The language model.
        context : CallbackContext
            A task that has ended, such as an epoch.
        fitted_estimator : estimator, default=None
            The model as it is after this epoch.
        """
        if fitted_estimator is None or context.task_name != "epoch":
            return
        if fitted_estimator.n_iter_ % self.every == 0:
            self._take(fitted_estimator)
        elif context.task_id == 0:
            self._text(fitted_estimator, 1)  # a wrong prompt shows now rather than later

    def _take(self, model):
        n_iter, loss = model.n_iter_, model.loss_curve_[-1]
        text = self._text(model, self.n_tokens)
        self.samples_.append({"n_iter": n_iter, "loss": loss, "text": text})
        self._write(f"Epoch {n_iter}, loss {loss:.4f}\n{text}\n")

    def _text(self, model, n_tokens):
        return model.sample(
            n_tokens,
            prompt=self.prompt,
            temperature=self.temperature,
            top_k=self.top_k,
            random_state=self.random_state,
        )

    def _write(self, lines):
        if isinstance(self.file, str | PathLike):
            with open(self.file, "a", encoding="utf-8") as file:
                print(lines, file=file)
        else:
            print(lines, file=self.file)
