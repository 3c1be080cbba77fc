"""The screen "Write": a story of the newsroom's own, until it is published.

    form ─► an entry of the site's own feed, checked as the pipeline will ─► the queue of entries

Each press of a button is another version of the entry. A draft is a version that is held; a
scheduled one has an embargo, and what is published at once has one that ends now. So the table has
all of it in one write, or nothing. What was published is changed on its own screen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from html import escape
from typing import Any, cast
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from desk import following, screens
from desk.actions import Order, filing, identity_of, local_time, looked_at, moment_in, refuse_unseen
from desk.body import gathered, spread
from desk.difference import words
from desk.framed import as_published, framed
from desk.guard import Refused
from desk.revisions import since
from desk.screen import Ask, Done
from desk.story import BODIES
from desk.writing import Framed, dressed, text_of, unseen
from wireroom.errors import EditRefused, EntryRejected, Overfiled
from wireroom.markup.characters import says_something
from wireroom.markup.plain import blocks
from wireroom.model import Arrival, Article, Entry, Feed, Picture, Story, Written
from wireroom.newsroom.events import BODY
from wireroom.newsroom.identity import article_id
from wireroom.newsroom.merge import merge
from wireroom.newsroom.normalise import normalise
from wireroom.newsroom.own import FEED, own_feed, still_written, upload_address, upload_at
from wireroom.newsroom.settle import settle
from wireroom.newsroom.shown import headline_of
from wireroom.pipeline.messages import body_of
from wireroom.site import purging
from wireroom.site.affected import affected
from wireroom.site.dates import day_of
from wireroom.store.bodies import body_key

LINES = {"headline": 500, "byline": 500, "alt": 500, "credit": 500}  # field → characters
BECOMES = {"draft": "held", "schedule": "scheduled", "publish": "live"}  # button → state
LABELS = {
    "headline": "Headline",
    "byline": "Byline",
    "body": "Body",
    "categories": "Categories",
    "picture": "Picture",
    "alt": "What it shows",
    "credit": "Credit",
    "publish_at": "Publish at",
}
FARTHEST = timedelta(days=3653)
PICTURE = 4_000_000  # bytes; Lambda takes requests of 6 MB in base64, with the text
_GUID = re.compile(r"[0-9a-f]{32}")
_UPLOADED = re.compile(r"[0-9a-f]{40}")
# How each format begins; whether it is one, the pipeline sees when it decodes the whole.
_PICTURE = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n|GIF8|RIFF....WEBP|....ftypavi[fs]", re.DOTALL)


class Problems(Exception):
    """What is wrong with a form: (its field, why) of each."""

    def __init__(self, found: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {why}" for field, why in found))
        self.found = found


class Typed(Struct, frozen=True, kw_only=True):
    """What is in a form. `moment`: when it is to be published, None for a draft."""

    headline: str
    byline: str
    body: str
    categories: list[str]
    moment: datetime | None
    picture: Picture | None


class Version(Struct, frozen=True, kw_only=True):
    """A version of a story as it was typed: what the queue gets, and the story as it will be.
    `body`: its sanitised HTML."""

    feed: Feed
    entry: Entry
    article: Article
    body: str


def show(ask: Ask) -> str:
    """The empty form, or that of a story. At most four calls, counting what told who asks. Raises
    Refused where there is no such story."""
    identity = ask.field("identity", 100)
    if not identity:
        return _page(ask, None, {"guid": uuid4().hex})
    article = ask.stack.table.articles.get(identity)
    sent = next((each for each in ask.sent if each.article == identity), None)
    if sent and not ask.field("now") and not _applied(ask, sent):
        return _notice(ask, "It is on its way", sent.headline, identity, waits=True)
    if article is None or article.provider != FEED:
        raise Refused(404, "no such story", "There is no such story of the newsroom's own.")
    if not still_written(article):
        return _notice(ask, "Its own screen has the rest", headline_of(article), identity)
    return _page(ask, article, _as_typed(ask, article))


def preview(ask: Ask) -> Framed:
    """The page that readers would get of what is in the form."""
    settings = dressed(ask.visit.settings, ask.stack.bodies)
    try:
        version = _version(ask, _known(ask), "draft")
    except Problems as error:
        return unseen(str(error))
    return framed(as_published(version.article, version.body, settings), settings)


def act(ask: Ask) -> Done:
    """Sends what is in the form, as a draft, scheduled or published."""
    action, visit = ask.field("as"), ask.visit
    if action not in BECOMES:
        raise Refused(400, "no such action", "There is no such action.")
    article = _known(ask)
    about: dict[str, Any] = {"article": article_id(FEED, ask.field("guid")), "as": action}
    try:
        ask = _with_picture(ask)
        _refuse_overtaken(ask, article)
        version = _version(ask, article, action)
    except Problems as error:
        page = _page(ask, article, ask.fields, error.found)
        return Done(action="write", refused=str(error), page=page, about=about)
    asked = {name: ask.fields[name] for name in sorted(ask.fields)}
    identity = identity_of(action, asked, ask.field("revision"), visit.session)
    arrival = Arrival(
        feed=version.feed,
        seen=visit.now,
        known=article is not None,
        settings=visit.settings.version,
        entry=version.entry,
        written=Written(
            by=visit.session.email,
            id=identity,
            action=cast("Any", action),
            over=article.wire.hash if article and article.wire else "",
        ),
    )
    order = _order(ask, article, version.article, identity)
    cdn = ask.stack.cdn
    sent = following.sent_now(order, version.article, ask.stack.pages, visit.now, cdn=cdn)
    ask.stack.wire.send([body_of(arrival, ask.stack.bodies)])
    return Done(
        action="write",
        to=f"/write/{version.article.id}",
        sent=[sent],
        about=about | {"event": identity},
    )


def _order(ask: Ask, article: Article | None, expected: Article, identity: str) -> Order:
    """What is to be followed of a version that is sent."""
    zone = ask.visit.settings.site.timezone
    changed = affected(article, expected, partial(day_of, timezone=zone))
    purge = purging.of_change(article, expected, changed.pages, ask.visit.now)
    return Order(
        action=following.WRITE,
        detail={"id": identity},
        pages=looked_at(changed.pages),
        purges=purge is not None,
    )


def _applied(ask: Ask, sent: following.Sent) -> bool:
    rows = ask.stack.table.articles.history(sent.article)
    return sent.action != following.WRITE or any(row.event == sent.event for row in rows)


def _known(ask: Ask) -> Article | None:
    """The story that the form is of, if it has come. Raises Refused for what is no form of it."""
    guid = ask.field("guid", 100)
    if not _GUID.fullmatch(guid):
        raise Refused(400, "no guid", "That is not a form of this desk.")
    return ask.stack.table.articles.get(article_id(FEED, guid))


def _with_picture(ask: Ask) -> Ask:
    """`ask` with the name, in the field `uploaded`, of the picture that was sent along. It is kept
    before anything else is looked at, as a form that is refused can't send it again. Raises
    Problems."""
    data = ask.files.get("picture", b"")
    if ask.field("without"):
        return replace(ask, fields=ask.fields | {"uploaded": "", "alt": "", "credit": ""})
    if not data:
        return ask
    if len(data) > PICTURE:
        raise Problems([("picture", f"is larger than {PICTURE // 1_000_000} MB")])
    if not _PICTURE.match(data):
        raise Problems([("picture", "is no JPEG, PNG, WebP, GIF or AVIF")])
    return replace(ask, fields=ask.fields | {"uploaded": ask.stack.bodies.put_upload(data)})


def _refuse_overtaken(ask: Ask, article: Article | None) -> None:
    """Raises Problems if anybody else has changed the story since the form was made, or it can no
    longer be changed here."""
    if article is None:
        return
    if not still_written(article):
        where = f"/story/{article.id}"
        raise Problems([("revision", f"it was published or edited meanwhile: see {where}")])
    history = partial(ask.stack.table.articles.history, article.id)
    try:
        refuse_unseen(ask.field("revision"), article, ask.visit.session.email, history)
    except EditRefused as error:
        raise Problems([("revision", error.reason)]) from error


# --- what was typed → a version -----------------------------------------------------------------


def _version(ask: Ask, article: Article | None, action: str) -> Version:
    """Raises Problems."""
    settings, now = ask.visit.settings, ask.visit.now
    typed = _typed(ask, action)
    before = article.wire.at if article and article.wire else None
    # Of two versions the later one counts, whatever the clocks of two functions say.
    at = max(now, before + timedelta(microseconds=1)) if before else now
    entry = Entry(
        id=ask.field("guid"),
        title=_words(typed.headline),
        body=typed.body,
        full=True,
        byline=_words(typed.byline),
        language=settings.site.locale,
        published=typed.moment or at,
        updated=at,
        embargo=typed.moment,
        picture=typed.picture,
    )
    feed = own_feed(settings, typed.categories, draft=action == "draft")
    try:
        story = normalise(entry, feed, settings.categories, settings.former)
        if not blocks(story.body) and "<img " not in story.body:
            raise EntryRejected("body", "has no words that readers would see")
        expected = _expected(ask, article, story)
    except EntryRejected as error:
        field = {"title": "headline"}.get(error.field, error.field)
        raise Problems([(field, str(error).partition(": ")[2])]) from error
    except Overfiled as error:
        raise Problems([("categories", str(error).partition(": ")[2])]) from error
    if expected.state != BECOMES[action]:
        why = f"an editor's decision keeps it {expected.state}: take that back on its own screen"
        raise Problems([("as", why)])
    return Version(feed=feed, entry=entry, article=expected, body=story.body)


def _expected(ask: Ask, article: Article | None, story: Story) -> Article:
    """The article as the pipeline will make it."""
    now, settings = ask.visit.now, ask.visit.settings
    _, merged = merge(article, story, body=body_key(story.body), arrived=now)
    new = merged or cast("Article", article)  # a story that is new is merged into one
    return settle(replace(new, revision=new.revision + 1), now=now, settings=settings)


def _typed(ask: Ask, action: str) -> Typed:
    """Raises Problems."""
    lines = {name: " ".join(ask.fields.get(name, "").split()) for name in LINES}
    problems = [
        (name, f"is longer than {most} characters")
        for name, most in LINES.items()
        if len(lines[name]) > most
    ]
    if not says_something(lines["headline"]):
        problems.append(("headline", "has no words"))
    body = gathered(ask.fields.get("body", ""))
    if not body.strip():
        problems.append(("body", "has no words"))
    if len(body) > BODY:
        problems.append(("body", f"is longer than {BODY:,} characters"))
    moment = ask.visit.now if action == "publish" else None
    if action == "schedule":
        try:
            moment = _time(ask)
        except EditRefused as error:
            problems.append((error.field, error.reason))
    uploaded = ask.field("uploaded", 100)
    if uploaded and not _UPLOADED.fullmatch(uploaded):
        raise Refused(400, "no picture", "That is not a form of this desk.")
    if uploaded and not says_something(lines["alt"]):
        problems.append(("alt", "is empty: say what the picture shows"))
    if problems:
        raise Problems(problems)
    slugs = [each.slug for each in ask.visit.settings.categories if ask.field(filing(each.slug))]
    alt, credit = (_words(lines[name]) for name in ("alt", "credit"))
    return Typed(
        headline=lines["headline"],
        byline=lines["byline"],
        body=body,
        categories=slugs,
        moment=moment,
        picture=Picture(url=upload_address(uploaded), alt=alt, credit=credit) if uploaded else None,
    )


def _time(ask: Ask) -> datetime:
    """When the story is to be published. Raises EditRefused."""
    zone, now = ask.visit.settings.site.timezone, ask.visit.now
    text = moment_in("publish_at", ask.field("publish_at", 40), zone)
    if text is None:
        raise EditRefused("publish_at", "is empty: say when")
    moment = datetime.fromisoformat(text)
    if moment <= now:
        raise EditRefused("publish_at", "is not in the future")
    if moment > now + FARTHEST:
        raise EditRefused("publish_at", "is more than ten years ahead")
    return moment.astimezone(UTC)


def _words(text: str) -> str:
    """A line of text as the field of an entry from which it is read again, letter by letter: of a
    feed, text may be HTML, and escaped once too often."""
    return f"<p>{escape(escape(text))}</p>" if text else ""


# --- the page -----------------------------------------------------------------------------------


def _as_typed(ask: Ask, article: Article) -> dict[str, str]:
    """The fields of the form as they would be, had somebody typed the story just so."""
    wire = article.wire
    if wire is None:
        return {}
    picture = wire.picture if wire.picture and upload_at(wire.picture.url) else None
    embargo = wire.embargo if article.state == "scheduled" else None
    return {
        "guid": article.entry_id,
        "headline": wire.headline,
        "byline": wire.byline,
        "body": spread(text_of(ask.stack.bodies, wire.body)),
        "uploaded": upload_at(picture.url) if picture else "",
        "alt": picture.alt if picture else "",
        "credit": picture.credit if picture else "",
        "publish_at": local_time(embargo, ask.visit.settings.site.timezone),
    } | {filing(slug): "yes" for slug in article.categories}


def _page(
    ask: Ask,
    article: Article | None,
    form: dict[str, str],
    problems: Sequence[tuple[str, str]] = (),
) -> str:
    """The form. `problems`: what is wrong with what is in it."""
    guid = form["guid"]
    seen = form.get("revision", str(article.revision if article else 0))
    others = []
    if article and any(field == "revision" for field, _ in problems):
        others = since(ask.stack.table.articles.history(article.id), seen)
    return screens.page(
        "write.html",
        ask.visit,
        sent=ask.sent,
        article=article,
        identity=article_id(FEED, guid),
        form={name: form.get(name, "") for name in (*LABELS, "uploaded")},
        guid=guid,
        # Whoever has seen what was changed may send theirs over it.
        revision=article.revision if article else 0,
        filed=[
            (each, filing(each.slug), bool(form.get(filing(each.slug))))
            for each in ask.visit.settings.categories
        ],
        labels=LABELS,
        most=PICTURE,
        problems=problems,
        wrong=dict(problems),
        others=others,
        pieces=words,
        texts=BODIES,
    )


def _notice(ask: Ask, heading: str, headline: str, identity: str, *, waits: bool = False) -> str:
    return screens.page(
        "written.html",
        ask.visit,
        sent=ask.sent,
        heading=heading,
        headline=headline,
        identity=identity,
        waits=waits,
    )
