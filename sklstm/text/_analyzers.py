"""Functions from a text to its tokens: `build_analyzer`."""

import re
from collections.abc import Iterable


def build_analyzer(level, lowercase, token_pattern, analyzer):
    """Return the function that cuts a text into tokens.

    Parameters
    ----------
    level : {"word", "char"}
        What a token is.
    lowercase : bool
        Whether texts are lower-cased first.
    token_pattern : str
        Regular expression of a word.
    analyzer : callable or None
        Stands in for all of the above.

    Returns
    -------
    tokens_of : callable
        Takes a string, returns a list of strings.

    Raises
    ------
    ValueError
        If `token_pattern` does not describe words, or later if `analyzer` returns no tokens.
    """
    if analyzer is not None:
        return _listed(analyzer)
    cut = _words(token_pattern) if level == "word" else list
    return (lambda text: cut(text.lower())) if lowercase else cut


def _listed(analyzer):
    def tokens_of(text):
        tokens = analyzer(text)
        if isinstance(tokens, str) or not isinstance(tokens, Iterable):
            raise ValueError(
                "analyzer must return the tokens of a text, such as a list of strings, got a "
                f"{type(tokens).__name__}."
            )
        return list(tokens)

    return tokens_of


def _words(token_pattern):
    try:
        pattern = re.compile(token_pattern)
    except re.error as error:
        raise ValueError(
            f"token_pattern={token_pattern!r} is no regular expression: {error}."
        ) from error
    if pattern.groups > 1:
        raise ValueError(
            f"token_pattern={token_pattern!r} has {pattern.groups} capturing groups; it takes at "
            "most one, whose content is the token. Write the others as (?:...)."
        )
    if pattern.fullmatch(""):
        raise ValueError(
            f"token_pattern={token_pattern!r} matches the empty string, so there would be empty "
            'words; a word has at least one character, such as in r"\\w+".'
        )
    return pattern.findall
