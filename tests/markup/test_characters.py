"""What no text may carry, where a text is cut, and which way it runs."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from wireroom.markup.characters import cut, direction, scrub, without_controls

CUTS = {
    "words": ("many words are here", 13, "many words…"),
    "a word that ends at the limit": ("many words are", 11, "many words…"),
    "Chinese": ("台风登陆沿海三省，数十万居民被转移", 10, "台风登陆沿海三省…"),
    "Chinese beside a Latin word": ("AFP " + "台风登陆沿海三省" * 6, 48, None),
    "Thai, whose vowels are marks": ("พายุขึ้นฝั่ง", 9, "พายุขึ้น…"),
    "Thai, whose vowels stand before": ("รถไฟและเที่ยวบิน", 9, "รถไฟและ…"),
    "Hindi conjuncts": ("क्षेत्रक्षेत्र", 13, "क्षेत्रक्षे…"),
    "letters with marks of their own": ("e\u0301" * 5, 6, "e\u0301e\u0301…"),
    "a family": ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 10, "👩‍👩‍👧‍👦…"),
    "flags": ("🇮🇳🇮🇳🇮🇳", 4, "🇮🇳…"),
    "a colour of skin": ("👍🏽👍🏽👍🏽", 4, "👍🏽…"),
    "Hangul in its letters": ("\u1112\u1161\u11ab" * 3, 6, "\u1112\u1161\u11ab…"),
    "a space far before": ("a " + "b" * 200, 100, "a " + "b" * 97 + "…"),
    "nothing but marks": ("\u0301" * 50, 10, "\u0301" * 9 + "…"),
}


@pytest.mark.parametrize(("text", "limit", "shown"), CUTS.values(), ids=CUTS)
def test_a_text_is_cut_between_what_readers_take_for_characters(
    text: str, limit: int, shown: str | None
) -> None:
    assert cut(text, limit) == (shown or f"{text[: limit - 1]}…")
    assert cut(text, len(text)) == text


@given(st.text(min_size=1, max_size=60), st.integers(2, 50))
def test_what_is_cut_is_within_its_limit_and_is_how_the_text_begins(text: str, limit: int) -> None:
    found = cut(text, limit)
    assert len(found) <= limit
    assert text.startswith(found.removesuffix("…"))


DIRECTIONS = [
    ("ar", "ABC: أمطار غزيرة", "rtl"),
    ("ar-EG", "iPhone Air من Apple", "rtl"),
    ("he", "שלום", "rtl"),
    ("en", "שלום is hello", "ltr"),
    ("zh-CN", "台风", "ltr"),
    ("en-US", "أمطار غزيرة تضرب ABC", "auto"),
    ("ar", "Rain in the north", "auto"),
    ("az-Arab", "آذربایجان", "rtl"),
    ("fa-Latn", "Iran", "ltr"),
    ("", "مجلس", "auto"),
    ("und", "مجلس", "auto"),
    ('x" onload="', "a", "auto"),
]


@pytest.mark.parametrize(("language", "text", "expected"), DIRECTIONS)
def test_a_text_runs_as_its_language_does_unless_its_letters_deny_it(
    language: str, text: str, expected: str
) -> None:
    assert direction(language, text) == expected


NONCHARACTERS = [*range(0xFDD0, 0xFDF0)] + [
    plane | end for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)
]
any_text = st.text(
    st.one_of(st.characters(exclude_categories=()), st.sampled_from([*map(chr, NONCHARACTERS)]))
)


@given(any_text)
def test_what_is_left_of_any_text_can_be_carried_by_xml(text: str) -> None:
    for cleaned in (scrub(text), without_controls(text)):
        element = etree.Element("p")
        element.text = cleaned
        (back,) = etree.fromstring(etree.tostring(element)).itertext() if cleaned else ("",)
        assert back == cleaned
        assert not {ord(character) for character in cleaned} & {*NONCHARACTERS, 0x7F, 0x0C}


@given(any_text)
def test_letters_marks_and_signs_are_left_as_they_are(text: str) -> None:
    def seen(text: str) -> str:
        return "".join(each for each in text if unicodedata.category(each)[0] in "LMNPSZ")

    assert seen(without_controls(text)) == seen(text)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("It\x92s \x80\x35, he said\x85", "It’s €5, he said…"),
        ("No\x81thing is meant by this one", "Nothing is meant by this one"),
        ("new\x0cpage", "new page"),
        ("a\tb\nc\rd", "a\tb\nc\rd"),
        ("x\U0001fffey\U0001f600\U0010ffffz", "xy\U0001f600z"),
    ],
)
def test_a_control_is_what_html_takes_it_for(sent: str, shown: str) -> None:
    assert scrub(sent) == shown


def test_the_controls_that_a_wrong_encoding_leaves_are_kept_to_be_put_right() -> None:
    assert without_controls("\x92\x00") == "\x92"
