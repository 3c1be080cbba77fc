"""The small pages that say where something has moved, or why it is not there."""

from __future__ import annotations

from collections.abc import Mapping

from wireroom.model import Article, Page, Settings
from wireroom.newsroom.shown import value_of
from wireroom.site.names import name_of
from wireroom.site.templating import render

# Reason → (heading, sentence) of the notice that readers see.
WITHDRAWN: Mapping[str, tuple[str, str]] = {
    "withdrawn-by-agency": (
        "Story withdrawn",
        "This story has been withdrawn by the news agency that supplied it.",
    ),
    "legal": ("Story removed", "This story has been removed for legal reasons."),
    "licence-expired": (
        "Story no longer available",
        "Our licence to publish this story has expired.",
    ),
    "error": ("Story withdrawn", "This story was published in error and has been withdrawn."),
    "expired": (
        "Story no longer available",
        "This story was published for a limited time, which has ended.",
    ),
    "unavailable": ("Story not available", "This story is not available at present."),
}


def redirect(settings: Settings, to: str) -> str:
    """The small page at a story's former address. `to`: the path where the story is now."""
    return render(settings, "redirect.html", path=to, what="story")


def moved(settings: Settings, to: Page) -> str:
    """The small page at a former address of a list's page. `to`: the page where it is now."""
    return render(settings, "redirect.html", path=to.path, what="section")


def closed(settings: Settings, page: Page) -> str:
    """The front or day page of a section that has closed. It contains no story."""
    return render(
        settings,
        "notice.html",
        heading="Section closed",
        sentence=f"The section {name_of(settings, page.list)} has closed.",
    )


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
    return render(settings, "notice.html", heading=heading, sentence=sentence)


def missing(settings: Settings) -> str:
    """The page of an address that never was (404)."""
    return render(
        settings,
        "notice.html",
        heading="Page not found",
        sentence="There is nothing at this address. It may have been mistyped.",
    )
