"""An editor's `republish` event → its job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from msgspec.structs import replace

from wireroom.errors import EditRefused
from wireroom.model import HOME, Article, Job, Settings
from wireroom.newsroom.events import Republish
from wireroom.newsroom.filing import leads_to
from wireroom.site import kinds

YEARS = range(1900, 2200)  # in which a day page can be


def job_of(
    event: Republish, settings: Settings, now: datetime, find: Callable[[str], Article]
) -> Job:
    """The job that `event` orders. `find`: an id, path or `provider:entry id` → the article, or
    EditRefused. Raises EditRefused, which names the wrong field."""
    asked = [event.article, event.page, event.list, event.first or event.last, event.everything]
    if sum(bool(what) for what in asked) != 1:
        raise EditRefused(
            "article", "give one of article, page, list, first and last, and everything"
        )
    job = Job(id=event.id, requested=now, by=event.by)
    lists = (HOME, *sorted(category.slug for category in settings.categories))
    if event.article:
        return replace(job, scope="article", target=find(event.article).id)
    if event.page:
        return replace(job, scope="page", target=_page(event.page, settings, lists, find))
    if event.list:
        name = leads_to(event.list, settings)
        if not name:
            raise EditRefused("list", f"{event.list!r} is not one of the lists {', '.join(lists)}")
        return replace(job, scope="list", phase="lists", lists=(name,))
    if event.everything:
        return job
    first, last = event.first or event.last, event.last or event.first
    _check_date("first", first)
    _check_date("last", last)
    if first > last:
        raise EditRefused("first", f"{first} comes after {last}")
    return replace(job, scope="days", phase="lists", first=first, last=last, lists=lists)


def _page(
    address: str, settings: Settings, lists: tuple[str, ...], find: Callable[[str], Article]
) -> str:
    """The path of the page at `address`. Raises EditRefused for an address where the site can have
    no page, as rendering it would make a new page that nothing links to."""
    path = address.removeprefix(settings.site.url)
    if not path.endswith("/") and "." not in path.rpartition("/")[2]:
        path += "/"
    page = kinds.at(path, settings)
    if page is None:
        try:
            if not path.startswith("/"):
                raise EditRefused("page", "does not start with /")
            find(path)
        except EditRefused as error:
            raise EditRefused("page", f"the site has no page {address}") from error
    elif (page.list and page.list not in {*lists, *settings.former}) or (
        page.kind == "page" and page not in kinds.of_theme(settings)
    ):
        name = page.list or path.strip("/")
        raise EditRefused(
            "page",
            f"the site has no page {address}: {name!r} is not one of the lists {', '.join(lists)}",
        )
    elif page.day:
        _check_date("page", page.day)
    return path


def _check_date(field: str, text: str) -> None:
    try:
        if date.fromisoformat(text).year in YEARS:
            return
    except ValueError:
        pass
    raise EditRefused(field, f"there is no day {text}; expected a date such as 2026-02-11")
