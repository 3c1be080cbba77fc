"""The row that explains a revision: who did what, when, why, and what it changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from wireroom.model import Article, Revision
from wireroom.newsroom.filing import sent_terms
from wireroom.newsroom.listing import pins
from wireroom.newsroom.shown import value_of

NOTABLE_DELAY = timedelta(minutes=1)  # between an editor's decision and its row


def revision(
    old: Article | None,
    new: Article,
    *,
    who: str,
    what: str,
    why: str = "",
    event: str = "",
    decided: datetime | None = None,
) -> Revision:
    """The history row of `new`, whose `revision` and `changed` are set already.

    `who` did `what` and `why`; `event`: the id of the editor's event. `decided`: when the editor
    decided; kept if that is NOTABLE_DELAY or more away from the time of the row. Raises ValueError
    if `new` is not settled.
    """
    if new.changed is None:
        raise ValueError(f"article {new.id} is not settled")
    before, after = _facts(old), _facts(new)
    return Revision(
        revision=new.revision,
        at=new.changed,
        who=who,
        what=what,
        why=why,
        event=event,
        decided=decided if decided and abs(decided - new.changed) >= NOTABLE_DELAY else None,
        changes={
            field: (before.get(field, ""), value)
            for field, value in after.items()
            if before.get(field, "") != value
        },
    )


def left_site(row: Revision) -> bool:
    """Whether that revision took the article off the site."""
    was, now = row.changes.get("state", ("", ""))
    return was == "live" != now


def _facts(article: Article | None) -> dict[str, str]:
    """The fields of an article that a history compares: name → value as text."""
    if article is None:
        return {}
    wire, desk = article.wire, article.desk
    facts = {
        "state": article.state,
        "path": article.path,
        "categories": ", ".join(article.categories),
        "authors": ", ".join(article.authors),
        "kill": value_of(desk.kill) or "",
        "desk headline": value_of(desk.headline) or "",
        "desk slug": value_of(desk.slug) or "",
        "desk standfirst": value_of(desk.standfirst) or "",
        "desk body": value_of(desk.body) or "",
        "corrections": " / ".join(correction.text for correction in desk.corrections),
        "publish at": str(value_of(desk.publish_at) or ""),
        "expire at": str(value_of(desk.expire_at) or ""),
        "hold": str(value_of(desk.hold) if desk.hold else ""),
        "pictures": "; ".join(
            f"{address}: {each.name or each.reason}"
            for address, each in sorted(article.pictures.items())
        ),
        "pins": ", ".join(f"{name}: {order}" for name, order in sorted(pins(article).items())),
    }
    if wire:
        facts |= {
            "wire headline": wire.headline,
            "wire body": wire.body,
            "wire takes": ", ".join(f"{take.number}: {take.body}" for take in wire.takes),
            "wire version": str(wire.at or ""),
            "wire embargo": str(wire.embargo or ""),
            "wire byline": wire.byline,
            "wire picture": wire.picture.url if wire.picture else "",
            "wire feeds": ", ".join(
                f"{name}: {'+'.join(sent_terms(feed))}" for name, feed in sorted(wire.feeds.items())
            ),
        }
    return facts
