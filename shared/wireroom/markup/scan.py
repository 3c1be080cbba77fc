"""First step of sanitising: any markup → markup that all parsers read in the same way.

The markup is split into tags and text once, as HTML's tokenizer does, and written again: only the
elements and attributes that later steps use, with each value quoted and each other `<` escaped.
Elements whose content is no copy are removed. So there is no raw text or foreign content left that
two parsers could read differently (mutation XSS). Nor is there anything that makes a parser slow:
thousands of attributes, formatting elements with attributes, tens of thousands of tags.

https://html.spec.whatwg.org/multipage/parsing.html#tokenization
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping
from itertools import islice

from wireroom.errors import EntryRejected
from wireroom.markup import mathml
from wireroom.markup.characters import scrub

MAX_SOURCE = 2_000_000  # characters as sent, with pictures in data: addresses, which are removed
MAX_MARKUP = 500_000  # characters of the result: some 80,000 words
MAX_TAGS = 20_000  # start and end tags
MAX_BROKEN = 50  # tags without a >
MAX_VALUE = 16_000  # characters of one attribute

# Removed with their content. The content of RAW ones is raw text up to the end tag.
RAW = frozenset("script style textarea title xmp noembed noframes".split())
DROPPED = RAW | frozenset("template svg datalist".split())

# The site's pages have no scripts, controls or plug-ins, and these elements contain text for
# readers without them. So the text stays. Each tag becomes a space, which keeps it apart from other
# words.
_REPLACED = frozenset("button canvas object applet meter progress".split())
# The name of a noscript in later steps, as parsers read its content in different ways.
NOSCRIPT = "wireroom-noscript"
_AMP = {"amp-iframe": "iframe", "amp-video": "video", "amp-audio": "audio"}
_RENAMED = {"select": "ul", "option": "li", "noscript": NOSCRIPT, "amp-img": "img"} | _AMP
_ASKS_FOR_SCRIPTS = re.compile(r"java[\s-]?script", re.IGNORECASE)  # such text is no copy
_TAG = re.compile(r"<[^>]*>")

# The parser repeats formatting elements in each block that they overlap. Without attributes it
# repeats at most three of each name, so the size of the result stays in proportion.
FORMATTING = frozenset("b big code em font i nobr s small strike strong tt u".split())

# Elements that embed something from elsewhere. A link replaces them and the text for old browsers
# in them. Where there is nothing to link to, that text stays.
_PLAYERS = frozenset({"iframe", "video", "audio"})

_GLOBAL = ("lang", "dir")
_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "a": ("href", "title"),
    "abbr": ("title",),
    "acronym": ("title",),
    "audio": ("src", "title"),
    "blockquote": ("class", "data-instgrm-permalink", "cite"),
    "embed": ("src", "title", "width", "height"),
    "iframe": ("src", "data-src", "data-lazy-src", "title", "width", "height", "style"),
    "img": (
        *("src", "data-src", "data-lazy-src", "data-original", "srcset", "data-srcset"),
        *("alt", "width", "height", "style"),
    ),
    "li": ("value",),
    "q": ("cite",),
    "ol": ("start", "reversed", "type"),
    "source": ("src", "srcset", "data-srcset"),
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
    "fieldset legend dialog search form"
)
KNOWN = frozenset(_PLAIN.split()) | FORMATTING | frozenset(_ATTRIBUTES)
# Elements whose tags are removed or renamed, and whose text stays.
GIVING_WAY = _REPLACED | frozenset(_RENAMED) | {"math", "label"}
_WRITTEN = KNOWN | _REPLACED | frozenset(_RENAMED)
# Other elements of HTML, present and former. A tag of these is never text in angle brackets.
_NO_WORDS = GIVING_WAY | frozenset(
    "area base basefont bdo bgsound blink body col colgroup command content data element font "
    "frame frameset head html image input isindex keygen layer link main map marquee "
    "menuitem meta multicol nextid optgroup output param picture rbc rtc "
    "selectedcontent shadow slot spacer span track".split()
)

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
CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_ENCLOSED = RAW | _PLAYERS | {"noscript", "object"} | set(_AMP)
_ENCLOSING = re.compile(
    rf"<(?P<end>/?)(?P<name>{'|'.join(sorted(_ENCLOSED))})(?=[ \t\n\r\f/>])", re.IGNORECASE
)
_SOURCE = re.compile(r"<source(?=[ \t\n\r\f/])(?P<rest>[^<>]*+)>", re.IGNORECASE)
_SOURCES = re.compile(r"(?:\s*+</?(?:source|track)(?=[\s/>])[^<>]*+>)*+", re.IGNORECASE)
_PARAM = re.compile(r"<param(?=[ \t\n\r\f/])(?P<rest>[^<>]*+)>", re.IGNORECASE)
_PARAMS = re.compile(r"(?:\s*+</?param(?=[\s/>])[^<>]*+>)*+\s*+", re.IGNORECASE)
_MOVIES = frozenset({"movie", "src", "url", "filename"})  # the params that name what is played
_COPY = re.compile(  # strict enough to match no code that compares
    rf"</(?:{'|'.join(sorted(KNOWN))})\s*+>"
    r"|<(?:p|br|hr|img|div|h[1-6]|ul|ol|li|table|blockquote|figure)(?=[\s/>])[^<>]*+>",
    re.IGNORECASE,
)
# `<name withheld>`, `<desk@wire.example>`, `<https://wire.example/a>`
_BRACKETED = re.compile(
    r"<(?:[a-zA-Z]{2,}(?:\s+[^\s<>=/\"]+)*|[\w.+-]+@[\w.-]+|https?://[^\s<>\"']+)>"
)
_MAX_BRACKETED = 200  # characters
_HAS_ADDRESS = re.compile(r"(?<![\w-])src\s*=", re.IGNORECASE)
_TO_PLAY = re.compile(r'src="\s*(?!(?:about|blob|data|javascript):)[^"\s]', re.IGNORECASE)
_END_NAMES = re.compile(r"</([a-zA-Z]++)")


def rewrite(html: str) -> str:
    """`html` with known tags and attributes only. Every `<` in the result begins one of these tags.

    Raises EntryRejected beyond MAX_SOURCE, MAX_MARKUP, MAX_TAGS or MAX_BROKEN.
    """
    if len(html) > MAX_SOURCE:
        raise EntryRejected("body", f"longer than {MAX_SOURCE:,} characters")
    pieces = _without_dropped(_pieces(CDATA.sub("", scrub(html))))
    markup = "".join(_with_formulas(pieces))
    if len(markup) > MAX_MARKUP:
        raise EntryRejected("body", f"longer than {MAX_MARKUP:,} characters")
    return markup


def _pieces(html: str) -> list[tuple[str, str]]:
    """(mark, piece): ("", text or known tag), and (`<name`, "") and (`/name`, "") for the start and
    end tags of DROPPED and MathML elements."""
    pieces: list[tuple[str, str]] = []
    at = tags = broken = 0
    comments_end, in_formula = True, False
    tags_of = _tags_of(html)
    ended = {name.lower() for name in _END_NAMES.findall(html)}
    while found := _TOKEN.search(html, at):
        if found.start() > at:
            pieces.append(("", html[at : found.start()]))
        at = found.end()
        name = (found["name"] or "").lower().removeprefix("mml:")
        if found[0] == "<":
            after = html[at : at + 1]
            broken += after.isalpha() or after in ("/", "!", "?")
            pieces.append(("", "&lt;"))
        elif found["comment"]:
            # A comment that never ends hides nothing. Its end is searched for only once.
            comment_end = _COMMENT_END.search(html, at) if comments_end else None
            comments_end = comment_end is not None
            at = comment_end.end() if comment_end else at
        elif not name:
            continue
        elif name == "plaintext":
            return pieces
        elif name in DROPPED:
            if name in RAW and not found["end"]:
                at = _after_raw(html, name, found, tags_of)
            if name not in RAW and not (name == "svg" and found["rest"].endswith("/")):
                pieces.append((("/" if found["end"] else "<") + name, ""))
        elif name == "math" or (in_formula and name in mathml.NAMES):
            if not found["rest"].endswith("/"):
                in_formula = name != "math" or not found["end"]
                pieces.append((("/" if found["end"] else "<") + name, ""))
        elif name in _WRITTEN:
            tags += 1
            piece, at = _written(html, name, found, tags_of)
            pieces.append(("", piece))
        elif name not in _NO_WORDS and name not in ended and _is_words(found[0]):
            pieces.append(("", f"&lt;{found[0][1:]}"))
        if tags > MAX_TAGS:
            raise EntryRejected("body", f"more than {MAX_TAGS:,} tags")
        if broken > MAX_BROKEN:
            raise EntryRejected("body", f"more than {MAX_BROKEN} tags without a closing >")
    pieces.append(("", html[at:]))
    return pieces


def _tags_of(html: str) -> dict[str, list[int]]:
    """`name` and `/name` → positions of the start and end tags of RAW elements, players and
    noscripts."""
    places: dict[str, list[int]] = {}
    for found in _ENCLOSING.finditer(html):
        places.setdefault(found["end"] + found["name"].lower(), []).append(found.start())
    return places


def _end_tag(tags_of: dict[str, list[int]], name: str, at: int, *, alone: bool) -> int | None:
    """The position of the end tag of an element whose start tag ends at `at`; None without one.

    `alone`: the element may have no end tag. Then an end tag after a further start tag belongs to
    that one.
    """
    start, end = (_next(tags_of.get(tag, []), at) for tag in (name, f"/{name}"))
    return None if alone and end is not None and start is not None and start < end else end


def _next(places: list[int], at: int) -> int | None:
    index = bisect_left(places, at)
    return places[index] if index < len(places) else None


def _past(html: str, tag: int) -> int:
    return html.find(">", tag) + 1 or len(html)


def _after_raw(html: str, name: str, tag: re.Match[str], tags_of: dict[str, list[int]]) -> int:
    """The position after the RAW element that `tag` opens; without an end tag, after `tag`.

    A script or style without an end tag ends where copy begins, else at the end of the text. A
    script that has a src has no code. Raises EntryRejected if the copy may be inside a string of
    the script, as the script's end is then unknown.
    """
    alone = tag["rest"].endswith("/") or _HAS_ADDRESS.search(tag["rest"]) is not None
    end = _end_tag(tags_of, name, tag.end(), alone=alone)
    if end is not None:
        return _past(html, end)
    if alone or name not in ("script", "style"):
        return tag.end()
    copy = _COPY.search(html, tag.end())
    if copy and any(html.count(quote, tag.end(), copy.start()) % 2 for quote in "\"'`"):
        raise EntryRejected("body", f"a {name} element without an end tag")
    return copy.start() if copy else len(html)


def _written(
    html: str, name: str, found: re.Match[str], tags_of: dict[str, list[int]]
) -> tuple[str, int]:
    """The tag `found` as it is to be written, and the position where reading goes on."""
    at = found.end()
    if name == "object" and not found["end"]:
        return _plug_in(html, found, tags_of)
    if name in _REPLACED:
        return " ", at
    if found["end"]:
        return f"</{_RENAMED.get(name, name)}>", at
    end = _end_tag(tags_of, name, at, alone=True)
    if name == "noscript" and end is not None:
        asks = _ASKS_FOR_SCRIPTS.search(_TAG.sub("", html[at:end]))
        if asks:
            return "", _past(html, end)
    name = _RENAMED.get(name, name)
    tag = f"<{name}{_attributes(name, found['rest'])}>"
    if name not in _PLAYERS:
        return tag, at
    source = _source(html, at, end)
    if not _TO_PLAY.search(tag + source):
        return " ", at
    return f"{tag}{source}</{name}>", at if end is None else _past(html, end)


def _plug_in(html: str, found: re.Match[str], tags_of: dict[str, list[int]]) -> tuple[str, int]:
    """What is written for an `object`, and the position where reading goes on. Its text follows, if
    it has any; else a picture that it shows, or a frame for what it plays, is written."""
    at = found.end()
    end = _end_tag(tags_of, "object", at, alone=True)
    if end is None or not _PARAMS.fullmatch(html, at, end):
        return " ", at
    given = _values(found["rest"], ("data", "type", "title", "width", "height"))
    params = (_values(each["rest"], ("name", "value")) for each in _PARAM.finditer(html, at, end))
    movies = (each.get("value", "") for each in params if each.get("name", "").lower() in _MOVIES)
    source = given.get("data") or next(movies, "")
    picture = given.get("type", "").lower().startswith("image/")
    shown = {"src": source, "alt" if picture else "title": given.get("title", "")}
    shown |= {name: given[name] for name in ("width", "height") if name in given}
    return f"<{'img' if picture else 'embed'}{_listed(shown)}>", _past(html, end)


def _source(html: str, at: int, end: int | None) -> str:
    """The first `source` with attributes of a player whose start tag ends at `at`. Without an end
    tag (`end`), the first of those that follow directly."""
    if end is None:
        beside = _SOURCES.match(html, at)
        end = beside.end() if beside else at
    sources = (_attributes("source", each["rest"]) for each in _SOURCE.finditer(html, at, end))
    return "".join(f"<source{source}>" for source in islice(filter(None, sources), 1))


def _is_words(tag: str) -> bool:
    """Whether a tag of no known element is text in angle brackets, such as `<name withheld>`."""
    return len(tag) <= _MAX_BRACKETED and _BRACKETED.fullmatch(tag) is not None


def _without_dropped(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pieces outside of DROPPED elements. Of one without an end tag only the tag is removed."""
    open_at: dict[str, list[int]] = {}
    spans: list[tuple[int, int]] = []
    for at, (mark, _) in enumerate(pieces):
        if mark[1:] not in DROPPED and mark[1:] not in mathml.DROPPED:
            continue
        if mark.startswith("<"):
            open_at.setdefault(mark[1:], []).append(at)
        elif starts := open_at.get(mark[1:]):
            spans.append((starts.pop(), at))
    kept: list[tuple[str, str]] = []
    done = 0
    for start, end in sorted(spans):
        if start >= done:
            kept += pieces[done:start]
            done = end + 1
        else:
            done = max(done, end + 1)
    return kept + pieces[done:]


def _with_formulas(pieces: list[tuple[str, str]]) -> list[str]:
    """The pieces as text, with each formula as a line. A formula without an end tag becomes its
    text."""
    written: list[str] = []
    start: int | None = None
    for at, (mark, piece) in enumerate(pieces):
        if mark == "<math" and start is None:
            start = at + 1
        elif mark == "/math" and start is not None:
            written.append(mathml.as_line(pieces[start:at]))
            start = None
        elif start is None:
            written.append(piece)
    return written if start is None else written + [piece for _, piece in pieces[start:]]


def _attributes(name: str, rest: str) -> str:
    """The attributes of a tag that later steps use, as text for its start tag."""
    if not rest or name in FORMATTING:
        return ""
    return _listed(_values(rest, (*_GLOBAL, *_ATTRIBUTES.get(name, ()))))


def _values(rest: str, wanted: Collection[str]) -> dict[str, str]:
    """The `wanted` attributes of a tag, without double quotes in their values. If two have the
    same name the first counts, as in HTML."""
    found: dict[str, str] = {}
    for each in _EACH.finditer(rest):
        attribute = each["name"].lower()
        value = each["value"] or ""
        if attribute in wanted and attribute not in found and len(value) <= MAX_VALUE:
            if value[:1] in ("'", '"'):
                value = value[1:-1]
            found[attribute] = value.replace('"', "&quot;")
    return found


def _listed(values: Mapping[str, str]) -> str:
    return "".join(f' {attribute}="{value}"' for attribute, value in values.items())
