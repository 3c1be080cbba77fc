"""First step of sanitising: a stranger's markup in, markup that every parser reads alike out.

The text is cut into tags and text once, as HTML's tokenizer does, and written again: only names
and attributes that the later steps look at, each value quoted, each `<` that opens no tag escaped.
Elements whose content is no copy are gone, so neither raw text nor foreign content is left for two
parsers to disagree about (mutation XSS), and nothing is left that makes a parser slow: attributes
by the thousand, formatting elements with attributes, tags by the ten thousand.

https://html.spec.whatwg.org/multipage/parsing.html#tokenization
"""

from __future__ import annotations

import re

from wireroom.errors import EntryRejected
from wireroom.newsroom.characters import scrub

MAX_SOURCE = 2_000_000  # characters as sent; pictures in data: addresses come out of it
MAX_MARKUP = 500_000  # characters of what is left: some 80,000 words
MAX_TAGS = 20_000  # opening and closing
MAX_BROKEN = 50  # tags that never end
MAX_VALUE = 16_000  # characters of one attribute

# Dropped with all that is in them. The first group is raw text up to its end tag.
RAW = frozenset("script style textarea title xmp noembed noframes".split())
DROPPED = RAW | frozenset(
    "noscript template svg math object applet select button form canvas datalist".split()
)

# Formatting elements are repeated by the parser in each block that they overlap: without
# attributes at most three of each name are, so what comes out stays in proportion.
FORMATTING = frozenset("b big code em font i nobr s small strike strong tt u".split())

_GLOBAL = ("lang", "dir")
_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "a": ("href", "title"),
    "abbr": ("title",),
    "acronym": ("title",),
    "audio": ("src", "title"),
    "blockquote": ("class", "data-instgrm-permalink", "cite"),
    "embed": ("src", "title", "width", "height"),
    "iframe": ("src", "data-src", "title", "width", "height", "style"),
    "img": (
        *("src", "data-src", "data-lazy-src", "data-original", "srcset", "data-srcset"),
        *("alt", "width", "height", "style"),
    ),
    "li": ("value",),
    "q": ("cite",),
    "ol": ("start", "reversed", "type"),
    "source": ("src",),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"),
    "time": ("datetime",),
    "video": ("src", "title"),
}
_PLAIN = (
    "p h1 h2 h3 h4 h5 h6 ul ol menu dir li dl dt dd table caption thead tbody tfoot tr td th "
    "blockquote q cite figure figcaption a sub sup mark abbr acronym pre listing kbd samp var time "
    "br hr del ins ruby rt rp rb bdi dfn wbr "
    "div section article main header footer aside nav address center hgroup details summary "
    "fieldset legend dialog search"
)
KNOWN = frozenset(_PLAIN.split()) | FORMATTING | frozenset(_ATTRIBUTES)

_SPACE = r"[ \t\n\r\f]"
_VALUE = r"\"[^\"]*+\"|'[^']*+'|(?=>)|[^ \t\n\r\f>\"'][^ \t\n\r\f>]*+"
_ATTRIBUTE = rf"[^ \t\n\r\f/>][^ \t\n\r\f/>=]*+(?:{_SPACE}*+={_SPACE}*+(?:{_VALUE}))?+"
_TOKEN = re.compile(
    rf"(?P<comment><!--)"
    rf"|<(?P<end>/?)(?P<name>[a-zA-Z][^ \t\n\r\f/>]*+)(?P<rest>(?:[ \t\n\r\f/]++|{_ATTRIBUTE})*+)>"
    rf"|<(?:[!?]|/(?![a-zA-Z]))[^>]*+>"  # what HTML calls a bogus comment
    rf"|<"
)
_COMMENT_END = re.compile(r"(?<=<!--)-?>|--!?>")
_EACH = re.compile(
    rf"(?P<name>[^ \t\n\r\f/>][^ \t\n\r\f/>=]*+)(?:{_SPACE}*+={_SPACE}*+(?P<value>{_VALUE}))?+"
)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_ENDS = {
    name: re.compile(rf"</{name}(?=[ \t\n\r\f/>])[^>]*+>?", re.IGNORECASE)
    for name in RAW | {"iframe"}
}


def rewrite(html: str) -> str:
    """`html` as markup of known tags and attributes only; every `<` in it opens one of them.

    Raises EntryRejected when there is more of it than any story has.
    """
    if len(html) > MAX_SOURCE:
        raise EntryRejected("body", f"longer than {MAX_SOURCE:,} characters")
    pieces = _without_dropped(_pieces(_CDATA.sub("", scrub(html))))
    markup = "".join(pieces)
    if len(markup) > MAX_MARKUP:
        raise EntryRejected("body", f"longer than {MAX_MARKUP:,} characters")
    return markup


def _pieces(html: str) -> list[tuple[str, str]]:
    """(name, piece): text and known tags with name "", `<name` and `>name` for DROPPED ones."""
    pieces: list[tuple[str, str]] = []
    at = tags = broken = 0
    comments_end = True
    while found := _TOKEN.search(html, at):
        if found.start() > at:
            pieces.append(("", html[at : found.start()]))
        at = found.end()
        name = (found["name"] or "").lower()
        if found[0] == "<":
            broken += 1 if html[at : at + 1].isalpha() or html[at : at + 1] in ("/", "!") else 0
            pieces.append(("", "&lt;"))
        elif found["comment"]:
            # One that never ends hides nothing; to look for its end once is enough.
            comment_end = _COMMENT_END.search(html, at) if comments_end else None
            comments_end = comment_end is not None
            at = comment_end.end() if comment_end else at
        elif not name:
            continue
        elif name == "plaintext":
            return pieces
        elif name in DROPPED:
            at = _skip_raw(html, name, at) if name in RAW and not found["end"] else at
            if name not in RAW and not (name in ("svg", "math") and found["rest"].endswith("/")):
                pieces.append((("/" if found["end"] else "<") + name, ""))
        elif name in KNOWN:
            tags += 1
            if found["end"]:
                pieces.append(("", f"</{name}>"))
                continue
            pieces.append(("", f"<{name}{_attributes(name, found['rest'])}>"))
            if name == "iframe":
                at = _skip_raw(html, name, at)
                pieces.append(("", "</iframe>"))
        if tags > MAX_TAGS:
            raise EntryRejected("body", f"more than {MAX_TAGS:,} tags")
        if broken > MAX_BROKEN:
            raise EntryRejected("body", f"more than {MAX_BROKEN} tags that never end")
    pieces.append(("", html[at:]))
    return pieces


def _skip_raw(html: str, name: str, at: int) -> int:
    """Where the raw text of an element that opened before `at` is over."""
    found = _ENDS[name].search(html, at)
    return found.end() if found else len(html)


def _without_dropped(pieces: list[tuple[str, str]]) -> list[str]:
    """The pieces outside of DROPPED elements. One that never ends drops its tag alone."""
    open_at: dict[str, list[int]] = {}
    spans: list[tuple[int, int]] = []
    for at, (mark, _) in enumerate(pieces):
        if mark.startswith("<"):
            open_at.setdefault(mark[1:], []).append(at)
        elif mark and (starts := open_at.get(mark[1:])):
            spans.append((starts.pop(), at))
    kept: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if start >= done:
            kept += [piece for _, piece in pieces[done:start]]
            done = end + 1
        else:
            done = max(done, end + 1)
    return kept + [piece for _, piece in pieces[done:]]


def _attributes(name: str, rest: str) -> str:
    """The attributes of a tag that later steps look at; the first of a name counts, as in HTML."""
    if not rest or name in FORMATTING:
        return ""
    wanted = (*_GLOBAL, *_ATTRIBUTES.get(name, ()))
    found: dict[str, str] = {}
    for each in _EACH.finditer(rest):
        attribute = each["name"].lower()
        value = each["value"] or ""
        if attribute in wanted and attribute not in found and len(value) <= MAX_VALUE:
            if value[:1] in ("'", '"'):
                value = value[1:-1]
            found[attribute] = value.replace('"', "&quot;")
    return "".join(f' {attribute}="{value}"' for attribute, value in found.items())
