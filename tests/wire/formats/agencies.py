"""A story, and the documents in which agencies would send it: one writer for each format."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from html import escape

from msgspec import Struct

ISSUED = datetime(2026, 2, 11, 8, tzinfo=UTC)
WIDTHS = (6000, 1200, 160)  # of a picture's renditions


class Shot(Struct, frozen=True):
    """A picture: its address is `url` and a width."""

    url: str
    caption: str
    credit: str


class Sent(Struct, frozen=True, kw_only=True):
    """A story as an agency has it. `body`: paragraphs, each of pieces; every second piece is in an
    inline element."""

    guid: str = "ptn-17"
    version: int = 1
    headline: str = "Ferry sails again"
    byline: str = "Asha Rao"
    dateline: str = "PARIS, Feb 11 (PTN)"
    body: tuple[tuple[str, ...], ...] = (("The ferry sailed ", "on Tuesday", ", at last."),)
    issued: datetime = ISSUED
    revised: datetime | None = None
    embargo: datetime | None = None
    status: str = "usable"
    subjects: tuple[str, ...] = ("Economy",)
    shots: tuple[Shot, ...] = ()
    note: str = ""
    slug: str = "FERRY"
    urgency: int = 3
    language: str = "en"


def nitf(sent: Sent) -> bytes:
    revised = f'<revision-history norm="{_basic(sent.revised)}"/>' if sent.revised else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">'
        f"<nitf><head><title>x</title><tobject>{''.join(map(_tobject, sent.subjects))}</tobject>"
        f"<docdata management-status={_quoted(sent.status)}>"
        f'<doc-id regsrc="PTN" id-string={_quoted(sent.guid)}/><urgency ed-urg="{sent.urgency}"/>'
        f'<date.issue norm="{_basic(sent.issued)}"/>'
        f'<date.release norm="{_basic(sent.embargo or sent.issued)}"/>'
        + (f"<ed-msg info={_quoted(sent.note)}/>" if sent.note else "")
        + f'<du-key version="{sent.version}" key={_quoted(sent.slug)}/></docdata>{revised}</head>'
        f'<body xml:lang="{sent.language}"><body.head><hedline><hl1>{escape(sent.headline)}</hl1>'
        f"</hedline><byline>By <person>{escape(sent.byline)}</person></byline>"
        f"<dateline>{escape(sent.dateline)} -</dateline></body.head>"
        f"<body.content>{nitf_copy(sent)}</body.content></body></nitf>"
    ).encode()


def nitf_copy(sent: Sent) -> str:
    return _paragraphs(sent, "person") + "".join(
        '<media media-type="image">'
        + "".join(
            f'<media-reference mime-type="image/jpeg" source="{shot.url}{width}.jpg" '
            f'width="{width}" height="{width // 2}"/>'
            for width in WIDTHS
        )
        + f"<media-caption>{escape(shot.caption)}</media-caption>"
        f"<media-producer>{escape(shot.credit)}</media-producer></media>"
        for shot in sent.shots
    )


def _tobject(subject: str) -> str:
    return f"<tobject.subject tobject.subject.type={_quoted(subject)}/>"


def _paragraphs(sent: Sent, inline: str) -> str:
    return "".join(
        "<p>"
        + "".join(
            f"<{inline}>{escape(piece)}</{inline}>" if number % 2 else escape(piece)
            for number, piece in enumerate(pieces)
        )
        + "</p>"
        for pieces in sent.body
    )


def _quoted(text: str) -> str:
    return f'"{escape(text)}"'


def _basic(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"


WRITERS: dict[str, Callable[[Sent], bytes]] = {"NITF": nitf}
