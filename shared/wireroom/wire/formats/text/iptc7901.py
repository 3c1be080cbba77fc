"""IPTC 7901, the text format that European agencies still send (https://iptc.org/std/IPTC7901/).

    SOH eca062 4 i 61 wire 061        source and number, priority, category, words; agency, number
    Region-dam/                       slug or keywords
    STX Dam gates to open =           lines above the text: headline, byline, notes in brackets
       Port Amrita (wire) - …         the text
    ETX 112030 GMT Feb 26 EOT         day, time, zone, month, year

The control characters may be printed (`^A`, `␁`, `<SOH>`), or lost: then the header's form begins a
message. The lines above the text end with one that ends in `=`, or else with a blank line.
"""

from __future__ import annotations

import re
from datetime import datetime

from wireroom.errors import EntryRejected, NotAFeed
from wireroom.markup.characters import one_line, with_line_feeds, without_controls
from wireroom.wire.dates import moment
from wireroom.wire.formats.document import Document, Format, Source
from wireroom.wire.formats.text import paragraphs, stories
from wireroom.wire.formats.text.charset import decoded
from wireroom.wire.formats.text.sequel import FIRST, Sequel, divided, sequel, strongest
from wireroom.wire.formats.text.stories import Message
from wireroom.wire.identity import content_hash

NAME = "IPTC 7901"
SOH, STX, ETX, EOT = "\x01", "\x02", "\x03", "\x04"

_HEAD = 4000  # bytes in which a message begins
_PRINTED = {"SOH": SOH, "STX": STX, "ETX": ETX, "EOT": EOT, "A": SOH, "B": STX, "C": ETX, "D": EOT}
_NAMED_FORM = re.compile(r"[<\[{](SOH|STX|ETX|EOT)[>\]}]")
_CARET_FORM = re.compile(r"(?m:^)\^([ABCD])|(?<=\^\?)\^(D)")
_NOISE = re.compile(r"[\x00\x16\x7f\ufeff]|\^\?")
# Source and number, priority, category, number of words, and what else the agency adds.
_FIELDS = (
    r"(?P<source>[A-Za-z][A-Za-z-]{1,11})(?P<number>\d{2,6})[ \t]+(?P<priority>[0-9xX])[ \t]+"
    r"(?P<category>[A-Za-z]{1,4})[ \t]+(?P<words>\d{1,6})(?P<more>(?:[ \t][^\n]{0,200})?)"
)
_HEADER = re.compile(rf"^[ \t]*{_FIELDS}$", re.MULTILINE)
_BEGINS = re.compile(rf"\s*(?:ZCZC[^\n]*\n\s*)?{SOH}?\s*{_FIELDS}$", re.MULTILINE)
_TRAILER = re.compile(
    r"^[ \t]*(?P<day>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)(?:[ \t]+(?P<zone>[A-Z]{1,4}))?"
    r"(?:[ \t]+(?P<month>[^\W\d_]{3,9})\.?(?:[ \t]+(?P<year>\d{4}|\d\d))?)?[ \t]*$",
    re.MULTILINE,
)
_BYLINE = re.compile(
    r"(?:By|Von|Par|Por|Di|Door|Av|Af)\s+"
    r"(?=[^\W\d_a-z]|\S+ (?:correspondent|reporter|writer|staff))"
)
_URGENT = re.compile(
    r"\W*(?:urgent|flash|bulletin|blitz|eil|urgente|alert[ae]?|d['’]urgence)\W*", re.IGNORECASE
)
_EMBARGO = re.compile(r"\W*(?:embargo\w*|sperrfrist|sous embargo|bajo embargo)\b", re.IGNORECASE)
_CORRECTED = re.compile(r"\((?:berichtigung|korrektur|correction|corrects?)\b", re.IGNORECASE)
_DATELINE = re.compile(r"([^\W\d][^.!?()<>&]{0,60}? ?\([^()<>&]{2,40}\))\s*(?:--?|–|—|_)\s")


def looks_like(document: bytes, source: Source) -> bool:
    """Whether `document` begins with the header of a message."""
    return _BEGINS.match(_controlled(decoded(document[:_HEAD], source.charset))) is not None


def read(document: bytes, source: Source) -> Document:
    """The stories of `document`. Raises NotAFeed (`empty`) if it has no message."""
    text = _controlled(decoded(document, source.charset))
    parts = _messages(text)
    if not parts:
        raise NotAFeed("empty", "the document has no message")
    return stories.document(parts, _message, _named, source)


def _controlled(text: str) -> str:
    """`text` with real control characters and line feeds."""
    text = with_line_feeds(text).translate({0x2401: SOH, 0x2402: STX, 0x2403: ETX, 0x2404: EOT})
    if SOH not in text:
        text = _NAMED_FORM.sub(lambda found: _PRINTED[found[1]], text)
    if text.lstrip().startswith("^A"):
        text = _CARET_FORM.sub(lambda found: _PRINTED[found[1] or found[2]], text)
    return _NOISE.sub("", text)


def _messages(text: str) -> list[str]:
    """The messages: from one SOH to the next, or from one header to the next."""
    if SOH in text:
        first, *parts = text.split(SOH)
        return [part for part in ([first] if _BEGINS.match(first) else []) + parts if part.strip()]
    starts = [found.start() for found in _HEADER.finditer(text) if _is_start(text, found.start())]
    return [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def _is_start(text: str, at: int) -> bool:
    """Whether a header begins a message there: after a blank line, or the end of another."""
    before = text[max(0, at - 200) : at]
    return not before.strip() or before.endswith("\n\n") or before.rstrip(" \n").endswith(EOT)


def _named(part: str) -> str:
    found = _HEADER.search(part[:_HEAD])
    return f"{found['source']}{found['number']}" if found else one_line(part[:40])


def _message(part: str) -> Message:
    header = _HEADER.search(part[:_HEAD])
    if header is None:
        raise EntryRejected("header", f"not source, number, priority …: {one_line(part[:60])!r}")
    rest, trailer = _without_trailer(part[header.end() :])
    slugs, above, text = _parts(rest)
    keywords = [one_line(word) for line in [" ".join(slugs)] for word in line.split("/")]
    keywords = [word for word in keywords if word]
    slug, said = divided(" ".join(keywords) if len(keywords) < 2 else "/".join(keywords))
    top = _above(above)
    said = strongest([said, *top.said])
    agency = header["more"].split()[:1]
    notes, lines = _signed(text, agency[0] if agency else header["source"])
    body = paragraphs.html(map(without_controls, lines))
    headline = top.headline
    if not (headline or body):
        raise EntryRejected("body", "the message has no text")
    at = _moment(trailer)
    words = one_line(next((line for line in lines if line.strip()), ""))
    dateline = _DATELINE.match(" ".join(map(one_line, lines[:6])).strip() or words)
    priority = header["priority"]
    return Message(
        guid=_guid(header, slug, headline, said, at),
        sequel=said,
        headline=headline,
        body=body,
        slug=slug,
        byline=top.byline,
        dateline=dateline[1] if dateline else "",
        source=agency[0] if agency else "",
        at=at,
        dates=(one_line(trailer[0]),) if trailer else (),
        categories=tuple(dict.fromkeys((header["category"], *filter(None, slug.split("/"))))),
        urgency=int(priority) if priority.isdigit() else 0,
        notes=(*top.notes, *notes),
        embargoed=top.embargoed,
    )


def _guid(
    header: re.Match[str], slug: str, headline: str, said: Sequel, at: datetime | None
) -> str:
    """The id of the story: source, slug and day, as agencies use a slug for all messages of a
    story, and again on another day. A list of keywords is shared by many stories, so the headline
    tells theirs apart, except in a numbered lead, a take or a kill, whose headlines differ."""
    day = f"{at:%Y-%m-%d}" if at else ""
    if not slug:
        return f"{header['source']}:{header['number']}:{day}".lower()
    name = f"{header['source']}:{slug}:{day}".lower()
    if "/" in slug and said.kind in ("", "correction"):
        return f"{name}:{content_hash(headline)}"
    return name


def _without_trailer(rest: str) -> tuple[str, re.Match[str] | None]:
    """The message without its end, and the line of date and time there."""
    text, _, after = rest.partition(ETX)
    if found := _TRAILER.search(after.replace(EOT, "")):
        return text, found
    text = text.partition(EOT)[0].rstrip()
    last = text.rpartition("\n")
    found = _TRAILER.fullmatch(last[2])
    return (last[0], found) if found else (text, None)


def _moment(trailer: re.Match[str] | None) -> datetime | None:
    """The time of a trailer. Without a year or a month it has none, as parsing asks no clock."""
    if trailer is None or not trailer["year"]:
        return None
    day, month, year = trailer["day"], trailer["month"], trailer["year"]
    zone = trailer["zone"] or "UTC"
    return moment(f"{day} {month} {year} {trailer['hour']}:{trailer['minute']} {zone}")


def _parts(rest: str) -> tuple[list[str], list[str], list[str]]:
    """(lines of the slug, lines above the text, lines of the text) of what follows the header."""
    before, start, text = rest.partition(STX)
    if start:
        slugs = [line for line in before.split("\n") if line.strip()]
        lines = text.split("\n")
    else:
        lines = before.split("\n")
        slugs = []
        while lines and not lines[0].strip():
            lines.pop(0)
        while lines and (_is_slug(lines[0]) or (slugs and not slugs[-1].rstrip().endswith("/"))):
            slugs.append(lines.pop(0))
            if not lines or not lines[0].strip():
                break
    while lines and not lines[0].strip():
        lines.pop(0)
    end = next((n for n, line in enumerate(lines[:40]) if line.rstrip().endswith("=")), None)
    if end is None:
        end = next((n for n, line in enumerate(lines) if not line.strip()), len(lines)) - 1
        if start and lines and not lines[0].strip():
            end = -1
    above = [line.rstrip().removesuffix("=") for line in lines[: end + 1]]
    return slugs, above, lines[end + 1 :]


def _is_slug(line: str) -> bool:
    line = line.strip()
    return line.endswith("/") or ("-" in line and re.fullmatch(r"[\w.&-]{3,60}", line) is not None)


class _Above:
    """What the lines above the text say."""

    def __init__(self) -> None:
        self.headline = ""
        self.byline = ""
        self.notes: list[str] = []
        self.said: list[Sequel] = []
        self.embargoed = False


def _above(lines: list[str]) -> _Above:
    found = _Above()
    words: list[str] = []
    for line in _bracketed([one_line(line) for line in lines]):
        bare = line.strip()
        if not bare:
            continue
        said = sequel(bare)
        byline = _BYLINE.match(bare)
        if said != FIRST or re.fullmatch(r"\d{1,2}st take", bare, re.IGNORECASE):
            found.said.append(said)
        elif _EMBARGO.match(bare):
            found.embargoed = True
            found.notes.append(bare)
        elif _CORRECTED.match(bare):
            found.said.append(Sequel("correction"))
            found.notes.append(bare)
        elif _URGENT.fullmatch(bare) or (bare[0] == "(" and bare[-1] == ")" and len(lines) > 1):
            found.notes.append(bare)
        elif byline and words:
            found.byline = bare[byline.end() :]
        else:
            words.append(bare)
    found.headline = " ".join(words)
    return found


def _bracketed(lines: list[str]) -> list[str]:
    """The lines, with a note in brackets that was wrapped as one line."""
    found: list[str] = []
    for line in lines:
        if found and found[-1].startswith("(") and ")" not in found[-1]:
            found[-1] = f"{found[-1]} {line}"
        else:
            found.append(line)
    return found


def _signed(lines: list[str], agency: str) -> tuple[list[str], list[str]]:
    """(the agency's last line with initials of its staff, the lines without it)."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    if kept and re.fullmatch(rf"{re.escape(agency)}(?: [a-z0-9]{{2,4}}){{1,8}}", kept[-1].strip()):
        return [kept.pop().strip()], kept
    return [], kept


FORMAT = Format(NAME, looks_like, read)
