"""What differs between two texts, word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.difference import difference


def told(before: list[str], after: list[str]) -> list[str]:
    """Each paragraph, with what is gone in [-…-] and what is new in {+…+}."""
    marks = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    return [
        "".join(marks[piece.kind].format(piece.text) for piece in paragraph)
        for paragraph in difference(before, after)
    ]


def test_words_that_changed_are_shown_among_those_that_stay() -> None:
    before = ["The gates were opened on Monday.", "Nobody was hurt."]
    after = ["The gates were shut on Monday night.", "Nobody was hurt."]
    assert told(before, after) == [
        "The gates were [-opened -]{+shut +}on Monday {+night+}.",
        "Nobody was hurt.",
    ]


def test_paragraphs_that_came_or_went_are_shown_as_a_whole() -> None:
    assert told(["One.", "Two."], ["One.", "Three words here.", "Two."]) == [
        "One.",
        "{+Three words here.+}",
        "Two.",
    ]
    assert told(["One.", "Two."], ["Two."]) == ["[-One.-]", "Two."]
    assert told([], ["New."]) == ["{+New.+}"]
    assert told([], []) == []


def test_hindi_is_compared_by_words_with_their_signs() -> None:
    """A vowel sign is no end of a word, and a danda is one."""
    assert told(["पानी छोड़ा गया। बाँध भरा।"], ["पानी रात में छोड़ा गया। बाँध भर गया।"]) == [
        "पानी {+रात में +}छोड़ा गया। बाँध [-भरा-]{+भर गया+}।"
    ]


def test_arabic_is_compared_by_words() -> None:
    assert told(["بوابات السد فتحت، والمياه تتدفق."], ["بوابات السد أغلقت، والمياه لا تتدفق."]) == [
        "بوابات السد [-فتحت-]{+أغلقت+}، والمياه {+لا +}تتدفق."
    ]


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    assert told(["東京で雨が降った。"], ["大阪で雨が降った。"]) == [
        "[-東京-]{+大阪+}で雨が降った。"
    ]


def test_white_space_is_no_difference() -> None:
    assert told(["one  two"], ["one two "]) == ["one two "]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["x y " * 20_000], ["y x x " * 20_000]),
        (["x"] * 9_000, ["x", "y"] * 5_000),
        (["a b c " * 3_000], ["c b a " * 3_000]),
    ],
)
def test_texts_that_would_take_too_long_are_all_out_and_all_in(
    before: list[str], after: list[str]
) -> None:
    kinds = {piece.kind for each in difference(before, after) for piece in each}
    assert {"gone", "new"} <= kinds


TEXTS = st.lists(st.text("ab .\u0905\u093f", min_size=1, max_size=12).map(str.strip), max_size=6)


@given(TEXTS, TEXTS)
def test_no_word_of_either_text_is_lost(before: list[str], after: list[str]) -> None:
    pieces = [piece for each in difference(before, after) for piece in each]
    for texts, other in ((before, "new"), (after, "gone")):
        found = "".join(piece.text for piece in pieces if piece.kind != other)
        assert "".join(found.split()) == "".join("".join(texts).split())
