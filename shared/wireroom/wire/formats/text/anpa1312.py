"""ANPA 1312, the text format of American agencies (https://en.wikipedia.org/wiki/ANPA-1312).

    SYN SYN SOH w2870 US asian                      service level and number, selector codes
    f l DC4 DC2 BC-LT--Argentina-Dam 11-13 0466     priority, category, format, keyword, date, words
    STX ^BC-LT--Dam,1st Ld,466<                     lines above the text: slug and version,
    ^Dam gates to open<                             headline, notes, byline
    ^By ASHA RAO=
    TAB Port Amrita (AP) _ …                        the text
    ETX AP-WF-11-13-13 1509GMT< EOT                 agency, date and time

A line between `^` and `<` or `=` is one that the typesetting centres or sets flush: a headline, or
a heading in the text. The control characters may be printed (`^A`), or lost.
"""

from __future__ import annotations

import re
from datetime import datetime
from html import escape

from wireroom.errors import EntryRejected, NotAFeed
from wireroom.markup.characters import one_line, with_line_feeds, without_controls
from wireroom.wire.dates import moment
from wireroom.wire.formats.document import Document, Format, Source
from wireroom.wire.formats.text import paragraphs, stories
from wireroom.wire.formats.text.charset import decoded
from wireroom.wire.formats.text.sequel import FIRST, Sequel, divided, sequel, strongest
from wireroom.wire.formats.text.stories import Message

NAME = "ANPA 1312"
SOH, STX, ETX, EOT = "\x01", "\x02", "\x03", "\x04"

_HEAD = 4000  # bytes in which a message begins
_FIRST = r"(?P<level>[A-Za-z])(?P<number>\d{4})(?:[\x1f \t]*(?P<codes>[A-Za-z0-9-]{0,20}))[ \t]*\n"
_SECOND = (
    r"(?P<priority>[A-Za-z])[ \t]+(?P<category>[A-Za-z])[ \t]*[\x11-\x14]{0,2}"
    r"(?:\^[QRST]){0,2}[ \t]*"
    r"(?P<keyword>[^\n]{1,60}?)[ \t]+(?P<month>\d\d?)-(?P<day>\d\d?)(?:[ \t]+(?P<words>\d{1,5}))?"
    r"[ \t]*$"
)
_HEADER = re.compile(rf"^{_FIRST}{_SECOND}", re.MULTILINE)
_BEGINS = re.compile(rf"[\s\x16\x00]*{SOH}?{_FIRST}{_SECOND}", re.MULTILINE)
_CARETS = re.compile(r"^(?:\^V){0,2}\^A(?=[A-Za-z]\d{4})", re.MULTILINE)
_CARET_TEXT = re.compile(r"^\^B(?=\s|\^|$)|^\^C(?=[A-Z]{2,5}-)|\^D(?=\s*$)", re.MULTILINE)
_NOISE = re.compile(r"[\x00\x15\x16\x7f\ufeff]")
_TRAILER = re.compile(
    r"(?P<agency>[A-Z]{2,6})-(?P<wire>[A-Z]{2,4})-(?P<month>\d\d?)-(?P<day>\d\d?)-(?P<year>\d\d)"
    r"[ \t]+(?P<hour>\d\d)(?P<minute>\d\d)[ \t]?(?P<zone>[A-Z]{3,4})?[ \t]*<?"
)
_MARKED = re.compile(r"\^([^^<\n]*)<?")
_END = re.compile(r"[<=|>\s]+$")
_BYLINE = re.compile(r"By\s+(?=[^\W\d_a-z])")
_NOTE = re.compile(
    r"\W*(?:Eds\b|EDS\b|(?:[A-Z]{2,4} )?(?:Photo|Graphic|Video|PHOTO)s?\b|\*\d+|With [A-Z]{2,4} )"
)
_DATELINE = re.compile(r"([^\W\d][^.!?()<>&]{0,60}? ?\([^()<>&]{2,40}\))\s*(?:_|--?|–|—)\s")
_PRIORITIES = {"f": 1, "b": 1, "u": 2, "a": 3, "d": 4, "r": 5, "w": 6, "z": 6, "s": 7, "y": 7}
_CATEGORIES = {
    "a": "national", "b": "special events", "c": "features", "d": "food", "e": "entertainment",
    "f": "financial", "g": "state sports", "h": "religion", "i": "international",
    "k": "commentary", "l": "lifestyle", "n": "state", "o": "weather", "p": "politics",
    "q": "scores", "r": "racing", "s": "sports", "t": "travel", "v": "advisories",
    "w": "washington",
}  # fmt: skip


def looks_like(document: bytes, source: Source) -> bool:
    """Whether `document` begins with the two lines of a message's header."""
    return _BEGINS.match(_controlled(decoded(document[:_HEAD], source.charset))) is not None


def read(document: bytes, source: Source) -> Document:
    """The stories of `document`. Raises NotAFeed (`empty`) if it has no message."""
    text = _controlled(decoded(document, source.charset))
    if SOH in text:
        first, *parts = text.split(SOH)
        parts = [*([first] if _BEGINS.match(first) else []), *(p for p in parts if p.strip())]
    else:
        starts = [found.start() for found in _HEADER.finditer(text)]
        parts = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    if not parts:
        raise NotAFeed("empty", "the document has no message")
    return stories.document(parts, _message, _named, source)


def _controlled(text: str) -> str:
    """`text` with real control characters and line feeds."""
    text = with_line_feeds(text).translate({0x2401: SOH, 0x2402: STX, 0x2403: ETX, 0x2404: EOT})
    if SOH not in text and _CARETS.match(text.lstrip()):
        text = _CARETS.sub(SOH, text)
        marks = {"B": STX, "C": ETX, "D": EOT}
        text = _CARET_TEXT.sub(lambda found: marks[found[0][1]], text)
    return _NOISE.sub("", text)


def _named(part: str) -> str:
    found = _HEADER.search(part[:_HEAD])
    return f"{found['level']}{found['number']}" if found else one_line(part[:40])


def _message(part: str) -> Message:
    header = _HEADER.search(part[:_HEAD])
    if header is None:
        raise EntryRejected("header", f"not number, priority …: {one_line(part[:60])!r}")
    rest, trailer = _without_trailer(part[header.end() :])
    lines = rest.lstrip(f"{STX}\n").split("\n")
    marked, text = _above(lines)
    slug, said = _slug(marked, one_line(header["keyword"]))
    headline, byline, notes, kinds, headings = _read_above(marked[1:] if marked else [])
    said = strongest([said, *kinds])
    if not any(line.strip() for line in text):  # headlines only
        text = [f"\t{heading}" for heading in headings]
    elif headings:
        text = [*(f"\t{heading}" for heading in headings), *text]
    body = _body(text)
    if not (headline or body):
        raise EntryRejected("body", "the message has no text")
    at = _moment(trailer)
    dateline = _DATELINE.match(" ".join(map(one_line, text[:4])).strip())
    code = header["category"].lower()
    return Message(
        guid=_guid(slug, header, trailer),
        sequel=said,
        headline=headline,
        body=body,
        slug=slug,
        byline=byline,
        dateline=dateline[1] if dateline else "",
        source=trailer["agency"] if trailer else "",
        at=at,
        dates=(one_line(trailer[0]),) if trailer else (),
        categories=tuple(filter(None, (code, _CATEGORIES.get(code, "")))),
        urgency=_PRIORITIES.get(header["priority"].lower(), 0),
        notes=tuple(notes),
    )


def _guid(slug: str, header: re.Match[str], trailer: re.Match[str] | None) -> str:
    """The id of the story: its slug and the day of its cycle."""
    year = f"20{trailer['year']}-" if trailer else ""
    return f"{slug}:{year}{int(header['month']):02}-{int(header['day']):02}".lower()


def _without_trailer(rest: str) -> tuple[str, re.Match[str] | None]:
    """The message without its end, and the date and time there."""
    text, _, after = rest.partition(ETX)
    if found := _TRAILER.search(after):
        return text, found
    text = text.partition(EOT)[0].rstrip()
    before, _, last = text.rpartition("\n")
    found = _TRAILER.fullmatch(last.strip())
    return (before, found) if found else (text, None)


def _moment(trailer: re.Match[str] | None) -> datetime | None:
    if trailer is None:
        return None
    day = f"20{trailer['year']}-{int(trailer['month']):02}-{int(trailer['day']):02}"
    return moment(f"{day} {trailer['hour']}:{trailer['minute']} {trailer['zone'] or 'UTC'}")


def _above(lines: list[str]) -> tuple[list[str], list[str]]:
    """(the marked lines above the text, as text; the lines of the text)."""
    above: list[str] = []
    for number, line in enumerate(lines):
        if not line.startswith("^") and line.strip():
            return above, lines[number:]
        above += [one_line(_END.sub("", each)) for each in _MARKED.findall(line)]
    return above, []


def _slug(marked: list[str], keyword: str) -> tuple[str, Sequel]:
    """(the slug, what stands beside it), of the first marked line, else of the header's keyword,
    which is cut."""
    line = marked[0] if marked else keyword
    words = [word for word in line.split(",") if not re.fullmatch(r"\s*\d{1,5}\s*", word)]
    return divided(",".join(words))


def _read_above(
    marked: list[str],
) -> tuple[str, str, list[str], list[Sequel], list[str]]:
    """(headline, byline, notes, what they say the message is, other headings)."""
    headline = byline = ""
    notes: list[str] = []
    said: list[Sequel] = []
    headings: list[str] = []
    signed = False
    for line in filter(None, marked):
        kind = sequel(line)
        if kind != FIRST:
            said.append(kind)
        elif _NOTE.match(line):
            notes.append(line)
        elif found := _BYLINE.match(line):
            byline, signed = line[found.end() :], True
        elif signed and "," not in byline and len(line) <= 60 and not line.isupper():
            byline, signed = f"{byline}, {line}", False
        elif not headline:
            headline = line
        else:
            headings.append(line)
    return headline, byline, notes, said, headings


def _body(lines: list[str]) -> str:
    """The text as HTML. A marked line is a paragraph by itself; a line that begins with a tab
    begins one."""
    parts: list[str] = []
    plain: list[str] = []

    def flush() -> None:
        if plain:
            parts.append(paragraphs.html(plain))
            plain.clear()

    for line in map(without_controls, lines):
        if line.startswith("^") and line.count(";") < 3:
            flush()
            words = [one_line(_END.sub("", each)) for each in _MARKED.findall(line)]
            parts += [f"<p>{escape(word, quote=False)}</p>" for word in words if word]
            continue
        bare = _END.sub("", line.lstrip("^"))
        if line.startswith(("\t", "\b", "   ")):
            bare = bare.strip()
            plain.append("")
        plain.append(bare)
    flush()
    return "".join(parts)


FORMAT = Format(NAME, looks_like, read)
