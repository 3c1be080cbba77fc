"""An entry as its feed sent it becomes a story as readers get it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.markup.test_sanitise import assert_safe
from tests.xss.payloads import ADDRESSES, PAYLOADS, entry_of
from wireroom.errors import EntryRejected
from wireroom.markup.plain import plain
from wireroom.model import Category, Editorial, Entry, Feed, Picture, Story
from wireroom.newsroom.normalise import normalise

ROOT = Path(__file__).parents[2]
SEEN = datetime(2026, 2, 11, 12, tzinfo=UTC)
FEED = Feed(id="pti", url="https://wire.example/feed.xml", provider="PTI", categories=("news",))
CATEGORIES = (
    Category(name="India", slug="india", terms=("National", "देश")),
    Category(name="Politics", slug="politics", terms=("Elections",)),
    Category(name="Court Reports", slug="courts", hold=True),
)


def story(feed: Feed = FEED, **fields: object) -> Story:
    entry = msgspec.structs.replace(
        Entry(id="1", title="A headline", body="<p>Some words.</p>"), **fields
    )
    return normalise(entry, feed, CATEGORIES)


# --- headlines and other lines -------------------------------------------------------------------

LINES = {
    "Plain": "Plain",
    "<b>Bold</b> and <i>fine</i>": "Bold and fine",
    "Tom &amp; Jerry": "Tom & Jerry",
    "AT&amp;amp;T &amp;#8212; &amp;quot;up&amp;quot;": 'AT&T — "up"',
    "&lt;b&gt;Bold&lt;/b&gt; move": "Bold move",
    "&amp;lt;b&amp;gt;Bold&amp;lt;/b&amp;gt; move": "Bold move",
    "<p>Why &lt;em&gt; and &lt;table&gt; matter</p>": "Why <em> and <table> matter",
    "AT&T says 3 < 5 > 2": "AT&T says 3 < 5 > 2",
    "Court lifts <redacted> order": "Court lifts <redacted> order",
    "<redacted> is <b>named</b>": "<redacted> is named",
    "  Two\n lines\t here ": "Two lines here",
    "One<br>two<p>three</p>four": "One two three four",
    "Q&A: what&nbsp;now?": "Q&A: what\u00a0now?",
    "evil \u202egpj.exe\u202c \u2066x\u2069": "evil gpj.exe x",
    "zero\u200bwidth\ufeff \u2060words\u00ad": "zerowidth words",
    "क्\u200dष and می\u200cخواهم": "क्\u200dष and می\u200cخواهم",
    "p\u200da\u200cy\u200dp\u200ca\u200dl": "paypal",
    "\U0001f469\u200d\U0001f4bb at work ❤\ufe0f": "\U0001f469\u200d\U0001f4bb at work ❤\ufe0f",
    "England \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f win": (
        "England \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f win"
    ),
    "hidden\U000e0068\U000e0069 tags": "hidden tags",
    "\u200fשלום (עולם)\u200f": "\u200fשלום (עולם)\u200f",
    "left\u200e to right\u200f": "left to right",
    "‘Quotes’ – dashes — ₹5 €6": "‘Quotes’ – dashes — ₹5 €6",
    "It\x92s \x93here\x94": "It’s “here”",
    "<![CDATA[Wrapped]]>": "Wrapped",
    "AT&amp;T, ?a=1&copy=2&reg=3 &copy; &copyx;": "AT&T, ?a=1&copy=2&reg=3 © &copyx;",
    "<script>x</script>Left": "Left",
    "a\x00b\ud800c": "abc",
}


@pytest.mark.parametrize(("sent", "shown"), LINES.items())
def test_a_headline_is_one_line_of_plain_text(sent: str, shown: str) -> None:
    assert story(title=sent).headline == shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("On The <dl>", "On The <dl>"),
        ("Why <TABLE> and <form> matter", "Why <TABLE> and <form> matter"),
        ("On The &lt;dl&gt;", "On The <dl>"),
        ("Rain <ul><li>stops</li></ul>", "Rain stops"),
        ("Rain <table>stops</table>", "Rain stops"),
        ("<section>Rain stops", "Rain stops"),
        ("Rain <b>stops", "Rain stops"),
        ('Rain <form action="/x">stops', "Rain stops"),
    ],
)
def test_an_element_that_a_headline_names_and_never_closes_is_a_word(sent: str, shown: str) -> None:
    assert story(title=sent).headline == shown


@pytest.mark.parametrize(("sent", "shown"), LINES.items())
def test_so_are_byline_source_summary_and_alt_text(sent: str, shown: str) -> None:
    made = story(
        byline=sent,
        source=sent,
        summary=sent,
        picture=Picture(url="https://p.example/a.jpg", alt=sent, credit=sent),
    )
    assert made.picture is not None
    lines = {made.byline, made.source, made.summary, made.picture.alt, made.picture.credit}
    assert lines == {shown}


@pytest.mark.parametrize(
    "title", ["", " ", "<b></b>", "&nbsp;", "<img src=x>", "\u200b", "&#8203;"]
)
def test_without_a_headline_the_first_words_of_the_body_are_it(title: str) -> None:
    body = "<p>" + "The cabinet met on Wednesday to decide whether the talks " * 3 + "</p>"
    headline = story(title=title, body=body).headline
    assert headline == (
        "The cabinet met on Wednesday to decide whether the talks The cabinet met on…"
    )
    assert len(headline) <= 80
    assert story(title=title, body="Rain.").headline == "Rain."


@pytest.mark.parametrize(
    "body", ["", "<p></p>", "<img src=/a.png>", "<script>x</script>", "\u200b"]
)
def test_an_entry_with_neither_headline_nor_body_is_rejected_by_name(body: str) -> None:
    with pytest.raises(EntryRejected) as rejected:
        story(title="<i> </i>", body=body)
    assert rejected.value.field == "title"


def test_a_headline_without_a_body_is_a_story() -> None:
    flash = story(title="Quake hits Delhi", body="", link="https://wire.example/quake")
    assert (flash.headline, flash.body, flash.summary) == ("Quake hits Delhi", "", "")


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("title", {"title": "word " * 201}),
        ("title", {"title": "x" * 100_001}),
        ("title", {"title": "<b>x" + "<i " * 60}),
        ("body", {"body": "word " * 900_000}),
        ("body", {"body": "<p>" + "word " * 110_000}),
        ("byline", {"byline": "x" * 100_001}),
        ("id", {"id": ""}),
        ("id", {"id": "x" * 4001}),
    ],
)
def test_a_field_that_is_too_long_is_named(field: str, fields: dict[str, str]) -> None:
    with pytest.raises(EntryRejected) as rejected:
        story(**fields)
    assert rejected.value.field == field


def test_a_long_byline_is_cut_at_a_word() -> None:
    byline = story(byline="Ann Author, " * 100).byline
    assert len(byline) <= 500
    assert byline.endswith((" Ann…", " Author…"))


# --- bodies --------------------------------------------------------------------------------------

BODIES = {
    "html": ("<p>a <b>b</b></p>", "<p>a <b>b</b></p>"),
    "text with blank lines": (
        "One\ntwo.\n\nThree & four.\r\n\r\nFive",
        "<p>One two.</p><p>Three &amp; four.</p><p>Five</p>",
    ),
    "wrapped text": ("One two\nthree four\nfive.", "<p>One two three four five.</p>"),
    "a paragraph a line": ("One.\nTwo!\n“Three?”\n", "<p>One.</p><p>Two!</p><p>“Three?”</p>"),
    "indented paragraphs": (
        "   ROME (AP) - One\ntwo.\n   Three.",
        "<p>ROME (AP) - One two.</p><p>Three.</p>",
    ),
    "text that is indented with its element": (
        "The minister said on\n      Monday that the bridge\n      would be closed.",
        "<p>The minister said on Monday that the bridge would be closed.</p>",
    ),
    "paragraphs that are indented with their element": (
        "\n    The minister\n    said so.\n\n    The bridge\n    is closed.\n",
        "<p>The minister said so.</p><p>The bridge is closed.</p>",
    ),
    "indented paragraphs in an indented element": (
        "ROME (AP) - One\n    two.\n       Three\n    four.",
        "<p>ROME (AP) - One two.</p><p>Three four.</p>",
    ),
    "indented sentences": ("One.\n\tTwo.\n\tThree.", "<p>One.</p><p>Two.</p><p>Three.</p>"),
    "an address in text": (
        "See https://x.example/?a=1&copy=2&reg=3&#38;c&copyx; &copy; Q&A",
        "<p>See https://x.example/?a=1&amp;copy=2&amp;reg=3&amp;c&amp;copyx; © Q&amp;A</p>",
    ),
    "text with signs": (
        "3 < 5 and <redacted> &amp; AT&T",
        "<p>3 &lt; 5 and &lt;redacted&gt; &amp; AT&amp;T</p>",
    ),
    "escaped twice": (
        "&lt;p&gt;a &lt;b&gt;b&lt;/b&gt; &amp;amp; c&lt;/p&gt;",
        "<p>a <b>b</b> &amp; c</p>",
    ),
    "escaped twice, a picture with much to say": (
        '&lt;img src="https://p.example/a.jpg?w=1&amp;copy=2" width="640" height="480" '
        "alt=&quot;A long text that goes on and on&quot;&gt;Words",
        '<p><img src="https://p.example/a.jpg?w=1&amp;copy=2" width="640" height="480" '
        'loading="lazy" alt="A long text that goes on and on" referrerpolicy="no-referrer">'
        "Words</p>",
    ),
    "escaped twice, with a break and a pixel added": (
        '&lt;p&gt;a &amp;amp; b&lt;/p&gt;\n<br/><img src="/t.gif" width="1" height="1">',
        "<p>a &amp; b</p>",
    ),
    "escaped on purpose, with a break": (
        "Write &lt;p&gt; and &lt;/p&gt; here<br/>",
        "<p>Write &lt;p&gt; and &lt;/p&gt; here</p>",
    ),
    "comparisons": (
        "if i &lt;p and q &gt; r, then &lt;p it",
        "<p>if i &lt;p and q &gt; r, then &lt;p it</p>",
    ),
    "escaped on purpose": ("<p>Write &lt;p&gt; here</p>", "<p>Write &lt;p&gt; here</p>"),
    "a tag that is a word": ("Use &lt;b&gt; for bold", "<p>Use &lt;b&gt; for bold</p>"),
    "wrapped in CDATA": ("<![CDATA[<p>a</p>]]>", "<p>a</p>"),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "shown"), BODIES.values(), ids=BODIES)
def test_a_body_is_html_whatever_it_was(sent: str, shown: str) -> None:
    assert story(body=sent).body == shown


def test_a_body_that_is_missing_is_the_summary() -> None:
    assert story(body="", summary="Only this.").body == "<p>Only this.</p>"


IMG = '<img src="https://p.example/a.jpg" loading="lazy" alt="" referrerpolicy="no-referrer">'
FRAME = '<iframe src="https://v.example/a"></iframe>'
CARD = '<p><a href="https://v.example/a" rel="nofollow noopener noreferrer">v.example</a></p>'

TWO_TEXTS = {
    # body, summary → what is shown, whether it is the whole story
    "a picture and its story": (IMG, "All of it.", f"<p>{IMG}</p><p>All of it.</p>", False),
    "a picture that the story has too": (
        IMG, f"<p>{IMG} All of it.</p>", f"<p>{IMG} All of it.</p>", False),
    "a player and its story": (FRAME, "All of it.", f"{CARD}<p>All of it.</p>", False),
    "a pixel": (
        '<img src="/t.gif" width="1" height="1">', "A <b>b</b>", "<p>A <b>b</b></p>", False),
    "an empty paragraph": ("<p>&nbsp;</p>", "All of it.", "<p>All of it.</p>", False),
    "no words at all": (IMG, "<p> </p>", f"<p>{IMG}</p>", True),
    "a summary that is past reading": (IMG, "<blockquote>" * 500 + "x", f"<p>{IMG}</p>", True),
    "the story's start and the story": (
        "<p>One.</p>", "<p>One.</p><p>Two words.</p>", "<p>One.</p><p>Two words.</p>", True),
    "a cut-off start, a picture and the story": (
        f"<p>{IMG}</p><p>One […]</p>", "One two.", f"<p>{IMG}</p><p>One two.</p>", True),
    "a teaser": ("<p>One. Two.</p>", "One.", "<p>One. Two.</p>", True),
    "the same words": ("<p>One <b>two</b>.</p>", "One two.", "<p>One <b>two</b>.</p>", True),
    "an invitation": ("<p>One.</p>", "One. Read more…", "<p>One.</p>", True),
    "a longer word": ("<p>One</p>", "Onerous times.", "<p>One</p>", True),
    "other words": ("<p>One.</p>", "Two, and much longer.", "<p>One.</p>", True),
}  # fmt: skip


@pytest.mark.parametrize(("body", "summary", "shown", "full"), TWO_TEXTS.values(), ids=TWO_TEXTS)
def test_of_two_texts_the_one_with_the_words_is_shown(
    body: str, summary: str, shown: str, full: bool
) -> None:
    made = story(body=body, full=True, summary=summary)
    assert (made.body, made.full) == (shown, full)


def test_a_summary_that_is_past_reading_is_the_first_paragraph() -> None:
    cut_off = "<p>Words.</p><script>document.write('<p>"
    assert story(summary=cut_off).summary == "Some words."


def test_links_are_relative_to_the_base_then_the_link_then_the_feed() -> None:
    body = "<a href=x>y</a>"
    link = "https://wire.example/news/1"
    assert (
        'href="https://b.example/x"' in story(body=body, base="https://b.example/", link=link).body
    )
    assert 'href="https://wire.example/news/x"' in story(body=body, link=link).body
    assert 'href="https://wire.example/x"' in story(body=body).body
    assert 'href="https://wire.example/s/x"' in story(body=body, base="/s/", link=link).body
    assert story(body=body, base="about:blank", link=link).body == "<p>y</p>"


DATELINES = {
    "NEW DELHI, Feb 11 (PTI) — The government said": "NEW DELHI, Feb 11 (PTI)",
    "LONDON (AP) — Prices rose": "LONDON (AP)",
    "WASHINGTON (Reuters) - The Fed": "WASHINGTON (Reuters)",
    "SAN JOSE, Calif. (AP) -- Chips": "SAN JOSE, Calif. (AP)",
    "KYIV, Ukraine (AP) — Drones": "KYIV, Ukraine (AP)",
    "NEW DELHI, FEBRUARY 11: The court": "NEW DELHI, FEBRUARY 11",
    "PORT-AU-PRINCE, Haiti (AP) — Gangs": "PORT-AU-PRINCE, Haiti (AP)",
    "ST. LOUIS — The river": "ST. LOUIS",
    "New Delhi [India], February 11 (ANI): Prime Minister": "New Delhi [India], February 11 (ANI)",
    "Mumbai, Feb 11 (IANS) Actor": "Mumbai, Feb 11 (IANS)",
    "Paris (AFP) – Farmers": "Paris (AFP)",
    "नई दिल्ली, 11 फरवरी (भाषा) सरकार ने": "नई दिल्ली, 11 फरवरी (भाषा)",
    "BREAKING NEWS — Fire": "",
    "EXCLUSIVE: Talks fail": "",
    "The president — who left — said": "",
    "NATO said on Monday": "",
    "I — we — know": "I",
    "He met Modi (BJP) on Monday": "",
    "Words": "",
}


@pytest.mark.parametrize(("text", "dateline"), DATELINES.items())
def test_a_dateline_is_recognised_and_left_in_the_body(text: str, dateline: str) -> None:
    made = story(body=f"<p>{text}</p>")
    assert made.dateline == dateline
    assert made.body == f"<p>{text}</p>"


def test_the_summary_is_the_feeds_own_or_the_first_paragraph_in_whole_words() -> None:
    assert story(summary="<p>Own &amp; short</p>").summary == "Own & short"
    assert story(summary="<img src=x>", body="<p>First.</p><p>Second.</p>").summary == "First."
    led = "<p><b>By A. Reporter</b></p><p>In short.</p><p>And more.</p>"
    assert story(summary=led, body="<p>Long.</p>").summary == "In short. And more."
    assert story(summary="Photo: Wire", body="<p>First.</p>").summary == "First."
    long = story(body="<p>" + "eleven char " * 60 + "</p>").summary
    assert len(long) <= 300
    assert long.endswith(("eleven…", "char…"))


def test_a_dateline_is_found_below_a_byline() -> None:
    body = "<p>By A. Reporter</p><p>PORT AMRITA, Feb 10 (Wire) - It rained.</p>"
    assert story(body=body).dateline == "PORT AMRITA, Feb 10 (Wire)"
    assert story(title="", body=body).headline == "PORT AMRITA, Feb 10 (Wire) - It rained."


# --- categories and other settings ---------------------------------------------------------------


def test_terms_map_to_categories_without_case_or_space_and_the_rest_are_dropped() -> None:
    made = story(categories=(" NATIONAL ", "elections", "elections", "Cricket", "x" * 3000))
    assert made.categories == ("india", "news", "politics")
    assert story(categories=("देश",)).categories == ("india", "news")
    assert story(categories=("India, Politics",)).categories == ("india", "news", "politics")
    assert story(categories=("Court &lt;b&gt;Reports&lt;/b&gt;",)).categories == ("courts", "news")
    assert story(categories=()).categories == ("news",)


def test_a_story_is_held_for_its_feed_or_for_one_of_its_categories() -> None:
    assert not story().hold
    assert story(msgspec.structs.replace(FEED, hold=True)).hold
    assert story(categories=("courts",)).hold
    assert story(msgspec.structs.replace(FEED, categories=("courts",))).hold


@pytest.mark.parametrize(
    ("sent", "tag"),
    [
        ("en", "en"),
        ("EN_us", "en-US"),
        ("zh-hant-tw", "zh-Hant-TW"),
        (" hi ", "hi"),
        ("english", ""),
        ('en" onload="x', ""),
        ("", ""),
    ],
)
def test_a_language_is_a_plain_tag_or_none(sent: str, tag: str) -> None:
    assert story(language=sent).language == tag


def test_a_link_is_a_web_address_or_none() -> None:
    assert (
        story(link="https://wire.example/1?utm_source=x").link
        == "https://wire.example/1?utm_source=x"
    )
    assert story(link="/1").link == "https://wire.example/1"
    for address in (*ADDRESSES, "mailto:a@b.example"):
        link = story(link=address).link
        assert link == "" or link.startswith(("https://wire.example/", "https://evil.example"))


def test_dates_are_kept_as_sent_the_future_too() -> None:
    early, late = SEEN - timedelta(hours=1), SEEN + timedelta(days=300)
    future = story(published=late)
    assert (future.published, future.at) == (late, late)
    assert story().at is None
    assert story(published=early, updated=SEEN).at == SEEN


def test_the_source_falls_back_to_the_feeds_own() -> None:
    named = msgspec.structs.replace(FEED, source="Press Trust of India")
    assert story(named).source == "Press Trust of India"
    assert story(named, source="Bhasha").source == "Bhasha"


def test_a_link_to_the_storys_own_page_is_no_copy_and_a_story_without_words_is_a_story() -> None:
    link = "https://diario.example/1.html"
    alone = story(title="Abren", link=link, body=f'&nbsp;<a href="{link}">Leer</a>')
    assert (alone.headline, alone.body, alone.summary) == ("Abren", "", "")
    after = story(link=link, body=f'El aviso llega hoy. <a href="{link}">Leer</a>')
    assert (after.body, after.summary) == ("<p>El aviso llega hoy.</p>", "El aviso llega hoy.")
    with pytest.raises(EntryRejected, match="title"):
        story(title="", link=link, body=f'<a href="{link}">Leer</a>')


def test_nor_is_such_a_link_at_the_end_of_a_summary_of_its_own() -> None:
    link = "https://diario.example/1.html"
    for own in ("/1.html", f"{link}?utm_source=rss"):
        short = story(link=link, summary=f'En breve. <a href="{own}">Leer más</a>')
        assert short.summary == "En breve."
    assert story(link=link, summary=f'<a href="{link}">Leer</a>').summary == "Some words."
    other = story(link=link, summary='En breve. <a href="/2.html">Más</a>')
    assert other.summary == "En breve. Más"


# --- pictures ------------------------------------------------------------------------------------


def test_a_picture_is_kept_if_it_is_one() -> None:
    made = story(picture=Picture(url="/a.jpg", alt="<b>A</b>", width=640, height=-1))
    assert made.picture == Picture(url="https://wire.example/a.jpg", alt="A", width=640)
    for url in (*ADDRESSES, "https://pixel.wp.com/b.gif"):
        picture = story(picture=Picture(url=url)).picture
        assert picture is None or picture.url.startswith(("https://wire.example/", "https://evil"))
    assert story(picture=Picture(url="https://p.example/a.gif", width=1, height=1)).picture is None


def test_a_picture_that_opens_the_body_is_shown_once() -> None:
    picture = Picture(url="https://p.example/a.jpg?w=800")
    made = story(
        picture=picture, body='<p><img src="http://p.example/a.jpg" alt="A dog"></p><p>Words</p>'
    )
    assert made.body == "<p>Words</p>"
    assert made.picture is not None
    assert made.picture.alt == "A dog"
    captioned = story(
        picture=picture,
        body='<figure><a href="/x"><img src="https://p.example/a.jpg?w=400"></a>'
        "<figcaption>A dog</figcaption></figure><p>Words</p>",
    )
    assert captioned.body == "<figure><figcaption>A dog</figcaption></figure><p>Words</p>"


SAME_PICTURE = [
    ("https://p.example/b.jpg", "http://p.example/b-1024x683.jpg"),
    ("https://p.example/b-scaled.jpg", "https://p.example/b-300x200.jpg"),
    ("https://p.example/i?id=1", "https://p.example/i?id=1&amp;width=300&amp;quality=80"),
    ("https://p.example/i?id=1&h=20", "https://p.example/i?fit=crop&amp;id=1"),
]
OTHER_PICTURE = [
    ("https://p.example/i.ashx?id=2", "https://p.example/i.ashx?id=1"),
    ("https://p.example/i.ashx?id=2", "https://p.example/i.ashx"),
    ("https://p.example/b-2.jpg", "https://p.example/b-1.jpg"),
    ("https://p.example/b.jpg", "https://q.example/b.jpg"),
]


@pytest.mark.parametrize(("url", "other"), SAME_PICTURE)
def test_a_picture_in_another_size_is_the_same(url: str, other: str) -> None:
    made = story(picture=Picture(url=url), body=f'<p><img src="{other}"></p><p>Words</p>')
    assert made.body == "<p>Words</p>"


@pytest.mark.parametrize(("url", "other"), OTHER_PICTURE)
def test_a_picture_of_another_name_stays(url: str, other: str) -> None:
    made = story(picture=Picture(url=url), body=f'<p><img src="{other}"></p><p>Words</p>')
    assert f'src="{other}"' in made.body


def test_another_picture_or_one_further_down_stays() -> None:
    picture = Picture(url="https://p.example/a.jpg")
    other = story(picture=picture, body='<p><img src="https://p.example/b.jpg"></p><p>Words</p>')
    assert "b.jpg" in other.body
    later = story(picture=picture, body='<p>Words</p><p><img src="https://p.example/a.jpg"></p>')
    assert "a.jpg" in later.body


PLAIN_BODY = '<p>Words</p><p><img src="https://p.example/big.jpg" alt="A cave" {}></p>'
THUMB = Picture(url="https://p.example/s72-c/p.jpg", width=72, height=72, credit="C")


@pytest.mark.parametrize("own", [None, THUMB, Picture(url="https://pixel.wp.com/b.gif")])
def test_the_bodys_first_picture_stands_for_a_story_with_none_or_a_thumbnail(
    own: Picture | None,
) -> None:
    made = story(picture=own, body=PLAIN_BODY.format('width="640" height="480"'))
    assert made.picture == Picture(
        url="https://p.example/big.jpg", alt="A cave", width=640, height=480, of_body=True
    )
    assert "big.jpg" in made.body
    opens = story(picture=own, body='<p><img src="https://p.example/big.jpg"></p><p>Words</p>')
    assert "big.jpg" in opens.body


def test_a_picture_of_the_entrys_own_stands_before_the_bodys() -> None:
    for own in (Picture(url="https://p.example/a.jpg"), Picture(url=THUMB.url, width=640)):
        assert story(picture=own, body=PLAIN_BODY.format("")).picture == own


@pytest.mark.parametrize(
    "image",
    [
        '<img src="https://p.example/icon.png" width="16" height="16">',
        '<img src="https://0.gravatar.com/avatar/1?s=200">',
        '<img src="https://s.example/1f600.svg" alt="\U0001f600">',
        '<img src="https://p.example/line.png" width="800" height="2">',
    ],
)
def test_no_icon_face_or_emoji_of_the_body_stands_for_the_story(image: str) -> None:
    assert story(body=f"<p>Words {image}</p>").picture is None
    assert story(body=f"<p>Words {image}</p>", picture=THUMB).picture == THUMB
    later = story(body=f"<p>Words {image}</p>" + PLAIN_BODY.format("")).picture
    assert later is not None
    assert later.url == "https://p.example/big.jpg"


# --- kills and embargoes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "Kill notice for stray dogs in Goa",
        "Mandatory kill clause struck down by court",
        "Kill: a memoir",
        "Withdrawn: the drug that never was",
        "KILLING OF A MAYOR: what we know",
        "Minister resigns: KILL the bill, say crowds",
        '"KILL" order stands, says court',
        "KILLED IN ACTION: a soldier's letters",
        "RETRACTED paper haunts university",
        "Retraction: what the journal said",
        "WITHDRAW from Gaza, UN says",
        "URGENT: Killing of a mayor",
        "URGENT: KILL THE BILL, CROWDS SAY",
        "STORY OF A KILL: how a tiger hunts",
        "Advisory: kill switch found in ship's engine",
        "ADVISORY: KILL MOSQUITOES BEFORE THE RAINS",
        "BC-PTN--KILLINGS: three dead",
    ],
)
def test_an_ordinary_headline_kills_nothing(title: str) -> None:
    assert not story(title=title).withdrawn


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "KILL: Minister resigns"},
        {"title": "<b>KILL</b> — Minister resigns"},
        {"title": "WITHDRAWN: Minister resigns"},
        {"title": "WITHDRAWN"},
        {"title": "Kill notice: Minister resigns"},
        {"title": "Kill Notice"},
        {"title": "KILL NOTICE Minister resigns"},
        {"title": "MANDATORY KILL Minister resigns"},
        {"title": "KILLED: Minister resigns"},
        {"title": "RETRACTED: Minister resigns"},
        {"title": "RETRACTION: Minister resigns"},
        {"title": "WITHDRAW: Minister resigns"},
        {"title": "STORY KILL: Minister resigns"},
        {"title": "URGENT KILL: Minister resigns"},
        {"title": "ADVISORY: KILL Minister resigns"},
        {"title": "[KILL] Minister resigns"},
        {"title": "**KILL** Minister resigns"},
        {"title": "BC-PTN--KILL: Minister resigns"},
        {"pubstatus": "canceled"},
        {"pubstatus": " Canceled "},
        {"pubstatus": "withheld", "body": ""},
        {"pubstatus": "stat:canceled"},
        {"pubstatus": "http://cv.iptc.org/newscodes/pubstatusg2/canceled"},
        {"pubstatus": "killed", "title": "", "body": ""},
        {"pubstatus": "canceled", "title": "x" * 200_000},
        {"pubstatus": "canceled", "body": "<blockquote>" * 500 + "x"},
        {"pubstatus": "canceled", "byline": "x" * 200_000},
        {"title": "KILL: " + "<b a='" * 5000},
    ],
)
def test_a_kill_is_recognised_whatever_else_is_wrong(fields: dict[str, str]) -> None:
    made = story(**fields)
    assert made.withdrawn
    assert 0 < len(made.headline) <= 1000


@pytest.mark.parametrize(
    "title",
    ["Kill Bill returns", "Killed: three", "KILLERS TOUR", "WITHDRAWN FROM RACE", "Withdrawn",
     "Bill to kill: notice given", "Storm kills 3"],
)  # fmt: skip
def test_news_of_killing_is_no_kill(title: str) -> None:
    assert not story(title=title).withdrawn


@pytest.mark.parametrize(
    "title", ["CANCELLED - Minister resigns", "cancelled -", "<b>Cancelled</b> - Minister resigns"]
)
def test_what_the_feeds_settings_name_is_a_kill_too(title: str) -> None:
    assert story(msgspec.structs.replace(FEED, kill_titles=("Cancelled -",)), title=title).withdrawn
    assert not story(title=title).withdrawn


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({"title": "EMBARGOED UNTIL 10 PM: The budget"}, True),
        ({"title": "EMBARGO: The budget"}, True),
        ({"title": "Embargoed until 10 pm: The budget"}, True),
        ({"title": "(EMBARGOED) The budget"}, True),
        ({"pubstatus": "stat:embargoed"}, True),
        ({"title": "EMBARGOED: The budget", "embargo": SEEN}, False),
        ({"pubstatus": "embargoed", "embargo": SEEN}, False),
        ({"title": "Embargo: India halts wheat exports"}, False),
        ({"title": "Embargoed goods seized at port"}, False),
        ({"title": "EMBARGO ON OIL EXTENDED"}, False),
        ({"title": "Advance for Sunday: The budget"}, False),
    ],
)
def test_a_story_under_an_embargo_without_a_time_waits_for_an_editor(
    fields: dict[str, object], held: bool
) -> None:
    assert story(**fields).hold is held


def test_a_story_waits_whose_title_begins_as_the_feeds_settings_name() -> None:
    feed = msgspec.structs.replace(FEED, hold_titles=("Advance for",))
    assert story(feed, title="ADVANCE FOR SUNDAY: The budget").hold
    assert not story(feed, title="An advance for farmers").hold


def test_an_embargo_is_kept() -> None:
    assert story(embargo=SEEN).embargo == SEEN


def test_a_story_that_is_withheld_waits_and_one_without_its_text_is_a_kill() -> None:
    """https://cv.iptc.org/newscodes/pubstatusg2/: until further notice."""
    made = story(pubstatus="stat:withheld")
    assert (made.waits, made.withdrawn) == (True, False)
    assert story(pubstatus="stat:withheld", body="").withdrawn


# --- what some agencies send beside the body -----------------------------------------------------


@pytest.mark.parametrize(
    ("dateline", "body", "shown"),
    [
        ("PORT AMRITA, Feb 11", "<p>Rain.</p>", "<p>PORT AMRITA, Feb 11 — Rain.</p>"),
        ("Port Amrita (wire) -", "<h2>A</h2><p>Rain.</p>", "<h2>A</h2><p>Port Amrita (wire) — "),
        ("Port Amrita", "<p>Port Amrita (wire) — Rain.</p>", "<p>Port Amrita (wire) — Rain.</p>"),
        ("PARIS", "<p>LONDON, Feb 11 (AP) — Rain.</p>", "<p>LONDON, Feb 11 (AP) — Rain.</p>"),
        ("Ab & Co", "<p>Rain.</p>", "<p>Ab &amp; Co — Rain.</p>"),
        ("PARIS", "<ul><li>Rain.</li></ul>", "<p>PARIS —</p><ul>"),
        ("—", "<p>Rain.</p>", "<p>Rain.</p>"),
        ("20260211T120000+0000", "<p>Rain.</p>", "<p>Rain.</p>"),
    ],
)
def test_a_dateline_beside_the_body_is_run_in_once(dateline: str, body: str, shown: str) -> None:
    made = story(dateline=dateline, body=body)
    assert made.body.startswith(shown)
    assert made.dateline in plain(made.body, "body")


def test_further_pictures_stand_after_the_words_each_once_with_caption_and_credit() -> None:
    body = '<p>Words.</p><p><img src="https://p.example/a.jpg"></p>'
    sent = tuple(
        Picture(
            url=f"https://p.example/{name}.jpg", alt="The <dam>", credit="PTN", width=9, height=6
        )
        for name in ("a", "b", "b")
    )
    made = story(body=body, full=True, pictures=sent)
    assert made.body.count("<img") == 2
    assert made.body.endswith("<figcaption>The &lt;dam&gt; PTN</figcaption></figure>")
    assert (
        story(msgspec.structs.replace(FEED, pictures="none"), pictures=sent).body.count("<img") == 0
    )


def test_what_is_said_to_editors_is_kept_and_readers_never_see_it() -> None:
    told = Editorial(note=" Call\x00 us. \n\n Soon. ", slug="dam", urgency=3, usage="Not for TV")
    made = story(editorial=told)
    assert made.editorial == Editorial(
        note="Call us.\nSoon.", slug="dam", urgency=3, usage="Not for TV"
    )
    assert made.hash == story().hash
    assert story(editorial=Editorial(urgency=99)).editorial is None


# --- the hash ------------------------------------------------------------------------------------

BODY = (
    '<p>Words <a href="https://a.example/x?id=1">here</a>.</p>'
    '<p><img src="https://p.example/a.jpg"></p>'
)

SAME = {
    "a tracking pixel": BODY + '<img src="https://pixel.wp.com/b.gif?t=123" width="1" height="1">',
    "tracking parameters": BODY.replace("?id=1", "?id=1&utm_source=rss&fbclid=9"),
    "a picture's cache key": BODY.replace("a.jpg", "a.jpg?itok=abc"),
    "classes": BODY.replace("<p>", "<p class=x id=y data-time=123>"),
    "white space": BODY.replace("<p>", "\n <p>\n"),
    "scripts": BODY + "<script>now = 123</script>",
    "comments": "<!-- 2026-02-11 -->" + BODY,
}


@pytest.mark.parametrize("body", SAME.values(), ids=SAME)
def test_what_no_reader_sees_leaves_the_hash_alone(body: str) -> None:
    assert story(body=body).hash == story(body=BODY).hash


def test_neither_do_dates_feeds_and_categories() -> None:
    other = msgspec.structs.replace(FEED, id="pti-india", categories=("india",), hold=True)
    entry = {"body": BODY, "published": SEEN, "categories": ("Elections",), "dates": ("today",)}
    assert story(other, **entry).hash == story(body=BODY).hash


DIFFERENT: tuple[dict[str, object], ...] = (
    {},
    {"title": "Another headline"},
    {"body": BODY.replace("Words", "Word")},
    {"body": BODY.replace("here", "there")},
    {"body": BODY.replace("?id=1", "?id=2")},
    {"body": BODY.replace("a.jpg", "b.jpg")},
    {"body": BODY.replace("Words ", "Words</p><p>")},
    {"byline": "By Ann"},
    {"source": "By Ann"},
    {"summary": "Short"},
    {"language": "hi"},
    {"link": "https://wire.example/1"},
    {"picture": Picture(url="https://p.example/c.jpg")},
    {"picture": Picture(url="https://p.example/c.jpg", alt="C")},
    {"embargo": SEEN},
    {"pubstatus": "canceled"},
)


def test_whatever_a_reader_sees_changes_the_hash() -> None:
    hashes = {story(**{"body": BODY, **fields}).hash for fields in DIFFERENT}
    assert len(hashes) == len(DIFFERENT)
    assert all(made.startswith("v1:") and len(made) == 35 for made in hashes)


def test_a_story_looks_the_same_however_its_addresses_are_spelled() -> None:
    sent = '<p>Words <a href="{0}/a{1}">here</a>.</p><p><img src="{0}/a.jpg"></p>'
    sides = {
        story(
            body=sent.format(host, slash),
            link=f"{host}/1{slash}",
            picture=Picture(url=f"{host}/b.jpg"),
        )
        for host in ("https://wire.example", "http://www.wire.example")
        for slash in ("", "/", "?utm_source=rss")
    }
    assert len({made.hash for made in sides}) > 1
    assert len({made.look for made in sides}) == 1
    looks = {story(**{"body": BODY, **fields}).look for fields in DIFFERENT}
    assert len(looks) == len(DIFFERENT)


def test_another_process_makes_the_same_story() -> None:
    code = (
        "import sys; sys.path[:0] = ['shared', '.'];"
        "from tests.newsroom.test_normalise import BODY, story; import msgspec;"
        "made = story(body=BODY, categories=('Elections', 'National', 'courts'), byline='By Ann');"
        "sys.stdout.buffer.write(msgspec.json.encode(made))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    here = story(body=BODY, categories=("Elections", "National", "courts"), byline="By Ann")
    assert made == {msgspec.json.encode(here)}


# --- attacks -------------------------------------------------------------------------------------


def assert_story(made: Story) -> None:
    assert_safe(made.body)
    lines = [made.headline, made.summary, made.byline, made.dateline, made.source, made.language]
    lines += [made.picture.alt, made.picture.credit] if made.picture else []
    told = msgspec.structs.asdict(made.editorial or Editorial())
    lines += [str(value) for name, value in told.items() if name != "note"]
    lines += told["note"].split("\n")
    for line in lines:
        assert line == line.strip()
        assert not set(line) & set(
            "\n\r\t\x00\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b\ufeff"
        )
        line.encode()
    assert made.headline
    assert len(made.headline) <= 1000
    assert len(made.summary) <= 300
    for address in (made.link, made.picture.url if made.picture else ""):
        assert address == "" or address.startswith(("https://", "http://"))
    assert made.categories == tuple(sorted(set(made.categories)))


@pytest.mark.parametrize("payload", [*PAYLOADS, *ADDRESSES])
def test_an_attack_in_every_field_becomes_a_safe_story_or_is_rejected(payload: str) -> None:
    try:
        made = normalise(entry_of(payload), FEED, CATEGORIES)
    except EntryRejected:
        return
    assert_story(made)


TEXT = st.text(max_size=80) | st.sampled_from(PAYLOADS) | st.sampled_from(tuple(LINES))
TIMES = st.none() | st.datetimes(timezones=st.just(UTC))
ENTRIES = st.builds(
    Entry,
    id=TEXT,
    title=TEXT,
    link=TEXT,
    body=TEXT,
    full=st.booleans(),
    summary=TEXT,
    byline=TEXT,
    source=TEXT,
    language=TEXT,
    published=TIMES,
    updated=TIMES,
    embargo=TIMES,
    pubstatus=TEXT,
    categories=st.lists(TEXT, max_size=3).map(tuple),
    picture=st.none()
    | st.builds(
        Picture, url=TEXT, alt=TEXT, credit=TEXT, width=st.integers(), height=st.integers()
    ),
    base=TEXT,
    version=st.integers(0),
    dateline=TEXT,
    pictures=st.lists(st.builds(Picture, url=TEXT, alt=TEXT, credit=TEXT), max_size=2).map(tuple),
    editorial=st.none() | st.builds(Editorial, note=TEXT, slug=TEXT, urgency=st.integers()),
)


@given(ENTRIES)
def test_any_entry_of_any_text_is_a_story_or_a_named_rejection(entry: Entry) -> None:
    try:
        made = normalise(entry, FEED, CATEGORIES)
    except EntryRejected:
        return
    assert_story(made)
    assert normalise(entry, FEED, CATEGORIES) == made


def test_a_campaign_in_the_storys_address_makes_no_new_version() -> None:
    link = "https://wire.example/a"
    assert story(link=f"{link}?utm_source=rss&utm_medium=feed").hash == story(link=link).hash
    assert story(link=f"{link}?page=2").hash != story(link=link).hash


def test_a_picture_that_lists_take_from_the_body_is_no_part_of_the_hash_but_by_the_body() -> None:
    source = "https://p.example/a.jpg"
    lent, not_lent = (
        story(body=f'<p>Some words.</p><p><img src="{source}" width="{width}" alt="A dam"></p>')
        for width in (640, 20)
    )
    assert lent.picture
    assert lent.picture.of_body
    assert not_lent.picture is None
    assert lent.hash == not_lent.hash
    other = story(body='<p>Some words.</p><p><img src="https://p.example/b.jpg" width="640"></p>')
    assert other.hash != lent.hash


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("<p>Fisherman&amp;#39;s Wharf, caf&amp;eacute;</p>", "Fisherman's Wharf, café"),
        ("<p>&amp;#8220;Yes&amp;#x201d; &amp;mdash; 5&amp;nbsp;km</p>", "“Yes” — 5&nbsp;km"),
        (
            "<p>AT&amp;amp;T, &amp;lt;b&amp;gt; and &amp;nosuch;</p>",
            "AT&amp;amp;T, &amp;lt;b&amp;gt; and &amp;nosuch;",
        ),
        ("<p>Write <code>&amp;eacute;</code></p>", "Write <code>&amp;eacute;</code>"),
    ],
)
def test_a_letter_that_was_escaped_twice_is_a_letter(sent: str, shown: str) -> None:
    assert story(body=sent).body == f"<p>{shown}</p>"


def test_tags_of_other_programs_are_markup_even_alone() -> None:
    found = story(title='<bdo dir="ltr">Bridge</bdo> reopens', body="It is open.<o:p></o:p>")
    assert (found.headline, found.body) == ("Bridge reopens", "<p>It is open.</p>")
    words = story(title="Calls <redacted> and <desk:wire>", body="He wrote <redacted>.")
    assert (words.headline, words.body) == (
        "Calls <redacted> and <desk:wire>",
        "<p>He wrote &lt;redacted&gt;.</p>",
    )
