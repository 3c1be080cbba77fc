"""The small pages that say where something has moved, or why it is not there."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from wireroom.model import Article, Page, Settings
from wireroom.newsroom.shown import Shown, value_of
from wireroom.site.names import name_of
from wireroom.site.templating import render
from wireroom.site.words import marked

# Reason → (heading, sentence) of the notice that readers see.
WITHDRAWN: Mapping[str, tuple[str, str]] = {
    "withdrawn-by-agency": (
        marked("Story withdrawn"),
        marked("This story has been withdrawn by the news agency that supplied it."),
    ),
    "legal": (
        marked("Story removed"),
        marked("This story has been removed for legal reasons."),
    ),
    "licence-expired": (
        marked("Story no longer available"),
        marked("Our licence to publish this story has expired."),
    ),
    "error": (
        marked("Story withdrawn"),
        marked("This story was published in error and has been withdrawn."),
    ),
    "expired": (
        marked("Story no longer available"),
        marked("This story was published for a limited time, which has ended."),
    ),
    "unavailable": (
        marked("Story not available"),
        marked("This story is not available at present."),
    ),
}


def redirect(settings: Settings, to: str) -> str:
    """The small page at a story's former address. `to`: the path where the story is now."""
    return render(settings, "redirect.html", path=to, heading=marked("This story has moved"))


def moved(settings: Settings, to: Page) -> str:
    """The small page at a former address of a list's page. `to`: the page where it is now."""
    return render(settings, "redirect.html", path=to.path, heading=marked("This section has moved"))


def closed(settings: Settings, page: Page) -> str:
    """The front or day page of a section that has closed. It contains no story."""
    return _notice(
        settings,
        marked("Section closed"),
        marked("The section %(name)s has closed."),
        name=name_of(settings, page.list),
    )


def source(view: Shown) -> str:
    """Where a story can be read in full: the agency, or the host of its address."""
    return view.source or urlsplit(view.link).hostname or view.link


def elsewhere(settings: Settings, view: Shown) -> str:
    """The small page of a story that is only at the agency. Lists lead there without it."""
    return render(settings, "elsewhere.html", view=view, source=source(view))


def reason(article: Article) -> str:
    """Why an `article` that is not live is not shown, for `withdrawn`."""
    if article.state == "killed":
        return value_of(article.desk.kill) or "error"
    return "expired" if article.state == "expired" else "unavailable"


def status(article: Article | None) -> int:
    """The HTTP status of an article's pages, where they don't redirect: 410 for a story that is
    gone for good; 404 for one that is held or scheduled, as it may come back."""
    if article is None or article.state == "live":
        return 200
    return 410 if article.state in {"killed", "expired"} else 404


def withdrawn(settings: Settings, reason: str) -> str:
    """The notice at the address of a story that is not shown. It contains nothing of the story.

    `reason`: a KillReason, `expired`, or `unavailable` (held or scheduled). Any other counts as
    `unavailable`, as taking a story down must never fail.
    """
    heading, sentence = WITHDRAWN.get(reason, WITHDRAWN["unavailable"])
    return _notice(settings, heading, sentence)


def missing(settings: Settings) -> str:
    """The page of an address that never was (404)."""
    return _notice(
        settings,
        marked("Page not found"),
        marked("There is nothing at this address. It may have been mistyped."),
    )


def without_stories(settings: Settings) -> str:
    """The page of an author who has no story on the site: all were withdrawn, or the first one is
    about to be put. It does not name the author, and is answered like any page, as bylines may lead
    to it at that moment."""
    return _notice(
        settings, marked("No stories"), marked("There are no stories by this author at present.")
    )


def _notice(settings: Settings, heading: str, sentence: str, **about: str) -> str:
    """`about`: the values for the placeholders of `sentence`."""
    return render(settings, "notice.html", heading=heading, sentence=sentence, about=about)
