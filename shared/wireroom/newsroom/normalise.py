"""Normalising: an entry as its feed sent it → a story as readers get it.

    Entry ─► withdrawn? ─► body: sanitised HTML ─► without what is for editors only
          ─► headline, summary, dateline … as text ─► terms, categories, hold
          ─► hash of what readers would see ─► Story

Pure: no clock, no network. An entry that can't become an article raises EntryRejected, which names
the field. A kill notice is rejected only for its id, whatever else is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType

from wireroom.errors import EntryRejected
from wireroom.markup.addresses import (
    is_avatar,
    is_beacon,
    picture_name,
    safe_address,
    without_tracking,
)
from wireroom.markup.advisories import Advisory, advisory
from wireroom.markup.attributes import attribute, pictures, without_pictures
from wireroom.markup.body import body_of, summary_of
from wireroom.markup.characters import cut, one_line, says_something
from wireroom.markup.dateline import dateline_of
from wireroom.markup.language import tag_of
from wireroom.markup.notebook import divided
from wireroom.markup.opening import opening
from wireroom.markup.own_link import without_own_link
from wireroom.markup.plain import plain
from wireroom.markup.sanitise import sanitise
from wireroom.markup.spelling import canonical
from wireroom.model import Category, Editorial, Entry, Feed, Former, Part, Picture, Story, Take
from wireroom.newsroom.excerpts import held, part_of
from wireroom.newsroom.filing import folded, matching
from wireroom.newsroom.fingerprint import fingerprint
from wireroom.newsroom.own import FEED as OWN
from wireroom.newsroom.pictures import of_body

MAX_HEADLINE = 1000  # characters; an entry with a longer one is rejected
MAX_ID = 4000
BORROWED_HEADLINE = 80  # characters of the body that are the headline where an entry has no title
MAX_TERMS = 4000  # characters of all terms of an entry together; further terms are left out
MAX_NOTE = 4000  # characters of an agency's note to editors, which is cut
MAX_LINE = 500  # characters of a byline, source, credit or alt text, which are cut
THUMBNAIL = 150  # pixels of a side: this and less is a thumbnail to WordPress and Blogger
WITHDRAWN_HEADLINE = "Withdrawn"
# What the pictures of a feed without an address are fetched for. There is no such host (RFC 6761),
# and it is no internal one.
NOWHERE = "https://feed.invalid/"

_SEPARATORS = re.compile(r"[,;|]")

_DASHES = " -–—_:="  # that agencies write after a dateline
_PLACE = re.compile(r"[^\W\d_]{2}")  # some agencies send only a time there
_PARAGRAPH = re.compile(r"<p(?: [^>]*)?>")
_LEADING_PICTURE = re.compile(r"<(?:p|figure)[^>]*>(?:<a [^>]*>)?(<img [^>]*>)")


# Nobody kills or holds a story of the newsroom's own by its headline.
_PLAIN = Advisory(withdrawn=False, held=False, headline="")


def normalise(
    entry: Entry,
    feed: Feed,
    categories: Sequence[Category],
    former: Mapping[str, Former] = MappingProxyType({}),
) -> Story:
    """`entry` of `feed` as a story. `categories`: all of the site's; `former`: as in Settings.

    Raises EntryRejected, whose `field` (`id`, `title`, `body` …) says what is wrong.
    """
    if not entry.id or len(entry.id) > MAX_ID:
        raise EntryRejected("id", f"is empty or longer than {MAX_ID:,} characters")
    notice = _PLAIN if feed.id == OWN else advisory(entry, feed.kill_titles, feed.hold_titles)
    try:
        return _story(entry, feed, categories, former, notice)
    except EntryRejected:
        if not notice.withdrawn:
            raise
        return _story(_bare(entry), feed, categories, former, notice)


def _story(
    entry: Entry,
    feed: Feed,
    categories: Sequence[Category],
    former: Mapping[str, Former],
    notice: Advisory,
) -> Story:
    withdrawn = notice.withdrawn
    base = _base(entry, feed)
    body, full = body_of(entry, base)
    editors = ""
    if feed.id != OWN:  # nobody writes notes to us in a story of our own
        copy = divided(body)
        body, editors = copy.readers, copy.editors
    link = safe_address(entry.link, feed.url)
    whole = body
    body = without_own_link(body, link, plain(entry.title, "title"))
    led_on = body != whole
    if feed.pictures == "none":
        body = without_pictures(body)
    takes, more = _takes(entry, feed, base)
    editors = "\n".join(filter(None, (editors, *more)))
    headline = _headline(entry, body, withdrawn=withdrawn)
    picture = _picture(entry.picture, base) if feed.pictures != "none" else None
    if picture is None or 0 < picture.width <= THUMBNAIL:
        picture = body_picture(body) or picture
    if picture and not picture.of_body:
        body, picture = _shown_once(body, picture)
    byline = _line(entry.byline, "byline")
    source = _line(entry.source, "source") or feed.source
    dateline = dateline_of(opening(body, byline))
    if _PLACE.search(entry.dateline) and not dateline:
        dateline = _line(entry.dateline, "dateline").strip(_DASHES)
        body = _run_in(body, dateline)
    if feed.pictures != "none":
        body = _with_pictures(body, entry.pictures, base)
    summary = summary_of(entry, body, byline, base=base, link=link, editors=editors)
    language = tag_of(entry.language)
    terms = _terms(entry)
    mapped = matching(terms, categories, former) | set(feed.categories)
    part: Part = ""  # a kill notice is no story
    if not withdrawn and (body or not takes):
        part = part_of(body, feed, link=link, full=full, led_on=led_on)
    if not (part or link or body or takes or withdrawn) and feed.syndicated:
        raise EntryRejected("body", "neither a word of the story nor a link to it")
    own = None if picture and picture.of_body else picture  # the body's is in the body's hash
    hold = feed.hold or notice.held or held(part, feed)
    if feed.id != OWN:  # whose versions say themselves whether they wait
        hold = hold or any(c.hold for c in categories if c.slug in mapped)
    shown = {
        "headline": headline,
        "summary": summary,
        "byline": byline,
        "dateline": dateline,
        "source": source,
        "language": language,
        "link": without_tracking(link),
        "picture": without_tracking(own.url) if own else "",
        "alt": own.alt if own else "",
        "credit": own.credit if own else "",
        "embargo": entry.embargo.isoformat() if entry.embargo else "",
        "withdrawn": "yes" if withdrawn else "",
        "part": part,
    }
    return Story(
        entry_id=entry.id,
        provider=feed.provider,
        feed=feed.id,
        headline=headline,
        body=body,
        full=full,
        hash=fingerprint(shown, body),
        look=fingerprint(
            {**shown, "link": canonical(link), "picture": canonical(own.url) if own else ""},
            body,
            canonical,
        ),
        summary=summary,
        byline=byline,
        dateline=dateline,
        source=source,
        language=language,
        link=link,
        picture=picture,
        published=entry.published,
        at=entry.updated or entry.published,
        embargo=entry.embargo,
        withdrawn=withdrawn,
        terms=terms,
        own=feed.categories,
        categories=tuple(sorted(mapped)),
        syndicated=feed.syndicated,
        hold=hold,
        waits=notice.held,
        origin=(feed.url or NOWHERE) if feed.pictures == "store" else "",
        pictures=of_body(body) if feed.pictures == "store" else (),
        version=entry.version,
        takes=takes,
        through=entry.through,
        editorial=_editorial(entry.editorial or Editorial(), editors),
        part=part,
    )


def _takes(entry: Entry, feed: Feed, base: str) -> tuple[tuple[Take, ...], list[str]]:
    """The entry's takes with sanitised texts, and what each has for editors only."""
    takes, notes = [], []
    for take in sorted(entry.takes, key=lambda take: take.number):
        body, _ = body_of(Entry(id="", body=take.body), base)
        part = divided(body)
        text = without_pictures(part.readers) if feed.pictures == "none" else part.readers
        takes.append(Take(number=take.number, body=text, at=take.at))
        notes.append(part.editors)
    return tuple(takes), notes


def _base(entry: Entry, feed: Feed) -> str:
    """The address that the entry's relative ones are relative to; "" if it is no web address."""
    base = safe_address(entry.link, feed.url) or feed.url
    return safe_address(entry.base, base) if entry.base else base


def _bare(entry: Entry) -> Entry:
    """`entry`, a kill notice that was rejected, with only the fields that a kill needs."""
    return Entry(
        id=entry.id,
        title=escape(one_line(entry.title[:BORROWED_HEADLINE])),
        published=entry.published,
        updated=entry.updated,
    )


def _headline(entry: Entry, body: str, *, withdrawn: bool) -> str:
    headline = plain(entry.title, "title")
    if len(headline) > MAX_HEADLINE:
        raise EntryRejected("title", f"longer than {MAX_HEADLINE:,} characters")
    if not says_something(headline):
        headline = cut(opening(body), BORROWED_HEADLINE)
    if not says_something(headline):
        if withdrawn:
            return WITHDRAWN_HEADLINE
        raise EntryRejected("title", "neither a headline nor a body to take one from")
    return headline


def _line(text: str, field: str) -> str:
    return cut(plain(text, field), MAX_LINE)


def _editorial(said: Editorial, editors: str) -> Editorial | None:
    """What the agency says to editors beside its copy and in it (`editors`), cut to what a row has
    room for; None if that is nothing."""
    lines = [one_line(line) for line in (*said.note.splitlines(), *editors.splitlines())]
    told = Editorial(
        note=cut("\n".join(line for line in lines if line), MAX_NOTE),
        slug=cut(one_line(said.slug), MAX_LINE),
        urgency=said.urgency if 0 < said.urgency < 10 else 0,
        genre=cut(one_line(said.genre), MAX_LINE),
        place=cut(one_line(said.place), MAX_LINE),
        usage=cut(one_line(said.usage), MAX_LINE),
        copyright=cut(one_line(said.copyright), MAX_LINE),
    )
    return told if told != Editorial() else None


def _terms(entry: Entry) -> tuple[str, ...]:
    """The entry's terms as folded text, each once. A term that is a list is there as a whole and in
    parts. In alphabetical order, as some feeds change theirs with each answer."""
    terms: set[str] = set()
    room = MAX_TERMS
    for term in entry.categories:
        if len(term) > MAX_LINE:
            continue
        text = plain(term, "categories")
        parts = {folded(part) for part in (text, *_SEPARATORS.split(text))} - terms - {""}
        room -= sum(map(len, parts))
        if room < 0:
            break
        terms |= parts
    return tuple(sorted(terms))


def _picture(picture: Picture | None, base: str) -> Picture | None:
    if picture is None:
        return None
    url = safe_address(picture.url, base)
    tiny = 1 in (picture.width, picture.height)
    if not url or tiny or is_beacon(url):
        return None
    return Picture(
        url=url,
        alt=_line(picture.alt, "picture"),
        credit=_line(picture.credit, "picture"),
        width=max(picture.width, 0),
        height=max(picture.height, 0),
    )


def body_picture(body: str) -> Picture | None:
    """The first picture of a sanitised `body` that listings may show for the story: no icon,
    thumbnail, emoji or portrait of its author."""
    for tag in pictures(body):
        url = attribute(tag, "src")
        given = {name: attribute(tag, name) for name in ("width", "height")}
        sizes = {name: int(value) for name, value in given.items() if value}
        words = _alt(tag)
        small = any(0 <= size <= THUMBNAIL for size in sizes.values())
        if not url or small or is_avatar(url) or (words and not any(map(str.isalnum, words))):
            continue
        return Picture(
            url=url,
            alt=words,
            width=sizes.get("width", 0),
            height=sizes.get("height", 0),
            of_body=True,
        )
    return None


def _shown_once(body: str, picture: Picture) -> tuple[str, Picture]:
    """The body without its first picture, if the page shows the same one above the body.

    The caption stays, and so stands below the page's picture. The removed picture's alt text is
    used if `picture` has none.
    """
    found = _LEADING_PICTURE.match(body)
    if not found or picture_name(attribute(found[1], "src")) != picture_name(picture.url):
        return body, picture
    if not picture.alt:
        picture = Picture(
            url=picture.url,
            alt=_alt(found[1]),
            credit=picture.credit,
            width=picture.width,
            height=picture.height,
        )
    return sanitise(body[: found.start(1)] + body[found.end(1) :]), picture


def _run_in(body: str, dateline: str) -> str:
    """`body` with a `dateline`, which the agency sent beside it, at the start of its first
    paragraph, unless its words begin with it."""
    if not dateline or opening(body).startswith(dateline):
        return body
    text = f"{escape(dateline, quote=False)} — "
    first = _PARAGRAPH.search(body)
    if first is None:
        return f"<p>{text.rstrip()}</p>{body}"
    return body[: first.end()] + text + body[first.end() :]


def _with_pictures(body: str, sent: Sequence[Picture], base: str) -> str:
    """`body` with further pictures of the story after its words, each once."""
    there = {picture_name(attribute(tag, "src")) for tag in pictures(body)}
    figures = []
    for each in sent:
        picture = _picture(each, base)
        if picture is None or picture_name(picture.url) in there:
            continue
        there.add(picture_name(picture.url))
        caption = " ".join(part for part in (picture.alt, picture.credit) if part)
        sized = f' width="{picture.width}" height="{picture.height}"'
        figures.append(
            f'<figure><img src="{escape(picture.url)}" alt="{escape(picture.alt)}"'
            f"{sized if picture.width and picture.height else ''}>"
            f"{f'<figcaption>{escape(caption)}</figcaption>' if caption else ''}</figure>"
        )
    return body + sanitise("".join(figures)) if figures else body


def _alt(tag: str) -> str:
    return cut(one_line(attribute(tag, "alt")), MAX_LINE)
