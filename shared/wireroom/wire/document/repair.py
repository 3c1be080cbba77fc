"""Repairs documents that are not quite XML, without losing a word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

from wireroom.errors import NotAFeed
from wireroom.wire.document.survey import MAX_ATTRIBUTES

ENDS = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}
_RAW = re.compile(r"<!\[CDATA\[|<!--|<\?")
_ROOT = re.compile(r"<[A-Za-z_][\w.:-]*")
_BARE_AMPERSAND = re.compile(r"&(?!#[0-9]{1,8};|#[xX][0-9a-fA-F]{1,8};|[A-Za-z][A-Za-z0-9]{1,31};)")
_BARE_LESS_THAN = re.compile(r"<(?![A-Za-z_:/!?])")
_REFERENCE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:#([0-9]+)|#[xX]([0-9a-fA-F]+)|([A-Za-z][A-Za-z0-9]*));"
)
_PREFIX = re.compile(
    r"</?([A-Za-z_][\w.-]{0,30}):[A-Za-z_]|\s([A-Za-z_][\w.-]{0,30}):[\w.-]{1,50}\s*=\s*[\"']"
)
_XMLNS = re.compile(r"xmlns:([A-Za-z_][\w.-]{0,30})\s*=\s*[\"']([^\"'<&]{1,300})[\"']")
_SPACED = re.compile(r"""(\bxmlns(?::[\w.-]{1,30})?\s*=\s*)(["'])\s*([^"'<>]*?)\s*\2""")
_TAG = re.compile(r"""<(/?)([A-Za-z_][\w.:-]*+)((?:"[^"<]*+"|'[^'<]*+'|[^<>"'])*+)>""")
_ATTRIBUTE = re.compile(
    r"""([A-Za-z_:][\w.:-]*+)\s*+(?:=\s*+(?:("[^"<]*+"|'[^'<]*+')|([^\s"'<>=]++)))?"""
)
_QUOTED = re.compile(r"""(?:\s++[A-Za-z_:][\w.:-]*+\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*+\s*+/?""")
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


def repaired(text: str, most: int) -> str:
    """`text` with HTML's entities, bare ampersands and bare less-than signs as XML writes them.

    Raises NotAFeed `malformed` if the result has more than `most` characters.
    """
    fixed = "".join(_escaped(piece) if markup else piece for markup, piece in _segments(text))
    if len(fixed) > most:
        raise NotAFeed("malformed", "the document is full of bare < and &")
    return fixed


def declared(text: str) -> str:
    """`text` with namespace prefixes that are used without a declaration declared at the root."""
    root = _ROOT.search(text)
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


def trimmed(text: str) -> str:
    """`text` without white space around the namespaces of the root element. XML allows it, libxml2
    does not."""
    root = _ROOT.search(text)
    if root is None:
        return text
    until = text.find(">", root.start()) + 1
    opening = _SPACED.sub(r"\1\2\3\2", text[root.start() : until])
    return text[: root.start()] + opening + text[until:]


def balanced(chunk: str) -> str:
    """`chunk` without end tags that have no start tag, and with attributes as XML requires them: in
    quotes, and each once (the first counts, as in HTML)."""
    open_: list[str] = []

    def tag(found: re.Match[str]) -> str:
        slash, name, attributes = found.groups()
        if slash:
            if name not in open_:
                return ""
            while open_.pop() != name:
                pass
            return found[0]
        if not attributes.endswith("/"):
            open_.append(name)
        if _QUOTED.fullmatch(attributes) and len(_ATTRIBUTE.findall(attributes)) < 2:
            return found[0]
        given: dict[str, str] = {}
        for each in _ATTRIBUTE.finditer(attributes):
            value = each[2] if each[2] is not None else f'"{each[3] or ""}"'
            given.setdefault(each[1], value)
        ending = "/" if attributes.endswith("/") else ""
        return f"<{name}{''.join(f' {key}={value}' for key, value in given.items())}{ending}>"

    return "".join(_TAG.sub(tag, piece) if markup else piece for markup, piece in _segments(chunk))


def _escaped(markup: str) -> str:
    markup = _BARE_AMPERSAND.sub("&amp;", markup)
    markup = _BARE_LESS_THAN.sub("&lt;", markup)
    return _REFERENCE.sub(_reference, markup)


def _reference(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        meant = html5.get(f"{name};")
        return "".join(f"&#{ord(char)};" for char in meant) if meant else f"&amp;{name};"
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if code < 32 and code not in (9, 10, 13):
        return ""  # such as Word's vertical tab; removed, as it is when it is not escaped
    allowed = code < 0xD800 or 0xE000 <= code <= 0x10FFFF
    return found[0] if allowed and code & 0xFFFE != 0xFFFE else "\ufffd"


def _segments(text: str) -> Iterator[tuple[bool, str]]:
    """(whether it is markup, piece). CDATA sections, comments and processing instructions are not
    markup."""
    at = 0
    while found := _RAW.search(text, at):
        close = text.find(ENDS[found[0]], found.end())
        until = len(text) if close < 0 else close + len(ENDS[found[0]])
        yield True, text[at : found.start()]
        yield False, text[found.start() : until]
        at = until
    yield True, text[at:]
