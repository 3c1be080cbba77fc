"""A story's body at the desk: as an editor writes it, and what differs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from msgspec import Struct

from desk.difference import Paragraph, difference
from wireroom.errors import EditRefused, EntryRejected
from wireroom.markup.elements import BLOCKS
from wireroom.markup.plain import blocks
from wireroom.model import Article, Settings
from wireroom.newsroom import events
from wireroom.newsroom.edited import Edited, edited
from wireroom.newsroom.foresee import foreseen
from wireroom.newsroom.shown import body_of, newer_waits, value_of

NOT_YET = "(The correction that readers are told is not written yet.)"
_NAMES = "|".join(sorted(BLOCKS, key=len, reverse=True))
_BETWEEN = re.compile(rf"(</(?:{_NAMES})>|<(?:ul|ol|dl|blockquote)>)\s*(?=<)")


class Compared(Struct, frozen=True, kw_only=True):
    """What differs between two texts. `alike`: their words are the same, but not their markup."""

    name: str
    what: str
    paragraphs: list[Paragraph]
    alike: bool = False


def spread(body: str) -> str:
    """A sanitised `body` with each paragraph on a line of its own, for a text field."""
    return _BETWEEN.sub(r"\1\n", body)


def gathered(text: str) -> str:
    """The body in a text field, without the line ends that `spread` gave it."""
    return _BETWEEN.sub(r"\1", text.replace("\r\n", "\n"))


def compared(name: str, what: str, before: str, after: str) -> Compared:
    """Two bodies. `name`: of what differs, in the page; `what`: its heading."""
    found = difference(_paragraphs(before), _paragraphs(after))
    same = all(piece.kind == "same" for each in found for piece in each)
    return Compared(name=name, what=what, paragraphs=found, alike=same and before != after)


def differences(article: Article, texts: Mapping[str, str]) -> list[Compared]:
    """What differs between a story's bodies as they are now. `texts`: key → body."""
    desk, wire = article.desk, article.wire
    mine = value_of(desk.body)
    if wire is None or not mine or mine == wire.body:
        return []
    agency = texts[wire.body]
    if not newer_waits(article):
        return [compared("ours", "What editors changed in the agency's body", agency, texts[mine])]
    return [
        compared(
            "newer",
            "What the agency changed since the body was edited",
            texts[desk.body_over],
            agency,
        ),
        compared("taken", "What readers see → the agency's newer body", texts[mine], agency),
    ]


def keys(article: Article) -> list[str]:
    """Of the bodies that `differences` compares, and of what readers see."""
    desk, wire = article.desk, article.wire
    over = desk.body_over if newer_waits(article) else ""
    return sorted({body_of(article), wire.body if wire else "", over} - {""})


def written(
    form: Mapping[str, str], article: Article, settings: Settings, now: datetime, by: str
) -> tuple[Article, Edited]:
    """The story as it would be with what is in `form`, and the body that readers would get. Raises
    EditRefused."""
    detail = {
        "article": article.id,
        "by": by,
        "at": now.isoformat(),
        "body": gathered(form.get("body", "")),
        "correction": form.get("correction", "").strip() or NOT_YET,
    }
    event = cast("events.Correct", events.read("correct", detail))
    text = edited(detail["body"], settings.site.url)
    return foreseen(article, event, settings, now, text), text


def _paragraphs(body: str) -> list[str]:
    try:
        return blocks(body)
    except EntryRejected as error:  # of what somebody typed; stored bodies are sanitised
        raise EditRefused("body", str(error)) from error
