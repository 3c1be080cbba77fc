"""A feed document made safe before any parser builds something of it.

    bytes ─► text (charset.py) ─► survey: depth, counts, entities, where each entry lies
                                    │ well-formed                      │ not
                                    ▼                                  ▼
                                 its root ◄── repaired (&nbsp; a & b) ── survey again
                                    ▲                                  │ still not
                                    └── rebuilt of the entries that are whole by themselves

The survey is expat with handlers that only count, so it runs in linear time and small memory,
and what it passes is exactly what feedparser's own expat then reads. What comes out is UTF-8,
well-formed, without a prolog: no DOCTYPE, no entities, no declared encoding are left to disagree
about.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from html.entities import html5
from itertools import islice
from xml.parsers import expat

from msgspec import Struct

from wireroom.errors import NotAFeed
from wireroom.wire.charset import decoded

MAX_DOCUMENT = 15 << 20  # bytes
MAX_DEPTH = 100
MAX_ELEMENTS = 200_000
MAX_ATTRIBUTES = 100  # of one element
MAX_ENTRIES = 1000

_ROOTS = {"rss", "rdf", "feed", "channel"}
_HTML = re.compile(
    r"(?:\s|<!--.{0,500}?-->|<\?.{0,500}?\?>)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_RAW = re.compile(r"<!\[CDATA\[|<!--|<\?")
_ENDS = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}
_LOOSE = re.compile(
    r"&(?:#([0-9]{1,8});|#[xX]([0-9a-fA-F]{1,8});|([A-Za-z][A-Za-z0-9]{1,31};))?|<(?![A-Za-z_:/!?])"
)
_BOUNDARY = re.compile(
    r"<!\[CDATA\[|<!--|<\?|<(/?)((?:[A-Za-z_][\w.-]{0,30}:)?(?:item|entry))(?=[\s/>])"
)
_PREFIX = re.compile(
    r"</?([A-Za-z_][\w.-]{0,30}):[A-Za-z_]|\s([A-Za-z_][\w.-]{0,30}):[\w.-]{1,50}\s*=\s*[\"']"
)
_XMLNS = re.compile(r"xmlns:([A-Za-z_][\w.-]{0,30})\s*=\s*[\"']([^\"'<&]{1,300})[\"']")
_TEXT = ("title", "description", "content:encoded", "summary", "content")
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "media": "http://search.yahoo.com/mrss/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
}


class Broken(Struct, frozen=True):
    """An entry that is not whole: what it calls itself, as far as that can be read, and why."""

    id: str
    title: str
    reason: str


class Sound(Struct, frozen=True):
    """A document that is safe to parse: well-formed UTF-8 from the root element on.

    `broken`: the entries that had to be left out. `truncated`: the document ends early, so it may
    have had more entries than are seen.
    """

    xml: bytes
    broken: tuple[Broken, ...] = ()
    truncated: bool = False


def sound(document: bytes, charset: str = "") -> Sound:
    """Check and, where needed, repair `document`; `charset` is what HTTP declared.

    Raises NotAFeed: `empty`, `too-large`, `encoding`, `html`, `json`, `not-xml`, `not-a-feed`,
    `entities`, `too-deep`, `too-many-elements`, `too-many-attributes`, `truncated`, `malformed`.
    """
    if len(document) > MAX_DOCUMENT:
        raise NotAFeed("too-large", f"{len(document)} bytes, at most {MAX_DOCUMENT}")
    text = decoded(document, charset).lstrip("\ufeff\t\n\r ")
    _must_look_like_a_feed(text)
    survey = _surveyed(text)
    if survey.doctype and survey.start >= 0:
        # An external DTD lets expat skip unknown entities silently, and words would be lost.
        text = text.encode()[survey.start :].decode()
        survey = _surveyed(text)
    if survey.whole:
        return Sound(survey.root(text))
    text = _declared(_repaired(text))
    survey = _surveyed(text)
    if survey.whole:
        return Sound(survey.root(text))
    return _salvaged(text, survey)


def _must_look_like_a_feed(text: str) -> None:
    if not text:
        raise NotAFeed("empty", "the document is empty")
    if text[0] in "{[":
        raise NotAFeed("json", "the document is JSON, not RSS or Atom")
    if _HTML.match(text[:4000]):
        raise NotAFeed("html", "the document is a web page, not a feed")
    if text[0] != "<":
        raise NotAFeed("not-xml", "the document does not begin with a tag")


# --- the survey ---------------------------------------------------------------------------------


class _Survey:
    """What expat sees of a text. Offsets are in its UTF-8 bytes; -1 for what was not reached."""

    def __init__(self) -> None:
        self.start = self.end = -1
        self.elements = 0
        self.depth = 0
        self.problem: NotAFeed | None = None
        self.doctype = ""

    @property
    def whole(self) -> bool:
        """The root element is there from its first to its last byte."""
        return self.end >= 0 and self.problem is None

    def root(self, text: str) -> bytes:
        return text.encode()[self.start : self.end]


def _surveyed(text: str) -> _Survey:
    """Count what `text` holds. A limit that was passed is the survey's `problem`.

    Raises NotAFeed for what no repair of single entries can help: entities, too many elements,
    a root that is not a feed's.
    """
    seen = _Survey()
    data = text.encode()
    parser = expat.ParserCreate("utf-8", " ")
    parser.ordered_attributes = True

    def start(name: str, attributes: list[str]) -> None:
        seen.elements += 1
        seen.depth += 1
        if seen.elements == 1:
            seen.start = parser.CurrentByteIndex
            local = name.rpartition(" ")[2].lower()
            if local == "html" or (local not in _ROOTS and seen.doctype == "html"):
                raise NotAFeed("html", "the document is a web page, not a feed")
            if local not in _ROOTS:
                raise NotAFeed("not-a-feed", f"the document is <{local[:40]}>, not RSS or Atom")
        if seen.elements > MAX_ELEMENTS:
            raise NotAFeed("too-many-elements", f"more than {MAX_ELEMENTS} elements")
        if seen.depth > MAX_DEPTH:
            raise _Excess("too-deep", f"elements are nested more than {MAX_DEPTH} deep")
        if len(attributes) > 2 * MAX_ATTRIBUTES:
            raise _Excess(
                "too-many-attributes", f"an element has more than {MAX_ATTRIBUTES} attributes"
            )

    def end(_name: str) -> None:
        seen.depth -= 1
        if seen.depth == 0:
            # Within the end tag `</rss  >` still; its `>` is the first one from here.
            seen.end = data.index(b">", parser.CurrentByteIndex) + 1

    def entity(*_args: object) -> None:
        raise NotAFeed("entities", "the document declares entities")

    def doctype(name: str, *_args: object) -> None:
        seen.doctype = name.lower()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = entity
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except _Excess as excess:
        seen.problem = excess
    except expat.ExpatError as error:
        if "entit" in str(error) and seen.start < 0:
            raise NotAFeed("entities", "the document's DOCTYPE uses entities") from None
    return seen


class _Excess(NotAFeed):
    """A limit that one entry may have passed by itself, so that the others may be saved."""


# --- repairs ------------------------------------------------------------------------------------


def _segments(text: str) -> Iterator[tuple[bool, str]]:
    """(is markup, piece): CDATA sections, comments and instructions apart from all else."""
    at = 0
    while found := _RAW.search(text, at):
        close = text.find(_ENDS[found[0]], found.end())
        until = len(text) if close < 0 else close + len(_ENDS[found[0]])
        yield True, text[at : found.start()]
        yield False, text[found.start() : until]
        at = until
    yield True, text[at:]


def _repaired(text: str) -> str:
    """HTML's entities, bare ampersands and bare less-than signs as XML writes them."""
    return "".join(
        _LOOSE.sub(_reference, piece) if markup else piece for markup, piece in _segments(text)
    )


def _reference(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        allowed = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF
        return found[0] if allowed and code & 0xFFFE != 0xFFFE else "\ufffd"
    if name in ("amp;", "lt;", "gt;", "quot;", "apos;"):
        return found[0]
    if name and name in html5:
        return "".join(f"&#{ord(char)};" for char in html5[name])
    return f"&amp;{name or ''}" if found[0][0] == "&" else "&lt;"


def _declared(text: str) -> str:
    """The prefixes that are used and not declared, declared at the root element."""
    root = re.search(r"<[A-Za-z_][\w.:-]*", text)
    if root is None:
        return text
    opening = text[root.start() : text.find(">", root.start()) + 1]
    here = {name for name, _uri in _XMLNS.findall(opening)}
    used = {found[1] or found[2] for found in _PREFIX.finditer(text)} - here - {"xml", "xmlns"}
    if not used or len(used) > MAX_ATTRIBUTES:
        return text
    known = dict(_XMLNS.findall(text)) | _NAMESPACES
    added = "".join(
        f' xmlns:{name}="{known.get(name, "urn:undeclared:" + name)}"' for name in sorted(used)
    )
    return text[: root.end()] + added + text[root.end() :]


# --- salvage ------------------------------------------------------------------------------------


def _salvaged(text: str, survey: _Survey) -> Sound:
    """A document of the entries that are whole by themselves, under the head of `text`."""
    spans = list(islice(_spans(text), MAX_ENTRIES + 2))
    root = re.search(r"<(?![!?])", text)
    truncated = not re.search(r"</[\w.:-]+\s*>\s*(?:<!--.{0,2000}?-->\s*)*$", text[-4000:], re.S)
    head_end = spans[0][0] if spans else len(text)
    head, opened = _head(text[root.start() if root else 0 : head_end])
    if opened and not truncated:
        truncated = not re.search(rf"</{re.escape(opened[0])}\s*>\s*(?:<!--|$)", text[-4000:])
    kept: list[str] = []
    broken: list[Broken] = []
    left: NotAFeed | None = survey.problem
    opening = head[: head.find(">") + 1]
    closing = f"</{opened[0]}>" if opened else ""
    for number, (start, end) in enumerate(spans):
        chunk = text[start : len(text) if end is None else end]
        if len(kept) + len(broken) > MAX_ENTRIES:
            broken.append(Broken("surplus", "", f"entries: more than {MAX_ENTRIES} in one document"))
            break
        if end is None:
            last = number == len(spans) - 1
            broken.append(_broken(chunk, "truncated" if last and truncated else "malformed"))
            continue
        whole, problem = _whole(chunk, opening, closing)
        if whole is None:
            left = problem or left
            reason = f"{problem.state}: {problem}" if problem else "malformed"
            broken.append(_broken(chunk, reason))
        else:
            kept.append(whole)
    if not kept:
        if left is not None:
            raise NotAFeed(left.state, str(left).partition(": ")[2])
        if truncated:
            raise NotAFeed("truncated", "the document ends before its first entry is whole")
        if not opened:
            raise NotAFeed("not-xml", "the document is not well-formed XML")
    if not opened:
        raise NotAFeed("malformed", "the document's root element can't be read")
    rebuilt = head + "".join(kept) + "".join(f"</{name}>" for name in reversed(opened))
    checked = _surveyed(rebuilt)
    if not checked.whole:
        problem = checked.problem or NotAFeed("malformed", "the document is not well-formed XML")
        raise NotAFeed(problem.state, str(problem).partition(": ")[2])
    return Sound(checked.root(rebuilt), tuple(broken), truncated)


def _spans(text: str) -> Iterator[tuple[int, int | None]]:
    """(start, end) of each entry; end None where another begins, or the text ends, before it."""
    at, start = 0, -1
    while found := _BOUNDARY.search(text, at):
        at = found.end()
        if found[2] is None:
            close = text.find(_ENDS[found[0]], at)
            if close < 0:
                break
            at = close + len(_ENDS[found[0]])
        elif found[1]:
            if start >= 0:
                close = text.find(">", at)
                if close < 0:
                    break
                yield start, close + 1
            start = -1
        else:
            if start >= 0:
                yield start, None
            start = found.start()
    if start >= 0:
        yield start, None


def _head(head: str) -> tuple[str, list[str]]:
    """What stands before the first entry, and the elements that it leaves open."""
    opened = _opened(head)
    if opened:
        return head, opened
    # Something before the first entry is broken: keep only the tags that hold the entries.
    bare = re.match(r"<([\w.:-]+)[^<>]*>", head)
    if not bare:
        return head, []
    channel = "<channel>" if bare[1].lower() == "rss" else ""
    opened = _opened(bare[0] + channel)
    return bare[0] + channel, opened


def _opened(head: str) -> list[str]:
    stack: list[str] = []
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = lambda name, _attributes: stack.append(name)
    parser.EndElementHandler = lambda _name: stack.pop()
    try:
        parser.Parse(head.encode(), False)
    except expat.ExpatError:
        return []
    return stack if 0 < len(stack) <= MAX_DEPTH else []


def _whole(chunk: str, opening: str, closing: str) -> tuple[str | None, NotAFeed | None]:
    """`chunk` if it is well-formed, or can be made so by reading its texts as HTML."""
    problem = None
    for attempt in (chunk, _as_html(chunk)):
        survey = _surveyed(opening + attempt + closing)
        if survey.whole:
            return attempt, None
        problem = survey.problem or problem
    return None, problem


def _as_html(chunk: str) -> str:
    """Markup that is not XML (`<br>`) inside an entry's texts, quoted as the HTML that it is."""
    for name in _TEXT:
        opening = re.search(rf"<{name}(?:\s[^<>]*)?>", chunk)
        close = chunk.rfind(f"</{name}>")
        if opening is None or close < opening.end() or opening[0].endswith("/>"):
            continue
        inner = chunk[opening.end() : close]
        if "<" in inner and "<![CDATA[" not in inner and f"<{name}" not in inner:
            quoted = inner.replace("]]>", "]]&gt;")
            chunk = f"{chunk[: opening.end()]}<![CDATA[{quoted}]]>{chunk[close:]}"
    return chunk


def _broken(chunk: str, reason: str) -> Broken:
    """`reason`, with the id and the title as far as the chunk shows them."""

    def read(*names: str) -> str:
        for name in names:
            if found := re.search(
                rf"<{name}[^<>]{{0,200}}>([^<]{{0,300}}|<!\[CDATA\[.{{0,300}}?\]\]>)<", chunk[:5000]
            ):
                return found[1].removeprefix("<![CDATA[").removesuffix("]]>").strip()
        return ""

    name = read("guid", "id", "link") or f"hash:{hashlib.blake2b(chunk.encode()).hexdigest()[:32]}"
    return Broken(name, read("title"), reason)
