"""A stack as the editors' commands use it: articles, bodies and pages, found by id or address."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from wireroom_infra.cli import state
from wireroom_infra.cli.output import Failed
from wireroom_infra.cli.reach import Reached, reach
from wireroom_infra.operate.queues import DEAD_LETTERS, Queue

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from wireroom.model import Article, Settings
    from wireroom.newsroom.references import Reference
    from wireroom.store.bodies import Bodies
    from wireroom.store.desk import Found, Sought
    from wireroom.store.letters import DeadLetters
    from wireroom.store.pages import Pages
    from wireroom.store.renditions import RenditionsBucket
    from wireroom.store.table import Table


class Newsroom:
    """`stack`, `local`: the options of the command. The stack is reached when first needed.

    `draft`: a file with text that an editor has written and not sent yet.
    """

    def __init__(self, stack: str, local: bool) -> None:
        self._stack = stack
        self._local = local
        self.draft: Path | None = None

    @cached_property
    def reached(self) -> Reached:
        """Raises Failed when the stack is not there, or not named."""
        return reach(self._stack, self._local)

    @cached_property
    def table(self) -> Table:
        from wireroom.store.table import Table  # noqa: PLC0415

        return Table(self.reached.client("dynamodb"), self.reached.outputs["TableName"])

    @cached_property
    def bodies(self) -> Bodies:
        from wireroom.store.bodies import Bodies  # noqa: PLC0415

        return Bodies(self.reached.client("s3"), self.reached.outputs["ContentBucket"])

    @cached_property
    def pages(self) -> Pages:
        from wireroom.store.pages import Pages  # noqa: PLC0415

        return Pages(self.reached.client("s3"), self.reached.outputs["SiteBucket"])

    @cached_property
    def renditions(self) -> RenditionsBucket:
        from wireroom.store.renditions import RenditionsBucket  # noqa: PLC0415

        return RenditionsBucket(self.reached.client("s3"), self.reached.outputs["SiteBucket"])

    @cached_property
    def refused(self) -> DeadLetters:
        """The editors' events that were refused."""
        from wireroom.store.letters import DeadLetters  # noqa: PLC0415

        url = self.reached.outputs[DEAD_LETTERS[Queue.EDITS]]
        return DeadLetters(self.reached.client("sqs"), url)

    @cached_property
    def settings(self) -> Settings:
        """Raises Retryable before the first `wireroom apply`."""
        return self.table.settings()

    def named(self, text: str) -> str:
        """The article or page `text`, as an event names it.

        A full address, of the site or of the place where it is served now, becomes its path.
        Raises Failed for the address of another site.
        """
        from wireroom.errors import EditRefused  # noqa: PLC0415
        from wireroom.newsroom.references import path_of  # noqa: PLC0415

        try:
            return path_of(text, self._places) or text.strip()
        except EditRefused as error:
            raise Failed(str(error)) from error

    def reference(self, text: str) -> Reference:
        """What `text` refers to. Raises EditRefused for the address of another site."""
        from wireroom.newsroom.references import reference  # noqa: PLC0415

        return reference(text, self._places)

    def look(self, name: str) -> Article | None:
        """The article that `name` refers to, or None. Raises EditRefused as `reference` does."""
        return self.table.articles.find(self.reference(name))

    def find(self, text: str) -> Article:
        """The article that `text` refers to. Raises Failed when there is none."""
        article = self.look(self.named(text))
        if article is None:
            raise Failed(f"there is no article {text}")
        return article

    def search(self, text: str, limit: int, sought: Sought, **more: Any) -> Found:
        """What `text` finds in the desk's list; see `Table.search`."""
        return self.table.search(
            text, self.settings, limit, sites=self._places, sought=sought, **more
        )

    def body(self, article: Article) -> str:
        """The body that readers see, as HTML. Raises Failed for a story that has not come."""
        from wireroom.newsroom.shown import body_of  # noqa: PLC0415

        if article.wire is None:
            raise Failed(f"{article.id} has no body: it was killed before it came")
        return self.bodies.get(body_of(article))

    @cached_property
    def _places(self) -> tuple[str, ...]:
        """The site's address, and where it is served now."""
        up = state.found() if self._local else None
        return (
            self.settings.site.url,
            self.reached.outputs["SiteAddress"],
            up.site if up else "",
        )

    def address(self, path: str) -> str:
        """The full address of `path`."""
        return f"{self.settings.site.url}{path}"

    def time(self, moment: datetime | None) -> str:
        """`moment` in the site's time zone, to the minute."""
        from zoneinfo import ZoneInfo  # noqa: PLC0415

        if moment is None:
            return "-"
        return f"{moment.astimezone(ZoneInfo(self._zone)):%Y-%m-%d %H:%M %Z}"

    def waiting(self) -> list[Article]:
        """Every article that is not published yet, as `newsroom.waiting` says."""
        from wireroom import clock  # noqa: PLC0415
        from wireroom.newsroom.waiting import waits  # noqa: PLC0415

        ids, now = self.table.articles.all_waiting(), clock.now()
        found = self.table.articles.read(ids)
        return [found[each] for each in ids if each in found and waits(found[each], now)]

    @cached_property
    def _zone(self) -> str:
        """The site's, UTC before the first `wireroom apply`."""
        found = self.table.read([]).found
        return found.site.timezone if found else "UTC"
