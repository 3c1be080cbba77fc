"""What an XML text holds, counted before any parser builds something of it.

expat with handlers that only count: linear time, small memory, and the same parser that
feedparser uses, so that what passes here is what is read there.
"""

from __future__ import annotations

from xml.parsers import expat

from wireroom.errors import NotAFeed

MAX_DEPTH = 100
MAX_ELEMENTS = 200_000
MAX_ATTRIBUTES = 100  # of one element

_ROOTS = {"rss", "rdf", "feed", "channel"}


class Survey:
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


class Excess(NotAFeed):
    """A limit that one entry may have passed by itself, so that the others may be saved."""


def surveyed(text: str) -> Survey:
    """Count what `text` holds. A limit that was passed is the survey's `problem`.

    Raises NotAFeed for what no repair of single entries can help: entities, too many elements,
    a root that is not a feed's.
    """
    seen = Survey()
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
            raise Excess("too-deep", f"elements are nested more than {MAX_DEPTH} deep")
        if len(attributes) > 2 * MAX_ATTRIBUTES:
            raise Excess(
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
    except Excess as excess:
        seen.problem = excess
    except expat.ExpatError as error:
        if "entit" in str(error) and seen.start < 0:
            raise NotAFeed("entities", "the document's DOCTYPE uses entities") from None
    return seen


def left_open(head: str) -> list[str]:
    """The elements that `head`, the start of a document, opens and does not close."""
    stack: list[str] = []
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = lambda name, _attributes: stack.append(name)
    parser.EndElementHandler = lambda _name: stack.pop()
    try:
        parser.Parse(head.encode(), False)
    except expat.ExpatError:
        return []
    return stack if 0 < len(stack) <= MAX_DEPTH else []
