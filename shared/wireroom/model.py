"""The values that travel through Wireroom. Plain, frozen structs without behaviour.

    feed document ─► Entry ─► Arrival (a queue message) ─► Story ─► Article ─► ListingEntry, pages

All times are aware datetimes in UTC. A *list* is `home`, the slug of a category, or an author's
(`newsroom.authors.list_of`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, Literal, TypeVar

from msgspec import Struct

T_co = TypeVar("T_co", covariant=True)

HOME = "home"


# --- settings: from site.toml ------------------------------------------------------------------


class Site(Struct, frozen=True, kw_only=True):
    """The site's own settings. `url` has no trailing slash.

    `timezone`: an IANA name. `freshen_hours`: how many hours back the hourly sweep looks.
    `feed_text`: whether the site's feeds have a summary of each story or the whole of it.
    `hub`: the WebSub hub that is told when the site's feeds change, or "".
    `internal_hosts`: each a `host` or `host:port` that may be fetched from although its address is
    private.
    """

    name: str
    url: str
    timezone: str = "UTC"
    locale: str = "en"
    tagline: str = ""
    contact: str = ""
    freshen_hours: int = 48
    internal_hosts: tuple[str, ...] = ()
    feed_text: Literal["summary", "full"] = "summary"
    hub: str = ""


class Category(Struct, frozen=True, kw_only=True):
    """`terms`: the terms of feeds that file an entry here, compared without case or outer space.
    `hold`: a new article in this category waits for an editor. `was`: slugs that the category had
    before; their stories, pins and pages are this category's now."""

    name: str
    slug: str
    terms: tuple[str, ...] = ()
    hold: bool = False
    was: tuple[str, ...] = ()


class Former(Struct, frozen=True, kw_only=True):
    """The past of a category's slug. `names`: those that the category had, newest last. `to`: the
    slug that it has now, or "" if it was removed or still has this slug."""

    names: tuple[str, ...] = ()
    to: str = ""


Excerpts = Literal["", "link", "out", "publish", "hold", "skip"]


class Feed(Struct, frozen=True, kw_only=True):
    """One feed of site.toml. `interval`: seconds between two polls.

    `url`: its address, or "" for a feed that is never polled. `push`: its sender may post entries
    to an address that the site has for it (`pipeline.push`). `drop`: it has a folder in the inbox
    bucket (`pipeline.inbox`). `categories`: slugs that each entry of the feed gets. `syndicated`:
    False for a feed that is the newsroom's own. `hold`: each new article waits until an editor
    releases it. `source`: the agency that pages name for entries which name none. `secret`: the
    name of the secret that holds the feed's credentials (`store.secrets`), or "".
    `identity`: what makes two entries the same story, `guid` (where an entry has none its link, and
    without a link the hash of its content) or `link`. `kill_titles`, `hold_titles`: beginnings of
    titles, compared without case, that mark a kill notice, or a story that waits for an editor.
    `pictures`: `store` copies the pictures of its stories to the site, `link` shows them from where
    the agency has them, `none` shows none. `canonical`: where search engines are told that its
    stories are at home, on this `site` or with their `source`; `index`: whether they may show its
    stories. `excerpts`: what becomes of a story of which the feed sends only the beginning; ""
    where site.toml does not say. `content`: `excerpt` for a feed that sends nothing else.
    `was`: ids that the feed had before.
    """

    id: str
    url: str = ""
    provider: str
    push: bool = False
    drop: bool = False
    categories: tuple[str, ...] = ()
    interval: int = 300
    syndicated: bool = True
    hold: bool = False
    source: str = ""
    identity: Literal["guid", "link"] = "guid"
    secret: str = ""
    kill_titles: tuple[str, ...] = ()
    hold_titles: tuple[str, ...] = ()
    pictures: Literal["store", "link", "none"] = "store"
    canonical: Literal["site", "source"] = "site"
    index: bool = True
    excerpts: Excerpts = ""
    content: Literal["auto", "excerpt"] = "auto"
    was: tuple[str, ...] = ()


class Staff(Struct, frozen=True, kw_only=True):
    """Who may use the desk. Each name is a verified address, or `group:` and a name in the claim
    `group_claim` of the identity provider. Readers look; editors do everything with stories; chiefs
    also what is the site's: settings, feeds, dead letters, republishing everything."""

    readers: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    chiefs: tuple[str, ...] = ()
    group_claim: str = "groups"


class Settings(Struct, frozen=True, kw_only=True):
    """site.toml without its feeds, which have rows of their own. `providers`: those of the feeds.
    `theme`: the identity of the site's theme (`site.theme`), or "" for the built-in look. `pages`:
    the slugs of the theme's own pages.

    The other fields are computed when site.toml is applied. By `newsroom.filing.succeed`: `former`,
    the slugs and names that categories had before; `feeds`, feed id → the slugs that each of its
    entries gets; `renamed_feeds`, a feed's former id → its present one; `at_source`, `unindexed`,
    the feeds with `canonical = "source"` and with `index = false`; `excerpts`, feed id → the feed's
    own where it has one. `version`: a hash of all the rest.
    """

    site: Site
    categories: tuple[Category, ...] = ()
    desk: Staff = Staff()
    providers: tuple[str, ...] = ()
    theme: str = ""
    pages: tuple[str, ...] = ()
    version: str = ""
    former: dict[str, Former] = {}
    feeds: dict[str, tuple[str, ...]] = {}
    renamed_feeds: dict[str, str] = {}
    at_source: tuple[str, ...] = ()
    unindexed: tuple[str, ...] = ()
    excerpts: dict[str, Excerpts] = {}


class Applied(Struct, frozen=True, kw_only=True):
    """The last `apply` of settings: `by` whom, when, and from which `place`. `id`: another one for
    each. `marks`: what was changed at the desk (`settings.site_toml.marks`) since the last `apply`
    from the command line."""

    id: str
    by: str
    at: datetime
    place: Literal["desk", "command line"]
    marks: tuple[str, ...] = ()


# --- the wire -----------------------------------------------------------------------------------


class Stored(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a picture: its renditions in the site bucket (`site.pages.rendition`), or the
    reason why it has none.

    `name`: the hash in the renditions' addresses, or "" if there are none. `widths`: theirs, in
    ascending order. `width`, `height`: pixels of the largest. `share`: width and height of the
    rendition for cards. `credit`: from the picture's own metadata.
    """

    name: str = ""
    widths: tuple[int, ...] = ()
    width: int = 0
    height: int = 0
    share: tuple[int, int] = (0, 0)
    credit: str = ""
    reason: str = ""


class Renditions(Struct, frozen=True, kw_only=True):
    """A picture's renditions. `files`: width → WebP; `share`: the JPEG for cards. The other fields
    are those of `Stored`."""

    name: str
    width: int
    height: int
    files: dict[int, bytes]
    share: bytes
    share_size: tuple[int, int]
    credit: str = ""


class Picture(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`width`, `height`: pixels, 0 if unknown. `of_body`: found in the story's body; listings show
    it. `stored`: its renditions, where the site has them; set only in what readers see."""

    url: str
    alt: str = ""
    credit: str = ""
    width: int = 0
    height: int = 0
    of_body: bool = False
    stored: Stored | None = None


class Editorial(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an agency says of a story to the newsroom, as text. The desk shows it; readers never see
    it, except what a feed's settings say.

    `note`: to editors, in lines; with it, what stood in the copy and was not for publication.
    `slug`: the agency's own name for the story. `urgency`: 1 (most urgent) to 9, 0 if not said.
    `place`: where it happened. `usage`, `copyright`: as the agency asks to be told.
    """

    note: str = ""
    slug: str = ""
    urgency: int = 0
    genre: str = ""
    place: str = ""
    usage: str = ""
    copyright: str = ""


class Take(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a story that its agency sends in a message of its own, after the lead: number 1 is
    the first. `body`: its text; in an article's wire layer, the key of the sanitised text in the
    content bucket. `at`: its date. `arrived`: when ingest first saw it; set in an article only."""

    number: int
    body: str
    at: datetime | None = None
    arrived: datetime | None = None


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry as its feed sent it: unsanitised text and HTML, scrubbed only of what no encoding
    can carry (NUL, lone surrogates).

    `id`: the stable identity within the provider (guid → link → hash of content, or as the
    feed's settings say). `title` is HTML or text as sent. `full`: whether `body` is the
    whole story (content) or only its summary. `published` and `updated` are UTC or absent;
    `dates` keeps the original strings. `base`: what relative links in `body` are relative to;
    `about:blank` where they lead nowhere. `story`: in a kill notice, the story that it takes back,
    if the same document contains that. `version`: the agency's number of this version of the story,
    from 1; 0 where it has none. `dateline`: where and when it was filed, if the agency sends that
    beside the body. `pictures`: those beside `picture`, which the body doesn't show. `takes`: parts
    of the story that follow `body`; without a `body` its lead is yet to come. `through`: the whole
    story is written through, and what earlier takes said with it.
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
    version: int = 0
    dateline: str = ""
    pictures: tuple[Picture, ...] = ()
    editorial: Editorial | None = None
    takes: tuple[Take, ...] = ()
    through: bool = False


class Written(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who wrote a version of a story of the newsroom's own, and what for. `by`: a verified address;
    `id`: as an editor's event has one, so that a form which is sent twice is one version. `over`:
    the hash of the version that was open when this one was written, "" for the first."""

    by: str
    id: str
    action: Literal["draft", "schedule", "publish"]
    over: str = ""


class Arrival(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message of WireQueue: an entry, or where it is kept, and the feed that sent it.

    `written`: set by the desk only, with an entry of the site's own feed.
    `seen`: when ingest first saw this version of the entry. `known`: ingest had seen the entry's
    id before, so an article probably exists. `settings`: the version of the settings that ingest
    knew; a container reads the settings once for each version. Exactly one of `entry` and
    `entry_key` (a key in the content bucket) is set.
    """

    feed: Feed
    seen: datetime
    known: bool = False
    settings: str = ""
    entry: Entry | None = None
    entry_key: str = ""
    written: Written | None = None


Part = Literal["", "beginning", "nothing"]
Excerpt = Literal["", "link", "out"]


class Story(Struct, frozen=True, kw_only=True):
    """A normalised entry, from `newsroom.normalise`.

    `headline`, `byline` … are plain text; `body` is sanitised HTML, safe to print. `hash`: of what
    readers would see (`newsroom.fingerprint`); `look`: the same, however its addresses are
    spelled (`markup.spelling`). `at`: the version time (updated, else published,
    else None). `withdrawn`: this is the agency's kill notice. `terms`: the entry's, folded (see
    `newsroom.filing.folded`). `own`: the slugs that each entry of its feed gets. `categories`: the
    slugs that follow from both under the present settings. `hold`: if the story becomes a new
    article, that waits for an editor. `waits`: the agency asks for this, so an article that is live
    already waits, too. `origin`: the address of its feed, if its pictures are copied to the site;
    what they may lead to depends on it. `pictures`: the addresses of those in the body, if they are
    copied (`newsroom.pictures.of_body`). `version`, `editorial`, `through`: as in `Entry`. `part`:
    how much of the story came (`newsroom.excerpts`), "" for all of it. `takes`: with sanitised
    texts.
    """

    entry_id: str
    provider: str
    feed: str
    headline: str
    body: str
    full: bool
    hash: str
    look: str = ""
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
    origin: str = ""
    pictures: tuple[str, ...] = ()
    version: int = 0
    editorial: Editorial | None = None
    part: Part = ""
    takes: tuple[Take, ...] = ()
    through: bool = False


class Filed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one feed last filed an article under. `at`: the version time of the entry that did so;
    `arrived`: when ingest first saw it.

    `terms`: the entry's, folded. None in a row of an older release, which stored the slugs that
    followed from the terms, in `categories`. `categories`: the feed's own at that time.
    """

    terms: tuple[str, ...] | None = None
    categories: tuple[str, ...] = ()
    at: datetime | None = None
    arrived: datetime | None = None


class Wire(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The wire layer of an article: what the agency last sent. Editors never change it.

    `body`: the key of the sanitised body in the content bucket. `seen`: hashes of the last versions
    (`newsroom.merge.SEEN`), newest last. `feeds`: feed id → what it filed the article under.
    `at` orders versions; `updated` is the time of the last version that changed what readers see;
    `arrived` is when ingest first saw that version. `withdrawn`: this is not the story but the
    agency's kill notice, which came first. It stays until the story comes, and is not published
    unless an editor releases it. `origin`, `pictures`, `version`, `editorial`, `part`: as in
    `Story`.

    `takes`: those that came, by number; `through`: up to when they are written into a lead. Where
    there are any, `lead` is the key of the text before them, and `body` of all together; without a
    `lead` they wait for it.
    """

    headline: str
    body: str
    hash: str
    look: str = ""
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
    origin: str = ""
    pictures: tuple[str, ...] = ()
    version: int = 0
    editorial: Editorial | None = None
    part: Part = ""
    takes: tuple[Take, ...] = ()
    through: datetime | None = None
    lead: str = ""


# --- the desk -----------------------------------------------------------------------------------


class Decision(Struct, Generic[T_co], frozen=True):
    """An editor's decision about one field: when, and `by` whom. `value` None takes an earlier
    decision back, so that the wire's value counts again."""

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
    """The desk layer of an article: what editors decided. For each field the latest `at` counts.

    Feeds never change it, with one exception: the agency's own kill is a `kill` by the provider.
    `body`: a key in the content bucket; `body_over`: the key of the wire's body that it replaced;
    `body_summary`, `body_picture`: its first words and first picture, for listings;
    `body_pictures`: the addresses of its pictures (`newsroom.pictures.of_body`). `reverted`: when
    an editor last went back to the wire's body; corrections from before that are dropped.
    `categories`: the whole list, or None for that of the feeds. `filed`: category → whether the
    story is in it; such a decision changes the list unless the list was decided later. `pins`: list
    → order (None: unpinned).
    """

    headline: Decision[str | None] | None = None
    standfirst: Decision[str | None] | None = None
    slug: Decision[str | None] | None = None
    body: Decision[str | None] | None = None
    body_over: str = ""
    body_summary: str = ""
    body_picture: Picture | None = None
    body_pictures: tuple[str, ...] = ()
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
    """One story: both layers, and what is computed from them.

    `revision` counts from 1. `state` is computed at each write (rendering never asks the clock).
    `path` is set when the article first goes live and then changes only by an editor's slug;
    `former` are the addresses it had before, oldest first. `published` orders listings: set when
    it first goes live, then fixed. `due`: when `functions/release` has to settle it again.
    `wire` is None for a story that was killed before it arrived. `categories` and `pins` (list →
    order) are computed from both layers and the settings (`newsroom.filing`). `pins` is None in a
    row of an older release, which took them from the desk layer. `pictures`: what became of the
    pictures that readers see, by their addresses at the agency (`newsroom.pictures`). `at_source`,
    `noindex`: a feed of the story has `canonical = "source"`, or `index = false`; computed like
    `categories`. So are `authors`, those who have the story in their lists (`newsroom.authors`),
    and `excerpt`, what readers get instead of the whole story (`newsroom.excerpts`).
    `news`: when it had last changed before it was only filed anew by other settings; None if that
    did not come last.
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
    news: datetime | None = None
    due: datetime | None = None
    pictures: dict[str, Stored] = {}
    at_source: bool = False
    noindex: bool = False
    authors: tuple[str, ...] = ()
    excerpt: Excerpt = ""


class ListingEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a listing shows of an article. `categories` are slugs, in alphabetical order. `pin`: the
    article's order among the pinned ones, in its second row; None in its ordinary row.

    `updated` (as in `Shown`) and `author`, the byline or the agency, are for feeds. A row of an
    older release does not have them. `unlisted`: in no sitemap, as search engines are told to look
    for the story elsewhere or nowhere. `out`: the address at the agency to which the headline
    leads, "" for the story's own page. `name`: in an author's list, the author's.
    """

    id: str
    headline: str
    path: str
    published: datetime
    first_seen: datetime | None = None
    categories: tuple[str, ...] = ()
    summary: str = ""
    picture: Picture | None = None
    language: str = ""
    updated: datetime | None = None
    author: str = ""
    unlisted: bool = False
    out: str = ""
    pin: int | None = None
    name: str = ""


class DeskEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the desk's list shows of an article, in whatever state it is (`newsroom.desk`).

    `changed`: what the list is in order of, to the millisecond: the last change of the article that
    was more than a filing by other settings. `headline`, `language`: as readers see them, or would;
    "" if the story has not come. `source`: the agency that the story names; `feeds`: those that
    sent it; `link`: its address at the agency, in its canonical spelling. `editors`: who decided
    what counts now, the latest last; () if nobody touched it. `corrected`: an editor replaced the
    body; `newer`: the agency has sent another body since then. `reason`: of a killed story the
    kill's, of a held one `editor` or `wire`, whoever asked for it, or `draft`. `embargo`: the
    agency's. `awaited`: killed before it came. The other fields are the article's.
    """

    id: str
    changed: datetime
    provider: str
    revision: int
    state: State
    headline: str
    path: str = ""
    categories: tuple[str, ...] = ()
    pins: dict[str, int] | None = None
    due: datetime | None = None
    language: str = ""
    source: str = ""
    feeds: tuple[str, ...] = ()
    link: str = ""
    editors: tuple[str, ...] = ()
    corrected: bool = False
    newer: bool = False
    reason: str = ""
    embargo: datetime | None = None
    awaited: bool = False


class Located(Struct, frozen=True, kw_only=True):
    """What a sitemap says of a page: its `path`, and when readers last saw a change in it: None for
    an author's. Of a story also what `ListingEntry` has as `author` and `unlisted`."""

    path: str
    published: datetime | None = None
    updated: datetime | None = None
    author: str = ""
    unlisted: bool = False


class Revision(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row of an article's history. `changes`: field → (before, after), as text. `decided`: when
    the editor decided, if that was a minute or more away from `at`, the time of the row."""

    revision: int
    at: datetime
    who: str
    what: str
    why: str = ""
    event: str = ""
    decided: datetime | None = None
    changes: dict[str, tuple[str, str]] = {}


Phase = Literal["file", "articles", "lists", "bucket", "index", "found", "waiting", "done"]


class PictureOrder(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Work on the pictures of an article (`pipeline.pictures`).

    `id`: the revision that brought it, or begins with `look-` where renditions may be gone.
    `copies`: names of renditions that may have to leave the site. `tries`: runs after which a
    picture could not be had yet. `lease`: the token of the run that works on it.
    """

    article: str
    id: str
    copies: tuple[str, ...] = ()
    tries: int = 0
    lease: str = ""


class Job(Struct, frozen=True, kw_only=True):  # no omit_defaults: conditions name the fields
    """A republish, a sweep or an unlisting, and how far it has come. Render does one chunk at a
    time and moves the job on.

    `scope`: `everything`, one `article` (`target`: its id), one `page` (`target`: its path), one
    `list`, or the `days` from `first` to `last` (ISO dates, both included). `unlist` (`purge` in
    rows of an older release) renders the article pages again that were written after `since` and
    still name the withdrawn article `target`: those of a chunk are `found` first, and written in a
    chunk of their own, the phase `found`. `index` files the stories of one month (`target`) in the
    readers' search (`pipeline.indexing`); where that has time, it is `waiting` for the hourly run.

    The phases of `everything`:
        file       only after an `apply`: file each article by the new settings; `filed` counts
                   those that moved; `after`: the key from which the scan goes on
        articles   the pages of all articles; `after` as above
        lists      the pages of each of `lists`; `place`: the index of the present one; `before`:
                   the day before which it goes on
        bucket     pages in the bucket that belong to no list any more; `after`: an object's key
        index      the readers' search, some months at a time, newest first; `before`: the month
                   before which it goes on; `first`: the oldest of the present ones; `place`: the
                   shard from which it goes on

    `done`: pages so far (in the phase `file`, articles), of `total`, which is an estimate until the
    job is done. `verify`: a sweep, which writes only pages that differ from what the table says;
    `repaired` counts those. `freshen`: to such a sweep it is a difference, too, if an article page
    is outdated in what it says of other stories.
    """

    id: str
    requested: datetime
    verify: bool = False
    freshen: bool = False
    repaired: int = 0
    filed: int = 0
    scope: Literal["everything", "article", "page", "list", "days", "unlist", "purge", "index"] = (
        "everything"
    )
    target: str = ""
    since: datetime | None = None
    first: str = ""
    last: str = ""
    phase: Phase = "articles"
    after: str = ""
    lists: tuple[str, ...] = (HOME,)
    place: int = 0
    before: str = ""
    found: tuple[str, ...] = ()
    done: int = 0
    total: int = 0
    by: str = ""
    changed: datetime | None = None


class Purge(Struct, frozen=True, kw_only=True):  # no omit_defaults: conditions name the fields
    """Addresses that the CDN has to forget, and whether it has: `waiting`, `sent` (CloudFront has
    an invalidation for it) or `done` (that is completed).

    `id`: names what made it, so that it is made once. `paths`: as CloudFront takes them, with `*`
    at the end as a wildcard. `reference`: CloudFront's CallerReference. Two rows with the same
    reference have the same paths and share an invalidation. `invalidation`: CloudFront's id.
    `refused`: why it was not sent yet. `changed`: when the row was last written.
    """

    id: str
    requested: datetime
    paths: tuple[str, ...]
    reference: str
    state: Literal["waiting", "sent", "done"] = "waiting"
    invalidation: str = ""
    refused: str = ""
    changed: datetime | None = None


# --- pages --------------------------------------------------------------------------------------


class Page(Struct, frozen=True, order=True, kw_only=True):
    """One page of the site, by what it takes to build it. `path`: its address, which names it.

    `kind`: a key of `site.kinds.KINDS`. `list`: set for the pages of a list; `day` (ISO date in the
    site's time zone): for those of one of its days; `article` (an id): for an article's, whose path
    may also be one that the article had before; `month` (`yyyy-mm`, in the same zone): for those of
    a month, of the list `list` or of the site, where they may have several `part`s, counted from 1.
    A `day` without a list is of the site, in parts likewise.
    """

    path: str
    kind: str
    list: str = ""
    day: str = ""
    article: str = ""
    month: str = ""
    part: int = 1
