"""What comes through of a story, in each XML format of agencies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.wire.formats.agencies import ISSUED, WRITERS, Sent, Shot
from tests.xss.payloads import PAYLOADS
from wireroom.errors import NotAFeed
from wireroom.markup.plain import blocks, plain
from wireroom.model import Entry, Feed
from wireroom.newsroom.normalise import normalise
from wireroom.wire.formats.document import Source
from wireroom.wire.formats.feeds import FORMATS, parse

URL = "https://wire.example/in/a.xml"
FEED = Feed(id="wire", url=URL, provider="wire")

_LETTERS = "abcXYZ09 ‘’“”—…&<>'\"éßनमस्तेسلام漢字.,;-"
WORDS = st.text(_LETTERS, min_size=1, max_size=30).map(lambda text: f"w{text}w")
LINE = WORDS.map(lambda text: " ".join(text.split()))
PIECES = st.lists(WORDS, min_size=1, max_size=4).map(tuple)
MOMENT = st.integers(10**9, 3 * 10**9).map(lambda stamp: datetime.fromtimestamp(stamp, UTC))
SHOT = st.builds(
    Shot,
    st.integers(1, 10**6).map(lambda number: f"https://pictures.example/{number}/"),
    caption=LINE,
    credit=LINE,
)
STORIES = st.builds(
    Sent,
    guid=st.integers(1, 10**9).map(lambda number: f"urn:ptn:{number}"),
    version=st.integers(1, 999),
    headline=LINE,
    byline=st.sampled_from(["Asha Rao", "Jean d’Arc", "B. Khan & C. Dé"]),
    dateline=LINE,
    body=st.lists(PIECES, min_size=1, max_size=5).map(tuple),
    issued=MOMENT,
    revised=st.none(),
    status=st.sampled_from(["usable", "withheld", "canceled"]),
    subjects=st.lists(LINE, max_size=4, unique=True).map(tuple),
    shots=st.lists(SHOT, max_size=3, unique_by=lambda shot: shot.url).map(tuple),
    note=st.just("") | LINE,
    urgency=st.integers(1, 8),
    language=st.sampled_from(["en", "hi", "fr-CA"]),
)
# A DOCTYPE that is cut short may be one that uses entities.
CUT_SHORT = r"^(empty|truncated|not-xml|not-a-feed|malformed|entities): "
formats = pytest.mark.parametrize("name", WRITERS)


def read(name: str, sent: Sent) -> Entry:
    found = parse(WRITERS[name](sent), url=URL)
    assert not found.rejected
    (entry,) = found.entries
    return entry


@formats
@given(sent=STORIES)
def test_a_story_comes_through_word_for_word(name: str, sent: Sent) -> None:
    entry = read(name, sent)
    assert entry.id == sent.guid
    assert entry.version == sent.version
    assert plain(entry.title, "title") == sent.headline
    assert sent.byline in plain(entry.byline, "byline")
    assert plain(entry.dateline, "dateline").startswith(sent.dateline)
    assert (entry.published, entry.embargo) == (sent.issued, None)
    assert entry.pubstatus.rpartition(":")[2].lower() == sent.status
    assert [plain(term, "categories") for term in entry.categories] == list(sent.subjects)
    assert entry.language == sent.language
    assert entry.full
    expected = [" ".join("".join(pieces).split()) for pieces in sent.body]
    read_back = [" ".join(block.split()) for block in blocks(entry.body)]
    assert read_back[: len(expected)] == expected
    story = normalise(entry, FEED, ())
    shown = [*story.pictures] + ([story.picture.url] if story.picture else [])
    assert {f"{shot.url}1200.jpg" for shot in sent.shots} == set(shown)
    whole = " ".join(" ".join(blocks(story.body)).split())
    for shot in sent.shots:
        told = whole + (f"{story.picture.alt} {story.picture.credit}" if story.picture else "")
        assert shot.caption in told
        assert shot.credit in told
    editorial = entry.editorial
    assert editorial
    assert (editorial.slug, editorial.urgency, editorial.note) == (
        sent.slug,
        sent.urgency,
        sent.note,
    )


@formats
def test_a_release_in_the_future_is_an_embargo(name: str) -> None:
    until = ISSUED + timedelta(days=2)
    assert read(name, Sent(embargo=until)).embargo == until
    assert read(name, Sent(embargo=until, status="embargoed")).embargo == until


@formats
def test_an_embargo_that_can_t_be_read_rejects_the_story_by_name(name: str) -> None:
    until = ISSUED + timedelta(days=2)
    document = WRITERS[name](Sent(embargo=until))
    for written in (f"{until:%Y%m%dT%H%M%SZ}", until.isoformat()):
        document = document.replace(written.encode(), b"when the minister speaks")
    found = parse(document, url=URL)
    assert found.entries == ()
    assert [each.reason for each in found.rejected] == [
        "embargo: no date that can be read: when the minister speaks"
    ]
    assert found.rejected[0].entry_id == "ptn-17"


@formats
def test_a_revised_story_has_both_dates(name: str) -> None:
    later = ISSUED + timedelta(hours=3)
    entry = read(name, Sent(version=2, revised=later))
    assert (entry.published, entry.updated) == (ISSUED, later)


@formats
@pytest.mark.parametrize("payload", PAYLOADS[::7])
def test_an_attack_in_every_field_is_words_or_a_rejection(name: str, payload: str) -> None:
    bare = "".join(each for each in payload if each >= " " and not "\ud800" <= each <= "\udfff")
    sent = replace(
        Sent(headline=f"Ferry {bare}", byline=bare, dateline=bare, subjects=(bare,), note=bare),
        body=((bare, bare, "end"),),
        shots=(Shot("https://pictures.example/1/", bare, bare),),
    )
    found = parse(WRITERS[name](sent), url=URL)
    for entry in found.entries:
        assert f"{' '.join(bare.split())}" in " ".join(" ".join(blocks(entry.body)).split())
        body = normalise(entry, FEED, ()).body
        assert "<script" not in body
        assert not any(tag in body for tag in ("<svg", "<iframe", "<style"))


@formats
def test_a_document_cut_short_is_refused_and_no_half_of_it_read(name: str) -> None:
    document = WRITERS[name](Sent())
    for end in range(0, len(document) - 20, 97):
        with pytest.raises(NotAFeed, match=CUT_SHORT):
            parse(document[:end], url=URL)


@formats
def test_a_document_in_another_encoding_is_read_the_same(name: str) -> None:
    sent = Sent(body=(("Très “", "bien", "” — dit-il"),))
    document = WRITERS[name](sent).decode()
    assert parse(document.encode("utf-16"), url=URL) == parse(document.encode(), url=URL)
    declared = document.replace("utf-8", "windows-1252").encode("cp1252")
    assert parse(declared, url=URL) == parse(document.encode(), url=URL)


def test_each_format_is_known_by_its_document() -> None:
    for name, writer in WRITERS.items():
        source = Source(url=URL)
        looks = [each.name for each in FORMATS if each.looks_like(writer(Sent()), source)]
        assert looks == [name.partition(" with")[0]]
