"""The screen "Settings": feeds, categories and the whole of site.toml, for chiefs.

    GET  /settings            what is applied, and by whom
    GET  /settings/text       all of it, to be edited
    GET  /settings/feed       one feed (`which`), or a new one; so /settings/category
    POST /settings/look       a feed looked into, and a form to add it
    POST /settings/show       what a form would change: the difference, as `wireroom apply` tells it
    POST /settings/apply      applies what was shown, as `wireroom apply` does

A form keeps what was typed until that is applied. What was shown is applied only if nobody else has
applied anything since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from desk import screens
from desk.actions import filing
from desk.feeds import one
from desk.guard import Refused
from desk.screen import Ask, Done
from wireroom.errors import Conflict, FetchError, NotAFeed, Retryable, SettingsError
from wireroom.model import Category, Feed
from wireroom.wire.http.exchange import Limits, Network
from wireroom.wire.http.fetch import Fetcher

# What else this needs is imported where it is used: hardly a request is for settings.
if TYPE_CHECKING:
    from wireroom.pipeline.applying import Current
    from wireroom.settings.site_toml import Configuration

AGENT = "Wireroom/1.0 (desk)"
LIMITS = Limits(connect=5, idle=5, total=12)  # of the function's 29 seconds
SHOWN = 20  # entries of a feed that is looked into
LINES = 60  # problems, warnings, terms
WIDTH = 300  # characters of each


def show(ask: Ask) -> str:
    """Two calls, counting what told who asks."""
    return screens.page(
        "settings.html",
        ask.visit,
        sent=ask.sent,
        last=ask.stack.table.applied.read(),
        applied=ask.field("applied", 100),
        feeds=sorted(ask.visit.settings.feeds),
    )


def show_text(ask: Ask) -> str:
    """Five calls for up to 100 feeds, and one for each further 100."""
    from wireroom.settings.site_toml import write  # noqa: PLC0415

    try:
        now, found = _current(ask)
    except SettingsError as error:
        return _form(ask, "text", {}, problems=_problems(error))
    return _form(ask, "text", {"text": write(found), "seen": now.version})


def show_feed(ask: Ask) -> str:
    """Three calls. Raises Refused where there is no such feed."""
    from desk.proposals import typed  # noqa: PLC0415

    which = ask.field("which", 200)
    feed = one(ask, which).config if which else Feed(id="", url="", provider="")
    return _form(ask, "feed", typed(feed) | {"which": which, "seen": _version(ask)})


def show_category(ask: Ask) -> str:
    """Two calls. Raises Refused where there is no such category."""
    from desk.proposals import typed  # noqa: PLC0415

    which, settings = ask.field("which", 200), ask.visit.settings
    found = [each for each in settings.categories if each.slug == which]
    if which and not found:
        raise Refused(404, "no such category", "There is no such category.")
    category = found[0] if found else Category(name="", slug="")
    return _form(ask, "category", typed(category) | {"which": which, "seen": _version(ask)})


# --- a feed looked into ---


def look(ask: Ask) -> Done:
    """Fetches a feed as ingest would, and stores nothing."""
    from wireroom.pipeline.feed_check import check, document_of  # noqa: PLC0415
    from wireroom.wire.discover import feeds_of  # noqa: PLC0415

    url, settings = ask.field("url"), ask.visit.settings
    internal = frozenset(settings.site.internal_hosts)
    fetcher = Fetcher(agent=AGENT, internal_hosts=internal, network=Network(limits=LIMITS))
    about: dict[str, Any] = {"host": _host(url)}
    links: list[tuple[str, str]] = []
    try:
        response = fetcher.get(url)
        links = [(place, title) for place, title, _ in feeds_of(response.body, response.url)]
        document = document_of(response.body, response.url, response, None)
    except (FetchError, NotAFeed) as error:
        page = _look_page(ask, url, problem=str(error)[: 2 * WIDTH], links=links[:SHOWN])
        return Done(action="look", refused=str(error)[:WIDTH], page=page, about=about)
    feed = Feed(id="check", url=response.url, provider="check")
    found = check(feed, response, document, settings.categories, ask.visit.now)
    page = _look_page(ask, url, response=response, document=document, found=found)
    return Done(action="look", page=page, about=about | {"entries": len(found.lines)})


def _look_page(ask: Ask, url: str, **looked: Any) -> str:
    """`looked`: the `problem` and the `links` of what is no feed; or `response`, `document` and
    what was `found` in it."""
    from wireroom.pipeline.feed_check import unmapped  # noqa: PLC0415

    shown: dict[str, Any] = {"problem": "", "links": [], "found": None, "known": "", "terms": []}
    form: dict[str, str] = {}
    if found := looked.get("found"):
        place = looked["response"].moved_to or url
        there = {row.config.url: row.config for row in ask.stack.feeds.readable()}
        form = _suggested(ask, place, looked["document"].title, there)
        shown["known"] = next((there[each].id for each in (url, place) if each in there), "")
        shown["terms"] = unmapped(found.lines, ask.visit.settings.categories)[:LINES]
    return screens.page(
        "settings_look.html",
        ask.visit,
        sent=ask.sent,
        url=url,
        most=SHOWN,
        lines=LINES,
        width=WIDTH,
        **(shown | looked),
        **_fields(ask, form),
    )


def _suggested(ask: Ask, url: str, title: str, there: Mapping[str, Feed]) -> dict[str, str]:
    """The fields of a form that adds the feed at `url`. `there`: the site's feeds."""
    from desk.proposals import typed  # noqa: PLC0415
    from wireroom.newsroom.filing import matching  # noqa: PLC0415
    from wireroom.settings.suggestions import id_of, provider_of  # noqa: PLC0415

    settings = ask.visit.settings
    agency = next((each for each in there.values() if _host(each.url) == _host(url)), None)
    provider = agency.provider if agency else provider_of(url)
    words = {word.casefold() for word in title.split()}
    feed = Feed(
        id=id_of(title, provider, settings.feeds),
        url=url,
        provider=provider,
        source=agency.source if agency else " ".join(title.split())[:100],
        categories=tuple(sorted(matching(words, settings.categories, settings.former))),
    )
    return typed(feed) | {"seen": _version(ask)}


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


# --- what would change, and the change ---


def propose(ask: Ask) -> Done:
    """Shows what a form would change."""
    from desk.proposals import KINDS, proposed  # noqa: PLC0415

    kind = ask.field("kind")
    if kind not in KINDS:
        raise Refused(404, "no such form", "There is no such form.")
    about: dict[str, Any] = {"what": kind, "which": ask.field("which", 200)}
    try:
        now, before = _current(ask)
        wanted = proposed(kind, ask.fields, before, ask.visit.session)
        page, lines = _changing(ask, kind, now, wanted)
    except (SettingsError, Retryable) as error:
        problems = _problems(error)
        page = _form(ask, kind, ask.fields, problems=problems)
        refused = "; ".join(problems)[:1000]
        return Done(action="propose settings", refused=refused, page=page, about=about)
    return Done(action="propose settings", page=page, about=about | {"changes": lines[:LINES]})


def apply(ask: Ask) -> Done:
    """Applies what was shown."""
    from desk.proposals import checked  # noqa: PLC0415
    from wireroom.pipeline import applying  # noqa: PLC0415
    from wireroom.settings.site_toml import difference  # noqa: PLC0415

    visit, text = ask.visit, ask.fields.get("text", "")
    about: dict[str, Any] = {}
    try:
        now, before = _current(ask)
        wanted = checked(text, before, visit.session)
        about = {"changes": difference(before, wanted)[:LINES]}
        if now.version != ask.field("seen", 100):
            raise Conflict(_meanwhile(now))
        _, job = applying.apply(
            *(ask.stack.table, ask.stack.feeds, now, wanted),
            by=visit.session.email,
            place="desk",
            now=visit.now,
        )
    except (SettingsError, Retryable) as error:
        problems = _problems(error)
        refused = "; ".join(problems)[:1000]
        page = _again(ask, text, problems)
        return Done(action="apply settings", refused=refused, page=page, about=about)
    to = f"/settings?applied={quote(job.id)}"
    return Done(action="apply settings", to=to, about=about | {"job": job.id})


def _current(ask: Ask) -> tuple[Current, Configuration]:
    """What is applied. Raises SettingsError, or Retryable."""
    from wireroom.pipeline.applying import current  # noqa: PLC0415

    now = current(ask.stack.table, ask.stack.feeds)
    if now.found is None:
        raise Conflict("the site has no settings any more")
    return now, now.found


def _version(ask: Ask) -> str:
    """As `Current.version` has it, without the feeds' rows."""
    from wireroom.pipeline.applying import Current  # noqa: PLC0415
    from wireroom.settings.site_toml import Configuration  # noqa: PLC0415

    found = Configuration(settings=ask.visit.settings)
    return Current(found, ask.stack.table.applied.read()).version


def _meanwhile(now: Current) -> str:
    by = now.last.by if now.last else "somebody else"
    return f"{by} has applied settings since you loaded this: see what would change now"


def _problems(error: SettingsError | Retryable) -> list[str]:
    if isinstance(error, Retryable):
        return [str(error)[:WIDTH]]
    lines = [line[: 2 * WIDTH] for line in error.problems[:LINES]]
    more = len(error.problems) - LINES
    return [*lines, f"and {more} more"] if more > 0 else lines


def _again(ask: Ask, text: str, problems: list[str]) -> str:
    """What was not applied, with what it would change now."""
    from desk.proposals import checked  # noqa: PLC0415

    try:
        now, before = _current(ask)
        return _changing(ask, "text", now, checked(text, before, ask.visit.session), problems)[0]
    except (SettingsError, Retryable):
        return _form(ask, "text", ask.fields, problems=problems)


def _changing(
    ask: Ask, kind: str, now: Current, wanted: Configuration, problems: list[str] | None = None
) -> tuple[str, list[str]]:
    """The page that shows what `wanted` changes, and the lines of that. Raises SettingsError."""
    from wireroom.pipeline.applying import consequences  # noqa: PLC0415
    from wireroom.settings.site_toml import difference, write  # noqa: PLC0415

    lines = difference(now.found, wanted)
    told = consequences(ask.stack.table, ask.stack.feeds, now, wanted) if lines else []
    if not problems and ask.field("seen", 100) != now.version:
        problems = [_meanwhile(now)]
    page = _form(
        ask,
        kind,
        ask.fields | {"seen": now.version},
        problems=problems or [],
        lines=lines,
        told=told,
        text=write(wanted),
    )
    return page, lines


def _form(
    ask: Ask,
    kind: str,
    form: Mapping[str, str],
    *,
    problems: list[str] | None = None,
    lines: list[str] | None = None,
    told: list[str] | None = None,
    text: str = "",
) -> str:
    """A form, below what is wrong with it (`problems`) or what it would change: `lines`, `told`,
    and the `text` that would be applied."""
    return screens.page(
        "settings_form.html",
        ask.visit,
        sent=ask.sent,
        kind=kind,
        problems=problems or [],
        lines=lines,
        told=told or [],
        text=text,
        **_fields(ask, form),
    )


def _fields(ask: Ask, form: Mapping[str, str]) -> dict[str, Any]:
    """What the forms of a feed and a category show."""
    categories = ask.visit.settings.categories
    return {
        "form": defaultdict(str, form),
        "ticks": [(filing(each.slug), each.name) for each in categories],
    }


SCREENS = {
    "/settings": show,
    "/settings/text": show_text,
    "/settings/feed": show_feed,
    "/settings/category": show_category,
}
ACTIONS = {"/settings/show": propose, "/settings/apply": apply}
