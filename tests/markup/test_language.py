"""Which words are tags of a language."""

from __future__ import annotations

import pytest

from wireroom.markup.language import is_tag, tag_of
from wireroom.markup.sanitise import sanitise

TAGS = ["en", "en-GB", "zh-Hant-TW", "sr-Latn", "fil", "es-419", "de-1996", "en-u-ca-gregory"]
WORDS = [
    "",
    "e",
    "english",
    "English (UK)",
    "en_GB",
    "en-",
    "-en",
    "en--GB",
    "en-GB ",
    "hi\n",
    "हि",
]


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_is_one_in_any_case_and_is_brought_to_its_usual_one(tag: str) -> None:
    assert is_tag(tag.swapcase())
    assert tag_of(f" {tag.swapcase().replace('-', '_')} ") == tag


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_no_tag(word: str) -> None:
    assert not is_tag(word)


@pytest.mark.parametrize("tag", TAGS)
def test_the_language_of_a_part_of_a_story_is_kept_as_sent(tag: str) -> None:
    html = f'<p lang="{tag.swapcase()}">A</p>'
    assert sanitise(html) == html


def test_a_word_for_a_language_is_not_printed_as_its_tag() -> None:
    assert sanitise('<p lang="english">A</p>') == "<p>A</p>"
