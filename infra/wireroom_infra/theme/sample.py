"""A small site of made-up stories, to try a theme on: all that templates can meet, in few pages.

With a `probe` several texts end with it; PROBE is a tag if a template prints it unescaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from wireroom.model import (
    HOME,
    Article,
    Category,
    Correction,
    Decision,
    Desk,
    KillReason,
    ListingEntry,
    Located,
    Page,
    Picture,
    Settings,
    Site,
    Stored,
    Wire,
)
from wireroom.newsroom.listing import listings
from wireroom.site import feeds, kinds, pages
from wireroom.site.dates import day_of
from wireroom.site.kinds import KINDS, Calendar, Day
from wireroom.site.more import Near

PROBE = "<wireroom-probe a=\"b\" c='d' wireroom-probe=e >"
PROBE_ATTRIBUTES = {"wireroom-probe"}  # of a page that prints it inside a tag, not in quotes
NOON = datetime(2026, 2, 11, 12, 0, tzinfo=UTC)
SETTINGS = Settings(
    site=Site(name="The Sample", url="https://sample.example", tagline="News to try a theme on"),
    categories=(Category(name="World", slug="world"), Category(name="Sport", slug="sport")),
)
BODY = (
    "<p>RIVERTON — The old ferry will sail again from Monday, the harbour office said.</p>"
    '<p>It has <a href="https://ferry.example/">cost</a> ₹4,200 crore and <em>two years</em>.</p>'
    "<h2>What changes</h2><ul><li>Four crossings a day</li><li>Bicycles for free</li></ul>"
    "<blockquote><p>“We have waited long enough,” said the captain.</p></blockquote>"
    "<table><thead><tr><th>Day</th><th>Crossings</th></tr></thead>"
    "<tbody><tr><td>Monday</td><td>4</td></tr></tbody></table>"
)
ARABIC = "<p>قال مكتب الميناء إن العبّارة ستعود إلى الإبحار.</p>"
PICTURE = "https://pictures.example/ferry.png"
COPY = Stored(name="sample", widths=(640,), width=640, height=360, share=(1200, 630))
STORIES = 14


class Sample:
    """What render would have read for the pages of the site (`site.kinds.Rows`)."""

    def __init__(self, settings: Settings, probe: str = "") -> None:
        self.settings, self._zone = settings, settings.site.timezone
        slugs = tuple(category.slug for category in settings.categories[:2])
        found = [_story(number, slugs, f" {probe}" if probe else "") for number in range(STORIES)]
        self.articles: Mapping[str, Article] = {article.id: article for article in found}
        rows = [
            (row[0], entry)
            for article in found
            for row, entry in listings(article).items()
            if entry.pin is None
        ]
        self._lists: dict[str, list[ListingEntry]] = {}
        for name, entry in sorted(rows, key=lambda row: row[1].published, reverse=True):
            self._lists.setdefault(name, []).append(entry)

    def pages(self, settings: Settings) -> list[Page]:
        """Every kind of page that readers see."""
        names = (HOME, *(category.slug for category in settings.categories))
        wanted = [pages.front(name) for name in names]
        wanted += [pages.article(each.id, each.path) for each in self.articles.values()]
        days = {day_of(entry.published, self._zone) for entry in self.newest(HOME)}
        wanted += [page for day in sorted(days) for page in kinds.of_day(HOME, day)]
        wanted += [page for day in sorted(days)[:1] for page in kinds.of_calendar(HOME, day[:7])]
        wanted += sorted(
            {page for each in self.articles.values() for page in pages.of_authors(each)}
        )
        wanted += sorted(kinds.of_theme(settings) | kinds.of_site())
        found = [*wanted, pages.LATEST]
        return [page for page in found if KINDS[page.kind].content_type.startswith("text/html")]

    def front(self, name: str) -> tuple[Sequence[ListingEntry], str]:
        entries = self._lists.get(name, [])
        return entries, day_of(entries[-1].published, self._zone) if entries else ""

    def newest(self, name: str) -> Sequence[ListingEntry]:
        return self._lists.get(name, [])

    def latest(self) -> Sequence[ListingEntry]:
        return self.newest(HOME)

    def near(self, article: Article) -> Near:
        name = article.categories[0] if article.categories else HOME
        found = self.newest(name)
        place = next(place for place, entry in enumerate(found) if entry.id == article.id)
        newer, older = found[:place][::-1], found[place + 1 :]
        return Near("" if name == HOME else name, found[place], newer, older)

    def day(self, page: Page) -> Day:
        days = sorted({day_of(entry.published, self._zone) for entry in self.newest(page.list)})
        found = [e for e in self.newest(page.list) if day_of(e.published, self._zone) == page.day]
        before = [day for day in days if day < page.day]
        after = [day for day in days if day > page.day]
        return Day(found, before[-1] if before else "", after[0] if after else "")

    def calendar(self, page: Page) -> Calendar:
        days = sorted({day_of(entry.published, self._zone) for entry in self.newest(page.list)})
        return Calendar([day for day in days if day.startswith(page.month)], "", "")

    def body(self, key: str) -> str:
        return ARABIC if key == "arabic" else BODY

    def items(self, name: str) -> Sequence[feeds.Item]:
        return feeds.items(self.settings, self.newest(name))

    def recent(self) -> Sequence[ListingEntry]:
        return self.newest(HOME)

    def month(self, page: Page) -> Sequence[Located]:
        return []

    def sitemaps(self) -> Sequence[Page]:
        return []

    def found(self) -> tuple[Sequence[ListingEntry], Sequence[int]]:
        return self.newest(HOME), []

    def date(self, page: Page) -> Sequence[ListingEntry]:
        return self.newest(HOME)


def _story(number: int, slugs: Iterable[str], probe: str) -> Article:
    """Story 1 has a correction, 2 a long headline, 3 is in Arabic, 4 is the newsroom's own, 5 has
    been withdrawn, 6 and 9 are about the same thing, search engines may not show 7 and are sent to
    its source for 8; every third has a picture."""
    at = NOON - timedelta(hours=5 * number)
    alt, credit = f"The ferry at its pier{probe}", f"A. Rao{probe}"
    picture = Picture(url=PICTURE, alt=alt, credit=credit, width=640, height=360)
    about = " past Quillhaven lighthouse" if number in {6, 9} else ""
    headline = f"The ferry of pier {number} sails again{about}{probe}"
    desk = Desk()
    if number == 1:
        desk = Desk(
            standfirst=Decision(f"After two years of repairs{probe}", at),
            body=Decision("edited", at),
            body_over="body",
            body_summary=f"Repaired at last{probe}",
            corrections=(Correction(event="one", text=f"It sails at noon{probe}", at=at),),
        )
    if number == 5:
        reason: KillReason = "legal"
        desk = Desk(kill=Decision(reason, at))
    wire = Wire(
        headline=headline if number != 2 else f"{headline} and so do all the others " * 3,
        body="arabic" if number == 3 else "body",
        hash=str(number),
        summary=f"Story {number} in one sentence{probe}",
        byline=f"Asha Raman{probe}",
        source=f"Coastal Wire{probe}",
        language="ar" if number == 3 else "en",
        link=f"https://wire.example/{number}",
        picture=picture if number % 3 == 0 else None,
        origin="https://wire.example/feed.xml",
        syndicated=number != 4,
    )
    return Article(
        id=f"sample-{number}",
        provider="sample",
        entry_id=str(number),
        revision=1,
        state="killed" if number == 5 else "live",
        wire=wire,
        desk=desk,
        categories=tuple(slugs)[: 1 + number % 2],
        path=f"/{at:%Y/%m/%d}/ferry-{number}/",
        published=at,
        authors=(f"Asha Raman{probe}",),
        noindex=number == 7,
        at_source=number == 8,
        pictures={PICTURE: COPY} if wire.picture else {},
    )
