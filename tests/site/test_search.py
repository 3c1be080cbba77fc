"""The words that readers search for, in Python and in the browser's language alike; and the files
that they are looked up in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wireroom.model import ListingEntry, Settings, Site
from wireroom.site import search
from wireroom.site.tokens import words

SCRIPT = Path(search.__file__).parent / "assets" / "search.js"
NODE = shutil.which("node")
NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)
SETTINGS = Settings(site=Site(name="Post", url="https://post.example", timezone="UTC"))

# What a story says, what a reader types, and whether the one finds the other.
SAME = [
    ("India’s ministers", "India", True),
    ("Café Zürich", "cafe zurich", True),
    ("STRASSE", "straße", True),
    ("ﬁnance Ⅷ", "finance viii", True),
    ("ΟΔΥΣΣΕΥΣ", "οδυσσευς", True),
    ("हिन्दी अख़बार", "हिंदी अखबार", True),
    ("ज़मीन", "जमीन", True),
    ("किताब", "कताब", False),  # vowels of Hindi are marks, and part of the word
    ("चाँद", "चांद", True),
    ("الحُكُومَة", "حكومه", True),
    ("والحكومة", "الحكومة", True),
    ("إسرائيل أمريكا", "اسرائيل امريكا", True),
    ("مستشفى", "مستشفي", True),
    ("جمـــيل", "جميل", True),
    ("پاکستان", "پاكستان", True),
    ("the price is 1,200 crore", "1 200", True),
    ("Prime Minister", "minster", False),
]


@pytest.mark.parametrize(("said", "typed", "found"), SAME)
def test_a_word_is_found_however_it_is_spelled(said: str, typed: str, found: bool) -> None:
    assert (set(words(typed)) <= set(words(said))) is found
    assert words(typed)


def test_the_browser_divides_texts_into_the_same_words_and_looks_in_the_same_shards() -> None:
    if NODE is None:
        if os.environ.get("CI"):
            pytest.fail("there is no node")
        pytest.skip("there is no node")
    texts = [text for said, typed, _ in SAME for text in (said, typed)]
    texts += [
        "",
        "a I x 1",
        "don't rock’s",
        "x" * 60,
        "日本語 テスト",
        "İstanbul ǅ",
        "ٱلسلام لللغة",
    ]
    run = f"{SCRIPT.read_text('utf-8')}\nconst texts = {json.dumps(texts)};"
    run += f"const told = texts.map(words).map(w => [w, w.map(x => shard(x, {search.SHARDS}))]);"
    run += "console.log(JSON.stringify(told))"
    answer = subprocess.run([NODE, "-e", run], capture_output=True, check=True, timeout=60)
    told = [[found, [search.shard(word) for word in found]] for found in map(words, texts)]
    assert json.loads(answer.stdout) == told


@given(st.text(max_size=60))
def test_words_are_made_of_themselves(text: str) -> None:
    """So that what a reader copies from a marked word finds it again. And they divide no line."""
    for word in words(text):
        assert not set(word) & set(" =.\n*")
        assert len(word) <= 40


def story(number: int, headline: str, days: int = 0) -> ListingEntry:
    return ListingEntry(
        id=f"ptn:{number}", headline=headline, path=f"/s{number}/", published=NOON - timedelta(days)
    )


def test_a_shard_tells_the_stories_of_a_word_by_month_and_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "SHARDS", 512)
    entries = [story(1, "Flood warning"), story(2, "Flood", 1), story(3, "Flood ebbs", 20)]
    lines = search.lines(SETTINGS, entries)[search.shard("flood")]
    first, second, third = (search.key(each.id) for each in entries)
    assert lines["2026-02"].split(" ") == ["2026-02", f"flood=11{first}.10{second}"]
    assert lines["2026-01"].split(" ") == ["2026-01", f"flood=22{third}"]


def test_a_word_that_very_many_stories_of_a_month_have_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "FEW", 1)
    monkeypatch.setattr(search, "SHARDS", 512)
    entries = [story(1, "Police flood"), story(2, "Police"), story(3, "Rain"), story(4, "Sun")]
    lines = search.lines(SETTINGS, entries)
    assert lines[search.shard("police")]["2026-02"] == "2026-02 police=*"
    assert "=11" in lines[search.shard("flood")]["2026-02"]


def test_the_months_that_a_job_has_read_replace_those_of_the_shard() -> None:
    old = "2026-03 a=01AA\n2026-02 b=01AA\n2026-01 c=01AA"
    assert search.replaced(old, {}, "2026-02", "2026-03") == "2026-03 a=01AA\n2026-01 c=01AA"
    assert search.replaced(old, {"2026-03": "2026-03 x=02BB"}, "2026-02", "") == (
        "2026-03 x=02BB\n2026-01 c=01AA"
    )
    assert search.replaced("rubbish\n0 rubbish", {}, "0", "") == ""
