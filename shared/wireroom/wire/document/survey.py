"""Checks an XML text against limits before any parser builds a tree of it.

expat with handlers that only count takes linear time and little memory. feedparser uses the same
parser, so both read a document in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from wireroom.errors import NotAFeed
from wireroom.wire.document.vocabulary import Vocabulary

MAX_DEPTH = 100
MAX_ELEMENTS = 200_000
MAX_ATTRIBUTES = 100  # of one element
MAX_ATTRIBUTE_TEXT = 1 << 20  # characters in all attributes of one element; a body may have as many
MAX_NAMESPACES = 200  # in scope at one place of the document
MAX_NAME = 250  # characters of an element's name with its namespace, which each use has to read

# Between a namespace and a name: a character that XML allows in neither.
_SEPARATOR = "\f"


class Survey:
    """What expat found in a text. `start`, `end`: of the root element, in UTF-8 bytes; -1 if not
    reached. `problem`: a limit that was exceeded. `doctype`: its name in lower case, or ""."""

    def __init__(self) -> None:
        self.start = self.end = -1
        self.elements = 0
        self.depth = 0
        self.namespaces = 0
        self.problem: NotAFeed | None = None
        self.doctype = ""

    @property
    def whole(self) -> bool:
        """Whether the root element is complete, well-formed and within the limits."""
        return self.end >= 0 and self.problem is None

    def root(self, text: str) -> bytes:
        return text.encode()[self.start : self.end]


class Excess(NotAFeed):
    """A limit was exceeded, maybe by one entry only, so that the others can be salvaged."""


def surveyed(text: str, names: Vocabulary) -> Survey:
    """Check `text` against the limits. A limit that was exceeded is the survey's `problem`.

    Raises NotAFeed for what repairing single entries can't help: entities, attributes that the
    DOCTYPE gives to elements, too many elements, a root that is none of `names`.
    """
    seen = Survey()
    roots = {name.lower() for name in names.roots}
    data = text.encode()
    parser = expat.ParserCreate("utf-8", _SEPARATOR)
    parser.ordered_attributes = True

    def declared(prefix: str | None, uri: str | None) -> None:
        seen.namespaces += 1
        if seen.namespaces > MAX_NAMESPACES:
            raise Excess("too-many-namespaces", f"more than {MAX_NAMESPACES} hold at one place")
        if len(prefix or "") + len(uri or "") > MAX_NAME:
            raise Excess("too-long-names", f"a namespace of more than {MAX_NAME} characters")

    def undeclared(_prefix: str | None) -> None:
        seen.namespaces -= 1

    def start(name: str, attributes: list[str]) -> None:
        seen.elements += 1
        seen.depth += 1
        if seen.elements == 1:
            seen.start = parser.CurrentByteIndex
            local = name.rpartition(_SEPARATOR)[2].lower()
            if local == "html" or (local not in roots and seen.doctype == "html"):
                raise NotAFeed("html", "the document is a web page, not a feed")
            if local not in roots:
                raise NotAFeed("not-a-feed", f"the document is <{local[:40]}>, not {names.name}")
        if seen.elements > MAX_ELEMENTS:
            raise NotAFeed("too-many-elements", f"more than {MAX_ELEMENTS} elements")
        if seen.depth > MAX_DEPTH:
            raise Excess("too-deep", f"elements are nested more than {MAX_DEPTH} deep")
        _must_be_bounded(name, attributes)

    def end(_name: str) -> None:
        seen.depth -= 1
        if seen.depth == 0:
            # The index is still inside the end tag `</rss  >`; its `>` is the next one.
            seen.end = data.index(b">", parser.CurrentByteIndex) + 1

    def doctype(name: str, *_args: object) -> None:
        seen.doctype = name.lower()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartNamespaceDeclHandler = declared
    parser.EndNamespaceDeclHandler = undeclared
    parser.EntityDeclHandler = _refusing("entities", "the document declares entities")
    # One declaration can give megabytes to each of 200,000 elements.
    parser.AttlistDeclHandler = _refusing(
        "defaults", "the document's DOCTYPE gives attributes to elements"
    )
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except Excess as excess:
        seen.problem = excess
    except expat.ExpatError as error:
        if "entit" in str(error) and seen.start < 0:
            raise NotAFeed("entities", "the document's DOCTYPE uses entities") from None
    return seen


def _refusing(state: str, reason: str) -> Callable[..., None]:
    def refuse(*_args: object) -> None:
        raise NotAFeed(state, reason)

    return refuse


def _must_be_bounded(name: str, attributes: list[str]) -> None:
    if len(name) > MAX_NAME:
        raise Excess("too-long-names", f"an element's name has more than {MAX_NAME} characters")
    if len(attributes) > 2 * MAX_ATTRIBUTES:
        raise Excess("too-many-attributes", f"an element has more than {MAX_ATTRIBUTES} attributes")
    if attributes and sum(map(len, attributes)) > MAX_ATTRIBUTE_TEXT:
        raise Excess(
            "too-many-attributes",
            f"an element has more than {MAX_ATTRIBUTE_TEXT} characters of attributes",
        )


def left_open(head: str) -> tuple[list[str], str]:
    """(the elements that `head`, the start of a document, opens and does not close; the start tag
    of the first of them, with only its namespaces). ([], "") if there are none or too many."""
    stack: list[str] = []
    tags: list[str] = []
    parser = expat.ParserCreate("utf-8")

    def start(name: str, attributes: dict[str, str]) -> None:
        if not tags:
            named = (
                f" {key}={quoteattr(attributes[key])}"
                for key in attributes
                if key.startswith("xmlns")
            )
            tags.append(f"<{name}{''.join(named)}>")
        stack.append(name)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: stack.pop()
    try:
        parser.Parse(head.encode(), False)
    except expat.ExpatError:
        return [], ""
    return (stack, tags[0]) if 0 < len(stack) <= MAX_DEPTH else ([], "")
