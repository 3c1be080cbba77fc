"""JSON from strangers: ninjs, JSON Feed and WordPress' posts."""

from __future__ import annotations

import json
import string
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xss.payloads import PAYLOADS
from wireroom.errors import NotAFeed
from wireroom.markup.plain import blocks
from wireroom.model import Category, Editorial, Entry, Feed
from wireroom.newsroom.normalise import normalise
from wireroom.wire.formats.document import Document
from wireroom.wire.formats.feeds import parse
from wireroom.wire.formats.json.document import MAX_DEPTH, MAX_VALUES

URL = "https://wire.example/stories.json"
FEED = Feed(id="wire", url=URL, provider="wire")
NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)


def read(value: object, **more: Any) -> Document:
    return parse(json.dumps(value).encode(), url=URL, **more)


def one(value: object) -> Entry:
    document = read(value)
    assert document.rejected == ()
    (entry,) = document.entries
    return entry


def item(**more: object) -> dict[str, object]:
    return {
        "uri": "urn:wire:1",
        "type": "text",
        "version": "2",
        "versioncreated": "2026-02-11T12:00:00Z",
        "headline": "Dam gates open",
        "body_html": "<p>The ministry opened them.</p>",
    } | more


# --- any JSON ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (
            b'{"a": 1}',
            "json: the document is JSON with a, not ninjs, JSON Feed or WordPress' posts",
        ),
        (b'[{"a": 1}]', "json: the document is a list of JSON, of JSON with a, not "),
        (b"{}", "json: the document is an empty object of JSON, not "),
        (b'{"uri": "1", "headline": "Dam', "truncated: the JSON ends early"),
        (b'[{"uri": "1"},', "truncated: the JSON ends early"),
        (b'{"uri": 1 "headline": 2}', "json: it is not JSON: Expecting ',' delimiter at line 1"),
        (b"{" + b'"a": {' * MAX_DEPTH, "too-deep: more than 100 objects"),
        (b"[" * 1_000_000, "too-deep: "),
        (b'{"a": [' + b"1," * MAX_VALUES, "too-many-elements: more than 1000000 values"),
        (b'{"a": ' + b"1" * 5000 + b"}", "json: the JSON can't be read"),
    ],
)
def test_what_is_no_feed_of_json_is_told_by_what_it_looks_like(
    document: bytes, reason: str
) -> None:
    with pytest.raises(NotAFeed) as refused:
        parse(document, url=URL)
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_json_is_read_in_each_of_its_encodings(encoding: str) -> None:
    text = json.dumps(item(headline="बाँध के द्वार खुले"), ensure_ascii=False)
    (entry,) = parse(text.encode(encoding), url=URL, charset="iso-8859-1").entries
    assert entry.title == "बाँध के द्वार खुले"


def test_what_json_forbids_and_publishers_write_is_read() -> None:
    text = '{"uri": "1", "uri": "2", "pubstatus": "usable", "headline": "Dam\nopens", "x": NaN}'
    (entry,) = parse(text.encode(), url=URL).entries
    assert (entry.id, entry.title) == ("2", "Dam\nopens")
    latin = '{"uri": "1", "pubstatus": "usable", "headline": "Crue à Ménilmontant"}'
    assert parse(latin.encode("cp1252"), url=URL).entries[0].title == "Crue à Ménilmontant"


def test_one_bad_item_stops_no_other() -> None:
    document = read([item(uri="1", headline="x" * 3000), item(uri="2"), {"uri": "3", "bodies": []}])
    assert [entry.id for entry in document.entries] == ["2"]
    assert [(each.entry_id, each.reason) for each in document.rejected] == [
        ("1", "headline: 3000 characters, at most 2000"),
        ("3", "entry: it has neither a headline nor a text"),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["uri", "type", "items", "id", "headline", "headlines", "bodies", "body_html", "role",
             "value", "name", "subject", "associations", "renditions", "href", "width", "version",
             "content_html", "title", "rendered", "content", "authors", "image", "_embedded",
             "wp:term", "wp:featuredmedia", "source_url", "attachments", "hubs", "pubstatus",
             "located", "rightsinfo", "versioncreated", "embargoed"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@given(JSON)
def test_any_json_is_entries_with_reasons_or_a_named_refusal(value: object) -> None:
    try:
        document = read(value)
    except NotAFeed:
        return
    for entry in document.entries:
        assert entry.id
        assert entry.title or entry.body or entry.summary or entry.pubstatus
    for each in (*document.rejected, *document.left_out):
        assert each.reason


# --- ninjs ---------------------------------------------------------------------------------------

STORY = {
    "guid": "urn:newsml:wire.example:2026:7",
    "type": "text",
    "version": "3",
    "pubstatus": "usable",
    "firstcreated": "2026-02-11T10:00:00+0000",
    "versioncreated": "2026-02-11T12:00:00+0000",
    "embargoed": "2026-02-12T06:00:00+05:30",
    "language": "en",
    "headline": "Dam gates & doors open",
    "slugline": "dam-gates",
    "byline": "Asha Rao",
    "urgency": 3,
    "priority": 6,
    "located": "Port Amrita",
    "place": [{"name": "Amrita", "code": "AM"}],
    "subject": [{"name": "weather", "code": "17000000"}, {"name": "dams", "code": "x"}],
    "service": [{"name": "National", "code": "n"}],
    "genre": [{"name": "Article", "code": "a"}],
    "source": "The Wire",
    "usageterms": "Not for broadcast",
    "copyrightnotice": "© The Wire 2026",
    "ednote": "Updates with the minister's words",
    "description_html": "<p>The gates are open.</p>",
    "body_html": "<p>The <em>ministry</em> opened them, it said.</p><ul><li>One</li></ul>",
    "associations": {
        "editor_1": {
            "type": "picture",
            "renditions": {"original": {"href": "https://p.example/in-body.jpg"}},
        },
        "more": {
            "type": "picture",
            "description_text": "The valley",
            "renditions": {"original": {"href": "https://p.example/v.jpg", "width": 900}},
        },
        "featuremedia": {
            "type": "picture",
            "headline": "Dam",
            "description_text": "The dam at noon",
            "byline": "K. Nair",
            "renditions": {
                "original": {"href": "https://p.example/o.jpg", "width": 6000, "height": 4000},
                "viewImage": {"href": "https://p.example/l.jpg", "width": 1280, "height": 853},
                "thumbnail": {"href": "https://p.example/t.jpg", "width": 180, "height": 120},
            },
        },
        "clip": {"type": "video", "renditions": {"v": {"href": "https://p.example/v.mp4"}}},
    },
}


def test_an_item_of_ninjs_1_comes_through_whole() -> None:
    body = STORY["body_html"] + '<p><img src="https://p.example/in-body.jpg"></p>'
    entry = one(STORY | {"body_html": body})
    assert (entry.id, entry.version, entry.pubstatus) == (STORY["guid"], 3, "usable")
    assert entry.title == "Dam gates &amp; doors open"
    assert (entry.body, entry.full, entry.summary) == (body, True, "<p>The gates are open.</p>")
    assert (entry.byline, entry.source, entry.language) == ("Asha Rao", "The Wire", "en")
    assert (entry.published, entry.updated) == (NOON - timedelta(hours=2), NOON)
    assert entry.embargo == datetime(2026, 2, 12, 0, 30, tzinfo=UTC)
    assert entry.categories == ("weather", "dams", "National")
    assert entry.editorial == Editorial(
        note="Updates with the minister's words",
        slug="dam-gates",
        urgency=3,
        genre="Article",
        place="Port Amrita, Amrita",
        usage="Not for broadcast",
        copyright="© The Wire 2026",
    )
    assert entry.picture is not None
    assert (entry.picture.url, entry.picture.alt) == ("https://p.example/l.jpg", "The dam at noon")
    assert (entry.picture.credit, entry.picture.width) == ("K. Nair", 1280)
    assert [each.url for each in entry.pictures] == ["https://p.example/v.jpg"]


def test_an_item_of_ninjs_3_comes_through_whole() -> None:
    entry = one(
        {
            "uri": "urn:wire:8",
            "type": "text",
            "version": "1",
            "pubStatus": "usable",
            "firstCreated": "2026-02-11T10:00:00Z",
            "versionCreated": "2026-02-11T12:00:00Z",
            "headlines": [
                {"role": "short", "value": "Dam"},
                {"role": "main", "value": "Dam gates open"},
            ],
            "descriptions": [{"role": "summary", "value": "Gates are < open >"}],
            "bodies": [
                {"role": "main", "contentType": "text/plain", "value": "Plain."},
                {"role": "main", "contentType": "text/html", "value": "<p>Marked.</p>"},
                {"role": "teaser", "contentType": "text/html", "value": "<p>Short.</p>"},
            ],
            "by": "Asha Rao",
            "infoSources": [{"name": "The Wire"}],
            "subjects": [{"name": "dams", "uri": "x:1"}],
            "rightsInfo": {"usageTerms": "Not for TV"},
            "edNote": "Call us",
            "associations": [
                {
                    "name": "main",
                    "type": "picture",
                    "descriptions": [{"value": "The dam"}],
                    "renditions": [
                        {
                            "name": "l",
                            "href": "https://p.example/l.jpg",
                            "contentType": "image/jpeg",
                        }
                    ],
                }
            ],
        }
    )
    assert (entry.id, entry.title, entry.body) == ("urn:wire:8", "Dam gates open", "<p>Marked.</p>")
    assert (entry.byline, entry.source) == ("Asha Rao", "The Wire")
    assert entry.summary == "Gates are &lt; open &gt;"
    assert entry.categories == ("dams",)
    assert entry.picture is not None
    assert (entry.picture.url, entry.picture.alt) == ("https://p.example/l.jpg", "The dam")
    assert entry.editorial is not None
    assert (entry.editorial.note, entry.editorial.usage) == ("Call us", "Not for TV")


def test_a_document_of_another_format_within_a_text_is_that_text() -> None:
    assert one(item(body_html="<nitf><body><p>Words.</p></body></nitf>")).id == "urn:wire:1"


def test_a_body_without_markup_keeps_its_paragraphs_and_signs() -> None:
    entry = one(item(body_html=None, body_text="One < two & “three”.\n\nFour\nfive."))
    assert blocks(entry.body) == ["One < two & “three”.", "Four five."]
    assert one(item(body_html=None, body_text="One.\nTwo.")).body == "<p>One.</p><p>Two.</p>"


def test_texts_under_names_that_a_provider_added_are_read() -> None:
    entry = one({"uri": "1", "headline_long": "Dam opens", "body_main": "It opens.\nWide."})
    assert (entry.title, entry.body) == ("Dam opens", "<p>It opens.</p><p>Wide.</p>")
    assert one({"uri": "1", "body_rich": "<p>It <b>opens</b>.</p>"}).body.count("<b>") == 1


@pytest.mark.parametrize("holder", ["items", "_items", "item", "stories", "data"])
def test_items_may_come_in_a_list_or_in_an_object_that_holds_one(holder: str) -> None:
    items = [item(uri="1"), item(uri="2")]
    for value in (items, {holder: items}, {"data": {holder: [{"item": each} for each in items]}}):
        assert [entry.id for entry in read(value).entries] == ["1", "2"]


def test_what_is_no_text_is_left_out_by_name_and_a_package_only_orders() -> None:
    package = item(
        uri="9", type="composite", associations={"a": item(uri="2"), "b": {"uri": "elsewhere"}}
    )
    document = read([package, item(uri="1"), item(uri="5", type="picture", headline="A dam")])
    assert [entry.id for entry in document.entries] == ["2", "1"]
    assert [(each.entry_id, each.reason) for each in document.left_out] == [
        ("5", "type: picture, no story")
    ]
    assert document.rejected == ()


def test_the_highest_version_of_an_item_counts_in_whatever_order_they_stand() -> None:
    versions = [item(version=str(n), headline=f"Version {n}") for n in (2, 10, 9)]
    document = read(versions)
    assert [(entry.version, entry.title) for entry in document.entries] == [(10, "Version 10")]
    assert document.rejected == ()


@pytest.mark.parametrize(
    ("fields", "withdrawn", "waits"),
    [
        ({"pubstatus": "canceled"}, True, False),
        ({"pubStatus": "stat:canceled", "pubstatus": None, "body_html": None}, True, False),
        ({"pubstatus": "withheld"}, False, True),
        ({"pubstatus": "withheld", "body_html": ""}, True, True),
        ({"embargoed": "soon"}, False, True),
        ({"pubstatus": "usable"}, False, False),
    ],
)
def test_the_status_kills_or_holds(fields: dict[str, object], withdrawn: bool, waits: bool) -> None:
    sent = {key: value for key, value in (item() | fields).items() if value is not None}
    story = normalise(one(sent), FEED, ())
    assert (story.withdrawn, story.waits) == (withdrawn, waits)


WORDS = st.text('abcdé ñ—’“&<>"हि \N{RIGHT-TO-LEFT MARK}', min_size=1, max_size=30).filter(
    lambda text: any(map(str.isalpha, text))
)
LINE = st.text(string.ascii_letters + " éß&<", min_size=3, max_size=30).filter(
    lambda text: text.strip() == text and text.replace(" ", "").isalpha()
)


@given(
    st.lists(WORDS, min_size=1, max_size=5),
    LINE,
    LINE,
    st.lists(LINE, max_size=3, unique=True),
    st.integers(0, 10**6),
    st.integers(946_684_800, 4_102_444_800),
    st.booleans(),
)
def test_a_story_written_as_ninjs_reads_as_the_same_story(
    paragraphs: list[str],
    headline: str,
    byline: str,
    subjects: list[str],
    version: int,
    moment: int,
    modern: bool,
) -> None:
    html = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    at = datetime.fromtimestamp(moment, UTC)
    sent: dict[str, object] = {"uri": "urn:1", "version": str(version), "byline": byline}
    if modern:
        sent |= {
            "versionCreated": at.isoformat(),
            "headlines": [{"role": "main", "value": headline}],
            "bodies": [{"contentType": "text/html", "value": html}],
            "subjects": [{"name": name} for name in subjects],
        }
    else:
        sent |= {
            "versioncreated": at.isoformat(),
            "headline": headline,
            "body_html": html,
            "subject": [{"name": name} for name in subjects],
        }
    entry = one(sent)
    assert (unescape(entry.title), unescape(entry.byline)) == (headline, byline)
    assert (entry.version, entry.updated) == (version, at)
    assert blocks(entry.body) == blocks(html)
    assert list(entry.categories) == subjects


# --- JSON Feed -----------------------------------------------------------------------------------


def json_feed(*items: dict[str, object], **more: object) -> dict[str, object]:
    return {"version": "https://jsonfeed.org/version/1.1", "title": "City", "items": items} | more


def test_a_json_feed_comes_through_whole() -> None:
    document = read(
        json_feed(
            {
                "id": "7",
                "url": "https://city.example/7",
                "external_url": "https://elsewhere.example/",
                "title": "Dam & gates",
                "content_html": "<p>They opened.</p>",
                "summary": "Gates are < open",
                "image": "/dam.jpg",
                "banner_image": "https://city.example/banner.jpg",
                "date_published": "2026-02-11T12:00:00Z",
                "date_modified": "2026-02-11T18:30:00+05:30",
                "authors": [{"name": "Asha Rao"}, {"name": "B. Khan"}],
                "tags": ["Water", "India"],
                "language": "hi",
                "attachments": [
                    {"url": "https://city.example/a.mp3", "mime_type": "audio/mpeg"},
                    {"url": "https://city.example/b.png", "mime_type": "image/png", "title": "Map"},
                ],
            },
            {"id": 8, "content_text": "One.\n\nTwo < three.", "author": {"name": "C"}},
            home_page_url="https://city.example/",
            feed_url="https://city.example/feed.json",
            language="en",
            authors=[{"name": "The Desk"}],
            hubs=[
                {"type": "rssCloud", "url": "https://x.example"},
                {"type": "WebSub", "url": "https://hub.example/"},
            ],
        )
    )
    first, second = document.entries
    assert (document.title, document.hub) == ("City", "https://hub.example/")
    assert document.self_url == "https://city.example/feed.json"
    assert (first.id, first.link, first.title) == ("7", "https://city.example/7", "Dam &amp; gates")
    assert (first.body, first.full) == ("<p>They opened.</p>", True)
    assert (first.summary, first.language) == ("Gates are &lt; open", "hi")
    assert first.byline == "Asha Rao, B. Khan"
    assert (first.published, first.updated) == (NOON, NOON + timedelta(hours=1))
    assert first.categories == ("Water", "India")
    assert first.picture is not None
    assert first.picture.url == "https://city.example/dam.jpg"
    assert [(each.url, each.alt) for each in first.pictures] == [
        ("https://city.example/b.png", "Map")
    ]
    assert (second.id, second.body) == ("8", "<p>One.</p><p>Two &lt; three.</p>")
    assert (second.byline, second.language) == ("C", "en")


def test_a_feed_is_one_without_its_version_too_and_may_be_empty() -> None:
    assert read({"items": [{"id": "1", "content_text": "Words."}]}).entries[0].id == "1"
    assert read(json_feed()).entries == ()


# --- WordPress -----------------------------------------------------------------------------------


def post(**more: object) -> dict[str, object]:
    return {
        "id": 41,
        "guid": {"rendered": "https://city.example/?p=41"},
        "link": "https://city.example/2026/dam/",
        "date": "2026-02-11T17:30:00",
        "date_gmt": "2026-02-11T12:00:00",
        "modified_gmt": "2026-02-11T13:00:00",
        "status": "publish",
        "title": {"rendered": "Dam &#038; gates"},
        "content": {"rendered": "<p>They opened.</p>", "protected": False},
        "excerpt": {"rendered": "<p>They &hellip;</p>"},
        "author": 3,
        "categories": [5],
        "_embedded": {
            "author": [{"name": "Asha Rao"}],
            "wp:featuredmedia": [
                {
                    "source_url": "https://city.example/o.jpg",
                    "alt_text": "The dam",
                    "caption": {"rendered": "<p>The dam at noon</p>"},
                    "media_details": {
                        "width": 4000,
                        "height": 3000,
                        "sizes": {
                            "large": {"source_url": "https://city.example/l.jpg", "width": 1024},
                            "thumbnail": {"source_url": "https://city.example/t.jpg", "width": 150},
                        },
                    },
                }
            ],
            "wp:term": [[{"name": "Water"}], [{"name": "dam"}]],
        },
    } | more


def test_a_post_of_wordpress_comes_through_whole() -> None:
    entry = one([post()])
    assert (entry.id, entry.link) == (
        "https://city.example/?p=41",
        "https://city.example/2026/dam/",
    )
    assert normalise(entry, FEED, ()).headline == "Dam & gates"
    assert (entry.body, entry.full, entry.summary) == (
        "<p>They opened.</p>",
        True,
        "<p>They &hellip;</p>",
    )
    assert (entry.published, entry.updated) == (NOON, NOON + timedelta(hours=1))
    assert (entry.byline, entry.categories) == ("Asha Rao", ("Water", "dam"))
    assert entry.picture is not None
    assert (entry.picture.url, entry.picture.width) == ("https://city.example/l.jpg", 1024)
    assert entry.picture.alt == "<p>The dam at noon</p>"


def test_a_post_without_what_is_embedded_is_a_story_and_drafts_are_left_out() -> None:
    bare = {key: value for key, value in post().items() if key != "_embedded"}
    document = read([bare, post(id=42, guid={"rendered": "d"}, status="draft")])
    assert [entry.byline for entry in document.entries] == [""]
    assert [each.reason for each in document.left_out] == ["status: draft"]
    locked = post(content={"rendered": "", "protected": True})
    (rejection,) = read([locked]).rejected
    assert rejection.reason == "content: the post is protected by a password"
    assert read([]).entries == ()


# --- attacks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", PAYLOADS[::7])
def test_an_attack_in_every_field_of_every_kind_becomes_a_safe_story(payload: str) -> None:
    from tests.newsroom.test_normalise import assert_story

    def planted(value: object) -> Any:
        if isinstance(value, dict):
            kept = {"type", "guid", "id", "version", "versioncreated", "status", "width", "height"}
            return {k: v if k in kept else planted(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [planted(each) for each in value]
        return f"x{payload}" if isinstance(value, str) else value

    feed = json_feed({"id": "7", "title": "T", "content_html": "x", "tags": ["t"], "image": "i"})
    for value in (STORY, feed, [post(guid={"rendered": "1"})]):
        planned = planted(value)
        if isinstance(planned, dict) and "items" in planned:
            planned["version"] = feed["version"]
        for entry in read(planned).entries:
            assert_story(normalise(entry, FEED, (Category(name="India", slug="india"),)))
