"""Checks what must hold when faults have stopped and all work is done.

The numbers are those of the invariants in docs/simulation.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from html import unescape
from zoneinfo import ZoneInfo

import boto3
from slugify import slugify

from tests.simulation import desk, files, history, pictures, search, sitemaps
from tests.simulation.cloud import Object
from tests.simulation.dead_letters import unexplained, unjust
from tests.simulation.memory import written
from tests.simulation.newsroom import Newsroom
from tests.simulation.truth import EditorsEvent, Expected, identity
from tests.simulation.watch import ARTICLE_LINK, AUTHOR_LINK, SKEW
from tests.simulation.wire import BYLINES, CUT_OFF, OURS, SECRET
from wireroom.errors import Retryable
from wireroom.model import HOME, Article, ListingEntry, Page, Settings
from wireroom.newsroom.listing import listings
from wireroom.newsroom.settle import awaited
from wireroom.newsroom.shown import shown
from wireroom.pipeline import reads
from wireroom.pipeline import render as rendering
from wireroom.site import kinds, pages
from wireroom.site.dates import day_of
from wireroom.store.bodies import Bodies
from wireroom.store.items import struct
from wireroom.store.pages import Pages
from wireroom.store.queues import Queue

# Rebuilt sites by what they depend on: key → object.
Sites = dict[bytes, dict[str, Object]]
_NOT_SHOWN = {"announced", "feed", "job", "purge", "rev", "event", "pictures"}  # rows
_RENDER = re.compile(r"\n\S+ .{0,8}render [0-9a-f]{32}.{0,4}\n\Z")
_ASIDE = re.compile(r'<aside class="(?:latest|more)".*?</aside>', re.DOTALL)
_ITEM = re.compile(r"<item>.*?<link>(.*?)</link>.*?</item>", re.DOTALL)
_PICTURE = re.compile(r'<a class="picture".*?</a>')  # leads where the headline does
_ENTRY = re.compile(r"<entry.*?text/html\" href=\"(.*?)\".*?<updated>(.*?)</updated>", re.DOTALL)
_LIST_LINK = re.compile(rf'{ARTICLE_LINK.pattern[:-2]}|https://ptn\.example/[^"]*)"')
_TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
_MAIN = re.compile(r"<main.*?</main>", re.DOTALL)
EMPTY = re.compile(
    r"There are no stories (?:on this day|by this author at present)\."
    r"|There is no calendar of this month\."
)
UNEDITED = (
    "(Except for the headline, this story has not been edited by {} staff"
    " and is published from a syndicated feed.)"
)
EDITED = "and its body has been edited by {} staff: see the correction of"
STATUS = {"killed": "410", "expired": "410", "held": "404", "scheduled": "404", "live": ""}
GONE = {  # what the address of a story says that readers do not see
    "withdrawn-by-agency": "has been withdrawn by the news agency",
    "legal": "has been removed for legal reasons",
    "licence-expired": "licence to publish this story has expired",
    "error": "was published in error",
    "expired": "was published for a limited time",
    "held": "is not available at present",
    "scheduled": "is not available at present",
}
# Where an event that should be refused is not, since nobody has been faster, it is a note.
REFUSED = EditorsEvent(id="", story=0, at=datetime.min.replace(tzinfo=UTC), action="note")
CALLS_FIXED, CALLS_EACH = 1_500, 200  # AWS calls that a run may use, and more for each event


def within(calls: int, events: int) -> bool:
    """Whether a run with so many events may make so many AWS calls."""
    return calls <= CALLS_FIXED + CALLS_EACH * events


def verdict(newsroom: Newsroom, sites: Sites | None = None) -> list[str]:
    """Every problem of the run, which must have been settled. Redrives the dead letters.

    `sites`: the rebuilt sites of other runs with the same code, which this run adds to.
    """
    return list(_verdict(newsroom, {} if sites is None else sites))


def _verdict(newsroom: Newsroom, sites: Sites) -> Iterator[str]:
    simulation = newsroom.simulation
    for publisher in simulation.publishers.values():
        for version in publisher.shown.values():  # settled: it has been fetched
            simulation.truth.serve(publisher.feed.id, version)
    yield from unexplained(newsroom)
    for _ in range(3):
        sent = newsroom.redrive()
        # What came while it ran may be under way, too.
        if not sent and not any(map(simulation.cloud.queues.get, simulation.stage.sources)):
            break
        simulation.settle()
        if not unjust(newsroom):
            break
    yield from unexplained(newsroom, final=True)
    for letter in unjust(newsroom):
        yield f"8: sent round again, it came back: {letter.reason}: {letter.body[:200]}"
    yield from simulation.problems
    yield from simulation.watch.problems
    if not within(simulation.calls, simulation.events):
        yield f"7: {simulation.calls} calls for {simulation.events} events"
    articles = articles_of(newsroom)
    live = {name for name, article in articles.items() if article.state == "live"}
    # The Latest Posts in article pages, too. During the run a page that was written late may have
    # named a story until its own writer noticed that.
    for key, text in simulation.watch.pages.items():
        if SECRET in text:
            yield f"3: {key} shows what is for editors only"
        for name in sorted(simulation.watch.tokens.keys() - live):
            if simulation.watch.tokens[name] in text:
                yield f"3: {key} still shows {simulation.watch.tokens[name]}"
    yield from _table(newsroom, articles)
    yield from _history(newsroom, articles)
    yield from _listings(newsroom, articles)
    yield from _addresses(newsroom, articles)
    yield from _rebuilt(newsroom, articles, sites)
    yield from sitemaps.wrong(newsroom, articles)
    yield from search.wrong(newsroom, articles)
    yield from _shown(newsroom, articles)
    yield from pictures.wrong(newsroom, articles)
    yield from desk.wrong(newsroom, articles)
    yield from files.wrong(newsroom)


def articles_of(newsroom: Newsroom) -> dict[str, Article]:
    found = [
        struct(row, Article) for (_, sk), row in newsroom.simulation.cloud.rows() if sk == "article"
    ]
    return {article.id: article for article in found}


# --- 1 and 2: the table is what was sent and said ---


def _table(newsroom: Newsroom, articles: dict[str, Article]) -> Iterator[str]:
    simulation = newsroom.simulation
    stories = simulation.truth.stories()
    for name in sorted(articles.keys() - {identity(story) for story in stories}):
        if name not in simulation.truth.kept():
            yield f"2: an article that nobody sent: {name}"
        elif not (articles[name].state == "killed" and awaited(articles[name])):
            yield f"2: {name} is of a kill notice, and {articles[name].state}"
    listed = set(newsroom.table.articles.waiting("unseen"))
    if listed != (lost := {name for name, article in articles.items() if awaited(article)}):
        yield f"2: {listed} are listed as killed before they came, not {lost}"
    for story in sorted(stories):
        article = articles.get(identity(story))
        if article is None:
            yield f"1: story {story} was seen and is lost"
            continue
        for problem in _compared(newsroom, article, story):
            yield f"2: story {story}: {problem}"


def _compared(newsroom: Newsroom, article: Article, story: int) -> Iterator[str]:
    """The article of a story as `Expected`, to compare: both layers, and what follows from them."""
    simulation = newsroom.simulation
    wanted = simulation.truth.expected(story, simulation.now())
    wire = article.wire if article.wire and not article.wire.withdrawn else None
    desk = article.desk
    headline, standfirst, slug, hold, publish_at, expire_at, own = (
        said.value if said else None
        for said in (
            desk.headline, desk.standfirst, desk.slug, desk.hold,
            desk.publish_at, desk.expire_at, desk.body,
        )
    )  # fmt: skip
    bodies = simulation.cloud.objects[simulation.stage.content]
    body = bodies.get(own or (wire.body if wire else ""))
    found = Expected(
        state=article.state,
        headline=headline or (wire.headline if wire else ""),
        body=body.body.decode("utf-8", "replace") if body else "",
        picture=wire.picture.url if wire and wire.picture else "",
        byline=wire.byline if wire else "",
        edited=bool(own),
        standfirst=standfirst or "",
        categories=article.categories,
        corrections=tuple(each.text for each in desk.corrections),
        pins=tuple(sorted((article.pins or {}).items())),
        slug=slug or "",
        hold=bool(hold),
        embargo=wire.embargo if wire else None,
        publish_at=publish_at,
        expire_at=expire_at,
    )
    if found != wanted:
        yield f"is {found}, not {wanted}"
    note = wire.editorial.note if wire and wire.editorial else ""
    if wire and (SECRET in note) != (story % 2 == 1 and story != OURS):
        yield f"has {note!r} for editors"
    reasons = simulation.truth.reasons(story)
    if (desk.kill and desk.kill.value) not in (reasons or {None}):
        yield f"was killed for {desk.kill}, not {reasons}"
    if article.path and not article.path.split("/")[4].startswith(slugify(wanted.slug)):
        yield f"is at {article.path}, not at {wanted.slug}"
    # It is never dated later than when it was let out, by the clock of whoever did that.
    published, first_seen = article.published, article.first_seen
    if published and first_seen:
        dates = simulation.truth.dates(story, first_seen)
        if not any(abs(published - date) <= 2 * SKEW for date in dates):
            yield f"is dated {published}, not any of {dates}"


# --- 4: history ---


def _history(newsroom: Newsroom, articles: dict[str, Article]) -> Iterator[str]:
    events = newsroom.simulation.truth.events
    applied: dict[str, int] = {}
    for article in articles.values():
        rows = newsroom.table.articles.history(article.id)
        if [row.revision for row in rows] != list(range(1, article.revision + 1)):
            yield f"4: the history of {article.id} has {[row.revision for row in rows]}"
            continue
        changes = newsroom.simulation.watch.changes[article.id]
        for row, (old, new) in zip(rows, changes, strict=False):
            word = events.get(row.event) or (REFUSED if row.event in newsroom.refused else None)
            for problem in history.explained(row, old, new, word):
                yield f"4: revision {row.revision} of {article.id} {problem}"
            if row.event:
                applied[row.event] = applied.get(row.event, 0) + 1
    for name, word in events.items():
        if word.action not in {"", "republish"} and applied.get(name) != 1:
            yield f"1: event {name} ({word.action}) was applied {applied.get(name, 0)} times"


# --- 6: listings ---


def _listings(newsroom: Newsroom, articles: dict[str, Article]) -> Iterator[str]:
    wanted = {
        (f"list#{name}", key): entry
        for article in articles.values()
        for (name, key), entry in listings(article).items()
    }
    found = {
        key: struct(row, ListingEntry)
        for key, row in newsroom.simulation.cloud.rows()
        if key[0].startswith("list#")
    }
    differing = [key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key)]
    if differing:
        yield f"6: listing rows differ at {sorted(differing)}"


# --- 5: addresses ---


def _addresses(newsroom: Newsroom, articles: dict[str, Article]) -> Iterator[str]:
    at = {
        f"{path[1:]}index.html": (article, path == article.path)
        for article in articles.values()
        for path in (article.path, *article.former)
        if path
    }
    objects = newsroom.simulation.cloud.objects[newsroom.simulation.stage.site]
    for key in sorted(newsroom.simulation.watch.addresses | at.keys()):
        if key not in at or key not in objects:
            yield f"5: {key} answered, and is nobody's now"
            continue
        article, current = at[key]
        found = objects[key]
        text = found.body.decode("utf-8", "replace")
        if found.status != STATUS[article.state]:
            yield f"5: {key} is answered with {found.status or 200}: {article.state}"
        if article.state != "live":
            why = str(article.desk.kill.value) if article.desk.kill else ""  # compared in `_table`
            gone = GONE[why if article.state == "killed" else article.state]
            if "noindex" not in text or gone not in text or found.redirect:
                yield f"5: {key} does not say that its story {gone}"
        elif current:
            if found.redirect or shown(article).headline not in unescape(text):
                yield f"5: {key} does not show its story"
        elif found.redirect != article.path:
            yield f"5: {key} leads to {found.redirect!r}, not to {article.path}"


# --- 2: the site is a full rebuild of the table ---


def _rebuilt(newsroom: Newsroom, articles: dict[str, Article], sites: Sites) -> Iterator[str]:
    simulation = newsroom.simulation
    site = simulation.cloud.objects[simulation.stage.site]
    try:
        of = _source(newsroom)
        if of in sites:
            simulation.cloud.objects["rebuilt"] = dict(sites[of])
        else:
            sites[of] = dict(rebuild(newsroom, articles))
        rebuilt = sites[of]
    except Retryable as error:
        yield f"2: the site can't be made from the table: {error}"
        return
    for key, wanted in sorted(rebuilt.items()):
        if sitemaps.hourly(key):
            continue
        if key not in site:
            yield f"2: {key} is missing"
        elif _same(site[key].body) != _same(wanted.body):
            yield f"2: {key} is not what the table says"
        elif (site[key].redirect, site[key].status) != (wanted.redirect, wanted.status):
            yield f"2: {key} is not answered as the table says"
    for key in sorted(site.keys() - rebuilt.keys()):
        text = site[key].body.decode("utf-8", "replace")
        known = key.startswith(("assets/", "pictures/", search.WORDS)) or sitemaps.hourly(key)
        if not known and not EMPTY.search(text):
            yield f"2: {key} should not be there"


def _source(newsroom: Newsroom) -> bytes:
    """All that a rebuilt site depends on: pages show nothing of feeds, jobs, events or the time,
    but for those that are made again each hour, and these are compared by themselves."""
    simulation = newsroom.simulation
    rows = [
        (pk, [(sk, held[sk]) for sk in sorted(held) if sk.partition("#")[0] not in _NOT_SHOWN])
        for pk, held in sorted(simulation.cloud.table.items())
        if pk.partition("#")[0] not in _NOT_SHOWN
    ]
    bodies = sorted(simulation.cloud.objects[simulation.stage.content])
    former = sorted(page.path for page in _former_pages(newsroom))
    return blake2b(written((rows, bodies, former, newsroom.settings)), digest_size=16).digest()


def rebuild(newsroom: Newsroom, articles: dict[str, Article]) -> dict:
    """All pages of the site, rendered from the table into an empty bucket."""
    simulation = newsroom.simulation
    held = simulation.cloud.objects["rebuilt"]
    held.clear()
    s3, table = boto3.client("s3"), newsroom.table
    render = rendering.Render(
        table,
        Bodies(s3, simulation.stage.content),
        Pages(s3, "rebuilt"),
        Queue(boto3.client("sqs"), simulation.stage.queues["RenderDeadLetters"]),
    )
    render.write(_all_pages(newsroom.settings, articles) | set(_former_pages(newsroom)))
    return held


def _former_pages(newsroom: Newsroom) -> Iterator[Page]:
    """The pages in the bucket of sections that were renamed or have closed."""
    for key in newsroom.simulation.cloud.objects[newsroom.simulation.stage.site]:
        page = kinds.at(f"/{key.removesuffix('index.html')}")
        if page and page.list in newsroom.simulation.truth.renamed:
            yield page


def _all_pages(settings: Settings, articles: dict[str, Article]) -> set[Page]:
    zone = settings.site.timezone
    wanted = kinds.of_site() | kinds.of_theme(settings)
    for name in (HOME, *(category.slug for category in settings.categories)):
        wanted |= kinds.of_list(name)
    for article in articles.values():
        for path in (article.path, *article.former):
            if path:
                wanted.add(pages.article(article.id, path))
        if article.state == "live":
            wanted |= pages.of_authors(article)
        for name, key in listings(article):
            if not key.startswith("pin#") and article.published:
                day = day_of(article.published, zone)
                wanted |= kinds.of_day(name, day) | kinds.of_calendar(name, day[:7])
    return wanted


def _same(body: bytes) -> str:
    """A page without what may differ: its render id, and Latest Posts in an article page."""
    return _ASIDE.sub("", _RENDER.sub("", body.decode("utf-8", "replace")))


# --- 2 and 6: the site shows what the model says, read from the pages themselves ---


def _shown(newsroom: Newsroom, articles: dict[str, Article]) -> Iterator[str]:
    site = newsroom.simulation.cloud.objects[newsroom.simulation.stage.site]
    text = {key: each.body.decode("utf-8", "replace") for key, each in site.items()}
    truth, now, zone = (
        newsroom.simulation.truth,
        newsroom.simulation.now(),
        newsroom.settings.site.timezone,
    )
    live = {}
    for story in truth.stories():
        wanted, article = truth.expected(story, now), articles.get(identity(story))
        if article is None or wanted.state != "live" or article.state != "live":
            continue
        live[article.id] = (wanted, article)
        page = text.get(f"{article.path[1:]}index.html", "")
        notice = (EDITED if wanted.edited else UNEDITED).format(newsroom.settings.site.name)
        if story == OURS:
            if notice in unescape(page):
                yield f"2: {article.path} says of our own story {notice!r}"
            notice = ""
        told = (wanted.headline, wanted.standfirst, wanted.body, notice, *wanted.corrections)
        if _leads(newsroom, wanted, article) != article.path:
            told = (wanted.headline, f'href="{article.wire.link}"')
        elif wanted.body.endswith(CUT_OFF):
            told = (*told, f'rel="canonical" href="{article.wire.link}"')
        for part in told:
            if part and part not in unescape(page):
                yield f"2: {article.path} does not say {part!r}"
        named = [f"authors/{slug}/" for slug in BYLINES[wanted.byline]]
        if _leads(newsroom, wanted, article) != article.path:
            named = []
        if (links := AUTHOR_LINK.findall(page)) != named:
            yield f"6: the byline of {article.path} leads to {links}, not to {named}"
    for key, page in text.items():
        if not key.endswith(".html") or key.startswith("fragments/") or site[key].redirect:
            continue
        if newsroom.settings.site.name not in page and not EMPTY.search(page):
            yield f"2: {key} knows nothing of {newsroom.settings.site.name}"
    yield from _former(newsroom, text)
    newest = sorted(
        live.values(), key=lambda each: (each[1].published, each[1].first_seen, each[1].id)
    )[::-1]
    for name in (HOME, *(category.slug for category in newsroom.settings.categories)):
        root = "" if name == HOME else f"{name}/"
        listed = [(w, a) for w, a in newest if name == HOME or name in w.categories]
        pinned = [(w, a) for w, a in listed if name in dict(w.pins)]
        pinned.sort(key=lambda each: (dict(each[0].pins)[name], each[1].id))
        rest = [each for each in listed if each not in pinned]
        front = [_leads(newsroom, *each) for each in [*pinned, *rest][: reads.FRONT]]
        lists = {f"{root}index.html": front}
        days = sorted({day_of(article.published, zone) for _, article in listed})
        for day in days:
            lists[f"{root}{day.replace('-', '/')}/index.html"] = [
                _leads(newsroom, w, a) for w, a in listed if day_of(a.published, zone) == day
            ]
        for key, paths in lists.items():
            if (links := _links(text.get(key, ""))) != paths:
                yield f"6: {key} lists {links}, not {paths}"
        for month in {day[:7] for day in days}:
            wanted = [f"/{root}{day.replace('-', '/')}/" for day in days if day[:7] == month]
            table = _TABLE.search(text.get(f"{root}{month.replace('-', '/')}/index.html", ""))
            links = re.findall(r'href="([^"]*)"', table[0]) if table else []
            if len(wanted) > 1 and links != wanted:
                yield f"6: the calendar of {root}{month} leads to {links}, not to {wanted}"
        told = [_told(newsroom, *each) for each in listed[: reads.FRONT]]
        if (found := _ITEM.findall(text.get(f"{root}feed.xml", ""))) != [url for url, _ in told]:
            yield f"6: /{root}feed.xml lists {found}, not {told}"
        if (found := _ENTRY.findall(text.get(f"{root}atom.xml", ""))) != told:
            yield f"6: /{root}atom.xml lists {found}, not {told}"
        items = json.loads(text.get(f"{root}feed.json", "{}")).get("items", ())
        if (found := [(item["url"], item["date_modified"]) for item in items]) != told:
            yield f"6: /{root}feed.json lists {found}, not {told}"
    for slug in sorted({slug for slugs in BYLINES.values() for slug in slugs}):
        paths = [_leads(newsroom, w, a) for w, a in newest if slug in BYLINES[w.byline]]
        page = text.get(f"authors/{slug}/index.html", "")
        if (links := _links(page)) != paths[: reads.FRONT]:
            yield f"6: the author {slug} has {links}, not {paths}"
        if page and bool(paths) == bool(EMPTY.search(page)):
            yield f"6: the author {slug} is said to have stories or none, and has {paths}"
    # They are read in one window with the pins of the home page.
    room = reads.WINDOW - sum(HOME in dict(wanted.pins) for wanted, _ in newest)
    paths = [_leads(newsroom, *each) for each in newest[: min(reads.LATEST, room)]]
    if (links := _LIST_LINK.findall(text.get("fragments/latest.html", ""))) != paths:
        yield f"6: Latest Posts lists {links}, not {paths}"


def _leads(newsroom: Newsroom, wanted: Expected, article: Article) -> str:
    """Where the headline of a story leads."""
    out = newsroom.leads_out() and wanted.body.endswith(CUT_OFF)
    return article.wire.link if out else article.path


def _told(newsroom: Newsroom, wanted: Expected, article: Article) -> tuple[str, str]:
    """The address of a story and when it last changed, as Atom and JSON Feed give them."""
    view, site = shown(article), newsroom.settings.site
    changed = (view.updated or view.published).astimezone(ZoneInfo(site.timezone))
    leads = _leads(newsroom, wanted, article)
    return (site.url + leads if leads == article.path else leads), changed.isoformat(
        timespec="seconds"
    )


def _former(newsroom: Newsroom, text: dict[str, str]) -> Iterator[str]:
    """Each page of a renamed section redirects to the same page of the present one. Each page of a
    closed section says so, links to the home page and has no story."""
    site = newsroom.simulation.cloud.objects[newsroom.simulation.stage.site]
    for name, now in newsroom.simulation.truth.renamed.items():
        kinds = {key for key in site if key.startswith(f"{name}/")}
        always = ("index.html", "feed.xml", "atom.xml", "feed.json")
        for key in sorted(kinds | {f"{name}/{each}" for each in always}):
            if key not in site:
                yield f"5: {key} is gone with its section"
                continue
            path = "/" + key.removesuffix("index.html")
            wanted = path.replace(f"/{name}/", f"/{now}/", 1) if now else ""
            if site[key].redirect != wanted:
                yield f"5: {key} leads to {site[key].redirect!r}, not to {wanted!r}"
            if wanted and f"{wanted[1:]}{'' if '.' in wanted else 'index.html'}" not in site:
                yield f"5: {key} leads to {wanted}, which is not there"
            if not now and ("closed" not in text[key] or ARTICLE_LINK.search(text[key])):
                yield f"5: {key} does not say that its section has closed, or holds a story"
            if not now and re.search(r"<item>|<entry|\"date_modified\"", text[key]):
                yield f"5: {key} has stories of a closed section"


def _links(page: str) -> list[str]:
    """The stories that a listing links to, in order."""
    main = _MAIN.search(page)
    return _LIST_LINK.findall(_PICTURE.sub("", main[0])) if main else []


# --- the sweep ---


def swept(newsroom: Newsroom, hours: float = 24) -> tuple[int, int]:
    """Run both sweeps to their end, or the hourly one alone if the other has run less than 23
    `hours` ago. Gives how many pages they repaired: (freshen, sweep)."""
    simulation = newsroom.simulation
    simulation.clock.advance(timedelta(hours=hours).total_seconds())
    simulation.fire("SweepFunction")
    simulation.drain()
    jobs = [newsroom.table.jobs.get(name) for name in ("freshen", "sweep")]
    assert all(job and job.phase == "done" for job in jobs), jobs
    return jobs[0].repaired, jobs[1].repaired  # type: ignore[union-attr]
