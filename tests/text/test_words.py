"""What a word is in texts of any script."""

import string
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm import TextSequencer
from sklstm.text._words import word_finder

unicode_words = word_finder("unicode")
TEXTS = {
    "a no-break space": ("Un\u00a0film fin\u202f!", ["Un", "film", "fin"]),
    "curly quotes": ("a \u201cfine\u201d \u2018film\u2019", ["a", "fine", "film"]),
    "apostrophes": ("it's it\u2019s 'tis dogs'", ["it's", "it\u2019s", "tis", "dogs"]),
    "guillemets": ("«très» bon…", ["très", "bon"]),
    "fullwidth marks": ("좋은，영화。", ["좋은", "영화"]),
    "dashes": (
        "well-made\u2014really\u2013so 10/10 a_b",
        ["well", "made", "really", "so", "10", "10", "a", "b"],
    ),
    "Chinese": ("好电影，很好。", list("好电影很好")),
    "Japanese": ("いい映画「ラーメン」々", list("いい映画ラーメン々")),
    "Chinese within English": ("AI电影2024", ["AI", "电", "影", "2024"]),
    "Spanish": ("¿Qué? ¡Sí!", ["Qué", "Sí"]),
    "Arabic": ("فيلم، جيد؟", ["فيلم", "جيد"]),
    "Hindi, whose vowels are marks": ("हिन्दी फ़िल्म।", ["हिन्दी", "फ़िल्म"]),
    "Greek and Cyrillic": ("Ωραία ταινία; Фильм.", ["Ωραία", "ταινία", "Фильм"]),
    "accents apart": ("cafe\u0301 noir", ["cafe\u0301", "noir"]),
    "a joiner of Persian": ("می\u200cخواهم", ["می\u200cخواهم"]),
    "emoji": ("good😀film", ["good", "film"]),
}


@pytest.mark.parametrize(("text", "words"), TEXTS.values(), ids=TEXTS)
def test_words_of_any_script(text, words):
    assert unicode_words(text) == words


@settings(deadline=None)
@given(st.text())
def test_no_letter_is_lost_and_no_mark_is_a_word(text):
    is_letter = [c.isalnum() for c in text]
    found = unicode_words(text)
    assert sum(c.isalnum() for word in found for c in word) == sum(is_letter)
    for word in found:
        assert not any(
            c.isspace() or unicodedata.category(c)[0] in "SZ" for c in word if ord(c) < 0x2000
        )


@settings(deadline=None)
@given(st.text(st.sampled_from(string.ascii_letters + string.digits + " .,!?-\t\n(")))
def test_english_without_apostrophes_is_cut_as_by_ascii(text):
    assert unicode_words(text) == word_finder("ascii")(text)


def test_sequences_of_texts_beyond_ascii():
    sequencer = TextSequencer().fit(["Un\u00a0film \u201cfin\u201d", "好电影"])
    assert set(sequencer.vocabulary_) == {"un", "film", "fin", "好", "电", "影"}
    published = TextSequencer(token_pattern="ascii").fit(["Un\u00a0film \u201cfin\u201d", "好电影"])
    assert set(published.vocabulary_) == {"un\u00a0film", "\u201cfin\u201d", "好电影"}
