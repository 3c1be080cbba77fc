"""The sample site in three languages, as its readers get it. Published once, kept as values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from tests.pipeline.world import World
from wireroom.model import Category, Settings
from wireroom.newsroom.jobs import everything
from wireroom.settings.site_toml import Configuration, read
from wireroom.site import kinds, pages
from wireroom.store.pages import Pages
from wireroom_infra.embedded import EmbeddedAWS, VirtualClock
from wireroom_infra.local.loopback import Answer, Request, serving
from wireroom_infra.local.site import answer
from wireroom_infra.local.stack import feeds_of, one_pass
from wireroom_infra.project import SAMPLE
from wireroom_infra.sample.server import sample_wire
from wireroom_infra.sample.wire import EVERY

MISSING = "/2026/nothing/here/"
CLOSED = "culture"
# Locale → the site's name, its line, and what its sections are called.
IN_WORDS = {
    "hi": (
        "हार्बर पोस्ट",
        "पोर्ट अमृता और ज्वार के पार की ख़बरें",
        "ताज़ा भारत राजनीति दुनिया कारोबार खेल विज्ञान",
    ),
    "ar": (
        "بريد المرفأ",
        "أخبار بورت أمريتا وما وراء المد",
        "عاجل الهند سياسة العالم أعمال رياضة علوم",
    ),
}


class Published(Struct, frozen=True):
    """The sample site, served at `origin`.

    `pages`: each page's address → what it says. `old` is an article from before the newest
    stories; `killed` was published and then withdrawn. `closed`: the front of a section that has
    closed, if there is one.
    """

    origin: str
    pages: dict[str, str]
    old: str
    killed: str
    latest: list[str]
    closed: str = ""

    def kinds(self) -> dict[str, str]:
        """Each kind of page that readers see → the longest such page; articles by language."""
        found: dict[str, str] = {"killed": self.killed, "missing": MISSING}
        for path, text in self.pages.items():
            page = kinds.at(path)
            where = "the site" if page and page.list in {"", "home"} else "a list"
            name = f"{page.kind} of {where}" if page and page != pages.MISSING else ""
            if page is None and path not in found.values():
                language = LexborHTMLParser(text).css_first("article h1[lang]")
                name = f"article in {language.attributes['lang'] if language else 'its own'}"
            if path == self.closed:
                name = "closed"
            if name and (name not in found or len(text) > len(self.pages[found[name]])):
                found[name] = path
        return found


def headlines(html: str) -> list[str]:
    """Of the Latest Posts: the fragment, or those in a story's page."""
    found = LexborHTMLParser(html)
    return [each.text() for each in found.css("#latest-posts h3") or found.css(".posts h3")]


@contextmanager
def sample_sites(aws: EmbeddedAWS) -> Iterator[Mapping[str, Published]]:
    """Locale → the sample site in it. In other languages than English a section has closed, and
    only one page of each kind is there."""
    with ExitStack() as stack, sample_wire(0, aws.clock.now()) as wire:
        configuration, old, killed = _publish(aws, wire)
        world, host = World(aws), wire.removeprefix("http://")
        paths = [f"/{key.removesuffix('index.html')}" for key in world.site()]
        files = _answers(aws, host, [*paths, MISSING])
        english = stack.enter_context(_served(files, old, killed))
        found = {"en": english}
        wanted = [kinds.page("front", CLOSED), pages.MISSING, pages.LATEST]
        for path in {*english.kinds().values()} - {MISSING}:
            article = world.table.articles.at(path)
            page = pages.article(article.id, path) if article else kinds.at(path)
            wanted += [page] if page else []
        for locale in IN_WORDS:
            settings = _translated(configuration.settings, locale)
            world.apply(settings, configuration.feeds, pages=False)
            world.render(Pages(aws.client("s3"), aws.outputs["SiteBucket"])).write(wanted)
            made = _answers(aws, host, [*(page.path for page in wanted), MISSING])
            assets = {path: files[path] for path in files if path not in english.pages}
            shown = _served(assets | made, old, killed, closed=f"/{CLOSED}/")
            found[locale] = stack.enter_context(shown)
        yield found


def _publish(aws: EmbeddedAWS, wire: str) -> tuple[Configuration, str, str]:
    """Publish the wire's first editions, and kill a story; gives what site.toml says, and the paths
    of an old and of the killed article."""
    text = (SAMPLE / "site.toml").read_text("utf-8")
    found = read(text.replace("127.0.0.1:8081", wire.removeprefix("http://")))
    feeds_of(aws).apply(found.settings, found.feeds, everything("apply", aws.clock.now()))
    one_pass(aws, str)
    world = World(aws)
    newest = world.table.listings.newest("home", 100).entries
    old, killed = newest[-1].path, newest[3].path
    world.edit("kill", article=killed, reason="error")
    assert isinstance(aws.clock, VirtualClock)
    for _ in range(2):
        aws.clock.advance(EVERY / timedelta(seconds=1))
        one_pass(aws, str)
    return found, old, killed


def _translated(settings: Settings, locale: str) -> Settings:
    name, tagline, sections = IN_WORDS[locale]
    left = [each for each in settings.categories if each.slug != CLOSED]
    called = zip(left, sections.split(), strict=True)
    return replace(
        settings,
        site=replace(settings.site, locale=locale, name=name, tagline=tagline),
        categories=tuple(
            Category(name=name, slug=each.slug, terms=each.terms) for each, name in called
        ),
    )


def _answers(aws: EmbeddedAWS, host: str, paths: Iterable[str]) -> dict[str, Answer]:
    client, bucket = aws.client("s3"), aws.outputs["SiteBucket"]
    return {path: answer(client, bucket, path, (host,)) for path in paths}


@contextmanager
def _served(
    files: dict[str, Answer], old: str, killed: str, closed: str = ""
) -> Iterator[Published]:
    def respond(request: Request) -> Answer:
        return files.get(request.path.partition("?")[0]) or Answer(404)

    found = {
        path: each.body.decode()
        for path, each in files.items()
        if path.endswith("/") or path == "/404.html"
    }
    latest = headlines(files["/fragments/latest.html"].body.decode())
    with serving(respond) as origin:
        yield Published(origin, found, old, killed, latest, closed)
