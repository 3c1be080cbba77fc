"""The values that travel through Wireroom. Plain, frozen, no behaviour.

    feed document ─► Entry ─► Arrival (a queue message) ─► Story ─► Article ─► ListingEntry, pages

All times are aware datetimes in UTC. A *list* is `home` or the slug of a category.
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, Literal, TypeVar

from msgspec import Struct

T_co = TypeVar("T_co", covariant=True)

HOME = "home"


# --- settings: what site.toml says -------------------------------------------------------------


class Site(Struct, frozen=True, kw_only=True):
    """The site's own settings. `url` has no trailing slash; `freshen_hours` is in hours.

    `internal_hosts`: `host` or `host:port`, let through the guard on private addresses.
    """

    name: str
    url: str
    timezone: str = "UTC"
    locale: str = "en"
    tagline: str = ""
    contact: str = ""
    freshen_hours: int = 48
    internal_hosts: tuple[str, ...] = ()


class Category(Struct, frozen=True, kw_only=True):
    """`terms`: the feed terms that map to this category, compared without case or outer space.
    `was`: slugs that it had before; its stories, pins and pages follow."""

    name: str
    slug: str
    terms: tuple[str, ...] = ()
    hold: bool = False
    was: tuple[str, ...] = ()


class Former(Struct, frozen=True, kw_only=True):
    """What a category was called. `names`: those that it had, the last one last. `to`: the slug
    that it has now, "" where it was removed or has the same."""

    names: tuple[str, ...] = ()
    to: str = ""


class Feed(Struct, frozen=True, kw_only=True):
    """One feed as site.toml names it. `interval` is in seconds.

    `categories` are slugs that each entry of the feed gets. `syndicated` is False for a feed that
    is the newsroom's own. `hold` keeps each new article back until an editor releases it.
    `identity` is what makes two entries the same story: `guid` (then link, then the content's
    hash, where there is none) or `link`. `kill_titles`, `hold_titles`: how titles begin, compared
    without case, by which the agency takes a story back, or has it wait for an editor. `was`: ids
    that the feed had before.
    """

    id: str
    url: str
    provider: str
    categories: tuple[str, ...] = ()
    interval: int = 300
    syndicated: bool = True
    hold: bool = False
    source: str = ""
    identity: Literal["guid", "link"] = "guid"
    secret: str = ""
    kill_titles: tuple[str, ...] = ()
    hold_titles: tuple[str, ...] = ()
    was: tuple[str, ...] = ()


class Settings(Struct, frozen=True, kw_only=True):
    """All of site.toml but its feeds, which have rows of their own; `providers` are theirs.

    What site.toml does not say is worked out by `newsroom.filing.succeed` when it is applied:
    `former`: the slugs and names that categories had before; `feeds`: feed id → the slugs that each
    of its entries gets; `renamed_feeds`: a feed's id from before → its present one.
    """

    site: Site
    categories: tuple[Category, ...] = ()
    providers: tuple[str, ...] = ()
    version: str = ""
    former: dict[str, Former] = {}
    feeds: dict[str, tuple[str, ...]] = {}
    renamed_feeds: dict[str, str] = {}


# --- the wire -----------------------------------------------------------------------------------


class Picture(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`width`, `height`: pixels, or 0. `of_body`: taken from the body of the story, for lists."""

    url: str
    alt: str = ""
    credit: str = ""
    width: int = 0
    height: int = 0
    of_body: bool = False


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry as its feed sent it: unsanitised text and HTML, scrubbed only of what no encoding
    can carry (NUL, lone surrogates).

    `id`: the stable identity within the provider (guid → link → hash of content, or as the
    feed's settings say). `title` is HTML or text as sent. `full` tells whether `body` is the
    whole story (content) or only its summary. `published` and `updated` are UTC or absent;
    `dates` keeps the original strings. `base`: what relative links in `body` are relative to;
    `about:blank` where they lead nowhere. `story`: of a kill notice, the story that it takes back,
    where that stands beside it in the document.
    """

    id: str
    title: str = ""
    link: str = ""
    body: str = ""
    full: bool = False
    summary: str = ""
    byline: str = ""
    source: str = ""
    language: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    embargo: datetime | None = None
    pubstatus: str = ""
    dates: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    picture: Picture | None = None
    base: str = ""
    story: Entry | None = None


class Arrival(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message of WireQueue: an entry, or where it is kept, and the feed that sent it.

    `seen`: when ingest first saw this version of the entry. `known`: ingest had seen the entry's
    identity before, so an article probably exists. `settings`: the version of the settings that
    were in force, so that a container reads them once a version. Exactly one of `entry` and
    `entry_key` (a key in the content bucket) is set.
    """

    feed: Feed
    seen: datetime
    known: bool = False
    settings: str = ""
    entry: Entry | None = None
    entry_key: str = ""


class Story(Struct, frozen=True, kw_only=True):
    """A normalised entry: what `newsroom.normalise` makes of it.

    `headline`, `byline` … are plain text; `body` is sanitised HTML, safe to print. `hash` is of
    what readers would see. `at`: the version time (updated, else published, else None). `terms`:
    those that the entry carries, folded. `own`: the slugs that each of its feed's entries gets.
    `categories`: what the terms and the feed come to, by the settings of the moment. `hold`:
    a new article of it waits for an editor; `waits`: by the agency's own word, so one that readers
    see already does too.
    """

    entry_id: str
    provider: str
    feed: str
    headline: str
    body: str
    full: bool
    hash: str
    summary: str = ""
    byline: str = ""
    dateline: str = ""
    source: str = ""
    language: str = ""
    link: str = ""
    picture: Picture | None = None
    published: datetime | None = None
    at: datetime | None = None
    embargo: datetime | None = None
    withdrawn: bool = False
    terms: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    syndicated: bool = True
    hold: bool = False
    waits: bool = False


class Filed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one feed sent to file an article under, the version time of the entry that did, and when
    ingest first saw that.

    `terms`: those of the entry, folded; None where an older release wrote the row, which kept the
    slugs that they came to (in `categories`) instead. `categories`: the feed's own, as they were.
    """

    terms: tuple[str, ...] | None = None
    categories: tuple[str, ...] = ()
    at: datetime | None = None
    arrived: datetime | None = None


class Wire(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The wire layer of an article: what the agency last sent. Editors never change it.

    `body`: the key of the sanitised body in the content bucket. `seen`: hashes of versions that
    have been here, bounded, newest last. `feeds`: feed id → what it filed the article under.
    `at` orders versions; `updated` is the time of the last version that changed what readers see;
    `arrived` is when ingest first saw that version. `withdrawn`: it is the agency's kill notice,
    kept until the story itself comes, and held until an editor releases it.
    """

    headline: str
    body: str
    hash: str
    full: bool = False
    summary: str = ""
    byline: str = ""
    dateline: str = ""
    source: str = ""
    language: str = ""
    link: str = ""
    picture: Picture | None = None
    published: datetime | None = None
    at: datetime | None = None
    updated: datetime | None = None
    embargo: datetime | None = None
    hold: bool = False
    seen: tuple[str, ...] = ()
    feeds: dict[str, Filed] = {}
    syndicated: bool = True
    arrived: datetime | None = None
    withdrawn: bool = False


# --- the desk -----------------------------------------------------------------------------------


class Decision(Struct, Generic[T_co], frozen=True):
    """What an editor decided about one field, who and when. `value` None: back to the wire's."""

    value: T_co
    at: datetime
    by: str = ""


class Correction(Struct, frozen=True, kw_only=True):
    """A correction that the page shows. `event`: the id of the edit that made it."""

    event: str
    text: str
    at: datetime


KillReason = Literal["withdrawn-by-agency", "legal", "licence-expired", "error"]


class Desk(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The desk layer of an article: what editors decided, field by field, latest `at` wins.

    The wire never touches it, with one exception: the agency's own kill is a `kill` said by the
    provider. `body`: a key in the content bucket; `body_over`: the key of the wire's body that it
    replaced; `body_summary`: its first words, for listings. `reverted`: when the wire's body was
    last taken back; only later corrections count.
    `categories`: all of them, or None for the wire's; `filed`: category → in or out of it, on top
    of what `categories` said before. `pins`: list → order (None: unpinned).
    """

    headline: Decision[str | None] | None = None
    standfirst: Decision[str | None] | None = None
    slug: Decision[str | None] | None = None
    body: Decision[str | None] | None = None
    body_over: str = ""
    body_summary: str = ""
    reverted: datetime | None = None
    corrections: tuple[Correction, ...] = ()
    categories: Decision[tuple[str, ...] | None] | None = None
    filed: dict[str, Decision[bool]] = {}
    hold: Decision[bool | None] | None = None
    publish_at: Decision[datetime | None] | None = None
    expire_at: Decision[datetime | None] | None = None
    kill: Decision[KillReason | None] | None = None
    pins: dict[str, Decision[int | None]] = {}


State = Literal["live", "held", "scheduled", "expired", "killed"]


class Article(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One story: both layers, and what has been decided from them.

    `revision` counts from 1. `state` is decided at each write (rendering never asks the clock).
    `path` is set when the article first goes live and then changes only by an editor's slug;
    `former` are the addresses it had before, oldest first. `published` orders listings: set when
    it first goes live, then fixed. `due`: when `functions/release` has to look at it again.
    `wire` is None for a story killed before it arrived. `categories`, and `pins` (list → order),
    are what both layers come to by the settings: see `newsroom.filing`. `pins` is None where an
    older release wrote the row, which took them from the desk.
    """

    id: str
    provider: str
    entry_id: str
    revision: int
    state: State
    wire: Wire | None = None
    desk: Desk = Desk()
    categories: tuple[str, ...] = ()
    pins: dict[str, int] | None = None
    path: str = ""
    former: tuple[str, ...] = ()
    published: datetime | None = None
    first_seen: datetime | None = None
    changed: datetime | None = None
    due: datetime | None = None


class ListingEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a listing shows of an article. `categories` are slugs, in alphabetical order."""

    id: str
    headline: str
    path: str
    published: datetime
    first_seen: datetime | None = None
    categories: tuple[str, ...] = ()
    summary: str = ""
    picture: Picture | None = None
    language: str = ""
    pin: int | None = None


class Revision(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row of an article's history. `changes`: field → [before, after], as text. `decided`:
    when the editor did, where that is not `at`, the time of the row."""

    revision: int
    at: datetime
    who: str
    what: str
    why: str = ""
    event: str = ""
    decided: datetime | None = None
    changes: dict[str, tuple[str, str]] = {}


Phase = Literal["file", "articles", "lists", "bucket", "done"]


class Job(Struct, frozen=True, kw_only=True):  # each field in its row: conditions name them
    """A republish, as far as it has come: render moves it on, a chunk at a time.

    `scope`: everything, one article (`target`: its id), one page (its path), one list, or the
    days from `first` to `last` (ISO dates, both included). After an `apply`, each article is filed
    anew first (`phase` file; `filed` counts those that moved). Of everything, first come all
    articles' pages (`phase` articles; `after`: the key that the scan goes on from), then those of
    each of `lists` (`phase` lists; `place`: which of them; `before`: the day before which it goes
    on), and last what the bucket has but no list any more (`phase` bucket; `after`: a key).
    `done` counts pages (in the phase file, articles), of `total`, which is an estimate until the
    job is done. `verify`: only look, and write the pages that are not as the table says; `repaired`
    counts those, and with `freshen` a baked Latest Posts that has aged is a fault too. `purge`
    makes the article pages again that were written after `since` and still name the withdrawn
    article `target`.
    """

    id: str
    requested: datetime
    verify: bool = False
    freshen: bool = False
    repaired: int = 0
    filed: int = 0
    scope: Literal["everything", "article", "page", "list", "days", "purge"] = "everything"
    target: str = ""
    since: datetime | None = None
    first: str = ""
    last: str = ""
    phase: Phase = "articles"
    after: str = ""
    lists: tuple[str, ...] = (HOME,)
    place: int = 0
    before: str = ""
    done: int = 0
    total: int = 0
    by: str = ""
    changed: datetime | None = None


# --- pages --------------------------------------------------------------------------------------


class Page(Struct, frozen=True, order=True, kw_only=True):
    """One page of the site, by what it takes to build it. `path` is its address and names it.

    `kind`: a key of `site.kinds.KINDS`. `list` for pages of a list; `day` (ISO date in the site's
    time zone) for those of one of its days; `article` (an id) for an article's, whose path may
    also be one that the article had before.
    """

    path: str
    kind: str
    list: str = ""
    day: str = ""
    article: str = ""
