"""What a word is: by the letters of Unicode, by the punctuation of ASCII, or by a pattern."""

import re
import unicodedata
from functools import cache

#: What lies between blanks and the punctuation of ASCII, the apostrophe excepted (Keras).
ASCII_WORDS = r"(?a)[^\s!-&(-/:-@\[-\x60{-~]+"

# Scripts that put no blanks between words: kana, ideographs and their iteration marks.
_KANA = r"\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_HAN = r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CJK = _KANA + _HAN
_APOSTROPHES = "'\u2019\uff07"
_JOINERS = "\u200c\u200d"  # within words of Persian or Indic scripts


def word_finder(token_pattern):
    """Return the function that finds the words of a text.

    Parameters
    ----------
    token_pattern : str
        ``"unicode"``, ``"ascii"``, or a regular expression.

    Returns
    -------
    words_of : callable
        Takes a string, returns a list of strings.

    Raises
    ------
    ValueError
        If `token_pattern` does not describe words.
    """
    named = {"unicode": unicode_words, "ascii": lambda: ASCII_WORDS}
    written = named[token_pattern]() if token_pattern in named else token_pattern
    try:
        pattern = re.compile(written)
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


@cache
def unicode_words():
    r"""Return the pattern of a word in any script.

    Letters and digits with the marks that combine with them, which ``\w`` lacks, and apostrophes
    between them; of Chinese and Japanese, which have no blanks, each character.

    Returns
    -------
    pattern : str
        A regular expression without groups.
    """
    marks = _marks() + _JOINERS
    letters = rf"[^\W_{_CJK}{marks}]+"
    return rf"[{_CJK}][{marks}]*|{letters}(?:[{marks}]+(?:{letters})?|[{_APOSTROPHES}]{letters})*"


def _marks():
    """Return the combining marks of Unicode as ranges of a character class."""
    ranges = []
    for code in range(0x20000):
        if unicodedata.category(chr(code))[0] != "M":
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    ranges.append([0xE0100, 0xE01EF])  # selectors of variants of ideographs
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
